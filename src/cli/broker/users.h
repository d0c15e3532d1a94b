/* users.h: who may connect, from a file. */
#ifndef BARYON_CLI_BROKER_USERS_H
#define BARYON_CLI_BROKER_USERS_H

#include <proton/sasl.h>
#include <stdbool.h>

/* One line for each user, "name:password", or "name:" and what `pn_sasl_scram_secret` makes of a password. Lines that are empty
 * or begin with '#' are skipped. */
struct users;

/** @return  NULL after saying on stderr what is wrong with the file */
struct users *users_read(const char *path);

void users_free(struct users *users);

/** Have a server's connection ask for one of them: by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-1. The users stay until it has ended. */
void users_ask(struct users *users, pn_sasl_t *sasl, bool allow_anonymous);

#endif
