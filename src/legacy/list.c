/* list.c: values by position, and the binary heap in an array. A value has left the list before its reference is dropped, since
 * that may call the application, which may come back to the list. */
#include "base/memory.h"
#include "base/object.h"
#include "base/string.h"
#include "legacy/legacy.h"
#include <stdlib.h>
#include <string.h>

struct pn_list_t {
  const pn_class_t *clazz;
  void **values;
  size_t size;
  size_t capacity;
};

static void list_finalize(void *object) {
  pn_list_t *list = object;
  pn_list_clear(list);
  free(list->values);
}

static uintptr_t list_hashcode(void *object) {
  const pn_list_t *list = object;
  uintptr_t hash = 1;
  for (size_t i = 0; i < list->size; i++) hash = hash * 31 + pn_class_hashcode(list->clazz, list->values[i]);
  return hash;
}

/* The longer first, as with strings; among equally long ones the first difference decides. */
static intptr_t list_compare(void *one, void *other) {
  const pn_list_t *a = one, *b = other;
  if (a->size != b->size) return a->size > b->size ? -1 : 1;
  for (size_t i = 0; i < a->size; i++) {
    const intptr_t order = pn_class_compare(a->clazz, a->values[i], b->values[i]);
    if (order != 0) return order;
  }
  return 0;
}

static int list_inspect(void *object, pn_string_t *text) {
  const pn_list_t *list = object;
  TRY(pn_string_addf(text, "["));
  for (size_t i = 0; i < list->size; i++) {
    if (i > 0) TRY(pn_string_addf(text, ", "));
    TRY(pn_class_inspect(list->clazz, list->values[i], text));
  }
  return pn_string_addf(text, "]");
}

static const pn_class_t list_class = PNI_CLASS("pn_list", CID_pn_list, .finalize = list_finalize,
    .hashcode = list_hashcode, .compare = list_compare, .inspect = list_inspect);

static int reserve(pn_list_t *list, size_t size) {
  void *values = list->values;
  TRY(pni_grow(&values, &list->capacity, size, sizeof(void *)));
  list->values = values;
  return PNI_OK;
}

pn_list_t *pn_list(const pn_class_t *clazz, size_t capacity) {
  pn_list_t *list = pn_class_new(&list_class, sizeof *list);
  if (!list) return NULL;
  list->clazz = clazz;
  if (reserve(list, capacity) != PNI_OK) {
    pn_free(list);
    return NULL;
  }
  return list;
}

size_t pn_list_size(pn_list_t *list) { return list->size; }

/* The position that an index means; only for a list that is not empty. */
static size_t position(const pn_list_t *list, int index) { return (size_t)index % list->size; }

void *pn_list_get(pn_list_t *list, int index) {
  return list->size > 0 ? list->values[position(list, index)] : NULL;
}

void pn_list_set(pn_list_t *list, int index, void *value) {
  if (list->size == 0) return;
  void **place = &list->values[position(list, index)];
  void *old = *place;
  *place = value;
  pn_class_incref(list->clazz, value);
  pn_class_decref(list->clazz, old);
}

int pn_list_add(pn_list_t *list, void *value) {
  TRY(reserve(list, list->size + 1));
  list->values[list->size++] = value;
  pn_class_incref(list->clazz, value);
  return PNI_OK;
}

void *pn_list_pop(pn_list_t *list) { return list->size > 0 ? list->values[--list->size] : NULL; }

ssize_t pn_list_index(pn_list_t *list, void *value) {
  for (size_t i = 0; i < list->size; i++) {
    if (pn_class_equals(list->clazz, list->values[i], value)) return (ssize_t)i;
  }
  return -1;
}

/* Take the value at a position out, with its reference. */
static void *take(pn_list_t *list, size_t at) {
  void *value = list->values[at];
  list->size--;
  memmove(&list->values[at], &list->values[at + 1], (list->size - at) * sizeof(void *));
  return value;
}

bool pn_list_remove(pn_list_t *list, void *value) {
  const ssize_t index = pn_list_index(list, value);
  if (index < 0) return false;
  pn_class_decref(list->clazz, take(list, (size_t)index));
  return true;
}

void pn_list_del(pn_list_t *list, int index, int n) {
  if (list->size == 0) return;
  const size_t at = position(list, index);
  for (int i = 0; i < n && at < list->size; i++) pn_class_decref(list->clazz, take(list, at));
}

void pn_list_clear(pn_list_t *list) {
  while (list->size > 0) pn_class_decref(list->clazz, pn_list_pop(list));
}

struct walk {
  pn_list_t *list;
  size_t at;
};

static void *walk_next(void *state) {
  struct walk *walk = state;
  return walk->at < walk->list->size ? walk->list->values[walk->at++] : NULL;
}

void pn_list_iterator(pn_list_t *list, pn_iterator_t *iter) {
  struct walk *walk = pn_iterator_start(iter, walk_next, sizeof *walk);
  if (walk) *walk = (struct walk){.list = list, .at = 0};
}

static bool less(pn_list_t *list, size_t a, size_t b) {
  return pn_class_compare(list->clazz, list->values[a], list->values[b]) < 0;
}

static void swap(pn_list_t *list, size_t a, size_t b) {
  void *value = list->values[a];
  list->values[a] = list->values[b];
  list->values[b] = value;
}

void pn_list_minpush(pn_list_t *list, void *value) {
  if (pn_list_add(list, value) != PNI_OK) return;
  for (size_t at = list->size - 1; at > 0 && less(list, at, (at - 1) / 2); at = (at - 1) / 2) {
    swap(list, at, (at - 1) / 2);
  }
}

void *pn_list_minpop(pn_list_t *list) {
  if (list->size == 0) return NULL;
  swap(list, 0, list->size - 1);
  void *least = pn_list_pop(list);
  for (size_t at = 0;;) {
    size_t child = 2 * at + 1;
    if (child >= list->size) break;
    if (child + 1 < list->size && less(list, child + 1, child)) child++;
    if (!less(list, child, at)) break;
    swap(list, at, child);
    at = child;
  }
  return least;
}
