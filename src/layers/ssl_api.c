/* ssl_api.c: the functions of <proton/ssl.h> and <baryon/tls.h>.
 *
 * A pn_ssl_t is its transport, and a pn_ssl_domain_t a domain of the TLS core, by other names. */
#include "layers/ssl.h"

#include "base/memory.h"
#include "engine/connection.h"
#include <baryon/tls.h>
#include <proton/error.h>
#include <stdlib.h>
#include <string.h>

static pn_transport_t *transport_of(pn_ssl_t *ssl) { return (pn_transport_t *)ssl; }
static struct pni_ssl *of(pn_ssl_t *ssl) { return ssl ? transport_of(ssl)->ssl : NULL; }
static struct pni_tls *session_of(pn_ssl_t *ssl) { return of(ssl) ? of(ssl)->tls : NULL; }
static struct pni_tls_domain *domain_of(pn_ssl_domain_t *domain) { return (struct pni_tls_domain *)domain; }

/* Domains. */

bool pn_ssl_present(void) { return true; }

pn_ssl_domain_t *pn_ssl_domain(pn_ssl_mode_t mode) {
  return (pn_ssl_domain_t *)pni_tls_domain((enum pni_tls_mode)mode);
}

void pn_ssl_domain_free(pn_ssl_domain_t *domain) { pni_tls_domain_free(domain_of(domain)); }

int pn_ssl_domain_set_credentials(
    pn_ssl_domain_t *domain, const char *certificate, const char *key, const char *password) {
  return domain ? pni_tls_domain_set_credentials(domain_of(domain), certificate, key, password)
                : PNI_TLS_BAD_DOMAIN;
}

int pn_ssl_domain_set_trusted_ca_db(pn_ssl_domain_t *domain, const char *certificate_db) {
  return pni_tls_domain_set_trusted(domain_of(domain), certificate_db);
}

int pn_ssl_domain_set_peer_authentication(
    pn_ssl_domain_t *domain, pn_ssl_verify_mode_t mode, const char *trusted_CAs) {
  return pni_tls_domain_set_verify(domain_of(domain), (int)mode, trusted_CAs);
}

int pn_ssl_domain_set_protocols(pn_ssl_domain_t *domain, const char *protocols) {
  return pni_tls_domain_set_protocols(domain_of(domain), protocols);
}

int pn_ssl_domain_set_ciphers(pn_ssl_domain_t *domain, const char *ciphers) {
  return pni_tls_domain_set_ciphers(domain_of(domain), ciphers);
}

int pn_ssl_domain_allow_unsecured_client(pn_ssl_domain_t *domain) {
  return pni_tls_domain_allow_unsecured(domain_of(domain));
}

/* Life. */

struct pni_ssl *pni_ssl(pn_transport_t *transport) {
  if (!transport->ssl) transport->ssl = calloc(1, sizeof *transport->ssl);
  return transport->ssl;
}

void pni_ssl_free(pn_transport_t *transport) {
  struct pni_ssl *const ssl = transport->ssl;
  if (!ssl) return;
  pni_tls_free(ssl->tls);
  pni_tls_context_decref(ssl->context);
  pni_buffer_clear(&ssl->pending);
  pni_buffer_clear(&ssl->plain);
  pni_buffer_clear(&ssl->clear);
  free(ssl->host);
  free(ssl->reached);
  free(ssl->name);
  free(ssl);
  transport->ssl = NULL;
}

pn_ssl_t *pn_ssl(pn_transport_t *transport) {
  return transport && pni_ssl(transport) ? (pn_ssl_t *)transport : NULL;
}

int pn_ssl_init(pn_ssl_t *ssl0, pn_ssl_domain_t *domain, const char *session_id) {
  struct pni_ssl *const ssl = of(ssl0);
  if (!ssl || ssl->tls) return PNI_TLS_BAD_DOMAIN;
  if (pni_keep_string(&ssl->name, session_id) != PNI_OK) return PN_OUT_OF_MEMORY;
  struct pni_tls_context *const context = domain ? pni_tls_domain_context(domain_of(domain)) : NULL;
  if (domain && !context) return PNI_TLS_BAD_DOMAIN;
  pni_tls_context_decref(ssl->context);
  ssl->context = context;
  transport_of(ssl0)->encryption_required = !ssl->context || !pni_tls_context_allows_unsecured(ssl->context);
  return 0;
}

/* The peer. */

const char *pni_ssl_host(const pn_transport_t *transport) {
  const pn_connection_t *const conn = transport->server ? NULL : transport->connection;
  if (transport->ssl->host) return transport->ssl->host;
  return conn && conn->hostname ? conn->hostname : transport->ssl->reached;
}

int pn_ssl_set_peer_hostname(pn_ssl_t *ssl, const char *hostname) {
  if (!of(ssl)) return PNI_TLS_BAD_DOMAIN;
  return pni_keep_string(&of(ssl)->host, hostname) == PNI_OK ? 0 : PN_OUT_OF_MEMORY;
}

int pn_ssl_get_peer_hostname(pn_ssl_t *ssl, char *hostname, size_t *bufsize) {
  if (!of(ssl)) return PNI_TLS_BAD_DOMAIN;
  const char *const host = pni_ssl_host(transport_of(ssl));
  const size_t room = *bufsize, length = host ? strlen(host) : 0;
  *bufsize = length;
  if (!hostname) return 0;
  if (length >= room) return host ? PNI_TLS_BAD_DOMAIN : 0;
  memcpy(hostname, host ? host : "", length + 1);
  return 0;
}

/* Copy a name that may be too long for the room, or not be there. */
static bool give(const char *name, char *buffer, size_t size) {
  if (size > 0) {
    const size_t length = name ? strlen(name) : 0, part = length < size ? length : size - 1;
    memcpy(buffer, name ? name : "", part);
    buffer[part] = '\0';
  }
  return name != NULL;
}

bool pn_ssl_get_cipher_name(pn_ssl_t *ssl, char *buffer, size_t size) {
  return give(session_of(ssl) ? pni_tls_cipher(session_of(ssl)) : NULL, buffer, size);
}

bool pn_ssl_get_protocol_name(pn_ssl_t *ssl, char *buffer, size_t size) {
  return give(session_of(ssl) ? pni_tls_version(session_of(ssl)) : NULL, buffer, size);
}

int pn_ssl_get_ssf(pn_ssl_t *ssl) { return session_of(ssl) ? pni_tls_strength(session_of(ssl)) : 0; }

pn_ssl_resume_status_t pn_ssl_resume_status(pn_ssl_t *ssl) {
  const struct pni_tls *const tls = session_of(ssl);
  if (!tls || !pni_tls_secure(tls)) return PN_SSL_RESUME_UNKNOWN;
  return pni_tls_resumed(tls) ? PN_SSL_RESUME_REUSED : PN_SSL_RESUME_NEW;
}

const char *pn_ssl_get_remote_subject(pn_ssl_t *ssl) {
  return session_of(ssl) ? pni_tls_subject(session_of(ssl)) : NULL;
}

const char *pn_ssl_get_remote_subject_subfield(pn_ssl_t *ssl, pn_ssl_cert_subject_subfield field) {
  return session_of(ssl) ? pni_tls_subject_field(session_of(ssl), (int)field) : NULL;
}

int pn_ssl_get_cert_fingerprint(
    pn_ssl_t *ssl, char *fingerprint, size_t fingerprint_length, pn_ssl_hash_alg hash_alg) {
  if (fingerprint_length > 0) fingerprint[0] = '\0';
  if (!session_of(ssl)) return PN_ERR;
  return pni_tls_fingerprint(session_of(ssl), fingerprint, fingerprint_length, (int)hash_alg);
}

/* <baryon/tls.h> */

int pn_ssl_domain_renew(pn_ssl_domain_t *domain, const pn_ssl_renewal_t *renewal) {
  const struct pni_tls_renewal files = {.certificate = renewal->certificate,
      .key = renewal->key,
      .password = renewal->password,
      .trusted = renewal->trusted,
      .revoked = renewal->revoked};
  return pni_tls_domain_renew(domain_of(domain), &files);
}

int pn_ssl_domain_set_revoked(pn_ssl_domain_t *domain, const char *path) {
  return pni_tls_domain_set_revoked(domain_of(domain), path);
}

int pn_ssl_domain_set_minimum_protocol(pn_ssl_domain_t *domain, const char *protocol) {
  return pni_tls_domain_set_minimum(domain_of(domain), protocol);
}

int pn_ssl_domain_set_alpn_protocols(pn_ssl_domain_t *domain, const char *const *protocols, size_t count) {
  return pni_tls_domain_set_alpn(domain_of(domain), protocols, count);
}

int pn_ssl_domain_set_key_log(pn_ssl_domain_t *domain, const char *path) {
  return pni_tls_domain_set_key_log(domain_of(domain), path);
}

char *pn_ssl_domain_error(pn_ssl_domain_t *domain) { return pni_tls_domain_error(domain_of(domain)); }

pn_bytes_t pn_ssl_get_alpn_protocol(pn_ssl_t *ssl) {
  const char *name = NULL;
  size_t size = 0;
  const bool agreed = session_of(ssl) && pni_tls_protocol(session_of(ssl), &name, &size);
  return agreed ? pn_bytes(size, name) : pn_bytes(0, NULL);
}
