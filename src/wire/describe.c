/* describe.c: a frame as a line of text, and what is wrong with it. [2.2, 2.3]
 *
 * The same decoders as the engine's check the frame, so what a connection would end for is what is found here. */
#include "base/text.h"
#include "wire/dump.h"
#include "wire/frame.h"
#include "wire/performative.h"
#include "wire/writer.h"
#include <baryon/frame.h>
#include <proton/error.h>
#include <string.h>

/* A performative's fields, as its decoder sees them. PNI_BAD_ARGUMENT: the code is not one of a frame's. */
static pni_status decode(uint64_t code, struct pni_reader *reader) {
  const bool amqp = code >= PNI_CODE_open && code <= PNI_CODE_close;
  const bool sasl = code >= PNI_CODE_sasl_mechanisms && code <= PNI_CODE_sasl_outcome;
  if (!amqp && !sasl) return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "this is no performative");
  switch (code) {
#define COMPOSITE(name, number, descriptor)                                                                  \
  case number: {                                                                                             \
    struct pni_##name out;                                                                                   \
    return pni_##name##_decode(reader, &out);                                                                \
  }
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
  default: return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "this is no performative");
  }
}

static pn_bytes_t hidden(char *room, size_t capacity, pn_bytes_t secret) {
  struct pni_text text = pni_text(room, capacity);
  pni_text_format(&text, "(%zu octets)", secret.size);
  return pn_bytes(text.size, room);
}

/* What may hold a password is written anew without it. */
static void dump_secret(struct pni_text *text, uint64_t code, struct pni_reader list) {
  uint8_t room[512];
  char size[40];
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct pni_sasl_init init;
  struct pni_sasl_response response;
  if (code == PNI_CODE_sasl_init && pni_sasl_init_decode(&list, &init) == PNI_OK) {
    if (init.hostname.size > sizeof room / 2) init.has.hostname = false;
    if (init.mechanism.size > sizeof room / 4) init.mechanism.size = sizeof room / 4;
    if (init.has.initial_response) init.initial_response = hidden(size, sizeof size, init.initial_response);
    pni_sasl_init_encode(&writer, &init);
  } else if (code == PNI_CODE_sasl_response && pni_sasl_response_decode(&list, &response) == PNI_OK) {
    response.response = hidden(size, sizeof size, response.response);
    pni_sasl_response_encode(&writer, &response);
  }
  struct pni_reader reader = pni_reader(room, writer.size);
  pni_dump(text, &reader);
}

/* Where and why, for a frame's reader that has failed. */
static void describe_fault(
    struct pni_text *text, const struct pni_reader *reader, const char *bytes, size_t *fault) {
  *fault = (size_t)((const char *)reader->pos - bytes);
  text->size = 0;
  pni_fault_text(&reader->fault, text);
}

static void describe_body(
    struct pni_text *text, const char *bytes, const struct pni_frame *frame, size_t *fault) {
  struct pni_reader reader = pni_reader(bytes + frame->offset, frame->size - frame->offset);
  struct pni_reader body = reader, list = reader;
  struct pni_value head;
  pn_bytes_t performative;
  uint64_t code = UINT64_MAX;
  if (pni_read_value(&reader, &performative) != PNI_OK) {
    describe_fault(text, &reader, bytes, fault);
    return;
  }
  list.end = reader.pos;
  if (pni_read_head(&list, &head) != PNI_OK || head.type != PN_DESCRIBED) {
    (void)pni_reader_fail(&list, PNI_BAD_ARGUMENT, "a frame's body begins with a described value");
    describe_fault(text, &list, bytes, fault);
    return;
  }
  const bool described = pni_read_descriptor(&list, &code) == PNI_OK;
  const struct pni_reader fields = list;
  if (!described || decode(code, &list) != PNI_OK) {
    describe_fault(text, &list, bytes, fault);
    return;
  }
  const size_t payload = pni_reader_left(&reader);
  if (payload > 0 && code != PNI_CODE_transfer) {
    (void)pni_reader_fail(&reader, PNI_BAD_ARGUMENT, "there are octets behind the performative");
    describe_fault(text, &reader, bytes, fault);
    return;
  }
  body.end = reader.pos;
  if (code == PNI_CODE_sasl_init || code == PNI_CODE_sasl_response) {
    dump_secret(text, code, fields);
  } else {
    pni_dump(text, &body);
  }
  if (payload == 0) return;
  pni_text_format(text, " (%zu) ", payload);
  pni_text_quoted(text, (const char *)reader.pos, payload < text->capacity ? payload : text->capacity);
}

/* "AMQP", an id and a version. */
static ssize_t describe_protocol(struct pni_text *text, const char *bytes, size_t size) {
  static const char *const names[] = {"AMQP", NULL, "AMQP over TLS,", "AMQP SASL"};
  const uint8_t *const version = (const uint8_t *)bytes + 4;
  if (size < PNI_PROTOCOL_HEADER) return 0;
  if (version[0] < sizeof names / sizeof *names && names[version[0]]) {
    pni_text_format(text, "%s %u.%u.%u", names[version[0]], version[1], version[2], version[3]);
  } else {
    pni_text_format(text, "AMQP with the unknown protocol-id %u, %u.%u.%u", version[0], version[1],
        version[2], version[3]);
  }
  return PNI_PROTOCOL_HEADER;
}

ssize_t pn_frame_describe(const char *bytes, size_t size, char *text, size_t room, size_t *fault) {
  struct pni_text out = pni_text(text, room);
  struct pni_frame frame;
  const char *what;
  *fault = 0;
  if (size >= 4 && memcmp(bytes, "AMQP", 4) == 0) return describe_protocol(&out, bytes, size);
  if (size < PNI_FRAME_HEADER) return 0;
  if (pni_frame_header_read((const uint8_t *)bytes, 0, &frame, &what) != PNI_OK) {
    *fault = 4;
    pni_text_string(&out, what);
    return PN_ARG_ERR;
  }
  if (frame.size > size) return 0;
  if (frame.type == PNI_FRAME_AMQP) {
    pni_text_format(&out, "%u ", frame.channel);
  } else if (frame.type != PNI_FRAME_SASL) {
    *fault = 5;
    pni_text_format(&out, "frame is of the unknown type %u", frame.type);
    return frame.size;
  }
  if (frame.offset == frame.size) {
    pni_text_string(&out, "(empty frame)");
  } else {
    describe_body(&out, bytes, &frame, fault);
  }
  return frame.size;
}
