/* field_test.c: the fields of header and properties, set, encoded, decoded and got. [3.2.1, 3.2.4] */
#include "support/message.h"

static void assert_no_fields(pn_message_t *msg) {
  assert_false(pn_message_is_durable(msg));
  assert_int_equal(pn_message_get_priority(msg), PN_DEFAULT_PRIORITY);
  assert_int_equal(pn_message_get_ttl(msg), 0);
  assert_false(pn_message_is_first_acquirer(msg));
  assert_int_equal(pn_message_get_delivery_count(msg), 0);
  assert_int_equal(pn_message_get_id(msg).type, PN_NULL);
  assert_int_equal(pn_message_get_correlation_id(msg).type, PN_NULL);
  assert_null(pn_message_get_user_id(msg).start);
  assert_int_equal(pn_message_get_user_id(msg).size, 0);
  assert_null(pn_message_get_address(msg));
  assert_null(pn_message_get_subject(msg));
  assert_null(pn_message_get_reply_to(msg));
  assert_null(pn_message_get_content_type(msg));
  assert_null(pn_message_get_content_encoding(msg));
  assert_int_equal(pn_message_get_expiry_time(msg), 0);
  assert_int_equal(pn_message_get_creation_time(msg), 0);
  assert_null(pn_message_get_group_id(msg));
  assert_int_equal(pn_message_get_group_sequence(msg), 0);
  assert_null(pn_message_get_reply_to_group_id(msg));
  assert_false(pn_message_is_inferred(msg));
}

static void set_all(pn_message_t *msg) {
  assert_int_equal(pn_message_set_durable(msg, true), 0);
  assert_int_equal(pn_message_set_priority(msg, 9), 0);
  assert_int_equal(pn_message_set_ttl(msg, 60000), 0);
  assert_int_equal(pn_message_set_first_acquirer(msg, true), 0);
  assert_int_equal(pn_message_set_delivery_count(msg, 2), 0);
  assert_int_equal(pn_message_set_user_id(msg, bytes_of("me")), 0);
  assert_int_equal(pn_message_set_address(msg, "orders"), 0);
  assert_int_equal(pn_message_set_subject(msg, "new"), 0);
  assert_int_equal(pn_message_set_reply_to(msg, "replies"), 0);
  assert_int_equal(pn_message_set_content_type(msg, "text/plain"), 0);
  assert_int_equal(pn_message_set_content_encoding(msg, "gzip"), 0);
  assert_int_equal(pn_message_set_expiry_time(msg, 5), 0);
  assert_int_equal(pn_message_set_creation_time(msg, -6), 0);
  assert_int_equal(pn_message_set_group_id(msg, "group"), 0);
  assert_int_equal(pn_message_set_group_sequence(msg, 7), 0);
  assert_int_equal(pn_message_set_reply_to_group_id(msg, "other"), 0);
}

static void assert_all(pn_message_t *msg) {
  assert_true(pn_message_is_durable(msg));
  assert_int_equal(pn_message_get_priority(msg), 9);
  assert_int_equal(pn_message_get_ttl(msg), 60000);
  assert_true(pn_message_is_first_acquirer(msg));
  assert_int_equal(pn_message_get_delivery_count(msg), 2);
  assert_int_equal(pn_message_get_user_id(msg).size, 2);
  assert_memory_equal(pn_message_get_user_id(msg).start, "me", 2);
  assert_string_equal(pn_message_get_address(msg), "orders");
  assert_string_equal(pn_message_get_subject(msg), "new");
  assert_string_equal(pn_message_get_reply_to(msg), "replies");
  assert_string_equal(pn_message_get_content_type(msg), "text/plain");
  assert_string_equal(pn_message_get_content_encoding(msg), "gzip");
  assert_int_equal(pn_message_get_expiry_time(msg), 5);
  assert_int_equal(pn_message_get_creation_time(msg), -6);
  assert_string_equal(pn_message_get_group_id(msg), "group");
  assert_int_equal(pn_message_get_group_sequence(msg), 7);
  assert_string_equal(pn_message_get_reply_to_group_id(msg), "other");
}

static const char all_encoded[] =
    "00 53 70 c0 0c 05 41 50 09 70 0000ea60 41 52 02"
    "00 53 73 c0 51 0d 40 a0 02 'me' a1 06 'orders' a1 03 'new' a1 07 'replies' 40"
    "a3 0a 'text/plain' a3 04 'gzip' 83 0000000000000005 83 fffffffffffffffa"
    "a1 05 'group' 52 07 a1 05 'other'"
    "00 53 77 40";

static void new_message_has_no_fields(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_no_fields(msg);
  assert_int_equal(pn_message_errno(msg), 0);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

static void fields_go_both_ways(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  set_all(msg);
  assert_all(msg);
  assert_encodes(msg, all_encoded);
  pn_message_t *other = message_of(all_encoded);
  assert_all(other);
  assert_all(other); /* and once more, from where they are kept now */
  assert_encodes(other, all_encoded);
  pn_message_free(other);
  pn_message_free(msg);
}

/* All fields, in wide and in other encodings that a peer may choose. */
static void fields_come_in_any_encoding(void **state) {
  (void)state;
  pn_message_t *msg =
      message_of("00 80 0000000000000070 d0 00000014 00000005 56 01 50 09 70 0000ea60 56 01 70 00000002"
                 "00 a3 14 'amqp:properties:list'"
                 "d0 0000006f 0000000d 40 b0 00000002 'me' b1 00000006 'orders' b1 00000003 'new' b1 "
                 "00000007 'replies' 40"
                 "b3 0000000a 'text/plain' b3 00000004 'gzip' 83 0000000000000005 83 fffffffffffffffa"
                 "b1 00000005 'group' 70 00000007 b1 00000005 'other'");
  assert_all(msg);
  pn_message_free(msg);
}

static void clearing_takes_all_fields(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  set_all(msg);
  pn_message_set_inferred(msg, true);
  pn_message_clear(msg);
  assert_no_fields(msg);
  assert_encodes(msg, "00 53 77 40");
  assert_int_equal(message_decode(msg, all_encoded), 0);
  pn_message_clear(msg);
  assert_no_fields(msg);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

/* Another message's fields do not shine through. */
static void decoding_replaces_all_fields(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  set_all(msg);
  pn_message_set_inferred(msg, true);
  assert_int_equal(message_decode(msg, "00 53 77 41"), 0);
  assert_no_fields(msg);
  assert_int_equal(message_decode(msg, all_encoded), 0);
  assert_int_equal(message_decode(msg, "00 53 73 c0 06 03 40 40 a1 01 'x' 00 53 77 41"), 0);
  assert_string_equal(pn_message_get_address(msg), "x");
  assert_int_equal(pn_message_set_address(msg, NULL), 0);
  assert_no_fields(msg);
  pn_message_free(msg);
}

/* An empty string is there; NULL is not. So with octets. */
static void empty_is_not_absent(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_set_subject(msg, ""), 0);
  assert_int_equal(pn_message_set_user_id(msg, pn_bytes(0, "")), 0);
  assert_string_equal(pn_message_get_subject(msg), "");
  assert_non_null(pn_message_get_user_id(msg).start);
  assert_encodes(msg, "00 53 73 c0 07 04 40 a0 00 40 a1 00 00 53 77 40");
  assert_int_equal(pn_message_set_subject(msg, NULL), 0);
  assert_int_equal(pn_message_set_user_id(msg, pn_bytes(0, NULL)), 0);
  assert_null(pn_message_get_subject(msg));
  assert_encodes(msg, "00 53 77 40");
  assert_int_equal(message_decode(msg, "00 53 73 c0 07 04 40 a0 00 40 a1 00"), 0);
  assert_string_equal(pn_message_get_subject(msg), "");
  assert_int_equal(pn_message_get_user_id(msg).size, 0);
  assert_non_null(pn_message_get_user_id(msg).start);
  pn_message_free(msg);
}

/* What is set back to its default need not be encoded. */
static void defaults_are_left_out(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  set_all(msg);
  pn_message_set_durable(msg, false);
  pn_message_set_priority(msg, PN_DEFAULT_PRIORITY);
  pn_message_set_ttl(msg, 0);
  pn_message_set_first_acquirer(msg, false);
  assert_int_equal(pn_message_set_delivery_count(msg, 0), 0);
  pn_message_set_user_id(msg, pn_bytes_null);
  pn_message_set_address(msg, NULL);
  pn_message_set_reply_to(msg, NULL);
  pn_message_set_content_type(msg, NULL);
  pn_message_set_content_encoding(msg, NULL);
  pn_message_set_expiry_time(msg, 0);
  pn_message_set_creation_time(msg, 0);
  pn_message_set_group_id(msg, NULL);
  pn_message_set_group_sequence(msg, 0);
  pn_message_set_reply_to_group_id(msg, NULL);
  assert_encodes(msg, "00 53 73 c0 09 04 40 40 40 a1 03 'new' 00 53 77 40");
  pn_message_free(msg);
}

/* The first place in a group is said; without a group the place 0 says nothing. */
static void place_in_a_group_is_said(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  const char *in_group = "00 53 73 c0 0f 0c 40 40 40 40 40 40 40 40 40 40 a1 01 'g' 43 00 53 77 40";
  pn_message_set_group_id(msg, "g");
  assert_encodes(msg, in_group);
  pn_message_set_group_sequence(msg, 0);
  assert_encodes(msg, in_group);
  pn_message_set_group_id(msg, NULL);
  assert_encodes(msg, "00 53 77 40");
  pn_message_set_group_sequence(msg, 5);
  pn_message_set_group_id(msg, "g");
  pn_message_set_group_id(msg, NULL);
  assert_int_equal(pn_message_get_group_sequence(msg), 5);
  assert_encodes(msg, "00 53 73 c0 0e 0c 40 40 40 40 40 40 40 40 40 40 40 52 05 00 53 77 40");
  pn_message_free(msg);
}

/* A string stays where it is while others are set, however large they are and however often. */
static void strings_stay(void **state) {
  (void)state;
  char large[5000];
  pn_message_t *msg = message_of(all_encoded);
  const char *const address = pn_message_get_address(msg);
  const char *const group = pn_message_get_group_id(msg);
  assert_int_equal(pn_message_set_reply_to(msg, "r"), 0);
  const char *const reply_to = pn_message_get_reply_to(msg);
  for (size_t size = 1; size < sizeof large; size += 7) {
    memset(large, 'x', size);
    large[size] = '\0';
    assert_int_equal(pn_message_set_subject(msg, large), 0);
    assert_string_equal(pn_message_get_subject(msg), large);
    assert_int_equal(pn_message_set_user_id(msg, pn_bytes(size, large)), 0);
  }
  assert_string_equal(address, "orders");
  assert_ptr_equal(pn_message_get_address(msg), address);
  assert_string_equal(group, "group");
  assert_ptr_equal(pn_message_get_group_id(msg), group);
  assert_string_equal(reply_to, "r");
  assert_ptr_equal(pn_message_get_reply_to(msg), reply_to);
  assert_int_equal(pn_message_get_user_id(msg).size, 4999);
  pn_message_free(msg);
}

/* A field may be set to itself, to a part of itself and to another. */
static void fields_are_set_to_fields(void **state) {
  (void)state;
  pn_message_t *msg = message_of(all_encoded);
  assert_int_equal(pn_message_set_address(msg, pn_message_get_address(msg)), 0);
  assert_string_equal(pn_message_get_address(msg), "orders");
  assert_int_equal(pn_message_set_address(msg, pn_message_get_address(msg) + 2), 0);
  assert_string_equal(pn_message_get_address(msg), "ders");
  assert_int_equal(pn_message_set_subject(msg, pn_message_get_address(msg)), 0);
  assert_string_equal(pn_message_get_subject(msg), "ders");
  const pn_bytes_t user = pn_message_get_user_id(msg);
  assert_int_equal(pn_message_set_user_id(msg, pn_bytes(1, user.start + 1)), 0);
  assert_memory_equal(pn_message_get_user_id(msg).start, "e", 1);
  pn_message_free(msg);
}

/* A NUL in a string ends it for C; the message keeps all of it, also when it is written anew. */
static void a_nul_in_a_string_is_kept(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 73 c0 08 03 40 40 a1 03 'a' 00 'b'");
  assert_string_equal(pn_message_get_address(msg), "a");
  assert_int_equal(pn_message_set_subject(msg, "s"), 0);
  assert_encodes(msg, "00 53 73 c0 0b 04 40 40 a1 03 'a' 00 'b' a1 01 's'");
  pn_message_free(msg);
}

/* Texts of all sizes around the places where encodings and ways of copying change. */
static void strings_of_all_sizes(void **state) {
  (void)state;
  char text[601];
  pn_message_t *msg = pn_message(), *other = pn_message();
  char encoded[800];
  for (size_t size = 0; size < sizeof text; size++) {
    for (size_t i = 0; i < size; i++) text[i] = (char)('a' + i % 26);
    text[size] = '\0';
    pn_message_clear(msg);
    assert_int_equal(pn_message_set_address(msg, text), 0);
    assert_string_equal(pn_message_get_address(msg), text);
    size_t written = sizeof encoded;
    assert_int_equal(pn_message_encode(msg, encoded, &written), 0);
    assert_int_equal(pn_message_decode(other, encoded, written), 0);
    assert_string_equal(pn_message_get_address(other), text);
  }
  pn_message_free(other);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_message_has_no_fields),
      cmocka_unit_test(fields_go_both_ways),
      cmocka_unit_test(fields_come_in_any_encoding),
      cmocka_unit_test(clearing_takes_all_fields),
      cmocka_unit_test(decoding_replaces_all_fields),
      cmocka_unit_test(empty_is_not_absent),
      cmocka_unit_test(defaults_are_left_out),
      cmocka_unit_test(place_in_a_group_is_said),
      cmocka_unit_test(strings_stay),
      cmocka_unit_test(fields_are_set_to_fields),
      cmocka_unit_test(a_nul_in_a_string_is_kept),
      cmocka_unit_test(strings_of_all_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
