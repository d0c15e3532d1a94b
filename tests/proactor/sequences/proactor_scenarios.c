/* proactor_scenarios.c: interrupts, timeouts, disconnects, and when a proactor is inactive. */
#include "scenarios.h"

#include <stdio.h>

static void fresh(struct host *host) { actor_note(host->actors, "events=%u", host_get(host)); }

static void one_interrupt(struct host *host) {
  pn_proactor_interrupt(host->proactor);
  host_until(host, "proactor", PN_PROACTOR_INTERRUPT);
}

/* Made before anybody looks, they are one. */
static void interrupts_merge(struct host *host) {
  for (int i = 0; i < 3; i++) pn_proactor_interrupt(host->proactor);
  host_until(host, "proactor", PN_PROACTOR_INTERRUPT);
  actor_note(host->actors, "more=%u", host_get(host));
  pn_proactor_interrupt(host->proactor);
  host_until_count(host, "proactor", PN_PROACTOR_INTERRUPT, 2);
}

static void timeout_at_once(struct host *host) {
  pn_proactor_set_timeout(host->proactor, 0);
  until_inactive(host);
}

static void timeout_later(struct host *host) {
  int64_t start = pn_proactor_now_64();
  pn_proactor_set_timeout(host->proactor, 50);
  until_inactive(host);
  actor_note(host->actors, "%s", pn_proactor_now_64() - start >= 50 ? "in time" : "too early");
}

/* The later one counts, be it sooner or later than the one before. */
static void timeout_replaced_by_a_shorter(struct host *host) {
  pn_proactor_set_timeout(host->proactor, 1000000);
  pn_proactor_set_timeout(host->proactor, 20);
  until_inactive(host);
}

static void timeout_replaced_by_a_longer(struct host *host) {
  int64_t start = pn_proactor_now_64();
  pn_proactor_set_timeout(host->proactor, 500);
  pn_proactor_set_timeout(host->proactor, 700);
  until_inactive(host);
  actor_note(host->actors, "%s", pn_proactor_now_64() - start >= 700 ? "in time" : "too early");
}

static void timeout_cancelled(struct host *host) {
  pn_proactor_set_timeout(host->proactor, 1000000);
  pn_proactor_cancel_timeout(host->proactor);
  until_inactive(host);
}

static void cancelled_without_a_timeout(struct host *host) {
  pn_proactor_cancel_timeout(host->proactor);
  until_inactive(host);
}

static bool set_again(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_PROACTOR_TIMEOUT && actor->seen[PN_PROACTOR_TIMEOUT] < 3)
    pn_proactor_set_timeout(actor->host->proactor, 10);
  return false;
}

/* While a timeout is set, the proactor is active. */
static void timeout_set_in_its_handler(struct host *host) {
  host->actors->handler = set_again;
  pn_proactor_set_timeout(host->proactor, 10);
  until_inactive(host);
}

static bool cancel_again(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_PROACTOR_TIMEOUT) return false;
  pn_proactor_set_timeout(actor->host->proactor, 1000000);
  pn_proactor_cancel_timeout(actor->host->proactor);
  return true;
}

static void timeout_set_and_cancelled_in_its_handler(struct host *host) {
  host->actors->handler = cancel_again;
  pn_proactor_set_timeout(host->proactor, 10);
  until_inactive(host);
}

/* The timeout outlasts the connection. */
static void inactive_after_the_timeout(struct host *host) {
  pn_proactor_set_timeout(host->proactor, 300);
  host_connect(host, "client", closed_address());
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  until_inactive(host);
}

/* The connection outlasts the timeout. */
static void timeout_while_connected(struct host *host) {
  pn_listener_t *listener = host_listen_open(host, NULL)->listener;
  pn_proactor_set_timeout(host->proactor, 10);
  host_until(host, "proactor", PN_PROACTOR_TIMEOUT);
  actor_note(host->actors, "inactive=%u", host->actors->seen[PN_PROACTOR_INACTIVE]);
  pn_listener_close(listener);
  until_inactive(host);
}

static void cancelled_while_connected(struct host *host) {
  pn_listener_t *listener = host_listen_open(host, NULL)->listener;
  pn_proactor_set_timeout(host->proactor, 1000000);
  pn_proactor_cancel_timeout(host->proactor);
  host_get(host);
  actor_note(host->actors, "inactive=%u", host->actors->seen[PN_PROACTOR_INACTIVE]);
  pn_listener_close(listener);
  until_inactive(host);
}

static void inactive_each_time(struct host *host) {
  for (unsigned i = 1; i < 4; i++) {
    char name[] = {'c', (char)('0' + i), '\0'};
    host_connect(host, name, closed_address());
    host_until(host, name, PN_TRANSPORT_CLOSED);
    host_until_count(host, "proactor", PN_PROACTOR_INACTIVE, i);
  }
}

static void disconnect_with(struct host *host, const char *text) {
  pn_condition_t *condition = text ? pn_condition() : NULL;
  if (condition) {
    pn_condition_set_name(condition, "test:because");
    pn_condition_set_description(condition, text);
  }
  pn_proactor_disconnect(host->proactor, condition);
  if (condition) pn_condition_free(condition);
}

static void nothing_to_disconnect(struct host *host) {
  disconnect_with(host, NULL);
  until_inactive(host);
}

static bool note_condition(struct actor *actor, pn_event_t *event) {
  pn_condition_t *condition = pn_event_condition(event);
  if (pn_event_type(event) == PN_TRANSPORT_ERROR) actor_note(actor, "%s", pn_condition_get_name(condition));
  return false;
}

static void disconnect_pair(struct host *host, const char *text) {
  host->server = note_condition;
  struct actor *listener = host_listen_open(host, NULL);
  connect_with(host, "client", listener_address(listener), note_condition);
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  disconnect_with(host, text);
  until_inactive(host);
}

static void all_disconnected(struct host *host) { disconnect_pair(host, NULL); }

static void all_disconnected_with_condition(struct host *host) {
  disconnect_pair(host, "test of disconnect");
}

static void disconnected_twice(struct host *host) {
  pair_with(host, NULL, NULL);
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  disconnect_with(host, "test one");
  disconnect_with(host, "test two");
  until_inactive(host);
}

static void disconnected_before_connected(struct host *host) {
  char address[ADDRESS];
  socket_listen(address);
  host_connect(host, "client", address);
  disconnect_with(host, "test early");
  until_inactive(host);
}

/* Listeners that have not opened yet end, too. */
static void listener_disconnected_at_once(struct host *host) {
  host_listen(host, "listener", "127.0.0.1:0", 16);
  disconnect_with(host, "test early");
  until_inactive(host);
}

static void used_after_disconnect(struct host *host) {
  pair_with(host, NULL, NULL);
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  disconnect_with(host, NULL);
  until_inactive(host);
  host_connect(host, "later", closed_address());
  host_until(host, "later", PN_TRANSPORT_CLOSED);
  host_until_count(host, "proactor", PN_PROACTOR_INACTIVE, 2);
}

static bool say_none(struct actor *actor, pn_event_t *event) {
  actor_note(actor, "%s,%s,%s,%s", pn_event_connection(event) ? "connection" : "none",
      pn_event_listener(event) ? "listener" : "none", pn_event_transport(event) ? "transport" : "none",
      pn_event_proactor(event) == actor->host->proactor ? "its" : "none");
  return true;
}

static void proactor_of_its_events(struct host *host) {
  host->actors->handler = say_none;
  pn_proactor_set_timeout(host->proactor, 0);
  until_inactive(host);
}

/* An address is put together, and its length told, as snprintf would. */
static void addresses_put_together(struct host *host) {
  static const char *const parts[][2] = {
      {"example.org", "amqp"}, {NULL, "5672"}, {"h", NULL}, {"::1", "1"}, {NULL}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    char address[10];
    int length = pn_proactor_addr(address, sizeof address, parts[i][0], parts[i][1]);
    actor_note(host->actors, "'%s'=%d", address, length);
  }
}

static void clock_grows(struct host *host) {
  int64_t first = pn_proactor_now_64(), second = pn_proactor_now_64();
  actor_note(host->actors, "%s", second >= first ? "grows" : "shrinks");
}

/* Whatever lives is ended by it, in silence. */
static void freed_with_all_alive(struct host *host) {
  struct actor *listener = host_listen_open(host, NULL);
  host_connect(host, "client", listener_address(listener));
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  host_connect(host, "late", listener_address(listener));
  pn_proactor_set_timeout(host->proactor, 1000000);
  snprintf(host_actor(host, "late")->words, WORDS, "%s", ""); /* how far it came is chance */
}

const struct scenario proactor_scenarios[] = {
    {"fresh", fresh, ALONE},
    {"one_interrupt", one_interrupt},
    {"interrupts_merge", interrupts_merge, ALONE},
    {"timeout_at_once", timeout_at_once},
    {"timeout_later", timeout_later},
    {"timeout_replaced_by_a_shorter", timeout_replaced_by_a_shorter},
    {"timeout_replaced_by_a_longer", timeout_replaced_by_a_longer},
    {"timeout_cancelled", timeout_cancelled, ALONE},
    {"cancelled_without_a_timeout", cancelled_without_a_timeout},
    {"timeout_set_in_its_handler", timeout_set_in_its_handler},
    {"timeout_set_and_cancelled_in_its_handler", timeout_set_and_cancelled_in_its_handler, ALONE},
    {"inactive_after_the_timeout", inactive_after_the_timeout},
    {"timeout_while_connected", timeout_while_connected},
    {"cancelled_while_connected", cancelled_while_connected, ALONE},
    {"inactive_each_time", inactive_each_time},
    {"nothing_to_disconnect", nothing_to_disconnect},
    {"all_disconnected", all_disconnected, ALONE},
    {"all_disconnected_with_condition", all_disconnected_with_condition, ALONE},
    {"disconnected_twice", disconnected_twice, ALONE},
    {"disconnected_before_connected", disconnected_before_connected, ALONE},
    {"listener_disconnected_at_once", listener_disconnected_at_once, ALONE},
    {"used_after_disconnect", used_after_disconnect, ALONE},
    {"proactor_of_its_events", proactor_of_its_events},
    {"addresses_put_together", addresses_put_together},
    {"clock_grows", clock_grows},
    {"freed_with_all_alive", freed_with_all_alive, ALONE},
    {NULL},
};
