/* pool.h: blocks of memory that come back: events, deliveries, pages of deliveries, buffers for input and output.
 *
 * Each thread has one pool: a free list for each power of two from 64 bytes to 1 MiB, bounded in what it keeps, so that
 * the steady state allocates nothing and an idle connection holds nothing. A block may be taken by one thread and given
 * back by another. Larger blocks go straight to malloc. Built with AddressSanitizer, every block does. */
#ifndef BARYON_BASE_POOL_H
#define BARYON_BASE_POOL_H

#include "base/compiler.h"
#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#  define PNI_POOLED 0
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define PNI_POOLED 0
#  endif
#endif
#ifndef PNI_POOLED
#  define PNI_POOLED 1
#endif

enum {
  PNI_POOL_SMALLEST = 6,
  PNI_POOL_LARGEST = 20,
  PNI_POOL_CLASSES = PNI_POOL_LARGEST - PNI_POOL_SMALLEST + 1
};

struct pni_pool_block {
  struct pni_pool_block *next;
};

/* The calling thread's. Of each class `room` more blocks are kept: 0 until the first is given back. */
struct pni_pool {
  struct pni_pool_block *free[PNI_POOL_CLASSES];
  unsigned room[PNI_POOL_CLASSES];
};
extern PNI_THREAD_LOCAL struct pni_pool pni_pool;

/* The class of blocks of that size; PNI_POOL_CLASSES and more if it is too large for any. */
PNI_INLINE unsigned pni_pool_class(size_t size) {
  if (size <= (size_t)1 << PNI_POOL_SMALLEST) return 0;
  return PNI_LOG2(size - 1) + 1 - PNI_POOL_SMALLEST;
}

/* How much a block taken for `size` bytes really holds. */
PNI_INLINE size_t pni_pool_room(size_t size) {
  const unsigned class = pni_pool_class(size);
  return class < PNI_POOL_CLASSES ? (size_t)1 << (class + PNI_POOL_SMALLEST) : size;
}

/* When the lists do not serve. */
void *pni_pool_take_slow(size_t size);
void pni_pool_give_slow(void *block, size_t size);

/* A block that is kept; NULL if none is. */
PNI_INLINE void *pni_pool_at_hand(size_t size) {
  const unsigned class = pni_pool_class(size);
  if (!PNI_POOLED || PNI_UNLIKELY(class >= PNI_POOL_CLASSES)) return NULL;
  struct pni_pool_block *const block = pni_pool.free[class];
  if (PNI_UNLIKELY(!block)) return NULL;
  pni_pool.free[class] = block->next;
  pni_pool.room[class]++;
  return block;
}

/* A block of at least `size` bytes, not cleared; NULL without memory. */
PNI_INLINE void *pni_pool_take(size_t size) {
  void *const block = pni_pool_at_hand(size);
  return PNI_LIKELY(block != NULL) ? block : pni_pool_take_slow(size);
}

/* Whether a block of that size will be kept. */
PNI_INLINE bool pni_pool_keeps(size_t size) {
  return PNI_POOLED && pni_pool_class(size) < PNI_POOL_CLASSES && pni_pool.room[pni_pool_class(size)] > 0;
}

/* Give back a block that was taken for `size` bytes. NULL is let pass. */
/* NOLINTNEXTLINE(misc-no-recursion): see pni_pool_give_slow */
PNI_INLINE void pni_pool_give(void *memory, size_t size) {
  const unsigned class = pni_pool_class(size);
  if (PNI_POOLED && PNI_LIKELY(memory && class < PNI_POOL_CLASSES && pni_pool.room[class] > 0)) {
    struct pni_pool_block *block = memory;
    block->next = pni_pool.free[class];
    pni_pool.free[class] = block;
    pni_pool.room[class]--;
  } else {
    pni_pool_give_slow(memory, size);
  }
}

/* Blocks of one size that are to go back together. */
struct pni_pool_chain {
  struct pni_pool_block *first, *last;
  unsigned count;
};

PNI_INLINE void pni_pool_chain_add(struct pni_pool_chain *chain, void *memory) {
  struct pni_pool_block *const block = memory;
  if (chain->count++ == 0) chain->last = block;
  block->next = chain->first;
  chain->first = block;
}
void pni_pool_give_chain(struct pni_pool_chain *chain, size_t size);

/* Free all that the calling thread's pool keeps; it does so itself when the thread ends. */
void pni_pool_trim(void);

#endif
