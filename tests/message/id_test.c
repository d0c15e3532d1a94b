/* id_test.c: identifiers of a message and of the one it answers, as atoms and as trees. [3.2.11-14] */
#include "support/message.h"

static pn_msgid_t ulong_id(uint64_t number) { return (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = number}; }

static pn_msgid_t bytes_id(pn_type_t type, pn_bytes_t bytes) {
  return (pn_msgid_t){.type = type, .u.as_bytes = bytes};
}

static pn_msgid_t uuid_id(const char *sixteen) {
  pn_msgid_t id = {.type = PN_UUID};
  memcpy(id.u.as_uuid.bytes, sixteen, 16);
  return id;
}

static void assert_same(pn_msgid_t one, pn_msgid_t other) {
  assert_int_equal(one.type, other.type);
  if (one.type == PN_ULONG) assert_int_equal(one.u.as_ulong, other.u.as_ulong);
  if (one.type == PN_UUID) assert_memory_equal(one.u.as_uuid.bytes, other.u.as_uuid.bytes, 16);
  if (one.type == PN_STRING || one.type == PN_BINARY) {
    assert_int_equal(one.u.as_bytes.size, other.u.as_bytes.size);
    assert_memory_equal(one.u.as_bytes.start, other.u.as_bytes.start, one.u.as_bytes.size);
  }
}

/* Both identifiers, set, got, encoded, decoded and got. */
static void assert_goes_both_ways(pn_msgid_t id) {
  char encoded[1000];
  size_t size = sizeof encoded;
  pn_message_t *msg = pn_message(), *other = pn_message();
  assert_int_equal(pn_message_set_id(msg, id), 0);
  assert_int_equal(pn_message_set_correlation_id(msg, id), 0);
  assert_same(pn_message_get_id(msg), id);
  assert_same(pn_message_get_correlation_id(msg), id);
  assert_int_equal(pn_message_encode(msg, encoded, &size), 0);
  assert_int_equal(pn_message_decode(other, encoded, size), 0);
  assert_same(pn_message_get_id(other), id);
  assert_same(pn_message_get_correlation_id(other), id);
  assert_same(pn_data_get_atom(pn_message_id(other)), id);
  assert_same(pn_data_get_atom(pn_message_correlation_id(other)), id);
  pn_message_free(other);
  pn_message_free(msg);
}

static void ids_of_all_types_go_both_ways(void **state) {
  (void)state;
  char text[400];
  memset(text, 'x', sizeof text);
  const uint64_t numbers[] = {0, 1, 255, 256, UINT64_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) assert_goes_both_ways(ulong_id(numbers[i]));
  assert_goes_both_ways(uuid_id("0123456789abcdef"));
  for (size_t size = 0; size <= sizeof text; size++) {
    assert_goes_both_ways(bytes_id(PN_STRING, pn_bytes(size, text)));
    assert_goes_both_ways(bytes_id(PN_BINARY, pn_bytes(size, text)));
  }
}

static void ids_are_encoded_in_the_smallest_way(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_id(msg, ulong_id(0)), 0);
  assert_encodes(msg, "00 53 73 c0 02 01 44 00 53 77 40");
  assert_int_equal(pn_message_set_id(msg, ulong_id(255)), 0);
  assert_encodes(msg, "00 53 73 c0 03 01 53 ff 00 53 77 40");
  assert_int_equal(pn_message_set_id(msg, ulong_id(256)), 0);
  assert_encodes(msg, "00 53 73 c0 0a 01 80 0000000000000100 00 53 77 40");
  assert_int_equal(pn_message_set_id(msg, bytes_id(PN_BINARY, pn_bytes(2, "\xff\x00"))), 0);
  assert_encodes(msg, "00 53 73 c0 05 01 a0 02 ff00 00 53 77 40");
  pn_message_clear(msg);
  assert_int_equal(pn_message_set_id(msg, ulong_id(7)), 0);
  assert_encodes(msg, "00 53 73 c0 03 01 53 07 00 53 77 40");
  pn_message_free(msg);
}

static void null_is_no_id(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_id(msg, ulong_id(1)), 0);
  assert_int_equal(pn_message_set_id(msg, (pn_msgid_t){.type = PN_NULL}), 0);
  assert_int_equal(pn_message_get_id(msg).type, PN_NULL);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

static void other_types_are_no_ids(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_id(msg, ulong_id(1)), 0);
  const pn_type_t others[] = {PN_INT, PN_SYMBOL, PN_LIST, PN_INVALID, (pn_type_t)0};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    pn_message_clear(msg);
    assert_int_equal(pn_message_set_id(msg, ulong_id(1)), 0);
    assert_int_equal(pn_message_set_id(msg, (pn_msgid_t){.type = others[i]}), PN_ARG_ERR);
    assert_int_equal(pn_message_set_correlation_id(msg, (pn_msgid_t){.type = others[i]}), PN_ARG_ERR);
    assert_int_equal(pn_message_errno(msg), PN_ARG_ERR);
    assert_string_equal(pn_error_text(pn_message_error(msg)),
        "correlation-id: an identifier is a ulong, uuid, binary or string");
    assert_same(pn_message_get_id(msg), ulong_id(1));
    assert_int_equal(pn_message_get_correlation_id(msg).type, PN_NULL);
  }
  pn_message_free(msg);
}

/* An identifier set to what was got of it, all or in part, though that is where it is written to. */
static void ids_are_set_to_themselves(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_id(msg, bytes_id(PN_STRING, bytes_of("identifier"))), 0);
  assert_int_equal(pn_message_set_id(msg, pn_message_get_id(msg)), 0);
  assert_same(pn_message_get_id(msg), bytes_id(PN_STRING, bytes_of("identifier")));
  const pn_bytes_t got = pn_message_get_id(msg).u.as_bytes;
  assert_int_equal(pn_message_set_id(msg, bytes_id(PN_BINARY, pn_bytes(4, got.start + 3))), 0);
  assert_same(pn_message_get_id(msg), bytes_id(PN_BINARY, bytes_of("ntif")));
  pn_message_free(msg);
}

/* Bytes that were got stay while other fields are set. */
static void got_ids_stay(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 73 c0 0d 06 a1 02 'id' 40 40 40 40 a1 02 'co'");
  const pn_msgid_t id = pn_message_get_id(msg), correlation = pn_message_get_correlation_id(msg);
  for (uint64_t i = 0; i < 100; i++) assert_int_equal(pn_message_set_correlation_id(msg, ulong_id(i)), 0);
  assert_same(id, bytes_id(PN_STRING, bytes_of("id")));
  assert_same(correlation, bytes_id(PN_STRING, bytes_of("co")));
  assert_same(pn_message_get_id(msg), id);
  pn_message_free(msg);
}

/* The tree and the atom are one thing. */
static void id_is_set_through_its_tree(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 73 c0 03 01 53 01 00 53 77 41");
  pn_data_t *tree = pn_message_id(msg);
  assert_int_equal(pn_data_get_ulong(tree), 1);
  pn_data_clear(tree);
  assert_int_equal(pn_message_get_id(msg).type, PN_NULL);
  assert_encodes(msg, "00 53 77 41");
  assert_int_equal(pn_data_put_string(tree, bytes_of("x")), 0);
  assert_same(pn_message_get_id(msg), bytes_id(PN_STRING, bytes_of("x")));
  assert_encodes(msg, "00 53 73 c0 04 01 a1 01 'x' 00 53 77 41");
  assert_int_equal(pn_message_set_id(msg, ulong_id(2)), 0);
  pn_data_rewind(tree);
  assert_true(pn_data_next(tree));
  assert_int_equal(pn_data_get_ulong(tree), 2);
  assert_ptr_equal(pn_message_id(msg), tree);
  pn_message_free(msg);
}

static void tree_of_no_id_is_empty(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_data_size(pn_message_id(msg)), 0);
  assert_int_equal(pn_data_size(pn_message_correlation_id(msg)), 0);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

/* What is no identifier in a tree is said when somebody needs it to be one. */
static void tree_of_another_type_is_refused(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  size_t size = 0;
  assert_int_equal(pn_data_put_int(pn_message_id(msg), 1), 0);
  assert_int_equal(pn_message_encode(msg, NULL, &size), PN_ARG_ERR);
  assert_string_equal(
      pn_error_text(pn_message_error(msg)), "message-id: an identifier is a ulong, uuid, binary or string");
  assert_int_equal(pn_message_get_id(msg).type, PN_NULL);
  assert_int_equal(pn_message_set_id(msg, ulong_id(3)), 0);
  assert_encodes(msg, "00 53 73 c0 03 01 53 03 00 53 77 40");
  pn_message_free(msg);
}

/* A tree that is changed is the other identifier's business only if it is the other's. */
static void both_trees_count(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_data_put_ulong(pn_message_id(msg), 1), 0);
  assert_int_equal(pn_data_put_ulong(pn_message_correlation_id(msg), 2), 0);
  assert_encodes(msg, "00 53 73 c0 09 06 53 01 40 40 40 40 53 02 00 53 77 40");
  pn_message_clear(msg);
  assert_int_equal(pn_data_size(pn_message_id(msg)), 0);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_of_all_types_go_both_ways),
      cmocka_unit_test(ids_are_encoded_in_the_smallest_way),
      cmocka_unit_test(null_is_no_id),
      cmocka_unit_test(other_types_are_no_ids),
      cmocka_unit_test(ids_are_set_to_themselves),
      cmocka_unit_test(got_ids_stay),
      cmocka_unit_test(id_is_set_through_its_tree),
      cmocka_unit_test(tree_of_no_id_is_empty),
      cmocka_unit_test(tree_of_another_type_is_refused),
      cmocka_unit_test(both_trees_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
