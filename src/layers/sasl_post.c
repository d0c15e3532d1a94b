/* sasl_post.c: what follows from what an implementation says: frames that go, and the end of the exchange.
 * [5.3.2]
 *
 * An implementation asks by naming a state; what it has to have set before is looked at here, when its
 * function has returned. The table says on which side and when each state can be asked for. */
#include "layers/sasl.h"

#include "engine/fail.h"
#include "layers/mechanism.h"
#include "wire/limits.h"
#include <stdlib.h>
#include <string.h>

static const char unauthorized[] = "amqp:unauthorized-access";
static const char internal_error[] = "amqp:internal-error";

const char *pni_sasl_outcome_text(int outcome) {
  switch (outcome) {
  case PN_SASL_OK: return "ok";
  case PN_SASL_AUTH: return "auth: bad credentials";
  case PN_SASL_SYS: return "sys: a problem of the server";
  case PN_SASL_PERM: return "sys-perm: a problem that will stay";
  case PN_SASL_TEMP: return "sys-temp: a problem that may go away";
  default: return "none";
  }
}

pni_status pni_sasl_fail(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  sasl->state = PNI_SASL_ENDED;
  if (sasl->outcome == PN_SASL_OK) sasl->outcome = PN_SASL_SYS;
  if (sasl->no_memory)
    return pni_transport_refuse(transport, internal_error, "out of memory in the SASL layer");
  return pni_transport_refuse(transport, unauthorized, "%s (mechanism %s, outcome %s)",
      transport->server ? "the client was not authenticated" : "authentication failed",
      sasl->selected ? sasl->selected : "none", pni_sasl_outcome_text(sasl->outcome));
}

/* What was set for the next frame has been used. */
static void clear_bytes(struct pni_sasl *sasl) {
  pni_sasl_wipe(sasl->bytes, sasl->bytes_size);
  sasl->bytes = NULL;
  sasl->bytes_size = 0;
  sasl->bytes_set = false;
}

static pn_bytes_t bytes_of(const struct pni_sasl *sasl) {
  return pn_bytes(sasl->bytes_size, (const char *)sasl->bytes);
}

/* Write a frame, after which the exchange is in that state. */
static pni_status post(
    pn_transport_t *transport, enum pni_code code, const void *in, enum pni_sasl_state next) {
  struct pni_sasl *const sasl = transport->sasl;
  const pni_status status = pni_sasl_frame_write(transport, code, in);
  clear_bytes(sasl);
  if (status == PNI_OK) {
    sasl->state = (uint8_t)next;
    return PNI_OK;
  }
  sasl->state = PNI_SASL_ENDED;
  if (status != PNI_OVERFLOW)
    return pni_transport_refuse(transport, internal_error, "out of memory in the SASL layer");
  return pni_transport_refuse(
      transport, internal_error, "%s would be larger than a SASL frame may be", pni_composite(code)->name);
}

/* The mechanisms that are listed and allowed, as text; NULL without memory. */
static char *allowed_mechanisms(pn_transport_t *transport, const char *listed) {
  char *const list = malloc(strlen(listed) + 1);
  size_t size = 0;
  pn_bytes_t name;
  if (!list) return NULL;
  while (pni_mechanism_next(&listed, &name)) {
    if (!pnx_sasl_is_mechanism_included(transport, name)) continue;
    if (size > 0) list[size++] = ' ';
    memcpy(list + size, name.start, name.size);
    size += name.size;
  }
  list[size] = '\0';
  return list;
}

static pni_status post_mechanisms(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  const char *const listed = sasl->impl->list_mechanisms(transport);
  if (!listed) return PNI_OK; /* it will ask again */
  free(sasl->offered);
  sasl->offered = allowed_mechanisms(transport, listed);
  sasl->no_memory |= !sasl->offered;
  if (sasl->no_memory) return pni_sasl_fail(transport);
  if (sasl->offered[0] == '\0') {
    sasl->state = PNI_SASL_ENDED;
    return pni_transport_refuse(
        transport, unauthorized, "there is no SASL mechanism that the client could be offered");
  }
  uint8_t symbols[512];
  const size_t size = pni_mechanisms_write(sasl->offered, symbols, sizeof symbols);
  const struct pni_sasl_mechanisms in = {
      .sasl_server_mechanisms = pn_bytes(size, (const char *)symbols), .has.sasl_server_mechanisms = true};
  if (size == 0) {
    sasl->state = PNI_SASL_ENDED;
    return pni_transport_refuse(
        transport, internal_error, "the list of SASL mechanisms would be larger than a SASL frame may be");
  }
  return post(transport, PNI_CODE_sasl_mechanisms, &in, PNI_SASL_AWAIT_INIT);
}

static pni_status post_init(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl->selected) return pni_sasl_fail(transport);
  struct pni_sasl_init in = {.mechanism = pn_bytes(strlen(sasl->selected), sasl->selected),
      .initial_response = bytes_of(sasl),
      .has = {.mechanism = true, .initial_response = sasl->bytes_set}};
  if (sasl->remote_host) {
    in.hostname = pn_bytes(strlen(sasl->remote_host), sasl->remote_host);
    in.has.hostname = true;
  }
  return post(transport, PNI_CODE_sasl_init, &in, PNI_SASL_AWAIT_VERDICT);
}

static pni_status post_response(pn_transport_t *transport) {
  const struct pni_sasl_response in = {.response = bytes_of(transport->sasl), .has.response = true};
  return post(transport, PNI_CODE_sasl_response, &in, PNI_SASL_AWAIT_VERDICT);
}

static pni_status succeed(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  sasl->state = PNI_SASL_ENDED;
  pni_sasl_set_text(sasl, &sasl->password, NULL);
  pni_sasl_set_text(sasl, &sasl->offered, NULL);
  pni_sasl_scram_free(sasl);
  clear_bytes(sasl);
  pni_sasl_set_text(sasl, &transport->user, sasl->user);
  if (sasl->no_memory) return pni_sasl_fail(transport);
  transport->authenticated = true;
  sasl->secures = sasl->impl->can_encrypt(transport);
  if (!sasl->secures) pni_sasl_cyrus_free(sasl);
  return PNI_OK;
}

static pni_status post_outcome(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (sasl->no_memory) sasl->outcome = PN_SASL_TEMP;
  if (sasl->outcome == PN_SASL_NONE) sasl->outcome = PN_SASL_SYS;
  const bool well = sasl->outcome == PN_SASL_OK;
  const struct pni_sasl_outcome in = {.code = (uint8_t)sasl->outcome,
      .additional_data = bytes_of(sasl),
      .has = {.code = true, .additional_data = well && sasl->bytes_set}};
  TRY(post(transport, PNI_CODE_sasl_outcome, &in, PNI_SASL_ENDED));
  return well ? succeed(transport) : pni_sasl_fail(transport);
}

static pni_status post_challenge(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  const struct pni_sasl_challenge in = {.challenge = bytes_of(sasl), .has.challenge = true};
  if (++sasl->rounds > PNI_LIMIT_SASL_ROUNDS) {
    sasl->outcome = PN_SASL_SYS;
    return post_outcome(transport);
  }
  return post(transport, PNI_CODE_sasl_challenge, &in, PNI_SASL_AWAIT_RESPONSE);
}

static pni_status receive_success(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  return sasl->outcome == PN_SASL_OK ? succeed(transport) : pni_sasl_fail(transport);
}

/* On which side and in which state of the exchange an implementation can ask for what. */
enum { CLIENT = 1, SERVER = 2 };
static const struct {
  pni_status (*act)(pn_transport_t *transport);
  uint8_t sides;
  uint8_t states; /* bits */
  bool ends;      /* whether the exchange ends if this is not due */
} steps[] = {
    [SASL_POSTED_MECHANISMS] = {post_mechanisms, SERVER, 1 << PNI_SASL_LISTING, false},
    [SASL_POSTED_INIT] = {post_init, CLIENT, 1 << PNI_SASL_THINKING, false},
    [SASL_POSTED_CHALLENGE] = {post_challenge, SERVER, 1 << PNI_SASL_THINKING, false},
    [SASL_POSTED_RESPONSE] = {post_response, CLIENT, 1 << PNI_SASL_THINKING, false},
    [SASL_POSTED_OUTCOME] = {post_outcome, SERVER, 1 << PNI_SASL_THINKING | 1 << PNI_SASL_AWAIT_RESPONSE,
        true},
    [SASL_RECVED_SUCCESS] = {receive_success, CLIENT, 1 << PNI_SASL_THINKING, true},
    [SASL_RECVED_FAILURE] = {pni_sasl_fail, CLIENT, UINT8_MAX, true},
    [SASL_ERROR] = {pni_sasl_fail, CLIENT | SERVER, UINT8_MAX, true},
};

pni_status pni_sasl_advance(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl->asked || sasl->state == PNI_SASL_ENDED) return PNI_OK;
  const unsigned desired = sasl->desired;
  const unsigned side = transport->server ? SERVER : CLIENT;
  sasl->asked = false;
  if (desired >= sizeof steps / sizeof steps[0] || !steps[desired].act) return PNI_OK;
  if ((steps[desired].sides & side) && (steps[desired].states & 1U << sasl->state))
    return steps[desired].act(transport);
  pnx_sasl_logf(
      transport, PN_LEVEL_WARNING, "the SASL implementation asked for step %u, which is not due", desired);
  return steps[desired].ends ? pni_sasl_fail(transport) : PNI_OK;
}
