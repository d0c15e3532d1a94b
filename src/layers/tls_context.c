/* tls_context.c: from everything that a program has set, what sessions are made from.
 *
 * A context is made whole, and never changes: sessions of any thread are made from it. It is counted; whoever lets go
 * last frees it, which may be a session. */
#include "layers/tls_openssl.h"

#include <stdlib.h>

enum { TICKETS = 1 }; /* that a server sends: each costs work, and a client needs one to come again */

struct pni_tls_context *pni_tls_context_incref(struct pni_tls_context *context) {
  (void)atomic_fetch_add(&context->refs, 1);
  return context;
}

void pni_tls_context_decref(struct pni_tls_context *context) {
  if (!context || atomic_fetch_sub(&context->refs, 1) > 1) return;
  pni_tls_cache_clear(&context->cache);
  SSL_CTX_free(context->ctx);
  pni_tls_alpn_clear(&context->alpn);
  pni_tls_key_log_decref(context->key_log);
  free(context);
}

enum pni_tls_mode pni_tls_context_mode(const struct pni_tls_context *context) { return context->mode; }
enum pni_tls_verify pni_tls_context_verify(const struct pni_tls_context *context) { return context->verify; }
bool pni_tls_context_allows_unsecured(const struct pni_tls_context *context) {
  return context->allows_unsecured;
}

/* What is the same for all. */
static bool set_up(SSL_CTX *ctx, bool server) {
  static const unsigned char here[] =
      "baryon"; /* a ticket is good for the context that made it, whatever this says */
  (void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_msg_callback(ctx, pni_tls_message);
  if (server) {
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* clients keep it all in their tickets */
    return SSL_CTX_set_num_tickets(ctx, TICKETS) == 1 && SSL_CTX_set_dh_auto(ctx, 1) == 1 &&
           SSL_CTX_set_session_id_context(ctx, here, sizeof here - 1) == 1;
  }
  (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, pni_tls_new_session);
  return true;
}

/* Certificates between ours and a root that our own file lacks may be among the authorities. Looked for once, here. */
static void complete_chain(const struct pni_tls_settings *settings, SSL_CTX *ctx) {
  if (!settings->trust.store || !settings->credentials.certificate ||
      sk_X509_num(settings->credentials.chain) > 0)
    return;
  (void)SSL_CTX_build_cert_chain(ctx,
      SSL_BUILD_CHAIN_FLAG_NO_ROOT | SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR | SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR);
}

static int set_verification(
    const struct pni_tls_settings *settings, SSL_CTX *ctx, struct pni_tls_fault *fault) {
  const bool verifies = settings->verify != PNI_TLS_ANONYMOUS_PEER;
  SSL_CTX_set_verify(
      ctx, verifies ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, pni_tls_verified);
  if (settings->trust.store) SSL_CTX_set1_cert_store(ctx, settings->trust.store);
  if (!settings->asked_for) return 0;
  STACK_OF(X509_NAME) *const names = SSL_dup_CA_list(settings->asked_for);
  if (!names) {
    pni_tls_fault(fault, "out of memory");
    return PNI_TLS_BAD_DOMAIN;
  }
  SSL_CTX_set_client_CA_list(ctx, names);
  return 0;
}

static int fill(
    const struct pni_tls_settings *settings, struct pni_tls_context *context, struct pni_tls_fault *fault) {
  const bool server = settings->mode == PNI_TLS_SERVER;
  SSL_CTX *const ctx = context->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  if (!ctx || !set_up(ctx, server) || pni_tls_alpn_copy(&settings->alpn, &context->alpn) != PNI_OK ||
      !pni_tls_alpn_use(&context->alpn, ctx, server)) {
    pni_tls_fault(fault, "OpenSSL makes no context");
    return PNI_TLS_BAD_DOMAIN;
  }
  context->key_log = pni_tls_key_log_incref(settings->key_log);
  pni_tls_key_log_use(context->key_log, ctx);
  int code = pni_tls_suites_use(&settings->suites, ctx, fault);
  if (code == 0) code = pni_tls_credentials_use(&settings->credentials, ctx, fault);
  if (code == 0 && server && !settings->credentials.certificate && !pni_tls_credentials_make_up(ctx, fault))
    code = PNI_TLS_BAD_DOMAIN;
  if (code == 0) code = set_verification(settings, ctx, fault);
  if (code == 0) complete_chain(settings, ctx);
  return code;
}

int pni_tls_context(
    const struct pni_tls_settings *settings, struct pni_tls_context **context, struct pni_tls_fault *fault) {
  struct pni_tls_context *const made = calloc(1, sizeof *made);
  if (!made) {
    pni_tls_fault(fault, "out of memory");
    return PNI_TLS_BAD_DOMAIN;
  }
  atomic_init(&made->refs, 1);
  pni_tls_cache_init(&made->cache);
  made->mode = settings->mode;
  made->verify = settings->verify;
  made->allows_unsecured = settings->allows_unsecured;
  const int code = fill(settings, made, fault);
  if (code == 0)
    *context = made;
  else
    pni_tls_context_decref(made);
  return code;
}
