/* trace.h: lines about protocol headers, frames and ends of streams, for PN_LOG and pn_transport_set_tracer.
 *
 *   -> AMQP                                               a protocol header, sent
 *   0 <- @transfer(20) [handle=0x0, more=true] (3) abc    channel, performative, size and beginning of the payload
 *   <- EOS                                                the end of input
 *   (PN_LINK_FLOW, pn_link<0x5645234b97d0>)               an event that the driver hands out */
#ifndef BARYON_ENGINE_TRACE_H
#define BARYON_ENGINE_TRACE_H

#include "engine/protocol.h"

static inline bool pni_traces_frames(const pn_transport_t *transport) {
  return pni_logs(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_FRAME);
}

/* Whether frames are wanted as text or as octets; the subsystem is looked at then. */
static inline bool pni_traces(const pn_transport_t *transport) {
  return PNI_UNLIKELY((transport->logger.levels & (PN_LEVEL_FRAME | PN_LEVEL_RAW)) != 0);
}

/* A frame's body: a performative, of whose octets the last `payload` ones are payload, or nothing. */
void pni_trace_frame(
    pn_transport_t *transport, uint16_t channel, const uint8_t *body, size_t size, size_t payload, bool sent);

/* The same where it is not known where the payload begins: behind the performative. */
void pni_trace_received(pn_transport_t *transport, uint16_t channel, const uint8_t *body, size_t size);

static inline bool pni_traces_raw(const pn_transport_t *transport) {
  return pni_logs(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_RAW);
}

/* Octets as they are, sixteen to a line. */
void pni_trace_raw(pn_transport_t *transport, const uint8_t *bytes, size_t size, bool sent);

/* What a client was found to speak. */
void pni_trace_layer(pn_transport_t *transport, const char *name);

static inline bool pni_traces_events(const pn_transport_t *transport) {
  return PNI_UNLIKELY((transport->logger.levels & PN_LEVEL_DEBUG) != 0);
}
void pni_trace_event(pn_transport_t *transport, pn_event_t *event);

void pni_trace_protocol(pn_transport_t *transport, enum pni_protocol protocol, bool sent);
void pni_trace_end(pn_transport_t *transport, bool sent);

#endif
