/* sasl.c: the SASL layer: its header, the order of its frames, and how it leaves. [5.3]
 *
 * The layer stands before AMQP's own header until the outcome has been sent or received, and then takes
 * itself out of the stack, or leaves sasl_security.c in its place. A client says nothing of AMQP before
 * that.
 *
 * What has come is handed to the implementation frame by frame. While it thinks, input waits; the
 * implementation, or the answer to a question, is looked at whenever output is asked for, and then what has
 * waited is taken. Frames that go are in sasl->out until then. A peer may send ahead what it knows it will
 * be allowed to say (a client its init, or AMQP's header behind it; a server all of its side).
 *
 * Faults of the peer here have no condition on the wire: the input ends, what has been decided on still
 * leaves, and the transport's condition says why. Memory: a frame of 16 KiB and what waits behind it. Runs
 * in the thread that has the transport. */
#include "layers/sasl.h"

#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/protocol.h"
#include "engine/trace.h"
#include "layers/mechanism.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST = PNI_CODE_sasl_mechanisms, FRAMES = PNI_CODE_sasl_outcome - PNI_CODE_sasl_mechanisms + 1 };

static const char framing_error[] = "amqp:connection:framing-error";
static const char decode_error[] = "amqp:decode-error";
static const char illegal_state[] = "amqp:illegal-state";

static pni_sasl_receive_fn receive_mechanisms, receive_init, receive_challenge, receive_response,
    receive_outcome;

/* Which frame may come in which state: to a client, to a server. An empty square ends the connection.
 * [5.3.2] */
static pni_sasl_receive_fn *const grid[2][FRAMES][PNI_SASL_STATE_COUNT] = {
    [false] =
        {
            [PNI_CODE_sasl_mechanisms - FIRST] = {[PNI_SASL_AWAIT_MECHANISMS] = receive_mechanisms},
            [PNI_CODE_sasl_challenge - FIRST] = {[PNI_SASL_AWAIT_VERDICT] = receive_challenge},
            [PNI_CODE_sasl_outcome - FIRST] = {[PNI_SASL_AWAIT_VERDICT] = receive_outcome},
        },
    [true] =
        {
            [PNI_CODE_sasl_init - FIRST] = {[PNI_SASL_AWAIT_INIT] = receive_init},
            [PNI_CODE_sasl_response - FIRST] = {[PNI_SASL_AWAIT_RESPONSE] = receive_response},
        },
};

pni_sasl_receive_fn *pni_sasl_handler(bool server, enum pni_code code, enum pni_sasl_state state) {
  return grid[server][code - FIRST][state];
}

/* Input is not taken while it is not known what it means. */
static bool thinks(const struct pni_sasl *sasl) {
  return sasl->state == PNI_SASL_THINKING || sasl->state == PNI_SASL_LISTING;
}

/* Beginning. */

static void take_credentials(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  const pn_connection_t *const conn = transport->connection;
  if (!conn) return;
  if (!sasl->user) pni_sasl_set_text(sasl, &sasl->user, conn->user);
  if (!sasl->password) pni_sasl_set_text(sasl, &sasl->password, conn->password);
  if (!sasl->authorization) pni_sasl_set_text(sasl, &sasl->authorization, conn->authorization);
  if (!sasl->remote_host) pni_sasl_set_text(sasl, &sasl->remote_host, conn->hostname);
  if (!transport->user) pni_sasl_set_text(sasl, &transport->user, sasl->user);
}

/* The first octet goes in or out: which side this is and what was set is fixed now. */
static pni_status begin(pn_transport_t *transport) {
  struct pni_sasl *const sasl = pni_sasl(transport);
  if (!sasl) return PNI_NO_MEMORY;
  if (sasl->begun) return PNI_OK;
  sasl->begun = true;
  sasl->state = transport->server ? PNI_SASL_LISTING : PNI_SASL_AWAIT_MECHANISMS;
  if (!transport->server) take_credentials(transport);
  if (sasl->no_memory) return pni_sasl_fail(transport);
  if (transport->server) {
    if (sasl->impl->init_server(transport)) pnx_sasl_set_desired_state(transport, SASL_POSTED_MECHANISMS);
  } else if (!sasl->impl->init_client(transport)) {
    sasl->outcome = PN_SASL_PERM;
    return pni_sasl_fail(transport);
  }
  return pni_sasl_advance(transport);
}

/* Frames. Bytes of a field that is absent have no place, those of an empty one do. */

static pn_bytes_t field(bool present, pn_bytes_t bytes) {
  if (!present) return pn_bytes(0, NULL);
  return bytes.start ? bytes : pn_bytes(0, "");
}

/* A frame holds one performative and nothing else. */
static pni_status end_frame(pn_transport_t *transport, const struct pni_reader *body) {
  if (pni_reader_left(body) == 0) return PNI_OK;
  return pni_transport_refuse(transport, decode_error, "SASL frame goes on behind its performative");
}

static pni_status choose(pn_transport_t *transport, const char *list) {
  struct pni_sasl *const sasl = transport->sasl;
  sasl->state = PNI_SASL_THINKING;
  if (sasl->impl->process_mechanisms(transport, list)) {
    pnx_sasl_set_desired_state(transport, SASL_POSTED_INIT);
  } else {
    sasl->outcome = PN_SASL_PERM;
    pnx_sasl_set_desired_state(transport, SASL_RECVED_FAILURE);
  }
  return pni_sasl_advance(transport);
}

static bool included(void *transport, pn_bytes_t name) {
  return pnx_sasl_is_mechanism_included(transport, name);
}

static pni_status receive_mechanisms(pn_transport_t *transport, struct pni_reader *body) {
  struct pni_sasl_mechanisms in;
  TRY(pni_sasl_mechanisms_decode(body, &in));
  TRY(end_frame(transport, body));
  const struct pni_sasl_offer offer = {
      .symbols = in.sasl_server_mechanisms, .wanted = included, .context = transport};
  const size_t capacity = in.sasl_server_mechanisms.size + 1;
  char *const list = calloc(1, capacity); /* a space takes no more than the size before each name */
  if (!list) return PNI_NO_MEMORY;
  struct pni_text text = pni_text(list, capacity);
  take_credentials(transport);
  pni_status status = pni_mechanisms_read(&offer, &text);
  if (status == PNI_OVERFLOW)
    status = pni_transport_refuse(
        transport, decode_error, "sasl-mechanisms: more than %d mechanisms", PNI_LIMIT_SASL_MECHANISMS);
  else if (status == PNI_OK)
    status = transport->sasl->no_memory ? pni_sasl_fail(transport) : choose(transport, list);
  free(list);
  return status;
}

static pni_status receive_init(pn_transport_t *transport, struct pni_reader *body) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_sasl_init in;
  TRY(pni_sasl_init_decode(body, &in));
  TRY(end_frame(transport, body));
  const pn_bytes_t response = field(in.has.initial_response, in.initial_response);
  sasl->state = PNI_SASL_THINKING;
  if (!pni_mechanism_offered(sasl->offered, in.mechanism)) {
    pnx_sasl_logf(
        transport, PN_LEVEL_ERROR, "sasl-init: mechanism is none of those offered (%s)", sasl->offered);
    pnx_sasl_set_failed(transport);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
    return pni_sasl_advance(transport);
  }
  free(sasl->selected);
  sasl->selected = pni_sasl_copy(in.mechanism);
  if (!sasl->selected) return PNI_NO_MEMORY;
  sasl->impl->process_init(transport, sasl->selected, &response);
  return pni_sasl_advance(transport);
}

static pni_status receive_response(pn_transport_t *transport, struct pni_reader *body) {
  struct pni_sasl_response in;
  TRY(pni_sasl_response_decode(body, &in));
  TRY(end_frame(transport, body));
  const pn_bytes_t response = field(true, in.response);
  transport->sasl->state = PNI_SASL_THINKING;
  transport->sasl->impl->process_response(transport, &response);
  return pni_sasl_advance(transport);
}

static pni_status receive_challenge(pn_transport_t *transport, struct pni_reader *body) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_sasl_challenge in;
  TRY(pni_sasl_challenge_decode(body, &in));
  TRY(end_frame(transport, body));
  const pn_bytes_t challenge = field(true, in.challenge);
  if (++sasl->rounds > PNI_LIMIT_SASL_ROUNDS) {
    return pni_transport_refuse(
        transport, framing_error, "more than %d SASL challenges", PNI_LIMIT_SASL_ROUNDS);
  }
  sasl->state = PNI_SASL_THINKING;
  sasl->impl->process_challenge(transport, &challenge);
  return pni_sasl_advance(transport);
}

static pni_status receive_outcome(pn_transport_t *transport, struct pni_reader *body) {
  struct pni_sasl *const sasl = transport->sasl;
  struct pni_sasl_outcome in;
  TRY(pni_sasl_outcome_decode(body, &in));
  TRY(end_frame(transport, body));
  const pn_bytes_t data = field(in.has.additional_data, in.additional_data);
  sasl->state = PNI_SASL_THINKING;
  sasl->outcome = (int8_t)in.code;
  if (sasl->outcome == PN_SASL_OK) sasl->impl->process_outcome(transport, &data);
  const bool well = sasl->outcome == PN_SASL_OK && !sasl->asked;
  if (!sasl->asked) pnx_sasl_set_desired_state(transport, well ? SASL_RECVED_SUCCESS : SASL_RECVED_FAILURE);
  return pni_sasl_advance(transport);
}

/* What a handler could not do itself. */
static pni_status act_on(pn_transport_t *transport, pni_status status, const struct pni_reader *body) {
  if (status == PNI_OK || status == PNI_FAILED) return status;
  if (status == PNI_NO_MEMORY && !body->fault.what) {
    transport->sasl->no_memory = true;
    return pni_sasl_fail(transport);
  }
  char room[256];
  struct pni_text text = pni_text(room, sizeof room);
  pni_fault_text(&body->fault, &text);
  return pni_transport_refuse(transport, decode_error, "%s", room);
}

static pni_status receive_frame(
    pn_transport_t *transport, const uint8_t *octets, const struct pni_frame *frame) {
  enum pni_code code;
  struct pni_reader body;
  TRY(pni_sasl_frame_read(transport, octets, frame->size, frame->offset, &code, &body));
  pni_sasl_receive_fn *const receive =
      pni_sasl_handler(transport->server, code, (enum pni_sasl_state)transport->sasl->state);
  if (!receive)
    return pni_transport_refuse(transport, illegal_state, "%s: out of order", pni_composite(code)->name);
  return act_on(transport, receive(transport, &body), &body);
}

static pni_status check_header(pn_transport_t *transport, const uint8_t *octets, struct pni_frame *frame) {
  const char *what;
  if (pni_frame_header_read(octets, PNI_LIMIT_FRAME_BEFORE_OPEN, frame, &what) != PNI_OK) {
    return pni_transport_refuse(transport, framing_error, "%s (size %u, data offset %u, limit %d)", what,
        frame->size, frame->offset / 4U, PNI_LIMIT_FRAME_BEFORE_OPEN);
  }
  if (frame->type != PNI_FRAME_SASL) {
    return pni_transport_refuse(
        transport, framing_error, "frame of type %u where SASL frames are due", (unsigned)frame->type);
  }
  return PNI_OK;
}

static pni_status take_frames(pn_transport_t *transport, const uint8_t *bytes, size_t size, size_t *taken) {
  const struct pni_sasl *const sasl = transport->sasl;
  while (size - *taken >= PNI_FRAME_HEADER && !thinks(sasl) && sasl->state != PNI_SASL_ENDED) {
    struct pni_frame frame;
    TRY(check_header(transport, bytes + *taken, &frame));
    if (frame.size > size - *taken) break;
    TRY(receive_frame(transport, bytes + *taken, &frame));
    *taken += frame.size;
  }
  return PNI_OK;
}

/* Input. */

static pni_status end_of_input(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  const bool known = pn_condition_is_set(&transport->condition);
  const char *const what = sasl && sasl->header_received
                               ? "connection aborted"
                               : "expected the SASL protocol header, none came (connection aborted)";
  if (sasl) sasl->state = PNI_SASL_ENDED;
  return pni_transport_refuse(transport, framing_error, "%s", known ? "" : what);
}

static pni_status refuse_protocol(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  char room[160];
  struct pni_text text = pni_text(room, sizeof room);
  pni_protocol_text(&text, bytes, size);
  return pni_transport_refuse(
      transport, framing_error, "expected the SASL protocol header, the peer began with %s", room);
}

static pni_status take_header(pn_transport_t *transport, const uint8_t *bytes, size_t size, size_t *taken) {
  switch (pni_protocol_match(bytes, size, PNI_PROTOCOL_SASL)) {
  case PNI_MATCH_PARTLY: return PNI_OK;
  case PNI_MISMATCH: return refuse_protocol(transport, bytes, size);
  default: break;
  }
  *taken = PNI_PROTOCOL_HEADER;
  transport->sasl->header_received = true;
  pni_trace_protocol(transport, PNI_PROTOCOL_SASL, false);
  return PNI_OK;
}

static bool succeeded(const struct pni_sasl *sasl) {
  return sasl && sasl->state == PNI_SASL_ENDED && sasl->outcome == PN_SASL_OK;
}

/* Input that waits has a limit, since nobody has been authenticated. */
static pni_status hold(pn_transport_t *transport, size_t size) {
  transport->sasl->held = true;
  if (size <= PNI_LIMIT_SASL_HELD) return PNI_OK;
  return pni_transport_refuse(
      transport, framing_error, "more than %d octets behind a SASL frame", PNI_LIMIT_SASL_HELD);
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  *taken = 0;
  if (succeeded(transport->sasl) && !transport->sasl->secures)
    return pni_layer_input(transport, at + 1, bytes, size, taken);
  if (size == 0) return end_of_input(transport);
  TRY(begin(transport));
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl->header_received) return take_header(transport, bytes, size, taken);
  TRY(take_frames(transport, bytes, size, taken));
  if (*taken < size && (thinks(sasl) || succeeded(sasl))) return hold(transport, size - *taken);
  return PNI_OK;
}

/* Output. */

static pni_status flush(pn_transport_t *transport, struct pni_buffer *out) {
  struct pni_sasl *const sasl = transport->sasl;
  if (!sasl->header_sent) {
    TRY(pni_protocol_write(transport, out, PNI_PROTOCOL_SASL));
    sasl->header_sent = true;
  }
  if (sasl->out_size == 0) return PNI_OK;
  TRY(pni_buffer_reserve(out, sasl->out_size));
  memcpy(out->block + out->end, sasl->out, sasl->out_size);
  out->end += sasl->out_size;
  pni_sasl_wipe(sasl->out, sasl->out_capacity);
  sasl->out = NULL;
  sasl->out_size = sasl->out_capacity = 0;
  return PNI_OK;
}

/* Everything has been said: what follows is another layer's. */
static void leave(pn_transport_t *transport, unsigned at) {
  struct pni_sasl *const sasl = transport->sasl;
  pni_layer_replace(transport, at, sasl->secures ? &pni_layer_sasl_security : NULL);
}

/* Let the implementation go on, and take the input that waited for it. A failure has been acted on. */
static void think(pn_transport_t *transport) {
  struct pni_sasl *const sasl = transport->sasl;
  if (transport->failed) pni_sasl_forget_question(sasl);
  if (sasl->state == PNI_SASL_ENDED || transport->failed) return;
  sasl->impl->prepare_write(transport);
  if (pni_sasl_advance(transport) != PNI_OK) return;
  if (!sasl->held || thinks(sasl) || transport->tail_closed || sasl->secures) return;
  sasl->held = false;
  pni_transport_resume(transport);
}

static pni_status output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  const pni_status begun = begin(transport);
  if (begun != PNI_OK && begun != PNI_FAILED) return begun;
  think(transport);
  TRY(flush(transport, out));
  if (succeeded(transport->sasl)) {
    leave(transport, at);
    if (transport->sasl->held && !transport->tail_closed) pni_transport_resume(transport);
    return pni_layer_output(transport, at, out);
  }
  if (transport->failed) transport->close_sent = true; /* AMQP's close would not be understood */
  return PNI_OK;
}

static void free_sasl(pn_transport_t *transport) { pni_sasl_free(transport); }

const struct pni_layer pni_layer_sasl = {.name = "sasl", .input = input, .output = output, .free = free_sasl};

/* When it is used. */

static bool wanted(pn_transport_t *transport) {
  const pn_connection_t *const conn = transport->connection;
  return transport->sasl || (conn && (conn->user || conn->authorization));
}

static bool allowed(pn_transport_t *transport) {
  return !transport->sasl || !transport->sasl->begun; /* once */
}

const struct pni_known_layer pni_known_sasl = {
    .layer = &pni_layer_sasl, .protocol_id = PNI_PROTOCOL_SASL, .wanted = wanted, .allowed = allowed};
