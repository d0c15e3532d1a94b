/* renewal.c: certificates are renewed under load: no connection is lost, who comes next sees the new one, and nobody waits for it.
 *
 *   renewal [--renewals N] [--connections N] [--threads N] [--pause MS]
 *
 * Connections with TLS send one message after the other, each when the one before has been accepted: a turn. In between, as often as
 * it says, the certificate is renewed, and then a connection is made that has to see it, and goes. Before that, the same without
 * renewals. Of both it is told how long turns have taken at most, and how many took longer than 10 ms: the difference is what renewals
 * cost. Turns count from when all connections take them: their handshakes at the start are not what is measured. No time is a
 * failure. */
#include "secure.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000, THREADS = 16, ADDRESS = 64, SIZE = 1000, MILLISECOND = 1000000, LONG = 10 * MILLISECOND };

/* A client that takes turns, or only looks at the certificate. */
struct client {
  pn_connection_t *connection;
  uint64_t sent; /* when, in nanoseconds; 0: never yet */
  uint64_t turns, longest, late;
  bool visitor;
  bool closing;
};

static pn_proactor_t *proactor;
static struct client clients[MOST + 1];
static unsigned long renewals = 20, connections = 8, threads = 2, pause_ms = 5;
static char address[ADDRESS];
static _Atomic uint64_t start = UINT64_MAX; /* turns that begin then, or later, are measured */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned long begun,
    gone; /* guarded by the lock: clients that have taken a turn, or seen the certificate; that have ended */
static unsigned seen; /* which certificate the visitor saw */
static bool listening;

static _Noreturn void broken(const char *what, const char *why) {
  fprintf(stderr, "renewal: %s: %s\n", what, why);
  _exit(1);
}

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void tell(unsigned long *count) {
  pthread_mutex_lock(&lock);
  ++*count;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void await(const unsigned long *count, unsigned long number) {
  pthread_mutex_lock(&lock);
  while (*count < number) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

/* Turns. */

static void send_one(struct client *client, pn_link_t *sender) {
  static const char message[SIZE];
  pn_delivery(sender, pn_dtag((const char *)&client->turns, sizeof client->turns));
  client->sent = nanoseconds();
  if (pn_link_send(sender, message, SIZE) != SIZE) broken("a message", "not taken");
  pn_link_advance(sender);
}

static void turn_is_over(struct client *client, pn_delivery_t *delivery) {
  if (pn_delivery_remote_state(delivery) != PN_ACCEPTED) broken("a message", "not accepted");
  const uint64_t took = nanoseconds() - client->sent;
  pn_link_t *sender = pn_delivery_link(delivery);
  pn_delivery_settle(delivery);
  if (client->sent >= atomic_load(&start)) {
    if (took > client->longest) client->longest = took;
    client->late += took > LONG;
  }
  if (client->turns++ == 0) tell(&begun);
  if (!client->closing) send_one(client, sender);
}

static void take(pn_link_t *receiver, pn_delivery_t *delivery) {
  char bytes[SIZE];
  if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
  if (pn_link_recv(receiver, bytes, SIZE) != SIZE) broken("a message", "cut off");
  pn_delivery_update(delivery, PN_ACCEPTED);
  pn_delivery_settle(delivery);
  pn_link_flow(receiver, 1);
}

/* Events. */

static void client_opened(struct client *client, pn_event_t *event) {
  if (client->visitor) {
    pthread_mutex_lock(&lock);
    seen = secure_shown(pn_event_transport(event));
    pthread_mutex_unlock(&lock);
    tell(&begun);
    pn_connection_close(client->connection);
    return;
  }
  pn_session_t *session = pn_session(client->connection);
  pn_session_open(session);
  pn_link_open(pn_sender(session, "turns"));
}

static void handle_client(struct client *client, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_INIT: pn_connection_open(client->connection); break;
  case PN_CONNECTION_REMOTE_OPEN: client_opened(client, event); break;
  case PN_LINK_FLOW:
    if (client->sent == 0) send_one(client, pn_event_link(event));
    break;
  case PN_DELIVERY: turn_is_over(client, pn_event_delivery(event)); break;
  case PN_CONNECTION_WAKE:
    client->closing = true;
    pn_connection_close(client->connection);
    break;
  case PN_TRANSPORT_CLOSED:
    if (!client->visitor && !client->closing) broken("a connection", "lost");
    tell(&gone);
    break;
  default: break;
  }
}

static void handle_server(pn_event_t *event) {
  pn_link_t *link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    if (!pn_transport_is_encrypted(pn_event_transport(event))) broken("a connection", "without TLS");
    pn_connection_open(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(link);
    pn_link_flow(link, 2);
    break;
  case PN_DELIVERY: take(link, pn_event_delivery(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  default: break;
  }
}

static void handle_listener(pn_listener_t *listener, pn_event_type_t type) {
  if (type == PN_LISTENER_ACCEPT) pn_listener_accept2(listener, NULL, secure_server());
  if (type != PN_LISTENER_OPEN) return;
  pthread_mutex_lock(&lock);
  pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
  listening = true;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void complain(pn_condition_t *condition) {
  if (pn_condition_is_set(condition))
    broken(pn_condition_get_name(condition), pn_condition_get_description(condition));
}

static void handle(void *context, pn_event_t *event) {
  (void)context;
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_listener(event)) handle_listener(pn_event_listener(event), pn_event_type(event));
  if (!connection) return;
  if (pn_event_type(event) == PN_TRANSPORT_ERROR) complain(pn_transport_condition(pn_event_transport(event)));
  struct client *client = pn_connection_get_context(connection);
  if (client)
    handle_client(client, event);
  else
    handle_server(event);
}

static void *run(void *context) {
  pn_proactor_run(proactor, handle, context);
  return NULL;
}

/* What happens. */

static void connect_client(struct client *client) {
  client->connection = pn_connection();
  pn_connection_set_context(client->connection, client);
  pn_proactor_connect2(proactor, client->connection, secure_client(0), address);
}

/* Somebody comes, sees, and goes. */
static void visit(unsigned expected) {
  struct client *visitor = &clients[connections];
  memset(visitor, 0, sizeof *visitor);
  visitor->visitor = true;
  pthread_mutex_lock(&lock);
  const unsigned long ends = gone + 1;
  pthread_mutex_unlock(&lock);
  connect_client(visitor);
  await(&gone, ends);
  if (seen != expected) broken("a new connection", "sees the old certificate");
}

static void load(bool renewing, unsigned *which) {
  struct client sum = {0};
  for (unsigned long i = 0; i < connections; i++) clients[i] = (struct client){0};
  begun = gone = 0;
  atomic_store(&start, UINT64_MAX);
  for (unsigned long i = 0; i < connections; i++) connect_client(&clients[i]);
  await(&begun, connections);
  atomic_store(&start, nanoseconds());
  for (unsigned long i = 0; i < renewals; i++) {
    if (renewing) *which = secure_renew();
    visit(*which);
    usleep((useconds_t)pause_ms * 1000);
  }
  for (unsigned long i = 0; i < connections; i++) pn_connection_wake(clients[i].connection);
  await(&gone, connections + renewals);
  for (unsigned long i = 0; i < connections; i++) {
    sum.turns += clients[i].turns;
    sum.late += clients[i].late;
    if (clients[i].longest > sum.longest) sum.longest = clients[i].longest;
  }
  printf("%lu %s: %llu turns, the longest %.2f ms, %llu above 10 ms\n", renewals,
      renewing ? "renewals" : "visits without", (unsigned long long)sum.turns,
      (double)sum.longest / MILLISECOND, (unsigned long long)sum.late);
}

static bool option(const char *name, const char *number) {
  static const struct {
    const char *name;
    unsigned long *value, most;
  } options[] = {{"--renewals", &renewals, 1000000}, {"--connections", &connections, MOST},
      {"--threads", &threads, THREADS}, {"--pause", &pause_ms, 1000}};
  for (size_t i = 0; number && i < sizeof options / sizeof *options; i++) {
    if (strcmp(name, options[i].name) != 0) continue;
    *options[i].value = strtoul(number, NULL, 10);
    return *options[i].value > 0 && *options[i].value <= options[i].most;
  }
  return false;
}

int main(int argc, char **argv) {
  pthread_t workers[THREADS];
  unsigned which = 0;
  for (int i = 1; i < argc; i += 2)
    if (!option(argv[i], argv[i + 1])) {
      fprintf(stderr, "usage: %s [--renewals N] [--connections N] [--threads N] [--pause MS]\n", argv[0]);
      return 2;
    }
  secure_start();
  proactor = pn_proactor();
  pn_proactor_listen(proactor, pn_listener(), "127.0.0.1:0", 100);
  for (unsigned long i = 0; i < threads; i++) pthread_create(&workers[i], NULL, run, NULL);
  pthread_mutex_lock(&lock);
  while (!listening) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  load(false, &which);
  load(true, &which);
  pn_proactor_stop(proactor);
  for (unsigned long i = 0; i < threads; i++) pthread_join(workers[i], NULL);
  pn_proactor_free(proactor);
  secure_stop();
  return 0;
}
