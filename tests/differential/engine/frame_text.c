/* frame_text.c: see frame_text.h. */
#include "frame_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 8, PRINTED = 48, FIELD_NAME = 40 };

/* The composite types of the standard: code, name, fields in order, each with its default if it has one. */
static const struct composite {
  unsigned code;
  const char *name, *fields;
} composites[] = {
    {0x10, "open",
        "container-id hostname max-frame-size=4294967295 channel-max=65535 idle-time-out "
        "outgoing-locales incoming-locales offered-capabilities desired-capabilities properties "},
    {0x11, "begin",
        "remote-channel next-outgoing-id incoming-window outgoing-window handle-max=4294967295 "
        "offered-capabilities desired-capabilities properties "},
    {0x12, "attach",
        "name handle role snd-settle-mode=2 rcv-settle-mode=0 source target unsettled "
        "incomplete-unsettled=false initial-delivery-count max-message-size=0 "
        "offered-capabilities desired-capabilities properties "},
    {0x13, "flow",
        "next-incoming-id incoming-window next-outgoing-id outgoing-window handle delivery-count "
        "link-credit available=0 drain=false echo=false properties "},
    {0x14, "transfer",
        "handle delivery-id delivery-tag message-format settled=false more=false "
        "rcv-settle-mode state resume=false aborted=false batchable=false "},
    {0x15, "disposition", "role first last settled=false state batchable=false "},
    {0x16, "detach", "handle closed=false error "},
    {0x17, "end", "error "},
    {0x18, "close", "error "},
    {0x1d, "error", "condition description info "},
    {0x23, "received", "section-number section-offset "},
    {0x24, "accepted", ""},
    {0x25, "rejected", "error "},
    {0x26, "released", ""},
    {0x27, "modified", "delivery-failed=false undeliverable-here=false message-annotations "},
    {0x28, "source",
        "address durable=0 expiry-policy=session-end timeout=0 dynamic=false "
        "dynamic-node-properties distribution-mode filter default-outcome outcomes capabilities "},
    {0x29, "target",
        "address durable=0 expiry-policy=session-end timeout=0 dynamic=false "
        "dynamic-node-properties capabilities "},
    {0x2b, "delete-on-close", ""},
    {0x30, "coordinator", "capabilities "},
    {0x33, "declared", "txn-id "},
    {0x34, "transactional-state", "txn-id outcome "},
    {0x40, "sasl-mechanisms", "sasl-server-mechanisms "},
    {0x41, "sasl-init", "mechanism initial-response hostname "},
    {0x42, "sasl-challenge", "challenge "},
    {0x43, "sasl-response", "response "},
    {0x44, "sasl-outcome", "code additional-data "},
};

static const struct composite *composite_of(uint64_t code) {
  for (size_t i = 0; i < sizeof composites / sizeof *composites; i++)
    if (composites[i].code == code) return &composites[i];
  return NULL;
}

void octets_text(struct text *text, const char *octets, size_t size) {
  bool plain = size <= PRINTED;
  for (size_t i = 0; plain && i < size; i++)
    if (octets[i] < ' ' || octets[i] > '~' || octets[i] == '"') plain = false;
  if (plain)
    text_add(text, "\"%.*s\"", (int)size, octets);
  else
    text_add_bytes(text, octets, size);
}

static void bytes_text(struct text *text, const char *prefix, pn_bytes_t bytes) {
  text_add(text, "%s", prefix);
  octets_text(text, bytes.start, bytes.size);
}

static void scalar_text(struct text *text, pn_data_t *data) {
  switch (pn_data_type(data)) {
  case PN_NULL: text_add(text, "null"); break;
  case PN_BOOL: text_add(text, "%s", pn_data_get_bool(data) ? "true" : "false"); break;
  case PN_UBYTE: text_add(text, "%u", pn_data_get_ubyte(data)); break;
  case PN_BYTE: text_add(text, "%d", pn_data_get_byte(data)); break;
  case PN_USHORT: text_add(text, "%u", pn_data_get_ushort(data)); break;
  case PN_SHORT: text_add(text, "%d", pn_data_get_short(data)); break;
  case PN_UINT: text_add(text, "%" PRIu32, pn_data_get_uint(data)); break;
  case PN_INT: text_add(text, "%" PRId32, pn_data_get_int(data)); break;
  case PN_ULONG: text_add(text, "%" PRIu64, pn_data_get_ulong(data)); break;
  case PN_LONG: text_add(text, "%" PRId64, pn_data_get_long(data)); break;
  case PN_TIMESTAMP: text_add(text, "timestamp %" PRId64, pn_data_get_timestamp(data)); break;
  case PN_BINARY: bytes_text(text, "b", pn_data_get_binary(data)); break;
  case PN_STRING: bytes_text(text, "", pn_data_get_string(data)); break;
  case PN_SYMBOL: {
    pn_bytes_t symbol = pn_data_get_symbol(data);
    text_add(text, ":%.*s", (int)symbol.size, symbol.start);
    break;
  }
  default: text_add(text, "%s", pn_type_name(pn_data_type(data)));
  }
}

/* The next of the space-separated fields: its name, its default or "". */
static const char *next_field(const char *fields, char *name, char *standard) {
  size_t length = strcspn(fields, " ");
  snprintf(name, FIELD_NAME, "%.*s", (int)length, fields);
  char *equals = strchr(name, '=');
  snprintf(standard, FIELD_NAME, "%s", equals ? equals + 1 : "");
  if (equals) *equals = 0;
  return fields[length] ? fields + length + 1 : fields + length;
}

/* The list at the cursor as the fields of a composite. */
static void fields_text(struct text *text, const struct composite *composite, pn_data_t *data) {
  const char *fields = composite->fields, *separator = "";
  text_add(text, "%s(", composite->name);
  pn_data_enter(data);
  while (pn_data_next(data)) {
    char name[FIELD_NAME] = "excess", standard[FIELD_NAME] = "";
    if (*fields) fields = next_field(fields, name, standard);
    if (pn_data_type(data) == PN_NULL) continue;
    struct text value = {0};
    value_text(&value, data);
    bool is_default = *standard && !strcmp(value.chars + (value.chars[0] == ':'), standard);
    if (!is_default) {
      text_add(text, "%s%s=%s", separator, name, value.chars);
      separator = ", ";
    }
    text_free(&value);
  }
  pn_data_exit(data);
  text_add(text, ")");
}

static void children_text(struct text *text, pn_data_t *data, bool map) {
  for (size_t i = 0; pn_data_next(data); i++) {
    text_add(text, "%s", !i ? "" : map && i % 2 ? "=" : ", ");
    value_text(text, data);
  }
}

static void described_text(struct text *text, pn_data_t *data) {
  pn_data_enter(data);
  pn_data_next(data);
  const struct composite *composite =
      pn_data_type(data) == PN_ULONG ? composite_of(pn_data_get_ulong(data)) : NULL;
  if (!composite) {
    text_add(text, "@");
    value_text(text, data);
    text_add(text, " ");
  }
  if (pn_data_next(data)) {
    if (composite && pn_data_type(data) == PN_LIST)
      fields_text(text, composite, data);
    else
      value_text(text, data);
  }
  pn_data_exit(data);
}

static void array_text(struct text *text, pn_data_t *data) {
  bool described = pn_data_is_array_described(data);
  text_add(text, "array of %s", pn_type_name(pn_data_get_array_type(data)));
  pn_data_enter(data);
  if (described && pn_data_next(data)) {
    text_add(text, " @");
    value_text(text, data);
  }
  text_add(text, " [");
  children_text(text, data, false);
  text_add(text, "]");
  pn_data_exit(data);
}

void value_text(struct text *text, pn_data_t *data) {
  pn_type_t type = pn_data_type(data);
  if (type == PN_DESCRIBED)
    described_text(text, data);
  else if (type == PN_ARRAY)
    array_text(text, data);
  else if (type == PN_LIST || type == PN_MAP) {
    text_add(text, type == PN_LIST ? "[" : "{");
    pn_data_enter(data);
    children_text(text, data, type == PN_MAP);
    pn_data_exit(data);
    text_add(text, type == PN_LIST ? "]" : "}");
  } else
    scalar_text(text, data);
}

void tree_text(struct text *text, pn_data_t *data) {
  text_add(text, "%s", "");
  if (!data) {
    text_add(text, "none");
    return;
  }
  pn_data_rewind(data);
  children_text(text, data, false);
  pn_data_rewind(data);
}

static uint32_t number(const char *octets, unsigned width) {
  uint32_t value = 0;
  for (unsigned i = 0; i < width; i++) value = value << 8 | (unsigned char)octets[i];
  return value;
}

static void body_text(struct text *text, const char *octets, size_t size) {
  if (!size) {
    text_add(text, "empty");
    return;
  }
  pn_data_t *data = pn_data(16);
  ssize_t used = pn_data_decode(data, octets, size);
  if (used < 0) {
    text_add(text, "undecodable ");
    octets_text(text, octets, size);
  } else {
    tree_text(text, data);
    if ((size_t)used < size) {
      text_add(text, " payload %zu ", size - (size_t)used);
      octets_text(text, octets + used, size - (size_t)used);
    }
  }
  pn_data_free(data);
}

/* The octets of what comes first, 0 if it is not complete. */
static size_t first_size(const struct frame_text *frames) {
  if (frames->size < HEADER) return 0;
  if (!memcmp(frames->octets, "AMQP", 4)) return HEADER;
  uint32_t size = number(frames->octets, 4);
  if (size < HEADER) return frames->size;
  return size <= frames->size ? size : 0;
}

static void first_text(struct text *text, const char *octets, size_t size) {
  size_t offset = 4 * (size_t)(unsigned char)octets[4];
  text_add(text, "%s", "");
  if (!memcmp(octets, "AMQP", 4))
    text_add(text, "header %u %u.%u.%u", octets[4], octets[5], octets[6], octets[7]);
  else if (number(octets, 4) != size || offset < HEADER || offset > size) {
    text_add(text, "malformed ");
    octets_text(text, octets, size);
  } else {
    text_add(
        text, "%s%u ", octets[5] ? "type " : "", octets[5] ? (unsigned)octets[5] : number(octets + 6, 2));
    body_text(text, octets + offset, size - offset);
  }
}

void frame_text_feed(
    struct frame_text *frames, const char *octets, size_t size, frame_line_fn *line, void *context) {
  if (frames->capacity - frames->size < size) {
    frames->capacity = 2 * frames->capacity + size;
    frames->octets = realloc(frames->octets, frames->capacity);
    if (!frames->octets) abort();
  }
  if (size) memcpy(frames->octets + frames->size, octets, size);
  frames->size += size;
  for (size_t first; (first = first_size(frames));) {
    struct text text = {0};
    first_text(&text, frames->octets, first);
    line(context, text.chars);
    text_free(&text);
    frames->size -= first;
    memmove(frames->octets, frames->octets + first, frames->size);
  }
}

size_t frame_text_held(const struct frame_text *frames) { return frames->size; }

void frame_text_free(struct frame_text *frames) {
  free(frames->octets);
  *frames = (struct frame_text){0};
}
