/* iterator.c: a function with the state it works on. The state's memory is kept and used again by the next start. */
#include "base/memory.h"
#include "base/object.h"
#include "legacy/legacy.h"
#include <stdlib.h>

struct pn_iterator_t {
  pn_iterator_next_t next;
  void *state;
  size_t capacity;
};

static void iterator_finalize(void *object) { free(((pn_iterator_t *)object)->state); }

static const pn_class_t iterator_class =
    PNI_CLASS("pn_iterator", CID_pn_object, .finalize = iterator_finalize);

pn_iterator_t *pn_iterator(void) { return pn_class_new(&iterator_class, sizeof(pn_iterator_t)); }

void *pn_iterator_start(pn_iterator_t *iterator, pn_iterator_next_t next, size_t size) {
  iterator->next = NULL;
  if (pni_grow(&iterator->state, &iterator->capacity, size > 0 ? size : 1, 1) != PNI_OK) return NULL;
  iterator->next = next;
  return iterator->state;
}

void *pn_iterator_next(pn_iterator_t *iterator) {
  return iterator->next ? iterator->next(iterator->state) : NULL;
}
