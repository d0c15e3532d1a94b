/* Deliveries by delivery-id: finding by arithmetic, ranges by what is live, memory by what is live. */
#include "base/pool.h"
#include "engine/delivery_ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A delivery is only pointed to: any address will do. */
static char places[1 << 16];
static pn_delivery_t *delivery(pni_serial id) { return (pn_delivery_t *)(void *)&places[id % sizeof places]; }

static void put(struct pni_delivery_ids *ids, pni_serial id) {
  assert_int_equal(pni_delivery_ids_put(ids, id, delivery(id)), PNI_OK);
}

static void what_was_put_is_found(void **state) {
  (void)state;
  struct pni_delivery_ids ids = {.next = 0};
  const pni_serial starts[] = {0, 60, INT32_MAX - 50u, UINT32_MAX - 50};
  for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
    for (pni_serial i = 0; i < 200; i++) put(&ids, starts[s] + i);
    for (pni_serial i = 0; i < 200; i++) {
      assert_ptr_equal(pni_delivery_ids_get(&ids, starts[s] + i), delivery(starts[s] + i));
    }
    assert_null(pni_delivery_ids_get(&ids, starts[s] + 200));
    for (pni_serial i = 0; i < 200; i++) pni_delivery_ids_remove(&ids, starts[s] + i);
    assert_null(pni_delivery_ids_get(&ids, starts[s]));
  }
  assert_int_equal(ids.pages.count, 0);
  pni_delivery_ids_clear(&ids);
}

/* One old delivery stays while a million come and go: one page for it, one for the newest. */
static void memory_follows_what_is_live(void **state) {
  (void)state;
  struct pni_delivery_ids ids = {.next = 0};
  put(&ids, 7);
  for (pni_serial id = 8; id < 1000000; id++) {
    put(&ids, id);
    pni_delivery_ids_remove(&ids, id);
    assert_true(ids.pages.count <= 2);
  }
  assert_true(ids.pages.mask < 16);
  assert_ptr_equal(pni_delivery_ids_get(&ids, 7), delivery(7));
  pni_delivery_ids_clear(&ids);
}

/* The live ids from first to last, as a bit for each place in `all`. */
static uint64_t live(
    struct pni_delivery_ids *ids, pni_serial first, pni_serial last, const pni_serial *all, size_t count) {
  uint64_t found = 0;
  pni_serial from = first;
  for (;;) {
    pn_delivery_t *dlv = pni_delivery_ids_next(ids, from, last);
    if (!dlv) return found;
    size_t i = 0;
    while (i < count && delivery(all[i]) != dlv) i++;
    assert_true(i < count);
    assert_true(pni_serial_distance(from, all[i]) >= 0);
    found |= (uint64_t)1 << i;
    if (all[i] == last) return found;
    from = all[i] + 1;
  }
}

static void range_yields_what_is_live_in_it(void **state) {
  (void)state;
  const pni_serial all[] = {UINT32_MAX - 70, UINT32_MAX, 0, 1, 63, 64, 200, 5000, 40000};
  const size_t count = sizeof all / sizeof all[0];
  struct pni_delivery_ids ids = {.next = 0};
  for (size_t i = 0; i < count; i++) put(&ids, all[i]);
  for (size_t first = 0; first < count; first++) {
    for (size_t last = first; last < count; last++) {
      const uint64_t expected = ((uint64_t)2 << last) - ((uint64_t)1 << first);
      assert_int_equal(live(&ids, all[first], all[last], all, count), expected);
    }
  }
  /* A range of two thousand million ids around a handful costs a handful of steps. */
  assert_int_equal(live(&ids, UINT32_MAX - 100, INT32_MAX - 200u, all, count), ((uint64_t)1 << count) - 1);
  assert_null(pni_delivery_ids_next(&ids, 2, 62));
  assert_null(pni_delivery_ids_next(&ids, 40001, 50000));
  pni_delivery_ids_clear(&ids);
}

static int trim(void **state) {
  (void)state;
  pni_pool_trim();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_put_is_found),
      cmocka_unit_test(memory_follows_what_is_live),
      cmocka_unit_test(range_yields_what_is_live_in_it),
  };
  return cmocka_run_group_tests(tests, NULL, trim);
}
