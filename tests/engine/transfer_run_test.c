/* Runs of transfers are a shorter way to the same octets and events: an engine that is traced goes the long way, so whatever
 * is done with both has to look the same from outside. */
#include "base/pool.h"
#include "engine/check.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <baryon/link.h>
#include <proton/connection_driver.h>
#include <proton/engine.h>
#include <proton/logger.h>
#include <stdlib.h>
#include <string.h>

/* What came out of an engine, octets and words about events alike. */
struct record {
  char *bytes;
  size_t size, capacity;
};

static void note(struct record *record, const void *bytes, size_t size) {
  if (record->capacity - record->size < size) {
    record->capacity = 2 * (record->capacity + size);
    record->bytes = __real_realloc(record->bytes, record->capacity);
    assert_non_null(record->bytes);
  }
  memcpy(record->bytes + record->size, bytes, size);
  record->size += size;
}

static void note_number(struct record *record, uint64_t number) { note(record, &number, sizeof number); }

static void forget(struct record *record) {
  free(record->bytes);
  *record = (struct record){NULL, 0, 0};
}

static uint32_t draw(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

static void drop_line(
    intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *line) {
  (void)context, (void)subsystem, (void)level, (void)line;
}

/* The long way is that of an engine whose frames somebody wants to see. */
static void trace(pn_connection_driver_t *driver) {
  pn_logger_t *logger = pn_transport_logger(driver->transport);
  pn_logger_set_log_sink(logger, drop_line, 0);
  pn_logger_set_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_FRAME);
}

struct talk {
  pn_connection_driver_t client, server;
  pn_link_t *senders[2];
  struct record octets; /* of both ends */
  struct record sent;   /* the client's alone */
  struct record seen;   /* by the server's application */
  uint32_t seed;
  unsigned number, received;
  bool settles; /* the server */
  bool curious; /* the server's application looks at its links in every way that there is */
  pn_delivery_t *kept;
};

static size_t pass(struct talk *talk, pn_connection_driver_t *from, pn_connection_driver_t *to);

static void see_unsettled(struct talk *talk, pn_link_t *link) {
  for (pn_delivery_t *dlv = pn_unsettled_head(link); dlv; dlv = pn_unsettled_next(dlv)) {
    const pn_delivery_tag_t tag = pn_delivery_tag(dlv);
    note(&talk->seen, tag.start, tag.size);
    note_number(&talk->seen, pn_delivery_pending(dlv));
  }
}

/* What waits in the collector, and that some of it is thrown away. */
static void see_collector(struct talk *talk) {
  pn_collector_t *const collector = talk->server.collector;
  pn_event_t *const first = pn_collector_peek(collector);
  note_number(&talk->seen, pn_collector_more(collector));
  if (!first) return;
  note_number(&talk->seen, pn_event_type(first));
  if (pn_event_type(first) == PN_DELIVERY) {
    const pn_delivery_tag_t tag = pn_delivery_tag(pn_event_delivery(first));
    note(&talk->seen, tag.start, tag.size);
    if (talk->curious && draw(&talk->seed) % 4 == 0) pn_collector_pop(collector);
  }
}

static void keep(struct talk *talk, pn_delivery_t *dlv) {
  if (talk->kept) pn_decref(talk->kept);
  talk->kept = dlv;
  pn_incref(dlv);
}

static void read_some(struct talk *talk, pn_link_t *link) {
  char bytes[5];
  const ssize_t got = pn_link_recv(link, bytes, sizeof bytes);
  note_number(&talk->seen, (uint64_t)got);
  if (got > 0) note(&talk->seen, bytes, (size_t)got);
}

static void leave_all(struct talk *talk, pn_link_t *link) {
  pn_delivery_t *dlv;
  while ((dlv = pn_link_current(link)) && !pn_delivery_partial(dlv)) {
    note_number(&talk->seen, pn_delivery_pending(dlv));
    if (draw(&talk->seed) % 2)
      pn_delivery_settle(dlv);
    else
      pn_link_advance(link);
  }
}

/* Returns whether the delivery is to be left as it is. */
static bool look_around(struct talk *talk, pn_link_t *link, pn_delivery_t *dlv) {
  switch (draw(&talk->seed) % 24) {
  case 0: return true;
  case 1: see_unsettled(talk, link); return false;
  case 2: see_collector(talk); return false;
  case 3: keep(talk, dlv); return false;
  case 4: read_some(talk, link); return false;
  case 5: read_some(talk, link); return true;
  case 6: leave_all(talk, link); return true;
  case 7: /* what comes behind it */
    pn_link_advance(link);
    read_some(talk, link);
    pn_link_advance(link);
    return true;
  case 8: pn_delivery_set_context(dlv, talk); return false;
  case 9: pn_delivery_update(dlv, PN_REJECTED); return false;
  case 10: (void)pass(talk, &talk->server, &talk->client); return false;
  case 11: /* what is due leaves before it is settled */
    pn_delivery_update(dlv, PN_ACCEPTED);
    (void)pass(talk, &talk->server, &talk->client);
    return false;
  case 12:
    if (talk->kept) pn_delivery_settle(talk->kept);
    return false;
  case 13: note_number(&talk->seen, pn_unsettled_next(dlv) != NULL); return false;
  default: return false;
  }
}

static void see_delivery(struct talk *talk, pn_delivery_t *dlv) {
  static char bytes[4096];
  pn_link_t *link = pn_delivery_link(dlv);
  if (!pn_delivery_readable(dlv)) {
    note_number(&talk->seen, pn_delivery_remote_state(dlv));
    if (pn_link_is_receiver(link)) { /* one before it was left as it is */
      if (draw(&talk->seed) % 8 == 0) leave_all(talk, link);
    } else if (pn_delivery_settled(dlv) && !pn_delivery_current(dlv)) {
      pn_delivery_settle(dlv);
    }
    return;
  }
  const pn_delivery_tag_t tag = pn_delivery_tag(dlv);
  note(&talk->seen, tag.start, tag.size);
  note_number(&talk->seen, pn_delivery_pending(dlv));
  note_number(&talk->seen, pn_session_incoming_bytes(pn_link_session(link)));
  note_number(&talk->seen, (uint64_t)pn_link_credit(link) << 32 | (uint32_t)pn_link_queued(link));
  note_number(&talk->seen, (uint64_t)pn_delivery_partial(dlv) << 2 | (uint64_t)pn_delivery_settled(dlv) << 1 |
                               (uint64_t)pn_delivery_aborted(dlv));
  if (talk->curious && look_around(talk, link, dlv)) return;
  const ssize_t got = pn_link_recv(link, bytes, sizeof bytes);
  if (got > 0) note(&talk->seen, bytes, (size_t)got);
  if (pn_delivery_partial(dlv)) return;
  talk->received++;
  if (talk->received % 7 != 0) pn_delivery_update(dlv, talk->received % 5 ? PN_ACCEPTED : PN_RELEASED);
  if (talk->settles)
    pn_delivery_settle(dlv);
  else
    pn_link_advance(link);
  if (pn_link_credit(link) < 500) pn_link_flow(link, 500);
}

static void handle(struct talk *talk, pn_event_t *event) {
  note_number(&talk->seen, pn_event_type(event));
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(pn_event_link(event));
    pn_link_flow(pn_event_link(event), 1000);
    break;
  case PN_DELIVERY: see_delivery(talk, pn_event_delivery(event)); break;
  default: break;
  }
}

/* A curious application now and then lets events wait while more comes. */
static void handle_all(struct talk *talk, pn_connection_driver_t *driver) {
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(driver))) {
    handle(talk, event);
    if (talk->curious && driver == &talk->server && draw(&talk->seed) % 32 == 0) break;
  }
}

static size_t feed(pn_connection_driver_t *driver, const char *bytes, size_t size) {
  const pn_rwbytes_t room = pn_connection_driver_read_buffer(driver);
  if (size > room.size) size = room.size;
  if (size == 0) return 0;
  memcpy(room.start, bytes, size);
  pn_connection_driver_read_done(driver, size);
  return size;
}

/* All that there is, or some of it; how much of it is shown at once is the engine's affair, and may differ. */
static size_t pass(struct talk *talk, pn_connection_driver_t *from, pn_connection_driver_t *to) {
  const size_t most = draw(&talk->seed) % 4 ? SIZE_MAX : 1 + draw(&talk->seed) % 1000;
  size_t passed = 0;
  pn_bytes_t out;
  while (passed < most && (out = pn_connection_driver_write_buffer(from)).size > 0) {
    const size_t size = feed(to, out.start, out.size < most - passed ? out.size : most - passed);
    note(&talk->octets, out.start, size);
    if (from == &talk->client) note(&talk->sent, out.start, size);
    pn_connection_driver_write_done(from, size);
    passed += size;
    if (size == 0) break;
  }
  return passed;
}

static void go_on(struct talk *talk) {
  size_t moved;
  do {
    handle_all(talk, &talk->client);
    moved = pass(talk, &talk->client, &talk->server);
    handle_all(talk, &talk->server);
    moved += pass(talk, &talk->server, &talk->client);
  } while (moved > 0);
}

static void start(struct talk *talk, bool traced, uint32_t seed) {
  *talk = (struct talk){.seed = seed, .settles = true};
  assert_int_equal(pn_connection_driver_init(&talk->client, NULL, NULL), 0);
  assert_int_equal(pn_connection_driver_init(&talk->server, NULL, NULL), 0);
  pn_transport_set_server(talk->server.transport);
  if (traced) {
    trace(&talk->client);
    trace(&talk->server);
  }
  pn_connection_set_container(talk->client.connection, "client");
  pn_connection_open(talk->client.connection);
  pn_session_t *ssn = pn_session(talk->client.connection);
  pn_session_open(ssn);
  for (int i = 0; i < 2; i++) {
    talk->senders[i] = pn_sender(ssn, i ? "two" : "one");
    pn_link_open(talk->senders[i]);
  }
  go_on(talk);
}

static void end(struct talk *talk) {
  if (talk->kept) pn_decref(talk->kept);
  pn_connection_driver_destroy(&talk->client);
  pn_connection_driver_destroy(&talk->server);
  forget(&talk->octets);
  forget(&talk->sent);
  forget(&talk->seen);
}

/* A message of that size, whose octets tell which it is. */
static void send(struct talk *talk, pn_link_t *link, size_t tag_size, size_t size, bool settled) {
  char bytes[4096], tag[32];
  memset(bytes, (int)talk->number, sizeof bytes);
  memset(tag, (int)(talk->number >> 3), sizeof tag);
  memcpy(tag, &talk->number, tag_size < sizeof talk->number ? tag_size : sizeof talk->number);
  talk->number++;
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag(tag, tag_size));
  assert_non_null(dlv);
  if (size > 0) assert_int_equal(pn_link_send(link, bytes, size), size);
  if (settled)
    pn_delivery_settle(dlv);
  else
    pn_link_advance(link);
}

/* Now and then something that does not fit into a run. */
static void send_unusual(struct talk *talk, pn_link_t *link) {
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag((const char *)&talk->number, sizeof talk->number));
  talk->number++;
  assert_true(pn_link_send(link, "beginning", 9) == 9);
  switch (draw(&talk->seed) % 4) {
  case 0: pn_delivery_abort(dlv); break;
  case 1: /* in two frames */
    go_on(talk);
    assert_true(pn_link_send(link, "end", 3) == 3);
    pn_link_advance(link);
    break;
  case 2: /* with a state */
    pn_delivery_update(dlv, PN_RELEASED);
    pn_link_advance(link);
    break;
  default: /* with a record */ pn_delivery_set_context(dlv, talk); pn_delivery_settle(dlv);
  }
}

/* The sender settles one of the last that it has sent, before the receiver has seen them. */
static void settle_under_way(struct talk *talk, pn_link_t *link) {
  pn_delivery_t *some = NULL;
  pass(talk, &talk->client, &talk->server);
  for (pn_delivery_t *dlv = pn_unsettled_head(link); dlv; dlv = pn_unsettled_next(dlv)) {
    if (!some || draw(&talk->seed) % 2) some = dlv;
  }
  if (some) pn_delivery_settle(some);
}

/* A burst fits into the output: where that is full is not the same for runs, and so who is told of it, and when, is not. */
static void talk_at_random(struct talk *talk, bool traced, bool curious, uint32_t seed) {
  start(talk, traced, seed);
  talk->curious = curious;
  for (int burst = 0; burst < 60; burst++) {
    const bool small = burst % 9 != 0;
    const unsigned count = 1 + draw(&talk->seed) % (small ? 40 : 15);
    const size_t tag_size = draw(&talk->seed) % 33, size = draw(&talk->seed) % (small ? 200 : 3000);
    const bool settled = draw(&talk->seed) % 2, varied = draw(&talk->seed) % 3 == 0;
    pn_link_t *link = talk->senders[burst % 2];
    talk->settles = draw(&talk->seed) % 4 != 0;
    for (unsigned i = 0; i < count; i++) {
      if (draw(&talk->seed) % 64 == 0)
        send_unusual(talk, link);
      else if (varied)
        send(talk, talk->senders[i % 2], draw(&talk->seed) % 33, draw(&talk->seed) % 300,
            draw(&talk->seed) % 2);
      else
        send(talk, link, tag_size, size + i % 3, settled);
    }
    if (curious && draw(&talk->seed) % 4 == 0) settle_under_way(talk, link);
    go_on(talk);
  }
}

static void assert_same(const struct record *one, const struct record *other) {
  assert_int_equal(one->size, other->size);
  assert_memory_equal(one->bytes, other->bytes, one->size);
}

/* Let a link or all of it go while deliveries wait to be seen. */
static void break_off(struct talk *talk) {
  for (unsigned i = 0; i < 30; i++) send(talk, talk->senders[0], 8, 50, i > 15);
  pass(talk, &talk->client, &talk->server);
  if (draw(&talk->seed) % 2) {
    for (int i = 0; i < 3; i++) {
      pn_event_t *event = pn_connection_driver_next_event(&talk->server);
      if (event) handle(talk, event);
    }
  }
  if (draw(&talk->seed) % 3 == 0) pn_session_close(pn_session_head(talk->server.connection, 0));
  if (draw(&talk->seed) % 2) pn_link_free(pn_link_head(talk->server.connection, 0));
  if (draw(&talk->seed) % 2) {
    see_collector(talk);
    go_on(talk);
  }
}

static void assert_both_ways_are_the_same(bool curious, uint32_t seeds) {
  for (uint32_t seed = 1; seed <= seeds; seed++) {
    struct talk quick, traced;
    talk_at_random(&quick, false, curious, seed);
    talk_at_random(&traced, true, curious, seed);
    if (curious) {
      break_off(&quick);
      break_off(&traced);
    }
    assert_true(quick.received > 0);
    assert_int_equal(quick.received, traced.received);
    assert_same(&quick.octets, &traced.octets);
    assert_same(&quick.seen, &traced.seen);
    end(&quick);
    end(&traced);
  }
}

static void runs_look_like_single_transfers(void **state) {
  (void)state;
  assert_both_ways_are_the_same(false, 40);
}

static void runs_look_like_deliveries_to_whoever_looks(void **state) {
  (void)state;
  assert_both_ways_are_the_same(true, 60);
}

/* Of a run of ten that are accepted, the fourth is rejected after all, and once it is settled nothing changes it; the eighth is
 * accepted, and not settled. */
static void the_outcome_is_the_last_before_settling(void **state) {
  struct talk talk;
  pn_event_t *event;
  pn_delivery_t *sent[10];
  int arrived = 0;
  (void)state;
  start(&talk, false, 1);
  for (unsigned i = 0; i < 10; i++) send(&talk, talk.senders[0], 8, 40, false);
  sent[0] = pn_unsettled_head(talk.senders[0]);
  for (unsigned i = 1; i < 10; i++) sent[i] = pn_unsettled_next(sent[i - 1]);
  while (pass(&talk, &talk.client, &talk.server) > 0) continue;
  while ((event = pn_connection_driver_next_event(&talk.server))) {
    char bytes[64];
    pn_delivery_t *const dlv = pn_event_delivery(event);
    if (!dlv) continue;
    assert_int_equal(pn_link_recv(pn_delivery_link(dlv), bytes, sizeof bytes), 40);
    arrived++;
    pn_delivery_update(dlv, PN_ACCEPTED);
    if (arrived == 4) pn_delivery_update(dlv, PN_REJECTED);
    if (arrived == 8)
      pn_link_advance(pn_delivery_link(dlv));
    else
      pn_delivery_settle(dlv);
    if (arrived == 4 || arrived == 6) pn_delivery_update(dlv, PN_RELEASED);
  }
  assert_int_equal(arrived, 10);
  while (pass(&talk, &talk.server, &talk.client) > 0) continue;
  for (int i = 0; i < 10; i++) {
    assert_int_equal(pn_delivery_remote_state(sent[i]), i == 3 ? PN_REJECTED : PN_ACCEPTED);
    assert_int_equal(pn_delivery_settled(sent[i]), i != 7);
  }
  end(&talk);
}

/* A message that came bit by bit is taken with the memory that it lies in; behind it, in the same, are those of a run. */
static void taken_octets_leave_the_run_behind_them(void **state) {
  enum { PIECE = 4000, PIECES = 5 };
  struct talk talk;
  char bytes[PIECE], expected[100];
  pn_bytes_t piece;
  (void)state;
  start(&talk, false, 1);
  for (unsigned i = 0; i < 300; i++)
    send(&talk, talk.senders[0], 8, 10, true); /* ids of five octets make runs */
  go_on(&talk);
  memset(bytes, 'x', sizeof bytes);
  pn_delivery(talk.senders[0], pn_dtag("large", 5));
  for (int i = 0; i < PIECES; i++) {
    assert_int_equal(pn_link_send(talk.senders[0], bytes, sizeof bytes), sizeof bytes);
    if (i == PIECES - 1) pn_link_advance(talk.senders[0]);
    while (pass(&talk, &talk.client, &talk.server) > 0) continue;
  }
  talk.number = 0;
  for (unsigned i = 0; i < 10; i++) send(&talk, talk.senders[0], 8, sizeof expected, false);
  while (pass(&talk, &talk.client, &talk.server) > 0) continue;
  pn_link_t *link = pn_link_head(talk.server.connection, 0);
  while (pn_link_queued(link) == 0) link = pn_link_next(link, 0);
  pn_shared_bytes_t *const kept = pn_delivery_take(pn_link_current(link), &piece);
  assert_non_null(kept);
  assert_int_equal(piece.size, PIECE * PIECES);
  pn_link_advance(link);
  for (int i = 0; i < 10; i++) {
    memset(expected, i, sizeof expected);
    assert_int_equal(pn_link_recv(link, bytes, sizeof bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    pn_link_advance(link);
  }
  end(&talk);
  for (size_t i = 0; i < piece.size; i++) assert_int_equal(piece.start[i], 'x');
  pn_shared_bytes_decref(kept);
}

/* What a server does with these octets, which did not come from a peer that means well. */
static void listen(struct talk *talk, bool traced, const char *octets, size_t size) {
  *talk = (struct talk){.settles = true};
  assert_int_equal(pn_connection_driver_init(&talk->client, NULL, NULL), 0);
  assert_int_equal(pn_connection_driver_init(&talk->server, NULL, NULL), 0);
  pn_transport_set_server(talk->server.transport);
  if (traced) trace(&talk->server);
  handle_all(talk, &talk->server);
  while (size > 0) {
    const size_t taken = feed(&talk->server, octets, size);
    handle_all(talk, &talk->server);
    const pn_bytes_t out = pn_connection_driver_write_buffer(&talk->server);
    if (out.size > 0) note(&talk->octets, out.start, out.size);
    pn_connection_driver_write_done(&talk->server, out.size);
    if (taken == 0) break;
    octets += taken;
    size -= taken;
  }
}

/* Each octet of a frame in the middle of a run, made another one. */
static void faults_in_a_run_are_found_as_elsewhere(void **state) {
  (void)state;
  struct talk talk;
  start(&talk, false, 1);
  for (unsigned i = 0; i < 320; i++) send(&talk, talk.senders[0], 8, 40, i % 2 == 0 || i > 300);
  go_on(&talk);
  const size_t frame = talk.sent.size - 10 * (size_t)(8 + 6 + 1 + 5 + 10 + 1 + 1 + 40);
  assert_memory_equal(talk.sent.bytes + frame + 4, "\2\0\0\0\0\x53\x14\xc0", 8);
  for (size_t at = 0; at < 40; at++) {
    for (int change = 1; change < 256; change += at < 4 ? 85 : 17) {
      struct talk quick, traced;
      char *octets = malloc(talk.sent.size);
      assert_non_null(octets);
      memcpy(octets, talk.sent.bytes, talk.sent.size);
      octets[frame + at] = (char)(octets[frame + at] ^ change);
      listen(&quick, false, octets, talk.sent.size);
      listen(&traced, true, octets, talk.sent.size);
      assert_int_equal(quick.received, traced.received);
      assert_same(&quick.octets, &traced.octets);
      assert_same(&quick.seen, &traced.seen);
      end(&quick);
      end(&traced);
      free(octets);
    }
  }
  end(&talk);
}

/* A link with much to send does not keep the others waiting until all of it has gone. */
static void links_take_turns(void **state) {
  (void)state;
  struct talk talk;
  start(&talk, false, 1);
  for (unsigned i = 0; i < 20; i++) { /* the session's window follows the size of frames */
    for (unsigned j = 0; j < 50; j++) send(&talk, talk.senders[0], 4, 100, true);
    go_on(&talk);
  }
  for (unsigned i = 0; i < 480; i++) send(&talk, talk.senders[0], 4, 100, true);
  send(&talk, talk.senders[1], 4, 100, true);
  handle_all(&talk, &talk.client);
  const pn_bytes_t out = pn_connection_driver_write_buffer(&talk.client);
  assert_true(out.size > 40 * (size_t)1024);
  size_t at = 0, second = 0;
  while (at < out.size && second == 0) {
    const unsigned char *octets = (const unsigned char *)out.start + at;
    if (octets[14] != 0x43 /* handle 0 */) second = at;
    at += (size_t)octets[2] << 8 | octets[3];
  }
  assert_true(second > 0 && second < 24 * (size_t)1024);
  end(&talk);
}

enum { BEFORE = 300, BURST = 40, SAME_TAG = 8 };

/* Send a burst and handle it while memory is scarce, looking at it in one way or another; whether it was refused any. */
static bool burst_in_need(struct talk *talk, unsigned way, bool settled) {
  for (unsigned i = 0; i < BURST; i++) send(talk, talk->senders[0], SAME_TAG, 50, settled);
  pass(talk, &talk->client, &talk->server);
  pni_pool_trim();
  scarce.asked = 0;
  scarce.on = true;
  pass(talk, &talk->client, &talk->server);
  if (way == 1) see_unsettled(talk, pn_link_head(talk->server.connection, 0));
  if (way == 2) see_collector(talk);
  go_on(talk);
  const bool refused = scarce_refused();
  scarce_end();
  go_on(talk);
  return refused;
}

/* It has failed; there may be no memory to say why. */
static bool is_over(pn_connection_driver_t *driver) {
  return pn_connection_driver_read_closed(driver) || pn_connection_driver_write_closed(driver) ||
         pn_condition_is_set(pn_transport_condition(driver->transport));
}

/* What was received is seen, or the connection ends; the engine is whole. */
static void run_without_memory_is_not_lost_in_silence(void **state) {
  (void)state;
  unsigned whole = 0, ended = 0;
  for (unsigned way = 0; way < 6; way++) {
    for (struct scarcity run = {0}; scarce_run(&run);) {
      struct talk talk;
      scarce.on = false;
      start(&talk, false, 1 + way % 3);
      for (unsigned i = 0; i < BEFORE; i++) send(&talk, talk.senders[0], SAME_TAG, 50, false);
      go_on(&talk);
      assert_int_equal(talk.received, BEFORE);
      const bool refused = burst_in_need(&talk, way % 3, way >= 3);
      const bool failed = is_over(&talk.server) || is_over(&talk.client);
      assert_true(failed ? refused : talk.received == BEFORE + BURST);
      *(failed ? &ended : &whole) += 1;
      pni_engine_check(talk.client.connection);
      pni_engine_check(talk.server.connection);
      end(&talk);
    }
  }
  assert_true(whole > 10 && ended > 10);
  pni_pool_trim();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_look_like_single_transfers),
      cmocka_unit_test(runs_look_like_deliveries_to_whoever_looks),
      cmocka_unit_test(run_without_memory_is_not_lost_in_silence),
      cmocka_unit_test(the_outcome_is_the_last_before_settling),
      cmocka_unit_test(taken_octets_leave_the_run_behind_them),
      cmocka_unit_test(faults_in_a_run_are_found_as_elsewhere),
      cmocka_unit_test(links_take_turns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
