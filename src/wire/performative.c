/* performative.c: decoders, encoders and names of all composite types, made from spec/performatives.def. */
#include "wire/performative.h"

#include "base/memory.h"
#include "wire/straight.h"

/* What a member holds while its field is absent: the standard's default, else nothing. */
#define NUMBER_MANDATORY                      0
#define NUMBER_OPTIONAL                       0
#define NUMBER_DEFAULT(value)                 (value)
#define BYTES_MANDATORY                       pn_bytes(0, NULL)
#define BYTES_OPTIONAL                        pn_bytes(0, NULL)
#define BYTES_DEFAULT(text)                   pn_bytes(sizeof(text) - 1, (text))
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

#define HAS_DEFAULT_MANDATORY      false
#define HAS_DEFAULT_OPTIONAL       false
#define HAS_DEFAULT_DEFAULT(value) true
#define COMPOSITE(name, code, descriptor)                                                                    \
  static inline void set_absent_##name(struct pni_##name *out) {                                             \
    pni_zero(out, sizeof *out);
#define FIELD(name, type, presence)                                                                          \
  if (HAS_DEFAULT_##presence) out->name = ABSENT_##type(presence);
#define END(name) }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* Decoders. A quick one for lists all of whose fields are in the usual encodings, which calls nothing; a thorough one for
 * all others, which begins anew and says what is wrong. */
enum presence { MANDATORY, OPTIONAL };
#define DEFAULT(value) OPTIONAL

#define COMPOSITE(name, code, descriptor)                                                                    \
  const uint8_t *pni_##name##_quick(const uint8_t *pos, const uint8_t *end, struct pni_##name *out) {        \
    return pni_##name##_take(pos, end, out);                                                                 \
  }
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

static PNI_COLD pni_status fail_in(struct pni_reader *reader, const struct pni_fields *fields,
    pni_status status, const char *type, const char *field) {
  reader->fault = (struct pni_fault){.what = fields->in.fault.what, .type = type, .field = field};
  if (status != PNI_UNDERFLOW) return status;
  /* All of the list is there: more data would not complete a field that goes on beyond it. */
  return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "size and count contradict each other");
}

static PNI_COLD pni_status missing(struct pni_reader *reader, const char *type, const char *field) {
  reader->fault = (struct pni_fault){.what = "mandatory field is missing", .type = type, .field = field};
  return PNI_BAD_ARGUMENT;
}

#define COMPOSITE(name, code, descriptor)                                                                    \
  static PNI_COLD pni_status decode_##name(struct pni_reader *reader, struct pni_##name *out) {              \
    static const char type[] = #name;                                                                        \
    struct pni_fields fields;                                                                                \
    set_absent_##name(out);                                                                                  \
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

#define COMPOSITE(name, code, descriptor)                                                                    \
  pni_status pni_##name##_decode(struct pni_reader *reader, struct pni_##name *out) {                        \
    set_absent_##name(out);                                                                                  \
    const uint8_t *const next = pni_##name##_quick(reader->pos, reader->end, out);                           \
    if (PNI_UNLIKELY(!next)) return decode_##name(reader, out);                                              \
    reader->pos = next;                                                                                      \
    return PNI_OK;                                                                                           \
  }
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

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
  static PNI_COLD void encode_##name(struct pni_writer *writer, const struct pni_##name *in) {               \
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

/* The same straight to where it goes, when there is plenty of room: at least ROOM octets for each field, beyond what its
 * bytes take, which are counted against `limit`. Whatever else turns out to be in the way, the other encoder begins anew. */
enum { HEAD = 6, ROOM = 11 };

#define quick_BOOL(p, limit, v)      pni_put_BOOL(p, v)
#define quick_UBYTE(p, limit, v)     pni_put_UBYTE(p, v)
#define quick_USHORT(p, limit, v)    pni_put_USHORT(p, v)
#define quick_UINT(p, limit, v)      pni_put_UINT(p, v)
#define quick_ULONG(p, limit, v)     pni_put_ULONG(p, v)
#define quick_TIMESTAMP(p, limit, v) pni_put_TIMESTAMP(p, v)

static uint8_t *quick_bytes(uint8_t *p, const uint8_t *limit, uint8_t code, pn_bytes_t v) {
  if (v.size > UINT8_MAX || (ptrdiff_t)v.size > limit - p) return NULL;
  p[0] = code;
  p[1] = (uint8_t)v.size;
  (void)pni_move(p + 2, v.start, v.size);
  return p + 2 + v.size;
}

static uint8_t *quick_ANY(uint8_t *p, const uint8_t *limit, pn_bytes_t v) {
  if (v.size > PTRDIFF_MAX || (ptrdiff_t)v.size > limit - p) return NULL;
  (void)pni_move(p, v.start, v.size);
  return p + v.size;
}
#define quick_BINARY(p, limit, v)  quick_bytes(p, limit, PNI_VBIN8, v)
#define quick_STRING(p, limit, v)  quick_bytes(p, limit, PNI_STR8, v)
#define quick_SYMBOL(p, limit, v)  quick_bytes(p, limit, PNI_SYM8, v)
#define quick_ADDRESS              quick_STRING
#define quick_SENDER_SETTLE_MODE   quick_UBYTE
#define quick_RECEIVER_SETTLE_MODE quick_UBYTE
#define quick_TERMINUS_DURABILITY  quick_UINT
#define quick_SASL_CODE            quick_UBYTE
#define quick_MESSAGE_ID           quick_ANY
#define quick_MAP                  quick_ANY
#define quick_FIELDS               quick_ANY
#define quick_SYMBOLS              quick_ANY
#define quick_ERROR                quick_ANY

#define COMPOSITE(name, code, descriptor) enum { FIELDS_OF_##name = 0
#define FIELD(name, type, presence)       +1
#define END(name)                                                                                            \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* Nulls are written at once, and taken back if nothing follows them. */
#define COMPOSITE(name, code, descriptor)                                                                    \
  void pni_##name##_encode(struct pni_writer *writer, const struct pni_##name *in) {                         \
    enum { NEEDED = HEAD + ROOM * FIELDS_OF_##name };                                                        \
    const size_t at = writer->size;                                                                          \
    if (PNI_UNLIKELY(writer->capacity < at + NEEDED)) {                                                      \
      encode_##name(writer, in);                                                                             \
      return;                                                                                                \
    }                                                                                                        \
    uint8_t *const head = writer->start + at;                                                                \
    const uint8_t *const limit = writer->start + writer->capacity - NEEDED;                                  \
    uint8_t *p = head + HEAD, *behind_last = p;                                                              \
    uint8_t index = 0;                                                                                       \
    (void)in, (void)limit, (void)index;                                                                      \
    head[0] = PNI_DESCRIPTOR;                                                                                \
    head[1] = PNI_SMALLULONG;                                                                                \
    head[2] = code;                                                                                          \
    head[5] = 0;
#define FIELD(name, type, presence)                                                                          \
  index++;                                                                                                   \
  if (in->has.name) {                                                                                        \
    p = quick_##type(p, limit, in->name);                                                                    \
    if (PNI_UNLIKELY(!p)) goto not_quick;                                                                    \
    behind_last = p;                                                                                         \
    head[5] = index;                                                                                         \
  } else {                                                                                                   \
    *p++ = PNI_NULL;                                                                                         \
  }
#define END(name)                                                                                            \
  if (PNI_UNLIKELY(behind_last - head > 5 + UINT8_MAX || head[5] == 0)) goto not_quick;                      \
  head[3] = PNI_LIST8;                                                                                       \
  head[4] = (uint8_t)(behind_last - head - 5);                                                               \
  writer->size = at + (size_t)(behind_last - head);                                                          \
  return;                                                                                                    \
not_quick:                                                                                                   \
  encode_##name(writer, in);                                                                                 \
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
