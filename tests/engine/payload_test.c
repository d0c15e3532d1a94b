/* Bytes that wait: what goes in comes out, in order, whatever the sizes. */
#include "base/pool.h"
#include "engine/payload.h"

#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <stdint.h>
#include <string.h>

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

/* A model: what waits, octet by octet; payloads are filled and emptied in all ways, and cut, and always are what it says. */
enum { MODEL = 400000 };
static char model[MODEL];
static size_t modelled;

static char octet(uint32_t *seed) { return (char)(next(seed) >> 24); }

static void model_cut(size_t offset, size_t size) {
  memmove(model + offset, model + offset + size, modelled - offset - size);
  modelled -= size;
}

static int released;
static void count(void *context, const char *start, size_t size) {
  (void)context, (void)start, (void)size;
  released++;
}

static void check(const struct pni_payload *payload) {
  static pn_bytes_t pieces[MODEL / 1000];
  size_t at = 0;
  assert_int_equal(pni_payload_size(payload), modelled);
  const size_t found = pni_payload_pieces(payload, modelled, pieces, sizeof pieces / sizeof pieces[0]);
  for (size_t i = 0; i < found; i++) {
    assert_true(pieces[i].size > 0);
    assert_memory_equal(pieces[i].start, model + at, pieces[i].size);
    at += pieces[i].size;
  }
  assert_int_equal(at, modelled);
}

static void add(struct pni_payload *payload, uint32_t *seed, size_t size, bool shares, int *made) {
  char *bytes = model + modelled;
  for (size_t i = 0; i < size; i++) bytes[i] = octet(seed);
  if (shares && size > 0) {
    static char kept[MODEL * 4];
    static size_t used;
    if (used + size > sizeof kept) used = 0;
    memcpy(kept + used, bytes, size);
    pn_shared_bytes_t *shared = pn_shared_bytes(kept + used, size, count, NULL);
    assert_int_equal(pni_payload_share(payload, shared, kept + used, size), PNI_OK);
    pn_shared_bytes_decref(shared);
    used += size;
    ++*made;
  } else {
    assert_int_equal(pni_payload_put(payload, bytes, size), PNI_OK);
  }
  modelled += size;
}

static void move_out(struct pni_payload *payload, size_t size) {
  struct pni_segments segments;
  assert_int_equal(pni_payload_move(payload, size, &segments), PNI_OK);
  size_t at = 0;
  for (const struct pni_segment *segment = segments.first; segment; segment = segment->next) {
    assert_memory_equal(segment->start, model + at, segment->size);
    at += segment->size;
  }
  assert_int_equal(at, size);
  pni_segments_clear(&segments);
  model_cut(0, size);
}

static void payload_is_what_a_model_says(void **state) {
  (void)state;
  static char bytes[MODEL];
  for (uint32_t seed = 1; seed <= 40; seed++) {
    struct pni_payload payload = {.block = NULL};
    uint32_t draws = seed;
    int made = 0;
    released = 0;
    modelled = 0;
    for (int step = 0; step < 300; step++) {
      const uint32_t what = next(&draws) >> 28;
      const size_t usual = next(&draws) >> (what % 3 == 0 ? 16 : 23);
      if (what < 8 && modelled + usual < MODEL) {
        add(&payload, &draws, usual, what == 7, &made);
      } else if (modelled > 0) {
        const size_t size = 1 + usual % modelled;
        if (what < 11) {
          pni_payload_take(&payload, bytes, size);
          assert_memory_equal(bytes, model, size);
          model_cut(0, size);
        } else if (what < 13) {
          move_out(&payload, size);
        } else if (made == 0) { /* of shared memory only whole runs are cut */
          const size_t offset = (next(&draws) >> 8) % (modelled - size + 1);
          pni_payload_cut(&payload, offset, size);
          model_cut(offset, size);
        }
      }
      check(&payload);
    }
    pni_payload_clear(&payload);
    assert_int_equal(released, made);
    assert_int_equal(pni_payload_size(&payload), 0);
  }
}

/* Without memory nothing is lost and nothing is there twice. */
static void scarce_memory_leaves_the_payload_alone(void **state) {
  (void)state;
  static char large[3 * 1024 * 1024];
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct pni_payload payload = {.block = NULL};
    struct pni_segments moved = {NULL, NULL};
    size_t there = 0;
    pni_pool_trim();
    static const size_t sizes[] = {10, 70000, 100, sizeof large, 9000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      if (pni_payload_put(&payload, large, sizes[i]) == PNI_OK)
        there += sizes[i];
      else
        assert_true(scarce_refused());
      assert_int_equal(pni_payload_size(&payload), there);
    }
    pn_shared_bytes_t *shared = pn_shared_bytes(large, sizeof large, NULL, NULL);
    if (shared && pni_payload_share(&payload, shared, large, 20000) == PNI_OK) there += 20000;
    pn_shared_bytes_decref(shared);
    assert_int_equal(pni_payload_size(&payload), there);
    if (there > 5000) {
      if (pni_payload_move(&payload, there - 5000, &moved) == PNI_OK)
        there = 5000;
      else
        moved = (struct pni_segments){NULL, NULL};
      assert_true(there == 5000 || scarce_refused());
    }
    scarce_end();
    assert_int_equal(pni_payload_size(&payload), there);
    pni_segments_clear(&moved);
    pni_payload_clear(&payload);
  }
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
      cmocka_unit_test(payload_is_what_a_model_says),
      cmocka_unit_test(scarce_memory_leaves_the_payload_alone),
  };
  return cmocka_run_group_tests(tests, NULL, trim);
}
