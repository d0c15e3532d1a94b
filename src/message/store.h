/* store.h: bytes that belong to a few numbered slots and do not move.
 *
 * What a slot was given stays at its address until the slot is given something else or the store is emptied; other slots
 * do not disturb it. Emptying keeps memory, so a store that is emptied and filled over and over stops allocating.
 * Begins zeroed. Belongs to whoever owns what it lies in. */
#ifndef BARYON_MESSAGE_STORE_H
#define BARYON_MESSAGE_STORE_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

#define PNI_STORE_SLOTS 10

struct pni_store {
  struct pni_chunk *chunk; /* the newest and largest, in which there may be room; older ones hang behind it */
  size_t used;             /* octets of it */
  char *slots[PNI_STORE_SLOTS];       /* where each slot's room is */
  size_t capacities[PNI_STORE_SLOTS]; /* how much; 0 for a slot that was not given anything */
};

/* Room for `size` octets in a slot: what it has if that will do, with the octets that were in it, else new room, in which
 * case the old stays readable until the store is emptied. NULL if there is no memory; the slot is as before then. */
char *pni_store_room(struct pni_store *store, unsigned slot, size_t size);

/* Whether the slot was given something since the store was emptied. */
static inline int pni_store_has(const struct pni_store *store, unsigned slot) {
  return store->capacities[slot] > 0;
}

void pni_store_empty_slow(struct pni_store *store);
static inline void pni_store_empty(struct pni_store *store) {
  if (store->used > 0) pni_store_empty_slow(store);
}

/* Give all memory back. */
void pni_store_free(struct pni_store *store);

#endif
