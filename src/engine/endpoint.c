/* endpoint.c: what connections, sessions and links have in common: states, debts, and their end.
 *
 * Invariants: an endpoint is on the connection's queue at most once, and only while bound; `owing` of a parent counts its
 * children with a debt; an endpoint that is done owes nothing and is on no list but that of whoever has a reference.
 * Runs in the thread that holds the connection. */
#include "engine/endpoint.h"
#include "base/error.h"
#include "base/record.h"
#include "engine/connection.h"
#include "engine/event.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"

static const struct pni_endpoint_type *const types[] = {
    [PNI_CONNECTION] = &pni_connection_type, [PNI_SESSION] = &pni_session_type, [PNI_LINK] = &pni_link_type};

static inline const struct pni_endpoint_type *type_of(const struct pni_endpoint *endpoint) {
  return types[endpoint->kind];
}

static inline struct pni_endpoint *parent_of(struct pni_endpoint *endpoint) {
  switch ((enum pni_kind)endpoint->kind) {
  case PNI_LINK: return &((pn_link_t *)endpoint)->session->endpoint;
  case PNI_SESSION: return &((pn_session_t *)endpoint)->connection->endpoint;
  default: return NULL;
  }
}

pn_connection_t *pni_endpoint_connection(struct pni_endpoint *endpoint) {
  switch ((enum pni_kind)endpoint->kind) {
  case PNI_LINK: return ((pn_link_t *)endpoint)->session->connection;
  case PNI_SESSION: return ((pn_session_t *)endpoint)->connection;
  default: return (pn_connection_t *)endpoint;
  }
}

/* Events. */

void pni_endpoint_event(struct pni_endpoint *endpoint, pn_event_type_t type) {
  pn_collector_t *collector = pni_endpoint_connection(endpoint)->collector;
  if (collector) pni_collector_put(collector, endpoint, type);
}

void pni_endpoint_tell(struct pni_endpoint *endpoint, pn_event_type_t type, unsigned due) {
  pni_endpoint_event(endpoint, type);
  if (due != 0) pni_endpoint_owe(endpoint, (enum pni_due)due);
  pn_transport_t *transport = pni_endpoint_connection(endpoint)->transport;
  if (transport) pni_transport_event(transport, PN_TRANSPORT);
}

/* States. */

pn_state_t pni_endpoint_state(const struct pni_endpoint *endpoint) {
  return PN_LOCAL_UNINIT << endpoint->local | PN_REMOTE_UNINIT << endpoint->remote;
}

bool pni_endpoint_matches(const struct pni_endpoint *endpoint, pn_state_t filter) {
  const pn_state_t state = pni_endpoint_state(endpoint);
  if (filter == 0) return true;
  if ((filter & PN_LOCAL_MASK) != 0 && (filter & PN_REMOTE_MASK) != 0) return state == filter;
  return (state & filter) != 0;
}

void pni_endpoint_open(struct pni_endpoint *endpoint) {
  if (endpoint->local != PNI_UNINIT) return;
  endpoint->local = PNI_ACTIVE;
  pni_endpoint_tell(endpoint, type_of(endpoint)->local_open, PNI_DUE_OPEN);
}

void pni_endpoint_close(struct pni_endpoint *endpoint) {
  if (endpoint->local == PNI_CLOSED) return;
  const unsigned due = endpoint->local == PNI_UNINIT ? PNI_DUE_OPEN | PNI_DUE_CLOSE : PNI_DUE_CLOSE;
  endpoint->local = PNI_CLOSED;
  if (endpoint->kind == PNI_LINK) pni_link_name_again((pn_link_t *)endpoint);
  pni_endpoint_tell(endpoint, type_of(endpoint)->local_close, due);
}

void pni_endpoint_remote_open(struct pni_endpoint *endpoint) {
  endpoint->remote = PNI_ACTIVE;
  if (endpoint->kind == PNI_LINK) pni_link_name_again((pn_link_t *)endpoint);
  pni_endpoint_event(endpoint, type_of(endpoint)->remote_open);
}

void pni_endpoint_remote_close(struct pni_endpoint *endpoint) {
  endpoint->remote = PNI_CLOSED;
  if (endpoint->kind == PNI_LINK) pni_link_name_again((pn_link_t *)endpoint);
  pni_endpoint_event(endpoint, type_of(endpoint)->remote_close);
  if (endpoint->freed && endpoint->kind != PNI_LINK) pni_endpoint_close(endpoint);
}

/* Debts. */

/* What is owed changes; the parent counts who owes. */
static void set_due(struct pni_endpoint *endpoint, unsigned due) {
  struct pni_endpoint *parent = parent_of(endpoint);
  if (parent && (due != 0) != (endpoint->due != 0)) parent->owing += due != 0 ? 1 : -1u;
  endpoint->due = (uint8_t)due;
}

void pni_endpoint_queue(struct pni_endpoint *endpoint) {
  pn_connection_t *conn = pni_endpoint_connection(endpoint);
  if (endpoint->queued || endpoint->due == 0) return;
  endpoint->queued = true;
  endpoint->due_next = NULL;
  if (conn->last_due)
    conn->last_due->due_next = endpoint;
  else
    conn->due = endpoint;
  conn->last_due = endpoint;
}

void pni_endpoint_owe_slow(struct pni_endpoint *endpoint, enum pni_due due) {
  if (endpoint->done) return;
  if ((endpoint->due | due) != endpoint->due) set_due(endpoint, endpoint->due | due);
  if (endpoint->queued) return;
  pn_connection_t *conn = pni_endpoint_connection(endpoint);
  if (!conn->transport) return;
  const bool first = conn->due == NULL;
  pni_endpoint_queue(endpoint);
  if (first && !pni_transport_at_work(conn->transport)) pni_transport_event(conn->transport, PN_TRANSPORT);
}

void pni_endpoint_paid(struct pni_endpoint *endpoint, enum pni_due due) {
  const unsigned left = endpoint->due & ~(unsigned)due;
  if (left == endpoint->due) return;
  set_due(endpoint, left);
  struct pni_endpoint *parent = parent_of(endpoint);
  if (left == 0 && parent && parent->owing == 0 && (parent->due & PNI_DUE_CLOSE))
    pni_endpoint_owe(parent, PNI_DUE_CLOSE);
}

void pni_endpoint_owe_anew(struct pni_endpoint *endpoint, unsigned due) {
  endpoint->queued = false;
  endpoint->due_next = NULL;
  set_due(endpoint, due);
}

/* The end. */

/* Whether both the application and the protocol are done with it. What is on the queue will be looked at once more. */
static bool is_over(struct pni_endpoint *endpoint) {
  return endpoint->freed && !endpoint->done && !endpoint->queued && type_of(endpoint)->over(endpoint);
}

/* Give up the engine's reference; of a connection it is its maker's. */
static void give_up(struct pni_endpoint *endpoint) {
  set_due(endpoint, 0);
  type_of(endpoint)->take_out(endpoint);
  endpoint->done = true;
  pni_endpoint_event(endpoint, type_of(endpoint)->final);
  if (endpoint->kind != PNI_CONNECTION) pni_object_decref(endpoint);
}

/* The parent may have waited for this child alone. It is held until it has been looked at. */
void pni_endpoint_settle(struct pni_endpoint *endpoint) {
  bool held = false;
  while (endpoint) {
    const bool gone = is_over(endpoint);
    struct pni_endpoint *parent = gone ? parent_of(endpoint) : NULL;
    if (parent) pni_endpoint_hold(parent);
    if (gone) give_up(endpoint);
    if (held) pni_endpoint_unhold(endpoint);
    endpoint = parent;
    held = true;
  }
}

/* Memory. */

void *pni_endpoint_new(const pn_class_t *clazz, size_t size, enum pni_kind kind) {
  struct pni_endpoint *endpoint = pn_object_new(clazz, size);
  if (endpoint) endpoint->kind = (uint8_t)kind;
  return endpoint;
}

void pni_endpoint_begin(struct pni_endpoint *endpoint) {
  endpoint->order = pni_endpoint_connection(endpoint)->made++;
  pni_endpoint_event(endpoint, type_of(endpoint)->init);
}

/* Free the memory of an endpoint, and of each of its parents of which this was the last that kept it. */
static void destroy(struct pni_endpoint *endpoint) {
  do {
    struct pni_endpoint *parent = parent_of(endpoint);
    type_of(endpoint)->clear(endpoint);
    pni_condition_clear(&endpoint->condition);
    pni_condition_clear(&endpoint->remote_condition);
    pn_record_t *record = endpoint->record;
    endpoint->record = NULL;
    if (record) pn_decref(record);
    pn_object_free(endpoint);
    endpoint = parent;
  } while (endpoint && --endpoint->held == 0 && pni_object_refcount(endpoint) == 0);
}

void pni_endpoint_release(void *object) {
  struct pni_endpoint *endpoint = object;
  if (endpoint->held == 0) destroy(endpoint);
}

void pni_endpoint_unhold(struct pni_endpoint *endpoint) {
  if (--endpoint->held == 0 && pni_object_refcount(endpoint) == 0) destroy(endpoint);
}

/* The application's. */

void *pni_endpoint_context(const struct pni_endpoint *endpoint) {
  return endpoint->record ? pn_record_get(endpoint->record, PN_LEGCTX) : NULL;
}

void pni_endpoint_set_context(struct pni_endpoint *endpoint, void *context) {
  if (context || endpoint->record) pn_record_set(pni_record_lazy(&endpoint->record), PN_LEGCTX, context);
}

pn_record_t *pni_endpoint_attachments(struct pni_endpoint *endpoint) {
  return pni_record_lazy(&endpoint->record);
}

pn_error_t *pni_endpoint_error(void) {
  static pn_error_t none;
  return &none;
}
