/* record_test.c: an application's values under keys, and the references that a record holds. */
#include "base/object.h"
#include "base/record.h"
#include "base/string.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

PN_HANDLE(COLOUR)
PN_HANDLE(SHAPE)

static int setup(void **state) {
  *state = pn_record();
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  pn_free(*state);
  return 0;
}

static void every_record_has_a_place_for_the_context(void **state) {
  pn_record_t *record = *state;
  int context;
  assert_true(pn_record_has(record, PN_LEGCTX));
  assert_null(pn_record_get(record, PN_LEGCTX));
  pn_record_set(record, PN_LEGCTX, &context);
  assert_ptr_equal(pn_record_get(record, PN_LEGCTX), &context);
  pn_record_def(record, PN_LEGCTX, PN_OBJECT); /* changes nothing: it would crash at its end */
  assert_ptr_equal(pn_record_get(record, PN_LEGCTX), &context);
  pn_record_set(record, PN_LEGCTX, NULL);
  assert_null(pn_record_get(record, PN_LEGCTX));
}

static void an_undefined_key_holds_nothing(void **state) {
  pn_record_t *record = *state;
  int value;
  pn_record_set(record, COLOUR, &value);
  assert_false(pn_record_has(record, COLOUR));
  assert_null(pn_record_get(record, COLOUR));
}

static void a_defined_key_exists_before_its_value(void **state) {
  pn_record_t *record = *state;
  pn_record_def(record, COLOUR, PN_VOID);
  assert_true(pn_record_has(record, COLOUR));
  assert_false(pn_record_has(record, SHAPE));
  assert_null(pn_record_get(record, COLOUR));
}

static void defining_again_changes_nothing(void **state) {
  pn_record_t *record = *state;
  pn_string_t *red = pn_string("red");
  pn_record_def(record, COLOUR, PN_OBJECT);
  pn_record_set(record, COLOUR, red);
  pn_record_def(record, COLOUR, PN_OBJECT);
  pn_record_def(record, COLOUR, PN_VOID);
  assert_ptr_equal(pn_record_get(record, COLOUR), red);
  pn_record_set(record, COLOUR, NULL); /* still counted */
  assert_int_equal(pn_refcount(red), 1);
  pn_free(red);
}

static void a_record_holds_a_reference_to_each_value(void **state) {
  (void)state;
  pn_record_t *record = pn_record();
  pn_string_t *red = pn_string("red"), *round = pn_string("round");
  pn_record_def(record, COLOUR, PN_OBJECT);
  pn_record_def(record, SHAPE, PN_OBJECT);
  pn_record_set(record, COLOUR, red);
  pn_record_set(record, SHAPE, red);
  assert_int_equal(pn_refcount(red), 3);
  pn_record_set(record, SHAPE, round);
  assert_int_equal(pn_refcount(red), 2);
  pn_record_set(record, SHAPE, round);
  assert_int_equal(pn_refcount(round), 2);
  assert_int_equal(pn_decref(record), 0);
  assert_int_equal(pn_refcount(red), 1);
  assert_int_equal(pn_refcount(round), 1);
  pn_free(red);
  pn_free(round);
}

/* A value that lives by the record alone may be set again: it is taken before it is dropped. */
static void the_only_reference_survives_being_set_again(void **state) {
  pn_record_t *record = *state;
  pn_string_t *red = pn_string("red");
  pn_record_def(record, COLOUR, PN_OBJECT);
  pn_record_set(record, COLOUR, red);
  pn_decref(red);
  pn_record_set(record, COLOUR, red);
  assert_string_equal(pn_string_get(pn_record_get(record, COLOUR)), "red");
  assert_int_equal(pn_refcount(red), 1);
}

static void many_keys_are_as_good_as_one(void **state) {
  pn_record_t *record = *state;
  for (char *key = (char *)1; key < (char *)200; key++) pn_record_def(record, key, PN_VOID);
  for (char *key = (char *)1; key < (char *)200; key++) pn_record_set(record, key, key + 1000);
  for (char *key = (char *)1; key < (char *)200; key++) {
    assert_ptr_equal(pn_record_get(record, key), key + 1000);
  }
}

static void clearing_forgets_all_keys_but_the_context(void **state) {
  pn_record_t *record = *state;
  pn_string_t *red = pn_string("red");
  pn_record_set(record, PN_LEGCTX, red);
  pn_record_def(record, COLOUR, PN_OBJECT);
  pn_record_set(record, COLOUR, red);
  pn_record_clear(record);
  assert_int_equal(pn_refcount(red), 1);
  assert_false(pn_record_has(record, COLOUR));
  assert_true(pn_record_has(record, PN_LEGCTX));
  assert_null(pn_record_get(record, PN_LEGCTX));
  pn_record_def(record, COLOUR, PN_OBJECT); /* usable as before */
  pn_record_set(record, COLOUR, red);
  assert_ptr_equal(pn_record_get(record, COLOUR), red);
  pn_decref(red);
}

/* Values whose end comes back to the record: they define keys, set them and clear, in the middle of being dropped. */
static pn_record_t *meddled;
static int ends;
static void meddle(void *object) {
  (void)object;
  if (++ends > 3) return;
  assert_null(pn_record_get(meddled, COLOUR)); /* it has left already */
  for (char *key = (char *)1; key < (char *)50; key++) pn_record_def(meddled, key, PN_OBJECT);
  pn_string_t *late = pn_string("late");
  pn_record_set(meddled, (char *)7, late);
  pn_decref(late);
  pn_record_clear(meddled);
}
static const pn_class_t meddler_class = PNI_CLASS("meddler", CID_pn_object, .finalize = meddle);

static void a_value_may_use_the_record_while_it_is_dropped(void **state) {
  (void)state;
  meddled = pn_record();
  ends = 0;
  for (int round = 0; round < 3; round++) {
    void *meddler = pn_class_new(&meddler_class, 1);
    pn_record_def(meddled, SHAPE, PN_OBJECT);
    pn_record_def(meddled, COLOUR, PN_OBJECT);
    pn_record_set(meddled, COLOUR, meddler);
    pn_decref(meddler);
    if (round == 0) pn_record_set(meddled, COLOUR, NULL);
    if (round == 1) pn_record_clear(meddled);
    if (round == 2) pn_decref(meddled);
    assert_int_equal(ends, round + 1);
  }
}

/* An object that embeds a record pays for it when somebody asks, once. */
static void a_lazy_record_is_made_once(void **state) {
  (void)state;
  pn_record_t *place = NULL;
  pn_record_t *record = pni_record_lazy(&place);
  assert_non_null(record);
  assert_ptr_equal(place, record);
  assert_ptr_equal(pni_record_lazy(&place), record);
  pn_decref(place);
}

static void a_record_that_could_not_be_made_has_no_keys(void **state) {
  (void)state;
  pn_record_def(NULL, COLOUR, PN_VOID);
  pn_record_set(NULL, COLOUR, &ends);
  pn_record_clear(NULL);
  assert_false(pn_record_has(NULL, PN_LEGCTX));
  assert_null(pn_record_get(NULL, COLOUR));
}

static void without_memory_a_key_stays_undefined(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_record_t *record = NULL;
    pni_record_lazy(&record);
    pn_record_def(record, COLOUR, PN_VOID);
    pn_record_set(record, COLOUR, &refusals);
    pn_record_def(record, SHAPE, PN_VOID);
    pn_record_set(record, SHAPE, &refusals);
    refusals += scarce_refused();
    assert_int_equal(pn_record_has(record, COLOUR) && pn_record_has(record, SHAPE), !scarce_refused());
    assert_ptr_equal(pn_record_get(record, SHAPE), pn_record_has(record, SHAPE) ? &refusals : NULL);
    pn_decref(record);
  }
  assert_int_equal(refusals, 3 + 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_record_has_a_place_for_the_context, setup, teardown),
      cmocka_unit_test_setup_teardown(an_undefined_key_holds_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(a_defined_key_exists_before_its_value, setup, teardown),
      cmocka_unit_test_setup_teardown(defining_again_changes_nothing, setup, teardown),
      cmocka_unit_test(a_record_holds_a_reference_to_each_value),
      cmocka_unit_test_setup_teardown(the_only_reference_survives_being_set_again, setup, teardown),
      cmocka_unit_test_setup_teardown(many_keys_are_as_good_as_one, setup, teardown),
      cmocka_unit_test_setup_teardown(clearing_forgets_all_keys_but_the_context, setup, teardown),
      cmocka_unit_test(a_value_may_use_the_record_while_it_is_dropped),
      cmocka_unit_test(a_lazy_record_is_made_once),
      cmocka_unit_test(a_record_that_could_not_be_made_has_no_keys),
      cmocka_unit_test(without_memory_a_key_stays_undefined),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
