/* Message annotations that are changed on their way, and octets that are none. */
#include "cli/broker/annotations.h"

#include "support/octets.h"

/* {a: true} as what is to change. */
static pn_data_t *change_of(const char *spelling) {
  struct octets octets = octets_of(spelling);
  pn_data_t *const data = pn_data(4);
  assert_int_equal(pn_data_decode(data, (const char *)octets.start, octets.size), octets.size);
  octets_free(&octets);
  return data;
}

static struct annotations *combined(const struct octets *message, size_t header, pn_data_t *change) {
  return annotations_combine(NULL, pn_bytes(message->size, (const char *)message->start), header, change);
}

static void expect(const char *message, const char *change, size_t at, size_t skipped, const char *section) {
  struct octets octets = octets_of(message), expected = octets_of(section);
  pn_data_t *const data = change_of(change);
  struct annotations *const made = combined(&octets, 0, data);
  assert_non_null(made);
  assert_int_equal(made->at, at);
  assert_int_equal(made->skipped, skipped);
  assert_octets((const uint8_t *)made->bytes, made->size, &expected);
  free(made);
  pn_data_free(data);
  octets_free(&octets);
  octets_free(&expected);
}

#define BODY "00 53 77 40 "
#define MADE "00 53 72 d1 "

static void keys_are_replaced_or_added(void **state) {
  (void)state;
  expect(BODY, "c1 05 02 a3 01 'a' 41", 0, 0, MADE "00000008 00000002 a3 01 'a' 41");
  expect("00 53 71 c1 01 00 " BODY, "c1 05 02 a3 01 'a' 41", 6, 0, MADE "00000008 00000002 a3 01 'a' 41");
  expect("00 53 72 c1 09 04 a3 01 'a' 40 a3 01 'b' 43 " BODY, "c1 05 02 a3 01 'a' 41", 0, 14,
      MADE "0000000c 00000004 a3 01 'b' 43 a3 01 'a' 41");
  /* the same keys in other forms; a value with a descriptor, and one that is a list */
  expect("00 80 0000000000000072 d1 0000001c 00000006 b3 00000001 'a' 40 80 0000000000000005 00 44 43 44 c0 "
         "02 01 40 " BODY,
      "c1 08 04 a3 01 'a' 41 53 05 42", 0, 43, MADE "00000010 00000006 44 c0 02 01 40 a3 01 'a' 41 53 05 42");
  expect("00 a3 1c 'amqp:message-annotations:map' c1 05 02 a3 01 'b' 40 " BODY, "c1 05 02 a3 01 'a' 41", 0,
      38, MADE "0000000c 00000004 a3 01 'b' 40 a3 01 'a' 41");
}

static void nothing_is_changed_by_an_empty_map(void **state) {
  (void)state;
  struct octets message = octets_of(BODY);
  pn_data_t *const data = change_of("c1 01 00");
  assert_null(combined(&message, 0, data));
  pn_data_clear(data);
  assert_null(combined(&message, 0, data));
  pn_data_free(data);
  octets_free(&message);
}

/* Cut anywhere, with any octet changed: nothing is read that is not there. */
static void broken_messages_are_survived(void **state) {
  (void)state;
  struct octets message =
      octets_of("00 53 71 c1 05 02 a3 01 'x' 40 00 a3 1c 'amqp:message-annotations:map' d1 00000014 00000004 "
                "b3 00000001 'b' 00 53 01 40 53 05 c0 02 01 40 " BODY);
  pn_data_t *const data = change_of("c1 05 02 a3 01 'a' 41");
  for (size_t size = 0; size <= message.size; size++) {
    for (size_t changed = 0; changed <= size; changed++) {
      struct octets part = octets_copy(message.start, size);
      if (changed < size) part.start[changed] ^= (uint8_t)(0x91 * (size + 1));
      struct annotations *const made = combined(&part, 0, data);
      if (made) assert_true(made->at + made->skipped <= size);
      free(made);
      octets_free(&part);
    }
  }
  pn_data_free(data);
  octets_free(&message);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_replaced_or_added),
      cmocka_unit_test(nothing_is_changed_by_an_empty_map),
      cmocka_unit_test(broken_messages_are_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
