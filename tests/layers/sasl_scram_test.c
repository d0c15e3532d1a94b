/* Passwords that are proved, tokens that are shown: SCRAM on both sides, XOAUTH2 and OAUTHBEARER on a client's. [5.3] */
#include "layers/sasl.h"

#include "layers/sasl_pair.h"
#include "support/scarce.h"
#include <proton/session.h>

static size_t piece(void **state) { return *(const size_t *)*state; }

/* Knows bob, whose password is "secret". */
struct users {
  char *secrets[2]; /* of SHA-256 and SHA-1 */
  int asked;
  pn_sasl_question_t *kept; /* to be answered later */
  bool keeps;
};

static struct users users_make(void) {
  struct users users = {{pn_sasl_scram_secret("SCRAM-SHA-256", "secret", 0),
                            pn_sasl_scram_secret("scram-sha-1", "secret", 5000)},
      0, NULL, false};
  assert_true(users.secrets[0] && users.secrets[1]);
  return users;
}

static void users_free(struct users *users) {
  free(users->secrets[0]);
  free(users->secrets[1]);
}

static bool answer(struct users *users, pn_sasl_question_t *question) {
  const bool newer = strcmp(pn_sasl_question_mechanism(question), "SCRAM-SHA-256") == 0;
  const bool known = strcmp(pn_sasl_question_user(question), "bob") == 0;
  return pn_sasl_answer_secret(question, known ? users->secrets[newer ? 0 : 1] : NULL);
}

static void look_up(void *context, pn_sasl_question_t *question) {
  struct users *const users = context;
  users->asked++;
  assert_string_equal(pn_sasl_question_password(question), "");
  if (users->keeps)
    users->kept = question;
  else
    (void)answer(users, question);
}

static struct pair scram_pair(
    void **state, struct users *users, const char *user, const char *password, const char *mechanisms) {
  struct pair pair = pair_make(piece(state));
  pn_connection_set_user(pair.client_conn, user);
  pn_connection_set_password(pair.client_conn, password);
  pn_sasl_set_secret_source(server_sasl(&pair), look_up, users);
  pn_transport_require_auth(pair.server, true);
  if (mechanisms) pn_sasl_allowed_mechs(client_sasl(&pair), mechanisms);
  return pair;
}

static void right_password_is_proved(void **state) {
  static const char *const mechanisms[] = {NULL, "SCRAM-SHA-256", "SCRAM-SHA-1"};
  for (int i = 0; i < 3; i++) {
    struct users users = users_make();
    struct pair pair = scram_pair(state, &users, "bob", "secret", mechanisms[i]);
    pair_bind(&pair);
    pair_run(&pair);
    assert_true(both_open(&pair));
    assert_int_equal(users.asked, 1);
    assert_true(pn_transport_is_authenticated(pair.server) && pn_transport_is_authenticated(pair.client));
    assert_string_equal(pn_sasl_get_mech(server_sasl(&pair)), i == 2 ? "SCRAM-SHA-1" : "SCRAM-SHA-256");
    assert_string_equal(pn_transport_get_user(pair.server), "bob");
    assert_string_equal(pn_sasl_get_authorization(server_sasl(&pair)), "bob");
    pair_free(&pair);
    users_free(&users);
  }
}

static void assert_turned_away(struct pair *pair) {
  assert_false(both_open(pair));
  assert_false(pn_transport_is_authenticated(pair->server) || pn_transport_is_authenticated(pair->client));
  assert_int_equal(pn_sasl_outcome(client_sasl(pair)), PN_SASL_AUTH);
  assert_string_equal(condition_of(pair->client), "amqp:unauthorized-access");
  assert_string_equal(condition_of(pair->server), "amqp:unauthorized-access");
  assert_true(pn_transport_closed(pair->client) && pn_transport_closed(pair->server));
}

static void others_are_turned_away_alike(void **state) {
  static const char *const claims[][2] = {{"bob", "wrong"}, {"alice", "secret"}, {"bo", "secret"}};
  for (int i = 0; i < 3; i++) {
    struct users users = users_make();
    struct pair pair = scram_pair(state, &users, claims[i][0], claims[i][1], NULL);
    pair_bind(&pair);
    pair_run(&pair);
    assert_int_equal(users.asked, 1);
    assert_turned_away(&pair);
    pair_free(&pair);
    users_free(&users);
  }
}

static void nobody_acts_as_another(void **state) {
  struct users users = users_make();
  struct pair pair = scram_pair(state, &users, "bob", "secret", NULL);
  pn_connection_set_authorization(pair.client_conn, "alice");
  pair_bind(&pair);
  pair_run(&pair);
  assert_int_equal(users.asked, 0);
  assert_turned_away(&pair);
  pair_free(&pair);
  users_free(&users);
}

static void answer_may_come_later(void **state) {
  for (int gone = 0; gone < 2; gone++) {
    struct users users = users_make();
    users.keeps = true;
    struct pair pair = scram_pair(state, &users, "bob", "secret", NULL);
    pair_bind(&pair);
    pair_run(&pair);
    assert_false(both_open(&pair));
    assert_non_null(users.kept);
    if (gone) {
      pair_free(&pair);
      assert_false(answer(&users, users.kept));
    } else {
      assert_true(answer(&users, users.kept));
      pair_run(&pair);
      assert_true(both_open(&pair));
      pair_free(&pair);
    }
    users_free(&users);
  }
}

/* A server that cannot tell says so. */
static void cannot_tell(void *context, pn_sasl_question_t *question) {
  (void)context;
  (void)pn_sasl_answer(question, PN_SASL_TEMP);
}

static void trouble_of_the_server_is_told(void **state) {
  struct users users = users_make();
  struct pair pair = scram_pair(state, &users, "bob", "secret", NULL);
  pn_sasl_set_secret_source(server_sasl(&pair), cannot_tell, NULL);
  pair_bind(&pair);
  pair_run(&pair);
  assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_TEMP);
  assert_false(both_open(&pair));
  pair_free(&pair);
  users_free(&users);
}

/* A server that does not know the password lets the client in: the client does not go. */
static void server_that_proves_nothing_is_left(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_connection_set_user(pair.client_conn, "bob");
  pn_connection_set_password(pair.client_conn, "secret");
  pair_bind(&pair);
  tell(pair.client, SASL_HEADER "00000020 02 01 0000 00 53 40 c0 13 01 e0 10 01 a3 0d 'SCRAM-SHA-256'");
  assert_true(pn_transport_pending(pair.client) > 0);
  assert_string_equal(pn_sasl_get_mech(client_sasl(&pair)), "SCRAM-SHA-256");
  tell(pair.client, OUTCOME_OK);
  assert_false(pn_transport_is_authenticated(pair.client));
  assert_string_equal(condition_of(pair.client), "amqp:unauthorized-access");
  const char *const text = pn_condition_get_description(pn_transport_condition(pair.client));
  assert_non_null(strstr(text, "the server has not proved that it knows the password"));
  pair_free(&pair);
}

/* A client that is offered both does not show what it can prove. */
static void password_is_not_shown_where_it_can_be_proved(void **state) {
  struct users users = users_make();
  struct pair pair = scram_pair(state, &users, "bob", "secret", NULL);
  pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), true);
  pn_sasl_set_allow_insecure_mechs(server_sasl(&pair), true);
  pn_sasl_set_password_verifier(server_sasl(&pair), look_up, &users);
  pair_bind(&pair);
  pair_run(&pair);
  assert_string_equal(pn_sasl_get_mech(server_sasl(&pair)), "SCRAM-SHA-256");
  assert_true(both_open(&pair));
  pair_free(&pair);
  users_free(&users);
}

/* Tokens. */

static struct octets said_with(
    const char *user, const char *token, const char *mechanism, const char *offer, bool insecure) {
  struct pair pair = pair_make(65536);
  struct octets said = {NULL, 0};
  pn_connection_set_user(pair.client_conn, user);
  pn_connection_set_password(pair.client_conn, token);
  pn_connection_set_hostname(pair.client_conn, "host");
  if (mechanism) pn_sasl_allowed_mechs(client_sasl(&pair), mechanism);
  pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), insecure);
  pair_bind(&pair);
  tell(pair.client, offer);
  hear(pair.client, &said);
  pair_free(&pair);
  return said;
}

#define OFFER_XOAUTH2     SASL_HEADER "0000001a 02 01 0000 00 53 40 c0 0d 01 e0 0a 01 a3 07 'XOAUTH2'"
#define OFFER_OAUTHBEARER SASL_HEADER "0000001e 02 01 0000 00 53 40 c0 11 01 e0 0e 01 a3 0b 'OAUTHBEARER'"

static bool holds(const struct octets *said, const char *what, size_t size) {
  return memmem(said->start, said->size, what, size) != NULL;
}

static void token_is_shown_where_it_was_asked_for(void **state) {
  (void)state;
  static const char xoauth2[] = "user=bob\1auth=Bearer token\1\1",
                    bearer[] = "n,a=bob,\1host=host\1auth=Bearer token\1\1";
  struct octets said = said_with("bob", "token", "XOAUTH2", OFFER_XOAUTH2, true);
  assert_true(holds(&said, xoauth2, sizeof xoauth2 - 1));
  octets_free(&said);
  said = said_with("bob", "token", "OAUTHBEARER XOAUTH2", OFFER_OAUTHBEARER, true);
  assert_true(holds(&said, bearer, sizeof bearer - 1));
  octets_free(&said);
  const struct {
    const char *user, *mechanism;
    bool insecure;
  } not [] = {{"bob", "XOAUTH2", false}, {"bob", NULL, true}, {"b,b", "XOAUTH2", true}};
  for (size_t i = 0; i < 3; i++) {
    said = said_with(not [i].user, "token", not [i].mechanism, OFFER_XOAUTH2, not [i].insecure);
    assert_false(holds(&said, "token", 5));
    octets_free(&said);
  }
}

/* 12 KiB, as there are. */
static void long_token_fits(void **state) {
  (void)state;
  char token[12 * 1024 + 1];
  memset(token, 'x', sizeof token - 1);
  token[sizeof token - 1] = '\0';
  struct octets said = said_with("bob", token, "XOAUTH2", OFFER_XOAUTH2, true);
  assert_true(holds(&said, token, sizeof token - 1));
  octets_free(&said);
  char large[17 * 1024];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  said = said_with("bob", large, "XOAUTH2", OFFER_XOAUTH2, true);
  assert_false(holds(&said, "xxxx", 4));
  octets_free(&said);
}

static void refusal_of_a_token_is_answered(void **state) {
  struct pair pair = pair_make(piece(state));
  pn_connection_set_user(pair.client_conn, "bob");
  pn_connection_set_password(pair.client_conn, "token");
  pn_sasl_allowed_mechs(client_sasl(&pair), "XOAUTH2");
  pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), true);
  pair_bind(&pair);
  struct octets said = {NULL, 0};
  tell(pair.client, OFFER_XOAUTH2);
  hear(pair.client, &said);
  octets_free(&said);
  tell(pair.client, "00000013 02 01 0000 00 53 42 c0 06 01 a0 03 '{ }'");
  expect_said(pair.client, "00000010 02 01 0000 00 53 43 c0 03 01 a0 00");
  tell(pair.client, OUTCOME_AUTH);
  assert_string_equal(condition_of(pair.client), "amqp:unauthorized-access");
  pair_free(&pair);
}

/* Whatever cannot be allocated: both come in, or neither does. */
static void exchange_survives_want_of_memory(void **state) {
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce_end();
    struct users users = users_make();
    struct pair pair = scram_pair(state, &users, "bob", "secret", "SCRAM-SHA-256");
    pair_bind(&pair);
    scarce.on = true;
    for (int turn = 0; turn < 8; turn++) {
      pn_transport_t *const from = turn % 2 ? pair.server : pair.client;
      pn_transport_t *const to = turn % 2 ? pair.client : pair.server;
      char octets[4096];
      const ssize_t some = pn_transport_output(from, octets, sizeof octets);
      if (some > 0) (void)pn_transport_push(to, octets, (size_t)some);
    }
    const bool refused = scarce_refused();
    scarce_end();
    pair_run(&pair);
    if (!refused) assert_true(both_open(&pair));
    if (!both_open(&pair)) assert_true(pn_transport_closed(pair.server) || pn_transport_closed(pair.client));
    pair_free(&pair);
    users_free(&users);
  }
}

static void secret_is_made_of_known_mechanisms_only(void **state) {
  (void)state;
  assert_null(pn_sasl_scram_secret("PLAIN", "x", 0));
  assert_null(pn_sasl_scram_secret("SCRAM-SHA-256", "x", 100));
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(right_password_is_proved),
      both_ways(others_are_turned_away_alike),
      both_ways(nobody_acts_as_another),
      both_ways(answer_may_come_later),
      both_ways(trouble_of_the_server_is_told),
      both_ways(server_that_proves_nothing_is_left),
      both_ways(password_is_not_shown_where_it_can_be_proved),
      {"token_is_shown_where_it_was_asked_for", token_is_shown_where_it_was_asked_for, NULL, NULL, &at_once},
      {"long_token_fits", long_token_fits, NULL, NULL, &at_once},
      both_ways(refusal_of_a_token_is_answered),
      {"exchange_survives_want_of_memory", exchange_survives_want_of_memory, NULL, NULL, &at_once},
      {"secret_is_made_of_known_mechanisms_only", secret_is_made_of_known_mechanisms_only, NULL, NULL,
          &at_once},
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
