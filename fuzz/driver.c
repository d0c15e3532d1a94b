/* driver.c: the engine behind a connection driver, as client or server, between an application and a peer that both follow
 * a script. Whatever they do, in whatever order: the engine's objects agree with each other after each step, what is written
 * is whole frames that decode and are no larger than the peer takes, nothing is left when it is over. */
#include "check.h"
#include "engine/check.h"
#include "engine/transport.h"
#include "peer.h"
#include "wire/frame.h"
#include "wire/reader.h"

#include <proton/connection_driver.h>
#include <proton/engine.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { KEPT = 4 };

struct world {
  pn_connection_driver_t driver;
  struct script script;
  int64_t now;
  void *kept[KEPT];     /* references of the application's */
  unsigned headers_due; /* protocol headers that are still to be written */
  uint8_t *frame;       /* what has been written of a frame */
  size_t frame_size;
};

/* What is written. */

static void check_frame(const struct world *world) {
  struct pni_frame frame;
  const char *what;
  CHECK(pni_frame_header_read(world->frame, 0, &frame, &what) == PNI_OK);
  CHECK(frame.size == world->frame_size && frame.type == PNI_FRAME_AMQP);
  CHECK(frame.size <= world->driver.transport->remote_max_frame);
  if (frame.size == frame.offset) return;
  struct pni_reader reader = pni_reader(world->frame + frame.offset, frame.size - frame.offset);
  pn_bytes_t performative;
  CHECK(pni_read_value(&reader, &performative) == PNI_OK);
}

static void check_octets(struct world *world, const uint8_t *octets, size_t size) {
  for (size_t i = 0; i < size; i++) {
    uint8_t *const frame = realloc(world->frame, world->frame_size + 1);
    CHECK(frame != NULL);
    world->frame = frame;
    frame[world->frame_size++] = octets[i];
    if (world->frame_size < PNI_FRAME_HEADER) continue;
    if (world->headers_due > 0) {
      CHECK(memcmp(frame, "AMQP", 4) == 0);
      world->headers_due--;
      world->frame_size = 0;
    } else if (world->frame_size == pni_load32(frame)) {
      check_frame(world);
      world->frame_size = 0;
    }
  }
}

static void write_some(struct world *world, size_t most) {
  const pn_bytes_t out = pn_connection_driver_write_buffer(&world->driver);
  const size_t size = out.size < most ? out.size : most;
  check_octets(world, (const uint8_t *)out.start, size);
  (void)pn_connection_driver_write_done(&world->driver, size);
}

/* What comes in. */

static void feed(struct world *world, const uint8_t *octets, size_t size, size_t step) {
  while (size > 0) {
    const pn_rwbytes_t room = pn_connection_driver_read_buffer(&world->driver);
    size_t part = size < room.size ? size : room.size;
    if (part > step) part = step;
    if (part == 0) return;
    memcpy(room.start, octets, part);
    pn_connection_driver_read_done(&world->driver, part);
    octets += part;
    size -= part;
  }
}

static void hear(struct world *world) {
  uint8_t room[PEER_FRAME_MOST];
  const size_t size = peer_sends(&world->script, room);
  feed(world, room, size, size);
}

/* The application. */

static pn_session_t *some_session(struct world *world) {
  unsigned skip = script_below(&world->script, 4);
  pn_session_t *ssn = pn_session_head(world->driver.connection, 0);
  while (ssn && skip-- > 0 && pn_session_next(ssn, 0)) ssn = pn_session_next(ssn, 0);
  return ssn;
}

static pn_link_t *some_link(struct world *world) {
  unsigned skip = script_below(&world->script, 8);
  pn_link_t *link = pn_link_head(world->driver.connection, 0);
  while (link && skip-- > 0 && pn_link_next(link, 0)) link = pn_link_next(link, 0);
  return link;
}

static pn_delivery_t *some_delivery(struct world *world) {
  pn_link_t *link = some_link(world);
  unsigned skip = script_below(&world->script, 8);
  pn_delivery_t *dlv = link ? pn_unsettled_head(link) : NULL;
  while (dlv && skip-- > 0 && pn_unsettled_next(dlv)) dlv = pn_unsettled_next(dlv);
  return dlv;
}

static void keep(struct world *world, void *object) {
  void **place = &world->kept[script_below(&world->script, KEPT)];
  if (object) pn_incref(object);
  void *before = *place;
  *place = object;
  if (before) pn_decref(before);
}

static void with_connection(struct world *world) {
  pn_connection_t *conn = world->driver.connection;
  switch (script_below(&world->script, 8)) {
  case 0: pn_connection_open(conn); break;
  case 1: pn_connection_close(conn); break;
  case 2: (void)pn_condition_format(pn_connection_condition(conn), "my:reason", "%d", 1); break;
  case 3: keep(world, conn); break;
  case 4: (void)pn_work_head(conn); break;
  case 5: pn_session(conn); break;
  case 6: pn_session_open(pn_session(conn)); break;
  default:
    for (pn_delivery_t *dlv = pn_work_head(conn); dlv; dlv = pn_work_next(dlv))
      (void)pn_delivery_pending(dlv);
  }
}

static void with_session(struct world *world) {
  static const char *const names[] = {"a", "b", "c", ""};
  pn_session_t *ssn = some_session(world);
  if (!ssn) return;
  switch (script_below(&world->script, 9)) {
  case 0: pn_session_open(ssn); break;
  case 1: pn_session_close(ssn); break;
  case 2: pn_session_free(ssn); break;
  case 3: pn_sender(ssn, names[script_below(&world->script, 4)]); break;
  case 4: pn_receiver(ssn, names[script_below(&world->script, 4)]); break;
  case 5: pn_link_open(pn_sender(ssn, names[script_below(&world->script, 4)])); break;
  case 6: pn_link_open(pn_receiver(ssn, names[script_below(&world->script, 4)])); break;
  case 7: keep(world, ssn); break;
  default: (void)pn_session_set_incoming_window_and_lwm(ssn, 1 + script_below(&world->script, 4), 0);
  }
}

static void with_link(struct world *world) {
  pn_link_t *link = some_link(world);
  if (!link) return;
  switch (script_below(&world->script, 12)) {
  case 0: pn_link_open(link); break;
  case 1: pn_link_close(link); break;
  case 2: pn_link_detach(link); break;
  case 3: pn_link_free(link); break;
  case 4: pn_link_flow(link, script_below(&world->script, 16)); break;
  case 5: pn_link_drain(link, script_below(&world->script, 4)); break;
  case 6: pn_link_set_drain(link, script_octet(&world->script) & 1); break;
  case 7: (void)pn_link_drained(link); break;
  case 8: pn_link_offered(link, script_octet(&world->script)); break;
  case 9: pn_link_set_max_message_size(link, script_octet(&world->script)); break;
  case 10: keep(world, link); break;
  default: (void)pn_link_advance(link);
  }
}

static void with_delivery(struct world *world) {
  const unsigned step = script_below(&world->script, 10);
  char bytes[600];
  if (step < 4) {
    pn_link_t *link = some_link(world);
    if (!link) return;
    if (step == 0) {
      pn_delivery(link, pn_dtag((const char *)world->script.pos, script_over(&world->script) ? 0 : 1));
    } else if (step == 1) {
      const unsigned size = script_octet(&world->script) * 2U;
      memset(bytes, 'x', sizeof bytes);
      (void)pn_link_send(link, bytes, size);
    } else if (step == 2) {
      (void)pn_link_recv(link, bytes, script_octet(&world->script));
    } else {
      pn_delivery_t *dlv = pn_link_current(link);
      if (dlv) pn_delivery_abort(dlv);
    }
    return;
  }
  pn_delivery_t *dlv = some_delivery(world);
  if (!dlv) return;
  switch (step) {
  case 4: pn_delivery_update(dlv, PN_RECEIVED + script_below(&world->script, 6)); break;
  case 5: pn_delivery_settle(dlv); break;
  case 6: pn_delivery_abort(dlv); break;
  case 7: pn_delivery_clear(dlv); break;
  case 8: keep(world, dlv); break;
  default: (void)pn_condition_set_name(pn_disposition_condition(pn_delivery_local(dlv)), "my:reason");
  }
}

/* What an application does that answers everything. */
static void answer(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(pn_event_link(event));
    if (pn_link_is_receiver(pn_event_link(event))) pn_link_flow(pn_event_link(event), 5);
    break;
  case PN_LINK_REMOTE_DETACH: pn_link_detach(pn_event_link(event)); break;
  case PN_LINK_REMOTE_CLOSE: pn_link_close(pn_event_link(event)); break;
  case PN_SESSION_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  default: break;
  }
}

static void handle_events(struct world *world, bool answers) {
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&world->driver))) {
    if (answers) answer(event);
    (void)pn_event_condition(event);
  }
}

static void with_driver(struct world *world) {
  switch (script_below(&world->script, 8)) {
  case 0: (void)pn_connection_driver_next_event(&world->driver); break;
  case 1: write_some(world, script_octet(&world->script)); break;
  case 2:
    world->now += script_octet(&world->script);
    (void)pn_transport_tick(world->driver.transport, world->now);
    break;
  case 3:
    if (script_octet(&world->script) == 0) pn_connection_driver_read_close(&world->driver);
    break;
  case 4:
    if (script_octet(&world->script) == 0) pn_connection_driver_write_close(&world->driver);
    break;
  case 5: pn_connection_driver_errorf(&world->driver, "my:io", "%s", "broken"); break;
  case 6: (void)pn_transport_quiesced(world->driver.transport); break;
  default: write_some(world, SIZE_MAX);
  }
}

static void step(struct world *world) {
  const uint8_t choice = script_octet(&world->script);
  switch (choice % 8) {
  case 0: with_connection(world); break;
  case 1: with_session(world); break;
  case 2: with_link(world); break;
  case 3: with_delivery(world); break;
  case 4: with_driver(world); break;
  case 5: handle_events(world, choice & 0x80); break;
  default: hear(world);
  }
  pni_engine_check(world->driver.connection);
}

static void open_at_once(struct world *world) {
  static const uint8_t opening[] =
      "AMQP\x00\x01\x00\x00"
      "\x00\x00\x00\x10\x02\x00\x00\x00\x00\x53\x10\xc0\x03\x01\xa1\x00"
      "\x00\x00\x00\x14\x02\x00\x00\x00\x00\x53\x11\xc0\x07\x04\x40\x43\x52\x64\x52\x64";
  feed(world, opening, sizeof opening - 1, sizeof opening);
  handle_events(world, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct world world = {.script = {.pos = bytes, .end = bytes + size}, .now = 1, .headers_due = 1};
  CHECK(pn_connection_driver_init(&world.driver, NULL, NULL) == 0);
  const uint8_t kind = script_octet(&world.script);
  if (kind & 1) pn_transport_set_server(world.driver.transport);
  pn_transport_set_max_frame(world.driver.transport, kind & 2 ? 512 : 0);
  if (kind & 4) (void)pn_transport_set_channel_max(world.driver.transport, 2);
  if (kind & 8) pn_transport_set_idle_timeout(world.driver.transport, 100);
  if (kind & 16) pn_transport_set_max_buffered_delivery_bytes(world.driver.transport, 700);
  if (kind & 32) open_at_once(&world);
  while (!script_over(&world.script)) step(&world);
  handle_events(&world, true);
  write_some(&world, SIZE_MAX);
  pn_connection_driver_close(&world.driver);
  handle_events(&world, false);
  CHECK(pn_connection_driver_finished(&world.driver));
  pn_connection_driver_destroy(&world.driver);
  for (unsigned i = 0; i < KEPT; i++) {
    if (world.kept[i]) pn_decref(world.kept[i]);
  }
  free(world.frame);
  return 0;
}
