/* sasl_scram.c: SCRAM between a transport and its messages (scram.h), both sides. [RFC 5802]
 *
 * A server that has read whom the client is asks the program what is kept of the password, and goes on when that
 * is known. It tells the client nothing but that the two do not fit, at the end. A client lets itself be told
 * that it is in only by a server that has proved to know it, too. */
#include "layers/sasl.h"

#include "layers/mechanism.h"
#include "layers/scram.h"
#include <stdlib.h>
#include <string.h>

static const char unauthorized[] = "amqp:unauthorized-access";

static bool hash_of(const char *mechanism, enum pni_hash *hash) {
  for (int i = PNI_SHA1; i <= PNI_SHA256; i++) {
    *hash = (enum pni_hash)i;
    if (strcmp(mechanism, pni_scram_name(*hash)) == 0) return true;
  }
  return false;
}

bool pni_sasl_is_scram(const char *mechanism) {
  enum pni_hash hash;
  return hash_of(mechanism, &hash);
}

void pni_sasl_scram_free(struct pni_sasl *sasl) {
  if (!sasl->scram) return;
  pni_scram_clear(sasl->scram);
  free(sasl->scram);
  sasl->scram = NULL;
}

/* An exchange begins. */
static struct pni_scram *begin(struct pni_sasl *sasl, enum pni_hash hash) {
  pni_sasl_scram_free(sasl);
  sasl->scram = calloc(1, sizeof *sasl->scram);
  if (sasl->scram) sasl->scram->hash = hash;
  return sasl->scram;
}

/* A message goes, and is wiped. */
static void say(pn_transport_t *transport, char *message, enum pnx_sasl_state step) {
  pnx_sasl_set_bytes_out(transport, pn_bytes(strlen(message), message));
  pni_sasl_wipe(message, strlen(message));
  pnx_sasl_set_desired_state(transport, step);
}

/* Client. */

static void fail(pn_transport_t *transport, pni_status status, const char *what) {
  if (status == PNI_NO_MEMORY)
    transport->sasl->no_memory = true;
  else
    pnx_sasl_error(transport, what, unauthorized);
  transport->sasl->outcome = PN_SASL_PERM;
  pnx_sasl_set_desired_state(transport, SASL_RECVED_FAILURE);
}

static bool start(pn_transport_t *transport, enum pni_hash hash) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_scram *const scram = begin(sasl, hash);
  char *nonce = NULL, *message = NULL;
  pni_status status = scram ? pni_scram_nonce(&nonce) : PNI_NO_MEMORY;
  if (status == PNI_OK)
    status = pni_scram_client_first(
        scram, pnx_sasl_get_username(transport), pnx_sasl_get_authorization(transport), nonce, &message);
  free(nonce);
  if (status != PNI_OK) {
    sasl->no_memory = true;
    return false;
  }
  pnx_sasl_set_selected_mechanism(transport, pni_scram_name(hash));
  pnx_sasl_set_bytes_out(transport, pn_bytes(strlen(message), message));
  pni_sasl_wipe(message, strlen(message));
  return true;
}

bool pni_sasl_scram_choose(pn_transport_t *transport, const char *mechanisms) {
  for (int hash = PNI_SHA256; hash >= PNI_SHA1; hash--) {
    const char *const name = pni_scram_name((enum pni_hash)hash);
    if (pni_mechanism_listed(mechanisms, pn_bytes(strlen(name), name)))
      return start(transport, (enum pni_hash)hash);
  }
  return false;
}

void pni_sasl_scram_challenge(pn_transport_t *transport, pn_bytes_t challenge) {
  struct pni_scram *const scram = transport->sasl->scram;
  char *message = NULL;
  if (scram->verified) {
    fail(transport, PNI_FAILED, "SCRAM: the server goes on after its last message");
  } else if (scram->server_first) { /* the server's last word, which others send with the outcome */
    const pni_status status = pni_scram_client_verify(scram, challenge);
    if (status != PNI_OK) {
      fail(transport, status, "SCRAM: the server has not proved that it knows the password");
      return;
    }
    pnx_sasl_set_desired_state(transport, SASL_POSTED_RESPONSE);
  } else {
    const char *const password = pnx_sasl_get_password(transport);
    const pni_status status = pni_scram_client_final(scram, challenge, password ? password : "", &message);
    pnx_sasl_clear_password(transport);
    if (status != PNI_OK)
      fail(transport, status, "SCRAM: what the server asks is not what it may: nonce, salt or iterations");
    else
      say(transport, message, SASL_POSTED_RESPONSE);
  }
}

void pni_sasl_scram_outcome(pn_transport_t *transport, pn_bytes_t data) {
  struct pni_scram *const scram = transport->sasl->scram;
  const pni_status status = scram->verified ? PNI_OK : pni_scram_client_verify(scram, data);
  if (status != PNI_OK)
    fail(transport, status, "SCRAM: the server has not proved that it knows the password");
}

/* Server. */

static void turn_away(pn_transport_t *transport, pni_status status) {
  pni_sasl_conclude(transport, status == PNI_NO_MEMORY ? PN_SASL_TEMP : PN_SASL_AUTH, NULL);
}

/* Ask about the user; the answer may be there at once. */
static pni_status ask(pn_transport_t *transport, char *user) {
  struct pni_sasl *const sasl = transport->sasl;
  sasl->question = pni_sasl_question(transport, pn_bytes(strlen(user), user), pn_bytes(0, ""));
  if (!sasl->question) return PNI_NO_MEMORY;
  free(sasl->asked_user);
  sasl->asked_user = user;
  sasl->source(sasl->source_context, sasl->question);
  sasl->impl->prepare_write(transport);
  return PNI_OK;
}

static void read_first(pn_transport_t *transport, pn_bytes_t message) {
  struct pni_sasl *const sasl = transport->sasl;
  enum pni_hash hash;
  char *user = NULL, *authorization = NULL;
  (void)hash_of(sasl->selected, &hash);
  struct pni_scram *const scram = begin(sasl, hash);
  pni_status status = scram ? pni_scram_server_read(scram, message, &user, &authorization) : PNI_NO_MEMORY;
  if (status == PNI_OK &&
      !pni_sasl_is_itself(pn_bytes(strlen(authorization), authorization), pn_bytes(strlen(user), user)))
    status = PNI_FAILED;
  if (status == PNI_OK) {
    char *const name = user;
    user = NULL;
    status = ask(transport, name);
    if (status != PNI_OK) user = name;
  }
  free(user);
  free(authorization);
  if (status != PNI_OK) turn_away(transport, status);
}

void pni_sasl_scram_answered(pn_transport_t *transport, const char *user, const char *secret) {
  struct pni_sasl *const sasl = transport->sasl;
  char *nonce = NULL, *message = NULL;
  pni_status status = pni_scram_nonce(&nonce);
  if (status == PNI_OK) status = pni_scram_server_first(sasl->scram, user, secret, nonce, &message);
  free(nonce);
  if (status != PNI_OK) {
    turn_away(transport, status);
    return;
  }
  pni_sasl_set_text(sasl, &sasl->asked_user, user);
  say(transport, message, SASL_POSTED_CHALLENGE);
}

static void read_final(pn_transport_t *transport, pn_bytes_t message) {
  struct pni_sasl *const sasl = transport->sasl;
  char *last = NULL;
  const pni_status status = pni_scram_server_final(sasl->scram, message, &last);
  if (status != PNI_OK) {
    turn_away(transport, status);
    return;
  }
  pnx_sasl_set_succeeded(transport, sasl->asked_user, sasl->asked_user);
  say(transport, last, SASL_POSTED_OUTCOME);
}

void pni_sasl_scram_message(pn_transport_t *transport, pn_bytes_t message) {
  const struct pni_scram *const scram = transport->sasl->scram;
  if (scram && scram->server_first)
    read_final(transport, message);
  else
    read_first(transport, message);
}
