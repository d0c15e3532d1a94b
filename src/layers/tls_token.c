/* tls_token.c: certificates and keys that a token has, by their pkcs11: URIs (RFC 7512). A key stays in the token, which signs.
 *
 * OpenSSL finds them by a store of its own, where the system has configured a provider for PKCS#11; else by the engine of that
 * name, which is what Debian 12 has. Engines are deprecated: this file alone knows them, and goes without where they are not there. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "layers/tls_openssl.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>

/* Either may be NULL: it is not wanted. */
struct wanted {
  const char *uri;
  UI_METHOD *ask; /* for the PIN */
  void *pin;
  X509 **certificate;
  EVP_PKEY **key;
};

static bool found(const struct wanted *wanted) {
  return (wanted->certificate && *wanted->certificate) || (wanted->key && *wanted->key);
}

static void look_in_store(const struct wanted *wanted) {
  OSSL_STORE_CTX *const store = OSSL_STORE_open(wanted->uri, wanted->ask, wanted->pin, NULL, NULL);
  while (store && !found(wanted) && !OSSL_STORE_eof(store)) {
    OSSL_STORE_INFO *const info = OSSL_STORE_load(store);
    if (!info) break;
    const int type = OSSL_STORE_INFO_get_type(info);
    if (wanted->certificate && type == OSSL_STORE_INFO_CERT)
      *wanted->certificate = OSSL_STORE_INFO_get1_CERT(info);
    else if (wanted->key && type == OSSL_STORE_INFO_PKEY)
      *wanted->key = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
  }
  if (store) OSSL_STORE_close(store);
}

#ifndef OPENSSL_NO_ENGINE

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ENGINE *engine; /* NULL if there is none; stays, since it loses memory when it is closed */

static void find_engine(void) { engine = ENGINE_by_id("pkcs11"); }

static void load(const struct wanted *wanted) {
  struct {
    const char *uri;
    X509 *certificate;
  } parameters = {wanted->uri, NULL}; /* as the engine's command takes them */
  if (wanted->key) {
    *wanted->key = ENGINE_load_private_key(engine, wanted->uri, wanted->ask, wanted->pin);
  } else if (wanted->certificate && ENGINE_ctrl_cmd(engine, "LOAD_CERT_CTRL", 0, &parameters, NULL, 1) == 1) {
    *wanted->certificate = parameters.certificate;
  }
}

/* A key that has been loaded holds it ready, for as long as it lives. */
static void look_in_engine(const struct wanted *wanted) {
  (void)pthread_once(&once, find_engine);
  if (!engine || ENGINE_init(engine) != 1) return;
  load(wanted);
  ENGINE_finish(engine);
}

#else

static void look_in_engine(const struct wanted *wanted) { (void)wanted; }

#endif

static bool look(struct wanted *wanted, const char *pin, const char *what, struct pni_tls_fault *fault) {
  wanted->ask = UI_UTIL_wrap_read_pem_callback(pni_tls_password, 0);
  wanted->pin = pni_tls_password_context(pin);
  if (wanted->ask) look_in_store(wanted);
  if (wanted->ask && !found(wanted)) {
    ERR_clear_error();
    look_in_engine(wanted);
  }
  UI_destroy_method(wanted->ask);
  if (found(wanted)) {
    ERR_clear_error();
    return true;
  }
  pni_tls_fault(fault, "the token has no %s %s (or OpenSSL has neither provider nor engine for PKCS#11)",
      what, wanted->uri);
  return false;
}

bool pni_tls_token_certificate(
    const char *uri, const char *pin, X509 **certificate, struct pni_tls_fault *fault) {
  struct wanted wanted = {.uri = uri, .certificate = certificate};
  return look(&wanted, pin, "certificate", fault);
}

bool pni_tls_token_key(const char *uri, const char *pin, EVP_PKEY **key, struct pni_tls_fault *fault) {
  struct wanted wanted = {.uri = uri, .key = key};
  return look(&wanted, pin, "private key", fault);
}
