/* client.h: connections to a broker: the options that say how, making one, and what is said when one fails. */
#ifndef BARYON_CLI_CLIENT_H
#define BARYON_CLI_CLIENT_H

#include "cli/option.h"
#include "cli/url.h"
#include <proton/condition.h>
#include <proton/proactor.h>
#include <proton/ssl.h>
#include <proton/types.h>

/* What the options in "Connection" say. */
struct client_options {
  const char *ca;
  const char *cert;
  const char *key;
  bool insecure;
  const char *user;
  const char *password_file;
  const char *mechanism;
  const char *container;
  const char *virtual_host;
  uint64_t idle_timeout;    /* ms */
  uint64_t connect_timeout; /* ms, until the broker has opened the connection */
  bool reconnect;
  uint64_t reconnect_min, reconnect_max; /* ms */
};

extern const struct option client_option_table[];

/* A command's group "Connection": type is that of its settings, member the client_options in it. */
#define CLIENT_GROUP(type, member)                                                                           \
  { "Connection", client_option_table, offsetof(type, member) }

#define CLIENT_DEFAULTS                                                                                      \
  { .idle_timeout = 60000, .connect_timeout = 20000, .reconnect_min = 100, .reconnect_max = 10000 }

/* Where to connect to, and as whom. Does not change once prepared: any thread may connect with it. */
struct client {
  const struct client_options *options;
  struct url url;
  char *user;     /* NULL: nobody in particular */
  char *password; /* wiped when it is cleared */
  pn_ssl_domain_t *tls;
  char place[128]; /* "host:port", as messages have it */
};

/** Take the URL and the options together: read the password, load certificates.
 *
 *  @return  an exit code; if not EXIT_DONE, what was wrong has been said, and there is nothing to clear */
int client_prepare(struct client *client, const struct client_options *options, const char *url);

void client_clear(struct client *client);

/** Connect: make a connection, with its context, open it, and hand it to the proactor.
 *
 *  @return  the connection, which is the proactor's now; NULL without memory */
pn_connection_t *client_connect(const struct client *client, pn_proactor_t *proactor, void *context);

/* Why a connection, or what was on it, has ended. */
struct failure {
  bool passing;   /* another attempt may go better */
  char text[600]; /* one line; "" while nothing has failed */
};

/** Say why a connection has ended, of whose transport this is: at PN_TRANSPORT_CLOSED. */
void client_transport_failure(
    const struct client *client, pn_transport_t *transport, struct failure *failure);

/** Say that the broker has ended something, for that reason: `what` is "the connection was closed" or the like. */
void client_remote_failure(
    const struct client *client, const char *what, pn_condition_t *condition, struct failure *failure);

/* The waits between attempts: each twice as long as the one before, less up to a quarter by chance. */
struct backoff {
  uint64_t delay;
  unsigned random; /* a seed */
};

void backoff_begin(struct backoff *backoff, const struct client_options *options);

/** How long to wait before the next attempt, in milliseconds. */
uint64_t backoff_next(struct backoff *backoff, const struct client_options *options);

#endif
