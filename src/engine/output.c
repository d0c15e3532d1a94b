/* output.c: the layer of AMQP frames, outgoing: who owes the peer something pays, frame by frame. [2.3, 2.4.6]
 *
 * Endpoints are on the connection's queue while they owe. The first pays what it can; what it has still to send goes to
 * the end of the queue, so that links with much to send take turns; what waits for the peer leaves the queue, and comes
 * back when that has come. The connection's close goes behind everybody else. When everybody left in the queue can do
 * nothing (frames that have to wait for the peer's open) it is over for this time.
 *
 * Invariant: a frame is in the sink whole or not at all. */
#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/trace.h"
#include <string.h>

/* Room for a frame whose size is not known yet; most need less. */
enum { ROOM = 512 };

/* Room is there. */
static inline void open_frame(const pn_transport_t *transport, struct pni_writer *writer) {
  const struct pni_buffer *const out = transport->sink;
  const size_t there = pni_buffer_room(out), limit = transport->frame_limit;
  *writer = pni_writer(
      out->block + out->end + PNI_FRAME_HEADER, (there < limit ? there : limit) - PNI_FRAME_HEADER);
}

static PNI_COLD pni_status reserve_and_open(
    pn_transport_t *transport, size_t room, struct pni_writer *writer) {
  TRY(pni_buffer_reserve(transport->sink, room + PNI_FRAME_HEADER));
  open_frame(transport, writer);
  return PNI_OK;
}

pni_status pni_frame_open(pn_transport_t *transport, size_t room, struct pni_writer *writer) {
  if (PNI_UNLIKELY(pni_buffer_room(transport->sink) < room + PNI_FRAME_HEADER))
    return reserve_and_open(transport, room, writer);
  open_frame(transport, writer);
  return PNI_OK;
}

void pni_frame_trace_sent(
    pn_transport_t *transport, uint16_t channel, const struct pni_writer *writer, size_t payload) {
  if (pni_traces_frames(transport))
    pni_trace_frame(transport, channel, writer->start, writer->size, payload, true);
  if (pni_traces_raw(transport)) {
    pni_trace_raw(transport, writer->start - PNI_FRAME_HEADER, writer->size + PNI_FRAME_HEADER, true);
  }
}

/* The performative did not fit: how large it is, is known now. */
static pni_status open_larger(pn_transport_t *transport, struct pni_writer *writer) {
  const size_t needed = writer->size;
  if (needed > transport->frame_limit - PNI_FRAME_HEADER) return PNI_OVERFLOW;
  return pni_frame_open(transport, needed, writer);
}

#define SEND(name, type)                                                                                     \
  PNI_SEND(name) {                                                                                           \
    struct pni_writer writer;                                                                                \
    TRY(pni_frame_open(transport, ROOM, &writer));                                                           \
    pni_##name##_encode(&writer, in);                                                                        \
    if (PNI_UNLIKELY(!pni_writer_fits(&writer))) {                                                           \
      TRY(open_larger(transport, &writer));                                                                  \
      pni_##name##_encode(&writer, in);                                                                      \
    }                                                                                                        \
    pni_frame_close(transport, type, channel, &writer, 0);                                                   \
    return PNI_OK;                                                                                           \
  }
SEND(open, PNI_FRAME_AMQP)
SEND(begin, PNI_FRAME_AMQP)
SEND(attach, PNI_FRAME_AMQP)
SEND(flow, PNI_FRAME_AMQP)
SEND(transfer, PNI_FRAME_AMQP)
SEND(disposition, PNI_FRAME_AMQP)
SEND(detach, PNI_FRAME_AMQP)
SEND(end, PNI_FRAME_AMQP)
SEND(close, PNI_FRAME_AMQP)
SEND(sasl_mechanisms, PNI_FRAME_SASL)
SEND(sasl_init, PNI_FRAME_SASL)
SEND(sasl_challenge, PNI_FRAME_SASL)
SEND(sasl_response, PNI_FRAME_SASL)
SEND(sasl_outcome, PNI_FRAME_SASL)
#undef SEND

static pni_status send_empty(pn_transport_t *transport) {
  struct pni_writer writer;
  TRY(pni_frame_open(transport, 0, &writer));
  pni_frame_close(transport, PNI_FRAME_AMQP, 0, &writer, 0);
  return PNI_OK;
}

static pni_status pay(pn_transport_t *transport, struct pni_endpoint *endpoint, bool *waits) {
  switch ((enum pni_kind)endpoint->kind) {
  case PNI_LINK: return pni_pay_link(transport, (pn_link_t *)endpoint, waits);
  case PNI_SESSION: return pni_pay_session(transport, (pn_session_t *)endpoint, waits);
  default: return pni_pay_connection(transport, (pn_connection_t *)endpoint, waits);
  }
}

/* A frame is larger than the peer takes: what it is about ends, since it cannot be told. */
static pni_status too_large(pn_transport_t *transport, struct pni_endpoint *endpoint) {
  static const char what[] = "a frame of ours would be larger than the max-frame-size of the peer";
  const bool closing = endpoint->local == PNI_CLOSED;
  pni_endpoint_paid(endpoint, (enum pni_due)endpoint->due);
  if (endpoint->kind == PNI_LINK && !closing)
    return pni_fail(transport, endpoint, PNI_FAULT_FRAME_TOO_SMALL, "%s (%u)", what, transport->frame_limit);
  return pni_fail(transport, NULL, PNI_FAULT_FRAME_TOO_SMALL, "%s (%u)", what, transport->frame_limit);
}

static void take_off(pn_connection_t *conn, struct pni_endpoint *endpoint) {
  if (conn->due == endpoint) {
    conn->due = endpoint->due_next;
    if (!conn->due) conn->last_due = NULL;
  }
  endpoint->due_next = NULL;
  endpoint->queued = false;
}

/* Let the first in the queue pay; *stuck is the first of those in a row who could not, and *all whether all are. */
static pni_status pay_first(pn_transport_t *transport, pn_connection_t *conn, struct pni_endpoint **stuck) {
  struct pni_endpoint *const endpoint = conn->due;
  const uint64_t frames = transport->frames_out;
  const uint8_t due = endpoint->due;
  const bool may_go = (due & PNI_DUE_CLOSE) != 0 || endpoint->freed;
  bool waits = false;
  if (PNI_UNLIKELY(may_go)) pni_endpoint_incref(endpoint);
  pni_status status = pay(transport, endpoint, &waits);
  take_off(conn, endpoint);
  const bool early = status == PNI_OVERFLOW && transport->state == PNI_OPEN_SENT;
  if (PNI_UNLIKELY(status == PNI_OVERFLOW)) status = early ? PNI_OK : too_large(transport, endpoint);
  if (endpoint->due != 0 && !waits) pni_endpoint_owe(endpoint, (enum pni_due)endpoint->due);
  if (transport->frames_out != frames || endpoint->due != due || waits)
    *stuck = NULL;
  else if (!*stuck)
    *stuck = endpoint;
  if (PNI_UNLIKELY(may_go)) {
    pni_endpoint_settle(endpoint);
    pni_endpoint_decref(endpoint);
  }
  return status;
}

static inline bool owes_nothing(const pn_connection_t *conn) { return !conn->due && conn->endpoint.due == 0; }

static pni_status pay_queue(pn_transport_t *transport, pn_connection_t *conn) {
  struct pni_endpoint *stuck = NULL;
  /* A close that waited for others looks again whether they are done. */
  if (conn->endpoint.due != 0 && !conn->endpoint.queued)
    pni_endpoint_owe(&conn->endpoint, (enum pni_due)conn->endpoint.due);
  while (conn->due && conn->due != stuck && !pni_output_enough(transport) && !transport->close_sent) {
    TRY(pay_first(transport, conn, &stuck));
  }
  return PNI_OK;
}

pni_status pni_frames_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  (void)at, (void)out;
  if (transport->close_sent) return PNI_OK;
  if (transport->connection && !transport->failed && !owes_nothing(transport->connection)) {
    const pni_status status = pay_queue(transport, transport->connection);
    if (PNI_UNLIKELY(status != PNI_OK && status != PNI_FAILED))
      pni_transport_error(transport, "amqp:internal-error", "out of memory while writing a frame");
  }
  if (PNI_UNLIKELY(transport->failed)) return pni_pay_error(transport);
  if (PNI_UNLIKELY(transport->idle.keepalive)) {
    transport->idle.keepalive = false;
    if (transport->open_sent && !transport->close_sent && pni_buffer_size(transport->sink) == 0 &&
        pni_buffer_size(&transport->output) == 0 && transport->splices.size == 0)
      return send_empty(transport);
  }
  return PNI_OK;
}

/* The frame is written without the transport's counters, which are not ours here. */
pni_status pni_frames_keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  static const uint8_t empty[PNI_FRAME_HEADER] = {[3] = PNI_FRAME_HEADER, [4] = PNI_FRAME_HEADER / 4};
  (void)transport, (void)at;
  TRY(pni_buffer_reserve(out, sizeof empty));
  memcpy(out->block + out->end, empty, sizeof empty);
  out->end += sizeof empty;
  return PNI_OK;
}
