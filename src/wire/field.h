/* field.h: the fields of a composite type, taken from a list and put into one. [1.4]
 *
 * One function to take and one to put for each type that spec/performatives.def names; performative.c joins them into
 * decoders and encoders. A taken field points into the bytes it was read from. */
#ifndef BARYON_WIRE_FIELD_H
#define BARYON_WIRE_FIELD_H

#include "wire/reader.h"
#include "wire/writer.h"

/* The C type of each type of field. */
typedef bool pni_BOOL;
typedef uint8_t pni_UBYTE;
typedef uint16_t pni_USHORT;
typedef uint32_t pni_UINT;
typedef uint64_t pni_ULONG;
typedef int64_t pni_TIMESTAMP;
typedef pn_bytes_t pni_BINARY, pni_STRING, pni_SYMBOL, pni_ADDRESS; /* the text itself */
typedef pn_bytes_t pni_MESSAGE_ID, pni_MAP, pni_FIELDS, pni_SYMBOLS, pni_ERROR,
    pni_ANY; /* an encoded value, checked */
#define CHOICE_BEGIN(type, primitive) typedef pni_##primitive pni_##type;
#define CHOICE(type, name, value)
#define CHOICE_END(type, last)
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END

#define CHOICE_BEGIN(type, primitive) enum {
#define CHOICE(type, name, value)     PNI_##type##_##name = (value),
#define CHOICE_END(type, last)                                                                               \
  }                                                                                                          \
  ;
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END

/* The list of a composite while its fields are taken. */
struct pni_fields {
  struct pni_reader in; /* the list's items */
  uint32_t left;        /* fields still to come */
};

/* Take the list that a descriptor announced; the reader is behind it then. */
PNI_NODISCARD pni_status pni_fields_open(struct pni_reader *reader, struct pni_fields *fields);

/* After the last field that the type has: there must be no more. */
PNI_NODISCARD pni_status pni_fields_close(struct pni_fields *fields);

/* pni_take_X: take a field if it is there and not null, and say so in *present; else leave *out alone. */
#define PNI_TAKE(type)                                                                                       \
  PNI_NODISCARD pni_status pni_take_##type(struct pni_fields *fields, pni_##type *out, bool *present)
PNI_TAKE(BOOL);
PNI_TAKE(UBYTE);
PNI_TAKE(USHORT);
PNI_TAKE(UINT);
PNI_TAKE(ULONG);
PNI_TAKE(TIMESTAMP);
PNI_TAKE(BINARY);
PNI_TAKE(STRING);
PNI_TAKE(SYMBOL);
PNI_TAKE(ADDRESS);
PNI_TAKE(MESSAGE_ID);
PNI_TAKE(MAP);
PNI_TAKE(FIELDS);
PNI_TAKE(SYMBOLS);
PNI_TAKE(ERROR);
PNI_TAKE(ANY);
#define CHOICE_BEGIN(type, primitive) PNI_TAKE(type);
#define CHOICE(type, name, value)
#define CHOICE_END(type, last)
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END

#endif
