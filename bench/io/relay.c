/* relay.c: messages that arrive on one connection and leave on another, as in brokers and routers.
 *
 * The server is the relay, and a pair is two of its connections. What comes in on one goes into the pair's ring;
 * pn_connection_wake() tells the other, which sends it. Both ways are acknowledged. The lock guards the counters and
 * who is to be woken; a slot of the ring is the incoming side's while it is free and the outgoing side's while it is
 * full. Credit is given for free slots only, so the ring cannot overflow. Who fills an empty ring wakes the outgoing
 * side; who frees half of a ring whose credit is used up wakes the incoming side.
 *
 * The client feeds each pair and drains it. A turn is one message relayed. */
#include "loop.h"
#include "process.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 256, SIZE = 100, MOST_PAIRS = 2000 };

struct pair {
  pthread_mutex_t lock;
  uint64_t written, read, granted;      /* messages put into the ring, taken out, and given credit for */
  pn_connection_t *incoming, *outgoing; /* NULL before it has opened and after it has ended */
  pn_link_t *receiver, *sender;         /* of these; used by nobody else */
  uint64_t sent, accepted;              /* by the outgoing side, likewise */
  char ring[SLOTS][SIZE + 1];           /* for message_take() */
};

static long turns = 100000, warmup = 10000, pair_count = 4, threads = 1;

/* ---- The relay ---- */

static struct pair *pairs;

static void grant(struct pair *pair) {
  pthread_mutex_lock(&pair->lock);
  const uint64_t free_slots = pair->read + SLOTS - pair->granted;
  const bool worth = free_slots >= SLOTS / 2;
  if (worth) pair->granted += free_slots;
  pthread_mutex_unlock(&pair->lock);
  if (worth) pn_link_flow(pair->receiver, (int)free_slots);
}

static void take_in(struct pair *pair, pn_delivery_t *dlv) {
  message_take(dlv, pair->ring[pair->written % SLOTS], SIZE, pair->written);
  pthread_mutex_lock(&pair->lock);
  const bool was_empty = pair->written++ == pair->read;
  if (was_empty && pair->outgoing) pn_connection_wake(pair->outgoing);
  pthread_mutex_unlock(&pair->lock);
  grant(pair);
}

static uint64_t least(uint64_t a, int b) { return b < 0 ? 0 : a < (uint64_t)b ? a : (uint64_t)b; }

static void send_out(struct pair *pair) {
  uint64_t run = 0;
  do {
    pthread_mutex_lock(&pair->lock);
    pair->read += run;
    const bool starving = pair->granted == pair->written && pair->granted - pair->read <= SLOTS / 2;
    if (run > 0 && starving && pair->incoming) pn_connection_wake(pair->incoming);
    run = least(pair->written - pair->read, pn_link_credit(pair->sender));
    pthread_mutex_unlock(&pair->lock);
    for (uint64_t i = 0; i < run; i++, pair->sent++) {
      message_send(pair->sender, pair->ring[pair->sent % SLOTS], SIZE, pair->sent);
    }
  } while (run > 0);
}

static void open_link(pn_connection_t *conn, pn_link_t *link) {
  const long index = strtol(pn_link_name(link), NULL, 10);
  if (index < 0 || index >= pair_count) die("there is no pair %s", pn_link_name(link));
  struct pair *pair = &pairs[index];
  pn_connection_set_context(conn, pair);
  pn_link_open(link);
  pthread_mutex_lock(&pair->lock);
  if (pn_link_is_receiver(link)) {
    pair->receiver = link;
    pair->incoming = conn;
  } else {
    pair->sender = link;
    pair->outgoing = conn;
  }
  pthread_mutex_unlock(&pair->lock);
  if (pn_link_is_receiver(link)) grant(pair);
}

static void end_connection(pn_connection_t *conn, struct pair *pair) {
  pthread_mutex_lock(&pair->lock);
  if (pair->incoming == conn) pair->incoming = NULL;
  if (pair->outgoing == conn) pair->outgoing = NULL;
  pthread_mutex_unlock(&pair->lock);
}

static void handle_server(pn_event_t *event, pn_event_type_t type) {
  pn_connection_t *conn = pn_event_connection(event);
  pn_link_t *link = pn_event_link(event);
  pn_delivery_t *dlv = pn_event_delivery(event);
  if (!conn) return;
  struct pair *pair = pn_connection_get_context(conn);
  switch (type) {
  case PN_LINK_REMOTE_OPEN: open_link(conn, link); break;
  case PN_LINK_FLOW:
    if (pn_link_is_sender(link)) send_out(pair);
    break;
  case PN_CONNECTION_WAKE:
    if (pn_link_is_receiver(pn_link_head(conn, 0)))
      grant(pair);
    else
      send_out(pair);
    break;
  case PN_DELIVERY:
    if (pn_link_is_sender(link)) {
      message_accepted(dlv);
      pair->accepted++;
    } else if (!pn_delivery_partial(dlv)) {
      take_in(pair, dlv);
    }
    break;
  case PN_TRANSPORT_CLOSED:
    if (pair) end_connection(conn, pair);
    break;
  default: break;
  }
}

static void serve(void) {
  uint64_t relayed = 0;
  pairs = calloc((size_t)pair_count, sizeof *pairs);
  if (!pairs) die("out of memory");
  for (long i = 0; i < pair_count; i++) pthread_mutex_init(&pairs[i].lock, NULL);
  loop_serve(handle_server, 2 * pair_count, threads);
  for (long i = 0; i < pair_count; i++) {
    if (pairs[i].accepted != pairs[i].written) die("pair %ld lost a message", i);
    relayed += pairs[i].accepted;
  }
  free(pairs);
  server_counted(relayed);
}

/* ---- The client ---- */

/* Its end of one connection. */
struct end {
  pn_connection_t *conn;
  pn_link_t *link;
  bool feeds; /* the pair; else drains it */
  long pair;
  uint64_t moved;    /* messages sent or received */
  uint64_t accepted; /* ... of those sent */
};

static struct end *ends;      /* two for each pair */
static uint64_t each;         /* messages that a pair relays */
static long opened, received; /* by all */
static char message[SIZE];

static void open_end(struct end *end, pn_connection_t *conn) {
  char name[32];
  snprintf(name, sizeof name, "%ld", end->pair);
  pn_session_t *ssn = loop_open_session(conn);
  end->conn = conn;
  end->link = end->feeds ? loop_open_sender(ssn, name) : loop_open_receiver(ssn, name);
  if (!end->feeds) pn_link_flow(end->link, SLOTS);
}

/* All pairs begin at once, when the last link is open. */
static void count_opened(void) {
  if (++opened < 2 * pair_count) return;
  for (long i = 0; i < 2 * pair_count; i++) pn_connection_wake(ends[i].conn);
}

static void feed(struct end *end) {
  if (opened < 2 * pair_count || !end->feeds) return;
  for (; end->moved < each && pn_link_credit(end->link) > 0; end->moved++) {
    message_set_number(message, end->moved);
    message_send(end->link, message, SIZE, end->moved);
  }
}

static void settle(struct end *end, pn_delivery_t *dlv) {
  message_accepted(dlv);
  if (++end->accepted == each) pn_connection_close(end->conn);
}

static void drain(struct end *end, pn_delivery_t *dlv) {
  char taken[SIZE + 1];
  message_take(dlv, taken, SIZE, end->moved++);
  if (end->moved % (SLOTS / 2) == 0) pn_link_flow(end->link, SLOTS / 2);
  received++;
  if (received == warmup) meter_start();
  if (received == warmup + turns) meter_stop();
  if (end->moved == each) pn_connection_close(end->conn);
}

static void handle_client(pn_event_t *event, pn_event_type_t type) {
  pn_connection_t *conn = pn_event_connection(event);
  pn_delivery_t *dlv = pn_event_delivery(event);
  if (!conn) return;
  struct end *end = pn_connection_get_context(conn);
  switch (type) {
  case PN_CONNECTION_INIT: open_end(end, conn); break;
  case PN_LINK_REMOTE_OPEN: count_opened(); break;
  case PN_LINK_FLOW:
  case PN_CONNECTION_WAKE: feed(end); break;
  case PN_DELIVERY:
    if (end->feeds)
      settle(end, dlv);
    else if (!pn_delivery_partial(dlv))
      drain(end, dlv);
    break;
  default: break;
  }
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 100000000, "messages to measure"},
      {"warmup", &warmup, 1, 100000000, "messages before these, and at least as many after"},
      {"pairs", &pair_count, 1, MOST_PAIRS, "of connections"},
      {"threads", &threads, 1, MOST_THREADS, "of the relay"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  message_make(message, SIZE);
  each = (uint64_t)((2 * warmup + turns + pair_count - 1) / pair_count);
  ends = calloc((size_t)(2 * pair_count), sizeof *ends);
  if (!ends) die("out of memory");
  loop_reach(server_start(serve));
  for (long i = 0; i < 2 * pair_count; i++) {
    ends[i].pair = i / 2;
    ends[i].feeds = i % 2 == 0;
    loop_connect(&ends[i], 0);
  }
  loop_drive(handle_client);
  server_check(each * (uint64_t)pair_count);
  server_join();
  meter_print(turns);
  free(ends);
  return 0;
}
