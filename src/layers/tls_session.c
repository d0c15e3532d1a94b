/* tls_session.c: one TLS connection, without a socket: handshake, octets both ways, the end.
 *
 * Every call gives OpenSSL what has come and a place for what is to go, and leaves no pointer behind. A session that has
 * failed stays failed. It is secure when the handshake is over and what the context asks for has been seen to be so, once
 * more than OpenSSL does.
 *
 * After the handshake a peer may still send messages that are no application's: new keys, tickets, a wish to begin anew.
 * Each costs work, so that a peer's patience is spent by them and grows with the octets of the application. */
#include "layers/tls_openssl.h"

#include "base/memory.h"
#include "wire/limits.h"
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* Life. */

static bool is_address(const char *host) {
  struct in6_addr address;
  return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

/* A name may end with a dot, which certificates and hellos do not have. */
static pni_status keep_host(struct pni_tls *tls, const char *host) {
  size_t size = host ? strlen(host) : 0;
  if (size == 0) return PNI_OK;
  if (host[size - 1] == '.') size--;
  return pni_keep_bytes(&tls->host, host, size);
}

static bool set_host(struct pni_tls *tls) {
  char *const host = tls->host;
  X509_VERIFY_PARAM *const param = SSL_get0_param(tls->ssl);
  if (!host) return true;
  const bool address = is_address(host);
  if (!address && tls->context->mode == PNI_TLS_CLIENT && SSL_set_tlsext_host_name(tls->ssl, host) != 1)
    return false;
  if (tls->context->verify != PNI_TLS_VERIFY_NAME) return true;
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return address ? X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 : SSL_set1_host(tls->ssl, host) == 1;
}

static void set_session(struct pni_tls *tls) {
  if (!tls->name || tls->context->mode != PNI_TLS_CLIENT) return;
  SSL_SESSION *const session = pni_tls_cache_take(&tls->context->cache, tls->name, tls->host);
  if (!session) return;
  (void)SSL_set_session(tls->ssl, session); /* without it the handshake is a full one */
  SSL_SESSION_free(session);
}

static bool set_up(struct pni_tls *tls) {
  tls->ssl = SSL_new(tls->context->ctx);
  BIO *const bio = tls->ssl ? pni_tls_bio(tls) : NULL;
  if (!bio) return false;
  SSL_set_bio(tls->ssl, bio, bio);
  SSL_set_msg_callback_arg(tls->ssl, tls);
  if (tls->context->mode == PNI_TLS_CLIENT)
    SSL_set_connect_state(tls->ssl);
  else
    SSL_set_accept_state(tls->ssl);
  if (tls->context->verify == PNI_TLS_VERIFY_NAME && !tls->host)
    pni_tls_session_fault(tls, "no host name is set that the peer's certificate could be for");
  else if (!set_host(tls))
    pni_tls_session_fault(tls, "not a host name: %s", tls->host);
  set_session(tls);
  return true;
}

struct pni_tls *pni_tls(struct pni_tls_context *context, const char *host, const char *name) {
  struct pni_tls *const tls = calloc(1, sizeof *tls);
  if (!tls) return NULL;
  tls->context = pni_tls_context_incref(context);
  tls->patience = PNI_LIMIT_TLS_MESSAGES;
  if (keep_host(tls, host) == PNI_OK && pni_keep_string(&tls->name, name) == PNI_OK && set_up(tls))
    return tls;
  pni_tls_free(tls);
  ERR_clear_error();
  return NULL;
}

void pni_tls_free(struct pni_tls *tls) {
  if (!tls) return;
  if (tls->ssl && !tls->failed) /* or its secrets would be forgotten */
    SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(tls->ssl);
  pni_tls_context_decref(tls->context);
  free(tls->host);
  free(tls->name);
  pni_tls_forget(tls);
  free(tls->fault);
  free(tls);
}

int pni_tls_new_session(SSL *ssl, SSL_SESSION *session) {
  const struct pni_tls *const tls = pni_tls_of(ssl);
  if (!tls->name || SSL_SESSION_is_resumable(session) != 1) return 0;
  pni_tls_cache_put(&tls->context->cache, tls->name, tls->host, session);
  return 1;
}

/* Patience. */

enum { RECORDS = 16 }; /* of the application, for which one more message is borne */

static void lose_patience(struct pni_tls *tls) {
  if (tls->patience > 0)
    tls->patience--;
  else
    tls->flooded = true;
}

static void gain_patience(struct pni_tls *tls) {
  if (tls->patience == PNI_LIMIT_TLS_MESSAGES || ++tls->records < RECORDS) return;
  tls->records = 0;
  tls->patience++;
}

/* TLS 1.3 shows its messages; of one before it, a record that is not even looked into shows its kind. */
void pni_tls_message(int sent, int version, int type, const void *bytes, size_t size, SSL *ssl, void *arg) {
  struct pni_tls *const tls = arg;
  (void)version, (void)ssl;
  if (sent || !tls || !tls->secure) return;
  const bool record = type == SSL3_RT_HEADER && size > 0 && *(const uint8_t *)bytes == SSL3_RT_HANDSHAKE;
  if (type != SSL3_RT_HANDSHAKE && !record) return;
  tls->messages = true;
  lose_patience(tls);
}

/* What became of a call. */

static void begin(struct pni_tls *tls, struct pni_tls_input *in, struct pni_buffer *out) {
  tls->in = in;
  tls->out = out;
  ERR_clear_error();
}

static pni_status end(struct pni_tls *tls, pni_status status) {
  tls->in = NULL;
  tls->out = NULL;
  return status;
}

static void describe(struct pni_tls *tls) {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  if (tls->flooded)
    pni_tls_session_fault(tls, "the peer changes keys or begins anew again and again, and says nothing");
  else if (reason > SSL_AD_REASON_OFFSET && ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL)
    pni_tls_session_fault(tls, "the peer refused, with the alert \"%s\"",
        SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
  else
    pni_tls_session_fault(tls, tls->secure ? "TLS failed" : "the TLS handshake failed");
}

/* A call of OpenSSL's returned that it did not succeed. */
static pni_status look(struct pni_tls *tls, int result) {
  switch (SSL_get_error(tls->ssl, result)) {
  case SSL_ERROR_WANT_READ: return PNI_OK;
  case SSL_ERROR_ZERO_RETURN: tls->finished = true; return PNI_OK;
  default: break;
  }
  if (tls->no_memory) {
    pni_tls_session_fault(tls, "out of memory");
    return PNI_NO_MEMORY;
  }
  describe(tls);
  return PNI_FAILED;
}

/* The handshake is over: is all as it should be? */
static pni_status admit(struct pni_tls *tls) {
  const bool verifies = tls->context->verify != PNI_TLS_ANONYMOUS_PEER;
  if (verifies && (!SSL_get0_peer_certificate(tls->ssl) || SSL_get_verify_result(tls->ssl) != X509_V_OK)) {
    pni_tls_session_fault(tls, "certificate verify failed: the peer has not been verified");
    return PNI_FAILED;
  }
  pni_tls_agree(tls);
  tls->secure = true;
  return PNI_OK;
}

pni_status pni_tls_handshake(struct pni_tls *tls, struct pni_tls_input *in, struct pni_buffer *out) {
  if (tls->failed) return PNI_FAILED;
  if (tls->secure) return PNI_OK;
  begin(tls, in, out);
  const int result = SSL_do_handshake(tls->ssl);
  return end(tls, result == 1 ? admit(tls) : look(tls, result));
}

/* OpenSSL gets the buffers of a handshake for a ticket, too, and keeps that for writing until something is written. */
static void release_buffers(struct pni_tls *tls) {
  if (tls->messages && SSL_free_buffers(tls->ssl) == 1) tls->messages = false;
}

/* Nothing counts that comes behind the peer's end. */
static void drop_rest(const struct pni_tls *tls) {
  if (!tls->finished) return;
  tls->in->bytes += tls->in->size;
  tls->in->size = 0;
}

pni_status pni_tls_decrypt(struct pni_tls *tls, struct pni_tls_input *in, uint8_t *plain, size_t room,
    size_t *got, struct pni_buffer *out) {
  pni_status status = PNI_OK;
  *got = 0;
  if (tls->failed) return PNI_FAILED;
  begin(tls, in, out);
  while (*got < room && !tls->finished) {
    size_t part;
    const int result = SSL_read_ex(tls->ssl, plain + *got, room - *got, &part);
    if (result != 1) {
      status = look(tls, result);
      break;
    }
    *got += part;
    gain_patience(tls);
  }
  release_buffers(tls);
  drop_rest(tls);
  return end(tls, status);
}

pni_status pni_tls_peek(struct pni_tls *tls, struct pni_tls_input *in, struct pni_buffer *out) {
  uint8_t octet;
  size_t got;
  if (tls->failed) return PNI_FAILED;
  begin(tls, in, out);
  const int result = SSL_peek_ex(tls->ssl, &octet, 1, &got);
  const pni_status status = result == 1 ? PNI_OK : look(tls, result);
  drop_rest(tls);
  return end(tls, status);
}

pni_status pni_tls_encrypt(struct pni_tls *tls, const uint8_t *plain, size_t size, struct pni_buffer *out) {
  if (tls->failed) return PNI_FAILED;
  TRY(pni_buffer_reserve(out, size + PNI_TLS_OVERHEAD));
  begin(tls, NULL, out);
  size_t written;
  const int result = SSL_write_ex(tls->ssl, plain, size, &written);
  if (result == 1 && written == size) return end(tls, PNI_OK);
  const pni_status status = result == 1 ? PNI_FAILED : look(tls, result);
  if (status == PNI_OK || !tls->failed) pni_tls_session_fault(tls, "TLS takes no octets");
  return end(tls, status == PNI_OK ? PNI_FAILED : status);
}

pni_status pni_tls_close(struct pni_tls *tls, struct pni_buffer *out) {
  if (tls->failed || !tls->secure || tls->closed) return PNI_OK;
  begin(tls, NULL, out);
  tls->closed = true;
  const int result = SSL_shutdown(tls->ssl);
  return end(tls, result >= 0 ? PNI_OK : look(tls, result));
}

bool pni_tls_secure(const struct pni_tls *tls) { return tls->secure && !tls->failed; }
bool pni_tls_finished(const struct pni_tls *tls) { return tls->finished; }
bool pni_tls_failed(const struct pni_tls *tls) { return tls->failed; }
size_t pni_tls_ready(const struct pni_tls *tls) { return (size_t)SSL_pending(tls->ssl); }
