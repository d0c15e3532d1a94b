/* list_test.c: values by position with the references they carry, and the least one first. */
#include "base/object.h"
#include "base/string.h"
#include "legacy/legacy.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <proton/error.h>
#include <stdlib.h>

/* Lists of small numbers, which nobody counts, and lists of strings, which everybody can tell apart. */
static void *number(intptr_t n) { return (void *)n; }

static void assert_shows(void *object, const char *expected) {
  char *text = pn_tostring(object);
  assert_string_equal(text, expected);
  free(text);
}

static void assert_numbers(pn_list_t *list, size_t size, const intptr_t *expected) {
  assert_int_equal(pn_list_size(list), size);
  for (size_t i = 0; i < size; i++) assert_ptr_equal(pn_list_get(list, (int)i), number(expected[i]));
}

static pn_list_t *numbers(intptr_t from, intptr_t to) {
  pn_list_t *list = pn_list(PN_VOID, 0);
  for (intptr_t n = from; n <= to; n++) assert_int_equal(pn_list_add(list, number(n)), 0);
  return list;
}

static void values_lie_in_the_order_they_were_added(void **state) {
  (void)state;
  pn_list_t *list = numbers(1, 100);
  assert_int_equal(pn_list_size(list), 100);
  assert_ptr_equal(pn_list_get(list, 99), number(100));
  assert_ptr_equal(pn_list_get(list, 100), number(1)); /* counts on from the start */
  pn_list_set(list, 41, number(-1));
  assert_ptr_equal(pn_list_get(list, 41), number(-1));
  assert_int_equal(pn_list_index(list, number(-1)), 41);
  assert_int_equal(pn_list_index(list, number(42)), -1);
  assert_ptr_equal(pn_list_pop(list), number(100));
  assert_int_equal(pn_list_size(list), 99);
  pn_free(list);
}

static void what_is_deleted_leaves_no_gap(void **state) {
  (void)state;
  pn_list_t *list = numbers(1, 6);
  pn_list_del(list, 1, 2);
  assert_numbers(list, 4, (const intptr_t[]){1, 4, 5, 6});
  pn_list_del(list, 3, 9); /* as many as there are */
  assert_numbers(list, 3, (const intptr_t[]){1, 4, 5});
  pn_list_del(list, 0, -1);
  assert_true(pn_list_remove(list, number(4)));
  assert_false(pn_list_remove(list, number(4)));
  assert_numbers(list, 2, (const intptr_t[]){1, 5});
  pn_list_clear(list);
  assert_int_equal(pn_list_size(list), 0);
  pn_free(list);
}

static void an_empty_list_has_no_positions(void **state) {
  (void)state;
  pn_list_t *list = pn_list(PN_OBJECT, 10);
  assert_null(pn_list_get(list, 0));
  pn_list_set(list, 0, list);
  pn_list_del(list, 0, 1);
  assert_null(pn_list_pop(list));
  assert_null(pn_list_minpop(list));
  assert_int_equal(pn_list_index(list, list), -1);
  assert_int_equal(pn_list_size(list), 0);
  assert_shows(list, "[]");
  pn_free(list);
}

static void each_value_carries_a_reference(void **state) {
  (void)state;
  pn_list_t *list = pn_list(PN_OBJECT, 0);
  pn_string_t *ant = pn_string("ant"), *bee = pn_string("bee"), *same = pn_string("bee");
  pn_list_add(list, ant);
  pn_list_add(list, ant);
  pn_list_add(list, bee);
  assert_shows(list, "[\"ant\", \"ant\", \"bee\"]");
  assert_int_equal(pn_refcount(ant), 3);
  assert_int_equal(pn_list_index(list, same), 2); /* found by its text */
  pn_list_set(list, 0, same);
  assert_int_equal(pn_refcount(ant), 2);
  assert_int_equal(pn_refcount(same), 2);
  assert_true(pn_list_remove(list, bee)); /* the first equal one */
  assert_int_equal(pn_refcount(same), 1);
  assert_ptr_equal(pn_list_pop(list), bee); /* with its reference */
  assert_int_equal(pn_decref(bee), 1);
  pn_free(list);
  assert_int_equal(pn_refcount(ant), 1);
  pn_free(ant);
  pn_free(bee);
  pn_free(same);
}

/* The last reference may be the list's own. */
static void a_value_may_live_by_the_list_alone(void **state) {
  (void)state;
  pn_list_t *list = pn_list(PN_OBJECT, 0);
  pn_string_t *ant = pn_string("ant");
  pn_list_add(list, ant);
  pn_decref(ant);
  pn_list_set(list, 0, ant);
  assert_shows(list, "[\"ant\"]");
  pn_free(list);
}

static void lists_are_compared_by_what_they_hold(void **state) {
  (void)state;
  pn_list_t *a = pn_list(PN_OBJECT, 0), *b = pn_list(PN_OBJECT, 0);
  pn_string_t *ant = pn_string("ant"), *same = pn_string("ant"), *bee = pn_string("bee");
  assert_true(pn_equals(a, b));
  pn_list_add(a, ant);
  assert_true(pn_compare(a, b) < 0); /* the longer comes first */
  assert_true(pn_compare(b, a) > 0);
  pn_list_add(b, same);
  assert_true(pn_equals(a, b));
  assert_int_equal(pn_hashcode(a), pn_hashcode(b));
  pn_list_set(b, 0, bee);
  assert_true(pn_compare(a, b) < 0);
  pn_free(a);
  pn_free(b);
  pn_free(ant);
  pn_free(same);
  pn_free(bee);
}

static void an_iterator_walks_the_list(void **state) {
  (void)state;
  pn_list_t *list = numbers(1, 5);
  pn_iterator_t *iterator = pn_iterator();
  pn_list_iterator(list, iterator);
  for (intptr_t n = 1; n <= 5; n++) assert_ptr_equal(pn_iterator_next(iterator), number(n));
  assert_null(pn_iterator_next(iterator));
  pn_free(iterator);
  pn_free(list);
}

static void a_heap_gives_the_least_first(void **state) {
  (void)state;
  for (intptr_t size = 1; size < 40; size++) {
    pn_list_t *heap = pn_list(PN_VOID, 0);
    for (intptr_t n = 0; n < size; n++) pn_list_minpush(heap, number(1 + n * 23 % 41));
    intptr_t last = 0;
    while (pn_list_size(heap) > 0) {
      const intptr_t least = (intptr_t)pn_list_minpop(heap);
      assert_true(least > last);
      last = least;
    }
    pn_free(heap);
  }
}

static void without_memory_a_list_stays_as_it_was(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_list_t *list = pn_list(PN_VOID, 2);
    refusals += list == NULL;
    if (!list) continue;
    size_t added = 0;
    for (intptr_t n = 0; n < 20; n++) {
      const int status = pn_list_add(list, number(n));
      assert_true(status == 0 || (status == PN_OUT_OF_MEMORY && scarce_refused()));
      added += status == 0;
      refusals += status != 0;
      assert_int_equal(pn_list_size(list), added);
    }
    pn_list_minpush(list, number(-1));
    assert_true(pn_list_size(list) == added + 1 || scarce_refused());
    pn_iterator_t *iterator = pn_iterator();
    if (iterator) {
      pn_list_iterator(list, iterator);
      if (!scarce_refused()) assert_non_null(pn_iterator_next(iterator));
      pn_iterator_next(iterator);
    }
    pn_free(iterator);
    pn_free(list);
  }
  assert_true(refusals > 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_lie_in_the_order_they_were_added),
      cmocka_unit_test(what_is_deleted_leaves_no_gap),
      cmocka_unit_test(an_empty_list_has_no_positions),
      cmocka_unit_test(each_value_carries_a_reference),
      cmocka_unit_test(a_value_may_live_by_the_list_alone),
      cmocka_unit_test(lists_are_compared_by_what_they_hold),
      cmocka_unit_test(an_iterator_walks_the_list),
      cmocka_unit_test(a_heap_gives_the_least_first),
      cmocka_unit_test(without_memory_a_list_stays_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
