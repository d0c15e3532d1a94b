/* encode_test.c: where encodings go: room that is given, memory that grows, a tree. */
#include "support/message.h"

static pn_message_t *message_with_body(size_t size) {
  pn_message_t *msg = pn_message();
  char *const bytes = calloc(1, size);
  assert_int_equal(pn_data_put_binary(pn_message_body(msg), pn_bytes(size, bytes)), 0);
  free(bytes);
  return msg;
}

/* Too little room is said, with how much is needed; the message is as it was. */
static void too_little_room_is_said(void **state) {
  (void)state;
  char bytes[7];
  size_t size = 6;
  pn_message_t *msg = message_of("00 53 77 a1 02 'hi'");
  assert_int_equal(pn_message_encode(msg, bytes, &size), PN_OVERFLOW);
  assert_int_equal(size, 6);
  assert_int_equal(pn_message_errno(msg), PN_OVERFLOW);
  assert_string_equal(pn_error_text(pn_message_error(msg)), "encoding takes 7 bytes and there is room for 6");
  size = 7;
  assert_int_equal(pn_message_encode(msg, bytes, &size), 0);
  assert_memory_equal(bytes, "\x00\x53\x77\xa1\x02hi", 7);
  pn_message_free(msg);
}

/* Memory begins with 256 octets and doubles. */
static void memory_grows_by_doubling(void **state) {
  (void)state;
  static const struct {
    size_t body, begin, end;
  } sizes[] = {{1, 0, 256}, {300, 0, 512}, {1000, 0, 1024}, {1020, 0, 2048}, {1, 5, 10}, {100, 5, 160},
      {100, 300, 300}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    pn_message_t *msg = message_with_body(sizes[i].body);
    const size_t head = sizes[i].body > 255 ? 8 : 5;
    pn_rwbytes_t buf = {.size = sizes[i].begin, .start = sizes[i].begin > 0 ? malloc(sizes[i].begin) : NULL};
    assert_int_equal(pn_message_encode2(msg, &buf), sizes[i].body + head);
    assert_int_equal(buf.size, sizes[i].end);
    assert_int_equal(pn_message_encode2(msg, &buf), sizes[i].body + head); /* and again, into the same */
    assert_int_equal(buf.size, sizes[i].end);
    free(buf.start);
    pn_message_free(msg);
  }
}

/* Memory that is too small by any number of octets, for a message with everything in it. */
static void memory_of_every_size_will_do(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_message_set_durable(msg, true);
  pn_message_set_address(msg, "address");
  pn_message_set_user_id(msg, bytes_of("user"));
  pn_message_set_id(msg, (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = 1000});
  pn_data_fill(pn_message_annotations(msg), "{si}", "annotation", 1000);
  pn_data_fill(pn_message_properties(msg), "{SlSoSS}", "one", (int64_t)1000, "two", true, "three", "text");
  pn_data_fill(pn_message_body(msg), "[{SI}[nnn]Z]", "key", (uint32_t)7, (size_t)3, "abc");
  pn_rwbytes_t whole = {0, NULL};
  const ssize_t size = pn_message_encode2(msg, &whole);
  assert_true(size > 100);
  for (size_t room = 1; room <= (size_t)size + 300; room++) {
    pn_rwbytes_t buf = {.size = room, .start = malloc(room)};
    assert_int_equal(pn_message_encode2(msg, &buf), size);
    assert_memory_equal(buf.start, whole.start, size);
    free(buf.start);
    char *const exact = malloc(room);
    size_t written = room;
    assert_int_equal(pn_message_encode(msg, exact, &written), room < (size_t)size ? PN_OVERFLOW : 0);
    if (room >= (size_t)size) assert_memory_equal(exact, whole.start, size);
    free(exact);
  }
  pn_message_t *other = pn_message();
  assert_int_equal(pn_message_decode(other, whole.start, (size_t)size), 0);
  assert_tree(pn_message_properties(other), "{\"one\"=1000, \"two\"=true, \"three\"=\"text\"}");
  assert_tree(pn_message_body(other), "[{\"key\"=7}, [null, null, null], b\"abc\"]");
  pn_message_free(other);
  free(whole.start);
  pn_message_free(msg);
}

/* As a tree, a message is its sections, each a described value. */
static void message_as_a_tree(void **state) {
  (void)state;
  pn_data_t *data = pn_data(0);
  pn_data_put_int(data, 1); /* goes */
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_data(msg, data), 0);
  assert_tree(data, "@amqp-value(119) null");
  pn_message_set_durable(msg, true);
  pn_message_set_address(msg, "a");
  pn_data_put_list(pn_message_body(msg));
  pn_message_set_inferred(msg, true);
  assert_int_equal(pn_message_data(msg, data), 0);
  assert_tree(data, "@header(112) [durable=true], @properties(115) [to=\"a\"], @amqp-sequence(118) []");
  assert_int_equal(message_decode(msg, "00 53 77 41 00 53 78 c1 05 02 a3 01 'f' 41"), 0);
  assert_int_equal(pn_message_data(msg, data), 0);
  assert_tree(data, "@amqp-value(119) true, @footer(120) {:f=true}");
  pn_data_put_described(pn_message_properties(msg));
  assert_int_equal(pn_message_data(msg, data), PN_ARG_ERR);
  pn_data_free(data);
  pn_message_free(msg);
}

/* Even into one of its own trees. */
static void message_as_its_own_body(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 77 41");
  assert_int_equal(pn_message_data(msg, pn_message_body(msg)), 0);
  assert_tree(pn_message_body(msg), "@amqp-value(119) true");
  assert_encodes(msg, "00 53 77 00 53 77 41");
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(too_little_room_is_said),
      cmocka_unit_test(memory_grows_by_doubling),
      cmocka_unit_test(memory_of_every_size_will_do),
      cmocka_unit_test(message_as_a_tree),
      cmocka_unit_test(message_as_its_own_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
