/* close_scenarios.c: who closes first, who aborts, and who lets go. */
#include "scenarios.h"

static bool close_with_condition(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  pn_condition_t *condition = pn_connection_condition(pn_event_connection(event));
  actor_answer(actor, event);
  pn_condition_set_name(condition, "test:no");
  pn_condition_set_description(condition, "test says no");
  pn_connection_close(pn_event_connection(event));
  return true;
}

static bool say_condition(struct actor *actor, pn_event_t *event) {
  pn_condition_t *condition = pn_event_condition(event);
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_CLOSE) return false;
  actor_note(actor, "remote=%s",
      condition && pn_condition_is_set(condition) ? pn_condition_get_name(condition) : "none");
  return false;
}

static void server_closes(struct host *host) {
  pair_with(host, say_condition, close_when_open);
  until_inactive(host);
}

static void server_closes_with_condition(struct host *host) {
  pair_with(host, say_condition, close_with_condition);
  until_inactive(host);
}

static void client_closes_with_condition(struct host *host) {
  pair_with(host, close_with_condition, say_condition);
  until_inactive(host);
}

static void both_close(struct host *host) {
  pair_with(host, close_when_open, close_when_open);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  until_inactive(host);
}

/* The server's close without an open of its own before. */
static bool close_unopened(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  pn_connection_close(pn_event_connection(event));
  return true;
}

static void server_closes_unopened(struct host *host) {
  pair_with(host, NULL, close_unopened);
  until_inactive(host);
}

static bool close_transport(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_answer(actor, event);
  pn_transport_close_tail(pn_event_transport(event));
  pn_transport_close_head(pn_event_transport(event));
  return true;
}

static void client_aborts(struct host *host) {
  pair_with(host, close_transport, NULL);
  until_inactive(host);
}

static void server_aborts(struct host *host) {
  pair_with(host, NULL, close_transport);
  until_inactive(host);
}

static bool close_transport_in_init(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_CONNECTION_BOUND) return false;
  pn_transport_close_tail(pn_event_transport(event));
  pn_transport_close_head(pn_event_transport(event));
  return true;
}

static void client_aborts_when_bound(struct host *host) {
  connect_with(host, "client", closed_address(), close_transport_in_init);
  until_inactive(host);
}

static bool release_when_open(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  pn_proactor_release_connection(connection);
  actor_note(actor, "proactor=%s", pn_connection_proactor(connection) ? "some" : "none");
  actor->released = true;
  return true;
}

/* Its peer sees the socket end; it is the caller's to free. */
static void client_releases(struct host *host) {
  struct actor *client = pair_with(host, release_when_open, NULL);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  until_inactive(host);
  pn_connection_free(client->connection);
}

static void server_releases(struct host *host) {
  pair_with(host, NULL, release_when_open);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  until_inactive(host);
  pn_connection_free(host_actor(host, "server")->connection);
}

static bool release_in_init(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_CONNECTION_INIT) return false;
  pn_proactor_release_connection(pn_event_connection(event));
  actor->released = true;
  return true;
}

static void released_in_init(struct host *host) {
  struct actor *client = connect_with(host, "client", closed_address(), release_in_init);
  until_inactive(host);
  pn_connection_free(client->connection);
}

static bool release_at_the_end(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_TRANSPORT_CLOSED) return close_when_open(actor, event);
  actor->context = pn_event_connection(event);
  pn_proactor_release_connection(pn_event_connection(event));
  return true;
}

static void released_in_the_final_event(struct host *host) {
  struct actor *client = pair_with(host, release_at_the_end, NULL);
  until_inactive(host);
  pn_connection_free(client->context);
}

/* A released connection is connected again. */
static void released_and_connected_again(struct host *host) {
  struct actor *client = pair_with(host, release_when_open, NULL);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  until_inactive(host);
  struct actor *listener = host_listener(host, "listener2");
  listener->handler = accept_one;
  pn_proactor_listen(host->proactor, listener->listener, "127.0.0.1:0", 16);
  host_until(host, "listener2", PN_LISTENER_OPEN);
  client->released = false;
  client->handler = close_when_open;
  actor_note(client, "again");
  pn_proactor_connect2(host->proactor, client->connection, NULL, listener_address(listener));
  host_until_count(host, "proactor", PN_PROACTOR_INACTIVE, 2);
}

static bool end_session_first(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(connection, "orders"); return true;
  case PN_LINK_REMOTE_OPEN: pn_link_close(pn_event_link(event)); return true;
  case PN_LINK_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); return true;
  case PN_SESSION_REMOTE_CLOSE: pn_connection_close(connection); return true;
  default: (void)actor; return false;
  }
}

static void link_session_connection_closed_in_order(struct host *host) {
  pair_with(host, end_session_first, NULL);
  until_inactive(host);
}

static bool close_with_link_open(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) open_sender(pn_event_connection(event), "orders");
  if (pn_event_type(event) == PN_LINK_REMOTE_OPEN) pn_connection_close(pn_event_connection(event));
  (void)actor;
  return false;
}

static void connection_closed_with_a_link_open(struct host *host) {
  pair_with(host, close_with_link_open, NULL);
  until_inactive(host);
}

static bool free_link_when_open(struct actor *actor, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_REMOTE_OPEN: pn_link_close(pn_event_link(event)); return true;
  case PN_LINK_REMOTE_CLOSE: pn_link_free(pn_event_link(event)); return true;
  case PN_LINK_FINAL: pn_connection_close(pn_event_connection(event)); return true;
  default: (void)actor; return false;
  }
}

static void link_freed(struct host *host) {
  pair_with(host, free_link_when_open, NULL);
  until_inactive(host);
}

const struct scenario close_scenarios[] = {
    {"server_closes", server_closes},
    {"server_closes_with_condition", server_closes_with_condition},
    {"client_closes_with_condition", client_closes_with_condition},
    {"both_close", both_close},
    {"server_closes_unopened", server_closes_unopened},
    {"client_aborts", client_aborts},
    {"server_aborts", server_aborts},
    {"client_aborts_when_bound", client_aborts_when_bound},
    {"client_releases", client_releases},
    {"server_releases", server_releases},
    {"released_in_init", released_in_init},
    {"released_in_the_final_event", released_in_the_final_event},
    {"released_and_connected_again", released_and_connected_again},
    {"link_session_connection_closed_in_order", link_session_connection_closed_in_order},
    {"connection_closed_with_a_link_open", connection_closed_with_a_link_open},
    {"link_freed", link_freed},
    {NULL},
};
