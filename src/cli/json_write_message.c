/* json_write_message.c: a message as a line of JSON. [3.2] */
#include "cli/base64.h"
#include "cli/json.h"
#include <inttypes.h>
#include <string.h>

/* An object that is begun when its first member comes. */
struct section {
  FILE *out;
  const char *name;
  bool begun;
};

static FILE *member(struct section *section, const char *name) {
  if (section->begun) {
    fputc(',', section->out);
  } else {
    fprintf(section->out, "\"%s\":{", section->name);
  }
  section->begun = true;
  fprintf(section->out, "\"%s\":", name);
  return section->out;
}

static void number(struct section *section, const char *name, int64_t value, int64_t absent) {
  if (value != absent) fprintf(member(section, name), "%" PRId64, value);
}

static void text(struct section *section, const char *name, const char *value) {
  if (value) json_write_text(member(section, name), value, strlen(value));
}

static void tree(struct section *section, const char *name, pn_data_t *data) {
  pn_data_rewind(data);
  if (pn_data_next(data) && !pn_data_is_null(data)) json_write_value(member(section, name), data);
}

static void end(struct section *section) {
  if (section->begun) fputs("},", section->out);
}

static void write_map(FILE *out, const char *name, pn_data_t *data, void (*write)(FILE *, pn_data_t *)) {
  pn_data_rewind(data);
  if (!pn_data_next(data) || pn_data_get_map(data) == 0) return;
  fprintf(out, "\"%s\":", name);
  write(out, data);
  fputc(',', out);
}

static void write_data(FILE *out, pn_bytes_t bytes) {
  size_t place;
  if (json_is_utf8(bytes.start, bytes.size, &place)) {
    fputs("{\"$text\":", out);
    json_write_text(out, bytes.start, bytes.size);
  } else {
    fputs("{\"$data\":\"", out);
    base64_write(out, bytes.start, bytes.size);
    fputc('"', out);
  }
  fputc('}', out);
}

/* Of several sections an array of all is written: {"$sections": [...]}. */
void json_write_body(FILE *out, pn_message_t *message) {
  pn_data_t *const body = pn_message_body(message);
  pn_data_rewind(body);
  if (!pn_data_next(body)) {
    fputs("null", out);
    return;
  }
  const bool inferred = pn_message_is_inferred(message);
  const bool several = pn_data_size(body) > 1 && pn_data_next(body) && pn_data_prev(body);
  if (several) fputs("{\"$sections\":[", out);
  for (bool more = true; more;) {
    if (inferred && pn_data_type(body) == PN_BINARY) {
      write_data(out, pn_data_get_binary(body));
    } else if (inferred && pn_data_type(body) == PN_LIST) {
      fputs("{\"$sequence\":", out);
      json_write_value(out, body);
      fputc('}', out);
    } else {
      json_write_value(out, body);
    }
    more = pn_data_next(body);
    if (more) fputc(',', out);
  }
  if (several) fputs("]}", out);
}

static void write_header(FILE *out, pn_message_t *message) {
  struct section header = {out, "header", false};
  if (pn_message_is_durable(message)) fputs("true", member(&header, "durable"));
  number(&header, "priority", pn_message_get_priority(message), PN_DEFAULT_PRIORITY);
  number(&header, "ttl", pn_message_get_ttl(message), 0);
  if (pn_message_is_first_acquirer(message)) fputs("true", member(&header, "first_acquirer"));
  number(&header, "delivery_count", pn_message_get_delivery_count(message), 0);
  end(&header);
}

static void write_properties(FILE *out, pn_message_t *message) {
  struct section properties = {out, "properties", false};
  const pn_bytes_t user = pn_message_get_user_id(message);
  size_t place;
  tree(&properties, "message_id", pn_message_id(message));
  if (user.size && json_is_utf8(user.start, user.size, &place)) {
    json_write_text(member(&properties, "user_id"), user.start, user.size);
  } else if (user.size) {
    fputs("{\"$binary\":\"", member(&properties, "user_id"));
    base64_write(out, user.start, user.size);
    fputs("\"}", out);
  }
  text(&properties, "to", pn_message_get_address(message));
  text(&properties, "subject", pn_message_get_subject(message));
  text(&properties, "reply_to", pn_message_get_reply_to(message));
  tree(&properties, "correlation_id", pn_message_correlation_id(message));
  text(&properties, "content_type", pn_message_get_content_type(message));
  text(&properties, "content_encoding", pn_message_get_content_encoding(message));
  number(&properties, "absolute_expiry_time", pn_message_get_expiry_time(message), 0);
  number(&properties, "creation_time", pn_message_get_creation_time(message), 0);
  text(&properties, "group_id", pn_message_get_group_id(message));
  number(&properties, "group_sequence", (uint32_t)pn_message_get_group_sequence(message), 0);
  text(&properties, "reply_to_group_id", pn_message_get_reply_to_group_id(message));
  end(&properties);
}

void json_write_message(FILE *out, pn_message_t *message) {
  fputc('{', out);
  write_header(out, message);
  write_map(out, "delivery_annotations", pn_message_instructions(message), json_write_annotations);
  write_map(out, "message_annotations", pn_message_annotations(message), json_write_annotations);
  write_properties(out, message);
  write_map(out, "application_properties", pn_message_properties(message), json_write_value);
  fputs("\"body\":", out);
  json_write_body(out, message);
  fputc('}', out);
}
