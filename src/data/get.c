/* get.c: the current value, read. Asked for another type than it has, everything answers with nothing. */
#include "data/node.h"

PNI_INLINE uint64_t get(const pn_data_t *data, pn_type_t type) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == type ? node->value.bits : 0;
}

bool pn_data_get_bool(pn_data_t *data) { return get(data, PN_BOOL) != 0; }
uint8_t pn_data_get_ubyte(pn_data_t *data) { return (uint8_t)get(data, PN_UBYTE); }
int8_t pn_data_get_byte(pn_data_t *data) { return (int8_t)get(data, PN_BYTE); }
uint16_t pn_data_get_ushort(pn_data_t *data) { return (uint16_t)get(data, PN_USHORT); }
int16_t pn_data_get_short(pn_data_t *data) { return (int16_t)get(data, PN_SHORT); }
uint32_t pn_data_get_uint(pn_data_t *data) { return (uint32_t)get(data, PN_UINT); }
int32_t pn_data_get_int(pn_data_t *data) { return (int32_t)get(data, PN_INT); }
pn_char_t pn_data_get_char(pn_data_t *data) { return (pn_char_t)get(data, PN_CHAR); }
uint64_t pn_data_get_ulong(pn_data_t *data) { return get(data, PN_ULONG); }
int64_t pn_data_get_long(pn_data_t *data) { return (int64_t)get(data, PN_LONG); }
pn_timestamp_t pn_data_get_timestamp(pn_data_t *data) { return (pn_timestamp_t)get(data, PN_TIMESTAMP); }
float pn_data_get_float(pn_data_t *data) { return pni_bits_float(get(data, PN_FLOAT)); }
double pn_data_get_double(pn_data_t *data) { return pni_bits_double(get(data, PN_DOUBLE)); }
pn_decimal32_t pn_data_get_decimal32(pn_data_t *data) { return (pn_decimal32_t)get(data, PN_DECIMAL32); }
pn_decimal64_t pn_data_get_decimal64(pn_data_t *data) { return get(data, PN_DECIMAL64); }

static size_t get_count(const pn_data_t *data, pn_type_t type) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == type ? node->value.items.count : 0;
}

size_t pn_data_get_list(pn_data_t *data) { return get_count(data, PN_LIST); }
size_t pn_data_get_map(pn_data_t *data) { return get_count(data, PN_MAP); }

pn_type_t pn_data_type(pn_data_t *data) {
  return data->current ? (pn_type_t)pni_data_current(data)->type : PN_INVALID;
}

bool pn_data_is_null(pn_data_t *data) { return pni_data_current(data)->type == PN_NULL; }
bool pn_data_is_described(pn_data_t *data) { return pni_data_current(data)->type == PN_DESCRIBED; }

size_t pn_data_get_array(pn_data_t *data) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == PN_ARRAY ? pni_node_elements(node) : 0;
}

bool pn_data_is_array_described(pn_data_t *data) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == PN_ARRAY && pni_node_described_array(node);
}

pn_type_t pn_data_get_array_type(pn_data_t *data) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == PN_ARRAY ? pni_node_element_type(node) : PN_INVALID;
}

static inline pn_bytes_t get_bytes(const pn_data_t *data, pn_type_t type) {
  const struct pni_node *node = pni_data_current(data);
  return node->type == type ? pni_node_bytes(data, node) : pn_bytes(0, NULL);
}

pn_bytes_t pn_data_get_binary(pn_data_t *data) { return get_bytes(data, PN_BINARY); }
pn_bytes_t pn_data_get_string(pn_data_t *data) { return get_bytes(data, PN_STRING); }
pn_bytes_t pn_data_get_symbol(pn_data_t *data) { return get_bytes(data, PN_SYMBOL); }

pn_bytes_t pn_data_get_bytes(pn_data_t *data) {
  const struct pni_node *node = pni_data_current(data);
  switch (node->type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return pni_node_bytes(data, node);
  default: return pn_bytes(0, NULL);
  }
}

pn_decimal128_t pn_data_get_decimal128(pn_data_t *data) {
  pn_decimal128_t d = {{0}};
  const pn_bytes_t bytes = get_bytes(data, PN_DECIMAL128);
  if (bytes.start) memcpy(d.bytes, bytes.start, sizeof d.bytes);
  return d;
}

pn_uuid_t pn_data_get_uuid(pn_data_t *data) {
  pn_uuid_t u = {{0}};
  const pn_bytes_t bytes = get_bytes(data, PN_UUID);
  if (bytes.start) memcpy(u.bytes, bytes.start, sizeof u.bytes);
  return u;
}

uint64_t pni_atom_bits(const pn_atom_t *atom) {
  switch (atom->type) {
  case PN_BOOL: return atom->u.as_bool;
  case PN_UBYTE: return atom->u.as_ubyte;
  case PN_BYTE: return (uint64_t)atom->u.as_byte;
  case PN_USHORT: return atom->u.as_ushort;
  case PN_SHORT: return (uint64_t)atom->u.as_short;
  case PN_UINT: return atom->u.as_uint;
  case PN_INT: return (uint64_t)atom->u.as_int;
  case PN_CHAR: return atom->u.as_char;
  case PN_FLOAT: return pni_float_bits(atom->u.as_float);
  case PN_DECIMAL32: return atom->u.as_decimal32;
  case PN_DOUBLE: return pni_double_bits(atom->u.as_double);
  case PN_NULL: return 0;
  default: return atom->u.as_ulong;
  }
}

pn_atom_t pni_data_atom(const pn_data_t *data, const struct pni_node *node) {
  const uint64_t bits = node->value.bits;
  pn_atom_t atom;
  memset(&atom, 0, sizeof atom);
  atom.type = (pn_type_t)node->type;
  switch (atom.type) {
  case PN_BOOL: atom.u.as_bool = bits != 0; break;
  case PN_UBYTE: atom.u.as_ubyte = (uint8_t)bits; break;
  case PN_BYTE: atom.u.as_byte = (int8_t)bits; break;
  case PN_USHORT: atom.u.as_ushort = (uint16_t)bits; break;
  case PN_SHORT: atom.u.as_short = (int16_t)bits; break;
  case PN_UINT: atom.u.as_uint = (uint32_t)bits; break;
  case PN_INT: atom.u.as_int = (int32_t)bits; break;
  case PN_CHAR: atom.u.as_char = (pn_char_t)bits; break;
  case PN_FLOAT: atom.u.as_float = pni_bits_float(bits); break;
  case PN_DECIMAL32: atom.u.as_decimal32 = (pn_decimal32_t)bits; break;
  case PN_DOUBLE: atom.u.as_double = pni_bits_double(bits); break;
  case PN_ULONG:
  case PN_LONG:
  case PN_TIMESTAMP:
  case PN_DECIMAL64: atom.u.as_ulong = bits; break;
  case PN_DECIMAL128:
  case PN_UUID: memcpy(&atom.u.as_uuid, pni_node_bytes(data, node).start, sizeof atom.u.as_uuid); break;
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: atom.u.as_bytes = pni_node_bytes(data, node); break;
  default: break;
  }
  return atom;
}

pn_atom_t pn_data_get_atom(pn_data_t *data) {
  pn_atom_t atom = pni_data_atom(data, pni_data_current(data));
  if (!data->current) atom.type = PN_NULL;
  return atom;
}
