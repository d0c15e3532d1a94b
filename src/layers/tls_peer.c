/* tls_peer.c: who the peer is, by its certificate, and what was agreed on with it. */
#include "layers/tls_openssl.h"

#include "base/text.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* Verification. */

/* What an operator may do about it; NULL: the error says it all. */
static const char *advice(int error) {
  switch (error) {
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    return "no authority that is trusted has signed it, or the peer does not send those between";
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return "it is not among the authorities that are trusted";
  case X509_V_ERR_CERT_NOT_YET_VALID:
  case X509_V_ERR_CERT_HAS_EXPIRED: return "renew it, or look at the clock";
  case X509_V_ERR_UNABLE_TO_GET_CRL: return "its authority's revocation list is missing";
  case X509_V_ERR_CRL_HAS_EXPIRED: return "its authority's revocation list is out of date";
  case X509_V_ERR_INVALID_PURPOSE: return "it is not for this side of a connection";
  default: return NULL;
  }
}

static void add_name(struct pni_text *text, const char *what, X509_NAME *name) {
  char room[128];
  BIO *const bio = BIO_new(BIO_s_mem());
  if (!bio) return;
  const int size =
      X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0 ? BIO_read(bio, room, sizeof room) : 0;
  BIO_free(bio);
  if (size > 0) pni_text_format(text, ", %s %.*s", what, size, room);
}

int pni_tls_verified(int good, X509_STORE_CTX *store) {
  struct pni_tls *const tls =
      pni_tls_of(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (good || tls->context->verify == PNI_TLS_ANONYMOUS_PEER) return good;
  X509 *const certificate = X509_STORE_CTX_get_current_cert(store);
  const int error = X509_STORE_CTX_get_error(store);
  char room[400] = "";
  struct pni_text text = pni_text(room, sizeof room);
  if (advice(error)) pni_text_format(&text, " (%s)", advice(error));
  pni_text_format(&text, ": certificate at depth %d", X509_STORE_CTX_get_error_depth(store));
  if (certificate) {
    add_name(&text, "subject", X509_get_subject_name(certificate));
    add_name(&text, "issuer", X509_get_issuer_name(certificate));
  }
  if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH)
    pni_text_format(&text, ", not for host %s", tls->host);
  pni_tls_session_fault(tls, "certificate verify failed: %s%s", X509_verify_cert_error_string(error), room);
  return 0;
}

/* The certificate. */

static char *text_of(BIO *bio) {
  char *bytes;
  const long size = BIO_get_mem_data(bio, &bytes);
  char *const text = size >= 0 ? malloc((size_t)size + 1) : NULL;
  if (!text) return NULL;
  if (size > 0) memcpy(text, bytes, (size_t)size);
  text[size] = '\0';
  return text;
}

/* Texts of the certificate, kept since the API gives them without a copy. */
struct pni_tls_texts {
  char *subject, *fields[PNI_TLS_FIELD_COUNT];
};

/* NULL: there is no certificate to ask, or no memory. */
static struct pni_tls_texts *texts_of(struct pni_tls *tls) {
  if (!tls->agreed.certificate) return NULL;
  if (!tls->texts) tls->texts = calloc(1, sizeof *tls->texts);
  return tls->texts;
}

const char *pni_tls_subject(struct pni_tls *tls) {
  struct pni_tls_texts *const texts = texts_of(tls);
  if (!texts || texts->subject) return texts ? texts->subject : NULL;
  BIO *const bio = BIO_new(BIO_s_mem());
  if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(tls->agreed.certificate), 0, XN_FLAG_RFC2253) >= 0)
    texts->subject = text_of(bio);
  BIO_free(bio);
  return texts->subject;
}

static const int field_ids[PNI_TLS_FIELD_COUNT] = {
    [PNI_TLS_COUNTRY] = NID_countryName,
    [PNI_TLS_STATE] = NID_stateOrProvinceName,
    [PNI_TLS_LOCALITY] = NID_localityName,
    [PNI_TLS_ORGANIZATION] = NID_organizationName,
    [PNI_TLS_UNIT] = NID_organizationalUnitName,
    [PNI_TLS_COMMON_NAME] = NID_commonName,
};

/* A name with a NUL within is somebody else's for whoever reads it as a string. */
static char *field_text(X509_NAME *name, int id) {
  const int at = X509_NAME_get_index_by_NID(name, id, -1);
  if (at < 0) return NULL;
  unsigned char *bytes = NULL;
  char *text = NULL;
  const int size = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size >= 0 && !memchr(bytes, '\0', (size_t)size)) text = malloc((size_t)size + 1);
  if (text) {
    memcpy(text, bytes, (size_t)size);
    text[size] = '\0';
  }
  OPENSSL_free(bytes);
  return text;
}

const char *pni_tls_subject_field(struct pni_tls *tls, int field) {
  if (field < 0 || field >= PNI_TLS_FIELD_COUNT) return NULL;
  struct pni_tls_texts *const texts = texts_of(tls);
  if (!texts) return NULL;
  if (!texts->fields[field])
    texts->fields[field] = field_text(X509_get_subject_name(tls->agreed.certificate), field_ids[field]);
  return texts->fields[field];
}

static const EVP_MD *hash_of(int hash) {
  switch (hash) {
  case PNI_TLS_SHA1: return EVP_sha1();
  case PNI_TLS_SHA256: return EVP_sha256();
  case PNI_TLS_SHA512: return EVP_sha512();
  case PNI_TLS_MD5: return EVP_md5();
  default: return NULL;
  }
}

pni_status pni_tls_fingerprint(const struct pni_tls *tls, char *text, size_t size, int hash) {
  static const char digits[] = "0123456789abcdef";
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  const EVP_MD *const md = hash_of(hash);
  X509 *const certificate = tls->agreed.certificate;
  if (!md || !certificate || size <= 2 * (size_t)EVP_MD_get_size(md)) return PNI_FAILED;
  if (X509_digest(certificate, md, octets, &count) != 1) {
    ERR_clear_error();
    return PNI_FAILED;
  }
  for (size_t i = 0; i < count; i++) {
    text[2 * i] = digits[octets[i] >> 4];
    text[2 * i + 1] = digits[octets[i] & 15];
  }
  text[2 * (size_t)count] = '\0';
  return PNI_OK;
}

/* What was agreed on. */

void pni_tls_agree(struct pni_tls *tls) {
  struct pni_tls_agreed *const agreed = &tls->agreed;
  unsigned size = 0;
  agreed->certificate = SSL_get1_peer_certificate(tls->ssl);
  agreed->cipher = SSL_get_current_cipher(tls->ssl);
  agreed->version = SSL_get_version(tls->ssl);
  SSL_get0_alpn_selected(tls->ssl, &agreed->protocol, &size);
  agreed->protocol_size = (uint8_t)size; /* as ALPN has it */
  agreed->resumed = SSL_session_reused(tls->ssl) == 1;
}

void pni_tls_forget(struct pni_tls *tls) {
  X509_free(tls->agreed.certificate);
  if (!tls->texts) return;
  free(tls->texts->subject);
  for (int i = 0; i < PNI_TLS_FIELD_COUNT; i++) free(tls->texts->fields[i]);
  free(tls->texts);
}

const char *pni_tls_cipher(const struct pni_tls *tls) {
  return tls->agreed.cipher ? SSL_CIPHER_get_name(tls->agreed.cipher) : NULL;
}

const char *pni_tls_version(const struct pni_tls *tls) { return tls->agreed.version; }

int pni_tls_strength(const struct pni_tls *tls) {
  return tls->agreed.cipher ? SSL_CIPHER_get_bits(tls->agreed.cipher, NULL) : 0;
}

bool pni_tls_resumed(const struct pni_tls *tls) { return tls->agreed.resumed; }

bool pni_tls_protocol(const struct pni_tls *tls, const char **name, size_t *size) {
  *name = (const char *)tls->agreed.protocol;
  *size = tls->agreed.protocol_size;
  return *name != NULL;
}
