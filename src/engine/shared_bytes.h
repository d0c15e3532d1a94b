/* shared_bytes.h: pn_shared_bytes_t inside: the program's memory, or a block of the pool that several runs of bytes lie in. */
#ifndef BARYON_ENGINE_SHARED_BYTES_H
#define BARYON_ENGINE_SHARED_BYTES_H

#include <baryon/link.h>
#include <stdatomic.h>
#include <stdbool.h>

struct pn_shared_bytes_t {
  atomic_size_t count;
  const char *start;
  size_t size;
  pn_shared_bytes_release_t release;
  void *context;
};

/* A block that was taken from the pool for `capacity` bytes becomes counted, and goes back with the last reference. NULL
 * without memory: the block is still the caller's. */
pn_shared_bytes_t *pni_shared_block(void *block, size_t capacity);

/* Whether there is no reference but the caller's; then nobody can get another one, but from the caller. */
static inline bool pni_shared_by_none(const pn_shared_bytes_t *bytes) {
  return atomic_load_explicit(&bytes->count, memory_order_acquire) == 1;
}

#endif
