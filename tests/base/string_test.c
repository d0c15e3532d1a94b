/* string_test.c: a text that grows, absent or of any bytes. */
#include "base/object.h"
#include "base/string.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <proton/error.h>
#include <string.h>

static int setup(void **state) {
  *state = pn_string("hello");
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  pn_free(*state);
  return 0;
}

static void assert_text(pn_string_t *string, const char *expected) {
  assert_string_equal(pn_string_get(string), expected);
  assert_int_equal(pn_string_size(string), strlen(expected));
}

static void a_text_is_set_and_read(void **state) {
  pn_string_t *string = *state;
  assert_text(string, "hello");
  assert_int_equal(pn_string_set(string, "a text that is longer than the first one was, to make it grow"), 0);
  assert_text(string, "a text that is longer than the first one was, to make it grow");
  assert_int_equal(pn_string_setn(string, "shorter", 5), 0);
  assert_text(string, "short");
  assert_int_equal(pn_string_set(string, ""), 0);
  assert_text(string, "");
}

static void a_part_of_the_text_becomes_the_text(void **state) {
  pn_string_t *string = *state;
  assert_int_equal(pn_string_set(string, pn_string_get(string) + 1), 0);
  assert_text(string, "ello");
  assert_int_equal(pn_string_setn(string, pn_string_get(string) + 1, 2), 0);
  assert_text(string, "ll");
  assert_int_equal(pn_string_copy(string, string), 0);
  assert_text(string, "ll");
}

static void any_bytes_are_a_text(void **state) {
  pn_string_t *string = *state;
  assert_int_equal(pn_string_setn(string, "a\0b", 3), 0);
  assert_int_equal(pn_string_size(string), 3);
  assert_memory_equal(pn_string_get(string), "a\0b", 4);
  char out[5] = "wxyz";
  assert_int_equal(pn_string_put(string, out), 3);
  assert_memory_equal(out, "a\0b\0", 5);
}

static void absent_is_not_empty(void **state) {
  (void)state;
  char out[] = "same";
  pn_string_t *absent = pn_string(NULL), *empty = pn_string("");
  assert_null(pn_string_get(absent));
  assert_int_equal(pn_string_size(absent), 0);
  assert_int_equal(pn_string_put(absent, out), -1);
  assert_string_equal(out, "same");
  assert_int_equal(pn_string_addf(absent, "x"), PN_ERR);
  assert_null(pn_string_get(absent));
  assert_false(pn_equals(absent, empty));
  assert_int_equal(pn_hashcode(absent), 0);
  assert_int_equal(pn_string_format(absent, "now %s", "here"), 0);
  assert_text(absent, "now here");
  pn_string_clear(absent);
  assert_null(pn_string_get(absent));
  assert_int_equal(pn_string_copy(empty, absent), 0);
  assert_null(pn_string_get(empty));
  assert_true(pn_equals(absent, empty));
  pn_free(absent);
  pn_free(empty);
  absent = pn_stringn(NULL, 5);
  assert_null(pn_string_get(absent));
  pn_free(absent);
}

static void formats_replace_and_append(void **state) {
  pn_string_t *string = *state;
  assert_int_equal(pn_string_addf(string, ", %s %d", "world", 42), 0);
  assert_text(string, "hello, world 42");
  assert_int_equal(pn_string_format(string, "%100d", 7), 0);
  assert_int_equal(pn_string_size(string), 100);
  for (int i = 0; i < 1000; i++) assert_int_equal(pn_string_addf(string, "%c", 'a' + i % 26), 0);
  assert_int_equal(pn_string_size(string), 1100);
  assert_int_equal(pn_string_get(string)[100], 'a');
  assert_int_equal(pn_string_get(string)[1099], 'a' + 999 % 26);
}

static void a_text_is_written_in_place(void **state) {
  pn_string_t *string = *state;
  assert_int_equal(pn_string_grow(string, 1000), 0);
  assert_true(pn_string_capacity(string) >= 1000);
  assert_text(string, "hello");
  memset(pn_string_buffer(string), 'z', 1000);
  assert_int_equal(pn_string_resize(string, 3), 0);
  assert_text(string, "zzz");
  assert_int_equal(pn_string_resize(string, 1000), 0);
  assert_int_equal(pn_string_get(string)[1000], '\0');
  assert_int_equal(pn_string_resize(string, SIZE_MAX), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_string_size(string), 1000);
}

static void equal_texts_are_equal_strings(void **state) {
  pn_string_t *string = *state;
  pn_string_t *other = pn_string("hello!");
  assert_false(pn_equals(string, other));
  assert_true(pn_compare(string, other) > 0); /* the longer comes first */
  assert_true(pn_compare(other, string) < 0);
  assert_int_equal(pn_string_resize(other, 5), 0);
  assert_true(pn_equals(string, other));
  assert_int_equal(pn_hashcode(string), pn_hashcode(other));
  pn_string_buffer(other)[0] = 'j';
  assert_true(pn_compare(string, other) < 0);
  assert_int_not_equal(pn_hashcode(string), pn_hashcode(other));
  pn_free(other);
}

static void a_string_shows_itself_in_quotes(void **state) {
  pn_string_t *string = *state;
  pn_string_t *text = pn_string("is ");
  pn_string_setn(string, "a\n\x7f\xe9", 4);
  assert_int_equal(pn_inspect(string, text), 0);
  assert_text(text, "is \"a\\x0a\\x7f\\xe9\"");
  pn_string_clear(string);
  pn_string_set(text, "");
  assert_int_equal(pn_inspect(string, text), 0);
  assert_text(text, "null");
  assert_int_equal(pn_inspect(text, string), 0); /* an absent one counts as an empty one */
  assert_text(string, "\"null\"");
  pn_free(text);
}

static void without_memory_a_string_keeps_its_text(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_string_t *string = pn_string("kept");
    if (!string) {
      assert_true(scarce_refused());
      refusals++;
      continue;
    }
    const int set = pn_string_set(string, "a text that does not fit where the short one was");
    if (set != 0) assert_text(string, "kept");
    const int format = pn_string_format(string, "%0200d", 1);
    if (format != 0) assert_int_equal(pn_string_size(string), set == 0 ? 48 : 4);
    const size_t size = pn_string_size(string);
    const int add = pn_string_addf(string, "%0800d", 1);
    assert_int_equal(pn_string_size(string), add == 0 ? size + 800 : size);
    const bool failed = set != 0 || format != 0 || add != 0;
    assert_int_equal(failed, scarce_refused());
    assert_true(!failed || set == PN_OUT_OF_MEMORY || format == PN_OUT_OF_MEMORY || add == PN_OUT_OF_MEMORY);
    refusals += failed;
    pn_free(string);
  }
  assert_true(refusals >= 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_text_is_set_and_read, setup, teardown),
      cmocka_unit_test_setup_teardown(a_part_of_the_text_becomes_the_text, setup, teardown),
      cmocka_unit_test_setup_teardown(any_bytes_are_a_text, setup, teardown),
      cmocka_unit_test(absent_is_not_empty),
      cmocka_unit_test_setup_teardown(formats_replace_and_append, setup, teardown),
      cmocka_unit_test_setup_teardown(a_text_is_written_in_place, setup, teardown),
      cmocka_unit_test_setup_teardown(equal_texts_are_equal_strings, setup, teardown),
      cmocka_unit_test_setup_teardown(a_string_shows_itself_in_quotes, setup, teardown),
      cmocka_unit_test(without_memory_a_string_keeps_its_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
