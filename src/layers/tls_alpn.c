/* tls_alpn.c: which protocol of the application is spoken inside. [RFC 7301]
 *
 * A list is kept as it stands in a hello: each name behind an octet with its length. A server takes the first of its own
 * that the client names, too; where it has a list and there is none in common, the handshake fails. */
#include "layers/tls_openssl.h"

#include <stdlib.h>
#include <string.h>

void pni_tls_alpn_clear(struct pni_tls_alpn *alpn) {
  free(alpn->names);
  *alpn = (struct pni_tls_alpn){NULL, 0};
}

/* The octets of a list; 0 if it is none. */
static size_t size_of(const char *const *protocols, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t length = protocols[i] ? strlen(protocols[i]) : 0;
    size += 1 + length;
    if (length == 0 || length > UINT8_MAX || size > UINT16_MAX) return 0;
  }
  return size;
}

pni_status pni_tls_alpn_read(const char *const *protocols, size_t count, struct pni_tls_alpn *alpn) {
  *alpn = (struct pni_tls_alpn){NULL, 0};
  if (!protocols && count == 0) return PNI_OK;
  const size_t size = protocols ? size_of(protocols, count) : 0;
  if (size == 0) return PNI_BAD_ARGUMENT;
  alpn->names = malloc(size);
  if (!alpn->names) return PNI_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    const size_t length = strlen(protocols[i]);
    alpn->names[alpn->size++] = (uint8_t)length;
    memcpy(alpn->names + alpn->size, protocols[i], length);
    alpn->size += length;
  }
  return PNI_OK;
}

pni_status pni_tls_alpn_copy(const struct pni_tls_alpn *from, struct pni_tls_alpn *to) {
  *to = (struct pni_tls_alpn){NULL, 0};
  if (from->size == 0) return PNI_OK;
  to->names = malloc(from->size);
  if (!to->names) return PNI_NO_MEMORY;
  memcpy(to->names, from->names, from->size);
  to->size = from->size;
  return PNI_OK;
}

static int select_protocol(SSL *ssl, const unsigned char **name, unsigned char *size,
    const unsigned char *offered, unsigned offered_size, void *context) {
  const struct pni_tls_alpn *const alpn = context;
  (void)ssl;
  unsigned char *chosen;
  if (SSL_select_next_proto(&chosen, size, alpn->names, (unsigned)alpn->size, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *name = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool pni_tls_alpn_use(const struct pni_tls_alpn *alpn, SSL_CTX *ctx, bool server) {
  if (alpn->size == 0) return true;
  if (!server) return SSL_CTX_set_alpn_protos(ctx, alpn->names, (unsigned)alpn->size) == 0;
  SSL_CTX_set_alpn_select_cb(ctx, select_protocol, (void *)(uintptr_t)alpn);
  return true;
}
