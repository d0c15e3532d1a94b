/* tls_trust.c: the authorities that are believed, and what they have revoked.
 *
 * A store of certificates is made from files and not changed any more; contexts and the verifications under way share it.
 * Authorities that are set take the place of the system's. Where there are revocation lists, every certificate of a
 * chain needs its issuer's list, in force: who cannot be looked up is not believed. */
#include "layers/tls_openssl.h"

#include "base/memory.h"
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/stat.h>

void pni_tls_trust_clear(struct pni_tls_trust *trust) {
  X509_STORE_free(trust->store);
  free(trust->authorities);
  free(trust->revoked);
  *trust = (struct pni_tls_trust){NULL, NULL, NULL};
}

static bool is_directory(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool load_authorities(X509_STORE *store, const char *path, struct pni_tls_fault *fault) {
  const int loaded = !path                ? X509_STORE_set_default_paths(store)
                     : is_directory(path) ? X509_STORE_load_path(store, path)
                                          : X509_STORE_load_file(store, path);
  if (loaded == 1) return true;
  pni_tls_fault(fault, "no certificates of authorities can be read from %s", path ? path : "the system");
  return false;
}

static bool load_revoked(X509_STORE *store, const char *path, struct pni_tls_fault *fault) {
  X509_LOOKUP *const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup && X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) > 0 &&
      X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1)
    return true;
  pni_tls_fault(fault, "no revocation lists can be read from %s", path);
  return false;
}

bool pni_tls_trust_load(
    struct pni_tls_trust *trust, const char *authorities, const char *revoked, struct pni_tls_fault *fault) {
  *trust = (struct pni_tls_trust){.store = X509_STORE_new()};
  if (trust->store && pni_keep_string(&trust->authorities, authorities) == PNI_OK &&
      pni_keep_string(&trust->revoked, revoked) == PNI_OK &&
      X509_STORE_set_flags(trust->store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
      load_authorities(trust->store, authorities, fault) &&
      (!revoked || load_revoked(trust->store, revoked, fault))) {
    ERR_clear_error(); /* of files that a system may lack */
    return true;
  }
  pni_tls_fault(fault, "out of memory");
  pni_tls_trust_clear(trust);
  return false;
}
