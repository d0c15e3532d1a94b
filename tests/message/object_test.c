/* object_test.c: a message as an object: class, count, text, the extra octets. */
#include "support/message.h"

#include <proton/object.h>
#include <stddef.h>

pn_message_t *pni_message_with_extra(size_t extra);
void *pni_message_get_extra(pn_message_t *msg);

static void message_is_an_object(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_string_equal(pn_class_name(pn_class(msg)), "pn_message");
  assert_int_equal(pn_class_id(pn_class(msg)), CID_pn_message);
  assert_int_equal(pn_refcount(msg), 1);
  assert_ptr_equal(pn_incref(msg), msg);
  pn_message_free(msg); /* drops one of two */
  assert_int_equal(pn_refcount(msg), 1);
  assert_int_equal(pn_decref(msg), 0);
  pn_message_free(NULL);
}

static void assert_text(pn_message_t *msg, const char *expected) {
  char *const text = pn_tostring(msg);
  assert_string_equal(text, expected);
  free(text);
}

static void message_is_shown(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_text(msg, "Message{}");
  pn_message_set_durable(msg, true);
  pn_message_set_priority(msg, 9);
  pn_message_set_ttl(msg, 3);
  pn_message_set_first_acquirer(msg, true);
  pn_message_set_delivery_count(msg, 2);
  pn_message_set_id(msg, (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = 7});
  pn_message_set_user_id(msg, bytes_of("u\1"));
  pn_message_set_address(msg, "line\n\"break");
  pn_message_set_subject(msg, "s");
  pn_message_set_reply_to(msg, "r");
  pn_message_set_correlation_id(msg, (pn_msgid_t){.type = PN_BINARY, .u.as_bytes = bytes_of("c")});
  pn_message_set_content_type(msg, "t");
  pn_message_set_content_encoding(msg, "e");
  pn_message_set_expiry_time(msg, 4);
  pn_message_set_creation_time(msg, -5);
  pn_message_set_group_id(msg, "g");
  pn_message_set_group_sequence(msg, 6);
  pn_message_set_reply_to_group_id(msg, "rg");
  pn_message_set_inferred(msg, true);
  pn_data_put_map(pn_message_instructions(msg));
  pn_data_put_map(pn_message_annotations(msg));
  pn_data_put_map(pn_message_properties(msg));
  pn_data_put_binary(pn_message_body(msg), bytes_of("x"));
  pn_data_put_binary(pn_message_body(msg), bytes_of("y"));
  assert_text(msg,
      "Message{address=\"line\\x0a\\x22break\", durable=1, priority=9, ttl=3, first_acquirer=1, "
      "delivery_count=2, id=7, user_id=\"u\\x01\", subject=\"s\", reply_to=\"r\", "
      "correlation_id=b\"c\", content_type=\"t\", content_encoding=\"e\", expiry_time=4, "
      "creation_time=-5, group_id=\"g\", group_sequence=6, reply_to_group_id=\"rg\", inferred=1, "
      "instructions={}, annotations={}, properties={}, body=b\"x\", b\"y\"}");
  pn_message_clear(msg);
  assert_text(msg, "Message{}");
  assert_int_equal(message_decode(msg, "00 53 73 c0 06 03 40 40 a1 01 'a' 00 53 77 41"), 0);
  assert_text(msg, "Message{address=\"a\", body=true}");
  pn_message_free(msg);
}

/* What a binding keeps with a message: aligned for any type, zeroed, in place for as long as the message lives. */
static void extra_octets(void **state) {
  (void)state;
  for (size_t size = 0; size < 200; size += 33) {
    pn_message_t *msg = pni_message_with_extra(size);
    char *const extra = pni_message_get_extra(msg);
    assert_int_equal((uintptr_t)extra % _Alignof(max_align_t), 0);
    for (size_t i = 0; i < size; i++) assert_int_equal(extra[i], 0);
    memset(extra, 0x55, size);
    pn_message_set_address(msg, "address");
    assert_int_equal(message_decode(msg, "00 53 77 41"), 0);
    pn_message_clear(msg);
    assert_ptr_equal(pni_message_get_extra(msg), extra);
    for (size_t i = 0; i < size; i++) assert_int_equal(extra[i], 0x55);
    pn_message_free(msg);
  }
  assert_null(pni_message_with_extra(SIZE_MAX));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(message_is_an_object),
      cmocka_unit_test(message_is_shown),
      cmocka_unit_test(extra_octets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
