/* tls_domain.c: what a program sets up, and how it takes effect: a new context from all settings, in place of the old one.
 *
 * Two mutexes. `setting` is held while files are read and a context is made: one setter at a time. `lock` guards the pointer
 * to the context and is held for copying or replacing it, so that whoever begins a session never waits for a setter. A
 * setter that fails has changed nothing, and its reason is kept and logged.
 *
 * The first context is made by the first setter, or the first session. The system's authorities are read when a context is
 * to verify and has no others: that takes longer than all the rest. */
#include "layers/tls_openssl.h"

#include "base/memory.h"
#include "engine/logger.h"
#include <openssl/err.h>
#include <proton/error.h>
#include <stdlib.h>
#include <string.h>

struct pni_tls_domain {
  pthread_mutex_t setting; /* guards settings and fault */
  struct pni_tls_settings settings;
  struct pni_tls_fault fault;
  pthread_mutex_t lock;            /* guards context */
  struct pni_tls_context *context; /* with a reference; NULL until the first is made */
};

/* A setting under way, while `setting` is held. */
struct change {
  struct pni_tls_domain *domain;
  struct pni_tls_settings next;
};

static struct change change_begin(struct pni_tls_domain *domain) {
  (void)pthread_mutex_lock(&domain->setting);
  domain->fault.text[0] = '\0';
  ERR_clear_error();
  return (struct change){domain, domain->settings};
}

/* Have the domain hand out a context with the new settings. */
static int change_publish(struct change *change) {
  struct pni_tls_domain *const domain = change->domain;
  struct pni_tls_context *context;
  const bool lacks = change->next.verify != PNI_TLS_ANONYMOUS_PEER && !change->next.trust.store;
  if (lacks && !pni_tls_trust_load(&change->next.trust, NULL, NULL, &domain->fault))
    return PNI_TLS_BAD_DOMAIN;
  const int code = pni_tls_context(&change->next, &context, &domain->fault);
  ERR_clear_error();
  if (code != 0) {
    if (lacks) pni_tls_trust_clear(&change->next.trust);
    return code;
  }
  (void)pthread_mutex_lock(&domain->lock);
  struct pni_tls_context *const old = domain->context;
  domain->context = context;
  (void)pthread_mutex_unlock(&domain->lock);
  pni_tls_context_decref(old);
  domain->settings = change->next;
  return 0;
}

static int change_end(struct change *change, int code) {
  struct pni_tls_domain *const domain = change->domain;
  pn_logger_t *const logger = pn_default_logger();
  if (code != 0) {
    pni_tls_fault(&domain->fault, "out of memory");
    if (pni_logs(logger, PN_SUBSYSTEM_SSL, PN_LEVEL_ERROR))
      pn_logger_logf(logger, PN_SUBSYSTEM_SSL, PN_LEVEL_ERROR, "TLS settings: %s", domain->fault.text);
  }
  (void)pthread_mutex_unlock(&domain->setting);
  return code;
}

/* Life. */

static void clear_settings(struct pni_tls_settings *settings) {
  pni_tls_credentials_clear(&settings->credentials);
  pni_tls_trust_clear(&settings->trust);
  sk_X509_NAME_pop_free(settings->asked_for, X509_NAME_free);
  free(settings->suites.old);
  free(settings->suites.new);
  pni_tls_alpn_clear(&settings->alpn);
  pni_tls_key_log_decref(settings->key_log);
}

struct pni_tls_domain *pni_tls_domain(enum pni_tls_mode mode) {
  if (mode != PNI_TLS_CLIENT && mode != PNI_TLS_SERVER) return NULL;
  struct pni_tls_domain *const domain = calloc(1, sizeof *domain);
  if (!domain) return NULL;
  (void)pthread_mutex_init(&domain->setting, NULL); /* neither can fail for this kind */
  (void)pthread_mutex_init(&domain->lock, NULL);
  domain->settings.mode = mode;
  domain->settings.verify = mode == PNI_TLS_CLIENT ? PNI_TLS_VERIFY_NAME : PNI_TLS_ANONYMOUS_PEER;
  domain->settings.suites.versions[PNI_TLS_1_2] = domain->settings.suites.versions[PNI_TLS_1_3] = true;
  return domain;
}

void pni_tls_domain_free(struct pni_tls_domain *domain) {
  if (!domain) return;
  pni_tls_context_decref(domain->context);
  clear_settings(&domain->settings);
  (void)pthread_mutex_destroy(&domain->setting);
  (void)pthread_mutex_destroy(&domain->lock);
  free(domain);
}

static struct pni_tls_context *current(struct pni_tls_domain *domain) {
  (void)pthread_mutex_lock(&domain->lock);
  struct pni_tls_context *const context = domain->context ? pni_tls_context_incref(domain->context) : NULL;
  (void)pthread_mutex_unlock(&domain->lock);
  return context;
}

/* The first; another thread may have been quicker. */
static bool make_first(struct pni_tls_domain *domain) {
  struct change change = change_begin(domain);
  return change_end(&change, domain->context ? 0 : change_publish(&change)) == 0;
}

struct pni_tls_context *pni_tls_domain_context(struct pni_tls_domain *domain) {
  struct pni_tls_context *const context = current(domain);
  if (context || !make_first(domain)) return context;
  return current(domain);
}

struct pni_tls_context *pni_tls_usual_context(enum pni_tls_mode mode) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static struct pni_tls_domain *usual[2]; /* under the lock until it is there, and never changed */
  struct pni_tls_domain **const place = &usual[mode == PNI_TLS_SERVER];
  (void)pthread_mutex_lock(&lock);
  if (!*place) *place = pni_tls_domain(mode);
  struct pni_tls_domain *const domain = *place;
  (void)pthread_mutex_unlock(&lock);
  return domain ? pni_tls_domain_context(domain) : NULL;
}

char *pni_tls_domain_error(struct pni_tls_domain *domain) {
  char *copy = NULL;
  if (!domain) return NULL;
  (void)pthread_mutex_lock(&domain->setting);
  const pni_status status = pni_keep_string(&copy, domain->fault.text);
  (void)pthread_mutex_unlock(&domain->setting);
  return status == PNI_OK ? copy : NULL;
}

/* Settings from files. */

static int renew(struct change *change, const struct pni_tls_renewal *renewal) {
  struct pni_tls_settings *const next = &change->next, old = *next;
  struct pni_tls_fault *const fault = &change->domain->fault;
  const bool trusts = renewal->trusted || renewal->revoked;
  int code = 0;
  if (renewal->certificate)
    code = pni_tls_credentials_load(
        &next->credentials, renewal->certificate, renewal->key, renewal->password, fault);
  if (code != 0) return code;
  if (trusts && !pni_tls_trust_load(&next->trust, renewal->trusted ? renewal->trusted : old.trust.authorities,
                    renewal->revoked ? renewal->revoked : old.trust.revoked, fault)) {
    code = PNI_TLS_BAD_DOMAIN;
    next->trust = old.trust;
  }
  if (code == 0) code = change_publish(change);
  struct pni_tls_settings unused = code == 0 ? old : *next;
  if (renewal->certificate) pni_tls_credentials_clear(&unused.credentials);
  if (trusts && unused.trust.store != (code == 0 ? next->trust.store : old.trust.store))
    pni_tls_trust_clear(&unused.trust);
  return code;
}

int pni_tls_domain_renew(struct pni_tls_domain *domain, const struct pni_tls_renewal *renewal) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  return change_end(&change, renew(&change, renewal));
}

int pni_tls_domain_set_credentials(
    struct pni_tls_domain *domain, const char *certificate, const char *key, const char *password) {
  const struct pni_tls_renewal renewal = {.certificate = certificate, .key = key, .password = password};
  if (domain && !certificate) return PNI_TLS_BAD_CERTIFICATE;
  return pni_tls_domain_renew(domain, &renewal);
}

int pni_tls_domain_set_trusted(struct pni_tls_domain *domain, const char *path) {
  const struct pni_tls_renewal renewal = {.trusted = path};
  return path ? pni_tls_domain_renew(domain, &renewal) : PNI_TLS_BAD_DOMAIN;
}

int pni_tls_domain_set_revoked(struct pni_tls_domain *domain, const char *path) {
  const struct pni_tls_renewal renewal = {.revoked = path};
  return path ? pni_tls_domain_renew(domain, &renewal) : PNI_TLS_BAD_DOMAIN;
}

/* The others. */

static bool may_verify(const struct pni_tls_settings *settings, int verify, const char *asked_for) {
  switch (verify) {
  case PNI_TLS_ANONYMOUS_PEER: return true;
  case PNI_TLS_VERIFY_PEER:
  case PNI_TLS_VERIFY_NAME:
    return settings->mode == PNI_TLS_CLIENT || (asked_for && settings->credentials.certificate);
  default: return false;
  }
}

static int set_verify(struct change *change, int verify, const char *asked_for) {
  struct pni_tls_fault *const fault = &change->domain->fault;
  const struct pni_tls_settings old = change->next;
  if (!may_verify(&change->next, verify, asked_for)) {
    pni_tls_fault(
        fault, "a server that verifies needs credentials and a list of authorities; mode %d", verify);
    return PNI_TLS_BAD_DOMAIN;
  }
  change->next.verify = (enum pni_tls_verify)verify;
  change->next.asked_for = NULL;
  if (change->next.mode == PNI_TLS_SERVER && asked_for && verify != PNI_TLS_ANONYMOUS_PEER) {
    change->next.asked_for = SSL_load_client_CA_file(asked_for);
    if (!change->next.asked_for) {
      pni_tls_fault(fault, "no certificates of authorities can be read from %s", asked_for);
      return PNI_TLS_BAD_DOMAIN;
    }
  }
  const int code = change_publish(change);
  sk_X509_NAME_pop_free(code == 0 ? old.asked_for : change->next.asked_for, X509_NAME_free);
  return code;
}

int pni_tls_domain_set_verify(struct pni_tls_domain *domain, int verify, const char *asked_for) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  return change_end(&change, set_verify(&change, verify, asked_for));
}

int pni_tls_domain_set_protocols(struct pni_tls_domain *domain, const char *protocols) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  int code = pni_tls_versions_read(protocols, change.next.suites.versions);
  if (code == 0)
    code = change_publish(&change);
  else
    pni_tls_fault(&domain->fault, "not a list of versions of TLS: %s", protocols ? protocols : "nothing");
  return change_end(&change, code);
}

int pni_tls_domain_set_minimum(struct pni_tls_domain *domain, const char *protocol) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  bool only[PNI_TLS_VERSION_COUNT];
  int code = pni_tls_versions_read(protocol, only);
  bool reached = false;
  for (int i = 0; code == 0 && i < PNI_TLS_VERSION_COUNT; i++) {
    reached = reached || only[i];
    if (!reached) change.next.suites.versions[i] = false;
  }
  if (code == 0)
    code = change_publish(&change) == 0 ? 0 : PN_ARG_ERR;
  else
    pni_tls_fault(&domain->fault, "not a version of TLS: %s", protocol ? protocol : "nothing");
  return change_end(&change, code);
}

static int set_ciphers(struct change *change, const char *ciphers) {
  const struct pni_tls_suites old = change->next.suites;
  struct pni_tls_suites *const suites = &change->next.suites;
  suites->old = suites->new = NULL;
  const pni_status status = ciphers ? pni_tls_suites_read(ciphers, suites) : PNI_BAD_ARGUMENT;
  if (status == PNI_BAD_ARGUMENT) pni_tls_fault(&change->domain->fault, "no cipher suite is named");
  const int code = status == PNI_OK ? change_publish(change) : PNI_TLS_BAD_CIPHERS;
  free(code == 0 ? old.old : suites->old);
  free(code == 0 ? old.new : suites->new);
  return code;
}

int pni_tls_domain_set_ciphers(struct pni_tls_domain *domain, const char *ciphers) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  return change_end(&change, set_ciphers(&change, ciphers));
}

int pni_tls_domain_set_alpn(struct pni_tls_domain *domain, const char *const *protocols, size_t count) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  struct pni_tls_alpn unused = change.next.alpn;
  int code = pni_tls_alpn_read(protocols, count, &change.next.alpn);
  if (code == PNI_BAD_ARGUMENT) pni_tls_fault(&domain->fault, "names of ALPN have 1 to 255 octets");
  if (code == 0) code = change_publish(&change);
  if (code != 0) unused = change.next.alpn;
  pni_tls_alpn_clear(&unused);
  return change_end(&change, code);
}

int pni_tls_domain_set_key_log(struct pni_tls_domain *domain, const char *path) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  struct pni_tls_key_log *unused = change.next.key_log;
  int code = 0;
  change.next.key_log = path ? pni_tls_key_log(path, &domain->fault) : NULL;
  if (path && !change.next.key_log) code = PNI_TLS_BAD_DOMAIN;
  if (code == 0) code = change_publish(&change);
  if (code != 0) unused = change.next.key_log;
  pni_tls_key_log_decref(unused);
  return change_end(&change, code);
}

int pni_tls_domain_allow_unsecured(struct pni_tls_domain *domain) {
  if (!domain) return PNI_TLS_BAD_DOMAIN;
  struct change change = change_begin(domain);
  int code = PNI_TLS_BAD_DOMAIN;
  change.next.allows_unsecured = true;
  if (change.next.mode == PNI_TLS_SERVER)
    code = change_publish(&change);
  else
    pni_tls_fault(&domain->fault, "only servers have clients");
  return change_end(&change, code);
}
