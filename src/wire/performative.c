/* performative.c: decoders, encoders and names of all composite types, made from spec/performatives.def. */
#include "wire/performative.h"

/* What a member holds while its field is absent: the standard's default, else nothing. */
#define NUMBER_MANDATORY      0
#define NUMBER_OPTIONAL       0
#define NUMBER_DEFAULT(value) (value)
#define BYTES_MANDATORY                                                                                      \
  { 0, NULL }
#define BYTES_OPTIONAL                                                                                       \
  { 0, NULL }
#define BYTES_DEFAULT(text)                                                                                  \
  { sizeof(text) - 1, (text) }
#define ABSENT_BOOL(presence)                 NUMBER_##presence
#define ABSENT_UBYTE(presence)                NUMBER_##presence
#define ABSENT_USHORT(presence)               NUMBER_##presence
#define ABSENT_UINT(presence)                 NUMBER_##presence
#define ABSENT_ULONG(presence)                NUMBER_##presence
#define ABSENT_TIMESTAMP(presence)            NUMBER_##presence
#define ABSENT_SENDER_SETTLE_MODE(presence)   NUMBER_##presence
#define ABSENT_RECEIVER_SETTLE_MODE(presence) NUMBER_##presence
#define ABSENT_TERMINUS_DURABILITY(presence)  NUMBER_##presence
#define ABSENT_SASL_CODE(presence)            NUMBER_##presence
#define ABSENT_BINARY(presence)               BYTES_##presence
#define ABSENT_STRING(presence)               BYTES_##presence
#define ABSENT_SYMBOL(presence)               BYTES_##presence
#define ABSENT_ADDRESS(presence)              BYTES_##presence
#define ABSENT_MESSAGE_ID(presence)           BYTES_##presence
#define ABSENT_MAP(presence)                  BYTES_##presence
#define ABSENT_FIELDS(presence)               BYTES_##presence
#define ABSENT_SYMBOLS(presence)              BYTES_##presence
#define ABSENT_ERROR(presence)                BYTES_##presence
#define ABSENT_ANY(presence)                  BYTES_##presence

#define COMPOSITE(name, code, descriptor) static const struct pni_##name absent_##name = {
#define FIELD(name, type, presence)       .name = ABSENT_##type(presence),
#define END(name)                                                                                            \
  .has.nothing = false                                                                                       \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* Decoders. */
enum presence { MANDATORY, OPTIONAL };
#define DEFAULT(value) OPTIONAL

static pni_status fail_in(struct pni_reader *reader, const struct pni_fields *fields, pni_status status,
    const char *type, const char *field) {
  reader->fault = (struct pni_fault){.what = fields->in.fault.what, .type = type, .field = field};
  if (status != PNI_UNDERFLOW) return status;
  /* All of the list is there: more data would not complete a field that goes on beyond it. */
  return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "size and count contradict each other");
}

static pni_status missing(struct pni_reader *reader, const char *type, const char *field) {
  reader->fault = (struct pni_fault){.what = "mandatory field is missing", .type = type, .field = field};
  return PNI_BAD_ARGUMENT;
}

#define COMPOSITE(name, code, descriptor)                                                                    \
  pni_status pni_##name##_decode(struct pni_reader *reader, struct pni_##name *out) {                        \
    static const char type[] = #name;                                                                        \
    struct pni_fields fields;                                                                                \
    *out = absent_##name;                                                                                    \
    pni_status status = pni_fields_open(reader, &fields);                                                    \
    if (PNI_UNLIKELY(status != PNI_OK)) {                                                                    \
      reader->fault.type = type;                                                                             \
      return status;                                                                                         \
    }                                                                                                        \
    bool present = false;                                                                                    \
    (void)present;
#define FIELD(name, type_of_field, presence)                                                                 \
  status = pni_take_##type_of_field(&fields, &out->name, &present);                                          \
  if (PNI_UNLIKELY(status != PNI_OK)) return fail_in(reader, &fields, status, type, #name);                  \
  out->has.name = present;                                                                                   \
  if ((presence) == MANDATORY && PNI_UNLIKELY(!present)) return missing(reader, type, #name);
#define END(name)                                                                                            \
  status = pni_fields_close(&fields);                                                                        \
  return status == PNI_OK ? PNI_OK : fail_in(reader, &fields, status, type, NULL);                           \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
#undef DEFAULT

/* Encoders. Nulls are owed until a field that is there follows them. */
#define put_BOOL                 pni_write_bool
#define put_UBYTE(w, v)          pni_write_fixed8(w, PNI_UBYTE, v)
#define put_USHORT(w, v)         pni_write_fixed16(w, PNI_USHORT, v)
#define put_UINT                 pni_write_uint
#define put_ULONG                pni_write_ulong
#define put_TIMESTAMP(w, v)      pni_write_fixed64(w, PNI_TIMESTAMP, (uint64_t)(v))
#define put_SENDER_SETTLE_MODE   put_UBYTE
#define put_RECEIVER_SETTLE_MODE put_UBYTE
#define put_TERMINUS_DURABILITY  put_UINT
#define put_SASL_CODE            put_UBYTE
#define put_BINARY(w, v)         pni_write_bytes(w, PNI_VBIN8, v)
#define put_STRING(w, v)         pni_write_bytes(w, PNI_STR8, v)
#define put_SYMBOL(w, v)         pni_write_bytes(w, PNI_SYM8, v)
#define put_ADDRESS              put_STRING
#define put_ANY(w, v)            pni_write_raw(w, (v).start, (v).size)
#define put_MESSAGE_ID           put_ANY
#define put_MAP                  put_ANY
#define put_FIELDS               put_ANY
#define put_SYMBOLS              put_ANY
#define put_ERROR                put_ANY

static void write_nulls(struct pni_writer *writer, size_t count) {
  while (count-- > 0) pni_write_null(writer);
}

#define COMPOSITE(name, code, descriptor)                                                                    \
  void pni_##name##_encode(struct pni_writer *writer, const struct pni_##name *in) {                         \
    (void)in;                                                                                                \
    pni_write_descriptor(writer, code);                                                                      \
    const size_t at = pni_write_open(writer);                                                                \
    size_t count = 0, owed = 0;
#define FIELD(name, type, presence)                                                                          \
  if (in->has.name) {                                                                                        \
    if (owed > 0) write_nulls(writer, owed);                                                                 \
    put_##type(writer, in->name);                                                                            \
    count += owed + 1;                                                                                       \
    owed = 0;                                                                                                \
  } else {                                                                                                   \
    owed++;                                                                                                  \
  }
#define END(name)                                                                                            \
  (void)owed;                                                                                                \
  pni_write_close(writer, at, PNI_LIST8, count);                                                             \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* Names. */
#define COMPOSITE(name, code, descriptor) static const char *const fields_##name[] = {
#define FIELD(name, type, presence)       #name,
#define END(name)                                                                                            \
  NULL                                                                                                       \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

static const char *const no_fields[] = {NULL};

/* Sections that are lists are composites; the others have no fields. */
static const struct pni_composite composites[] = {
#define COMPOSITE(name, code, descriptor) {#name, descriptor, fields_##name, (code)},
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
#define SECTION(name, code, descriptor, body) {#name, descriptor, no_fields, (code)},
#include "spec/sections.def"
#undef SECTION
};

enum { COMPOSITES = sizeof composites / sizeof composites[0] };

const struct pni_composite *pni_composite(uint64_t code) {
  for (size_t i = 0; i < COMPOSITES; i++) {
    if (composites[i].code == code) return &composites[i];
  }
  return NULL;
}

uint64_t pni_composite_code(pn_bytes_t descriptor) {
  for (size_t i = 0; i < COMPOSITES; i++) {
    const char *known = composites[i].descriptor;
    if (strlen(known) == descriptor.size && memcmp(known, descriptor.start, descriptor.size) == 0) {
      return composites[i].code;
    }
  }
  return UINT64_MAX;
}
