/* object_test.c: the header before every object: class, count, memory; and what an object says of itself. */
#include "base/object.h"
#include "base/string.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A class whose objects note what happens to them. */
struct cow {
  int milk;
};
static int finalized, released, revivals;

static void cow_finalize(void *object) {
  finalized++;
  if (revivals > 0) {
    revivals--;
    pn_incref(object);
  }
}
static void cow_release(void *object) {
  released++;
  pn_object_free(object);
}
static int cow_inspect(void *object, pn_string_t *text) {
  return pn_string_addf(text, "cow with %d", ((struct cow *)object)->milk);
}
static const pn_class_t cow_class = PNI_CLASS_RELEASED_BY(
    cow_release, "cow", CID_pn_object, .finalize = cow_finalize, .inspect = cow_inspect);
static const pn_class_t plain_class = PNI_CLASS("plain", CID_pn_object, .initialize = NULL);

static int setup(void **state) {
  finalized = released = revivals = 0;
  *state = pn_class_new(&cow_class, sizeof(struct cow));
  return *state ? 0 : -1;
}

static void an_object_begins_zeroed_aligned_and_with_one_reference(void **state) {
  struct cow *cow = *state;
  assert_int_equal(cow->milk, 0);
  assert_int_equal((uintptr_t)cow % _Alignof(max_align_t), 0);
  assert_int_equal(pn_refcount(cow), 1);
  assert_ptr_equal(pn_class(cow), &cow_class);
  assert_ptr_equal(pn_object_reify(cow), &cow_class);
  assert_int_equal(pn_decref(cow), 0);
}

static void the_last_reference_ends_it(void **state) {
  struct cow *cow = *state;
  assert_ptr_equal(pn_incref(cow), cow);
  pni_object_incref(cow);
  assert_int_equal(pni_object_refcount(cow), 3);
  assert_int_equal(pn_decref(cow), 2);
  pni_object_decref(cow);
  assert_int_equal(finalized, 0);
  assert_int_equal(pn_decref(cow), 0);
  assert_int_equal(finalized, 1);
  assert_int_equal(released, 1);
}

static void the_inline_way_ends_it_too(void **state) {
  pni_object_decref(*state);
  assert_int_equal(finalized, 1);
  assert_int_equal(released, 1);
}

/* An application's finalizer may take its object back to life; it is then finalized again when it ends again. */
static void what_comes_back_to_life_is_not_freed(void **state) {
  struct cow *cow = *state;
  revivals = 2;
  assert_int_equal(pn_decref(cow), 0);
  assert_int_equal(released, 0);
  assert_int_equal(pn_refcount(cow), 1);
  pni_object_decref(cow);
  assert_int_equal(released, 0);
  pn_free(cow);
  assert_int_equal(finalized, 3);
  assert_int_equal(released, 1);
}

/* Memory of a pool: the object is made in it and goes back to it, and nothing is allocated. */
static _Alignas(max_align_t) char stall[16 + sizeof(struct cow)];
static void *returned;
static void return_to_stall(void *object) { returned = pni_object_memory(object); }
static const pn_class_t pooled_class =
    PNI_CLASS_RELEASED_BY(return_to_stall, "pooled", CID_pn_object, .initialize = NULL);

static void memory_goes_back_to_where_it_came_from(void **state) {
  (void)state;
  returned = NULL;
  for (int round = 0; round < 2; round++) {
    struct cow *cow = pni_object_in(stall, &pooled_class);
    assert_ptr_equal(pn_class(cow), &pooled_class);
    cow->milk = 7;
    pn_incref(cow);
    assert_int_equal(pn_decref(cow), 1);
    assert_null(returned);
    assert_int_equal(pn_decref(cow), 0);
    assert_ptr_equal(returned, stall);
    returned = NULL;
  }
}

static void nothing_is_an_object_without_references(void **state) {
  (void)state;
  assert_null(pn_incref(NULL));
  assert_int_equal(pn_decref(NULL), 0);
  assert_int_equal(pn_refcount(NULL), 0);
  pn_free(NULL);
  pn_object_incref(NULL);
  pn_object_decref(NULL);
  pn_object_free(NULL);
  assert_int_equal(pn_object_refcount(NULL), 0);
  assert_ptr_equal(pn_class(NULL), PN_OBJECT);
  assert_ptr_equal(pn_object_reify(NULL), PN_OBJECT);
  assert_int_equal(pn_hashcode(NULL), 0);
  assert_int_equal(pn_compare(NULL, NULL), 0);
  assert_true(pn_equals(NULL, NULL));
}

static void a_size_that_cannot_be_is_refused(void **state) {
  (void)state;
  assert_null(pn_object_new(&plain_class, SIZE_MAX));
  assert_null(pn_class_new(&plain_class, SIZE_MAX - 15));
}

static void assert_shown(void *object, const char *expected) {
  char *text = pn_tostring(object);
  assert_string_equal(text, expected);
  free(text);
}

static void an_object_describes_itself(void **state) {
  struct cow *cow = *state;
  cow->milk = 9;
  assert_shown(cow, "cow with 9");
  pn_free(cow);
  assert_shown(NULL, "pn_object<(nil)>");
  void *plain = pn_class_new(&plain_class, 1);
  char expected[100];
  snprintf(expected, sizeof expected, "plain<%p>", plain);
  assert_shown(plain, expected);
  pn_free(plain);
}

static void a_description_ends_at_its_limit(void **state) {
  (void)state;
  pn_string_t *string = pn_string("");
  assert_int_equal(pn_string_format(string, "%1021d", 1), 0); /* two quotes come around it */
  char *text = pn_tostring(string);
  assert_int_equal(strlen(text), 1023);
  assert_int_equal(text[1022], '"');
  free(text);
  assert_int_equal(pn_string_addf(string, "x"), 0);
  text = pn_tostring(string);
  assert_int_equal(strlen(text), 1023);
  assert_int_equal(text[1022], 'x');
  free(text);
  pn_free(string);
}

static void without_memory_there_is_no_object_and_no_description(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct cow *cow = pn_class_new(&cow_class, sizeof *cow);
    char *text = cow ? pn_tostring(cow) : NULL;
    const bool refused = scarce_refused();
    scarce_end();
    refusals += refused;
    if (!refused) assert_string_equal(text, "cow with 0");
    if (refused) assert_null(text);
    free(text);
    pn_free(cow);
  }
  assert_int_equal(refusals, 4 + 4); /* the object, the string and its bytes, the copy */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_object_begins_zeroed_aligned_and_with_one_reference, setup),
      cmocka_unit_test_setup(the_last_reference_ends_it, setup),
      cmocka_unit_test_setup(the_inline_way_ends_it_too, setup),
      cmocka_unit_test_setup(what_comes_back_to_life_is_not_freed, setup),
      cmocka_unit_test(memory_goes_back_to_where_it_came_from),
      cmocka_unit_test(nothing_is_an_object_without_references),
      cmocka_unit_test(a_size_that_cannot_be_is_refused),
      cmocka_unit_test_setup(an_object_describes_itself, setup),
      cmocka_unit_test(a_description_ends_at_its_limit),
      cmocka_unit_test(without_memory_there_is_no_object_and_no_description),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
