/* class_test.c: values of an application's own classes, and of the classes that only mark. */
#include "base/object.h"
#include "base/string.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <stdlib.h>
#include <string.h>

/* What the library called, one letter a call. */
static char calls[100];
static void called(char letter) {
  const size_t size = strlen(calls);
  assert_true(size + 1 < sizeof calls);
  calls[size] = letter;
  calls[size + 1] = '\0';
}
static void assert_calls(const char *expected) {
  assert_string_equal(calls, expected);
  calls[0] = '\0';
}

static int setup(void **state) {
  (void)state;
  calls[0] = '\0';
  return 0;
}

/* An object of another run-time system, which counts by itself. */
struct foreign {
  int count;
};
static void foreign_incref(void *object) {
  called('+');
  ((struct foreign *)object)->count++;
}
static void foreign_decref(void *object) {
  called('-');
  ((struct foreign *)object)->count--;
}
static int foreign_refcount(void *object) {
  called('?');
  return ((struct foreign *)object)->count;
}
static void note_initialize(void *object) {
  (void)object;
  called('i');
}
static void note_finalize(void *object) {
  (void)object;
  called('f');
}

static void a_created_class_counts_as_its_functions_do(void **state) {
  (void)state;
  static const char name[] = "snake";
  pn_class_t *clazz = pn_class_create(name, NULL, NULL, foreign_incref, foreign_decref, foreign_refcount);
  struct foreign snake = {.count = 1};
  assert_ptr_equal(pn_class_name(clazz), name);
  assert_int_equal(pn_class_id(clazz), CID_pn_void);
  assert_ptr_equal(pn_class_incref(clazz, &snake), &snake);
  assert_calls("+");
  assert_int_equal(pn_class_refcount(clazz, &snake), 2);
  assert_calls("?");
  assert_int_equal(pn_class_decref(clazz, &snake), 1);
  assert_calls("-?");
  assert_int_equal(pn_class_decref(clazz, &snake), 0); /* the memory stays: it is not the library's */
  assert_calls("-?");
  assert_null(pn_class_new(clazz, 8));
  free(clazz);
}

static void a_created_class_leaves_counting_to_the_library(void **state) {
  (void)state;
  pn_class_t *clazz = pn_class_create("context", note_initialize, note_finalize, NULL, NULL, NULL);
  char *value = pn_class_new(clazz, 100);
  assert_calls("i");
  for (int i = 0; i < 100; i++) assert_int_equal(value[i], 0);
  assert_ptr_equal(pn_class(value), clazz);
  pn_class_incref(clazz, value);
  assert_int_equal(pn_refcount(value), 2);
  assert_int_equal(pn_class_decref(clazz, value), 1);
  assert_calls("");
  assert_int_equal(pn_decref(value), 0);
  assert_calls("f");
  free(clazz);
}

/* A class as programs of 0.37 fill it in, with every slot their own. */
static const pn_class_t whole_class;
static void *whole_new(const pn_class_t *clazz, size_t size) {
  called('n');
  return pn_object_new(clazz, size);
}
static void whole_free(void *object) {
  called('x');
  pn_object_free(object);
}
static const pn_class_t *whole_reify(void *object) {
  (void)object;
  return &whole_class;
}
static uintptr_t whole_hashcode(void *object) {
  (void)object;
  called('h');
  return 42;
}
static intptr_t whole_compare(void *a, void *b) {
  called('c');
  return ((struct foreign *)a)->count - ((struct foreign *)b)->count;
}
static int whole_inspect(void *object, pn_string_t *text) {
  (void)object;
  called('s');
  return pn_string_addf(text, "whole");
}
static const pn_class_t whole_class = {"whole", CID_pn_object, whole_new, note_initialize, foreign_incref,
    foreign_decref, foreign_refcount, note_finalize, whole_free, whole_reify, whole_hashcode, whole_compare,
    whole_inspect};

static struct foreign *whole(int count) {
  struct foreign *value = pn_class_new(&whole_class, sizeof *value);
  value->count = count;
  assert_calls("ni");
  return value;
}

static void every_slot_is_called_where_it_belongs(void **state) {
  (void)state;
  struct foreign *a = whole(1), *b = whole(3);
  assert_int_equal(pn_class_hashcode(&whole_class, a), 42);
  assert_calls("h");
  assert_int_equal(pn_class_compare(&whole_class, a, b), -2);
  assert_calls("c");
  assert_true(pn_class_equals(&whole_class, a, a));
  assert_true(pn_class_compare(&whole_class, a, NULL) > 0);
  assert_calls("");
  pn_string_t *text = pn_string("");
  assert_int_equal(pn_class_inspect(&whole_class, a, text), 0);
  assert_string_equal(pn_string_get(text), "whole");
  assert_calls("s");
  pn_free(text);
  assert_ptr_equal(pn_class_reify(PN_OBJECT, a), &whole_class);
  pn_class_incref(PN_OBJECT, a); /* the object knows its class */
  assert_calls("+");
  assert_int_equal(pn_class_decref(PN_OBJECT, a), 1);
  assert_calls("-?");
  assert_int_equal(pn_class_decref(&whole_class, a), 0);
  assert_calls("-?f?x");
  b->count = 1;
  pn_class_free(&whole_class, b);
  assert_calls("?-?f?x");
}

/* Values that nobody counts are finalized and freed when somebody says so. */
static void an_uncounted_value_ends_when_it_is_freed(void **state) {
  (void)state;
  struct foreign *value = whole(-1);
  pn_class_free(&whole_class, value);
  assert_calls("?fx");
}

static void objects_of_different_classes_are_never_compared_by_one(void **state) {
  (void)state;
  struct foreign *value = whole(1);
  pn_string_t *string = pn_string("whole");
  assert_int_equal(pn_compare(value, string), (intptr_t)value - (intptr_t)string);
  assert_false(pn_equals(string, value));
  assert_calls("");
  pn_free(string);
  pn_free(value);
}

static void empty_slots_do_nothing(void **state) {
  (void)state;
  static const pn_class_t bare = {.name = "bare", .cid = CID_pn_void};
  int value = 0, other = 0;
  assert_null(pn_class_new(&bare, 8));
  assert_ptr_equal(pn_class_incref(&bare, &value), &value);
  assert_int_equal(pn_class_refcount(&bare, &value), -1);
  assert_int_equal(pn_class_decref(&bare, &value), -1);
  pn_class_free(&bare, &value);
  assert_ptr_equal(pn_class_reify(&bare, &value), &bare);
  assert_int_equal(pn_class_hashcode(&bare, &value), (uintptr_t)&value);
  assert_int_equal(pn_class_compare(&bare, &value, &other), (intptr_t)&value - (intptr_t)&other);
}

static void a_void_is_only_carried(void **state) {
  (void)state;
  char *nowhere = (char *)16; /* looking at it would be the end */
  assert_string_equal(pn_class_name(PN_VOID), "pn_void");
  assert_int_equal(pn_class_id(PN_VOID), CID_pn_void);
  assert_ptr_equal(pn_class_incref(PN_VOID, nowhere), nowhere);
  assert_int_equal(pn_class_refcount(PN_VOID, nowhere), -1);
  assert_int_equal(pn_class_decref(PN_VOID, nowhere), -1);
  pn_class_free(PN_VOID, nowhere);
  assert_ptr_equal(pn_class_reify(PN_VOID, nowhere), PN_VOID);
  assert_int_equal(pn_class_hashcode(PN_VOID, nowhere), 16);
  assert_int_equal(pn_class_compare(PN_VOID, nowhere, nowhere + 4), -4);
  pn_string_t *text = pn_string("");
  assert_int_equal(pn_class_inspect(PN_VOID, nowhere, text), 0);
  assert_int_equal(pn_class_inspect(PN_VOID, NULL, text), 0);
  assert_string_equal(pn_string_get(text), "0x10pn_void<(nil)>");
  pn_free(text);
}

static void a_weak_reference_is_not_counted_but_shows_the_object(void **state) {
  (void)state;
  pn_string_t *target = pn_string("target"), *same = pn_string("target"), *text = pn_string("");
  assert_string_equal(pn_class_name(PN_WEAKREF), "pn_weakref");
  assert_int_equal(pn_class_id(PN_WEAKREF), CID_pn_weakref);
  pn_class_incref(PN_WEAKREF, target);
  assert_int_equal(pn_class_refcount(PN_WEAKREF, target), -1);
  assert_int_equal(pn_refcount(target), 1);
  assert_int_equal(pn_class_decref(PN_WEAKREF, target), -1);
  assert_ptr_equal(pn_class_reify(PN_WEAKREF, target), PN_WEAKREF);
  assert_true(pn_class_equals(PN_WEAKREF, target, same));
  assert_int_equal(pn_class_hashcode(PN_WEAKREF, target), pn_hashcode(same));
  assert_int_equal(pn_class_inspect(PN_WEAKREF, target, text), 0);
  assert_string_equal(pn_string_get(text), "\"target\"");
  pn_free(target);
  pn_free(same);
  pn_free(text);
}

static void an_object_can_be_of_no_class_but_the_general_one(void **state) {
  (void)state;
  assert_string_equal(pn_class_name(PN_OBJECT), "pn_object");
  assert_int_equal(pn_class_id(PN_OBJECT), CID_pn_object);
  void *object = pn_class_new(PN_OBJECT, 8);
  assert_ptr_equal(pn_class(object), PN_OBJECT);
  pn_class_incref(PN_DEFAULT, object);
  assert_int_equal(pn_refcount(object), 2);
  assert_int_equal(pn_class_decref(PN_DEFAULT, object), 1);
  assert_int_equal(pn_decref(object), 0);
}

/* What programs of either generation pass for a marker is one and the same address. */
static void a_marker_begins_with_its_own_address(void **state) {
  (void)state;
  assert_ptr_equal(PN_OBJECT, &PN_OBJECT);
  assert_ptr_equal(PN_VOID, &PN_VOID);
  assert_ptr_equal(PN_WEAKREF, &PN_WEAKREF);
  assert_ptr_equal(PN_DEFAULT, &PN_DEFAULT);
}

static void the_layout_is_that_of_compiled_callers(void **state) {
  (void)state;
  assert_int_equal(sizeof(pn_class_t), 104);
  assert_int_equal(offsetof(pn_class_t, cid), 8);
  assert_int_equal(offsetof(pn_class_t, newinst), 16);
  assert_int_equal(offsetof(pn_class_t, initialize), 24);
  assert_int_equal(offsetof(pn_class_t, incref), 32);
  assert_int_equal(offsetof(pn_class_t, decref), 40);
  assert_int_equal(offsetof(pn_class_t, refcount), 48);
  assert_int_equal(offsetof(pn_class_t, finalize), 56);
  assert_int_equal(offsetof(pn_class_t, free), 64);
  assert_int_equal(offsetof(pn_class_t, reify), 72);
  assert_int_equal(offsetof(pn_class_t, hashcode), 80);
  assert_int_equal(offsetof(pn_class_t, compare), 88);
  assert_int_equal(offsetof(pn_class_t, inspect), 96);
}

static void the_functions_for_voids(void **state) {
  (void)state;
  char *block = pn_void_new(PN_VOID, 8);
  for (int i = 0; i < 8; i++) assert_int_equal(block[i], 0);
  pn_void_incref(block);
  pn_void_decref(block);
  assert_int_equal(pn_void_refcount(block), -1);
  assert_int_equal(pn_void_hashcode(block), (uintptr_t)block);
  assert_int_equal(pn_void_compare(block, block + 3), -3);
  free(block);
  free(pn_void_new(PN_VOID, 0));
}

static void without_memory_there_is_no_class(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_class_t *clazz = pn_class_create("late", note_initialize, note_finalize, NULL, NULL, NULL);
    void *value = clazz ? pn_class_new(clazz, 8) : NULL;
    assert_calls(value ? "i" : "");
    assert_int_equal(value == NULL, scarce_refused());
    refusals += scarce_refused();
    if (value) pn_class_free(clazz, value);
    assert_calls(value ? "f" : "");
    free(clazz);
  }
  assert_int_equal(refusals, 2 + 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_created_class_counts_as_its_functions_do, setup),
      cmocka_unit_test_setup(a_created_class_leaves_counting_to_the_library, setup),
      cmocka_unit_test_setup(every_slot_is_called_where_it_belongs, setup),
      cmocka_unit_test_setup(an_uncounted_value_ends_when_it_is_freed, setup),
      cmocka_unit_test_setup(objects_of_different_classes_are_never_compared_by_one, setup),
      cmocka_unit_test_setup(empty_slots_do_nothing, setup),
      cmocka_unit_test_setup(a_void_is_only_carried, setup),
      cmocka_unit_test_setup(a_weak_reference_is_not_counted_but_shows_the_object, setup),
      cmocka_unit_test_setup(an_object_can_be_of_no_class_but_the_general_one, setup),
      cmocka_unit_test_setup(a_marker_begins_with_its_own_address, setup),
      cmocka_unit_test_setup(the_layout_is_that_of_compiled_callers, setup),
      cmocka_unit_test_setup(the_functions_for_voids, setup),
      cmocka_unit_test_setup(without_memory_there_is_no_class, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
