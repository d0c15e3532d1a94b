/* numbers_test.c: the lowest free number is the one that is given, up to a limit, whatever was taken and given back. */
#include "support/cmocka_test.h"

#include "engine/numbers.h"
#include "support/scarce.h"

static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525 + 1013904223; }

static uint32_t take(struct pni_numbers *numbers) {
  uint32_t number = 0;
  assert_int_equal(pni_numbers_take(numbers, UINT32_MAX, &number), PNI_OK);
  return number;
}

static void numbers_come_from_zero_on(void **state) {
  (void)state;
  struct pni_numbers numbers = {.first = 0};
  assert_false(pni_numbers_used(&numbers));
  for (uint32_t i = 0; i < 1000; i++) assert_int_equal(take(&numbers), i);
  assert_true(pni_numbers_used(&numbers));
  pni_numbers_clear(&numbers);
  assert_false(pni_numbers_used(&numbers));
  assert_int_equal(take(&numbers), 0);
}

static void number_that_was_given_back_comes_first(void **state) {
  (void)state;
  struct pni_numbers numbers = {.first = 0};
  for (uint32_t i = 0; i < 1000; i++) take(&numbers);
  for (uint32_t i = 0; i < 1000; i++) {
    pni_numbers_give(&numbers, i);
    assert_int_equal(take(&numbers), i);
  }
  pni_numbers_give(&numbers, 700);
  pni_numbers_give(&numbers, 3);
  pni_numbers_give(&numbers, 64);
  assert_int_equal(take(&numbers), 3);
  assert_int_equal(take(&numbers), 64);
  assert_int_equal(take(&numbers), 700);
  assert_int_equal(take(&numbers), 1000);
  pni_numbers_clear(&numbers);
}

/* A channel-max or handle-max is the highest number that may be taken. */
static void limit_is_the_last_number(void **state) {
  (void)state;
  for (uint32_t most = 0; most < 300; most++) {
    struct pni_numbers numbers = {.first = 0};
    uint32_t number = 12345;
    for (uint32_t i = 0; i <= most; i++) {
      assert_int_equal(pni_numbers_take(&numbers, most, &number), PNI_OK);
      assert_int_equal(number, i);
    }
    assert_int_equal(pni_numbers_take(&numbers, most, &number), PNI_OVERFLOW);
    assert_int_equal(number, most);
    pni_numbers_give(&numbers, most / 2);
    assert_int_equal(pni_numbers_take(&numbers, most, &number), PNI_OK);
    assert_int_equal(number, most / 2);
    pni_numbers_clear(&numbers);
  }
}

static void giving_back_what_was_never_taken_does_no_harm(void **state) {
  (void)state;
  struct pni_numbers numbers = {.first = 0};
  pni_numbers_give(&numbers, 0);
  pni_numbers_give(&numbers, UINT32_MAX);
  assert_int_equal(take(&numbers), 0);
  pni_numbers_give(&numbers, 100000);
  assert_int_equal(take(&numbers), 1);
}

static void random_takes_and_gives_agree_with_a_model(void **state) {
  (void)state;
  enum { MOST = 400 };
  static bool taken[MOST + 1];
  struct pni_numbers numbers = {.first = 0};
  uint32_t seed = 7;
  for (int i = 0; i < 300000; i++) {
    /* Mostly taking for a while, then mostly giving back. */
    if ((next(&seed) >> 16) % 100 < (i / 3000 % 2 == 0 ? 55u : 45u)) {
      uint32_t expected = 0, number = UINT32_MAX;
      while (expected <= MOST && taken[expected]) expected++;
      const pni_status status = pni_numbers_take(&numbers, MOST, &number);
      assert_int_equal(status, expected > MOST ? PNI_OVERFLOW : PNI_OK);
      if (status) continue;
      assert_int_equal(number, expected);
      taken[number] = true;
    } else {
      const uint32_t number = (next(&seed) >> 8) % (MOST + 1);
      pni_numbers_give(&numbers, number);
      taken[number] = false;
    }
  }
  pni_numbers_clear(&numbers);
}

static void first_sixty_four_need_no_memory(void **state) {
  (void)state;
  struct pni_numbers numbers = {.first = 0};
  scarce.on = scarce.for_good = true;
  scarce.plenty = 0;
  for (uint32_t i = 0; i < 64; i++) assert_int_equal(take(&numbers), i);
  uint32_t number = 0;
  assert_int_equal(pni_numbers_take(&numbers, UINT32_MAX, &number), PNI_NO_MEMORY);
  scarce.on = false;
  assert_int_equal(take(&numbers), 64);
  pni_numbers_clear(&numbers);
}

static void memory_may_run_out(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct pni_numbers numbers = {.first = 0};
    uint32_t expected = 0, number;
    for (int i = 0; i < 2000; i++) {
      const pni_status status = pni_numbers_take(&numbers, UINT32_MAX, &number);
      assert_true(status == PNI_OK || status == PNI_NO_MEMORY);
      if (status == PNI_OK) assert_int_equal(number, expected++);
    }
    pni_numbers_clear(&numbers);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_come_from_zero_on),
      cmocka_unit_test(number_that_was_given_back_comes_first),
      cmocka_unit_test(limit_is_the_last_number),
      cmocka_unit_test(giving_back_what_was_never_taken_does_no_harm),
      cmocka_unit_test(random_takes_and_gives_agree_with_a_model),
      cmocka_unit_test(first_sixty_four_need_no_memory),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
