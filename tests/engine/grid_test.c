/* grid_test.c: every performative in every state of connection, session and link, and what each square ends.
 *
 * A square of a grid is a letter. `.`: it is taken; `d`: it is dropped and nobody hears of it; any other stands for a fault of
 * spec/errors.def, from which come the condition and what ends. A server's engine is spoken to by a peer written by hand,
 * with whole and with single octets. [2.4.6, 2.5.5, 2.6.4] */
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/pair.h"
#include "engine/session.h"
#include "engine/transport.h"
#include "support/notation.h"
#include "wire/limits.h"

#define HEADER   "octets x'414d515000010000'"
#define OPEN     "0 open['peer' null null 10s]"
#define BEGIN    "5 begin[null 0 1000 1000]"
#define ATTACH   "5 attach['in' 0 false null null source['a'] target['a'] null null 0]"
#define TRANSFER "5 transfer[0 0 b't' 0] | 'x'"

/* Who is spoken to. */

static struct end *server_of(struct pair *pair) { return &pair->server; }

static void write_out(struct end *end) {
  end_events(end);
  for (;;) {
    struct octets octets = end_output(end);
    const bool more = octets.size > 0;
    octets_free(&octets);
    if (!more) break;
    end_events(end);
  }
}

static void say(struct pair *pair, const char *line) {
  size_t size;
  const char *const octets = notation_octets(line, &size);
  end_feed(&pair->server, octets, size);
  write_out(&pair->server);
}

static pn_connection_t *conn_of(struct pair *pair) { return pair->server.driver.connection; }
static pn_transport_t *transport_of(struct pair *pair) { return pair->server.driver.transport; }
static pn_session_t *ssn_of(struct pair *pair) { return pn_session_head(conn_of(pair), 0); }
static pn_link_t *link_of(struct pair *pair) { return pn_link_head(conn_of(pair), 0); }

static void let_answer(struct pair *pair) {
  server_of(pair)->answers = true;
  pn_connection_open(conn_of(pair));
  write_out(server_of(pair));
}

/* What a letter says. */

struct letter {
  char letter;
  enum pni_fault_kind fault;
};
static const struct letter letters[] = {{'i', PNI_FAULT_ILLEGAL_STATE}, {'f', PNI_FAULT_FRAME_HEADER},
    {'n', PNI_FAULT_UNKNOWN_PERFORMATIVE}, {'u', PNI_FAULT_UNMAPPED_CHANNEL}, {'c', PNI_FAULT_CHANNEL_IN_USE},
    {'r', PNI_FAULT_BEGIN_REPLY}, {'h', PNI_FAULT_HANDLE_IN_USE}, {'a', PNI_FAULT_UNATTACHED_HANDLE},
    {'s', PNI_FAULT_STOLEN}, {'e', PNI_FAULT_ERRANT_LINK}, {'w', PNI_FAULT_WINDOW}};

static enum pni_fault_kind fault_of(char letter) {
  for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
    if (letters[i].letter == letter) return letters[i].fault;
  }
  fail_msg("%c is no letter", letter);
  return PNI_FAULT_COUNT;
}

/* A condition that is not the application's own; else NULL. */
static pn_condition_t *fault_in(pn_condition_t *condition) {
  const char *const name = pn_condition_get_name(condition);
  return name && strcmp(name, "my:reason") != 0 ? condition : NULL;
}

/* What has ended with a fault: the first link, the first session, of all, the connection; NULL if none. */
static pn_condition_t *link_condition(struct pair *pair) {
  pn_condition_t *found = NULL;
  for (pn_link_t *link = link_of(pair); link && !found; link = pn_link_next(link, 0))
    found = fault_in(pn_link_condition(link));
  return found;
}

static pn_condition_t *session_condition(struct pair *pair) {
  pn_condition_t *found = NULL;
  for (pn_session_t *ssn = ssn_of(pair); ssn && !found; ssn = pn_session_next(ssn, 0))
    found = fault_in(pn_session_condition(ssn));
  return found;
}

static pn_condition_t *connection_condition(struct pair *pair) {
  return fault_in(pn_transport_condition(transport_of(pair)));
}

/* Exactly what the fault's scope says has ended, with its condition and a text that says that. */
static void check_fault(struct pair *pair, enum pni_fault_kind fault, const char *says, const char *square) {
  const struct pni_fault_type *const type = &pni_fault_types[fault];
  pn_condition_t *const ended[] = {[PNI_SCOPE_CONNECTION] = connection_condition(pair),
      [PNI_SCOPE_SESSION] = session_condition(pair),
      [PNI_SCOPE_LINK] = link_condition(pair)};
  for (unsigned scope = PNI_SCOPE_CONNECTION; scope <= PNI_SCOPE_LINK; scope++) {
    if ((ended[scope] != NULL) != (scope == type->scope))
      fail_msg("%s: scope %u, expected %u (%s)", square, scope, type->scope, type->name);
  }
  const char *const name = pn_condition_get_name(ended[type->scope]);
  const char *const text = pn_condition_get_description(ended[type->scope]);
  if (strcmp(name, type->condition) != 0) fail_msg("%s: %s, expected %s", square, name, type->condition);
  if (!text || !strstr(text, says)) fail_msg("%s: \"%s\" does not say \"%s\"", square, text, says);
  assert_int_equal(pn_transport_tail_closed(transport_of(pair)), type->scope == PNI_SCOPE_CONNECTION);
  pni_engine_check(conn_of(pair));
}

static void check_no_fault(struct pair *pair, const char *square) {
  pn_condition_t *conditions[] = {connection_condition(pair), session_condition(pair), link_condition(pair)};
  for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
    if (conditions[i])
      fail_msg("%s: %s, %s", square, pn_condition_get_name(conditions[i]),
          pn_condition_get_description(conditions[i]));
  }
  pni_engine_check(conn_of(pair));
}

struct row {
  const char *name; /* what a fault's text begins with */
  const char *line;
  const char *squares;
};

struct column {
  const char *name;
  void (*reach)(struct pair *pair);
};

static void try_square(const struct row *row, const struct column *column, char letter, size_t step) {
  char square[100];
  struct pair *pair = pair_new(step);
  snprintf(square, sizeof square, "%s in %s", row->name, column->name);
  pn_transport_set_channel_max(transport_of(pair), 10);
  say(pair, HEADER);
  column->reach(pair);
  check_no_fault(pair, column->name);
  end_events_clear(server_of(pair));
  say(pair, row->line);
  if (letter == '.' || letter == 'd') {
    check_no_fault(pair, square);
    if (letter == 'd' && end_event_text(server_of(pair))[0] != '\0')
      fail_msg("%s: is not dropped: %s", square, end_event_text(server_of(pair)));
  } else {
    check_fault(pair, fault_of(letter), row->name, square);
  }
  pair_free(pair);
}

static void try_grid(
    const struct row *rows, size_t row_count, const struct column *columns, size_t column_count) {
  for (size_t row = 0; row < row_count; row++) {
    assert_int_equal(strlen(rows[row].squares), column_count);
    for (size_t column = 0; column < column_count; column++) {
      for (size_t step = 0; step <= 1; step++)
        try_square(&rows[row], &columns[column], rows[row].squares[column], step);
    }
  }
}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The connection. [2.4.6] */

static void start(struct pair *pair) { server_of(pair)->answers = false; }
static void open_sent(struct pair *pair) { let_answer(pair); }
static void open_received(struct pair *pair) {
  server_of(pair)->answers = false;
  say(pair, OPEN);
  say(pair, BEGIN);
  say(pair, ATTACH);
}
static void opened(struct pair *pair) {
  say(pair, OPEN);
  say(pair, BEGIN);
  say(pair, ATTACH);
}
static void close_pipe(struct pair *pair) {
  pn_connection_open(conn_of(pair));
  pn_connection_close(conn_of(pair));
  write_out(server_of(pair));
}
static void close_sent(struct pair *pair) {
  opened(pair);
  pn_connection_close(conn_of(pair));
  write_out(server_of(pair));
}
static void discarding(struct pair *pair) {
  opened(pair);
  (void)pn_condition_set_name(pn_connection_condition(conn_of(pair)), "my:reason");
  pn_connection_close(conn_of(pair));
  write_out(server_of(pair));
}
static void close_received(struct pair *pair) {
  opened(pair);
  say(pair, "0 close[]");
}

static const struct column connection_states[] = {{"START", start}, {"OPEN_SENT", open_sent},
    {"OPEN_RECEIVED", open_received}, {"OPENED", opened}, {"CLOSE_PIPE", close_pipe},
    {"CLOSE_SENT", close_sent}, {"DISCARDING", discarding}, {"CLOSE_RECEIVED", close_received}};

static void frames_in_states_of_the_connection(void **state) {
  (void)state;
  static const struct row rows[] = {{"open", "0 open['peer']", "..ii.idd"},
      {"begin", "6 begin[null 0 1 1]", "ii..i.dd"},
      {"attach", "5 attach['new' 7 false null null source['a'] target['a'] null null 0]", "ii..i.dd"},
      {"flow", "5 flow[0 1000 0 1000]", "ii..i.dd"}, {"transfer", TRANSFER, "iiw.i.dd"},
      {"disposition", "5 disposition[true 0 0 true accepted[]]", "ii..i.dd"},
      {"detach", "5 detach[0 true]", "ii..i.dd"}, {"end", "5 end[]", "ii..i.dd"},
      {"close", "0 close[]", "ii..i..d"}, {"empty frame", "0", "ii..i.dd"},
      {"frame of type 1", "sasl init[:ANONYMOUS]", "fffffffd"},
      {"frame's descriptor", "0 unknown[]", "nnnnnnnd"}};
  try_grid(rows, COUNT(rows), connection_states, COUNT(connection_states));
}

/* Each performative of the grid in frames.c is in the one above. */
static void grid_is_that_of_the_engine(void **state) {
  (void)state;
  static const enum pni_connection_state states[] = {PNI_START, PNI_OPEN_SENT, PNI_OPEN_RECEIVED, PNI_OPENED,
      PNI_CLOSE_PIPE, PNI_CLOSE_SENT, PNI_DISCARDING};
  for (int code = PNI_CODE_open; code <= PNI_CODE_close; code++) {
    for (size_t i = 0; i < COUNT(states); i++) {
      const bool before = states[i] == PNI_START || states[i] == PNI_OPEN_SENT || states[i] == PNI_CLOSE_PIPE;
      const bool legal = states[i] == PNI_DISCARDING || before == (code == PNI_CODE_open);
      assert_int_equal(pni_frame_handler((enum pni_code)code, states[i]) != NULL, legal);
    }
  }
}

/* Sessions. [2.5.5] */

static void unmapped(struct pair *pair) { say(pair, OPEN); }
static void begin_sent(struct pair *pair) {
  say(pair, OPEN);
  pn_session_open(pn_session(conn_of(pair)));
  write_out(server_of(pair));
}
static void begin_received(struct pair *pair) {
  say(pair, OPEN);
  server_of(pair)->answers = false;
  say(pair, BEGIN);
  say(pair, ATTACH);
}
static void mapped(struct pair *pair) { opened(pair); }
static void end_sent(struct pair *pair) {
  opened(pair);
  pn_session_close(ssn_of(pair));
  write_out(server_of(pair));
}
static void end_received(struct pair *pair) {
  opened(pair);
  server_of(pair)->answers = false;
  say(pair, "5 end[]");
}
static void session_discarding(struct pair *pair) {
  opened(pair);
  (void)pn_condition_set_name(pn_session_condition(ssn_of(pair)), "my:reason");
  pn_session_close(ssn_of(pair));
  write_out(server_of(pair));
}

static void frames_in_states_of_a_session(void **state) {
  (void)state;
  static const struct column columns[] = {{"UNMAPPED", unmapped}, {"BEGIN_SENT", begin_sent},
      {"BEGIN_RECEIVED", begin_received}, {"MAPPED", mapped}, {"END_SENT", end_sent},
      {"END_RECEIVED", end_received}, {"DISCARDING", session_discarding}};
  static const struct row rows[] = {{"begin", BEGIN, "..ccc.c"},
      {"begin", "5 begin[0s 0 1000 1000]", "r.cccrc"},
      {"attach", "5 attach['new' 7 false null null source['a'] target['a'] null null 0]", "uu..dud"},
      {"flow", "5 flow[0 1000 0 1000]", "uu..dud"}, {"transfer", TRANSFER, "uuw.dud"},
      {"disposition", "5 disposition[true 0 0 true accepted[]]", "uu..dud"},
      {"detach", "5 detach[0 true]", "uu..dud"}, {"end", "5 end[]", "uu...u."}};
  try_grid(rows, COUNT(rows), columns, COUNT(columns));
}

/* Links. [2.6.2] */

static void no_link(struct pair *pair) {
  say(pair, OPEN);
  say(pair, BEGIN);
}
static void half_attached(struct pair *pair) {
  no_link(pair);
  server_of(pair)->answers = false;
  say(pair, ATTACH);
}
static void attached(struct pair *pair) { opened(pair); }
static void detach_sent(struct pair *pair) {
  opened(pair);
  pn_link_detach(link_of(pair));
  write_out(server_of(pair));
}
static void link_close_sent(struct pair *pair) {
  opened(pair);
  pn_link_close(link_of(pair));
  write_out(server_of(pair));
}
static void errant(struct pair *pair) {
  opened(pair);
  say(pair, "5 transfer[0 0] | 'x'"); /* without a tag */
  assert_int_equal(pn_condition_set_name(link_condition(pair), "my:reason"), 0);
}
static void closed_by_the_peer(struct pair *pair) {
  opened(pair);
  server_of(pair)->answers = false;
  say(pair, "5 detach[0 true]");
}

static void frames_in_states_of_a_link(void **state) {
  (void)state;
  static const struct column columns[] = {{"no link", no_link}, {"half attached", half_attached},
      {"attached", attached}, {"detached here", detach_sent}, {"closed here", link_close_sent},
      {"errant", errant}, {"closed by the peer", closed_by_the_peer}};
  static const struct row rows[] = {
      {"attach", "5 attach['new' 0 false null null source['a'] target['a'] null null 0]", ".hhhhh."},
      {"attach", "5 attach['in' 9 false null null source['a'] target['a'] null null 0]", ".sss.e."},
      {"attach", "5 attach['in' 9 true null null source['a'] target['a']]", "......."},
      {"flow", "5 flow[0 1000 0 1000 0 0]", "a....da"},
      {"transfer", "5 transfer[0 1 b'u' 0] | 'x'", "a....da"}, {"detach", "5 detach[0 true]", "a.....a"}};
  try_grid(rows, COUNT(rows), columns, COUNT(columns));
}

/* Every fault of the list, committed. */

struct crime {
  enum pni_fault_kind fault;
  const char *says;
  const char *lines[4];
  void (*act)(struct pair *pair); /* what the application does, or time */
  bool before_open;
};

enum { SMALL_WINDOW = 4 };

static void end_input(struct pair *pair) { pn_connection_driver_read_close(&server_of(pair)->driver); }
static void let_time_pass(struct pair *pair) {
  pn_transport_set_idle_timeout(transport_of(pair), 1000);
  (void)pn_transport_tick(transport_of(pair), 1000);
  (void)pn_transport_tick(transport_of(pair), 2000);
}
static void limit_buffers(struct pair *pair) {
  char line[2100] = "5 transfer[0 0 b't' 0] | '";
  pn_transport_set_max_buffered_delivery_bytes(transport_of(pair), 1000);
  memset(line + strlen(line), 'x', 1500);
  strcat(line, "'");
  say(pair, line);
}
static void begin_another(struct pair *pair) {
  for (int i = 0; i < 12; i++) pn_session_open(pn_session(conn_of(pair)));
}
static void attach_another(struct pair *pair) { pn_link_open(pn_sender(ssn_of(pair), "one too many")); }
static void attach_with_a_long_name(struct pair *pair) {
  char name[700];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  pn_link_open(pn_sender(pn_session_next(ssn_of(pair), 0), name));
}
static void send_without_credit(struct pair *pair) {
  char line[80];
  for (unsigned id = 0; id < PNI_LIMIT_CREDIT_EXCESS + 1; id++) {
    snprintf(line, sizeof line, "5 transfer[0 %u b'%u' 0] | 'x'", id, id);
    check_no_fault(pair, line);
    say(pair, line);
  }
}
/* Frames as large as may be, so that the window is not opened again for their bytes. */
static void use_up_the_window(struct pair *pair) {
  enum { PAYLOAD = 32000 };
  char line[PAYLOAD + 100];
  server_of(pair)->takes = false;
  for (unsigned id = 0; !session_condition(pair); id++) {
    assert_true(id <= SMALL_WINDOW);
    const int size = snprintf(line, sizeof line, "6 transfer[0 %u b'%u' 0 true] | '", id, id);
    memset(line + size, 'x', PAYLOAD);
    memcpy(line + size + PAYLOAD, "'", 2);
    say(pair, line);
  }
}
static void set_message_size(struct pair *pair) {
  pn_link_set_max_message_size(link_of(pair), 2);
  say(pair, "5 transfer[0 0 b't' 0] | 'more'");
}

static const struct crime crimes[] = {
    {PNI_FAULT_FRAME_HEADER, "size 7", {"octets x'0000000702000000'"}},
    {PNI_FAULT_FRAME_HEADER, "data offset 1", {"octets x'0000000801000000'"}},
    {PNI_FAULT_FRAME_HEADER, "data offset 3", {"octets x'0000000803000000'"}},
    {PNI_FAULT_FRAME_HEADER, "type 7", {"octets x'0000000802070000'"}},
    {PNI_FAULT_FRAME_HEADER, "size 1095586128", {HEADER}},
    {PNI_FAULT_FRAME_TOO_LARGE, "limit 32768", {"octets x'0000800102000000'"}},
    {PNI_FAULT_FRAME_TOO_LARGE, "limit 16384", {"octets x'0000400102000000'"}, NULL, true},
    {PNI_FAULT_CHANNEL_TOO_HIGH, "channel 11", {"11 begin[null 0 1 1]"}},
    {PNI_FAULT_HANDLE_TOO_HIGH, "handle 2147483648",
        {"5 attach['x' 2147483648 false null null null null null null 0]"}},
    {PNI_FAULT_ABORTED, "aborted", {NULL}, end_input},
    {PNI_FAULT_UNDECODABLE, "descriptor", {"0 x'3f'"}},
    {PNI_FAULT_UNDECODABLE, "next-outgoing-id", {"6 begin[null 'x' 1 1]"}},
    {PNI_FAULT_UNDECODABLE, "incoming-window", {"5 flow[0]"}},
    {PNI_FAULT_UNDECODABLE, "handle", {"5 transfer[]"}},
    {PNI_FAULT_UNDECODABLE, "end", {"5 end[null null]"}},
    {PNI_FAULT_UNKNOWN_PERFORMATIVE, "no performative", {"0 init[:ANONYMOUS]"}},
    {PNI_FAULT_BODY_LIMIT, "source", {"5 attach['x' 7 false null null x'f0000000050001000040']"}},
    {PNI_FAULT_ILLEGAL_STATE, "open", {OPEN}},
    {PNI_FAULT_ILLEGAL_STATE, "begin", {BEGIN}, NULL, true},
    {PNI_FAULT_OPEN_CHANNEL, "channel 1", {"1 open['peer']"}, NULL, true},
    {PNI_FAULT_MAX_FRAME_TOO_SMALL, "max-frame-size: 511", {"0 open['peer' null 511]"}, NULL, true},
    {PNI_FAULT_IDLE, "1000 ms", {NULL}, let_time_pass},
    {PNI_FAULT_BUFFER_LIMIT, "the limit is 1000", {NULL}, limit_buffers},
    {PNI_FAULT_SESSION_LIMIT, "channel-max, 10", {NULL}, begin_another},
    {PNI_FAULT_ANSWER_LIMIT, "handle-max, 1", {"5 attach['third' 2 true null null source['a'] target['a']]"}},
    {PNI_FAULT_LINK_LIMIT, "handle-max, 1", {NULL}, attach_another},
    {PNI_FAULT_UNMAPPED_CHANNEL, "channel 3", {"3 end[]"}},
    {PNI_FAULT_UNMAPPED_CHANNEL, "channel 5", {"5 end[]", "5 flow[0 1 0 1]"}},
    {PNI_FAULT_BEGIN_REPLY, "remote-channel 4", {"7 begin[4s 0 1 1]"}},
    {PNI_FAULT_BEGIN_REPLY, "remote-channel 0", {"7 begin[0s 0 1 1]"}},
    {PNI_FAULT_CHANNEL_IN_USE, "channel 5", {"5 begin[null 0 1 1]"}},
    {PNI_FAULT_HANDLE_IN_USE, "handle 0", {"5 attach['two' 0 false null null null null null null 0]"}},
    {PNI_FAULT_UNATTACHED_HANDLE, "flow: handle 9", {"5 flow[0 1 0 1 9 0 1]"}},
    {PNI_FAULT_UNATTACHED_HANDLE, "transfer: handle 9", {"5 transfer[9 0 b't' 0] | 'x'"}},
    {PNI_FAULT_UNATTACHED_HANDLE, "detach: handle 0", {"5 detach[0 true]", "5 detach[0 true]"}},
    {PNI_FAULT_WINDOW, "window", {NULL}, use_up_the_window},
    {PNI_FAULT_FLOW_WITHOUT_HANDLE, "handle", {"5 flow[0 1 0 1 null 0 1]"}},
    {PNI_FAULT_FLOW_WITHOUT_HANDLE, "handle", {"5 flow[0 1 0 1 null null null null null null {}]"}},
    {PNI_FAULT_FLOW_ACKNOWLEDGES, "next-incoming-id 77", {"5 flow[77 1000 0 1000]"}},
    {PNI_FAULT_FLOW_ACKNOWLEDGES, "next-incoming-id 1", {"5 flow[1 1000 0 1000 1 0 10]"}},
    {PNI_FAULT_DELIVERY_ID, "delivery-id is missing", {"5 transfer[0 null b't' 0] | 'x'"}},
    {PNI_FAULT_DELIVERY_ID, "delivery-id 2",
        {"5 transfer[0 0 b'0' 0] | 'x'", "5 transfer[0 2 b'2' 0] | 'x'"}},
    {PNI_FAULT_DELIVERY_ID, "delivery-id 0",
        {"5 transfer[0 0 b'0' 0] | 'x'", "5 transfer[0 0 b'2' 0] | 'x'"}},
    {PNI_FAULT_DISPOSITION_RANGE, "first, 5", {"5 disposition[true 5 4 true accepted[]]"}},
    {PNI_FAULT_DISPOSITION_RANGE, "last, 2147483649", {"5 disposition[false 0 2147483649]"}},
    {PNI_FAULT_FRAME_TOO_SMALL, "max-frame-size", {NULL}, attach_with_a_long_name},
    {PNI_FAULT_ATTACH_FIELD, "initial-delivery-count",
        {"6 attach['x' 1 false null null source['a'] target['a']]"}},
    {PNI_FAULT_ATTACH_FIELD, "source",
        {"6 attach['x' 1 false null null target['a'] target['a'] null null 0]"}},
    {PNI_FAULT_ATTACH_FIELD, "target",
        {"6 attach['x' 1 false null null source['a'] source['a'] null null 0]"}},
    {PNI_FAULT_ATTACH_FIELD, "unsettled",
        {"6 attach['x' 1 false null null source['a'] target['a'] {null null} null 0]"}},
    {PNI_FAULT_STOLEN, "attach", {"6 attach['other' 9 false null null source['a'] target['a'] null null 0]"}},
    {PNI_FAULT_ERRANT_LINK, "name",
        {"5 transfer[0 0] | 'x'", "5 attach['in' 9 false null null null null null null 0]"}},
    {PNI_FAULT_CREDIT, "no credit", {NULL}, send_without_credit},
    {PNI_FAULT_MESSAGE_SIZE, "max-message-size, 2", {NULL}, set_message_size},
    {PNI_FAULT_TRANSFER_DIRECTION, "handle 1", {"5 transfer[1 0 b't' 0] | 'x'"}},
    {PNI_FAULT_TRANSFER_FIELD, "delivery-tag is missing", {"5 transfer[0 0] | 'x'"}},
    {PNI_FAULT_TRANSFER_FIELD, "delivery-tag has more than 32",
        {"5 transfer[0 0 b'0123456789abcdef0123456789abcdef0' 0] | 'x'"}},
    {PNI_FAULT_TRANSFER_FIELD, "rcv-settle-mode", {"5 transfer[0 0 b't' 0 null null 1b] | 'x'"}},
    {PNI_FAULT_TRANSFER_CONTINUATION, "delivery-id",
        {"5 transfer[0 0 b'0' 0 null true] | 'x'", "5 transfer[0 1 null null null true] | 'x'"}},
    {PNI_FAULT_TRANSFER_CONTINUATION, "delivery-tag",
        {"5 transfer[0 0 b'0' 0 null true] | 'x'", "5 transfer[0 null b'1' null null true] | 'x'"}},
    {PNI_FAULT_TRANSFER_CONTINUATION, "message-format",
        {"5 transfer[0 0 b'0' 0 null true] | 'x'", "5 transfer[0 null null 7 null true] | 'x'"}},
    {PNI_FAULT_DELIVERY_STATE, "state", {"5 transfer[0 0 b'0' 0 null null null received[0 0l]] | 'x'"}},
};

/* The session of channel 6 has a window of its own. */
static bool set_window(struct end *end, pn_event_t *event) {
  pn_session_t *const ssn = pn_event_session(event);
  const bool second = ssn && ssn == pn_session_next(pn_session_head(end->driver.connection, 0), 0);
  if (pn_event_type(event) == PN_SESSION_INIT && second)
    assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, SMALL_WINDOW, 0), 0);
  return false;
}

/* A session with a link in each direction and no handle left, and another with a link that gives credit. */
static void set_the_scene(struct pair *pair) {
  server_of(pair)->handler = set_window;
  say(pair, "0 open['peer' null 600 10s]");
  say(pair, "5 begin[null 0 1000 1000 1]");
  say(pair, ATTACH);
  say(pair, "5 attach['out' 1 true null null source['a'] target['a']]");
  say(pair, "6 begin[null 0 1000 1000]");
  say(pair, "6 attach['other' 0 false null null source['a'] target['a'] null null 0]");
}

/* What has not ended goes on: the other session, and if only a link has ended, its session. */
static void check_the_rest(struct pair *pair, const struct crime *crime) {
  const uint8_t scope = pni_fault_types[crime->fault].scope;
  const bool link_only = scope == PNI_SCOPE_LINK;
  if (scope == PNI_SCOPE_CONNECTION) {
    if (pair_frames_with(pair, "server: 0 -> @close(24) [error=") != 1)
      fail_msg("%s: %s", pni_fault_types[crime->fault].name, pair_frame_text(pair));
    if (!pn_connection_driver_write_closed(&server_of(pair)->driver))
      fail_msg("%s: more is to be written", pni_fault_types[crime->fault].name);
    return;
  }
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 0);
  assert_true(pair_frames_with(pair, "-> @end(23)") <= (link_only ? 0 : 1));
  const bool second = crime->fault == PNI_FAULT_WINDOW || crime->fault == PNI_FAULT_FRAME_TOO_SMALL ||
                      crime->fault == PNI_FAULT_STOLEN;
  const unsigned before = received(server_of(pair));
  server_of(pair)->takes = true;
  say(pair, second ? "5 transfer[0 0 b'z' 0 true] | 'goes on'" : "6 transfer[0 0 b'z' 0 true] | 'goes on'");
  if (received(server_of(pair)) != before + 1)
    fail_msg("%s: the other link does not go on", pni_fault_types[crime->fault].name);
  assert_null(connection_condition(pair));
}

static void each_fault_ends_what_the_list_says(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * COUNT(crimes); i++) {
    const struct crime *const crime = &crimes[i / 2];
    char name[100];
    struct pair *pair = pair_new(i % 2);
    snprintf(name, sizeof name, "%s (%s)", pni_fault_types[crime->fault].name, crime->says);
    pn_transport_set_channel_max(transport_of(pair), 10);
    say(pair, HEADER);
    if (!crime->before_open) set_the_scene(pair);
    check_no_fault(pair, name);
    for (size_t line = 0; line < COUNT(crime->lines) && crime->lines[line]; line++)
      say(pair, crime->lines[line]);
    if (crime->act) crime->act(pair);
    write_out(server_of(pair));
    if (crime->fault == PNI_FAULT_ERRANT_LINK) { /* the link had failed before */
      assert_non_null(link_condition(pair));
      pn_condition_clear(link_condition(pair));
    }
    check_fault(pair, crime->fault, crime->says, name);
    check_the_rest(pair, crime);
    pair_free(pair);
  }
}

/* Whoever adds a fault to the list commits it here; want of memory is in memory_test.c. */
static void each_fault_of_the_list_is_committed(void **state) {
  (void)state;
  for (int fault = 0; fault < PNI_FAULT_COUNT; fault++) {
    bool found = fault == PNI_FAULT_NO_MEMORY;
    for (size_t i = 0; i < COUNT(crimes) && !found; i++) found = (int)crimes[i].fault == fault;
    if (!found) fail_msg("nobody commits %s", pni_fault_types[fault].name);
  }
}

/* What is no fault. */

static void any_range_may_be_disposed_of(void **state) {
  (void)state;
  static const char *const numbers[] = {
      "0", "1", "63", "64", "2147483646", "2147483647", "2147483648", "4294967295"};
  struct pair *pair = pair_new(0);
  say(pair, HEADER);
  set_the_scene(pair);
  server_of(pair)->takes = false;
  say(pair, "5 transfer[0 0 b't' 0] | 'x'");
  for (size_t i = 0; i < COUNT(numbers) * COUNT(numbers); i++) {
    char line[100];
    const char *first = numbers[i / COUNT(numbers)], *last = numbers[i % COUNT(numbers)];
    const int32_t span = (int32_t)((uint32_t)strtoul(last, NULL, 10) - (uint32_t)strtoul(first, NULL, 10));
    if (span < 0) continue; /* a fault */
    snprintf(line, sizeof line, "5 disposition[true %s %s false accepted[]]", first, last);
    say(pair, line);
    snprintf(line, sizeof line, "5 disposition[false %s %s false]", first, last);
    say(pair, line);
    check_no_fault(pair, line);
  }
  pair_free(pair);
}

/* Credit that is taken back when it has been used leaves less than none, and nothing is sent before there is some again. */
static void credit_may_be_taken_back_late(void **state) {
  (void)state;
  struct pair *pair = pair_new(0);
  say(pair, HEADER);
  set_the_scene(pair);
  pn_link_t *link = pn_link_next(link_of(pair), 0);
  assert_true(pn_link_is_sender(link));
  server_of(pair)->link = link;
  say(pair, "5 flow[0 1000 0 1000 1 0 3]");
  assert_int_equal(pn_link_credit(link), 3);
  send_text(server_of(pair), "one");
  send_text(server_of(pair), "two");
  write_out(server_of(pair));
  say(pair, "5 flow[0 1000 0 1000 1 0 1]"); /* it had not seen them yet */
  assert_true(pn_link_credit(link) < 0);
  send_text(server_of(pair), "three");
  write_out(server_of(pair));
  assert_int_equal(pair_frames_with(pair, "@transfer(20)"), 2);
  say(pair, "5 flow[2 1000 0 1000 1 2 1]");
  assert_int_equal(pair_frames_with(pair, "@transfer(20)"), 3);
  check_no_fault(pair, "credit");
  pair_free(pair);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_in_states_of_the_connection),
      cmocka_unit_test(grid_is_that_of_the_engine),
      cmocka_unit_test(frames_in_states_of_a_session),
      cmocka_unit_test(frames_in_states_of_a_link),
      cmocka_unit_test(each_fault_ends_what_the_list_says),
      cmocka_unit_test(each_fault_of_the_list_is_committed),
      cmocka_unit_test(any_range_may_be_disposed_of),
      cmocka_unit_test(credit_may_be_taken_back_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
