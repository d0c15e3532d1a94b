/* caller_037.c: what programs built with the headers of 0.37 do, as the C++ and the Python binding do it. */
#include "check.h"

#include <proton/error.h>
#include <proton/object.h>
#include <proton/version.h>
#include <stdlib.h>
#include <string.h>

#if PN_VERSION_MINOR != 37
#  error "these are not the headers of 0.37"
#endif

static int finalized;

/* As the C++ binding does: a class with nothing but a finalizer, its values made by pn_object_new(). */
static void cpp_context_finalize(void *object) {
  CHECK(!strcmp(object, "context"));
  finalized++;
}
#define CID_cpp_context        CID_pn_object
#define cpp_context_initialize NULL
#define cpp_context_hashcode   NULL
#define cpp_context_compare    NULL
#define cpp_context_inspect    NULL
static pn_class_t cpp_context_class = PN_CLASS(cpp_context);

static void values_of_an_own_class(void) {
  pn_record_t *record = pn_record();
  void *context = pn_object_new(&cpp_context_class, 100);
  CHECK(pn_class(context) == &cpp_context_class);
  CHECK(pn_refcount(context) == 1);
  memcpy(context, "context", sizeof "context");
  pn_record_def(record, KEY_COUNTED, &cpp_context_class);
  pn_record_set(record, KEY_COUNTED, context);
  pn_decref(context);
  CHECK(pn_record_get(record, KEY_COUNTED) == context);
  CHECK(finalized == 0);
  CHECK(pn_decref(record) == 0);
  CHECK(finalized == 1);
}

/* As the Python binding does: objects of its own, never to be freed here. */
struct python {
  int count;
};
static void pyref_incref(void *object) { ((struct python *)object)->count++; }
static void pyref_decref(void *object) { ((struct python *)object)->count--; }
static int pyref_refcount(void *object) {
  (void)object;
  return 1;
}
static const pn_class_t *pyref_reify(void *object);
#define CID_pyref        CID_pn_void
#define pyref_new        NULL
#define pyref_initialize NULL
#define pyref_finalize   NULL
#define pyref_free       NULL
#define pyref_hashcode   pn_void_hashcode
#define pyref_compare    pn_void_compare
#define pyref_inspect    pn_void_inspect
static const pn_class_t pyref_class = PN_METACLASS(pyref);
static const pn_class_t *pyref_reify(void *object) {
  (void)object;
  return &pyref_class;
}

static void objects_of_another_language(void) {
  pn_record_t *record = pn_record();
  struct python dict = {.count = 1};
  CHECK(pn_record_get(record, KEY_COUNTED) == NULL);
  pn_record_def(record, KEY_COUNTED, &pyref_class);
  pn_record_set(record, KEY_COUNTED, &dict);
  CHECK(dict.count == 2);
  pn_record_def(record, KEY_COUNTED, &pyref_class);
  CHECK(pn_record_get(record, KEY_COUNTED) == &dict);
  pn_free(record);
  CHECK(dict.count == 1);
  CHECK(!strcmp(pn_class_name(&pyref_class), "pyref"));
}

static void markers(void) {
  static int thing;
  CHECK(!strcmp(pn_class_name(PN_VOID), "pn_void"));
  CHECK(pn_class_id(PN_VOID) == CID_pn_void);
  CHECK(pn_class_refcount(PN_VOID, &thing) == -1);
  CHECK(pn_class_reify(PN_VOID, &thing) == PN_VOID);
  CHECK(pn_class_id(PN_OBJECT) == CID_pn_object);
  CHECK(!strcmp(pn_class_name(PN_WEAKREF), "pn_weakref"));
  CHECK(pn_class_id(PN_WEAKREF) == CID_pn_weakref);

  pn_string_t *text = pn_string("text"), *shown = pn_string("");
  CHECK(pn_class_reify(PN_OBJECT, text) == pn_class(text));
  pn_class_incref(PN_OBJECT, text);
  CHECK(pn_refcount(text) == 2);
  pn_class_incref(PN_WEAKREF, text);
  CHECK(pn_refcount(text) == 2);
  CHECK(pn_class_decref(PN_OBJECT, text) == 1);
  CHECK(pn_inspect(text, shown) == 0);
  CHECK(!strcmp(pn_string_get(shown), "\"text\""));
  pn_free(shown);
  pn_free(text);

  pn_list_t *list = pn_list(PN_VOID, 0);
  pn_list_add(list, (void *)1); /* not to be touched */
  CHECK(pn_list_get(list, 0) == (void *)1);
  pn_free(list);
}

struct sight sight_of_037(void) {
  values_of_an_own_class();
  objects_of_another_language();
  markers();
  struct sight sight = {PN_OBJECT, PN_VOID, pn_class(NULL), pn_record()};
  pn_record_def(sight.record, KEY_COUNTED, PN_OBJECT);
  pn_record_def(sight.record, KEY_CARRIED, PN_VOID);
  return sight;
}

void use_037(void *record) {
  pn_record_def(record, KEY_COUNTED, PN_OBJECT);
  pn_record_def(record, KEY_CARRIED, PN_VOID);
  pn_string_t *text = pn_string("text");
  pn_record_set(record, KEY_COUNTED, text);
  pn_record_set(record, KEY_CARRIED, (void *)1);
  CHECK(pn_refcount(text) == 2);
  pn_record_set(record, KEY_COUNTED, NULL);
  CHECK(pn_refcount(text) == 1);
  pn_record_set(record, KEY_CARRIED, NULL);
  pn_free(text);
}
