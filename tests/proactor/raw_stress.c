/* raw_stress.c: raw connections for the stress test, beside AMQP ones, and at the other end of some of these.
 *
 * Checked: events in their order, each of those that come once at most once, and nothing after the final one; no two threads in
 * one; every buffer comes back exactly once, from the side that it was given to, and with what was in it; octets arrive in their
 * order (what each end sends is the same stream, unless its peer turns out to speak AMQP).
 *
 * A raw connection lives in a place. Its memory goes with the batch of the final event, so the place forgets it in that event,
 * under the lock that who wakes it holds. */
#include "stress.h"

#include <baryon/work_queue.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { PLACES = 96, CALLED_PLACES = 48, BUFFERS = 16, SIZE = 600 };

struct lent {
  bool out;
  pn_raw_buffer_t as; /* what it was given as */
  char bytes[SIZE];
};

struct place {
  pthread_mutex_t mutex; /* of the next two */
  pn_raw_connection_t *raw;
  pn_work_queue_t *queue;
  atomic_bool taken;
  atomic_int owner;
  bool seen[PN_RAW_CONNECTION_WAKE + 2]; /* which events, of those that come once */
  bool foreign;                          /* the peer is none of ours */
  uint64_t sent, received;
  struct lent reads[BUFFERS], writes[BUFFERS];
};

static struct place places[PLACES];
static atomic_uint_least64_t ended, drained, octets, lent_out;

/* Buffers. */

static char octet(uint64_t position) { return (char)('r' + position * 7 + (position >> 8)); }

static struct lent *spare(struct lent *all) {
  struct lent *lent = &all[any(BUFFERS)];
  return lent->out ? NULL : lent;
}

static struct lent *back(struct lent *all, const pn_raw_buffer_t *buffer) {
  if (buffer->context >= BUFFERS) fail("a buffer that was never given");
  struct lent *lent = &all[buffer->context];
  if (!lent->out) fail("a buffer came back twice");
  if (buffer->bytes != lent->bytes || buffer->offset != lent->as.offset ||
      buffer->capacity != lent->as.capacity)
    fail("a buffer was changed");
  lent->out = false;
  return lent;
}

static void note_lent(struct lent *lent, const pn_raw_buffer_t *as, bool open, size_t room, size_t given) {
  if (given != (open && room > 0)) fail("a buffer was refused, or taken, against what had been said");
  if (given == 0) return;
  lent->out = true;
  lent->as = *as;
  atomic_fetch_add(&lent_out, 1);
}

static void give_one(struct place *place, pn_raw_connection_t *raw) {
  struct lent *lent = spare(place->reads);
  if (!lent) return;
  const uint32_t offset = any(20);
  const pn_raw_buffer_t as = {.context = (uintptr_t)(lent - place->reads),
      .bytes = lent->bytes,
      .offset = offset,
      .capacity = offset + 1 + any(SIZE - offset)};
  const bool open = !pn_raw_connection_is_read_closed(raw);
  const size_t room = pn_raw_connection_read_buffers_capacity(raw);
  note_lent(lent, &as, open, room, pn_raw_connection_give_read_buffers(raw, &as, 1));
}

static void write_one(struct place *place, pn_raw_connection_t *raw) {
  struct lent *lent = spare(place->writes);
  if (!lent) return;
  const pn_raw_buffer_t as = {.context = (uintptr_t)(lent - place->writes),
      .bytes = lent->bytes,
      .offset = any(10),
      .size = any(4) ? any(SIZE - 10) : 0,
      .capacity = SIZE};
  for (uint32_t i = 0; i < as.size; i++) lent->bytes[as.offset + i] = octet(place->sent + i);
  const bool open = !pn_raw_connection_is_write_closed(raw);
  const size_t room = pn_raw_connection_write_buffers_capacity(raw);
  note_lent(lent, &as, open, room, pn_raw_connection_write_buffers(raw, &as, 1));
  if (lent->out) place->sent += as.size;
}

static void check_octets(struct place *place, const pn_raw_buffer_t *buffer) {
  const char *bytes = buffer->bytes + buffer->offset;
  if (buffer->size == 0) return;
  if (place->received == 0 && bytes[0] != octet(0)) place->foreign = true;
  for (uint32_t i = 0; i < buffer->size && !place->foreign; i++)
    if (bytes[i] != octet(place->received + i)) fail("octets out of order");
  place->received += buffer->size;
}

static void take_reads(struct place *place, pn_raw_connection_t *raw, size_t most) {
  pn_raw_buffer_t buffers[BUFFERS];
  const size_t taken = pn_raw_connection_take_read_buffers(raw, buffers, most);
  if (taken > most) fail("more buffers than asked for");
  for (size_t i = 0; i < taken; i++) {
    (void)back(place->reads, &buffers[i]);
    if (buffers[i].size > buffers[i].capacity - buffers[i].offset) fail("more octets than room");
    check_octets(place, &buffers[i]);
  }
}

static void take_writes(struct place *place, pn_raw_connection_t *raw, size_t most) {
  pn_raw_buffer_t buffers[BUFFERS];
  const size_t taken = pn_raw_connection_take_written_buffers(raw, buffers, most);
  if (taken > most) fail("more buffers than asked for");
  for (size_t i = 0; i < taken; i++)
    if (buffers[i].size != back(place->writes, &buffers[i])->as.size) fail("a buffer was changed");
}

static void take_all(struct place *place, pn_raw_connection_t *raw) {
  take_reads(place, raw, BUFFERS);
  take_writes(place, raw, BUFFERS);
}

/* Places. */

static struct place *take_place(uint32_t below) {
  for (uint32_t tries = 0; tries < 8; tries++) {
    struct place *place = &places[any(below)];
    if (!atomic_exchange(&place->taken, true)) return place;
  }
  return NULL;
}

/* It stays locked until it belongs to the proactor. Before that, buffers may be given and sides closed. */
static pn_raw_connection_t *move_in(struct place *place) {
  pn_raw_connection_t *raw = pn_raw_connection();
  memset(place->seen, 0, sizeof place->seen);
  place->foreign = false;
  place->sent = place->received = 0;
  pn_raw_connection_set_context(raw, place);
  count_begun();
  pthread_mutex_lock(&place->mutex);
  place->raw = raw;
  place->queue = pn_raw_connection_work_queue(raw);
  if (now(RAW_READ, 4)) give_one(place, raw);
  if (now(RAW_WRITE, 4)) write_one(place, raw);
  if (now(RAW_CLOSE, 64)) pn_raw_connection_write_close(raw);
  if (now(RAW_CLOSE, 64)) pn_raw_connection_read_close(raw);
  return raw;
}

static void move_out(struct place *place) {
  for (unsigned i = 0; i < BUFFERS; i++)
    if (place->reads[i].out || place->writes[i].out) fail("a buffer did not come back");
  atomic_fetch_add(&ended, 1);
  atomic_fetch_add(&octets, place->received);
  pthread_mutex_lock(&place->mutex);
  pn_work_queue_decref(place->queue);
  place->raw = NULL;
  place->queue = NULL;
  pthread_mutex_unlock(&place->mutex);
  count_ended();
}

/* From outside. */

static void work_done(pn_raw_connection_t *raw, void *context) {
  if (pn_raw_connection_get_context(raw) != context) fail("work for another raw connection");
  count_work_run();
  struct place *place = context;
  if (now(RAW_WRITE, 2)) write_one(place, raw);
  if (now(RAW_READ, 2)) give_one(place, raw);
}

static void work_cancelled(void *context) {
  (void)context;
  count_work_cancelled();
}

static void add_work(struct place *place, pn_millis_t delay) {
  const bool added = delay ? pn_work_queue_schedule_raw(place->queue, delay, work_done, work_cancelled, place)
                           : pn_work_queue_add_raw(place->queue, work_done, work_cancelled, place);
  if (added) count_work_added();
}

static void connect_raw(void) {
  char address[ADDRESS];
  some_address(address);
  struct place *place = *address ? take_place(CALLED_PLACES) : NULL;
  if (!place) return;
  pn_proactor_raw_connect(stressed(), move_in(place), address);
  pthread_mutex_unlock(&place->mutex);
}

static void touch(struct place *place) {
  pthread_mutex_lock(&place->mutex);
  if (place->raw) {
    if (now(WAKE, 1)) pn_raw_connection_wake(place->raw);
    if (now(WORK, 2)) add_work(place, 0);
    if (now(DELAYED_WORK, 8)) add_work(place, 1 + any(5));
  }
  pthread_mutex_unlock(&place->mutex);
}

void raw_call(void) {
  if (now(RAW_CONNECT, 4)) connect_raw();
  for (uint32_t i = any(8); i > 0; i--) touch(&places[any(PLACES)]);
}

bool raw_accept(pn_listener_t *listener) {
  struct place *place = take_place(PLACES);
  if (!place) return false;
  pn_listener_raw_accept(listener, move_in(place));
  pthread_mutex_unlock(&place->mutex);
  return true;
}

/* In its turn. */

static bool saw(const struct place *place, pn_event_type_t type) {
  return place->seen[type - PN_RAW_CONNECTION_CONNECTED];
}

/* What has to have come, or not, before an event of that type. */
static void check_order(struct place *place, pn_raw_connection_t *raw, pn_event_type_t type) {
  const bool read_told = saw(place, PN_RAW_CONNECTION_CLOSED_READ);
  const bool write_told = saw(place, PN_RAW_CONNECTION_CLOSED_WRITE);
  switch (type) {
  case PN_RAW_CONNECTION_CONNECTED:
  case PN_RAW_CONNECTION_CLOSED_READ:
  case PN_RAW_CONNECTION_CLOSED_WRITE:
  case PN_RAW_CONNECTION_DRAIN_BUFFERS:
  case PN_RAW_CONNECTION_DISCONNECTED:
    if (saw(place, type)) fail("an event that comes once has come twice");
    place->seen[type - PN_RAW_CONNECTION_CONNECTED] = true;
    break;
  case PN_RAW_CONNECTION_NEED_READ_BUFFERS:
    if (read_told || pn_raw_connection_is_read_closed(raw))
      fail("buffers to read into, although it is closed");
    break;
  case PN_RAW_CONNECTION_NEED_WRITE_BUFFERS:
    if (write_told || pn_raw_connection_is_write_closed(raw)) fail("buffers to write, although it is closed");
    break;
  default: break;
  }
  const bool connected = saw(place, PN_RAW_CONNECTION_CONNECTED);
  if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS && connected && !(read_told && write_told))
    fail("drained before both sides were closed");
}

/* Take some, give some, close something now and then. */
static void misbehave(struct place *place, pn_raw_connection_t *raw) {
  if (any(4)) take_reads(place, raw, 1 + any(BUFFERS));
  if (any(4)) take_writes(place, raw, 1 + any(BUFFERS));
  for (uint32_t i = any(4); i > 0; i--)
    if (now(RAW_READ, 1)) give_one(place, raw);
  for (uint32_t i = any(4); i > 0; i--)
    if (now(RAW_WRITE, 1)) write_one(place, raw);
  if (now(WAKE, 16)) pn_raw_connection_wake(raw);
  if (now(WORK, 16)) add_work(place, 0);
  if (now(RAW_CLOSE, 256)) pn_raw_connection_read_close(raw);
  if (now(RAW_CLOSE, 128)) pn_raw_connection_write_close(raw);
  if (now(RAW_CLOSE, 256)) pn_raw_connection_close(raw);
}

void raw_handle(pn_event_t *event, pn_raw_connection_t *raw) {
  struct place *place = pn_raw_connection_get_context(raw);
  const pn_event_type_t type = pn_event_type(event);
  if (atomic_exchange(&place->owner, 1)) fail("two threads in one raw connection");
  if (saw(place, PN_RAW_CONNECTION_DISCONNECTED)) fail("an event of a raw connection after the final one");
  check_order(place, raw, type);
  if (type == PN_RAW_CONNECTION_DISCONNECTED) {
    take_all(place, raw);
    move_out(place);
    atomic_store(&place->owner, 0);
    atomic_store(&place->taken, false);
    return;
  }
  if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS) atomic_fetch_add(&drained, 1);
  if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS && any(2))
    take_all(place, raw);
  else
    misbehave(place, raw);
  atomic_store(&place->owner, 0);
}

/* Beginning and end. */

void raw_begin(void) {
  for (unsigned i = 0; i < PLACES; i++) pthread_mutex_init(&places[i].mutex, NULL);
}

void raw_report(void) {
  for (unsigned i = 0; i < PLACES; i++)
    if (atomic_load(&places[i].taken)) fail("a raw connection has not ended");
  printf("raw connections: %" PRIuLEAST64 ", drained %" PRIuLEAST64 ", %" PRIuLEAST64
         " buffers lent and back, %" PRIuLEAST64 " octets read\n",
      atomic_load(&ended), atomic_load(&drained), atomic_load(&lent_out), atomic_load(&octets));
}
