/* Whatever cannot be allocated: a setting is made or not, a connection comes about or ends, and nobody speaks in the clear. */
#include "layers/ssl.h"
#include "layers/tls_openssl.h"

#include "layers/tls_pair.h"
#include "support/scarce.h"
#include <baryon/tls.h>

static void handshake_survives_want_of_memory(void **state) {
  (void)state;
  struct tls_pair tls = tls_pair_make(65536);
  tls_pair_verify_client(&tls);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce_end();
    tls_pair_again(&tls);
    pair_bind(&tls.pair);
    scarce.on = true;
    const bool set = client_ssl(&tls) && pn_ssl_init(client_ssl(&tls), tls.client, "name") == 0 &&
                     server_ssl(&tls) && pn_ssl_init(server_ssl(&tls), tls.server, NULL) == 0;
    for (int turn = 0; set && turn < 8; turn++) {
      pn_transport_t *const from = turn % 2 ? tls.pair.server : tls.pair.client;
      pn_transport_t *const to = turn % 2 ? tls.pair.client : tls.pair.server;
      char octets[8192];
      const ssize_t some = pn_transport_output(from, octets, sizeof octets);
      assert_true(some <= 0 || octets[0] != 'A'); /* nothing of AMQP */
      if (some > 0) (void)pn_transport_push(to, octets, (size_t)some);
    }
    const bool refused = scarce_refused();
    scarce_end();
    if (!set) continue;
    pair_run(&tls.pair);
    if (!refused) assert_secure(&tls);
    if (both_open(&tls.pair))
      assert_true(tls.pair.client->ssl->noticed && tls.pair.server->ssl->noticed);
    else
      assert_true(pn_transport_closed(tls.pair.client) || pn_transport_closed(tls.pair.server));
  }
  tls_pair_free(&tls);
}

static void setting_survives_want_of_memory(void **state) {
  (void)state;
  static const char *const protocols[] = {"amqp", "h2"};
  const char *const log = text_file(NULL), *const list = revocation_file(cast.ca, NULL, 1);
  struct tls_pair tls = tls_pair_make(65536);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    const pn_ssl_renewal_t renewal = {.certificate = cast.server_certificate, .key = cast.server_key};
    pn_ssl_domain_t *const domain = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    const bool set = domain && pn_ssl_domain_set_trusted_ca_db(domain, cast.ca_file) == 0 &&
                     pn_ssl_domain_set_revoked(domain, list) == 0 &&
                     pn_ssl_domain_set_ciphers(domain, "ECDHE+AESGCM:TLS_AES_256_GCM_SHA384") == 0 &&
                     pn_ssl_domain_set_alpn_protocols(domain, protocols, 2) == 0 &&
                     pn_ssl_domain_set_key_log(domain, log) == 0 &&
                     pn_ssl_domain_set_key_log(domain, NULL) == 0 &&
                     pn_ssl_domain_renew(tls.server, &renewal) == 0;
    const bool refused = scarce_refused();
    scarce_end();
    assert_int_equal(set, !refused);
    pn_ssl_domain_free(domain);
  }
  tls_pair_run(&tls);
  assert_secure(&tls);
  tls_pair_free(&tls);
}

/* What a connection at rest holds beyond OpenSSL's own. */
static void rest_takes_little(void **state) {
  (void)state;
  assert_true(sizeof(struct pni_ssl) + sizeof(struct pni_tls) < 1024);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(handshake_survives_want_of_memory),
      cmocka_unit_test(setting_survives_want_of_memory),
      cmocka_unit_test(rest_takes_little),
  };
  return cmocka_run_group_tests(tests, cast_make, cast_clear);
}
