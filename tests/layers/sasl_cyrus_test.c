/* Mechanisms of Cyrus SASL, with that library on one side or on both. [5.3]
 *
 * Users are in a database that saslpasswd2 makes in a folder of the test's own. The library reads its configuration once in a
 * process, so all tests share one. */
#include "engine/buffer.h"
#include "engine/host.h"
#include "layers/cyrus.h"
#include "layers/sasl_pair.h"
#include "layers/sasl_sample.h"
#include "support/scarce.h"
#include <proton/sasl_plugin.h>
#include <proton/session.h>

#include <sasl/sasl.h>
#include <stdio.h>
#include <unistd.h>

static char folder[] = "sasl-cyrus-XXXXXX";

static char *path_of(const char *name) {
  static char path[4][256];
  static unsigned next;
  char here[200];
  char *const made = path[next++ % 4];
  assert_non_null(getcwd(here, sizeof here));
  (void)snprintf(made, sizeof path[0], "%s/%s%s%s", here, folder, *name ? "/" : "", name);
  return made;
}

static int make_users(void **state) {
  char command[600];
  (void)state;
  assert_non_null(mkdtemp(folder));
  FILE *const file =
      fopen(path_of("test-server.conf"), "w"); /* for the library's own program, too: "sample" */
  assert_non_null(file);
  (void)fprintf(file,
      "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: %s\n"
      "mech_list: DIGEST-MD5 CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-1 PLAIN ANONYMOUS EXTERNAL\n",
      path_of("users"));
  assert_int_equal(fclose(file), 0);
  assert_int_equal(symlink("test-server.conf", path_of("sample.conf")), 0);
  (void)snprintf(
      command, sizeof command, "printf secret | /usr/sbin/saslpasswd2 -p -c -f %s user", path_of("users"));
  const int status = system(command); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
  return status;
}

static int drop_users(void **state) {
  (void)state;
  (void)unlink(path_of("sample.conf"));
  (void)unlink(path_of("test-server.conf"));
  (void)unlink(path_of("users"));
  return rmdir(folder);
}

static bool digest; /* the client may take DIGEST-MD5 */

/* A client that knows a password, and a server with those users. */
static struct pair make(const char *mechanisms, const char *password, size_t piece) {
  struct pair pair = pair_make(piece);
  digest = mechanisms && strcmp(mechanisms, "DIGEST-MD5") == 0;
  pn_sasl_config_path(server_sasl(&pair), path_of(""));
  pn_sasl_config_name(server_sasl(&pair), "test-server");
  pn_sasl_allowed_mechs(client_sasl(&pair), mechanisms);
  pn_transport_require_auth(pair.server, true);
  pn_connection_set_user(pair.client_conn, "user");
  pn_connection_set_password(pair.client_conn, password);
  return pair;
}

/* The library's DIGEST-MD5 does not give back a context of OpenSSL's: what is allocated meanwhile is no leak of ours. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static void go(struct pair *pair) {
  pair_bind(pair);
  if (digest && __lsan_disable) __lsan_disable();
  pair_run(pair);
  if (digest && __lsan_enable) __lsan_enable();
}

static size_t piece(void **state) { return *(const size_t *)*state; }

static const char *const mechanisms[] = {"DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-256", "SCRAM-SHA-1"};
enum { MECHANISMS = sizeof mechanisms / sizeof mechanisms[0] };

static void right_password_is_taken(void **state) {
  for (int i = 0; i < MECHANISMS; i++) {
    struct pair pair = make(mechanisms[i], "secret", piece(state));
    go(&pair);
    assert_true(both_open(&pair));
    assert_string_equal(pn_sasl_get_mech(server_sasl(&pair)), mechanisms[i]);
    assert_int_equal(strncmp(pn_transport_get_user(pair.server), "user", 4), 0);
    assert_true(pn_transport_is_authenticated(pair.client));
    pair_free(&pair);
  }
}

static void wrong_password_is_not(void **state) {
  for (int i = 0; i < MECHANISMS; i++) {
    struct pair pair = make(mechanisms[i], "guess", piece(state));
    go(&pair);
    assert_false(both_open(&pair));
    assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_AUTH);
    assert_false(pn_transport_is_authenticated(pair.server));
    assert_string_equal(condition_of(pair.client), "amqp:unauthorized-access");
    pair_free(&pair);
  }
}

static void unknown_user_looks_like_a_wrong_password(void **state) {
  for (int i = 0; i < MECHANISMS; i++) {
    struct pair pair = make(mechanisms[i], "secret", piece(state));
    pn_connection_set_user(pair.client_conn, "nobody");
    go(&pair);
    assert_false(both_open(&pair));
    assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_AUTH);
    pair_free(&pair);
  }
}

static void nobody_acts_as_another(void **state) {
  struct pair pair = make("DIGEST-MD5", "secret", piece(state));
  pn_connection_set_authorization(pair.client_conn, "admin");
  go(&pair);
  assert_false(both_open(&pair));
  pair_free(&pair);
}

/* DIGEST-MD5 can, and does so where nothing below it has. */
static void what_follows_is_encrypted(void **state) {
  struct pair pair = make("DIGEST-MD5", "secret", piece(state));
  pn_transport_require_encryption(pair.server, true);
  go(&pair);
  assert_true(both_open(&pair));
  assert_true(pn_transport_is_encrypted(pair.client));
  assert_true(pn_transport_is_encrypted(pair.server));

  pn_connection_close(pair.client_conn);
  char copy[256];
  const ssize_t size = pn_transport_pending(pair.client);
  assert_in_range(size, 16, sizeof copy);
  assert_int_equal(pn_transport_peek(pair.client, copy, (size_t)size), size);
  copy[size / 2] ^= 1;
  (void)pn_transport_push(pair.server, copy, (size_t)size);
  assert_true(pn_connection_state(pair.server_conn) & PN_REMOTE_ACTIVE);
  assert_string_equal(
      condition_of(pair.server), "amqp:connection:framing-error"); /* it was changed on its way */
  pair_free(&pair);
}

/* So is an empty frame past whoever has the transport, in order with all else. */
static void empty_frame_of_another_thread_is_encrypted(void **state) {
  struct pair pair = make("DIGEST-MD5", "secret", piece(state));
  go(&pair);
  assert_true(both_open(&pair));
  for (int i = 0; i < 3; i++) {
    struct pni_buffer out = {.block = NULL};
    struct pni_traffic before, after;
    pni_transport_traffic(pair.server, &before);
    pni_transport_keepalive(pair.client, &out);
    assert_true(pni_buffer_size(&out) > 8);
    const ssize_t size = (ssize_t)pni_buffer_size(&out);
    assert_int_equal(
        pn_transport_push(pair.server, (const char *)pni_buffer_bytes(&out), (size_t)size), size);
    pni_buffer_clear(&out);
    pni_transport_traffic(pair.server, &after);
    assert_int_equal(after.frames_in, before.frames_in + 1);
    pn_session_open(pn_session(pair.client_conn));
    pair_run(&pair);
  }
  assert_false(pn_condition_is_set(pn_transport_condition(pair.server)));
  pair_free(&pair);
}

static void encryption_rules_out_what_does_not(void **state) {
  struct pair pair = make("CRAM-MD5 SCRAM-SHA-256 PLAIN", "secret", piece(state));
  pn_transport_require_encryption(pair.server, true);
  pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), true);
  go(&pair);
  assert_false(both_open(&pair));
  pair_free(&pair);
}

static void passwords_are_shown_where_that_is_allowed(void **state) {
  for (int allowed = 0; allowed < 2; allowed++) {
    for (int right = 0; right < 2; right++) {
      struct pair pair = make("PLAIN", right ? "secret" : "guess", piece(state));
      pn_sasl_set_allow_insecure_mechs(client_sasl(&pair), true);
      pn_sasl_set_allow_insecure_mechs(server_sasl(&pair), allowed);
      go(&pair);
      assert_int_equal(both_open(&pair), allowed && right);
      pair_free(&pair);
    }
  }
}

/* A server that offers more than is built in changes nothing for a client whose program has asked for none of it. */
static void client_takes_what_is_asked_for(void **state) {
  struct pair pair = make(NULL, "secret", piece(state));
  go(&pair);
  assert_true(both_open(&pair));
  assert_string_equal(pn_sasl_get_mech(client_sasl(&pair)), "SCRAM-SHA-256"); /* the one built in */
  pair_free(&pair);

  pair = make(NULL, "secret", piece(state));
  pn_sasl_allowed_mechs(server_sasl(&pair), "CRAM-MD5 DIGEST-MD5");
  go(&pair);
  assert_false(both_open(&pair));
  assert_int_equal(pn_sasl_outcome(client_sasl(&pair)), PN_SASL_PERM);
  pair_free(&pair);
}

/* Without a configuration a server has what is built in. */
static void server_offers_what_is_configured(void **state) {
  struct pair pair = make("DIGEST-MD5", "secret", piece(state));
  pn_sasl_config_name(server_sasl(&pair), NULL);
  pn_sasl_config_path(server_sasl(&pair), NULL);
  go(&pair);
  assert_false(both_open(&pair));
  pair_free(&pair);
}

/* The library's own program as the server: one that encrypts, one that does not. */
static void sample_server_takes_digests(void **state) {
  for (int encrypts = 0; encrypts < 2; encrypts++) {
    char command[400];
    struct sample sample;
    struct pair pair = make("DIGEST-MD5", "secret", piece(state));
    (void)snprintf(command, sizeof command, "SASL_CONF_PATH=%s sasl-sample-server -s amqp -m DIGEST-MD5 -b",
        path_of(""));
    sample_begin(&sample, command, encrypts ? "max=128" : "max=0");
    pnx_sasl_set_implementation(pair.server, &sample_side, &sample);
    go(&pair);
    assert_true(pn_transport_is_authenticated(pair.client));
    assert_string_equal(sample.name, "user");
    assert_int_equal(pn_transport_is_encrypted(pair.client), encrypts);
    assert_int_equal(both_open(&pair), !encrypts);
    if (encrypts) assert_string_equal(sample.saw, "AMQP");
    pair_free(&pair);
    sample_end(&sample);
  }
}

/* The library as a client of what is built in: an implementation that does nothing but call it. */

static struct direct {
  const struct pni_cyrus *cyrus;
  pni_cyrus_conn *conn;
  int result;
} direct;

static void say(pn_transport_t *transport, const char *out, unsigned size, enum pnx_sasl_state state) {
  pnx_sasl_set_bytes_out(transport, pn_bytes(size, out));
  if (state != SASL_NONE) pnx_sasl_set_desired_state(transport, state);
}
static bool direct_mechanisms(pn_transport_t *transport, const char *offered) {
  const char *out = NULL, *mechanism = NULL;
  unsigned size = 0;
  (void)offered;
  struct pni_cyrus_question *questions = NULL;
  direct.result = direct.cyrus->client_start(
      direct.conn, pnx_sasl_get_context(transport), &questions, &out, &size, &mechanism);
  assert_int_equal(direct.result, PNI_CYRUS_CONTINUE);
  pnx_sasl_set_selected_mechanism(transport, mechanism);
  say(transport, out, size, SASL_NONE);
  return true;
}
static void direct_step(pn_transport_t *transport, const pn_bytes_t *in, enum pnx_sasl_state state) {
  const char *out = NULL;
  unsigned size = 0;
  struct pni_cyrus_question *questions = NULL;
  direct.result =
      direct.cyrus->client_step(direct.conn, in->start, (unsigned)in->size, &questions, &out, &size);
  say(transport, out, size, state);
}
static void direct_challenge(pn_transport_t *transport, const pn_bytes_t *in) {
  direct_step(transport, in, SASL_POSTED_RESPONSE);
}
static void direct_outcome(pn_transport_t *transport, const pn_bytes_t *in) {
  direct_step(transport, in, SASL_NONE);
}
static bool direct_begin(pn_transport_t *transport) { return pnx_sasl_is_client(transport); }
static void nothing(pn_transport_t *transport) { (void)transport; }
static const char *no_list(pn_transport_t *transport) {
  (void)transport;
  return NULL;
}
static bool never(pn_transport_t *transport) {
  (void)transport;
  return false;
}

static const pnx_sasl_implementation direct_client = {.free = nothing,
    .list_mechanisms = no_list,
    .init_server = never,
    .init_client = direct_begin,
    .prepare_write = nothing,
    .process_mechanisms = direct_mechanisms,
    .process_challenge = direct_challenge,
    .process_outcome = direct_outcome,
    .can_encrypt = never};

static const char *typed; /* the password */

static int give_name(void *context, int id, const char **name, unsigned *size) {
  (void)context, (void)id;
  *name = id == PNI_CYRUS_AUTHNAME ? "user" : "";
  if (size) *size = (unsigned)strlen(*name);
  return PNI_CYRUS_OK;
}
static int give_password(pni_cyrus_conn *conn, void *context, int id, struct pni_cyrus_secret **secret) {
  static union {
    struct pni_cyrus_secret secret;
    char room[64];
  } kept;
  (void)conn, (void)context, (void)id;
  kept.secret.length = strlen(typed);
  memcpy(kept.secret.octets, typed, strlen(typed) + 1);
  *secret = &kept.secret;
  return PNI_CYRUS_OK;
}

static void know_secret(void *context, pn_sasl_question_t *question) {
  assert_true(pn_sasl_answer_secret(question, context));
}

static void library_is_a_client_of_ours(void **state) {
  const struct pni_cyrus_callback callbacks[] = {{PNI_CYRUS_USER, {.name = give_name}, NULL},
      {PNI_CYRUS_AUTHNAME, {.name = give_name}, NULL}, {PNI_CYRUS_PASS, {.secret = give_password}, NULL},
      {.id = PNI_CYRUS_LIST_END}};
  static char names[][14] = {"SCRAM-SHA-256", "SCRAM-SHA-1"};
  direct.cyrus = pni_cyrus_client(path_of(""));
  assert_non_null(direct.cyrus);
  for (int i = 0; i < 4; i++) {
    char *const name = names[i % 2], *const secret = pn_sasl_scram_secret(name, "secret", 4096);
    struct pair pair = pair_make(piece(state));
    typed = i < 2 ? "secret" : "guess";
    assert_int_equal(
        direct.cyrus->client_new("amqp", "", NULL, NULL, callbacks, PNI_CYRUS_SUCCESS_DATA, &direct.conn), 0);
    pnx_sasl_set_implementation(pair.client, &direct_client, name);
    pn_sasl_set_secret_source(server_sasl(&pair), know_secret, secret);
    go(&pair);
    assert_int_equal(both_open(&pair), i < 2);
    if (i < 2)
      assert_int_equal(direct.result, PNI_CYRUS_OK); /* it has seen that the server knows the password */
    pair_free(&pair);
    direct.cyrus->dispose(&direct.conn);
    free(secret);
  }
}

/* Whatever we cannot allocate: both come in, or neither does. */
static void exchange_survives_want_of_memory(void **state) {
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce_end();
    struct pair pair = make("CRAM-MD5", "secret", piece(state));
    pair_bind(&pair);
    scarce.on = true;
    for (int turn = 0; turn < 10; turn++) {
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
  }
}

/* What cyrus.h says is what the library's own header says. */
static void interface_is_as_declared(void **state) {
  (void)state;
  assert_true(pni_cyrus_present());
  assert_true(pn_sasl_extended());
  const struct {
    long ours, theirs;
  } same[] = {{PNI_CYRUS_OK, SASL_OK}, {PNI_CYRUS_CONTINUE, SASL_CONTINUE},
      {PNI_CYRUS_INTERACT, SASL_INTERACT}, {PNI_CYRUS_NO_MEMORY, SASL_NOMEM},
      {PNI_CYRUS_UNAVAILABLE, SASL_UNAVAIL}, {PNI_CYRUS_LIST_END, SASL_CB_LIST_END},
      {PNI_CYRUS_USER, SASL_CB_USER}, {PNI_CYRUS_AUTHNAME, SASL_CB_AUTHNAME}, {PNI_CYRUS_PASS, SASL_CB_PASS},
      {PNI_CYRUS_GETREALM, SASL_CB_GETREALM}, {PNI_CYRUS_USERNAME, SASL_USERNAME}, {PNI_CYRUS_SSF, SASL_SSF},
      {PNI_CYRUS_MAXOUTBUF, SASL_MAXOUTBUF}, {PNI_CYRUS_AUTHUSER, SASL_AUTHUSER},
      {PNI_CYRUS_SSF_EXTERNAL, SASL_SSF_EXTERNAL}, {PNI_CYRUS_SEC_PROPS, SASL_SEC_PROPS},
      {PNI_CYRUS_NO_PLAINTEXT, SASL_SEC_NOPLAINTEXT}, {PNI_CYRUS_NO_ANONYMOUS, SASL_SEC_NOANONYMOUS},
      {PNI_CYRUS_SUCCESS_DATA, SASL_SUCCESS_DATA}, {PNI_CYRUS_LOG, SASL_CB_LOG},
      {PNI_CYRUS_LOG_ERROR, SASL_LOG_ERR}, {PNI_CYRUS_LOG_FAILURE, SASL_LOG_FAIL},
      {PNI_CYRUS_LOG_WARNING, SASL_LOG_WARN}, {PNI_CYRUS_LOG_NOTE, SASL_LOG_NOTE},
      {PNI_CYRUS_LOG_DEBUG, SASL_LOG_DEBUG}, {PNI_CYRUS_LOG_TRACE, SASL_LOG_TRACE},
      {PNI_CYRUS_LOG_TRACE + 1, SASL_LOG_PASS}, {sizeof(struct pni_cyrus_callback), sizeof(sasl_callback_t)},
      {offsetof(struct pni_cyrus_callback, context), offsetof(sasl_callback_t, context)},
      {offsetof(struct pni_cyrus_secret, octets), offsetof(sasl_secret_t, data)},
      {sizeof(struct pni_cyrus_security), sizeof(sasl_security_properties_t)},
      {offsetof(struct pni_cyrus_security, flags), offsetof(sasl_security_properties_t, security_flags)},
      {sizeof(struct pni_cyrus_question), sizeof(sasl_interact_t)},
      {offsetof(struct pni_cyrus_question, answer), offsetof(sasl_interact_t, result)}};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) assert_int_equal(same[i].ours, same[i].theirs);
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(interface_is_as_declared),
      both_ways(right_password_is_taken),
      both_ways(wrong_password_is_not),
      both_ways(unknown_user_looks_like_a_wrong_password),
      both_ways(nobody_acts_as_another),
      both_ways(what_follows_is_encrypted),
      both_ways(empty_frame_of_another_thread_is_encrypted),
      both_ways(encryption_rules_out_what_does_not),
      both_ways(passwords_are_shown_where_that_is_allowed),
      both_ways(client_takes_what_is_asked_for),
      both_ways(server_offers_what_is_configured),
      both_ways(library_is_a_client_of_ours),
      cmocka_unit_test_prestate(sample_server_takes_digests, &at_once),
      cmocka_unit_test_prestate(exchange_survives_want_of_memory, &at_once),
  };
  return cmocka_run_group_tests(tests, make_users, drop_users);
}
