/* Domains: what can be set, what cannot, and that what fails changes nothing; renewal while connections live. */
#include "layers/tls_openssl.h"

#include "layers/tls_pair.h"
#include <baryon/tls.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_error(pn_ssl_domain_t *domain, const char *text) {
  char *const error = pn_ssl_domain_error(domain);
  assert_non_null(error);
  if (!strstr(error, text)) fail_msg("\"%s\" does not say \"%s\"", error, text);
  free(error);
}

static void assert_works(struct tls_pair *tls) {
  tls_pair_again(tls);
  tls_pair_run(tls);
  assert_secure(tls);
}

static void refuse_credentials(struct tls_pair *tls, const char *certificate, const char *key,
    const char *password, int code, const char *text) {
  assert_int_equal(pn_ssl_domain_set_credentials(tls->server, certificate, key, password), code);
  if (text) assert_error(tls->server, text);
}

static void credentials_that_do_not_fit_change_nothing(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  const struct identity *const weak =
      identity(cast.ca, &(struct subject){.name = "weak", .host = "server.test", .weak = true});
  const char *const locked = key_file(cast.server, "open sesame"), *const missing = text_file(NULL);
  refuse_credentials(&tls, missing, cast.server_key, NULL, -3, "No such file");
  refuse_credentials(&tls, text_file(""), cast.server_key, NULL, -3, "has no certificate");
  refuse_credentials(&tls, text_file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      cast.server_key, NULL, -3, "has no certificate");
  refuse_credentials(&tls, NULL, cast.server_key, NULL, -3, NULL);
  refuse_credentials(&tls, certificate_file(weak), key_file(weak, NULL), NULL, -3, "ee key too small");
  refuse_credentials(&tls, cast.server_certificate, NULL, NULL, -4, "has no private key");
  refuse_credentials(&tls, cast.server_certificate, missing, NULL, -4, "cannot open the private key");
  refuse_credentials(&tls, cast.server_certificate, locked, NULL, -4, "another password");
  refuse_credentials(&tls, cast.server_certificate, locked, "wrong", -4, "another password");
  refuse_credentials(&tls, cast.server_certificate, cast.client_key, NULL, -5, "does not belong to");
  refuse_credentials(&tls, pkcs12_file(cast.server, "secret"), NULL, "wrong", -3, "another password");
  refuse_credentials(
      &tls, "pkcs11:object=nothing", "pkcs11:object=nothing", "1234", -3, "the token has no certificate");
  assert_int_equal(pn_ssl_domain_set_credentials(NULL, cast.server_certificate, cast.server_key, NULL), -1);
  assert_works(&tls);
  tls_pair_free(&tls);
}

static void credentials_come_in_several_forms(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  const struct identity *const between =
      identity(cast.ca, &(struct subject){.name = "between", .authority = true});
  struct identity *const leaf = identity(
      (struct identity *)(uintptr_t)between, &(struct subject){.name = "leaf", .host = "server.test"});
  const struct {
    const char *certificate, *key, *password;
  } forms[] = {
      {cast.server_certificate, key_file(cast.server, "open sesame"), "open sesame"},
      {pkcs12_file(cast.server, "secret"), NULL, "secret"},
      {pkcs12_file(cast.server, NULL), NULL, NULL},
      {pkcs12_file(leaf, "secret"), NULL, "secret"}, /* with the one between */
      {chain_file(leaf), key_file(leaf, NULL), NULL},
  };
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    assert_int_equal(
        pn_ssl_domain_set_credentials(tls.server, forms[i].certificate, forms[i].key, forms[i].password), 0);
    assert_error(tls.server, "");
    assert_works(&tls);
  }
  tls_pair_free(&tls);
}

static void settings_that_make_no_sense_change_nothing(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  const char *const long_name =
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
  pn_ssl_domain_t *const bare = pn_ssl_domain(PN_SSL_MODE_SERVER);
  assert_null(pn_ssl_domain((pn_ssl_mode_t)7));
  assert_int_equal(pn_ssl_domain_set_peer_authentication(bare, PN_SSL_VERIFY_PEER, cast.ca_file), -1);
  assert_error(bare, "needs credentials");
  pn_ssl_domain_free(bare);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.server, PN_SSL_VERIFY_PEER, NULL), -1);
  assert_int_equal(
      pn_ssl_domain_set_peer_authentication(tls.server, PN_SSL_VERIFY_PEER, text_file(NULL)), -1);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.client, PN_SSL_VERIFY_NULL, NULL), -1);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.client, (pn_ssl_verify_mode_t)9, NULL), -1);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(NULL, PN_SSL_VERIFY_PEER, NULL), -1);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, text_file(NULL)), -1);
  assert_error(tls.client, "No such file");
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, text_file("")), -1);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, NULL), -1);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(NULL, cast.ca_file), -1);
  static const char *const versions[] = {"", "TLSv9", "TLSv1.2 nonsense", "SSLv3", "TLS"};
  for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
    assert_int_equal(pn_ssl_domain_set_protocols(tls.client, versions[i]), PN_ARG_ERR);
  assert_int_equal(pn_ssl_domain_set_protocols(tls.client, NULL), PN_ARG_ERR);
  static const char *const ciphers[] = {
      "", "NOSUCH", "aNULL", "eNULL", "ADH-AES256-GCM-SHA384:AECDH", "TLS_NO_SUCH"};
  for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
    assert_int_equal(pn_ssl_domain_set_ciphers(tls.client, ciphers[i]), -6);
  assert_int_equal(pn_ssl_domain_set_minimum_protocol(tls.client, "TLSv2"), PN_ARG_ERR);
  assert_int_equal(pn_ssl_domain_allow_unsecured_client(tls.client), -1);
  assert_int_equal(pn_ssl_domain_allow_unsecured_client(NULL), -1);
  assert_int_equal(
      pn_ssl_domain_set_alpn_protocols(tls.client, (const char *const[]){"amqp", ""}, 2), PN_ARG_ERR);
  assert_int_equal(
      pn_ssl_domain_set_alpn_protocols(tls.client, (const char *const[]){long_name}, 1), PN_ARG_ERR);
  assert_int_equal(pn_ssl_domain_set_alpn_protocols(tls.client, NULL, 1), PN_ARG_ERR);
  assert_int_equal(pn_ssl_domain_set_revoked(tls.client, text_file(NULL)), -1);
  assert_int_equal(pn_ssl_domain_set_key_log(tls.client, "/nowhere/at/all"), -1);
  assert_works(&tls);
  assert_string_equal(description_of(tls.pair.client), "");
  tls_pair_free(&tls);
  pn_ssl_domain_free(NULL);
}

static void only_the_new_version_is_left(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  assert_int_equal(pn_ssl_domain_set_minimum_protocol(tls.server, "TLSv1.3"), 0);
  assert_works(&tls);
  assert_int_equal(pn_ssl_domain_set_protocols(tls.client, "TLSv1.2"), 0);
  tls_pair_again(&tls);
  tls_pair_run(&tls);
  assert_failed(tls.pair.server, "unsupported protocol");
  /* The suites of one version alone exclude the other. */
  assert_int_equal(pn_ssl_domain_set_ciphers(tls.client, "TLS_AES_128_GCM_SHA256"), -6);
  assert_error(tls.client, "no version of TLS is left");
  tls_pair_free(&tls);
}

static void revoked_certificate_is_refused(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  const struct {
    const char *list, *text;
  } lists[] = {{revocation_file(cast.ca, cast.server, 1), "certificate revoked"},
      {revocation_file(cast.ca, cast.client, -1),
          "CRL has expired (its authority's revocation list is out of date)"},
      {revocation_file(cast.other_ca, NULL, 1),
          "unable to get certificate CRL (its authority's revocation list is missing)"},
      {revocation_file(cast.ca, cast.client, 1), NULL}};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    assert_int_equal(pn_ssl_domain_set_revoked(tls.client, lists[i].list), 0);
    tls_pair_again(&tls);
    tls_pair_run(&tls);
    if (lists[i].text) {
      assert_failed(tls.pair.client, lists[i].text);
      assert_kept_apart(&tls);
    } else {
      assert_secure(&tls);
    }
  }
  tls_pair_free(&tls);
}

static void protocol_of_the_application_is_agreed_on(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  static const char *const server[] = {"h2", "amqp"}, *const client[] = {"amqp", "h2"},
                           *const other[] = {"mqtt"};
  assert_int_equal(pn_ssl_get_alpn_protocol(client_ssl(&tls)).size, 0);
  assert_int_equal(pn_ssl_domain_set_alpn_protocols(tls.server, server, 2), 0);
  assert_works(&tls); /* the client has none */
  assert_int_equal(pn_ssl_get_alpn_protocol(client_ssl(&tls)).size, 0);
  assert_int_equal(pn_ssl_domain_set_alpn_protocols(tls.client, client, 2), 0);
  assert_works(&tls);
  const pn_bytes_t name = pn_ssl_get_alpn_protocol(client_ssl(&tls));
  assert_int_equal(name.size, 2);
  assert_memory_equal(name.start, "h2", 2);
  assert_int_equal(pn_ssl_get_alpn_protocol(server_ssl(&tls)).size, 2);
  assert_int_equal(pn_ssl_domain_set_alpn_protocols(tls.client, other, 1), 0);
  tls_pair_again(&tls);
  tls_pair_run(&tls);
  assert_failed(tls.pair.client, "no application protocol");
  assert_kept_apart(&tls);
  assert_int_equal(pn_ssl_domain_set_alpn_protocols(tls.client, NULL, 0), 0);
  assert_works(&tls);
  tls_pair_free(&tls);
}

static void secrets_are_written_where_they_are_asked_for(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  const char *const path = text_file(NULL);
  struct stat status;
  char line[512] = "";
  assert_int_equal(pn_ssl_domain_set_key_log(tls.client, path), 0);
  assert_works(&tls);
  FILE *const file = fopen(path, "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  assert_non_null(strstr(line, "SECRET"));
  (void)fclose(file);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(pn_ssl_domain_set_key_log(tls.client, NULL), 0);
  assert_works(&tls);
  const off_t size = status.st_size;
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, size);
  tls_pair_free(&tls);
}

/* A new certificate of a new authority: who has one goes on, who comes sees the other. */
static void renewal_loses_no_connection(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state), later = tls_pair_make(*(size_t *)*state);
  const struct identity *const next =
      identity(cast.other_ca, &(struct subject){.name = "next", .host = "server.test"});
  tls_pair_run(&tls);
  const pn_ssl_renewal_t renewal = {.certificate = certificate_file(next), .key = key_file(next, NULL)};
  const pn_ssl_renewal_t trust = {
      .trusted = cast.other_ca_file, .revoked = revocation_file(cast.other_ca, NULL, 1)};
  const pn_ssl_renewal_t bad = {
      .certificate = certificate_file(next), .key = key_file(next, NULL), .trusted = text_file(NULL)};
  assert_int_equal(pn_ssl_domain_renew(tls.server, &bad), -1); /* all or nothing */
  assert_error(tls.server, "No such file");
  assert_int_equal(pn_ssl_init(client_ssl(&later), later.client, NULL), 0);
  assert_int_equal(pn_ssl_init(server_ssl(&later), tls.server, NULL), 0);
  pair_bind(&later.pair);
  pair_run(&later.pair);
  assert_secure(&later);
  assert_string_equal(
      pn_ssl_get_remote_subject_subfield(client_ssl(&later), PN_SSL_CERT_SUBJECT_COMMON_NAME), "server");

  assert_int_equal(pn_ssl_domain_renew(tls.server, &renewal), 0);
  assert_int_equal(pn_ssl_domain_renew(later.client, &trust), 0);
  tls_pair_again(&later);
  assert_int_equal(pn_ssl_init(client_ssl(&later), later.client, NULL), 0);
  assert_int_equal(pn_ssl_init(server_ssl(&later), tls.server, NULL), 0);
  pair_bind(&later.pair);
  pair_run(&later.pair);
  assert_secure(&later);
  assert_string_equal(
      pn_ssl_get_remote_subject_subfield(client_ssl(&later), PN_SSL_CERT_SUBJECT_COMMON_NAME), "next");
  pn_connection_close(tls.pair.client_conn); /* the old one still lives */
  pair_run(&tls.pair);
  assert_true((pn_connection_state(tls.pair.server_conn) & PN_REMOTE_CLOSED) != 0);
  assert_int_equal(pn_ssl_domain_renew(NULL, &renewal), -1);
  tls_pair_free(&tls);
  tls_pair_free(&later);
}

/* Two threads renew, this one connects. */
static void *renew_often(void *context) {
  const pn_ssl_renewal_t renewal = {
      .certificate = cast.server_certificate, .key = cast.server_key, .trusted = cast.ca_file};
  for (int i = 0; i < 40; i++) {
    if (pn_ssl_domain_renew(context, &renewal) != 0) return context;
  }
  return NULL;
}

static void renewal_goes_on_beside_handshakes(void **state) {
  struct tls_pair tls = tls_pair_make(*(size_t *)*state);
  pthread_t renewers[2];
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&renewers[i], NULL, renew_often, i ? tls.server : tls.client), 0);
  for (int i = 0; i < 40; i++) {
    tls_pair_again(&tls);
    tls_pair_begin(&tls, "name");
    pair_run(&tls.pair);
    assert_secure(&tls);
  }
  for (int i = 0; i < 2; i++) {
    void *failed = NULL;
    assert_int_equal(pthread_join(renewers[i], &failed), 0);
    assert_null(failed);
  }
  tls_pair_free(&tls);
}

#define once(test)                                                                                           \
  { #test, test, NULL, NULL, &at_once }

int main(void) {
  static size_t at_once = 65536;
  const struct CMUnitTest tests[] = {
      once(credentials_that_do_not_fit_change_nothing),
      once(credentials_come_in_several_forms),
      once(settings_that_make_no_sense_change_nothing),
      once(only_the_new_version_is_left),
      once(revoked_certificate_is_refused),
      once(protocol_of_the_application_is_agreed_on),
      once(secrets_are_written_where_they_are_asked_for),
      once(renewal_loses_no_connection),
      once(renewal_goes_on_beside_handshakes),
  };
  return cmocka_run_group_tests(tests, cast_make, cast_clear);
}
