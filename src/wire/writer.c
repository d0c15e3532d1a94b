/* writer.c: AMQP values into bytes. */
#include "wire/writer.h"

#include "base/memory.h"

void pni_write_bytes(struct pni_writer *writer, uint8_t code, pn_bytes_t bytes) {
  enum { WIDE = 0x10 }; /* from an encoding with a size of one octet to the one with four */
  if (bytes.size <= UINT8_MAX) {
    uint8_t *p = pni_write_room(writer, 2 + bytes.size);
    if (!p) return;
    p[0] = code;
    p[1] = (uint8_t)bytes.size;
    (void)pni_move(p + 2, bytes.start, bytes.size);
  } else {
    pni_write_fixed32(writer, code + WIDE, (uint32_t)bytes.size);
    pni_write_raw(writer, bytes.start, bytes.size);
  }
}

void pni_write_atom(struct pni_writer *writer, const pn_atom_t *atom) {
  switch (atom->type) {
  case PN_BOOL: pni_write_bool(writer, atom->u.as_bool); break;
  case PN_UBYTE: pni_write_fixed8(writer, PNI_UBYTE, atom->u.as_ubyte); break;
  case PN_BYTE: pni_write_fixed8(writer, PNI_BYTE, (uint8_t)atom->u.as_byte); break;
  case PN_USHORT: pni_write_fixed16(writer, PNI_USHORT, atom->u.as_ushort); break;
  case PN_SHORT: pni_write_fixed16(writer, PNI_SHORT, (uint16_t)atom->u.as_short); break;
  case PN_UINT: pni_write_uint(writer, atom->u.as_uint); break;
  case PN_INT: pni_write_int(writer, atom->u.as_int); break;
  case PN_CHAR: pni_write_fixed32(writer, PNI_CHAR, atom->u.as_char); break;
  case PN_ULONG: pni_write_ulong(writer, atom->u.as_ulong); break;
  case PN_LONG: pni_write_long(writer, atom->u.as_long); break;
  case PN_TIMESTAMP: pni_write_fixed64(writer, PNI_TIMESTAMP, (uint64_t)atom->u.as_timestamp); break;
  case PN_FLOAT: pni_write_fixed32(writer, PNI_FLOAT, atom->u.as_uint); break;
  case PN_DOUBLE: pni_write_fixed64(writer, PNI_DOUBLE, atom->u.as_ulong); break;
  case PN_DECIMAL32: pni_write_fixed32(writer, PNI_DECIMAL32, atom->u.as_decimal32); break;
  case PN_DECIMAL64: pni_write_fixed64(writer, PNI_DECIMAL64, atom->u.as_decimal64); break;
  case PN_DECIMAL128:
    pni_write_octet(writer, PNI_DECIMAL128);
    pni_write_raw(writer, atom->u.as_decimal128.bytes, sizeof atom->u.as_decimal128.bytes);
    break;
  case PN_UUID:
    pni_write_octet(writer, PNI_UUID);
    pni_write_raw(writer, atom->u.as_uuid.bytes, sizeof atom->u.as_uuid.bytes);
    break;
  case PN_BINARY: pni_write_bytes(writer, PNI_VBIN8, atom->u.as_bytes); break;
  case PN_STRING: pni_write_bytes(writer, PNI_STR8, atom->u.as_bytes); break;
  case PN_SYMBOL: pni_write_bytes(writer, PNI_SYM8, atom->u.as_bytes); break;
  default: pni_write_null(writer);
  }
}

/* The integer that an atom of a fixed width of up to eight octets holds; a boolean's is 0 or 1. */
static uint64_t atom_bits(const pn_atom_t *atom) {
  switch (atom->type) {
  case PN_BOOL: return atom->u.as_bool;
  case PN_UBYTE: return atom->u.as_ubyte;
  case PN_BYTE: return (uint64_t)atom->u.as_byte;
  case PN_USHORT: return atom->u.as_ushort;
  case PN_SHORT: return (uint64_t)atom->u.as_short;
  case PN_UINT:
  case PN_CHAR:
  case PN_FLOAT:
  case PN_DECIMAL32: return atom->u.as_uint;
  case PN_INT: return (uint64_t)atom->u.as_int;
  default: return atom->u.as_ulong;
  }
}

static void write_variable(struct pni_writer *writer, unsigned width, pn_bytes_t bytes) {
  uint8_t *p = pni_write_room(writer, width + bytes.size);
  if (!p) return;
  if (width == 1)
    p[0] = (uint8_t)bytes.size;
  else
    pni_store32(p, (uint32_t)bytes.size);
  if (bytes.size > 0) memcpy(p + width, bytes.start, bytes.size);
}

void pni_write_payload(struct pni_writer *writer, uint8_t code, const pn_atom_t *atom) {
  const struct pni_encoding encoding = pni_encodings[code];
  if (encoding.form == PNI_VARIABLE) {
    write_variable(writer, encoding.width, atom->u.as_bytes);
    return;
  }
  if (encoding.width == sizeof atom->u.as_uuid) {
    pni_write_raw(writer, atom->u.as_uuid.bytes, sizeof atom->u.as_uuid);
    return;
  }
  uint8_t octets[8];
  pni_store64(octets, atom_bits(atom));
  pni_write_raw(writer, octets + sizeof octets - encoding.width, encoding.width);
}

void pni_write_close_slow(struct pni_writer *writer, size_t at, uint8_t code, size_t count) {
  enum { WIDE = 0x10, NARROW_HEAD = 3, WIDE_HEAD = 9 };
  const size_t size = writer->size - at - NARROW_HEAD;
  if (count == 0 && code == PNI_LIST8) {
    writer->size = at;
    pni_write_octet(writer, PNI_LIST0);
    return;
  }
  const bool wide = size + 1 > UINT8_MAX || count > UINT8_MAX;
  if (wide) writer->size += WIDE_HEAD - NARROW_HEAD;
  if (!pni_writer_fits(writer)) return;
  uint8_t *p = writer->start + at;
  if (wide) {
    memmove(p + WIDE_HEAD, p + NARROW_HEAD, size);
    p[0] = code + WIDE;
    pni_store32(p + 1, (uint32_t)(size + 4));
    pni_store32(p + 5, (uint32_t)count);
  } else {
    p[0] = code;
    p[1] = (uint8_t)(size + 1);
    p[2] = (uint8_t)count;
  }
}
