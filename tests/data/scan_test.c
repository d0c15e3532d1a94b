/* scan_test.c: values taken as letters describe them (docs/internals/fill-scan.md). */
#include "tree.h"

static void a_letter_for_each_scalar(void **state) {
  pn_data_t *data = *state;
  bool o;
  uint8_t B;
  int8_t b;
  uint16_t H;
  int16_t h;
  uint32_t I;
  int32_t i;
  uint64_t L;
  int64_t l;
  pn_char_t c;
  pn_timestamp_t t;
  float f;
  double d;
  pn_bytes_t z, S, s;
  put_everything(data);
  assert_int_equal(pn_data_scan(data, "[noBbHhIicLltfd....zSs]", &o, &B, &b, &H, &h, &I, &i, &c, &L, &l, &t,
                       &f, &d, &z, &S, &s),
      0);
  assert_true(o);
  assert_int_equal(B, 254);
  assert_int_equal(b, -2);
  assert_int_equal(H, 65244);
  assert_int_equal(h, -300);
  assert_int_equal(I, 0xfedcba98);
  assert_int_equal(i, -70000);
  assert_int_equal(c, 0x1f600);
  assert_int_equal(L, 0xfedcba9876543210);
  assert_int_equal(l, INT64_MIN + 1);
  assert_int_equal(t, -5);
  assert_true(f == -1.5F && d == 1e300);
  assert_int_equal(z.size, 4);
  assert_int_equal(S.size, 11);
  assert_memory_equal(s.start, "amqp:accepted:list", s.size);
}

static void what_is_of_another_type_is_nothing(void **state) {
  pn_data_t *data = *state;
  uint32_t I = 9;
  int32_t i = 9;
  bool o = true, there = true, last = false;
  double d = 9;
  pn_bytes_t S = pn_bytes(1, "x");
  assert_int_equal(pn_data_fill(data, "[BSois]", 1, "text", true, 5, "end"), 0);
  assert_int_equal(pn_data_scan(data, "[I?oS?d?is]", &I, &there, &o, &S, &there, &d, &last, &i, &S), 0);
  assert_int_equal(I, 0); /* a ubyte is no uint */
  assert_false(o);
  assert_true(d == 0);
  assert_false(there);
  assert_false(last);
  assert_int_equal(i, 0);
  assert_int_equal(S.size, 0);
  assert_null(S.start);
}

static void what_is_missing_is_nothing(void **state) {
  pn_data_t *data = *state;
  int32_t a = 9, b = 9, c = 9, e = 9;
  bool there = true;
  assert_int_equal(pn_data_fill(data, "[i]i", 1, 2), 0);
  assert_int_equal(pn_data_scan(data, "[i?ii]ii", &a, &there, &b, &c, &e, &e), 0);
  assert_int_equal(a, 1);
  assert_false(there);
  assert_int_equal(b, 0);
  assert_int_equal(c, 0);
  assert_int_equal(e, 0);
}

static void scanning_begins_at_the_start(void **state) {
  pn_data_t *data = *state;
  int32_t i;
  put_count(data, 3);
  assert_true(pn_data_enter(data) && pn_data_next(data));
  assert_int_equal(pn_data_scan(data, "[.i", &i), 0);
  assert_int_equal(i, 2);
  assert_int_equal(pn_data_get_int(data), 2); /* and ends at the last value scanned */
  assert_int_equal(pn_data_scan(data, "[i]", &i), 0);
  assert_int_equal(i, 1);
  assert_int_equal(pn_data_type(data), PN_LIST);
  assert_true(pn_data_enter(data) && pn_data_next(data));
  pn_data_narrow(data);
  assert_int_equal(pn_data_scan(data, "i", &i), 0);
  assert_int_equal(i, 2);
}

static void described_values_end_by_themselves(void **state) {
  pn_data_t *data = *state;
  uint64_t L;
  pn_bytes_t S;
  int32_t i, last;
  bool there;
  assert_int_equal(pn_data_fill(data, "DL[Si]i", (uint64_t)0x10, "me", 5, 6), 0);
  assert_int_equal(pn_data_scan(data, "DL[Si]i", &L, &S, &i, &last), 0);
  assert_int_equal(L, 0x10);
  assert_memory_equal(S.start, "me", 2);
  assert_int_equal(i, 5);
  assert_int_equal(last, 6);
  assert_int_equal(pn_data_scan(data, "?D.[.?i]", &there, &there, &i), 0);
  assert_true(there);
  assert_int_equal(pn_data_type(data), PN_LIST); /* the content is the last value scanned */

  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "[DDiiii]", 1, 2, 3, 4), 0);
  assert_int_equal(pn_data_scan(data, "[DD..ii]", &i, &last), 0);
  assert_int_equal(i, 3);
  assert_int_equal(last, 4);
}

static void compounds_of_each_type(void **state) {
  pn_data_t *data = *state;
  int32_t a, b, c, e;
  pn_bytes_t k;
  assert_int_equal(pn_data_fill(data, "{Si}@T[ii]i", "k", 1, PN_INT, 2, 3, 4), 0);
  assert_int_equal(pn_data_scan(data, "{Si}@[ii]i", &k, &a, &b, &c, &e), 0);
  assert_int_equal(k.size, 1);
  assert_int_equal(a + 10 * b + 100 * c + 1000 * e, 4321);
  assert_int_equal(pn_data_scan(data, ".@i]i", &b, &e), 0); /* the bracket may be left out */
  assert_int_equal(b + 10 * e, 42);
}

/* What stands for a compound that is not there uses up one value, and nothing in it is there. */
static void compounds_that_are_not_there(void **state) {
  pn_data_t *data = *state;
  static const char *const formats[] = {"[?[i]i]", "[?{i}i]", "[?@[i]i]", "[?D.ii]"};
  assert_int_equal(pn_data_fill(data, "[Si]", "neither", 5), 0);
  for (size_t f = 0; f < 4; f++) {
    bool there = true;
    int32_t inside = 9, after = 9;
    assert_int_equal(pn_data_scan(data, formats[f], &there, &inside, &after), 0);
    assert_false(there);
    assert_int_equal(inside, 0);
    assert_int_equal(after, 5);
  }
  int32_t deep = 9, after = 9;
  assert_int_equal(pn_data_scan(data, "[[[D.[i]]]i]", &deep, &after), 0);
  assert_int_equal(deep, 0);
  assert_int_equal(after, 5);
}

static void any_value(void **state) {
  pn_data_t *data = *state;
  pn_data_t *copy = pn_data(0);
  pn_atom_t atom = {.type = PN_INVALID};
  bool there;
  int32_t i;
  assert_int_equal(pn_data_fill(data, "Si[ii]n", "first", 2, 3, 4), 0);
  assert_int_equal(pn_data_scan(data, "?a", &there, &atom), 0);
  assert_true(there);
  assert_int_equal(atom.type, PN_STRING);
  assert_memory_equal(atom.u.as_bytes.start, "first", 5);
  assert_int_equal(pn_data_scan(data, "C.?C?C?C", copy, &there, copy, &there, copy, &there, copy), 0);
  assert_false(there); /* behind the end */
  assert_tree(copy, "\"first\", [3, 4]");
  atom.type = PN_INVALID;
  assert_int_equal(pn_data_scan(data, "...?a?a", &there, &atom, &there, &atom), 0);
  assert_int_equal(atom.type, PN_INVALID); /* untouched for a null, and where there is nothing */
  assert_false(there);
  assert_int_equal(pn_data_scan(data, ".i..?.", &i, &there), 0);
  assert_int_equal(i, 2);
  assert_false(there);
  assert_int_equal(pn_data_scan(data, "CCC", NULL, NULL, NULL), 0);
  pn_data_free(copy);
}

static void copies_into_the_tree_itself(void **state) {
  pn_data_t *data = *state;
  put_count(data, 2);
  assert_int_equal(pn_data_scan(data, "C", data), 0);
  assert_tree(data, "[1, 2], [1, 2]");
}

static void mistakes_are_described(void **state) {
  pn_data_t *data = *state;
  static const struct {
    const char *fmt;
    int code;
    const char *text;
  } mistakes[] = {
      {"]", PN_ERR, "exit failed"},
      {"[]]", PN_ERR, "exit failed"},
      {"[D.]", PN_ERR, "exit failed"},
      {"T", PN_ARG_ERR, "unrecognized scan code: 0x54 'T'"},
      {"[. .]", PN_ARG_ERR, "unrecognized scan code: 0x20 ' '"},
      {"?", PN_ARG_ERR, "codes must follow a ?"},
      {"[.]?", PN_ARG_ERR, "codes must follow a ?"},
      {"??i", PN_ARG_ERR, "codes must follow a ?"},
  };
  put_count(data, 3);
  for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
    bool there = true, again = true;
    assert_int_equal(pn_data_scan(data, mistakes[i].fmt, &there, &again), mistakes[i].code);
    assert_int_equal(pn_data_errno(data), mistakes[i].code);
    assert_string_equal(pn_error_text(pn_data_error(data)), mistakes[i].text);
  }
}

static void brackets_up_to_a_limit(void **state) {
  pn_data_t *data = *state;
  char fmt[70];
  memset(fmt, '[', sizeof fmt);
  fmt[64] = '\0';
  assert_int_equal(pn_data_scan(data, fmt), 0);
  fmt[64] = '[';
  fmt[65] = '\0';
  assert_int_equal(pn_data_scan(data, fmt), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_data_error(data)), "more than 64 levels to scan");
}

static void a_failing_copy_is_reported(void **state) {
  pn_data_t *data = *state;
  pn_data_t *copy = pn_data(0);
  pn_data_set_decode_limits(copy, 2, 0);
  put_count(data, 2);
  assert_int_equal(pn_data_scan(data, "C", copy), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_errno(data), PN_OUT_OF_MEMORY);
  assert_tree(copy, "");
  pn_data_free(copy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(a_letter_for_each_scalar),
      tree_test(what_is_of_another_type_is_nothing),
      tree_test(what_is_missing_is_nothing),
      tree_test(scanning_begins_at_the_start),
      tree_test(described_values_end_by_themselves),
      tree_test(compounds_of_each_type),
      tree_test(compounds_that_are_not_there),
      tree_test(any_value),
      tree_test(copies_into_the_tree_itself),
      tree_test(mistakes_are_described),
      tree_test(brackets_up_to_a_limit),
      tree_test(a_failing_copy_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
