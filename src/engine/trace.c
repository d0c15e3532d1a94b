/* trace.c: protocol headers, frames, ends of streams and events as lines of log. Called only when somebody listens. */
#include "engine/trace.h"

#include "base/string.h"
#include "wire/dump.h"
#include <string.h>

enum {
  LINE = 1024,
  OCTETS = 16 /* in a line of raw octets */
};

/* A line says when it is not all. */
static void log_line(
    pn_transport_t *transport, pn_log_subsystem_t subsystem, pn_log_level_t level, struct pni_text *text) {
  static const char more[] = " ... (truncated)";
  if (!pni_text_fits(text)) memcpy(text->start + text->capacity - sizeof more, more, sizeof more);
  pn_logger_logf(&transport->logger, subsystem, level, "%s", text->start);
}

static void add_payload(struct pni_text *text, const uint8_t *payload, size_t size) {
  if (size == 0) return;
  pni_text_format(text, " (%zu) ", size);
  pni_text_quoted(text, (const char *)payload, size < LINE ? size : LINE);
}

static struct pni_text begin_frame(char *line, uint16_t channel, bool sent) {
  struct pni_text text = pni_text(line, LINE);
  pni_text_format(&text, "%u %s ", channel, sent ? "->" : "<-");
  return text;
}

void pni_trace_frame(pn_transport_t *transport, uint16_t channel, const uint8_t *body, size_t size,
    size_t payload, bool sent) {
  char line[LINE];
  struct pni_text text = begin_frame(line, channel, sent);
  struct pni_reader reader = pni_reader(body, size - payload);
  if (size == 0)
    pni_text_string(&text, "(EMPTY FRAME)");
  else
    pni_dump(&text, &reader);
  add_payload(&text, body + size - payload, payload);
  log_line(transport, PN_SUBSYSTEM_AMQP, PN_LEVEL_FRAME, &text);
}

/* Where the performative ends; all of the body where that cannot be told. */
static size_t performative_size(const uint8_t *body, size_t size) {
  struct pni_reader reader = pni_reader(body, size);
  pn_bytes_t performative;
  return pni_read_value(&reader, &performative) == PNI_OK ? performative.size : size;
}

void pni_trace_received(pn_transport_t *transport, uint16_t channel, const uint8_t *body, size_t size) {
  const size_t payload = size > 0 ? size - performative_size(body, size) : 0;
  pni_trace_frame(transport, channel, body, size, payload, false);
}

static void raw_line(struct pni_text *text, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < OCTETS; i++) {
    if (i < count)
      pni_text_format(text, "%02x ", bytes[i]);
    else
      pni_text_string(text, "   ");
  }
  for (size_t i = 0; i < count; i++) {
    pni_text_char(text, bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.');
  }
}

void pni_trace_raw(pn_transport_t *transport, const uint8_t *bytes, size_t size, bool sent) {
  for (size_t at = 0; at < size; at += OCTETS) {
    char line[LINE];
    struct pni_text text = pni_text(line, sizeof line);
    pni_text_format(&text, "%s%04zx/%04zx: ", sent ? "->" : "<-", at, size);
    raw_line(&text, bytes + at, size - at < OCTETS ? size - at : OCTETS);
    log_line(transport, PN_SUBSYSTEM_IO, PN_LEVEL_RAW, &text);
  }
}

void pni_trace_protocol(pn_transport_t *transport, enum pni_protocol protocol, bool sent) {
  static const pn_log_subsystem_t subsystems[] = {[PNI_PROTOCOL_AMQP] = PN_SUBSYSTEM_AMQP,
      [PNI_PROTOCOL_TLS] = PN_SUBSYSTEM_SSL,
      [PNI_PROTOCOL_SASL] = PN_SUBSYSTEM_SASL};
  if (pni_logs(&transport->logger, subsystems[protocol], PN_LEVEL_FRAME)) {
    pn_logger_logf(&transport->logger, subsystems[protocol], PN_LEVEL_FRAME, "  %s %s", sent ? "->" : "<-",
        pni_protocol_name(protocol));
  }
}

void pni_trace_end(pn_transport_t *transport, bool sent) {
  if (pni_logs(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_FRAME))
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_FRAME, "  %s EOS", sent ? "->" : "<-");
}

void pni_trace_layer(pn_transport_t *transport, const char *name) {
  if (pni_logs(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_DEBUG))
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_IO, PN_LEVEL_DEBUG, "AMQP %s layer detected", name);
}

void pni_trace_event(pn_transport_t *transport, pn_event_t *event) {
  if (!pni_logs(&transport->logger, PN_SUBSYSTEM_EVENT, PN_LEVEL_DEBUG)) return;
  pn_string_t *text = pn_string("");
  if (text && pn_inspect(event, text) == 0)
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_EVENT, PN_LEVEL_DEBUG, "%s", pn_string_get(text));
  pn_free(text);
}
