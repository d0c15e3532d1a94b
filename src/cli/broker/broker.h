/* broker.h: a broker as a library: what `baryon broker` runs, and `baryon bench` when it is given no URL. */
#ifndef BARYON_CLI_BROKER_BROKER_H
#define BARYON_CLI_BROKER_BROKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct broker_settings {
  const char *address; /* "host:port", as for pn_proactor_listen(); port 0: one that is free */
  uint64_t threads;
  uint64_t max_messages, max_octets; /* of each queue or topic */
  uint64_t max_message_size;
  uint64_t max_queues;     /* and topics */
  const char *dead_letter; /* an address, or NULL: what is rejected or expires is dropped */
  const char *users;       /* a file; NULL: nobody is asked who he is */
  bool allow_anonymous;    /* although there is one */
  const char *certificate, *key, *key_password, *ca;   /* files, and the key's password; NULL: no TLS */
  bool require_encryption, require_client_certificate; /* with TLS */
  uint64_t idle_timeout;                               /* ms; 0: none */
  FILE *log;                                           /* a line for each connection; NULL: none */
};

struct broker;

/** Listen and serve, with threads of its own.
 *
 *  @param settings  copied; the texts stay valid until broker_stop()
 *  @return          NULL after saying on stderr why not */
struct broker *broker_start(const struct broker_settings *settings);

/** Where it listens: "host:port". */
const char *broker_address(const struct broker *broker);

/** What is in the queues, and what connections and threads have done, as text. Any thread. */
void broker_print(struct broker *broker, FILE *file);

/** Stop in good order: nothing more is taken in, what is in queues goes to consumers that there are, connections are closed, threads end.
 *
 *  @param patience  ms to deliver what is there
 *  @param hurry     looked at meanwhile: true ends the patience; NULL: nobody does
 *  @return          messages that were lost with the queues */
uint64_t broker_stop(struct broker *broker, uint64_t patience, bool (*hurry)(void));

#endif
