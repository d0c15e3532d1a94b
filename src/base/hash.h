/* hash.h: hashes that whoever chooses the keys cannot foresee, since they depend on random numbers of the process's own. */
#ifndef BARYON_BASE_HASH_H
#define BARYON_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Of any bytes: SipHash-1-3, folded. May be called by any thread. */
uint32_t pni_hash_bytes(const void *bytes, size_t size);

/* Of a number, cheaply: numbers in a row, or with a fixed step, are spread as well as any. Whoever makes a table that uses it
 * has called pni_hash_seed before. */
extern uint64_t pni_hash_factor, pni_hash_addend;
static inline uint32_t pni_hash_number(uint32_t number) {
  uint64_t hash = (number + pni_hash_addend) * pni_hash_factor;
  hash = (hash ^ hash >> 32) *
         0x9e3779b97f4a7c15; /* else a step would stay a step, and might fold onto itself */
  return (uint32_t)(hash >> 32);
}

/* Draw the random numbers, once. May be called by any thread. */
void pni_hash_seed(void);

#endif
