/* connection.c: pn_connection_t: its making and its end, its binding, and what it shows of itself. [2.4]
 *
 * The root of the tree. Its first reference is its maker's; while it is bound the transport has one, or the other way round
 * (transport.h). A connection whose last reference goes without it having been freed is freed then, and no FINAL event
 * tells of it.
 *
 * Runs in the thread that holds the connection. */
#include "engine/connection.h"
#include "base/memory.h"
#include "engine/check.h"
#include "engine/link.h"
#include "engine/owner.h"
#include "engine/session.h"
#include "engine/transport.h"

#include <stdlib.h>
#include <string.h>

static void let_go(void *object);
static void drop(void *object);

static const pn_class_t connection_class =
    PNI_CLASS_RELEASED_BY(drop, "pn_connection", CID_pn_connection, .finalize = let_go);

pn_connection_t *pn_connection(void) {
  return pni_endpoint_new(&connection_class, sizeof(pn_connection_t), PNI_CONNECTION);
}

/* The end. */

static void free_sessions(pn_connection_t *conn) {
  for (pn_session_t *ssn = conn->sessions, *next; ssn; ssn = next) {
    next = ssn->next;
    pn_session_free(ssn);
  }
}

void pn_connection_release(pn_connection_t *conn) {
  if (conn->endpoint.freed) return;
  conn->endpoint.freed = true;
  free_sessions(conn);
  pni_endpoint_settle(&conn->endpoint);
}

void pn_connection_free(pn_connection_t *conn) {
  if (!conn) return;
  pn_connection_release(conn);
  pni_endpoint_decref(conn);
}

/* The last reference has gone. If there is a transport, it is this connection that keeps it. */
static void let_go(void *object) {
  pn_connection_t *conn = object;
  if (!conn->transport) return;
  pni_endpoint_incref(conn); /* while its transport lets go of it */
  pni_transport_give_back(conn->transport);
  pn_object_decref(conn);
}

/* ... and nothing has taken it back to life. */
static void drop(void *object) {
  struct pni_endpoint *endpoint = object;
  if (!endpoint->freed) {
    endpoint->freed = endpoint->done = true;
    pni_endpoint_hold(endpoint);
    free_sessions(object);
    endpoint->held--;
  }
  pni_endpoint_release(object);
}

static bool over(struct pni_endpoint *endpoint) {
  const pn_connection_t *conn = (pn_connection_t *)endpoint;
  return !conn->transport && !conn->sessions;
}

static void take_out(struct pni_endpoint *endpoint) { (void)endpoint; /* there is no parent */ }

static void forget_remote_open(pn_connection_t *conn) {
  struct pni_remote_open *remote = conn->remote;
  if (!remote) return;
  conn->remote = NULL;
  free(remote->container);
  free(remote->hostname);
  pni_tree_clear(&remote->offered_capabilities);
  pni_tree_clear(&remote->desired_capabilities);
  pni_tree_clear(&remote->properties);
  free(remote);
}

/* Secrets do not stay in freed memory. */
static void forget_password(pn_connection_t *conn) {
  if (!conn->password) return;
  explicit_bzero(conn->password, strlen(conn->password));
  free(conn->password);
  conn->password = NULL;
}

static void clear(struct pni_endpoint *endpoint) {
  pn_connection_t *conn = (pn_connection_t *)endpoint;
  forget_remote_open(conn);
  forget_password(conn);
  free(conn->container);
  free(conn->hostname);
  free(conn->user);
  free(conn->authorization);
  pni_tree_clear(&conn->offered_capabilities);
  pni_tree_clear(&conn->desired_capabilities);
  pni_tree_clear(&conn->properties);
  if (conn->collector) pni_object_decref(conn->collector);
}

const struct pni_endpoint_type pni_connection_type = {.init = PN_CONNECTION_INIT,
    .local_open = PN_CONNECTION_LOCAL_OPEN,
    .remote_open = PN_CONNECTION_REMOTE_OPEN,
    .local_close = PN_CONNECTION_LOCAL_CLOSE,
    .remote_close = PN_CONNECTION_REMOTE_CLOSE,
    .final = PN_CONNECTION_FINAL,
    .over = over,
    .take_out = take_out,
    .clear = clear};

/* Binding. */

void pni_connection_bound(pn_connection_t *conn) {
  pni_endpoint_queue(&conn->endpoint);
  for (pn_session_t *ssn = conn->sessions; ssn; ssn = ssn->next) {
    pni_endpoint_queue(&ssn->endpoint);
    conn->transport->buffered += ssn->incoming_bytes;
  }
  for (pn_link_t *link = conn->links; link; link = link->next) pni_endpoint_queue(&link->endpoint);
}

/* Whoever was freed and waited for the peer has waited long enough. */
static void settle_freed(pn_connection_t *conn) {
  for (pn_session_t *ssn = conn->sessions, *next_session; ssn; ssn = next_session) {
    next_session = ssn->next;
    pni_endpoint_incref(ssn);
    for (pn_link_t *link = ssn->links, *next; link; link = next) {
      next = link->session_next;
      pni_endpoint_settle(&link->endpoint);
    }
    pni_endpoint_settle(&ssn->endpoint);
    pni_endpoint_decref(ssn);
  }
  pni_endpoint_settle(&conn->endpoint);
}

void pni_connection_unbound(pn_connection_t *conn) {
  struct pni_endpoint *endpoint = &conn->endpoint;
  endpoint->remote = PNI_UNINIT;
  pn_condition_clear(&endpoint->remote_condition);
  forget_remote_open(conn);
  conn->due = conn->last_due = NULL;
  pni_endpoint_owe_anew(endpoint, endpoint->local == PNI_ACTIVE ? PNI_DUE_OPEN : 0);
  for (pn_link_t *link = conn->links; link; link = link->next) link->endpoint.queued = false;
  for (pn_session_t *ssn = conn->sessions; ssn; ssn = ssn->next) ssn->endpoint.queued = false;
  for (pn_session_t *ssn = conn->sessions, *next; ssn; ssn = next) {
    next = ssn->next;
    pni_session_unbound(ssn);
  }
  settle_freed(conn);
}

void pn_connection_reset(pn_connection_t *conn) {
  if (conn->transport) return;
  conn->endpoint.local = conn->endpoint.remote = PNI_UNINIT;
  pni_endpoint_owe_anew(&conn->endpoint, 0);
}

pn_transport_t *pn_connection_transport(pn_connection_t *conn) { return conn ? conn->transport : NULL; }

/* Events. Endpoints are told of in the order in which they were made: sessions and links are listed in that order. */

static struct pni_endpoint *older(pn_session_t *ssn, pn_link_t *link) {
  if (!ssn) return &link->endpoint;
  if (!link) return &ssn->endpoint;
  return pni_serial_before(ssn->endpoint.order, link->endpoint.order) ? &ssn->endpoint : &link->endpoint;
}

static void tell_of_all(pn_connection_t *conn) {
  pni_endpoint_event(&conn->endpoint, PN_CONNECTION_INIT);
  pn_session_t *ssn = pn_session_head(conn, 0);
  pn_link_t *link = pn_link_head(conn, 0);
  while (ssn || link) {
    struct pni_endpoint *next = older(ssn, link);
    if (next->kind == PNI_SESSION) {
      pni_endpoint_event(next, PN_SESSION_INIT);
      ssn = pn_session_next(ssn, 0);
    } else {
      pni_endpoint_event(next, PN_LINK_INIT);
      link = pn_link_next(link, 0);
    }
  }
}

void pn_connection_collect(pn_connection_t *conn, pn_collector_t *collector) {
  pn_collector_t *before = conn->collector;
  pn_incref(collector);
  conn->collector = collector;
  if (before) pni_object_decref(before);
  if (collector) tell_of_all(conn);
}

pn_collector_t *pn_connection_collector(pn_connection_t *conn) { return conn->collector; }

struct pni_host *pni_connection_host(pn_connection_t *conn) {
  return &conn->host;
}

/* What the application sets and sees. */

void pn_connection_open(pn_connection_t *conn) {
  PNI_OWNED_CONNECTION(conn);
  pni_endpoint_open(&conn->endpoint);
  PNI_TOUCHED(&conn->endpoint);
}
void pn_connection_close(pn_connection_t *conn) {
  PNI_OWNED_CONNECTION(conn);
  pni_endpoint_close(&conn->endpoint);
  PNI_TOUCHED(&conn->endpoint);
}
pn_state_t pn_connection_state(pn_connection_t *conn) {
  return conn ? pni_endpoint_state(&conn->endpoint) : 0;
}
pn_error_t *pn_connection_error(pn_connection_t *conn) {
  (void)conn;
  return pni_endpoint_error();
}
pn_condition_t *pn_connection_condition(pn_connection_t *conn) { return &conn->endpoint.condition; }
pn_condition_t *pn_connection_remote_condition(pn_connection_t *conn) {
  return conn->transport ? &conn->endpoint.remote_condition : NULL;
}
void *pn_connection_get_context(pn_connection_t *conn) {
  return conn ? pni_endpoint_context(&conn->endpoint) : NULL;
}
void pn_connection_set_context(pn_connection_t *conn, void *context) {
  if (conn) pni_endpoint_set_context(&conn->endpoint, context);
}
pn_record_t *pn_connection_attachments(pn_connection_t *conn) {
  return pni_endpoint_attachments(&conn->endpoint);
}

/* Without memory a text stays as it was. */
static void set_text(char **place, const char *text) {
  const pni_status status = pni_keep_string(place, text);
  (void)status;
}

const char *pn_connection_get_container(pn_connection_t *conn) { return conn->container; }
void pn_connection_set_container(pn_connection_t *conn, const char *container) {
  set_text(&conn->container, container);
}
const char *pn_connection_get_hostname(pn_connection_t *conn) { return conn->hostname; }
void pn_connection_set_hostname(pn_connection_t *conn, const char *hostname) {
  set_text(&conn->hostname, hostname);
}
const char *pn_connection_get_user(pn_connection_t *conn) { return conn->user; }
void pn_connection_set_user(pn_connection_t *conn, const char *user) { set_text(&conn->user, user); }
const char *pn_connection_get_authorization(pn_connection_t *conn) { return conn->authorization; }
void pn_connection_set_authorization(pn_connection_t *conn, const char *authorization) {
  set_text(&conn->authorization, authorization);
}

void pn_connection_set_password(pn_connection_t *conn, const char *password) {
  char *copy = NULL;
  if (pni_keep_string(&copy, password)) return;
  forget_password(conn);
  conn->password = copy;
}

pn_data_t *pn_connection_offered_capabilities(pn_connection_t *conn) {
  return pni_tree_data(&conn->offered_capabilities);
}
pn_data_t *pn_connection_desired_capabilities(pn_connection_t *conn) {
  return pni_tree_data(&conn->desired_capabilities);
}
pn_data_t *pn_connection_properties(pn_connection_t *conn) { return pni_tree_data(&conn->properties); }

const char *pn_connection_remote_container(pn_connection_t *conn) {
  return conn && conn->remote ? conn->remote->container : NULL;
}
const char *pn_connection_remote_hostname(pn_connection_t *conn) {
  return conn && conn->remote ? conn->remote->hostname : NULL;
}
pn_data_t *pn_connection_remote_offered_capabilities(pn_connection_t *conn) {
  return conn->remote ? pni_tree_data(&conn->remote->offered_capabilities) : NULL;
}
pn_data_t *pn_connection_remote_desired_capabilities(pn_connection_t *conn) {
  return conn->remote ? pni_tree_data(&conn->remote->desired_capabilities) : NULL;
}
pn_data_t *pn_connection_remote_properties(pn_connection_t *conn) {
  return conn->remote ? pni_tree_data(&conn->remote->properties) : NULL;
}
