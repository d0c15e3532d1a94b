/* io.c: the two ends of a transport: octets in at the tail, octets out at the head.
 *
 * Input is handled as it comes: whole frames where they lie, in the caller's memory or in the input buffer; what is left of
 * the last one is kept. Output is made when it is asked for. Both buffers are there only while something is in them.
 *
 * Order of events at the end: TAIL_CLOSED and HEAD_CLOSED as they happen, ERROR when it is found, CLOSED last. There is no
 * ERROR after HEAD_CLOSED: who has said goodbye does not mind that the peer hangs up without. */
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/host.h"
#include "engine/pieces.h"
#include "engine/trace.h"
#include "wire/limits.h"
#include <string.h>

enum {
  INPUT_ROOM = 16 * 1024,  /* least room that is offered for reading */
  INPUT_BLOCK = 64 * 1024, /* what a connection reads into once it is open */
  BULK_BLOCK = 256 * 1024, /* while large payloads come */
  BULK_ROOM = 128 * 1024,  /* least room, then */
  HEADROOM = 32 * 1024,    /* before what is read into the next block: for the beginning of a frame */
  HELD = 32 * 1024         /* most that waits for a connection to be bound */
};

/* Queue an event about the end unless that was done; one that there was no memory for is queued by a later call. */
static bool queue(pn_transport_t *transport, bool queued, bool due, pn_event_type_t type) {
  pn_collector_t *const collector = transport->connection->collector;
  if (queued || !due || !collector) return queued || due;
  const bool lost = collector->lost;
  collector->lost = false;
  pni_transport_event(transport, type);
  const bool done = !collector->lost;
  collector->lost = lost;
  return done;
}

void pni_transport_post(pn_transport_t *transport) {
  if (!transport->connection) return;
  const bool tail = transport->tail_closed, head = transport->head_closed;
  const bool error = transport->failed && !transport->head_posted;
  transport->tail_posted = queue(transport, transport->tail_posted, tail, PN_TRANSPORT_TAIL_CLOSED);
  transport->error_posted = queue(transport, transport->error_posted, error, PN_TRANSPORT_ERROR);
  transport->head_posted = queue(transport, transport->head_posted, head, PN_TRANSPORT_HEAD_CLOSED);
  transport->closed_posted = queue(transport, transport->closed_posted, tail && head, PN_TRANSPORT_CLOSED);
  /* Who ends the output first, and then the input, hears of what that broke off behind all else; a driver ends before it. */
  const bool late = transport->failed && transport->closed_posted;
  transport->error_posted = queue(transport, transport->error_posted, late, PN_TRANSPORT_ERROR);
}

void pni_transport_end_input(pn_transport_t *transport) {
  if (transport->tail_closed) return;
  transport->tail_closed = true;
  pni_trace_end(transport, false);
  pni_transport_post(transport);
}

void pni_transport_end_output(pn_transport_t *transport) {
  if (transport->head_closed) return;
  transport->head_closed = true;
  pni_buffer_clear(&transport->output);
  pni_splices_clear(transport);
  pni_trace_end(transport, true);
  pni_transport_post(transport);
}

/* Input. */

/* A layer that failed for a reason of its own, which can only be memory. */
static void fail_internally(pn_transport_t *transport) {
  if (!transport->failed) pni_transport_error(transport, "amqp:internal-error", "out of memory");
}

void pni_transport_check_events(pn_transport_t *transport) {
  pn_collector_t *const collector = transport->connection ? transport->connection->collector : NULL;
  if (PNI_LIKELY(!collector || !collector->lost)) return;
  collector->lost = false;
  if (!transport->failed) pni_transport_error(transport, "amqp:internal-error", "out of memory for an event");
}

/* Let the layers take what they can; returns how much that was. */
static size_t take(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  size_t done = 0, taken;
  if (PNI_UNLIKELY(transport->layers.count == 0)) pni_layers_begin(transport);
  transport->taking = true;
  do {
    const pni_status status = pni_layer_input(transport, 0, bytes + done, size - done, &taken);
    if (PNI_UNLIKELY(status != PNI_OK)) {
      fail_internally(transport);
      done = size;
      break;
    }
    done += taken;
  } while (taken > 0 && done < size && !transport->tail_closed);
  transport->taking = false;
  return transport->tail_closed ? size : done;
}

static void take_buffered(pn_transport_t *transport) {
  struct pni_buffer *input = &transport->input;
  if (pni_buffer_size(input) > 0) {
    const size_t done = take(transport, pni_buffer_bytes(input), pni_buffer_size(input));
    pni_buffer_drop(input, done);
  } else {
    pni_buffer_clear(input);
  }
}

void pni_transport_resume(pn_transport_t *transport) {
  if (pni_buffer_size(&transport->input) > 0) take_buffered(transport);
}

/* Payload that stays in its block keeps all of that: only if a good part of the last one was such may the next be large. */
static size_t new_block(pn_transport_t *transport) {
  const bool opened = transport->state != PNI_START && transport->state != PNI_OPEN_SENT;
  const bool bulk = transport->sliced >= INPUT_ROOM && transport->sliced >= transport->read / 2;
  transport->read = transport->sliced = 0;
  return bulk ? BULK_BLOCK : opened ? INPUT_BLOCK : INPUT_ROOM;
}

/* Make room: much at once for whoever has opened, and not more than will do for who has not. */
static pni_status make_room(pn_transport_t *transport) {
  struct pni_buffer *const input = &transport->input;
  if (PNI_LIKELY(!input->block)) return pni_buffer_renew(input, new_block(transport));
  if (!input->shared) return pni_buffer_reserve(input, INPUT_ROOM);
  const size_t least = input->capacity == BULK_BLOCK ? BULK_ROOM : INPUT_ROOM;
  return pni_buffer_room(input) < least ? pni_buffer_renew(input, new_block(transport)) : PNI_OK;
}

pn_shared_bytes_t *pni_transport_slice(pn_transport_t *transport, const uint8_t *bytes, size_t size) {
  struct pni_buffer *const input = &transport->input;
  if (!input->block || bytes < input->block || bytes >= input->block + input->end) return NULL;
  pn_shared_bytes_t *const block = pni_buffer_share(input);
  if (block) transport->sliced += size;
  return block;
}

ssize_t pn_transport_capacity(pn_transport_t *transport) {
  if (transport->tail_closed) return PN_EOS;
  const size_t held = pni_buffer_size(&transport->input);
  if (!transport->connection && held >= HELD) return 0;
  if (make_room(transport) != PNI_OK) {
    fail_internally(transport);
    pni_buffer_clear(&transport->input);
    return PN_OUT_OF_MEMORY;
  }
  transport->offered = true;
  return (ssize_t)pni_buffer_room(&transport->input);
}

char *pn_transport_tail(pn_transport_t *transport) {
  if (pn_transport_capacity(transport) <= 0) return NULL;
  return (char *)transport->input.block + transport->input.end;
}

/* So much has been read into the input's block. */
static void receive(pn_transport_t *transport, size_t size) {
  transport->input.end += size;
  transport->read += size;
  transport->bytes_in += size;
  take_buffered(transport);
}

int pn_transport_process(pn_transport_t *transport, size_t size) {
  if (transport->tail_closed) return PN_EOS;
  const size_t room = pni_buffer_room(&transport->input);
  transport->offered = false;
  receive(transport, size < room ? size : room);
  return 0;
}

/* While large payloads come there is room for much each time, so that one read takes all there is. */
size_t pni_transport_room(pn_transport_t *transport, struct pni_piece *pieces, size_t max) {
  struct pni_buffer *const input = &transport->input, *const next = &transport->next;
  if (max == 0) return 0;
  const size_t rest = input->capacity == BULK_BLOCK ? pni_buffer_room(input) : 0;
  if (max > 1 && rest > 0 && rest < BULK_ROOM && !transport->tail_closed &&
      (next->block || pni_buffer_reserve(next, BULK_BLOCK) == PNI_OK)) {
    next->start = next->end = HEADROOM;
    transport->offered = true;
    pieces[0] = (struct pni_piece){input->block + input->end, rest};
    pieces[1] = (struct pni_piece){next->block + next->end, pni_buffer_room(next)};
    return 2;
  }
  const ssize_t capacity = pn_transport_capacity(transport);
  if (capacity <= 0) return 0;
  pieces[0] = (struct pni_piece){input->block + input->end, (size_t)capacity};
  return 1;
}

/* What was read beyond the input's block: with what is left of that it goes on in the next one. */
static void receive_next(pn_transport_t *transport, size_t size) {
  if (size > pni_buffer_room(&transport->next)) size = pni_buffer_room(&transport->next);
  transport->next.end += size;
  (void)new_block(transport);
  if (pni_buffer_go_on(&transport->input, &transport->next) != PNI_OK) {
    fail_internally(transport);
    return;
  }
  transport->read += size;
  transport->bytes_in += size;
  take_buffered(transport);
}

void pni_transport_filled(pn_transport_t *transport, size_t size) {
  if (transport->tail_closed) return;
  const size_t room = pni_buffer_room(&transport->input);
  const size_t first = size < room ? size : room;
  transport->offered = false;
  receive(transport, first);
  if (size > first && transport->next.block && !transport->tail_closed) receive_next(transport, size - first);
  if (transport->next.block) pni_buffer_clear(&transport->next);
}

/* The rest of what was pushed goes through the buffer. */
static size_t push_buffered(pn_transport_t *transport, const char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t capacity = pn_transport_capacity(transport);
    if (capacity <= 0) break;
    const size_t part = (size_t)capacity < size - done ? (size_t)capacity : size - done;
    memcpy(transport->input.block + transport->input.end, bytes + done, part);
    if (pn_transport_process(transport, part) != 0) break;
    done += part;
  }
  return transport->tail_closed ? size : done;
}

ssize_t pn_transport_push(pn_transport_t *transport, const char *src, size_t size) {
  if (transport->tail_closed) return PN_EOS;
  size_t done = 0;
  if (size > 0 && pni_buffer_size(&transport->input) == 0) {
    done = take(transport, (const uint8_t *)src, size);
    transport->bytes_in += done;
  }
  if (done < size) done += push_buffered(transport, src + done, size - done);
  return (ssize_t)done;
}

int pn_transport_close_tail(pn_transport_t *transport) {
  if (transport->tail_closed) return 0;
  size_t taken;
  transport->tail_closed = true;
  pni_trace_end(transport, false);
  pni_layers_begin(transport);
  if (pni_layer_input(transport, 0, NULL, 0, &taken) != PNI_OK) fail_internally(transport);
  pni_buffer_clear(&transport->input);
  pni_transport_post(transport);
  return 0;
}

ssize_t pn_transport_input(pn_transport_t *transport, const char *bytes, size_t available) {
  return pn_transport_push(transport, bytes, available);
}

/* Output. */

/* Whether to add to what waits: not where that would mean moving much of it, or a block larger than the pool has. */
static bool has_room(const struct pni_buffer *output) {
  const size_t size = pni_buffer_size(output);
  if (size == 0) return true;
  if (size > PNI_OUTPUT_ENOUGH - PNI_OUTPUT_SLACK) return false;
  return pni_buffer_room(output) >= PNI_OUTPUT_SLACK || size <= output->capacity / 4 || output->start == 0;
}

/* Whether there is nothing to make output of: no layer but the frames, and nobody who owes one. */
static inline bool is_quiet(const pn_transport_t *transport) {
  const pn_connection_t *const conn = transport->connection;
  return transport->layers.count == 1 && conn && !conn->due && conn->endpoint.due == 0 &&
         !transport->output.block && !transport->failed && !transport->close_sent &&
         !transport->idle.keepalive && !transport->input.shared &&
         !(conn->collector && conn->collector->lost);
}

static void produce(pn_transport_t *transport) {
  struct pni_buffer *output = &transport->output;
  if (is_quiet(transport)) return;
  if (transport->input.shared && !transport->offered) pni_buffer_trim(&transport->input);
  if (transport->head_closed || !has_room(output) || transport->splices.size >= PNI_SPLICES_ENOUGH) return;
  if (PNI_UNLIKELY(transport->layers.count == 0)) pni_layers_begin(transport);
  pni_transport_check_events(transport);
  if (PNI_UNLIKELY(pni_layer_output(transport, 0, output) != PNI_OK)) {
    fail_internally(transport);
    transport->close_sent = true;
  }
  if (transport->connection) PNI_TOUCHED(&transport->connection->endpoint);
  if (pni_buffer_size(output) > 0) return;
  if (output->block) pni_buffer_clear(output);
  if (transport->close_sent && !transport->lingers && transport->splices.size == 0)
    pni_transport_end_output(transport);
}

/* What is to go, as far as it lies in one place. */
pn_bytes_t pni_transport_front(pn_transport_t *transport) {
  const struct pni_buffer *const output = &transport->output;
  struct pni_piece piece;
  produce(transport);
  if (PNI_UNLIKELY(transport->splices.segments.first != NULL)) {
    (void)pni_output_pieces(transport, &piece, 1);
    return pn_bytes(piece.size, piece.base);
  }
  const size_t size = pni_buffer_size(output);
  return size > 0 ? pn_bytes(size, (const char *)pni_buffer_bytes(output)) : pn_bytes_null;
}

ssize_t pn_transport_pending(pn_transport_t *transport) {
  const pn_bytes_t front = pni_transport_front(transport);
  return transport->head_closed ? PN_EOS : (ssize_t)front.size;
}

const char *pn_transport_head(pn_transport_t *transport) {
  const pn_bytes_t front = pni_transport_front(transport);
  return front.size > 0 ? front.start : NULL;
}

ssize_t pn_transport_peek(pn_transport_t *transport, char *dst, size_t size) {
  const pn_bytes_t front = pni_transport_front(transport);
  if (!front.start) return transport->head_closed ? PN_EOS : 0;
  if (front.size < size) size = front.size;
  memcpy(dst, front.start, size);
  return (ssize_t)size;
}

void pn_transport_pop(pn_transport_t *transport, size_t size) {
  const size_t there = pni_buffer_size(&transport->output) + transport->splices.size;
  if (size > there) size = there;
  if (size == 0) return;
  transport->bytes_out += size;
  if (PNI_LIKELY(!transport->splices.segments.first))
    pni_buffer_drop(&transport->output, size);
  else
    pni_output_drop(transport, size);
  if (size == there && transport->close_sent && !transport->lingers) pni_transport_end_output(transport);
}

bool pni_transport_speaks(const pn_transport_t *transport) {
  return transport->open_sent && !transport->close_sent;
}

void pni_transport_keepalive(pn_transport_t *transport, struct pni_buffer *out) {
  const pni_status status = pni_layer_keepalive(transport, 0, out);
  (void)status; /* what is in `out` says all */
}

int pn_transport_close_head(pn_transport_t *transport) {
  transport->close_sent = true;
  pni_transport_end_output(transport);
  return 0;
}

ssize_t pn_transport_output(pn_transport_t *transport, char *bytes, size_t size) {
  const ssize_t taken = pn_transport_peek(transport, bytes, size);
  if (taken > 0) pn_transport_pop(transport, (size_t)taken);
  return taken;
}

/* State. */

bool pn_transport_quiesced(pn_transport_t *transport) {
  return pn_transport_pending(transport) <= 0 && pni_buffer_size(&transport->input) == 0;
}

bool pn_transport_tail_closed(pn_transport_t *transport) { return transport->tail_closed; }

bool pn_transport_head_closed(pn_transport_t *transport) { return transport->head_closed; }

bool pn_transport_closed(pn_transport_t *transport) {
  return transport->tail_closed && transport->head_closed;
}

/* Time. */

bool pni_transport_awaits_open(const pn_transport_t *transport) {
  const uint8_t state = transport->state;
  const bool opened = state != PNI_START && state != PNI_OPEN_SENT && state != PNI_CLOSE_PIPE;
  return transport->server && !opened && !transport->tail_closed;
}

/* A client that stops somewhere on its way to open, in any layer, is not waited for. */
static int64_t await_open(pn_transport_t *transport, int64_t now, int64_t deadline) {
  if (transport->open_deadline == 0) transport->open_deadline = now + PNI_LIMIT_BEFORE_OPEN;
  if (now < transport->open_deadline)
    return deadline != 0 && deadline < transport->open_deadline ? deadline : transport->open_deadline;
  pni_transport_error(transport, pni_fault_types[PNI_FAULT_IDLE].condition,
      "the client has not opened the connection within %d ms", PNI_LIMIT_BEFORE_OPEN);
  return deadline;
}

int64_t pn_transport_tick(pn_transport_t *transport, int64_t now) {
  const int64_t deadline = transport->layers.count > 0 ? pni_layer_tick(transport, 0, now) : 0;
  return pni_transport_awaits_open(transport) ? await_open(transport, now, deadline) : deadline;
}
