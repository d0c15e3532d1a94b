/* encode_test.c: trees as octets, each value in its smallest encoding. [1.6] */
#include "tree.h"

/* One value put alone is encoded like that. */
#define ENCODES(data, put, expected)                                                                         \
  do {                                                                                                       \
    pn_data_clear(data);                                                                                     \
    assert_int_equal((put), 0);                                                                              \
    assert_encoding(data, expected);                                                                         \
  } while (0)

static void scalars_of_one_width(void **state) {
  pn_data_t *data = *state;
  const pn_decimal128_t d128 = {"0123456789abcde"};
  const pn_uuid_t uuid = {"0123456789abcde"};
  ENCODES(data, pn_data_put_null(data), "40");
  ENCODES(data, pn_data_put_bool(data, true), "41");
  ENCODES(data, pn_data_put_bool(data, false), "42");
  ENCODES(data, pn_data_put_ubyte(data, 0), "50 00");
  ENCODES(data, pn_data_put_ubyte(data, 255), "50 ff");
  ENCODES(data, pn_data_put_byte(data, 0), "51 00");
  ENCODES(data, pn_data_put_byte(data, -1), "51 ff");
  ENCODES(data, pn_data_put_ushort(data, 5), "60 00 05");
  ENCODES(data, pn_data_put_short(data, -2), "61 ff fe");
  ENCODES(data, pn_data_put_char(data, 0x20ac), "73 00 00 20 ac");
  ENCODES(data, pn_data_put_timestamp(data, -1), "83 ff ff ff ff ff ff ff ff");
  ENCODES(data, pn_data_put_float(data, 1.0F), "72 3f 80 00 00");
  ENCODES(data, pn_data_put_double(data, -2.0), "82 c0 00 00 00 00 00 00 00");
  ENCODES(data, pn_data_put_decimal32(data, 1), "74 00 00 00 01");
  ENCODES(data, pn_data_put_decimal64(data, 1), "84 00 00 00 00 00 00 00 01");
  ENCODES(data, pn_data_put_decimal128(data, d128), "94 '0123456789abcde' 00");
  ENCODES(data, pn_data_put_uuid(data, uuid), "98 '0123456789abcde' 00");
}

static void integers_take_as_little_as_they_need(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, pn_data_put_uint(data, 0), "43");
  ENCODES(data, pn_data_put_uint(data, 1), "52 01");
  ENCODES(data, pn_data_put_uint(data, 127), "52 7f");
  ENCODES(data, pn_data_put_uint(data, 128), "52 80");
  ENCODES(data, pn_data_put_uint(data, 255), "52 ff");
  ENCODES(data, pn_data_put_uint(data, 256), "70 00 00 01 00");
  ENCODES(data, pn_data_put_ulong(data, 0), "44");
  ENCODES(data, pn_data_put_ulong(data, 1), "53 01");
  ENCODES(data, pn_data_put_ulong(data, 255), "53 ff");
  ENCODES(data, pn_data_put_ulong(data, 256), "80 00 00 00 00 00 00 01 00");
  ENCODES(data, pn_data_put_int(data, 0), "54 00");
  ENCODES(data, pn_data_put_int(data, 127), "54 7f");
  ENCODES(data, pn_data_put_int(data, 128), "71 00 00 00 80");
  ENCODES(data, pn_data_put_int(data, -128), "54 80");
  ENCODES(data, pn_data_put_int(data, -129), "71 ff ff ff 7f");
  ENCODES(data, pn_data_put_long(data, 0), "55 00");
  ENCODES(data, pn_data_put_long(data, 127), "55 7f");
  ENCODES(data, pn_data_put_long(data, 128), "81 00 00 00 00 00 00 00 80");
  ENCODES(data, pn_data_put_long(data, -128), "55 80");
  ENCODES(data, pn_data_put_long(data, -129), "81 ff ff ff ff ff ff ff 7f");
}

/* From 255 octets to 256 the size takes four. */
static void strings_of_every_length(void **state) {
  pn_data_t *data = *state;
  static const struct {
    int (*put)(pn_data_t *data, pn_bytes_t bytes);
    uint8_t narrow, wide;
  } types[] = {
      {pn_data_put_binary, 0xa0, 0xb0}, {pn_data_put_string, 0xa1, 0xb1}, {pn_data_put_symbol, 0xa3, 0xb3}};
  char source[300], found[310];
  for (size_t i = 0; i < sizeof source; i++) source[i] = (char)('!' + i % 90);
  for (size_t type = 0; type < 3; type++) {
    for (size_t size = 0; size <= sizeof source; size++) {
      pn_data_clear(data);
      assert_int_equal(types[type].put(data, pn_bytes(size, source)), 0);
      const size_t head = size < 256 ? 2 : 5;
      assert_int_equal(pn_data_encode(data, found, sizeof found), head + size);
      const uint8_t narrow[] = {types[type].narrow, (uint8_t)size};
      const uint8_t wide[] = {types[type].wide, 0, 0, (uint8_t)(size >> 8), (uint8_t)size};
      assert_memory_equal(found, size < 256 ? narrow : wide, head);
      assert_memory_equal(found + head, source, size);
    }
  }
}

static void lists_and_maps(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, pn_data_put_list(data), "45");
  ENCODES(data, pn_data_put_map(data), "c1 01 00");
  ENCODES(data, pn_data_fill(data, "[isn]", 1, "ab"), "c0 08 03 54 01 a3 02 'ab' 40");
  ENCODES(data, pn_data_fill(data, "{SoS[]}", "k", true, "l"), "c1 09 04 a1 01 'k' 41 a1 01 'l' 45");
  ENCODES(data, pn_data_fill(data, "[[[[]]]]"), "c0 08 01 c0 05 01 c0 02 01 45");
  ENCODES(data, pn_data_fill(data, "i[]{}i", 1, 2), "54 01 45 c1 01 00 54 02");
}

/* A list of nulls that fill it to 254 items, 255 and 256; one of a binary that fills it to 255 octets and 256. */
static void lists_grow_wide_when_size_or_count_does(void **state) {
  pn_data_t *data = *state;
  char found[300];
  for (size_t count = 253; count <= 257; count++) {
    pn_data_clear(data);
    assert_int_equal(pn_data_put_list(data), 0);
    assert_true(pn_data_enter(data));
    for (size_t i = 0; i < count; i++) assert_int_equal(pn_data_put_null(data), 0);
    const bool wide = count > 254; /* the size covers the octet of the count */
    assert_int_equal(pn_data_encoded_size(data), (wide ? 9 : 3) + count);
    assert_int_equal(pn_data_encode(data, found, sizeof found), (wide ? 9 : 3) + count);
    assert_int_equal((uint8_t)found[0], wide ? 0xd0 : 0xc0);
    assert_int_equal((uint8_t)found[wide ? 8 : 2], (uint8_t)count);
    assert_int_equal((uint8_t)found[wide ? 9 : 3], 0x40);
  }
  const char content[300] = "content";
  for (size_t size = 250; size <= 254; size++) {
    pn_data_clear(data);
    assert_int_equal(pn_data_fill(data, "[z]", size, content), 0);
    const bool wide = 1 + 2 + size > 255;
    assert_int_equal(pn_data_encode(data, found, sizeof found), (wide ? 9 : 3) + 2 + size);
    assert_int_equal((uint8_t)found[0], wide ? 0xd0 : 0xc0);
    assert_memory_equal(found + (wide ? 9 : 3) + 2, content, size);
  }
}

static void described_values(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, pn_data_fill(data, "DL[]", (uint64_t)0x24), "00 53 24 45");
  ENCODES(data, pn_data_fill(data, "Dsi", "a", 1), "00 a3 01 'a' 54 01");
  ENCODES(data, pn_data_fill(data, "DLDLi", (uint64_t)1, (uint64_t)2, 3), "00 53 01 00 53 02 54 03");
  ENCODES(data, pn_data_fill(data, "[DL[i]i]", (uint64_t)1, 2, 3), "c0 0b 02 00 53 01 c0 03 01 54 02 54 03");
  ENCODES(data, pn_data_fill(data, "D[i]i", 1, 2), "00 c0 03 01 54 01 54 02");
}

static int put_array(pn_data_t *data, bool described, pn_type_t type) {
  const int status = pn_data_put_array(data, described, type);
  assert_true(pn_data_enter(data));
  return status;
}

static void arrays_share_the_smallest_constructor_that_fits(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, pn_data_fill(data, "@T[ii]", PN_INT, 1, -1), "e0 04 02 54 01 ff");
  ENCODES(data, pn_data_fill(data, "@T[ii]", PN_INT, 1, 128), "e0 0a 02 71 00 00 00 01 00 00 00 80");
  ENCODES(data, pn_data_fill(data, "@T[II]", PN_UINT, 0, 255), "e0 04 02 52 00 ff");
  ENCODES(data, pn_data_fill(data, "@T[II]", PN_UINT, 0, 256), "e0 0a 02 70 00 00 00 00 00 00 01 00");
  ENCODES(data, pn_data_fill(data, "@T[L]", PN_ULONG, (uint64_t)7), "e0 03 01 53 07");
  ENCODES(data, pn_data_fill(data, "@T[L]", PN_ULONG, (uint64_t)700), "e0 0a 01 80 00 00 00 00 00 00 02 bc");
  ENCODES(data, pn_data_fill(data, "@T[l]", PN_LONG, (int64_t)-7), "e0 03 01 55 f9");
  ENCODES(data, pn_data_fill(data, "@T[l]", PN_LONG, (int64_t)700), "e0 0a 01 81 00 00 00 00 00 00 02 bc");
  ENCODES(data, pn_data_fill(data, "@T[oo]", PN_BOOL, true, false), "e0 04 02 56 01 00");
  ENCODES(data, pn_data_fill(data, "@T[nn]", PN_NULL), "e0 02 02 40");
  ENCODES(data, pn_data_fill(data, "@T[ss]", PN_SYMBOL, "a", "bc"), "e0 07 02 a3 01 'a' 02 'bc'");
}

static void arrays_of_long_strings_are_wide(void **state) {
  pn_data_t *data = *state;
  char content[257], found[600];
  memset(content, 'x', sizeof content);
  for (size_t size = 255; size <= 256; size++) {
    const size_t width = size > 255 ? 4 : 1;
    pn_data_clear(data);
    assert_int_equal(pn_data_fill(data, "@T[zz]", PN_BINARY, size, content, (size_t)1, "y"), 0);
    const size_t expected = 9 + 1 + width + size + width + 1;
    assert_int_equal(pn_data_encode(data, found, sizeof found), expected);
    assert_int_equal((uint8_t)found[0], 0xf0);
    assert_int_equal((uint8_t)found[9], size > 255 ? 0xb0 : 0xa0);
    assert_int_equal(found[expected - 1], 'y');
    assert_int_equal(found[expected - 2], 1);
  }
}

static void arrays_of_types_of_one_width(void **state) {
  pn_data_t *data = *state;
  const pn_uuid_t uuid = {"0123456789abcde"};
  ENCODES(data, put_array(data, false, PN_UBYTE) || pn_data_put_ubyte(data, 255), "e0 03 01 50 ff");
  ENCODES(data, put_array(data, false, PN_BYTE) || pn_data_put_byte(data, -1), "e0 03 01 51 ff");
  ENCODES(data, put_array(data, false, PN_USHORT) || pn_data_put_ushort(data, 1), "e0 04 01 60 00 01");
  ENCODES(data, put_array(data, false, PN_SHORT) || pn_data_put_short(data, -2), "e0 04 01 61 ff fe");
  ENCODES(data, put_array(data, false, PN_CHAR) || pn_data_put_char(data, 'a'), "e0 06 01 73 00 00 00 61");
  ENCODES(data, put_array(data, false, PN_FLOAT) || pn_data_put_float(data, 1), "e0 06 01 72 3f 80 00 00");
  ENCODES(data, put_array(data, false, PN_DECIMAL32) || pn_data_put_decimal32(data, 1),
      "e0 06 01 74 00 00 00 01");
  ENCODES(data, put_array(data, false, PN_TIMESTAMP) || pn_data_put_timestamp(data, -1),
      "e0 0a 01 83 ff ff ff ff ff ff ff ff");
  ENCODES(data, put_array(data, false, PN_DOUBLE) || pn_data_put_double(data, 1),
      "e0 0a 01 82 3f f0 00 00 00 00 00 00");
  ENCODES(data, put_array(data, false, PN_DECIMAL64) || pn_data_put_decimal64(data, 1),
      "e0 0a 01 84 00 00 00 00 00 00 00 01");
  ENCODES(data, put_array(data, false, PN_UUID) || pn_data_put_uuid(data, uuid),
      "e0 12 01 98 '0123456789abcde' 00");
}

static void empty_arrays_keep_their_type(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, put_array(data, false, PN_INT), "e0 02 00 54");
  ENCODES(data, put_array(data, false, PN_STRING), "e0 02 00 a1");
  ENCODES(data, put_array(data, false, PN_NULL), "e0 02 00 40");
  ENCODES(data, put_array(data, false, PN_LIST), "e0 02 00 d0");
  ENCODES(
      data, put_array(data, true, PN_INT) || pn_data_put_symbol(data, text("d")), "e0 06 00 00 a3 01 'd' 54");
}

static void arrays_of_compounds(void **state) {
  pn_data_t *data = *state;
  ENCODES(data, pn_data_fill(data, "@T[[i][]]", PN_LIST, 1),
      "e0 14 02 d0  00 00 00 06 00 00 00 01 54 01  00 00 00 04 00 00 00 00");
  ENCODES(
      data, pn_data_fill(data, "@T[{ii}]", PN_MAP, 1, 2), "e0 0e 01 d1  00 00 00 08 00 00 00 02 54 01 54 02");
  ENCODES(data, pn_data_fill(data, "@T[@T[i]@T[s]]", PN_ARRAY, PN_INT, 1, PN_SYMBOL, "a"),
      "e0 17 02 f0  00 00 00 06 00 00 00 01 54 01  00 00 00 07 00 00 00 01 a3 01 'a'");
  ENCODES(data, pn_data_fill(data, "@T[@T[@T[i]]]", PN_ARRAY, PN_ARRAY, PN_INT, 1),
      "e0 15 01 f0  00 00 00 0f 00 00 00 01 f0  00 00 00 06 00 00 00 01 54 01");
  ENCODES(data, pn_data_fill(data, "@T[[[i]]]i", PN_LIST, 1, 2),
      "e0 0f 01 d0  00 00 00 09 00 00 00 01 c0 03 01 54 01  54 02");
}

static void described_arrays_share_one_descriptor(void **state) {
  pn_data_t *data = *state;
  ENCODES(data,
      put_array(data, true, PN_INT) || pn_data_put_ulong(data, 5) || pn_data_put_int(data, 1) ||
          pn_data_put_int(data, 2),
      "e0 07 02 00 53 05 54 01 02");
  ENCODES(data, put_array(data, true, PN_UINT) || pn_data_fill(data, "[i]I", 1, 5),
      "e0 09 01 00 c0 03 01 54 01 52 05");
  ENCODES(data, put_array(data, true, PN_UINT) || pn_data_fill(data, "DiiII", 1, 2, 5, 6),
      "e0 0a 02 00 00 54 01 54 02 52 05 06");
  ENCODES(data, put_array(data, true, PN_LIST) || pn_data_fill(data, "[i][i]", 1, 2),
      "e0 12 01 00 c0 03 01 54 01 d0  00 00 00 06 00 00 00 01 54 02");
  ENCODES(data, put_array(data, true, PN_LIST) || pn_data_fill(data, "s[]", "d"),
      "e0 0e 01 00 a3 01 'd' d0  00 00 00 04 00 00 00 00");
  ENCODES(data,
      put_array(data, true, PN_ARRAY) || pn_data_fill(data, "@T[i]@T[s]", PN_INT, 1, PN_SYMBOL, "a"),
      "e0 13 01 00 e0 03 01 54 01 f0  00 00 00 07 00 00 00 01 a3 01 'a'");
}

/* What has no encoding is refused, with a text, however deep it lies; what is around it does not matter. */
static void assert_refused(pn_data_t *data, const char *expected) {
  char found[200];
  assert_int_equal(pn_data_encode(data, found, sizeof found), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_data_error(data)), expected);
  pn_data_t *outer = pn_data(0);
  assert_int_equal(pn_data_fill(outer, "i[iDsC]", 1, 2, "x", data), 0);
  assert_int_equal(pn_data_encoded_size(outer), PN_ARG_ERR);
  assert_int_equal(pn_data_errno(outer), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_data_error(outer)), expected);
  pn_data_free(outer);
}

#define REFUSES(data, put, expected)                                                                         \
  do {                                                                                                       \
    pn_data_clear(data);                                                                                     \
    assert_int_equal((put), 0);                                                                              \
    assert_refused(data, "cannot encode " expected);                                                         \
  } while (0)

static void trees_without_an_encoding_are_refused(void **state) {
  pn_data_t *data = *state;
  REFUSES(data, pn_data_put_described(data), "a described value without a descriptor and one value");
  REFUSES(data, pn_data_fill(data, "Di", 1), "a described value without a descriptor and one value");
  REFUSES(data,
      pn_data_put_described(data) || !pn_data_enter(data) || pn_data_put_int(data, 1) ||
          pn_data_put_int(data, 2) || pn_data_put_int(data, 3),
      "a described value without a descriptor and one value");
  REFUSES(data, pn_data_fill(data, "{i}", 1), "a map with a key but no value");
  REFUSES(data, put_array(data, true, PN_INT), "a described array without a descriptor");
  REFUSES(data, pn_data_fill(data, "@[i]", 1), "an array whose elements have no type");
  REFUSES(data, pn_data_fill(data, "@T[iI]", PN_INT, 1, 1), "an array with an element of another type");
  REFUSES(data, pn_data_fill(data, "@T[[]{}]", PN_LIST), "an array with an element of another type");
  REFUSES(data, pn_data_fill(data, "@T[DLi]", PN_DESCRIBED, (uint64_t)1, 1),
      "an array of described values: its elements share one descriptor");
}

/* Ten thousand lists in one another, and sixty thousand, which also are too many for the narrow encoding. */
static void depth_costs_no_stack(void **state) {
  pn_data_t *data = *state;
  const size_t depths[] = {10, 32, 33, 100, 10000, 60000};
  for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
    pn_data_clear(data);
    for (size_t depth = 0; depth < depths[i]; depth++) {
      assert_int_equal(i % 2 ? pn_data_put_list(data) : pn_data_put_map(data), 0);
      assert_true(pn_data_enter(data));
      if (i % 2 == 0) assert_int_equal(pn_data_put_null(data), 0);
      if (i % 2 == 0 && depth + 1 == depths[i]) assert_int_equal(pn_data_put_null(data), 0);
    }
    const ssize_t size = pn_data_encoded_size(data);
    assert_true(size > 0);
    char *found = malloc((size_t)size);
    assert_non_null(found);
    assert_int_equal(pn_data_encode(data, found, (size_t)size), size);
    pn_data_t *copy = pn_data(0);
    if (depths[i] <= 128) {
      assert_int_equal(pn_data_decode(copy, found, (size_t)size), size);
      assert_int_equal(pn_data_size(copy), pn_data_size(data));
    } else {
      assert_int_equal(pn_data_decode(copy, found, (size_t)size), PN_OUT_OF_MEMORY);
      assert_int_equal(pn_data_size(copy), 0);
    }
    pn_data_free(copy);
    free(found);
  }
}

static void encoding_leaves_the_place(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data) && pn_data_next(data));
  assert_encoding(data, "c0 07 03 54 01 54 02 54 03");
  assert_int_equal(pn_data_get_int(data), 1);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_get_int(data), 2);
}

static void everything_comes_back(void **state) {
  pn_data_t *data = *state;
  char found[400];
  put_everything(data);
  const ssize_t size = pn_data_encode(data, found, sizeof found);
  assert_true(size > 0);
  pn_data_t *copy = pn_data(0);
  assert_int_equal(pn_data_decode(copy, found, (size_t)size), size);
  assert_tree(copy, EVERYTHING);
  char again[400];
  assert_int_equal(pn_data_encode(copy, again, sizeof again), size);
  assert_memory_equal(again, found, (size_t)size);
  pn_data_free(copy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(scalars_of_one_width),
      tree_test(integers_take_as_little_as_they_need),
      tree_test(strings_of_every_length),
      tree_test(lists_and_maps),
      tree_test(lists_grow_wide_when_size_or_count_does),
      tree_test(described_values),
      tree_test(arrays_share_the_smallest_constructor_that_fits),
      tree_test(arrays_of_long_strings_are_wide),
      tree_test(arrays_of_types_of_one_width),
      tree_test(empty_arrays_keep_their_type),
      tree_test(arrays_of_compounds),
      tree_test(described_arrays_share_one_descriptor),
      tree_test(trees_without_an_encoding_are_refused),
      tree_test(depth_costs_no_stack),
      tree_test(encoding_leaves_the_place),
      tree_test(everything_comes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
