/* session.c: pn_session_t: its making and its end, and what it shows of itself. [2.5]
 *
 * Owned by its connection. A session is on the connection's list until it is done, even when the application has freed it.
 * What is counted by handle and delivery-id has a meaning only while it is mapped; pni_session_unmapped forgets it.
 *
 * Runs in the thread that holds the connection. */
#include "engine/session.h"
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/fail.h"
#include "engine/link.h"
#include "engine/owner.h"
#include "engine/transport.h"

static const pn_class_t session_class =
    PNI_CLASS_RELEASED_BY(pni_endpoint_release, "pn_session", CID_pn_session, .initialize = NULL);

/* The beginning. */

pn_session_t *pni_session_new(pn_connection_t *conn) {
  pn_session_t *ssn = pni_endpoint_new(&session_class, sizeof *ssn, PNI_SESSION);
  if (!ssn) return NULL;
  ssn->connection = conn;
  ssn->local_channel = ssn->remote_channel = PNI_NO_CHANNEL;
  ssn->remote_handle_max = UINT32_MAX;
  ssn->window.outgoing_window = PNI_OUTGOING_WINDOW;
  ssn->prev = conn->last_session;
  *(conn->last_session ? &conn->last_session->next : &conn->sessions) = ssn;
  conn->last_session = ssn;
  pni_endpoint_hold(&conn->endpoint);
  pni_endpoint_begin(&ssn->endpoint);
  return ssn;
}

pn_session_t *pn_session(pn_connection_t *conn) {
  PNI_OWNED_CONNECTION(conn);
  return conn ? pni_session_new(conn) : NULL;
}

/* The end. */

void pn_session_free(pn_session_t *ssn) {
  PNI_OWNED_SESSION(ssn);
  if (!ssn || ssn->endpoint.freed) return;
  pni_endpoint_incref(ssn);
  ssn->endpoint.freed = true;
  for (pn_link_t *link = ssn->links, *next; link; link = next) {
    next = link->session_next;
    pn_link_free(link);
  }
  pni_endpoint_settle(&ssn->endpoint);
  pni_endpoint_decref(ssn);
}

/* A session that the peer has ended before we began it remembers the channel only to name it. */
static bool mapped(const pn_session_t *ssn) {
  if (ssn->local_channel != PNI_NO_CHANNEL) return true;
  return ssn->remote_channel != PNI_NO_CHANNEL && ssn->state != PNI_END_RECEIVED;
}

static bool over(struct pni_endpoint *endpoint) {
  const pn_session_t *ssn = (pn_session_t *)endpoint;
  if (ssn->links) return false;
  return !ssn->connection->transport || (!mapped(ssn) && endpoint->due == 0);
}

static void take_out(struct pni_endpoint *endpoint) {
  pn_session_t *ssn = (pn_session_t *)endpoint;
  pn_connection_t *conn = ssn->connection;
  *(ssn->prev ? &ssn->prev->next : &conn->sessions) = ssn->next;
  *(ssn->next ? &ssn->next->prev : &conn->last_session) = ssn->prev;
  ssn->next = ssn->prev = NULL;
}

static void clear(struct pni_endpoint *endpoint) {
  pn_session_t *ssn = (pn_session_t *)endpoint;
  pni_numbers_clear(&ssn->handles);
  pni_map_clear(&ssn->incoming_handles);
  pni_map_clear(&ssn->names);
  pni_delivery_ids_clear(&ssn->outgoing);
  pni_delivery_ids_clear(&ssn->incoming);
}

const struct pni_endpoint_type pni_session_type = {.init = PN_SESSION_INIT,
    .local_open = PN_SESSION_LOCAL_OPEN,
    .remote_open = PN_SESSION_REMOTE_OPEN,
    .local_close = PN_SESSION_LOCAL_CLOSE,
    .remote_close = PN_SESSION_REMOTE_CLOSE,
    .final = PN_SESSION_FINAL,
    .over = over,
    .take_out = take_out,
    .clear = clear};

/* Nobody can be told any more. */
static void drop_dispositions(pn_session_t *ssn) {
  pn_delivery_t *dlv;
  pni_session_end_due_run(ssn);
  while ((dlv = ssn->due_dispositions)) {
    ssn->due_dispositions = dlv->due_next;
    dlv->due = false;
    if (!dlv->listed)
      pni_object_decref(dlv);
    else if (dlv->locally_settled &&
             (dlv->sent || !dlv->link->sender)) /* what has begun is cut off with its link */
      pni_delivery_finish(dlv);
  }
  ssn->last_due_disposition = NULL;
}

/* Whether there is anything that unmapping makes meaningless. */
static bool has_been_used(const pn_session_t *ssn) {
  return pni_numbers_used(&ssn->handles) || ssn->incoming_handles.count > 0 ||
         ssn->outgoing.pages.count > 0 || ssn->incoming.pages.count > 0 || ssn->due_dispositions ||
         ssn->arriving || ssn->blocked;
}

static void forget(pn_session_t *ssn) {
  pni_session_arrive(ssn);
  drop_dispositions(ssn);
  for (pn_link_t *link = ssn->links; link; link = link->session_next) pni_link_unmapped(link);
  ssn->blocked = ssn->last_blocked = NULL;
  pni_numbers_clear(&ssn->handles);
  pni_map_clear(&ssn->incoming_handles);
  pni_delivery_ids_clear(&ssn->outgoing);
  pni_delivery_ids_clear(&ssn->incoming);
  const bool bound = ssn->connection->transport != NULL;
  for (pn_link_t *link = ssn->links, *next; link; link = next) {
    next = link->session_next;
    if (bound) pni_endpoint_paid(&link->endpoint, (enum pni_due)link->endpoint.due);
    pni_endpoint_settle(&link->endpoint);
  }
}

void pni_session_unmapped(pn_session_t *ssn) {
  pni_endpoint_incref(ssn);
  if (has_been_used(ssn)) forget(ssn);
  pni_endpoint_settle(&ssn->endpoint);
  pni_endpoint_decref(ssn);
}

/* What is open here is to be begun anew. */
static void begin_anew(pn_session_t *ssn) {
  struct pni_endpoint *endpoint = &ssn->endpoint;
  ssn->remote_handle_max = UINT32_MAX;
  ssn->flow_due = false;
  ssn->window = (struct pni_window){.outgoing_window = ssn->window.outgoing_window};
  ssn->recent_bytes = 0;
  ssn->low_water_frames = 0;
  ssn->outgoing.next = 0;
  ssn->incoming.begun = false;
  for (pn_link_t *link = ssn->links; link; link = link->session_next) pni_link_unbound(link);
  pni_endpoint_owe_anew(endpoint, endpoint->local == PNI_ACTIVE ? PNI_DUE_OPEN : 0);
}

void pni_session_unbound(pn_session_t *ssn) {
  pni_endpoint_incref(ssn);
  ssn->endpoint.remote = PNI_UNINIT;
  pn_condition_clear(&ssn->endpoint.remote_condition);
  ssn->state = PNI_UNMAPPED;
  ssn->local_channel = ssn->remote_channel = PNI_NO_CHANNEL;
  pni_session_unmapped(ssn);
  if (!ssn->endpoint.done) begin_anew(ssn);
  pni_endpoint_decref(ssn);
}

/* Lists. */

static pn_session_t *listed_from(pn_session_t *ssn, pn_state_t state) {
  while (ssn && (ssn->endpoint.freed || !pni_endpoint_matches(&ssn->endpoint, state))) ssn = ssn->next;
  return ssn;
}

pn_session_t *pn_session_head(pn_connection_t *conn, pn_state_t state) {
  return conn ? listed_from(conn->sessions, state) : NULL;
}

pn_session_t *pn_session_next(pn_session_t *ssn, pn_state_t state) {
  return ssn ? listed_from(ssn->next, state) : NULL;
}

/* What the application sets and sees. */

void pn_session_open(pn_session_t *ssn) {
  PNI_OWNED_SESSION(ssn);
  pni_endpoint_open(&ssn->endpoint);
  PNI_TOUCHED(&ssn->endpoint);
}
void pn_session_close(pn_session_t *ssn) {
  PNI_OWNED_SESSION(ssn);
  pni_endpoint_close(&ssn->endpoint);
  PNI_TOUCHED(&ssn->endpoint);
}
pn_state_t pn_session_state(pn_session_t *ssn) { return pni_endpoint_state(&ssn->endpoint); }
pn_connection_t *pn_session_connection(pn_session_t *ssn) { return ssn ? ssn->connection : NULL; }
pn_error_t *pn_session_error(pn_session_t *ssn) {
  (void)ssn;
  return pni_endpoint_error();
}
pn_condition_t *pn_session_condition(pn_session_t *ssn) { return &ssn->endpoint.condition; }
pn_condition_t *pn_session_remote_condition(pn_session_t *ssn) { return &ssn->endpoint.remote_condition; }
void *pn_session_get_context(pn_session_t *ssn) { return pni_endpoint_context(&ssn->endpoint); }
void pn_session_set_context(pn_session_t *ssn, void *context) {
  pni_endpoint_set_context(&ssn->endpoint, context);
}
pn_record_t *pn_session_attachments(pn_session_t *ssn) { return pni_endpoint_attachments(&ssn->endpoint); }

size_t pn_session_outgoing_bytes(pn_session_t *ssn) { return ssn->outgoing_bytes; }
size_t pn_session_incoming_bytes(pn_session_t *ssn) { return ssn->incoming_bytes; }

size_t pn_session_get_outgoing_window(pn_session_t *ssn) { return ssn->window.outgoing_window; }

void pn_session_set_outgoing_window(pn_session_t *ssn, size_t window) {
  ssn->window.outgoing_window = window < PNI_OUTGOING_WINDOW ? (uint32_t)window : PNI_OUTGOING_WINDOW;
}

size_t pn_session_get_incoming_capacity(pn_session_t *ssn) { return ssn->incoming_capacity; }

/* Tell the peer of a window that has been set anew. */
static void tell_window(pn_session_t *ssn) {
  if (ssn->local_channel == PNI_NO_CHANNEL) return;
  ssn->flow_due = true;
  pni_endpoint_owe(&ssn->endpoint, PNI_DUE_FLOW);
}

void pn_session_set_incoming_capacity(pn_session_t *ssn, size_t capacity) {
  PNI_OWNED_SESSION(ssn);
  pn_transport_t *transport = ssn->connection->transport;
  ssn->incoming_capacity = capacity;
  ssn->max_window = ssn->low_water = 0;
  if (transport && capacity > 0 && capacity < transport->max_frame) {
    pni_transport_error(transport, "amqp:internal-error",
        "the incoming capacity of a session, %zu, is less than a frame may have, %u", capacity,
        transport->max_frame);
    return;
  }
  tell_window(ssn);
}

int pn_session_set_incoming_window_and_lwm(pn_session_t *ssn, pn_frame_count_t window, pn_frame_count_t lwm) {
  PNI_OWNED_SESSION(ssn);
  if (!ssn || window == 0 || lwm > window) return PN_ARG_ERR;
  if (ssn->endpoint.local == PNI_ACTIVE) return PN_STATE_ERR;
  ssn->incoming_capacity = 0;
  ssn->max_window = window;
  ssn->low_water = lwm;
  return PN_OK;
}

pn_frame_count_t pn_session_incoming_window(pn_session_t *ssn) { return ssn->max_window; }
pn_frame_count_t pn_session_incoming_window_lwm(pn_session_t *ssn) { return ssn->low_water; }

pn_frame_count_t pn_session_remote_incoming_window(pn_session_t *ssn) {
  return ssn->remote_channel != PNI_NO_CHANNEL ? ssn->window.remote_incoming_window : 0;
}
