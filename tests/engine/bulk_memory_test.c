/* bulk_memory_test.c: large payloads while every allocation fails in turn: what has been read is right, the connection ends if
 * something is lost, and all memory that was lent comes back, once. */
#include "base/pool.h"
#include "engine/bulk.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

static void converse(struct bulk *bulk) {
  static const size_t sizes[] = {50, 200000, 10000, 70000};
  for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0] && !bulk->broken; i++) {
    pn_delivery_t *dlv = bulk_send(bulk, i % BULK_WAYS, sizes[i], 100000);
    if (!dlv) continue;
    if (i == 2) bulk_run(bulk);
    pn_link_advance(bulk->sender);
    if (i % 2 == 0) bulk_run(bulk);
  }
  bulk_run(bulk);
}

static void memory_comes_back_whatever_fails(void **state) {
  (void)state;
  bulk_scarce = true;
  for (int reads = 0; reads < BULK_WAYS; reads++) {
    for (size_t step = 0; step <= 100000; step += 100000) {
      for (struct scarcity run = {0}; scarce_run(&run);) {
        struct bulk bulk = {.step = step, .reads = (enum bulk_way)reads, .piecemeal = true};
        pni_pool_trim();
        if (bulk_start(&bulk)) converse(&bulk);
        if (!scarce_refused()) assert_int_equal(bulk.received, 4);
        bulk_end(&bulk);
        scarce_end();
        assert_int_equal(bulk_kept, 0);
      }
    }
  }
  bulk_scarce = false;
  pni_pool_trim();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(memory_comes_back_whatever_fails)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
