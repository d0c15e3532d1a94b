/* sniff.c: a server finds out what its client speaks. [2.2, 5.1, 5.2.1]
 *
 * The first octets decide, as few as will do: TLS without a header by its own, everything else by the first octet that is
 * not AMQP's. What is found takes the sniffer's place (AMQP), or comes before it (TLS, SASL), so that the sniffer looks
 * at what that layer carries. Who asks for what this server does not speak, or must not now, is answered with a header
 * that would have been right, and the end; frames cannot be exchanged, so no close says why. */
#include "engine/fail.h"
#include "engine/protocol.h"
#include "engine/trace.h"
#include <string.h>

static const char framing_error[] = "amqp:connection:framing-error";
static const char policy_error[] = "amqp:connection:policy-error";

static bool usable(pn_transport_t *transport, const struct pni_known_layer *known) {
  return transport->layers.count < PNI_LAYERS_MAX && known->allowed(transport);
}

/* The layer with that protocol id, if the client may have it now. */
static const struct pni_known_layer *usable_layer(pn_transport_t *transport, uint8_t id) {
  for (const struct pni_known_layer *const *known = pni_known_layers; *known; known++) {
    if (id != PNI_PROTOCOL_AMQP && (*known)->protocol_id == id && usable(transport, *known)) return *known;
  }
  return NULL;
}

static const struct pni_known_layer *recognised(
    pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  for (const struct pni_known_layer *const *known = pni_known_layers; *known; known++) {
    if ((*known)->recognise && (*known)->recognise(bytes, size) && usable(transport, *known)) return *known;
  }
  return NULL;
}

static bool lacks_encryption(pn_transport_t *transport) {
  return transport->encryption_required && !pn_transport_is_encrypted(transport);
}

static bool lacks_authentication(pn_transport_t *transport) {
  return transport->authentication_required && !transport->authenticated;
}

/* What the client should have begun with. */
static enum pni_protocol acceptable(pn_transport_t *transport) {
  if (lacks_encryption(transport) && usable_layer(transport, PNI_PROTOCOL_TLS)) return PNI_PROTOCOL_TLS;
  if (lacks_authentication(transport) && usable_layer(transport, PNI_PROTOCOL_SASL)) return PNI_PROTOCOL_SASL;
  return PNI_PROTOCOL_AMQP;
}

static pni_status refuse(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  char room[160];
  struct pni_text text = pni_text(room, sizeof room);
  pni_protocol_text(&text, bytes, size);
  pni_transport_error(transport, framing_error, "the client began with %s", room);
  return PNI_FAILED;
}

static pni_status end_of_input(pn_transport_t *transport) {
  const bool known = pn_condition_is_set(&transport->condition);
  return pni_transport_refuse(
      transport, framing_error, "%s", known ? "" : "no AMQP protocol header came (connection aborted)");
}

static pni_status begin_amqp(pn_transport_t *transport, unsigned at) {
  if (lacks_encryption(transport)) {
    pni_transport_error(transport, policy_error, "the client began without encryption, which is required");
    return PNI_FAILED;
  }
  if (lacks_authentication(transport)) {
    pni_transport_error(transport, policy_error, "the client skipped authentication, which is required");
    return PNI_FAILED;
  }
  transport->header_received = true;
  pni_trace_layer(transport, "1.0");
  pni_trace_protocol(transport, PNI_PROTOCOL_AMQP, false);
  pni_layer_replace(transport, at, &pni_layer_amqp_header);
  return PNI_OK;
}

/* What begins here goes before the sniffer, which looks again at what that carries. */
static pni_status begin_layer(pn_transport_t *transport, unsigned at, const struct pni_known_layer *known,
    const uint8_t *bytes, size_t size, size_t *taken) {
  pni_trace_layer(transport, pni_protocol_name((enum pni_protocol)known->protocol_id));
  pni_layer_insert(transport, at, known->layer);
  return pni_layer_input(transport, at, bytes, size, taken);
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  *taken = 0;
  if (size == 0) return end_of_input(transport);
  const struct pni_known_layer *known = recognised(transport, bytes, size);
  if (known) return begin_layer(transport, at, known, bytes, size, taken);

  if (size > 4) known = usable_layer(transport, bytes[4]);
  switch (
      pni_protocol_match(bytes, size, known ? (enum pni_protocol)known->protocol_id : PNI_PROTOCOL_AMQP)) {
  case PNI_MATCH_PARTLY: return PNI_OK;
  case PNI_MISMATCH: return refuse(transport, bytes, size);
  default: break;
  }
  if (known) return begin_layer(transport, at, known, bytes, size, taken);
  *taken = PNI_PROTOCOL_HEADER;
  return begin_amqp(transport, at);
}

/* Nothing is known to be said until the client has spoken, unless that failed. */
static pni_status output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  (void)at;
  if (!transport->failed || transport->close_sent) return PNI_OK;
  transport->close_sent = true;
  return pni_protocol_write(transport, out, acceptable(transport));
}

const struct pni_layer pni_layer_sniff = {.name = "sniff", .input = input, .output = output};
