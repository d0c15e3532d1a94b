/* protocol.c: protocol headers: "AMQP", an id, and a version of three numbers. [2.2] */
#include "engine/protocol.h"

#include "engine/trace.h"
#include <string.h>

static void header(uint8_t octets[PNI_PROTOCOL_HEADER], enum pni_protocol protocol) {
  const uint8_t all[PNI_PROTOCOL_HEADER] = {'A', 'M', 'Q', 'P', (uint8_t)protocol, 1, 0, 0};
  memcpy(octets, all, sizeof all);
}

enum pni_match pni_protocol_match(const uint8_t *bytes, size_t size, enum pni_protocol protocol) {
  uint8_t octets[PNI_PROTOCOL_HEADER];
  header(octets, protocol);
  if (memcmp(bytes, octets, size < sizeof octets ? size : sizeof octets) != 0) return PNI_MISMATCH;
  return size < sizeof octets ? PNI_MATCH_PARTLY : PNI_MATCH;
}

pni_status pni_protocol_write(pn_transport_t *transport, struct pni_buffer *out, enum pni_protocol protocol) {
  TRY(pni_buffer_reserve(out, PNI_PROTOCOL_HEADER));
  header(out->block + out->end, protocol);
  out->end += PNI_PROTOCOL_HEADER;
  pni_trace_protocol(transport, protocol, true);
  return PNI_OK;
}

const char *pni_protocol_name(enum pni_protocol protocol) {
  switch (protocol) {
  case PNI_PROTOCOL_TLS: return "TLS";
  case PNI_PROTOCOL_SASL: return "SASL";
  default: return "AMQP";
  }
}

void pni_protocol_text(struct pni_text *text, const uint8_t *bytes, size_t size) {
  const size_t shown = size < PNI_PROTOCOL_HEADER ? size : PNI_PROTOCOL_HEADER;
  pni_text_char(text, '"');
  pni_text_quoted(text, (const char *)bytes, shown);
  pni_text_string(text, "\", which is ");
  if (shown == PNI_PROTOCOL_HEADER && memcmp(bytes, "AMQP", 4) == 0) {
    static const enum pni_protocol known[] = {PNI_PROTOCOL_AMQP, PNI_PROTOCOL_TLS, PNI_PROTOCOL_SASL};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
      if (pni_protocol_match(bytes, size, known[i]) == PNI_MATCH) {
        pni_text_format(text, "the header of AMQP 1.0's %s layer", pni_protocol_name(known[i]));
        return;
      }
    }
    pni_text_string(text, "another version of AMQP");
  } else if (shown >= 4 && memcmp(bytes, "AMQP", 4) == 0) {
    pni_text_string(text, "no header that is known");
  } else if (shown >= 2 && bytes[0] == 22 && bytes[1] == 3) {
    pni_text_string(text, "TLS, for which nothing is set up here");
  } else {
    pni_text_string(text, "not AMQP");
  }
}
