/* map.c: numbers to pointers, by open addressing with linear probing.
 *
 * Invariants: a table has a power of two of places and is at most half full, so a search soon meets an empty one; every
 * entry is reached from the place of its hash without passing an empty one. Removal moves entries back to keep it so;
 * nothing is marked as deleted. A table that has become almost empty shrinks, so memory follows what is in it; a small one
 * stays, so that a map whose count goes up and down around a few allocates nothing. */
#include "engine/map.h"

#include <stdlib.h>

enum { FIRST_PLACES = 4, SPARSE = 16 /* places for each entry */ };

static void enter(struct pni_map *map, struct pni_map_entry entry) {
  uint32_t at = pni_hash_number(entry.key) & map->mask;
  while (map->entries[at].value) at = (at + 1) & map->mask;
  map->entries[at] = entry;
}

/* Move to a table of `places`; the map stays as it is without memory. */
static pni_status resize(struct pni_map *map, uint32_t places) {
  pni_hash_seed();
  const struct pni_map old = *map;
  struct pni_map_entry *entries = calloc(places, sizeof *entries);
  if (!entries) return PNI_NO_MEMORY;
  map->entries = entries;
  map->mask = places - 1;
  if (old.mask == 0) {
    enter(map, (struct pni_map_entry){.value = old.value, .key = old.key});
    return PNI_OK;
  }
  for (uint32_t i = 0; i <= old.mask; i++) {
    if (old.entries[i].value) enter(map, old.entries[i]);
  }
  free(old.entries);
  return PNI_OK;
}

static pni_status make_room(struct pni_map *map) {
  if (map->mask == 0) return resize(map, FIRST_PLACES);
  const uint32_t places = map->mask + 1;
  if (map->count < places / 2) return PNI_OK;
  if (places > UINT32_MAX / 2) return PNI_NO_MEMORY;
  return resize(map, places * 2);
}

pni_status pni_map_put(struct pni_map *map, uint32_t key, void *value) {
  if (map->mask == 0 && !map->value) {
    *map = (struct pni_map){.value = value, .key = key, .count = 1};
    return PNI_OK;
  }
  TRY(make_room(map));
  enter(map, (struct pni_map_entry){.value = value, .key = key});
  map->count++;
  return PNI_OK;
}

/* Fill the gap with the next entry that may stand there, until that leaves no gap before an entry. */
static void close_gap(struct pni_map *map, uint32_t gap) {
  const uint32_t mask = map->mask;
  for (uint32_t at = (gap + 1) & mask; map->entries[at].value; at = (at + 1) & mask) {
    const uint32_t home = pni_hash_number(map->entries[at].key) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    map->entries[gap] = map->entries[at];
    gap = at;
  }
  map->entries[gap].value = NULL;
}

void pni_map_remove(struct pni_map *map, uint32_t key) {
  void **place = pni_map_place(map, key);
  if (!place) return;
  map->count--;
  if (map->mask == 0) {
    map->value = NULL;
    return;
  }
  close_gap(map, (uint32_t)((struct pni_map_entry *)(void *)place - map->entries));
  const uint32_t places = map->mask + 1;
  if (places > SPARSE && map->count < places / SPARSE) {
    /* Without memory it stays large. */
    const pni_status status = resize(map, places / 4);
    (void)status;
  }
}

void pni_map_clear(struct pni_map *map) {
  if (map->mask > 0) free(map->entries);
  *map = (struct pni_map){.value = NULL};
}
