/* pair.c: two engines in memory. Bytes are handed over in memory of exactly their size, so that a sanitizer sees every read
 * beyond them; events are handled when all that there was has been handed over, so that what happens does not depend on
 * how many bytes pass at once. */
#include "engine/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows. */
struct note {
  char *text;
  size_t size;
};

static struct note *note_new(void) {
  struct note *note = calloc(1, sizeof *note);
  assert_non_null(note);
  note->text = calloc(1, 1);
  assert_non_null(note->text);
  return note;
}

static void note_free(struct note *note) {
  free(note->text);
  free(note);
}

static void note_add(struct note *note, const char *bytes, size_t size) {
  char *text = realloc(note->text, note->size + size + 1);
  assert_non_null(text);
  memcpy(text + note->size, bytes, size);
  note->text = text;
  note->size += size;
  text[note->size] = '\0';
}

static void note_string(struct note *note, const char *string) { note_add(note, string, strlen(string)); }

static void note_clear(struct note *note) {
  note->size = 0;
  note->text[0] = '\0';
}

/* Frames. */

static void trace(pn_transport_t *transport, const char *message) {
  struct end *end = pn_transport_get_context(transport);
  static const char frame[] = "FRAME: ";
  if (strncmp(message, frame, sizeof frame - 1) != 0 || !strstr(message, "->")) return;
  struct note *frames = end->pair->frames;
  note_string(frames, end->name);
  note_string(frames, ": ");
  note_string(frames, message + sizeof frame - 1);
  note_string(frames, "\n");
}

/* Making and freeing. */

static void end_init(struct pair *pair, struct end *end, struct end *peer, const char *name) {
  *end = (struct end){.pair = pair, .peer = peer, .name = name, .answers = true, .takes = true};
  end->events = note_new();
  end->texts = note_new();
  assert_int_equal(pn_connection_driver_init(&end->driver, NULL, NULL), 0);
  pn_connection_set_container(end->driver.connection, name);
  pn_transport_set_context(end->driver.transport, end);
  pn_transport_trace(end->driver.transport, PN_TRACE_FRM);
  pn_transport_set_tracer(end->driver.transport, trace);
}

struct pair *pair_new(size_t step) {
  struct pair *pair = calloc(1, sizeof *pair);
  assert_non_null(pair);
  pair->step = step;
  pair->now = 1000;
  pair->frames = note_new();
  end_init(pair, &pair->client, &pair->server, "client");
  end_init(pair, &pair->server, &pair->client, "server");
  pn_transport_set_server(pair->server.driver.transport);
  return pair;
}

static void end_free(struct end *end) {
  pn_connection_driver_destroy(&end->driver);
  note_free(end->events);
  note_free(end->texts);
}

void pair_free(struct pair *pair) {
  end_free(&pair->client);
  end_free(&pair->server);
  note_free(pair->frames);
  free(pair);
}

int pair_setup(void **state) {
  *state = pair_new(0);
  return 0;
}

int pair_setup_bytes(void **state) {
  *state = pair_new(1);
  return 0;
}

int pair_teardown(void **state) {
  pair_free(*state);
  return 0;
}

/* What an end does about an event unless its test wants something else. */

static void answer_open(struct end *end, pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN: {
    pn_link_t *link = pn_event_link(event);
    if (!(pn_link_state(link) & PN_LOCAL_UNINIT)) break;
    pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
    pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
    pn_link_open(link);
    end->link = link;
    break;
  }
  default: break;
  }
}

static void answer_close(struct end *end, pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); break;
  case PN_LINK_REMOTE_DETACH: pn_link_detach(pn_event_link(event)); break;
  case PN_LINK_REMOTE_CLOSE:
    pn_link_close(pn_event_link(event));
    if (end->link == pn_event_link(event)) end->link = NULL;
    break;
  default: break;
  }
}

static void take_delivery(struct end *end, pn_delivery_t *dlv) {
  pn_link_t *link = pn_delivery_link(dlv);
  if (!pn_link_is_receiver(link)) {
    if (pn_delivery_settled(dlv)) pn_delivery_settle(dlv);
    return;
  }
  if (pn_delivery_partial(dlv) || pn_link_current(link) != dlv) return;
  char bytes[256];
  ssize_t size;
  while ((size = pn_link_recv(link, bytes, sizeof bytes)) > 0) note_add(end->texts, bytes, (size_t)size);
  note_string(end->texts, size == PN_ABORTED ? "(aborted)|" : "|");
  end->received++;
  pn_link_advance(link);
  if (size != PN_ABORTED) pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
}

static void handle(struct end *end, pn_event_t *event) {
  const pn_event_type_t type = pn_event_type(event);
  note_string(end->events, pn_event_type_name(type) + sizeof "PN_" - 1);
  note_string(end->events, " ");
  if (end->handler && end->handler(end, event)) return;
  if (end->answers) {
    answer_open(end, event, type);
    answer_close(end, event, type);
  }
  if (end->takes && type == PN_DELIVERY) take_delivery(end, pn_event_delivery(event));
}

unsigned end_events(struct end *end) {
  unsigned count = 0;
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&end->driver))) {
    handle(end, event);
    count++;
  }
  return count;
}

/* Moving bytes. */

/* As many as there is room for. */
static size_t deliver(struct end *end, const uint8_t *bytes, size_t size) {
  const pn_rwbytes_t room = pn_connection_driver_read_buffer(&end->driver);
  if (room.size < size) size = room.size;
  if (size > 0) memcpy(room.start, bytes, size);
  pn_connection_driver_read_done(&end->driver, size);
  return size;
}

static void deliver_all(struct end *end, const uint8_t *bytes, size_t size) {
  const size_t step = end->pair->step;
  while (size > 0 && !pn_connection_driver_read_closed(&end->driver)) {
    const size_t part = deliver(end, bytes, step > 0 && step < size ? step : size);
    assert_true(part > 0);
    bytes += part;
    size -= part;
  }
}

struct octets end_output(struct end *end) {
  const pn_bytes_t out = pn_connection_driver_write_buffer(&end->driver);
  struct octets bytes = octets_copy(out.start, out.size);
  (void)pn_connection_driver_write_done(&end->driver, out.size);
  return bytes;
}

void end_hand_over(struct end *end) {
  struct octets bytes = end_output(end);
  end_feed(end->peer, bytes.start, bytes.size);
  octets_free(&bytes);
}

/* From an end to its peer; whether anything happened. */
static bool move(struct end *end) {
  struct octets bytes = end_output(end);
  const bool moved = bytes.size > 0;
  end->pair->moved += bytes.size;
  deliver_all(end->peer, bytes.start, bytes.size);
  octets_free(&bytes);
  if (!pn_connection_driver_write_closed(&end->driver) ||
      pn_connection_driver_read_closed(&end->peer->driver)) {
    return moved;
  }
  pn_connection_driver_read_close(&end->peer->driver);
  return true;
}

void pair_run(struct pair *pair) {
  bool busy = true;
  for (unsigned rounds = 0; busy; rounds++) {
    if (rounds == 1000000) fail_msg("the two ends never come to rest");
    busy = end_events(&pair->client) > 0;
    busy = end_events(&pair->server) > 0 || busy;
    busy = move(&pair->client) || busy;
    busy = move(&pair->server) || busy;
  }
}

static int64_t earlier(int64_t a, int64_t b) { return a == 0 ? b : b == 0 || a < b ? a : b; }

void pair_pass(struct pair *pair, int64_t milliseconds) {
  const int64_t end = pair->now + milliseconds;
  for (;;) {
    pair_run(pair);
    const int64_t client = pn_transport_tick(pair->client.driver.transport, pair->now);
    const int64_t server = pn_transport_tick(pair->server.driver.transport, pair->now);
    pair_run(pair);
    if (pair->now == end) return;
    const int64_t next = earlier(client, server);
    assert_true(next == 0 || next > pair->now);
    pair->now = next != 0 && next < end ? next : end;
  }
}

void end_feed(struct end *end, const void *bytes, size_t size) {
  deliver_all(end, bytes, size);
  end_events(end);
}

void end_feed_octets(struct end *end, const char *text) {
  struct octets octets = octets_of(text);
  end_feed(end, octets.start, octets.size);
  octets_free(&octets);
}

/* Looking. */

const char *end_event_text(struct end *end) { return end->events->text; }
void end_events_clear(struct end *end) { note_clear(end->events); }
const char *pair_frame_text(struct pair *pair) { return pair->frames->text; }
void pair_frames_clear(struct pair *pair) { note_clear(pair->frames); }

unsigned pair_frames_with(struct pair *pair, const char *text) {
  unsigned count = 0;
  for (const char *line = pair->frames->text; *line;) {
    const char *const next = strchr(line, '\n') + 1;
    const char *const found = strstr(line, text);
    count += found && found < next;
    line = next;
  }
  return count;
}

static void differ(const char *found, const char *expected, const char *file, int line) {
  print_error("found:    %s\nexpected: %s\n", found, expected);
  _fail(file, line);
}

void end_assert_events(struct end *end, const char *expected, const char *file, int line) {
  const size_t size = strlen(expected);
  struct note *events = end->events;
  const bool same = strncmp(events->text, expected, size) == 0 && events->size == size + (size > 0);
  if (!same) differ(events->text, expected, file, line);
  note_clear(events);
}

void end_assert_condition(
    pn_condition_t *condition, const char *name, const char *text, const char *file, int line) {
  const char *const found = pn_condition_get_name(condition);
  const char *const description = pn_condition_get_description(condition);
  if (!found || strcmp(found, name) != 0) differ(found ? found : "no condition", name, file, line);
  if (!strstr(description ? description : "", text))
    differ(description ? description : "no description", text, file, line);
}

void end_assert_texts(struct end *end, const char *texts, const char *file, int line) {
  if (strcmp(end->texts->text, texts) != 0) differ(end->texts->text, texts, file, line);
  note_clear(end->texts);
}

/* Opening and sending. */

static pn_session_t *open_session(struct pair *pair) {
  pn_connection_t *conn = pair->client.driver.connection;
  pn_connection_open(conn);
  pn_session_t *ssn = pn_session_head(conn, 0);
  if (!ssn) ssn = pn_session(conn);
  assert_non_null(ssn);
  pn_session_open(ssn);
  return ssn;
}

void pair_open(struct pair *pair) {
  (void)open_session(pair);
  pair_run(pair);
}

static void open_link(struct pair *pair, pn_link_t *link, const char *address) {
  assert_non_null(link);
  pn_terminus_set_address(pn_link_source(link), address);
  pn_terminus_set_address(pn_link_target(link), address);
  pn_link_open(link);
  pair->client.link = link;
  pair_run(pair);
}

void pair_open_sender(struct pair *pair, const char *name) {
  open_link(pair, pn_sender(open_session(pair), name), name);
}

void pair_open_receiver(struct pair *pair, const char *name) {
  open_link(pair, pn_receiver(open_session(pair), name), name);
}

pn_delivery_t *send_text(struct end *end, const char *text) {
  char tag[16];
  const int size = snprintf(tag, sizeof tag, "%u", end->tags++);
  pn_delivery_t *dlv = pn_delivery(end->link, pn_dtag(tag, (size_t)size));
  assert_non_null(dlv);
  assert_int_equal(pn_link_send(end->link, text, strlen(text)), strlen(text));
  assert_true(pn_link_advance(end->link));
  return dlv;
}

void grant(struct end *end, int credit) { pn_link_flow(end->link, credit); }

unsigned received(struct end *end) { return end->received; }
