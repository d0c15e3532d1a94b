/* sasl_frame.c: SASL frames, in and out, and what the trace shows of them. [5.3.1]
 *
 * Frames that go are encoded when they are decided on and wait, whole, until output is asked for, so that
 * their order is that of the decisions. Whatever may hold a password is neither dumped nor shown raw: the
 * trace has its size instead. */
#include "layers/sasl.h"

#include "base/memory.h"
#include "engine/fail.h"
#include "engine/trace.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include <stdio.h>

enum {
  SASL_FRAME = 512, /* the largest frame that may be sent [5.3.1] */
  SHOWN = 64        /* octets of a mechanism's name that the trace shows */
};

static const char framing_error[] = "amqp:connection:framing-error";
static const char decode_error[] = "amqp:decode-error";

/* Trace. */

static bool keeps_no_secret(pn_bytes_t mechanism) {
  static const char anonymous[] = "ANONYMOUS", external[] = "EXTERNAL";
  return (mechanism.size == sizeof anonymous - 1 &&
             memcmp(mechanism.start, anonymous, mechanism.size) == 0) ||
         (mechanism.size == sizeof external - 1 && memcmp(mechanism.start, external, mechanism.size) == 0);
}

static void trace_all(
    pn_transport_t *transport, const uint8_t *octets, size_t size, size_t offset, bool sent) {
  if (pni_traces_frames(transport)) pni_trace_frame(transport, 0, octets + offset, size - offset, 0, sent);
  if (pni_traces_raw(transport)) pni_trace_raw(transport, octets, size, sent);
}

/* The frame as it would be with `size` in place of the secret. */
static void trace_hidden(pn_transport_t *transport, const struct pni_writer *body, size_t size, bool sent) {
  if (pni_traces_frames(transport) && pni_writer_fits(body))
    pni_trace_frame(transport, 0, body->start, body->size, 0, sent);
  if (pni_traces_raw(transport)) {
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_RAW,
        "%s%04zx octets of a SASL frame that are not shown", sent ? "->" : "<-", size);
  }
}

static pn_bytes_t hidden(char *room, size_t capacity, pn_bytes_t secret) {
  return pn_bytes((size_t)snprintf(room, capacity, "(%zu octets)", secret.size), room);
}

static void trace_init(pn_transport_t *transport, const uint8_t *octets, size_t size, size_t offset,
    struct pni_reader body, bool sent) {
  uint8_t room[512];
  char text[40];
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct pni_sasl_init init;
  if (pni_sasl_init_decode(&body, &init) != PNI_OK) init = (struct pni_sasl_init){.mechanism = {0}};
  if (init.mechanism.size > 0 && keeps_no_secret(init.mechanism)) {
    trace_all(transport, octets, size, offset, sent);
    return;
  }
  if (init.mechanism.size > SHOWN) init.mechanism.size = SHOWN;
  if (init.hostname.size > SHOWN) init.has.hostname = false;
  if (init.has.initial_response) init.initial_response = hidden(text, sizeof text, init.initial_response);
  pni_sasl_init_encode(&writer, &init);
  trace_hidden(transport, &writer, size, sent);
}

static void trace_response(pn_transport_t *transport, size_t size, struct pni_reader body, bool sent) {
  uint8_t room[64];
  char text[40];
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct pni_sasl_response response;
  if (pni_sasl_response_decode(&body, &response) != PNI_OK) response.response = pn_bytes(0, NULL);
  response.response = hidden(text, sizeof text, response.response);
  pni_sasl_response_encode(&writer, &response);
  trace_hidden(transport, &writer, size, sent);
}

static void trace(pn_transport_t *transport, enum pni_code code, const uint8_t *octets, size_t size,
    size_t offset, const struct pni_reader *body, bool sent) {
  if (!pni_traces_frames(transport) && !pni_traces_raw(transport)) return;
  switch (code) {
  case PNI_CODE_sasl_mechanisms:
  case PNI_CODE_sasl_challenge:
  case PNI_CODE_sasl_outcome: trace_all(transport, octets, size, offset, sent); break;
  case PNI_CODE_sasl_init: trace_init(transport, octets, size, offset, *body, sent); break;
  case PNI_CODE_sasl_response: trace_response(transport, size, *body, sent); break;
  default: break;
  }
}

/* In. */

static bool is_sasl(uint64_t code) {
  return code >= PNI_CODE_sasl_mechanisms && code <= PNI_CODE_sasl_outcome;
}

static pni_status refuse_reader(pn_transport_t *transport, const struct pni_reader *reader) {
  char room[256];
  struct pni_text text = pni_text(room, sizeof room);
  pni_fault_text(&reader->fault, &text);
  return pni_transport_refuse(transport, decode_error, "%s", room);
}

pni_status pni_sasl_frame_read(pn_transport_t *transport, const uint8_t *octets, size_t size, size_t offset,
    enum pni_code *code, struct pni_reader *body) {
  uint64_t descriptor;
  transport->frames_in++;
  if (size == offset) return pni_transport_refuse(transport, framing_error, "empty frame in the SASL layer");
  *body = pni_reader(octets + offset, size - offset);
  if (*body->pos != PNI_DESCRIPTOR)
    return pni_transport_refuse(transport, decode_error, "SASL frame does not begin with a descriptor");
  body->pos++;
  if (pni_read_descriptor(body, &descriptor) != PNI_OK) return refuse_reader(transport, body);
  if (!is_sasl(descriptor)) {
    return pni_transport_refuse(
        transport, decode_error, "SASL frame's descriptor is none of the SASL performatives");
  }
  *code = (enum pni_code)descriptor;
  trace(transport, *code, octets, size, offset, body, false);
  return PNI_OK;
}

/* Out. */

static void encode(struct pni_writer *writer, enum pni_code code, const void *in) {
  switch (code) {
  case PNI_CODE_sasl_mechanisms: pni_sasl_mechanisms_encode(writer, in); break;
  case PNI_CODE_sasl_init: pni_sasl_init_encode(writer, in); break;
  case PNI_CODE_sasl_challenge: pni_sasl_challenge_encode(writer, in); break;
  case PNI_CODE_sasl_response: pni_sasl_response_encode(writer, in); break;
  default: pni_sasl_outcome_encode(writer, in); break;
  }
}

/* Encode behind what is to go already, with that much room. */
static pni_status write_frame(
    struct pni_sasl *sasl, enum pni_code code, const void *in, size_t room, struct pni_writer *writer) {
  void *out = sasl->out;
  const pni_status grown = pni_grow(&out, &sasl->out_capacity, sasl->out_size + room, 1);
  sasl->out = out;
  TRY(grown);
  *writer = pni_writer(sasl->out + sasl->out_size + PNI_FRAME_HEADER, room - PNI_FRAME_HEADER);
  encode(writer, code, in);
  return PNI_OK;
}

/* What a client shows may be a token, which needs more than everybody has to take; whoever takes tokens takes that. */
static size_t limit_of(enum pni_code code) {
  const bool shows = code == PNI_CODE_sasl_init || code == PNI_CODE_sasl_response;
  return shows ? PNI_LIMIT_FRAME_BEFORE_OPEN : SASL_FRAME;
}

pni_status pni_sasl_frame_write(pn_transport_t *transport, enum pni_code code, const void *in) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_writer writer;
  TRY(write_frame(sasl, code, in, SASL_FRAME, &writer));
  if (!pni_writer_fits(&writer)) {
    const size_t needed = PNI_FRAME_HEADER + writer.size;
    if (needed > limit_of(code)) return PNI_OVERFLOW;
    TRY(write_frame(sasl, code, in, needed, &writer));
  }
  uint8_t *const octets = sasl->out + sasl->out_size;
  const size_t size = PNI_FRAME_HEADER + writer.size;
  pni_frame_header_write(octets, (uint32_t)size, PNI_FRAME_SASL, 0);
  sasl->out_size += size;
  transport->frames_out++;

  struct pni_reader body = pni_reader(writer.start, writer.size);
  uint64_t descriptor;
  body.pos++;
  if (pni_read_descriptor(&body, &descriptor) == PNI_OK)
    trace(transport, code, octets, size, PNI_FRAME_HEADER, &body, true);
  return PNI_OK;
}
