/* class.c: calls through classes, and the classes that applications make.
 *
 * Invariant: before a slot is called, a marker (PN_OBJECT and its kind) has been replaced by what it stands for: PN_OBJECT
 * by the class in the object's header, the others by the tables below. Nothing here locks; the caller's thread
 * owns the values. Classes are constant once made and may be shared by all threads. */
#include "base/class.h"

#include "base/object.h"
#include "base/string.h"
#include <assert.h>
#include <stdlib.h>

/* What the markers stand for. An object is of the class PN_OBJECT itself only if it was made so, by pn_class_new(). */
static const pn_class_t object_class = PNI_CLASS("pn_object", CID_pn_object, .initialize = NULL);

static const pn_class_t void_class = {.name = "pn_void",
    .cid = CID_pn_void,
    .newinst = pn_void_new,
    .incref = pn_void_incref,
    .decref = pn_void_decref,
    .refcount = pn_void_refcount,
    .hashcode = pn_void_hashcode,
    .compare = pn_void_compare,
    .inspect = pn_void_inspect};

static const pn_class_t weakref_class = {.name = "pn_weakref",
    .cid = CID_pn_weakref,
    .hashcode = pn_hashcode,
    .compare = pn_compare,
    .inspect = pn_inspect};

/* The table of a class: itself, or what a marker stands for. */
static inline const pn_class_t *slots_of(const pn_class_t *clazz) {
  if (PNI_LIKELY(!pni_class_is_marker(clazz))) return clazz;
  if (clazz == PN_VOID) return &void_class;
  return clazz == PN_WEAKREF ? &weakref_class : &object_class;
}

/* The class proper of a value, which may still be a marker. */
static inline const pn_class_t *reify(const pn_class_t *clazz, void *object) {
  if (clazz == PN_OBJECT) return object ? pni_object_class(object) : clazz;
  if (pni_class_is_marker(clazz) || !clazz->reify) return clazz;
  return clazz->reify(object);
}

/* The table of a value that is not NULL. */
static inline const pn_class_t *slots_of_value(const pn_class_t *clazz, void *object) {
  return slots_of(reify(clazz, object));
}

const char *pn_class_name(const pn_class_t *clazz) { return slots_of(clazz)->name; }

pn_cid_t pn_class_id(const pn_class_t *clazz) { return slots_of(clazz)->cid; }

void *pn_class_new(const pn_class_t *clazz, size_t size) {
  const pn_class_t *slots = slots_of(clazz);
  void *object = slots->newinst ? slots->newinst(clazz, size) : NULL;
  if (object && slots->initialize) slots->initialize(object);
  return object;
}

const pn_class_t *pn_class_reify(const pn_class_t *clazz, void *object) { return reify(clazz, object); }

void *pn_class_incref(const pn_class_t *clazz, void *object) {
  if (!object) return NULL;
  const pn_class_t *slots = slots_of_value(clazz, object);
  if (PNI_LIKELY(pni_class_is_plain(slots))) {
    pni_object_incref(object);
  } else if (slots->incref) {
    slots->incref(object);
  }
  return object;
}

int pn_class_refcount(const pn_class_t *clazz, void *object) {
  if (!object) return 0;
  const pn_class_t *slots = slots_of_value(clazz, object);
  return slots->refcount ? slots->refcount(object) : -1;
}

/* The value's last reference has gone. */
static void end_value(const pn_class_t *slots, void *object) {
  if (slots->finalize) {
    slots->finalize(object);
    if (slots->refcount && slots->refcount(object) > 0) return;
  }
  if (slots->free) slots->free(object);
}

int pn_class_decref(const pn_class_t *clazz, void *object) {
  if (!object) return 0;
  const pn_class_t *slots = slots_of_value(clazz, object);
  if (PNI_LIKELY(pni_class_is_plain(slots))) return pni_object_decref(object);
  if (slots->decref) slots->decref(object);
  const int left = slots->refcount ? slots->refcount(object) : -1;
  if (left == 0) end_value(slots, object);
  return left;
}

void pn_class_free(const pn_class_t *clazz, void *object) {
  if (!object) return;
  const pn_class_t *slots = slots_of_value(clazz, object);
  const int count = slots->refcount ? slots->refcount(object) : -1;
  assert(count == 1 || count == -1);
  if (count >= 0) {
    pn_class_decref(slots, object);
  } else {
    if (slots->finalize) slots->finalize(object);
    if (slots->free) slots->free(object);
  }
}

uintptr_t pn_class_hashcode(const pn_class_t *clazz, void *object) {
  if (!object) return 0;
  const pn_class_t *slots = slots_of_value(clazz, object);
  return slots->hashcode ? slots->hashcode(object) : (uintptr_t)object;
}

intptr_t pn_class_compare(const pn_class_t *clazz, void *a, void *b) {
  if (a == b) return 0;
  if (a && b) {
    const pn_class_t *proper = reify(clazz, a);
    const pn_class_t *slots = slots_of(proper);
    if (slots->compare && proper == reify(clazz, b)) return slots->compare(a, b);
  }
  return (intptr_t)((uintptr_t)a - (uintptr_t)b);
}

bool pn_class_equals(const pn_class_t *clazz, void *a, void *b) { return pn_class_compare(clazz, a, b) == 0; }

int pn_class_inspect(const pn_class_t *clazz, void *object, pn_string_t *text) {
  const pn_class_t *slots = object ? slots_of_value(clazz, object) : slots_of(clazz);
  if (object && slots->inspect) return slots->inspect(object, text);
  return pn_string_addf(text, "%s<%p>", slots->name, object);
}

pn_class_t *pn_class_create(const char *name, void (*initialize)(void *), void (*finalize)(void *),
    void (*incref)(void *), void (*decref)(void *), int (*refcount)(void *)) {
  pn_class_t *clazz = calloc(1, sizeof *clazz);
  if (!clazz) return NULL;
  clazz->name = name;
  clazz->cid = CID_pn_void;
  clazz->initialize = initialize;
  clazz->finalize = finalize;
  clazz->incref = incref ? incref : pn_object_incref;
  clazz->decref = decref ? decref : pn_object_decref;
  clazz->refcount = refcount ? refcount : pn_object_refcount;
  if (!incref || !decref || !refcount) { /* the library counts, so it makes the values and frees them, too */
    clazz->newinst = pn_object_new;
    clazz->free = pn_object_free;
  }
  return clazz;
}

void *pn_void_new(const pn_class_t *clazz, size_t size) {
  (void)clazz;
  return calloc(1, size ? size : 1);
}

void pn_void_incref(void *object) { (void)object; }

void pn_void_decref(void *object) { (void)object; }

int pn_void_refcount(void *object) {
  (void)object;
  return -1;
}

uintptr_t pn_void_hashcode(void *object) { return (uintptr_t)object; }

intptr_t pn_void_compare(void *a, void *b) { return (intptr_t)((uintptr_t)a - (uintptr_t)b); }

int pn_void_inspect(void *object, pn_string_t *text) { return pn_string_addf(text, "%p", object); }
