/* cut_test.c: a connection that is cut after each frame of a whole conversation in turn; and one that comes octet by octet.
 *
 * Debian's Proton 0.37 fails here: it names no address where the protocol broke off and none of a peer that it accepted,
 * and sometimes never learns of a reset, so that no final event comes. */
#include "relay.h"
#include "test.h"

#include <stdlib.h>

enum { MESSAGES = 3, FEWEST_FRAMES = 20 };

static bool accept_one(struct actor *listener, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  host_accept(listener);
  pn_listener_close(pn_event_listener(event));
  return true;
}

/* The whole of it: SASL, open, begin, attach, flow, transfers, dispositions, detach, end, close. */
static bool converse(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_INIT: pn_connection_set_user(connection, "alice"); return true;
  case PN_CONNECTION_REMOTE_OPEN: open_sender(connection, "orders"); return true;
  case PN_LINK_FLOW:
    if (actor->context) return true;
    actor->context = pn_event_link(event);
    for (int i = 0; i < MESSAGES; i++) send_text(actor->context, (const char[]){'m', (char)('0' + i), 0});
    return true;
  case PN_DELIVERY:
    actor_answer(actor, event);
    if (actor->settled == MESSAGES) pn_link_close(pn_event_link(event));
    return true;
  case PN_LINK_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); return true;
  case PN_SESSION_REMOTE_CLOSE: pn_connection_close(connection); return true;
  default: return false;
  }
}

/* Who was not told of an end has a condition that names the other end. */
static void check_cut(struct host *host, const char *name) {
  const struct actor *actor = host_actor(host, name);
  assert_int_equal(actor->seen[PN_TRANSPORT_CLOSED], 1);
  if (actor->seen[PN_CONNECTION_REMOTE_CLOSE]) return;
  if (!actor->seen[PN_CONNECTION_LOCAL_CLOSE]) assert_int_equal(actor->seen[PN_TRANSPORT_ERROR], 1);
  bool io = strcmp(actor->condition, "proton:io") == 0;
  assert_failed(actor, io ? "proton:io" : "amqp:connection:framing-error", "127.0.0.1:");
}

/* One conversation through a relay that cuts after `most` frames. Returns whether it did. */
static bool conversation(unsigned most, enum cut how, unsigned threads) {
  struct relay *relay = calloc(1, sizeof *relay);
  struct host *host = host_new();
  if (threads > 0) host_start(host, threads);
  *relay = (struct relay){
      .target = listener_address(host_listen_open(host, accept_one)), .most = most, .how = how};
  relay_start(relay);
  struct actor *client = host_connection(host, "client");
  client->handler = converse;
  pn_proactor_connect2(host->proactor, client->connection, NULL, relay->address);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  relay_join(relay);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  until_inactive(host);
  if (threads > 0) host_stop(host);

  bool cut = relay->cut;
  const struct actor *server = host_actor(host, "server");
  assert_in_range(client->settled, 0, server->received);
  assert_in_range(server->received, 0, MESSAGES);
  if (cut) {
    check_cut(host, "client");
    check_cut(host, "server");
  } else {
    assert_ended_well(client);
    assert_ended_well(server);
    assert_int_equal(client->settled, MESSAGES);
    assert_in_range(relay->frames, FEWEST_FRAMES, 100);
  }
  host_free(host);
  free(relay);
  return cut;
}

static void cut_by_closing(void **state) {
  (void)state;
  for (unsigned most = 0; conversation(most, CUT_CLOSE, 0); most++) {}
}

static void cut_by_a_reset(void **state) {
  (void)state;
  for (unsigned most = 0; conversation(most, CUT_RESET, 0); most++) {}
}

static void cut_by_a_reset_while_threads_work(void **state) {
  (void)state;
  for (unsigned most = 0; conversation(most, CUT_RESET, 3); most++) {}
}

static void octet_by_octet(void **state) {
  struct relay *relay = calloc(1, sizeof *relay);
  struct host *host = *state;
  *relay = (struct relay){
      .target = listener_address(host_listen_open(host, accept_one)), .most = 1000, .pause = 2000};
  relay_start(relay);
  struct actor *client = host_connection(host, "client");
  client->handler = converse;
  pn_proactor_connect2(host->proactor, client->connection, NULL, relay->address);
  until_inactive(host);
  relay_join(relay);
  assert_ended_well(client);
  assert_ended_well(host_actor(host, "server"));
  assert_int_equal(client->settled, MESSAGES);
  assert_int_equal(host_actor(host, "server")->received, MESSAGES);
  free(relay);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cut_by_closing),
      cmocka_unit_test(cut_by_a_reset),
      cmocka_unit_test(cut_by_a_reset_while_threads_work),
      cmocka_unit_test_setup_teardown(octet_by_octet, host_setup, host_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
