/* make_corpus.c: writes the seeds of the fuzz targets, made from the lists in spec/.
 *
 *   make_corpus FOLDER            write them into FOLDER/wire, FOLDER/data, FOLDER/message, FOLDER/edit
 *   make_corpus --check FOLDER    see whether they are there as they would be written
 *
 * A constructor or composite that is added to the lists so gets its seed. Files named found-... are not made here: they
 * are inputs that once found something. */
#include "base/text.h"
#include "wire/frame.h"
#include "wire/performative.h"
#include "wire/section.h"
#include "wire/walker.h"
#include "wire/writer.h"

#include <stdio.h>
#include <stdlib.h>

static const char *folder;
static bool checking;
static unsigned seeds, faults;

static void fault(const char *path, const char *what) {
  fprintf(stderr, "%s: %s\n", path, what);
  faults++;
}

static void write_file(const char *path, const uint8_t *octets, size_t size) {
  FILE *const file = fopen(path, "wb");
  if (!file || fwrite(octets, 1, size, file) != size) fault(path, "cannot be written");
  if (file && fclose(file) != 0) fault(path, "cannot be written");
}

static void check_file(const char *path, const uint8_t *octets, size_t size) {
  uint8_t there[4096];
  FILE *const file = fopen(path, "rb");
  if (!file) {
    fault(path, "is missing: run make_corpus");
    return;
  }
  if (fread(there, 1, sizeof there, file) != size || memcmp(there, octets, size) != 0)
    fault(path, "is not as it would be written: run make_corpus");
  (void)fclose(file);
}

static void seed(const char *target, const char *name, const struct pni_writer *writer) {
  char path[4096];
  struct pni_text text = pni_text(path, sizeof path);
  pni_text_format(&text, "%s/%s/", folder, target);
  pni_text_term(&text, name);
  seeds++;
  if (!pni_text_fits(&text) || !pni_writer_fits(writer))
    fault(name, "is too long");
  else if (checking)
    check_file(path, writer->start, writer->size);
  else
    write_file(path, writer->start, writer->size);
}

/* For targets that take any value. A seed that is malformed would be of little use. */
static void seed_value(const char *name, const struct pni_writer *writer) {
  struct pni_reader reader = pni_reader(writer->start, writer->size);
  if (pni_walk_over(&reader) || pni_reader_left(&reader) > 0) fault(name, "is malformed");
  seed("wire", name, writer);
  seed("data", name, writer);
}

static pn_bytes_t text(const char *string) { return pn_bytes(strlen(string), string); }

/* One value of each constructor. */
static void write_encoding(struct pni_writer *writer, uint8_t code) {
  static const uint8_t octets[] = {1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1};
  const struct pni_encoding encoding = pni_encodings[code];
  const bool wide = encoding.width == 4;
  const uint8_t size = encoding.form == PNI_VARIABLE ? 3 : (uint8_t)(encoding.width + 3), count = 2;
  pni_write_octet(writer, code);
  if (encoding.form == PNI_FIXED) {
    pni_write_raw(writer, octets + sizeof octets - encoding.width, encoding.width);
    return;
  }
  if (wide) pni_write_raw(writer, "\0\0\0", 3);
  pni_write_octet(writer, size);
  if (encoding.form == PNI_VARIABLE) {
    pni_write_raw(writer, "abc", 3);
    return;
  }
  if (wide) pni_write_raw(writer, "\0\0\0", 3);
  pni_write_octet(writer, count);
  if (encoding.form == PNI_ARRAY_FORM)
    pni_write_raw(writer, (const uint8_t[]){PNI_UBYTE, 1, 2}, 3);
  else
    pni_write_raw(writer, (const uint8_t[]){PNI_SMALLUINT, 1, PNI_NULL}, 3);
}

static void seed_encodings(void) {
#define ENCODING(code, name, type, form, width, check)                                                       \
  {                                                                                                          \
    uint8_t room[64];                                                                                        \
    struct pni_writer writer = pni_writer(room, sizeof room);                                                \
    write_encoding(&writer, code);                                                                           \
    seed_value("encoding_" #name, &writer);                                                                  \
  }
#include "spec/encodings.def"
#undef ENCODING
}

/* Encoded values for fields that are such. */
#define A_MESSAGE_ID "\x53\x07"
#define A_MAP        "\xc1\x05\x02\xa0\x01t\x40"
#define A_FIELDS     "\xc1\x05\x02\xa3\x01k\x41"
#define A_SYMBOLS    "\xe0\x06\x02\xa3\x01s\x01t"
#define AN_ERROR                                                                                             \
  "\0\x53\x1d\xc0\x0a\x03\xa3\x01"                                                                           \
  "c\xa1\x01"                                                                                                \
  "d\xc1\x01\0"
#define A_STATE "\0\x53\x24\x45"
#define LITERAL(literal)                                                                                     \
  { sizeof(literal) - 1, (literal) }

#define SAMPLE_BOOL                 true
#define SAMPLE_UBYTE                5
#define SAMPLE_USHORT               300
#define SAMPLE_UINT                 70000
#define SAMPLE_ULONG                5000000000
#define SAMPLE_TIMESTAMP            1700000000000
#define SAMPLE_SENDER_SETTLE_MODE   1
#define SAMPLE_RECEIVER_SETTLE_MODE 1
#define SAMPLE_TERMINUS_DURABILITY  1
#define SAMPLE_SASL_CODE            1
#define SAMPLE_BINARY               LITERAL("tag")
#define SAMPLE_STRING               LITERAL("text")
#define SAMPLE_SYMBOL               LITERAL("symbol")
#define SAMPLE_ADDRESS              LITERAL("address")
#define SAMPLE_MESSAGE_ID           LITERAL(A_MESSAGE_ID)
#define SAMPLE_MAP                  LITERAL(A_MAP)
#define SAMPLE_FIELDS               LITERAL(A_FIELDS)
#define SAMPLE_SYMBOLS              LITERAL(A_SYMBOLS)
#define SAMPLE_ERROR                LITERAL(AN_ERROR)
#define SAMPLE_ANY                  LITERAL(A_STATE)

/* Each composite with all of its fields. */
static void seed_composites(void) {
#define COMPOSITE(name, code, descriptor)                                                                    \
  {                                                                                                          \
    static const char *const title = #name;                                                                  \
    static const struct pni_##name composite = {
#define FIELD(name, type, presence) .name = SAMPLE_##type, .has.name = true,
#define END(name)                                                                                            \
  .has.nothing = false                                                                                       \
  }                                                                                                          \
  ;                                                                                                          \
  uint8_t room[512];                                                                                         \
  struct pni_writer writer = pni_writer(room, sizeof room);                                                  \
  pni_##name##_encode(&writer, &composite);                                                                  \
  seed_value(title, &writer);                                                                                \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
}

/* Values in one another, and what arrays can be made of. */
static const struct {
  const char *name;
  pn_bytes_t octets;
} values[] = {
    {"nested", LITERAL("\xc0\x13\x03\xc1\x07\x02\xa1\x01k\xc0\x01\0\x00\x53\x77\x45\xe0\x03\x01\x50\x07")},
    {"array-of-lists", LITERAL("\xe0\x08\x02\xc0\x01\0\x03\x02\x40\x41")},
    {"array-of-arrays", LITERAL("\xe0\x08\x02\xe0\x02\x01\x40\x02\x02\x43")},
    {"array-described", LITERAL("\xe0\x08\x02\0\xa3\x01"
                                "d\x50\x01\x02")},
    {"array-described-by-a-list", LITERAL("\xe0\x08\x01\0\xc0\x03\x01\x53\x10\x43")},
    {"array-of-many-nulls", LITERAL("\xf0\0\0\0\x05\0\0\x01\0\x40")},
    {"described-twice", LITERAL("\0\x53\x01\0\x53\x02\x43")},
    {"described-by-a-described", LITERAL("\0\0\x53\x01\x53\x02\x43")},
    {"symbolic", LITERAL("\0\xa3\x12"
                         "amqp:accepted:list"
                         "\x45")},
    {"utf8", LITERAL("\xa1\x0c"
                     "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80zz")},
};

static void seed_values(void) {
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    uint8_t room[64];
    struct pni_writer writer = pni_writer(room, sizeof room);
    pni_write_raw(&writer, values[i].octets.start, values[i].octets.size);
    seed_value(values[i].name, &writer);
  }
  uint8_t frame[PNI_FRAME_HEADER];
  pni_frame_header_write(frame, 512, PNI_FRAME_SASL, 1);
  struct pni_writer writer = pni_writer(frame, sizeof frame);
  writer.size = sizeof frame;
  seed("wire", "frame", &writer);
}

/* Sections of messages. */
static const struct pni_header header = {.durable = true,
    .priority = 7,
    .ttl = 60000,
    .delivery_count = 1,
    .has = {.durable = 1, .priority = 1, .ttl = 1, .delivery_count = 1}};
static const struct pni_properties properties = {.message_id = LITERAL(A_MESSAGE_ID),
    .user_id = LITERAL("user"),
    .to = LITERAL("orders"),
    .subject = LITERAL("subject"),
    .reply_to = LITERAL("replies"),
    .correlation_id = LITERAL("\xa1\x01"
                              "c"),
    .content_type = LITERAL("text/plain"),
    .content_encoding = LITERAL("gzip"),
    .absolute_expiry_time = 1700000000000,
    .creation_time = 1600000000000,
    .group_id = LITERAL("group"),
    .group_sequence = 3,
    .reply_to_group_id = LITERAL("others"),
    .has = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}};

static void write_map(struct pni_writer *writer, enum pni_section section, uint8_t key_code) {
  pni_write_descriptor(writer, pni_sections[section].code);
  const size_t at = pni_write_open(writer);
  pni_write_bytes(writer, key_code, text("x-opt-key"));
  pni_write_bytes(writer, PNI_STR8, text("value"));
  pni_write_bytes(writer, key_code, text("n"));
  pni_write_int(writer, -5);
  pni_write_close(writer, at, PNI_MAP8, 4);
}

static void write_section(struct pni_writer *writer, enum pni_section section) {
  size_t at;
  switch (section) {
  case PNI_SECTION_header: pni_header_encode(writer, &header); break;
  case PNI_SECTION_properties: pni_properties_encode(writer, &properties); break;
  case PNI_SECTION_application_properties: write_map(writer, section, PNI_STR8); break;
  case PNI_SECTION_data:
    pni_write_descriptor(writer, pni_sections[section].code);
    pni_write_bytes(writer, PNI_VBIN8, text("octets"));
    break;
  case PNI_SECTION_amqp_sequence:
    pni_write_descriptor(writer, pni_sections[section].code);
    at = pni_write_open(writer);
    pni_write_uint(writer, 1);
    pni_write_bytes(writer, PNI_STR8, text("two"));
    pni_write_close(writer, at, PNI_LIST8, 2);
    break;
  case PNI_SECTION_amqp_value:
    pni_write_descriptor(writer, pni_sections[section].code);
    pni_write_bytes(writer, PNI_STR8, text("a body of some forty octets, as many have"));
    break;
  default: write_map(writer, section, PNI_SYM8);
  }
}

/* Each section alone, and messages of many: a digit for each section. */
static void seed_messages(void) {
  static const char *const messages[] = {
      "0123458", "0123468", "0123478", "05", "3558", "366", "37", "347", "28"};
  uint8_t room[1024];
  for (unsigned i = 0; i < PNI_SECTION_COUNT; i++) {
    struct pni_writer writer = pni_writer(room, sizeof room);
    write_section(&writer, (enum pni_section)i);
    seed("message", pni_sections[i].name, &writer);
  }
  for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
    struct pni_writer writer = pni_writer(room, sizeof room);
    char name[32];
    for (const char *digit = messages[i]; *digit; digit++)
      write_section(&writer, (enum pni_section)(*digit - '0'));
    snprintf(name, sizeof name, "sections-%s", messages[i]);
    seed("message", name, &writer);
  }
}

/* Steps of an editor of trees: any octets are some. */
static void seed_edits(void) {
  uint32_t state = 1;
  for (unsigned i = 0; i < 8; i++) {
    uint8_t room[128];
    char name[32];
    for (size_t at = 0; at < sizeof room; at++) {
      state = state * 1664525 + 1013904223;
      room[at] = (uint8_t)(state >> 24);
    }
    struct pni_writer writer = pni_writer(room, sizeof room);
    writer.size = sizeof room;
    snprintf(name, sizeof name, "steps-%u", i);
    seed("edit", name, &writer);
  }
}

int main(int argc, char **argv) {
  checking = argc == 3 && strcmp(argv[1], "--check") == 0;
  if (argc != (checking ? 3 : 2)) {
    fprintf(stderr, "usage: make_corpus [--check] FOLDER\n");
    return 2;
  }
  folder = argv[argc - 1];
  seed_encodings();
  seed_composites();
  seed_values();
  seed_messages();
  seed_edits();
  printf("%u seeds, %u faults\n", seeds, faults);
  return faults == 0 ? 0 : 1;
}
