/* Passwords that are verified later, by another thread, or never. <baryon/sasl.h> */
#include "layers/sasl_pair.h"

#include <pthread.h>
#include <stdatomic.h>

/* A verifier that keeps the question. */
static void keep(void *context, pn_sasl_question_t *question) {
  pn_sasl_question_t **const kept = context;
  assert_null(*kept);
  *kept = question;
}

/* Whom a connection is run by: counts what it is told. */
struct runner {
  atomic_int held, woken;
};
static void count_wake(void *context) { atomic_fetch_add(&((struct runner *)context)->woken, 1); }
static void count_hold(void *context) { atomic_fetch_add(&((struct runner *)context)->held, 1); }
static void count_release(void *context) { atomic_fetch_sub(&((struct runner *)context)->held, 1); }
static const pn_sasl_wake_t counting = {count_wake, count_hold, count_release};

/* A client has sent user and password, and the server has asked. */
static struct pair asking(size_t piece, pn_sasl_question_t **kept, struct runner *runner) {
  struct pair pair = pair_make(piece);
  *kept = NULL;
  pn_connection_set_user(pair.client_conn, "bob");
  pn_connection_set_password(pair.client_conn, "secret");
  pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), true);
  pn_sasl_set_allow_insecure_mechs(server_sasl(&pair), true);
  pn_sasl_set_password_verifier(server_sasl(&pair), keep, kept);
  pn_sasl_set_wake(server_sasl(&pair), &counting, runner);
  pair_bind(&pair);
  pair_run(&pair);
  assert_non_null(*kept);
  assert_int_equal(runner->held, 1);
  return pair;
}

static void *answer_well(void *question) {
  const bool right = strcmp(pn_sasl_question_user(question), "bob") == 0 &&
                     strcmp(pn_sasl_question_password(question), "secret") == 0;
  return pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH) ? question : NULL;
}

static void nothing_is_said_until_the_answer_comes(void **state) {
  pn_sasl_question_t *question;
  struct runner runner = {0, 0};
  struct pair pair = asking(*(size_t *)*state, &question, &runner);
  assert_int_equal(pn_transport_pending(pair.server), 0);
  assert_int_equal(pn_transport_pending(pair.client), 0); /* no AMQP header, either */
  assert_int_equal(pn_sasl_outcome(server_sasl(&pair)), PN_SASL_NONE);
  assert_null(pn_sasl_get_user(server_sasl(&pair)));

  assert_true(pn_sasl_answer(question, PN_SASL_OK));
  assert_int_equal(runner.woken, 1);
  pair_run(&pair);
  assert_true(both_open(&pair));
  assert_string_equal(pn_transport_get_user(pair.server), "bob");
  assert_int_equal(runner.held, 0);
  pair_free(&pair);
}

static void another_thread_may_answer(void **state) {
  pn_sasl_question_t *question;
  struct runner runner = {0, 0};
  struct pair pair = asking(*(size_t *)*state, &question, &runner);
  pthread_t thread;
  void *counted;
  assert_int_equal(pthread_create(&thread, NULL, answer_well, question), 0);
  while (runner.woken == 0) sched_yield();
  pair_run(&pair);
  assert_true(both_open(&pair));
  assert_int_equal(pthread_join(thread, &counted), 0);
  assert_non_null(counted);
  assert_int_equal(runner.held, 0);
  pair_free(&pair);
}

static void answers_are_outcomes(void **state) {
  const struct {
    int answer;
    pn_sasl_outcome_t outcome;
  } cases[] = {{PN_SASL_AUTH, PN_SASL_AUTH}, {PN_SASL_SYS, PN_SASL_SYS}, {PN_SASL_PERM, PN_SASL_PERM},
      {PN_SASL_TEMP, PN_SASL_TEMP}, {PN_SASL_NONE, PN_SASL_SYS}, {5, PN_SASL_SYS}, {-2, PN_SASL_SYS}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pn_sasl_question_t *question;
    struct runner runner = {0, 0};
    struct pair pair = asking(*(size_t *)*state, &question, &runner);
    assert_true(pn_sasl_answer(question, (pn_sasl_outcome_t)cases[i].answer));
    pair_run(&pair);
    assert_false(both_open(&pair));
    assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), cases[i].outcome);
    assert_string_equal(condition_of(pair.client), "amqp:unauthorized-access");
    pair_free(&pair);
  }
}

static void question_outlives_its_transport(void **state) {
  pn_sasl_question_t *question;
  struct runner runner = {0, 0};
  struct pair pair = asking(*(size_t *)*state, &question, &runner);
  pair_free(&pair);
  assert_string_equal(pn_sasl_question_user(question), "bob");
  assert_int_equal(runner.held, 1);
  assert_false(pn_sasl_answer(question, PN_SASL_OK));
  assert_int_equal(runner.woken, 0);
  assert_int_equal(runner.held, 0);
}

static void answer_for_a_client_that_has_gone_is_for_nobody(void **state) {
  pn_sasl_question_t *question;
  struct runner runner = {0, 0};
  struct pair pair = asking(*(size_t *)*state, &question, &runner);
  pn_transport_close_tail(pair.server);
  assert_true(pn_transport_pending(pair.server) < 0);
  assert_false(pn_sasl_answer(question, PN_SASL_OK));
  assert_string_equal(condition_of(pair.server), "amqp:connection:framing-error");
  assert_false(pn_transport_is_authenticated(pair.server));
  pair_free(&pair);
}

static void answer_that_nobody_looked_at_is_freed_with_the_transport(void **state) {
  pn_sasl_question_t *question;
  struct runner runner = {0, 0};
  struct pair pair = asking(*(size_t *)*state, &question, &runner);
  assert_true(pn_sasl_answer(question, PN_SASL_OK));
  pair_free(&pair);
  assert_int_equal(runner.held, 0);
}

/* The answer and the transport's end at the same time: whoever is first, nothing is lost or freed twice. */
static void answer_and_end_may_meet(void **state) {
  for (int i = 0; i < 200; i++) {
    pn_sasl_question_t *question;
    struct runner runner = {0, 0};
    struct pair pair = asking(*(size_t *)*state, &question, &runner);
    pthread_t thread;
    void *counted;
    assert_int_equal(pthread_create(&thread, NULL, answer_well, question), 0);
    if (i % 2) sched_yield();
    pair_free(&pair);
    assert_int_equal(pthread_join(thread, &counted), 0);
    assert_int_equal(runner.woken, counted != NULL);
    assert_int_equal(runner.held, 0);
  }
}

/* What a client sends ahead waits for the answer, and is taken without its having to send more. */
static void what_was_sent_ahead_waits_for_the_answer(void **state) {
  (void)state;
  pn_sasl_question_t *question = NULL;
  pn_transport_t *const server = pn_transport();
  pn_connection_t *const conn = pn_connection();
  pn_transport_set_server(server);
  pn_sasl_set_allow_insecure_mechs(pn_sasl(server), true);
  pn_sasl_allowed_mechs(pn_sasl(server), "PLAIN");
  pn_sasl_set_password_verifier(pn_sasl(server), keep, &question);
  assert_int_equal(pn_transport_bind(server, conn), 0);
  tell(server, SASL_HEADER INIT_PLAIN AMQP_HEADER "00000011 02 00 0000 00 53 10 c0 04 01 a1 01 'c'");
  expect_said(server, SASL_HEADER OFFER_PLAIN);
  assert_false(pn_connection_state(conn) & PN_REMOTE_ACTIVE);

  assert_true(pn_sasl_answer(question, PN_SASL_OK));
  expect_said(server, OUTCOME_OK AMQP_HEADER);
  assert_true(pn_connection_state(conn) & PN_REMOTE_ACTIVE);
  assert_string_equal(pn_connection_remote_container(conn), "c");
  pn_transport_free(server);
  pn_connection_free(conn);
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(nothing_is_said_until_the_answer_comes),
      both_ways(another_thread_may_answer),
      both_ways(answers_are_outcomes),
      both_ways(question_outlives_its_transport),
      both_ways(answer_for_a_client_that_has_gone_is_for_nobody),
      both_ways(answer_that_nobody_looked_at_is_freed_with_the_transport),
      {"answer_and_end_may_meet", answer_and_end_may_meet, NULL, NULL, &at_once},
      cmocka_unit_test(what_was_sent_ahead_waits_for_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
