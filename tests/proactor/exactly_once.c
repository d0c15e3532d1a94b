/* exactly_once.c: a relay under fire.
 *
 *   exactly_once [--messages N] [--links N] [--threads N] [--seed N]       in full: --messages 1000000
 *
 * Producers send numbered messages through a relay, each to a consumer of its own. By default there are 100 of either, and so 200
 * connections to the relay, which is a proactor of its own; the messages are shared out to them. The relay accepts a message once
 * it has it, and hands it from the producer's connection to the consumer's, by a lock and a wake. Connections are killed at random
 * on both sides and come back: a producer then sends again what was not accepted, and the relay what the consumer did not accept.
 *
 * So a message may come on two links, where an accept was on its way as the first one died. Checked: each message arrives; none
 * is missing between those of a link, nor comes twice on it; what the relay has accepted is not lost. */
#include "harness.h"

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINKS = 1000, MOST_THREADS = 16, WINDOW = 50, KILL_EVERY = 400 };

/* The way from a producer to a consumer. Messages have the numbers from 1; "up to" is with that one. */
struct way {
  unsigned index;
  uint64_t accepted;              /* the producer's: accepted up to here */
  atomic_uint_least64_t received; /* the consumer's: received up to here, on whatever link */
  pthread_mutex_t mutex;          /* of the relay's: */
  uint64_t arrived;               /* accepted from the producer up to here */
  uint64_t delivered, handed;     /* accepted by the consumer, and sent on its present link, up to here */
  pn_connection_t *out;           /* the consumer's present connection, NULL while it has none */
};

/* A connection's context. */
struct end {
  struct way *way; /* the relay knows it when the link has come */
  enum { UNKNOWN, PRODUCER, CONSUMER, RELAY_IN, RELAY_OUT } role;
  pn_link_t *link;
  uint64_t last; /* sent or received on this link */
};

static struct {
  pn_proactor_t *clients, *relay;
  char address[64];
  struct way ways[MOST_LINKS];
  unsigned messages, links, threads, seed;
  uint64_t each; /* messages of each way */
  atomic_uint unfinished, kills;
  atomic_uint_least64_t sent_again, received_again;
} world = {.messages = 40000, .links = 100, .threads = 8, .seed = 1};

static _Thread_local uint64_t random_state;

static uint32_t any(uint32_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 32) % below;
}

/* Messages. */

static void send_number(struct end *end, uint64_t number) {
  pn_delivery(end->link, pn_dtag((const char *)&number, sizeof number));
  pn_link_send(end->link, (const char *)&number, sizeof number);
  pn_link_advance(end->link);
  end->last = number;
}

static uint64_t receive_number(pn_link_t *link, pn_delivery_t *delivery) {
  uint64_t number = 0;
  if (pn_link_recv(link, (char *)&number, sizeof number) != sizeof number)
    broken("a message of another size");
  pn_delivery_update(delivery, PN_ACCEPTED);
  pn_delivery_settle(delivery);
  pn_link_flow(link, 1);
  return number;
}

static uint64_t accepted_number(pn_delivery_t *delivery) {
  uint64_t number = 0;
  memcpy(&number, pn_delivery_tag(delivery).start, sizeof number);
  if (pn_delivery_remote_state(delivery) != PN_ACCEPTED) broken("a message that is not accepted");
  pn_delivery_settle(delivery);
  return number;
}

/* Producers and consumers. */

static void connect_client(struct way *way, int role);

static void finish(pn_connection_t *connection) {
  pn_connection_close(connection);
  if (atomic_fetch_sub(&world.unfinished, 1) > 1) return;
  pn_proactor_disconnect(world.relay, NULL);
  pn_proactor_disconnect(world.clients, NULL);
}

static void produce(struct end *end) {
  while (end->last < world.each && pn_link_credit(end->link) > 0) send_number(end, end->last + 1);
}

static void note_accepted(struct end *end, pn_delivery_t *delivery) {
  uint64_t number = accepted_number(delivery);
  if (number <= end->way->accepted) broken("accepted twice: %" PRIu64, number);
  end->way->accepted = number;
  if (number == world.each) finish(pn_session_connection(pn_link_session(end->link)));
}

static void consume(struct end *end, pn_delivery_t *delivery) {
  struct way *way = end->way;
  uint64_t number = receive_number(end->link, delivery), received = atomic_load(&way->received);
  if (end->last && number != end->last + 1)
    broken("%" PRIu64 " after %" PRIu64 " on one link", number, end->last);
  if (number > received + 1) broken("%" PRIu64 " lost", received + 1);
  end->last = number;
  if (number <= received) {
    atomic_fetch_add(&world.received_again, 1);
    return;
  }
  atomic_store(&way->received, number);
  if (number == world.each) finish(pn_session_connection(pn_link_session(end->link)));
}

static void open_client_link(struct end *end, pn_connection_t *connection) {
  char name[32];
  pn_session_t *session = pn_session(connection);
  pn_session_open(session);
  snprintf(name, sizeof name, "%u", end->way->index);
  end->link = end->role == PRODUCER ? pn_sender(session, name) : pn_receiver(session, name);
  pn_link_open(end->link);
  if (end->role == CONSUMER) pn_link_flow(end->link, WINDOW);
}

/* Whether what it was for is done. */
static bool is_done(const struct end *end) {
  uint64_t done = end->role == PRODUCER ? end->way->accepted : atomic_load(&end->way->received);
  return done == world.each;
}

/* The relay. */

static void take_in(struct end *end, pn_delivery_t *delivery) {
  struct way *way = end->way;
  uint64_t number = receive_number(end->link, delivery);
  pthread_mutex_lock(&way->mutex);
  if (number > way->arrived + 1) broken("%" PRIu64 " lost on the way to the relay", way->arrived + 1);
  if (number <= way->arrived) atomic_fetch_add(&world.sent_again, 1);
  if (number == way->arrived + 1) way->arrived = number;
  if (way->out) pn_connection_wake(way->out);
  pthread_mutex_unlock(&way->mutex);
}

/* An end that has been replaced by another, and does not know yet, sends nothing. */
static void hand_out(struct end *end, pn_connection_t *connection) {
  struct way *way = end->way;
  pthread_mutex_lock(&way->mutex);
  while (way->out == connection && way->handed < way->arrived && pn_link_credit(end->link) > 0)
    send_number(end, ++way->handed);
  pthread_mutex_unlock(&way->mutex);
}

static void note_delivered(struct end *end, pn_connection_t *connection, pn_delivery_t *delivery) {
  struct way *way = end->way;
  uint64_t number = accepted_number(delivery);
  pthread_mutex_lock(&way->mutex);
  if (way->out == connection) way->delivered = number;
  pthread_mutex_unlock(&way->mutex);
}

static void relay_link_opened(struct end *end, pn_connection_t *connection, pn_link_t *link) {
  struct way *way = end->way = &world.ways[strtoul(pn_link_name(link), NULL, 10)];
  end->link = link;
  end->role = pn_link_is_receiver(link) ? RELAY_IN : RELAY_OUT;
  pn_link_open(link);
  if (end->role == RELAY_IN) {
    pn_link_flow(link, WINDOW);
    return;
  }
  pthread_mutex_lock(&way->mutex);
  way->out = connection;
  way->handed = way->delivered;
  pthread_mutex_unlock(&way->mutex);
}

static void relay_end_gone(struct end *end, pn_connection_t *connection) {
  if (end->role != RELAY_OUT) return;
  pthread_mutex_lock(&end->way->mutex);
  if (end->way->out == connection) end->way->out = NULL;
  pthread_mutex_unlock(&end->way->mutex);
}

/* Events. */

static void handle_delivery(struct end *end, pn_connection_t *connection, pn_delivery_t *delivery) {
  bool incoming = pn_link_is_receiver(end->link);
  if (incoming ? !pn_delivery_readable(delivery) || pn_delivery_partial(delivery)
               : !pn_delivery_settled(delivery))
    return;
  switch (end->role) {
  case PRODUCER: note_accepted(end, delivery); break;
  case CONSUMER: consume(end, delivery); break;
  case RELAY_IN: take_in(end, delivery); break;
  case RELAY_OUT: note_delivered(end, connection, delivery); break;
  default: broken("a delivery on no link");
  }
  if (any(KILL_EVERY)) return;
  atomic_fetch_add(&world.kills, 1);
  if (any(4)) {
    pn_transport_close_tail(pn_connection_transport(connection));
    pn_transport_close_head(pn_connection_transport(connection));
  } else {
    pn_connection_close(connection);
  }
}

static void push(struct end *end, pn_connection_t *connection) {
  if (end->role == PRODUCER) produce(end);
  if (end->role == RELAY_OUT) hand_out(end, connection);
}

static void end_gone(struct end *end, pn_connection_t *connection) {
  if (end->role == PRODUCER || end->role == CONSUMER) {
    if (!is_done(end)) connect_client(end->way, end->role);
  } else {
    relay_end_gone(end, connection);
  }
  free(end);
}

static void handle_connection(struct end *end, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    if (end->way)
      open_client_link(end, connection);
    else
      pn_connection_open(connection);
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (end->role == UNKNOWN) pn_session_open(pn_event_session(event));
    break;
  case PN_LINK_REMOTE_OPEN:
    if (end->role == UNKNOWN) relay_link_opened(end, connection, pn_event_link(event));
    break;
  case PN_LINK_FLOW:
  case PN_CONNECTION_WAKE: push(end, connection); break;
  case PN_DELIVERY: handle_delivery(end, connection, pn_event_delivery(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
  case PN_TRANSPORT_CLOSED: end_gone(end, connection); break;
  default: break;
  }
}

static pn_connection_t *connection_of(struct way *way, int role) {
  struct end *end = calloc(1, sizeof *end);
  pn_connection_t *connection = pn_connection();
  if (!end || !connection) broken("out of memory");
  end->way = way;
  end->role = role;
  if (role == PRODUCER) end->last = way->accepted;
  pn_connection_set_context(connection, end);
  return connection;
}

static void connect_client(struct way *way, int role) {
  pn_proactor_connect2(world.clients, connection_of(way, role), NULL, world.address);
}

/* Threads. */

static void handle(pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_listener_t *listener = pn_event_listener(event);
  if (connection) handle_connection(pn_connection_get_context(connection), event);
  if (pn_event_type(event) == PN_LISTENER_ACCEPT)
    pn_listener_accept2(listener, connection_of(NULL, UNKNOWN), NULL);
}

static void *work(void *context) {
  pn_proactor_t *proactor = context;
  static atomic_uint threads;
  random_state = (atomic_fetch_add(&threads, 1) + 1) * 0x9e3779b97f4a7c15u + world.seed;
  for (bool active = true; active;) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;) {
      pn_event_type_t type = pn_event_type(event);
      handle(event);
      if (type == PN_PROACTOR_INTERRUPT) active = false;
      if (type == PN_PROACTOR_INACTIVE && !atomic_load(&world.unfinished)) active = false;
    }
    pn_proactor_done(proactor, batch);
  }
  pn_proactor_interrupt(proactor); /* the next one */
  return NULL;
}

static void listen_for_all(void) {
  pn_listener_t *listener = pn_listener();
  pn_proactor_listen(world.relay, listener, "127.0.0.1:0", 256);
  while (!*world.address) {
    pn_event_batch_t *batch = pn_proactor_wait(world.relay);
    for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;)
      if (pn_event_type(event) == PN_LISTENER_OPEN)
        pn_netaddr_str(pn_listener_addr(listener), world.address, sizeof world.address);
    pn_proactor_done(world.relay, batch);
  }
}

static void play(void) {
  pthread_t threads[2 * MOST_THREADS];
  world.clients = pn_proactor();
  world.relay = pn_proactor();
  world.each = world.messages / world.links;
  atomic_store(&world.unfinished, 2 * world.links);
  listen_for_all();
  for (unsigned i = 0; i < world.links; i++) {
    world.ways[i].index = i;
    pthread_mutex_init(&world.ways[i].mutex, NULL);
    connect_client(&world.ways[i], PRODUCER);
    connect_client(&world.ways[i], CONSUMER);
  }
  for (unsigned i = 0; i < world.threads; i++)
    pthread_create(&threads[i], NULL, work, i % 2 ? world.clients : world.relay);
  for (unsigned i = 0; i < world.threads; i++) pthread_join(threads[i], NULL);
  pn_proactor_free(world.clients);
  pn_proactor_free(world.relay);
  for (unsigned i = 0; i < world.links; i++)
    if (world.ways[i].accepted != world.each || atomic_load(&world.ways[i].received) != world.each)
      broken("way %u: %" PRIu64 " accepted, %" PRIuLEAST64 " received", i, world.ways[i].accepted,
          atomic_load(&world.ways[i].received));
  printf("%" PRIu64 " messages on %u links, %u connections killed; %" PRIuLEAST64 " sent and %" PRIuLEAST64
         " received again\n",
      world.each * world.links, 2 * world.links, atomic_load(&world.kills), atomic_load(&world.sent_again),
      atomic_load(&world.received_again));
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i + 1 < argc; i += 2) {
    unsigned value = (unsigned)strtoul(argv[i + 1], NULL, 10);
    if (!strcmp(argv[i], "--messages")) world.messages = value;
    if (!strcmp(argv[i], "--links") && value > 0 && value <= MOST_LINKS) world.links = value;
    if (!strcmp(argv[i], "--threads") && value >= 2 && value <= 2 * MOST_THREADS) world.threads = value;
    if (!strcmp(argv[i], "--seed")) world.seed = value;
  }
  play();
  return 0;
}
