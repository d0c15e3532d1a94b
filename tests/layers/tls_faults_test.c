/* What is not as it should be: each is refused by whoever sees it, with a text that an operator can act on, and nobody falls
 * back to less. [5.2] */
#include "layers/ssl.h"
#include "layers/tls_openssl.h"
#include "wire/limits.h"

#include "engine/buffer.h"
#include "engine/host.h"
#include "layers/tls_pair.h"
#include <openssl/err.h>
#include <proton/session.h>

/* Certificates. */

struct flaw {
  const char *what; /* of the server's certificate */
  struct subject subject;
  const char *text; /* what the client says */
};

static void refuse_server(size_t piece, const char *certificate, const char *key, const char *text) {
  struct tls_pair tls = tls_pair_make(piece);
  assert_int_equal(pn_ssl_domain_set_credentials(tls.server, certificate, key, NULL), 0);
  tls_pair_run(&tls);
  assert_failed(tls.pair.client, text);
  assert_failed(tls.pair.client, "certificate verify failed");
  assert_failed(tls.pair.server, "the peer refused, with the alert");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void certificate_with_a_flaw_is_refused(void **state) {
  const struct flaw flaws[] = {
      {"expired", {.name = "s", .host = "server.test", .begins = -3, .ends = -2},
          "certificate has expired (renew it"},
      {"of tomorrow", {.name = "s", .host = "server.test", .begins = 23, .ends = 24},
          "not yet valid (renew it, or look at the clock"},
      {"of another host", {.name = "s", .host = "other.test"}, "not for host server.test"},
      {"of a part of the name", {.name = "s", .host = "test"}, "hostname mismatch"},
      {"with half a wildcard", {.name = "s", .host = "ser*.test"}, "hostname mismatch"},
      {"with a wildcard for two labels", {.name = "s", .host = "*"}, "hostname mismatch"},
      {"of another host, for all that its name says", {.name = "server.test", .host = "other.test"},
          "hostname mismatch"},
      {"for clients", {.name = "s", .host = "server.test", .usage = "clientAuth"}, "it is not for this side"},
  };
  for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
    const struct identity *const server = identity(cast.ca, &flaws[i].subject);
    print_message("%s\n", flaws[i].what);
    refuse_server(piece(state), certificate_file(server), key_file(server, NULL), flaws[i].text);
  }
}

static void stranger_is_refused(void **state) {
  const struct subject server = {.name = "server", .host = "server.test"};
  struct identity *const self = identity(NULL, &server), *const other = identity(cast.other_ca, &server);
  struct identity *const between = identity(cast.ca, &(struct subject){.name = "between", .authority = true});
  struct identity *const leaf = identity(between, &server);
  struct identity *const signs = identity(cast.server, &server); /* by one that may not sign */
  refuse_server(piece(state), certificate_file(self), key_file(self, NULL),
      "self-signed certificate (it is not among the authorities that are trusted)");
  refuse_server(piece(state), certificate_file(other), key_file(other, NULL),
      "no authority that is trusted has signed it");
  refuse_server(
      piece(state), certificate_file(leaf), key_file(leaf, NULL), "the peer does not send those between");
  refuse_server(piece(state), chain_file(signs), key_file(signs, NULL), "certificate verify failed");
}

/* One that the system trusts is not trusted once another has been set. */
static void authorities_that_are_set_replace_the_systems(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(
      setenv("SSL_CERT_FILE", cast.ca_file, 1), 0); /* NOLINT(concurrency-mt-unsafe): one thread */
  pn_ssl_domain_t *const usual = pn_ssl_domain(PN_SSL_MODE_CLIENT);
  pn_ssl_domain_free(tls.client);
  tls.client = usual;
  tls_pair_run(&tls);
  assert_secure(&tls);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(usual, cast.other_ca_file), 0);
  tls_pair_again(&tls);
  tls_pair_run(&tls);
  assert_int_equal(unsetenv("SSL_CERT_FILE"), 0); /* NOLINT(concurrency-mt-unsafe): one thread */
  assert_failed(tls.pair.client, "no authority that is trusted has signed it");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void host_name_is_needed_to_verify_one(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  pn_connection_set_hostname(tls.pair.client_conn, NULL);
  tls_pair_run(&tls);
  assert_failed(tls.pair.client, "no host name is set");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void client_without_certificate_is_refused(void **state) {
  static const char *const versions[] = {"TLSv1.2", "TLSv1.3"};
  for (int i = 0; i < 2; i++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    tls_pair_verify_client(&tls);
    pn_ssl_domain_free(tls.client);
    tls.client = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, cast.ca_file), 0);
    assert_int_equal(pn_ssl_domain_set_protocols(tls.client, versions[i]), 0);
    tls_pair_run(&tls);
    assert_failed(tls.pair.server, "peer did not return a certificate");
    assert_failed(tls.pair.client, "the peer refused, with the alert");
    assert_false(pn_transport_is_authenticated(tls.pair.server));
    assert_kept_apart(&tls);
    tls_pair_free(&tls);
  }
}

static void client_of_another_authority_is_refused(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_verify_client(&tls);
  const struct identity *const client = identity(cast.other_ca, &(struct subject){.name = "client"});
  assert_int_equal(
      pn_ssl_domain_set_credentials(tls.client, certificate_file(client), key_file(client, NULL), NULL), 0);
  tls_pair_run(&tls);
  assert_failed(tls.pair.server, "certificate verify failed");
  assert_failed(tls.pair.client, "unknown CA");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

/* Suites and versions. */

static SSL_CTX *weak_context(bool server, const char *ciphers, int version) {
  SSL_CTX *const ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  assert_non_null(ctx);
  SSL_CTX_set_security_level(ctx, 0);
  assert_int_equal(SSL_CTX_set_min_proto_version(ctx, version), 1);
  assert_int_equal(SSL_CTX_set_max_proto_version(ctx, version), 1);
  if (ciphers) assert_int_equal(SSL_CTX_set_cipher_list(ctx, ciphers), 1);
  if (server) assert_int_equal(SSL_CTX_set_dh_auto(ctx, 1), 1);
  return ctx;
}

/* A bare peer of OpenSSL's. */
struct bare {
  SSL_CTX *ctx;
  SSL *ssl;
  BIO *in, *out;
};

static struct bare bare_make(SSL_CTX *ctx, bool server) {
  struct bare bare = {ctx, SSL_new(ctx), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};
  assert_true(bare.ssl && bare.in && bare.out);
  SSL_set_bio(bare.ssl, bare.in, bare.out);
  if (server)
    SSL_set_accept_state(bare.ssl);
  else
    SSL_set_connect_state(bare.ssl);
  return bare;
}

static void bare_free(struct bare *bare) {
  SSL_free(bare->ssl);
  SSL_CTX_free(bare->ctx);
  ERR_clear_error();
}

/* Octets both ways until nothing moves; `at_most` octets go to the transport in all. */
static void bare_run(struct bare *bare, pn_transport_t *transport, size_t piece, size_t at_most) {
  bool moved = true;
  while (moved) {
    char octets[4096];
    moved = false;
    (void)SSL_do_handshake(bare->ssl);
    int some;
    while ((some = BIO_read(bare->out, octets, (int)(piece < sizeof octets ? piece : sizeof octets))) > 0) {
      if ((size_t)some > at_most) some = (int)at_most;
      at_most -= (size_t)some;
      if (some > 0) (void)pn_transport_push(transport, octets, (size_t)some);
      moved |= some > 0;
    }
    ssize_t pending;
    while ((pending = pn_transport_pending(transport)) > 0) {
      assert_int_equal(BIO_write(bare->in, pn_transport_head(transport), (int)pending), pending);
      pn_transport_pop(transport, (size_t)pending);
      moved = true;
    }
    ERR_clear_error();
  }
}

static void weak_suites_and_versions_are_refused(void **state) {
  static const struct {
    const char *ciphers;
    int version;
  } weak[] = {{"aNULL", TLS1_2_VERSION}, {"eNULL", TLS1_2_VERSION}, {"AES128-SHA", TLS1_2_VERSION},
      {"ECDHE-ECDSA-AES128-SHA", TLS1_2_VERSION}, {NULL, TLS1_1_VERSION}, {NULL, TLS1_VERSION}};
  for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
    for (int strict = 0; strict < 2; strict++) {
      struct tls_pair tls = tls_pair_make(piece(state));
      if (strict) tls_pair_verify_client(&tls);
      tls_pair_begin(&tls, NULL);
      struct bare bare = bare_make(weak_context(false, weak[i].ciphers, weak[i].version), false);
      bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
      assert_false(SSL_is_init_finished(bare.ssl));
      assert_failed(tls.pair.server, weak[i].ciphers ? "no shared cipher" : "unsupported protocol");
      assert_true(pn_transport_head_closed(tls.pair.server));
      bare_free(&bare);
      tls_pair_free(&tls);
    }
  }
}

/* A client that verifies nothing does not speak without a certificate either. */
static void client_takes_no_weak_suite(void **state) {
  static const char *const weak[] = {"aNULL", "eNULL", "AES128-SHA"};
  for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    assert_int_equal(pn_ssl_domain_set_peer_authentication(tls.client, PN_SSL_ANONYMOUS_PEER, NULL), 0);
    tls_pair_begin(&tls, NULL);
    struct bare bare = bare_make(weak_context(true, weak[i], TLS1_2_VERSION), true);
    bare_run(&bare, tls.pair.client, piece(state), SIZE_MAX);
    assert_false(SSL_is_init_finished(bare.ssl));
    assert_failed(tls.pair.client, "the peer refused, with the alert \"handshake failure\"");
    bare_free(&bare);
    tls_pair_free(&tls);
  }
}

static void versions_that_nobody_shares_are_refused(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_domain_set_protocols(tls.server, "TLSv1.3"), 0);
  assert_int_equal(pn_ssl_domain_set_protocols(tls.client, "TLSv1.2"), 0);
  tls_pair_run(&tls);
  assert_failed(tls.pair.server, "unsupported protocol");
  assert_failed(tls.pair.client, "alert \"protocol version\"");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

/* Protocols. */

static void plain_client_is_refused_by_a_secure_server(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.server, NULL), 0);
  pair_bind(&tls.pair);
  pair_run(&tls.pair);
  assert_string_equal(condition_of(tls.pair.server), "amqp:connection:policy-error");
  assert_non_null(strstr(description_of(tls.pair.server), "without encryption, which is required"));
  assert_non_null(strstr(description_of(tls.pair.client), "expected the AMQP protocol header"));
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void secure_client_is_refused_by_a_plain_server(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.client, NULL), 0);
  pair_bind(&tls.pair);
  pair_run(&tls.pair);
  assert_string_equal(condition_of(tls.pair.server), "amqp:connection:framing-error");
  assert_failed(tls.pair.client, "TLS is due, the peer began with");
  assert_failed(tls.pair.client, "AMQP");
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void domain_of_the_other_side_is_refused(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  assert_int_equal(pn_ssl_init(client_ssl(&tls), tls.server, NULL), 0);
  assert_int_equal(pn_ssl_init(server_ssl(&tls), tls.client, NULL), 0);
  pair_bind(&tls.pair);
  tell(tls.pair.server, "16 03 01 00 01 01");
  assert_int_equal(pn_transport_pending(tls.pair.client), PN_EOS);
  assert_failed(tls.pair.client, "the domain of a server was given to a client");
  assert_failed(tls.pair.server, "the domain of a client was given to a server");
  tls_pair_free(&tls);
}

static void nonsense_is_refused(void **state) {
  static const char *const nonsense[] = {"16 03 01 00 05 02 00 00 01 00", "16 03 01 ff ff 00 00 00",
      "16 03 03 00 04 01 00 00 00", "15 03 03 00 02 02 28", "16 03 01 00 06 01 ff ff ff 00 00"};
  (void)state;
  for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
    struct tls_pair tls = tls_pair_make(1);
    tls_pair_begin(&tls, NULL);
    tell(tls.pair.server, nonsense[i]);
    (void)pn_transport_close_tail(tls.pair.server);
    assert_string_equal(condition_of(tls.pair.server), "amqp:connection:framing-error");
    pair_run(&tls.pair);
    assert_kept_apart(&tls);
    tls_pair_free(&tls);
  }
}

/* Wherever it is cut. */
static void handshake_that_is_cut_short_is_refused(void **state) {
  for (size_t at = 1; at < 600; at += 37) {
    struct tls_pair tls = tls_pair_make(piece(state));
    tls_pair_begin(&tls, NULL);
    SSL_CTX *const ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(ctx);
    struct bare bare = bare_make(ctx, false);
    bare_run(&bare, tls.pair.server, piece(state), at);
    const bool whole = SSL_is_init_finished(bare.ssl) && pn_transport_is_encrypted(tls.pair.server);
    (void)pn_transport_close_tail(tls.pair.server);
    if (!whole) assert_failed(tls.pair.server, "the connection ended before the TLS handshake did");
    (void)pn_transport_close_head(tls.pair.server);
    assert_true(pn_transport_closed(tls.pair.server));
    bare_free(&bare);
    tls_pair_free(&tls);
  }
}

/* However slowly octets come. */
static void handshake_that_stalls_is_ended(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  assert_true(pn_transport_pending(tls.pair.client) > 0);
  tell(tls.pair.server, "16 03 01");
  pn_transport_t *const ends[] = {tls.pair.client, tls.pair.server};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pn_transport_tick(ends[i], 1000), 1000 + PNI_LIMIT_TLS_HANDSHAKE);
    assert_int_equal(
        pn_transport_tick(ends[i], 999 + PNI_LIMIT_TLS_HANDSHAKE), 1000 + PNI_LIMIT_TLS_HANDSHAKE);
    assert_string_equal(description_of(ends[i]), "");
    assert_int_equal(pn_transport_tick(ends[i], 1000 + PNI_LIMIT_TLS_HANDSHAKE), 0);
    assert_failed(ends[i], "the TLS handshake has not ended after 30000 ms");
  }
  pair_run(&tls.pair);
  assert_kept_apart(&tls);
  tls_pair_free(&tls);
}

static void cut_off_connection_is_told_from_one_that_ends(void **state) {
  for (int orderly = 0; orderly < 2; orderly++) {
    struct tls_pair tls = tls_pair_make(piece(state));
    tls_pair_begin(&tls, NULL);
    SSL_CTX *const ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(ctx);
    struct bare bare = bare_make(ctx, false);
    bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
    assert_true(SSL_is_init_finished(bare.ssl));
    assert_int_equal(SSL_write(bare.ssl, "AMQP\0\1\0\0", 8), 8);
    if (orderly) (void)SSL_shutdown(bare.ssl);
    bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
    (void)pn_transport_close_tail(tls.pair.server);
    assert_string_equal(condition_of(tls.pair.server), "amqp:connection:framing-error");
    assert_non_null(strstr(description_of(tls.pair.server), "connection aborted"));
    if (orderly)
      assert_null(strstr(description_of(tls.pair.server), "close_notify"));
    else
      assert_non_null(strstr(description_of(tls.pair.server), "without close_notify"));
    bare_free(&bare);
    tls_pair_free(&tls);
  }
}

/* A record that was changed on the way ends it. */
static void octet_that_was_changed_is_noticed(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_run(&tls);
  assert_secure(&tls);
  pn_session_open(pn_session(tls.pair.client_conn));
  char octets[4096];
  const ssize_t size = pn_transport_output(tls.pair.client, octets, sizeof octets);
  assert_true(size > 20);
  octets[size / 2] ^= 1;
  (void)pn_transport_push(tls.pair.server, octets, (size_t)size);
  assert_failed(tls.pair.server, "bad record mac");
  pair_run(&tls.pair);
  assert_failed(tls.pair.client, "the peer refused, with the alert \"bad record mac\"");
  tls_pair_free(&tls);
}

/* Floods. */

static void key_updates_without_end_are_refused(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  struct bare bare = bare_make(SSL_CTX_new(TLS_client_method()), false);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  int updates = 0;
  while (!pn_transport_tail_closed(tls.pair.server) && updates < 1000) {
    assert_int_equal(SSL_key_update(bare.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
    updates++;
  }
  assert_int_equal(updates, PNI_LIMIT_TLS_MESSAGES + 1);
  assert_failed(tls.pair.server, "again and again, and says nothing");
  bare_free(&bare);
  tls_pair_free(&tls);
}

static void key_updates_now_and_then_are_borne(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  struct bare bare = bare_make(SSL_CTX_new(TLS_client_method()), false);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  static const char header[] = "AMQP\0\1\0\0";
  static const char open[] = "\0\0\0\x12\2\0\0\0\0\x53\x10\xc0\5\1\xa1\2me";
  assert_int_equal(SSL_write(bare.ssl, header, 8), 8);
  assert_int_equal(SSL_write(bare.ssl, open, 18), 18);
  for (int updates = 0; updates < 3 * PNI_LIMIT_TLS_MESSAGES; updates++) {
    assert_int_equal(SSL_key_update(bare.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    for (int i = 0; i < 16; i++) assert_int_equal(SSL_write(bare.ssl, "\0\0\0\x8\2\0\0\0", 8), 8);
    bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
    char octets[512];
    while (SSL_read(bare.ssl, octets, sizeof octets) > 0) continue;
  }
  assert_string_equal(description_of(tls.pair.server), "");
  bare_free(&bare);
  tls_pair_free(&tls);
}

/* An empty frame past whoever has the transport finds the keys of the moment, and what came before it goes before it. */
static void empty_frame_of_another_thread_is_next(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  struct bare bare = bare_make(SSL_CTX_new(TLS_client_method()), false);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  assert_int_equal(SSL_write(bare.ssl, "AMQP\0\1\0\0", 8), 8);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  char octets[512];
  while (SSL_read(bare.ssl, octets, sizeof octets) > 0) {} /* the server's header and open */
  for (int i = 0; i < 3; i++) {
    assert_int_equal(SSL_key_update(bare.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    assert_int_equal(SSL_do_handshake(bare.ssl), 1);
    const int size = BIO_read(bare.out, octets, sizeof octets);
    assert_int_equal(pn_transport_push(tls.pair.server, octets, (size_t)size), size);
    struct pni_buffer out = {.block = NULL};
    pni_transport_keepalive(tls.pair.server, &out);
    assert_true(pni_buffer_size(&out) > 0);
    BIO_write(bare.in, pni_buffer_bytes(&out), (int)pni_buffer_size(&out));
    pni_buffer_clear(&out);
    assert_int_equal(SSL_read(bare.ssl, octets, sizeof octets), 8);
    assert_memory_equal(octets, "\0\0\0\x8\2\0\0\0", 8);
  }
  pn_connection_close(tls.pair.server_conn);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  assert_true(SSL_read(bare.ssl, octets, sizeof octets) > 8); /* close */
  bare_free(&bare);
  tls_pair_free(&tls);
}

/* The client asks, is told no, and gives up. */
static void renegotiation_is_refused(void **state) {
  struct tls_pair tls = tls_pair_make(piece(state));
  tls_pair_begin(&tls, NULL);
  SSL_CTX *const ctx = SSL_CTX_new(TLS_client_method());
  assert_int_equal(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION), 1);
  struct bare bare = bare_make(ctx, false);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  assert_true(pn_transport_is_encrypted(tls.pair.server));
  assert_int_equal(SSL_renegotiate(bare.ssl), 1);
  bare_run(&bare, tls.pair.server, piece(state), SIZE_MAX);
  assert_failed(tls.pair.server, "the peer refused, with the alert \"handshake failure\"");
  bare_free(&bare);
  tls_pair_free(&tls);
}

int main(void) {
  static size_t at_once = 65536, one = 1;
  const struct CMUnitTest tests[] = {
      both_ways(certificate_with_a_flaw_is_refused),
      both_ways(stranger_is_refused),
      both_ways(authorities_that_are_set_replace_the_systems),
      both_ways(host_name_is_needed_to_verify_one),
      both_ways(client_without_certificate_is_refused),
      both_ways(client_of_another_authority_is_refused),
      both_ways(weak_suites_and_versions_are_refused),
      both_ways(client_takes_no_weak_suite),
      both_ways(versions_that_nobody_shares_are_refused),
      both_ways(plain_client_is_refused_by_a_secure_server),
      both_ways(secure_client_is_refused_by_a_plain_server),
      both_ways(domain_of_the_other_side_is_refused),
      both_ways(nonsense_is_refused),
      both_ways(handshake_that_is_cut_short_is_refused),
      both_ways(handshake_that_stalls_is_ended),
      both_ways(cut_off_connection_is_told_from_one_that_ends),
      both_ways(octet_that_was_changed_is_noticed),
      both_ways(key_updates_without_end_are_refused),
      both_ways(key_updates_now_and_then_are_borne),
      both_ways(empty_frame_of_another_thread_is_next),
      both_ways(renegotiation_is_refused),
  };
  return cmocka_run_group_tests(tests, cast_make, cast_clear);
}
