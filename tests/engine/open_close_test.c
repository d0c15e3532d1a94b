/* open_close_test.c: two ends open, agree on limits, fall silent, close, and fail. [2.4, 2.7.1, 2.7.9] */
#include "engine/pair.h"
#include "engine/transport.h"
#include "wire/frame.h"

#define OPEN   "00000010 02 00 0000 00 53 10 c0 03 01 a1 00"
#define CLOSE  "0000000c 02 00 0000 00 53 18 45"
#define HEADER "'AMQP' 00 01 00 00"

/* The header, open and all that follows of an end that is fed by hand. */
static void take_output(struct end *end) {
  struct octets bytes = end_output(end);
  octets_free(&bytes);
}

static void forget(struct pair *pair) {
  end_events_clear(&pair->client);
  end_events_clear(&pair->server);
  pair_frames_clear(pair);
}

static pn_condition_t *failure(struct end *end) { return pn_transport_condition(end->driver.transport); }

/* Opening. */

static void both_ends_open(void **state) {
  struct pair *pair = *state;
  pn_connection_open(pair->client.driver.connection);
  pair_run(pair);
  assert_events(
      &pair->client, "CONNECTION_INIT CONNECTION_LOCAL_OPEN CONNECTION_BOUND CONNECTION_REMOTE_OPEN");
  assert_events(&pair->server,
      "CONNECTION_INIT CONNECTION_BOUND CONNECTION_REMOTE_OPEN CONNECTION_LOCAL_OPEN TRANSPORT");
  assert_string_equal(pair_frame_text(pair),
      "client:   -> AMQP\n"
      "client: 0 -> @open(16) [container-id=\"client\", max-frame-size=0x8000, channel-max=0x7fff]\n"
      "server:   -> AMQP\n"
      "server: 0 -> @open(16) [container-id=\"server\", max-frame-size=0x8000, channel-max=0x7fff]\n");
  assert_int_equal(pn_connection_state(pair->client.driver.connection), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_int_equal(pn_connection_state(pair->server.driver.connection), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
}

static void open_says_what_was_set(void **state) {
  struct pair *pair = *state;
  pn_connection_t *conn = pair->client.driver.connection;
  pn_transport_t *transport = pair->client.driver.transport;
  pn_connection_set_hostname(conn, "example.org");
  pn_transport_set_max_frame(transport, 5000);
  assert_int_equal(pn_transport_set_channel_max(transport, 7), 0);
  pn_transport_set_idle_timeout(transport, 3000);
  pn_data_put_symbol(pn_connection_desired_capabilities(conn), pn_bytes(1, "a"));
  pn_data_t *properties = pn_connection_properties(conn);
  pn_data_put_map(properties);
  pn_data_enter(properties);
  pn_data_put_symbol(properties, pn_bytes(7, "product"));
  pn_data_put_string(properties, pn_bytes(6, "Baryon"));
  pn_data_exit(properties);
  pn_connection_open(conn);
  pair_run(pair);
  assert_int_equal(
      pair_frames_with(pair, "client: 0 -> @open(16) [container-id=\"client\", hostname=\"example.org\", "
                             "max-frame-size=0x1388, channel-max=0x7, idle-time-out=0x5dc, "
                             "desired-capabilities=:a, properties={:product=\"Baryon\"}]"),
      1);

  pn_connection_t *remote = pair->server.driver.connection;
  transport = pair->server.driver.transport;
  assert_string_equal(pn_connection_remote_container(remote), "client");
  assert_string_equal(pn_connection_remote_hostname(remote), "example.org");
  assert_int_equal(pn_transport_get_remote_max_frame(transport), 5000);
  assert_int_equal(pn_transport_remote_channel_max(transport), 7);
  assert_int_equal(pn_transport_get_remote_idle_timeout(transport), 1500);
  properties = pn_connection_remote_properties(remote);
  assert_true(pn_data_next(properties));
  assert_int_equal(pn_data_get_map(properties), 2);
  /* A peer that wants to hear from us is worth an event. */
  assert_non_null(strstr(end_event_text(&pair->server), "CONNECTION_REMOTE_OPEN TRANSPORT "));
}

static void settings_are_over_when_open_has_been_sent(void **state) {
  struct pair *pair = *state;
  pn_transport_t *transport = pair->client.driver.transport;
  pair_open(pair);
  pn_transport_set_max_frame(transport, 5000);
  assert_int_equal(pn_transport_get_max_frame(transport), 32768);
  assert_int_equal(pn_transport_set_channel_max(transport, 7), PN_STATE_ERR);
  assert_int_equal(pn_transport_get_channel_max(transport), 32767);
}

static void open_may_be_larger_than_a_frame_before_open(void **state) {
  struct pair *pair = *state;
  char text[601];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  pn_connection_set_container(pair->client.driver.connection, text);
  pair_open(pair);
  assert_string_equal(pn_connection_remote_container(pair->server.driver.connection), text);
}

/* Everything but open has to wait for the peer's limit if it is larger than what everybody takes. */
static void large_attach_waits_for_the_peers_open(void **state) {
  struct pair *pair = *state;
  char name[601];
  memset(name, 'x', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  pn_connection_t *conn = pair->client.driver.connection;
  pn_connection_open(conn);
  pn_session_t *ssn = pn_session(conn);
  pn_session_open(ssn);
  pn_link_t *large = pn_sender(ssn, name);
  pn_link_t *small = pn_sender(ssn, "small");
  pn_link_open(large);
  pn_link_open(small);
  end_events(&pair->client);
  take_output(&pair->client);
  assert_int_equal(pair_frames_with(pair, "@attach(18)"), 1);
  end_feed_octets(&pair->client, HEADER OPEN);
  take_output(&pair->client);
  assert_int_equal(pair_frames_with(pair, "@attach(18)"), 2);
  assert_int_equal(pair_frames_with(pair, name), 1);
}

/* What the peer will never take ends the session that it is for. */
static void attach_larger_than_the_peer_takes_ends_its_session(void **state) {
  struct pair *pair = *state;
  char name[601];
  memset(name, 'x', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  pn_transport_set_max_frame(pair->server.driver.transport, 512);
  pair_open(pair);
  pn_session_t *ssn = pn_session_head(pair->client.driver.connection, 0);
  pn_link_open(pn_sender(ssn, name));
  pair_run(pair);
  assert_condition(pn_session_condition(ssn), "amqp:frame-size-too-small", "512");
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_CLOSED | PN_REMOTE_CLOSED);
  assert_int_equal(pn_connection_state(pair->client.driver.connection), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
}

static void bad_opens_end_the_connection(void **state) {
  (void)state;
  const struct {
    const char *octets, *name, *text;
  } opens[] = {
      {"00000010 02 00 0001 00 53 10 c0 03 01 a1 00", "amqp:not-allowed", "channel 1"},
      {"00000014 02 00 0000 00 53 10 c0 07 03 a1 00 40 60 01 ff", "amqp:decode-error", "max-frame-size"},
      {"00000016 02 00 0000 00 53 10 c0 09 03 a1 00 40 70 000001ff", "amqp:invalid-field", "511"},
      {"0000000c 02 00 0000 00 53 10 45", "amqp:decode-error", "container-id"},
      {OPEN OPEN, "amqp:illegal-state", "open"},
      {"00000008 02 00 0000", "amqp:illegal-state", "empty frame"},
      {CLOSE, "amqp:illegal-state", "close"},
  };
  for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++) {
    for (size_t step = 0; step < 2; step++) {
      struct pair *pair = pair_new(step);
      end_events(&pair->server);
      end_feed_octets(&pair->server, HEADER);
      end_feed_octets(&pair->server, opens[i].octets);
      assert_condition(failure(&pair->server), opens[i].name, opens[i].text);
      take_output(&pair->server);
      /* It says why, after an open if there was none. */
      assert_int_equal(pair_frames_with(pair, "@open(16)"), 1);
      assert_int_equal(pair_frames_with(pair, opens[i].name), 1);
      assert_true(pn_transport_closed(pair->server.driver.transport));
      pair_free(pair);
    }
  }
}

/* Closing. */

static void client_closes_first(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_close(pair->client.driver.connection);
  pair_run(pair);
  assert_events(&pair->client, "CONNECTION_LOCAL_CLOSE TRANSPORT TRANSPORT_HEAD_CLOSED "
                               "CONNECTION_REMOTE_CLOSE TRANSPORT_TAIL_CLOSED TRANSPORT_CLOSED");
  assert_events(&pair->server, "CONNECTION_REMOTE_CLOSE TRANSPORT_TAIL_CLOSED CONNECTION_LOCAL_CLOSE "
                               "TRANSPORT TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED");
  assert_true(pn_connection_driver_finished(&pair->client.driver));
  assert_true(pn_connection_driver_finished(&pair->server.driver));
  assert_false(pn_condition_is_set(failure(&pair->client)));
}

static void closes_may_cross(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_close(pair->client.driver.connection);
  pn_connection_close(pair->server.driver.connection);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 2);
  assert_true(pn_connection_driver_finished(&pair->client.driver));
  assert_true(pn_connection_driver_finished(&pair->server.driver));
}

static void close_says_why(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_t *conn = pair->client.driver.connection;
  assert_int_equal(
      pn_condition_format(pn_connection_condition(conn), "amqp:connection:forced", "%s", "maintenance"), 0);
  pn_connection_close(conn);
  pair_run(pair);
  assert_condition(pn_connection_remote_condition(pair->server.driver.connection), "amqp:connection:forced",
      "maintenance");
  assert_false(pn_condition_is_set(failure(&pair->server)));
  assert_true(pn_connection_driver_finished(&pair->client.driver));
}

/* A reason that no frame has room for is cut down to its name. */
static void long_reason_is_cut(void **state) {
  struct pair *pair = *state;
  char text[1001];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  pn_transport_set_max_frame(pair->server.driver.transport, 512);
  pair_open(pair);
  pn_connection_t *conn = pair->client.driver.connection;
  assert_int_equal(pn_condition_set_name(pn_connection_condition(conn), "my:reason"), 0);
  assert_int_equal(pn_condition_set_description(pn_connection_condition(conn), text), 0);
  pn_connection_close(conn);
  pair_run(pair);
  assert_condition(pn_connection_remote_condition(pair->server.driver.connection), "my:reason", "");
  assert_true(pn_connection_driver_finished(&pair->client.driver));
}

/* Who closes without having opened opens first. */
static void close_follows_open(void **state) {
  struct pair *pair = *state;
  pair->server.answers = false;
  pair_open(pair);
  pn_connection_close(pair->server.driver.connection);
  pair_run(pair);
  assert_non_null(strstr(end_event_text(&pair->client), "CONNECTION_REMOTE_OPEN CONNECTION_REMOTE_CLOSE "));
  assert_int_equal(pair_frames_with(pair, "server: 0 -> @open(16)"), 1);
}

/* Open and close of a peer that never waits come in one read. */
static void peer_may_open_and_close_at_once(void **state) {
  struct pair *pair = *state;
  end_events(&pair->server);
  end_events_clear(&pair->server);
  end_feed_octets(&pair->server, HEADER OPEN CLOSE);
  assert_events(&pair->server, "CONNECTION_REMOTE_OPEN CONNECTION_REMOTE_CLOSE TRANSPORT_TAIL_CLOSED "
                               "CONNECTION_LOCAL_OPEN TRANSPORT CONNECTION_LOCAL_CLOSE TRANSPORT");
  take_output(&pair->server);
  assert_int_equal(pair_frames_with(pair, "@open(16)"), 1);
  assert_int_equal(pair_frames_with(pair, "@close(24) []"), 1);
  assert_true(pn_transport_closed(pair->server.driver.transport));
  assert_false(pn_condition_is_set(failure(&pair->server)));
}

static void nothing_is_read_after_close(void **state) {
  struct pair *pair = *state;
  end_events(&pair->server);
  end_feed_octets(&pair->server, HEADER OPEN CLOSE "ffffffff ffffffff");
  assert_false(pn_condition_is_set(failure(&pair->server)));
  assert_int_equal(pn_connection_driver_read_buffer(&pair->server.driver).size, 0);
}

/* What is queued on links leaves before the close, when credit comes; unless the peer closes first. */
static void close_waits_for_queued_deliveries(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  send_text(&pair->client, "first");
  pn_connection_close(pair->client.driver.connection);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 0);
  grant(&pair->server, 1);
  pair_run(pair);
  assert_text_received(&pair->server, "first");
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 2);
}

/* Bindings accept a message once its handler is through, which may have closed all that there is to close. */
static void outcome_leaves_before_what_closes(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pair->server.takes = false;
  grant(&pair->server, 2);
  pair_run(pair);
  pn_delivery_t *sent[] = {send_text(&pair->client, "first"), send_text(&pair->client, "second")};
  pair_run(pair);

  pn_link_t *link = pair->server.link;
  pn_delivery_t *const first = pn_unsettled_head(link), *const second = pn_unsettled_next(first);
  pn_link_advance(link);
  pn_link_advance(link);
  pn_link_close(link);
  pn_session_close(pn_link_session(link));
  pn_delivery_update(first, PN_ACCEPTED);
  pn_connection_close(pair->server.driver.connection);
  pn_delivery_update(second, PN_REJECTED);
  pn_delivery_settle(second);
  pair_run(pair);
  assert_int_equal(pn_delivery_remote_state(sent[0]), PN_ACCEPTED);
  assert_int_equal(pn_delivery_remote_state(sent[1]), PN_REJECTED);
  assert_true(pn_delivery_settled(sent[1]));
  assert_int_equal(pair_frames_with(pair, "server: 0 -> @close(24)"), 1);
}

static void close_waits_no_longer_when_the_peer_has_closed(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  send_text(&pair->client, "first");
  pn_connection_close(pair->client.driver.connection);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 0);
  pn_connection_close(pair->server.driver.connection);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 2);
  assert_true(pn_connection_driver_finished(&pair->client.driver));
}

/* Failing. */

static void input_that_ends_without_a_close_is_an_abort(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_driver_read_close(&pair->client.driver);
  pair_run(pair);
  assert_events(
      &pair->client, "TRANSPORT_TAIL_CLOSED TRANSPORT_ERROR TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED");
  assert_condition(failure(&pair->client), "amqp:connection:framing-error", "connection aborted");
  /* The other direction still works: the peer is told. */
  assert_condition(pn_connection_remote_condition(pair->server.driver.connection),
      "amqp:connection:framing-error", "connection aborted");
}

static void driver_closes_both_ways(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_driver_errorf(&pair->client.driver, "proton:io", "the %s broke", "cable");
  pn_connection_driver_close(&pair->client.driver);
  end_events(&pair->client);
  assert_events(
      &pair->client, "TRANSPORT_TAIL_CLOSED TRANSPORT_ERROR TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED");
  assert_condition(failure(&pair->client), "proton:io", "the cable broke (connection aborted)");
  assert_int_equal(pn_connection_driver_write_buffer(&pair->client.driver).size, 0);
  assert_true(pn_connection_driver_finished(&pair->client.driver));
}

/* Even if the head goes first, the end comes last; that the peer hangs up then is no error. */
static void closed_is_the_last_event(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  forget(pair);
  pn_connection_driver_write_close(&pair->client.driver);
  pn_connection_driver_read_close(&pair->client.driver);
  end_events(&pair->client);
  assert_events(&pair->client, "TRANSPORT_HEAD_CLOSED TRANSPORT_TAIL_CLOSED TRANSPORT_CLOSED");
}

/* Debian's Python binding, which has no driver, ends the output first when the peer has gone, and its users wait for the error. */
static void error_is_told_even_if_the_output_ended_first(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_transport_t *transport = pn_transport();
  pn_connection_collect(conn, collector);
  pn_transport_bind(transport, conn);
  pn_collector_drain(collector);
  pn_transport_close_head(transport);
  pn_transport_close_tail(transport);
  static const pn_event_type_t expected[] = {
      PN_TRANSPORT_HEAD_CLOSED, PN_TRANSPORT_TAIL_CLOSED, PN_TRANSPORT_CLOSED, PN_TRANSPORT_ERROR};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    assert_int_equal(pn_event_type(pn_collector_peek(collector)), expected[i]);
    pn_collector_pop(collector);
  }
  assert_null(pn_collector_peek(collector));
  assert_true(pn_condition_is_set(pn_transport_condition(transport)));
  pn_transport_free(transport);
  pn_connection_free(conn);
  pn_collector_free(collector);
}

static void failure_before_binding_is_told_after_it(void **state) {
  struct pair *pair = *state;
  pn_connection_driver_errorf(&pair->client.driver, "proton:io", "connection refused");
  pn_connection_driver_close(&pair->client.driver);
  end_events(&pair->client);
  assert_events(&pair->client, "CONNECTION_INIT CONNECTION_BOUND TRANSPORT_TAIL_CLOSED TRANSPORT_ERROR "
                               "TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED");
}

static void released_connection_is_as_new(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_connection_t *conn = pn_connection_driver_release_connection(&pair->client.driver);
  assert_non_null(conn);
  assert_null(pair->client.driver.connection);
  assert_null(pn_connection_driver_release_connection(&pair->client.driver));
  assert_int_equal(pn_connection_state(conn), PN_LOCAL_UNINIT | PN_REMOTE_UNINIT);
  assert_null(pn_connection_transport(conn));
  pn_connection_driver_t again;
  assert_int_equal(pn_connection_driver_init(&again, conn, NULL), 0);
  pn_connection_open(conn);
  while (pn_connection_driver_next_event(&again)) continue;
  assert_true(pn_connection_driver_write_buffer(&again).size > PNI_PROTOCOL_HEADER);
  pn_connection_driver_destroy(&again);
}

/* Silence. */

static void empty_frames_keep_a_silent_connection_alive(void **state) {
  struct pair *pair = *state;
  pn_transport_set_idle_timeout(pair->server.driver.transport, 1000);
  pair_open(pair);
  forget(pair);
  pair_pass(pair, 10000);
  const unsigned kept = pair_frames_with(pair, "client: 0 -> (EMPTY FRAME)");
  assert_true(
      kept >= 39 && kept <= 41); /* a quarter of a second each: half of what is told, half of the time-out */
  assert_int_equal(pair_frames_with(pair, "server: 0 -> (EMPTY FRAME)"), 0);
  assert_int_equal(pn_connection_state(pair->server.driver.connection), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_false(pn_transport_tail_closed(pair->server.driver.transport));
}

static void silent_peer_is_given_up(void **state) {
  struct pair *pair = *state;
  end_events(&pair->server);
  pn_transport_set_idle_timeout(pair->server.driver.transport, 1000);
  end_feed_octets(&pair->server, HEADER OPEN);
  take_output(&pair->server);
  end_events_clear(&pair->server);
  pn_transport_t *transport = pair->server.driver.transport;
  assert_int_equal(pn_transport_tick(transport, 5000), 6000);
  assert_int_equal(pn_transport_tick(transport, 5999), 6000);
  assert_int_equal(pn_transport_tick(transport, 6000), 0);
  assert_condition(failure(&pair->server), "amqp:resource-limit-exceeded", "local-idle-timeout expired");
  take_output(&pair->server);
  end_events(&pair->server);
  assert_events(
      &pair->server, "TRANSPORT_ERROR TRANSPORT_TAIL_CLOSED TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED");
  assert_int_equal(pair_frames_with(pair, "@close(24) [error=@error(29) [condition=:\"amqp:resource-"), 1);
}

static void nothing_is_kept_alive_after_close(void **state) {
  struct pair *pair = *state;
  pn_transport_set_idle_timeout(pair->server.driver.transport, 1000);
  pair->server.answers = false;
  pn_connection_open(pair->server.driver.connection);
  pair_open(pair);
  pn_connection_close(pair->client.driver.connection);
  pair_run(pair);
  forget(pair);
  pair_pass(pair, 5000);
  assert_int_equal(pair_frames_with(pair, "EMPTY"), 0);
}

static void transport_without_timeouts_asks_for_no_time(void **state) {
  struct pair *pair = *state;
  assert_int_equal(pn_transport_tick(pair->client.driver.transport, 1000), 0);
  pair_open(pair);
  assert_int_equal(pn_transport_tick(pair->client.driver.transport, 2000), 0);
}

/* Memory at rest. */

static void idle_connection_holds_no_buffer(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pair_run(pair);
  assert_null(pair->client.driver.transport->input.block);
  assert_null(pair->client.driver.transport->output.block);
  assert_null(pair->server.driver.transport->input.block);
  assert_null(pair->server.driver.transport->output.block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(both_ends_open),
      PAIR_TEST(open_says_what_was_set),
      PAIR_TEST(settings_are_over_when_open_has_been_sent),
      PAIR_TEST(open_may_be_larger_than_a_frame_before_open),
      PAIR_TEST(large_attach_waits_for_the_peers_open),
      PAIR_TEST(attach_larger_than_the_peer_takes_ends_its_session),
      cmocka_unit_test(bad_opens_end_the_connection),
      PAIR_TEST(client_closes_first),
      PAIR_TEST(closes_may_cross),
      PAIR_TEST(close_says_why),
      PAIR_TEST(long_reason_is_cut),
      PAIR_TEST(close_follows_open),
      PAIR_TEST(peer_may_open_and_close_at_once),
      PAIR_TEST(nothing_is_read_after_close),
      PAIR_TEST(close_waits_for_queued_deliveries),
      PAIR_TEST(outcome_leaves_before_what_closes),
      PAIR_TEST(close_waits_no_longer_when_the_peer_has_closed),
      PAIR_TEST(input_that_ends_without_a_close_is_an_abort),
      PAIR_TEST(driver_closes_both_ways),
      PAIR_TEST(closed_is_the_last_event),
      cmocka_unit_test(error_is_told_even_if_the_output_ended_first),
      PAIR_TEST(failure_before_binding_is_told_after_it),
      PAIR_TEST(released_connection_is_as_new),
      PAIR_TEST(empty_frames_keep_a_silent_connection_alive),
      PAIR_TEST(silent_peer_is_given_up),
      PAIR_TEST(nothing_is_kept_alive_after_close),
      PAIR_TEST(transport_without_timeouts_asks_for_no_time),
      PAIR_TEST(idle_connection_holds_no_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
