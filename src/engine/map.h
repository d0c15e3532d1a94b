/* map.h: numbers to pointers: channels to sessions, handles to links, pages of deliveries.
 *
 * Open addressing with linear probing and a seed of the process's own, so that a peer that chooses the numbers cannot
 * choose the collisions. Cost and memory follow how many entries there are, never how large a number is. */
#ifndef BARYON_ENGINE_MAP_H
#define BARYON_ENGINE_MAP_H

#include "base/hash.h"
#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct pni_map {
  struct pni_map_entry *entries; /* NULL until the first entry */
  uint32_t count;
  uint32_t mask; /* entries - 1 */
};

struct pni_map_entry {
  void *value; /* NULL: empty */
  uint32_t key;
};

/* The entry of a key, or NULL; its value may be replaced by another that is not NULL. */
static inline struct pni_map_entry *pni_map_find(const struct pni_map *map, uint32_t key) {
  if (PNI_UNLIKELY(!map->entries)) return NULL;
  uint32_t at = pni_hash_number(key) & map->mask;
  while (map->entries[at].value && map->entries[at].key != key) at = (at + 1) & map->mask;
  return map->entries[at].value ? &map->entries[at] : NULL;
}

static inline void *pni_map_get(const struct pni_map *map, uint32_t key) {
  const struct pni_map_entry *entry = pni_map_find(map, key);
  return entry ? entry->value : NULL;
}

/* Enter a value, which is not NULL, under a key that is not there yet. */
PNI_NODISCARD pni_status pni_map_put(struct pni_map *map, uint32_t key, void *value);

/* Take the key out if it is there. */
void pni_map_remove(struct pni_map *map, uint32_t key);

/* Free the table; the values are not looked at. The map is empty then. */
void pni_map_clear(struct pni_map *map);

#endif
