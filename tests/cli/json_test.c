/* json_test.c: AMQP values as JSON and back. */
#include "cli/json.h"
#include "support/cmocka_test.h"
#include <stdlib.h>
#include <string.h>

/* The tree's values as JSON. To be freed. */
static char *written(pn_data_t *data) {
  char *text = NULL;
  size_t size;
  FILE *const out = open_memstream(&text, &size);
  assert_non_null(out);
  pn_data_rewind(data);
  assert_true(pn_data_next(data));
  json_write_value(out, data);
  (void)fclose(out);
  return text;
}

/* JSON as it comes back: encoded as AMQP and decoded between. To be freed. */
static char *round_trip(const char *text) {
  char bytes[4096];
  struct json_fault fault = {""};
  json_t *const value = json_parse(text, strlen(text), &fault);
  pn_data_t *const data = pn_data(0), *const again = pn_data(0);
  if (!value || !json_put_value(value, data, &fault)) fail_msg("%s: %s", text, fault.text);
  const ssize_t size = pn_data_encode(data, bytes, sizeof bytes);
  assert_true(size > 0);
  assert_int_equal(pn_data_decode(again, bytes, (size_t)size), size);
  char *const result = written(again);
  json_decref(value);
  pn_data_free(data);
  pn_data_free(again);
  return result;
}

static void every_type_survives(void **state) {
  (void)state;
  static const char *const rows[] = {"null", "true", "false", "0", "-9223372036854775808",
      "9223372036854775807", "1.5", "0.1", "1e+300", "\"\"",
      "\"text \\\" \\\\ \\n \\u0001 \xc3\xa9 \xf0\x9f\x98\x80\"", "[]", "{}", "[1,[2,[3]]]",
      "{\"a\":1,\"b\":{\"c\":[]}}", "{\"$ubyte\":255}", "{\"$ushort\":65535}", "{\"$uint\":4294967295}",
      "{\"$ulong\":5}", "{\"$ulong\":\"18446744073709551615\"}", "{\"$byte\":-128}", "{\"$short\":-32768}",
      "{\"$int\":-2147483648}", "{\"$float\":1.5}", "{\"$float\":0.1}", "{\"$float\":\"nan\"}",
      "{\"$double\":\"-inf\"}", "{\"$double\":\"inf\"}", "{\"$char\":\"a\"}", "{\"$char\":\"\xc3\xa9\"}",
      "{\"$char\":\"\xf0\x9f\x98\x80\"}", "{\"$char\":55296}", "{\"$char\":4294967295}",
      "{\"$timestamp\":-1}", "{\"$uuid\":\"00112233-4455-6677-8899-aabbccddeeff\"}", "{\"$binary\":\"\"}",
      "{\"$binary\":\"AA==\"}", "{\"$binary\":\"AAE=\"}", "{\"$binary\":\"AAEC/w==\"}",
      "{\"$symbol\":\"amqp:x\"}", "{\"$decimal32\":\"00112233\"}", "{\"$decimal64\":\"0011223344556677\"}",
      "{\"$decimal128\":\"00112233445566778899aabbccddeeff\"}",
      "{\"$map\":[[1,\"one\"],[{\"$symbol\":\"s\"},null]]}", "{\"$map\":[[\"$ulong\",5]]}", "{\"$ulong\":5}",
      "{\"$a\":1,\"b\":2}", "{\"$array\":[\"int\",1,-2]}", "{\"$array\":[\"int\"]}",
      "{\"$array\":[\"symbol\",\"a\",\"b\"]}", "{\"$array\":[\"list\",[1],[2]]}",
      "{\"$array\":[\"double\",1.0,\"nan\"]}", "{\"$described\":[{\"$symbol\":\"d\"},[1]]}",
      "{\"$described\":[{\"$ulong\":7},{\"$described\":[1,2]}]}",
      "{\"$described_array\":[{\"$ulong\":3},\"string\",\"a\"]}"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *const again = round_trip(rows[i]);
    assert_string_equal(again, rows[i]);
    free(again);
  }
}

static void another_spelling_is_taken(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"{\"$long\":\"7\"}", "7"}, {"{\"$string\":\"x\"}", "\"x\""},
      {"{\"$list\":[1]}", "[1]"}, {"{\"$double\":1}", "1.0"}, {"{\"$null\":null}", "null"},
      {"{\"$boolean\":true}", "true"},
      {"{\"$uuid\":\"00112233445566778899AABBCCDDEEFF\"}",
          "{\"$uuid\":\"00112233-4455-6677-8899-aabbccddeeff\"}"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *const again = round_trip(rows[i][0]);
    assert_string_equal(again, rows[i][1]);
    free(again);
  }
}

static void what_does_not_fit_is_said(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"{\"$ubyte\":256}", "$ubyte: 256 is not a number from 0 to 255"},
      {"{\"$uint\":-1}", "$uint: -1"}, {"{\"$int\":\"x\"}", "$int: \"x\" is not"},
      {"{\"$ulong\":\"18446744073709551616\"}", "$ulong"}, {"{\"$itn\":1}", "{\"$itn\": ...}"},
      {"{\"$char\":\"ab\"}", "one character"}, {"{\"$uuid\":\"0011\"}", "32 hexadecimal"},
      {"{\"$binary\":\"A\"}", "base64"}, {"{\"$symbol\":\"\xc3\xa9\"}", "ASCII"},
      {"{\"$float\":1e300}", "float"}, {"{\"$array\":[1,2]}", "name of a type"},
      {"{\"$array\":[\"int\",\"x\"]}", "$int: \"x\""}, {"{\"$map\":[[1]]}", "[key, value]"},
      {"{\"$described\":[1]}", "descriptor"}, {"{\"$described_array\":[[],\"int\"]}", "descriptor"},
      {"{\"$boolean\":1}", "true or false"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct json_fault fault = {""};
    json_t *const value = json_parse(rows[i][0], strlen(rows[i][0]), &fault);
    pn_data_t *const data = pn_data(0);
    assert_non_null(value);
    assert_false(json_put_value(value, data, &fault));
    if (!strstr(fault.text, rows[i][1])) fail_msg("%s: %s", rows[i][0], fault.text);
    json_decref(value);
    pn_data_free(data);
  }
}

static void what_is_no_json_is_said_with_its_place(void **state) {
  (void)state;
  struct json_fault fault;
  assert_null(json_parse("{\"a\": }", 7, &fault));
  assert_non_null(strstr(fault.text, "column 7"));
  assert_null(json_parse("[1,\n2,\n}", 8, &fault));
  assert_non_null(strstr(fault.text, "line 3"));
  assert_null(json_parse("{\"a\":1,\"a\":2}", 13, &fault)); /* one of them would be lost */
  assert_null(json_parse("99999999999999999999", 20, &fault));
  assert_null(json_parse("\"\xff\"", 3, &fault));
  assert_null(json_parse("", 0, &fault));
}

static void depth_has_an_end(void **state) {
  (void)state;
  char text[401];
  struct json_fault fault = {""};
  for (size_t depth = 100; depth <= 200; depth += 100) {
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    json_t *const value = json_parse(text, 2 * depth, &fault);
    pn_data_t *const data = pn_data(0);
    assert_int_equal(json_put_value(value, data, &fault), depth == 100);
    json_decref(value);
    pn_data_free(data);
  }
  assert_non_null(strstr(fault.text, "nested"));
}

static void what_is_not_utf8_stays_json(void **state) {
  (void)state;
  static const char bytes[] = "a\xff\xc0\x80\xed\xa0\x80z";
  size_t place;
  char *text = NULL;
  size_t size;
  FILE *const out = open_memstream(&text, &size);
  json_write_text(out, bytes, sizeof bytes - 1);
  (void)fclose(out);
  struct json_fault fault;
  json_t *const value = json_parse(text, size, &fault);
  assert_true(json_is_string(value));
  json_decref(value);
  free(text);
  assert_false(json_is_utf8(bytes, sizeof bytes - 1, &place));
  assert_int_equal(place, 1);
}

static void messages_survive(void **state) {
  (void)state;
  static const char *const rows[] = {"{\"body\":null}", "{\"body\":\"x\"}", "{\"body\":{\"$text\":\"x\"}}",
      "{\"body\":{\"$data\":\"//8=\"}}", "{\"body\":{\"$sequence\":[1,\"a\"]}}",
      "{\"body\":{\"$sections\":[{\"$text\":\"a\"},{\"$text\":\"b\"}]}}", "{\"body\":{\"$binary\":\"AA==\"}}",
      "{\"body\":[1,2]}",
      "{\"header\":{\"durable\":true,\"priority\":9,\"ttl\":1000,\"first_acquirer\":true,\"delivery_count\":"
      "2},"
      "\"delivery_annotations\":{\"x-d\":1},\"message_annotations\":{\"x-m\":{\"$symbol\":\"s\"}},"
      "\"properties\":{\"message_id\":{\"$ulong\":7},\"user_id\":\"me\",\"to\":\"t\",\"subject\":\"s\","
      "\"reply_to\":\"r\","
      "\"correlation_id\":{\"$uuid\":\"00112233-4455-6677-8899-aabbccddeeff\"},\"content_type\":\"text/"
      "plain\",\"content_encoding\":\"gzip\","
      "\"absolute_expiry_time\":5,\"creation_time\":6,\"group_id\":\"g\",\"group_sequence\":4294967295,"
      "\"reply_to_group_id\":\"h\"},"
      "\"application_properties\":{\"a\":{\"$int\":1},\"b\":null},\"body\":true}",
      "{\"properties\":{\"message_id\":{\"$binary\":\"AA==\"},\"user_id\":{\"$binary\":\"//"
      "8=\"}},\"body\":0.5}"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct json_fault fault = {""};
    char bytes[1024];
    size_t size = sizeof bytes;
    json_t *const value = json_parse(rows[i], strlen(rows[i]), &fault);
    pn_message_t *const message = pn_message();
    if (!value || !json_put_message(value, message, &fault)) fail_msg("%s: %s", rows[i], fault.text);
    assert_int_equal(pn_message_encode(message, bytes, &size), 0);
    assert_int_equal(pn_message_decode(message, bytes, size), 0);
    char *text = NULL;
    FILE *const out = open_memstream(&text, &size);
    json_write_message(out, message);
    (void)fclose(out);
    assert_string_equal(text, rows[i]);
    free(text);
    json_decref(value);
    pn_message_free(message);
  }
}

static void messages_that_are_none(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"[]", "an object"}, {"{\"bodi\":1}", "no section 'bodi'"},
      {"{\"header\":{\"prio\":1}}", "no field 'prio'"}, {"{\"header\":{\"priority\":256}}", "from 0 to 255"},
      {"{\"header\":{\"durable\":1}}", "neither true nor false"},
      {"{\"properties\":{\"to\":1}}", "not a string"}, {"{\"properties\":{\"message_id\":1}}", "message_id"},
      {"{\"properties\":[]}", "not an object"}, {"{\"application_properties\":1}", "not an object"},
      {"{\"body\":{\"$data\":1}}", "base64"}, {"{\"body\":{\"$sequence\":1}}", "array"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct json_fault fault = {""};
    json_t *const value = json_parse(rows[i][0], strlen(rows[i][0]), &fault);
    pn_message_t *const message = pn_message();
    assert_false(json_put_message(value, message, &fault));
    if (!strstr(fault.text, rows[i][1])) fail_msg("%s: %s", rows[i][0], fault.text);
    json_decref(value);
    pn_message_free(message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_type_survives),
      cmocka_unit_test(another_spelling_is_taken), cmocka_unit_test(what_does_not_fit_is_said),
      cmocka_unit_test(what_is_no_json_is_said_with_its_place), cmocka_unit_test(depth_has_an_end),
      cmocka_unit_test(what_is_not_utf8_stays_json), cmocka_unit_test(messages_survive),
      cmocka_unit_test(messages_that_are_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
