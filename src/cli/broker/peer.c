/* peer.c: a connection's events, each handed to the link that it is about.
 *
 * A peer begins when its connection is accepted and ends with PN_TRANSPORT_CLOSED. In between it is the broker's list's, too, where other
 * threads find its counters and its work queue. Its links are ended before it, so that what they had goes back to the queues. */
#include "cli/broker/peer.h"
#include "cli/broker/server.h"
#include "cli/broker/text.h"
#include <inttypes.h>
#include <proton/delivery.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/transport.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct peer *peer_make(struct broker *broker, pn_connection_t *conn) {
  struct peer *const peer = calloc(1, sizeof *peer);
  if (!peer) return NULL;
  peer->broker = broker;
  peer->conn = conn;
  peer->data = pn_data(16);
  peer->turn = pn_connection_work_queue(conn);
  if (peer->data && peer->turn) return peer;
  pn_data_free(peer->data);
  pn_work_queue_decref(peer->turn);
  free(peer);
  return NULL;
}

static void peer_free(struct peer *peer) {
  pn_data_free(peer->data);
  pn_work_queue_decref(peer->turn);
  free(peer);
}

/* ---- Links ---- */

void attachment_changed(struct attachment *attachment) {
  if (attachment->changed) return;
  attachment->changed = true;
  attachment->next_changed = attachment->peer->changed;
  attachment->peer->changed = attachment;
}

void peer_flush(struct peer *peer) {
  for (struct attachment *attachment; (attachment = peer->changed);) {
    peer->changed = attachment->next_changed;
    attachment->changed = false;
    attachment->class->flush(attachment);
  }
}

static void forget_change(struct attachment *attachment) {
  struct attachment **link = &attachment->peer->changed;
  while (*link && *link != attachment) link = &(*link)->next_changed;
  if (*link) *link = attachment->next_changed;
}

void attachment_leave_node(struct attachment *attachment) {
  struct nodes *const nodes = &attachment->peer->broker->nodes;
  if (attachment->changed) forget_change(attachment);
  if (!attachment->node) return;
  if (attachment->owns_node) node_delete(nodes, attachment->node);
  node_leave(nodes, attachment->node);
  attachment->node = NULL;
}

static void end_link(pn_link_t *link) {
  struct attachment *const attachment = pn_link_get_context(link);
  if (!attachment) return;
  pn_link_set_context(link, NULL);
  attachment->class->end(attachment);
}

/* All links of a session, or of the connection. */
static void end_links(pn_connection_t *conn, const pn_session_t *ssn) {
  for (pn_link_t *link = pn_link_head(conn, 0); link; link = pn_link_next(link, 0)) {
    if (!ssn || pn_link_session(link) == ssn) end_link(link);
  }
}

static void set_condition(pn_condition_t *to, const char *condition, const char *description) {
  (void)pn_condition_set_name(to, condition);
  (void)pn_condition_set_description(to, description);
}

void link_refuse(pn_link_t *link, const char *condition, const char *description) {
  set_condition(pn_link_condition(link), condition, description);
  pn_link_open(link);
  pn_link_close(link);
}

void link_close(pn_link_t *link, const char *condition, const char *description) {
  end_link(link);
  set_condition(pn_link_condition(link), condition, description);
  pn_link_close(link);
}

bool link_find_node(struct peer *peer, pn_link_t *link, pn_terminus_t *terminus, struct node **node) {
  struct nodes *const nodes = &peer->broker->nodes;
  const char *const address = pn_terminus_get_address(terminus);
  switch (pn_terminus_is_dynamic(terminus) ? node_temporary(nodes, node) : node_at(nodes, address, node)) {
  case NODE_FOUND: return true;
  case NODE_NOT_FOUND:
    link_refuse(link, "amqp:not-found", "there is no such temporary queue any more");
    break;
  case NODE_TOO_MANY:
    link_refuse(link, "amqp:resource-limit-exceeded", "there are too many queues already (--max-queues)");
    break;
  default: link_refuse(link, "amqp:internal-error", "out of memory"); break;
  }
  return false;
}

static void open_link(struct peer *peer, pn_link_t *link) {
  if (pn_link_is_sender(link)) {
    consumer_attach(peer, link);
  } else if (pn_terminus_get_type(pn_link_remote_target(link)) == PN_COORDINATOR) {
    link_refuse(link, "amqp:not-implemented", "this broker has no transactions");
  } else {
    producer_attach(peer, link);
  }
}

static void close_link(pn_link_t *link, bool detach) {
  end_link(link);
  detach ? pn_link_detach(link) : pn_link_close(link);
  pn_link_free(link);
}

/* ---- Sessions and the connection ---- */

static void open_connection(struct peer *peer) {
  char container[64];
  pn_data_t *const offered = pn_connection_offered_capabilities(peer->conn);
  pn_transport_t *const transport = pn_connection_transport(peer->conn);
  (void)snprintf(container, sizeof container, "baryon-broker-%ld", (long)getpid());
  pn_connection_set_container(peer->conn, container);
  (void)pn_data_put_array(offered, false, PN_SYMBOL);
  (void)pn_data_enter(offered);
  (void)pn_data_put_symbol(offered, pn_bytes(15, "ANONYMOUS-RELAY"));
  (void)pn_data_exit(offered);
  pn_connection_open(peer->conn);
  (void)pn_netaddr_str(pn_transport_remote_addr(transport), peer->address, sizeof peer->address);
  text_printable(pn_connection_remote_container(peer->conn), peer->name, sizeof peer->name);
  const char *const user = pn_transport_get_user(transport);
  text_printable(user ? user : "anonymous", peer->user, sizeof peer->user);
  peer->opened = true;
  broker_join(peer->broker, peer);
  broker_log(peer->broker, "connection %" PRIu64 " from %s: opened by '%s', user '%s'%s", peer->number,
      peer->address, peer->name, peer->user, pn_transport_is_encrypted(transport) ? ", encrypted" : "");
}

static void close_session(struct peer *peer, pn_session_t *ssn) {
  end_links(peer->conn, ssn);
  pn_session_close(ssn);
  pn_session_free(ssn);
}

static const char *reason(pn_condition_t *condition, char *room, size_t size) {
  char raw[256];
  const char *const text = pn_condition_get_description(condition);
  (void)snprintf(
      raw, sizeof raw, "%s%s%s", pn_condition_get_name(condition), text ? ": " : "", text ? text : "");
  text_printable(raw, room, size);
  return room;
}

/* Why a connection has ended, as somebody would want to know it who looks at the log. */
static const char *why(struct peer *peer, pn_transport_t *transport, char *room, size_t size) {
  pn_condition_t *const conditions[] = {pn_connection_condition(peer->conn),
      pn_connection_remote_condition(peer->conn), pn_transport_condition(transport)};
  for (unsigned i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
    if (pn_condition_is_set(conditions[i])) return reason(conditions[i], room, size);
  }
  return pn_connection_state(peer->conn) & PN_REMOTE_CLOSED ? "by the client" : "without a close";
}

static void end_connection(struct peer *peer, pn_transport_t *transport) {
  char room[256], address[128];
  end_links(peer->conn, NULL);
  const char *const text = why(peer, transport, room, sizeof room);
  if (peer->opened) {
    broker_log(peer->broker,
        "connection %" PRIu64 " from %s: closed (%s); %" PRIu64 " messages in, %" PRIu64 " out, %" PRIu64
        " given back",
        peer->number, peer->address, text, (uint64_t)atomic_load(&peer->received),
        (uint64_t)atomic_load(&peer->sent), (uint64_t)atomic_load(&peer->returned));
    broker_leave(peer->broker, peer);
  } else {
    (void)pn_netaddr_str(pn_transport_remote_addr(transport), address, sizeof address);
    broker_log(peer->broker, "connection from %s: never opened (%s)", address, text);
  }
  pn_connection_set_context(peer->conn, NULL);
  peer_free(peer);
}

static void handle_link(struct peer *peer, pn_link_t *link, pn_event_type_t type) {
  struct attachment *const attachment = pn_link_get_context(link);
  switch (type) {
  case PN_LINK_REMOTE_OPEN: open_link(peer, link); break;
  case PN_LINK_FLOW:
    if (attachment) attachment->class->flow(attachment);
    break;
  case PN_LINK_REMOTE_DETACH: close_link(link, true); break;
  case PN_LINK_REMOTE_CLOSE: close_link(link, false); break;
  default: break;
  }
}

static void handle_delivery(pn_delivery_t *dlv) {
  struct attachment *const attachment = pn_link_get_context(pn_delivery_link(dlv));
  if (attachment) attachment->class->deliver(attachment, dlv);
}

void peer_handle(struct peer *peer, pn_event_t *event) {
  const pn_event_type_t type = pn_event_type(event);
  switch (type) {
  case PN_DELIVERY: handle_delivery(pn_event_delivery(event)); break;
  case PN_CONNECTION_REMOTE_OPEN: open_connection(peer); break;
  case PN_CONNECTION_REMOTE_CLOSE:
    end_links(peer->conn, NULL);
    pn_connection_close(peer->conn);
    break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_SESSION_REMOTE_CLOSE: close_session(peer, pn_event_session(event)); break;
  case PN_TRANSPORT_CLOSED: end_connection(peer, pn_event_transport(event)); break;
  default:
    if (pn_event_link(event)) handle_link(peer, pn_event_link(event), type);
    break;
  }
}
