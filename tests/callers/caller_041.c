/* caller_041.c: what programs built with the headers of 0.41 do, which are ours. */
#include "check.h"

#include <proton/object.h>
#include <proton/version.h>
#include <stdlib.h>
#include <string.h>

#if PN_VERSION_MINOR != 41
#  error "these are not the headers of 0.41"
#endif

PN_HANDLE(OWN_KEY)

static int finalized, held;

static void context_finalize(void *object) {
  CHECK(!strcmp(object, "context"));
  finalized++;
}
static void foreign_incref(void *object) {
  (void)object;
  held++;
}
static void foreign_decref(void *object) {
  (void)object;
  held--;
}
static int foreign_refcount(void *object) {
  (void)object;
  return 1;
}

static void created_classes(void) {
  pn_class_t *counted = pn_class_create("cpp_context", NULL, context_finalize, NULL, NULL, NULL);
  pn_class_t *foreign =
      pn_class_create("pn_pyref", NULL, NULL, foreign_incref, foreign_decref, foreign_refcount);
  pn_record_t *record = pn_record();
  void *context = pn_class_new(counted, 100);
  memcpy(context, "context", sizeof "context");
  pn_record_def(record, OWN_KEY, counted);
  pn_record_set(record, OWN_KEY, context);
  pn_decref(context);
  pn_record_def(record, KEY_COUNTED, foreign);
  pn_record_set(record, KEY_COUNTED, &finalized);
  CHECK(held == 1);
  CHECK(pn_record_get(record, OWN_KEY) == context);
  pn_free(record);
  CHECK(finalized == 1);
  CHECK(held == 0);
  CHECK(!strcmp(pn_class_name(foreign), "pn_pyref"));
  CHECK(pn_class_id(foreign) == CID_pn_void);
  free(counted);
  free(foreign);
}

static void markers(void) {
  CHECK(!strcmp(pn_class_name(PN_VOID), "pn_void"));
  CHECK(pn_class_id(PN_VOID) == CID_pn_void);
  CHECK(pn_class_id(PN_OBJECT) == CID_pn_object);
  void *object = pn_class_new(PN_OBJECT, 8);
  CHECK(pn_class(object) == PN_OBJECT);
  CHECK(pn_refcount(object) == 1);
  CHECK(pn_decref(object) == 0);
  char *text = pn_tostring(NULL);
  CHECK(text && strlen(text) > 0);
  free(text);
}

struct sight sight_of_041(void) {
  created_classes();
  markers();
  struct sight sight = {PN_OBJECT, PN_VOID, pn_class(NULL), pn_record()};
  pn_record_def(sight.record, KEY_COUNTED, PN_OBJECT);
  pn_record_def(sight.record, KEY_CARRIED, PN_VOID);
  return sight;
}

void use_041(void *record) {
  pn_record_def(record, KEY_COUNTED, PN_OBJECT);
  pn_record_def(record, KEY_CARRIED, PN_VOID);
  pn_record_t *value = pn_record();
  pn_record_set(record, KEY_COUNTED, value);
  pn_record_set(record, KEY_CARRIED, (void *)1);
  CHECK(pn_refcount(value) == 2);
  pn_record_set(record, KEY_COUNTED, NULL);
  CHECK(pn_refcount(value) == 1);
  pn_record_set(record, KEY_CARRIED, NULL);
  pn_free(value);
}
