/* message_scenarios.c: messages between two ends on one proactor. */
#include "scenarios.h"

#include <string.h>

static void send_some(pn_link_t *sender, int count) {
  for (int i = 0; i < count; i++) {
    const char text[] = {'m', (char)('0' + i), '\0'};
    send_text(sender, text);
  }
}

static bool all_settled(struct actor *actor, pn_event_t *event, unsigned count) {
  pn_delivery_t *delivery = pn_event_delivery(event);
  if (!pn_delivery_updated(delivery)) return false;
  actor_note(
      actor, "state=0x%x,%d", (unsigned)pn_delivery_remote_state(delivery), pn_delivery_settled(delivery));
  actor_answer(actor, event);
  return actor->settled == count;
}

static bool send_three(struct actor *actor, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_FLOW:
    if (!actor->context) send_some(pn_event_link(event), 3);
    actor->context = pn_event_link(event);
    return true;
  case PN_DELIVERY:
    if (all_settled(actor, event, 3)) pn_connection_close(pn_event_connection(event));
    return true;
  default: return false;
  }
}

static void three_messages(struct host *host) {
  pair_with(host, send_three, NULL);
  until_inactive(host);
  actor_note(host_actor(host, "server"), "received=%u", host_actor(host, "server")->received);
}

static bool send_and_close(struct actor *actor, pn_event_t *event) {
  (void)actor;
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_FLOW:
    if (pn_link_credit(pn_event_link(event)) < 10) return true;
    send_some(pn_event_link(event), 3);
    pn_connection_close(pn_event_connection(event));
    return true;
  default: return false;
  }
}

/* What was sent before the close arrives. */
static void three_messages_and_a_close_at_once(struct host *host) {
  pair_with(host, send_and_close, NULL);
  until_inactive(host);
  actor_note(host_actor(host, "server"), "received=%u", host_actor(host, "server")->received);
}

enum { LARGE = 1 << 20 };

static bool send_large(struct actor *actor, pn_event_t *event) {
  static char bytes[LARGE];
  pn_link_t *sender = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_FLOW:
    if (actor->context) return true;
    actor->context = bytes;
    pn_delivery(sender, pn_dtag("large", 5));
    pn_link_send(sender, bytes, sizeof bytes);
    pn_link_advance(sender);
    return true;
  case PN_DELIVERY:
    if (all_settled(actor, event, 1)) pn_connection_close(pn_event_connection(event));
    return true;
  default: return false;
  }
}

static bool take_large(struct actor *actor, pn_event_t *event) {
  pn_delivery_t *delivery = pn_event_delivery(event);
  if (pn_event_type(event) == PN_DELIVERY && !pn_delivery_partial(delivery))
    actor_note(actor, "pending=%zu", pn_delivery_pending(delivery));
  return false;
}

/* In how many pieces it comes is chance: each read tells of those that it has brought. */
static void one_large_message(struct host *host) {
  static const char twice[] = "DELIVERY DELIVERY ";
  const size_t once = strlen(twice) / 2;
  pair_with(host, send_large, take_large);
  until_inactive(host);
  for (char *at; (at = strstr(host_actor(host, "server")->words, twice));)
    memmove(at, at + once, strlen(at + once) + 1);
}

static bool reject(struct actor *actor, pn_event_t *event) {
  pn_delivery_t *delivery = pn_event_delivery(event);
  if (pn_event_type(event) != PN_DELIVERY) return false;
  (void)actor;
  pn_delivery_update(delivery, PN_REJECTED);
  pn_delivery_settle(delivery);
  return true;
}

static void messages_rejected(struct host *host) {
  pair_with(host, send_three, reject);
  until_inactive(host);
}

/* The server sends, on a link that the client opened to receive. */
static bool receive_three(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: {
    pn_session_t *session = pn_session(connection);
    pn_session_open(session);
    pn_link_t *receiver = pn_receiver(session, "prices");
    pn_link_open(receiver);
    pn_link_flow(receiver, 3);
    return true;
  }
  case PN_DELIVERY:
    actor_answer(actor, event);
    if (actor->received == 3) pn_connection_close(connection);
    return true;
  default: return false;
  }
}

static bool serve_three(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_LINK_FLOW || pn_link_credit(pn_event_link(event)) < 3) return false;
  send_some(pn_event_link(event), 3);
  return true;
}

static void three_messages_fetched(struct host *host) {
  pair_with(host, receive_three, serve_three);
  until_inactive(host);
  actor_note(host_actor(host, "client"), "received=%u", host_actor(host, "client")->received);
}

const struct scenario message_scenarios[] = {
    {"three_messages", three_messages},
    {"three_messages_and_a_close_at_once", three_messages_and_a_close_at_once},
    {"one_large_message", one_large_message, ALONE},
    {"messages_rejected", messages_rejected},
    {"three_messages_fetched", three_messages_fetched},
    {NULL},
};
