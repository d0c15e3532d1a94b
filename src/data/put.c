/* put.c: values put into a tree, one at a time.
 *
 * Room for bytes is made before the node, so that a failure leaves nothing behind. */
#include "data/node.h"

/* Failed putting: the code was noted. */
static PNI_COLD int failure(const pn_data_t *data) { return data->error.code; }

static PNI_NOINLINE int put_slow(pn_data_t *data, pn_type_t type, uint64_t bits) {
  return pni_data_add_slow(data, type, (union pni_node_value){.bits = bits}) ? PNI_OK : failure(data);
}

PNI_INLINE int put(pn_data_t *data, pn_type_t type, uint64_t bits) {
  uint16_t *const link = pni_data_link(data);
  if (!pni_data_appends(data, link)) return put_slow(data, type, bits);
  (void)pni_data_append_node(data, link, type, (union pni_node_value){.bits = bits});
  return PNI_OK;
}

int pn_data_put_null(pn_data_t *data) { return put(data, PN_NULL, 0); }
int pn_data_put_bool(pn_data_t *data, bool b) { return put(data, PN_BOOL, b); }
int pn_data_put_ubyte(pn_data_t *data, uint8_t ub) { return put(data, PN_UBYTE, ub); }
int pn_data_put_byte(pn_data_t *data, int8_t b) { return put(data, PN_BYTE, (uint64_t)b); }
int pn_data_put_ushort(pn_data_t *data, uint16_t us) { return put(data, PN_USHORT, us); }
int pn_data_put_short(pn_data_t *data, int16_t s) { return put(data, PN_SHORT, (uint64_t)s); }
int pn_data_put_uint(pn_data_t *data, uint32_t ui) { return put(data, PN_UINT, ui); }
int pn_data_put_int(pn_data_t *data, int32_t i) { return put(data, PN_INT, (uint64_t)i); }
int pn_data_put_char(pn_data_t *data, pn_char_t c) { return put(data, PN_CHAR, c); }
int pn_data_put_ulong(pn_data_t *data, uint64_t ul) { return put(data, PN_ULONG, ul); }
int pn_data_put_long(pn_data_t *data, int64_t l) { return put(data, PN_LONG, (uint64_t)l); }
int pn_data_put_timestamp(pn_data_t *data, pn_timestamp_t t) { return put(data, PN_TIMESTAMP, (uint64_t)t); }
int pn_data_put_float(pn_data_t *data, float f) { return put(data, PN_FLOAT, pni_float_bits(f)); }
int pn_data_put_double(pn_data_t *data, double d) { return put(data, PN_DOUBLE, pni_double_bits(d)); }
int pn_data_put_decimal32(pn_data_t *data, pn_decimal32_t d) { return put(data, PN_DECIMAL32, d); }
int pn_data_put_decimal64(pn_data_t *data, pn_decimal64_t d) { return put(data, PN_DECIMAL64, d); }

int pn_data_put_list(pn_data_t *data) { return put(data, PN_LIST, 0); }
int pn_data_put_map(pn_data_t *data) { return put(data, PN_MAP, 0); }
int pn_data_put_described(pn_data_t *data) { return put(data, PN_DESCRIBED, 0); }

int pn_data_put_array(pn_data_t *data, bool described, pn_type_t type) {
  struct pni_node *node = pni_data_add(data, PN_ARRAY, (union pni_node_value){.bits = 0});
  if (PNI_UNLIKELY(!node)) return failure(data);
  pni_node_set_element(node, described, type);
  return PNI_OK;
}

/* Bytes that are many or counted, for which room has to be made, or that are put over something. */
static PNI_NOINLINE int put_bytes_slow(pn_data_t *data, pn_type_t type, size_t size, const char *start) {
  if (pni_data_reserve_bytes(data, size, &start)) return failure(data);
  struct pni_node *node = pni_data_add(data, type, (union pni_node_value){.bits = 0});
  if (!node) return failure(data);
  node->value = pni_data_add_bytes(data, start, size);
  return PNI_OK;
}

/* Bytes for which there is room, as another node. */
PNI_INLINE int put_bytes_behind(pn_data_t *data, pn_type_t type, size_t size, const char *start) {
  const uint32_t offset = data->bytes_size;
  uint16_t *const link = pni_data_link(data);
  if (PNI_UNLIKELY(offset + size >= data->bytes_end || !pni_data_appends(data, link)))
    return put_bytes_slow(data, type, size, start);
  struct pni_node *const node = pni_data_append_node(data, link, type, (union pni_node_value){.bits = 0});
  node->value.bytes.offset = offset;
  node->value.bytes.size = (uint32_t)size;
  data->bytes_size = offset + (uint32_t)size + 1;
  char *const to = data->bytes + offset;
  to[size] = '\0';
  (void)pni_move(to, start, size);
  return PNI_OK;
}

int pni_data_put_bytes(pn_data_t *data, pn_type_t type, size_t size, const char *start) {
  if (size > PNI_DATA_BYTES_MAX) return put_bytes_slow(data, type, size, start);
  return put_bytes_behind(data, type, size, start);
}

/* Few bytes, as most are, cost no call. */
PNI_INLINE int put_bytes(pn_data_t *data, pn_type_t type, pn_bytes_t bytes) {
  if (PNI_UNLIKELY(bytes.size > PNI_MOVE_FEW)) return pni_data_put_bytes(data, type, bytes.size, bytes.start);
  return put_bytes_behind(data, type, bytes.size, bytes.start);
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

int pn_data_put_atom(pn_data_t *data, pn_atom_t atom) {
  switch (atom.type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return put_bytes(data, atom.type, atom.u.as_bytes);
  case PN_DECIMAL128:
  case PN_UUID: return put_bytes(data, atom.type, pn_bytes(sizeof atom.u.as_uuid, atom.u.as_uuid.bytes));
  case PN_NULL:
  case PN_DESCRIBED:
  case PN_LIST:
  case PN_MAP: return put(data, atom.type, 0);
  default:
    if (atom.type > PN_NULL && atom.type < PN_DESCRIBED) return put(data, atom.type, pni_atom_bits(&atom));
    return pni_data_fail(data, PNI_BAD_ARGUMENT, "cannot put an atom of type %s", pn_type_name(atom.type));
  }
}
