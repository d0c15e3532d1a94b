/* sasl_mechanisms.c: ANONYMOUS, PLAIN and EXTERNAL, both sides, as an implementation of
 * <proton/sasl_plugin.h>, and which mechanism it is: SCRAM and tokens have files of their own.
 * [RFC 4505, RFC 4616, RFC 4422 appendix A]
 *
 * It has no state but what the transport has: a server that waits for a verdict has a question. Who may act
 * as whom is not known here, so a client that wants to act as anybody but itself is turned away. */
#include "layers/sasl.h"

#include "layers/mechanism.h"
#include "wire/writer.h"
#include <stdlib.h>
#include <string.h>

static const char anonymous[] = "ANONYMOUS", external[] = "EXTERNAL", plain[] = "PLAIN";
static const char nobody[] = "anonymous"; /* who has not said who it is */

bool pni_sasl_may_show_password(pn_transport_t *transport) {
  if (pnx_sasl_is_transport_encrypted(transport)) return true;
  const bool required = transport->server && transport->encryption_required;
  return !required && pnx_sasl_get_allow_insecure_mechanisms(transport);
}

static void free_exchange(pn_transport_t *transport) {
  pni_sasl_scram_free(transport->sasl);
  pni_sasl_cyrus_free(transport->sasl);
}

const char *pni_sasl_built_in_name(const char *name) {
  static const char *const names[] = {plain, "SCRAM-SHA-256", "SCRAM-SHA-1"};
  for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(names[i], name) == 0) return names[i];
  }
  return "";
}

/* Server. */

static const char *list_built_in(pn_transport_t *transport) {
  enum { EXTERNAL = 1, SCRAM = 2, PLAIN = 4, ANONYMOUS = 8 };
#define E "EXTERNAL "
#define S "SCRAM-SHA-256 SCRAM-SHA-1 "
#define P "PLAIN "
#define A "ANONYMOUS "
  static const char *const lists[] = {
      "", E, S, E S, P, E P, S P, E S P, A, E A, S A, E S A, P A, E P A, S P A, E S P A};
#undef E
#undef S
#undef P
#undef A
  unsigned which = 0;
  if (!transport->server) return lists[EXTERNAL | SCRAM | PLAIN | ANONYMOUS];
  if (pnx_sasl_get_external_username(transport)) which |= EXTERNAL;
  if (transport->sasl->source) which |= SCRAM;
  if (transport->sasl->verify && pni_sasl_may_show_password(transport)) which |= PLAIN;
  if (!pnx_sasl_get_authentication_required(transport)) which |= ANONYMOUS;
  return lists[which];
}

static const char *list_mechanisms(pn_transport_t *transport) {
  const char *const list = list_built_in(transport);
  return transport->server ? pni_sasl_cyrus_list(transport, list) : list;
}

static bool init(pn_transport_t *transport) {
  (void)transport;
  return true;
}

void pni_sasl_conclude(pn_transport_t *transport, pn_sasl_outcome_t outcome, const char *user) {
  if (outcome == PN_SASL_OK)
    pnx_sasl_set_succeeded(transport, user, user);
  else
    transport->sasl->outcome = (int8_t)outcome;
  pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
}

/* Whether the question has been answered, and if so, the end. */
static void look_for_answer(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl->question) return;
  const pn_sasl_outcome_t answer = pni_sasl_question_answer(sasl->question);
  if (answer == PN_SASL_NONE) return;
  char *const user = sasl->asked_user;
  sasl->asked_user = NULL;
  if (sasl->scram && answer == PN_SASL_OK)
    pni_sasl_scram_answered(transport, user, pni_sasl_question_secret(sasl->question));
  else
    pni_sasl_conclude(transport, answer, user);
  pni_sasl_forget_question(sasl);
  free(user);
}

static bool same(pn_bytes_t a, pn_bytes_t b) {
  return a.size == b.size && memcmp(a.start, b.start, a.size) == 0;
}

bool pni_sasl_is_itself(pn_bytes_t authorization, pn_bytes_t user) {
  return authorization.size == 0 || same(authorization, user);
}

static void verify(pn_transport_t *transport, pn_bytes_t message) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_plain claim;
  if (!pni_plain_read(message, &claim) || !pni_sasl_is_itself(claim.authorization, claim.user)) {
    pni_sasl_conclude(transport, PN_SASL_AUTH, NULL);
    return;
  }
  char *const user = pni_sasl_copy(claim.user);
  sasl->question = user ? pni_sasl_question(transport, claim.user, claim.password) : NULL;
  if (!sasl->question) {
    free(user);
    pni_sasl_conclude(transport, PN_SASL_TEMP, NULL);
    return;
  }
  sasl->asked_user = user;
  sasl->verify(sasl->verify_context, sasl->question);
  look_for_answer(transport);
}

static void process_external(pn_transport_t *transport, pn_bytes_t authorization) {
  const char *const user = pnx_sasl_get_external_username(transport);
  const bool itself = user && pni_sasl_is_itself(authorization, pn_bytes(strlen(user), user));
  pni_sasl_conclude(transport, itself ? PN_SASL_OK : PN_SASL_AUTH, user);
}

static void process_message(pn_transport_t *transport, pn_bytes_t message) {
  const char *const mechanism = pnx_sasl_get_selected_mechanism(transport);
  if (strcmp(mechanism, plain) == 0)
    verify(transport, message);
  else if (strcmp(mechanism, external) == 0)
    process_external(transport, message);
  else if (pni_sasl_is_scram(mechanism))
    pni_sasl_scram_message(transport, message);
  else
    pni_sasl_conclude(transport, PN_SASL_OK,
        nobody); /* what an anonymous client sends is for the log, and proves nothing */
}

/* A client that sent no message with its init is asked for it. */
static void process_init(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *recv) {
  if (pni_sasl_cyrus_init(transport, mechanism, *recv, list_built_in(transport))) return;
  if (recv->start || strcmp(mechanism, anonymous) == 0)
    process_message(transport, *recv);
  else
    pnx_sasl_set_desired_state(transport, SASL_POSTED_CHALLENGE);
}

static void process_response(pn_transport_t *transport, const pn_bytes_t *recv) {
  if (!pni_sasl_cyrus_response(transport, *recv)) process_message(transport, *recv);
}

/* Client. */

static void choose(pn_transport_t *transport, const char *mechanism, const char *message) {
  pnx_sasl_set_selected_mechanism(transport, mechanism);
  pnx_sasl_set_bytes_out(transport, pn_bytes(strlen(message), message));
}

static bool lists(const char *mechanisms, const char *mechanism) {
  return pni_mechanism_listed(mechanisms, pn_bytes(strlen(mechanism), mechanism));
}

static bool choose_plain(pn_transport_t *transport) {
  const char *const authorization = pnx_sasl_get_authorization(transport);
  const char *const user = pnx_sasl_get_username(transport);
  const char *const password = pnx_sasl_get_password(transport);
  const size_t first = authorization ? strlen(authorization) : 0;
  const size_t second = strlen(user), third = strlen(password);
  const size_t size = first + 1 + second + 1 + third;
  char *const message = calloc(1, size);
  if (!message) {
    transport->sasl->no_memory = true;
    return false;
  }
  struct pni_writer writer = pni_writer(message, size);
  pni_write_raw(&writer, authorization, first);
  pni_write_octet(&writer, '\0');
  pni_write_raw(&writer, user, second);
  pni_write_octet(&writer, '\0');
  pni_write_raw(&writer, password, third);
  pnx_sasl_set_selected_mechanism(transport, plain);
  pnx_sasl_set_bytes_out(transport, pn_bytes(size, message));
  pnx_sasl_clear_password(transport);
  pni_sasl_wipe(message, size);
  return true;
}

static bool process_mechanisms(pn_transport_t *transport, const char *mechanisms) {
  const char *const user = pnx_sasl_get_username(transport);
  const char *const password = pnx_sasl_get_password(transport);
  const char *const authorization = pnx_sasl_get_authorization(transport);
  if (lists(mechanisms, external)) {
    choose(transport, external, authorization ? authorization : "");
    return true;
  }
  const bool has_password = user && user[0] && password && password[0];
  if (has_password && pni_sasl_may_show_password(transport) && pni_sasl_token_choose(transport, mechanisms))
    return true;
  if (has_password && pni_sasl_scram_choose(transport, mechanisms)) return true;
  if (pni_sasl_cyrus_choose(transport, mechanisms)) return true;
  if (lists(mechanisms, plain) && has_password && pni_sasl_may_show_password(transport))
    return choose_plain(transport);
  if (lists(mechanisms, anonymous)) {
    choose(transport, anonymous, user ? user : nobody);
    return true;
  }
  pni_sasl_cyrus_declined(transport);
  return false;
}

/* The other mechanisms have no challenges for a client that has sent its message. */
static void process_challenge(pn_transport_t *transport, const pn_bytes_t *recv) {
  const char *const mechanism = pnx_sasl_get_selected_mechanism(transport);
  if (pni_sasl_cyrus_challenge(transport, *recv)) return;
  if (transport->sasl->scram) {
    pni_sasl_scram_challenge(transport, *recv);
  } else if (pni_sasl_is_token(mechanism)) {
    pni_sasl_token_challenge(transport, *recv);
  } else {
    transport->sasl->outcome = PN_SASL_PERM;
    pnx_sasl_set_desired_state(transport, SASL_RECVED_FAILURE);
  }
}

static void process_outcome(pn_transport_t *transport, const pn_bytes_t *recv) {
  if (pni_sasl_cyrus_outcome(transport, *recv)) return;
  if (transport->sasl->scram) pni_sasl_scram_outcome(transport, *recv);
}

const pnx_sasl_implementation pni_sasl_built_in = {
    .free = free_exchange,
    .list_mechanisms = list_mechanisms,
    .init_server = init,
    .init_client = init,
    .prepare_write = look_for_answer,
    .process_init = process_init,
    .process_response = process_response,
    .process_mechanisms = process_mechanisms,
    .process_challenge = process_challenge,
    .process_outcome = process_outcome,
    .can_encrypt = pni_sasl_cyrus_can_encrypt, /* those built in never do */
    .max_encrypt_size = pni_sasl_cyrus_most,
    .encode = pni_sasl_cyrus_encode,
    .decode = pni_sasl_cyrus_decode,
};
