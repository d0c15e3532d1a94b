/* seen_test.c: message-ids that are remembered. */
#include "cli/seen.h"
#include "support/cmocka_test.h"
#include <stdio.h>
#include <string.h>

static int add(struct seen *seen, uint64_t number, unsigned *generation) {
  char text[32];
  pn_data_t *const id = pn_data(1);
  const int length = snprintf(text, sizeof text, "id-%llu", (unsigned long long)number);
  pn_data_put_string(id, pn_bytes((size_t)length, text));
  const int result = seen_add(seen, id, generation);
  pn_data_free(id);
  return result;
}

static void the_last_are_remembered(void **state) {
  (void)state;
  struct seen *const seen = seen_begin();
  unsigned generation = 1;
  assert_int_equal(add(seen, 0, &generation), 0);
  generation = 2;
  assert_int_equal(add(seen, 0, &generation), 1);
  assert_int_equal(generation, 1); /* where it came first */
  for (uint64_t i = 1; i < SEEN_MOST; i++) {
    generation = 2;
    assert_int_equal(add(seen, i, &generation), 0);
  }
  assert_int_equal(add(seen, 0, &generation), 1); /* still there */
  assert_int_equal(add(seen, SEEN_MOST, &generation), 0);
  generation = 3;
  assert_int_equal(add(seen, 0, &generation), 0); /* the oldest has made room */
  assert_int_equal(add(seen, 2, &generation), 1);
  for (uint64_t i = 0; i < (uint64_t)3 * SEEN_MOST; i++) (void)add(seen, i * 7919, &generation);
  assert_int_equal(add(seen, ((uint64_t)3 * SEEN_MOST - 1) * 7919, &generation), 1);
  seen_end(seen);
}

static void types_differ(void **state) {
  (void)state;
  struct seen *const seen = seen_begin();
  pn_data_t *const id = pn_data(1);
  unsigned generation = 1;
  assert_int_equal(seen_add(seen, id, &generation), -1); /* no id */
  pn_data_put_string(id, pn_bytes(1, "x"));
  assert_int_equal(seen_add(seen, id, &generation), 0);
  pn_data_clear(id);
  pn_data_put_binary(id, pn_bytes(1, "x"));
  assert_int_equal(seen_add(seen, id, &generation), 0);
  assert_int_equal(seen_add(seen, id, &generation), 1);
  pn_data_free(id);
  seen_end(seen);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_last_are_remembered), cmocka_unit_test(types_differ)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
