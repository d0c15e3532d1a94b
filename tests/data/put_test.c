/* put_test.c: values of every type put into a tree and read from it. */
#include "tree.h"

#include <float.h>
#include <proton/object.h>

/* Every getter but that of the current value's own type has nothing to say. */
static void assert_only(pn_data_t *data, pn_type_t type) {
  assert_int_equal(pn_data_type(data), type);
  assert_int_equal(pn_data_is_null(data), type == PN_NULL);
  assert_int_equal(pn_data_is_described(data), type == PN_DESCRIBED);
  if (type != PN_BOOL) assert_false(pn_data_get_bool(data));
  if (type != PN_UBYTE) assert_int_equal(pn_data_get_ubyte(data), 0);
  if (type != PN_BYTE) assert_int_equal(pn_data_get_byte(data), 0);
  if (type != PN_USHORT) assert_int_equal(pn_data_get_ushort(data), 0);
  if (type != PN_SHORT) assert_int_equal(pn_data_get_short(data), 0);
  if (type != PN_UINT) assert_int_equal(pn_data_get_uint(data), 0);
  if (type != PN_INT) assert_int_equal(pn_data_get_int(data), 0);
  if (type != PN_CHAR) assert_int_equal(pn_data_get_char(data), 0);
  if (type != PN_ULONG) assert_int_equal(pn_data_get_ulong(data), 0);
  if (type != PN_LONG) assert_int_equal(pn_data_get_long(data), 0);
  if (type != PN_TIMESTAMP) assert_int_equal(pn_data_get_timestamp(data), 0);
  if (type != PN_FLOAT) assert_true(pn_data_get_float(data) == 0);
  if (type != PN_DOUBLE) assert_true(pn_data_get_double(data) == 0);
  if (type != PN_DECIMAL32) assert_int_equal(pn_data_get_decimal32(data), 0);
  if (type != PN_DECIMAL64) assert_int_equal(pn_data_get_decimal64(data), 0);
  const pn_decimal128_t d128 = pn_data_get_decimal128(data);
  const pn_uuid_t uuid = pn_data_get_uuid(data);
  const char zeros[16] = {0};
  if (type != PN_DECIMAL128) assert_memory_equal(d128.bytes, zeros, sizeof zeros);
  if (type != PN_UUID) assert_memory_equal(uuid.bytes, zeros, sizeof zeros);
  if (type != PN_BINARY) assert_null(pn_data_get_binary(data).start);
  if (type != PN_STRING) assert_null(pn_data_get_string(data).start);
  if (type != PN_SYMBOL) assert_null(pn_data_get_symbol(data).start);
  if (type != PN_BINARY && type != PN_STRING && type != PN_SYMBOL) assert_null(pn_data_get_bytes(data).start);
  if (type != PN_LIST) assert_int_equal(pn_data_get_list(data), 0);
  if (type != PN_MAP) assert_int_equal(pn_data_get_map(data), 0);
  if (type != PN_ARRAY) {
    assert_int_equal(pn_data_get_array(data), 0);
    assert_false(pn_data_is_array_described(data));
    assert_int_equal(pn_data_get_array_type(data), PN_INVALID);
  }
}

#define PUT_AND_GET(name, type, value)                                                                       \
  do {                                                                                                       \
    assert_int_equal(pn_data_put_##name(data, (value)), 0);                                                  \
    assert_only(data, (type));                                                                               \
    assert_true(pn_data_get_##name(data) == (value));                                                        \
  } while (0)

static void integers_come_back_to_their_last_bit(void **state) {
  pn_data_t *data = *state;
  PUT_AND_GET(bool, PN_BOOL, true);
  PUT_AND_GET(bool, PN_BOOL, false);
  PUT_AND_GET(ubyte, PN_UBYTE, UINT8_MAX);
  PUT_AND_GET(byte, PN_BYTE, INT8_MIN);
  PUT_AND_GET(byte, PN_BYTE, INT8_MAX);
  PUT_AND_GET(ushort, PN_USHORT, UINT16_MAX);
  PUT_AND_GET(short, PN_SHORT, INT16_MIN);
  PUT_AND_GET(uint, PN_UINT, UINT32_MAX);
  PUT_AND_GET(int, PN_INT, INT32_MIN);
  PUT_AND_GET(int, PN_INT, INT32_MAX);
  PUT_AND_GET(char, PN_CHAR, 0x10ffffU);
  PUT_AND_GET(ulong, PN_ULONG, UINT64_MAX);
  PUT_AND_GET(long, PN_LONG, INT64_MIN);
  PUT_AND_GET(timestamp, PN_TIMESTAMP, INT64_MAX);
  PUT_AND_GET(decimal32, PN_DECIMAL32, UINT32_MAX);
  PUT_AND_GET(decimal64, PN_DECIMAL64, UINT64_MAX);
}

static void floats_keep_their_bits(void **state) {
  pn_data_t *data = *state;
  PUT_AND_GET(float, PN_FLOAT, -FLT_MIN);
  PUT_AND_GET(double, PN_DOUBLE, DBL_MAX);
  const uint32_t odd_bits = 0x7fc12345; /* not a number, with a message */
  float odd;
  memcpy(&odd, &odd_bits, sizeof odd);
  assert_int_equal(pn_data_put_float(data, odd), 0);
  const float back = pn_data_get_float(data);
  assert_memory_equal(&back, &odd, sizeof odd);
}

static void values_of_sixteen_octets(void **state) {
  pn_data_t *data = *state;
  const pn_decimal128_t d128 = {"fifteen letters"};
  const pn_uuid_t uuid = {"another fifteen"};
  assert_int_equal(pn_data_put_decimal128(data, d128), 0);
  assert_only(data, PN_DECIMAL128);
  assert_int_equal(pn_data_put_uuid(data, uuid), 0);
  assert_only(data, PN_UUID);
  const pn_uuid_t uuid_back = pn_data_get_uuid(data);
  assert_memory_equal(uuid_back.bytes, uuid.bytes, sizeof uuid);
  assert_true(pn_data_prev(data));
  const pn_decimal128_t d128_back = pn_data_get_decimal128(data);
  assert_memory_equal(d128_back.bytes, d128.bytes, sizeof d128);
}

static void compounds_are_put_empty(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_list(data), 0);
  assert_only(data, PN_LIST);
  assert_int_equal(pn_data_put_map(data), 0);
  assert_only(data, PN_MAP);
  assert_int_equal(pn_data_put_described(data), 0);
  assert_only(data, PN_DESCRIBED);
  assert_int_equal(pn_data_put_array(data, true, PN_INT), 0);
  assert_only(data, PN_ARRAY);
  assert_true(pn_data_is_array_described(data));
  assert_int_equal(pn_data_get_array_type(data), PN_INT);
  assert_int_equal(pn_data_get_array(data), 0);
  assert_int_equal(pn_data_put_null(data), 0);
  assert_only(data, PN_NULL);
  assert_int_equal(pn_data_size(data), 5);
}

static void children_are_counted(void **state) {
  pn_data_t *data = *state;
  put_count(data, 5);
  assert_int_equal(pn_data_get_list(data), 5);
  pn_data_clear(data);
  assert_int_equal(pn_data_put_array(data, true, PN_INT), 0);
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_symbol(data, text("a descriptor is no element")), 0);
  assert_int_equal(pn_data_put_int(data, 1), 0);
  assert_int_equal(pn_data_put_int(data, 2), 0);
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_get_array(data), 2);
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "{SiSi}", "k", 1, "l", 2), 0);
  assert_int_equal(pn_data_get_map(data), 4);
}

/* Bytes of every length around those that are copied in line. */
static void bytes_of_every_length(void **state) {
  pn_data_t *data = *state;
  char source[300];
  for (size_t i = 0; i < sizeof source; i++) source[i] = (char)('!' + i % 90);
  for (size_t size = 0; size <= sizeof source; size++) {
    assert_int_equal(pn_data_put_string(data, pn_bytes(size, source)), 0);
    const pn_bytes_t bytes = pn_data_get_string(data);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.start, source, size);
    assert_int_equal(bytes.start[size], '\0');
    assert_only(data, PN_STRING);
  }
  pn_data_rewind(data);
  for (size_t size = 0; pn_data_next(data); size++) {
    assert_int_equal(pn_data_get_bytes(data).size, size);
    assert_memory_equal(pn_data_get_bytes(data).start, source, size);
  }
}

static void absent_bytes_are_empty_ones(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_binary(data, pn_bytes_null), 0);
  assert_int_equal(pn_data_type(data), PN_BINARY);
  assert_int_equal(pn_data_get_binary(data).size, 0);
  assert_non_null(pn_data_get_binary(data).start);
  assert_int_equal(pn_data_put_symbol(data, pn_bytes_null), 0);
  assert_int_equal(pn_data_put_string(data, pn_bytes(0, "")), 0);
  assert_tree(data, "b\"\", :, \"\"");
}

/* While the tree's bytes grow and move. */
static void bytes_may_come_from_the_tree_itself(void **state) {
  pn_data_t *data = *state;
  char expected[2000] = "seed of what will be very long ";
  assert_int_equal(pn_data_put_string(data, text(expected)), 0);
  for (int i = 0; i < 60; i++) {
    const pn_bytes_t own = pn_data_get_string(data);
    assert_int_equal(pn_data_put_binary(data, pn_bytes(own.size - 1, own.start + 1)), 0);
    assert_memory_equal(pn_data_get_binary(data).start, expected + 1, own.size - 1);
    assert_true(pn_data_prev(data));
    assert_int_equal(pn_data_put_string(data, pn_data_get_string(data)), 0);
    assert_memory_equal(pn_data_get_string(data).start, expected, own.size);
  }
}

static void what_is_overwritten_may_be_its_own_successor(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_string(data, text("the same text")), 0);
  pn_data_rewind(data);
  assert_true(pn_data_next(data));
  const pn_bytes_t own = pn_data_get_string(data);
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_symbol(data, own), 0);
  assert_tree(data, ":\"the same text\"");
}

static void atoms_of_every_type(void **state) {
  pn_data_t *data = *state;
  pn_data_t *copy = pn_data(0);
  put_everything(data);
  assert_tree(data, EVERYTHING);
  assert_int_equal(pn_data_put_list(copy), 0);
  assert_true(pn_data_enter(copy));
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data));
  while (pn_data_next(data)) {
    const pn_atom_t atom = pn_data_get_atom(data);
    assert_int_equal(atom.type, pn_data_type(data));
    assert_int_equal(pn_data_put_atom(copy, atom), 0);
    assert_only(copy, atom.type);
  }
  assert_tree(copy, EVERYTHING);
  pn_data_free(copy);
}

static void atoms_of_compounds_are_empty_compounds(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  const pn_atom_t list = pn_data_get_atom(data);
  assert_int_equal(list.type, PN_LIST);
  assert_int_equal(pn_data_put_atom(data, list), 0);
  assert_int_equal(pn_data_put_atom(data, (pn_atom_t){.type = PN_MAP}), 0);
  assert_int_equal(pn_data_put_atom(data, (pn_atom_t){.type = PN_DESCRIBED}), 0);
  assert_tree(data, "[1, 2, 3], [], {}, @");
  pn_data_rewind(data);
  assert_int_equal(pn_data_get_atom(data).type, PN_NULL);
}

static void atoms_of_no_type_are_refused(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_int(data, 1), 0);
  const pn_type_t none[] = {PN_INVALID, (pn_type_t)0, (pn_type_t)(PN_MAP + 1), (pn_type_t)1000, PN_ARRAY};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    assert_int_equal(pn_data_put_atom(data, (pn_atom_t){.type = none[i]}), PN_ARG_ERR);
    assert_int_equal(pn_data_errno(data), PN_ARG_ERR);
    assert_tree(data, "1");
  }
  assert_string_equal(pn_error_text(pn_data_error(data)), "cannot put an atom of type PN_ARRAY");
  pn_data_clear(data);
  assert_int_equal(pn_data_errno(data), 0);
  assert_null(pn_error_text(pn_data_error(data)));
}

static void arrays_of_no_type_have_none(void **state) {
  pn_data_t *data = *state;
  const pn_type_t none[] = {PN_INVALID, (pn_type_t)0, (pn_type_t)(PN_MAP + 1), (pn_type_t)257};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    assert_int_equal(pn_data_put_array(data, false, none[i]), 0);
    assert_int_equal(pn_data_get_array_type(data), PN_INVALID);
    assert_false(pn_data_is_array_described(data));
  }
}

static void a_tree_is_an_object(void **state) {
  pn_data_t *data = *state;
  put_count(data, 2);
  assert_string_equal(pn_class_name(pn_class(data)), "pn_data");
  assert_int_equal(pn_class_id(pn_class(data)), CID_pn_data);
  assert_int_equal(pn_refcount(data), 1);
  pn_incref(data);
  pn_data_free(data);
  assert_tree(data, "[1, 2]");
  char *shown = pn_tostring(data);
  assert_string_equal(shown, "[1, 2]");
  free(shown);
  pn_data_free(NULL);
}

static void room_that_is_asked_for_is_there(void **state) {
  (void)state;
  const size_t capacities[] = {0, 1, 16, 1000, 65535, 65536, SIZE_MAX};
  for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
    pn_data_t *data = pn_data(capacities[i]);
    assert_non_null(data);
    put_count(data, 20);
    assert_int_equal(pn_data_size(data), 21);
    pn_data_free(data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(integers_come_back_to_their_last_bit),
      tree_test(floats_keep_their_bits),
      tree_test(values_of_sixteen_octets),
      tree_test(compounds_are_put_empty),
      tree_test(children_are_counted),
      tree_test(bytes_of_every_length),
      tree_test(absent_bytes_are_empty_ones),
      tree_test(bytes_may_come_from_the_tree_itself),
      tree_test(what_is_overwritten_may_be_its_own_successor),
      tree_test(atoms_of_every_type),
      tree_test(atoms_of_compounds_are_empty_compounds),
      tree_test(atoms_of_no_type_are_refused),
      tree_test(arrays_of_no_type_have_none),
      tree_test(a_tree_is_an_object),
      cmocka_unit_test(room_that_is_asked_for_is_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
