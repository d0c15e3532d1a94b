/* decode.c: bytes into a message. [3.2]
 *
 * The bytes are copied once and checked once, down to the last value: the order of the sections, what each has to be, the
 * fields of header and properties, the keys of the maps. What is noted are the fields and where the sections lie; values
 * are made of them when somebody asks (trees.c).
 *
 * More is let pass than the standard allows where peers are known to send it: a message without a body, application
 * properties that are lists or maps, strings for keys of annotations. */
#include "message/message.h"

#include "base/memory.h"
#include "base/text.h"
#include "wire/limits.h"

enum {
  ALL_SECTIONS = (1 << PNI_SECTION_COUNT) - 1,
  PROPERTY_KEYS = 1 << PN_STRING,
  ANNOTATION_KEYS = 1 << PN_SYMBOL | 1 << PN_ULONG | 1 << PN_STRING
};

/* Which sections may come after each: those behind it in the standard's order, and itself if it may be repeated. Of the
 * kinds of body there is only one. */
#define LATER(section) (ALL_SECTIONS & ~((2 << PNI_SECTION_##section) - 1))
static const uint16_t may_follow[PNI_SECTION_COUNT] = {
    [PNI_SECTION_header] = LATER(header),
    [PNI_SECTION_delivery_annotations] = LATER(delivery_annotations),
    [PNI_SECTION_message_annotations] = LATER(message_annotations),
    [PNI_SECTION_properties] = LATER(properties),
    [PNI_SECTION_application_properties] = LATER(application_properties),
    [PNI_SECTION_data] = 1 << PNI_SECTION_data | 1 << PNI_SECTION_footer,
    [PNI_SECTION_amqp_sequence] = 1 << PNI_SECTION_amqp_sequence | 1 << PNI_SECTION_footer,
    [PNI_SECTION_amqp_value] = 1 << PNI_SECTION_footer,
    [PNI_SECTION_footer] = 0,
};

/* Say what is wrong with a section's place: "header: comes after properties". */
static PNI_COLD pni_status misplaced(pn_message_t *msg, enum pni_section section, enum pni_section last) {
  const bool bodies = PNI_BODY_SECTIONS >> section & PNI_BODY_SECTIONS >> last & 1;
  char buffer[128];
  struct pni_text text = pni_text(buffer, sizeof buffer);
  pni_text_term(&text, pni_sections[section].name);
  if (section == last) {
    pni_text_string(&text, ": comes twice");
  } else {
    pni_text_string(&text, ": comes after ");
    pni_text_term(&text, pni_sections[last].name);
    if (bodies) pni_text_string(&text, ", and a body is of one kind");
  }
  pn_error_set(&msg->error, PNI_BAD_ARGUMENT, buffer);
  return PNI_BAD_ARGUMENT;
}

static PNI_COLD pni_status read_any_descriptor(struct pni_reader *reader, uint64_t *code) {
  if (*reader->pos++ == PNI_DESCRIPTOR) return pni_read_descriptor(reader, code);
  return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a described value, as sections are");
}

static inline pni_status read_section(struct pni_reader *reader, enum pni_section *section) {
  uint64_t code;
  const uint8_t *const p = reader->pos;
  if (PNI_LIKELY(pni_reader_left(reader) >= 3 && p[0] == PNI_DESCRIPTOR && p[1] == PNI_SMALLULONG)) {
    code = p[2];
    reader->pos = p + 3;
  } else {
    TRY(read_any_descriptor(reader, &code));
  }
  if (PNI_UNLIKELY(code - PNI_SECTION_FIRST_CODE >= PNI_SECTION_COUNT)) {
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "no section has this descriptor");
  }
  *section = (enum pni_section)(code - PNI_SECTION_FIRST_CODE);
  return PNI_OK;
}

/* Any value of a type. */
static pni_status read_typed(struct pni_reader *reader, pn_type_t type, const char *otherwise) {
  if (pni_reader_left(reader) > 0 && pni_encodings[*reader->pos].type != type) {
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, otherwise);
  }
  pn_bytes_t encoded;
  return pni_read_value(reader, &encoded);
}

/* The keys of a map that is known to be well-formed. */
static pni_status check_keys(struct pni_reader *reader, pn_bytes_t encoded, unsigned keys) {
  struct pni_reader inside = pni_reader(encoded.start, encoded.size);
  struct pni_value map, key;
  pn_bytes_t value;
  TRY(pni_read_head(&inside, &map));
  inside.pos = map.body;
  for (uint32_t left = map.count; left > 0; left -= 2) {
    TRY(pni_read_head(&inside, &key));
    if (!(keys >> key.type & 1)) {
      return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "a key of the map has the wrong type");
    }
    TRY(pni_read_value(&inside, &value));
  }
  return PNI_OK;
}

/* Whether there is a map of good keys and scalars, as nearly all are: then the reader is behind it. */
static bool flat_map(struct pni_reader *reader, unsigned keys) {
  struct pni_value map, item;
  if (pni_read_head(reader, &map) || map.type != PN_MAP || map.count % 2 != 0) return false;
  struct pni_reader inside = pni_reader(map.body, map.size);
  for (uint32_t left = map.count; left > 0; left -= 2) {
    if (pni_read_head(&inside, &item) || !(keys >> item.type & 1) || pni_check_scalar(&inside, &item))
      return false;
    if (pni_read_head(&inside, &item) || item.type >= PN_DESCRIBED || pni_check_scalar(&inside, &item))
      return false;
  }
  return inside.pos == inside.end;
}

static pni_status read_map(struct pni_reader *reader, unsigned keys) {
  struct pni_reader ahead = *reader;
  if (PNI_LIKELY(flat_map(&ahead, keys))) {
    reader->pos = ahead.pos;
    return PNI_OK;
  }
  const uint8_t *const start = reader->pos;
  TRY(read_typed(reader, PN_MAP, "not a map"));
  return check_keys(reader, pn_bytes((size_t)(reader->pos - start), (const char *)start), keys);
}

/* Note what a reader found wrong. */
static PNI_COLD pni_status faulty(
    pn_message_t *msg, pni_status status, const char *type, struct pni_fault fault) {
  if (!fault.type) fault.type = type;
  return pni_message_fault(msg, status, &fault);
}

static inline pni_status read_value(pn_message_t *msg, struct pni_reader *reader, enum pni_section section) {
  pn_bytes_t encoded;
  switch (section) {
  case PNI_SECTION_header: return pni_header_decode(reader, &msg->header);
  case PNI_SECTION_properties: return pni_properties_decode(reader, &msg->properties);
  case PNI_SECTION_delivery_annotations:
  case PNI_SECTION_message_annotations:
  case PNI_SECTION_footer: return read_map(reader, ANNOTATION_KEYS);
  case PNI_SECTION_application_properties: return read_map(reader, PROPERTY_KEYS);
  case PNI_SECTION_data: return read_typed(reader, PN_BINARY, "not a binary");
  case PNI_SECTION_amqp_sequence: return read_typed(reader, PN_LIST, "not a list");
  default: return pni_read_value(reader, &encoded);
  }
}

/* Check the sections and note fields and places. A fault is described in the message's error. */
static pni_status read_sections(pn_message_t *msg, struct pni_reader *reader) {
  enum pni_section section = PNI_SECTION_header, last = section;
  unsigned allowed = ALL_SECTIONS;
  size_t count = 0; /* of sections of the kind that came last */
  while (reader->pos != reader->end) {
    const uint8_t *const start = reader->pos;
    pni_status status = read_section(reader, &section);
    if (PNI_UNLIKELY(status)) return faulty(msg, status, "message", reader->fault);
    if (PNI_UNLIKELY(!(allowed >> section & 1))) return misplaced(msg, section, last);
    struct pni_place *const place = &msg->places[section];
    if (PNI_LIKELY(!pni_message_has(msg, section))) {
      msg->present |= (uint16_t)(1 << section);
      place->start = start;
      place->value = reader->pos;
      count = 1;
    } else {
      msg->body_repeated = true;
      if (++count > PNI_LIMIT_BODY_SECTIONS) {
        return pni_message_fail(msg, PNI_NO_MEMORY, "message: its body has too many sections");
      }
    }
    status = read_value(msg, reader, section);
    if (PNI_UNLIKELY(status)) return faulty(msg, status, pni_sections[section].name, reader->fault);
    place->end = reader->pos;
    allowed = may_follow[section];
    last = section;
  }
  return PNI_OK;
}

int pn_message_decode(pn_message_t *msg, const char *bytes, size_t size) {
  void *copy = msg->bytes;
  pni_status status = pni_grow(&copy, &msg->capacity, size, 1);
  if (status == PNI_OK) {
    msg->bytes = copy;
    /* They may be the message's own: a part of what it was decoded from. */
    if (size > 0) memmove(copy, bytes, size);
  }
  pn_message_clear(msg);
  if (PNI_UNLIKELY(status)) return pni_message_fail(msg, status, "no memory for %zu bytes", size);
  if (PNI_UNLIKELY(size == 0)) return pni_message_fail(msg, PNI_UNDERFLOW, "message: there are no bytes");
  struct pni_reader reader = pni_reader(msg->bytes, size);
  status = read_sections(msg, &reader);
  if (PNI_UNLIKELY(status)) {
    pni_message_reset(msg);
    return status;
  }
  msg->inferred = (msg->present & (1 << PNI_SECTION_data | 1 << PNI_SECTION_amqp_sequence)) != 0;
  return 0;
}
