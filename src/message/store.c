/* store.c: bytes that do not move, cut from chunks.
 *
 * A chunk is twice as large as the one before, or larger if need be, and a slot that outgrows its room gets at least twice the room, so
 * waste is bounded by what is in use. Emptying keeps the newest chunk alone, which is larger than all the others
 * together: after a few rounds everything fits into it. */
#include "message/store.h"

#include <stdlib.h>

#define FIRST_CHUNK   ((size_t)256)
#define LARGEST_CHUNK ((size_t)UINT32_MAX) /* that is made for more than one slot's sake */

static pni_status add_chunk(struct pni_store *store, size_t size) {
  size_t capacity = store->chunk ? store->chunk->capacity : FIRST_CHUNK / 2;
  capacity = capacity > LARGEST_CHUNK / 2 ? LARGEST_CHUNK : 2 * capacity;
  if (capacity < size) capacity = size;
  struct pni_chunk *const chunk = malloc(sizeof *chunk + capacity);
  if (!chunk) return PNI_NO_MEMORY;
  chunk->older = store->chunk;
  chunk->capacity = capacity;
  store->chunk = chunk;
  store->next = chunk->octets;
  store->room = capacity;
  return PNI_OK;
}

char *pni_store_more(struct pni_store *store, unsigned slot, size_t size) {
  size_t wanted = size;
  if (pni_store_has(store, slot)) {
    if (size <= store->capacities[slot]) return store->slots[slot];
    if (wanted < 2 * store->capacities[slot]) wanted = 2 * store->capacities[slot];
  }
  if (wanted > store->room && add_chunk(store, wanted)) return NULL;
  return pni_store_take(store, slot, wanted);
}

static void free_chunks(struct pni_chunk *chunk) {
  while (chunk) {
    struct pni_chunk *const older = chunk->older;
    free(chunk);
    chunk = older;
  }
}

void pni_store_drop_older(struct pni_store *store) {
  free_chunks(store->chunk->older);
  store->chunk->older = NULL;
}

void pni_store_free(struct pni_store *store) { free_chunks(store->chunk); }
