/* mutator.c: a mutator that knows values: it puts another scalar into one and leaves all sizes right.
 *
 * Every other mutation is libFuzzer's own, on octets; those break the structure, this one keeps it, so that what lies
 * behind the checks of sizes is reached. */
#include "copy.h"
#include "wire/walker.h"

#include <stdlib.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

static uint32_t next(uint32_t *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

/* How many scalars the first value has; 0 if it is malformed. */
static size_t count_scalars(const uint8_t *bytes, size_t size) {
  struct pni_reader reader = pni_reader(bytes, size);
  struct pni_walker walker;
  struct pni_step step;
  size_t scalars = 0;
  pni_walk(&walker, &reader);
  do {
    if (pni_walk_step(&walker, &step)) return 0;
    scalars += step.kind == PNI_STEP_SCALAR;
  } while (pni_walk_more(&walker) && scalars < 10000);
  return scalars;
}

/* Numbers at the limits of encodings, and texts good and bad. */
static pn_atom_t any_atom(uint32_t *state) {
  static const uint64_t numbers[] = {0, 1, 2, 127, 128, 255, 256, 65535, 65536, INT32_MAX, UINT32_MAX,
      (uint64_t)UINT32_MAX + 1, INT64_MAX, UINT64_MAX};
  static const char *const texts[] = {
      "", "a", "amqp:error:list", "amqp:accepted:list", "x-opt-a", "\xc3\xa9", "\xff", "\xed\xa0\x80"};
  static const pn_type_t types[] = {PN_NULL, PN_BOOL, PN_UBYTE, PN_BYTE, PN_USHORT, PN_SHORT, PN_UINT, PN_INT,
      PN_CHAR, PN_ULONG, PN_LONG, PN_TIMESTAMP, PN_FLOAT, PN_DOUBLE, PN_DECIMAL32, PN_DECIMAL64, PN_UUID,
      PN_BINARY, PN_STRING, PN_SYMBOL};
  pn_atom_t atom = {.type = types[next(state) % (sizeof types / sizeof types[0])]};
  const char *const text = texts[next(state) % (sizeof texts / sizeof texts[0])];
  switch (atom.type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: atom.u.as_bytes = pn_bytes(strlen(text), text); break;
  case PN_BOOL: atom.u.as_bool = next(state) % 2 != 0; break;
  case PN_UUID: memset(&atom.u.as_uuid, (int)(next(state) % 256), sizeof atom.u.as_uuid); break;
  default: atom.u.as_ulong = numbers[next(state) % (sizeof numbers / sizeof numbers[0])];
  }
  return atom;
}

/* The first value with one scalar swapped, and what is behind it; 0 if that cannot be. */
static size_t swap_scalar(uint8_t *bytes, size_t size, size_t max_size, uint32_t *state) {
  const size_t scalars = count_scalars(bytes, size);
  uint8_t *const swapped = malloc(max_size);
  if (!swapped || scalars == 0) {
    free(swapped);
    return 0;
  }
  struct fuzz_swap swap = {.place = next(state) % scalars, .atom = any_atom(state)};
  struct pni_reader reader = pni_reader(bytes, size);
  struct pni_writer writer = pni_writer(swapped, max_size);
  const bool copied = fuzz_copy(&reader, &writer, &swap);
  pni_write_raw(&writer, reader.pos, pni_reader_left(&reader));
  const size_t written = copied && pni_writer_fits(&writer) ? writer.size : 0;
  memcpy(bytes, swapped, written);
  free(swapped);
  return written;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed) {
  uint32_t state = seed;
  if (next(&state) % 2) {
    const size_t swapped = swap_scalar(bytes, size, max_size, &state);
    if (swapped > 0) return swapped;
  }
  return LLVMFuzzerMutate(bytes, size, max_size);
}
