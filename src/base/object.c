/* object.c: objects with the library's header, and the calls on them that need no class. The thread that uses an object
 * owns it; see object.h. */
#include "base/object.h"

#include "base/string.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT 1023 /* bytes of what pn_tostring() returns */

void *pn_object_new(const pn_class_t *clazz, size_t size) {
  if (size > SIZE_MAX - sizeof(struct pni_object)) return NULL;
  void *memory = calloc(1, sizeof(struct pni_object) + size);
  return memory ? pni_object_in(memory, clazz) : NULL;
}

const pn_class_t *pn_object_reify(void *object) { return object ? pni_object_class(object) : PN_OBJECT; }

void pn_object_incref(void *object) {
  if (object) pni_object_incref(object);
}

void pn_object_decref(void *object) {
  if (!object) return;
  assert(pni_object_refcount(object) > 0);
  pni_object_header(object)->refcount--;
}

int pn_object_refcount(void *object) { return object ? pni_object_refcount(object) : 0; }

void pn_object_free(void *object) {
  if (object) free(pni_object_memory(object));
}

void pni_object_end(void *object) {
  const pn_class_t *clazz = pni_object_class(object);
  if (pni_class_is_marker(clazz)) { /* PN_OBJECT, in which nothing is read */
    pn_object_free(object);
    return;
  }
  if (clazz->finalize) {
    clazz->finalize(object);
    if (pni_object_refcount(object) > 0) return;
  }
  if (clazz->free) clazz->free(object);
}

const pn_class_t *pn_class(void *object) { return object ? pni_object_class(object) : PN_OBJECT; }

/* Whether it is an object that counts in its header, and not NULL. */
static inline bool is_plain(void *object) {
  if (!object) return false;
  const pn_class_t *clazz = pni_object_class(object);
  return !pni_class_is_marker(clazz) && pni_class_is_plain(clazz);
}

void *pn_incref(void *object) {
  if (PNI_UNLIKELY(!is_plain(object))) return pn_class_incref(PN_OBJECT, object);
  pni_object_incref(object);
  return object;
}

int pn_decref(void *object) {
  return PNI_LIKELY(is_plain(object)) ? pni_object_decref(object) : pn_class_decref(PN_OBJECT, object);
}

int pn_refcount(void *object) { return pn_class_refcount(PN_OBJECT, object); }

void pn_free(void *object) { pn_class_free(PN_OBJECT, object); }

uintptr_t pn_hashcode(void *object) { return pn_class_hashcode(PN_OBJECT, object); }

intptr_t pn_compare(void *a, void *b) { return pn_class_compare(PN_OBJECT, a, b); }

bool pn_equals(void *a, void *b) { return pn_class_equals(PN_OBJECT, a, b); }

/* Here, unlike where text is appended as such, an absent one counts as an empty one. */
int pn_inspect(void *object, pn_string_t *text) {
  if (!pn_string_get(text)) {
    const int status = pn_string_set(text, "");
    if (status) return status;
  }
  return pn_class_inspect(PN_OBJECT, object, text);
}

/* The beginning of a text, in memory of the caller's. */
static char *cut(const char *text, size_t size) {
  if (size > TEXT_LIMIT) size = TEXT_LIMIT;
  char *result = malloc(size + 1);
  if (!result) return NULL;
  memcpy(result, text, size);
  result[size] = '\0';
  return result;
}

char *pn_tostring(void *object) {
  pn_string_t *text = pn_string("");
  if (!text) return NULL;
  char *result = NULL;
  if (pn_inspect(object, text) == 0 && pn_string_get(text)) {
    result = cut(pn_string_get(text), pn_string_size(text));
  }
  pn_free(text);
  return result;
}
