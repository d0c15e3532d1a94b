/* writer_test.c: values into octets: the smallest encoding, exact sizes, and never an octet beyond the room. */
#include "support/octets.h"
#include "wire/reader.h"
#include "wire/samples.h"
#include "wire/walker.h"
#include "wire/writer.h"

/* Something that writes, with whatever it needs to know. */
typedef void write_fn(struct pni_writer *writer, const void *what);

/* What is written without room is counted; in a room of that size it fits exactly; in a smaller one it does not, and
 * wherever it is cut nothing is written beyond the room (the sanitizer sees to that). */
static struct octets written(write_fn *write, const void *what) {
  struct pni_writer counting = pni_writer(NULL, 0);
  write(&counting, what);
  const size_t size = counting.size;
  const size_t step = size > 4096 ? size / 64 : 1;
  for (size_t capacity = 0; capacity < size; capacity += capacity + 16 < size ? step : 1) {
    uint8_t *const room = malloc(capacity);
    struct pni_writer cut = pni_writer(room, capacity);
    write(&cut, what);
    assert_int_equal(cut.size, size);
    assert_false(pni_writer_fits(&cut));
    free(room);
  }
  struct octets whole = {.start = malloc(size), .size = size};
  assert_non_null(whole.start);
  struct pni_writer exact = pni_writer(whole.start, size);
  write(&exact, what);
  assert_int_equal(exact.size, size);
  assert_true(pni_writer_fits(&exact));
  struct pni_reader reader = pni_reader(whole.start, whole.size);
  assert_int_equal(pni_walk_over(&reader), PNI_OK);
  assert_int_equal(pni_reader_left(&reader), 0);
  return whole;
}

static void write_atom(struct pni_writer *writer, const void *atom) { pni_write_atom(writer, atom); }

static void scalars_take_their_smallest_encoding(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLES; i++) {
    struct octets expected = octets_of(samples[i].encoded);
    struct octets found = written(write_atom, &samples[i].atom);
    if (samples[i].kind == SMALLEST)
      assert_octets(found.start, found.size, &expected);
    else
      assert_true(found.size < expected.size);
    octets_free(&found);
    octets_free(&expected);
  }
}

/* An atom in the payload of any of its type's encodings: what an array's elements are made of. */
static void payloads_take_any_encoding(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLES; i++) {
    struct octets sample = octets_of(samples[i].encoded);
    struct pni_writer counting = pni_writer(NULL, 0);
    pni_write_payload(&counting, sample.start[0], &samples[i].atom);
    assert_int_equal(counting.size, sample.size - 1);
    struct octets found = {.start = malloc(sample.size), .size = sample.size};
    struct pni_writer writer = pni_writer(found.start, found.size);
    pni_write_octet(&writer, sample.start[0]);
    pni_write_payload(&writer, sample.start[0], &samples[i].atom);
    assert_true(pni_writer_fits(&writer));
    assert_octets(found.start, writer.size, &sample);
    octets_free(&found);
    octets_free(&sample);
  }
}

static void what_is_no_scalar_is_written_as_null(void **state) {
  (void)state;
  static const pn_type_t types[] = {PN_LIST, PN_MAP, PN_ARRAY, PN_DESCRIBED, PN_INVALID};
  struct octets null = octets_of("40");
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    const pn_atom_t atom = {.type = types[i]};
    struct octets found = written(write_atom, &atom);
    assert_octets(found.start, found.size, &null);
    octets_free(&found);
  }
  octets_free(&null);
}

/* Up to 255 octets have a size of one octet, from 256 on of four; so it is for all three types that have octets. */
static void bytes_widen_at_256(void **state) {
  (void)state;
  static const pn_type_t types[] = {PN_BINARY, PN_STRING, PN_SYMBOL};
  static const uint8_t narrow[] = {PNI_VBIN8, PNI_STR8, PNI_SYM8};
  static const uint8_t wide[] = {PNI_VBIN32, PNI_STR32, PNI_SYM32};
  static const uint32_t sizes[] = {0, 1, 254, 255, 256, 257, 65535, 65536, 70000};
  for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      char *const text = malloc(sizes[i]);
      memset(text, 'x', sizes[i]);
      const pn_atom_t atom = {.type = types[t], .u.as_bytes = pn_bytes(sizes[i], text)};
      struct octets found = written(write_atom, &atom);
      const size_t head = sizes[i] <= 255 ? 2 : 5;
      assert_int_equal(found.size, head + sizes[i]);
      assert_int_equal(found.start[0], sizes[i] <= 255 ? narrow[t] : wide[t]);
      assert_int_equal(sizes[i] <= 255 ? found.start[1] : pni_load32(found.start + 1), sizes[i]);
      assert_memory_equal(found.start + head, text, sizes[i]);
      octets_free(&found);
      free(text);
    }
  }
}

/* A list, map or array of so many nulls, and a binary of so many octets if that is not negative. */
struct compound {
  uint8_t code;
  uint32_t nulls;
  int binary;
};

static void write_compound(struct pni_writer *writer, const void *what) {
  static const char octets[512];
  const struct compound *const compound = what;
  const size_t at = pni_write_open(writer);
  if (compound->code == PNI_ARRAY8) pni_write_octet(writer, PNI_NULL);
  if (compound->code != PNI_ARRAY8) {
    for (uint32_t i = 0; i < compound->nulls; i++) pni_write_null(writer);
  }
  if (compound->binary >= 0) pni_write_bytes(writer, PNI_VBIN8, pn_bytes((size_t)compound->binary, octets));
  pni_write_close(writer, at, compound->code, compound->nulls + (compound->binary >= 0));
}

static void assert_compound(uint8_t code, uint32_t nulls, int binary, const char *head, size_t items) {
  const struct compound compound = {code, nulls, binary};
  struct octets found = written(write_compound, &compound);
  struct octets expected = octets_of(head);
  assert_true(found.size >= expected.size);
  assert_octets(found.start, expected.size, &expected);
  assert_int_equal(found.size, expected.size + items);
  octets_free(&expected);
  octets_free(&found);
}

static void lists_take_the_smallest_head(void **state) {
  (void)state;
  assert_compound(PNI_LIST8, 0, -1, "45", 0);
  assert_compound(PNI_LIST8, 1, -1, "c0 02 01", 1);
  assert_compound(PNI_LIST8, 254, -1, "c0 ff fe", 254);
  assert_compound(PNI_LIST8, 255, -1, "d0 00000103 000000ff", 255); /* one octet of size too few */
  assert_compound(PNI_LIST8, 256, -1, "d0 00000104 00000100", 256);
  assert_compound(PNI_LIST8, 0, 252, "c0 ff 01", 254);
  assert_compound(PNI_LIST8, 0, 253, "d0 00000103 00000001", 255);
  assert_compound(PNI_LIST8, 70000, -1, "d0 00011174 00011170", 70000);
}

static void maps_take_the_smallest_head(void **state) {
  (void)state;
  assert_compound(PNI_MAP8, 0, -1, "c1 01 00", 0);
  assert_compound(PNI_MAP8, 2, -1, "c1 03 02", 2);
  assert_compound(PNI_MAP8, 254, -1, "c1 ff fe", 254);
  assert_compound(PNI_MAP8, 256, -1, "d1 00000104 00000100", 256);
  assert_compound(PNI_MAP8, 1, 251, "c1 ff 02", 254);
  assert_compound(PNI_MAP8, 1, 252, "d1 00000103 00000002", 255);
}

/* The count of an array can reach the limit of its octet before the size does. */
static void arrays_take_the_smallest_head(void **state) {
  (void)state;
  assert_compound(PNI_ARRAY8, 0, -1, "e0 02 00 40", 0);
  assert_compound(PNI_ARRAY8, 255, -1, "e0 02 ff 40", 0);
  assert_compound(PNI_ARRAY8, 256, -1, "f0 00000005 00000100 40", 0);
}

/* Many lists in one another, each written where the head of the outer may yet widen: all of them end up in place. */
static void write_nested(struct pni_writer *writer, const void *what) {
  enum { DEPTH = 100 };
  size_t at[DEPTH];
  for (unsigned i = 0; i < DEPTH; i++) at[i] = pni_write_open(writer);
  for (unsigned i = DEPTH; i-- > 0;) {
    pni_write_uint(writer, i * *(const uint32_t *)what);
    pni_write_bool(writer, i % 2 == 0);
    pni_write_close(writer, at[i], PNI_LIST8, i == DEPTH - 1 ? 2 : 3);
  }
}

static void nested_lists_widen_one_by_one(void **state) {
  (void)state;
  for (uint32_t factor = 0; factor < 4; factor++) {
    struct octets found = written(write_nested, &factor);
    struct pni_reader reader = pni_reader(found.start, found.size);
    struct pni_walker walker;
    struct pni_step step;
    uint32_t uints = 0;
    pni_walk(&walker, &reader);
    do {
      assert_int_equal(pni_walk_step(&walker, &step), PNI_OK);
      if (step.kind == PNI_STEP_SCALAR && step.value.type == PN_UINT) {
        assert_int_equal(pni_value_unsigned(&step.value), (99 - uints++) * factor);
      }
    } while (pni_walk_more(&walker));
    assert_int_equal(uints, 100);
    octets_free(&found);
  }
}

/* An empty list shrinks as it is closed: what is then within the room is written there. */
static void write_empty_lists(struct pni_writer *writer, const void *what) {
  (void)what;
  const size_t outer = pni_write_open(writer);
  for (unsigned i = 0; i < 3; i++) {
    const size_t at = pni_write_open(writer);
    pni_write_close(writer, at, PNI_LIST8, 0);
  }
  pni_write_close(writer, outer, PNI_LIST8, 3);
}

static void empty_lists_fit_where_their_octet_fits(void **state) {
  (void)state;
  struct octets expected = octets_of("c0 04 03 45 45 45");
  struct octets found = written(write_empty_lists, NULL);
  assert_octets(found.start, found.size, &expected);
  octets_free(&found);
  octets_free(&expected);
}

static void write_described(struct pni_writer *writer, const void *what) {
  (void)what;
  pni_write_descriptor(writer, 0x24);
  const size_t at = pni_write_open(writer);
  pni_write_close(writer, at, PNI_LIST8, 0);
}

static void descriptors_are_small_numbers(void **state) {
  (void)state;
  struct octets expected = octets_of("00 53 24 45");
  struct octets found = written(write_described, NULL);
  assert_octets(found.start, found.size, &expected);
  octets_free(&found);
  octets_free(&expected);
}

static void numbers_are_stored_high_octet_first(void **state) {
  (void)state;
  uint8_t found[14];
  struct octets expected = octets_of("8182 83848586 8788898a8b8c8d8e");
  pni_store16(found, 0x8182);
  pni_store32(found + 2, 0x83848586);
  pni_store64(found + 6, 0x8788898a8b8c8d8e);
  assert_octets(found, sizeof found, &expected);
  octets_free(&expected);
}

static void nothing_fits_nowhere(void **state) {
  (void)state;
  struct pni_writer writer = pni_writer(NULL, 0);
  assert_true(pni_writer_fits(&writer));
  pni_write_raw(&writer, NULL, 0);
  assert_true(pni_writer_fits(&writer));
  pni_write_raw(&writer, "x", 1);
  assert_false(pni_writer_fits(&writer));
  assert_int_equal(writer.size, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalars_take_their_smallest_encoding),
      cmocka_unit_test(payloads_take_any_encoding),
      cmocka_unit_test(what_is_no_scalar_is_written_as_null),
      cmocka_unit_test(bytes_widen_at_256),
      cmocka_unit_test(lists_take_the_smallest_head),
      cmocka_unit_test(maps_take_the_smallest_head),
      cmocka_unit_test(arrays_take_the_smallest_head),
      cmocka_unit_test(nested_lists_widen_one_by_one),
      cmocka_unit_test(empty_lists_fit_where_their_octet_fits),
      cmocka_unit_test(descriptors_are_small_numbers),
      cmocka_unit_test(numbers_are_stored_high_octet_first),
      cmocka_unit_test(nothing_fits_nowhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
