/* sasl_question.c: a password that waits for somebody's verdict. [RFC 4616]
 *
 * Two hold a question: the transport that waits, and the verifier that answers; who is last frees it. The
 * answer is one atomic word that changes once, from none to an outcome (by the verifier, in any thread) or
 * to GONE (by the transport, when it no longer waits), so that the two agree whether the answer counts. To
 * wake a connection whose transport may be gone is the business of the wake's context, which the question
 * holds until it is freed. No lock is taken. */
#include "layers/sasl.h"

#include "engine/host.h"
#include "engine/transport.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { GONE = PN_SASL_NONE - 1 };

struct pn_sasl_question_t {
  atomic_uint holders;
  atomic_int answer; /* pn_sasl_outcome_t or GONE */
  pn_sasl_wake_t wake;
  void *wake_context;
  const char *mechanism; /* what the client speaks: one of the names built in */
  char *secret;          /* the answer to a question without password; NULL: none */
  size_t size;           /* of text */
  const char *password;  /* in text */
  char text[];           /* user, NUL, password, NUL */
};

/* What the application has said, else what the connection's host has. */
static void set_wake(pn_sasl_question_t *question, pn_transport_t *transport) {
  const struct pni_sasl *const sasl = transport->sasl;
  question->wake = sasl->wake;
  question->wake_context = sasl->wake_context;
  pn_connection_t *const conn = transport->connection;
  const struct pni_host_bell *const bell = conn ? pni_connection_host(conn)->bell : NULL;
  if (question->wake.wake || !bell) return;
  question->wake_context = bell->hold(conn);
  if (question->wake_context) question->wake = (pn_sasl_wake_t){bell->ring, NULL, bell->release};
}

pn_sasl_question_t *pni_sasl_question(pn_transport_t *transport, pn_bytes_t user, pn_bytes_t password) {
  const size_t size = user.size + 1 + password.size + 1;
  pn_sasl_question_t *const question = calloc(1, sizeof *question + size);
  if (!question) return NULL;
  atomic_init(&question->holders, 2);
  atomic_init(&question->answer, PN_SASL_NONE);
  set_wake(question, transport);
  question->mechanism = pni_sasl_built_in_name(transport->sasl->selected);
  question->size = size;
  memcpy(question->text, user.start, user.size);
  char *const second = question->text + user.size + 1;
  memcpy(second, password.start, password.size);
  question->password = second;
  if (question->wake.hold) question->wake.hold(question->wake_context);
  return question;
}

static void let_go(pn_sasl_question_t *question) {
  if (atomic_fetch_sub(&question->holders, 1) > 1) return;
  if (question->wake.release) question->wake.release(question->wake_context);
  if (question->secret) pni_sasl_wipe(question->secret, strlen(question->secret));
  pni_sasl_wipe(question, sizeof *question + question->size);
}

pn_sasl_outcome_t pni_sasl_question_answer(const pn_sasl_question_t *question) {
  return (pn_sasl_outcome_t)atomic_load(&question->answer);
}

void pni_sasl_forget_question(struct pni_sasl *sasl) {
  pn_sasl_question_t *const question = sasl->question;
  int none = PN_SASL_NONE;
  if (!question) return;
  sasl->question = NULL;
  (void)atomic_compare_exchange_strong(&question->answer, &none, GONE); /* or it has been answered */
  let_go(question);
}

const char *pn_sasl_question_user(const pn_sasl_question_t *question) { return question->text; }

const char *pn_sasl_question_password(const pn_sasl_question_t *question) { return question->password; }

const char *pn_sasl_question_mechanism(const pn_sasl_question_t *question) { return question->mechanism; }

const char *pni_sasl_question_secret(const pn_sasl_question_t *question) { return question->secret; }

bool pn_sasl_answer_secret(pn_sasl_question_t *question, const char *secret) {
  if (secret) question->secret = pni_sasl_copy(pn_bytes(strlen(secret), secret));
  return pn_sasl_answer(question, secret && !question->secret ? PN_SASL_TEMP : PN_SASL_OK);
}

bool pn_sasl_answer(pn_sasl_question_t *question, pn_sasl_outcome_t outcome) {
  int none = PN_SASL_NONE;
  if (outcome < PN_SASL_OK || outcome > PN_SASL_TEMP) outcome = PN_SASL_SYS;
  const bool counts = atomic_compare_exchange_strong(&question->answer, &none, (int)outcome);
  if (counts && question->wake.wake) question->wake.wake(question->wake_context);
  let_go(question);
  return counts;
}
