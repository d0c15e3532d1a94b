/* legacy.h: the collections that version 0.37 exported and binaries built for it may still call. Nothing in the library uses
 * them, and no header of theirs is installed.
 *
 * They are objects (freed with pn_free()) that hold values of a class: each value in a collection carries one reference, taken
 * and dropped as the class does it (PN_OBJECT: the object's own counting; PN_VOID: none). Values are compared as the class
 * compares. Functions that return int return 0 or PN_OUT_OF_MEMORY, and then changed nothing; those that make a
 * collection return NULL when there is no memory. Used by one thread at a time. */
#ifndef BARYON_LEGACY_LEGACY_H
#define BARYON_LEGACY_LEGACY_H

#include "base/class.h"
#include <proton/types.h>

typedef struct pn_list_t pn_list_t;
typedef struct pn_map_t pn_map_t;
typedef struct pn_hash_t pn_hash_t;
typedef struct pn_iterator_t pn_iterator_t;
typedef void *(*pn_iterator_next_t)(void *state);

/* A list: values by position, from 0. A position beyond the end counts on from the start again; in an empty list there is
 * none, so that nothing is found or changed. `capacity` is how many values to make room for at once. */
PN_EXTERN pn_list_t *pn_list(const pn_class_t *clazz, size_t capacity);
PN_EXTERN size_t pn_list_size(pn_list_t *list);
PN_EXTERN void *pn_list_get(pn_list_t *list, int index);             /* no reference is taken */
PN_EXTERN void pn_list_set(pn_list_t *list, int index, void *value); /* replaces a value */
PN_EXTERN int pn_list_add(pn_list_t *list, void *value);             /* at the end */
PN_EXTERN void *pn_list_pop(pn_list_t *list); /* the last, with its reference; NULL if empty */
PN_EXTERN ssize_t pn_list_index(pn_list_t *list, void *value); /* of the first equal one; -1: none */
PN_EXTERN bool pn_list_remove(pn_list_t *list, void *value); /* the first equal one; whether there was one */
PN_EXTERN void pn_list_del(
    pn_list_t *list, int index, int n); /* n values from index on, as many as there are */
PN_EXTERN void pn_list_clear(pn_list_t *list);
PN_EXTERN void pn_list_iterator(
    pn_list_t *list, pn_iterator_t *iter); /* over a list that then does not change */

/* A list as a heap with the least value first: push, and pop the least, with its reference (NULL if empty). A push for which
 * there is no memory does nothing. */
PN_EXTERN void pn_list_minpush(pn_list_t *list, void *value);
PN_EXTERN void *pn_list_minpop(pn_list_t *list);

/* A map: values by keys, equal as the class of the keys says. Putting under an equal key keeps the old key. Entries are walked
 * in no order to rely on, from pn_map_head() by pn_map_next() until 0; the present one may be deleted. The load factor is
 * accepted and ignored. */
PN_EXTERN pn_map_t *pn_map(
    const pn_class_t *key, const pn_class_t *value, size_t capacity, float load_factor);
PN_EXTERN size_t pn_map_size(pn_map_t *map);
PN_EXTERN int pn_map_put(pn_map_t *map, void *key, void *value);
PN_EXTERN void *pn_map_get(pn_map_t *map, void *key); /* NULL: none; no reference is taken */
PN_EXTERN void pn_map_del(pn_map_t *map, void *key);
PN_EXTERN pn_handle_t pn_map_head(pn_map_t *map);
PN_EXTERN pn_handle_t pn_map_next(pn_map_t *map, pn_handle_t entry);
PN_EXTERN void *pn_map_key(pn_map_t *map, pn_handle_t entry);
PN_EXTERN void *pn_map_value(pn_map_t *map, pn_handle_t entry);

/* A map whose keys are numbers. */
PN_EXTERN pn_hash_t *pn_hash(const pn_class_t *clazz, size_t capacity, float load_factor);
PN_EXTERN size_t pn_hash_size(pn_hash_t *hash);
PN_EXTERN int pn_hash_put(pn_hash_t *hash, uintptr_t key, void *value);
PN_EXTERN void *pn_hash_get(pn_hash_t *hash, uintptr_t key);
PN_EXTERN void pn_hash_del(pn_hash_t *hash, uintptr_t key);
PN_EXTERN pn_handle_t pn_hash_head(pn_hash_t *hash);
PN_EXTERN pn_handle_t pn_hash_next(pn_hash_t *hash, pn_handle_t entry);
PN_EXTERN uintptr_t pn_hash_key(pn_hash_t *hash, pn_handle_t entry);
PN_EXTERN void *pn_hash_value(pn_hash_t *hash, pn_handle_t entry);

/* An iterator: a function and the state that it works on, of `size` bytes, which the caller fills in where pn_iterator_start()
 * returned it (NULL: no memory). pn_iterator_next() is NULL at the end, and before the start. */
PN_EXTERN pn_iterator_t *pn_iterator(void);
PN_EXTERN void *pn_iterator_start(pn_iterator_t *iterator, pn_iterator_next_t next, size_t size);
PN_EXTERN void *pn_iterator_next(pn_iterator_t *iterator);

#endif
