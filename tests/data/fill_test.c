/* fill_test.c: values put as letters describe them (docs/internals/fill-scan.md). */
#include "tree.h"

/* From an empty tree, the letters fill it like this. */
#define FILLS(data, expected, ...)                                                                           \
  do {                                                                                                       \
    pn_data_clear(data);                                                                                     \
    assert_int_equal(pn_data_fill(data, __VA_ARGS__), 0);                                                    \
    assert_tree(data, expected);                                                                             \
  } while (0)

static void a_letter_for_each_scalar(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "null, true, false", "noo", 2, 0);
  FILLS(data, "255, -128, 65535, -32768", "BbHh", 255U, -128, 65535U, -32768);
  FILLS(data, "4294967295, -5, 18446744073709551615, -6", "IiLl", UINT32_MAX, -5, UINT64_MAX, (int64_t)-6);
  FILLS(data, "-7, 1.5, 2.5", "tfd", (pn_timestamp_t)-7, 1.5, 2.5);
  FILLS(data, "b\"ab\", b\"\", \"s\", :t", "zZSs", (size_t)2, "abc", (size_t)0, NULL, "s", "t");
  const pn_type_t types[] = {PN_NULL, PN_BOOL, PN_BOOL, PN_UBYTE, PN_BYTE, PN_USHORT, PN_SHORT, PN_UINT,
      PN_INT, PN_ULONG, PN_LONG, PN_TIMESTAMP, PN_FLOAT, PN_DOUBLE, PN_BINARY, PN_STRING, PN_SYMBOL};
  FILLS(data, "null, true, false, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, b\"x\", \"y\", :z", "nooBbHhIiLltfdzSs", 1,
      0, 1, 2, 3, 4, 5U, 6, (uint64_t)7, (int64_t)8, (pn_timestamp_t)9, 1.0, 2.0, (size_t)1, "x", "y", "z");
  pn_data_rewind(data);
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    assert_true(pn_data_next(data));
    assert_int_equal(pn_data_type(data), types[i]);
  }
}

static void numbers_are_cut_to_their_type(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "44, 44, 4464, 4464", "BbHh", 300U, 300, 70000U, 70000);
}

static void absent_arguments_are_nulls(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "null, null, null, null", "Sszz", NULL, NULL, (size_t)0, NULL, (size_t)2, NULL);
  FILLS(data, "null, null, null", "aCM", NULL, NULL, NULL);
  FILLS(data, "b\"\"", "Z", (size_t)5, NULL);
}

static void an_atom_of_any_type(void **state) {
  pn_data_t *data = *state;
  const pn_uuid_t uuid = {"0123456789abcde"};
  const pn_atom_t atoms[] = {
      {.type = PN_UUID, .u.as_uuid = uuid}, {.type = PN_CHAR, .u.as_char = 'x'}, {.type = PN_NULL}};
  FILLS(data, "UUID(30313233-3435-3637-3839-616263646500), x, null", "aaa", &atoms[0], &atoms[1], &atoms[2]);
}

static void brackets_make_lists_and_maps(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "[], {}, [1, [2], 3], {:k=[4]}", "[]{}[i[i]i]{s[i]}", 1, 2, 3, "k", 4);
  assert_int_equal(pn_data_type(data), PN_MAP);
  FILLS(data, "[{}]", "[{]}"); /* either closes either */
}

static void a_bracket_that_is_not_closed_is_left_open(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "[1, [2]]", "[i[i", 1, 2);
  assert_int_equal(pn_data_fill(data, "i]S", 3, "four"), 0);
  assert_tree(data, "[1, [2, 3], \"four\"]");
}

static void a_described_value_closes_itself(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "@open(16) [container-id=:me], 7", "DL[s]i", (uint64_t)0x10, "me", 7);
  FILLS(data, "[@1 @2 3, 4]", "[DLDLii]", (uint64_t)1, (uint64_t)2, 3, 4);
  FILLS(data, "@@1 2 3, 4", "DDiiii", 1, 2, 3, 4);
  FILLS(data, "@[1] 2, 3", "D[i]ii", 1, 2, 3);
  FILLS(data, "@1 null, 2", "DL?ii", (uint64_t)1, 0, 5, 2);
  FILLS(data, "@1", "DL", (uint64_t)1);
  assert_int_equal(pn_data_fill(data, "ii", 2, 3), 0);
  assert_tree(data, "@1 2, 3");
}

/* Where a described value is overwritten part by part, too. */
static void a_described_value_is_filled_again(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "[@1 2, 3]", "[Diii]", 1, 2, 3);
  assert_true(pn_data_enter(data) && pn_data_next(data) && pn_data_enter(data));
  assert_int_equal(pn_data_fill(data, "SSS", "a", "b", "c"), 0);
  assert_tree(data, "[@\"a\" \"b\", \"c\"]");
}

static void arrays_have_a_type(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "@PN_INT[1, 2], 3", "@T[ii]i", PN_INT, 1, 2, 3);
  FILLS(data, "@PN_INT[1, 2, 3]", "@Tiii", PN_INT, 1, 2, 3);
  FILLS(data, "@PN_LIST[[1], []]", "@T[[i][]]", PN_LIST, 1);
  FILLS(data, "@PN_ARRAY[@PN_INT[1], @PN_UINT[]]", "@T[@T[i]@T[]]", PN_ARRAY, PN_INT, 1, PN_UINT);
  FILLS(data, "@<UNKNOWN>[]", "@T[]", 77);
  assert_int_equal(pn_data_get_array_type(data), PN_INVALID);
}

static void symbols_out_of_an_array_of_pointers(void **state) {
  pn_data_t *data = *state;
  char one[] = "one", two[] = "two";
  char *symbols[] = {one, NULL, two};
  FILLS(data, "[:one, null, :two]", "[*s]", (size_t)3, symbols);
  FILLS(data, "@PN_SYMBOL[:one], 1", "@T[*s]i", PN_SYMBOL, (size_t)1, symbols, 1);
  FILLS(data, "1", "*si", (size_t)0, NULL, 1);
}

static void copies_of_first_values(void **state) {
  pn_data_t *data = *state;
  pn_data_t *src = pn_data(0);
  FILLS(data, "[null, null]", "[CM]", src, src);
  assert_int_equal(pn_data_fill(src, "[iS]i", 1, "x", 2), 0);
  FILLS(data, "[[1, \"x\"], [1, \"x\"], 3]", "[CMi]", src, src, 3);
  pn_data_free(src);
}

/* [1.3.4] One value stands for an array of one, null for an array of none; unless they are described. */
static void fields_with_several_values(void **state) {
  pn_data_t *data = *state;
  pn_data_t *src = pn_data(0);
  assert_int_equal(pn_data_fill(src, "@T[s]", PN_SYMBOL, "a"), 0);
  FILLS(data, "[@PN_SYMBOL[:a], :a]", "[CM]", src, src);
  pn_data_clear(src);
  assert_int_equal(pn_data_fill(src, "@T[]", PN_SYMBOL), 0);
  FILLS(data, "[@PN_SYMBOL[], null]", "[CM]", src, src);
  pn_data_clear(src);
  assert_int_equal(pn_data_fill(src, "@T[ss]", PN_SYMBOL, "a", "b"), 0);
  FILLS(data, "[@PN_SYMBOL[:a, :b]]", "[M]", src);
  pn_data_clear(src);
  assert_int_equal(pn_data_fill(src, "@T[[i]]", PN_LIST, 1), 0);
  FILLS(data, "[[1], 2]", "[Mi]", src, 2);
  pn_data_clear(src);
  assert_int_equal(pn_data_put_array(src, true, PN_SYMBOL), 0);
  assert_true(pn_data_enter(src));
  assert_int_equal(pn_data_fill(src, "ss", "descriptor", "a"), 0);
  FILLS(data, "@PN_SYMBOL[:descriptor, :a]", "M", src);
  pn_data_free(src);
}

static void a_tree_may_be_its_own_source(void **state) {
  pn_data_t *data = *state;
  FILLS(data, "[1, 2]", "[ii]", 1, 2);
  assert_int_equal(pn_data_fill(data, "{SC}", "self", data), 0);
  assert_tree(data, "[1, 2], {\"self\"=[1, 2]}");
}

static void what_a_question_leaves_out(void **state) {
  pn_data_t *data = *state;
  char name[] = "symbol";
  char *symbols[] = {name, name};
  pn_data_t *src = pn_data(0);
  assert_int_equal(pn_data_fill(src, "i", 5), 0);
  FILLS(data, "[1, null, 3]", "[?i?i?i]", 1, 1, 0, 2, 1, 3);
  FILLS(data, "[null, \"b\", null]", "[?S?S?S]", 0, "a", 1, "b", 0, "c");
  FILLS(data, "[null, 3]", "[?[ii]i]", 0, 1, 2, 3);
  FILLS(data, "[null, 3]", "[?{S[i]}i]", 0, "k", 1, 3);
  FILLS(data, "[null, 3]", "[?DL[i]i]", 0, (uint64_t)1, 2, 3);
  FILLS(data, "[null, 6]", "[?DDLi[ii]i]", 0, (uint64_t)1, 2, 3, 4, 6);
  FILLS(data, "[null, 3]", "[?@T[i]i]", 0, PN_INT, 2, 3);
  FILLS(data, "[null, 3]", "[?[@T[ii]]i]", 0, PN_INT, 1, 2, 3);
  FILLS(data, "[null, 4]", "[?[?Si]i]", 0, 0, "a", 3, 4);
  FILLS(data, "[[null, 3], 4]", "[?[?Si]i]", 1, 0, "a", 3, 4);
  FILLS(data, "[null, 4]", "[?*si]", 0, (size_t)2, symbols, 4);
  FILLS(data, "[:symbol, :symbol, 4]", "[?*si]", 1, (size_t)2, symbols, 4);
  FILLS(data, "[null, null, 4]", "[?C?Mi]", 0, src, 0, src, 4);
  FILLS(data, "[null, 4]", "[?ai]", 0, NULL, 4);
  FILLS(data, "[null, 4]", "[?zi]", 0, (size_t)3, "abc", 4);
  FILLS(data, "[null]", "[?]", 0);
  FILLS(data, "[]", "[?]", 1);
  FILLS(data, "null", "?", 0);
  FILLS(data, "[null, 1]", "[?@Tii]i", 0, PN_INT, 7, 8, 1); /* the bracket ends the array */
  pn_data_free(src);
}

static void mistakes_are_described(void **state) {
  pn_data_t *data = *state;
  static const struct {
    const char *fmt, *left;
    int code;
    const char *text;
  } mistakes[] = {
      {"i i", "1", PN_ARG_ERR, "unrecognized fill code: 0x20 ' '"},
      {"i%", "1", PN_ARG_ERR, "unrecognized fill code: 0x25 '%'"},
      {"i]", "1", PN_ERR, "exit failed"},
      {"[i]]", "[1]", PN_ERR, "exit failed"},
      {"[i}}", "[1]", PN_ERR, "exit failed"},
      {"iT", "1", PN_ERR, "naked type"},
      {"[iT", "[1]", PN_ERR, "naked type"},
  };
  for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
    pn_data_clear(data);
    assert_int_equal(pn_data_fill(data, mistakes[i].fmt, 1, 2), mistakes[i].code);
    assert_int_equal(pn_data_errno(data), mistakes[i].code);
    assert_string_equal(pn_error_text(pn_data_error(data)), mistakes[i].text);
    assert_tree(data, mistakes[i].left);
  }
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "i*i", 1, (size_t)1, NULL, 2), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_data_error(data)), "unrecognized * code: 0x69");
  assert_int_equal(pn_data_fill(data, "i*", 1, (size_t)1, NULL), PN_ARG_ERR);
  assert_int_equal(pn_data_fill(data, "i\xff", 1), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_data_error(data)), "unrecognized fill code: 0xFF '\xff'");
}

static void filling_goes_on_where_the_place_is(void **state) {
  pn_data_t *data = *state;
  put_count(data, 2);
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data) && pn_data_next(data));
  assert_int_equal(pn_data_fill(data, "[S]i", "over", 3), 0);
  assert_tree(data, "[1, [\"over\"], 3]");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(a_letter_for_each_scalar),
      tree_test(numbers_are_cut_to_their_type),
      tree_test(absent_arguments_are_nulls),
      tree_test(an_atom_of_any_type),
      tree_test(brackets_make_lists_and_maps),
      tree_test(a_bracket_that_is_not_closed_is_left_open),
      tree_test(a_described_value_closes_itself),
      tree_test(a_described_value_is_filled_again),
      tree_test(arrays_have_a_type),
      tree_test(symbols_out_of_an_array_of_pointers),
      tree_test(copies_of_first_values),
      tree_test(fields_with_several_values),
      tree_test(a_tree_may_be_its_own_source),
      tree_test(what_a_question_leaves_out),
      tree_test(mistakes_are_described),
      tree_test(filling_goes_on_where_the_place_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
