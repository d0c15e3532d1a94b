/* map.h: numbers to pointers: channels to sessions, handles to links, pages of deliveries.
 *
 * Open addressing with linear probing and a seed of the process's own, so that a peer that chooses the numbers cannot
 * choose the collisions. Cost and memory follow how many entries there are, never how large a number is; a map of one
 * entry, as most are, has no table at all. A zeroed map is empty. */
#ifndef BARYON_ENGINE_MAP_H
#define BARYON_ENGINE_MAP_H

#include "base/hash.h"
#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct pni_map_entry {
  void *value; /* NULL: empty */
  uint32_t key;
};

struct pni_map {
  union {
    struct pni_map_entry *entries; /* mask > 0 */
    void *value;                   /* mask == 0: the only one, or NULL */
  };
  uint32_t count;
  uint32_t mask; /* places - 1 */
  uint32_t key;  /* of the only one */
};

/* Where the value of a key is, which may be replaced by another that is not NULL; NULL if the key is not there. */
static inline void **pni_map_place(struct pni_map *map, uint32_t key) {
  if (PNI_LIKELY(map->mask == 0)) return map->value && map->key == key ? &map->value : NULL;
  uint32_t at = pni_hash_number(key) & map->mask;
  while (map->entries[at].value && map->entries[at].key != key) at = (at + 1) & map->mask;
  return map->entries[at].value ? &map->entries[at].value : NULL;
}

static inline void *pni_map_get(const struct pni_map *map, uint32_t key) {
  if (PNI_LIKELY(map->mask == 0)) return map->key == key ? map->value : NULL;
  uint32_t at = pni_hash_number(key) & map->mask;
  while (map->entries[at].value && map->entries[at].key != key) at = (at + 1) & map->mask;
  return map->entries[at].value;
}

/* For a look at all values, in no order: what is in place 0 to `mask`, NULL where nothing is. */
static inline void *pni_map_at(const struct pni_map *map, uint32_t place) {
  return map->mask == 0 ? map->value : map->entries[place].value;
}

/* Enter a value, which is not NULL, under a key that is not there yet. */
PNI_NODISCARD pni_status pni_map_put(struct pni_map *map, uint32_t key, void *value);

/* Take the key out if it is there. */
void pni_map_remove(struct pni_map *map, uint32_t key);

/* Free the table; the values are not looked at. The map is empty then. */
void pni_map_clear(struct pni_map *map);

#endif
