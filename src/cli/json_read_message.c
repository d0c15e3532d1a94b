/* json_read_message.c: a message from JSON: as json_write_message writes it, or its body alone. [3.2] */
#include "cli/base64.h"
#include "cli/json.h"
#include "cli/terminal.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The value of the only member, if it has this name. */
static const json_t *only(const json_t *value, const char *name) {
  return json_object_size(value) == 1 ? json_object_get(value, name) : NULL;
}

static bool put_base64(const json_t *value, pn_data_t *body, struct json_fault *fault) {
  const char *const text = json_string_value(value);
  char *const bytes = text ? malloc(json_string_length(value) + 1) : NULL;
  const ssize_t size = bytes ? base64_read(text, json_string_length(value), bytes) : -1;
  if (size >= 0) (void)pn_data_put_binary(body, pn_bytes((size_t)size, bytes));
  free(bytes);
  return size >= 0 || json_fail(fault, "$data: it is not base64");
}

/* A section: put into the body's tree. @param inferred  set to whether it is a data or sequence section */
static bool put_section(const json_t *value, pn_data_t *body, bool *inferred, struct json_fault *fault) {
  const json_t *const text = only(value, "$text"), *const octets = only(value, "$data"),
                      *const sequence = only(value, "$sequence");
  *inferred = text || octets || sequence;
  if (text) {
    if (!json_is_string(text)) return json_fail(fault, "$text: it is not a string");
    return pn_data_put_binary(body, pn_bytes(json_string_length(text), json_string_value(text))) == 0;
  }
  if (octets) return put_base64(octets, body, fault);
  if (sequence && !json_is_array(sequence)) return json_fail(fault, "$sequence: it is not an array");
  return json_put_value(sequence ? sequence : value, body, fault);
}

bool json_put_body(const json_t *value, pn_message_t *message, struct json_fault *fault) {
  pn_data_t *const body = pn_message_body(message);
  const json_t *const sections = only(value, "$sections");
  bool inferred;
  pn_data_clear(body);
  if (!sections) {
    if (!put_section(value, body, &inferred, fault)) return false;
    return pn_message_set_inferred(message, inferred) == 0;
  }
  const json_t *section;
  size_t i;
  json_array_foreach(sections, i, section) {
    if (!put_section(section, body, &inferred, fault)) return false;
    if (!inferred) return json_fail(fault, "$sections: they are $text, $data or $sequence");
  }
  return pn_message_set_inferred(message, true) == 0;
}

/* Fields of the message's sections. */

enum field_kind { FIELD_FLAG, FIELD_NUMBER, FIELD_TEXT, FIELD_BYTES, FIELD_TREE };

struct field {
  const char *name;
  enum field_kind kind;
  uint64_t most; /* of a number */
  union {
    int (*flag)(pn_message_t *, bool);
    int (*text)(pn_message_t *, const char *);
    pn_data_t *(*tree)(pn_message_t *);
  } set;
};

static bool set_number(pn_message_t *message, const char *name, int64_t number) {
  if (strcmp(name, "priority") == 0) return pn_message_set_priority(message, (uint8_t)number) == 0;
  if (strcmp(name, "ttl") == 0) return pn_message_set_ttl(message, (pn_millis_t)number) == 0;
  if (strcmp(name, "delivery_count") == 0)
    return pn_message_set_delivery_count(message, (uint32_t)number) == 0;
  if (strcmp(name, "absolute_expiry_time") == 0) return pn_message_set_expiry_time(message, number) == 0;
  if (strcmp(name, "creation_time") == 0) return pn_message_set_creation_time(message, number) == 0;
  return pn_message_set_group_sequence(message, (pn_sequence_t)(uint32_t)number) == 0;
}

static const struct field header_fields[] = {{"durable", FIELD_FLAG, 0, {.flag = pn_message_set_durable}},
    {"priority", FIELD_NUMBER, UINT8_MAX, {NULL}}, {"ttl", FIELD_NUMBER, UINT32_MAX, {NULL}},
    {"first_acquirer", FIELD_FLAG, 0, {.flag = pn_message_set_first_acquirer}},
    {"delivery_count", FIELD_NUMBER, UINT32_MAX, {NULL}}, {NULL, FIELD_FLAG, 0, {NULL}}};

static const struct field property_fields[] = {{"message_id", FIELD_TREE, 0, {.tree = pn_message_id}},
    {"user_id", FIELD_BYTES, 0, {NULL}}, {"to", FIELD_TEXT, 0, {.text = pn_message_set_address}},
    {"subject", FIELD_TEXT, 0, {.text = pn_message_set_subject}},
    {"reply_to", FIELD_TEXT, 0, {.text = pn_message_set_reply_to}},
    {"correlation_id", FIELD_TREE, 0, {.tree = pn_message_correlation_id}},
    {"content_type", FIELD_TEXT, 0, {.text = pn_message_set_content_type}},
    {"content_encoding", FIELD_TEXT, 0, {.text = pn_message_set_content_encoding}},
    {"absolute_expiry_time", FIELD_NUMBER, INT64_MAX, {NULL}},
    {"creation_time", FIELD_NUMBER, INT64_MAX, {NULL}},
    {"group_id", FIELD_TEXT, 0, {.text = pn_message_set_group_id}},
    {"group_sequence", FIELD_NUMBER, UINT32_MAX, {NULL}},
    {"reply_to_group_id", FIELD_TEXT, 0, {.text = pn_message_set_reply_to_group_id}},
    {NULL, FIELD_FLAG, 0, {NULL}}};

static bool put_user(pn_message_t *message, const json_t *value, struct json_fault *fault) {
  if (json_is_string(value)) {
    return pn_message_set_user_id(message, pn_bytes(json_string_length(value), json_string_value(value))) ==
           0;
  }
  pn_data_t *const data = pn_data(1);
  const bool put = data && json_put_value(value, data, fault);
  pn_data_rewind(data);
  const bool binary = put && pn_data_next(data) && pn_data_type(data) == PN_BINARY;
  if (binary) (void)pn_message_set_user_id(message, pn_data_get_binary(data));
  pn_data_free(data);
  return binary || json_fail(fault, "user_id: it is neither a string nor {\"$binary\": ...}");
}

static bool put_field(
    pn_message_t *message, const struct field *field, const json_t *value, struct json_fault *fault) {
  pn_data_t *data;
  switch (field->kind) {
  case FIELD_FLAG:
    if (!json_is_boolean(value)) return json_fail(fault, "%s: it is neither true nor false", field->name);
    return field->set.flag(message, json_is_true(value)) == 0;
  case FIELD_NUMBER:
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > field->most)
      return json_fail(fault, "%s: it is not a number from 0 to %" PRIu64, field->name, field->most);
    return set_number(message, field->name, json_integer_value(value));
  case FIELD_TEXT:
    if (!json_is_string(value)) return json_fail(fault, "%s: it is not a string", field->name);
    return field->set.text(message, json_string_value(value)) == 0;
  case FIELD_BYTES: return put_user(message, value, fault);
  default: break;
  }
  data = field->set.tree(message);
  pn_data_clear(data);
  if (!json_put_value(value, data, fault)) return false;
  pn_data_rewind(data);
  const pn_type_t type = pn_data_next(data) ? pn_data_type(data) : PN_INVALID;
  const bool id = type == PN_STRING || type == PN_ULONG || type == PN_UUID || type == PN_BINARY;
  return id || json_fail(fault, "%s: it is neither a string nor a $ulong, $uuid or $binary", field->name);
}

static bool put_fields(pn_message_t *message, const char *section, const struct field *fields, json_t *value,
    struct json_fault *fault) {
  const char *name;
  json_t *member;
  if (!json_is_object(value)) return json_fail(fault, "%s: it is not an object", section);
  json_object_foreach(value, name, member) {
    const struct field *field = fields;
    while (field->name && strcmp(field->name, name) != 0) field++;
    if (!field->name) return json_fail(fault, "%s: there is no field '%.40s'", section, name);
    if (!put_field(message, field, member, fault)) return false;
  }
  return true;
}

/* Annotations have symbols as keys, application properties strings. */
static bool put_map(
    pn_data_t *data, const char *section, bool symbols, json_t *value, struct json_fault *fault) {
  const char *name;
  json_t *member;
  pn_data_clear(data);
  if (!json_is_object(value)) return json_fail(fault, "%s: it is not an object", section);
  if (only(value, "$map")) return json_put_value(value, data, fault);
  pn_data_put_map(data);
  pn_data_enter(data);
  json_object_foreach(value, name, member) {
    const pn_bytes_t key = pn_bytes(strlen(name), name);
    (void)(symbols ? pn_data_put_symbol(data, key) : pn_data_put_string(data, key));
    if (!json_put_value(member, data, fault)) return false;
  }
  return pn_data_exit(data);
}

bool json_put_message(const json_t *value, pn_message_t *message, struct json_fault *fault) {
  static const struct {
    const char *name;
    bool symbols;
    pn_data_t *(*tree)(pn_message_t *);
  } maps[] = {{"delivery_annotations", true, pn_message_instructions},
      {"message_annotations", true, pn_message_annotations},
      {"application_properties", false, pn_message_properties}};
  const char *name;
  json_t *member;
  if (!json_is_object(value)) return json_fail(fault, "a message is an object with the member body");
  json_object_foreach((json_t *)(uintptr_t)value, name, member) {
    size_t map = 0;
    while (map < 3 && strcmp(maps[map].name, name) != 0) map++;
    bool done;
    if (map < 3) {
      done = put_map(maps[map].tree(message), name, maps[map].symbols, member, fault);
    } else if (strcmp(name, "header") == 0) {
      done = put_fields(message, name, header_fields, member, fault);
    } else if (strcmp(name, "properties") == 0) {
      done = put_fields(message, name, property_fields, member, fault);
    } else if (strcmp(name, "body") == 0) {
      done = json_put_body(member, message, fault);
    } else {
      done = json_fail(fault, "a message has no section '%.40s'", name);
    }
    if (!done) return false;
  }
  return true;
}
