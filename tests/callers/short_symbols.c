/* short_symbols.c: the library of 0.41 as the linker sees it, where the classes are pointers of eight bytes. A program linked
 * with this copies only so much into itself, whichever library it then runs with. The functions are there to be found. */
#define FUNCTION(name)                                                                                       \
  void name(void);                                                                                           \
  void name(void) {}

extern const void *PN_OBJECT;
extern const void *PN_VOID;
const void *PN_OBJECT = &PN_OBJECT;
const void *PN_VOID = &PN_VOID;

FUNCTION(pn_class)
FUNCTION(pn_class_create)
FUNCTION(pn_class_id)
FUNCTION(pn_class_name)
FUNCTION(pn_class_new)
FUNCTION(pn_decref)
FUNCTION(pn_free)
FUNCTION(pn_record)
FUNCTION(pn_record_def)
FUNCTION(pn_record_get)
FUNCTION(pn_record_set)
FUNCTION(pn_refcount)
FUNCTION(pn_tostring)
