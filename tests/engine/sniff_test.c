/* sniff_test.c: protocol headers: what a server makes of a client's first octets, and a client of the server's. [2.2, 5.1]
 *
 * Two layers stand in for those of security: `lock` is known by its first octet or by TLS's header, and makes what it
 * carries count as encrypted; `badge` has SASL's header, answers it with its own, and authenticates everybody. */
#include "engine/layer.h"
#include "engine/protocol.h"
#include "support/octets.h"

#define HEADER_AMQP "'AMQP' 00 01 00 00"
#define HEADER_TLS  "'AMQP' 02 01 00 00"
#define HEADER_SASL "'AMQP' 03 01 00 00"

/* The layers that stand in. Their state is that of the one transport of a test. */
static struct {
  bool lock_offered, badge_offered;
  bool locked, badge_shown, badge_answered;
} security;

static pni_status lock_input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  if (security.locked) return pni_layer_input(transport, at + 1, bytes, size, taken);
  security.locked = true;
  *taken = bytes[0] == 'A' ? PNI_PROTOCOL_HEADER : 1;
  return PNI_OK;
}

static pni_status lock_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  return pni_layer_output(transport, at + 1, out);
}

static bool lock_encrypts(pn_transport_t *transport) {
  (void)transport;
  return security.locked;
}

static bool lock_recognise(const uint8_t *bytes, size_t size) { return size > 0 && bytes[0] == 0x16; }

static bool lock_allowed(pn_transport_t *transport) {
  (void)transport;
  return security.lock_offered && !security.locked;
}

static void badge_done(pn_transport_t *transport, unsigned at) {
  if (security.badge_shown && security.badge_answered) pni_layer_replace(transport, at, NULL);
}

static pni_status badge_input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  *taken = 0;
  if (size == 0 || security.badge_shown) return PNI_OK;
  assert_int_equal(pni_protocol_match(bytes, size, PNI_PROTOCOL_SASL), PNI_MATCH);
  *taken = PNI_PROTOCOL_HEADER;
  security.badge_shown = true;
  transport->authenticated = true;
  badge_done(transport, at);
  return PNI_OK;
}

static pni_status badge_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  const pni_status status = pni_protocol_write(transport, out, PNI_PROTOCOL_SASL);
  security.badge_answered = true;
  badge_done(transport, at);
  return status;
}

static bool badge_allowed(pn_transport_t *transport) {
  return security.badge_offered && !transport->authenticated;
}

static bool unwanted(pn_transport_t *transport) {
  (void)transport;
  return false;
}

static const struct pni_layer lock_layer = {
    .name = "lock", .input = lock_input, .output = lock_output, .encrypts = lock_encrypts};
static const struct pni_layer badge_layer = {.name = "badge", .input = badge_input, .output = badge_output};
static const struct pni_known_layer lock = {
    &lock_layer, PNI_PROTOCOL_TLS, lock_recognise, unwanted, lock_allowed};
static const struct pni_known_layer badge = {&badge_layer, PNI_PROTOCOL_SASL, NULL, unwanted, badge_allowed};
const struct pni_known_layer *const pni_known_layers[] = {&lock, &badge, NULL};

/* Helpers. */

static int server_setup(void **state) {
  memset(&security, 0, sizeof security);
  *state = pn_transport();
  assert_non_null(*state);
  pn_transport_set_server(*state);
  return 0;
}

static int client_setup(void **state) {
  *state = pn_transport();
  assert_non_null(*state);
  return 0;
}

static int teardown(void **state) {
  pn_transport_free(*state);
  return 0;
}

static void feed(pn_transport_t *transport, const char *text) {
  struct octets octets = octets_of(text);
  assert_int_equal(pn_transport_push(transport, (const char *)octets.start, octets.size), octets.size);
  octets_free(&octets);
}

#define assert_output(transport, text) check_output(transport, text, __FILE__, __LINE__)
static void check_output(pn_transport_t *transport, const char *text, const char *file, int line) {
  struct octets expected = octets_of(text);
  const ssize_t pending = pn_transport_pending(transport);
  octets_assert_equal(pn_transport_head(transport), pending > 0 ? (size_t)pending : 0, &expected, file, line);
  pn_transport_pop(transport, expected.size);
  octets_free(&expected);
}

#define assert_refused(transport, condition, text)                                                           \
  check_refused(transport, condition, text, __FILE__, __LINE__)
static void check_refused(
    pn_transport_t *transport, const char *condition, const char *text, const char *file, int line) {
  pn_condition_t *found = pn_transport_condition(transport);
  _assert_true(pn_transport_tail_closed(transport), "the tail is closed", file, line);
  _assert_string_equal(
      pn_condition_is_set(found) ? pn_condition_get_name(found) : "none", condition, file, line);
  if (strstr(pn_condition_get_description(found), text)) return;
  print_error("%s\n", pn_condition_get_description(found));
  _fail(file, line);
}

/* The head closes when the answer has been taken: there is nothing after it. */
static void assert_ends_after(pn_transport_t *transport, const char *answer) {
  assert_false(pn_transport_head_closed(transport));
  assert_output(transport, answer);
  assert_true(pn_transport_head_closed(transport));
  assert_int_equal(pn_transport_pending(transport), PN_EOS);
}

static const char framing_error[] = "amqp:connection:framing-error";
static const char policy_error[] = "amqp:connection:policy-error";

/* A server. */

static void server_says_nothing_before_the_whole_header(void **state) {
  pn_transport_t *transport = *state;
  const char *const octets[] = {"'A'", "'M'", "'Q'", "'P'", "00", "01", "00"};
  for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++) {
    feed(transport, octets[i]);
    assert_output(transport, "");
    assert_null(pn_transport_get_user(transport));
  }
  feed(transport, "00");
  assert_output(transport, HEADER_AMQP);
  assert_string_equal(pn_transport_get_user(transport), "anonymous");
  assert_false(pn_transport_tail_closed(transport));
}

/* Whatever octet it is that differs, none after it is waited for. */
static void first_octet_that_differs_decides(void **state) {
  (void)state;
  static const uint8_t header[] = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
  for (size_t i = 0; i < sizeof header; i++) {
    for (unsigned octet = 0; octet < 256; octet++) {
      if (octet == header[i]) continue;
      pn_transport_t *transport = pn_transport();
      uint8_t wrong[sizeof header];
      memcpy(wrong, header, sizeof header);
      wrong[i] = (uint8_t)octet;
      pn_transport_set_server(transport);
      assert_int_equal(pn_transport_push(transport, (const char *)wrong, i + 1), i + 1);
      assert_refused(transport, framing_error, "began with");
      assert_ends_after(transport, HEADER_AMQP);
      pn_transport_free(transport);
    }
  }
}

static void another_version_is_answered_with_ours(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "'AMQP' 01 01 00 09");
  assert_refused(transport, framing_error, "\"AMQP\\x01\\x01\\x00\\x09\"");
  assert_ends_after(transport, HEADER_AMQP);
}

static void other_protocol_is_named_in_the_condition(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "'GET / HTTP/1.1'");
  assert_refused(transport, framing_error, "\"GET / HT\", which is not AMQP");
  assert_ends_after(transport, HEADER_AMQP);
}

static void nothing_is_answered_to_who_leaves_at_once(void **state) {
  pn_transport_t *transport = *state;
  assert_int_equal(pn_transport_close_tail(transport), 0);
  assert_refused(transport, framing_error, "connection aborted");
  assert_int_equal(pn_transport_pending(transport), PN_EOS);
}

static void nothing_is_answered_to_half_a_header(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, "'AMQP' 00");
  assert_int_equal(pn_transport_close_tail(transport), 0);
  assert_refused(transport, framing_error, "connection aborted");
  assert_int_equal(pn_transport_pending(transport), PN_EOS);
}

/* Whoever does the I/O knows better why it ended. */
static void condition_of_the_socket_stays_as_it_is(void **state) {
  pn_transport_t *transport = *state;
  assert_int_equal(
      pn_condition_format(pn_transport_condition(transport), "proton:io", "Connection reset by peer"), 0);
  assert_int_equal(pn_transport_close_tail(transport), 0);
  assert_refused(transport, "proton:io", "Connection reset by peer");
  assert_string_equal(
      pn_condition_get_description(pn_transport_condition(transport)), "Connection reset by peer");
}

static void layer_that_is_not_offered_is_refused(void **state) {
  pn_transport_t *transport = *state;
  feed(transport, HEADER_SASL);
  assert_refused(transport, framing_error, "SASL");
  assert_ends_after(transport, HEADER_AMQP);
}

static void authentication_comes_before_amqp(void **state) {
  pn_transport_t *transport = *state;
  security.badge_offered = true;
  pn_transport_require_auth(transport, true);
  feed(transport, HEADER_SASL);
  assert_output(transport, HEADER_SASL);
  feed(transport, HEADER_AMQP);
  assert_output(transport, HEADER_AMQP);
  assert_true(pn_transport_is_authenticated(transport));
}

static void client_that_skips_authentication_is_told_what_to_begin_with(void **state) {
  pn_transport_t *transport = *state;
  security.badge_offered = true;
  pn_transport_require_auth(transport, true);
  feed(transport, HEADER_AMQP);
  assert_refused(transport, policy_error, "authentication");
  assert_ends_after(transport, HEADER_SASL);
}

static void nobody_authenticates_twice(void **state) {
  pn_transport_t *transport = *state;
  security.badge_offered = true;
  feed(transport, HEADER_SASL);
  assert_output(transport, HEADER_SASL);
  feed(transport, HEADER_SASL);
  assert_refused(transport, framing_error, "SASL");
}

static void encryption_is_known_by_its_first_octet(void **state) {
  pn_transport_t *transport = *state;
  security.lock_offered = true;
  pn_transport_require_encryption(transport, true);
  assert_false(pn_transport_is_encrypted(transport));
  feed(transport, "16");
  assert_false(pn_transport_tail_closed(transport));
  assert_true(pn_transport_is_encrypted(transport));
  feed(transport, HEADER_AMQP);
  assert_output(transport, HEADER_AMQP);
}

static void encryption_has_a_header_too(void **state) {
  pn_transport_t *transport = *state;
  security.lock_offered = true;
  pn_transport_require_encryption(transport, true);
  feed(transport, HEADER_TLS HEADER_AMQP);
  assert_true(pn_transport_is_encrypted(transport));
  assert_output(transport, HEADER_AMQP);
}

static void client_that_skips_encryption_is_told_what_to_begin_with(void **state) {
  pn_transport_t *transport = *state;
  security.lock_offered = security.badge_offered = true;
  pn_transport_require_encryption(transport, true);
  pn_transport_require_auth(transport, true);
  feed(transport, HEADER_AMQP);
  assert_refused(transport, policy_error, "encryption");
  assert_ends_after(transport, HEADER_TLS);
}

static void layers_lie_in_one_another(void **state) {
  pn_transport_t *transport = *state;
  security.lock_offered = security.badge_offered = true;
  feed(transport, "16" HEADER_SASL);
  assert_output(transport, HEADER_SASL);
  feed(transport, HEADER_AMQP);
  assert_output(transport, HEADER_AMQP);
  assert_true(pn_transport_is_encrypted(transport));
  assert_true(pn_transport_is_authenticated(transport));
}

static void nobody_encrypts_twice(void **state) {
  pn_transport_t *transport = *state;
  security.lock_offered = true;
  feed(transport, "16");
  feed(transport, "16");
  assert_refused(transport, framing_error, "not AMQP");
}

/* A client. */

static void client_does_not_wait_for_the_server(void **state) {
  pn_transport_t *transport = *state;
  assert_output(transport, HEADER_AMQP);
  feed(transport, "'AMQP'");
  feed(transport, "00 01 00 00");
  assert_false(pn_transport_tail_closed(transport));
  assert_output(transport, "");
}

/* The server may have spoken before the client has: its own header still leaves. */
static void client_refuses_another_header(void **state) {
  (void)state;
  const char *const wrong[] = {HEADER_SASL, HEADER_TLS, "'AMQP' 00 01 01", "'HTTP'", "00"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    pn_transport_t *transport = pn_transport();
    feed(transport, wrong[i]);
    assert_refused(transport, framing_error, "expected the AMQP protocol header");
    assert_ends_after(transport, HEADER_AMQP);
    pn_transport_free(transport);
  }
}

static void client_says_that_no_header_came(void **state) {
  pn_transport_t *transport = *state;
  assert_output(transport, HEADER_AMQP);
  assert_int_equal(pn_transport_close_tail(transport), 0);
  assert_refused(transport, framing_error, "none came (connection aborted)");
  assert_int_equal(pn_transport_pending(transport), PN_EOS);
}

#define SERVER(test) cmocka_unit_test_setup_teardown(test, server_setup, teardown)
#define CLIENT(test) cmocka_unit_test_setup_teardown(test, client_setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERVER(server_says_nothing_before_the_whole_header),
      SERVER(first_octet_that_differs_decides),
      SERVER(another_version_is_answered_with_ours),
      SERVER(other_protocol_is_named_in_the_condition),
      SERVER(nothing_is_answered_to_who_leaves_at_once),
      SERVER(nothing_is_answered_to_half_a_header),
      SERVER(condition_of_the_socket_stays_as_it_is),
      SERVER(layer_that_is_not_offered_is_refused),
      SERVER(authentication_comes_before_amqp),
      SERVER(client_that_skips_authentication_is_told_what_to_begin_with),
      SERVER(nobody_authenticates_twice),
      SERVER(encryption_is_known_by_its_first_octet),
      SERVER(encryption_has_a_header_too),
      SERVER(client_that_skips_encryption_is_told_what_to_begin_with),
      SERVER(layers_lie_in_one_another),
      SERVER(nobody_encrypts_twice),
      CLIENT(client_does_not_wait_for_the_server),
      CLIENT(client_refuses_another_header),
      CLIENT(client_says_that_no_header_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
