/* map.c: values by keys.
 *
 * Entries lie in an array, and stay where they are until the map goes: an entry's handle is its index plus one, good across
 * puts and deletions of others. Each is in the chain of its key's bucket or in the chain of free entries. There is a bucket
 * for each entry there is room for, a power of two. Keys and values have left the map before their references are dropped. */
#include "base/memory.h"
#include "base/object.h"
#include "base/string.h"
#include "legacy/legacy.h"
#include <stdint.h>
#include <stdlib.h>

#define NONE SIZE_MAX

struct entry {
  void *key;
  void *value;
  size_t next; /* in its chain; NONE: the last */
  bool used;
};

struct pn_map_t {
  const pn_class_t *key;
  const pn_class_t *value;
  struct entry *entries;
  size_t *buckets; /* first entry of each chain, or NONE */
  size_t capacity; /* of both: 0 or a power of two */
  size_t touched;  /* entries from here on were never used */
  size_t free;     /* first free entry before that, or NONE */
  size_t size;
};

static void map_finalize(void *object) {
  pn_map_t *map = object;
  for (pn_handle_t entry = pn_map_head(map); entry; entry = pn_map_next(map, entry)) {
    pn_map_del(map, pn_map_key(map, entry));
  }
  free(map->entries);
  free(map->buckets);
}

static int map_inspect(void *object, pn_string_t *text) {
  pn_map_t *map = object;
  TRY(pn_string_addf(text, "{"));
  const char *separator = "";
  for (pn_handle_t entry = pn_map_head(map); entry; entry = pn_map_next(map, entry)) {
    TRY(pn_string_addf(text, "%s", separator));
    TRY(pn_class_inspect(map->key, pn_map_key(map, entry), text));
    TRY(pn_string_addf(text, ": "));
    TRY(pn_class_inspect(map->value, pn_map_value(map, entry), text));
    separator = ", ";
  }
  return pn_string_addf(text, "}");
}

static const pn_class_t map_class =
    PNI_CLASS("pn_map", CID_pn_map, .finalize = map_finalize, .inspect = map_inspect);

/* The bucket of a key. Addresses and small numbers differ in few bits: multiplying by the golden ratio spreads them. */
static size_t *bucket_of(const pn_map_t *map, void *key) {
  const uint64_t mixed = (uint64_t)pn_class_hashcode(map->key, key) * UINT64_C(0x9E3779B97F4A7C15);
  return &map->buckets[(size_t)(mixed >> 32) & (map->capacity - 1)];
}

static void chain(pn_map_t *map, size_t index) {
  size_t *bucket = bucket_of(map, map->entries[index].key);
  map->entries[index].next = *bucket;
  *bucket = index;
}

/* Room for so many entries, all chained anew. */
static pni_status resize(pn_map_t *map, size_t wanted) {
  size_t capacity = 16;
  while (capacity < wanted && capacity <= SIZE_MAX / 2 / sizeof(struct entry)) capacity *= 2;
  if (capacity < wanted) return PNI_NO_MEMORY;
  size_t *buckets = malloc(capacity * sizeof *buckets);
  if (!buckets) return PNI_NO_MEMORY;
  struct entry *entries = realloc(map->entries, capacity * sizeof *entries);
  if (!entries) {
    free(buckets);
    return PNI_NO_MEMORY;
  }
  free(map->buckets);
  map->entries = entries;
  map->buckets = buckets;
  map->capacity = capacity;
  for (size_t i = 0; i < capacity; i++) buckets[i] = NONE;
  for (size_t i = 0; i < map->touched; i++) {
    if (entries[i].used) chain(map, i);
  }
  return PNI_OK;
}

pn_map_t *pn_map(const pn_class_t *key, const pn_class_t *value, size_t capacity, float load_factor) {
  (void)load_factor;
  pn_map_t *map = pn_class_new(&map_class, sizeof *map);
  if (!map) return NULL;
  map->key = key;
  map->value = value;
  map->free = NONE;
  if (capacity > 0 && resize(map, capacity) != PNI_OK) {
    pn_free(map);
    return NULL;
  }
  return map;
}

size_t pn_map_size(pn_map_t *map) { return map->size; }

/* The link (of a bucket or an entry) to the entry with an equal key; NULL: none. */
static size_t *find(const pn_map_t *map, void *key) {
  if (map->size == 0) return NULL;
  for (size_t *link = bucket_of(map, key); *link != NONE; link = &map->entries[*link].next) {
    if (pn_class_equals(map->key, map->entries[*link].key, key)) return link;
  }
  return NULL;
}

/* An entry that nobody uses; only when there is one. */
static size_t take_free(pn_map_t *map) {
  if (map->free == NONE) return map->touched++;
  const size_t index = map->free;
  map->free = map->entries[index].next;
  return index;
}

int pn_map_put(pn_map_t *map, void *key, void *value) {
  const size_t *link = find(map, key);
  if (link) {
    struct entry *entry = &map->entries[*link];
    void *old = entry->value;
    entry->value = value;
    pn_class_incref(map->value, value);
    pn_class_decref(map->value, old);
    return PNI_OK;
  }
  if (map->size == map->capacity) TRY(resize(map, map->size + 1));
  const size_t index = take_free(map);
  map->entries[index] = (struct entry){.key = key, .value = value, .used = true};
  chain(map, index);
  map->size++;
  pn_class_incref(map->key, key);
  pn_class_incref(map->value, value);
  return PNI_OK;
}

void *pn_map_get(pn_map_t *map, void *key) {
  const size_t *link = find(map, key);
  return link ? map->entries[*link].value : NULL;
}

void pn_map_del(pn_map_t *map, void *key) {
  size_t *link = find(map, key);
  if (!link) return;
  const size_t index = *link;
  struct entry *entry = &map->entries[index];
  void *old_key = entry->key;
  void *old_value = entry->value;
  *link = entry->next;
  *entry = (struct entry){.next = map->free};
  map->free = index;
  map->size--;
  pn_class_decref(map->key, old_key);
  pn_class_decref(map->value, old_value);
}

/* The handle of the first used entry from an index on. */
static pn_handle_t handle_from(const pn_map_t *map, size_t index) {
  while (index < map->touched && !map->entries[index].used) index++;
  return index < map->touched ? (pn_handle_t)(uintptr_t)(index + 1) : NULL;
}

static const struct entry *entry_of(const pn_map_t *map, pn_handle_t handle) {
  return &map->entries[(uintptr_t)handle - 1];
}

pn_handle_t pn_map_head(pn_map_t *map) { return handle_from(map, 0); }

pn_handle_t pn_map_next(pn_map_t *map, pn_handle_t entry) { return handle_from(map, (uintptr_t)entry); }

void *pn_map_key(pn_map_t *map, pn_handle_t entry) { return entry_of(map, entry)->key; }

void *pn_map_value(pn_map_t *map, pn_handle_t entry) { return entry_of(map, entry)->value; }
