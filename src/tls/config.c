/* config.c: the configuration of <proton/tls.h>, which is a domain of the TLS core by another name. */
#include "layers/tls.h"
#include <proton/tls.h>

static struct pni_tls_domain *domain_of(pn_tls_config_t *config) { return (struct pni_tls_domain *)config; }

pn_tls_config_t *pn_tls_config(pn_tls_mode_t mode) {
  return (pn_tls_config_t *)pni_tls_domain((enum pni_tls_mode)mode);
}

void pn_tls_config_free(pn_tls_config_t *config) { pni_tls_domain_free(domain_of(config)); }

int pn_tls_config_set_credentials(
    pn_tls_config_t *config, const char *certificate, const char *key, const char *password) {
  return config ? pni_tls_domain_set_credentials(domain_of(config), certificate, key, password)
                : PNI_TLS_BAD_DOMAIN;
}

int pn_tls_config_set_trusted_certs(pn_tls_config_t *config, const char *certificate_db) {
  return pni_tls_domain_set_trusted(domain_of(config), certificate_db);
}

int pn_tls_config_set_peer_authentication(
    pn_tls_config_t *config, pn_tls_verify_mode_t mode, const char *trusted_CAs) {
  return pni_tls_domain_set_verify(domain_of(config), (int)mode, trusted_CAs);
}

int pn_tls_config_set_impl_ciphers(pn_tls_config_t *config, const char *ciphers) {
  return pni_tls_domain_set_ciphers(domain_of(config), ciphers);
}

int pn_tls_config_set_alpn_protocols(pn_tls_config_t *config, const char **protocols, size_t protocol_count) {
  return pni_tls_domain_set_alpn(domain_of(config), (const char *const *)protocols, protocol_count);
}
