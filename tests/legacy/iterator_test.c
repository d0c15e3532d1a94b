/* iterator_test.c: a function with its state, walked to the end. */
#include "base/object.h"
#include "legacy/legacy.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

static void *count_down(void *state) {
  uintptr_t *left = state;
  return *left > 0 ? (void *)(*left)-- : NULL;
}

static void start(pn_iterator_t *iterator, uintptr_t from) {
  uintptr_t *left = pn_iterator_start(iterator, count_down, sizeof *left);
  assert_non_null(left);
  *left = from;
}

static void an_iterator_walks_until_its_end(void **state) {
  (void)state;
  pn_iterator_t *iterator = pn_iterator();
  assert_null(pn_iterator_next(iterator));
  start(iterator, 3);
  assert_int_equal((uintptr_t)pn_iterator_next(iterator), 3);
  assert_int_equal((uintptr_t)pn_iterator_next(iterator), 2);
  start(iterator, 9); /* begins anew */
  for (uintptr_t i = 9; i > 0; i--) assert_int_equal((uintptr_t)pn_iterator_next(iterator), i);
  assert_null(pn_iterator_next(iterator));
  assert_null(pn_iterator_next(iterator));
  pn_free(iterator);
}

static void without_memory_an_iterator_is_at_its_end(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_iterator_t *iterator = pn_iterator();
    if (iterator) {
      uintptr_t *left = pn_iterator_start(iterator, count_down, sizeof *left);
      if (left) *left = 1;
      assert_int_equal(pn_iterator_next(iterator) == NULL, scarce_refused());
    }
    refusals += scarce_refused();
    pn_free(iterator);
  }
  assert_int_equal(refusals, 2 + 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_iterator_walks_until_its_end),
      cmocka_unit_test(without_memory_an_iterator_is_at_its_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
