/* request_reply.c: a request and its reply, each an acknowledged message, on one connection or many.
 *
 * Each connection of the client has one request under way; when the reply comes it is accepted, and the next
 * request leaves with that acceptance. The server does likewise, so that a round trip is one write and one read on
 * each side. A turn is one round trip. */
#include "loop.h"
#include "process.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CREDIT = 100, LONGEST = 4096 };

/* One connection, in either process. */
struct talk {
  pn_connection_t *conn;
  pn_link_t *sender;
  uint64_t sent, taken; /* messages */
  uint64_t asked;       /* when the last request left, in nanoseconds */
};

static long turns = 50000, warmup = 5000, size = 100, connections = 1, threads = 1;
static atomic_ulong served;   /* server: requests */
static struct talk *talks;    /* client: one for each connection */
static uint32_t *latencies;   /* ... of each measured round trip, in nanoseconds */
static char message[LONGEST]; /* ... that it sends */
static long opened, begun, ended;

static void take(struct talk *talk, pn_delivery_t *dlv, char *taken) {
  message_take(dlv, taken, (size_t)size, talk->taken++);
  if (talk->taken % (CREDIT / 2) == 0) pn_link_flow(pn_delivery_link(dlv), CREDIT / 2);
}

/* The reply is the request sent back. */
static void reply(struct talk *talk, pn_delivery_t *dlv) {
  char taken[LONGEST + 1];
  take(talk, dlv, taken);
  message_send(talk->sender, taken, (size_t)size, talk->sent++);
  atomic_fetch_add_explicit(&served, 1, memory_order_relaxed);
}

static void open_link(pn_connection_t *conn, pn_link_t *link) {
  struct talk *talk = pn_connection_get_context(conn);
  if (!talk) talk = calloc(1, sizeof *talk);
  if (!talk) die("out of memory");
  pn_connection_set_context(conn, talk);
  pn_link_open(link);
  if (pn_link_is_sender(link))
    talk->sender = link;
  else
    pn_link_flow(link, CREDIT);
}

static void handle_server(pn_event_t *event, pn_event_type_t type) {
  pn_connection_t *conn = pn_event_connection(event);
  pn_link_t *link = pn_event_link(event);
  pn_delivery_t *dlv = pn_event_delivery(event);
  switch (type) {
  case PN_LINK_REMOTE_OPEN: open_link(conn, link); break;
  case PN_DELIVERY:
    if (pn_link_is_sender(link))
      message_accepted(dlv);
    else if (!pn_delivery_partial(dlv))
      reply(pn_connection_get_context(conn), dlv);
    break;
  case PN_TRANSPORT_CLOSED: free(pn_connection_get_context(conn)); break;
  default: break;
  }
}

static void serve(void) {
  loop_serve(handle_server, connections, threads);
  server_counted(atomic_load(&served));
}

static void request(struct talk *talk) {
  if (begun == warmup + turns) {
    pn_connection_close(talk->conn);
    return;
  }
  begun++;
  message_set_number(message, talk->sent);
  talk->asked = nanoseconds();
  message_send(talk->sender, message, (size_t)size, talk->sent++);
}

static void take_reply(struct talk *talk, pn_delivery_t *dlv) {
  char taken[LONGEST + 1];
  take(talk, dlv, taken);
  if (ended >= warmup) latencies[ended - warmup] = (uint32_t)(nanoseconds() - talk->asked);
  ended++;
  if (ended == warmup) meter_start();
  if (ended == warmup + turns) meter_stop();
  request(talk);
}

/* All connections begin at once, when the last link is open. */
static void count_opened(void) {
  if (++opened < 2 * connections) return;
  for (long i = 0; i < connections; i++) pn_connection_wake(talks[i].conn);
}

static void handle_client(pn_event_t *event, pn_event_type_t type) {
  pn_connection_t *conn = pn_event_connection(event);
  if (!conn) return;
  struct talk *talk = pn_connection_get_context(conn);
  pn_link_t *link = pn_event_link(event);
  pn_delivery_t *dlv = pn_event_delivery(event);
  switch (type) {
  case PN_CONNECTION_INIT: {
    pn_session_t *ssn = loop_open_session(conn);
    talk->conn = conn;
    talk->sender = loop_open_sender(ssn, "requests");
    pn_link_flow(loop_open_receiver(ssn, "replies"), CREDIT);
    break;
  }
  case PN_LINK_REMOTE_OPEN: count_opened(); break;
  case PN_CONNECTION_WAKE: request(talk); break;
  case PN_DELIVERY:
    if (pn_link_is_sender(link))
      message_accepted(dlv);
    else if (!pn_delivery_partial(dlv))
      take_reply(talk, dlv);
    break;
  default: break;
  }
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 100000000, "round trips to measure"},
      {"warmup", &warmup, 1, 100000000, "round trips before these"},
      {"size", &size, MESSAGE_LEAST, LONGEST, "octets of a message"},
      {"connections", &connections, 1, 9000, "of the client to the server"},
      {"threads", &threads, 1, MOST_THREADS, "of the server"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  message_make(message, (size_t)size);
  talks = calloc((size_t)connections, sizeof *talks);
  latencies = calloc((size_t)turns, sizeof *latencies);
  if (!talks || !latencies) die("out of memory");
  loop_reach(server_start(serve));
  for (long i = 0; i < connections; i++) loop_connect(&talks[i], 0);
  loop_drive(handle_client);
  server_check((uint64_t)ended);
  server_join();
  meter_print(turns);
  latency_print(latencies, turns);
  free(talks);
  free(latencies);
  return 0;
}
