/* bad_input_test.c: octets that are no message: the code, and a text that names section and field. [1, 3.2] */
#include "support/message.h"

struct bad {
  const char *octets;
  int status;
  const char *text;
};

#define BEYOND  "the value goes on beyond the end of the data"
#define WRONG   "wrong type"
#define UNEQUAL "size and count contradict each other"

/* Nothing is left of what came before the fault, and the message serves for another. */
static void assert_refused(pn_message_t *msg, const struct bad *bad) {
  assert_int_equal(
      message_decode(msg, "00 53 70 c0 02 01 41 00 53 73 c0 06 03 40 40 a1 01 'a' 00 53 77 41"), 0);
  const int status = message_decode(msg, bad->octets);
  if (status != bad->status) fail_msg("%s: %d", bad->octets, status);
  assert_int_equal(pn_message_errno(msg), bad->status);
  if (!pn_error_text(pn_message_error(msg)) || strcmp(pn_error_text(pn_message_error(msg)), bad->text) != 0)
    fail_msg("%s: %s", bad->octets, pn_error_text(pn_message_error(msg)));
  assert_false(pn_message_is_durable(msg));
  assert_false(pn_message_is_inferred(msg));
  assert_null(pn_message_get_address(msg));
  assert_int_equal(pn_message_get_id(msg).type, PN_NULL);
  assert_tree(pn_message_instructions(msg), "");
  assert_tree(pn_message_annotations(msg), "");
  assert_tree(pn_message_properties(msg), "");
  assert_tree(pn_message_body(msg), "");
  assert_encodes(msg, "00 53 77 40");
}

static void assert_all_refused(const struct bad *bad, size_t count) {
  pn_message_t *msg = pn_message();
  for (size_t i = 0; i < count; i++) assert_refused(msg, &bad[i]);
  pn_message_free(msg);
}
#define ASSERT_REFUSED(array) assert_all_refused(array, sizeof(array) / sizeof(array)[0])

static void no_octets_are_no_message(void **state) {
  (void)state;
  pn_message_t *msg = message_of("00 53 77 41");
  assert_int_equal(pn_message_decode(msg, "", 0), PN_UNDERFLOW);
  assert_string_equal(pn_error_text(pn_message_error(msg)), "message: there are no bytes");
  assert_int_equal(pn_message_decode(msg, NULL, 0), PN_UNDERFLOW);
  assert_encodes(msg, "00 53 77 40");
  assert_int_equal(message_decode(msg, "00 53 77 42"), 0);
  assert_int_equal(pn_message_errno(msg), 0);
  pn_message_free(msg);
}

static void sections_are_described_by_known_descriptors(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"40", PN_ARG_ERR, "message: not a described value, as sections are"},
      {"a1 02 'hi'", PN_ARG_ERR, "message: not a described value, as sections are"},
      {"00 53 77 41 40", PN_ARG_ERR, "message: not a described value, as sections are"},
      {"00 53 79 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 53 6f 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 53 00 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 44 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 80 0000000100000077 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 80 ffffffffffffffff 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 a3 10 'amqp:open:list00' 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 a3 0e 'amqp:open:list' 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 54 77 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 40 41", PN_ARG_ERR, "message: no section has this descriptor"},
      {"00 ff 41", PN_ARG_ERR, "message: no type has this constructor"},
      {"00", PN_UNDERFLOW, "message: " BEYOND},
      {"00 53", PN_UNDERFLOW, "message: " BEYOND},
      {"00 80 00000000", PN_UNDERFLOW, "message: " BEYOND},
      {"00 53 77 41 00", PN_UNDERFLOW, "message: " BEYOND},
      {"00 a3 01 80 41", PN_ARG_ERR, "message: symbol is not ASCII"},
  };
  ASSERT_REFUSED(bad);
}

static void sections_come_once_and_in_order(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 73 45 00 53 70 45", PN_ARG_ERR, "header: comes after properties"},
      {"00 53 77 41 00 53 74 c1 01 00", PN_ARG_ERR, "application-properties: comes after amqp-value"},
      {"00 53 72 c1 01 00 00 53 71 c1 01 00", PN_ARG_ERR,
          "delivery-annotations: comes after message-annotations"},
      {"00 53 78 c1 01 00 00 53 77 41", PN_ARG_ERR, "amqp-value: comes after footer"},
      {"00 53 70 45 00 53 70 45", PN_ARG_ERR, "header: comes twice"},
      {"00 53 71 c1 01 00 00 53 71 c1 01 00", PN_ARG_ERR, "delivery-annotations: comes twice"},
      {"00 53 72 c1 01 00 00 53 72 c1 01 00", PN_ARG_ERR, "message-annotations: comes twice"},
      {"00 53 73 45 00 53 73 45", PN_ARG_ERR, "properties: comes twice"},
      {"00 53 74 c1 01 00 00 53 74 c1 01 00", PN_ARG_ERR, "application-properties: comes twice"},
      {"00 53 77 41 00 53 77 41", PN_ARG_ERR, "amqp-value: comes twice"},
      {"00 53 78 c1 01 00 00 53 78 c1 01 00", PN_ARG_ERR, "footer: comes twice"},
      {"00 53 77 41 00 53 75 a0 00", PN_ARG_ERR, "data: comes after amqp-value, and a body is of one kind"},
      {"00 53 75 a0 00 00 53 76 45", PN_ARG_ERR,
          "amqp-sequence: comes after data, and a body is of one kind"},
      {"00 53 76 45 00 53 77 41", PN_ARG_ERR,
          "amqp-value: comes after amqp-sequence, and a body is of one kind"},
      {"00 53 75 a0 00 00 53 78 c1 01 00 00 53 75 a0 00", PN_ARG_ERR, "data: comes after footer"},
  };
  ASSERT_REFUSED(bad);
}

static void fields_have_their_types(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 70 c0 02 01 43", PN_ARG_ERR, "header: durable: " WRONG},
      {"00 53 70 c0 03 02 40 41", PN_ARG_ERR, "header: priority: " WRONG},
      {"00 53 70 c0 05 03 40 40 53 01", PN_ARG_ERR, "header: ttl: " WRONG},
      {"00 53 70 c0 05 04 40 40 40 43", PN_ARG_ERR, "header: first-acquirer: " WRONG},
      {"00 53 70 c0 06 05 40 40 40 40 44", PN_ARG_ERR, "header: delivery-count: " WRONG},
      {"00 53 73 c0 03 01 54 01", PN_ARG_ERR, "properties: message-id: " WRONG},
      {"00 53 73 c0 04 01 a3 01 'x'", PN_ARG_ERR, "properties: message-id: " WRONG},
      {"00 53 73 c0 02 01 45", PN_ARG_ERR, "properties: message-id: " WRONG},
      {"00 53 73 c0 05 02 40 a1 01 'u'", PN_ARG_ERR, "properties: user-id: " WRONG},
      {"00 53 73 c0 05 03 40 40 53 01", PN_ARG_ERR, "properties: to: " WRONG},
      {"00 53 73 c0 06 03 40 40 a3 01 'a'", PN_ARG_ERR, "properties: to: " WRONG},
      {"00 53 73 c0 07 04 40 40 40 a0 01 's'", PN_ARG_ERR, "properties: subject: " WRONG},
      {"00 53 73 c0 06 05 40 40 40 40 43", PN_ARG_ERR, "properties: reply-to: " WRONG},
      {"00 53 73 c0 07 06 40 40 40 40 40 41", PN_ARG_ERR, "properties: correlation-id: " WRONG},
      {"00 53 73 c0 0a 07 40 40 40 40 40 40 a1 01 't'", PN_ARG_ERR, "properties: content-type: " WRONG},
      {"00 53 73 c0 0b 08 40 40 40 40 40 40 40 a1 01 'e'", PN_ARG_ERR,
          "properties: content-encoding: " WRONG},
      {"00 53 73 c0 0a 09 40 40 40 40 40 40 40 40 43", PN_ARG_ERR,
          "properties: absolute-expiry-time: " WRONG},
      {"00 53 73 c0 0b 0a 40 40 40 40 40 40 40 40 40 44", PN_ARG_ERR, "properties: creation-time: " WRONG},
      {"00 53 73 c0 0c 0b 40 40 40 40 40 40 40 40 40 40 41", PN_ARG_ERR, "properties: group-id: " WRONG},
      {"00 53 73 c0 0d 0c 40 40 40 40 40 40 40 40 40 40 40 44", PN_ARG_ERR,
          "properties: group-sequence: " WRONG},
      {"00 53 73 c0 0e 0d 40 40 40 40 40 40 40 40 40 40 40 40 43", PN_ARG_ERR,
          "properties: reply-to-group-id: " WRONG},
  };
  ASSERT_REFUSED(bad);
}

static void fields_have_good_values(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 70 c0 03 01 56 02", PN_ARG_ERR, "header: durable: boolean is neither 0 nor 1"},
      {"00 53 73 c0 04 01 a1 01 ff", PN_ARG_ERR, "properties: message-id: string is not UTF-8"},
      {"00 53 73 c0 07 03 40 40 a1 02 c0 80", PN_ARG_ERR, "properties: to: string is not UTF-8"},
      {"00 53 73 c0 0a 03 40 40 b1 00000002 ed a0", PN_ARG_ERR, "properties: to: string is not UTF-8"},
      {"00 53 73 c0 0a 07 40 40 40 40 40 40 a3 01 80", PN_ARG_ERR,
          "properties: content-type: symbol is not ASCII"},
      {"00 53 73 c0 05 03 40 40 ff 40", PN_ARG_ERR, "properties: to: no type has this constructor"},
  };
  ASSERT_REFUSED(bad);
}

static void lists_are_as_long_as_they_say(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 70 c0 07 06 40 40 40 40 40 40", PN_ARG_ERR, "header: more fields than the type has"},
      {"00 53 70 c0 03 01 41 41", PN_ARG_ERR, "header: " UNEQUAL},
      {"00 53 70 c0 02 02 41", PN_ARG_ERR, "header: priority: " UNEQUAL},
      {"00 53 70 c0 01 01", PN_ARG_ERR, "header: durable: " UNEQUAL},
      {"00 53 70 c0 02 ff 41", PN_ARG_ERR, "header: priority: " UNEQUAL},
      {"00 53 70 d0 00000005 ffffffff 41", PN_ARG_ERR, "header: priority: " UNEQUAL},
      {"00 53 70 c0 00 00", PN_ARG_ERR, "header: size does not cover the count"},
      {"00 53 70 c0 03 01 41", PN_UNDERFLOW, "header: " BEYOND},
      {"00 53 70 c0 01", PN_UNDERFLOW, "header: " BEYOND},
      {"00 53 70 d0 ffffffff 00000001 41", PN_UNDERFLOW, "header: " BEYOND},
      {"00 53 70", PN_UNDERFLOW, "header: " BEYOND},
      {"00 53 70 40", PN_ARG_ERR, "header: not a list"},
      {"00 53 70 c1 01 00", PN_ARG_ERR, "header: not a list"},
      {"00 53 73 c1 01 00", PN_ARG_ERR, "properties: not a list"},
      {"00 53 73 c0 04 03 40 40 a1", PN_ARG_ERR, "properties: to: " UNEQUAL},
      {"00 53 73 c0 06 03 40 40 a1 05 'a'", PN_ARG_ERR, "properties: to: " UNEQUAL},
      {"00 53 73 c0 10 0e 40 40 40 40 40 40 40 40 40 40 40 40 40 40 40", PN_ARG_ERR,
          "properties: more fields than the type has"},
  };
  ASSERT_REFUSED(bad);
}

/* Each of the maps, with each fault that a map may have. */
static void maps_are_good_maps(void **state) {
  (void)state;
  static const struct {
    const char *code, *name, *key;
  } maps[] = {{"71", "delivery-annotations", "a3 01 'k'"}, {"72", "message-annotations", "a3 01 'k'"},
      {"74", "application-properties", "a1 01 'k'"}, {"78", "footer", "a3 01 'k'"}};
  static const struct {
    const char *head, *rest;
    int status;
    const char *what;
  } faults[] = {
      {"40", NULL, PN_ARG_ERR, "not a map"},
      {"45", NULL, PN_ARG_ERR, "not a map"},
      {"c0 01 00", NULL, PN_ARG_ERR, "not a map"},
      {"", NULL, PN_UNDERFLOW, BEYOND},
      {"c1 06 02", "41 41", PN_ARG_ERR, UNEQUAL},
      {"c1 05 04", "41", PN_ARG_ERR, UNEQUAL},
      {"c1 05 01", "41", PN_ARG_ERR, "map has a key without a value"},
      {"c1 04 01", "", PN_ARG_ERR, "map has a key without a value"},
      {"c1 04 02", "", PN_ARG_ERR, UNEQUAL},
      {"c1 06 02", "41", PN_UNDERFLOW, BEYOND},
      {"c1 06 02", "a1 01", PN_ARG_ERR, UNEQUAL},
      {"c1 07 02", "a1 01 ff", PN_ARG_ERR, "string is not UTF-8"},
      {"c1 06 02", "56 02", PN_ARG_ERR, "boolean is neither 0 nor 1"},
      {"c1 05 02", "ff", PN_ARG_ERR, "no type has this constructor"},
      {"d1 ffffffff 00000002", "41", PN_UNDERFLOW, BEYOND},
      {"d1 00000008 fffffffe", "41", PN_ARG_ERR, UNEQUAL},
      {"c1 07 02", "c0 02 02", PN_ARG_ERR, UNEQUAL},
  };
  pn_message_t *msg = pn_message();
  for (size_t m = 0; m < sizeof maps / sizeof maps[0]; m++) {
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
      char octets[100], text[100];
      snprintf(octets, sizeof octets, "00 53 %s %s %s %s", maps[m].code, faults[f].head,
          faults[f].rest ? maps[m].key : "", faults[f].rest ? faults[f].rest : "");
      snprintf(text, sizeof text, "%s: %s", maps[m].name, faults[f].what);
      assert_refused(msg, &(struct bad){octets, faults[f].status, text});
    }
  }
  pn_message_free(msg);
}

static void keys_have_their_types(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 71 c1 04 02 54 01 41", PN_ARG_ERR, "delivery-annotations: a key of the map has the wrong type"},
      {"00 53 72 c1 03 02 40 41", PN_ARG_ERR, "message-annotations: a key of the map has the wrong type"},
      {"00 53 72 c1 09 04 a3 01 'k' 41 a0 01 'l' 41", PN_ARG_ERR,
          "message-annotations: a key of the map has the wrong type"},
      {"00 53 74 c1 05 02 a3 01 'k' 41", PN_ARG_ERR,
          "application-properties: a key of the map has the wrong type"},
      {"00 53 74 c1 04 02 53 01 41", PN_ARG_ERR,
          "application-properties: a key of the map has the wrong type"},
      {"00 53 74 c1 03 02 45 41", PN_ARG_ERR, "application-properties: a key of the map has the wrong type"},
      {"00 53 78 c1 07 02 00 53 01 53 01 41", PN_ARG_ERR, "footer: a key of the map has the wrong type"},
      {"00 53 71 c1 06 02 a3 01 ff 54 01", PN_ARG_ERR, "delivery-annotations: symbol is not ASCII"},
      {"00 53 74 c1 06 02 a1 01 ff 54 01", PN_ARG_ERR, "application-properties: string is not UTF-8"},
  };
  ASSERT_REFUSED(bad);
}

static void bodies_are_good_values(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {"00 53 75 a1 01 'x'", PN_ARG_ERR, "data: not a binary"},
      {"00 53 75 40", PN_ARG_ERR, "data: not a binary"},
      {"00 53 75 a0 02 'x'", PN_UNDERFLOW, "data: " BEYOND},
      {"00 53 75 b0 ffffffff 'x'", PN_UNDERFLOW, "data: " BEYOND},
      {"00 53 75 a0 01 'x' 00 53 75 40", PN_ARG_ERR, "data: not a binary"},
      {"00 53 75", PN_UNDERFLOW, "data: " BEYOND},
      {"00 53 76 c1 01 00", PN_ARG_ERR, "amqp-sequence: not a list"},
      {"00 53 76 c0 02 02 41", PN_ARG_ERR, "amqp-sequence: " UNEQUAL},
      {"00 53 76", PN_UNDERFLOW, "amqp-sequence: " BEYOND},
      {"00 53 77", PN_UNDERFLOW, "amqp-value: " BEYOND},
      {"00 53 77 a1 02 'x'", PN_UNDERFLOW, "amqp-value: " BEYOND},
      {"00 53 77 a1 01 ff", PN_ARG_ERR, "amqp-value: string is not UTF-8"},
      {"00 53 77 3f", PN_ARG_ERR, "amqp-value: no type has this constructor"},
      {"00 53 77 c0 05 02 54 01 41 41", PN_ARG_ERR, "amqp-value: " UNEQUAL},
      {"00 53 77 c0 02 02 41", PN_ARG_ERR, "amqp-value: " UNEQUAL},
      {"00 53 77 c0 03 01 a1 05", PN_ARG_ERR, "amqp-value: " UNEQUAL},
      {"00 53 77 c1 02 01 41", PN_ARG_ERR, "amqp-value: map has a key without a value"},
      {"00 53 77 00 53 01", PN_UNDERFLOW, "amqp-value: " BEYOND},
      {"00 53 77 f0 0000000a ffffffff 50 0102030405", PN_ARG_ERR, "amqp-value: " UNEQUAL},
      {"00 53 77 f0 00000005 ffffffff 40", PN_OUT_OF_MEMORY,
          "amqp-value: too many array elements without octets of their own"},
      {"00 53 77 f0 00000005 00010000 45", PN_OUT_OF_MEMORY,
          "amqp-value: too many array elements without octets of their own"},
      {"00 53 77 e0 03 01 ff 00", PN_ARG_ERR, "amqp-value: no type has this array's element constructor"},
  };
  ASSERT_REFUSED(bad);
}

/* A message of one value, nested so deep in lists. */
static int decode_nested(pn_message_t *msg, size_t depth, const char *section) {
  struct octets head = octets_of(section);
  const size_t size = head.size + 9 * depth;
  uint8_t *const bytes = malloc(size);
  memcpy(bytes, head.start, head.size);
  for (size_t i = 0; i < depth; i++) {
    const size_t within = 9 * (depth - i) - 5;
    uint8_t *const list = bytes + head.size + 9 * i;
    memcpy(list, "\xd0\x00\x00\x00\x00\x00\x00\x00\x00", 9);
    list[3] = (uint8_t)(within >> 8);
    list[4] = (uint8_t)within;
    list[8] = i + 1 < depth;
  }
  const int status = pn_message_decode(msg, (char *)bytes, size);
  free(bytes);
  octets_free(&head);
  return status;
}

/* What is decoded is within what a tree takes; one level more is refused at once. */
static void nesting_has_a_limit(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  assert_int_equal(decode_nested(msg, 128, "00 53 77"), 0);
  assert_int_equal(pn_data_size(pn_message_body(msg)), 128);
  assert_int_equal(decode_nested(msg, 129, "00 53 77"), PN_OUT_OF_MEMORY);
  assert_string_equal(pn_error_text(pn_message_error(msg)), "amqp-value: values are nested too deep");
  assert_int_equal(decode_nested(msg, 20000, "00 53 76"), PN_OUT_OF_MEMORY);

  /* within a map, which is a level as well: 127 lists of 9 octets each take 1143 */
  assert_int_equal(decode_nested(msg, 127, "00 53 74 d1 0000047e 00000002 a1 01 'k'"), 0);
  assert_int_equal(pn_data_size(pn_message_properties(msg)), 129);
  assert_int_equal(decode_nested(msg, 128, "00 53 74 d1 00000487 00000002 a1 01 'k'"), PN_OUT_OF_MEMORY);
  assert_string_equal(
      pn_error_text(pn_message_error(msg)), "application-properties: values are nested too deep");
  pn_message_free(msg);
}

static void sections_have_a_limit(void **state) {
  (void)state;
  enum { LIMIT = 65535, SECTION = 5 };
  pn_message_t *msg = pn_message();
  uint8_t *const bytes = malloc((size_t)SECTION * (LIMIT + 1));
  for (int kind = 0; kind < 2; kind++) {
    const size_t size = kind == 0 ? 5 : 4;
    for (size_t i = 0; i <= LIMIT; i++)
      memcpy(bytes + i * size, kind == 0 ? "\x00\x53\x75\xa0\x00" : "\x00\x53\x76\x45", size);
    assert_int_equal(pn_message_decode(msg, (char *)bytes, size * LIMIT), 0);
    assert_int_equal(pn_data_size(pn_message_body(msg)), LIMIT);
    assert_int_equal(pn_message_decode(msg, (char *)bytes, size * (LIMIT + 1)), PN_OUT_OF_MEMORY);
    assert_string_equal(pn_error_text(pn_message_error(msg)), "message: its body has too many sections");
  }
  free(bytes);
  pn_message_free(msg);
}

/* A message with everything in it, cut short everywhere: where no section begins it is refused. */
static void cut_messages_are_refused(void **state) {
  (void)state;
  static const char *const sections[] = {"00 53 70 c0 06 03 41 50 07 52 09",
      "00 53 71 c1 06 02 a3 01 'd' 54 01", "00 80 0000000000000072 d1 00000009 00000002 a3 01 'm' 54 02",
      "00 53 73 c0 11 05 80 0000000000000001 40 a1 01 'a' a1 00 40",
      "00 53 74 c1 0b 04 a1 01 'p' 41 a1 01 'q' c0 01 00",
      "00 a3 11 'amqp:amqp-value:*' c0 0a 02 e0 04 02 50 01 02 a1 01 'x'", "00 53 78 c1 05 02 a3 01 'f' 40"};
  enum { SECTIONS = sizeof sections / sizeof sections[0] };
  char whole[1000] = "";
  size_t borders[SECTIONS];
  for (size_t i = 0; i < SECTIONS; i++) {
    strcat(whole, sections[i]);
    struct octets octets = octets_of(whole);
    borders[i] = octets.size;
    octets_free(&octets);
  }
  struct octets octets = octets_of(whole);
  pn_message_t *msg = pn_message();
  for (size_t size = 1, section = 0; size <= octets.size; size++) {
    struct octets cut = octets_copy(octets.start, size);
    const bool border = size == borders[section];
    const int status = pn_message_decode(msg, (char *)cut.start, cut.size);
    if (border) {
      assert_int_equal(status, 0);
      section++;
    } else {
      assert_int_equal(status, PN_UNDERFLOW);
    }
    octets_free(&cut);
  }
  octets_free(&octets);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_octets_are_no_message),
      cmocka_unit_test(sections_are_described_by_known_descriptors),
      cmocka_unit_test(sections_come_once_and_in_order),
      cmocka_unit_test(fields_have_their_types),
      cmocka_unit_test(fields_have_good_values),
      cmocka_unit_test(lists_are_as_long_as_they_say),
      cmocka_unit_test(maps_are_good_maps),
      cmocka_unit_test(keys_have_their_types),
      cmocka_unit_test(bodies_are_good_values),
      cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(sections_have_a_limit),
      cmocka_unit_test(cut_messages_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
