/* Sessions whose begin and end cross each other's, or come with a fault. [2.5] */
#include "engine/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEADER_AND_OPEN "'AMQP' 00010000 00000011 02 00 0000 00 53 10 c0 04 01 a1 01 'c' "
#define BEGIN_ON_5      "00000014 02 00 0005 00 53 11 c0 07 04 40 43 52 64 52 64 "
#define END_ON_5        "0000000c 02 00 0005 00 53 17 45 "
#define FLOW_ON_5_FOR_7 "00000016 02 00 0005 00 53 13 c0 09 05 43 52 64 43 52 64 52 07 "

static pn_session_t *only_session(struct end *end) { return pn_session_head(end->driver.connection, 0); }

/* What an end sends now is traced and dropped. */
static void drop_output(struct end *end) {
  struct octets octets = end_output(end);
  octets_free(&octets);
}

/* The peer does not wait for our begin. Ours still has to say which session it answers. */
static void peer_ends_before_we_have_begun(void **state) {
  struct pair *pair = *state;
  pair->server.answers = false;
  end_feed_octets(&pair->server, HEADER_AND_OPEN BEGIN_ON_5 END_ON_5);
  pn_session_t *ssn = only_session(&pair->server);
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_UNINIT | PN_REMOTE_CLOSED);
  pn_connection_open(pair->server.driver.connection);
  pn_session_open(ssn);
  pn_session_close(ssn);
  drop_output(&pair->server);
  assert_int_equal(pair_frames_with(pair, "-> @begin(17) [remote-channel=0x5"), 1);
  assert_int_equal(pair_frames_with(pair, "-> @end(23)"), 1);
  assert_false(pn_condition_is_set(pn_transport_condition(pair->server.driver.transport)));
}

/* The peer's end is no answer to an end of ours that has not left: the fault has still to be told. */
static void fault_and_end_in_one_read(void **state) {
  struct pair *pair = *state;
  end_feed_octets(&pair->server, HEADER_AND_OPEN BEGIN_ON_5);
  drop_output(&pair->server);
  pn_session_t *ssn = only_session(&pair->server);
  end_feed_octets(&pair->server, FLOW_ON_5_FOR_7 END_ON_5);
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_CLOSED | PN_REMOTE_CLOSED);
  assert_condition(pn_session_condition(ssn), "amqp:session:unattached-handle", "handle 7");
  drop_output(&pair->server);
  assert_int_equal(
      pair_frames_with(pair, "-> @end(23) [error=@error(29) [condition=:\"amqp:session:unattached-handle\""),
      1);
}

/* A fault in a session that we have not begun: it is begun to be ended. */
static void fault_before_we_have_begun(void **state) {
  struct pair *pair = *state;
  pair->server.answers = false;
  end_feed_octets(&pair->server, HEADER_AND_OPEN BEGIN_ON_5 FLOW_ON_5_FOR_7);
  pn_connection_open(pair->server.driver.connection);
  drop_output(&pair->server);
  assert_int_equal(pair_frames_with(pair, "-> @begin(17) [remote-channel=0x5"), 1);
  assert_int_equal(pair_frames_with(pair, "-> @end(23) [error="), 1);
  /* What was on its way is dropped until the peer's end. */
  end_feed_octets(&pair->server, FLOW_ON_5_FOR_7 END_ON_5);
  assert_int_equal(pn_session_state(only_session(&pair->server)), PN_LOCAL_CLOSED | PN_REMOTE_CLOSED);
  assert_false(pn_condition_is_set(pn_transport_condition(pair->server.driver.transport)));
}

/* The peer's channel is free again after both ends. */
static void channel_is_used_again(void **state) {
  struct pair *pair = *state;
  for (int i = 0; i < 3; i++) {
    end_feed_octets(&pair->server, i == 0 ? HEADER_AND_OPEN BEGIN_ON_5 : BEGIN_ON_5);
    drop_output(&pair->server);
    end_feed_octets(&pair->server, END_ON_5);
    drop_output(&pair->server);
  }
  assert_int_equal(pair_frames_with(pair, "-> @begin(17) [remote-channel=0x5"), 3);
  assert_int_equal(pair_frames_with(pair, "-> @end(23)"), 3);
  assert_false(pn_condition_is_set(pn_transport_condition(pair->server.driver.transport)));
}

/* A session for which the peer has no channel left is closed here; the others, and the connection, go on. */
static void session_beyond_channel_max_is_closed(void **state) {
  struct pair *pair = *state;
  pn_connection_t *conn = pair->client.driver.connection;
  assert_int_equal(pn_transport_set_channel_max(pair->server.driver.transport, 0), 0);
  pair_open(pair);
  pn_session_t *more = pn_session(conn);
  pn_link_t *link = pn_sender(more, "never attached");
  pn_session_open(more);
  pn_link_open(link);
  pair_run(pair);
  assert_int_equal(pn_session_state(more), PN_LOCAL_CLOSED | PN_REMOTE_UNINIT);
  assert_condition(pn_session_condition(more), "amqp:resource-limit-exceeded", "channel-max, 0");
  assert_non_null(strstr(end_event_text(&pair->client), "SESSION_LOCAL_CLOSE"));
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @begin(17)"), 1);
  pn_session_free(more);
  assert_non_null(strstr(end_event_text(&pair->client), "SESSION_LOCAL_CLOSE"));
  pair_open_sender(pair, "orders");
  grant(&pair->server, 1);
  pair_run(pair);
  send_text(&pair->client, "goes on");
  pair_run(pair);
  assert_text_received(&pair->server, "goes on");
  pn_connection_close(conn);
  pair_run(pair);
  assert_false(pn_condition_is_set(pn_transport_condition(pair->client.driver.transport)));
  assert_false(pn_condition_is_set(pn_connection_remote_condition(pair->server.driver.connection)));
}

/* The same of a link for which there is no handle. */
#define BEGIN_WITH_HANDLE_MAX_0 "00000017 02 00 0005 00 53 11 c0 0a 05 60 0000 43 52 64 52 64 43 "
static void link_beyond_handle_max_is_closed(void **state) {
  struct pair *pair = *state;
  pn_connection_t *conn = pair->client.driver.connection;
  pn_connection_open(conn);
  pn_session_t *ssn = pn_session(conn);
  pn_session_open(ssn);
  end_events(&pair->client);
  drop_output(&pair->client);
  end_feed_octets(&pair->client, HEADER_AND_OPEN BEGIN_WITH_HANDLE_MAX_0);
  pn_link_t *first = pn_sender(ssn, "first"), *second = pn_sender(ssn, "second");
  pn_link_open(first);
  pn_link_open(second);
  drop_output(&pair->client);
  assert_int_equal(pair_frames_with(pair, "@attach(18)"), 1);
  assert_int_equal(pn_link_state(first), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  assert_int_equal(pn_link_state(second), PN_LOCAL_CLOSED | PN_REMOTE_UNINIT);
  assert_condition(pn_link_condition(second), "amqp:resource-limit-exceeded", "handle-max, 0");
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  pn_link_free(second);
  assert_ptr_equal(pn_link_head(conn, 0), first);
  assert_null(pn_link_next(first, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(peer_ends_before_we_have_begun),
      PAIR_TEST(fault_and_end_in_one_read),
      PAIR_TEST(fault_before_we_have_begun),
      PAIR_TEST(channel_is_used_again),
      PAIR_TEST(session_beyond_channel_max_is_closed),
      PAIR_TEST(link_beyond_handle_max_is_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
