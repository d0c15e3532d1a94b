/* utf8.c: text checked eight octets at a time as long as it is ASCII, which most of it is. */
#include "wire/utf8.h"

/* How many octets from the start are ASCII for certain; a multiple of 8 until less than 8 are left. */
static inline size_t ascii_run(const uint8_t *bytes, size_t size) {
  size_t i = 0;
  while (size - i >= 8 && !(pni_eight_octets(bytes + i) & PNI_HIGH_BITS)) i += 8;
  while (i < size && bytes[i] < 0x80) i++;
  return i;
}

static bool continues(uint8_t octet) { return (octet & 0xc0) == 0x80; }

/* The length of the well-formed sequence at `p`, which does not start with ASCII; 0 if there is none. */
static size_t sequence(const uint8_t *p, size_t left) {
  const uint8_t lead = p[0];
  if (lead >= 0xc2 && lead <= 0xdf) return left >= 2 && continues(p[1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (left < 3 || !continues(p[1]) || !continues(p[2])) return 0;
    const bool overlong = lead == 0xe0 && p[1] < 0xa0;
    const bool surrogate = lead == 0xed && p[1] >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (left < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3])) return 0;
    const bool overlong = lead == 0xf0 && p[1] < 0x90;
    const bool beyond = lead == 0xf4 && p[1] >= 0x90;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

bool pni_utf8(const uint8_t *bytes, size_t size) {
  if (pni_ascii(bytes, size)) return true;
  for (size_t i = 0;;) {
    i += ascii_run(bytes + i, size - i);
    if (i == size) return true;
    const size_t length = sequence(bytes + i, size - i);
    if (length == 0) return false;
    i += length;
  }
}
