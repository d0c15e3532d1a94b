/* put.c: values put into a tree, one at a time.
 *
 * Room for bytes is made before the node, so that a failure leaves nothing behind. */
#include "data/node.h"

/* Failed putting: the code was noted. */
static PNI_COLD int failure(const pn_data_t *data) { return data->error.code; }

#define PUT(name, c_type, pn_type, member)                                                                   \
  int pn_data_put_##name(pn_data_t *data, c_type v) {                                                        \
    struct pni_node *node = pni_data_add(data, pn_type);                                                     \
    if (PNI_UNLIKELY(!node)) return failure(data);                                                           \
    node->value.member = v;                                                                                  \
    return PNI_OK;                                                                                           \
  }
PUT(bool, bool, PN_BOOL, as_bool)
PUT(ubyte, uint8_t, PN_UBYTE, as_ubyte)
PUT(byte, int8_t, PN_BYTE, as_byte)
PUT(ushort, uint16_t, PN_USHORT, as_ushort)
PUT(short, int16_t, PN_SHORT, as_short)
PUT(uint, uint32_t, PN_UINT, as_uint)
PUT(int, int32_t, PN_INT, as_int)
PUT(char, pn_char_t, PN_CHAR, as_uint)
PUT(ulong, uint64_t, PN_ULONG, as_ulong)
PUT(long, int64_t, PN_LONG, as_long)
PUT(timestamp, pn_timestamp_t, PN_TIMESTAMP, as_long)
PUT(float, float, PN_FLOAT, as_float)
PUT(double, double, PN_DOUBLE, as_double)
PUT(decimal32, pn_decimal32_t, PN_DECIMAL32, as_uint)
PUT(decimal64, pn_decimal64_t, PN_DECIMAL64, as_ulong)

static inline int put_empty(pn_data_t *data, pn_type_t type) {
  return PNI_LIKELY(pni_data_add(data, type) != NULL) ? PNI_OK : failure(data);
}

int pn_data_put_null(pn_data_t *data) { return put_empty(data, PN_NULL); }
int pn_data_put_list(pn_data_t *data) { return put_empty(data, PN_LIST); }
int pn_data_put_map(pn_data_t *data) { return put_empty(data, PN_MAP); }
int pn_data_put_described(pn_data_t *data) { return put_empty(data, PN_DESCRIBED); }

int pn_data_put_array(pn_data_t *data, bool described, pn_type_t type) {
  struct pni_node *node = pni_data_add(data, PN_ARRAY);
  if (PNI_UNLIKELY(!node)) return failure(data);
  pni_node_set_element(node, described, type);
  return PNI_OK;
}

static inline int put_bytes(pn_data_t *data, pn_type_t type, pn_bytes_t bytes) {
  if (PNI_UNLIKELY(pni_data_reserve_bytes(data, bytes.size, &bytes.start))) return failure(data);
  struct pni_node *node = pni_data_add(data, type);
  if (PNI_UNLIKELY(!node)) return failure(data);
  node->value.bytes.offset = pni_data_add_bytes(data, bytes.start, bytes.size);
  node->value.bytes.size = (uint32_t)bytes.size;
  return PNI_OK;
}

int pn_data_put_binary(pn_data_t *data, pn_bytes_t bytes) { return put_bytes(data, PN_BINARY, bytes); }
int pn_data_put_string(pn_data_t *data, pn_bytes_t string) { return put_bytes(data, PN_STRING, string); }
int pn_data_put_symbol(pn_data_t *data, pn_bytes_t symbol) { return put_bytes(data, PN_SYMBOL, symbol); }

int pn_data_put_decimal128(pn_data_t *data, pn_decimal128_t d) {
  return put_bytes(data, PN_DECIMAL128, pn_bytes(sizeof d.bytes, d.bytes));
}

int pn_data_put_uuid(pn_data_t *data, pn_uuid_t u) {
  return put_bytes(data, PN_UUID, pn_bytes(sizeof u.bytes, u.bytes));
}

pni_status pni_data_put_atom(pn_data_t *data, const pn_atom_t *atom) {
  switch (atom->type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return (pni_status)put_bytes(data, atom->type, atom->u.as_bytes);
  case PN_DECIMAL128:
  case PN_UUID:
    return (pni_status)put_bytes(data, atom->type, pn_bytes(sizeof atom->u.as_uuid, atom->u.as_uuid.bytes));
  default: break;
  }
  struct pni_node *node = pni_data_add(data, atom->type);
  if (PNI_UNLIKELY(!node)) return (pni_status)failure(data);
  memcpy(&node->value, &atom->u, sizeof node->value);
  return PNI_OK;
}

int pn_data_put_atom(pn_data_t *data, pn_atom_t atom) {
  switch (atom.type) {
  case PN_NULL:
  case PN_DESCRIBED:
  case PN_LIST:
  case PN_MAP: return put_empty(data, atom.type);
  default: break;
  }
  if (atom.type > PN_NULL && atom.type < PN_DESCRIBED) return pni_data_put_atom(data, &atom);
  return pni_data_fail(data, PNI_BAD_ARGUMENT, "cannot put an atom of type %s", pn_type_name(atom.type));
}
