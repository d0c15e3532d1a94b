/* frames.c: the layer of AMQP frames, incoming: cuts the input into frames and hands each to its handler. [2.3, 2.4.6]
 *
 * Frames are handled where they lie in the input. Frames wait while no connection is bound. What a handler returns is
 * acted on here: a performative that did not decode, or no memory, ends the connection; a fault has been dealt with
 * where it was found. After the peer's close nothing more is looked at. */
#include "engine/frames.h"

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/trace.h"
#include "engine/transfer_run.h"
#include "wire/limits.h"

enum { FIRST = PNI_CODE_open, PERFORMATIVES = PNI_CODE_close - PNI_CODE_open + 1 };

static pni_status drop(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  (void)transport, (void)channel, (void)body;
  return PNI_OK;
}

/* Which frame may come in which state of the connection; an empty square is amqp:illegal-state. After CLOSE_RECEIVED and
 * ENDED the input is closed. */
#define IN_SESSION(name)                                                                                     \
  [PNI_CODE_##name - FIRST] = {[PNI_OPEN_RECEIVED] = pni_receive_##name,                                     \
      [PNI_OPENED] = pni_receive_##name,                                                                     \
      [PNI_CLOSE_SENT] = pni_receive_##name,                                                                 \
      [PNI_DISCARDING] = drop}
static pni_receive_fn *const grid[PERFORMATIVES][PNI_CONNECTION_STATE_COUNT] = {
    [PNI_CODE_open - FIRST] = {[PNI_START] = pni_receive_open,
        [PNI_OPEN_SENT] = pni_receive_open,
        [PNI_CLOSE_PIPE] = pni_receive_open,
        [PNI_DISCARDING] = drop},
    IN_SESSION(begin),
    IN_SESSION(attach),
    IN_SESSION(flow),
    IN_SESSION(transfer),
    IN_SESSION(disposition),
    IN_SESSION(detach),
    IN_SESSION(end),
    [PNI_CODE_close - FIRST] = {[PNI_OPEN_RECEIVED] = pni_receive_close,
        [PNI_OPENED] = pni_receive_close,
        [PNI_CLOSE_SENT] = pni_receive_close,
        [PNI_DISCARDING] = pni_receive_close},
};
#undef IN_SESSION

pni_receive_fn *pni_frame_handler(enum pni_code performative, enum pni_connection_state state) {
  return grid[performative - FIRST][state];
}

static bool before_open(const pn_transport_t *transport) {
  return transport->state == PNI_START || transport->state == PNI_OPEN_SENT ||
         transport->state == PNI_CLOSE_PIPE;
}

static const char *state_text(const pn_transport_t *transport) {
  switch (transport->state) {
  case PNI_START:
  case PNI_OPEN_SENT:
  case PNI_CLOSE_PIPE: return "before open";
  default: return "a second time";
  }
}

/* What a handler could not do itself. */
static pni_status act_on(pn_transport_t *transport, pni_status status, const struct pni_reader *body) {
  return status == PNI_FAILED ? PNI_FAILED : pni_fail_decode(transport, status, body);
}

static pni_status receive_empty(pn_transport_t *transport) {
  if (!before_open(transport)) return PNI_OK;
  return pni_fail(transport, NULL, PNI_FAULT_ILLEGAL_STATE, "empty frame before open");
}

/* The body of a frame, with its performative's row in the grid. */
struct body {
  const uint8_t *pos; /* behind the descriptor */
  const uint8_t *end;
  unsigned row;
};

/* A descriptor in a form that we would not write; one of no performative has been reported. */
static PNI_COLD pni_status read_unusual(pn_transport_t *transport, struct body *body) {
  struct pni_reader reader = pni_reader(body->pos, (size_t)(body->end - body->pos));
  uint64_t code;
  if (*reader.pos != PNI_DESCRIPTOR)
    return pni_fail(transport, NULL, PNI_FAULT_UNDECODABLE, "frame does not begin with a descriptor");
  reader.pos++;
  const pni_status status = pni_read_descriptor(&reader, &code);
  if (status != PNI_OK) return pni_fail_decode(transport, status, &reader);
  if (code < FIRST || code - FIRST >= PERFORMATIVES) {
    return pni_fail(transport, NULL, PNI_FAULT_UNKNOWN_PERFORMATIVE,
        "frame's descriptor is no performative of AMQP's frames");
  }
  body->pos = reader.pos;
  body->row = (unsigned)(code - FIRST);
  return PNI_OK;
}

static inline bool read_usual(struct body *body) {
  enum { USUAL = PNI_DESCRIPTOR << 8 | PNI_SMALLULONG, SIZE = 3 };
  if (body->end - body->pos < SIZE || pni_load16(body->pos) != USUAL) return false;
  body->row = body->pos[SIZE - 1] - (unsigned)FIRST;
  if (body->row >= PERFORMATIVES) return false;
  body->pos += SIZE;
  return true;
}

static PNI_COLD pni_status misplaced(pn_transport_t *transport, unsigned row) {
  return pni_fail(transport, NULL, PNI_FAULT_ILLEGAL_STATE, "%s: came %s", pni_composite(FIRST + row)->name,
      state_text(transport));
}

static PNI_COLD void trace(pn_transport_t *transport, const uint8_t *octets, struct pni_frame frame) {
  if (pni_traces_raw(transport)) pni_trace_raw(transport, octets, frame.size, false);
  if (pni_traces_frames(transport))
    pni_trace_received(transport, frame.channel, octets + frame.offset, frame.size - frame.offset);
}

static PNI_COLD pni_status channel_too_high(pn_transport_t *transport, uint16_t channel) {
  return pni_fail(transport, NULL, PNI_FAULT_CHANNEL_TOO_HIGH, "frame on channel %u, channel-max is %u",
      channel, transport->channel_max);
}

/* A whole frame whose header has been read. */
static inline pni_status receive_frame(
    pn_transport_t *transport, const uint8_t *octets, const struct pni_frame *frame) {
  struct body body = {.pos = octets + frame->offset, .end = octets + frame->size};
  transport->frames_in++;
  if (pni_traces(transport)) trace(transport, octets, *frame);
  if (PNI_UNLIKELY(frame->channel > transport->channel_max))
    return channel_too_high(transport, frame->channel);
  if (PNI_UNLIKELY(!read_usual(&body))) {
    struct body unusual = body;
    if (body.pos == body.end) return receive_empty(transport);
    TRY(read_unusual(transport, &unusual));
    body = unusual;
  }
  pni_receive_fn *const receive = grid[body.row][transport->state];
  if (PNI_UNLIKELY(!receive)) return misplaced(transport, body.row);
  struct pni_reader reader = {.pos = body.pos, .end = body.end};
  const pni_status status = receive(transport, frame->channel, &reader);
  PNI_TOUCHED(&transport->connection->endpoint);
  return PNI_LIKELY(status == PNI_OK) ? PNI_OK : act_on(transport, status, &reader);
}

/* Until the peer has opened it need not know our limit, nor we trust it with more. */
static uint32_t size_limit(const pn_transport_t *transport) {
  if (PNI_UNLIKELY(before_open(transport))) return PNI_LIMIT_FRAME_BEFORE_OPEN;
  return transport->max_frame != 0 ? transport->max_frame : PNI_LIMIT_FRAME;
}

static PNI_COLD pni_status check_unusual(
    pn_transport_t *transport, const uint8_t *octets, struct pni_frame *frame, uint32_t limit) {
  const char *what;
  if (pni_frame_header_read(octets, limit, frame, &what) != PNI_OK) {
    const enum pni_fault_kind fault =
        frame->size > limit ? PNI_FAULT_FRAME_TOO_LARGE : PNI_FAULT_FRAME_HEADER;
    return pni_fail(transport, NULL, fault, "%s (size %u, data offset %u, limit %u)", what, frame->size,
        frame->offset / 4U, limit);
  }
  if (frame->type != PNI_FRAME_AMQP) {
    return pni_fail(transport, NULL, PNI_FAULT_FRAME_HEADER, "frame of type %u where AMQP frames are due",
        (unsigned)frame->type);
  }
  return PNI_OK;
}

static inline pni_status read_header(
    pn_transport_t *transport, const uint8_t *octets, struct pni_frame *frame, uint32_t limit) {
  const uint32_t rest = pni_load32(octets + 4);
  enum { USUAL = PNI_FRAME_HEADER / 4 << 8 | PNI_FRAME_AMQP };
  frame->size = pni_load32(octets);
  frame->offset = PNI_FRAME_HEADER;
  frame->channel = (uint16_t)rest;
  if (PNI_LIKELY(rest >> 16 == USUAL && frame->size - PNI_FRAME_HEADER <= limit - PNI_FRAME_HEADER))
    return PNI_OK;
  struct pni_frame unusual;
  const pni_status status = check_unusual(transport, octets, &unusual, limit);
  *frame = unusual;
  return status;
}

/* Whether a transfer is followed by another one with the same handle: equal octets behind the size, up to the handle's last,
 * in what nearly all are. */
static inline bool goes_on(const uint8_t *pattern, const uint8_t *next, const uint8_t *end) {
  enum {
    FROM = 4,
    LIST = 12,
    HANDLE = 14,
    TO = 20,
    SHORT = 32 /* bits of a word from LIST on that are the id's */
  };
  if (next - pattern < TO || end - next < TO) return false;
  const uint64_t head = pni_load64(pattern + FROM),
                 other = pni_load64(pattern + LIST) ^ pni_load64(next + LIST);
  const uint32_t transfer =
      (uint32_t)PNI_DESCRIPTOR << 24 | PNI_SMALLULONG << 16 | PNI_CODE_transfer << 8 | PNI_LIST8;
  if (head != pni_load64(next + FROM) || (uint32_t)head != transfer) return false;
  if (head >> 48 != (PNI_FRAME_HEADER / 4U) << 8 /* and AMQP's type, 0 */) return false;
  return (pattern[HANDLE] == PNI_UINT ? other : other >> SHORT) == 0;
}

static pni_status end_of_input(pn_transport_t *transport) {
  if (!transport->connection) return PNI_OK;
  return pni_fail(transport, NULL, PNI_FAULT_ABORTED, "connection aborted");
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  (void)at;
  *taken = 0;
  if (size == 0) return end_of_input(transport);
  if (!transport->connection) return PNI_OK;
  const uint8_t *const end = bytes + size;
  const uint8_t *octets = bytes;
  uint8_t state = transport->state;
  uint32_t limit = size_limit(transport);
  while (end - octets >= PNI_FRAME_HEADER) {
    struct pni_frame frame;
    TRY(read_header(transport, octets, &frame, limit));
    if (frame.size > (size_t)(end - octets)) break;
    const uint8_t *const next = octets + frame.size;
    if (goes_on(octets, next, end)) {
      const uint8_t *const behind = pni_transfers_received(transport, frame.channel, octets, next, end);
      if (PNI_LIKELY(behind != octets)) {
        octets = behind;
        continue;
      }
    }
    TRY(receive_frame(transport, octets, &frame));
    octets = next;
    if (PNI_UNLIKELY(transport->state != state)) { /* by open or close */
      state = transport->state;
      limit = size_limit(transport);
      if (transport->tail_closed) octets = end;
    }
  }
  *taken = (size_t)(octets - bytes);
  return PNI_OK;
}

/* Both sides' silence. [2.4.5] */
static int64_t tick(pn_transport_t *transport, unsigned at, int64_t now) {
  (void)at;
  const bool listens = !transport->tail_closed;
  const uint32_t timeout = listens ? transport->idle_timeout : 0;
  const uint32_t remote_timeout = transport->close_sent ? 0 : transport->remote_idle_timeout;
  if (!pni_idle_hears(&transport->idle, timeout, transport->bytes_in, now)) {
    pni_transport_error(transport, pni_fault_types[PNI_FAULT_IDLE].condition,
        "local-idle-timeout expired: nothing came for %u ms", timeout);
    transport->idle.input_deadline = 0;
  }
  pni_idle_speaks(&transport->idle, remote_timeout, transport->frames_out, now);
  return pni_idle_deadline(&transport->idle);
}

const struct pni_layer pni_layer_amqp = {.name = "amqp",
    .input = input,
    .output = pni_frames_output,
    .keepalive = pni_frames_keepalive,
    .tick = tick};
