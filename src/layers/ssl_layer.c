/* ssl_layer.c: the TLS layer: octets of the socket on one side, of the next layer on the other. [5.2]
 *
 * The outermost layer, from the first octet to the last. A client begins with it, as on port 5671, without AMQP's own
 * header; a server that has been given a domain finds it by the first octet, or by that header, which it answers.
 *
 * Input is decrypted as it comes, all of it; what the next layer does not take stays in `plain` and is offered again with
 * what comes next, or when output is asked for. While no connection is bound no more than one turn of input is decrypted.
 * Output is taken from the next layer into `clear`, and encrypted as far as a block of the pool has room. The buffers are
 * there while something is in them.
 *
 * A fault of TLS ends the connection, as one in frames does; the alert that tells the peer still leaves. close_notify goes
 * when the next layer has said its last and heard the peer's, since there are peers that answer it before they answer what
 * came before. A peer that hangs up without one may have been cut off: that is said beside what the next layer has to say,
 * which minds it unless it has seen its own close. Runs in the thread that has the transport, but for keepalive(). */
#include "layers/ssl.h"

#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/protocol.h"
#include "engine/trace.h"
#include "layers/sasl.h"
#include "wire/limits.h"

#include "base/memory.h"
#include <string.h>

static const char framing_error[] = "amqp:connection:framing-error";

enum { BLOCK = PNI_OUTPUT_ENOUGH }; /* what the pool has */

/* A fault for which nothing was sent before; why may be known already, if the socket failed. */
static PNI_COLD pni_status fail(pn_transport_t *transport, const char *what) {
  pni_transport_error(transport, framing_error, "SSL Failure: %s", what);
  return PNI_FAILED;
}

/* What a function of the session has returned. */
static pni_status act_on(pn_transport_t *transport, pni_status status) {
  if (PNI_LIKELY(status == PNI_OK)) return PNI_OK;
  return status == PNI_NO_MEMORY ? status : fail(transport, pni_tls_error(transport->ssl->tls));
}

static void log_line(pn_transport_t *transport, const struct pni_tls *tls) {
  if (!pni_logs(&transport->logger, PN_SUBSYSTEM_SSL, PN_LEVEL_DEBUG)) return;
  const char *const subject = pni_tls_subject(transport->ssl->tls);
  pn_logger_logf(&transport->logger, PN_SUBSYSTEM_SSL, PN_LEVEL_DEBUG, "%s, %s, %s session, peer %s",
      pni_tls_version(tls), pni_tls_cipher(tls), pni_tls_resumed(tls) ? "resumed" : "new",
      subject ? subject : "without certificate");
}

/* Beginning. */

static const char *mode_text(bool server) { return server ? "server" : "client"; }

/* The first octet goes in or out: which side this is, and whom it wants to speak with, is fixed now. */
static pni_status begin(pn_transport_t *transport) {
  struct pni_ssl *const ssl = transport->ssl;
  const enum pni_tls_mode mode = transport->server ? PNI_TLS_SERVER : PNI_TLS_CLIENT;
  if (PNI_LIKELY(ssl->tls != NULL)) return PNI_OK;
  if (!ssl->context) ssl->context = pni_tls_usual_context(mode);
  if (!ssl->context) return PNI_NO_MEMORY;
  if (pni_tls_context_mode(ssl->context) != mode) {
    pni_transport_error(transport, framing_error, "SSL Failure: the domain of a %s was given to a %s",
        mode_text(!transport->server), mode_text(transport->server));
    return PNI_FAILED;
  }
  ssl->tls = pni_tls(ssl->context, pni_ssl_host(transport), ssl->name);
  if (!ssl->tls) return PNI_NO_MEMORY;
  return pni_tls_failed(ssl->tls) ? fail(transport, pni_tls_error(ssl->tls)) : PNI_OK;
}

/* A client whose host name comes with its connection waits for that. */
static bool waits(const pn_transport_t *transport) {
  return !transport->server && !transport->connection && !pni_ssl_host(transport) && !transport->ssl->tls;
}

/* The handshake is over. A client that has been verified is authenticated, unless SASL finds otherwise. */
static pni_status notice(pn_transport_t *transport) {
  struct pni_ssl *const ssl = transport->ssl;
  if (ssl->noticed || !pni_tls_secure(ssl->tls)) return PNI_OK;
  const bool verified = pni_tls_context_verify(ssl->context) != PNI_TLS_ANONYMOUS_PEER;
  ssl->noticed = true;
  log_line(transport, ssl->tls);
  const char *const subject = transport->server && verified ? pni_tls_subject(ssl->tls) : NULL;
  if (transport->server && verified) {
    if (!subject) return PNI_NO_MEMORY;
    TRY(pni_keep_string(&transport->user, subject));
    transport->authenticated = true;
  }
  if (!subject && !transport->sasl) return PNI_OK;
  return pni_sasl_set_external(transport, subject, pni_tls_strength(ssl->tls));
}

/* Input. */

static pni_status take_header(pn_transport_t *transport, const uint8_t *bytes, size_t size, size_t *taken) {
  if (pni_protocol_match(bytes, size, PNI_PROTOCOL_TLS) == PNI_MATCH_PARTLY) return PNI_OK;
  *taken = PNI_PROTOCOL_HEADER;
  transport->ssl->header_received = true;
  pni_trace_protocol(transport, PNI_PROTOCOL_TLS, false);
  return pni_protocol_write(transport, &transport->ssl->pending, PNI_PROTOCOL_TLS);
}

/* The first octet of TLS is a handshake's or an alert's. */
static pni_status check_first(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  enum { ALERT = 21, HANDSHAKE = 22 };
  if (bytes[0] == HANDSHAKE || bytes[0] == ALERT) {
    transport->ssl->heard = true;
    return PNI_OK;
  }
  char room[160];
  struct pni_text text = pni_text(room, sizeof room);
  pni_protocol_text(&text, bytes, size);
  pni_transport_error(transport, framing_error, "SSL Failure: TLS is due, the peer began with %s", room);
  return PNI_FAILED;
}

/* Hand on what is decrypted, as far as the next layer takes it. */
static pni_status pass(pn_transport_t *transport, unsigned at) {
  struct pni_buffer *const plain = &transport->ssl->plain;
  size_t taken = 1;
  while (pni_buffer_size(plain) > 0 && taken > 0 && !transport->tail_closed) {
    TRY(pni_layer_input(transport, at + 1, pni_buffer_bytes(plain), pni_buffer_size(plain), &taken));
    pni_buffer_drop(plain, taken);
  }
  if (pni_buffer_size(plain) == 0 || transport->tail_closed) pni_buffer_clear(plain);
  return PNI_OK;
}

/* Decrypt and hand on, a block at a time. */
static pni_status take_records(pn_transport_t *transport, unsigned at, struct pni_tls_input *in) {
  struct pni_ssl *const ssl = transport->ssl;
  struct pni_buffer *const plain = &ssl->plain;
  size_t got;
  do {
    const size_t room = in->size > PNI_TLS_RECORD ? in->size : PNI_TLS_RECORD;
    TRY(pni_buffer_reserve(plain, room));
    const pni_status status =
        pni_tls_decrypt(ssl->tls, in, plain->block + plain->end, pni_buffer_room(plain), &got, &ssl->pending);
    plain->end += got;
    TRY(act_on(transport, status));
    TRY(pass(transport, at));
  } while (got > 0 && !transport->tail_closed && transport->connection);
  return PNI_OK;
}

/* What waits, here or within the session, since the next layer did not take it or nobody was bound. */
static pni_status offer_again(pn_transport_t *transport, unsigned at) {
  struct pni_tls_input nothing = {NULL, 0};
  if (pni_tls_ready(transport->ssl->tls) == 0 || !transport->connection) return pass(transport, at);
  return take_records(transport, at, &nothing);
}

/* The peer has said that nothing more will come: for the next layer, that is the end of input. */
static pni_status finish(pn_transport_t *transport, unsigned at) {
  size_t taken;
  if (transport->tail_closed) return PNI_OK;
  pni_transport_end_input(transport);
  return pni_layer_input(transport, at + 1, NULL, 0, &taken);
}

static pni_status end_of_input(pn_transport_t *transport, unsigned at) {
  const struct pni_ssl *const ssl = transport->ssl;
  size_t taken;
  if (!ssl->tls || !pni_tls_secure(ssl->tls)) {
    const bool known = pn_condition_is_set(&transport->condition);
    return known ? PNI_FAILED : fail(transport, "the connection ended before the TLS handshake did");
  }
  const pni_status status = pni_layer_input(transport, at + 1, NULL, 0, &taken);
  if (status == PNI_FAILED && !pni_tls_finished(ssl->tls))
    pni_transport_error(transport, framing_error, "TLS ended without close_notify: it may have been cut off");
  return status;
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  struct pni_ssl *const ssl = transport->ssl;
  *taken = 0;
  if (size == 0) return end_of_input(transport, at);
  if (waits(transport)) return PNI_OK;
  TRY(begin(transport));
  if (!ssl->heard && !ssl->header_received && transport->server && bytes[0] == 'A')
    return take_header(transport, bytes, size, taken);
  if (!ssl->heard) TRY(check_first(transport, bytes, size));
  if (!transport->connection && pni_buffer_size(&ssl->plain) > 0) return PNI_OK;
  struct pni_tls_input in = {bytes, size};
  if (!pni_tls_secure(ssl->tls)) {
    TRY(act_on(transport, pni_tls_handshake(ssl->tls, &in, &ssl->pending)));
    TRY(notice(transport));
  }
  if (pni_tls_secure(ssl->tls)) TRY(take_records(transport, at, &in));
  *taken = size - in.size;
  if (pni_tls_finished(ssl->tls)) {
    if (!pni_tls_secure(ssl->tls)) return fail(transport, "the peer ended the TLS handshake");
    return finish(transport, at);
  }
  return PNI_OK;
}

/* Output. */

/* What input was answered with. */
static pni_status flush(struct pni_buffer *pending, struct pni_buffer *out) {
  const size_t size = pni_buffer_size(pending);
  if (size == 0) return PNI_OK;
  TRY(pni_buffer_reserve(out, size));
  memcpy(out->block + out->end, pni_buffer_bytes(pending), size);
  out->end += size;
  pni_buffer_clear(pending);
  return PNI_OK;
}

/* How much is encrypted next: no more than there is room for in a block, but all of it at the end. */
static size_t next_part(
    const pn_transport_t *transport, const struct pni_buffer *clear, const struct pni_buffer *out) {
  const size_t size = pni_buffer_size(clear), used = pni_buffer_size(out) + PNI_TLS_OVERHEAD;
  const size_t most = size < PNI_TLS_RECORD ? size : PNI_TLS_RECORD;
  if (transport->close_sent) return most;
  if (used >= BLOCK) return 0;
  return most < BLOCK - used ? most : BLOCK - used;
}

static pni_status take_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_ssl *const ssl = transport->ssl;
  struct pni_buffer *const clear = &ssl->clear;
  size_t part;
  TRY(pni_layer_output(transport, at + 1, clear));
  while (pni_buffer_size(clear) > 0 && (part = next_part(transport, clear, out)) > 0) {
    TRY(act_on(transport, pni_tls_encrypt(ssl->tls, pni_buffer_bytes(clear), part, out)));
    pni_buffer_drop(clear, part);
  }
  if (pni_buffer_size(clear) == 0) pni_buffer_clear(clear);
  if (!transport->close_sent) return PNI_OK;
  transport->lingers = !transport->tail_closed;
  return transport->lingers ? PNI_OK : act_on(transport, pni_tls_close(ssl->tls, out));
}

/* The last that is heard of a session that has failed, or that never was. */
static pni_status give_up(pn_transport_t *transport) {
  transport->close_sent = true;
  transport->lingers = false;
  return PNI_OK;
}

static pni_status go_on(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_ssl *const ssl = transport->ssl;
  if (!pni_tls_secure(ssl->tls)) {
    struct pni_tls_input nothing = {NULL, 0};
    return act_on(transport, pni_tls_handshake(ssl->tls, &nothing, out));
  }
  if (pni_buffer_size(&ssl->plain) > 0 || pni_tls_ready(ssl->tls) > 0) {
    const pni_status status = offer_again(transport, at);
    if (status != PNI_OK && status != PNI_FAILED) return status; /* a failure has been acted on */
  }
  return take_output(transport, at, out);
}

static pni_status output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_ssl *const ssl = transport->ssl;
  if (waits(transport)) return transport->failed ? give_up(transport) : PNI_OK;
  const pni_status begun = begin(transport);
  if (begun == PNI_NO_MEMORY) return begun;
  TRY(flush(&ssl->pending, out));
  const bool lost = begun != PNI_OK || pni_tls_failed(ssl->tls);
  if (lost || (transport->failed && !pni_tls_secure(ssl->tls))) return give_up(transport);
  const pni_status status = go_on(transport, at, out);
  return status == PNI_FAILED ? give_up(transport) : status;
}

static bool encrypts(pn_transport_t *transport) {
  return transport->ssl && transport->ssl->tls && pni_tls_secure(transport->ssl->tls);
}

/* By another thread, between two of our calls: see pni_transport_keepalive(). What input was answered with goes before. */
static pni_status keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_ssl *const ssl = transport->ssl;
  struct pni_buffer frame = {.block = NULL};
  if (!encrypts(transport) || pni_buffer_size(&ssl->clear) > 0) return PNI_FAILED;
  TRY(flush(&ssl->pending, out));
  pni_status status = pni_layer_keepalive(transport, at + 1, &frame);
  if (status == PNI_OK)
    status = pni_tls_encrypt(ssl->tls, pni_buffer_bytes(&frame), pni_buffer_size(&frame), out);
  pni_buffer_clear(&frame);
  return status;
}

/* The rest of what a layer does. */

/* Whoever begins has to come to an end, however slowly it goes. */
static int64_t tick(pn_transport_t *transport, unsigned at, int64_t now) {
  struct pni_ssl *const ssl = transport->ssl;
  const int64_t inner = pni_layer_tick(transport, at + 1, now);
  if (ssl->noticed || transport->failed) return inner;
  if (ssl->deadline == 0) ssl->deadline = now + PNI_LIMIT_TLS_HANDSHAKE;
  if (now < ssl->deadline) return inner != 0 && inner < ssl->deadline ? inner : ssl->deadline;
  pni_transport_error(transport, framing_error, "SSL Failure: the TLS handshake has not ended after %d ms",
      PNI_LIMIT_TLS_HANDSHAKE);
  return inner;
}

const struct pni_layer pni_layer_tls = {.name = "tls",
    .input = input,
    .output = output,
    .keepalive = keepalive,
    .tick = tick,
    .free = pni_ssl_free,
    .encrypts = encrypts};

static bool recognise(const uint8_t *bytes, size_t size) {
  enum { HANDSHAKE = 22, MAJOR = 3 };
  return bytes[0] == HANDSHAKE && (size < 2 || bytes[1] == MAJOR);
}

static bool wanted(pn_transport_t *transport) { return transport->ssl != NULL; }

static bool allowed(pn_transport_t *transport) { return transport->ssl && !transport->ssl->tls; /* once */ }

static pni_status reach(pn_transport_t *transport, const char *host) {
  return transport->ssl ? pni_keep_string(&transport->ssl->reached, host) : PNI_OK;
}

const struct pni_known_layer pni_known_tls = {.layer = &pni_layer_tls,
    .protocol_id = PNI_PROTOCOL_TLS,
    .recognise = recognise,
    .wanted = wanted,
    .allowed = allowed,
    .reach = reach};
