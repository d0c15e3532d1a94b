/* simulation.c: two engines, random legal behaviour of both applications, a random network between them.
 *
 *   engine_simulation SEEDS [FIRST]     runs that many seeds from FIRST (1) on; prints the seed of a failure and ends with 1
 *
 * In each run client and server open links in both directions, in several sessions, send messages of random sizes in random
 * pieces, abort some, settle in either order, grant credit little by little and drain it, detach links and attach them
 * again. Bytes travel in pieces of 1 to a few thousand, each direction stands still at times, and some runs are cut off. At the
 * end every message that was not aborted has come once, in order and whole, or nothing but the last ones is missing where
 * the connection was cut; every delivery is settled; no error was met. */
#include <proton/connection_driver.h>
#include <proton/engine.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINKS = 4, SESSIONS = 3, MESSAGES = 12, LARGEST = 6000 };

static uint64_t state;

static uint32_t draw(uint32_t below) { /* splitmix64 */
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static uint64_t seed;
static void require(int condition, const char *what, int line) {
  if (condition) return;
  fprintf(stderr, "simulation.c:%d: %s; repeat with: engine_simulation 1 %" PRIu64 "\n", line, what, seed);
  exit(1);
}
#define REQUIRE(condition) require(!!(condition), #condition, __LINE__)

/* One link as its sender's and its receiver's applications see it. */
struct flow {
  pn_link_t *sender, *receiver;
  uint8_t next;               /* number of the next message to send */
  uint32_t left;              /* bytes of the current one still to give; its first byte is its number */
  bool begun;                 /* the current one has been begun */
  bool away;                  /* not attached, as far as the client has heard */
  uint8_t expected[MESSAGES]; /* numbers of the messages that are not aborted, in order */
  uint32_t sizes[MESSAGES];   /* by number */
  unsigned sent, received;
  uint32_t got; /* bytes of the message that is being received */
  unsigned settled_by_sender, settled_by_receiver;
};

struct side {
  pn_connection_driver_t driver;
  unsigned errors;
  unsigned stalled; /* steps during which nothing leaves */
};

static struct side client, server;
static struct flow flows[LINKS];
static unsigned links;      /* of this run */
static uint32_t most_bytes; /* the most bytes that travel at a time */

static void take(struct flow *flow, pn_delivery_t *dlv) {
  char bytes[512];
  ssize_t size;
  while ((size = pn_link_recv(flow->receiver, bytes, 1 + draw(sizeof bytes))) > 0) {
    REQUIRE(flow->received < MESSAGES);
    for (ssize_t i = 0; i < size; i++) {
      const uint32_t at = flow->got++;
      if (!pn_delivery_partial(dlv))
        REQUIRE((uint8_t)bytes[i] == (uint8_t)(flow->expected[flow->received] + at * 7));
    }
  }
  if (size == PN_ABORTED || pn_delivery_aborted(dlv)) {
    pn_delivery_settle(dlv);
    flow->got = 0;
  } else if (size == PN_EOS && !pn_delivery_partial(dlv)) {
    REQUIRE(flow->received < flow->sent);
    REQUIRE(flow->got == flow->sizes[flow->expected[flow->received]]);
    flow->received++;
    flow->got = 0;
    if (draw(3) > 0) pn_delivery_update(dlv, draw(2) ? PN_ACCEPTED : PN_RELEASED);
    if (draw(2) > 0)
      pn_delivery_settle(dlv);
    else if (pn_link_current(flow->receiver) == dlv)
      pn_link_advance(flow->receiver);
  }
}

static struct flow *flow_of(pn_link_t *link) {
  for (unsigned i = 0; i < links; i++) {
    if (flows[i].sender == link || flows[i].receiver == link) return &flows[i];
  }
  return NULL;
}

/* An answer is wanted, to the first attach or to another one; or this is the answer. */
static void attached(struct side *side, pn_link_t *link) {
  struct flow *flow = &flows[pn_link_name(link)[0] - '0'];
  pn_link_set_snd_settle_mode(link, PN_SND_MIXED);
  pn_link_open(link);
  *(pn_link_is_sender(link) ? &flow->sender : &flow->receiver) = link;
  if (side == &client) flow->away = false;
}

/* The client's application is the one that detaches first, and attaches again when the server has detached, too. */
static void detached(struct side *side, pn_link_t *link) {
  if (side == &client)
    pn_link_open(link);
  else
    pn_link_detach(link);
}

static void handle(struct side *side, pn_event_t *event) {
  pn_delivery_t *dlv = pn_event_delivery(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN: attached(side, pn_event_link(event)); break;
  case PN_LINK_REMOTE_DETACH: detached(side, pn_event_link(event)); break;
  case PN_TRANSPORT_ERROR: side->errors++; break;
  case PN_DELIVERY:
    if (pn_link_is_receiver(pn_event_link(event))) {
      if (pn_delivery_current(dlv)) take(flow_of(pn_event_link(event)), dlv);
    } else if (pn_delivery_settled(dlv) || draw(4) == 0) {
      pn_delivery_settle(dlv);
    }
    break;
  default: break;
  }
}

static void handle_events(struct side *side) {
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&side->driver))) handle(side, event);
}

static size_t deliver(struct side *from, struct side *to, size_t most) {
  if (from->stalled > 0) {
    from->stalled--;
    return 0;
  }
  const pn_bytes_t out = pn_connection_driver_write_buffer(&from->driver);
  const pn_rwbytes_t in = pn_connection_driver_read_buffer(&to->driver);
  size_t size = out.size < in.size ? out.size : in.size;
  if (size > most) size = most;
  if (size == 0) return 0;
  memcpy(in.start, out.start, size);
  pn_connection_driver_read_done(&to->driver, size);
  pn_connection_driver_write_done(&from->driver, size);
  return size;
}

/* One step of a sender: begin a message, give a piece of it, finish or abort it. */
static void send_something(struct flow *flow) {
  pn_link_t *link = flow->sender;
  if (!flow->begun) {
    if (flow->next == MESSAGES) return;
    const uint32_t kinds[] = {1, 50, 700, LARGEST};
    flow->sizes[flow->next] = flow->left = draw(kinds[draw(4)]) + 1;
    pn_delivery(link, pn_dtag((const char *)&flow->next, 1));
    flow->begun = true;
  }
  char bytes[LARGEST];
  const uint32_t size = flow->sizes[flow->next], piece = 1 + draw(flow->left), from = size - flow->left;
  for (uint32_t i = 0; i < piece; i++) bytes[i] = (char)(flow->next + (from + i) * 7);
  REQUIRE(pn_link_send(link, bytes, piece) == (ssize_t)piece);
  flow->left -= piece;
  if (draw(12) == 0) {
    pn_delivery_abort(pn_link_current(link));
  } else if (flow->left == 0) {
    flow->expected[flow->sent++] = flow->next;
    if (draw(4) == 0)
      pn_delivery_settle(pn_link_current(link));
    else
      pn_link_advance(link);
  } else {
    return;
  }
  flow->begun = false;
  flow->next++;
}

static void grant(struct flow *flow) {
  if (draw(8) == 0)
    pn_link_drain(flow->receiver, (int)draw(3));
  else
    pn_link_flow(flow->receiver, 1 + (int)draw(4));
}

/* Whether nothing of a flow is under way. */
static bool rests(const struct flow *flow) {
  return !flow->begun && flow->received == flow->sent && pn_link_queued(flow->sender) == 0 &&
         pn_link_unsettled(flow->sender) == 0 && pn_link_unsettled(flow->receiver) == 0;
}

static void act(void) {
  const unsigned number = draw(links);
  struct flow *flow = &flows[number];
  if (!flow->sender || !flow->receiver || flow->away) return;
  switch (draw(4)) {
  case 0: grant(flow); break;
  case 2:
    if (draw(8) == 0 && rests(flow)) {
      flow->away = true;
      pn_link_detach(number % 2 == 0 ? flow->sender : flow->receiver);
      break;
    }
    send_something(flow);
    break;
  case 1:
    if (pn_link_get_drain(flow->sender) && !flow->begun) pn_link_drained(flow->sender);
    break;
  default: send_something(flow);
  }
}

static void open_all(void) {
  pn_transport_set_server(server.driver.transport);
  pn_transport_set_max_frame(client.driver.transport, 512 + draw(4000));
  pn_transport_set_max_frame(server.driver.transport, 512 + draw(4000));
  pn_connection_open(client.driver.connection);
  pn_session_t *sessions[SESSIONS];
  const unsigned count = 1 + draw(SESSIONS);
  for (unsigned i = 0; i < count; i++) {
    sessions[i] = pn_session(client.driver.connection);
    if (draw(2)) pn_session_set_incoming_window_and_lwm(sessions[i], 1 + draw(20), 0);
    pn_session_open(sessions[i]);
  }
  for (unsigned i = 0; i < links; i++) {
    char name[16];
    flows[i].away = true;
    snprintf(name, sizeof name, "%u", i);
    if (i % 2 == 0)
      pn_link_open(flows[i].sender = pn_sender(sessions[draw(count)], name));
    else
      pn_link_open(flows[i].receiver = pn_receiver(sessions[draw(count)], name));
  }
}

/* Everything settles whatever it still holds. */
static void settle_all(pn_link_t *link) {
  for (pn_delivery_t *dlv = pn_unsettled_head(link), *next; dlv; dlv = next) {
    next = pn_unsettled_next(dlv);
    if (!pn_delivery_current(dlv) && !pn_delivery_buffered(dlv)) pn_delivery_settle(dlv);
  }
}

static bool finished(void) {
  for (unsigned i = 0; i < links; i++) {
    const struct flow *flow = &flows[i];
    if (!flow->sender || !flow->receiver || flow->away || flow->next < MESSAGES ||
        flow->received < flow->sent)
      return false;
    if (pn_link_unsettled(flow->sender) > 0 || pn_link_unsettled(flow->receiver) > 0) return false;
  }
  return true;
}

/* The network is another one now and then: larger or smaller pieces, down to single bytes, and stand-stills. */
static void change_weather(void) {
  most_bytes = draw(3) == 0 ? 1 + draw(8) : 1 + draw(3000);
  if (draw(8) == 0) client.stalled = draw(100);
  if (draw(8) == 0) server.stalled = draw(100);
}

static void settle_everything(void) {
  for (unsigned i = 0; i < links; i++) {
    if (flows[i].sender) settle_all(flows[i].sender);
    if (flows[i].receiver) settle_all(flows[i].receiver);
  }
}

/* Until all is done, or for so many steps; false if it was cut short. */
static bool converse(unsigned steps) {
  for (unsigned step = 0; !finished(); step++) {
    REQUIRE(step < 2000000);
    if (step == steps) return false;
    if (step % 64 == 0) change_weather();
    if (draw(3) == 0) act();
    deliver(&client, &server, 1 + draw(most_bytes));
    deliver(&server, &client, 1 + draw(most_bytes));
    handle_events(&client);
    handle_events(&server);
    if (step % 64 == 63) settle_everything();
  }
  return true;
}

static void close_both(void) {
  client.stalled = server.stalled = 0;
  pn_connection_close(client.driver.connection);
  pn_connection_close(server.driver.connection);
  for (int i = 0; i < 1000 && !pn_connection_driver_finished(&server.driver); i++) {
    deliver(&client, &server, 4096);
    deliver(&server, &client, 4096);
    handle_events(&client);
    handle_events(&server);
  }
  REQUIRE(client.errors == 0 && server.errors == 0);
}

/* The connection is lost: one end learns of it, then the other. */
static void cut_off(struct side *first, struct side *second) {
  pn_connection_driver_close(&first->driver);
  handle_events(first);
  pn_connection_driver_close(&second->driver);
  handle_events(second);
  REQUIRE(first->errors == 1 && second->errors == 1);
}

static void run(uint64_t number) {
  seed = state = number;
  memset(flows, 0, sizeof flows);
  client = server = (struct side){.errors = 0};
  REQUIRE(pn_connection_driver_init(&client.driver, NULL, NULL) == 0);
  REQUIRE(pn_connection_driver_init(&server.driver, NULL, NULL) == 0);
  links = 1 + draw(LINKS);
  open_all();
  const bool whole = converse(draw(10) == 0 ? draw(3000) : UINT32_MAX);
  REQUIRE(client.errors == 0 && server.errors == 0);
  if (whole)
    close_both();
  else if (draw(2))
    cut_off(&client, &server);
  else
    cut_off(&server, &client);
  REQUIRE(pn_connection_driver_finished(&client.driver) && pn_connection_driver_finished(&server.driver));
  pn_connection_driver_destroy(&client.driver);
  pn_connection_driver_destroy(&server.driver);
}

int main(int argc, char **argv) {
  const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (count == 0) {
    fprintf(stderr, "usage: %s SEEDS [FIRST]\n", argv[0]);
    return 2;
  }
  for (uint64_t number = first; number < first + count; number++) run(number);
  printf("%" PRIu64 " seeds\n", count);
  return 0;
}
