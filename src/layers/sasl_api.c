/* sasl_api.c: the functions of <proton/sasl.h>, <proton/sasl_plugin.h> and <baryon/sasl.h> that set and get.
 *
 * A pn_sasl_t is its transport, by another name: programs compare the two. What cannot be set for want of
 * memory is noted, and the exchange does not begin: to go on without it might be to allow what was
 * forbidden. */
#include "layers/sasl.h"

#include "engine/connection.h"
#include "engine/logger.h"
#include "layers/cyrus.h"
#include "layers/mechanism.h"
#include "layers/scram.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one thing that transports share; read when one's SASL side is made. */
static _Atomic(const pnx_sasl_implementation *) default_implementation = &pni_sasl_built_in;

static pn_transport_t *transport_of(pn_sasl_t *sasl) { return (pn_transport_t *)sasl; }

static struct pni_sasl *of(pn_sasl_t *sasl) { return sasl ? transport_of(sasl)->sasl : NULL; }

/* Life. */

void pni_sasl_wipe(void *bytes, size_t size) {
  if (bytes) explicit_bzero(bytes, size);
  free(bytes);
}

char *pni_sasl_copy(pn_bytes_t bytes) {
  char *const copy = malloc(bytes.size + 1);
  if (!copy) return NULL;
  memcpy(copy, bytes.start, bytes.size);
  copy[bytes.size] = '\0';
  return copy;
}

void pni_sasl_set_text(struct pni_sasl *sasl, char **text, const char *value) {
  char *const copy = value ? pni_sasl_copy(pn_bytes(strlen(value), value)) : NULL;
  if (value && !copy) sasl->no_memory = true;
  if (*text) pni_sasl_wipe(*text, strlen(*text));
  *text = copy;
}

struct pni_sasl *pni_sasl(pn_transport_t *transport) {
  if (transport->sasl) return transport->sasl;
  struct pni_sasl *const sasl = calloc(1, sizeof *sasl);
  if (!sasl) return NULL;
  sasl->impl = atomic_load(&default_implementation);
  sasl->outcome = sasl->noted = PN_SASL_NONE;
  transport->sasl = sasl;
  return sasl;
}

void pni_sasl_free(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl) return;
  pni_sasl_forget_question(sasl);
  if (sasl->begun) sasl->impl->free(transport);
  char **const texts[] = {&sasl->allowed, &sasl->offered, &sasl->selected, &sasl->user, &sasl->password,
      &sasl->authorization, &sasl->remote_host, &sasl->local_host, &sasl->external_user, &sasl->config_name,
      &sasl->config_path, &sasl->asked_user};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) pni_sasl_set_text(sasl, texts[i], NULL);
  pni_sasl_wipe(sasl->bytes, sasl->bytes_size);
  pni_sasl_wipe(sasl->out, sasl->out_capacity);
  pni_buffer_clear(&sasl->plain);
  transport->sasl = NULL;
  free(sasl);
}

pni_status pni_sasl_set_external(pn_transport_t *transport, const char *user, int ssf) {
  struct pni_sasl *const sasl = pni_sasl(transport);
  if (!sasl) return PNI_NO_MEMORY;
  pni_sasl_set_text(sasl, &sasl->external_user, user);
  sasl->external_ssf = ssf;
  return sasl->no_memory ? PNI_NO_MEMORY : PNI_OK;
}

/* <proton/sasl.h> */

pn_sasl_t *pn_sasl(pn_transport_t *transport) {
  return transport && pni_sasl(transport) ? (pn_sasl_t *)transport : NULL;
}

bool pn_sasl_extended(void) {
  return atomic_load(&default_implementation) != &pni_sasl_built_in || pni_cyrus_present();
}

void pn_sasl_done(pn_sasl_t *sasl0, pn_sasl_outcome_t outcome) {
  struct pni_sasl *const sasl = of(sasl0);
  if (sasl) sasl->noted = (int8_t)outcome;
}

pn_sasl_outcome_t pn_sasl_outcome(pn_sasl_t *sasl0) {
  const struct pni_sasl *const sasl = of(sasl0);
  if (!sasl) return PN_SASL_NONE;
  return (pn_sasl_outcome_t)(sasl->noted != PN_SASL_NONE ? sasl->noted : sasl->outcome);
}

/* What a client's connection says, until the exchange begins with a copy of it. */
static const pn_connection_t *client_connection(const pn_transport_t *transport) {
  return transport->server ? NULL : transport->connection;
}

static const char *user_of(const pn_transport_t *transport) {
  const pn_connection_t *const conn = client_connection(transport);
  const struct pni_sasl *const sasl = transport->sasl;
  if (sasl && sasl->user) return sasl->user;
  return conn ? conn->user : NULL;
}

static const char *authorization_of(const pn_transport_t *transport) {
  const pn_connection_t *const conn = client_connection(transport);
  const struct pni_sasl *const sasl = transport->sasl;
  if (sasl && sasl->authorization) return sasl->authorization;
  return conn ? conn->authorization : NULL;
}

/* A server's client is nobody until it has been believed. */
static bool shows(const pn_transport_t *transport) {
  return !transport->server || (transport->sasl && transport->sasl->outcome == PN_SASL_OK);
}

const char *pn_sasl_get_user(pn_sasl_t *sasl) {
  return sasl && shows(transport_of(sasl)) ? user_of(transport_of(sasl)) : NULL;
}

const char *pn_sasl_get_authorization(pn_sasl_t *sasl) {
  return sasl && shows(transport_of(sasl)) ? authorization_of(transport_of(sasl)) : NULL;
}

const char *pn_sasl_get_mech(pn_sasl_t *sasl) { return of(sasl) ? of(sasl)->selected : NULL; }

void pn_sasl_allowed_mechs(pn_sasl_t *sasl, const char *mechs) {
  if (of(sasl)) pni_sasl_set_text(of(sasl), &of(sasl)->allowed, mechs);
}

void pn_sasl_set_allow_insecure_mechs(pn_sasl_t *sasl, bool insecure) {
  if (of(sasl)) of(sasl)->allow_insecure = insecure;
}

bool pn_sasl_get_allow_insecure_mechs(pn_sasl_t *sasl) { return of(sasl) && of(sasl)->allow_insecure; }

void pn_sasl_config_name(pn_sasl_t *sasl, const char *name) {
  if (of(sasl)) pni_sasl_set_text(of(sasl), &of(sasl)->config_name, name);
}

void pn_sasl_config_path(pn_sasl_t *sasl, const char *path) {
  if (of(sasl)) pni_sasl_set_text(of(sasl), &of(sasl)->config_path, path);
}

const char *pni_sasl_config_name(pn_transport_t *transport) {
  if (transport->sasl && transport->sasl->config_name) return transport->sasl->config_name;
  return transport->server ? "proton-server" : "proton-client";
}

const char *pni_sasl_config_path(pn_transport_t *transport) {
  if (transport->sasl && transport->sasl->config_path) return transport->sasl->config_path;
  return getenv("PN_SASL_CONFIG_PATH"); /* NOLINT(concurrency-mt-unsafe): who changes it takes care of that */
}

/* <baryon/sasl.h> */

void pn_sasl_set_password_verifier(pn_sasl_t *sasl, pn_sasl_password_verifier_t verify, void *context) {
  if (!of(sasl)) return;
  of(sasl)->verify = verify;
  of(sasl)->verify_context = context;
}

void pn_sasl_set_secret_source(pn_sasl_t *sasl, pn_sasl_secret_source_t source, void *context) {
  if (!of(sasl)) return;
  of(sasl)->source = source;
  of(sasl)->source_context = context;
}

char *pn_sasl_scram_secret(const char *mechanism, const char *password, unsigned iterations) {
  const pn_bytes_t name = pn_bytes(strlen(mechanism), mechanism);
  char *secret = NULL;
  enum pni_hash hash = PNI_SHA256;
  if (pni_mechanism_is(name, pni_scram_name(PNI_SHA1)))
    hash = PNI_SHA1;
  else if (!pni_mechanism_is(name, pni_scram_name(PNI_SHA256)))
    return NULL;
  return pni_scram_secret(hash, password, pn_bytes(0, NULL), iterations, &secret) == PNI_OK ? secret : NULL;
}

void pn_sasl_set_wake(pn_sasl_t *sasl, const pn_sasl_wake_t *wake, void *context) {
  if (!of(sasl)) return;
  of(sasl)->wake = wake ? *wake : (pn_sasl_wake_t){NULL, NULL, NULL};
  of(sasl)->wake_context = context;
}

/* <proton/sasl_plugin.h> */

void pnx_sasl_logf(pn_transport_t *transport, pn_log_level_t level, const char *format, ...) {
  char line[1024];
  va_list args;
  if (!pni_logs(&transport->logger, PN_SUBSYSTEM_SASL, level) && level != PN_LEVEL_CRITICAL) return;
  va_start(args, format);
  (void)vsnprintf(line, sizeof line, format, args);
  va_end(args);
  pn_logger_logf(&transport->logger, PN_SUBSYSTEM_SASL, level, "%s", line);
}

void pnx_sasl_error(pn_transport_t *transport, const char *err, const char *condition_name) {
  pn_condition_t *const condition = &transport->condition;
  pnx_sasl_logf(transport, PN_LEVEL_ERROR, "sasl error: %s", err);
  if (pn_condition_is_set(condition)) return;
  if (pn_condition_set_name(condition, condition_name) == 0)
    (void)pn_condition_set_description(condition, err);
}

void *pnx_sasl_get_context(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->context : NULL;
}

void pnx_sasl_set_context(pn_transport_t *transport, void *context) {
  struct pni_sasl *const sasl = pni_sasl(transport);
  if (sasl) sasl->context = context;
}

bool pnx_sasl_is_client(pn_transport_t *transport) { return !transport->server; }

bool pnx_sasl_is_mechanism_included(pn_transport_t *transport, pn_bytes_t s) {
  static const char tickets[] = "GSSAPI GSS-SPNEGO GS2-KRB5 GS2-IAKERB";
  const struct pni_sasl *const sasl = transport->sasl;
  if (sasl && sasl->allowed) return pni_mechanism_listed(sasl->allowed, s);
  return transport->server || !pni_mechanism_listed(tickets, s);
}

bool pnx_sasl_is_transport_encrypted(pn_transport_t *transport) {
  return pn_transport_is_encrypted(transport);
}

bool pnx_sasl_get_allow_insecure_mechanisms(pn_transport_t *transport) {
  return transport->sasl && transport->sasl->allow_insecure;
}

bool pnx_sasl_get_authentication_required(pn_transport_t *transport) {
  return transport->authentication_required;
}

const char *pnx_sasl_get_external_username(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->external_user : NULL;
}

int pnx_sasl_get_external_ssf(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->external_ssf : 0;
}

const char *pnx_sasl_get_username(pn_transport_t *transport) { return user_of(transport); }

const char *pnx_sasl_get_password(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->password : NULL;
}

const char *pnx_sasl_get_authorization(pn_transport_t *transport) { return authorization_of(transport); }

void pnx_sasl_clear_password(pn_transport_t *transport) {
  if (transport->sasl) pni_sasl_set_text(transport->sasl, &transport->sasl->password, NULL);
}

const char *pnx_sasl_get_remote_fqdn(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->remote_host : NULL;
}

const char *pnx_sasl_get_selected_mechanism(pn_transport_t *transport) {
  return transport->sasl ? transport->sasl->selected : NULL;
}

void pnx_sasl_set_bytes_out(pn_transport_t *transport, pn_bytes_t bytes) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl) return;
  pni_sasl_wipe(sasl->bytes, sasl->bytes_size);
  sasl->bytes_size = 0;
  sasl->bytes_set = bytes.start != NULL;
  sasl->bytes = sasl->bytes_set ? malloc(bytes.size + 1) : NULL;
  if (!sasl->bytes) {
    sasl->no_memory |= sasl->bytes_set;
    sasl->bytes_set = false;
    return;
  }
  memcpy(sasl->bytes, bytes.start, bytes.size);
  sasl->bytes_size = bytes.size;
}

void pnx_sasl_set_desired_state(pn_transport_t *transport, enum pnx_sasl_state desired_state) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl || sasl->state == PNI_SASL_ENDED) return;
  sasl->desired = (uint8_t)desired_state;
  sasl->asked = true;
  pni_transport_event(transport, PN_TRANSPORT);
}

void pnx_sasl_set_selected_mechanism(pn_transport_t *transport, const char *mechanism) {
  if (transport->sasl) pni_sasl_set_text(transport->sasl, &transport->sasl->selected, mechanism);
}

void pnx_sasl_set_local_hostname(pn_transport_t *transport, const char *fqdn) {
  if (transport->sasl) pni_sasl_set_text(transport->sasl, &transport->sasl->local_host, fqdn);
}

void pnx_sasl_set_succeeded(pn_transport_t *transport, const char *username, const char *authzid) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl || sasl->state == PNI_SASL_ENDED) return;
  pni_sasl_set_text(sasl, &sasl->user, username);
  pni_sasl_set_text(sasl, &sasl->authorization, authzid);
  sasl->outcome = PN_SASL_OK;
}

void pnx_sasl_set_failed(pn_transport_t *transport) {
  if (transport->sasl && transport->sasl->state != PNI_SASL_ENDED) transport->sasl->outcome = PN_SASL_AUTH;
}

void pnx_sasl_set_implementation(
    pn_transport_t *transport, const pnx_sasl_implementation *impl, void *context) {
  struct pni_sasl *const sasl = pni_sasl(transport);
  if (!sasl || sasl->begun) return;
  sasl->impl = impl;
  sasl->context = context;
}

void pnx_sasl_set_default_implementation(const pnx_sasl_implementation *impl) {
  atomic_store(&default_implementation, impl ? impl : &pni_sasl_built_in);
}

/* Names that version 0.37 exports besides. */

PN_EXTERN bool pnx_sasl_is_included_mech(pn_transport_t *transport, pn_bytes_t s);
bool pnx_sasl_is_included_mech(pn_transport_t *transport, pn_bytes_t s) {
  return pnx_sasl_is_mechanism_included(transport, s);
}

PN_EXTERN bool pnx_sasl_get_allow_insecure_mechs(pn_transport_t *transport);
bool pnx_sasl_get_allow_insecure_mechs(pn_transport_t *transport) {
  return pnx_sasl_get_allow_insecure_mechanisms(transport);
}

PN_EXTERN bool pnx_sasl_get_auth_required(pn_transport_t *transport);
bool pnx_sasl_get_auth_required(pn_transport_t *transport) {
  return pnx_sasl_get_authentication_required(transport);
}

PN_EXTERN void pnx_sasl_succeed_authentication(
    pn_transport_t *transport, const char *username, const char *authzid);
void pnx_sasl_succeed_authentication(pn_transport_t *transport, const char *username, const char *authzid) {
  pnx_sasl_set_succeeded(transport, username, authzid);
}

PN_EXTERN void pnx_sasl_fail_authentication(pn_transport_t *transport);
void pnx_sasl_fail_authentication(pn_transport_t *transport) { pnx_sasl_set_failed(transport); }
