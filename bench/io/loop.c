/* loop.c: the threads that wait for batches of events, and the answers that all programs share.
 *
 * The loop of a process ends with the proactor's INACTIVE event, which comes when the last connection, and the
 * listener, are gone. The thread that gets it interrupts the next, and so each of them. Only `ended` is touched by
 * several threads. */
#include "loop.h"

#include "process.h"
#include "secure.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG = 4096 };

static pn_proactor_t *proactor;
static loop_handler *handler;
static pn_listener_t *listener;
static long expected;     /* connections that the server waits for */
static atomic_long ended; /* of these */
static char address[PN_MAX_ADDR];

static void die_of_condition(const char *what, pn_condition_t *condition) {
  if (!pn_condition_is_set(condition)) return;
  die("%s: %s: %s", what, pn_condition_get_name(condition), pn_condition_get_description(condition));
}

static void report_port(void) {
  char port[16];
  if (pn_netaddr_host_port(pn_listener_addr(listener), NULL, 0, port, sizeof port) != 0) die("no port");
  server_ready((uint16_t)strtoul(port, NULL, 10));
}

static void answer(pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_LISTENER_OPEN: report_port(); break;
  case PN_LISTENER_ACCEPT: pn_listener_accept2(pn_event_listener(event), NULL, secure_server()); break;
  case PN_LISTENER_CLOSE:
    die_of_condition("listening", pn_listener_condition(pn_event_listener(event)));
    break;
  case PN_CONNECTION_REMOTE_OPEN:
    if (listener) pn_connection_open(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (listener) pn_session_open(pn_event_session(event));
    break;
  case PN_CONNECTION_REMOTE_CLOSE:
    die_of_condition("the peer's close", pn_connection_remote_condition(pn_event_connection(event)));
    pn_connection_close(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_CLOSE:
  case PN_LINK_REMOTE_CLOSE:
  case PN_LINK_REMOTE_DETACH: die("%s", pn_event_type_name(type));
  case PN_TRANSPORT_ERROR:
    die_of_condition("the connection", pn_transport_condition(pn_event_transport(event)));
    break;
  default: break;
  }
}

/* After the handler has seen the event. Gives false when this thread's loop is over. */
static bool conclude(pn_event_type_t type) {
  switch (type) {
  case PN_TRANSPORT_CLOSED:
    if (listener && atomic_fetch_add(&ended, 1) + 1 == expected) pn_listener_close(listener);
    return true;
  case PN_PROACTOR_INACTIVE:
  case PN_PROACTOR_INTERRUPT: pn_proactor_interrupt(proactor); return false;
  default: return true;
  }
}

static void *run(void *none) {
  for (bool going = true; going;) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    pn_event_t *event;
    while ((event = pn_event_batch_next(batch))) {
      const pn_event_type_t type = pn_event_type(event);
      answer(event, type);
      handler(event, type);
      going = conclude(type) && going;
    }
    pn_proactor_done(proactor, batch);
  }
  return none;
}

void loop_serve(loop_handler *handle, long connections, long threads) {
  pthread_t others[MOST_THREADS];
  handler = handle;
  expected = connections;
  proactor = pn_proactor();
  listener = pn_listener();
  pn_proactor_listen(proactor, listener, "127.0.0.1:0", BACKLOG);
  for (long i = 1; i < threads; i++) {
    if (pthread_create(&others[i], NULL, run, NULL) != 0) die("no more threads than %ld", i);
  }
  run(NULL);
  for (long i = 1; i < threads; i++) pthread_join(others[i], NULL);
  pn_proactor_free(proactor);
}

void loop_reach(uint16_t port) {
  proactor = pn_proactor();
  snprintf(address, sizeof address, "127.0.0.1:%u", port);
}

void loop_connect(void *context, int sasl) {
  pn_connection_t *conn = pn_connection();
  pn_transport_t *transport = secure_client();
  if (sasl && !transport) transport = pn_transport();
  if (sasl) pn_sasl_allowed_mechs(pn_sasl(transport), "ANONYMOUS");
  pn_connection_set_context(conn, context);
  pn_proactor_connect2(proactor, conn, transport, address);
}

void loop_drive(loop_handler *handle) {
  handler = handle;
  run(NULL);
  pn_proactor_free(proactor);
  secure_stop();
}

pn_session_t *loop_open_session(pn_connection_t *conn) {
  pn_session_t *ssn = pn_session(conn);
  pn_session_open(ssn);
  return ssn;
}

pn_link_t *loop_open_sender(pn_session_t *ssn, const char *name) {
  pn_link_t *link = pn_sender(ssn, name);
  pn_terminus_set_address(pn_link_target(link), name);
  pn_link_open(link);
  return link;
}

pn_link_t *loop_open_receiver(pn_session_t *ssn, const char *name) {
  pn_link_t *link = pn_receiver(ssn, name);
  pn_terminus_set_address(pn_link_source(link), name);
  pn_link_open(link);
  return link;
}

/* A data section with 32 bits of length: 00 53 75, b0, the length; then the number. [3.2.6] */
enum { HEAD = 8 };

void message_make(char *message, size_t size) {
  static const char head[] = {0x00, 0x53, 0x75, (char)0xb0};
  memset(message, 0, size);
  memcpy(message, head, sizeof head);
  for (int i = 0; i < 4; i++) message[sizeof head + (size_t)i] = (char)((size - HEAD) >> (24 - 8 * i));
}

void message_set_number(char *message, uint64_t number) { memcpy(message + HEAD, &number, sizeof number); }

void message_check(const char *message, size_t got, size_t size, uint64_t number) {
  uint64_t found;
  if (got != size) die("message %llu has %zu octets instead of %zu", (unsigned long long)number, got, size);
  memcpy(&found, message + HEAD, sizeof found);
  if (found != number) {
    die("message %llu came in the place of %llu", (unsigned long long)found, (unsigned long long)number);
  }
}

void message_send(pn_link_t *sender, const char *message, size_t size, uint64_t number) {
  pn_delivery(sender, pn_dtag((const char *)&number, sizeof number));
  if (pn_link_send(sender, message, size) != (ssize_t)size) die("a message was not taken whole");
  pn_link_advance(sender);
}

void message_take(pn_delivery_t *dlv, char *message, size_t size, uint64_t number) {
  const ssize_t got = pn_link_recv(pn_delivery_link(dlv), message, size + 1);
  message_check(message, got < 0 ? 0 : (size_t)got, size, number);
  message_accept(dlv);
}

void message_accept(pn_delivery_t *dlv) {
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
}

void message_accepted(pn_delivery_t *dlv) {
  if (pn_delivery_remote_state(dlv) != PN_ACCEPTED) die("a message was not accepted");
  pn_delivery_settle(dlv);
}
