/* pair_test.c: the two engines that other tests use: messages pass, in both directions, however the bytes come. */
#include "engine/pair.h"

static void queued_delivery_waits_for_credit(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  send_text(&pair->client, "first");
  pair_run(pair);
  assert_int_equal(received(&pair->server), 0);

  grant(&pair->server, 1);
  pair_run(pair);
  assert_text_received(&pair->server, "first");
}

static void messages_pass_in_both_directions(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "answers");
  grant(&pair->client, 10);
  pair_run(pair);
  send_text(&pair->server, "one");
  send_text(&pair->server, "");
  send_text(&pair->server, "three");
  pair_run(pair);
  assert_int_equal(received(&pair->client), 3);
  assert_text_received(&pair->client, "one||three");
  assert_int_equal(pair_frames_with(pair, "server: 0 -> @transfer(20)"), 3);
  assert_int_equal(pn_link_unsettled(pair->server.link), 0);
}

/* A thousand messages, which take several output blocks and many reads. */
static void many_messages_arrive_in_order(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  grant(&pair->server, 1000);
  pair_run(pair);
  for (unsigned i = 0; i < 1000; i++) {
    char text[160];
    snprintf(text, sizeof text, "%0150u", i);
    send_text(&pair->client, text);
  }
  pair_run(pair);
  assert_int_equal(received(&pair->server), 1000);
  assert_int_equal(pn_link_unsettled(pair->client.link), 0);
  assert_int_equal(pn_link_unsettled(pair->server.link), 0);
}

static void closing_leaves_nothing(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pn_link_close(pair->client.link);
  pn_session_close(pn_session_head(pair->client.driver.connection, 0));
  pn_connection_close(pair->client.driver.connection);
  pair_run(pair);
  assert_true(pn_connection_driver_finished(&pair->client.driver));
  assert_true(pn_connection_driver_finished(&pair->server.driver));
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @detach(22)"), 1);
  assert_int_equal(pair_frames_with(pair, "@end(23)"), 2);
  assert_int_equal(pair_frames_with(pair, "@close(24)"), 2);
}

/* Nothing that happens depends on how many bytes pass at once. */
static void frames_and_events_are_the_same_byte_by_byte(void **state) {
  (void)state;
  struct pair *pairs[2];
  for (size_t step = 0; step < 2; step++) {
    struct pair *pair = pairs[step] = pair_new(step);
    pair_open_sender(pair, "orders");
    grant(&pair->server, 3);
    for (int i = 0; i < 5; i++) send_text(&pair->client, "text");
    pair_run(pair);
    grant(&pair->server, 2);
    pair_run(pair);
    pn_connection_close(pair->server.driver.connection);
    pair_run(pair);
  }
  assert_string_equal(pair_frame_text(pairs[0]), pair_frame_text(pairs[1]));
  assert_string_equal(end_event_text(&pairs[0]->client), end_event_text(&pairs[1]->client));
  assert_string_equal(end_event_text(&pairs[0]->server), end_event_text(&pairs[1]->server));
  assert_int_equal(pairs[0]->moved, pairs[1]->moved);
  assert_int_equal(received(&pairs[0]->server), 5);
  pair_free(pairs[0]);
  pair_free(pairs[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(queued_delivery_waits_for_credit),
      PAIR_TEST(messages_pass_in_both_directions),
      PAIR_TEST(many_messages_arrive_in_order),
      PAIR_TEST(closing_leaves_nothing),
      cmocka_unit_test(frames_and_events_are_the_same_byte_by_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
