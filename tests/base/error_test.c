/* error_test.c: what went wrong is noted as a code and a text, and the code is never lost. */
#include "base/error.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <string.h>

static int setup(void **state) {
  *state = pn_error();
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  pn_error_free(*state);
  return 0;
}

static void a_new_error_says_that_nothing_went_wrong(void **state) {
  pn_error_t *error = *state;
  assert_int_equal(pn_error_code(error), PN_OK);
  assert_null(pn_error_text(error));
}

static void code_and_text_are_kept_and_the_code_is_returned(void **state) {
  pn_error_t *error = *state;
  char text[] = "not now";
  assert_int_equal(pn_error_set(error, PN_STATE_ERR, text), PN_STATE_ERR);
  text[0] = 'h'; /* a copy was made */
  assert_int_equal(pn_error_code(error), PN_STATE_ERR);
  assert_string_equal(pn_error_text(error), "not now");
  assert_int_equal(pn_error_set(error, PN_ARG_ERR, NULL), PN_ARG_ERR);
  assert_null(pn_error_text(error));
}

static void a_format_makes_the_text_even_out_of_the_old_one(void **state) {
  pn_error_t *error = *state;
  assert_int_equal(pn_error_format(error, PN_ERR, "%d %s", 3, "mice"), PN_ERR);
  assert_string_equal(pn_error_text(error), "3 mice");
  pn_error_format(error, PN_EOS, "blind: %s", pn_error_text(error));
  assert_string_equal(pn_error_text(error), "blind: 3 mice");
  pn_error_set(error, PN_EOS, pn_error_text(error) + 7);
  assert_string_equal(pn_error_text(error), "3 mice");
}

static void a_formatted_text_ends_at_its_limit(void **state) {
  pn_error_t *error = *state;
  pn_error_format(error, PN_ERR, "%1022d.", 1);
  assert_int_equal(strlen(pn_error_text(error)), 1023);
  assert_int_equal(pn_error_text(error)[1022], '.');
  pn_error_format(error, PN_ERR, "%1023d.", 1);
  assert_int_equal(strlen(pn_error_text(error)), 1023);
  assert_int_equal(pn_error_text(error)[1022], '1');
}

static void success_clears(void **state) {
  pn_error_t *error = *state;
  pn_error_set(error, PN_ERR, "gone");
  assert_int_equal(pn_error_set(error, PN_OK, "fine"), PN_OK);
  assert_null(pn_error_text(error));
  pn_error_set(error, PN_ERR, "gone");
  pn_error_clear(error);
  assert_int_equal(pn_error_code(error), PN_OK);
  assert_null(pn_error_text(error));
}

static void a_copy_says_the_same(void **state) {
  pn_error_t *error = *state;
  pn_error_t *other = pn_error();
  pn_error_set(error, PN_TIMEOUT, "too late");
  assert_int_equal(pn_error_copy(other, error), PN_TIMEOUT);
  assert_string_equal(pn_error_text(other), "too late");
  assert_int_equal(pn_error_copy(other, other), PN_TIMEOUT);
  assert_string_equal(pn_error_text(other), "too late");
  assert_int_equal(pn_error_copy(other, NULL), PN_OK);
  assert_null(pn_error_text(other));
  pn_error_free(other);
}

static void without_an_error_there_is_nothing_to_note(void **state) {
  (void)state;
  pn_error_free(NULL);
  pn_error_clear(NULL);
  assert_int_equal(pn_error_set(NULL, PN_ERR, "x"), PN_ERR);
  assert_int_equal(pn_error_format(NULL, PN_EOS, "%d", 1), PN_EOS);
  assert_int_equal(pn_error_code(NULL), PN_ARG_ERR);
  assert_null(pn_error_text(NULL));
}

static void every_code_has_its_name(void **state) {
  (void)state;
  assert_string_equal(pn_code(PN_OK), "<ok>");
  assert_string_equal(pn_code(PN_EOS), "PN_EOS");
  assert_string_equal(pn_code(PN_OUT_OF_MEMORY), "PN_OUT_OF_MEMORY");
  assert_string_equal(pn_code(PN_ABORTED), "PN_ABORTED");
  assert_string_equal(pn_code(PN_ABORTED - 1), "<unknown>");
  assert_string_equal(pn_code(1), "<unknown>");
}

static void the_code_survives_when_there_is_no_memory_for_the_text(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_error_t *error = pn_error();
    pn_error_set(error, PN_ERR, "first");
    pn_error_format(error, PN_OVERFLOW, "%s", "second");
    const bool refused = scarce_refused();
    scarce_end();
    if (error) {
      assert_int_equal(pn_error_code(error), PN_OVERFLOW);
      const char *text = pn_error_text(error);
      if (!refused) assert_string_equal(text, "second");
      if (text) assert_string_equal(text, "second");
    }
    refusals += refused;
    pn_error_free(error);
  }
  assert_int_equal(refusals, 3 + 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_new_error_says_that_nothing_went_wrong, setup, teardown),
      cmocka_unit_test_setup_teardown(code_and_text_are_kept_and_the_code_is_returned, setup, teardown),
      cmocka_unit_test_setup_teardown(a_format_makes_the_text_even_out_of_the_old_one, setup, teardown),
      cmocka_unit_test_setup_teardown(a_formatted_text_ends_at_its_limit, setup, teardown),
      cmocka_unit_test_setup_teardown(success_clears, setup, teardown),
      cmocka_unit_test_setup_teardown(a_copy_says_the_same, setup, teardown),
      cmocka_unit_test(without_an_error_there_is_nothing_to_note),
      cmocka_unit_test(every_code_has_its_name),
      cmocka_unit_test(the_code_survives_when_there_is_no_memory_for_the_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
