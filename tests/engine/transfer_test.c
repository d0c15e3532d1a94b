/* transfer_test.c: deliveries between two ends: how they are cut, settled and paid for with credit. [2.6.7, 2.6.12] */
#include "engine/pair.h"

static void assert_credit(struct pair *pair, int credit) {
  assert_int_equal(pn_link_credit(pair->client.link), credit);
  assert_int_equal(pn_link_credit(pair->server.link), credit);
}

/* Settlement. */

/* The beginning has left, and the state is to be told: what is settled now still has an end to be sent. */
static void delivery_settled_before_its_end_has_left_is_whole(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 2);
  pair_run(pair);
  pn_delivery_t *dlv = pn_delivery(pair->client.link, pn_dtag("t", 1));
  pn_link_send(pair->client.link, "begun, ", 7);
  pair_run(pair);
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_link_send(pair->client.link, "ended", 5);
  pn_delivery_settle(dlv);
  pair_run(pair);
  assert_text_received(&pair->server, "begun, ended");
  assert_int_equal(pn_link_queued(pair->client.link), 0);
  assert_int_equal(pn_link_unsettled(pair->client.link), 0);
  send_text(&pair->client, "next");
  pair_run(pair);
  assert_text_received(&pair->server, "next");
}

/* Credit. */

/* Credit that comes while the rest of it is being given back is what there is then. [2.6.7] */
static void credit_granted_while_the_rest_is_given_back_is_counted_once(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_drain(pair->server.link, 5);
  pair_run(pair);
  assert_int_equal(pn_link_drained(pair->client.link), 5);
  grant(&pair->server, 3);
  end_hand_over(&pair->server);
  assert_int_equal(pn_link_credit(pair->client.link), 3);
  pair_run(pair);
  assert_credit(pair, 3);
  assert_int_equal(pn_link_drained(pair->server.link), 5);
}

/* The receiver has taken back what the sender was about to give back. */
static void credit_that_is_not_there_any_more_is_not_given_back(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_drain(pair->server.link, 5);
  pair_run(pair);
  assert_int_equal(pn_link_drained(pair->client.link), 5);
  grant(&pair->server, -4);
  end_hand_over(&pair->server);
  pair_run(pair);
  assert_credit(pair, 0);
  assert_int_equal(pn_link_drained(pair->server.link), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(delivery_settled_before_its_end_has_left_is_whole),
      PAIR_TEST(credit_granted_while_the_rest_is_given_back_is_counted_once),
      PAIR_TEST(credit_that_is_not_there_any_more_is_not_given_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
