/* reuse_test.c: messages that are used over and over allocate nothing once they have seen their largest content. */
#include "support/message.h"
#include "support/scarce.h"

/* Count allocations, and refuse none. */
static void count(void) {
  scarce.plenty = SIZE_MAX;
  scarce.asked = 0;
  scarce.on = true;
}

static void make(pn_message_t *msg, uint64_t number) {
  pn_message_clear(msg);
  assert_int_equal(pn_message_set_id(msg, (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = number}), 0);
  assert_int_equal(pn_message_set_address(msg, "orders/europe/incoming"), 0);
  assert_int_equal(pn_message_set_subject(msg, "order.created"), 0);
  assert_int_equal(pn_message_set_reply_to(msg, "replies/client-17"), 0);
  assert_int_equal(pn_message_set_durable(msg, true), 0);
  pn_data_t *const annotations = pn_message_annotations(msg), *const properties = pn_message_properties(msg);
  assert_int_equal(pn_data_fill(annotations, "{sS}", "x-opt-via", "router-1"), 0);
  assert_int_equal(
      pn_data_fill(properties, "{SSSiSo}", "customer", "ACME", "quantity", 4711, "express", true), 0);
  assert_int_equal(pn_data_put_string(pn_message_body(msg), bytes_of("The quick brown fox")), 0);
}

static void read_all(pn_message_t *msg, uint64_t number) {
  assert_true(pn_message_is_durable(msg));
  assert_int_equal(pn_message_get_id(msg).u.as_ulong, number);
  assert_string_equal(pn_message_get_address(msg), "orders/europe/incoming");
  assert_string_equal(pn_message_get_subject(msg), "order.created");
  assert_string_equal(pn_message_get_reply_to(msg), "replies/client-17");
  assert_int_equal(pn_data_size(pn_message_annotations(msg)), 3);
  assert_int_equal(pn_data_size(pn_message_properties(msg)), 7);
  pn_data_t *const body = pn_message_body(msg);
  pn_data_rewind(body);
  assert_true(pn_data_next(body));
  assert_int_equal(pn_data_get_string(body).size, 19);
}

static void making_reading_and_routing(void **state) {
  (void)state;
  pn_message_t *out = pn_message(), *in = pn_message();
  pn_rwbytes_t buf = {0, NULL};
  for (uint64_t turn = 0; turn < 1000; turn++) {
    if (turn == 3) count();
    make(out, turn);
    const ssize_t size = pn_message_encode2(out, &buf);
    assert_true(size > 0);
    assert_int_equal(pn_message_decode(in, buf.start, (size_t)size), 0);
    read_all(in, turn);
    assert_int_equal(pn_message_decode(in, buf.start, (size_t)size), 0);
    assert_int_equal(pn_message_set_delivery_count(in, 1), 0);
    assert_int_equal(pn_message_set_address(in, "elsewhere"), 0);
    assert_true(pn_message_encode2(in, &buf) > 0);
  }
  scarce_end();
  assert_int_equal(scarce.asked, 0);
  free(buf.start);
  pn_message_free(in);
  pn_message_free(out);
}

/* Not even for the setting of one field to texts of other sizes, as long as there is no larger one. */
static void setting_without_clearing(void **state) {
  (void)state;
  char text[1001];
  memset(text, 'x', 1000);
  text[1000] = '\0';
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_address(msg, text), 0);
  assert_int_equal(pn_message_set_subject(msg, text), 0);
  count();
  for (size_t turn = 0; turn < 10000; turn++) {
    assert_int_equal(pn_message_set_address(msg, text + turn % 1000), 0);
    assert_int_equal(pn_message_set_subject(msg, turn % 3 ? text + turn % 777 : NULL), 0);
  }
  scarce_end();
  assert_int_equal(scarce.asked, 0);
  pn_message_free(msg);
}

/* A text that grows by one octet at a time takes memory by doublings. */
static void setting_ever_longer_texts(void **state) {
  (void)state;
  char text[10001];
  memset(text, 'x', 10000);
  text[10000] = '\0';
  pn_message_t *msg = pn_message();
  count();
  for (size_t size = 0; size <= 10000; size++) {
    assert_int_equal(pn_message_set_address(msg, text + 10000 - size), 0);
    assert_int_equal(strlen(pn_message_get_address(msg)), size);
  }
  scarce_end();
  assert_in_range(scarce.asked, 1, 10);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(making_reading_and_routing),
      cmocka_unit_test(setting_without_clearing),
      cmocka_unit_test(setting_ever_longer_texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
