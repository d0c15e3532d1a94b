/* connection_test.c: what the peer's open says; binding, unbinding, and binding anew; who is told to write. [2.4] */
#include "engine/pair.h"

#include "engine/check.h"
#include "engine/connection.h"
#include "engine/link.h"
#include "engine/session.h"
#include <stdlib.h>

static void clear(struct pair *pair) {
  end_events_clear(&pair->client);
  end_events_clear(&pair->server);
  pair_frames_clear(pair);
}

static void put_symbols(pn_data_t *data, const char *one, const char *two) {
  pn_data_put_array(data, false, PN_SYMBOL);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(strlen(one), one));
  pn_data_put_symbol(data, pn_bytes(strlen(two), two));
  pn_data_exit(data);
}

static void open_tells_the_peer_what_was_set(void **state) {
  struct pair *pair = *state;
  pn_connection_t *client = pair->client.driver.connection, *server = pair->server.driver.connection;
  pn_connection_set_hostname(client, "example.org");
  put_symbols(pn_connection_offered_capabilities(client), "a", "b");
  pn_data_put_symbol(pn_connection_desired_capabilities(client), pn_bytes(1, "c"));
  pn_data_t *properties = pn_connection_properties(client);
  pn_data_put_map(properties);
  pn_data_enter(properties);
  pn_data_put_symbol(properties, pn_bytes(1, "k"));
  pn_data_put_string(properties, pn_bytes(1, "v"));
  pair_open(pair);

  assert_string_equal(pn_connection_remote_container(server), "client");
  assert_string_equal(pn_connection_remote_hostname(server), "example.org");
  assert_string_equal(pn_connection_remote_container(client), "server");
  assert_null(pn_connection_remote_hostname(client));
  pn_data_t *offered = pn_connection_remote_offered_capabilities(server);
  assert_true(pn_data_next(offered));
  assert_int_equal(pn_data_get_array(offered), 2);
  pn_data_t *desired = pn_connection_remote_desired_capabilities(server);
  assert_true(pn_data_next(desired));
  assert_memory_equal(pn_data_get_symbol(desired).start, "c", 1);
  pn_data_t *map = pn_connection_remote_properties(server);
  assert_true(pn_data_next(map) && pn_data_enter(map) && pn_data_lookup(map, "k"));
  assert_memory_equal(pn_data_get_string(map).start, "v", 1);
  assert_int_equal(pn_data_size(pn_connection_remote_properties(client)), 0);
}

static void unbound_connection_forgets_the_peer(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_connection_t *conn = pair->client.driver.connection;
  pn_condition_set_name(pn_session_condition(pn_session_head(pair->server.driver.connection, 0)), "a:b");
  pn_session_close(pn_session_head(pair->server.driver.connection, 0));
  pair->client.answers = false;
  pair_run(pair);
  clear(pair);
  pn_link_t *link = pair->client.link;
  pn_session_t *ssn = pn_link_session(link);
  assert_true(pn_condition_is_set(pn_session_remote_condition(ssn)));
  pn_transport_unbind(pair->client.driver.transport);
  end_events(&pair->client);
  assert_events(&pair->client, "CONNECTION_UNBOUND TRANSPORT");
  assert_null(pn_connection_transport(conn));
  assert_int_equal(pn_connection_state(conn), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  assert_int_equal(pn_link_state(link), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  assert_false(pn_condition_is_set(pn_session_remote_condition(ssn)));
  assert_null(pn_connection_remote_container(conn));
  assert_int_equal(pn_terminus_get_type(pn_link_remote_target(link)), PN_UNSPECIFIED);
  assert_string_equal(pn_terminus_get_address(pn_link_target(link)), "x");
  assert_int_equal(ssn->local_channel, PNI_NO_CHANNEL);
  assert_int_equal(link->local_handle, PNI_NO_HANDLE);
}

/* The client's connection moves from one pair to a new one. */
static struct pair *move_client(struct pair *from, size_t step) {
  struct pair *to = pair_new(step);
  pn_connection_t *conn = pn_connection_driver_release_connection(&from->client.driver);
  pn_connection_driver_destroy(&to->client.driver);
  assert_int_equal(pn_connection_driver_init(&to->client.driver, conn, NULL), 0);
  to->client.link = from->client.link;
  return to;
}

static void released_connection_begins_anew(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_connection_t *conn = pair->client.driver.connection;
  pn_connection_set_context(conn, pair);
  struct pair *next = move_client(pair, pair->step);
  assert_int_equal(pn_connection_state(conn), PN_LOCAL_UNINIT | PN_REMOTE_UNINIT);
  assert_ptr_equal(pn_connection_get_context(conn), pair);
  end_events(&next->client);
  assert_events(&next->client, "CONNECTION_INIT SESSION_INIT LINK_INIT CONNECTION_BOUND");
  pair_run(next);
  assert_events(&next->client, ""); /* nothing is said before it is opened */
  pn_connection_open(conn);
  pair_run(next);
  assert_events(&next->client,
      "CONNECTION_LOCAL_OPEN TRANSPORT CONNECTION_REMOTE_OPEN SESSION_REMOTE_OPEN LINK_REMOTE_OPEN");
  assert_int_equal(pn_link_state(next->client.link), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_non_null(next->server.link);
  pair_free(next);
}

static void delivery_that_was_not_sent_is_sent_over_the_next_transport(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  send_text(&pair->client, "waiting"); /* for credit, which never came */
  pair_run(pair);
  struct pair *next = move_client(pair, pair->step);
  pn_connection_open(next->client.driver.connection);
  pair_run(next);
  assert_int_equal(received(&next->server), 0);
  grant(&next->server, 1);
  pair_run(next);
  assert_text_received(&next->server, "waiting");
  assert_int_equal(pn_link_unsettled(next->client.link), 0);
  pair_free(next);
}

static void delivery_that_was_cut_off_is_not_sent_in_part(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 2);
  pair_run(pair);
  pn_link_t *link = pair->client.link;
  pn_delivery(link, pn_dtag("cut", 3));
  pn_link_send(link, "the first half, ", 16);
  pair_run(pair);
  struct pair *next = move_client(pair, pair->step);
  pn_connection_open(next->client.driver.connection);
  pair_run(next);
  grant(&next->server, 2);
  pair_run(next);
  pn_link_send(link, "the second half", 15);
  pn_link_advance(link);
  send_text(&next->client, "whole");
  pair_run(next);
  assert_text_received(&next->server, "whole");
  assert_int_equal(pn_link_queued(link), 0);
  pair_free(next);
}

static void receiver_asks_the_next_peer_for_what_it_wanted(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "x");
  grant(&pair->client, 5);
  pair_run(pair);
  struct pair *next = move_client(pair, pair->step);
  pn_connection_open(next->client.driver.connection);
  pair_run(next);
  assert_int_equal(pn_link_credit(next->server.link), 5);
  send_text(&next->server, "here");
  pair_run(next);
  assert_text_received(&next->client, "here");
  pair_free(next);
}

/* What had arrived in part never will be whole: the application is told so. */
static void delivery_that_was_arriving_counts_as_aborted(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "x");
  grant(&pair->client, 5);
  pair_run(pair);
  pn_delivery(pair->server.link, pn_dtag("t", 1));
  pn_link_send(pair->server.link, "half", 4);
  pair_run(pair);
  pn_delivery_t *half = pn_link_current(pair->client.link);
  assert_true(pn_delivery_partial(half));
  struct pair *next = move_client(pair, pair->step);
  assert_true(pn_delivery_aborted(half));
  assert_false(pn_delivery_partial(half));
  char room[8];
  assert_int_equal(pn_link_recv(next->client.link, room, sizeof room), PN_ABORTED);
  assert_int_equal(pn_session_incoming_bytes(pn_link_session(next->client.link)), 0);
  pn_delivery_settle(half);
  assert_int_equal(pn_link_unsettled(next->client.link), 0);
  assert_int_equal(pn_link_queued(next->client.link), 0);
  pair_free(next);
}

static void delivery_that_has_arrived_can_still_be_read(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "x");
  pair->client.takes = false;
  grant(&pair->client, 5);
  pair_run(pair);
  send_text(&pair->server, "here");
  pair_run(pair);
  struct pair *next = move_client(pair, pair->step);
  pn_connection_open(next->client.driver.connection);
  pair_run(next);
  char room[8];
  pn_delivery_t *dlv = pn_link_current(next->client.link);
  assert_int_equal(pn_link_recv(next->client.link, room, sizeof room), 4);
  assert_memory_equal(room, "here", 4);
  pn_delivery_settle(dlv);
  pair_run(next);
  assert_int_equal(pn_link_unsettled(next->client.link), 0);
  pair_free(next);
}

static void what_was_freed_is_final_when_unbound(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_session_t *ssn = pn_link_session(pair->client.link);
  pn_link_free(pair->client.link);
  pair_run(pair);
  clear(pair);
  pn_session_free(ssn);
  pn_connection_release(pair->client.driver.connection);
  end_events(&pair->client);
  assert_events(&pair->client, "");
  pn_transport_unbind(pair->client.driver.transport);
  end_events(&pair->client);
  assert_events(&pair->client, "CONNECTION_UNBOUND TRANSPORT LINK_FINAL SESSION_FINAL CONNECTION_FINAL");
}

/* Half of it has left, and its state is due, when it is settled; then there is nobody to have the rest. */
static void delivery_that_was_cut_off_is_still_counted(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 1);
  pair_run(pair);
  pn_link_t *link = pair->client.link;
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag("1", 1));
  assert_int_equal(pn_link_send(link, "half", 4), 4);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @transfer"), 1);
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
  assert_int_equal(pn_link_queued(link), 1);
  pn_transport_unbind(pair->client.driver.transport);
  assert_null(pni_engine_fault(pair->client.driver.connection));
  pn_link_free(link);
  assert_null(pni_engine_fault(pair->client.driver.connection));
}

static void freed_connection_answers_the_peer_s_close(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pair->client.answers = false;
  pn_connection_release(pair->client.driver.connection);
  pn_connection_close(pair->server.driver.connection);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @close"), 1);
  assert_true(pn_connection_driver_finished(&pair->server.driver));
}

static void reset_does_nothing_while_bound(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_connection_reset(pair->client.driver.connection);
  assert_int_equal(pn_connection_state(pair->client.driver.connection), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
}

/* Whoever moves the bytes waits for TRANSPORT when nothing else makes it look. */
static void first_debt_tells_that_there_is_something_to_write(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "x");
  clear(pair);
  grant(&pair->client, 1);
  end_events(&pair->client);
  assert_events(&pair->client, "TRANSPORT");
  grant(&pair->client, 1);
  end_events(&pair->client);
  assert_events(&pair->client, "");
  pair_run(pair);
  clear(pair);
  send_text(&pair->server, "text");
  end_events(&pair->server);
  assert_events(&pair->server, "TRANSPORT");
  pair_run(pair);
  assert_text_received(&pair->client, "text");
  assert_null(strstr(end_event_text(&pair->server), "TRANSPORT")); /* not while bytes are moved anyway */
}

static void capacity_less_than_a_frame_is_an_error(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_session_t *ssn = pn_session_head(pair->client.driver.connection, 0);
  pn_session_set_incoming_capacity(ssn, 40000);
  pair_run(pair);
  assert_false(pn_condition_is_set(pn_transport_condition(pair->client.driver.transport)));
  pn_session_set_incoming_capacity(ssn, 100);
  pair_run(pair);
  assert_condition(
      pn_connection_remote_condition(pair->server.driver.connection), "amqp:internal-error", "100");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(open_tells_the_peer_what_was_set),
      PAIR_TEST(unbound_connection_forgets_the_peer),
      PAIR_TEST(released_connection_begins_anew),
      PAIR_TEST(delivery_that_was_not_sent_is_sent_over_the_next_transport),
      PAIR_TEST(delivery_that_was_cut_off_is_not_sent_in_part),
      PAIR_TEST(receiver_asks_the_next_peer_for_what_it_wanted),
      PAIR_TEST(delivery_that_was_arriving_counts_as_aborted),
      PAIR_TEST(delivery_that_has_arrived_can_still_be_read),
      PAIR_TEST(what_was_freed_is_final_when_unbound),
      PAIR_TEST(delivery_that_was_cut_off_is_still_counted),
      PAIR_TEST(freed_connection_answers_the_peer_s_close),
      PAIR_TEST(reset_does_nothing_while_bound),
      PAIR_TEST(first_debt_tells_that_there_is_something_to_write),
      PAIR_TEST(capacity_less_than_a_frame_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
