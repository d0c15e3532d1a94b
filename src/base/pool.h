/* pool.h: blocks of memory that come back: events, deliveries, pages of deliveries, buffers for input and output.
 *
 * Each thread has one pool: a free list for each power of two from 64 bytes to 64 KiB, bounded in what it keeps, so that
 * the steady state allocates nothing and an idle connection holds nothing. A block may be taken by one thread and given
 * back by another. Larger blocks go straight to malloc. Built with AddressSanitizer, every block does. */
#ifndef BARYON_BASE_POOL_H
#define BARYON_BASE_POOL_H

#include <stddef.h>

/* A block of at least `size` bytes, not cleared; NULL without memory. */
void *pni_pool_take(size_t size);

/* Give back a block that was taken for `size` bytes. NULL is let pass. */
void pni_pool_give(void *block, size_t size);

/* How much a block taken for `size` bytes really holds. */
size_t pni_pool_room(size_t size);

/* Free all that the calling thread's pool keeps; it does so itself when the thread ends. */
void pni_pool_trim(void);

#endif
