/* class.h: what the library knows about a kind of value, and the calls on a value that go through its class.
 *
 * A class is thirteen words in the layout that programs built for version 0.37 compile in: they fill in classes of their
 * own (a binding wraps its language's objects with one) and take the functions declared here as slots. Programs of 0.41
 * make classes with pn_class_create() and see none of this.
 *
 * PN_OBJECT, PN_VOID, PN_WEAKREF and PN_DEFAULT are markers. A program of 0.37 passes the address of such a symbol, one of 0.41 the
 * value found in its first eight bytes; each symbol therefore begins with a pointer to itself, so both mean the same. A
 * program may hold a copy of the symbol that is shorter than the class (a copy relocation is as long as the symbol was when
 * the program was linked), so the library compares a marker's address and reads nothing in it but that pointer.
 *
 * All functions here take what belongs to the calling thread; counts are plain numbers. A class itself never changes. */
#ifndef BARYON_BASE_CLASS_H
#define BARYON_BASE_CLASS_H

#include <proton/cid.h>
#include <proton/import_export.h>
#include <proton/types.h>
#include <stdint.h>

typedef struct pn_string_t pn_string_t;

/* Any slot may be NULL: a value without `refcount` has the count -1, which says that nobody counts. */
struct pn_class_t {
  const char *name;
  pn_cid_t cid;
  void *(*newinst)(const pn_class_t *clazz, size_t size); /* zeroed memory of that size */
  void (*initialize)(void *object);                       /* after newinst */
  void (*incref)(void *object);
  void (*decref)(void *object); /* only counts */
  int (*refcount)(void *object);
  void (*finalize)(void *object);           /* the count came to 0; what it takes back to life is not freed */
  void (*free)(void *object);               /* give the memory back, to malloc or to a pool */
  const pn_class_t *(*reify)(void *object); /* the value's class proper; NULL: this one */
  uintptr_t (*hashcode)(void *object);      /* NULL: the address */
  intptr_t (*compare)(void *a, void *b);    /* NULL: the addresses' difference; both are of this class */
  int (*inspect)(void *object, pn_string_t *); /* append a text for people; NULL: "name<address>" */
};

/* A class of values that the library counts (see object.h), whose memory goes back by `release`; more slots may follow. */
#define PNI_CLASS_RELEASED_BY(release, class_name, class_id, ...)                                            \
  {                                                                                                          \
    .name = (class_name), .cid = (class_id), .newinst = pn_object_new, .incref = pn_object_incref,           \
    .decref = pn_object_decref, .refcount = pn_object_refcount, .free = (release), __VA_ARGS__               \
  }
#define PNI_CLASS(class_name, class_id, ...)                                                                 \
  PNI_CLASS_RELEASED_BY(pn_object_free, class_name, class_id, __VA_ARGS__)

/* Through a class. `object` may be NULL: nothing is called then. The class may be PN_OBJECT for any object of the library. */
PN_EXTERN void *pn_class_incref(const pn_class_t *clazz, void *object); /* returns object */
PN_EXTERN int pn_class_decref(const pn_class_t *clazz, void *object);   /* count left; 0: it was finalized */
PN_EXTERN int pn_class_refcount(const pn_class_t *clazz, void *object); /* -1: not counted */
PN_EXTERN void pn_class_free(
    const pn_class_t *clazz, void *object); /* drop the only reference, or the value uncounted */
PN_EXTERN const pn_class_t *pn_class_reify(const pn_class_t *clazz, void *object); /* the class proper */
PN_EXTERN uintptr_t pn_class_hashcode(const pn_class_t *clazz, void *object);
PN_EXTERN intptr_t pn_class_compare(
    const pn_class_t *clazz, void *a, void *b); /* 0: equal; a < b: negative */
PN_EXTERN bool pn_class_equals(const pn_class_t *clazz, void *a, void *b);
PN_EXTERN int pn_class_inspect(
    const pn_class_t *clazz, void *object, pn_string_t *text); /* 0 or a negative code */

/* The same for objects of the library. */
PN_EXTERN uintptr_t pn_hashcode(void *object);
PN_EXTERN intptr_t pn_compare(void *a, void *b);
PN_EXTERN bool pn_equals(void *a, void *b);

/* Slots of values that have the library's header before them. */
PN_EXTERN void *pn_object_new(
    const pn_class_t *clazz, size_t size); /* zeroed, count 1, not initialized; or NULL */
PN_EXTERN const pn_class_t *pn_object_reify(void *object);
PN_EXTERN void pn_object_incref(void *object);
PN_EXTERN void pn_object_decref(void *object);
PN_EXTERN int pn_object_refcount(void *object);
PN_EXTERN void pn_object_free(void *object);

/* Slots of values that are only carried. */
PN_EXTERN void *pn_void_new(
    const pn_class_t *clazz, size_t size); /* zeroed memory, to be freed with free(); or NULL */
PN_EXTERN void pn_void_incref(void *object);
PN_EXTERN void pn_void_decref(void *object);
PN_EXTERN int pn_void_refcount(void *object); /* -1 */
PN_EXTERN uintptr_t pn_void_hashcode(void *object);
PN_EXTERN intptr_t pn_void_compare(void *a, void *b);
PN_EXTERN int pn_void_inspect(void *object, pn_string_t *text);

#endif
