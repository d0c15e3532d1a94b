/* wire.c: fuzz target of the wire layer: any octets as values, one after the other.
 *
 * Whatever is read in one way has to be read in every other: by steps, at once, by sizes alone, as text. Whatever is well
 * formed is written again and has to come back the same; so has whatever a composite's decoder takes. */
#include "base/text.h"
#include "check.h"
#include "copy.h"
#include "wire/dump.h"
#include "wire/frame.h"
#include "wire/performative.h"
#include "wire/walker.h"

/* A few octets can stand for many elements: beyond this many steps a value is not taken apart. */
enum { MOST_STEPS = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool fault_is_told(const struct pni_reader *reader) {
  char sentence[256];
  struct pni_text text = pni_text(sentence, sizeof sentence);
  pni_fault_text(&reader->fault, &text);
  return reader->fault.what && pni_text_fits(&text);
}

/* By steps: how many there are, the status of the last, and the reader where that leaves it. */
static size_t walk(struct pni_reader *reader, pni_status *status) {
  const uint8_t *const start = reader->pos, *const end = reader->end;
  struct pni_walker walker;
  struct pni_step step;
  size_t steps = 0;
  pni_walk(&walker, reader);
  do {
    *status = pni_walk_step(&walker, &step);
    if (*status) return steps;
    CHECK(walker.depth <= PNI_LIMIT_NESTING);
    CHECK(reader->pos >= start && reader->pos <= reader->end && reader->end <= end);
    if (step.kind != PNI_STEP_LEAVE) {
      CHECK(step.value.type >= PN_NULL && step.value.type <= PN_MAP);
      CHECK((step.kind == PNI_STEP_ENTER) == (step.value.type >= PN_DESCRIBED));
    }
  } while (pni_walk_more(&walker) && ++steps < MOST_STEPS);
  return steps;
}

/* As text, in rooms of two sizes: it stays within them, and the reader ends up behind a value that is well formed. */
static void check_dump(const struct pni_reader *reader, const uint8_t *behind) {
  static const size_t rooms[] = {24, 1000};
  for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
    char *const room = malloc(rooms[i]);
    CHECK(room);
    struct pni_text text = pni_text(room, rooms[i]);
    struct pni_reader ahead = *reader;
    pni_dump(&text, &ahead);
    const size_t length = strnlen(room, rooms[i]);
    CHECK(length == (pni_text_fits(&text) ? text.size : rooms[i] - 1));
    if (behind) CHECK(ahead.pos == behind && ahead.end == reader->end);
    free(room);
  }
}

/* Written again, a value is the same; and once more, it is the same to the octet. */
static void check_copies(pn_bytes_t value) {
  pn_bytes_t source = value;
  uint8_t *copies[2] = {NULL, NULL};
  for (unsigned i = 0; i < 2; i++) {
    struct pni_reader reader = pni_reader(source.start, source.size);
    struct pni_writer writer = pni_writer(NULL, 0);
    CHECK(fuzz_copy(&reader, &writer, NULL));
    const size_t size = writer.size;
    CHECK(size > 0 && size <= value.size);
    CHECK((copies[i] = malloc(size)) != NULL);
    writer = pni_writer(copies[i], size);
    reader = pni_reader(source.start, source.size);
    CHECK(fuzz_copy(&reader, &writer, NULL));
    CHECK(writer.size == size && pni_writer_fits(&writer));
    if (i == 1) CHECK(size == source.size && memcmp(copies[0], copies[1], size) == 0);
    source = pn_bytes(size, (const char *)copies[i]);
    CHECK(fuzz_same(value, source));
  }
  free(copies[0]);
  free(copies[1]);
}

/* Composites: what was decoded is encoded and decoded to the same, field by field. */
static bool same_bytes(pn_bytes_t a, pn_bytes_t b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.start, b.start, a.size) == 0);
}
#define same_number(a, b)         ((a) == (b))
#define same_BOOL                 same_number
#define same_UBYTE                same_number
#define same_USHORT               same_number
#define same_UINT                 same_number
#define same_ULONG                same_number
#define same_TIMESTAMP            same_number
#define same_SENDER_SETTLE_MODE   same_number
#define same_RECEIVER_SETTLE_MODE same_number
#define same_TERMINUS_DURABILITY  same_number
#define same_SASL_CODE            same_number
#define same_BINARY               same_bytes
#define same_STRING               same_bytes
#define same_SYMBOL               same_bytes
#define same_ADDRESS              same_bytes
#define same_MESSAGE_ID           same_bytes
#define same_MAP                  same_bytes
#define same_FIELDS               same_bytes
#define same_SYMBOLS              same_bytes
#define same_ERROR                same_bytes
#define same_ANY                  same_bytes

#define COMPOSITE(name, code, descriptor)                                                                    \
  static bool same_##name(const struct pni_##name *one, const struct pni_##name *other) {                    \
    (void)one, (void)other;
#define FIELD(name, type, presence)                                                                          \
  if (one->has.name != other->has.name || !same_##type(one->name, other->name)) return false;
#define END(name)                                                                                            \
  return true;                                                                                               \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* The same value with sizes of four octets, if it is a list: decoders take that in another way. To be freed. */
static uint8_t *widened(struct pni_reader reader, size_t *size) {
  struct pni_value list;
  if (pni_read_head(&reader, &list) || list.type != PN_LIST || list.code == PNI_LIST0) return NULL;
  *size = 9 + (size_t)list.size;
  uint8_t *const wide = malloc(*size);
  CHECK(wide);
  wide[0] = PNI_LIST32;
  pni_store32(wide + 1, list.size + 4);
  pni_store32(wide + 5, list.count);
  memcpy(wide + 9, list.body, list.size);
  return wide;
}

enum { DESCRIPTOR = 3, SPARE = 300 };

/* In an exact room and in a large one, where encoders work in another way, the same is written; it can be decoded. */
#define COMPOSITE(name, code, descriptor)                                                                    \
  static void check_encoding_##name(const struct pni_##name *one) {                                          \
    struct pni_##name other;                                                                                 \
    struct pni_writer counting = pni_writer(NULL, 0);                                                        \
    pni_##name##_encode(&counting, one);                                                                     \
    uint8_t *const encoded = malloc(counting.size), *const roomy = malloc(counting.size + SPARE);            \
    CHECK(encoded &&roomy);                                                                                  \
    struct pni_writer writer = pni_writer(encoded, counting.size);                                           \
    pni_##name##_encode(&writer, one);                                                                       \
    struct pni_writer easy = pni_writer(roomy, counting.size + SPARE);                                       \
    pni_##name##_encode(&easy, one);                                                                         \
    CHECK(writer.size == counting.size && easy.size == counting.size);                                       \
    CHECK(memcmp(encoded, roomy, counting.size) == 0);                                                       \
    struct pni_reader reader = pni_reader(encoded + DESCRIPTOR, writer.size - DESCRIPTOR);                   \
    CHECK(pni_##name##_decode(&reader, &other) == PNI_OK && pni_reader_left(&reader) == 0);                  \
    CHECK(same_##name(one, &other));                                                                         \
    free(encoded);                                                                                           \
    free(roomy);                                                                                             \
  }                                                                                                          \
  static void check_##name(struct pni_reader reader) {                                                       \
    struct pni_##name one, other;                                                                            \
    size_t size = 0;                                                                                         \
    uint8_t *const wide = widened(reader, &size);                                                            \
    const pni_status status = pni_##name##_decode(&reader, &one);                                            \
    if (wide) {                                                                                              \
      struct pni_reader wide_reader = pni_reader(wide, size);                                                \
      CHECK(pni_##name##_decode(&wide_reader, &other) == status);                                            \
      if (status) CHECK(wide_reader.fault.what == reader.fault.what);                                        \
      if (status == PNI_OK) CHECK(same_##name(&one, &other));                                                \
    }                                                                                                        \
    free(wide);                                                                                              \
    if (status) CHECK(fault_is_told(&reader) && reader.fault.type);                                          \
    if (status == PNI_OK) check_encoding_##name(&one);                                                       \
  }
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* A described value by its own type's decoder, a list by all of them. */
static void check_composites(pn_bytes_t value) {
  struct pni_reader reader = pni_reader(value.start, value.size);
  const uint8_t first = *reader.pos;
  uint64_t described = 0;
  if (first == PNI_DESCRIPTOR) {
    reader.pos++;
    CHECK(pni_read_descriptor(&reader, &described) == PNI_OK);
  } else if (pni_encodings[first].type != PN_LIST) {
    return;
  }
#define COMPOSITE(name, code, descriptor)                                                                    \
  if (first != PNI_DESCRIPTOR || described == (code)) check_##name(reader);
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
}

/* One value, looked at in every way; false if it is malformed. */
static bool check_value(struct pni_reader *reader) {
  struct pni_reader at_once = *reader, by_steps = *reader, past = *reader;
  pn_bytes_t encoded;
  pni_status stepped;
  const pni_status status = pni_read_value(&at_once, &encoded);
  const size_t steps = walk(&by_steps, &stepped);
  if (steps < MOST_STEPS) {
    CHECK(stepped == status);
    if (status == PNI_OK) CHECK(by_steps.pos == at_once.pos && by_steps.end == at_once.end);
    if (status != PNI_OK) CHECK(at_once.fault.what == by_steps.fault.what);
  }
  check_dump(reader, status == PNI_OK ? at_once.pos : NULL);
  if (status != PNI_OK) {
    CHECK(fault_is_told(&at_once));
    return false;
  }
  CHECK((const uint8_t *)encoded.start == reader->pos && encoded.size == (size_t)(at_once.pos - reader->pos));
  CHECK(pni_read_past(&past) == PNI_OK && past.pos == at_once.pos);
  if (steps < MOST_STEPS) check_copies(encoded);
  check_composites(encoded);
  *reader = at_once;
  return true;
}

static void check_frame(const uint8_t *bytes) {
  struct pni_frame frame;
  const char *what;
  if (pni_frame_header_read(bytes, 0, &frame, &what)) {
    CHECK(what);
    return;
  }
  CHECK(!what && frame.offset >= PNI_FRAME_HEADER && frame.offset <= frame.size);
  uint8_t again[PNI_FRAME_HEADER];
  pni_frame_header_write(again, frame.size, frame.type, frame.channel);
  if (frame.offset == PNI_FRAME_HEADER) CHECK(memcmp(again, bytes, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size >= PNI_FRAME_HEADER) check_frame(bytes);
  struct pni_reader reader = pni_reader(bytes, size);
  while (pni_reader_left(&reader) > 0 && check_value(&reader)) {}
  return 0;
}
