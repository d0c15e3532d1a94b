/* transport.c: pn_transport_t as an object: what it is set to, whom it is bound to, how it goes.
 *
 * A transport holds a reference on the connection it is bound to, which points back without one; freeing a transport
 * unbinds it. What a protocol layer holds for it is freed with it. io.c moves its octets. */
#include "engine/connection.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/host.h"

#include "base/object.h"
#include "base/record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CHANNEL_MAX = 32767,
  MAX_FRAME = 32 * 1024,
  MIN_FRAME = 512, /* what everybody takes [2.7.1] */
  BUFFERED_LIMIT = 4 * 1024 * 1024
};

static void finalize(void *object);

static const pn_class_t transport_class = PNI_CLASS("pn_transport", CID_pn_transport, .finalize = finalize);

pn_transport_t *pn_transport(void) {
  pn_transport_t *transport = pn_class_new(&transport_class, sizeof *transport);
  if (!transport) return NULL;
  transport->channel_max = CHANNEL_MAX;
  transport->remote_channel_max = UINT16_MAX;
  transport->max_frame = MAX_FRAME;
  transport->remote_max_frame = UINT32_MAX;
  transport->frame_limit = MIN_FRAME;
  transport->sink_most = PNI_OUTPUT_ENOUGH - PNI_OUTPUT_SLACK;
  transport->buffered_limit = BUFFERED_LIMIT;
  pni_logger_init(&transport->logger);
  return transport;
}

void pni_transport_event(pn_transport_t *transport, pn_event_type_t type) {
  const pn_connection_t *const conn = transport->connection;
  if (conn && conn->collector) pni_collector_put(conn->collector, transport, type);
}

/* Binding. */

int pn_transport_bind(pn_transport_t *transport, pn_connection_t *connection) {
  if (!transport || !connection) return PN_ARG_ERR;
  if (transport->connection || connection->transport) return PN_STATE_ERR;
  transport->connection = connection;
  connection->transport = transport;
  pni_endpoint_incref(connection);
  pni_endpoint_event(&connection->endpoint, PN_CONNECTION_BOUND);
  pni_connection_bound(connection);
  pni_transport_post(transport);
  pni_transport_resume(transport);
  return 0;
}

static void unbind(pn_transport_t *transport, bool going) {
  pn_connection_t *const conn = transport->connection;
  if (!conn) return;
  const bool kept = transport->kept;
  if (!going) {
    pni_endpoint_event(&conn->endpoint, PN_CONNECTION_UNBOUND);
    pni_transport_event(transport, PN_TRANSPORT);
  }
  pni_map_clear(&transport->channels);
  pni_map_clear(&transport->outgoing);
  pni_numbers_clear(&transport->numbers);
  transport->buffered = 0;
  transport->connection = NULL;
  transport->kept = false;
  conn->transport = NULL;
  pni_connection_unbound(conn);
  if (!kept) pni_endpoint_decref(conn);
}

int pn_transport_unbind(pn_transport_t *transport) {
  if (!transport) return PN_ARG_ERR;
  const bool kept = transport->kept;
  unbind(transport, false);
  if (kept) pni_object_decref(transport);
  return 0;
}

/* Without a reference of its own, the caller means the connection's. */
void pn_transport_free(pn_transport_t *transport) {
  if (!transport) return;
  const bool another = transport->kept && pni_object_refcount(transport) > 1;
  unbind(transport, true);
  if (another) pni_object_decref(transport);
  pn_decref(transport);
}

/* The last reference has gone: the connection has it from now on, unless nobody but the transport keeps that. */
static bool is_taken_over(pn_transport_t *transport) {
  if (!transport->connection || pni_object_refcount(transport->connection) <= 1) return false;
  pni_object_incref(transport);
  transport->kept = true;
  pni_endpoint_decref(transport->connection);
  return true;
}

void pni_transport_give_back(pn_transport_t *transport) {
  if (pni_object_refcount(transport) > 1) {
    transport->kept = false;
    pni_endpoint_incref(transport->connection);
  } else {
    unbind(transport, true);
  }
  pni_object_decref(transport);
}

static void finalize(void *object) {
  pn_transport_t *const transport = object;
  if (is_taken_over(transport)) return;
  unbind(transport, true);
  for (const struct pni_known_layer *const *known = pni_known_layers; *known; known++) {
    if ((*known)->layer->free) (*known)->layer->free(transport);
  }
  pni_buffer_clear(&transport->input);
  pni_buffer_clear(&transport->next);
  pni_buffer_clear(&transport->output);
  pni_segments_clear(&transport->splices.segments);
  pni_condition_clear(&transport->condition);
  pn_error_free(transport->error);
  pn_decref(transport->record);
  free(transport->user);
}

pn_connection_t *pn_transport_connection(pn_transport_t *transport) { return transport->connection; }

/* Security. */

void pn_transport_set_server(pn_transport_t *transport) {
  transport->server = true;
  transport->server_set = true;
}

void pn_transport_require_auth(pn_transport_t *transport, bool required) {
  transport->authentication_required = required;
}

void pn_transport_require_encryption(pn_transport_t *transport, bool required) {
  transport->encryption_required = required;
}

bool pn_transport_is_authenticated(pn_transport_t *transport) {
  return transport && transport->authenticated;
}

bool pn_transport_is_encrypted(pn_transport_t *transport) {
  for (unsigned at = 0; transport && at < transport->layers.count; at++) {
    const struct pni_layer *layer = transport->layers.stack[at];
    if (layer->encrypts && layer->encrypts(transport)) return true;
  }
  return false;
}

const char *pn_transport_get_user(pn_transport_t *transport) {
  if (transport->user) return transport->user;
  return transport->server && !transport->header_received ? NULL : "anonymous";
}

/* What went wrong. */

pn_condition_t *pn_transport_condition(pn_transport_t *transport) { return &transport->condition; }

/* Callers may hold on to the text of an earlier call, so it is replaced only where it has changed. */
pn_error_t *pn_transport_error(pn_transport_t *transport) {
  pn_condition_t *const condition = &transport->condition;
  if (!transport->error) transport->error = pn_error();
  if (!pn_condition_is_set(condition)) {
    pn_error_clear(transport->error);
    return transport->error;
  }
  char text[1024];
  const char *const description = pn_condition_get_description(condition);
  const char *const before = pn_error_text(transport->error);
  (void)snprintf(
      text, sizeof text, "%s: %s", pn_condition_get_name(condition), description ? description : "");
  if (!before || strcmp(before, text) != 0) pn_error_set(transport->error, PN_ERR, text);
  return transport->error;
}

/* What belongs to the application. */

pn_record_t *pn_transport_attachments(pn_transport_t *transport) {
  return pni_record_lazy(&transport->record);
}

void *pn_transport_get_context(pn_transport_t *transport) {
  return transport->record ? pn_record_get(transport->record, PN_LEGCTX) : NULL;
}

void pn_transport_set_context(pn_transport_t *transport, void *context) {
  pn_record_t *const record = pn_transport_attachments(transport);
  if (record) pn_record_set(record, PN_LEGCTX, context);
}

/* Logging. */

pn_logger_t *pn_transport_logger(pn_transport_t *transport) { return &transport->logger; }

void pn_transport_trace(pn_transport_t *transport, pn_trace_t trace) {
  uint16_t levels = 0;
  if (trace & PN_TRACE_RAW) levels |= PN_LEVEL_RAW;
  if (trace & PN_TRACE_FRM) levels |= PN_LEVEL_FRAME;
  if (trace & PN_TRACE_DRV) levels |= PN_LEVEL_DEBUG | PN_LEVEL_TRACE;
  if (trace & PN_TRACE_EVT) levels |= PN_LEVEL_DEBUG;
  const uint16_t all = PN_LEVEL_RAW | PN_LEVEL_FRAME | PN_LEVEL_DEBUG | PN_LEVEL_TRACE;
  pn_logger_reset_mask(&transport->logger, 0, all);
  pn_logger_set_mask(&transport->logger, PN_SUBSYSTEM_ALL, levels);
}

static void to_tracer(
    intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message) {
  (void)subsystem;
  pn_transport_t *const transport = (pn_transport_t *)context;
  char line[1280];
  (void)snprintf(line, sizeof line, "%s: %s", pn_logger_level_name(level), message);
  transport->tracer(transport, line);
}

void pn_transport_set_tracer(pn_transport_t *transport, pn_tracer_t tracer) {
  pn_logger_t *const usual = pn_default_logger();
  transport->tracer = tracer;
  if (tracer)
    pn_logger_set_log_sink(&transport->logger, to_tracer, (intptr_t)transport);
  else
    pn_logger_set_log_sink(
        &transport->logger, pn_logger_get_log_sink(usual), pn_logger_get_log_sink_context(usual));
}

pn_tracer_t pn_transport_get_tracer(pn_transport_t *transport) { return transport->tracer; }

/* Whoever calls these wants the line, so no mask is asked. */
void pn_transport_log(pn_transport_t *transport, const char *message) {
  transport->logger.sink(transport->logger.sink_context, PN_SUBSYSTEM_ALL, PN_LEVEL_TRACE, message);
}

void pn_transport_vlogf(pn_transport_t *transport, const char *fmt, va_list ap) {
  char line[1024];
  (void)vsnprintf(line, sizeof line, fmt, ap);
  pn_transport_log(transport, line);
}

void pn_transport_logf(pn_transport_t *transport, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  pn_transport_vlogf(transport, fmt, args);
  va_end(args);
}

/* Limits. */

uint16_t pn_transport_get_channel_max(pn_transport_t *transport) {
  const uint16_t remote = transport->remote_channel_max;
  return transport->channel_max < remote ? transport->channel_max : remote;
}

int pn_transport_set_channel_max(pn_transport_t *transport, uint16_t channel_max) {
  if (transport->open_sent) return PN_STATE_ERR;
  transport->channel_max = channel_max < CHANNEL_MAX ? channel_max : CHANNEL_MAX;
  return 0;
}

uint16_t pn_transport_remote_channel_max(pn_transport_t *transport) { return transport->remote_channel_max; }

uint32_t pn_transport_get_max_frame(pn_transport_t *transport) { return transport->max_frame; }

void pn_transport_set_max_frame(pn_transport_t *transport, uint32_t size) {
  if (transport->open_sent) {
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_WARNING,
        "max-frame-size is not changed: open has been sent with %u", transport->max_frame);
    return;
  }
  transport->max_frame = size > 0 && size < MIN_FRAME ? MIN_FRAME : size;
}

uint32_t pn_transport_get_remote_max_frame(pn_transport_t *transport) { return transport->remote_max_frame; }

pn_millis_t pn_transport_get_idle_timeout(pn_transport_t *transport) { return transport->idle_timeout; }

void pn_transport_set_idle_timeout(pn_transport_t *transport, pn_millis_t timeout) {
  transport->idle_timeout = timeout;
}

pn_millis_t pn_transport_get_remote_idle_timeout(pn_transport_t *transport) {
  return transport->remote_idle_timeout;
}

size_t pn_transport_get_max_buffered_delivery_bytes(pn_transport_t *transport) {
  return transport->buffered_limit;
}

void pn_transport_set_max_buffered_delivery_bytes(pn_transport_t *transport, size_t limit) {
  transport->buffered_limit = limit;
  transport->buffered_limit_set = true;
}

uint64_t pn_transport_get_frames_output(const pn_transport_t *transport) { return transport->frames_out; }

uint64_t pn_transport_get_frames_input(const pn_transport_t *transport) { return transport->frames_in; }

void pni_transport_traffic(const pn_transport_t *transport, struct pni_traffic *traffic) {
  *traffic = (struct pni_traffic){transport->bytes_in, transport->bytes_out, transport->frames_in,
      transport->frames_out, transport->messages_in, transport->messages_out};
}
