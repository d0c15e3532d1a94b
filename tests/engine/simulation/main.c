/* main.c: two engines, random legal behaviour of both applications, a random network between them, by seed.
 *
 *   engine_simulation SEEDS [FIRST]     runs that many seeds from FIRST (1) on; prints the seed of a failure and ends with 1
 *
 * In each run client and server open links in both directions, in several sessions, send messages in runs and one by one,
 * settled or not, and read, leave and settle them in any order. Links pause and go on, or end and are attached again, and so
 * do sessions; the connection is cut off several times and made again. What was not acknowledged is sent again, and what
 * comes twice is known by its number. At the end every message that was not taken back has come, but for those that nobody
 * waited to hear of when an attachment ended: in order and whole, once in an attachment; every delivery is settled, both ends
 * agree on credit and frames, shared bytes have been released once, no error was met. */
#include "engine/session.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state, seed;

uint32_t draw(uint32_t below) { /* splitmix64 */
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

void require(int condition, const char *what, const char *file, int line) {
  if (condition) return;
  const char *const slash = strrchr(file, '/');
  fprintf(stderr, "%s:%d: %s; repeat with: engine_simulation 1 %" PRIu64 "\n", slash ? slash + 1 : file, line,
      what, seed);
  exit(1);
}

static pn_session_t *sessions[SESSIONS]; /* the client's */
static unsigned session_count;
static unsigned ends_left; /* of links and sessions, in this run */

/* Attachments. */

/* A session that has been in use for long: ids go on from a number that takes one octet or five, or from short of where they
 * begin again. Those of five octets make runs. */
static void age(pn_session_t *ssn) {
  const uint32_t ids[] = {0, 200, 1000, UINT32_MAX - 200};
  ssn->outgoing.next = ids[draw(4)] + draw(100);
  ssn->window.next_outgoing_id = ids[draw(4)] + draw(100);
}

static pn_link_t **end_at(struct flow *flow, const struct side *side) {
  return side == side_of(flow, true) ? &flow->sender : &flow->receiver;
}

/* An application's end of a link is over, and will not be used any more; its connection may be, too. */
static void leave(struct flow *flow, const struct side *side) {
  pn_link_t **const end = end_at(flow, side);
  if (!*end) return;
  if (end == &flow->sender)
    sender_leaves(flow);
  else
    receiver_leaves(flow);
  *end = NULL;
  flow->phase = flow->sender || flow->receiver ? ENDING : AWAY;
}

static void attach(struct flow *flow) {
  char name[16];
  pn_session_t **const ssn = &sessions[draw(session_count)];
  if (!*ssn) {
    *ssn = pn_session(client.driver.connection);
    age(*ssn);
    if (once_in(2)) pn_session_set_incoming_window_and_lwm(*ssn, 1 + draw(20), 0);
    pn_session_open(*ssn);
  }
  snprintf(name, sizeof name, "%u", flow->number);
  pn_link_t *link = flow->number % 2 == 0 ? pn_sender(*ssn, name) : pn_receiver(*ssn, name);
  *end_at(flow, &client) = link;
  flow->attachment++;
  flow->phase = OPENING;
  flow->granted = flow->drained = flow->left = 0;
  pn_link_open(link);
}

/* An answer is wanted, to the first attach or to another one; or this is the answer. */
static void attached(const struct side *side, pn_link_t *link) {
  struct flow *flow = &flows[pn_link_name(link)[0] - '0'];
  pn_link_set_snd_settle_mode(link, PN_SND_MIXED);
  pn_link_open(link);
  *end_at(flow, side) = link;
  if (side == &client) flow->phase = UP;
}

static void pause_link(struct flow *flow) {
  flow->phase = PAUSING;
  pn_link_detach(*end_at(flow, &client));
}

static void end_link(struct flow *flow) {
  const bool by_sender = once_in(2);
  pn_link_t *link = by_sender ? flow->sender : flow->receiver;
  flow->phase = ENDING;
  flow->empties = by_sender;
  if (once_in(2))
    pn_link_detach(link);
  else
    pn_link_close(link);
  if (!once_in(4)) return;
  leave(flow, side_of(flow, by_sender)); /* it does not wait for the answer, nor for what it was given */
  pn_link_free(link);
}

/* The peer has ended the link, or has answered to its end. */
static void ended(const struct side *side, pn_link_t *link, bool closed) {
  struct flow *flow = flow_of(link);
  if (!flow) return;
  if (flow->phase == PAUSING) {
    if (side == &client)
      pn_link_open(link);
    else
      pn_link_detach(link);
    return;
  }
  REQUIRE(flow->phase == ENDING);
  leave(flow, side);
  if (closed)
    pn_link_close(link);
  else
    pn_link_detach(link);
  pn_link_free(link);
}

static bool is_in(struct flow *flow, const struct side *side, const pn_session_t *ssn) {
  pn_link_t *const link = *end_at(flow, side);
  return link && pn_link_session(link) == ssn;
}

static void end_session(const struct side *side, pn_session_t *ssn) {
  for (unsigned i = 0; i < links; i++) {
    if (is_in(&flows[i], side, ssn) && flows[i].phase != UP) return;
  }
  for (unsigned i = 0; i < links; i++) {
    if (!is_in(&flows[i], side, ssn)) continue;
    flows[i].phase = ENDING;
    flows[i].empties = side == side_of(&flows[i], true);
  }
  for (unsigned i = 0; i < SESSIONS; i++) {
    if (sessions[i] == ssn) sessions[i] = NULL; /* another one takes its place */
  }
  ends_left--;
  pn_session_close(ssn);
}

static void answer(const struct side *side, pn_session_t *ssn) {
  if (side == &server) age(ssn);
  pn_session_open(ssn);
}

static void session_ended(const struct side *side, pn_session_t *ssn) {
  for (unsigned i = 0; i < links; i++) {
    if (is_in(&flows[i], side, ssn)) leave(&flows[i], side);
  }
  for (unsigned i = 0; i < SESSIONS; i++) {
    if (sessions[i] == ssn) sessions[i] = NULL;
  }
  pn_session_close(ssn);
  pn_session_free(ssn);
}

/* Events. */

static void told(pn_delivery_t *dlv) {
  struct flow *flow = flow_of(pn_delivery_link(dlv));
  if (!flow) return; /* the link was left meanwhile */
  if (flow->sender == pn_delivery_link(dlv))
    sender_told(flow, dlv);
  else
    receiver_told(flow, dlv);
}

static void handle(struct side *side, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: answer(side, pn_event_session(event)); break;
  case PN_SESSION_REMOTE_CLOSE: session_ended(side, pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN: attached(side, pn_event_link(event)); break;
  case PN_LINK_REMOTE_DETACH: ended(side, pn_event_link(event), false); break;
  case PN_LINK_REMOTE_CLOSE: ended(side, pn_event_link(event), true); break;
  case PN_TRANSPORT_ERROR: side->errors++; break;
  case PN_DELIVERY: told(pn_event_delivery(event)); break;
  default: break;
  }
}

static bool handle_events(struct side *side) {
  pn_event_t *event;
  bool any = false;
  for (; (event = pn_connection_driver_next_event(&side->driver)); any = true) handle(side, event);
  return any;
}

/* What the applications do of themselves. */

/* Whether nothing of a link is under way. */
static bool rests(const struct flow *flow) {
  return !flow->begun && pn_link_queued(flow->sender) == 0 && pn_link_unsettled(flow->sender) == 0 &&
         receiver_is_done(flow);
}

/* Whether its end waits for the receiver to take what there is. */
static bool is_emptied(const struct flow *flow) {
  return flow->phase == ENDING && flow->empties && flow->receiver;
}

static void act(void) {
  struct flow *flow = &flows[draw(links)];
  if (flow->phase == AWAY) attach(flow);
  if (is_emptied(flow)) {
    grant(flow);
    receiver_looks(flow);
  }
  if (flow->phase != UP) return;
  switch (draw(8)) {
  case 0:
  case 1: grant(flow); break;
  case 2:
    if (pn_link_get_drain(flow->sender) && !flow->begun) pn_link_drained(flow->sender);
    break;
  case 3: receiver_looks(flow); break;
  case 4:
    if (once_in(8) && rests(flow)) {
      pause_link(flow);
    } else if (ends_left > 0 && once_in(60)) {
      ends_left--;
      end_link(flow);
    } else if (ends_left > 0 && once_in(60)) {
      const struct side *side = once_in(2) ? &client : &server;
      end_session(side, pn_link_session(*end_at(flow, side)));
    } else if (once_in(8)) {
      inspect(flow, flow->sender);
    }
    break;
  default: send_something(flow);
  }
}

static bool finished(void) {
  for (unsigned i = 0; i < links; i++) {
    const struct flow *flow = &flows[i];
    if (flow->phase != UP || !sender_is_done(flow) || !receiver_is_done(flow)) return false;
  }
  for (unsigned i = 0; i < links; i++) {
    if (!all_handled(&flows[i])) return false;
  }
  return true;
}

static void tidy_up(void) {
  for (unsigned i = 0; i < links; i++) {
    if (flows[i].phase != UP && !is_emptied(&flows[i])) continue;
    receiver_looks(&flows[i]);
    receiver_settles(&flows[i]);
    if (flows[i].phase == UP) sender_settles(&flows[i]);
  }
}

/* Until all is done, or for so many steps; false if it was cut short. */
static bool converse(unsigned steps) {
  for (unsigned step = 0; !finished(); step++) {
    REQUIRE(step < 2000000);
    if (step == steps) return false;
    if (step % 64 == 0) {
      change_weather();
      if (once_in(4)) fill_shelf();
    }
    if (once_in(3)) act();
    pass_on();
    handle_events(&client);
    handle_events(&server);
    if (step % 64 == 63) tidy_up();
  }
  return true;
}

/* Connections. */

static void begin_connection(void) {
  client.errors = server.errors = 0;
  REQUIRE(pn_connection_driver_init(&client.driver, NULL, NULL) == 0);
  REQUIRE(pn_connection_driver_init(&server.driver, NULL, NULL) == 0);
  pn_transport_set_server(server.driver.transport);
  pn_transport_set_max_frame(client.driver.transport, 512 + draw(once_in(2) ? 4000 : 60000));
  pn_transport_set_max_frame(server.driver.transport, 512 + draw(once_in(2) ? 4000 : 60000));
  pn_connection_set_container(client.driver.connection, "client");
  pn_connection_set_container(server.driver.connection, "server");
  begin_network();
  memset(sessions, 0, sizeof sessions);
  session_count = 1 + draw(SESSIONS);
  pn_connection_open(client.driver.connection);
}

/* All has come, also the beginning of what was taken back meanwhile. */
static void come_to_rest(void) {
  unsigned rounds = 0;
  for (bool any = true; any;) {
    REQUIRE(rounds++ < 1000);
    any = pass_all();
    any |= handle_events(&client);
    any |= handle_events(&server);
    if (any || finished()) continue;
    tidy_up();
    any = true;
  }
}

/* Both ends agree on what has been sent and what may be. */
static void agree(void) {
  come_to_rest();
  REQUIRE(pn_transport_get_frames_output(client.driver.transport) ==
          pn_transport_get_frames_input(server.driver.transport));
  REQUIRE(pn_transport_get_frames_output(server.driver.transport) ==
          pn_transport_get_frames_input(client.driver.transport));
  for (unsigned i = 0; i < links; i++) {
    struct flow *flow = &flows[i];
    flow->drained += pn_link_drained(flow->receiver);
    REQUIRE(pn_link_credit(flow->receiver) == flow->granted - flow->drained - flow->left);
    REQUIRE(pn_link_credit(flow->receiver) == pn_link_credit(flow->sender));
    REQUIRE(pn_session_incoming_bytes(pn_link_session(flow->receiver)) == 0);
    REQUIRE(pn_session_outgoing_bytes(pn_link_session(flow->sender)) == 0);
  }
}

static void close_both(void) {
  pn_connection_close(client.driver.connection);
  pn_connection_close(server.driver.connection);
  for (bool any = true; any;) {
    any = pass_all();
    any |= handle_events(&client);
    any |= handle_events(&server);
  }
  REQUIRE(client.errors == 0 && server.errors == 0);
  REQUIRE(pn_connection_driver_finished(&client.driver) && pn_connection_driver_finished(&server.driver));
  pn_connection_driver_destroy(&client.driver);
  pn_connection_driver_destroy(&server.driver);
}

/* A side learns that the connection is lost. Its application hears of all that had come, or only looks at what it finds in
 * its links, or does not care. */
static void lose(struct side *side) {
  pn_connection_t *conn = NULL;
  if (once_in(3)) {
    conn = pn_connection_driver_release_connection(&side->driver);
    REQUIRE(conn);
  } else {
    cut_off(side);
    if (!once_in(4)) {
      handle_events(side);
      REQUIRE(side->errors == 1 && pn_connection_driver_finished(&side->driver));
    }
  }
  const bool destroyed = once_in(2);
  if (conn && destroyed) pn_connection_driver_destroy(&side->driver);
  for (unsigned i = 0; i < links; i++) leave(&flows[i], side);
  if (!conn || !destroyed) pn_connection_driver_destroy(&side->driver);
  if (conn) pn_connection_free(conn);
}

/* Runs. */

static void make_messages(struct flow *flow) {
  const uint32_t sizes[] = {1, 50, 700, 6000, LARGEST};
  const bool small = once_in(2); /* and many */
  const uint8_t tag_size = (uint8_t)(once_in(2) ? 4 : 3 + draw(30));
  const unsigned settled = draw(4); /* how many of three */
  flow->alike = small && !once_in(3);
  flow->count = small ? 20 + draw(once_in(3) ? MESSAGES - 20 : 60) : 4 + draw(12);
  for (unsigned i = 0; i < flow->count; i++) {
    struct message *message = &flow->messages[i];
    message->size = flow->alike ? 40 + draw(60) : 1 + draw(sizes[draw(small ? 2 : 5)]);
    message->start = draw(PATTERN - LARGEST);
    message->tag_size = (uint8_t)(once_in(flow->alike ? 300 : 30) ? 3 + draw(30) : tag_size);
    message->settled = flow->alike && !once_in(100) ? settled % 2 : draw(3) < settled;
    message->stated = once_in(flow->alike ? 300 : 30);
  }
}

/* What was not taken back has come, if anybody wanted to be sure of it. */
static void require_all_known(const struct flow *flow) {
  for (unsigned i = 0; i < flow->count; i++) {
    const struct message *message = &flow->messages[i];
    REQUIRE(message->fate == DONE_WITH || message->fate == WITHDRAWN);
    REQUIRE(message->handled_in > 0 || message->fate == WITHDRAWN || message->may_be_lost);
  }
}

static void drop_kept(struct side *side) {
  if (side->kept) pn_decref(side->kept);
  side->kept = NULL;
}

static void run(uint64_t number) {
  seed = state = number;
  memset(flows, 0, sizeof flows);
  links = 1 + draw(LINKS);
  for (unsigned i = 0; i < links; i++) {
    flows[i].number = i;
    flows[i].late = once_in(2);
    flows[i].prompt = !flows[i].late && once_in(2);
    flows[i].refuses = once_in(4);
    make_messages(&flows[i]);
  }
  ends_left = draw(4);
  unsigned cuts = once_in(2) ? 0 : 1 + draw(4);
  for (;;) {
    begin_connection();
    const bool whole = converse(cuts > 0 ? draw(800) : UINT32_MAX);
    REQUIRE(client.errors == 0 && server.errors == 0);
    if (whole) break;
    cuts--;
    const bool client_first = once_in(2);
    lose(client_first ? &client : &server);
    lose(client_first ? &server : &client);
  }
  agree();
  close_both();
  drop_kept(&client);
  drop_kept(&server);
  for (unsigned i = 0; i < links; i++) require_all_known(&flows[i]);
  clear_shelf();
}

int main(int argc, char **argv) {
  const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (count == 0) {
    fprintf(stderr, "usage: %s SEEDS [FIRST]\n", argv[0]);
    return 2;
  }
  for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (char)draw(256);
  for (uint64_t number = first; number < first + count; number++) run(number);
  printf("%" PRIu64 " seeds\n", count);
  return 0;
}
