/* bad_input_test.c: octets that are no AMQP value. Each is refused with a code, a text and the place, and leaves the tree as
 * it was, wherever the value was to go. */
#include "tree.h"
#include "wire/reader.h"

#include <stdio.h>

/* Trees to decode into, each with a place. */
static void put_before(pn_data_t *data, int kind) {
  pn_data_clear(data);
  switch (kind) {
  case 0: break;
  case 1: put_count(data, 2); break;
  case 2:
    put_count(data, 2);
    assert_true(pn_data_enter(data));
    break;
  case 3: /* over a list with children */
    put_count(data, 3);
    assert_int_equal(pn_data_put_string(data, text("behind")), 0);
    pn_data_rewind(data);
    break;
  default: /* over a string in a map */
    assert_int_equal(pn_data_fill(data, "{SS}", "key", "value"), 0);
    assert_true(pn_data_enter(data) && pn_data_next(data));
  }
}

static void assert_same_tree(pn_data_t *data, pn_data_t *same, const char *file, int line) {
  char expected[200];
  size_t size = sizeof expected;
  assert_int_equal(pn_data_format(same, expected, &size), 0);
  tree_assert_text(data, expected, file, line);
  _assert_int_equal(pn_data_size(data), pn_data_size(same), file, line);
  _assert_int_equal((uintmax_t)pn_data_point(data), (uintmax_t)pn_data_point(same), file, line);
}

static void assert_refuses(
    pn_data_t *data, const char *spelt, int code, const char *expected, const char *file, int line) {
  pn_data_t *same = pn_data(0);
  for (int kind = 0; kind < 5; kind++) {
    put_before(data, kind);
    put_before(same, kind);
    _assert_int_equal((uintmax_t)decode(data, spelt), (uintmax_t)(ssize_t)code, file, line);
    _assert_int_equal((uintmax_t)pn_data_errno(data), (uintmax_t)(ssize_t)code, file, line);
    _assert_string_equal(pn_error_text(pn_data_error(data)), expected, file, line);
    assert_same_tree(data, same, file, line);
    assert_true(decode(data, "c0 06 02 a1 01 'x' 54 07") > 0);
    assert_true(decode(same, "c0 06 02 a1 01 'x' 54 07") > 0);
    assert_same_tree(data, same, file, line);
  }
  pn_data_free(same);
}
#define REFUSES(data, spelt, code, expected) assert_refuses(data, spelt, code, expected, __FILE__, __LINE__)

#define CUT_SHORT     "the value goes on beyond the end of the data, at offset "
#define CONTRADICTION "size and count contradict each other, at offset "

static void values_that_are_cut_short(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, "", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "71 00 00 00", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "a1 05 'hell'", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "b1 ff ff ff ff 'much less'", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "c0", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "c0 02", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "c0 06 02 54 01 a1 01", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "d0 7f ff ff ff 00 00 00 01 40", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "f0 00 00 00 05 00 00 00 00", PN_UNDERFLOW, CUT_SHORT "0");
  REFUSES(data, "00", PN_UNDERFLOW, CUT_SHORT "1");
  REFUSES(data, "00 53 01", PN_UNDERFLOW, CUT_SHORT "3");
}

/* The list is all there, but what it holds is not, however much follows. */
static void items_that_reach_beyond_their_list(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, "c0 03 01 a1 05 'hello'", PN_ARG_ERR, CONTRADICTION "3");
  REFUSES(data, "c0 05 02 54 01 a1 05 'hello'", PN_ARG_ERR, CONTRADICTION "5");
  REFUSES(data, "c0 02 01 54 01", PN_ARG_ERR, CONTRADICTION "3");
  REFUSES(data, "c0 03 02 54 01", PN_ARG_ERR, CONTRADICTION "5");
  REFUSES(data, "c0 04 02 40 c0 05 40 40", PN_ARG_ERR, CONTRADICTION "4");
  REFUSES(data, "c0 04 01 71 00 00 00", PN_ARG_ERR, CONTRADICTION "3");
  REFUSES(data, "c0 05 02 40 80 00 00 00 00", PN_ARG_ERR, CONTRADICTION "4");
  REFUSES(data, "c1 05 02 a1 01 'k' a1", PN_ARG_ERR, CONTRADICTION "6");
}

static void constructors_that_do_not_exist(void **state) {
  pn_data_t *data = *state;
  static const char *const texts[] = {
      "no type has this constructor, at offset 0", "no type has this constructor, at offset 5"};
  unsigned found = 0;
  for (unsigned code = 1; code < 256; code++) {
    char spelt[60];
    pn_data_clear(data);
    (void)snprintf(spelt, sizeof spelt, "%02x 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", code);
    if (decode(data, spelt) != PN_ARG_ERR || strcmp(pn_error_text(pn_data_error(data)), texts[0]) != 0)
      continue;
    found++;
    REFUSES(data, spelt, PN_ARG_ERR, texts[0]);
    (void)snprintf(spelt, sizeof spelt, "c0 08 02 54 01 %02x 00 00 00 00", code);
    REFUSES(data, spelt, PN_ARG_ERR, texts[1]);
    (void)snprintf(spelt, sizeof spelt, "e0 06 01 %02x 00 00 00 00", code);
    REFUSES(data, spelt, PN_ARG_ERR, "no type has this array's element constructor, at offset 0");
  }
  assert_int_equal(found, 255 - 39);
  REFUSES(data, "a2 01 'x'", PN_ARG_ERR, texts[0]);
  REFUSES(data, "3f", PN_ARG_ERR, texts[0]);
  REFUSES(data, "00 ff 40", PN_ARG_ERR, "no type has this constructor, at offset 1");
}

static void sizes_and_counts_that_contradict_each_other(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, "c0 00 00", PN_ARG_ERR, "size does not cover the count, at offset 0");
  REFUSES(data, "d0 00 00 00 03 00 00 00 00", PN_ARG_ERR, "size does not cover the count, at offset 0");
  REFUSES(data, "c0 01 01", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "c0 02 ff 40", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "c0 03 01 40 40", PN_ARG_ERR, CONTRADICTION "4");
  REFUSES(data, "c0 02 00 40", PN_ARG_ERR, CONTRADICTION "3");
  REFUSES(data, "d0 00 00 00 05 ff ff ff ff 40", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "c1 02 01 40", PN_ARG_ERR, "map has a key without a value, at offset 0");
  REFUSES(data, "c1 04 03 40 40 40", PN_ARG_ERR, "map has a key without a value, at offset 0");
  REFUSES(data, "c0 05 01 c1 02 01 40", PN_ARG_ERR, "map has a key without a value, at offset 3");
  REFUSES(data, "c0 08 02 54 01 c0 03 01 40 40", PN_ARG_ERR, CONTRADICTION "9");
}

static void arrays_whose_elements_cannot_be(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, "e0 01 00", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "e0 03 02 54 01", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "e0 05 02 54 01 02 03", PN_ARG_ERR, CONTRADICTION "6");
  REFUSES(data, "e0 03 01 00 53", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "e0 04 00 00 53 01", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "f0 00 00 00 06 7f ff ff ff 54 01", PN_ARG_ERR, CONTRADICTION "0");
  REFUSES(data, "e0 05 02 a1 01 'a' 05", PN_ARG_ERR, CONTRADICTION "6");
  REFUSES(data, "e0 04 02 56 01 02", PN_ARG_ERR, "boolean is neither 0 nor 1, at offset 5");
}

/* A few octets that stand for many elements: as many as a tree has room for, and not for more. */
static void arrays_of_elements_without_octets(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, "f0 00 00 00 05 7f ff ff ff 41", PN_OUT_OF_MEMORY,
      "too many array elements without octets of their own, at offset 0");
  REFUSES(data, "f0 00 00 00 05 00 01 00 00 45", PN_OUT_OF_MEMORY,
      "too many array elements without octets of their own, at offset 0");
  pn_data_clear(data);
  assert_int_equal(decode(data, "f0 00 00 00 05 00 00 ff fe 43"), 10);
  assert_int_equal(pn_data_get_array(data), 65534);
  REFUSES(
      data, "f0 00 00 00 05 00 00 ff ff 40", PN_OUT_OF_MEMORY, "pn_data node limit exceeded, at offset 10");
}

/* [1.6.20, 1.6.21] */
static void text_that_is_none(void **state) {
  pn_data_t *data = *state;
  static const char *const not_utf8[] = {"a1 01 ff", "a1 01 80", "a1 02 c0 80", "a1 03 ed a0 80",
      "a1 04 f4 90 80 80", "a1 12 'seventeen letters' e2", "b1 00 00 00 01 ff", "a1 06 'hello' c3"};
  for (size_t i = 0; i < sizeof not_utf8 / sizeof not_utf8[0]; i++)
    REFUSES(data, not_utf8[i], PN_ARG_ERR, "string is not UTF-8, at offset 0");
  REFUSES(data, "c0 08 02 54 01 a1 03 'ab' ff", PN_ARG_ERR, "string is not UTF-8, at offset 5");
  REFUSES(data, "c0 16 01 a1 12 'seventeen letters' ff 40", PN_ARG_ERR, "string is not UTF-8, at offset 3");
  REFUSES(data, "a3 01 ff", PN_ARG_ERR, "symbol is not ASCII, at offset 0");
  REFUSES(data, "a3 02 c3 a4", PN_ARG_ERR, "symbol is not ASCII, at offset 0");
  REFUSES(data, "b3 00 00 00 01 80", PN_ARG_ERR, "symbol is not ASCII, at offset 0");
  REFUSES(data, "c0 06 02 40 a3 02 'a' 80", PN_ARG_ERR, "symbol is not ASCII, at offset 4");
  REFUSES(data, "e0 04 01 a3 01 ff", PN_ARG_ERR, "symbol is not ASCII, at offset 4");
  REFUSES(data, "56 02", PN_ARG_ERR, "boolean is neither 0 nor 1, at offset 0");
  REFUSES(data, "c0 03 01 56 ff", PN_ARG_ERR, "boolean is neither 0 nor 1, at offset 3");
}

/* Values of all kinds in one, with each of its octets replaced by each other octet: the tree takes what the reader takes, and
 * refuses the rest with the same status; what was taken can be encoded again. */
static void every_octet_wrong_in_every_way(void **state) {
  pn_data_t *data = *state;
  struct octets octets =
      octets_of("c0 42 0a 40 41 54 05 a1 05 'hello' a3 02 'ab' 71 00 00 01 00 c1 09 02 a1 03 'key' 53 01 "
                "00 53 24 45 e0 07 02 a3 01 'a' 02 'bc' e0 08 02 00 53 05 71 c0 01 00 d0 00 00 00 06 00 00 "
                "00 01 50 01");
  octets.start[1] = (uint8_t)(octets.size - 2);
  for (size_t at = 0; at < octets.size; at++) {
    const uint8_t right = octets.start[at];
    for (unsigned wrong = 0; wrong < 256; wrong++) {
      octets.start[at] = (uint8_t)wrong;
      pn_data_clear(data);
      const ssize_t taken = pn_data_decode(data, (const char *)octets.start, octets.size);
      struct pni_reader reader = pni_reader(octets.start, octets.size);
      pn_bytes_t value;
      const pni_status status = pni_read_value(&reader, &value);
      assert_int_equal(taken, status ? (ssize_t)status : (ssize_t)value.size);
      if (taken < 0) {
        assert_int_equal(pn_data_size(data), 0);
        assert_int_equal(pn_data_errno(data), taken);
        assert_non_null(pn_error_text(pn_data_error(data)));
      } else {
        char again[300];
        const ssize_t size = pn_data_encode(data, again, sizeof again);
        assert_true(size > 0);
        pn_data_t *copy = pn_data(0);
        assert_int_equal(pn_data_decode(copy, again, (size_t)size), size);
        assert_int_equal(pn_data_size(copy), pn_data_size(data));
        pn_data_free(copy);
      }
    }
    octets.start[at] = right;
  }
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(values_that_are_cut_short),
      tree_test(items_that_reach_beyond_their_list),
      tree_test(constructors_that_do_not_exist),
      tree_test(sizes_and_counts_that_contradict_each_other),
      tree_test(arrays_whose_elements_cannot_be),
      tree_test(arrays_of_elements_without_octets),
      tree_test(text_that_is_none),
      tree_test(every_octet_wrong_in_every_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
