/* composites.c: what each type of field takes, and all composites from their list. */
#include "wire/composites.h"
#include "base/text.h"

#include <inttypes.h>

#define CHOICE_OF(primitive, one, zero)                                                                      \
  {                                                                                                          \
    primitive, "0", {                                                                                        \
      {one, "1"}, { zero, "0" }                                                                              \
    }                                                                                                        \
  }
#define TEXT_OF(primitive, small, large)                                                                     \
  {                                                                                                          \
    primitive, "none", {                                                                                     \
      {small " 03 'abc'", "\"abc\""}, {large " 00000003 'abc'", "\"abc\""}, { small " 00", "\"\"" }          \
    }                                                                                                        \
  }
#define A_STRING "a1 02 c3a9"

static const struct type BOOL = {"BOOL", "false", {{"41", "true"}, {"42", "false"}, {"56 01", "true"}}};
static const struct type UBYTE = {"UBYTE", "0", {{"50 ff", "255"}, {"50 00", "0"}}};
static const struct type USHORT = {"USHORT", "0", {{"60 0102", "258"}, {"60 0000", "0"}}};
static const struct type UINT = {
    "UINT", "0", {{"70 01020304", "16909060"}, {"52 ff", "255"}, {"43", "0"}, {"70 ffffffff", "4294967295"}}};
static const struct type ULONG = {"ULONG", "0",
    {{"80 0102030405060708", "72623859790382856"}, {"53 ff", "255"}, {"44", "0"},
        {"80 ffffffffffffffff", "18446744073709551615"}}};
static const struct type TIMESTAMP = {
    "TIMESTAMP", "0", {{"83 ffffffffffffffff", "-1"}, {"83 0000000000000001", "1"}}};
static const struct type BINARY = TEXT_OF("BINARY", "a0", "b0");
static const struct type STRING = TEXT_OF("STRING", "a1", "b1");
static const struct type SYMBOL = TEXT_OF("SYMBOL", "a3", "b3");
static const struct type ADDRESS = TEXT_OF("STRING", "a1", "b1");
static const struct type SENDER_SETTLE_MODE = CHOICE_OF("UBYTE", "50 01", "50 00");
static const struct type RECEIVER_SETTLE_MODE = CHOICE_OF("UBYTE", "50 01", "50 00");
static const struct type TERMINUS_DURABILITY = CHOICE_OF("UINT", "52 01", "43");
static const struct type SASL_CODE = CHOICE_OF("UBYTE", "50 01", "50 00");
static const struct type MESSAGE_ID = {"ULONG UUID BINARY STRING", "none",
    {{"53 07"}, {"98 '0123456789abcdef'"}, {"a0 02 00ff"}, {A_STRING}, {"44"}}};
static const struct type MAP = {"MAP", "none", {{"c1 03 02 43 41"}, {"c1 01 00"}, {"d1 00000004 00000000"}}};
static const struct type FIELDS = {"MAP", "none", {{"c1 05 02 a3 01 'k' 41"}, {"c1 01 00"}}};
static const struct type SYMBOLS = {"SYMBOL ARRAY", "none",
    {{"a3 03 'abc'"}, {"e0 06 02 a3 01 'a' 01 'b'"}, {"f0 0000000a 00000001 b3 00000001 'a'"}}};
static const struct type ERROR = {"DESCRIBED", "none",
    {{"00 53 1d c0 04 01 a3 01 'c'"}, {"00 a3 0f 'amqp:error:list' c0 04 01 a3 01 'c'"}}};
static const struct type ANY = {"anything", "none", {{"00 53 24 45"}, {"45"}, {"56 00"}, {A_STRING}}};

const char *const values_of_types[PRIMITIVE_TYPES][2] = {{"BOOL", "41"}, {"UBYTE", "50 00"},
    {"BYTE", "51 00"}, {"USHORT", "60 0000"}, {"SHORT", "61 0000"}, {"UINT", "43"}, {"INT", "54 00"},
    {"CHAR", "73 00000041"}, {"ULONG", "44"}, {"LONG", "55 00"}, {"TIMESTAMP", "83 0000000000000000"},
    {"FLOAT", "72 00000000"}, {"DOUBLE", "82 0000000000000000"}, {"DECIMAL32", "74 00000000"},
    {"DECIMAL64", "84 0000000000000000"}, {"DECIMAL128", "94 '0123456789abcdef'"},
    {"UUID", "98 '0123456789abcdef'"}, {"BINARY", "a0 00"}, {"STRING", "a1 00"}, {"SYMBOL", "a3 00"},
    {"DESCRIBED", "00 53 24 45"}, {"ARRAY", "e0 02 01 43"}, {"LIST", "45"}, {"MAP", "c1 01 00"}};

static struct pni_text hold(struct held *held, bool present) {
  assert_true(held->count < MOST_FIELDS);
  held->fields[held->count].present = present;
  return pni_text(held->fields[held->count++].text, sizeof held->fields[0].text);
}
static void hold_bool(struct held *held, bool present, bool v) {
  struct pni_text text = hold(held, present);
  pni_text_string(&text, v ? "true" : "false");
}
static void hold_signed(struct held *held, bool present, int64_t v) {
  struct pni_text text = hold(held, present);
  pni_text_format(&text, "%" PRId64, v);
}
static void hold_unsigned(struct held *held, bool present, uint64_t v) {
  struct pni_text text = hold(held, present);
  pni_text_format(&text, "%" PRIu64, v);
}
static void hold_text(struct held *held, bool present, pn_bytes_t v) {
  struct pni_text text = hold(held, present);
  pni_text_string(&text, v.start ? "\"" : "none");
  pni_text_quoted(&text, v.start, v.size);
  if (v.start) pni_text_char(&text, '"');
}
static void hold_value(struct held *held, bool present, pn_bytes_t v) {
  struct pni_text text = hold(held, present);
  if (!v.start) pni_text_string(&text, "none");
  for (size_t i = 0; v.start && i < v.size; i++)
    pni_text_format(&text, "%02x", (unsigned)(uint8_t)v.start[i]);
}
#define hold_BOOL                 hold_bool
#define hold_UBYTE                hold_unsigned
#define hold_USHORT               hold_unsigned
#define hold_UINT                 hold_unsigned
#define hold_ULONG                hold_unsigned
#define hold_TIMESTAMP            hold_signed
#define hold_SENDER_SETTLE_MODE   hold_unsigned
#define hold_RECEIVER_SETTLE_MODE hold_unsigned
#define hold_TERMINUS_DURABILITY  hold_unsigned
#define hold_SASL_CODE            hold_unsigned
#define hold_BINARY               hold_text
#define hold_STRING               hold_text
#define hold_SYMBOL               hold_text
#define hold_ADDRESS              hold_text
#define hold_MESSAGE_ID           hold_value
#define hold_MAP                  hold_value
#define hold_FIELDS               hold_value
#define hold_SYMBOLS              hold_value
#define hold_ERROR                hold_value
#define hold_ANY                  hold_value

#define COMPOSITE(name, code, descriptor)                                                                    \
  static pni_status decode_##name(struct pni_reader *reader, union any *out) {                               \
    return pni_##name##_decode(reader, &out->name);                                                          \
  }                                                                                                          \
  static void encode_##name(struct pni_writer *writer, const union any *in) {                                \
    pni_##name##_encode(writer, &in->name);                                                                  \
  }                                                                                                          \
  static void hold_##name(struct held *held, const union any *in) {                                          \
    const struct pni_##name *const composite = &in->name;                                                    \
    (void)held, (void)composite;
#define FIELD(name, type, presence) hold_##type(held, composite->has.name, composite->name);
#define END(name)                   }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

#define MANDATORY                         true, NULL
#define OPTIONAL                          false, NULL
#define DEFAULT(value)                    false, #value
#define COMPOSITE(name, code, descriptor) static const struct field fields_of_##name[] = {
#define FIELD(name, type, presence)       {#name, &(type), presence},
#define END(name)                                                                                            \
  { NULL, NULL, false, NULL }                                                                                \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

const struct composite composites[] = {
#define COMPOSITE(name, code, descriptor)                                                                    \
  {#name, code, descriptor, fields_of_##name, sizeof fields_of_##name / sizeof fields_of_##name[0] - 1,      \
      decode_##name, encode_##name, hold_##name},
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
};
const size_t composite_count = sizeof composites / sizeof composites[0];

struct list list_of(const struct composite *composite, bool all) {
  struct list list = {{NULL}};
  for (unsigned i = 0; i < composite->count; i++) {
    const struct field *const field = &composite->fields[i];
    if (all || field->mandatory) list.values[i] = field->type->values[0].encoded;
  }
  return list;
}

struct octets list_encoded(const struct list *list, unsigned count, bool wide, const char *before) {
  char text[1024], whole[1100];
  struct pni_text items = pni_text(text, sizeof text);
  for (unsigned i = 0; i < count; i++) {
    pni_text_char(&items, ' ');
    pni_text_string(&items, list->values[i] ? list->values[i] : "40");
  }
  assert_true(pni_text_fits(&items));
  struct octets measured = octets_of(text);
  const size_t size = measured.size;
  octets_free(&measured);
  if (count == 0 && !wide)
    snprintf(whole, sizeof whole, "%s 45", before);
  else if (wide || size > 254)
    snprintf(whole, sizeof whole, "%s d0 %08zx %08x %s", before, size + 4, count, text);
  else
    snprintf(whole, sizeof whole, "%s c0 %02zx %02x %s", before, size + 1, count, text);
  return octets_of(whole);
}

struct octets list_canonical(const struct composite *composite, const struct list *list) {
  unsigned count = composite->count;
  char before[16];
  while (count > 0 && !list->values[count - 1]) count--;
  snprintf(before, sizeof before, "00 53 %02x", composite->code);
  return list_encoded(list, count, false, before);
}
