/* limit_test.c: budgets of a tree, each at its limit and one beyond. */
#include "tree.h"

#define TOO_MANY_NODES "pn_data node limit exceeded"
#define TOO_MANY_BYTES "pn_data string buffer limit exceeded"

static void assert_failed(pn_data_t *data, const char *expected) {
  assert_int_equal(pn_data_errno(data), PN_OUT_OF_MEMORY);
  assert_memory_equal(pn_error_text(pn_data_error(data)), expected, strlen(expected));
}

static void as_many_nodes_as_numbers(void **state) {
  pn_data_t *data = *state;
  for (int i = 0; i < 65535; i++) assert_int_equal(pn_data_put_int(data, i), 0);
  assert_int_equal(pn_data_put_int(data, 65535), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_NODES);
  assert_int_equal(pn_data_put_string(data, text("text")), PN_OUT_OF_MEMORY);
  assert_int_equal(decode(data, "40"), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_size(data), 65535);
  assert_int_equal(pn_data_get_int(data), 65534);
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_string(data, text("over what is there")), 0);
  for (int i = 1; i < 65535; i++) {
    assert_true(pn_data_next(data));
    assert_int_equal(pn_data_get_int(data), i);
  }
  assert_false(pn_data_next(data));
}

static void a_limit_of_nodes(void **state) {
  pn_data_t *data = *state;
  pn_data_set_decode_limits(data, 4, 0);
  assert_int_equal(decode(data, "c0 07 03 54 01 54 02 54 03"), 9);
  assert_int_equal(pn_data_put_null(data), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_NODES);
  assert_tree(data, "[1, 2, 3]");
  pn_data_clear(data);
  assert_int_equal(pn_data_errno(data), 0);
  assert_int_equal(decode(data, "c0 09 04 54 01 54 02 54 03 54 04"), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_NODES ", at offset 9");
  assert_int_equal(pn_data_size(data), 0);
  assert_int_equal(decode(data, "e0 05 03 54 01 02 03"), 7);
  pn_data_clear(data);
  assert_int_equal(decode(data, "e0 06 04 54 01 02 03 04"), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_fill(data, "[iii]i", 1, 2, 3, 4), PN_OUT_OF_MEMORY);
  assert_tree(data, "[1, 2, 3]");

  pn_data_set_decode_limits(data, 5, 0);
  assert_int_equal(pn_data_put_null(data), 0);
  assert_int_equal(pn_data_put_null(data), PN_OUT_OF_MEMORY);
  pn_data_set_decode_limits(data, 2, 0); /* what is there stays */
  assert_tree(data, "[1, 2, 3], null");
  assert_int_equal(pn_data_put_null(data), PN_OUT_OF_MEMORY);
  pn_data_set_decode_limits(data, 0, 0);
  assert_int_equal(pn_data_put_null(data), 0);
  pn_data_set_decode_limits(data, 100000, 0);
  for (int i = 6; i < 65535; i++) assert_int_equal(pn_data_put_null(data), 0);
  assert_int_equal(pn_data_put_null(data), PN_OUT_OF_MEMORY);
  pn_data_set_decode_limits(NULL, 1, 1);
}

/* Over what is there a value may be put, but no children into it. */
static void a_limit_below_what_is_there(void **state) {
  pn_data_t *data = *state;
  put_count(data, 20);
  pn_data_set_decode_limits(data, 5, 0);
  pn_data_rewind(data);
  assert_int_equal(decode(data, "c0 03 02 40 41"), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_NODES ", at offset 3");
  assert_int_equal(decode(data, "e0 02 01 41"), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_size(data), 21);
  assert_int_equal(decode(data, "45"), 1);
  assert_tree(data, "[]");
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_int(data, 1), PN_OUT_OF_MEMORY);
}

/* Numbers take no room for bytes; a string after many of them does. */
static void bytes_for_strings_alone(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(decode(data, "c0 14 05 53 01 53 02 a1 05 'hello' 53 03 a3 04 'word'"), 22);
  assert_tree(data, "[1, 2, \"hello\", 3, :word]");
  pn_data_clear(data);
  pn_data_set_decode_limits(data, 0, 9);
  assert_int_equal(decode(data, "c0 14 05 53 01 53 02 a1 05 'hello' 53 03 a3 04 'word'"), 22);
  assert_tree(data, "[1, 2, \"hello\", 3, :word]");
}

static void a_limit_of_bytes(void **state) {
  pn_data_t *data = *state;
  pn_data_set_decode_limits(data, 0, 10);
  assert_int_equal(pn_data_put_string(data, text("12345")), 0);
  assert_int_equal(pn_data_put_symbol(data, text("6789")), 0);
  assert_int_equal(pn_data_put_binary(data, pn_bytes(0, "")), 0);
  assert_int_equal(pn_data_put_binary(data, text("ab")), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_BYTES);
  assert_int_equal(pn_data_put_binary(data, text("a")), 0);
  assert_int_equal(pn_data_put_binary(data, text("b")), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_put_binary(data, pn_bytes(0, "")), 0);
  assert_int_equal(pn_data_put_long(data, 1), 0);
  assert_tree(data, "\"12345\", :\"6789\", b\"\", b\"a\", b\"\", 1");

  pn_data_clear(data); /* the limit stays */
  assert_int_equal(decode(data, "c0 0f 02 a1 05 '12345' a1 05 '67890'"), 17);
  pn_data_clear(data);
  assert_int_equal(decode(data, "c0 10 02 a1 05 '12345' a1 06 '678901'"), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_BYTES ", at offset 10");
  assert_int_equal(pn_data_size(data), 0);
  assert_int_equal(pn_data_put_uuid(data, (pn_uuid_t){"x"}), PN_OUT_OF_MEMORY);
  pn_data_set_decode_limits(data, 0, 16);
  assert_int_equal(pn_data_put_uuid(data, (pn_uuid_t){"x"}), 0);
  assert_int_equal(pn_data_put_string(data, text("x")), PN_OUT_OF_MEMORY);

  pn_data_set_decode_limits(data, 0, 0);
  assert_int_equal(pn_data_put_string(data, text("no limit at all any more")), 0);
  pn_data_set_decode_limits(data, 0, 30); /* less than there is */
  assert_int_equal(pn_data_put_string(data, text("x")), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_put_int(data, 1), 0);
  pn_data_set_decode_limits(data, 0, 41); /* 16, 24, and one more */
  assert_int_equal(pn_data_put_string(data, text("x")), 0);
  assert_int_equal(pn_data_put_string(data, text("x")), PN_OUT_OF_MEMORY);
}

static void bytes_beyond_any_limit(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_string(data, pn_bytes(UINT32_MAX, "not looked at")), PN_OUT_OF_MEMORY);
  assert_failed(data, TOO_MANY_BYTES);
  assert_int_equal(pn_data_put_binary(data, pn_bytes(SIZE_MAX, "not looked at")), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_size(data), 0);
  assert_int_equal(pn_data_put_string(data, text("12")), 0);
  assert_int_equal(pn_data_put_binary(data, pn_bytes(SIZE_MAX - 1, "not looked at")), PN_OUT_OF_MEMORY);
  assert_tree(data, "\"12\"");
}

/* [1.2] Lists in one another, and values described again and again. */
static void assert_nesting(pn_data_t *data, size_t depth, int failure) {
  enum { HEAD = 9, DEEPEST = 130 };
  uint8_t lists[HEAD * DEEPEST], described[2 * DEEPEST + 1];
  const size_t lists_size = HEAD * depth, described_size = 2 * depth + 1;
  for (size_t i = 0; i < depth; i++) {
    const size_t inside = HEAD * (depth - 1 - i) + 4;
    const uint8_t head[HEAD] = {0xd0, 0, 0, (uint8_t)(inside >> 8), (uint8_t)inside, 0, 0, 0, i + 1 < depth};
    memcpy(lists + HEAD * i, head, HEAD);
    described[2 * i] = 0x00;
    described[2 * i + 1] = 0x43;
  }
  described[described_size - 1] = 0x40;
  pn_data_clear(data);
  assert_int_equal(
      pn_data_decode(data, (const char *)lists, lists_size), failure ? failure : (int)lists_size);
  assert_int_equal(pn_data_size(data), failure ? 0 : depth);
  pn_data_clear(data);
  assert_int_equal(
      pn_data_decode(data, (const char *)described, described_size), failure ? failure : (int)described_size);
  assert_int_equal(pn_data_size(data), failure ? 0 : described_size);
}

static void nesting_up_to_its_limit(void **state) {
  pn_data_t *data = *state;
  assert_nesting(data, 128, 0);
  assert_nesting(data, 129, PN_OUT_OF_MEMORY);
  assert_failed(data, "values are nested too deep, at offset 256");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(as_many_nodes_as_numbers),
      tree_test(a_limit_of_nodes),
      tree_test(a_limit_below_what_is_there),
      tree_test(bytes_for_strings_alone),
      tree_test(a_limit_of_bytes),
      tree_test(bytes_beyond_any_limit),
      tree_test(nesting_up_to_its_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
