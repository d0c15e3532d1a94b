/* scenarios.h: what is done on a proactor, and what is seen of it. Everything that an actor does, it does in its handler, so
 * that a scenario runs in one thread or in several. */
#ifndef BARYON_TESTS_PROACTOR_SEQUENCES_SCENARIOS_H
#define BARYON_TESTS_PROACTOR_SEQUENCES_SCENARIOS_H

#include "../harness.h"
#include "../socket.h"

struct scenario {
  const char *name;
  void (*run)(struct host *host);
  enum { ANY, ALONE } threads; /* alone: what is seen depends on nothing being handled meanwhile */
};

/* Each ends with an entry without a name. */
extern const struct scenario address_scenarios[], close_scenarios[], connect_scenarios[],
    listener_scenarios[], message_scenarios[], peer_scenarios[], proactor_scenarios[], raw_scenarios[],
    wake_scenarios[];

/* "client" connects to "listener", which accepts "server" and closes. Either handler may be NULL. */
struct actor *pair_with(struct host *host, handler_fn *client, handler_fn *server);

/* A client with a handler. */
struct actor *connect_with(struct host *host, const char *name, const char *address, handler_fn *handler);

/* A listener's handler: accepts one connection and closes. */
bool accept_one(struct actor *listener, pn_event_t *event);

/* An end's: closes when the peer has opened. */
bool close_when_open(struct actor *actor, pn_event_t *event);

/* Until nothing is left. */
void until_inactive(struct host *host);

#endif
