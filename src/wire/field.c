/* field.c: the fields of a composite type, taken from a list. [1.4]
 *
 * A field that is null or behind the end of the list is absent. A field of another type than the list of composites
 * says is a fault; so is a field behind the last one that the type has (pni_fields_close). */
#include "wire/field.h"
#include "wire/performative.h"
#include "wire/utf8.h"
#include "wire/walker.h"

pni_status pni_fields_open(struct pni_reader *reader, struct pni_fields *fields) {
  struct pni_value value;
  TRY(pni_read_head(reader, &value));
  if (value.type != PN_LIST) return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a list");
  fields->in = pni_reader(value.body, value.size);
  fields->left = value.count;
  return PNI_OK;
}

pni_status pni_fields_close(struct pni_fields *fields) {
  if (fields->left > 0)
    return pni_reader_fail(&fields->in, PNI_BAD_ARGUMENT, "more fields than the type has");
  if (fields->in.pos == fields->in.end) return PNI_OK;
  return pni_reader_fail(&fields->in, PNI_BAD_ARGUMENT, "size and count contradict each other");
}

static pni_status wrong_type(struct pni_fields *fields) {
  return pni_reader_fail(&fields->in, PNI_BAD_ARGUMENT, "wrong type");
}

/* The head of the next field; false if there is none or it is null. */
static inline pni_status next(struct pni_fields *fields, struct pni_value *value, bool *present) {
  *present = false;
  if (fields->left == 0) return PNI_OK;
  fields->left--;
  TRY(pni_read_head(&fields->in, value));
  *present = value->code != PNI_NULL;
  return PNI_OK;
}

static inline pni_status take_scalar(
    struct pni_fields *fields, pn_type_t type, struct pni_value *value, bool *present) {
  TRY(next(fields, value, present));
  if (!*present) return PNI_OK;
  if (PNI_UNLIKELY(value->type != type)) return wrong_type(fields);
  return pni_check_scalar(&fields->in, value);
}

#define TAKE(name, value_of)                                                                                 \
  pni_status pni_take_##name(struct pni_fields *fields, pni_##name *out, bool *present) {                    \
    struct pni_value value;                                                                                  \
    TRY(take_scalar(fields, PN_##name, &value, present));                                                    \
    if (*present) *out = value_of;                                                                           \
    return PNI_OK;                                                                                           \
  }
TAKE(BOOL, pni_value_unsigned(&value) != 0)
TAKE(UBYTE, (uint8_t)pni_value_unsigned(&value))
TAKE(USHORT, (uint16_t)pni_value_unsigned(&value))
TAKE(UINT, (uint32_t)pni_value_unsigned(&value))
TAKE(ULONG, pni_value_unsigned(&value))
TAKE(TIMESTAMP, pni_value_signed(&value))
TAKE(BINARY, pni_value_bytes(&value))
TAKE(STRING, pni_value_bytes(&value))
TAKE(SYMBOL, pni_value_bytes(&value))

#define CHOICE_BEGIN(type, primitive)                                                                        \
  pni_status pni_take_##type(struct pni_fields *fields, pni_##type *out, bool *present) {                    \
    pni_##type value = 0;                                                                                    \
    TRY(pni_take_##primitive(fields, &value, present));                                                      \
    if (!*present) return PNI_OK;
#define CHOICE(type, name, value)
#define CHOICE_END(type, last)                                                                               \
  if (value > (last)) return pni_reader_fail(&fields->in, PNI_BAD_ARGUMENT, "not one of the type's values"); \
  *out = value;                                                                                              \
  return PNI_OK;                                                                                             \
  }
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END

pni_status pni_take_ADDRESS(struct pni_fields *fields, pni_ADDRESS *out, bool *present) {
  return pni_take_STRING(fields, out, present);
}

pni_status pni_take_ANY(struct pni_fields *fields, pni_ANY *out, bool *present) {
  *present = false;
  if (fields->left == 0) return PNI_OK;
  fields->left--;
  pn_bytes_t encoded;
  TRY(pni_read_value(&fields->in, &encoded));
  *present = (uint8_t)encoded.start[0] != PNI_NULL;
  if (*present) *out = encoded;
  return PNI_OK;
}

/* Any value that was checked, and its head once more. */
static pni_status take_head(
    struct pni_fields *fields, pn_bytes_t *out, struct pni_value *value, bool *present) {
  TRY(pni_take_ANY(fields, out, present));
  if (!*present) return PNI_OK;
  struct pni_reader reader = pni_reader(out->start, out->size);
  return pni_read_head(&reader, value);
}

pni_status pni_take_MESSAGE_ID(struct pni_fields *fields, pni_MESSAGE_ID *out, bool *present) {
  struct pni_value value;
  TRY(take_head(fields, out, &value, present));
  if (!*present) return PNI_OK;
  switch (value.type) {
  case PN_ULONG:
  case PN_UUID:
  case PN_BINARY:
  case PN_STRING: return PNI_OK;
  default: return wrong_type(fields);
  }
}

pni_status pni_take_MAP(struct pni_fields *fields, pni_MAP *out, bool *present) {
  struct pni_value value;
  TRY(take_head(fields, out, &value, present));
  return *present && value.type != PN_MAP ? wrong_type(fields) : PNI_OK;
}

/* Keys have to be symbols; strings are let pass, since peers that send them are about. */
pni_status pni_take_FIELDS(struct pni_fields *fields, pni_FIELDS *out, bool *present) {
  struct pni_value map, item;
  TRY(take_head(fields, out, &map, present));
  if (!*present) return PNI_OK;
  if (map.type != PN_MAP) return wrong_type(fields);
  struct pni_reader inside = pni_reader(map.body, map.size);
  pn_bytes_t value;
  for (uint32_t i = 0; i < map.count; i += 2) {
    TRY(pni_read_head(&inside, &item));
    if (item.type != PN_SYMBOL && item.type != PN_STRING) {
      return pni_reader_fail(&fields->in, PNI_BAD_ARGUMENT, "a key of the map is not a symbol");
    }
    TRY(pni_read_value(&inside, &value));
  }
  return PNI_OK;
}

/* An array of none says the same as a null, so that a mandatory field of none is missing. [1.3.4] */
pni_status pni_take_SYMBOLS(struct pni_fields *fields, pni_SYMBOLS *out, bool *present) {
  struct pni_value value;
  pn_bytes_t encoded;
  TRY(take_head(fields, &encoded, &value, present));
  if (!*present) return PNI_OK;
  if (value.type == PN_ARRAY) {
    if (pni_encodings[value.body[0]].type != PN_SYMBOL) return wrong_type(fields);
    *present = value.count > 0;
  } else if (value.type != PN_SYMBOL) {
    return wrong_type(fields);
  }
  if (*present) *out = encoded;
  return PNI_OK;
}

pni_status pni_take_ERROR(struct pni_fields *fields, pni_ERROR *out, bool *present) {
  TRY(pni_take_ANY(fields, out, present));
  if (!*present) return PNI_OK;
  struct pni_reader reader = pni_reader(out->start, out->size);
  uint64_t code = 0;
  if (*reader.pos++ != PNI_DESCRIPTOR || pni_read_descriptor(&reader, &code) || code != PNI_CODE_error) {
    return wrong_type(fields);
  }
  struct pni_error error;
  const pni_status status = pni_error_decode(&reader, &error);
  fields->in.fault.what = reader.fault.what;
  return status;
}
