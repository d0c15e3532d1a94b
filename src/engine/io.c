/* io.c: the two ends of a transport: octets in at the tail, octets out at the head.
 *
 * Input is handled as it comes: whole frames where they lie, in the caller's memory or in the input buffer; what is left of
 * the last one is kept. Output is made when it is asked for. Both buffers are there only while something is in them.
 *
 * Order of events at the end: TAIL_CLOSED and HEAD_CLOSED as they happen, ERROR when it is found, CLOSED last. There is no
 * ERROR after HEAD_CLOSED: who has said goodbye does not mind that the peer hangs up without. */
#include "engine/connection.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/trace.h"
#include "wire/limits.h"
#include <string.h>

enum {
  INPUT_ROOM = 16 * 1024,  /* least room that is offered for reading */
  INPUT_BLOCK = 64 * 1024, /* what a connection reads into once it is open */
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
  pni_trace_end(transport, true);
  pni_transport_post(transport);
}

/* Input. */

/* A layer that failed for a reason of its own, which can only be memory. */
static void fail_internally(pn_transport_t *transport) {
  if (!transport->failed) pni_transport_error(transport, "amqp:internal-error", "out of memory");
}

/* An application that misses an event might wait for it for ever. */
static void check_events(pn_transport_t *transport) {
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

/* How much room to make: much at once for whoever has opened, and not more than will do for who has not. */
static size_t room_wanted(const pn_transport_t *transport) {
  const bool opened = transport->state != PNI_START && transport->state != PNI_OPEN_SENT;
  if (transport->input.block) return INPUT_ROOM;
  return opened ? INPUT_BLOCK : INPUT_ROOM;
}

ssize_t pn_transport_capacity(pn_transport_t *transport) {
  if (transport->tail_closed) return PN_EOS;
  const size_t held = pni_buffer_size(&transport->input);
  if (!transport->connection && held >= HELD) return 0;
  if (pni_buffer_reserve(&transport->input, room_wanted(transport)) != PNI_OK) {
    fail_internally(transport);
    pni_buffer_clear(&transport->input);
    return PN_OUT_OF_MEMORY;
  }
  return (ssize_t)pni_buffer_room(&transport->input);
}

char *pn_transport_tail(pn_transport_t *transport) {
  if (pn_transport_capacity(transport) <= 0) return NULL;
  return (char *)transport->input.block + transport->input.end;
}

int pn_transport_process(pn_transport_t *transport, size_t size) {
  if (transport->tail_closed) return PN_EOS;
  const size_t room = pni_buffer_room(&transport->input);
  if (size > room) size = room;
  transport->input.end += size;
  transport->bytes_in += size;
  take_buffered(transport);
  return 0;
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

static void produce(pn_transport_t *transport) {
  struct pni_buffer *output = &transport->output;
  if (transport->head_closed || !has_room(output)) return;
  if (PNI_UNLIKELY(transport->layers.count == 0)) pni_layers_begin(transport);
  check_events(transport);
  if (PNI_UNLIKELY(pni_layer_output(transport, 0, output) != PNI_OK)) {
    fail_internally(transport);
    transport->close_sent = true;
  }
  if (pni_buffer_size(output) > 0) return;
  if (output->block) pni_buffer_clear(output);
  if (transport->close_sent && !transport->lingers) pni_transport_end_output(transport);
}

ssize_t pn_transport_pending(pn_transport_t *transport) {
  produce(transport);
  return transport->head_closed ? PN_EOS : (ssize_t)pni_buffer_size(&transport->output);
}

const char *pn_transport_head(pn_transport_t *transport) {
  return pn_transport_pending(transport) > 0 ? (const char *)pni_buffer_bytes(&transport->output) : NULL;
}

ssize_t pn_transport_peek(pn_transport_t *transport, char *dst, size_t size) {
  const ssize_t pending = pn_transport_pending(transport);
  if (pending <= 0) return pending;
  if ((size_t)pending < size) size = (size_t)pending;
  memcpy(dst, pni_buffer_bytes(&transport->output), size);
  return (ssize_t)size;
}

void pn_transport_pop(pn_transport_t *transport, size_t size) {
  const size_t there = pni_buffer_size(&transport->output);
  if (size > there) size = there;
  if (size == 0) return;
  transport->bytes_out += size;
  pni_buffer_drop(&transport->output, size);
  if (size == there && transport->close_sent && !transport->lingers) pni_transport_end_output(transport);
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

int64_t pn_transport_tick(pn_transport_t *transport, int64_t now) {
  return transport->layers.count > 0 ? pni_layer_tick(transport, 0, now) : 0;
}
