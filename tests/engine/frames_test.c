/* frames_test.c: input cut into frames, and each frame in each state of the connection. [2.3, 2.4.6]
 *
 * The handlers of performatives are replaced at link time by ones that only note that they were called. */
#include "engine/fail.h"
#include "engine/frames.h"
#include "support/octets.h"
#include "wire/limits.h"

#include <proton/connection.h>

/* What was called, as "open:0 begin:3 ": name and channel. */
static char calls[1024];
static pni_status answer; /* of the next handler */
static const char *fault; /* the reader's, as if decoding had failed */
static size_t left;       /* bytes that the last handler was given */

static pni_status note(const char *name, uint16_t channel, struct pni_reader *body) {
  const size_t size = strlen(calls);
  assert_true(size + 32 < sizeof calls);
  snprintf(calls + size, sizeof calls - size, "%s:%u ", name, channel);
  left = pni_reader_left(body);
  body->fault.what = fault;
  return answer;
}

#define HANDLER(name)                                                                                        \
  pni_status __wrap_pni_receive_##name(                                                                      \
      pn_transport_t *transport, uint16_t channel, struct pni_reader *body);                                 \
  pni_status __wrap_pni_receive_##name(                                                                      \
      pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {                                \
    (void)transport;                                                                                         \
    return note(#name, channel, body);                                                                       \
  }
HANDLER(open)
HANDLER(begin)
HANDLER(attach)
HANDLER(flow)
HANDLER(transfer)
HANDLER(disposition)
HANDLER(detach)
HANDLER(end)
HANDLER(close)

/* Helpers. */

static int setup(void **state) {
  pn_transport_t *transport = pn_transport();
  pn_connection_t *conn = pn_connection();
  assert_non_null(transport);
  assert_non_null(conn);
  assert_int_equal(pn_transport_bind(transport, conn), 0);
  pn_connection_free(conn);
  assert_int_equal(pn_transport_push(transport, "AMQP\0\1\0\0", 8), 8);
  transport->state = PNI_OPENED;
  calls[0] = '\0';
  answer = PNI_OK;
  fault = NULL;
  *state = transport;
  return 0;
}

static int teardown(void **state) {
  pn_transport_free(*state);
  return 0;
}

static void feed(pn_transport_t *transport, const char *text) {
  struct octets octets = octets_of(text);
  (void)pn_transport_push(transport, (const char *)octets.start, octets.size);
  octets_free(&octets);
}

#define assert_calls(expected)                                                                               \
  do {                                                                                                       \
    assert_string_equal(calls, expected);                                                                    \
    calls[0] = '\0';                                                                                         \
  } while (0)

#define assert_fault(transport, kind, text) check_fault(transport, PNI_FAULT_##kind, text, __FILE__, __LINE__)
static void check_fault(
    pn_transport_t *transport, enum pni_fault_kind kind, const char *text, const char *file, int line) {
  pn_condition_t *found = pn_transport_condition(transport);
  _assert_true(pn_transport_tail_closed(transport), "the tail is closed", file, line);
  _assert_string_equal(pn_condition_is_set(found) ? pn_condition_get_name(found) : "none",
      pni_fault_types[kind].condition, file, line);
  if (strstr(pn_condition_get_description(found), text)) return;
  print_error("%s\n", pn_condition_get_description(found));
  _fail(file, line);
}

static void assert_no_fault(pn_transport_t *transport) {
  assert_false(pn_transport_tail_closed(transport));
  assert_false(pn_condition_is_set(pn_transport_condition(transport)));
}

/* The grid. */

static const struct {
  enum pni_code code;
  const char *name;
  /* h: handled, d: dropped, -: illegal. In the order of enum pni_connection_state, without those where nothing is read:
   * START, OPEN_SENT, OPEN_RECEIVED, OPENED, CLOSE_PIPE, CLOSE_SENT, (CLOSE_RECEIVED), DISCARDING, (ENDED) */
  const char *squares;
} rows[] = {
    {PNI_CODE_open, "open", "hh--h- d "},
    {PNI_CODE_begin, "begin", "--hh-h d "},
    {PNI_CODE_attach, "attach", "--hh-h d "},
    {PNI_CODE_flow, "flow", "--hh-h d "},
    {PNI_CODE_transfer, "transfer", "--hh-h d "},
    {PNI_CODE_disposition, "disposition", "--hh-h d "},
    {PNI_CODE_detach, "detach", "--hh-h d "},
    {PNI_CODE_end, "end", "--hh-h d "},
    {PNI_CODE_close, "close", "--hh-h h "},
};

static void every_frame_in_every_state(void **state) {
  (void)state;
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    for (int column = 0; column < PNI_CONNECTION_STATE_COUNT; column++) {
      const char square = rows[row].squares[column];
      if (square == ' ') continue;
      void *fresh;
      char text[64], expected[32];
      setup(&fresh);
      pn_transport_t *transport = fresh;
      transport->state = (uint8_t)column;
      snprintf(text, sizeof text, "0000000c 02 00 0000 00 53 %02x 45", rows[row].code);
      snprintf(expected, sizeof expected, "%s:0 ", rows[row].name);
      feed(transport, text);
      assert_string_equal(calls, square == 'h' ? expected : "");
      if (square == '-')
        assert_fault(transport, ILLEGAL_STATE, rows[row].name);
      else
        assert_no_fault(transport);
      teardown(&fresh);
    }
  }
}

/* The test's table has a row for each performative and a square for each state. */
static void grid_is_tested_whole(void **state) {
  (void)state;
  assert_int_equal(sizeof rows / sizeof rows[0], PNI_CODE_close - PNI_CODE_open + 1);
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    assert_int_equal(rows[row].code, PNI_CODE_open + row);
    assert_int_equal(strlen(rows[row].squares), PNI_CONNECTION_STATE_COUNT);
  }
}

/* Frames. */

#define BEGIN_3 "0000000d 02 00 0003 00 53 11 45 ff"

static void frames_are_cut_wherever_they_are_split(void **state) {
  pn_transport_t *transport = *state;
  struct octets octets = octets_of(BEGIN_3 BEGIN_3);
  for (size_t first = 0; first <= octets.size; first++) {
    assert_int_equal(pn_transport_push(transport, (const char *)octets.start, first), first);
    assert_int_equal(pn_transport_push(transport, (const char *)octets.start + first, octets.size - first),
        octets.size - first);
    assert_calls("begin:3 begin:3 ");
    assert_int_equal(left, 2);
  }
  octets_free(&octets);
  assert_int_equal(pn_transport_get_frames_input(transport), 2 * 27);
  assert_null(transport->input.block);
}

static void extended_header_is_passed_over(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "00000010 03 00 0001 aabbccdd 00 53 18 45");
  assert_calls("close:1 ");
}

static void descriptor_may_have_any_form(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "00000013 02 00 0000 00 80 0000000000000011 45");
  feed(transport, "0000001b 02 00 0000 00 a3 0f 'amqp:begin:list' 45");
  feed(transport, "0000001e 02 00 0000 00 b3 0000000f 'amqp:begin:list' 45");
  assert_no_fault(transport);
  assert_calls("begin:0 begin:0 begin:0 ");
}

static void faults_of_the_header_end_the_connection(void **state) {
  (void)state;
  const struct {
    const char *octets, *text;
  } faults[] = {
      {"00000007 02 00 0000", "size 7"},
      {"00000000 02 00 0000", "size 0"},
      {"00000008 01 00 0000", "data offset 1"},
      {"00000008 00 00 0000", "data offset 0"},
      {"00000008 03 00 0000", "data offset 3"},
      {"000003fb ff 00 0000", "data offset 255"},
      {"00000010 02 01 0000", "type 1"},
      {"00000010 02 02 0000", "type 2"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    void *fresh;
    setup(&fresh);
    feed(fresh, faults[i].octets);
    assert_fault(fresh, FRAME_HEADER, faults[i].text);
    teardown(&fresh);
  }
}

/* A frame that is too large is refused when its header is there, not when it is. */
static void frame_may_be_as_large_as_max_frame_size(void **state) {
  pn_transport_t *transport = *state;
  transport->max_frame = 600;
  feed(transport, "00000258 02 00 0000");
  assert_no_fault(transport);
  static const char body[592] = {0x00, 0x53, 0x14};
  assert_int_equal(pn_transport_push(transport, body, sizeof body), sizeof body);
  assert_calls("transfer:0 ");
  feed(transport, "00000259 02 00 0000");
  assert_fault(transport, FRAME_TOO_LARGE, "size 601");
}

static void frame_before_open_may_be_larger_than_512(void **state) {
  (void)state;
  const struct {
    uint32_t size;
    bool fits;
  } frames[] = {{PNI_LIMIT_FRAME_BEFORE_OPEN, true}, {PNI_LIMIT_FRAME_BEFORE_OPEN + 1, false}};
  for (size_t i = 0; i < 2; i++) {
    void *fresh;
    uint8_t header[PNI_FRAME_HEADER];
    setup(&fresh);
    pn_transport_t *transport = fresh;
    transport->state = PNI_START;
    transport->max_frame = 1 << 20;
    pni_frame_header_write(header, frames[i].size, PNI_FRAME_AMQP, 0);
    (void)pn_transport_push(transport, (const char *)header, sizeof header);
    if (frames[i].fits)
      assert_no_fault(transport);
    else
      assert_fault(transport, FRAME_TOO_LARGE, "16384");
    teardown(&fresh);
  }
}

/* Memory follows what has come, not what a header promises. */
static void size_of_a_frame_reserves_nothing(void **state) {
  pn_transport_t *transport = *state;
  transport->max_frame = 0;
  feed(transport, "10000000 02 00 0000 00 53 14");
  assert_no_fault(transport);
  assert_true(transport->input.capacity <= 65536);
  feed(transport, "00");
  assert_no_fault(transport);
}

static void frame_larger_than_any_block_comes_in_pieces(void **state) {
  pn_transport_t *transport = *state;
  enum { SIZE = 300000, PIECE = 7000 };
  static const char descriptor[] = {0x00, 0x53, 0x14};
  static char frame[SIZE];
  transport->max_frame = 0;
  pni_frame_header_write((uint8_t *)frame, SIZE, PNI_FRAME_AMQP, 9);
  memcpy(frame + 8, descriptor, sizeof descriptor);
  for (size_t at = 0; at < SIZE; at += PIECE) {
    const size_t size = SIZE - at < PIECE ? SIZE - at : PIECE;
    const ssize_t room = pn_transport_capacity(transport);
    assert_true(room >= 16384);
    memcpy(pn_transport_tail(transport), frame + at, size);
    assert_int_equal(pn_transport_process(transport, size), 0);
  }
  assert_calls("transfer:9 ");
  assert_int_equal(left, SIZE - 11);
  assert_null(transport->input.block);
}

static void channel_is_within_channel_max(void **state) {
  pn_transport_t *transport = *state;
  assert_int_equal(pn_transport_set_channel_max(transport, 5), 0);
  feed(transport, "0000000c 02 00 0005 00 53 11 45");
  assert_no_fault(transport);
  assert_calls("begin:5 ");
  feed(transport, "0000000c 02 00 0006 00 53 11 45");
  assert_fault(transport, CHANNEL_TOO_HIGH, "channel 6");
  assert_calls("");
}

static void empty_frames_keep_the_connection_alive(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "00000008 02 00 0000 0000000c 03 00 0007 01020304");
  assert_no_fault(transport);
  assert_calls("");
  assert_int_equal(pn_transport_get_frames_input(transport), 2);
}

static void empty_frame_comes_after_open(void **state) {
  pn_transport_t *transport = *state;
  transport->state = PNI_OPEN_SENT;
  feed(transport, "00000008 02 00 0000");
  assert_fault(transport, ILLEGAL_STATE, "empty frame");
}

static void what_is_no_performative_is_named(void **state) {
  (void)state;
  const struct {
    const char *octets;
    enum pni_fault_kind fault;
  } bodies[] = {
      {"00000009 02 00 0000 45", PNI_FAULT_UNDECODABLE},
      {"00000009 02 00 0000 00", PNI_FAULT_UNDECODABLE},
      {"0000000a 02 00 0000 00 ff", PNI_FAULT_UNDECODABLE},
      {"0000000a 02 00 0000 00 53", PNI_FAULT_UNDECODABLE},
      {"0000000c 02 00 0000 00 53 0f 45", PNI_FAULT_UNKNOWN_PERFORMATIVE},
      {"0000000c 02 00 0000 00 53 19 45", PNI_FAULT_UNKNOWN_PERFORMATIVE},
      {"0000000c 02 00 0000 00 53 41 45", PNI_FAULT_UNKNOWN_PERFORMATIVE},
      {"0000000f 02 00 0000 00 a3 03 'abc' 45", PNI_FAULT_UNKNOWN_PERFORMATIVE},
      {"00000013 02 00 0000 00 80 0000000100000011 45", PNI_FAULT_UNKNOWN_PERFORMATIVE},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    void *fresh;
    setup(&fresh);
    feed(fresh, bodies[i].octets);
    check_fault(fresh, bodies[i].fault, "", __FILE__, __LINE__);
    assert_calls("");
    teardown(&fresh);
  }
}

/* What handlers return. */

static void body_that_did_not_decode_ends_the_connection(void **state) {
  pn_transport_t *transport = *state;
  answer = PNI_BAD_ARGUMENT;
  fault = "mandatory field is missing";
  feed(transport, BEGIN_3 BEGIN_3);
  assert_calls("begin:3 ");
  assert_fault(transport, UNDECODABLE, "mandatory field is missing");
}

static void budget_of_the_decoder_is_a_limit(void **state) {
  pn_transport_t *transport = *state;
  answer = PNI_NO_MEMORY;
  fault = "values are nested too deep";
  feed(transport, BEGIN_3);
  assert_fault(transport, BODY_LIMIT, "nested");
}

static void no_memory_ends_the_connection(void **state) {
  pn_transport_t *transport = *state;
  answer = PNI_NO_MEMORY;
  feed(transport, BEGIN_3);
  assert_fault(transport, NO_MEMORY, "memory");
}

/* Without a connection. */

static void frames_wait_for_a_connection(void **state) {
  (void)state;
  calls[0] = '\0';
  answer = PNI_OK;
  pn_transport_t *transport = pn_transport();
  pn_connection_t *conn = pn_connection();
  assert_non_null(transport);
  assert_non_null(conn);
  pn_transport_set_server(transport);
  feed(transport, "'AMQP' 00 01 00 00 0000000c 02 00 0000 00 53 10 45");
  assert_calls("");
  assert_no_fault(transport);
  assert_int_equal(pn_transport_bind(transport, conn), 0);
  assert_calls("open:0 ");
  pn_transport_free(transport);
  pn_connection_free(conn);
}

static void little_waits_for_a_connection(void **state) {
  (void)state;
  static const char much[100000] = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
  pn_transport_t *transport = pn_transport();
  pn_transport_set_server(transport);
  const ssize_t pushed = pn_transport_push(transport, much, sizeof much);
  assert_true(pushed > 16384 && pushed <= 65536);
  assert_int_equal(pn_transport_capacity(transport), 0);
  assert_null(pn_transport_tail(transport));
  assert_true(transport->input.capacity <= 65536);
  pn_transport_free(transport);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grid_is_tested_whole),
      cmocka_unit_test(every_frame_in_every_state),
      TEST(frames_are_cut_wherever_they_are_split),
      TEST(extended_header_is_passed_over),
      TEST(descriptor_may_have_any_form),
      cmocka_unit_test(faults_of_the_header_end_the_connection),
      TEST(frame_may_be_as_large_as_max_frame_size),
      cmocka_unit_test(frame_before_open_may_be_larger_than_512),
      TEST(size_of_a_frame_reserves_nothing),
      TEST(frame_larger_than_any_block_comes_in_pieces),
      TEST(channel_is_within_channel_max),
      TEST(empty_frames_keep_the_connection_alive),
      TEST(empty_frame_comes_after_open),
      cmocka_unit_test(what_is_no_performative_is_named),
      TEST(body_that_did_not_decode_ends_the_connection),
      TEST(budget_of_the_decoder_is_a_limit),
      TEST(no_memory_ends_the_connection),
      cmocka_unit_test(frames_wait_for_a_connection),
      cmocka_unit_test(little_waits_for_a_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
