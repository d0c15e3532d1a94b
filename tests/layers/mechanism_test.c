/* Lists of mechanisms, as text and as frames have them, and PLAIN's message. [5.3.3.1, RFC 4616] */
#include "layers/mechanism.h"

#include "support/octets.h"
#include "wire/limits.h"

static bool all(void *context, pn_bytes_t name) {
  (void)context, (void)name;
  return true;
}

static bool listed(void *context, pn_bytes_t name) { return pni_mechanism_listed(context, name); }

static pn_bytes_t name(const char *text) { return pn_bytes(strlen(text), text); }

static void list_has_names_in_any_case(void **state) {
  (void)state;
  assert_true(pni_mechanism_listed("PLAIN anonymous", name("plain")));
  assert_true(pni_mechanism_listed("  PLAIN\tanonymous ", name("ANONYMOUS")));
  assert_false(pni_mechanism_listed("PLAINS ANONYMOUS", name("PLAIN")));
  assert_false(pni_mechanism_listed("PLAI", name("PLAIN")));
  assert_false(pni_mechanism_listed("", name("PLAIN")));
}

static void offer_has_names_as_they_are(void **state) {
  (void)state;
  assert_true(pni_mechanism_offered("EXTERNAL PLAIN", name("PLAIN")));
  assert_false(pni_mechanism_offered("EXTERNAL PLAIN", name("plain")));
  assert_false(pni_mechanism_offered("EXTERNAL PLAIN", name("")));
}

static void assert_read(
    const char *symbols, const char *expected, bool (*wanted)(void *, pn_bytes_t), void *context) {
  char list[512];
  struct octets encoded = octets_of(symbols);
  struct pni_text text = pni_text(list, sizeof list);
  const struct pni_sasl_offer offer = {pn_bytes(encoded.size, (const char *)encoded.start), wanted, context};
  assert_int_equal(pni_mechanisms_read(&offer, &text), PNI_OK);
  assert_string_equal(list, expected);
  octets_free(&encoded);
}

static void mechanisms_come_as_a_symbol_or_an_array(void **state) {
  (void)state;
  assert_read("a3 05 'PLAIN'", "PLAIN", all, NULL);
  assert_read("e0 12 02 a3 05 'PLAIN' 09 'ANONYMOUS'", "PLAIN ANONYMOUS", all, NULL);
  assert_read("f0 0000000e 00000001 b3 00000005 'PLAIN'", "PLAIN", all, NULL);
}

static void names_that_are_not_wanted_or_cannot_be_listed_are_left_out(void **state) {
  (void)state;
  char allowed[] = "anonymous";
  assert_read("e0 12 02 a3 05 'PLAIN' 09 'ANONYMOUS'", "ANONYMOUS", listed, allowed);
  assert_read("e0 0d 03 a3 03 'A B' 00 05 'PLAIN'", "PLAIN", all, NULL);
}

static void mechanisms_have_a_limit(void **state) {
  (void)state;
  for (int excess = 0; excess < 2; excess++) {
    uint8_t symbols[3 + 1 + 2 * (PNI_LIMIT_SASL_MECHANISMS + 1)] = {0xe0};
    const size_t count = PNI_LIMIT_SASL_MECHANISMS + (size_t)excess;
    char list[512];
    struct pni_text text = pni_text(list, sizeof list);
    symbols[1] = (uint8_t)(2 + 2 * count);
    symbols[2] = (uint8_t)count;
    symbols[3] = 0xa3;
    for (size_t i = 0; i < count; i++) {
      symbols[4 + 2 * i] = 1;
      symbols[4 + 2 * i + 1] = 'A';
    }
    const struct pni_sasl_offer offer = {pn_bytes(4 + 2 * count, (char *)symbols), all, NULL};
    assert_int_equal(pni_mechanisms_read(&offer, &text), excess ? PNI_OVERFLOW : PNI_OK);
  }
}

static void list_is_written_as_an_array(void **state) {
  (void)state;
  uint8_t symbols[64];
  struct octets expected = octets_of("e0 12 02 a3 05 'PLAIN' 09 'ANONYMOUS'");
  const size_t size = pni_mechanisms_write("PLAIN ANONYMOUS", symbols, sizeof symbols);
  assert_octets(symbols, size, &expected);
  assert_int_equal(pni_mechanisms_write("PLAIN ANONYMOUS", symbols, expected.size), expected.size);
  assert_int_equal(pni_mechanisms_write("PLAIN ANONYMOUS", symbols, expected.size - 1), 0);
  octets_free(&expected);
}

/* The message's parts with | between, or nothing if it is no message. */
static const char *plain(const char *spelling) {
  static char parts[256];
  struct octets message = octets_of(spelling);
  struct pni_plain read;
  parts[0] = '\0';
  if (pni_plain_read(pn_bytes(message.size, (const char *)message.start), &read)) {
    (void)snprintf(parts, sizeof parts, "%.*s|%.*s|%.*s", (int)read.authorization.size,
        read.authorization.start, (int)read.user.size, read.user.start, (int)read.password.size,
        read.password.start);
  }
  octets_free(&message);
  return parts;
}

static void plain_message_has_three_parts(void **state) {
  (void)state;
  assert_string_equal(plain("00 'tim' 00 'tanstaaftanstaaf'"), "|tim|tanstaaftanstaaf");
  assert_string_equal(plain("'Ursel' 00 'Kurt' 00 'xipj3plmq'"), "Ursel|Kurt|xipj3plmq");
  assert_string_equal(plain("00 c3a9 00 e282ac"), "|\xc3\xa9|\xe2\x82\xac");
}

static void anything_else_is_no_plain_message(void **state) {
  (void)state;
  const char *const wrong[] = {"", "00", "0000", "'tim'", "00 'tim'", "'tim' 00 'secret'", "00 'tim' 00",
      "00 00 'secret'", "00 'tim' 00 'sec' 00 'ret'", "00 'tim' 00 'secret' 00", "00 'tim' 00 ff",
      "00 c0af 00 'secret'"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_string_equal(plain(wrong[i]), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(list_has_names_in_any_case),
      cmocka_unit_test(offer_has_names_as_they_are),
      cmocka_unit_test(mechanisms_come_as_a_symbol_or_an_array),
      cmocka_unit_test(names_that_are_not_wanted_or_cannot_be_listed_are_left_out),
      cmocka_unit_test(mechanisms_have_a_limit),
      cmocka_unit_test(list_is_written_as_an_array),
      cmocka_unit_test(plain_message_has_three_parts),
      cmocka_unit_test(anything_else_is_no_plain_message),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
