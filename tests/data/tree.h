/* tree.h: what the tests of trees have in common: a tree for each test, and what it should look like. */
#ifndef BARYON_TESTS_DATA_TREE_H
#define BARYON_TESTS_DATA_TREE_H

#include "support/cmocka_test.h"
#include "support/octets.h"

#include <proton/codec.h>
#include <proton/error.h>
#include <stdlib.h>
#include <string.h>

static inline int tree_setup(void **state) {
  *state = pn_data(0);
  return *state ? 0 : -1;
}

static inline int tree_teardown(void **state) {
  pn_data_free(*state);
  return 0;
}

/* A test with a tree of its own as its state. */
#define tree_test(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

static inline pn_bytes_t text(const char *string) { return pn_bytes(strlen(string), string); }

/* A tree reads like this, the way pn_data_format() has it. */
static inline void tree_assert_text(pn_data_t *data, const char *expected, const char *file, int line) {
  char found[4096];
  size_t size = sizeof found;
  _assert_int_equal((uintmax_t)pn_data_format(data, found, &size), 0, file, line);
  _assert_string_equal(found, expected, file, line);
}
#define assert_tree(data, expected) tree_assert_text(data, expected, __FILE__, __LINE__)

/* A tree is encoded as these octets, and so long; in room that is shorter it is not encoded at all. */
static inline void tree_assert_encoding(pn_data_t *data, const char *expected, const char *file, int line) {
  struct octets octets = octets_of(expected);
  char *found = malloc(octets.size + 1);
  assert_non_null(found);
  _assert_int_equal((uintmax_t)pn_data_encoded_size(data), octets.size, file, line);
  memset(found, '#', octets.size + 1);
  for (size_t room = 0; room < octets.size; room++) {
    _assert_int_equal(
        (uintmax_t)pn_data_encode(data, found, room), (uintmax_t)(ssize_t)PN_OVERFLOW, file, line);
    _assert_int_equal((uintmax_t)found[room], '#', file, line);
    _assert_int_equal((uintmax_t)pn_data_errno(data), (uintmax_t)(ssize_t)PN_OVERFLOW, file, line);
  }
  _assert_int_equal((uintmax_t)pn_data_encode(data, found, octets.size), octets.size, file, line);
  octets_assert_equal(found, octets.size, &octets, file, line);
  free(found);
  octets_free(&octets);
}
#define assert_encoding(data, expected) tree_assert_encoding(data, expected, __FILE__, __LINE__)

/* Decode octets that are spelt; the result of pn_data_decode(). */
static inline ssize_t decode(pn_data_t *data, const char *spelt) {
  struct octets octets = octets_of(spelt);
  const ssize_t result = pn_data_decode(data, (const char *)octets.start, octets.size);
  octets_free(&octets);
  return result;
}

/* A list of the ints from 1 to n; the list is the current value. */
static inline void put_count(pn_data_t *data, int n) {
  assert_int_equal(pn_data_put_list(data), 0);
  assert_true(pn_data_enter(data));
  for (int i = 1; i <= n; i++) assert_int_equal(pn_data_put_int(data, i), 0);
  assert_true(pn_data_exit(data));
}

/* One of each scalar, in a list: all types, values that need all of their octets. */
static inline void put_everything(pn_data_t *data) {
  pn_decimal128_t d128;
  pn_uuid_t uuid;
  for (int i = 0; i < 16; i++) {
    d128.bytes[i] = (char)(i + 1);
    uuid.bytes[i] = (char)(0xf0 + i);
  }
  assert_int_equal(pn_data_put_list(data), 0);
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_null(data), 0);
  assert_int_equal(pn_data_put_bool(data, true), 0);
  assert_int_equal(pn_data_put_ubyte(data, 0xfe), 0);
  assert_int_equal(pn_data_put_byte(data, -2), 0);
  assert_int_equal(pn_data_put_ushort(data, 0xfedc), 0);
  assert_int_equal(pn_data_put_short(data, -300), 0);
  assert_int_equal(pn_data_put_uint(data, 0xfedcba98), 0);
  assert_int_equal(pn_data_put_int(data, -70000), 0);
  assert_int_equal(pn_data_put_char(data, 0x1f600), 0);
  assert_int_equal(pn_data_put_ulong(data, 0xfedcba9876543210), 0);
  assert_int_equal(pn_data_put_long(data, INT64_MIN + 1), 0);
  assert_int_equal(pn_data_put_timestamp(data, -5), 0);
  assert_int_equal(pn_data_put_float(data, -1.5F), 0);
  assert_int_equal(pn_data_put_double(data, 1e300), 0);
  assert_int_equal(pn_data_put_decimal32(data, 0x89abcdef), 0);
  assert_int_equal(pn_data_put_decimal64(data, 0x89abcdef01234567), 0);
  assert_int_equal(pn_data_put_decimal128(data, d128), 0);
  assert_int_equal(pn_data_put_uuid(data, uuid), 0);
  assert_int_equal(pn_data_put_binary(data, pn_bytes(4, "\0\1\xff\x80")), 0);
  assert_int_equal(pn_data_put_string(data, text("gr\xc3\xbc\xc3\x9f dich")), 0);
  assert_int_equal(pn_data_put_symbol(data, text("amqp:accepted:list")), 0);
  assert_true(pn_data_exit(data));
}

#define EVERYTHING                                                                                           \
  "[null, true, 254, -2, 65244, -300, 4275878552, -70000, U+1F600, 18364758544493064720, "                   \
  "-9223372036854775807, -5, -1.5, 1e+300, D32(2309737967), D64(9920249030613615975), "                      \
  "D128(0102030405060708090a0b0c0d0e0f10), UUID(f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff), "                     \
  "b\"\\x00\\x01\\xff\\x80\", \"gr\\xc3\\xbc\\xc3\\x9f dich\", :\"amqp:accepted:list\"]"

#endif
