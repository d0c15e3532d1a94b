/* Bytes that wait: what goes in comes out, in order, whatever the sizes. */
#include "base/pool.h"
#include "engine/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525 + 1013904223; }

/* Puts and takes of random sizes, checked byte by byte by their number in the stream. */
static void bytes_come_out_in_the_order_they_went_in(void **state) {
  (void)state;
  static char bytes[200000];
  struct pni_payload payload = {0};
  uint32_t seed = 1;
  size_t in = 0, out = 0;
  for (int step = 0; step < 3000; step++) {
    const size_t size = (next(&seed) >> 8) % (step % 100 == 0 ? sizeof bytes : 700);
    if (next(&seed) >> 31) {
      for (size_t i = 0; i < size; i++) bytes[i] = (char)((in + i) * 7);
      assert_int_equal(pni_payload_put(&payload, bytes, size), PNI_OK);
      in += size;
    } else {
      const size_t taken = size < in - out ? size : in - out;
      if (taken > 0) pni_payload_take(&payload, bytes, taken);
      for (size_t i = 0; i < taken; i++) assert_int_equal(bytes[i], (char)((out + i) * 7));
      out += taken;
    }
    assert_int_equal(pni_payload_size(&payload), in - out);
  }
  pni_payload_clear(&payload);
  assert_int_equal(pni_payload_size(&payload), 0);
}

/* A stream that is read as fast as it comes stays in one small block. */
static void stream_that_is_read_does_not_grow(void **state) {
  (void)state;
  char bytes[100] = {0};
  struct pni_payload payload = {0};
  assert_int_equal(pni_payload_put(&payload, bytes, sizeof bytes), PNI_OK);
  for (int step = 0; step < 10000; step++) {
    assert_int_equal(pni_payload_put(&payload, bytes, sizeof bytes), PNI_OK);
    pni_payload_take(&payload, bytes, sizeof bytes);
  }
  assert_true(payload.capacity <= 1024);
  pni_payload_clear(&payload);
}

static void dropping_needs_no_room(void **state) {
  (void)state;
  struct pni_payload payload = {0};
  assert_int_equal(pni_payload_put(&payload, "abcdef", 6), PNI_OK);
  pni_payload_take(&payload, NULL, 4);
  pn_bytes_t piece;
  assert_int_equal(pni_payload_pieces(&payload, 2, &piece, 1), 1);
  assert_memory_equal(piece.start, "ef", 2);
  pni_payload_take(&payload, NULL, 2);
  assert_null(payload.block);
  pni_payload_clear(&payload);
}

static int trim(void **state) {
  (void)state;
  pni_pool_trim();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_come_out_in_the_order_they_went_in),
      cmocka_unit_test(stream_that_is_read_does_not_grow),
      cmocka_unit_test(dropping_needs_no_room),
  };
  return cmocka_run_group_tests(tests, NULL, trim);
}
