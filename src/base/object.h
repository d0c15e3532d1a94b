/* object.h: the header that stands before every object of the API: its class and its count of references.
 *
 * The object itself begins sixteen bytes later, aligned for any type, and that is the address everybody knows. The count
 * is a plain number: an object is used by one thread at a time. When it comes to 0 the class finalizes the object
 * and, if nothing took it back to life, frees it (see class.h).
 *
 * The inline functions are for objects of the library's own classes, all of which count in the header. */
#ifndef BARYON_BASE_OBJECT_H
#define BARYON_BASE_OBJECT_H

#include "base/class.h"
#include "base/compiler.h"
#include <assert.h>
#include <proton/object.h>
#include <stddef.h>

/* Two more markers (see class.h), which public headers no longer have: a reference that is not counted, to an object; and
 * what counts in the header. */
PN_EXTERN extern const pn_class_t *PN_WEAKREF;
PN_EXTERN extern const pn_class_t *PN_DEFAULT;

struct pni_object {
  const pn_class_t *clazz;
  int refcount;
};

_Static_assert(sizeof(struct pni_object) == 16, "the header keeps what follows aligned for any type");
_Static_assert(sizeof(struct pni_object) % _Alignof(max_align_t) == 0, "and this is any type");

PNI_INLINE struct pni_object *pni_object_header(void *object) { return (struct pni_object *)object - 1; }

PNI_INLINE const pn_class_t *pni_object_class(void *object) { return pni_object_header(object)->clazz; }

/* Make an object with one reference of memory that the class will take back (its slot `free` gets the object): `memory` is
 * aligned for any type and has 16 bytes more than the object. Nothing is zeroed or initialized. */
PNI_INLINE void *pni_object_in(void *memory, const pn_class_t *clazz) {
  struct pni_object *header = memory;
  header->clazz = clazz;
  header->refcount = 1;
  return header + 1;
}

/* Where the memory of pni_object_in() begins. */
PNI_INLINE void *pni_object_memory(void *object) { return pni_object_header(object); }

/* The object in such memory. */
PNI_INLINE void *pni_object_of(void *memory) { return (struct pni_object *)memory + 1; }

PNI_INLINE int pni_object_refcount(void *object) { return pni_object_header(object)->refcount; }

PNI_INLINE void pni_object_incref(void *object) { pni_object_header(object)->refcount++; }

/* The last reference has gone: finalize and free. */
void pni_object_end(void *object);

/* How many references are left. */
PNI_INLINE int pni_object_decref(void *object) {
  struct pni_object *header = pni_object_header(object);
  assert(header->refcount > 0);
  const int left = --header->refcount;
  if (left == 0) pni_object_end(object);
  return left;
}

PNI_INLINE bool pni_class_is_marker(const pn_class_t *clazz) { return clazz->name == (const char *)clazz; }

/* Whether values of a class count in the header, as all but applications' own classes do; not of a marker. */
PNI_INLINE bool pni_class_is_plain(const pn_class_t *clazz) {
  return clazz->incref == pn_object_incref && clazz->decref == pn_object_decref &&
         clazz->refcount == pn_object_refcount;
}

#endif
