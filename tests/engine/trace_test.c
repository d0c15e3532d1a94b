/* trace_test.c: the lines of a trace, letter by letter: people and tools read them. */
#include "base/class.h"
#include "base/string.h"
#include "engine/trace.h"
#include "support/octets.h"
#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/session.h>
#include <unistd.h>

static char lines[4096];

static void keep(pn_transport_t *transport, const char *message) {
  (void)transport;
  const size_t size = strlen(lines);
  assert_true(size + strlen(message) + 2 < sizeof lines);
  snprintf(lines + size, sizeof lines - size, "%s\n", message);
}

static int setup(void **state) {
  pn_transport_t *transport = pn_transport();
  assert_non_null(transport);
  pn_transport_set_tracer(transport, keep);
  assert_true(pn_transport_get_tracer(transport) == keep);
  pn_transport_trace(transport, PN_TRACE_FRM | PN_TRACE_RAW);
  lines[0] = '\0';
  *state = transport;
  return 0;
}

static int teardown(void **state) {
  pn_transport_free(*state);
  return 0;
}

static void trace(pn_transport_t *transport, const char *text, size_t payload, bool sent) {
  struct octets body = octets_of(text);
  if (sent)
    pni_trace_frame(transport, 3, body.start, body.size, payload, true);
  else
    pni_trace_received(transport, 3, body.start, body.size);
  octets_free(&body);
}

#define assert_lines(expected)                                                                               \
  do {                                                                                                       \
    assert_string_equal(lines, expected);                                                                    \
    lines[0] = '\0';                                                                                         \
  } while (0)

static void frames_show_their_fields(void **state) {
  trace(*state, "00 53 18 45", 0, true);
  trace(*state, "00 53 16 c0 04 02 52 07 41", 0, false);
  trace(*state, "00 53 15 c0 09 05 41 43 40 41 00 53 24 45", 0, false);
  assert_lines("FRAME: 3 -> @close(24) []\n"
               "FRAME: 3 <- @detach(22) [handle=0x7, closed=true]\n"
               "FRAME: 3 <- @disposition(21) [role=true, first=0x0, settled=true, state=@accepted(36) []]\n");
}

#define TRANSFER "00 53 14 c0 07 04 43 43 a0 01 't' 43 "
#define SHOWN    "@transfer(20) [handle=0x0, delivery-id=0x0, delivery-tag=b\"t\", message-format=0x0] "

/* The same line on both sides, though only the sender knows beforehand where the payload begins. */
static void payload_follows_its_size(void **state) {
  trace(*state, TRANSFER "'abc'", 3, true);
  trace(*state, TRANSFER "'abc'", 3, false);
  trace(*state, TRANSFER "'a' 27 '\"c\\' 00 ff 7e", 8, true);
  assert_lines("FRAME: 3 -> " SHOWN "(3) abc\n"
               "FRAME: 3 <- " SHOWN "(3) abc\n"
               "FRAME: 3 -> " SHOWN "(8) a\\x27\\x22c\\x5c\\x00\\xff~\n");
}

static void line_that_is_cut_says_so(void **state) {
  static uint8_t body[5000] = {0x00, 0x53, 0x18, 0x45};
  memset(body + 4, 'x', sizeof body - 4);
  pni_trace_frame(*state, 0, body, sizeof body, sizeof body - 4, true);
  static const char begin[] = "FRAME: 0 -> @close(24) [] (4996) xxx", end[] = "xxx ... (truncated)\n";
  assert_memory_equal(lines, begin, sizeof begin - 1);
  assert_string_equal(lines + strlen(lines) - (sizeof end - 1), end);
  assert_int_equal(strlen(lines), sizeof "FRAME: " - 1 + 1023 + 1);
}

static void malformed_frame_is_shown_as_far_as_it_goes(void **state) {
  trace(*state, "00 53 18 ff", 0, false);
  trace(*state, "ff", 0, false);
  assert_lines("FRAME: 3 <- @close(24)!!\nFRAME: 3 <- !!\n");
}

static void empty_frame_has_a_line(void **state) {
  trace(*state, "", 0, true);
  trace(*state, "", 0, false);
  assert_lines("FRAME: 3 -> (EMPTY FRAME)\nFRAME: 3 <- (EMPTY FRAME)\n");
}

static void headers_and_ends_have_lines(void **state) {
  pni_trace_protocol(*state, PNI_PROTOCOL_AMQP, true);
  pni_trace_protocol(*state, PNI_PROTOCOL_SASL, false);
  pni_trace_protocol(*state, PNI_PROTOCOL_TLS, true);
  pni_trace_end(*state, true);
  pni_trace_end(*state, false);
  assert_lines("FRAME:   -> AMQP\nFRAME:   <- SASL\nFRAME:   -> TLS\nFRAME:   -> EOS\nFRAME:   <- EOS\n");
}

static void raw_octets_are_sixteen_to_a_line(void **state) {
  struct octets octets = octets_of("'0123456789abcdef' 00 'A' ff");
  pni_trace_raw(*state, octets.start, octets.size, true);
  pni_trace_raw(*state, octets.start + 16, 3, false);
  octets_free(&octets);
  assert_lines("RAW: ->0000/0013: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 0123456789abcdef\n"
               "RAW: ->0010/0013: 00 41 ff                                        .A.\n"
               "RAW: <-0000/0003: 00 41 ff                                        .A.\n");
}

static void what_is_not_asked_for_is_not_traced(void **state) {
  pn_transport_t *transport = *state;
  pn_transport_trace(transport, PN_TRACE_OFF);
  assert_false(pni_traces(transport));
  pni_trace_protocol(transport, PNI_PROTOCOL_AMQP, true);
  pni_trace_end(transport, true);
  assert_lines("");
  pn_transport_trace(transport, PN_TRACE_RAW);
  assert_true(pni_traces(transport) && pni_traces_raw(transport));
  assert_false(pni_traces_frames(transport));
}

/* Frames that pass are traced, both ways: header, open, close. */
static void transport_traces_what_passes(void **state) {
  pn_transport_t *transport = *state;
  pn_connection_t *conn = pn_connection();
  assert_non_null(conn);
  pn_transport_trace(transport, PN_TRACE_FRM);
  pn_connection_set_container(conn, "me");
  assert_int_equal(pn_transport_bind(transport, conn), 0);
  pn_connection_open(conn);
  pn_connection_close(conn);
  pn_transport_pop(transport, (size_t)pn_transport_pending(transport));
  struct octets octets = octets_of("'AMQP' 00 01 00 00 00000012 02 00 0000 00 53 10 c0 05 01 a1 02 'it'"
                                   "00000008 02 00 0000 0000000c 02 00 0000 00 53 18 45");
  assert_int_equal(pn_transport_push(transport, (const char *)octets.start, octets.size), octets.size);
  octets_free(&octets);
  assert_lines("FRAME:   -> AMQP\n"
               "FRAME: 0 -> @open(16) [container-id=\"me\", max-frame-size=0x8000, channel-max=0x7fff]\n"
               "FRAME: 0 -> @close(24) []\n"
               "FRAME:   -> EOS\n"
               "FRAME:   <- AMQP\n"
               "FRAME: 0 <- @open(16) [container-id=\"it\"]\n"
               "FRAME: 0 <- (EMPTY FRAME)\n"
               "FRAME: 0 <- @close(24) []\n"
               "FRAME:   <- EOS\n");
  assert_int_equal(pn_transport_get_frames_output(transport), 2);
  assert_int_equal(pn_transport_get_frames_input(transport), 3);
  pn_connection_free(conn);
}

static void program_may_log_whatever_the_masks_say(void **state) {
  pn_transport_trace(*state, PN_TRACE_OFF);
  pn_transport_log(*state, "a line");
  pn_transport_logf(*state, "%d more", 1);
  assert_lines("TRACE: a line\nTRACE: 1 more\n");
}

/* An event is a line when the driver hands it out. */
static void driver_traces_events(void **state) {
  (void)state;
  char expected[200];
  pn_connection_driver_t driver;
  assert_int_equal(pn_connection_driver_init(&driver, NULL, NULL), 0);
  pn_transport_set_tracer(driver.transport, keep);
  pn_transport_trace(driver.transport, PN_TRACE_FRM | PN_TRACE_RAW);
  assert_non_null(pn_connection_driver_next_event(&driver));
  assert_lines("");
  pn_transport_trace(driver.transport, PN_TRACE_EVT);
  pn_session_open(pn_session(driver.connection));
  while (pn_connection_driver_next_event(&driver)) continue;
  const pn_session_t *ssn = pn_session_head(driver.connection, 0);
  snprintf(expected, sizeof expected,
      "DEBUG: (PN_SESSION_INIT, pn_session<%p>)\n"
      "DEBUG: (PN_SESSION_LOCAL_OPEN, pn_session<%p>)\n"
      "DEBUG: (PN_CONNECTION_BOUND, pn_connection<%p>)\n",
      (const void *)ssn, (const void *)ssn, (void *)driver.connection);
  assert_lines(expected);
  pn_transport_trace(driver.transport, PN_TRACE_DRV);
  pn_transport_set_server(driver.transport);
  struct octets octets = octets_of("'AMQP' 00 01 00 00");
  assert_int_equal(pn_transport_push(driver.transport, (const char *)octets.start, octets.size), octets.size);
  octets_free(&octets);
  assert_lines("DEBUG: AMQP 1.0 layer detected\n");
  pn_connection_driver_destroy(&driver);
}

static void delivery_shows_its_tag_and_states(void **state) {
  (void)state;
  char expected[200];
  pn_connection_t *conn = pn_connection();
  pn_link_t *link = pn_sender(pn_session(conn), "x");
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag("a\0b", 3));
  pn_string_t *text = pn_string("");
  pn_delivery_update(dlv, PN_RELEASED);
  assert_int_equal(pn_inspect(dlv, text), 0);
  snprintf(expected, sizeof expected,
      "pn_delivery<%p>{sending, tag=b\"a\\x00b\", local=released, remote=unknown}", (void *)dlv);
  assert_string_equal(pn_string_get(text), expected);
  pn_free(text);
  pn_connection_free(conn);
}

/* As the default sink writes it, which tools look for. */
static void line_on_stderr_names_subsystem_and_level(void **state) {
  char expected[100], found[100] = "";
  pn_transport_t *transport = *state;
  fflush(stderr);
  FILE *file = tmpfile();
  assert_non_null(file);
  const int before = dup(STDERR_FILENO);
  assert_true(before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
  pn_transport_set_tracer(transport, NULL);
  pn_logger_set_mask(pn_transport_logger(transport), PN_SUBSYSTEM_ALL, PN_LEVEL_DEBUG);
  pn_logger_logf(pn_transport_logger(transport), PN_SUBSYSTEM_IO, PN_LEVEL_RAW, "%s", "octets");
  fflush(stderr);
  assert_true(dup2(before, STDERR_FILENO) >= 0);
  close(before);
  rewind(file);
  assert_non_null(fgets(found, sizeof found, file));
  fclose(file);
  const intptr_t context = pn_logger_get_log_sink_context(pn_transport_logger(transport));
  snprintf(expected, sizeof expected, "[%p]:   IO:  RAW:octets\n", (void *)context);
  assert_string_equal(found, expected);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(frames_show_their_fields),
      TEST(payload_follows_its_size),
      TEST(line_that_is_cut_says_so),
      TEST(malformed_frame_is_shown_as_far_as_it_goes),
      TEST(empty_frame_has_a_line),
      TEST(headers_and_ends_have_lines),
      TEST(raw_octets_are_sixteen_to_a_line),
      TEST(what_is_not_asked_for_is_not_traced),
      TEST(transport_traces_what_passes),
      TEST(program_may_log_whatever_the_masks_say),
      TEST(driver_traces_events),
      TEST(delivery_shows_its_tag_and_states),
      TEST(line_on_stderr_names_subsystem_and_level),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
