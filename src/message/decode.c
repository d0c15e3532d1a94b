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
#include "wire/quick.h"

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

/* A map of scalars whose keys are all of one encoding, as nearly all are: the place behind it, or NULL for any other. */
static const uint8_t *quick_map(const uint8_t *pos, const uint8_t *end, uint8_t key) {
  enum { KEY = 2, VALUE = 1 }; /* the least octets of each */
  struct pni_quick_items map;
  if (!pni_quick_open(pos, end, PNI_MAP8, &map)) return NULL;
  pos = map.pos;
  uint32_t count = 0;
  for (; pos != map.end; count += 2) {
    const ptrdiff_t room = map.end - pos - (KEY + VALUE);
    if (room < 0 || pos[0] != key || pos[1] > room || !pni_ascii(pos + KEY, pos[1])) return NULL;
    pos = pni_quick_scalar(pos + KEY + pos[1], map.end);
    if (!pos) return NULL;
  }
  return count == map.count ? pos : NULL;
}

static pni_status read_map(struct pni_reader *reader, unsigned keys) {
  const uint8_t *const start = reader->pos;
  TRY(read_typed(reader, PN_MAP, "not a map"));
  return check_keys(reader, pn_bytes((size_t)(reader->pos - start), (const char *)start), keys);
}

/* The value of each section: quickly, for what is good and in the encodings that nearly all are in (the place behind it, or
 * NULL for any other), and thoroughly. Header and properties begin as those of an empty message. */
typedef const uint8_t *quick_fn(pn_message_t *msg, const uint8_t *pos, const uint8_t *end);
typedef pni_status thorough_fn(pn_message_t *msg, struct pni_reader *reader);

static inline const uint8_t *quick_header(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  return pni_header_quick(pos, end, &msg->header);
}

static pni_status read_header(pn_message_t *msg, struct pni_reader *reader) {
  return pni_header_decode(reader, &msg->header);
}

static inline const uint8_t *quick_annotations(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  (void)msg;
  return quick_map(pos, end, PNI_SYM8);
}

static pni_status read_annotations(pn_message_t *msg, struct pni_reader *reader) {
  (void)msg;
  return read_map(reader, 1 << PN_SYMBOL | 1 << PN_ULONG | 1 << PN_STRING);
}

static inline const uint8_t *quick_properties(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  return pni_properties_quick(pos, end, &msg->properties);
}

static pni_status read_properties(pn_message_t *msg, struct pni_reader *reader) {
  return pni_properties_decode(reader, &msg->properties);
}

static inline const uint8_t *quick_application_properties(
    pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  (void)msg;
  return quick_map(pos, end, PNI_STR8);
}

static pni_status read_application_properties(pn_message_t *msg, struct pni_reader *reader) {
  (void)msg;
  return read_map(reader, 1 << PN_STRING);
}

static inline const uint8_t *quick_data(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  (void)msg;
  return pos != end && *pos == PNI_VBIN8 ? pni_quick_scalar(pos, end) : NULL;
}

static pni_status read_data(pn_message_t *msg, struct pni_reader *reader) {
  (void)msg;
  return read_typed(reader, PN_BINARY, "not a binary");
}

static inline const uint8_t *quick_sequence(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  (void)msg, (void)pos, (void)end;
  return NULL;
}

static pni_status read_sequence(pn_message_t *msg, struct pni_reader *reader) {
  (void)msg;
  return read_typed(reader, PN_LIST, "not a list");
}

static inline const uint8_t *quick_value(pn_message_t *msg, const uint8_t *pos, const uint8_t *end) {
  (void)msg;
  return PNI_LIKELY(pos != end) ? pni_quick_scalar(pos, end) : NULL;
}

static pni_status read_value(pn_message_t *msg, struct pni_reader *reader) {
  (void)msg;
  pn_bytes_t encoded;
  return pni_read_value(reader, &encoded);
}

/* How far the sections have been read: a section's descriptor has been, its value comes next. */
struct progress {
  const uint8_t *start; /* of the section */
  const uint8_t *pos;   /* of its value */
  const uint8_t *end;   /* of the message */
  unsigned code;        /* of the descriptor, or: */
};
enum { UNKNOWN = 0x100, END, UNREADABLE };

/* Any descriptor. */
static pni_status read_descriptor(struct pni_reader *reader, uint64_t *code) {
  if (*reader->pos != PNI_DESCRIPTOR) {
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a described value, as sections are");
  }
  reader->pos++;
  return pni_read_descriptor(reader, code);
}

/* A descriptor that is not 00 53 and a code: the place behind it. */
static PNI_COLD const uint8_t *other_descriptor(const uint8_t *start, const uint8_t *end, unsigned *code) {
  struct pni_reader reader = {.pos = start, .end = end};
  uint64_t number = UNKNOWN;
  if (start == end)
    *code = END;
  else if (read_descriptor(&reader, &number))
    *code = UNREADABLE;
  else
    *code = number < UNKNOWN ? (unsigned)number : UNKNOWN;
  return reader.pos;
}

/* The section at this place. */
PNI_INLINE struct progress section_at(const uint8_t *start, const uint8_t *end) {
  static const uint8_t usual[] = {PNI_DESCRIPTOR, PNI_SMALLULONG};
  struct progress at = {.start = start, .end = end};
  if (PNI_LIKELY(end - start >= 3 && memcmp(start, usual, sizeof usual) == 0)) {
    at.code = start[2];
    at.pos = start + 3;
  } else if (start == end) {
    at.code = END;
    at.pos = end;
  } else {
    unsigned code;
    at.pos = other_descriptor(start, end, &code);
    at.code = code;
  }
  return at;
}

size_t pni_message_other_descriptor_size(pn_bytes_t octets) {
  const uint8_t *const start = (const uint8_t *)octets.start;
  unsigned code;
  return (size_t)(other_descriptor(start, start + octets.size, &code) - start);
}

/* Say what is wrong with a section's place: "header: comes after properties". */
static pni_status misplaced(pn_message_t *msg, unsigned section) {
  unsigned last = PNI_SECTION_COUNT - 1;
  while (!(msg->present >> last & 1)) last--;
  char buffer[128];
  struct pni_text text = pni_text(buffer, sizeof buffer);
  pni_text_term(&text, pni_sections[section].name);
  if (section == last) {
    pni_text_string(&text, ": comes twice");
  } else {
    pni_text_string(&text, ": comes after ");
    pni_text_term(&text, pni_sections[last].name);
    if (PNI_BODY_SECTIONS >> section & PNI_BODY_SECTIONS >> last & 1)
      pni_text_string(&text, ", and a body is of one kind");
  }
  pn_error_set(&msg->error, PNI_BAD_ARGUMENT, buffer);
  return PNI_BAD_ARGUMENT;
}

/* Say what is wrong with something that is not the next section in the standard's order, nor the end. */
static PNI_COLD pni_status refuse(
    pn_message_t *msg, const uint8_t *start, const uint8_t *end, unsigned code) {
  const unsigned section = code - PNI_SECTION_FIRST_CODE;
  if (section < PNI_SECTION_COUNT) return misplaced(msg, section);
  struct pni_fault fault = {.type = "message", .what = "no section has this descriptor"};
  pni_status status = PNI_BAD_ARGUMENT;
  if (code == UNREADABLE) {
    struct pni_reader reader = {.pos = start, .end = end};
    uint64_t number;
    status = read_descriptor(&reader, &number);
    fault.what = reader.fault.what;
  }
  return pni_message_fault(msg, status, &fault);
}

/* The value of a section that is not quickly seen to be good. */
static pni_status read_thoroughly(pn_message_t *msg, enum pni_section section, thorough_fn *thorough,
    const uint8_t *pos, const uint8_t *end, const uint8_t **next) {
  struct pni_reader reader = {.pos = pos, .end = end};
  const pni_status status = thorough(msg, &reader);
  *next = reader.pos;
  if (PNI_LIKELY(status == PNI_OK)) return PNI_OK;
  if (!reader.fault.type) reader.fault.type = pni_sections[section].name;
  return pni_message_fault(msg, status, &reader.fault);
}

PNI_INLINE bool is_at(const struct progress *at, enum pni_section section) {
  return at->code == PNI_SECTION_FIRST_CODE + (unsigned)section;
}

/* Take a section, and go on to the next. */
PNI_INLINE pni_status take(pn_message_t *msg, struct progress *at, enum pni_section section, quick_fn *quick,
    thorough_fn *thorough) {
  msg->present |= 1u << section;
  msg->starts[section] = at->start;
  const uint8_t *next = quick(msg, at->pos, at->end);
  if (PNI_UNLIKELY(!next)) {
    const uint8_t *behind;
    TRY(read_thoroughly(msg, section, thorough, at->pos, at->end, &behind));
    next = behind;
  }
  *at = section_at(next, at->end);
  return PNI_OK;
}

/* Take all sections of a kind that may be repeated, and which mean that the kind was inferred from the body. */
PNI_INLINE pni_status take_all(pn_message_t *msg, struct progress *at, enum pni_section section,
    quick_fn *quick, thorough_fn *thorough) {
  const uint8_t *const first = at->start;
  size_t count = 0;
  do {
    if (PNI_UNLIKELY(++count > PNI_LIMIT_BODY_SECTIONS)) {
      return pni_message_fail(msg, PNI_NO_MEMORY, "message: its body has too many sections");
    }
    TRY(take(msg, at, section, quick, thorough));
  } while (is_at(at, section));
  msg->starts[section] = first;
  msg->body_repeated = count > 1;
  msg->inferred = true;
  return PNI_OK;
}

/* Check the sections and note fields and places. A fault is described in the message's error. */
static inline pni_status read_sections(pn_message_t *msg, const uint8_t *start, size_t size) {
  struct progress at = section_at(start, start + size);
#define TAKE(how, section, kind)                                                                             \
  if (is_at(&at, PNI_SECTION_##section)) TRY(how(msg, &at, PNI_SECTION_##section, quick_##kind, read_##kind))
  TAKE(take, header, header);
  TAKE(take, delivery_annotations, annotations);
  TAKE(take, message_annotations, annotations);
  TAKE(take, properties, properties);
  TAKE(take, application_properties, application_properties);
  TAKE(take_all, data, data);
  else TAKE(take_all, amqp_sequence, sequence);
  else TAKE(take, amqp_value, value);
  TAKE(take, footer, annotations);
#undef TAKE
  msg->end = at.end;
  return PNI_LIKELY(at.code == END) ? PNI_OK : refuse(msg, at.start, at.end, at.code);
}

int pn_message_decode(pn_message_t *msg, const char *bytes, size_t size) {
  if (PNI_UNLIKELY(size > msg->capacity)) {
    void *larger = msg->bytes;
    if (pni_grow(&larger, &msg->capacity, size, 1)) {
      pn_message_clear(msg);
      return pni_message_fail(msg, PNI_NO_MEMORY, "no memory for %zu bytes", size);
    }
    msg->bytes = larger;
  }
  /* They may be the message's own: a part of what it was decoded from. */
  if (size > 0) memmove(msg->bytes, bytes, size);
  pni_message_forget(msg);
  if (msg->deferral.touched) pni_message_trees_defer(msg);
  if (PNI_UNLIKELY(msg->error.code)) pn_error_clear(&msg->error);
  if (PNI_UNLIKELY(size == 0)) return pni_message_fail(msg, PNI_UNDERFLOW, "message: there are no bytes");
  const pni_status status = read_sections(msg, msg->bytes, size);
  if (PNI_UNLIKELY(status)) pni_message_forget(msg);
  return status;
}
