/* canonical.c: see canonical.h. */
#include "canonical.h"

#include <inttypes.h>
#include <string.h>

enum { DEEPEST = 4096 };

static uint32_t float_bits(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static uint64_t double_bits(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

void canonical_scalar(struct text *text, pn_data_t *data) {
  pn_bytes_t bytes;
  switch (pn_data_type(data)) {
  case PN_NULL: text_add(text, "null%s", pn_data_is_null(data) ? "" : " but not is_null"); break;
  case PN_BOOL: text_add(text, "bool %d", pn_data_get_bool(data)); break;
  case PN_UBYTE: text_add(text, "ubyte %u", pn_data_get_ubyte(data)); break;
  case PN_BYTE: text_add(text, "byte %d", pn_data_get_byte(data)); break;
  case PN_USHORT: text_add(text, "ushort %u", pn_data_get_ushort(data)); break;
  case PN_SHORT: text_add(text, "short %d", pn_data_get_short(data)); break;
  case PN_UINT: text_add(text, "uint %" PRIu32, pn_data_get_uint(data)); break;
  case PN_INT: text_add(text, "int %" PRId32, pn_data_get_int(data)); break;
  case PN_CHAR: text_add(text, "char %#" PRIx32, pn_data_get_char(data)); break;
  case PN_ULONG: text_add(text, "ulong %" PRIu64, pn_data_get_ulong(data)); break;
  case PN_LONG: text_add(text, "long %" PRId64, pn_data_get_long(data)); break;
  case PN_TIMESTAMP: text_add(text, "timestamp %" PRId64, pn_data_get_timestamp(data)); break;
  case PN_FLOAT: text_add(text, "float %08" PRIx32, float_bits(pn_data_get_float(data))); break;
  case PN_DOUBLE: text_add(text, "double %016" PRIx64, double_bits(pn_data_get_double(data))); break;
  case PN_DECIMAL32: text_add(text, "decimal32 %08" PRIx32, pn_data_get_decimal32(data)); break;
  case PN_DECIMAL64: text_add(text, "decimal64 %016" PRIx64, pn_data_get_decimal64(data)); break;
  case PN_DECIMAL128:
    text_add(text, "decimal128 ");
    text_add_bytes(text, pn_data_get_decimal128(data).bytes, 16);
    break;
  case PN_UUID:
    text_add(text, "uuid ");
    text_add_bytes(text, pn_data_get_uuid(data).bytes, 16);
    break;
  case PN_BINARY:
    bytes = pn_data_get_binary(data);
    text_add(text, "binary ");
    text_add_bytes(text, bytes.start, bytes.size);
    break;
  case PN_STRING:
    bytes = pn_data_get_string(data);
    text_add(text, "string ");
    text_add_bytes(text, bytes.start, bytes.size);
    break;
  case PN_SYMBOL:
    bytes = pn_data_get_symbol(data);
    text_add(text, "symbol ");
    text_add_bytes(text, bytes.start, bytes.size);
    break;
  case PN_DESCRIBED:
    text_add(text, "described%s", pn_data_is_described(data) ? "" : " but not is_described");
    break;
  case PN_ARRAY:
    text_add(text, "array of %s%s %zu", pn_data_is_array_described(data) ? "described " : "",
        pn_type_name(pn_data_get_array_type(data)), pn_data_get_array(data));
    break;
  case PN_LIST: text_add(text, "list %zu", pn_data_get_list(data)); break;
  case PN_MAP: text_add(text, "map %zu", pn_data_get_map(data)); break;
  case PN_INVALID: text_add(text, "nothing"); break;
  default: text_add(text, "type %d", (int)pn_data_type(data)); break;
  }
}

static bool is_compound(pn_type_t type) {
  return type == PN_DESCRIBED || type == PN_ARRAY || type == PN_LIST || type == PN_MAP;
}

void canonical_data(struct text *text, pn_data_t *data) {
  size_t walked[DEEPEST] = {0};
  int depth = 0;
  pn_data_rewind(data);
  for (;;) {
    if (!pn_data_next(data)) {
      if (!depth) break;
      text_add(text, ")%zu", walked[depth--]);
      if (!pn_data_exit(data)) {
        text_add(text, " cannot exit");
        break;
      }
      continue;
    }
    if (walked[depth]++) text_add(text, ", ");
    canonical_scalar(text, data);
    if (!is_compound(pn_data_type(data))) continue;
    if (depth + 1 == DEEPEST || !pn_data_enter(data)) {
      text_add(text, " cannot enter");
      break;
    }
    text_add(text, "(");
    walked[++depth] = 0;
  }
  pn_data_rewind(data);
}

void canonical_atom(struct text *text, pn_atom_t atom) {
  switch (atom.type) {
  case PN_NULL: text_add(text, "null"); break;
  case PN_ULONG: text_add(text, "ulong %" PRIu64, atom.u.as_ulong); break;
  case PN_UUID:
    text_add(text, "uuid ");
    text_add_bytes(text, atom.u.as_uuid.bytes, 16);
    break;
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL:
    text_add(text, "%s ", pn_type_name(atom.type));
    text_add_bytes(text, atom.u.as_bytes.start, atom.u.as_bytes.size);
    break;
  default: text_add(text, "atom of type %d", (int)atom.type); break;
  }
}

static void add_string(struct text *text, const char *name, const char *value) {
  text_add(text, "\n %s: ", name);
  if (value)
    text_add_bytes(text, value, strlen(value));
  else
    text_add(text, "NULL");
}

static void add_tree(struct text *text, const char *name, pn_data_t *data) {
  text_add(text, "\n %s: ", name);
  canonical_data(text, data);
}

void canonical_message(struct text *text, pn_message_t *message) {
  text_add(text,
      "message\n durable: %d\n priority: %u\n ttl: %" PRIu32
      "\n first acquirer: %d\n delivery count: %" PRIu32,
      pn_message_is_durable(message), pn_message_get_priority(message), pn_message_get_ttl(message),
      pn_message_is_first_acquirer(message), pn_message_get_delivery_count(message));
  text_add(text, "\n id: ");
  canonical_atom(text, pn_message_get_id(message));
  add_tree(text, "id tree", pn_message_id(message));
  pn_bytes_t user = pn_message_get_user_id(message);
  text_add(text, "\n user id: ");
  text_add_bytes(text, user.start, user.size);
  add_string(text, "address", pn_message_get_address(message));
  add_string(text, "subject", pn_message_get_subject(message));
  add_string(text, "reply to", pn_message_get_reply_to(message));
  text_add(text, "\n correlation id: ");
  canonical_atom(text, pn_message_get_correlation_id(message));
  add_tree(text, "correlation id tree", pn_message_correlation_id(message));
  add_string(text, "content type", pn_message_get_content_type(message));
  add_string(text, "content encoding", pn_message_get_content_encoding(message));
  text_add(text, "\n expiry time: %" PRId64 "\n creation time: %" PRId64, pn_message_get_expiry_time(message),
      pn_message_get_creation_time(message));
  add_string(text, "group id", pn_message_get_group_id(message));
  text_add(text, "\n group sequence: %" PRId32, pn_message_get_group_sequence(message));
  add_string(text, "reply to group id", pn_message_get_reply_to_group_id(message));
  text_add(text, "\n inferred: %d", pn_message_is_inferred(message));
  add_tree(text, "instructions", pn_message_instructions(message));
  add_tree(text, "annotations", pn_message_annotations(message));
  add_tree(text, "properties", pn_message_properties(message));
  add_tree(text, "body", pn_message_body(message));
  text_add(text, "\n error: %d", pn_message_errno(message));
}
