/* store.h: bytes that belong to a few numbered slots and do not move.
 *
 * What a slot was given stays at its address until the slot is given something else or the store is emptied; other slots
 * do not disturb it. Emptying keeps memory, so a store that is emptied and filled over and over stops allocating.
 * Begins zeroed. Belongs to whoever owns what it lies in. */
#ifndef BARYON_MESSAGE_STORE_H
#define BARYON_MESSAGE_STORE_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PNI_STORE_SLOTS 10

struct pni_chunk {
  struct pni_chunk *older;
  size_t capacity;
  char octets[];
};

struct pni_store {
  char *next;              /* where there is room */
  size_t room;             /* how much */
  struct pni_chunk *chunk; /* the newest and largest, which the room is in; older ones hang behind it */
  unsigned given;          /* a bit for each slot that was given something since the store was emptied */
  size_t capacities[PNI_STORE_SLOTS]; /* of those: how much room they have */
  char *slots[PNI_STORE_SLOTS];       /* and where */
};

/* Whether the slot was given something since the store was emptied. */
static inline bool pni_store_has(const struct pni_store *store, unsigned slot) {
  return store->given >> slot & 1;
}

/* Room for `size` octets in a slot that was not given anything; there must be as much room. */
static inline char *pni_store_take(struct pni_store *store, unsigned slot, size_t size) {
  char *const start = store->next;
  store->next = start + size;
  store->room -= size;
  store->given |= 1u << slot;
  store->slots[slot] = start;
  store->capacities[slot] = size;
  return start;
}

/* Room for `size` octets in a slot: what it has if that will do, with the octets that were in it, else new room, in which
 * case the old stays readable until the store is emptied. NULL if there is no memory; the slot is as before then. */
char *pni_store_more(struct pni_store *store, unsigned slot, size_t size);
static inline char *pni_store_room(struct pni_store *store, unsigned slot, size_t size) {
  if (PNI_UNLIKELY(pni_store_has(store, slot) || size > store->room))
    return pni_store_more(store, slot, size);
  return pni_store_take(store, slot, size);
}

/* Forget what all slots were given. */
void pni_store_drop_older(struct pni_store *store);
static inline void pni_store_empty(struct pni_store *store) {
  struct pni_chunk *const chunk = store->chunk;
  if (!store->given) return;
  store->given = 0;
  store->next = chunk->octets;
  store->room = chunk->capacity;
  if (PNI_UNLIKELY(chunk->older != NULL)) pni_store_drop_older(store);
}

/* Give all memory back. */
void pni_store_free(struct pni_store *store);

#endif
