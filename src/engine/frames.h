/* frames.h: AMQP frames in and out: who handles which performative, and how one is written. [2.3, 2.4.6]
 *
 * Incoming: frames.c cuts the input into frames, looks at the grid of performative and connection state, and calls
 *   pni_status pni_receive_<performative>(pn_transport_t *, uint16_t channel, struct pni_reader *body);
 * the reader is behind the descriptor; it is at the payload when the performative has been decoded. The state of session
 * and link is the handler's to check, by a grid of its own.
 *
 * Outgoing: output.c takes endpoints off the connection's queue of debts and calls pni_pay_<kind>. */
#ifndef BARYON_ENGINE_FRAMES_H
#define BARYON_ENGINE_FRAMES_H

#include "engine/session.h"
#include "engine/trace.h"
#include "engine/transport.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/performative.h"

#define PNI_RECEIVE(name)                                                                                    \
  PNI_NODISCARD pni_status pni_receive_##name(                                                               \
      pn_transport_t *transport, uint16_t channel, struct pni_reader *body)
PNI_RECEIVE(open);        /* open_close.c */
PNI_RECEIVE(begin);       /* begin_end.c */
PNI_RECEIVE(attach);      /* attach_detach.c */
PNI_RECEIVE(flow);        /* flow.c */
PNI_RECEIVE(transfer);    /* transfer.c */
PNI_RECEIVE(disposition); /* settle.c */
PNI_RECEIVE(detach);
PNI_RECEIVE(end);
PNI_RECEIVE(close);

typedef pni_status pni_receive_fn(pn_transport_t *transport, uint16_t channel, struct pni_reader *body);

/* The square of the grid: who handles that frame in that state of the connection, NULL if it is not allowed there. */
pni_receive_fn *pni_frame_handler(enum pni_code performative, enum pni_connection_state state);

/* The output of the layer of frames. output.c */
PNI_NODISCARD pni_status pni_frames_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out);
PNI_NODISCARD pni_status pni_frames_keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out);

/* The session mapped to an incoming channel in a state in which that frame is due. *ssn is NULL, and the status PNI_OK, if
 * the frame is to be dropped (the session is discarding); a fault has been reported otherwise. begin_end.c */
PNI_NODISCARD pni_status pni_session_of_channel_slow(
    pn_transport_t *transport, uint16_t channel, enum pni_code performative, pn_session_t **ssn);
PNI_NODISCARD static inline pni_status pni_session_of_channel(
    pn_transport_t *transport, uint16_t channel, enum pni_code performative, pn_session_t **ssn) {
  *ssn = pni_map_get(&transport->channels, channel);
  if (PNI_LIKELY(*ssn && (*ssn)->state == PNI_MAPPED)) return PNI_OK;
  return pni_session_of_channel_slow(transport, channel, performative, ssn);
}

/* Pay what an endpoint owes, as far as output has room. Clears each bit of `due` that is paid. What it has to wait for is
 * left in `due` and *waits is set: someone puts it on the queue again (pni_endpoint_owe) when that has come. */
PNI_NODISCARD pni_status pni_pay_connection(
    pn_transport_t *transport, pn_connection_t *conn, bool *waits); /* open_close.c */
PNI_NODISCARD pni_status pni_pay_session(
    pn_transport_t *transport, pn_session_t *ssn, bool *waits); /* begin_end.c */
PNI_NODISCARD pni_status pni_pay_link(
    pn_transport_t *transport, pn_link_t *link, bool *waits); /* attach_detach.c */

/* The parts that live in other files. */
PNI_NODISCARD pni_status pni_pay_flow(
    pn_transport_t *transport, pn_session_t *ssn, pn_link_t *link); /* flow.c; link NULL: session */
PNI_NODISCARD pni_status pni_pay_dispositions(pn_transport_t *transport, pn_session_t *ssn); /* settle.c */
PNI_NODISCARD pni_status pni_pay_transfers(
    pn_transport_t *transport, pn_link_t *link, bool *waits); /* transfer.c */

/* What is left to say when the transport has failed: open, if none was sent, and close with the transport's condition. */
PNI_NODISCARD pni_status pni_pay_error(pn_transport_t *transport); /* open_close.c */

/* Write a frame: room is made, the performative written, the frame traced and counted. PNI_OVERFLOW, and nothing written,
 * if it is larger than the peer's max-frame-size (512 before its open). Only while a layer's output is asked for. */
#define PNI_SEND(name)                                                                                       \
  PNI_NODISCARD pni_status pni_send_##name(                                                                  \
      pn_transport_t *transport, uint16_t channel, const struct pni_##name *in)
PNI_SEND(open);
PNI_SEND(begin);
PNI_SEND(attach);
PNI_SEND(flow);
PNI_SEND(transfer);
PNI_SEND(disposition);
PNI_SEND(detach);
PNI_SEND(end);
PNI_SEND(close);
PNI_SEND(sasl_mechanisms);
PNI_SEND(sasl_init);
PNI_SEND(sasl_challenge);
PNI_SEND(sasl_response);
PNI_SEND(sasl_outcome);

/* For transfer, whose payload follows, the steps by hand: a writer behind the place of the frame's header, with at least
 * `room` bytes (less only where the peer's limit is less) and as many more as there are without a larger block. Closing
 * writes the header; `payload` says how many of the writer's bytes, the last ones, are payload. A frame that is opened
 * and not closed leaves nothing behind. */
PNI_NODISCARD pni_status pni_frame_open(pn_transport_t *transport, size_t room, struct pni_writer *writer);
PNI_COLD void pni_frame_trace_sent(
    pn_transport_t *transport, uint16_t channel, const struct pni_writer *writer, size_t payload);
static inline void pni_frame_close(pn_transport_t *transport, enum pni_frame_type type, uint16_t channel,
    const struct pni_writer *writer, size_t payload) {
  uint8_t *const octets = writer->start - PNI_FRAME_HEADER;
  const size_t size = writer->size + PNI_FRAME_HEADER;
  pni_store32(octets, (uint32_t)size);
  pni_store32(octets + 4, (PNI_FRAME_HEADER / 4U) << 24 | (uint32_t)type << 16 | channel);
  transport->sink->end += size;
  transport->frames_out++;
  if (pni_traces(transport)) pni_frame_trace_sent(transport, channel, writer, payload);
}

/* The same where the payload is not among the writer's bytes, but goes behind them from where it lies. That is possible only
 * while pni_output_splices. pieces.c */
void pni_frame_close_spliced(pn_transport_t *transport, uint16_t channel, const struct pni_writer *writer,
    struct pni_segments *payload, size_t size);

/* Whether frames go into the output itself, which is taken piece by piece, and nobody wants to see them. */
bool pni_output_splices(const pn_transport_t *transport);

/* Whether so much waits for the socket that no more frames are to be made. */
static inline bool pni_output_enough(const pn_transport_t *transport) {
  return pni_buffer_size(transport->sink) > transport->sink_most;
}

/* The largest frame that is made: the peer takes it, and a larger one would need a larger block than the pool has. */
static inline size_t pni_frame_most(const pn_transport_t *transport) {
  enum { FRAME_MOST = 32 * 1024 };
  return transport->frame_limit < FRAME_MOST ? transport->frame_limit : FRAME_MOST;
}

/* How many bytes of deliveries may be unread. */
static inline size_t pni_buffered_limit(const pn_transport_t *transport) {
  if (!transport->buffered_limit_set) return PNI_LIMIT_BUFFERED_BYTES;
  return transport->buffered_limit ? transport->buffered_limit : SIZE_MAX;
}

#endif
