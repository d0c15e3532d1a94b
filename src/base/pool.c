/* pool.c: one pool of blocks for each thread.
 *
 * Invariant: a list holds no more than KEPT bytes (at least one block), so what a burst needed goes back to malloc. The
 * first block that a thread gives back registers the pool for release at the thread's end. */
#include "base/pool.h"
#include "base/compiler.h"

#include <stdbool.h>
#include <stdlib.h>
#include <threads.h>

#if defined(__SANITIZE_ADDRESS__)
#  define POOLED 0
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define POOLED 0
#  endif
#endif
#ifndef POOLED
#  define POOLED 1
#endif

enum {
  SMALLEST_SHIFT = 6,
  LARGEST_SHIFT = 16,
  CLASSES = LARGEST_SHIFT - SMALLEST_SHIFT + 1,
  KEPT = 256 * 1024
};

struct block {
  struct block *next;
};

struct pool {
  struct block *free[CLASSES];
  unsigned kept[CLASSES];
  bool registered;
};

static PNI_THREAD_LOCAL struct pool pool;

static tss_t at_end;
static once_flag at_end_once = ONCE_FLAG_INIT;

void pni_pool_trim(void) {
  for (unsigned class = 0; class < CLASSES; class ++) {
    while (pool.free[class]) {
      struct block *block = pool.free[class];
      pool.free[class] = block->next;
      free(block);
    }
    pool.kept[class] = 0;
  }
}

static void trim_at_end(void *unused) {
  (void)unused;
  pni_pool_trim();
  pool.registered = false;
}

static void make_key(void) {
  if (tss_create(&at_end, trim_at_end) != thrd_success) abort();
}

/* The list for blocks of that size; CLASSES and more if there is none. */
static inline unsigned class_of(size_t size) {
  if (size <= (size_t)1 << SMALLEST_SHIFT) return 0;
  return PNI_LOG2(size - 1) + 1 - SMALLEST_SHIFT;
}

size_t pni_pool_room(size_t size) {
  const unsigned class = class_of(size);
  return class < CLASSES ? (size_t)1 << (class + SMALLEST_SHIFT) : size;
}

void *pni_pool_take(size_t size) {
  const unsigned class = class_of(size);
  if (POOLED && PNI_LIKELY(class < CLASSES)) {
    struct block *block = pool.free[class];
    if (PNI_LIKELY(block != NULL)) {
      pool.free[class] = block->next;
      pool.kept[class]--;
      return block;
    }
  }
  return malloc(pni_pool_room(size));
}

void pni_pool_give(void *memory, size_t size) {
  const unsigned class = class_of(size);
  if (!POOLED || class >= CLASSES || pool.kept[class] > (unsigned)KEPT >> (class + SMALLEST_SHIFT) ||
      !memory) {
    free(memory);
    return;
  }
  if (PNI_UNLIKELY(!pool.registered)) {
    call_once(&at_end_once, make_key);
    pool.registered = tss_set(at_end, &pool) == thrd_success;
  }
  struct block *block = memory;
  block->next = pool.free[class];
  pool.free[class] = block;
  pool.kept[class]++;
}
