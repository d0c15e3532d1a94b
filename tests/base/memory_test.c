/* memory_test.c: memory that grows, keeps what it holds and fails without a trace. */
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t asked; /* octets of the last call */
static bool no_memory;

void *__wrap_realloc(void *old, size_t size) {
  asked = size;
  return no_memory ? NULL : __real_realloc(old, size);
}

static int setup(void **state) {
  (void)state;
  asked = 0;
  no_memory = false;
  return 0;
}

static void first_room_is_what_is_needed(void **state) {
  (void)state;
  void *array = NULL;
  size_t capacity = 0;
  assert_int_equal(pni_grow(&array, &capacity, 3, sizeof(uint32_t)), PNI_OK);
  assert_non_null(array);
  assert_int_equal(capacity, 3);
  assert_int_equal(asked, 3 * sizeof(uint32_t));
  free(array);
}

static void enough_room_is_left_alone(void **state) {
  (void)state;
  char held[4];
  void *array = held;
  size_t capacity = sizeof held;
  assert_int_equal(pni_grow(&array, &capacity, 4, 1), PNI_OK);
  assert_int_equal(pni_grow(&array, &capacity, 0, 1), PNI_OK);
  assert_ptr_equal(array, held);
  assert_int_equal(capacity, 4);
  assert_int_equal(asked, 0);
}

/* Appending one by one reallocates as often as the size doubles, and every element survives. */
static void appending_doubles(void **state) {
  (void)state;
  enum { ELEMENTS = 1000 };
  uint32_t *array = NULL;
  size_t capacity = 0;
  unsigned reallocations = 0;
  for (uint32_t i = 0; i < ELEMENTS; i++) {
    const size_t before = capacity;
    void *grown = array;
    assert_int_equal(pni_grow(&grown, &capacity, i + 1, sizeof *array), PNI_OK);
    array = grown;
    array[i] = i;
    if (capacity != before) {
      assert_true(capacity >= 2 * before);
      reallocations++;
    }
  }
  assert_true(reallocations <= 11);
  for (uint32_t i = 0; i < ELEMENTS; i++) assert_int_equal(array[i], i);
  free(array);
}

static void more_than_a_doubling_is_given_at_once(void **state) {
  (void)state;
  void *array = NULL;
  size_t capacity = 0;
  assert_int_equal(pni_grow(&array, &capacity, 2, 1), PNI_OK);
  assert_int_equal(pni_grow(&array, &capacity, 100, 1), PNI_OK);
  assert_int_equal(capacity, 100);
  free(array);
}

static void failure_changes_nothing(void **state) {
  (void)state;
  void *array = NULL;
  size_t capacity = 0;
  assert_int_equal(pni_grow(&array, &capacity, 1, 1), PNI_OK);
  *(char *)array = 'x';
  void *const before = array;
  no_memory = true;
  assert_int_equal(pni_grow(&array, &capacity, 2, 1), PNI_NO_MEMORY);
  assert_ptr_equal(array, before);
  assert_int_equal(capacity, 1);
  assert_int_equal(*(char *)array, 'x');
  free(array);
}

/* A size that cannot be counted in octets is refused before anybody is asked for it. */
static void sizes_do_not_wrap(void **state) {
  (void)state;
  void *array = NULL;
  size_t capacity = 0;
  assert_int_equal(pni_grow(&array, &capacity, SIZE_MAX / 8 + 1, 8), PNI_NO_MEMORY);
  assert_int_equal(pni_grow(&array, &capacity, SIZE_MAX, 2), PNI_NO_MEMORY);
  capacity = SIZE_MAX / 2 + 1;
  assert_int_equal(pni_grow(&array, &capacity, SIZE_MAX, 16), PNI_NO_MEMORY);
  assert_int_equal(capacity, SIZE_MAX / 2 + 1);
  assert_null(array);
  assert_int_equal(asked, 0);
}

static void string_is_replaced_by_a_copy(void **state) {
  (void)state;
  char *place = NULL;
  assert_int_equal(pni_keep_string(&place, "one"), PNI_OK);
  assert_string_equal(place, "one");
  assert_int_equal(pni_keep_string(&place, place + 1), PNI_OK); /* a part of itself */
  assert_string_equal(place, "ne");
  assert_int_equal(pni_keep_bytes(&place, "a\0b", 3), PNI_OK);
  assert_memory_equal(place, "a\0b", 4);
  assert_int_equal(pni_keep_bytes(&place, "", 0), PNI_OK);
  assert_string_equal(place, "");
  assert_int_equal(pni_keep_bytes(&place, "x", SIZE_MAX), PNI_NO_MEMORY);
  assert_string_equal(place, "");
  assert_int_equal(pni_keep_string(&place, NULL), PNI_OK);
  assert_null(place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(first_room_is_what_is_needed, setup),
      cmocka_unit_test_setup(enough_room_is_left_alone, setup),
      cmocka_unit_test_setup(appending_doubles, setup),
      cmocka_unit_test_setup(more_than_a_doubling_is_given_at_once, setup),
      cmocka_unit_test_setup(failure_changes_nothing, setup),
      cmocka_unit_test_setup(sizes_do_not_wrap, setup),
      cmocka_unit_test_setup(string_is_replaced_by_a_copy, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
