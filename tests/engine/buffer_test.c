/* buffer_test.c: bytes stay in order whatever is reserved, filled and dropped; an empty buffer has no block. */
#include "support/cmocka_test.h"

#include "base/pool.h"
#include "engine/buffer.h"
#include "support/scarce.h"
#include <string.h>

static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525 + 1013904223; }

static void fill(struct pni_buffer *buffer, size_t size, uint64_t *in) {
  assert_int_equal(pni_buffer_reserve(buffer, size), PNI_OK);
  assert_true(pni_buffer_room(buffer) >= size);
  for (size_t i = 0; i < size; i++) buffer->block[buffer->end++] = (uint8_t)(*in)++;
}

static void drop(struct pni_buffer *buffer, size_t size, uint64_t *out) {
  for (size_t i = 0; i < size; i++) assert_int_equal(pni_buffer_bytes(buffer)[i], (uint8_t)((*out)++));
  pni_buffer_drop(buffer, size);
}

static void bytes_leave_in_the_order_in_which_they_came(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  uint32_t seed = 1;
  for (int i = 0; i < 20000; i++) {
    const size_t held = pni_buffer_size(&buffer);
    assert_int_equal(held, in - out);
    if (next(&seed) >> 31)
      fill(&buffer, (next(&seed) >> 16) % (i % 50 == 0 ? 20000 : 300), &in);
    else
      drop(&buffer, held > 0 ? (next(&seed) >> 8) % (held + 1) : 0, &out);
  }
  pni_buffer_clear(&buffer);
}

static void empty_buffer_has_no_block(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 100, &in);
  drop(&buffer, 99, &out);
  assert_non_null(buffer.block);
  drop(&buffer, 1, &out);
  assert_null(buffer.block);
  assert_int_equal(pni_buffer_room(&buffer), 0);
}

/* What stays in front of a stream that is taken as fast as it comes never makes the block grow. */
static void stream_stays_in_its_block(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 1000, &in);
  const size_t capacity = buffer.capacity;
  for (int i = 0; i < 10000; i++) {
    fill(&buffer, 700, &in);
    drop(&buffer, 700, &out);
  }
  assert_int_equal(buffer.capacity, capacity);
  pni_buffer_clear(&buffer);
}

/* A byte taken now and then from a full block is no reason to move the rest each time. */
static void little_room_at_the_start_is_not_worth_a_move(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 4096, &in);
  drop(&buffer, 10, &out);
  fill(&buffer, 10, &in);
  assert_true(buffer.capacity >= 8192);
  pni_buffer_clear(&buffer);
}

/* What others have of a shared block stays as it is: the block is filled further, and left for another one, never reused. */
static void shared_block_is_not_overwritten(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 3000, &in);
  pn_shared_bytes_t *shared = pni_buffer_share(&buffer);
  assert_non_null(shared);
  assert_ptr_equal(pni_buffer_share(&buffer), shared);
  pn_shared_bytes_incref(shared);
  const uint8_t *kept = pni_buffer_bytes(&buffer);
  drop(&buffer, 2900, &out);
  for (int i = 0; i < 20; i++) {
    fill(&buffer, 1000, &in);
    drop(&buffer, 1000, &out);
  }
  for (unsigned i = 0; i < 2900; i++) assert_int_equal(kept[i], (uint8_t)i);
  drop(&buffer, 100, &out);
  pn_shared_bytes_decref(shared);
  pni_buffer_clear(&buffer);
}

/* Emptied early, it goes on being filled; once nobody else needs it, it may go. */
static void shared_block_goes_when_nobody_needs_it(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 1000, &in);
  pn_shared_bytes_t *shared = pni_buffer_share(&buffer);
  pn_shared_bytes_incref(shared);
  drop(&buffer, 1000, &out);
  assert_non_null(buffer.block);
  pni_buffer_trim(&buffer);
  assert_non_null(buffer.block);
  fill(&buffer, 10, &in);
  pn_shared_bytes_decref(shared);
  pni_buffer_trim(&buffer);
  assert_int_equal(pni_buffer_size(&buffer), 10);
  drop(&buffer, 10, &out);
  assert_null(buffer.block);
}

/* The beginning of a frame comes before what was read into the next block, in that block if it leaves a place. */
static void buffer_goes_on_in_the_next(void **state) {
  (void)state;
  for (size_t place = 0; place <= 2000; place += 1000) {
    for (size_t held = 0; held <= 1500; held += 500) {
      struct pni_buffer buffer = {.block = NULL}, following = {.block = NULL};
      uint64_t in = 0, out = 0;
      if (held > 0) fill(&buffer, held, &in);
      assert_int_equal(pni_buffer_renew(&following, 4096), PNI_OK);
      following.start = following.end = place;
      fill(&following, 700, &in);
      const uint8_t *block = following.block;
      assert_int_equal(pni_buffer_go_on(&buffer, &following), PNI_OK);
      assert_null(following.block);
      assert_int_equal(buffer.block == block, held <= place);
      assert_int_equal(pni_buffer_size(&buffer), held + 700);
      drop(&buffer, held + 700, &out);
    }
  }
}

static void no_memory_leaves_the_bytes_where_they_are(void **state) {
  (void)state;
  struct pni_buffer buffer = {.block = NULL};
  uint64_t in = 0, out = 0;
  fill(&buffer, 4000, &in);
  pni_pool_trim();
  for (struct scarcity run = {0}; scarce_run(&run);) {
    const pni_status status = pni_buffer_reserve(&buffer, 1 << 20);
    if (status != PNI_OK) assert_int_equal(status, PNI_NO_MEMORY);
    assert_int_equal(status != PNI_OK, scarce_refused());
    assert_int_equal(pni_buffer_size(&buffer), 4000);
    scarce_end();
  }
  assert_int_equal(pni_buffer_reserve(&buffer, SIZE_MAX - 10), PNI_NO_MEMORY);
  drop(&buffer, 4000, &out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_leave_in_the_order_in_which_they_came),
      cmocka_unit_test(empty_buffer_has_no_block),
      cmocka_unit_test(stream_stays_in_its_block),
      cmocka_unit_test(little_room_at_the_start_is_not_worth_a_move),
      cmocka_unit_test(shared_block_is_not_overwritten),
      cmocka_unit_test(shared_block_goes_when_nobody_needs_it),
      cmocka_unit_test(buffer_goes_on_in_the_next),
      cmocka_unit_test(no_memory_leaves_the_bytes_where_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
