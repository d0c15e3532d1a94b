/* sasl_cyrus.c: mechanisms of Cyrus SASL (cyrus.h) between a transport and that library, both sides.
 *
 * It is asked only where the program wants it: a configuration was named (pn_sasl_config_name(), pn_sasl_config_path(),
 * PN_SASL_CONFIG_PATH), or a mechanism that is not built in (pn_sasl_allowed_mechs()). Mechanisms that are built in stay so, where
 * the program has given what they need. A server's users are then those of the configuration; looking them up may take a disk's time,
 * in the thread that has the transport.
 *
 * An exchange exists from the first question to the library on until it has succeeded or, if it encrypts what follows, until the
 * transport is freed. */
#include "layers/sasl.h"

#include "base/text.h"
#include "layers/cyrus.h"
#include "layers/mechanism.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { CALLBACKS = 5, LARGEST = 65536, MOST_SSF = 2048 };

static const char service[] = "amqp";
static const char unauthorized[] = "amqp:unauthorized-access",
                  framing_error[] = "amqp:connection:framing-error";

struct pni_sasl_cyrus {
  const struct pni_cyrus *cyrus;
  pni_cyrus_conn *conn;
  struct pni_cyrus_callback callbacks[CALLBACKS];
  struct pni_cyrus_secret *secret; /* the client's password */
  char *list;                      /* server: what is offered, with what is built in */
  char complaint[256];             /* what it has logged last of what went wrong; "" */
  bool chosen;                     /* the mechanism is one of the library's */
  bool declined;                   /* client: it could use none of those that were left to it */
  bool done;                       /* client: it is content */
};

/* What the built-in mechanisms do themselves. */
static bool built_in(pn_bytes_t name) {
  return pni_mechanism_listed("EXTERNAL ANONYMOUS PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER", name);
}

static bool names_another(const char *list) {
  pn_bytes_t name;
  while (list && pni_mechanism_next(&list, &name))
    if (!built_in(name)) return true;
  return false;
}

static bool wanted(pn_transport_t *transport) {
  const struct pni_sasl *const sasl = transport->sasl;
  return sasl->config_name || pni_sasl_config_path(transport) || names_another(sasl->allowed);
}

/* Life. */

static void forget_secret(struct pni_sasl_cyrus *exchange) {
  if (exchange->secret) pni_sasl_wipe(exchange->secret, sizeof *exchange->secret + exchange->secret->length);
  exchange->secret = NULL;
}

void pni_sasl_cyrus_free(struct pni_sasl *sasl) {
  struct pni_sasl_cyrus *const exchange = sasl->cyrus;
  if (!exchange) return;
  if (exchange->conn) exchange->cyrus->dispose(&exchange->conn);
  forget_secret(exchange);
  free(exchange->list);
  free(exchange);
  sasl->cyrus = NULL;
}

static struct pni_sasl_cyrus *begin(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (sasl->cyrus) return sasl->cyrus;
  const char *const path = pni_sasl_config_path(transport);
  const struct pni_cyrus *const cyrus = !wanted(transport) ? NULL
                                        : transport->server
                                            ? pni_cyrus_server(path, pni_sasl_config_name(transport))
                                            : pni_cyrus_client(path);
  if (!cyrus) return NULL;
  sasl->cyrus = calloc(1, sizeof *sasl->cyrus);
  if (sasl->cyrus)
    sasl->cyrus->cyrus = cyrus;
  else
    sasl->no_memory = true;
  return sasl->cyrus;
}

/* How secure it has to be, given what is below and what the program allows. Nothing is encrypted beyond what is below where that
 * encrypts; to ask for that by 0 would make GSSAPI's clients lose the memory of their tickets. */
static bool set_security(pn_transport_t *transport, const struct pni_sasl_cyrus *exchange) {
  const bool encrypted = pnx_sasl_is_transport_encrypted(transport);
  const bool required = transport->server && transport->encryption_required && !encrypted;
  const unsigned below = (unsigned)pnx_sasl_get_external_ssf(transport);
  const struct pni_cyrus_security security = {.least_ssf = required ? 1 : 0,
      .most_ssf = encrypted ? below : MOST_SSF,
      .largest_buffer = encrypted ? 0 : LARGEST,
      .flags = PNI_CYRUS_NO_ANONYMOUS | (pni_sasl_may_show_password(transport) ? 0 : PNI_CYRUS_NO_PLAINTEXT)};
  return exchange->cyrus->set(exchange->conn, PNI_CYRUS_SEC_PROPS, &security) == PNI_CYRUS_OK &&
         exchange->cyrus->set(exchange->conn, PNI_CYRUS_SSF_EXTERNAL, &below) == PNI_CYRUS_OK;
}

/* The library's own words, which hold no secrets: it keeps some of them for its log. */
static void explain(pn_transport_t *transport, const char *what, const char *condition) {
  char room[768];
  const struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *const error = exchange->conn ? exchange->cyrus->error(exchange->conn) : "it cannot begin";
  struct pni_text text = pni_text(room, sizeof room);
  pni_text_format(&text, "Cyrus SASL: %s: %s", what, error);
  if (!strstr(error, exchange->complaint)) pni_text_format(&text, "; %s", exchange->complaint);
  pnx_sasl_error(transport, room, condition);
}

/* What would go to the system's log otherwise. */
static int take_log(void *context, int level, const char *message) {
  static const pn_log_level_t levels[] = {[PNI_CYRUS_LOG_ERROR] = PN_LEVEL_WARNING,
      [PNI_CYRUS_LOG_FAILURE] = PN_LEVEL_WARNING,
      [PNI_CYRUS_LOG_WARNING] = PN_LEVEL_WARNING,
      [PNI_CYRUS_LOG_NOTE] = PN_LEVEL_INFO,
      [PNI_CYRUS_LOG_DEBUG] = PN_LEVEL_DEBUG,
      [PNI_CYRUS_LOG_TRACE] = PN_LEVEL_TRACE};
  pn_transport_t *const transport = context;
  struct pni_sasl_cyrus *const exchange = transport->sasl ? transport->sasl->cyrus : NULL;
  if (level <= 0 || level >= (int)(sizeof levels / sizeof levels[0]) || !message) return PNI_CYRUS_OK;
  pnx_sasl_logf(transport, levels[level], "Cyrus SASL: %s", message);
  if (exchange && level <= PNI_CYRUS_LOG_FAILURE) {
    struct pni_text text = pni_text(exchange->complaint, sizeof exchange->complaint);
    pni_text_format(&text, "%s", message);
  }
  return PNI_CYRUS_OK;
}

static void set_out(pn_transport_t *transport, const char *out, unsigned size) {
  pnx_sasl_set_bytes_out(transport, pn_bytes(out ? size : 0, out));
}

static bool fits(pn_bytes_t bytes) { return bytes.size <= INT_MAX; }

/* Server. */

static bool begin_server(pn_transport_t *transport, struct pni_sasl_cyrus *exchange) {
  if (exchange->conn) return true;
  exchange->callbacks[0] = (struct pni_cyrus_callback){PNI_CYRUS_LOG, {.log = take_log}, transport};
  exchange->callbacks[1] = (struct pni_cyrus_callback){.id = PNI_CYRUS_LIST_END};
  return exchange->cyrus->server_new(service, transport->sasl->local_host, NULL, NULL, NULL,
             exchange->callbacks, PNI_CYRUS_SUCCESS_DATA, &exchange->conn) == PNI_CYRUS_OK &&
         set_security(transport, exchange);
}

/* Names of `more` that are neither in `list` nor for us to offer, added to it. */
static void add_names(struct pni_text *text, const char *list, const char *more) {
  pn_bytes_t name;
  while (pni_mechanism_next(&more, &name)) {
    if (pni_mechanism_is(name, "EXTERNAL") || pni_mechanism_is(name, "ANONYMOUS")) continue;
    if (!pni_mechanism_listed(list, name)) pni_text_format(text, " %.*s", (int)name.size, name.start);
  }
}

const char *pni_sasl_cyrus_list(pn_transport_t *transport, const char *list) {
  struct pni_sasl_cyrus *const exchange = begin(transport);
  const char *more = NULL;
  if (!exchange) return list;
  if (!begin_server(transport, exchange) ||
      exchange->cyrus->list(exchange->conn, NULL, "", " ", "", &more, NULL, NULL) != PNI_CYRUS_OK) {
    pnx_sasl_logf(transport, PN_LEVEL_WARNING, "Cyrus SASL has no mechanisms to offer: %s",
        exchange->conn ? exchange->cyrus->error(exchange->conn) : "it cannot begin");
    return list;
  }
  const size_t size = strlen(list) + strlen(more) + 2;
  free(exchange->list);
  exchange->list = malloc(size);
  if (!exchange->list) {
    transport->sasl->no_memory = true;
    return list;
  }
  struct pni_text text = pni_text(exchange->list, size);
  pni_text_format(&text, "%s", list);
  add_names(&text, list, more);
  return exchange->list;
}

static void succeed(pn_transport_t *transport) {
  const struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const void *user = NULL, *acts_as = NULL;
  if (exchange->cyrus->get(exchange->conn, PNI_CYRUS_AUTHUSER, &user) == PNI_CYRUS_OK && user &&
      exchange->cyrus->get(exchange->conn, PNI_CYRUS_USERNAME, &acts_as) == PNI_CYRUS_OK)
    pnx_sasl_set_succeeded(transport, user, acts_as);
  else
    transport->sasl->outcome = PN_SASL_SYS;
  pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
}

/* The client is told no more than the outcome; why is for who runs the server. */
static void turn_away(pn_transport_t *transport, int result) {
  const bool later = result == PNI_CYRUS_NO_MEMORY || result == PNI_CYRUS_UNAVAILABLE;
  explain(transport, "the client is turned away", unauthorized);
  pni_sasl_conclude(transport, later ? PN_SASL_TEMP : PN_SASL_AUTH, NULL);
}

static void answer(pn_transport_t *transport, int result, const char *out, unsigned size) {
  if (result == PNI_CYRUS_OK || result == PNI_CYRUS_CONTINUE) set_out(transport, out, size);
  if (result == PNI_CYRUS_OK)
    succeed(transport);
  else if (result == PNI_CYRUS_CONTINUE)
    pnx_sasl_set_desired_state(transport, SASL_POSTED_CHALLENGE);
  else
    turn_away(transport, result);
}

bool pni_sasl_cyrus_init(
    pn_transport_t *transport, const char *mechanism, pn_bytes_t message, const char *list) {
  struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *out = NULL;
  unsigned size = 0;
  if (!exchange || !fits(message) || pni_mechanism_listed(list, pn_bytes(strlen(mechanism), mechanism)))
    return false;
  exchange->chosen = true;
  const int result = exchange->cyrus->server_start(
      exchange->conn, mechanism, message.start, (unsigned)message.size, &out, &size);
  answer(transport, result, out, size);
  return true;
}

bool pni_sasl_cyrus_response(pn_transport_t *transport, pn_bytes_t message) {
  const struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *out = NULL;
  unsigned size = 0;
  if (!exchange || !exchange->chosen || !fits(message)) return false;
  const int result = exchange->cyrus->server_step(
      exchange->conn, message.start ? message.start : "", (unsigned)message.size, &out, &size);
  answer(transport, result, out, size);
  return true;
}

/* Client. */

static int tell_name(void *context, int id, const char **name, unsigned *size) {
  pn_transport_t *const transport = context;
  const char *const text =
      id == PNI_CYRUS_USER ? pnx_sasl_get_authorization(transport) : pnx_sasl_get_username(transport);
  *name = text ? text : "";
  if (size) *size = (unsigned)strlen(*name);
  return PNI_CYRUS_OK;
}

static int tell_password(pni_cyrus_conn *conn, void *context, int id, struct pni_cyrus_secret **secret) {
  pn_transport_t *const transport = context;
  struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *const password = pnx_sasl_get_password(transport);
  const size_t size = password ? strlen(password) : 0;
  (void)conn, (void)id;
  if (!exchange->secret) {
    exchange->secret = malloc(sizeof *exchange->secret + size);
    if (!exchange->secret) return PNI_CYRUS_NO_MEMORY;
    exchange->secret->length = size;
    memcpy(exchange->secret->octets, password ? password : "", size + 1);
  }
  *secret = exchange->secret;
  return PNI_CYRUS_OK;
}

/* The rest of what may be asked: whatever is usual. */
static void answer_questions(struct pni_cyrus_question *question) {
  for (; question && question->id != PNI_CYRUS_LIST_END; question++) {
    question->answer = question->usual ? question->usual : "";
    question->length = (unsigned)strlen(question->answer);
  }
}

static bool begin_client(pn_transport_t *transport, struct pni_sasl_cyrus *exchange) {
  exchange->callbacks[0] = (struct pni_cyrus_callback){PNI_CYRUS_USER, {.name = tell_name}, transport};
  exchange->callbacks[1] = (struct pni_cyrus_callback){PNI_CYRUS_AUTHNAME, {.name = tell_name}, transport};
  exchange->callbacks[2] = (struct pni_cyrus_callback){PNI_CYRUS_PASS, {.secret = tell_password}, transport};
  exchange->callbacks[3] = (struct pni_cyrus_callback){PNI_CYRUS_LOG, {.log = take_log}, transport};
  exchange->callbacks[4] = (struct pni_cyrus_callback){.id = PNI_CYRUS_LIST_END};
  const char *const host = pnx_sasl_get_remote_fqdn(transport);
  return exchange->cyrus->client_new(service, host ? host : "", NULL, NULL, exchange->callbacks,
             PNI_CYRUS_SUCCESS_DATA, &exchange->conn) == PNI_CYRUS_OK &&
         set_security(transport, exchange);
}

/* Those that are not built in. NULL without any, or memory. */
static char *others(pn_transport_t *transport, const char *mechanisms) {
  const size_t room = strlen(mechanisms) + 1;
  char *const list = malloc(room);
  pn_bytes_t name;
  if (!list) {
    transport->sasl->no_memory = true;
    return NULL;
  }
  struct pni_text text = pni_text(list, room);
  while (pni_mechanism_next(&mechanisms, &name))
    if (!built_in(name))
      pni_text_format(&text, "%s%.*s", text.size > 0 ? " " : "", (int)name.size, name.start);
  if (text.size > 0) return list;
  free(list);
  return NULL;
}

bool pni_sasl_cyrus_choose(pn_transport_t *transport, const char *mechanisms) {
  enum { ATTEMPTS = 2 };
  struct pni_sasl_cyrus *const exchange = begin(transport);
  struct pni_cyrus_question *questions = NULL;
  const char *out = NULL, *mechanism = NULL;
  unsigned size = 0;
  int result = PNI_CYRUS_INTERACT;
  char *const list = exchange ? others(transport, mechanisms) : NULL;
  if (!list) return false;
  const bool begun = begin_client(transport, exchange);
  for (int i = 0; begun && i < ATTEMPTS && result == PNI_CYRUS_INTERACT; i++) {
    answer_questions(questions);
    result = exchange->cyrus->client_start(exchange->conn, list, &questions, &out, &size, &mechanism);
  }
  free(list);
  if (!begun || result < PNI_CYRUS_OK || result == PNI_CYRUS_INTERACT || !mechanism) {
    exchange->declined = true;
    return false;
  }
  exchange->chosen = true;
  exchange->done = result == PNI_CYRUS_OK;
  pnx_sasl_set_selected_mechanism(transport, mechanism);
  set_out(transport, out, size);
  return true;
}

void pni_sasl_cyrus_declined(pn_transport_t *transport) {
  if (transport->sasl->cyrus && transport->sasl->cyrus->declined)
    explain(transport, "none of the server's mechanisms can be used", unauthorized);
  else if (wanted(transport) && !pni_cyrus_present())
    pnx_sasl_error(transport, "Cyrus SASL: the library is not there", unauthorized);
}

static int step(struct pni_sasl_cyrus *exchange, pn_bytes_t in, const char **out, unsigned *size) {
  enum { ATTEMPTS = 2 };
  struct pni_cyrus_question *questions = NULL;
  int result = PNI_CYRUS_INTERACT;
  for (int i = 0; i < ATTEMPTS && result == PNI_CYRUS_INTERACT; i++) {
    answer_questions(questions);
    result = exchange->cyrus->client_step(
        exchange->conn, in.start ? in.start : "", (unsigned)in.size, &questions, out, size);
  }
  exchange->done = result == PNI_CYRUS_OK;
  return result;
}

bool pni_sasl_cyrus_challenge(pn_transport_t *transport, pn_bytes_t challenge) {
  struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *out = NULL;
  unsigned size = 0;
  if (!exchange || !exchange->chosen) return false;
  const int result = fits(challenge) ? step(exchange, challenge, &out, &size) : PNI_CYRUS_NO_MEMORY;
  if (result == PNI_CYRUS_OK || result == PNI_CYRUS_CONTINUE) {
    set_out(transport, out, size);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_RESPONSE);
    return true;
  }
  explain(transport, "the server's challenge is not what it should be", unauthorized);
  transport->sasl->outcome = PN_SASL_PERM;
  pnx_sasl_set_desired_state(transport, SASL_RECVED_FAILURE);
  return true;
}

/* The server is content: so has the client to be, which may need the server's last word for it. */
bool pni_sasl_cyrus_outcome(pn_transport_t *transport, pn_bytes_t data) {
  struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const char *out = NULL;
  unsigned size = 0;
  if (!exchange || !exchange->chosen) return false;
  if (!exchange->done && fits(data)) (void)step(exchange, data, &out, &size);
  forget_secret(exchange);
  if (exchange->done) return true;
  explain(transport, "the server has not proved who it is", unauthorized);
  pnx_sasl_set_failed(transport);
  return true;
}

/* What it encrypts. */

static unsigned number(pn_transport_t *transport, int property) {
  const struct pni_sasl_cyrus *const exchange = transport->sasl->cyrus;
  const void *value = NULL;
  if (!exchange || !exchange->chosen ||
      exchange->cyrus->get(exchange->conn, property, &value) != PNI_CYRUS_OK || !value)
    return 0;
  return *(const unsigned *)value;
}

bool pni_sasl_cyrus_can_encrypt(pn_transport_t *transport) { return number(transport, PNI_CYRUS_SSF) > 0; }

ssize_t pni_sasl_cyrus_most(pn_transport_t *transport) { return number(transport, PNI_CYRUS_MAXOUTBUF); }

typedef int code_fn(pni_cyrus_conn *conn, const char *in, unsigned in_size, const char **out, unsigned *size);

static bool try_code(
    const struct pni_sasl_cyrus *exchange, code_fn *function, pn_bytes_t in, pn_bytes_t *out) {
  const char *bytes = NULL;
  unsigned size = 0;
  if (!fits(in) || function(exchange->conn, in.start, (unsigned)in.size, &bytes, &size) != PNI_CYRUS_OK)
    return false;
  *out = pn_bytes(bytes ? size : 0, bytes);
  return true;
}

static ssize_t code(pn_transport_t *transport, code_fn *function, pn_bytes_t in, pn_bytes_t *out) {
  if (try_code(transport->sasl->cyrus, function, in, out)) return (ssize_t)out->size;
  explain(transport, "what is encrypted is not what it should be", framing_error);
  return PNI_FAILED;
}

ssize_t pni_sasl_cyrus_encode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out) {
  return code(transport, transport->sasl->cyrus->cyrus->encode, in, out);
}

ssize_t pni_sasl_cyrus_decode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out) {
  return code(transport, transport->sasl->cyrus->cyrus->decode, in, out);
}

bool pni_sasl_cyrus_encode_quietly(const struct pni_sasl *sasl, pn_bytes_t in, pn_bytes_t *out) {
  return sasl->cyrus && try_code(sasl->cyrus, sasl->cyrus->cyrus->encode, in, out);
}
