/* short_symbols.c: the classes as the library of 0.41 exports them, eight bytes each. A program that is linked with this copies
 * only so much into itself, whichever library it then runs with. */
extern const void *PN_OBJECT;
extern const void *PN_VOID;
const void *PN_OBJECT = &PN_OBJECT;
const void *PN_VOID = &PN_VOID;
