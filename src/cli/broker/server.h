/* server.h: the broker inside: what its files share. */
#ifndef BARYON_CLI_BROKER_SERVER_H
#define BARYON_CLI_BROKER_SERVER_H

#include "cli/broker/broker.h"
#include "cli/broker/node.h"
#include "cli/broker/peer.h"
#include "cli/broker/users.h"
#include <proton/listener.h>
#include <proton/ssl.h>

/* What a thread has done. Written by it alone, read by any. */
struct worker {
  struct broker *broker;
  pthread_t thread;
  atomic_uint_fast64_t batches, events;
};

enum listening { LISTENING_NOT_YET, LISTENING, LISTENING_FAILED };

struct broker {
  struct broker_settings settings;
  pn_proactor_t *proactor;
  struct nodes nodes;
  struct users *users;     /* NULL: nobody is asked */
  pn_ssl_domain_t *domain; /* NULL: no TLS */
  struct worker *workers;
  uint64_t worker_count;
  atomic_bool stopping, ending;
  atomic_uint_fast64_t next_outlet;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t changed;
  enum listening listening;
  char address[1100], failure[256];
  pn_listener_t *listener; /* until PN_LISTENER_CLOSE */
  struct peer *peers;
  uint64_t peer_count, peers_ever;
  uint64_t received, sent, returned; /* by peers that are gone */
};

/** A peer has come, or goes. */
void broker_join(struct broker *broker, struct peer *peer);
void broker_leave(struct broker *broker, struct peer *peer);

/** What a connection that is accepted speaks. @return  NULL without memory */
pn_transport_t *broker_transport(struct broker *broker);

/** A line for the log, if there is one. */
void broker_log(struct broker *broker, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
