/* get.c: the current value, read. Asked for another type than it has, everything answers with nothing. */
#include "data/node.h"

#define GET(name, c_type, pn_type, member)                                                                   \
  c_type pn_data_get_##name(pn_data_t *data) {                                                               \
    const struct pni_node *node = pni_data_current(data);                                                    \
    return node->type == (pn_type) ? node->value.member : 0;                                                 \
  }
GET(bool, bool, PN_BOOL, as_bool)
GET(ubyte, uint8_t, PN_UBYTE, as_ubyte)
GET(byte, int8_t, PN_BYTE, as_byte)
GET(ushort, uint16_t, PN_USHORT, as_ushort)
GET(short, int16_t, PN_SHORT, as_short)
GET(uint, uint32_t, PN_UINT, as_uint)
GET(int, int32_t, PN_INT, as_int)
GET(char, pn_char_t, PN_CHAR, as_uint)
GET(ulong, uint64_t, PN_ULONG, as_ulong)
GET(long, int64_t, PN_LONG, as_long)
GET(timestamp, pn_timestamp_t, PN_TIMESTAMP, as_long)
GET(float, float, PN_FLOAT, as_float)
GET(double, double, PN_DOUBLE, as_double)
GET(decimal32, pn_decimal32_t, PN_DECIMAL32, as_uint)
GET(decimal64, pn_decimal64_t, PN_DECIMAL64, as_ulong)
GET(list, size_t, PN_LIST, items.count)
GET(map, size_t, PN_MAP, items.count)

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

pn_atom_t pni_data_atom(const pn_data_t *data, const struct pni_node *node) {
  pn_atom_t atom;
  memset(&atom, 0, sizeof atom);
  atom.type = (pn_type_t)node->type;
  switch (node->type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: atom.u.as_bytes = pni_node_bytes(data, node); break;
  case PN_DECIMAL128:
  case PN_UUID: memcpy(&atom.u.as_uuid, data->bytes + node->value.bytes.offset, sizeof atom.u.as_uuid); break;
  case PN_DESCRIBED:
  case PN_ARRAY:
  case PN_LIST:
  case PN_MAP: break;
  default: memcpy(&atom.u, &node->value, sizeof node->value);
  }
  return atom;
}

pn_atom_t pn_data_get_atom(pn_data_t *data) {
  pn_atom_t atom = pni_data_atom(data, pni_data_current(data));
  if (!data->current) memset(&atom, 0, sizeof atom), atom.type = PN_NULL;
  return atom;
}
