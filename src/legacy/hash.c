/* hash.c: a map whose keys are numbers: the addresses that the class PN_VOID compares. */
#include "base/object.h"
#include "legacy/legacy.h"

static pn_map_t *map_of(pn_hash_t *hash) { return (pn_map_t *)hash; }

static void *key_of(uintptr_t number) { return (void *)number; }

pn_hash_t *pn_hash(const pn_class_t *clazz, size_t capacity, float load_factor) {
  return (pn_hash_t *)pn_map(PN_VOID, clazz, capacity, load_factor);
}

size_t pn_hash_size(pn_hash_t *hash) { return pn_map_size(map_of(hash)); }

int pn_hash_put(pn_hash_t *hash, uintptr_t key, void *value) {
  return pn_map_put(map_of(hash), key_of(key), value);
}

void *pn_hash_get(pn_hash_t *hash, uintptr_t key) { return pn_map_get(map_of(hash), key_of(key)); }

void pn_hash_del(pn_hash_t *hash, uintptr_t key) { pn_map_del(map_of(hash), key_of(key)); }

pn_handle_t pn_hash_head(pn_hash_t *hash) { return pn_map_head(map_of(hash)); }

pn_handle_t pn_hash_next(pn_hash_t *hash, pn_handle_t entry) { return pn_map_next(map_of(hash), entry); }

uintptr_t pn_hash_key(pn_hash_t *hash, pn_handle_t entry) {
  return (uintptr_t)pn_map_key(map_of(hash), entry);
}

void *pn_hash_value(pn_hash_t *hash, pn_handle_t entry) { return pn_map_value(map_of(hash), entry); }
