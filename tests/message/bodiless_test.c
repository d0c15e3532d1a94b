/* bodiless_test.c: messages without a body. The standard demands one; some peers send none. [3.2] */
#include "support/octets.h"
#include <proton/message.h>

static void assert_encoded(pn_message_t *msg, const char *expected) {
  struct octets octets = octets_of(expected);
  char bytes[64];
  size_t size = sizeof bytes;
  assert_int_equal(pn_message_encode(msg, bytes, &size), 0);
  assert_octets(bytes, size, &octets);
  octets_free(&octets);
}

static void decode(pn_message_t *msg, const char *text) {
  struct octets octets = octets_of(text);
  assert_int_equal(pn_message_decode(msg, (const char *)octets.start, octets.size), 0);
  octets_free(&octets);
}

static void a_message_of_ours_gets_a_null_body(void **state) {
  (void)state;
  pn_message_t *const msg = pn_message();
  assert_encoded(msg, "00 53 77 40");
  pn_message_free(msg);
}

/* The bare message is the sender's, and stays as it is. */
static void what_came_without_leaves_without(void **state) {
  (void)state;
  pn_message_t *const msg = pn_message();
  decode(msg, "00 53 70 c0 02 01 41");
  assert_encoded(msg, "00 53 70 c0 02 01 41");
  decode(msg, "00 53 78 c1 01 00");
  assert_encoded(msg, "00 53 78 c1 01 00");
  pn_message_free(msg);
}

/* No octets at all are no message: a decoder would refuse them. */
static void what_lost_everything_gets_a_null_body(void **state) {
  (void)state;
  pn_message_t *const msg = pn_message();
  decode(msg, "00 53 74 c1 05 02 a1 01 'k' 41");
  pn_data_clear(pn_message_properties(msg));
  assert_encoded(msg, "00 53 77 40");
  pn_rwbytes_t buffer = {0, NULL};
  assert_int_equal(pn_message_encode2(msg, &buffer), 4);
  assert_int_equal(pn_message_decode(msg, buffer.start, 4), 0);
  free(buffer.start);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_message_of_ours_gets_a_null_body),
      cmocka_unit_test(what_came_without_leaves_without),
      cmocka_unit_test(what_lost_everything_gets_a_null_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
