/* numbers.h: the lowest free number, for outgoing channels and handles. [2.5.1, 2.6.2]
 *
 * One bit a number; numbers that were never taken cost nothing. */
#ifndef BARYON_ENGINE_NUMBERS_H
#define BARYON_ENGINE_NUMBERS_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct pni_numbers {
  uint64_t *words; /* set: taken */
  size_t capacity; /* words */
  size_t lowest;   /* no free number lies in a word before this one */
};

/* Take the lowest free number up to and including `most`; PNI_OVERFLOW if there is none. */
PNI_NODISCARD pni_status pni_numbers_take(struct pni_numbers *numbers, uint32_t most, uint32_t *number);
void pni_numbers_give(struct pni_numbers *numbers, uint32_t number);
void pni_numbers_clear(struct pni_numbers *numbers);

#endif
