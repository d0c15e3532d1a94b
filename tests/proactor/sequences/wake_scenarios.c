/* wake_scenarios.c: wakes, before a connection connects, while it lives, and after. */
#include "scenarios.h"

#include <proton/object.h>

static bool close_when_woken(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_WAKE) pn_connection_close(pn_event_connection(event));
  return false;
}

static void woken_when_open(struct host *host) {
  pn_connection_t *connection = pair_with(host, close_when_woken, NULL)->connection;
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  pn_connection_wake(connection);
  until_inactive(host);
}

static void wakes_merge(struct host *host) {
  pn_connection_t *connection = pair_with(host, close_when_woken, NULL)->connection;
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  host_get(host);
  for (int i = 0; i < 5; i++) pn_connection_wake(connection);
  until_inactive(host);
}

static bool wake_three_times(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) pn_connection_wake(connection);
  if (pn_event_type(event) != PN_CONNECTION_WAKE) return false;
  if (actor->seen[PN_CONNECTION_WAKE] < 3)
    pn_connection_wake(connection);
  else
    pn_connection_close(connection);
  return true;
}

static void woken_by_its_own_handler(struct host *host) {
  pair_with(host, wake_three_times, NULL);
  until_inactive(host);
}

/* It belongs to nobody yet: nothing happens. */
static void woken_before_connect(struct host *host) {
  struct actor *listener = host_listen_open(host, accept_one);
  struct actor *client = host_connection(host, "client");
  client->handler = close_when_open;
  pn_connection_wake(client->connection);
  pn_proactor_connect2(host->proactor, client->connection, NULL, listener_address(listener));
  until_inactive(host);
}

static void woken_right_after_connect(struct host *host) {
  struct actor *client = pair_with(host, close_when_open, NULL);
  pn_connection_wake(client->connection);
  until_inactive(host);
}

static void woken_right_after_connect_to_nobody(struct host *host) {
  struct actor *client = host_connect(host, "client", closed_address());
  pn_connection_wake(client->connection);
  until_inactive(host);
}

static bool wake_in_init(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_INIT) pn_connection_wake(pn_event_connection(event));
  return actor->accepted ? false : close_when_open(actor, event);
}

static void woken_in_init(struct host *host) {
  pair_with(host, wake_in_init, NULL);
  until_inactive(host);
}

static bool wake_at_the_end(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_TRANSPORT_CLOSED) {
    pn_connection_t *connection = pn_event_connection(event);
    pn_connection_wake(connection);
    pn_incref(connection);
    actor->context = connection;
  }
  return close_when_open(actor, event);
}

/* A wake in the final event's handler, and one after it, are for nobody. */
static void woken_at_the_end(struct host *host) {
  struct actor *client = pair_with(host, wake_at_the_end, NULL);
  until_inactive(host);
  pn_connection_wake(client->context);
  host_get(host);
  pn_decref(client->context);
}

static bool wake_and_close(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_answer(actor, event);
  pn_connection_close(pn_event_connection(event));
  pn_connection_wake(pn_event_connection(event));
  return true;
}

/* It was made while the connection lived: it comes before the end. */
static void woken_while_closing(struct host *host) {
  pair_with(host, wake_and_close, NULL);
  until_inactive(host);
  actor_note(host_actor(host, "client"), "wakes=%u", host_actor(host, "client")->seen[PN_CONNECTION_WAKE]);
}

static bool wake_the_other(struct actor *actor, pn_event_t *event) {
  struct actor *server = host_actor(actor->host, "server");
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) pn_connection_wake(server->context);
  return false;
}

static bool keep_and_close_when_woken(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_INIT) actor->context = pn_event_connection(event);
  return close_when_woken(actor, event);
}

/* A handler of one connection wakes another. */
static void woken_by_another(struct host *host) {
  pair_with(host, wake_the_other, keep_and_close_when_woken);
  until_inactive(host);
}

static bool send_on_wake(struct actor *actor, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_LINK_FLOW:
    if (!actor->context) pn_connection_wake(pn_event_connection(event));
    actor->context = pn_event_link(event);
    return true;
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_CONNECTION_WAKE: send_text(actor->context, "hello"); return true;
  case PN_DELIVERY:
    actor_answer(actor, event);
    pn_connection_close(pn_event_connection(event));
    return true;
  default: return false;
  }
}

/* What a handler of WAKE sends leaves. */
static void message_sent_when_woken(struct host *host) {
  pair_with(host, send_on_wake, NULL);
  until_inactive(host);
}

const struct scenario wake_scenarios[] = {
    {"woken_when_open", woken_when_open},
    {"wakes_merge", wakes_merge, ALONE},
    {"woken_by_its_own_handler", woken_by_its_own_handler},
    {"woken_before_connect", woken_before_connect},
    {"woken_right_after_connect", woken_right_after_connect, ALONE},
    {"woken_right_after_connect_to_nobody", woken_right_after_connect_to_nobody, ALONE},
    {"woken_in_init", woken_in_init, ALONE},
    {"woken_at_the_end", woken_at_the_end, ALONE},
    {"woken_while_closing", woken_while_closing, ALONE},
    {"woken_by_another", woken_by_another},
    {"message_sent_when_woken", message_sent_when_woken},
    {NULL},
};
