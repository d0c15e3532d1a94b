/* An implementation behind <proton/sasl_plugin.h>: RIDDLE, of several rounds, which may encrypt. [5.3] */
#include "layers/cyrus.h"
#include "layers/sasl_pair.h"
#include "wire/limits.h"
#include <proton/sasl_plugin.h>

/* What one side of the tests' implementation does; both sides are told of it by their context. */
struct riddler {
  unsigned rounds; /* challenges that the server makes */
  unsigned done;   /* so far */
  bool late;       /* say nothing in time: only when output is made */
  bool encrypts;
  bool lies; /* the server's proof at the end is wrong */
  enum pnx_sasl_state owed;
  unsigned freed;
  char coded[70000];
};

static struct riddler *of(pn_transport_t *transport) { return pnx_sasl_get_context(transport); }

static void ask_for(pn_transport_t *transport, enum pnx_sasl_state desired) {
  if (of(transport)->late)
    of(transport)->owed = desired;
  else
    pnx_sasl_set_desired_state(transport, desired);
}

static void riddle_free(pn_transport_t *transport) { of(transport)->freed++; }
static const char *riddle_list(pn_transport_t *transport) {
  return of(transport)->late && of(transport)->owed != SASL_NONE ? NULL : "RIDDLE  ANONYMOUS";
}
static bool riddle_init_server(pn_transport_t *transport) {
  if (of(transport)->late) of(transport)->owed = SASL_POSTED_MECHANISMS;
  return !of(transport)->late;
}
static bool riddle_init_client(pn_transport_t *transport) { return pnx_sasl_is_client(transport); }
static void riddle_prepare(pn_transport_t *transport) {
  const enum pnx_sasl_state owed = of(transport)->owed;
  of(transport)->owed = SASL_NONE;
  if (owed != SASL_NONE) pnx_sasl_set_desired_state(transport, owed);
}

static void next_round(pn_transport_t *transport) {
  struct riddler *const riddler = of(transport);
  if (riddler->done++ < riddler->rounds) {
    pnx_sasl_set_bytes_out(transport, pn_bytes(5, "what?"));
    ask_for(transport, SASL_POSTED_CHALLENGE);
  } else {
    pnx_sasl_set_bytes_out(transport, riddler->lies ? pn_bytes(4, "lie!") : pn_bytes(5, "proof"));
    pnx_sasl_set_succeeded(transport, "sphinx", NULL);
    ask_for(transport, SASL_POSTED_OUTCOME);
  }
}
static void riddle_process_init(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *recv) {
  assert_string_equal(mechanism, "RIDDLE");
  assert_string_equal(pnx_sasl_get_selected_mechanism(transport), "RIDDLE");
  assert_null(recv->start);
  next_round(transport);
}
static void riddle_process_response(pn_transport_t *transport, const pn_bytes_t *recv) {
  assert_memory_equal(recv->start, "that.", 5);
  next_round(transport);
}
static bool riddle_process_mechanisms(pn_transport_t *transport, const char *mechanisms) {
  assert_string_equal(mechanisms, "RIDDLE ANONYMOUS");
  pnx_sasl_set_selected_mechanism(transport, "RIDDLE");
  return true;
}
static void riddle_process_challenge(pn_transport_t *transport, const pn_bytes_t *recv) {
  assert_int_equal(recv->size, 5);
  of(transport)->done++;
  pnx_sasl_set_bytes_out(transport, pn_bytes(5, "that."));
  ask_for(transport, SASL_POSTED_RESPONSE);
}
static void riddle_process_outcome(pn_transport_t *transport, const pn_bytes_t *recv) {
  if (recv->size != 5 || memcmp(recv->start, "proof", 5) != 0) {
    pnx_sasl_error(transport, "the sphinx is none", "amqp:unauthorized-access");
    pnx_sasl_set_failed(transport);
  }
}
static bool riddle_can_encrypt(pn_transport_t *transport) { return of(transport)->encrypts; }
static ssize_t riddle_max(pn_transport_t *transport) {
  (void)transport;
  return 7;
}
static ssize_t riddle_code(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out) {
  struct riddler *const riddler = of(transport);
  assert_in_range(in.size, 1, sizeof riddler->coded);
  for (size_t i = 0; i < in.size; i++) riddler->coded[i] = (char)(in.start[i] ^ 0x55);
  *out = pn_bytes(in.size, riddler->coded);
  return (ssize_t)in.size;
}

static const pnx_sasl_implementation riddle = {riddle_free, riddle_list, riddle_init_server,
    riddle_init_client, riddle_prepare, riddle_process_init, riddle_process_response,
    riddle_process_mechanisms, riddle_process_challenge, riddle_process_outcome, riddle_can_encrypt,
    riddle_max, riddle_code, riddle_code};

static struct pair riddling(struct riddler *client, struct riddler *server, size_t piece) {
  struct pair pair = pair_make(piece);
  pnx_sasl_set_implementation(pair.client, &riddle, client);
  pnx_sasl_set_implementation(pair.server, &riddle, server);
  pair_bind(&pair);
  pair_run(&pair);
  return pair;
}

static size_t piece(void **state) { return *(const size_t *)*state; }

static void exchange_has_rounds(void **state) {
  for (unsigned rounds = 0; rounds <= 3; rounds++) {
    struct riddler client = {.rounds = 0}, server = {.rounds = rounds};
    struct pair pair = riddling(&client, &server, piece(state));
    assert_true(both_open(&pair));
    assert_int_equal(client.done, rounds);
    assert_string_equal(pn_transport_get_user(pair.server), "sphinx");
    assert_string_equal(pn_sasl_get_mech(client_sasl(&pair)), "RIDDLE");
    pair_free(&pair);
    assert_int_equal(client.freed, 1);
    assert_int_equal(server.freed, 1);
  }
}

static void implementation_may_answer_later(void **state) {
  struct riddler client = {.late = true}, server = {.rounds = 2, .late = true};
  struct pair pair = riddling(&client, &server, piece(state));
  pair_run(&pair);
  assert_true(both_open(&pair));
  assert_int_equal(client.done, 2);
  pair_free(&pair);
}

static void rounds_have_a_limit(void **state) {
  for (unsigned excess = 0; excess < 2; excess++) {
    struct riddler client = {.rounds = 0}, server = {.rounds = PNI_LIMIT_SASL_ROUNDS + excess};
    struct pair pair = riddling(&client, &server, piece(state));
    assert_int_equal(both_open(&pair), !excess);
    assert_int_equal(client.done, PNI_LIMIT_SASL_ROUNDS);
    if (excess) assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_SYS);
    pair_free(&pair);
  }
}

static void client_may_disbelieve_the_server(void **state) {
  struct riddler client = {.rounds = 0}, server = {.rounds = 1, .lies = true};
  struct pair pair = riddling(&client, &server, piece(state));
  assert_false(both_open(&pair));
  assert_false(pn_transport_is_authenticated(pair.client));
  assert_string_equal(condition_of(pair.client), "amqp:unauthorized-access");
  assert_non_null(strstr(pn_condition_get_description(pn_transport_condition(pair.client)), "sphinx"));
  pair_free(&pair);
}

static void mechanism_may_encrypt_what_follows(void **state) {
  for (int late = 0; late < 2; late++) {
    struct riddler client = {.encrypts = true}, server = {.rounds = 1, .encrypts = true, .late = late};
    struct pair pair = pair_make(piece(state));
    pn_transport_require_encryption(pair.server, true);
    pnx_sasl_set_implementation(pair.client, &riddle, &client);
    pnx_sasl_set_implementation(pair.server, &riddle, &server);
    pair_bind(&pair);
    pair_run(&pair);
    assert_true(both_open(&pair));
    assert_true(pn_transport_is_encrypted(pair.client));
    assert_true(pn_transport_is_encrypted(pair.server));

    pn_connection_close(pair.client_conn);
    struct octets said = {.start = NULL, .size = 0}, expected = octets_of("555555 59 57 55 5555 55 06 4d 10");
    hear(pair.client, &said);
    assert_octets(said.start, said.size, &expected); /* the close frame, but nobody who listens can tell */
    octets_free(&said);
    octets_free(&expected);
    pair_free(&pair);
  }
}

/* An outcome that is too early cannot be sent, so it is the end. */
static void step_that_is_not_due_ends_it(void **state) {
  (void)state;
  struct riddler server = {.late = true};
  pn_transport_t *const transport = pn_transport();
  pn_transport_set_server(transport);
  pnx_sasl_set_implementation(transport, &riddle, &server);
  tell(transport, SASL_HEADER);
  server.owed = SASL_POSTED_OUTCOME;
  expect_said(transport, SASL_HEADER);
  assert_string_equal(condition_of(transport), "amqp:unauthorized-access");
  assert_true(pn_transport_closed(transport));
  pn_transport_free(transport);
}

static void default_implementation_is_for_transports_made_later(void **state) {
  (void)state;
  struct riddler client = {.rounds = 0};
  pn_transport_t *const before = pn_transport();
  assert_non_null(pn_sasl(before));
  pnx_sasl_set_default_implementation(&riddle);
  assert_true(pn_sasl_extended());
  pn_transport_t *const after = pn_transport();
  assert_non_null(pn_sasl(after));
  pnx_sasl_set_context(after, &client);
  pnx_sasl_set_default_implementation(NULL);
  assert_int_equal(pn_sasl_extended(), pni_cyrus_present());
  expect_said(before, SASL_HEADER);
  expect_said(after, SASL_HEADER);
  pn_transport_free(before);
  pn_transport_free(after);
  assert_int_equal(client.freed, 1);
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(exchange_has_rounds),
      both_ways(implementation_may_answer_later),
      both_ways(rounds_have_a_limit),
      both_ways(client_may_disbelieve_the_server),
      both_ways(mechanism_may_encrypt_what_follows),
      cmocka_unit_test(step_that_is_not_due_ends_it),
      cmocka_unit_test(default_implementation_is_for_transports_made_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
