/* GSSAPI through Cyrus SASL, with tickets of a real KDC: kdc.sh has the realm. [5.3, RFC 4752] */
#include "layers/sasl.h"
#include "layers/sasl_sample.h"
#include "layers/tls_pair.h"

#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/session.h>
#include <stdlib.h>
#include <time.h>

static char configurations[256]; /* their folder */

static int make_configuration(void **state) {
  char path[300];
  const char *const folder = getenv("KDC_FOLDER"); /* NOLINT(concurrency-mt-unsafe) */
  assert_non_null(folder);                         /* kdc.sh runs this */
  (void)snprintf(configurations, sizeof configurations, "%s", folder);
  (void)snprintf(path, sizeof path, "%s/tickets.conf", folder);
  FILE *const file = fopen(path, "w");
  assert_non_null(file);
  (void)fprintf(file, "mech_list: GSSAPI\n");
  assert_int_equal(fclose(file), 0);
  return cast_make(state);
}

/* The value of a variable until the test says otherwise: a file of the realm's. */
static char *instead(const char *variable, const char *file) {
  char path[300];
  char *const old = strdup(getenv(variable)); /* NOLINT(concurrency-mt-unsafe) */
  (void)snprintf(path, sizeof path, "FILE:%s/%s", configurations, file);
  assert_non_null(old);
  (void)setenv(variable, path, 1); /* NOLINT(concurrency-mt-unsafe) */
  return old;
}
static void again(const char *variable, char *old) {
  (void)setenv(variable, old, 1); /* NOLINT(concurrency-mt-unsafe) */
  free(old);
}

static void serve(pn_transport_t *server) {
  pn_sasl_config_path(pn_sasl(server), configurations);
  pn_sasl_config_name(pn_sasl(server), "tickets");
  pn_transport_require_auth(server, true);
}

static void use_tickets(pn_transport_t *client, pn_connection_t *conn) {
  pn_sasl_config_path(pn_sasl(client), configurations);
  pn_sasl_allowed_mechs(pn_sasl(client), "GSSAPI");
  pn_connection_set_hostname(conn, "localhost");
}

static struct pair make(void **state) {
  struct pair pair = pair_make(piece(state));
  serve(pair.server);
  use_tickets(pair.client, pair.client_conn);
  return pair;
}

static void go(struct pair *pair) {
  pair_bind(pair);
  pair_run(pair);
}

static void assert_said(pn_transport_t *transport, const char *words) {
  const char *const text = pn_condition_get_description(pn_transport_condition(transport));
  assert_string_equal(condition_of(transport), "amqp:unauthorized-access");
  assert_non_null(text);
  if (!strstr(text, words)) fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void ticket_is_taken(void **state) {
  struct pair pair = make(state);
  go(&pair);
  assert_true(both_open(&pair));
  assert_string_equal(pn_sasl_get_mech(server_sasl(&pair)), "GSSAPI");
  assert_string_equal(pn_transport_get_user(pair.server), "user");
  assert_true(pn_transport_is_authenticated(pair.server));
  assert_true(pn_transport_is_authenticated(pair.client));
  pair_free(&pair);
}

/* Without TLS the mechanism encrypts, whether that is required or not; what is changed on its way is not taken. */
static void what_follows_is_encrypted(void **state) {
  for (int required = 0; required < 2; required++) {
    struct pair pair = make(state);
    pn_transport_require_encryption(pair.server, required);
    go(&pair);
    assert_true(both_open(&pair));
    assert_true(pn_transport_is_encrypted(pair.client));
    assert_true(pn_transport_is_encrypted(pair.server));

    pn_connection_close(pair.client_conn);
    char copy[256];
    const ssize_t size = pn_transport_pending(pair.client);
    assert_in_range(size, 16, sizeof copy);
    assert_int_equal(pn_transport_peek(pair.client, copy, (size_t)size), size);
    copy[size - 3] ^= 1;
    (void)pn_transport_push(pair.server, copy, (size_t)size);
    assert_true(pn_connection_state(pair.server_conn) & PN_REMOTE_ACTIVE);
    assert_string_equal(condition_of(pair.server), "amqp:connection:framing-error");
    pair_free(&pair);
  }
}

/* More than the mechanism takes at a time, both ways. */
static void large_messages_pass(void **state) {
  enum { SIZE = 200000 };
  struct pair pair = make(state);
  char *const content = malloc(SIZE), *const received = malloc(SIZE + 1);
  assert_true(content && received);
  for (int i = 0; i < SIZE; i++) content[i] = (char)(i * 7);
  pn_connection_t *const ends[] = {pair.client_conn, pair.server_conn};
  pair_bind(&pair);
  for (int way = 0; way < 2; way++) {
    pn_session_t *const ssn = pn_session(ends[way]);
    pn_link_t *const link = pn_sender(ssn, way ? "back" : "there");
    pn_session_open(ssn);
    pn_link_open(link);
    (void)pn_delivery(link, pn_dtag("1", 1));
    assert_int_equal(pn_link_send(link, content, SIZE), SIZE);
    assert_true(pn_link_advance(link));
  }
  pair_run(&pair);
  for (int way = 0; way < 2; way++) {
    pn_link_t *const link = pn_link_head(ends[1 - way], PN_LOCAL_UNINIT);
    assert_non_null(link);
    pn_session_open(pn_link_session(link));
    pn_link_open(link);
    pn_link_flow(link, 1);
    pair_run(&pair);
    assert_int_equal(pn_link_recv(link, received, SIZE + 1), SIZE);
    assert_memory_equal(content, received, SIZE);
  }
  free(content);
  free(received);
  pair_free(&pair);
}

/* Where TLS encrypts already, tickets authenticate and no more. */
static void tls_is_not_encrypted_again(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  serve(tls.pair.server);
  pn_transport_require_encryption(tls.pair.server, true);
  use_tickets(tls.pair.client, tls.pair.client_conn);
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
  assert_int_equal(pn_ssl_set_peer_hostname(client_ssl(&tls), "server.test"), 0);
  assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.server, NULL), 0);
  pair_bind(&tls.pair);
  pair_run(&tls.pair);
  assert_true(both_open(&tls.pair));
  assert_string_equal(pn_transport_get_user(tls.pair.server), "user");
  assert_false(tls.pair.server->sasl->secures);
  tls_pair_free(&tls);
}

static void another_name_is_not_for_the_taking(void **state) {
  struct pair pair = make(state);
  pn_connection_set_authorization(pair.client_conn, "admin");
  go(&pair);
  assert_false(both_open(&pair));
  assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_AUTH);
  assert_false(pn_transport_is_authenticated(pair.server));
  pair_free(&pair);
}

/* What is wrong is said to whom it concerns. */

static void refused_by_the_client(void **state, const char *words) {
  struct pair pair = make(state);
  go(&pair);
  assert_false(both_open(&pair));
  assert_said(pair.client, words);
  pair_free(&pair);
}

/* What Kerberos allocates when it does not find its file, or finds a ticket that has just expired, it does not give back. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static void forgive_leaks(bool forgive) {
  if (forgive && __lsan_disable) __lsan_disable();
  if (!forgive && __lsan_enable) __lsan_enable();
}

static void no_ticket_is_said_to_be_missing(void **state) {
  char *const old = instead("KRB5CCNAME", "none");
  refused_by_the_client(state, "No Kerberos credentials available");
  again("KRB5CCNAME", old);
}

static void expired_ticket_is_said_to_be(void **state) {
  const struct timespec pause = {.tv_nsec = 20000000};
  while (system("klist -s \"$KDC_FOLDER/short\"") == 0) /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
    (void)nanosleep(&pause, NULL);
  char *const old = instead("KRB5CCNAME", "short");
  forgive_leaks(true);
  refused_by_the_client(state, "expired");
  forgive_leaks(false);
  again("KRB5CCNAME", old);
}

static void unknown_service_is_named(void **state) {
  struct pair pair = make(state);
  pn_connection_set_hostname(pair.client_conn, "elsewhere");
  go(&pair);
  assert_false(both_open(&pair));
  assert_said(pair.client, "amqp/elsewhere@BARYON.TEST");
  pair_free(&pair);
}

static void refused_by_the_server(void **state, const char *keytab, const char *words) {
  char *const old = instead("KRB5_KTNAME", keytab);
  struct pair pair = make(state);
  go(&pair);
  again("KRB5_KTNAME", old);
  assert_false(both_open(&pair));
  assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_AUTH);
  assert_said(pair.client, "GSSAPI");
  assert_said(pair.server, words);
  pair_free(&pair);
}

static void server_without_its_key_says_so(void **state) {
  forgive_leaks(true);
  refused_by_the_server(state, "none", "Key table file");
  forgive_leaks(false);
}
static void server_with_an_old_key_says_so(void **state) {
  refused_by_the_server(state, "stale.keytab", "amqp/localhost@BARYON.TEST kvno 3 not found");
}

/* With Cyrus SASL's own programs on the other side: what they take encrypts, shows that nothing was changed, does neither. */
static const char *const most[] = {"max=256", "max=1", "max=0"};
enum { MOST = sizeof most / sizeof most[0], NONE = MOST - 1 };

/* What it has encrypted is told to ours, which says what it is. */
static void assert_understood(struct sample *sample, pn_transport_t *transport, const char *words) {
  assert_string_equal(sample->saw, "AMQP");
  (void)pn_transport_push(transport, sample->bytes, sample->size);
  const char *const text = pn_condition_get_description(pn_transport_condition(transport));
  assert_non_null(text);
  assert_non_null(strstr(text, words));
}

static void sample_server_takes_ours(void **state) {
  for (int i = 0; i < MOST; i++) {
    struct sample sample;
    struct pair pair = pair_make(piece(state));
    sample_begin(&sample, "sasl-sample-server -s amqp -m GSSAPI -b", most[i]);
    use_tickets(pair.client, pair.client_conn);
    pnx_sasl_set_implementation(pair.server, &sample_side, &sample);
    go(&pair);
    assert_true(pn_transport_is_authenticated(pair.client));
    assert_string_equal(sample.name, "user");
    assert_int_equal(pn_transport_is_encrypted(pair.client), i != NONE);
    assert_int_equal(both_open(&pair), i == NONE);
    if (i != NONE) assert_understood(&sample, pair.client, "srv mess");
    pair_free(&pair);
    sample_end(&sample);
  }
}

/* A server waits for the client's first octet, the program for the server's: so a line of ours comes first. */
static void exchange_lines(struct pair *pair) {
  static const char ours[] = "srv message 1",
                    theirs[] = "client message 1"; /* it wants to be told just that */
  struct sample *const sample = sample_of(pair->client);
  pn_bytes_t coded = {0}, plain = {0};
  assert_true(pni_sasl_built_in.encode(pair->server, pn_bytes(strlen(ours), ours), &coded) > 0);
  assert_int_equal(sample_decode(pair->client, coded, &plain), 0);
  assert_string_equal(sample->saw, ours);
  assert_true(sample_hear(sample, NULL));
  assert_int_equal(
      pni_sasl_built_in.decode(pair->server, pn_bytes(sample->size, sample->bytes), &plain), sizeof theirs);
  assert_memory_equal(plain.start, theirs, plain.size);
}

static void ours_takes_the_sample_client(void **state) {
  for (int i = 0; i < MOST; i++) {
    struct sample sample;
    struct pair pair = pair_make(piece(state));
    sample_begin(&sample, "sasl-sample-client -s amqp -n localhost -m GSSAPI -b", most[i]);
    serve(pair.server);
    pnx_sasl_set_implementation(pair.client, &sample_side, &sample);
    go(&pair);
    assert_string_equal(pn_transport_get_user(pair.server), "user");
    assert_int_equal(pn_transport_is_encrypted(pair.server), i != NONE);
    assert_int_equal(both_open(&pair), i == NONE);
    if (i != NONE) exchange_lines(&pair);
    pair_free(&pair);
    sample_end(&sample);
  }
}

static void layer_that_is_required_is_not_left_out(void **state) {
  struct sample sample;
  struct pair pair = pair_make(piece(state));
  sample_begin(&sample, "sasl-sample-client -s amqp -n localhost -m GSSAPI -b", most[NONE]);
  serve(pair.server);
  pn_transport_require_encryption(pair.server, true);
  pnx_sasl_set_implementation(pair.client, &sample_side, &sample);
  go(&pair);
  assert_false(pn_transport_is_authenticated(pair.server));
  assert_non_null(strstr(sample.line, "too weak")); /* what the server wants, it would not have */
  pair_free(&pair);
  sample_end(&sample);
}

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(ticket_is_taken),
      both_ways(what_follows_is_encrypted),
      both_ways(large_messages_pass),
      both_ways(tls_is_not_encrypted_again),
      both_ways(another_name_is_not_for_the_taking),
      both_ways(no_ticket_is_said_to_be_missing),
      both_ways(unknown_service_is_named),
      both_ways(server_without_its_key_says_so),
      both_ways(server_with_an_old_key_says_so),
      cmocka_unit_test_prestate(sample_server_takes_ours, &at_once),
      cmocka_unit_test_prestate(ours_takes_the_sample_client, &at_once),
      cmocka_unit_test_prestate(layer_that_is_required_is_not_left_out, &at_once),
      both_ways(expired_ticket_is_said_to_be),
  };
  return cmocka_run_group_tests(tests, make_configuration, cast_clear);
}
