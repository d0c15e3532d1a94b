/* tls_credentials.c: a certificate with its key, from PEM or PKCS#12 files or a token.
 *
 * A password is for this one file and is never asked for on a terminal. A server without credentials uses some that are
 * made up once in each process: a peer that wants to know nothing can be spoken with at the strength of all others, so
 * that suites without authentication are not needed, and one that verifies turns away. */
#include "layers/tls_openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <string.h>

void pni_tls_credentials_clear(struct pni_tls_credentials *credentials) {
  X509_free(credentials->certificate);
  EVP_PKEY_free(credentials->key);
  sk_X509_pop_free(credentials->chain, X509_free);
  *credentials = (struct pni_tls_credentials){NULL, NULL, NULL};
}

int pni_tls_password(char *room, int size, int writing, void *context) {
  const char *const password = context;
  (void)writing;
  if (!password) return -1;
  const size_t length = size >= 0 ? strnlen(password, (size_t)size + 1) : SIZE_MAX;
  if (size < 0 || length > (size_t)size) return -1;
  memcpy(room, password, length);
  return (int)length;
}

void *pni_tls_password_context(const char *password) { return (void *)(uintptr_t)password; }

static bool is_token(const char *name) { return strncmp(name, "pkcs11:", 7) == 0; }

/* PEM: the certificate, and others behind it. */

static bool read_chain(BIO *file, struct pni_tls_credentials *credentials, const char *password) {
  credentials->certificate =
      PEM_read_bio_X509(file, NULL, pni_tls_password, pni_tls_password_context(password));
  if (!credentials->certificate) return false;
  credentials->chain = sk_X509_new_null();
  X509 *next;
  while (credentials->chain && (next = PEM_read_bio_X509(file, NULL, pni_tls_password,
                                    pni_tls_password_context(password))) != NULL) {
    if (sk_X509_push(credentials->chain, next) > 0) continue;
    X509_free(next);
    return false;
  }
  const unsigned long why = ERR_peek_last_error();
  if (!credentials->chain || ERR_GET_REASON(why) != PEM_R_NO_START_LINE) return false;
  ERR_clear_error(); /* that was the end of the file */
  return true;
}

static bool read_pkcs12(BIO *file, struct pni_tls_credentials *credentials, const char *password) {
  PKCS12 *const bundle = d2i_PKCS12_bio(file, NULL);
  const bool read = bundle && PKCS12_parse(bundle, password, &credentials->key, &credentials->certificate,
                                  &credentials->chain) == 1;
  PKCS12_free(bundle);
  return read && credentials->certificate;
}

static bool read_file(const char *path, struct pni_tls_credentials *credentials, const char *password,
    struct pni_tls_fault *fault) {
  BIO *const file = BIO_new_file(path, "rb");
  if (!file) {
    pni_tls_fault(fault, "cannot open the certificate %s", path);
    return false;
  }
  bool read = read_chain(file, credentials, password);
  const unsigned long why = ERR_peek_last_error();
  if (!read && !credentials->certificate && ERR_GET_REASON(why) == PEM_R_NO_START_LINE) {
    ERR_clear_error();
    (void)BIO_reset(file);
    read = read_pkcs12(file, credentials, password);
  }
  BIO_free(file);
  if (!read) pni_tls_fault(fault, "%s has no certificate in PEM or PKCS#12, or another password", path);
  return read;
}

static bool read_key(const char *path, struct pni_tls_credentials *credentials, const char *password,
    struct pni_tls_fault *fault) {
  BIO *const file = BIO_new_file(path, "rb");
  if (!file) {
    pni_tls_fault(fault, "cannot open the private key %s", path);
    return false;
  }
  credentials->key =
      PEM_read_bio_PrivateKey(file, NULL, pni_tls_password, pni_tls_password_context(password));
  BIO_free(file);
  if (!credentials->key) pni_tls_fault(fault, "%s has no private key in PEM, or another password", path);
  return credentials->key != NULL;
}

static int load(struct pni_tls_credentials *credentials, const char *certificate, const char *key,
    const char *password, struct pni_tls_fault *fault) {
  if (!(is_token(certificate)
              ? pni_tls_token_certificate(certificate, password, &credentials->certificate, fault)
              : read_file(certificate, credentials, password, fault)))
    return PNI_TLS_BAD_CERTIFICATE;
  if (credentials->key && key) { /* the bundle's is not the one that is wanted */
    EVP_PKEY_free(credentials->key);
    credentials->key = NULL;
  }
  const char *const where = key ? key : certificate;
  if (!credentials->key && !(is_token(where) ? pni_tls_token_key(where, password, &credentials->key, fault)
                                             : read_key(where, credentials, password, fault)))
    return PNI_TLS_BAD_KEY;
  if (X509_check_private_key(credentials->certificate, credentials->key) == 1) return 0;
  pni_tls_fault(fault, "the private key %s does not belong to the certificate %s", where, certificate);
  return PNI_TLS_KEY_MISMATCH;
}

int pni_tls_credentials_load(struct pni_tls_credentials *credentials, const char *certificate,
    const char *key, const char *password, struct pni_tls_fault *fault) {
  *credentials = (struct pni_tls_credentials){NULL, NULL, NULL};
  if (!certificate) {
    pni_tls_fault(fault, "no certificate was named");
    return PNI_TLS_BAD_CERTIFICATE;
  }
  const int code = load(credentials, certificate, key, password, fault);
  if (code != 0) pni_tls_credentials_clear(credentials);
  return code;
}

int pni_tls_credentials_use(
    const struct pni_tls_credentials *credentials, SSL_CTX *ctx, struct pni_tls_fault *fault) {
  if (!credentials->certificate) return 0;
  if (SSL_CTX_use_certificate(ctx, credentials->certificate) != 1 ||
      (sk_X509_num(credentials->chain) > 0 && SSL_CTX_set1_chain(ctx, credentials->chain) != 1)) {
    pni_tls_fault(fault, "the certificate cannot be used");
    return PNI_TLS_BAD_CERTIFICATE;
  }
  if (SSL_CTX_use_PrivateKey(ctx, credentials->key) == 1) return 0;
  pni_tls_fault(fault, "the private key cannot be used");
  return PNI_TLS_BAD_KEY;
}

/* Those that prove nothing. */

static X509 *certify(EVP_PKEY *key) {
  enum { DAY = 24 * 60 * 60, YEARS = 3650 };
  X509 *const certificate = X509_new();
  if (!certificate) return NULL;
  X509_NAME *const name = X509_get_subject_name(certificate);
  static const unsigned char nobody[] = "no identity";
  if (X509_set_version(certificate, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate), -(long)DAY) &&
      X509_gmtime_adj(X509_getm_notAfter(certificate), (long)DAY * YEARS) &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, nobody, -1, -1, 0) == 1 &&
      X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
      X509_sign(certificate, key, EVP_sha256()) > 0)
    return certificate;
  X509_free(certificate);
  return NULL;
}

bool pni_tls_credentials_make_up(SSL_CTX *ctx, struct pni_tls_fault *fault) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static struct pni_tls_credentials made_up; /* under the lock until it is there, and never changed */
  (void)pthread_mutex_lock(&lock);
  if (!made_up.certificate) {
    EVP_PKEY_free(made_up.key);
    made_up.key = EVP_EC_gen("P-256");
    if (made_up.key) made_up.certificate = certify(made_up.key);
  }
  (void)pthread_mutex_unlock(&lock);
  if (made_up.certificate) return pni_tls_credentials_use(&made_up, ctx, fault) == 0;
  pni_tls_fault(fault, "no certificate could be made up");
  return false;
}
