/* amqp_header.c: the header of AMQP's own layer, both ways. [2.2]
 *
 * Frames go past it: ours follow our header without waiting for the peer's, the peer's may follow its own at once. When
 * both headers have passed the layer takes itself out of the stack. Another header than ours is the end: nothing is
 * written after our own, and no close, since the peer would not understand it. */
#include "engine/fail.h"
#include "engine/protocol.h"
#include "engine/trace.h"

static const char framing_error[] = "amqp:connection:framing-error";

static void leave_if_done(pn_transport_t *transport, unsigned at) {
  if (transport->header_sent && transport->header_received) pni_layer_replace(transport, at, NULL);
}

static pni_status refuse(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  char room[160];
  struct pni_text text = pni_text(room, sizeof room);
  pni_protocol_text(&text, bytes, size);
  return pni_transport_refuse(
      transport, framing_error, "expected the AMQP protocol header, the peer began with %s", room);
}

/* Why there is no header may be known: the socket failed, and its condition has been set. */
static pni_status end_of_input(pn_transport_t *transport) {
  const bool known = pn_condition_is_set(&transport->condition);
  return pni_transport_refuse(transport, framing_error, "%s",
      known ? "" : "expected the AMQP protocol header, none came (connection aborted)");
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  if (transport->header_received) return pni_layer_input(transport, at + 1, bytes, size, taken);
  *taken = 0;
  if (size == 0) return end_of_input(transport);
  switch (pni_protocol_match(bytes, size, PNI_PROTOCOL_AMQP)) {
  case PNI_MATCH_PARTLY: return PNI_OK;
  case PNI_MISMATCH: return refuse(transport, bytes, size);
  default: break;
  }
  *taken = PNI_PROTOCOL_HEADER;
  transport->header_received = true;
  pni_trace_protocol(transport, PNI_PROTOCOL_AMQP, false);
  leave_if_done(transport, at);
  return PNI_OK;
}

static pni_status output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  if (!transport->header_sent) {
    TRY(pni_protocol_write(transport, out, PNI_PROTOCOL_AMQP));
    transport->header_sent = true;
  }
  if (transport->header_received) {
    leave_if_done(transport, at);
    return pni_layer_output(transport, at, out);
  }
  return transport->close_sent ? PNI_OK : pni_layer_output(transport, at + 1, out);
}

const struct pni_layer pni_layer_amqp_header = {.name = "amqp-header", .input = input, .output = output};
