/* decode_test.c: octets as trees, in every encoding of every type. [1.2, 1.6]
 *
 * Each value is decoded where the runs of a list take it and where the walker does: as an outermost value, in a list, and
 * in a list behind a described value, which ends every run. */
#include "tree.h"

#include <stdio.h>

/* The octets are one value, which reads so; nothing shorter is a value, and what follows is left alone. */
static void assert_decodes(
    pn_data_t *data, const char *spelt, const char *expected, const char *file, int line) {
  struct octets octets = octets_of(spelt);
  for (size_t size = 0; size < octets.size; size++) {
    struct octets part = octets_copy(octets.start, size);
    pn_data_clear(data);
    _assert_int_equal((uintmax_t)pn_data_decode(data, (const char *)part.start, size),
        (uintmax_t)(ssize_t)PN_UNDERFLOW, file, line);
    _assert_int_equal(pn_data_size(data), 0, file, line);
    octets_free(&part);
  }
  pn_data_clear(data);
  _assert_int_equal(
      (uintmax_t)pn_data_decode(data, (const char *)octets.start, octets.size), octets.size, file, line);
  tree_assert_text(data, expected, file, line);

  uint8_t inside[600];
  char text_inside[900];
  const size_t size = octets.size;
  assert_true(size < 250);
  const uint8_t list[] = {0xc0, (uint8_t)(size + 3), 3, 0x40};
  memcpy(inside, list, sizeof list);
  memcpy(inside + sizeof list, octets.start, size);
  inside[sizeof list + size] = 0x41;
  struct octets exact = octets_copy(inside, sizeof list + size + 1);
  pn_data_clear(data);
  _assert_int_equal(
      (uintmax_t)pn_data_decode(data, (const char *)exact.start, exact.size), exact.size, file, line);
  (void)snprintf(text_inside, sizeof text_inside, "[null, %s, true]", expected);
  tree_assert_text(data, text_inside, file, line);
  octets_free(&exact);

  const uint8_t wide[] = {0xd0, 0, 0, 0, (uint8_t)(size + 8), 0, 0, 0, 2, 0x00, 0x53, 0x24, 0x45};
  memcpy(inside, wide, sizeof wide);
  memcpy(inside + sizeof wide, octets.start, size);
  exact = octets_copy(inside, sizeof wide + size);
  pn_data_clear(data);
  _assert_int_equal(
      (uintmax_t)pn_data_decode(data, (const char *)exact.start, exact.size), exact.size, file, line);
  (void)snprintf(text_inside, sizeof text_inside, "[@accepted(36) [], %s]", expected);
  tree_assert_text(data, text_inside, file, line);
  octets_free(&exact);
  octets_free(&octets);
}
#define DECODES(data, spelt, expected) assert_decodes(data, spelt, expected, __FILE__, __LINE__)

static void scalars_in_every_width(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "40", "null");
  DECODES(data, "41", "true");
  DECODES(data, "42", "false");
  DECODES(data, "56 00", "false");
  DECODES(data, "56 01", "true");
  DECODES(data, "50 ff", "255");
  DECODES(data, "51 80", "-128");
  DECODES(data, "60 ff fe", "65534");
  DECODES(data, "61 80 00", "-32768");
  DECODES(data, "43", "0");
  DECODES(data, "52 ff", "255");
  DECODES(data, "70 ff ff ff ff", "4294967295");
  DECODES(data, "70 00 00 00 01", "1");
  DECODES(data, "54 ff", "-1");
  DECODES(data, "71 80 00 00 00", "-2147483648");
  DECODES(data, "71 00 00 00 01", "1");
  DECODES(data, "44", "0");
  DECODES(data, "53 ff", "255");
  DECODES(data, "80 ff ff ff ff ff ff ff ff", "18446744073709551615");
  DECODES(data, "55 80", "-128");
  DECODES(data, "81 80 00 00 00 00 00 00 00", "-9223372036854775808");
  DECODES(data, "83 ff ff ff ff ff ff ff fe", "-2");
  DECODES(data, "72 bf c0 00 00", "-1.5");
  DECODES(data, "82 3f f8 00 00 00 00 00 00", "1.5");
  DECODES(data, "73 00 00 00 61", "a");
  DECODES(data, "73 00 01 f6 00", "U+1F600");
  DECODES(data, "74 00 00 00 05", "D32(5)");
  DECODES(data, "84 00 00 00 00 00 00 00 05", "D64(5)");
  DECODES(
      data, "94 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", "D128(000102030405060708090a0b0c0d0e0f)");
  DECODES(data, "98 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
      "UUID(00010203-0405-0607-0809-0a0b0c0d0e0f)");
}

static void types_are_those_of_the_constructors(void **state) {
  pn_data_t *data = *state;
  static const struct {
    const char *spelt;
    pn_type_t type;
  } types[] = {{"40", PN_NULL}, {"41", PN_BOOL}, {"42", PN_BOOL}, {"56 01", PN_BOOL}, {"50 01", PN_UBYTE},
      {"51 01", PN_BYTE}, {"60 00 01", PN_USHORT}, {"61 00 01", PN_SHORT}, {"43", PN_UINT},
      {"52 01", PN_UINT}, {"70 00 00 00 01", PN_UINT}, {"54 01", PN_INT}, {"71 00 00 00 01", PN_INT},
      {"44", PN_ULONG}, {"53 01", PN_ULONG}, {"80 00 00 00 00 00 00 00 01", PN_ULONG}, {"55 01", PN_LONG},
      {"81 00 00 00 00 00 00 00 01", PN_LONG}, {"83 00 00 00 00 00 00 00 01", PN_TIMESTAMP},
      {"72 00 00 00 00", PN_FLOAT}, {"82 00 00 00 00 00 00 00 00", PN_DOUBLE}, {"73 00 00 00 61", PN_CHAR},
      {"74 00 00 00 01", PN_DECIMAL32}, {"84 00 00 00 00 00 00 00 01", PN_DECIMAL64}, {"a0 00", PN_BINARY},
      {"a1 00", PN_STRING}, {"a3 00", PN_SYMBOL}, {"b0 00 00 00 00", PN_BINARY},
      {"b1 00 00 00 00", PN_STRING}, {"b3 00 00 00 00", PN_SYMBOL}, {"45", PN_LIST}, {"c0 01 00", PN_LIST},
      {"c1 01 00", PN_MAP}, {"d1 00 00 00 04 00 00 00 00", PN_MAP}, {"e0 02 00 40", PN_ARRAY},
      {"00 40 40", PN_DESCRIBED}};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    char inside[100];
    pn_data_clear(data);
    assert_true(decode(data, types[i].spelt) > 0);
    assert_int_equal(pn_data_type(data), types[i].type);
    pn_data_clear(data);
    (void)snprintf(
        inside, sizeof inside, "c0 %02zx 01 %s", (strlen(types[i].spelt) + 1) / 3 + 1, types[i].spelt);
    assert_true(decode(data, inside) > 0);
    assert_true(pn_data_enter(data) && pn_data_next(data));
    assert_int_equal(pn_data_type(data), types[i].type);
  }
}

static void strings_in_both_widths(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "a0 00", "b\"\"");
  DECODES(data, "a0 03 00 ff 'a'", "b\"\\x00\\xffa\"");
  DECODES(data, "b0 00 00 00 02 ff fe", "b\"\\xff\\xfe\"");
  DECODES(data, "a1 00", "\"\"");
  DECODES(data, "a1 05 'hello'", "\"hello\"");
  DECODES(data, "a1 1e 'more than sixteen characters .'", "\"more than sixteen characters .\"");
  DECODES(data, "a1 03 e2 82 ac", "\"\\xe2\\x82\\xac\"");
  DECODES(data, "a1 14 'more than sixteen' e2 82 ac", "\"more than sixteen\\xe2\\x82\\xac\"");
  DECODES(data, "b1 00 00 00 05 'hello'", "\"hello\"");
  DECODES(data, "a3 05 'amqp:'", ":\"amqp:\"");
  DECODES(data, "a3 12 'a-symbol-of-eighte'", ":\"a-symbol-of-eighte\"");
  DECODES(data, "b3 00 00 00 01 'x'", ":x");
}

/* Of every length, in a list: where in-line copying ends, where it begins, what lies next to it. */
static void strings_of_every_length_in_a_row(void **state) {
  pn_data_t *data = *state;
  uint8_t encoded[40000];
  size_t size = 9;
  for (unsigned length = 0; length <= 255; length++) {
    encoded[size++] = length % 3 == 0 ? 0xa0 : length % 3 == 1 ? 0xa1 : 0xa3;
    encoded[size++] = (uint8_t)length;
    for (unsigned i = 0; i < length; i++) encoded[size++] = (uint8_t)('A' + (length + i) % 50);
  }
  const uint8_t head[] = {0xd0, 0, 0, (uint8_t)((size - 5) >> 8), (uint8_t)(size - 5), 0, 0, 1, 0};
  memcpy(encoded, head, sizeof head);
  struct octets octets = octets_copy(encoded, size);
  assert_int_equal(pn_data_decode(data, (const char *)octets.start, octets.size), size);
  assert_int_equal(pn_data_get_list(data), 256);
  assert_true(pn_data_enter(data));
  for (unsigned length = 0; length <= 255; length++) {
    assert_true(pn_data_next(data));
    const pn_bytes_t bytes = pn_data_get_bytes(data);
    assert_int_equal(bytes.size, length);
    for (unsigned i = 0; i < length; i++) assert_int_equal(bytes.start[i], 'A' + (length + i) % 50);
    assert_int_equal(bytes.start[length], '\0');
  }
  assert_false(pn_data_next(data));
  octets_free(&octets);
}

static void compounds_in_every_width(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "45", "[]");
  DECODES(data, "c0 01 00", "[]");
  DECODES(data, "d0 00 00 00 04 00 00 00 00", "[]");
  DECODES(data, "c0 03 01 54 05", "[5]");
  DECODES(data, "d0 00 00 00 06 00 00 00 01 54 05", "[5]");
  DECODES(data, "c1 01 00", "{}");
  DECODES(data, "c1 06 02 a1 01 'k' 54 05", "{\"k\"=5}");
  DECODES(data, "d1 00 00 00 09 00 00 00 02 a3 01 'k' 54 05", "{:k=5}");
  DECODES(data, "c0 09 03 45 c0 02 01 45 c1 01 00", "[[], [[]], {}]");
  DECODES(data, "c0 0a 03 54 01 c0 03 01 54 02 54 03", "[1, [2], 3]");
}

static void described_values(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "00 53 05 54 01", "@5 1");
  DECODES(data, "00 80 00 00 00 00 00 00 00 10 c0 04 01 a1 01 'c'", "@open(16) [container-id=\"c\"]");
  DECODES(data, "00 a3 01 'x' c0 02 01 40", "@:x [null]");
  DECODES(data, "00 00 53 01 53 02 54 03", "@@1 2 3");
  DECODES(data, "00 53 01 00 53 02 54 03", "@1 @2 3");
  DECODES(data, "00 c0 03 01 54 01 54 02", "@[1] 2");
}

static void arrays_of_every_form(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "e0 02 00 71", "@PN_INT[]");
  DECODES(data, "e0 04 02 54 01 ff", "@PN_INT[1, -1]");
  DECODES(data, "f0 00 00 00 0d 00 00 00 02 71 00 00 00 01 ff ff ff ff", "@PN_INT[1, -1]");
  DECODES(data, "e0 02 03 41", "@PN_BOOL[true, true, true]");
  DECODES(data, "e0 02 02 42", "@PN_BOOL[false, false]");
  DECODES(data, "e0 04 02 56 01 00", "@PN_BOOL[true, false]");
  DECODES(data, "e0 02 02 40", "@PN_NULL[null, null]");
  DECODES(data, "e0 02 01 43", "@PN_UINT[0]");
  DECODES(data, "e0 02 02 44", "@PN_ULONG[0, 0]");
  DECODES(data, "e0 02 02 45", "@PN_LIST[[], []]");
  DECODES(data, "e0 07 02 a3 01 'a' 02 'bc'", "@PN_SYMBOL[:a, :bc]");
  DECODES(data, "e0 0b 02 b1 00 00 00 01 'a' 00 00 00 00", "@PN_STRING[\"a\", \"\"]");
  DECODES(data, "e0 08 02 c0 03 01 54 01 01 00", "@PN_LIST[[1], []]");
  DECODES(data, "e0 08 01 c1 05 02 54 01 54 02", "@PN_MAP[{1=2}]");
  DECODES(data, "e0 09 02 e0 03 01 54 01 02 00 a1", "@PN_ARRAY[@PN_INT[1], @PN_STRING[]]");
  DECODES(data, "e0 12 01 98 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
      "@PN_UUID[UUID(00010203-0405-0607-0809-0a0b0c0d0e0f)]");
}

static void described_arrays_keep_their_descriptor(void **state) {
  pn_data_t *data = *state;
  DECODES(data, "e0 07 02 00 53 05 54 01 02", "@PN_INT[5, 1, 2]");
  DECODES(data, "e0 09 01 00 c0 03 01 54 07 52 05", "@PN_UINT[[7], 5]");
  pn_data_clear(data);
  assert_int_equal(decode(data, "e0 08 02 00 a3 01 'd' 54 01 02"), 10);
  assert_int_equal(pn_data_type(data), PN_ARRAY);
  assert_true(pn_data_is_array_described(data));
  assert_int_equal(pn_data_get_array(data), 2);
  assert_int_equal(pn_data_get_array_type(data), PN_INT);
  assert_true(pn_data_enter(data) && pn_data_next(data));
  assert_int_equal(pn_data_type(data), PN_SYMBOL);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_get_int(data), 1);
  assert_true(pn_data_prev(data) && pn_data_exit(data));
  assert_encoding(data, "e0 08 02 00 a3 01 'd' 54 01 02");
}

/* Decoding is a put: behind the current value, over what is there. */
static void a_decoded_value_is_put_where_the_place_is(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  assert_int_equal(decode(data, "c0 03 01 54 07 54 08"), 5);
  assert_tree(data, "[1, 2, 3], [7]");
  assert_int_equal(pn_data_type(data), PN_LIST);
  assert_true(pn_data_enter(data));
  assert_int_equal(decode(data, "54 08"), 2);
  assert_tree(data, "[1, 2, 3], [8]");
  pn_data_rewind(data);
  assert_int_equal(decode(data, "c1 05 02 54 05 54 06"), 7);
  assert_tree(data, "{5=6}, [8]");
  assert_true(pn_data_enter(data));
  assert_int_equal(decode(data, "c1 05 02 54 01 54 02"), 7);
  assert_int_equal(decode(data, "00 53 01 40"), 4);
  assert_int_equal(decode(data, "c0 02 01 40"), 4);
  assert_tree(data, "{{1=2}=@1 null, [null]}, [8]");
  assert_true(pn_data_prev(data) && pn_data_prev(data));
  assert_false(pn_data_prev(data));
  assert_int_equal(pn_data_type(data), PN_MAP);
}

static void several_values_follow_one_another(void **state) {
  pn_data_t *data = *state;
  struct octets octets = octets_of("c0 03 01 54 01 a1 01 'a' 45 e0 02 01 41 00 53 01 40");
  size_t at = 0;
  while (at < octets.size) {
    const ssize_t taken = pn_data_decode(data, (const char *)octets.start + at, octets.size - at);
    assert_true(taken > 0);
    at += (size_t)taken;
  }
  assert_tree(data, "[1], \"a\", [], @PN_BOOL[true], @1 null");
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(scalars_in_every_width),
      tree_test(types_are_those_of_the_constructors),
      tree_test(strings_in_both_widths),
      tree_test(strings_of_every_length_in_a_row),
      tree_test(compounds_in_every_width),
      tree_test(described_values),
      tree_test(arrays_of_every_form),
      tree_test(described_arrays_keep_their_descriptor),
      tree_test(a_decoded_value_is_put_where_the_place_is),
      tree_test(several_values_follow_one_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
