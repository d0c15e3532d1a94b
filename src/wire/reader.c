/* reader.c: AMQP values out of bytes. Everything here works in the reader's bytes; no state but the place in them. */
#include "wire/reader.h"
#include "base/text.h"
#include "wire/performative.h"
#include "wire/quick.h"
#include "wire/utf8.h"
#include "wire/walker.h"

pni_status pni_reader_fail(struct pni_reader *reader, pni_status status, const char *what) {
  reader->fault.what = what;
  return status;
}

void pni_fault_text(const struct pni_fault *fault, struct pni_text *text) {
  if (fault->type) {
    pni_text_term(text, fault->type);
    pni_text_string(text, ": ");
  }
  if (fault->field) {
    pni_text_term(text, fault->field);
    pni_text_string(text, ": ");
  }
  pni_text_string(text, fault->what ? fault->what : "malformed");
}

static pni_status ends_early(struct pni_reader *reader) {
  return pni_reader_fail(reader, PNI_UNDERFLOW, "the value goes on beyond the end of the data");
}

/* Size and count of a compound or array, whose size covers the count. */
static pni_status read_count(struct pni_reader *reader, unsigned width, struct pni_value *value) {
  const size_t left = pni_reader_left(reader);
  if (left < 2 * (size_t)width) return ends_early(reader);
  const uint32_t size = width == 1 ? reader->pos[0] : pni_load32(reader->pos);
  value->count = width == 1 ? reader->pos[1] : pni_load32(reader->pos + 4);
  if (size < width) return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "size does not cover the count");
  if (size > left - width) return ends_early(reader);
  value->body = reader->pos + 2 * (size_t)width;
  value->size = size - width;
  reader->pos = value->body + value->size;
  return PNI_OK;
}

pni_status pni_read_payload(struct pni_reader *reader, uint8_t code, struct pni_value *value) {
  const struct pni_encoding encoding = pni_encodings[code];
  value->code = code;
  value->type = encoding.type;
  value->count = 0;
  const size_t left = pni_reader_left(reader);
  size_t size = encoding.width;
  switch (encoding.form) {
  case PNI_FIXED: break;
  case PNI_VARIABLE:
    if (left < size) return ends_early(reader);
    size = encoding.width == 1 ? reader->pos[0] : pni_load32(reader->pos);
    reader->pos += encoding.width;
    if (size > left - encoding.width) return ends_early(reader);
    value->body = reader->pos;
    value->size = (uint32_t)size;
    reader->pos += size;
    return PNI_OK;
  case PNI_COMPOUND:
  case PNI_ARRAY_FORM: return read_count(reader, encoding.width, value);
  default:
    if (code != PNI_DESCRIPTOR)
      return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "no type has this constructor");
    value->type = PN_DESCRIBED;
  }
  if (left < size) return ends_early(reader);
  value->body = reader->pos;
  value->size = (uint32_t)size;
  reader->pos += size;
  return PNI_OK;
}

pni_status pni_read_head(struct pni_reader *reader, struct pni_value *value) {
  if (PNI_UNLIKELY(reader->pos == reader->end)) return ends_early(reader);
  const uint8_t code = *reader->pos++;
  return pni_read_payload(reader, code, value);
}

pni_status pni_read_past(struct pni_reader *reader) {
  struct pni_value value = {.type = 0};
  for (size_t wanted = 1; wanted > 0; wanted--) {
    TRY(pni_read_head(reader, &value));
    if (value.type == PN_DESCRIBED) wanted += 2;
  }
  return PNI_OK;
}

pni_status pni_check_scalar(struct pni_reader *reader, const struct pni_value *value) {
  switch (pni_encodings[value->code].check) {
  case PNI_CHECK_UTF8:
    if (pni_utf8(value->body, value->size)) return PNI_OK;
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "string is not UTF-8");
  case PNI_CHECK_ASCII:
    if (pni_ascii(value->body, value->size)) return PNI_OK;
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "symbol is not ASCII");
  case PNI_CHECK_TRUTH:
    if (value->body[0] <= 1) return PNI_OK;
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "boolean is neither 0 nor 1");
  default: return PNI_OK;
  }
}

static pni_status read_thoroughly(struct pni_reader *reader, pn_bytes_t *encoded) {
  const uint8_t *const start = reader->pos;
  TRY(pni_walk_over(reader));
  *encoded = pn_bytes((size_t)(reader->pos - start), (const char *)start);
  return PNI_OK;
}

pni_status pni_read_value(struct pni_reader *reader, pn_bytes_t *encoded) {
  const uint8_t *const start = reader->pos;
  const uint8_t *const next = start != reader->end ? pni_quick_scalar(start, reader->end) : NULL;
  if (!next) return read_thoroughly(reader, encoded);
  *encoded = pn_bytes((size_t)(next - start), (const char *)start);
  reader->pos = next;
  return PNI_OK;
}

pni_status pni_read_descriptor(struct pni_reader *reader, uint64_t *code) {
  if (pni_reader_left(reader) >= 2 && reader->pos[0] == PNI_SMALLULONG) {
    *code = reader->pos[1];
    reader->pos += 2;
    return PNI_OK;
  }
  struct pni_value value;
  struct pni_reader ahead = *reader;
  pn_bytes_t encoded;
  const pni_status status = pni_read_value(reader, &encoded);
  if (status) return status;
  TRY(pni_read_head(&ahead, &value));
  *code = value.type == PN_ULONG    ? pni_value_unsigned(&value)
          : value.type == PN_SYMBOL ? pni_composite_code(pni_value_bytes(&value))
                                    : UINT64_MAX;
  return PNI_OK;
}

uint64_t pni_value_unsigned(const struct pni_value *value) {
  switch (value->size) {
  case 0: return value->code == PNI_TRUE;
  case 1: return value->body[0];
  case 2: return pni_load16(value->body);
  case 4: return pni_load32(value->body);
  default: return pni_load64(value->body);
  }
}

int64_t pni_value_signed(const struct pni_value *value) {
  switch (value->size) {
  case 1: return (int8_t)value->body[0];
  case 2: return (int16_t)pni_load16(value->body);
  case 4: return (int32_t)pni_load32(value->body);
  default: return (int64_t)pni_load64(value->body);
  }
}

pn_atom_t pni_value_atom(const struct pni_value *value) {
  pn_atom_t atom;
  memset(&atom, 0, sizeof atom);
  atom.type = (pn_type_t)value->type;
  switch (atom.type) {
  case PN_NULL: break;
  case PN_BOOL: atom.u.as_bool = pni_value_unsigned(value) != 0; break;
  case PN_BYTE: atom.u.as_byte = (int8_t)pni_value_signed(value); break;
  case PN_SHORT: atom.u.as_short = (int16_t)pni_value_signed(value); break;
  case PN_INT: atom.u.as_int = (int32_t)pni_value_signed(value); break;
  case PN_LONG:
  case PN_TIMESTAMP: atom.u.as_long = pni_value_signed(value); break;
  case PN_UBYTE: atom.u.as_ubyte = (uint8_t)pni_value_unsigned(value); break;
  case PN_USHORT: atom.u.as_ushort = (uint16_t)pni_value_unsigned(value); break;
  case PN_UINT:
  case PN_CHAR:
  case PN_DECIMAL32:
  case PN_FLOAT: atom.u.as_uint = (uint32_t)pni_value_unsigned(value); break;
  case PN_ULONG:
  case PN_DECIMAL64:
  case PN_DOUBLE: atom.u.as_ulong = pni_value_unsigned(value); break;
  case PN_DECIMAL128:
  case PN_UUID: memcpy(atom.u.as_uuid.bytes, value->body, 16); break;
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: atom.u.as_bytes = pni_value_bytes(value); break;
  default: break;
  }
  return atom;
}
