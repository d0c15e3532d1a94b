/* A client and a server agree on who the client is: ANONYMOUS, PLAIN, EXTERNAL, and what either side may be
 * set to. [5.3] */
#include "layers/sasl.h"

#include "layers/cyrus.h"
#include "layers/sasl_pair.h"
#include "support/scarce.h"

/* How the tests' octets travel: all at once, and one at a time. */
static size_t piece(void **state) { return *(const size_t *)*state; }

/* Verifies at once: the password is "secret" for whoever it is. */
static void verify_secret(void *context, pn_sasl_question_t *question) {
  int *const asked = context;
  const bool right = strcmp(pn_sasl_question_password(question), "secret") == 0;
  (*asked)++;
  assert_true(pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH));
}

static void client_is(struct pair *pair, const char *user, const char *password) {
  pn_connection_set_user(pair->client_conn, user);
  pn_connection_set_password(pair->client_conn, password);
}

static void allow_insecure(struct pair *pair) {
  pn_sasl_set_allow_insecure_mechs(client_sasl(pair), true);
  pn_sasl_set_allow_insecure_mechs(server_sasl(pair), true);
}

static void assert_authenticated(struct pair *pair, const char *mechanism, const char *user) {
  assert_true(both_open(pair));
  assert_true(pn_transport_is_authenticated(pair->client));
  assert_true(pn_transport_is_authenticated(pair->server));
  assert_int_equal(pn_sasl_outcome(client_sasl(pair)), PN_SASL_OK);
  assert_int_equal(pn_sasl_outcome(server_sasl(pair)), PN_SASL_OK);
  assert_string_equal(pn_sasl_get_mech(client_sasl(pair)), mechanism);
  assert_string_equal(pn_sasl_get_mech(server_sasl(pair)), mechanism);
  assert_string_equal(pn_transport_get_user(pair->server), user);
  assert_string_equal(pn_sasl_get_user(server_sasl(pair)), user);
  assert_string_equal(condition_of(pair->client), "none");
  assert_string_equal(condition_of(pair->server), "none");
}

static void assert_turned_away(struct pair *pair, pn_sasl_outcome_t outcome) {
  assert_false(both_open(pair));
  assert_false(pn_transport_is_authenticated(pair->client));
  assert_false(pn_transport_is_authenticated(pair->server));
  assert_int_equal(pn_sasl_outcome(client_sasl(pair)), outcome);
  assert_null(pn_sasl_get_user(server_sasl(pair)));
  assert_string_equal(condition_of(pair->client), "amqp:unauthorized-access");
  assert_true(pn_transport_closed(pair->client));
  assert_true(pn_transport_closed(pair->server));
}

static void anonymous_client_is_nobody(void **state) {
  struct pair pair = pair_make(piece(state));
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "ANONYMOUS", "anonymous");
  assert_string_equal(pn_transport_get_user(pair.client), "anonymous");
  assert_null(pn_sasl_get_user(client_sasl(&pair)));
  pair_free(&pair);
}

static void right_password_lets_a_client_in(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "secret");
  allow_insecure(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "PLAIN", "bob");
  assert_string_equal(pn_transport_get_user(pair.client), "bob");
  assert_string_equal(pn_sasl_get_authorization(server_sasl(&pair)), "bob");
  assert_int_equal(asked, 1);
  pair_free(&pair);
}

static void wrong_password_does_not(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "Secret");
  allow_insecure(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  pair_bind(&pair);
  pair_run(&pair);
  assert_turned_away(&pair, PN_SASL_AUTH);
  assert_string_equal(pn_transport_get_user(pair.client), "bob");
  assert_null(pn_transport_get_user(pair.server));
  assert_string_equal(condition_of(pair.server), "amqp:unauthorized-access");
  assert_int_equal(pn_sasl_outcome(server_sasl(&pair)), PN_SASL_AUTH);
  pair_free(&pair);
}

/* Whether a client with a password comes in, and if so, how. */
static const char *mechanism_used(void **state, void (*set)(struct pair *pair)) {
  static char used[32];
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "secret");
  allow_insecure(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  set(&pair);
  pair_bind(&pair);
  pair_run(&pair);
  (void)snprintf(used, sizeof used, "%s", both_open(&pair) ? pn_sasl_get_mech(server_sasl(&pair)) : "none");
  pair_free(&pair);
  return used;
}

static void nothing_more(struct pair *pair) { (void)pair; }
static void without_verifier(struct pair *pair) {
  pn_sasl_set_password_verifier(server_sasl(pair), NULL, NULL);
}
static void careful_client(struct pair *pair) { pn_sasl_set_allow_insecure_mechs(client_sasl(pair), false); }
static void careful_server(struct pair *pair) { pn_sasl_set_allow_insecure_mechs(server_sasl(pair), false); }
static void without_password(struct pair *pair) { pn_connection_set_password(pair->client_conn, NULL); }
static void anonymous_clients_only(struct pair *pair) {
  pn_sasl_allowed_mechs(server_sasl(pair), "anonymous");
}
static void anonymous_only(struct pair *pair) { pn_sasl_allowed_mechs(client_sasl(pair), "ANONYMOUS"); }
static void plain_only(struct pair *pair) { pn_sasl_allowed_mechs(client_sasl(pair), "PLAIN"); }
static void plain_or_nothing(struct pair *pair) {
  pn_sasl_allowed_mechs(client_sasl(pair), "PLAIN");
  pn_sasl_set_allow_insecure_mechs(client_sasl(pair), false);
}
static void nothing_in_common(struct pair *pair) {
  pn_sasl_allowed_mechs(client_sasl(pair), "PLAIN");
  pn_sasl_allowed_mechs(server_sasl(pair), "ANONYMOUS");
}
static void authentication_required(struct pair *pair) { pn_transport_require_auth(pair->server, true); }
static void required_without_password(struct pair *pair) {
  pn_transport_require_auth(pair->server, true);
  without_password(pair);
}
static void encryption_required(struct pair *pair) { pn_transport_require_encryption(pair->server, true); }

static void plain_is_used_where_both_may(void **state) {
  assert_string_equal(mechanism_used(state, nothing_more), "PLAIN");
  assert_string_equal(mechanism_used(state, plain_only), "PLAIN");
  assert_string_equal(mechanism_used(state, authentication_required), "PLAIN");
  assert_string_equal(mechanism_used(state, without_verifier), "ANONYMOUS");
  assert_string_equal(mechanism_used(state, careful_client), "ANONYMOUS");
  assert_string_equal(mechanism_used(state, careful_server), "ANONYMOUS");
  assert_string_equal(mechanism_used(state, without_password), "ANONYMOUS");
  assert_string_equal(mechanism_used(state, anonymous_clients_only), "ANONYMOUS");
  assert_string_equal(mechanism_used(state, anonymous_only), "ANONYMOUS");
}

static void who_finds_no_mechanism_stays_out(void **state) {
  assert_string_equal(mechanism_used(state, plain_or_nothing), "none");
  assert_string_equal(mechanism_used(state, nothing_in_common), "none");
  assert_string_equal(mechanism_used(state, required_without_password), "none");
}

/* PLAIN is not offered at all, so that a client's password is not shown before it is turned away. */
static void server_that_requires_encryption_asks_for_no_password_without(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "secret");
  allow_insecure(&pair);
  encryption_required(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  pair_bind(&pair);
  pair_run(&pair);
  assert_false(both_open(&pair));
  assert_int_equal(asked, 0);
  assert_string_equal(condition_of(pair.server), "amqp:connection:policy-error");
  pair_free(&pair);
}

static void client_without_a_usable_mechanism_says_so(void **state) {
  struct pair pair = pair_make(piece(state));
  nothing_in_common(&pair);
  pair_bind(&pair);
  pair_run(&pair);
  assert_turned_away(&pair, PN_SASL_PERM);
  assert_null(pn_sasl_get_mech(client_sasl(&pair)));
  assert_string_equal(condition_of(pair.server), "amqp:connection:framing-error"); /* the client went */
  pair_free(&pair);
}

/* An empty list of mechanisms is nothing that may be sent. [5.3.3.1] */
static void server_with_nothing_to_offer_ends_it(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_transport_require_auth(pair.server, true);
  pair_bind(&pair);
  pair_run(&pair);
  assert_false(both_open(&pair));
  assert_string_equal(condition_of(pair.server), "amqp:unauthorized-access");
  pair_free(&pair);
}

static void certificate_is_enough(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_transport_require_auth(pair.server, true);
  assert_int_equal(pni_sasl_set_external(pair.server, "CN=bob", 256), PNI_OK);
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "EXTERNAL", "CN=bob");
  pair_free(&pair);
}

static void certificate_is_of_nobody_else(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_connection_set_authorization(pair.client_conn, "CN=alice");
  assert_int_equal(pni_sasl_set_external(pair.server, "CN=bob", 256), PNI_OK);
  pair_bind(&pair);
  pair_run(&pair);
  assert_turned_away(&pair, PN_SASL_AUTH);
  pair_free(&pair);
}

static void password_is_of_nobody_else(void **state) {
  const char *const wanted[] = {"alice", "bob"};
  for (int itself = 0; itself < 2; itself++) {
    int asked = 0;
    struct pair pair = pair_make(piece(state));
    client_is(&pair, "bob", "secret");
    pn_connection_set_authorization(pair.client_conn, wanted[itself]);
    allow_insecure(&pair);
    pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
    pair_bind(&pair);
    pair_run(&pair);
    if (itself)
      assert_authenticated(&pair, "PLAIN", "bob");
    else
      assert_turned_away(&pair, PN_SASL_AUTH);
    assert_int_equal(asked, itself);
    pair_free(&pair);
  }
}

/* A transport that becomes a server only after its SASL side was made is one all the same. */
static void which_side_it_is_counts_from_the_first_octet(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  pn_transport_free(pair.server);
  pair.server = pn_transport();
  pn_sasl_set_password_verifier(pn_sasl(pair.server), verify_secret, &asked);
  client_is(&pair, "bob", "secret");
  allow_insecure(&pair);
  pn_transport_set_server(pair.server);
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "PLAIN", "bob");
  pair_free(&pair);
}

static void user_is_enough_to_make_a_client_use_sasl(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_transport_free(pair.client);
  pair.client = pn_transport();
  pn_connection_set_user(pair.client_conn, "bob");
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "ANONYMOUS", "anonymous");
  assert_string_equal(pn_transport_get_user(pair.client), "bob");
  pair_free(&pair);
}

static void client_that_skips_sasl_is_nobody(void **state) {
  for (int required = 0; required < 2; required++) {
    struct pair pair = pair_make(piece(state));
    pn_transport_free(pair.client);
    pair.client = pn_transport();
    pn_transport_require_auth(pair.server, required);
    pair_bind(&pair);
    pair_run(&pair);
    assert_int_equal(both_open(&pair), !required);
    assert_false(pn_transport_is_authenticated(pair.server));
    assert_int_equal(pn_sasl_outcome(server_sasl(&pair)), PN_SASL_NONE);
    assert_string_equal(condition_of(pair.server), required ? "amqp:connection:policy-error" : "none");
    pair_free(&pair);
  }
}

/* pn_sasl_done() is a note, not a key. */
static void noted_outcome_lets_nobody_in(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "wrong");
  allow_insecure(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  pn_sasl_done(server_sasl(&pair), PN_SASL_OK);
  assert_int_equal(pn_sasl_outcome(server_sasl(&pair)), PN_SASL_OK);
  pair_bind(&pair);
  pair_run(&pair);
  assert_false(both_open(&pair));
  assert_false(pn_transport_is_authenticated(pair.server));
  assert_null(pn_sasl_get_user(server_sasl(&pair)));
  pair_free(&pair);
}

/* Lines of a transport's trace, one after the other. */
static char traced[64 * 1024];

static void keep_trace(pn_transport_t *transport, const char *line) {
  (void)transport;
  assert_true(strlen(traced) + strlen(line) + 2 < sizeof traced);
  strcat(strcat(traced, line), "\n");
}

static void trace_shows_no_password(void **state) {
  int asked = 0;
  struct pair pair = pair_make(piece(state));
  client_is(&pair, "bob", "secret");
  allow_insecure(&pair);
  pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
  traced[0] = '\0';
  pn_transport_set_tracer(pair.client, keep_trace);
  pn_transport_set_tracer(pair.server, keep_trace);
  pn_logger_set_mask(pn_transport_logger(pair.client), PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
  pn_logger_set_mask(pn_transport_logger(pair.server), PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
  pair_bind(&pair);
  pair_run(&pair);
  assert_authenticated(&pair, "PLAIN", "bob");
  assert_non_null(strstr(traced, "-> @sasl-init(65) [mechanism=:PLAIN, initial-response=b\"(11 octets)\"]"));
  assert_non_null(strstr(traced, "<- @sasl-init(65) [mechanism=:PLAIN, initial-response=b\"(11 octets)\"]"));
  assert_non_null(strstr(traced, "@sasl-outcome(68) [code=0x0]"));
  assert_null(strstr(traced, "secret"));
  assert_null(strstr(traced, "73 65 63")); /* its first octets, in hexadecimal */
  pair_free(&pair);
}

static void settings_are_kept(void **state) {
  struct pair pair = pair_make(piece(state));
  assert_ptr_equal(pn_sasl(pair.client), pair.client); /* programs compare the two */
  assert_false(pn_sasl_get_allow_insecure_mechs(client_sasl(&pair)));
  allow_insecure(&pair);
  assert_true(pn_sasl_get_allow_insecure_mechs(client_sasl(&pair)));
  assert_string_equal(pni_sasl_config_name(pair.client), "proton-client");
  assert_string_equal(pni_sasl_config_name(pair.server), "proton-server");
  pn_sasl_config_name(server_sasl(&pair), "broker");
  pn_sasl_config_path(server_sasl(&pair), "/etc/sasl2:/usr/lib/sasl2");
  assert_string_equal(pni_sasl_config_name(pair.server), "broker");
  assert_string_equal(pni_sasl_config_path(pair.server), "/etc/sasl2:/usr/lib/sasl2");
  assert_int_equal(pn_sasl_extended(), pni_cyrus_present());
  assert_null(pn_sasl(NULL));
  pair_free(&pair);
}

/* What cannot be set for want of memory is not as if it had never been said. */
static void restriction_that_is_lost_lets_nobody_in(void **state) {
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce_end();
    struct pair pair = pair_make(piece(state));
    pair_bind(&pair);
    scarce.on = true;
    pn_sasl_allowed_mechs(server_sasl(&pair), "PLAIN");
    refusals += scarce_refused();
    scarce_end();
    pair_run(&pair);
    assert_false(both_open(&pair));
    assert_false(pn_transport_is_authenticated(pair.server));
    if (scarce_refused()) assert_string_equal(condition_of(pair.server), "amqp:internal-error");
    pair_free(&pair);
  }
  assert_true(refusals > 0);
}

/* Whatever cannot be allocated: both come in, or neither does. */
static void exchange_survives_want_of_memory(void **state) {
  const size_t size = piece(state);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    int asked = 0;
    scarce_end();
    struct pair pair = pair_make(size);
    client_is(&pair, "bob", "secret");
    pair_bind(&pair);
    scarce.on = true;
    allow_insecure(&pair);
    pn_sasl_allowed_mechs(server_sasl(&pair), "PLAIN");
    pn_sasl_set_password_verifier(server_sasl(&pair), verify_secret, &asked);
    for (int turn = 0; turn < 6; turn++) {
      pn_transport_t *const from = turn % 2 ? pair.server : pair.client;
      pn_transport_t *const to = turn % 2 ? pair.client : pair.server;
      char octets[4096];
      const ssize_t some = pn_transport_output(from, octets, sizeof octets);
      if (some > 0) (void)pn_transport_push(to, octets, (size_t)some);
    }
    const bool refused = scarce_refused();
    scarce_end();
    pair_run(&pair);
    if (!refused) assert_authenticated(&pair, "PLAIN", "bob");
    if (pn_transport_is_authenticated(pair.server)) assert_int_equal(asked, 1);
    if (!both_open(&pair)) assert_true(pn_transport_closed(pair.server) || pn_transport_closed(pair.client));
    pair_free(&pair);
  }
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(anonymous_client_is_nobody),
      both_ways(right_password_lets_a_client_in),
      both_ways(wrong_password_does_not),
      both_ways(plain_is_used_where_both_may),
      both_ways(who_finds_no_mechanism_stays_out),
      both_ways(server_that_requires_encryption_asks_for_no_password_without),
      both_ways(client_without_a_usable_mechanism_says_so),
      both_ways(server_with_nothing_to_offer_ends_it),
      both_ways(certificate_is_enough),
      both_ways(certificate_is_of_nobody_else),
      both_ways(password_is_of_nobody_else),
      both_ways(which_side_it_is_counts_from_the_first_octet),
      both_ways(user_is_enough_to_make_a_client_use_sasl),
      both_ways(client_that_skips_sasl_is_nobody),
      both_ways(noted_outcome_lets_nobody_in),
      both_ways(trace_shows_no_password),
      both_ways(settings_are_kept),
      both_ways(restriction_that_is_lost_lets_nobody_in),
      both_ways(exchange_survives_want_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
