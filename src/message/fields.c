/* fields.c: the fields of header and properties, one getter and one setter each. [3.2.1, 3.2.4]
 *
 * A field that was decoded points into the message's bytes. Setting it, or asking for it as a C string, gives it a place
 * in the store, with a NUL behind it; the bytes are never written to. Identifiers are kept as encoded values, as the
 * properties section has them; a tree of an identifier, when it was changed, is taken over before anybody looks.
 *
 * A number that has its default is as good as absent, and then not encoded. */
#include "message/message.h"

#include "base/memory.h"

#define HEADER_FIELD(type, get, set, field, absent)                                                          \
  type get(pn_message_t *msg) { return msg->header.field; }                                                  \
  int set(pn_message_t *msg, type value) {                                                                   \
    msg->header.field = value;                                                                               \
    msg->header.has.field = value != (absent);                                                               \
    msg->header_set = true;                                                                                  \
    return 0;                                                                                                \
  }
HEADER_FIELD(bool, pn_message_is_durable, pn_message_set_durable, durable, false)
HEADER_FIELD(uint8_t, pn_message_get_priority, pn_message_set_priority, priority, PN_DEFAULT_PRIORITY)
HEADER_FIELD(pn_millis_t, pn_message_get_ttl, pn_message_set_ttl, ttl, 0)
HEADER_FIELD(bool, pn_message_is_first_acquirer, pn_message_set_first_acquirer, first_acquirer, false)
HEADER_FIELD(uint32_t, pn_message_get_delivery_count, pn_message_set_delivery_count, delivery_count, 0)

#define NUMBER_FIELD(type, name, field)                                                                      \
  type pn_message_get_##name(pn_message_t *msg) {                                                            \
    return msg->properties.has.field ? msg->properties.field : 0;                                            \
  }                                                                                                          \
  int pn_message_set_##name(pn_message_t *msg, type value) {                                                 \
    msg->properties.field = value;                                                                           \
    msg->properties.has.field = value != 0;                                                                  \
    msg->properties_set = true;                                                                              \
    return 0;                                                                                                \
  }
NUMBER_FIELD(pn_timestamp_t, expiry_time, absolute_expiry_time)
NUMBER_FIELD(pn_timestamp_t, creation_time, creation_time)

/* No room in the store for a field of that size: the code, which is the message's error too. */
static PNI_COLD int no_room(pn_message_t *msg, enum pni_field slot, size_t size) {
  const char *const name = pni_message_field_name(slot);
  if (size <= UINT32_MAX) return pni_message_fail(msg, PNI_NO_MEMORY, "no memory for %s", name);
  return pni_message_fail(msg, PNI_BAD_ARGUMENT, "%s is too long to be encoded", name);
}

/* Put bytes and a NUL into the store. They may be there already, at the same address or another. */
static inline int keep(pn_message_t *msg, enum pni_field slot, pn_bytes_t value, pn_bytes_t *field) {
  char *const start = value.size <= UINT32_MAX ? pni_store_room(&msg->store, slot, value.size + 1) : NULL;
  if (PNI_UNLIKELY(!start)) return no_room(msg, slot, value.size);
  (void)pni_move(start, value.start, value.size);
  start[value.size] = '\0';
  *field = pn_bytes(value.size, start);
  return 0;
}

static PNI_COLD const char *c_string_slow(pn_message_t *msg, enum pni_field slot, pn_bytes_t *field) {
  return keep(msg, slot, *field, field) ? NULL : field->start;
}

/* A field as a C string: put into the store when it is first asked for. */
static inline const char *c_string(pn_message_t *msg, enum pni_field slot, pn_bytes_t *field) {
  const pn_bytes_t value = *field;
  if (pni_store_has(&msg->store, slot)) return value.start;
  if (PNI_UNLIKELY(value.size >= msg->store.room)) return c_string_slow(msg, slot, field);
  char *const start = pni_store_take(&msg->store, slot, value.size + 1);
  field->start = start;
  start[value.size] = '\0';
  return pni_move(start, value.start, value.size);
}

static int set_string_slow(
    pn_message_t *msg, enum pni_field slot, const char *value, size_t size, pn_bytes_t *field) {
  return keep(msg, slot, pn_bytes(size, value), field);
}

/* The code of what went wrong, or 0. A field that was not set yet, and for which there is room, costs no call. */
static inline int set_string(pn_message_t *msg, enum pni_field slot, const char *value, pn_bytes_t *field) {
  const size_t size = strlen(value);
  if (PNI_UNLIKELY(size >= msg->store.room || pni_store_has(&msg->store, slot)))
    return set_string_slow(msg, slot, value, size, field);
  char *const start = pni_store_take(&msg->store, slot, size + 1);
  *field = pn_bytes(size, start);
  start[size] = '\0';
  (void)pni_move(start, value, size);
  return 0;
}

#define STRING_GETTER(name, field)                                                                           \
  const char *pn_message_get_##name(pn_message_t *msg) {                                                     \
    if (!msg->properties.has.field) return NULL;                                                             \
    return c_string(msg, PNI_FIELD_##field, &msg->properties.field);                                         \
  }
#define STRING_FIELD(name, field)                                                                            \
  STRING_GETTER(name, field)                                                                                 \
  int pn_message_set_##name(pn_message_t *msg, const char *value) {                                          \
    if (PNI_UNLIKELY(!value)) {                                                                              \
      msg->properties.has.field = false;                                                                     \
      msg->properties_set = true;                                                                            \
      return 0;                                                                                              \
    }                                                                                                        \
    const int status = set_string(msg, PNI_FIELD_##field, value, &msg->properties.field);                    \
    if (PNI_UNLIKELY(status)) return status;                                                                 \
    msg->properties.has.field = true;                                                                        \
    msg->properties_set = true;                                                                              \
    return 0;                                                                                                \
  }
STRING_FIELD(address, to)
STRING_FIELD(subject, subject)
STRING_FIELD(reply_to, reply_to)
STRING_FIELD(content_type, content_type)
STRING_FIELD(content_encoding, content_encoding)
STRING_FIELD(reply_to_group_id, reply_to_group_id)

/* Within a group the place 0 says something, so it is encoded. */
STRING_GETTER(group_id, group_id)
int pn_message_set_group_id(pn_message_t *msg, const char *group_id) {
  const pn_sequence_t sequence = pn_message_get_group_sequence(msg);
  if (group_id) PN_RETURN_IF_ERROR(set_string(msg, PNI_FIELD_group_id, group_id, &msg->properties.group_id));
  msg->properties.has.group_id = group_id != NULL;
  return pn_message_set_group_sequence(msg, sequence);
}

pn_sequence_t pn_message_get_group_sequence(pn_message_t *msg) {
  return msg->properties.has.group_sequence ? msg->properties.group_sequence : 0;
}

int pn_message_set_group_sequence(pn_message_t *msg, pn_sequence_t n) {
  msg->properties.group_sequence = n;
  msg->properties.has.group_sequence = n != 0 || msg->properties.has.group_id;
  msg->properties_set = true;
  return 0;
}

pn_bytes_t pn_message_get_user_id(pn_message_t *msg) {
  return msg->properties.has.user_id ? msg->properties.user_id : pn_bytes(0, NULL);
}

int pn_message_set_user_id(pn_message_t *msg, pn_bytes_t user_id) {
  if (user_id.start) PN_RETURN_IF_ERROR(keep(msg, PNI_FIELD_user_id, user_id, &msg->properties.user_id));
  msg->properties.has.user_id = user_id.start != NULL;
  msg->properties_set = true;
  return 0;
}

/* A string or binary as a value; returns its octets. The bytes may lie in the very room that it is written to, where those
 * of an identifier that was got before are. */
static size_t encode_bytes(uint8_t *to, pn_type_t type, pn_bytes_t bytes) {
  const bool wide = bytes.size > UINT8_MAX;
  const size_t head = wide ? 5 : 2;
  (void)pni_move(to + head, bytes.start, bytes.size);
  if (wide) {
    to[0] = type == PN_STRING ? PNI_STR32 : PNI_VBIN32;
    pni_store32(to + 1, (uint32_t)bytes.size);
  } else {
    to[0] = type == PN_STRING ? PNI_STR8 : PNI_VBIN8;
    to[1] = (uint8_t)bytes.size;
  }
  return head + bytes.size;
}

/* An identifier as the value it is encoded as. */
static int keep_id(pn_message_t *msg, enum pni_field slot, const pn_msgid_t *id, pn_bytes_t *field) {
  enum { HEAD = 5, FIXED = 17 }; /* octets of the widest head of bytes; of the widest other identifier */
  const bool variable = id->type == PN_STRING || id->type == PN_BINARY;
  const size_t size = variable ? id->u.as_bytes.size : FIXED - HEAD;
  char *const start = size <= UINT32_MAX ? pni_store_room(&msg->store, slot, HEAD + size) : NULL;
  if (PNI_UNLIKELY(!start)) return no_room(msg, slot, size);
  if (variable) {
    *field = pn_bytes(encode_bytes((uint8_t *)start, id->type, id->u.as_bytes), start);
  } else {
    struct pni_writer writer = pni_writer(start, HEAD + size);
    pni_write_atom(&writer, id);
    *field = pn_bytes(writer.size, start);
  }
  return 0;
}

static PNI_COLD int no_id(pn_message_t *msg, enum pni_field slot) {
  return pni_message_fail(msg, PNI_BAD_ARGUMENT, "%s: an identifier is a ulong, uuid, binary or string",
      pni_message_field_name(slot));
}

static PNI_NOINLINE int set_id(
    pn_message_t *msg, enum pni_field slot, const pn_msgid_t *id, pn_bytes_t *field) {
  switch (id->type) {
  case PN_NULL: return 0;
  case PN_ULONG:
  case PN_UUID:
  case PN_BINARY:
  case PN_STRING: return keep_id(msg, slot, id, field);
  default: return no_id(msg, slot);
  }
}

/* Set the most usual kind of identifier, if there is room for it; costs no call. */
static inline bool set_ulong_id(
    pn_message_t *msg, enum pni_field slot, const pn_msgid_t *id, pn_bytes_t *field) {
  enum { SIZE = 9 };
  if (id->type != PN_ULONG || msg->store.room < SIZE || pni_store_has(&msg->store, slot)) return false;
  char *const start = pni_store_take(&msg->store, slot, SIZE);
  const uint64_t value = id->u.as_ulong;
  if (PNI_LIKELY(value > UINT8_MAX)) {
    start[0] = (char)PNI_ULONG;
    pni_store64((uint8_t *)start + 1, value);
    *field = pn_bytes(SIZE, start);
  } else {
    start[0] = value == 0 ? PNI_ULONG0 : PNI_SMALLULONG;
    start[1] = (char)value;
    *field = pn_bytes(value == 0 ? 1 : 2, start);
  }
  return true;
}

static PNI_NOINLINE pn_msgid_t id_of(pn_bytes_t encoded) {
  struct pni_reader reader = pni_reader(encoded.start, encoded.size);
  struct pni_value value;
  if (pni_read_head(&reader, &value)) return (pn_msgid_t){.type = PN_NULL};
  return pni_value_atom(&value);
}

/* The first value of a tree, whose place stays. */
static pn_atom_t first_value(pn_data_t *data) {
  const pn_handle_t place = pn_data_point(data);
  pn_data_rewind(data);
  const pn_atom_t first = pn_data_next(data) ? pn_data_get_atom(data) : (pn_atom_t){.type = PN_NULL};
  pn_data_restore(data, place);
  return first;
}

/* Handed out at its value, where one may read it at once; other trees are handed out as they are. */
static pn_data_t *id_tree(pn_message_t *msg, enum pni_tree which) {
  pn_data_t *const data = pni_message_tree(msg, which);
  if (data && pn_data_type(data) == PN_INVALID) (void)pn_data_next(data);
  return data;
}

#define ID_FIELD(name, field, tree)                                                                          \
  static pni_status take_##name(pn_message_t *msg) {                                                         \
    if (PNI_LIKELY(!pni_message_tree_changed(msg, tree))) return PNI_OK;                                     \
    const pn_atom_t first = first_value(msg->trees[tree]);                                                   \
    const int status = set_id(msg, PNI_FIELD_##field, &first, &msg->properties.field);                       \
    if (status) return (pni_status)status;                                                                   \
    msg->properties.has.field = first.type != PN_NULL;                                                       \
    msg->properties_set = true;                                                                              \
    pni_data_mark_unchanged(msg->trees[tree]);                                                               \
    return PNI_OK;                                                                                           \
  }                                                                                                          \
  pn_data_t *pn_message_##name(pn_message_t *msg) { return id_tree(msg, tree); }                             \
  static PNI_NOINLINE pn_msgid_t get_any_##name(pn_message_t *msg) {                                         \
    if (take_##name(msg) || !msg->properties.has.field) return (pn_msgid_t){.type = PN_NULL};                \
    return id_of(msg->properties.field);                                                                     \
  }                                                                                                          \
  pn_msgid_t pn_message_get_##name(pn_message_t *msg) {                                                      \
    const uint8_t *const octets = (const uint8_t *)msg->properties.field.start;                              \
    if (msg->trees[tree] || !msg->properties.has.field || *octets != PNI_ULONG) return get_any_##name(msg);  \
    return (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = pni_load64(octets + 1)};                             \
  }                                                                                                          \
  int pn_message_set_##name(pn_message_t *msg, pn_msgid_t id) {                                              \
    if (PNI_LIKELY(set_ulong_id(msg, PNI_FIELD_##field, &id, &msg->properties.field))) {                     \
      msg->properties.has.field = true;                                                                      \
    } else {                                                                                                 \
      PN_RETURN_IF_ERROR(set_id(msg, PNI_FIELD_##field, &id, &msg->properties.field));                       \
      msg->properties.has.field = id.type != PN_NULL;                                                        \
    }                                                                                                        \
    msg->properties_set = true;                                                                              \
    if (PNI_UNLIKELY(msg->trees[tree] != NULL)) pni_message_tree_defer(msg, tree);                           \
    return 0;                                                                                                \
  }
ID_FIELD(id, message_id, PNI_TREE_MESSAGE_ID)
ID_FIELD(correlation_id, correlation_id, PNI_TREE_CORRELATION_ID)

pni_status pni_message_take_changed_ids(pn_message_t *msg) {
  TRY(take_id(msg));
  return take_correlation_id(msg);
}
