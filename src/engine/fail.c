/* fail.c: faults of the peer, and what they end. [2.8.15, spec/errors.def]
 *
 * The one place that closes anything on the peer's behalf. A link is detached and a session ended here by closing the
 * local side, as the application would, with the condition set; what still comes for them is dropped. The connection
 * fails through its transport: the application's endpoints stay as they are, the transport has the condition, and the
 * output says open, if it must, and close. The first condition stays; what goes wrong later is appended to its text. */
#include "engine/fail.h"

#include "base/text.h"
#include "engine/connection.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"
#include <stdio.h>

enum { TEXT = 1024 }; /* conditions' texts end there */

#define FAULT(name, condition, scope) {#name, condition, PNI_SCOPE_##scope},
const struct pni_fault_type pni_fault_types[PNI_FAULT_COUNT] = {
#include "spec/errors.def"
};
#undef FAULT

static void set_condition(pn_condition_t *condition, const char *name, const char *text) {
  if (pn_condition_is_set(condition)) return;
  if (pn_condition_set_name(condition, name) == 0 && text[0] != '\0')
    (void)pn_condition_set_description(condition, text);
}

/* "<what it said> (<text>)", unless it says so already. */
static void append_to(pn_condition_t *condition, const char *text) {
  char room[TEXT];
  struct pni_text all = pni_text(room, sizeof room);
  const char *const said = pn_condition_get_description(condition);
  if (said && strstr(said, text)) return;
  pni_text_format(&all, said ? "%s (%s)" : "%s%s", said ? said : "", text);
  (void)pn_condition_set_description(condition, room);
}

void pni_transport_verror(pn_transport_t *transport, const char *name, const char *format, va_list args) {
  char text[TEXT];
  (void)vsnprintf(text, sizeof text, format, args);
  if (pn_condition_is_set(&transport->condition))
    append_to(&transport->condition, text);
  else
    set_condition(&transport->condition, name, text);
  if (pni_logs(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_ERROR))
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_ERROR, "%s %s", name, text);
  if (transport->state != PNI_CLOSE_RECEIVED && transport->state != PNI_ENDED)
    transport->state = PNI_DISCARDING;
  transport->failed = true;
  pni_transport_post(transport);
  pni_transport_end_input(transport);
}

void pni_transport_error(pn_transport_t *transport, const char *name, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pni_transport_verror(transport, name, format, args);
  va_end(args);
}

pni_status pni_transport_refuse(pn_transport_t *transport, const char *name, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pni_transport_verror(transport, name, format, args);
  va_end(args);
  transport->close_sent = true;
  return PNI_FAILED;
}

/* Close our side of a session or link as the application would. What it has closed already stays as it is: its end may
 * have left, and its condition is the application's. */
static void close_endpoint(struct pni_endpoint *endpoint, const char *condition, const char *text) {
  if (endpoint->local == PNI_CLOSED) return;
  set_condition(&endpoint->condition, condition, text);
  pni_endpoint_open(endpoint);
  pni_endpoint_close(endpoint);
}

static void end_session(pn_session_t *ssn, const char *condition, const char *text) {
  close_endpoint(&ssn->endpoint, condition, text);
  ssn->state = PNI_SESSION_DISCARDING;
}

static void detach_link(pn_link_t *link, const char *condition, const char *text) {
  link->errant = true;
  link->detach = false;
  close_endpoint(&link->endpoint, condition, text);
}

/* The session that the innermost endpoint known is of or is; NULL if none is known. */
static pn_session_t *session_of(struct pni_endpoint *where) {
  if (!where || where->kind == PNI_CONNECTION) return NULL;
  return where->kind == PNI_SESSION ? (pn_session_t *)where : ((pn_link_t *)where)->session;
}

static PNI_COLD pni_status fail(
    pn_transport_t *transport, struct pni_endpoint *where, enum pni_fault_kind fault, const char *text) {
  const struct pni_fault_type *const type = &pni_fault_types[fault];
  pn_session_t *const ssn = type->scope == PNI_SCOPE_SESSION ? session_of(where) : NULL;
  const bool link = type->scope == PNI_SCOPE_LINK && where && where->kind == PNI_LINK;
  if (!ssn && !link) {
    pni_transport_error(transport, type->condition, "%s", text);
    return PNI_FAILED;
  }
  if (pni_logs(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_WARNING))
    pn_logger_logf(&transport->logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_WARNING, "%s %s", type->condition, text);
  if (ssn)
    end_session(ssn, type->condition, text);
  else
    detach_link((pn_link_t *)where, type->condition, text);
  return PNI_OK;
}

pni_status pni_fail(pn_transport_t *transport, struct pni_endpoint *where, enum pni_fault_kind fault,
    const char *format, ...) {
  char text[TEXT];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return fail(transport, where, fault, text);
}

pni_status pni_fail_decode(pn_transport_t *transport, pni_status status, const struct pni_reader *reader) {
  char room[TEXT];
  struct pni_text text = pni_text(room, sizeof room);
  const bool memory = status == PNI_NO_MEMORY;
  if (memory && !reader->fault.what) {
    pni_text_string(&text, "out of memory while reading a frame");
    return fail(transport, NULL, PNI_FAULT_NO_MEMORY, room);
  }
  pni_fault_text(&reader->fault, &text);
  return fail(transport, NULL, memory ? PNI_FAULT_BODY_LIMIT : PNI_FAULT_UNDECODABLE, room);
}
