/* protocol.h: protocol headers: the eight octets with which each layer begins. [2.2] */
#ifndef BARYON_ENGINE_PROTOCOL_H
#define BARYON_ENGINE_PROTOCOL_H

#include "base/text.h"
#include "engine/transport.h"
#include "wire/frame.h"

enum pni_protocol { PNI_PROTOCOL_AMQP = 0, PNI_PROTOCOL_TLS = 2, PNI_PROTOCOL_SASL = 3 };

enum pni_match {
  PNI_MATCH_PARTLY, /* so far; the rest has not come */
  PNI_MATCH,        /* all eight */
  PNI_MISMATCH      /* an octet differs */
};

/* Whether what has come begins with version 1.0.0 of the protocol. */
enum pni_match pni_protocol_match(const uint8_t *bytes, size_t size, enum pni_protocol protocol);

/* Append a header to what a layer sends, and trace it. */
PNI_NODISCARD pni_status pni_protocol_write(
    pn_transport_t *transport, struct pni_buffer *out, enum pni_protocol protocol);

/* What a peer began with, for people: `"HTTP/1.1", which is not AMQP`. */
void pni_protocol_text(struct pni_text *text, const uint8_t *bytes, size_t size);

/* "AMQP", "TLS" or "SASL". */
const char *pni_protocol_name(enum pni_protocol protocol);

#endif
