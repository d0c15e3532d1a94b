/* lazy_test.c: what nobody changes keeps its octets, however oddly they were chosen. [3.2] */
#include "support/message.h"

#define HEADER               "00 80 0000000000000070 d0 00000007 00000002 56 01 40"
#define DELIVERY_ANNOTATIONS "00 53 71 d1 0000000f 00000002 b3 00000001 'd' 71 00000001"
#define MESSAGE_ANNOTATIONS                                                                                  \
  "00 a3 1c 'amqp:message-annotations:map' d1 0000000e 00000002 80 0000000000000001 40"
#define PROPERTIES             "00 53 73 d0 00000015 00000004 80 0000000000000001 40 b1 00000001 'a' 40"
#define APPLICATION_PROPERTIES "00 53 74 d1 0000000f 00000002 b1 00000001 'p' 71 00000001"
#define BODY                   "00 80 0000000000000077 d0 0000000b 00000002 56 00 71 00000004"
#define FOOTER                 "00 53 78 d1 0000000b 00000002 b3 00000001 'f' 40"
#define BARE                   PROPERTIES APPLICATION_PROPERTIES BODY
#define WHOLE                  HEADER DELIVERY_ANNOTATIONS MESSAGE_ANNOTATIONS BARE FOOTER

static void untouched_message_is_copied(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  assert_encodes(msg, WHOLE);
  pn_message_free(msg);
}

/* Looking at everything changes nothing. */
static void message_that_was_read_is_copied(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  assert_true(pn_message_is_durable(msg));
  assert_int_equal(pn_message_get_id(msg).u.as_ulong, 1);
  assert_int_equal(pn_data_get_ulong(pn_message_id(msg)), 1);
  assert_tree(pn_message_correlation_id(msg), "");
  assert_string_equal(pn_message_get_address(msg), "a");
  assert_tree(pn_message_instructions(msg), "{:d=1}");
  assert_tree(pn_message_annotations(msg), "{1=null}");
  assert_tree(pn_message_properties(msg), "{\"p\"=1}");
  assert_tree(pn_message_body(msg), "[false, 4]");
  assert_encodes(msg, WHOLE);
  pn_data_t *all = pn_data(0);
  assert_int_equal(pn_message_data(msg, all), 0);
  pn_data_free(all);
  assert_encodes(msg, WHOLE);
  pn_message_free(msg);
}

/* The bare message is the sender's: whoever passes a message on changes the header and the annotations. */
static void bare_message_is_left_alone(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  assert_int_equal(pn_message_set_delivery_count(msg, 3), 0);
  assert_int_equal(pn_message_set_ttl(msg, 1000), 0);
  assert_encodes(msg,
      "00 53 70 c0 0b 05 41 40 70 000003e8 40 52 03" DELIVERY_ANNOTATIONS MESSAGE_ANNOTATIONS BARE FOOTER);
  pn_data_clear(pn_message_instructions(msg));
  pn_data_t *annotations = pn_message_annotations(msg);
  pn_data_clear(annotations);
  assert_int_equal(pn_data_fill(annotations, "{sS}", "x-opt-via", "here"), 0);
  assert_encodes(msg, "00 53 70 c0 0b 05 41 40 70 000003e8 40 52 03"
                      "00 53 72 c1 12 02 a3 09 'x-opt-via' a1 04 'here'" BARE FOOTER);
  pn_message_free(msg);
}

static void properties_alone_are_written_anew(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  assert_int_equal(pn_message_set_subject(msg, "s"), 0);
  assert_encodes(msg, HEADER DELIVERY_ANNOTATIONS MESSAGE_ANNOTATIONS
      "00 53 73 c0 11 04 80 0000000000000001 40 a1 01 'a' a1 01 's'" APPLICATION_PROPERTIES BODY FOOTER);
  pn_message_free(msg);
}

static void each_tree_alone_is_written_anew(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  pn_data_t *tree = pn_message_properties(msg);
  pn_data_clear(tree);
  assert_int_equal(pn_data_put_map(tree), 0);
  assert_encodes(
      msg, HEADER DELIVERY_ANNOTATIONS MESSAGE_ANNOTATIONS PROPERTIES "00 53 74 c1 01 00" BODY FOOTER);
  assert_int_equal(message_decode(msg, WHOLE), 0);
  tree = pn_message_body(msg);
  pn_data_clear(tree);
  assert_int_equal(pn_data_put_int(tree, 1), 0);
  assert_encodes(msg, HEADER DELIVERY_ANNOTATIONS MESSAGE_ANNOTATIONS PROPERTIES APPLICATION_PROPERTIES
      "00 53 77 54 01" FOOTER);
  pn_message_free(msg);
}

/* The octets of one message do not come back with another. */
static void next_message_is_another(void **state) {
  (void)state;
  pn_message_t *msg = message_of(WHOLE);
  assert_int_equal(message_decode(msg, "00 53 77 41"), 0);
  assert_encodes(msg, "00 53 77 41");
  assert_int_equal(message_decode(msg, WHOLE), 0);
  pn_message_clear(msg);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

/* A section that is there and empty stays there. */
static void empty_sections_are_kept(void **state) {
  (void)state;
  const char *empty =
      "00 53 70 45 00 53 71 c1 01 00 00 53 73 d0 00000004 00000000 00 53 74 c1 01 00 00 53 77 40";
  pn_message_t *msg = message_of(empty);
  assert_tree(pn_message_instructions(msg), "{}");
  assert_encodes(msg, empty);
  pn_message_free(msg);
}

/* More is let pass than the standard allows, where peers are about that send it; and it is passed on. */
static void what_peers_send_is_let_pass(void **state) {
  (void)state;
  static const char *const sent[] = {
      "00 53 72 c1 06 02 a1 01 'k' 54 01",                      /* a string for a key of annotations */
      "00 53 72 c1 05 02 53 07 54 01",                          /* a number, which is reserved */
      "00 53 74 c1 09 02 a1 01 'k' c0 03 01 54 01 00 53 77 40", /* an application property that is a list */
      "00 53 74 c1 0b 02 a1 01 'k' c1 05 02 a1 01 'l' 41 00 53 77 40", "00 53 70 45", /* no body */
  };
  for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
    pn_message_t *msg = message_of(sent[i]);
    assert_encodes(msg, sent[i]);
    pn_message_free(msg);
  }
}

/* A message decoded out of its own parts. */
static void parts_are_decoded_in_place(void **state) {
  (void)state;
  const char *inner = "00 53 73 c0 05 03 40 40 a1 01 'i' 00 53 77 54 02";
  pn_message_t *msg = message_of("00 53 73 c0 13 02 40 a0 0f 00 53 73 c0 06 03 40 40 a1 01 'i' 00 53 77 41");
  const pn_bytes_t user = pn_message_get_user_id(msg);
  assert_int_equal(pn_message_decode(msg, user.start, user.size), 0);
  assert_string_equal(pn_message_get_address(msg), "i");

  struct octets octets = octets_of(inner);
  pn_message_clear(msg);
  pn_data_put_binary(pn_message_body(msg), pn_bytes(octets.size, (char *)octets.start));
  const pn_bytes_t body = pn_data_get_binary(pn_message_body(msg));
  assert_int_equal(pn_message_decode(msg, body.start, body.size), PN_ARG_ERR); /* its list is cut short */
  octets_free(&octets);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(untouched_message_is_copied),
      cmocka_unit_test(message_that_was_read_is_copied),
      cmocka_unit_test(bare_message_is_left_alone),
      cmocka_unit_test(properties_alone_are_written_anew),
      cmocka_unit_test(each_tree_alone_is_written_anew),
      cmocka_unit_test(next_message_is_another),
      cmocka_unit_test(empty_sections_are_kept),
      cmocka_unit_test(what_peers_send_is_let_pass),
      cmocka_unit_test(parts_are_decoded_in_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
