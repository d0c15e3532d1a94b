/* Prints how the object system treats an application's own class: which of its functions are called, when, and in
 * which order. Built with the headers of 0.37, which let an application fill in a pn_class_t. */
#include <proton/object.h>
#include <stdio.h>
#include <string.h>

struct thing {
  const char *name;
  int count; /* for classes that count by themselves */
  int revive;
};

static void *thing_new(const pn_class_t *clazz, size_t size) {
  printf(" new(%s, %zu)", pn_class_name(clazz), size);
  return pn_object_new(clazz, size);
}
static void thing_initialize(void *object) {
  struct thing *thing = object;
  printf(" initialize(zeroed=%d)", thing->name == NULL && thing->count == 0);
  thing->count = 1;
}
static void thing_incref(void *object) {
  printf(" incref");
  ((struct thing *)object)->count++;
}
static void thing_decref(void *object) {
  printf(" decref");
  ((struct thing *)object)->count--;
}
static int thing_refcount(void *object) {
  printf(" refcount");
  return ((struct thing *)object)->count;
}
static void thing_finalize(void *object) {
  struct thing *thing = object;
  printf(" finalize");
  if (thing->revive > 0) {
    thing->revive--;
    thing->count = 7;
  }
}
static void thing_free(void *object) {
  (void)object;
  printf(" free");
}
static const pn_class_t *thing_reify(void *object);
static uintptr_t thing_hashcode(void *object) {
  (void)object;
  printf(" hashcode");
  return 4711;
}
static intptr_t thing_compare(void *a, void *b) {
  printf(" compare");
  return strcmp(((struct thing *)a)->name, ((struct thing *)b)->name);
}
static int thing_inspect(void *object, pn_string_t *text) {
  printf(" inspect");
  return pn_string_addf(text, "thing:%s", ((struct thing *)object)->name);
}

#define CID_thing CID_pn_object
static const pn_class_t thing_class = PN_METACLASS(thing);

static const pn_class_t *thing_reify(void *object) {
  (void)object;
  return &thing_class;
}

static int counted_revive;

static void counted_initialize(void *object) { printf(" initialize(%d)", pn_refcount(object)); }
static void counted_finalize(void *object) {
  printf(" finalize(%d)", pn_refcount(object));
  if (counted_revive > 0) {
    counted_revive--;
    pn_incref(object);
  }
}
#define counted_hashcode NULL
#define counted_compare  NULL
#define counted_inspect  NULL
#define CID_counted      CID_pn_object
static const pn_class_t counted_class = PN_CLASS(counted);

static void own_class(void) {
  printf("own class: new:");
  struct thing *a = pn_class_new(&thing_class, sizeof *a);
  a->name = "a";
  printf("\n incref:");
  printf(" same=%d", pn_class_incref(&thing_class, a) == (void *)a);
  printf("\n refcount:");
  int rc = pn_class_refcount(&thing_class, a);
  printf(" = %d", rc);
  printf("\n decref:");
  rc = pn_class_decref(&thing_class, a);
  printf(" = %d", rc);
  printf("\n hashcode:");
  uintptr_t hash = pn_class_hashcode(&thing_class, a);
  printf(" = %d", (int)hash);
  struct thing b = {"b", 1, 0};
  printf("\n compare:");
  rc = pn_class_compare(&thing_class, a, &b) < 0;
  printf(" <0 %d", rc);
  printf("\n compare with itself:");
  rc = (int)pn_class_compare(&thing_class, a, a);
  printf(" = %d", rc);
  printf("\n compare with nothing:");
  rc = pn_class_compare(&thing_class, a, NULL) > 0;
  printf(" >0 %d", rc);
  printf("\n equals:");
  rc = pn_class_equals(&thing_class, a, &b);
  printf(" = %d", rc);
  printf("\n inspect:");
  pn_string_t *text = pn_string("");
  rc = pn_class_inspect(&thing_class, a, text);
  printf(" = %d %s", rc, pn_string_get(text));
  pn_free(text);
  printf("\n reify:");
  printf(" same=%d", pn_class_reify(&thing_class, a) == &thing_class);
  printf("\n pn_class: same=%d", pn_class(a) == &thing_class);
  printf("\n through PN_OBJECT:");
  const pn_class_t *clazz = pn_class_reify(PN_OBJECT, a);
  printf(" same=%d incref:", clazz == &thing_class);
  pn_incref(a);
  printf("\n decref:");
  rc = pn_decref(a);
  printf(" = %d\n revived:", rc);
  a->revive = 1;
  rc = pn_decref(a);
  printf(" = %d\n last:", rc);
  a->count = 1;
  rc = pn_decref(a);
  printf(" = %d\n", rc);
  a->count = 1;
  printf(" class_free:");
  pn_class_free(&thing_class, a);
  a->count = -1;
  printf("\n class_free uncounted:");
  pn_class_free(&thing_class, a);
  printf("\n class_free nothing:");
  pn_class_free(&thing_class, NULL);
  printf("\n name %s id %d\n", pn_class_name(&thing_class), pn_class_id(&thing_class));
  pn_object_free(a);
}

static void counted(void) {
  printf("counted class: pn_object_new:");
  void *object = pn_object_new(&counted_class, 100);
  printf(" refcount %d aligned %d\n new:", pn_refcount(object), (int)((uintptr_t)object % 16));
  pn_object_free(object);
  object = pn_class_new(&counted_class, 100);
  printf(" zeroed %d\n", ((char *)object)[0] == 0 && ((char *)object)[99] == 0);
  pn_object_incref(object);
  printf(" after incref %d %d\n", pn_object_refcount(object), pn_class_refcount(PN_OBJECT, object));
  printf(" decref %d\n", pn_decref(object));
  printf(" name %s id %d reify same %d\n", pn_class_name(pn_class(object)), pn_class_id(pn_class(object)),
      pn_object_reify(object) == &counted_class);
  pn_string_t *text = pn_string("");
  char expected[100];
  snprintf(expected, sizeof expected, "counted<%p>", object);
  int rc = pn_inspect(object, text);
  printf(" inspect %d as class and address %d\n", rc, !strcmp(expected, pn_string_get(text)));
  printf(" hash is address %d\n", pn_hashcode(object) == (uintptr_t)object);
  void *other = pn_class_new(&counted_class, 100);
  printf(" compare %d %d equals %d %d\n", pn_compare(object, other) == (intptr_t)object - (intptr_t)other,
      (int)pn_compare(object, object), pn_equals(object, other), pn_equals(object, object));
  printf(" compare with nothing %d %d\n", pn_compare(object, NULL) == (intptr_t)object,
      pn_compare(NULL, object) == -(intptr_t)object);
  counted_revive = 1;
  rc = pn_decref(object);
  printf(" revived %d\n", rc);
  rc = pn_decref(object);
  printf(" gone %d\n", rc);
  pn_free(other);
  printf("\n");
  pn_free(text);
}

static void nothing(void) {
  pn_string_t *text = pn_string("");
  printf("nothing: incref %d decref %d class %d hash %d compare %d equals %d\n", pn_incref(NULL) == NULL,
      pn_decref(NULL), pn_class(NULL) == PN_OBJECT, (int)pn_hashcode(NULL), (int)pn_compare(NULL, NULL),
      pn_equals(NULL, NULL));
  int rc = pn_inspect(NULL, text);
  printf(" inspect %d %s\n", rc, pn_string_get(text));
  pn_free(NULL);
  pn_free(text);
}

static void markers(void) {
  static int plain;
  pn_string_t *text = pn_string("");
  void *object = pn_class_new(&counted_class, 8);
  const pn_class_t *classes[] = {PN_VOID, PN_WEAKREF, PN_OBJECT};
  for (int i = 0; i < 3; i++) {
    const pn_class_t *clazz = classes[i];
    void *value = i == 0 ? (void *)&plain : object;
    printf("%s: id %d\n", pn_class_name(clazz), pn_class_id(clazz));
    printf(" refcount %d", pn_class_refcount(clazz, value));
    printf(" incref %d", pn_class_incref(clazz, value) == value);
    printf(" refcount %d", pn_class_refcount(clazz, value));
    printf(" decref %d", pn_class_decref(clazz, value));
    printf(" of the object %d\n", pn_refcount(object));
    const pn_class_t *real = pn_class_reify(clazz, value);
    printf(" reify itself %d object's %d\n", real == clazz, real == &counted_class);
    printf(" hash is address %d compare %d\n", pn_class_hashcode(clazz, value) == (uintptr_t)value,
        pn_class_compare(clazz, value, text) == (intptr_t)value - (intptr_t)text);
    char expected[100];
    pn_string_set(text, "");
    int rc = pn_class_inspect(clazz, value, text);
    snprintf(expected, sizeof expected, "counted<%p>", value);
    int as_counted = !strcmp(expected, pn_string_get(text));
    snprintf(expected, sizeof expected, "%s<%p>", pn_class_name(clazz), value);
    printf(" inspect %d as itself %d as the object %d\n", rc, !strcmp(expected, pn_string_get(text)),
        as_counted);
    pn_string_set(text, "");
    rc = pn_class_inspect(clazz, NULL, text);
    printf(" inspect nothing %d %s\n", rc, pn_string_get(text));
  }
  printf("void functions: refcount %d hash %d compare %d", pn_void_refcount(&plain),
      pn_void_hashcode(&plain) == (uintptr_t)&plain, (int)pn_void_compare(&plain, &plain));
  pn_void_incref(&plain);
  pn_void_decref(&plain);
  void *block = pn_void_new(PN_VOID, 8);
  printf(" new %d", block != NULL);
  pn_string_set(text, "");
  printf(" inspect %d", pn_void_inspect(&plain, text));
  char expected[100];
  snprintf(expected, sizeof expected, "pn_void<%p>", (void *)&plain);
  printf(" %d\n", !strcmp(expected, pn_string_get(text)));
  pn_free(object);
  printf("\n");
  pn_free(text);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  own_class();
  counted();
  nothing();
  markers();
  return 0;
}
