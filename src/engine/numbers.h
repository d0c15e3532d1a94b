/* numbers.h: the lowest free number, for outgoing channels and handles. [2.5.1, 2.6.2]
 *
 * One bit a number; numbers that were never taken cost nothing, and the first 64 need no memory of their own. Zeroed, all
 * are free. */
#ifndef BARYON_ENGINE_NUMBERS_H
#define BARYON_ENGINE_NUMBERS_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pni_numbers {
  uint64_t first; /* numbers 0 to 63; set: taken */
  uint64_t *more; /* the following ones, 64 in each */
  uint32_t words;  /* in `more` */
  uint32_t lowest; /* all numbers below 64 * lowest are taken */
};

/* Take the lowest free number up to and including `most`; PNI_OVERFLOW if there is none. */
PNI_NODISCARD pni_status pni_numbers_take(struct pni_numbers *numbers, uint32_t most, uint32_t *number);
void pni_numbers_give(struct pni_numbers *numbers, uint32_t number);
void pni_numbers_clear(struct pni_numbers *numbers);

/* Whether any number may be taken: false at first and after clearing. */
static inline bool pni_numbers_used(const struct pni_numbers *numbers) {
  return numbers->first != 0 || numbers->more;
}

#endif
