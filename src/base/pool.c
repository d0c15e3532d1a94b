/* pool.c: one pool of blocks for each thread.
 *
 * Invariant: a list and the room left in it make KEPT bytes, or KEPT_LARGE blocks if that is more, so what a burst needed beyond that goes back to malloc. The first
 * block that a thread gives back makes the room, and registers the pool for release at the thread's end. */
#include "base/pool.h"

#include <stdlib.h>
#include <threads.h>

/* Large payloads travel in a few large blocks, which malloc would map and unmap each time. */
enum { KEPT = 256 * 1024, KEPT_LARGE = 4 };

PNI_THREAD_LOCAL struct pni_pool pni_pool;
static PNI_THREAD_LOCAL bool registered;

static tss_t at_end;
static once_flag at_end_once = ONCE_FLAG_INIT;

void pni_pool_trim(void) {
  for (unsigned class = 0; class < PNI_POOL_CLASSES; class ++) {
    while (pni_pool.free[class]) {
      struct pni_pool_block *block = pni_pool.free[class];
      pni_pool.free[class] = block->next;
      pni_pool.room[class]++;
      free(block);
    }
  }
}

/* Other libraries' destructors may still give blocks back after this one: there is no room for them then. */
static void trim_at_end(void *unused) {
  (void)unused;
  pni_pool_trim();
  for (unsigned class = 0; class < PNI_POOL_CLASSES; class ++) pni_pool.room[class] = 0;
}

static void make_key(void) {
  if (tss_create(&at_end, trim_at_end) != thrd_success) abort();
}

/* Make room, once; without the means to release it at the thread's end there is none. */
static bool prepare(void) {
  if (registered) return false;
  registered = true;
  call_once(&at_end_once, make_key);
  if (tss_set(at_end, &pni_pool) != thrd_success) return false;
  for (unsigned class = 0; class < PNI_POOL_CLASSES; class ++) {
    const unsigned blocks = (unsigned)KEPT >> (class + PNI_POOL_SMALLEST);
    pni_pool.room[class] = blocks > KEPT_LARGE ? blocks : KEPT_LARGE;
  }
  return true;
}

void pni_pool_give_chain(struct pni_pool_chain *chain, size_t size) {
  const unsigned class = pni_pool_class(size);
  if (PNI_POOLED && class < PNI_POOL_CLASSES && chain->count > 0 && pni_pool.room[class] >= chain->count) {
    chain->last->next = pni_pool.free[class];
    pni_pool.free[class] = chain->first;
    pni_pool.room[class] -= chain->count;
    return;
  }
  for (; chain->count > 0; chain->count--) {
    struct pni_pool_block *const block = chain->first;
    chain->first = block->next;
    pni_pool_give(block, size);
  }
}

void *pni_pool_take_slow(size_t size) { return malloc(pni_pool_room(size)); }

/* Comes back to the quick way once, when that has room from then on. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void pni_pool_give_slow(void *block, size_t size) {
  if (PNI_POOLED && block && prepare())
    pni_pool_give(block, size);
  else
    free(block);
}
