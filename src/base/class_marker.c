/* class_marker.c: the symbols PN_OBJECT, PN_VOID, PN_WEAKREF and PN_DEFAULT.
 *
 * They are defined apart because <proton/object.h> declares the first two as pointers, which is what their first eight bytes
 * are: each begins with its own address (class.h says why). The other slots are filled in for programs of 0.37 that look at
 * them; the library itself does not read them. The address that the linker stores must be that of the symbol as the whole
 * program sees it, so these are exported and not bound locally. */
#include "base/class.h"

/* Of <proton/object.h>, which declares the markers as programs see them. */
PN_EXTERN int pn_inspect(void *object, pn_string_t *string);

PN_EXTERN extern const pn_class_t PN_OBJECT, PN_VOID, PN_WEAKREF, PN_DEFAULT;

#define SELF(symbol) ((const char *)&(symbol))

const pn_class_t PN_OBJECT = {SELF(PN_OBJECT), CID_pn_object, pn_object_new, NULL, pn_object_incref,
    pn_object_decref, pn_object_refcount, NULL, pn_object_free, pn_object_reify, pn_hashcode, pn_compare,
    pn_inspect};

const pn_class_t PN_DEFAULT = {SELF(PN_DEFAULT), CID_pn_object, pn_object_new, NULL, pn_object_incref,
    pn_object_decref, pn_object_refcount, NULL, pn_object_free, pn_object_reify, NULL, NULL, NULL};

const pn_class_t PN_VOID = {SELF(PN_VOID), CID_pn_void, pn_void_new, NULL, pn_void_incref, pn_void_decref,
    pn_void_refcount, NULL, NULL, NULL, pn_void_hashcode, pn_void_compare, pn_void_inspect};

const pn_class_t PN_WEAKREF = {SELF(PN_WEAKREF), CID_pn_weakref, NULL, NULL, pn_void_incref, pn_void_decref,
    pn_void_refcount, NULL, NULL, NULL, pn_hashcode, pn_compare, pn_inspect};
