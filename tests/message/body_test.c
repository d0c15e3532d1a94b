/* body_test.c: the kinds of body: value, data, sequence, several sections of the latter, none. [3.2.6-8] */
#include "support/message.h"

static void value_is_a_value_section(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_data_put_string(pn_message_body(msg), bytes_of("hi")), 0);
  assert_encodes(msg, "00 53 77 a1 02 'hi'");
  pn_message_free(msg);

  msg = message_of("00 53 77 a1 02 'hi'");
  assert_false(pn_message_is_inferred(msg));
  assert_tree(pn_message_body(msg), "\"hi\"");
  pn_message_free(msg);
}

/* Inferred: a binary is data, a list is a sequence, all else is a value. Not inferred: all are values. */
static void section_is_inferred_from_the_value(void **state) {
  (void)state;
  static const struct {
    const char *value, *inferred;
  } bodies[] = {
      {"00 53 77 a0 01 'x'", "00 53 75 a0 01 'x'"},
      {"00 53 77 45", "00 53 76 45"},
      {"00 53 77 c0 03 01 54 05", "00 53 76 c0 03 01 54 05"},
      {"00 53 77 d0 00000006 00000001 54 05", "00 53 76 d0 00000006 00000001 54 05"},
      {"00 53 77 a1 01 'x'", "00 53 77 a1 01 'x'"},
      {"00 53 77 c1 01 00", "00 53 77 c1 01 00"},
      {"00 53 77 40", "00 53 77 40"},
      {"00 53 77 00 53 75 a0 01 'x'", "00 53 77 00 53 75 a0 01 'x'"},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    /* Decoded and never looked at: the section changes, the value is copied. */
    pn_message_t *msg = message_of(bodies[i].value);
    assert_encodes(msg, bodies[i].value);
    assert_int_equal(pn_message_set_inferred(msg, true), 0);
    assert_encodes(msg, bodies[i].inferred);
    assert_int_equal(message_decode(msg, bodies[i].inferred), 0);
    assert_encodes(msg, bodies[i].inferred);
    assert_int_equal(pn_message_set_inferred(msg, false), 0);
    assert_encodes(msg, bodies[i].value);
    pn_message_free(msg);
  }
}

static void put_values_are_inferred(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *body = pn_message_body(msg);
  pn_message_set_inferred(msg, true);
  pn_data_put_binary(body, bytes_of("x"));
  assert_encodes(msg, "00 53 75 a0 01 'x'");
  pn_data_clear(body);
  pn_data_put_list(body);
  assert_encodes(msg, "00 53 76 45");
  pn_data_clear(body);
  pn_data_put_map(body);
  assert_encodes(msg, "00 53 77 c1 01 00");
  pn_message_set_inferred(msg, false);
  pn_data_clear(body);
  pn_data_put_binary(body, bytes_of("x"));
  assert_encodes(msg, "00 53 77 a0 01 'x'");
  pn_message_free(msg);
}

static void decoding_says_what_was_inferred(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 75 a0 01 'x'");
  assert_true(pn_message_is_inferred(msg));
  assert_int_equal(message_decode(msg, "00 53 77 a0 01 'x'"), 0);
  assert_false(pn_message_is_inferred(msg));
  assert_int_equal(message_decode(msg, "00 53 76 45"), 0);
  assert_true(pn_message_is_inferred(msg));
  pn_message_clear(msg);
  assert_false(pn_message_is_inferred(msg));
  pn_message_free(msg);
}

/* Several sections are several values, and stay several sections. */
static void sections_are_values_side_by_side(void **state) {
  (void)state;
  const char *data = "00 53 75 a0 01 'x' 00 80 0000000000000075 b0 00000001 'y' 00 53 75 a0 00";
  pn_message_t *msg = message_of(data);
  assert_encodes(msg, data);
  pn_data_t *body = pn_message_body(msg);
  assert_tree(body, "b\"x\", b\"y\", b\"\"");
  assert_encodes(msg, data);
  assert_int_equal(pn_message_set_inferred(msg, false), 0);
  assert_encodes(msg, data); /* there is no other way */

  assert_int_equal(message_decode(msg, "00 53 76 c0 03 01 54 05 00 53 76 45"), 0);
  assert_tree(body, "[5], []");
  pn_data_rewind(body);
  assert_true(pn_data_next(body));
  assert_int_equal(pn_data_get_list(body), 1);
  assert_true(pn_data_next(body));
  assert_int_equal(pn_data_get_list(body), 0);
  assert_false(pn_data_next(body));
  pn_message_free(msg);
}

static void several_values_become_sections(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *body = pn_message_body(msg);
  pn_data_put_binary(body, bytes_of("x"));
  pn_data_put_binary(body, bytes_of("y"));
  assert_encodes(msg, "00 53 75 a0 01 'x' 00 53 75 a0 01 'y'");
  pn_message_set_inferred(msg, true);
  assert_encodes(msg, "00 53 75 a0 01 'x' 00 53 75 a0 01 'y'");
  pn_data_clear(body);
  pn_data_fill(body, "[i[i]][i]", 1, 2, 3);
  assert_encodes(msg, "00 53 76 c0 08 02 54 01 c0 03 01 54 02 00 53 76 c0 03 01 54 03");
  pn_message_free(msg);
}

/* A decoded body of several sections, changed: all of it is written anew. */
static void sections_are_changed(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 75 a0 01 'x' 00 53 75 b0 00000001 'y'");
  pn_data_t *body = pn_message_body(msg);
  assert_true(pn_data_next(body));
  assert_true(pn_data_next(body));
  assert_int_equal(pn_data_put_binary(body, bytes_of("z")), 0);
  assert_encodes(msg, "00 53 75 a0 01 'x' 00 53 75 a0 01 'y' 00 53 75 a0 01 'z'");
  pn_message_free(msg);
}

static void assert_no_body(pn_message_t *msg, const char *why) {
  size_t size = 0;
  assert_int_equal(pn_message_encode(msg, NULL, &size), PN_ARG_ERR);
  assert_string_equal(pn_error_text(pn_message_error(msg)), why);
}

static void mixed_values_are_no_body(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *body = pn_message_body(msg);
  pn_data_put_binary(body, bytes_of("x"));
  pn_data_put_list(body);
  assert_no_body(msg, "data: values of a body are either all binaries or all lists");
  pn_data_clear(body);
  pn_data_put_list(body);
  pn_data_put_int(body, 1);
  assert_no_body(msg, "amqp-sequence: values of a body are either all binaries or all lists");
  pn_data_clear(body);
  pn_data_put_int(body, 1);
  pn_data_put_int(body, 2);
  assert_no_body(msg, "amqp-value: more than one value");
  pn_data_clear(body);
  pn_data_put_described(body);
  assert_no_body(msg, "amqp-value: cannot encode a described value without a descriptor and one value");
  pn_data_clear(body);
  pn_data_put_int(body, 1);
  assert_encodes(msg, "00 53 77 54 01");
  pn_message_free(msg);
}

/* Made without a body, a message gets a null one; come without one, it leaves without. */
static void no_body(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_message_set_subject(msg, "s");
  assert_encodes(msg, "00 53 73 c0 07 04 40 40 40 a1 01 's' 00 53 77 40");
  assert_int_equal(message_decode(msg, "00 53 73 c0 07 04 40 40 40 a1 01 's'"), 0);
  assert_tree(pn_message_body(msg), "");
  assert_encodes(msg, "00 53 73 c0 07 04 40 40 40 a1 01 's'");
  pn_message_set_durable(msg, true);
  assert_encodes(msg, "00 53 70 c0 02 01 41 00 53 73 c0 07 04 40 40 40 a1 01 's'");
  pn_data_put_int(pn_message_body(msg), 1);
  assert_encodes(msg, "00 53 70 c0 02 01 41 00 53 73 c0 07 04 40 40 40 a1 01 's' 00 53 77 54 01");
  pn_data_clear(pn_message_body(msg));
  assert_encodes(msg, "00 53 70 c0 02 01 41 00 53 73 c0 07 04 40 40 40 a1 01 's' 00 53 77 40");
  pn_message_free(msg);
}

/* A message of which nothing else is left still is a message. */
static void nothing_left_is_a_null_body(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 70 c0 02 01 41");
  pn_message_set_durable(msg, false);
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

static void null_is_a_body(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 77 40");
  assert_tree(pn_message_body(msg), "null");
  assert_encodes(msg, "00 53 77 40");
  pn_message_free(msg);
}

/* Bodies around the sizes at which encodings change. */
static void bodies_of_all_sizes(void **state) {
  (void)state;
  char bytes[700];
  char encoded[800];
  memset(bytes, 'b', sizeof bytes);
  pn_message_t *msg = pn_message(), *other = pn_message();
  pn_data_t *const body = pn_message_body(msg), *const got = pn_message_body(other);
  for (size_t length = 0; length <= sizeof bytes; length++) {
    for (int text = 0; text < 2; text++) {
      pn_message_clear(msg);
      assert_int_equal(text ? pn_data_put_string(body, pn_bytes(length, bytes))
                            : pn_data_put_binary(body, pn_bytes(length, bytes)),
          0);
      size_t size = sizeof encoded;
      assert_int_equal(pn_message_encode(msg, encoded, &size), 0);
      assert_int_equal(pn_message_decode(other, encoded, size), 0);
      pn_data_rewind(got);
      assert_true(pn_data_next(got));
      assert_int_equal(pn_data_type(got), text ? PN_STRING : PN_BINARY);
      assert_int_equal(pn_data_get_bytes(got).size, length);
      assert_memory_equal(pn_data_get_bytes(got).start, bytes, length);
    }
  }
  pn_message_free(other);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(value_is_a_value_section),
      cmocka_unit_test(section_is_inferred_from_the_value),
      cmocka_unit_test(put_values_are_inferred),
      cmocka_unit_test(decoding_says_what_was_inferred),
      cmocka_unit_test(sections_are_values_side_by_side),
      cmocka_unit_test(several_values_become_sections),
      cmocka_unit_test(sections_are_changed),
      cmocka_unit_test(mixed_values_are_no_body),
      cmocka_unit_test(no_body),
      cmocka_unit_test(nothing_left_is_a_null_body),
      cmocka_unit_test(null_is_a_body),
      cmocka_unit_test(bodies_of_all_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
