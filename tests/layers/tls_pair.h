/* tls_pair.h: a client and a server in memory with TLS between them, for tests.
 *
 * The domains are made with the pair, so that a test sets what it is about; tls_pair_run() initialises the TLS sides that have
 * not been, binds, and lets octets travel until nothing moves. */
#ifndef BARYON_TESTS_LAYERS_TLS_PAIR_H
#define BARYON_TESTS_LAYERS_TLS_PAIR_H

#include "layers/certificates.h"
#include "layers/sasl_pair.h"
#include <proton/ssl.h>

/* Who there is in most tests. */
static struct {
  struct identity *ca, *server, *client, *other_ca;
  const char *ca_file, *other_ca_file, *server_certificate, *server_key, *client_certificate, *client_key;
} cast;

static inline int cast_make(void **state) {
  (void)state;
  cast.ca = identity(NULL, &(struct subject){.name = "ca", .authority = true});
  cast.other_ca = identity(NULL, &(struct subject){.name = "other ca", .authority = true});
  cast.server = identity(cast.ca, &(struct subject){.name = "server", .host = "server.test"});
  cast.client = identity(cast.ca, &(struct subject){.name = "client"});
  cast.ca_file = certificate_file(cast.ca);
  cast.other_ca_file = certificate_file(cast.other_ca);
  cast.server_certificate = certificate_file(cast.server);
  cast.server_key = key_file(cast.server, NULL);
  cast.client_certificate = certificate_file(cast.client);
  cast.client_key = key_file(cast.client, NULL);
  return 0;
}

static inline int cast_clear(void **state) {
  (void)state;
  certificates_clear();
  return 0;
}

struct tls_pair {
  struct pair pair;
  pn_ssl_domain_t *client, *server;
};

/* A server that shows its certificate, and a client that trusts its authority and wants server.test. */
static inline struct tls_pair tls_pair_make(size_t piece) {
  struct tls_pair tls = {{pn_transport(), pn_transport(), pn_connection(), pn_connection(), piece},
      pn_ssl_domain(PN_SSL_MODE_CLIENT), pn_ssl_domain(PN_SSL_MODE_SERVER)};
  assert_true(tls.pair.client && tls.pair.server && tls.pair.client_conn && tls.pair.server_conn);
  assert_true(tls.client && tls.server);
  pn_transport_set_server(tls.pair.server);
  assert_int_equal(
      pn_ssl_domain_set_credentials(tls.server, cast.server_certificate, cast.server_key, NULL), 0);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls.client, cast.ca_file), 0);
  pn_connection_set_hostname(tls.pair.client_conn, "server.test");
  return tls;
}

/* The server asks for certificates of its own authority, and the client has one. */
static inline void tls_pair_verify_client(struct tls_pair *tls) {
  assert_int_equal(
      pn_ssl_domain_set_credentials(tls->client, cast.client_certificate, cast.client_key, NULL), 0);
  assert_int_equal(pn_ssl_domain_set_trusted_ca_db(tls->server, cast.ca_file), 0);
  assert_int_equal(pn_ssl_domain_set_peer_authentication(tls->server, PN_SSL_VERIFY_PEER, cast.ca_file), 0);
}

static inline pn_ssl_t *client_ssl(const struct tls_pair *tls) { return pn_ssl(tls->pair.client); }
static inline pn_ssl_t *server_ssl(const struct tls_pair *tls) { return pn_ssl(tls->pair.server); }

static inline void tls_pair_begin(struct tls_pair *tls, const char *session) {
  assert_int_equal(pn_ssl_init(client_ssl(tls), tls->client, session), 0);
  assert_int_equal(pn_ssl_init(server_ssl(tls), tls->server, NULL), 0);
  pair_bind(&tls->pair);
}

static inline void tls_pair_run(struct tls_pair *tls) {
  tls_pair_begin(tls, NULL);
  pair_run(&tls->pair);
}

static inline void tls_pair_free(struct tls_pair *tls) {
  pair_free(&tls->pair);
  pn_ssl_domain_free(tls->client);
  pn_ssl_domain_free(tls->server);
}

/* New transports and connections for the same domains. */
static inline void tls_pair_again(struct tls_pair *tls) {
  const size_t piece = tls->pair.piece;
  pair_free(&tls->pair);
  tls->pair = (struct pair){pn_transport(), pn_transport(), pn_connection(), pn_connection(), piece};
  pn_transport_set_server(tls->pair.server);
  pn_connection_set_hostname(tls->pair.client_conn, "server.test");
}

static inline const char *description_of(pn_transport_t *transport) {
  const char *const description = pn_condition_get_description(pn_transport_condition(transport));
  return description ? description : "";
}

static inline void assert_secure(const struct tls_pair *tls) {
  assert_string_equal(description_of(tls->pair.client), "");
  assert_string_equal(description_of(tls->pair.server), "");
  assert_true(both_open(&tls->pair));
  assert_true(pn_transport_is_encrypted(tls->pair.client));
  assert_true(pn_transport_is_encrypted(tls->pair.server));
}

/* One end has failed, because of that. */
#define assert_failed(transport, text) assert_failed_at(transport, text, __FILE__, __LINE__)
static inline void assert_failed_at(pn_transport_t *transport, const char *text, const char *file, int line) {
  if (strcmp(condition_of(transport), "amqp:connection:framing-error") == 0 &&
      strncmp(description_of(transport), "SSL Failure: ", 13) == 0 && strstr(description_of(transport), text))
    return;
  print_error("%s %s: not \"%s\"\n", condition_of(transport), description_of(transport), text);
  _fail(file, line);
}

/* Nobody has let the other in. */
static inline void assert_kept_apart(const struct tls_pair *tls) {
  assert_int_equal(pn_connection_state(tls->pair.server_conn) & PN_REMOTE_ACTIVE, 0);
  assert_int_equal(pn_connection_state(tls->pair.client_conn) & PN_REMOTE_ACTIVE, 0);
  assert_true(pn_transport_closed(tls->pair.client));
  assert_true(pn_transport_closed(tls->pair.server));
}

#define both_ways(test)                                                                                      \
  {#test " (at once)", test, NULL, NULL, &at_once}, { #test " (octet by octet)", test, NULL, NULL, &one }

/* How the tests' octets travel: all at once, and one at a time. */
static inline size_t piece(void **state) { return *(const size_t *)*state; }

#endif
