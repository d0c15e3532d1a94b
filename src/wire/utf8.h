/* utf8.h: whether octets are the text that a string [1.6.20] or a symbol [1.6.21] must be. */
#ifndef BARYON_WIRE_UTF8_H
#define BARYON_WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Well-formed UTF-8: shortest form, no surrogates, nothing beyond U+10FFFF. */
bool pni_utf8(const uint8_t *bytes, size_t size);

#define PNI_HIGH_BITS 0x8080808080808080u

static inline uint64_t pni_eight_octets(const uint8_t *bytes) {
  uint64_t octets;
  memcpy(&octets, bytes, sizeof octets);
  return octets;
}

/* All octets below 0x80. Words that overlap spare loops over the last octets; nothing is called. */
static inline bool pni_ascii(const uint8_t *bytes, size_t size) {
  uint64_t bits;
  if (size >= 8) {
    const uint8_t *const last = bytes + size - 8;
    bits = pni_eight_octets(bytes) | pni_eight_octets(last);
    if (size > 16) {
      bits |= pni_eight_octets(bytes + 8) | pni_eight_octets(last - 8);
      if (size > 32) {
        for (bytes += 16; bytes < last - 8; bytes += 16) {
          if ((pni_eight_octets(bytes) | pni_eight_octets(bytes + 8)) & PNI_HIGH_BITS) return false;
        }
      }
    }
  } else if (size >= 4) {
    uint32_t first, last;
    memcpy(&first, bytes, sizeof first);
    memcpy(&last, bytes + size - sizeof last, sizeof last);
    bits = first | last;
  } else {
    bits = size == 0 ? 0 : bytes[0] | bytes[size / 2] | bytes[size - 1];
  }
  return !(bits & PNI_HIGH_BITS);
}

#endif
