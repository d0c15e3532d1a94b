/* tls.c: OpenSSL on sockets that block, with what a client and a server have to set and nothing else; buffers are given back when
 * they are empty, since that is what is compared with. */
#include "tls.h"

#include "../certificate.h"
#include "../process.h"

#include <openssl/err.h>

static _Noreturn void die_of_tls(const char *what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  die("%s: %s", what, text);
}

static SSL_CTX *context(const SSL_METHOD *method) {
  SSL_CTX *ctx = SSL_CTX_new(method);
  if (!ctx) die_of_tls("context");
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  return ctx;
}

SSL_CTX *tls_client(void) {
  SSL_CTX *ctx = context(TLS_client_method());
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_load_verify_locations(ctx, certificate_file, NULL) != 1) die_of_tls("whom to trust");
  return ctx;
}

SSL_CTX *tls_server(void) {
  SSL_CTX *ctx = context(TLS_server_method());
  if (SSL_CTX_use_certificate_file(ctx, certificate_file, SSL_FILETYPE_PEM) != 1) die_of_tls("certificate");
  if (SSL_CTX_use_PrivateKey_file(ctx, certificate_key_file, SSL_FILETYPE_PEM) != 1) die_of_tls("key");
  return ctx;
}

SSL *tls_begin(SSL_CTX *ctx, int socket) {
  SSL *ssl = SSL_new(ctx);
  if (!ssl || SSL_set_fd(ssl, socket) != 1) die_of_tls("session");
  const int done = SSL_CTX_get_ssl_method(ctx) == TLS_server_method() ? SSL_accept(ssl) : SSL_connect(ssl);
  if (done != 1) die_of_tls("handshake");
  return ssl;
}

void tls_write(SSL *ssl, const void *octets, size_t size) {
  size_t done;
  if (SSL_write_ex(ssl, octets, size, &done) != 1 || done != size) die_of_tls("write");
}

size_t tls_read(SSL *ssl, void *octets, size_t size) {
  size_t done;
  const int result = SSL_read_ex(ssl, octets, size, &done);
  if (result == 1) return done;
  if (SSL_get_error(ssl, result) != SSL_ERROR_ZERO_RETURN) die_of_tls("read");
  return 0;
}
