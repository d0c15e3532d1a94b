/* A message sent in one call arrives as the same message. */
#include "engine/pair.h"

#include <proton/message.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char arrived[2048];
static size_t arrived_size;

/* Keeps the encoding of what comes. */
static bool keep(struct end *end, pn_event_t *event) {
  pn_delivery_t *dlv = pn_event_delivery(event);
  (void)end;
  if (pn_event_type(event) != PN_DELIVERY || pn_delivery_partial(dlv)) return false;
  const ssize_t size = pn_link_recv(pn_delivery_link(dlv), arrived, sizeof arrived);
  assert_true(size > 0);
  arrived_size = (size_t)size;
  pn_delivery_settle(dlv);
  return true;
}

static void message_arrives(struct pair *pair, pn_rwbytes_t *buf) {
  pair_open_sender(pair, "orders");
  pair->server.handler = keep;
  grant(&pair->server, 1);
  pair_run(pair);
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_address(msg, "orders"), 0);
  assert_int_equal(pn_data_put_string(pn_message_body(msg), pn_bytes(5, "hello")), 0);
  pn_link_t *sender = pair->client.link;
  pn_delivery(sender, pn_dtag("1", 1));
  const ssize_t size = pn_message_send(msg, sender, buf);
  assert_null(pn_link_current(sender));
  pair_run(pair);
  assert_int_equal(arrived_size, size);
  assert_int_equal(pn_message_decode(msg, arrived, arrived_size), 0);
  assert_string_equal(pn_message_get_address(msg), "orders");
  pn_data_next(pn_message_body(msg));
  assert_memory_equal(pn_data_get_string(pn_message_body(msg)).start, "hello", 5);
  pn_message_free(msg);
}

static void message_arrives_by_way_of_own_memory(void **state) { message_arrives(*state, NULL); }

static void message_arrives_by_way_of_the_callers_memory(void **state) {
  pn_rwbytes_t buf = {0, NULL};
  message_arrives(*state, &buf);
  assert_non_null(buf.start);
  free(buf.start);
}

static void nothing_is_sent_without_a_delivery(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_send(msg, pair->client.link, NULL), PN_EOS);
  pn_message_free(msg);
}

/* What cannot be encoded leaves the delivery as it was. */
static void message_that_cannot_be_encoded_is_not_sent(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_data_put_described(pn_message_body(msg)), 0);
  pn_delivery_t *dlv = pn_delivery(pair->client.link, pn_dtag("1", 1));
  assert_true(pn_message_send(msg, pair->client.link, NULL) < 0);
  assert_ptr_equal(pn_link_current(pair->client.link), dlv);
  assert_int_equal(pn_delivery_pending(dlv), 0);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(message_arrives_by_way_of_own_memory),
      PAIR_TEST(message_arrives_by_way_of_the_callers_memory),
      PAIR_TEST(nothing_is_sent_without_a_delivery),
      PAIR_TEST(message_that_cannot_be_encoded_is_not_sent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
