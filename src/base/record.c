/* record.c: values under keys.
 *
 * PN_LEGCTX, which every record has and most programs are content with, has a member of its own; what else is defined lies
 * in an array that is searched, since there are one to three keys in practice.
 *
 * Dropping a reference may call the application, which may come back to this very record. So a value has left its place
 * before it is dropped, and the array is looked at again after each call. It is kept when the record is cleared. */
#include "base/record.h"

#include "base/memory.h"
#include "base/object.h"
#include <stdlib.h>

struct field {
  pn_handle_t key;
  const pn_class_t *clazz;
  void *value;
};

struct pn_record_t {
  void *legacy; /* under PN_LEGCTX, of the class PN_VOID */
  struct field *fields;
  size_t size;
  size_t capacity;
};

static void drop_fields(pn_record_t *record) {
  while (record->size > 0) {
    const struct field last = record->fields[--record->size];
    pn_class_decref(last.clazz, last.value);
  }
}

static void record_finalize(void *object) {
  pn_record_t *record = object;
  drop_fields(record);
  free(record->fields);
}

static const pn_class_t record_class = PNI_CLASS("pn_record", CID_pn_record, .finalize = record_finalize);

pn_record_t *pn_record(void) { return pn_class_new(&record_class, sizeof(pn_record_t)); }

pn_record_t *pni_record_lazy(pn_record_t **place) {
  if (!*place) *place = pn_record();
  return *place;
}

static struct field *find(pn_record_t *record, pn_handle_t key) {
  for (size_t i = 0; i < record->size; i++) {
    if (record->fields[i].key == key) return &record->fields[i];
  }
  return NULL;
}

void pn_record_def(pn_record_t *record, pn_handle_t key, const pn_class_t *clazz) {
  if (!record || pn_record_has(record, key)) return;
  void *fields = record->fields;
  if (pni_grow(&fields, &record->capacity, record->size + 1, sizeof(struct field)) != PNI_OK) return;
  record->fields = fields;
  record->fields[record->size++] = (struct field){.key = key, .clazz = clazz, .value = NULL};
}

bool pn_record_has(pn_record_t *record, pn_handle_t key) {
  return record && (key == PN_LEGCTX || find(record, key));
}

void *pn_record_get(pn_record_t *record, pn_handle_t key) {
  if (!record) return NULL;
  if (key == PN_LEGCTX) return record->legacy;
  const struct field *field = find(record, key);
  return field ? field->value : NULL;
}

void pn_record_set(pn_record_t *record, pn_handle_t key, void *value) {
  if (!record) return;
  if (key == PN_LEGCTX) {
    record->legacy = value;
    return;
  }
  struct field *field = find(record, key);
  if (!field) return;
  const pn_class_t *clazz = field->clazz;
  void *old = field->value;
  field->value = value;
  pn_class_incref(clazz, value);
  pn_class_decref(clazz, old);
}

void pn_record_clear(pn_record_t *record) {
  if (!record) return;
  record->legacy = NULL;
  drop_fields(record);
}
