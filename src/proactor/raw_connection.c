/* raw_connection.c: a raw connection as a task: its events, and its API.
 *
 * Events are made one at a time, from what is to be told at that moment, so that what a handler does has its effect on the next.
 * When nothing is to be told there is a round of I/O (raw_io.c): what was given to be written while events were handled leaves
 * together.
 *
 * The application owns a raw connection until it gives it to a proactor; it is freed when PN_RAW_CONNECTION_DISCONNECTED has been
 * handled. All but pn_raw_connection_wake is the holder's. */
#include "proactor/raw_connection.h"

#include "base/class.h"
#include "base/compiler.h"
#include "engine/owner.h"
#include "proactor/proactor.h"
#include <proton/listener.h>
#include <proton/object.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 64 }; /* of I/O in one batch */

const pn_class_t pni_raw_connection_class = {.name = "pn_raw_connection", .cid = CID_pn_raw_connection};

/* What is to be told. */

/* Buffers that were given but not used come back when their side is known to be closed. */
static bool gives_all_read(const pn_raw_connection_t *raw) {
  return raw->told_read_closed || (raw->read_closed && raw->write_closed);
}

static size_t takeable(const struct pni_raw_buffers *buffers, bool unused_too) {
  return unused_too ? buffers->count : buffers->used;
}

static bool has_buffers(const pn_raw_connection_t *raw) {
  return raw->reads.count > 0 || raw->writes.count > 0;
}

/* The event that is next; PN_EVENT_NONE: there is nothing to tell. */
static pn_event_type_t due(const pn_raw_connection_t *raw) {
  if (raw->told_end) return PN_EVENT_NONE;
  if (raw->tell_connected) return PN_RAW_CONNECTION_CONNECTED;
  if (raw->tell_wake) return PN_RAW_CONNECTION_WAKE;
  if (raw->tell_read && takeable(&raw->reads, gives_all_read(raw)) > 0) return PN_RAW_CONNECTION_READ;
  if (raw->tell_written && takeable(&raw->writes, pni_raw_is_over(raw)) > 0) return PN_RAW_CONNECTION_WRITTEN;
  if (raw->read_closed && !raw->told_read_closed) return PN_RAW_CONNECTION_CLOSED_READ;
  if (raw->write_closed && !raw->told_write_closed) return PN_RAW_CONNECTION_CLOSED_WRITE;
  if (PNI_UNLIKELY(pni_raw_is_over(raw))) {
    return has_buffers(raw) && !raw->told_drain ? PN_RAW_CONNECTION_DRAIN_BUFFERS
                                                : PN_RAW_CONNECTION_DISCONNECTED;
  }
  if (raw->socket.stage != PNI_CONNECTED) return PN_EVENT_NONE;
  if (!raw->write_closed && !raw->told_need_write && pni_raw_unused(&raw->writes) == 0)
    return PN_RAW_CONNECTION_NEED_WRITE_BUFFERS;
  if (!raw->read_closed && !raw->told_need_read && pni_raw_unused(&raw->reads) == 0)
    return PN_RAW_CONNECTION_NEED_READ_BUFFERS;
  return PN_EVENT_NONE;
}

/* It is told. Who did not take all that was drained is told of it as of what was read and written. */
static void note(pn_raw_connection_t *raw, pn_event_type_t type) {
  raw->told_wake = type == PN_RAW_CONNECTION_WAKE;
  switch (type) {
  case PN_RAW_CONNECTION_CONNECTED: raw->tell_connected = false; break;
  case PN_RAW_CONNECTION_WAKE:
    raw->tell_wake = false;
    pni_metric_add(&raw->task->metrics, PNI_METRIC(wakes_delivered), 1);
    break;
  case PN_RAW_CONNECTION_READ: raw->tell_read = false; break;
  case PN_RAW_CONNECTION_WRITTEN: raw->tell_written = false; break;
  case PN_RAW_CONNECTION_CLOSED_READ: raw->told_read_closed = true; break;
  case PN_RAW_CONNECTION_CLOSED_WRITE: raw->told_write_closed = true; break;
  case PN_RAW_CONNECTION_NEED_READ_BUFFERS: raw->told_need_read = true; break;
  case PN_RAW_CONNECTION_NEED_WRITE_BUFFERS: raw->told_need_write = true; break;
  case PN_RAW_CONNECTION_DRAIN_BUFFERS: raw->told_drain = raw->tell_read = raw->tell_written = true; break;
  default: raw->told_end = true; break;
  }
}

/* As a task. */

/* What has arrived. A wake is to be told; work that was added is done before that. */
static void take(pn_raw_connection_t *raw) {
  const unsigned bits = pni_task_take_bits(raw->task);
  pni_socket_note(&raw->socket, bits);
  if (bits & ~(unsigned)PNI_TASK_WAKE) raw->arrived = true;
  if (PNI_UNLIKELY(bits & PNI_TASK_HANGUP)) raw->look = true;
  if (PNI_UNLIKELY(bits & PNI_TASK_DISCONNECT)) raw->disconnect = true;
  if (PNI_UNLIKELY(bits & PNI_TASK_WAKE)) {
    raw->tell_wake = true;
    pni_work_queue_run(raw->work_queue, NULL);
  }
}

/* What is next. A wake does not wait for I/O, nor for other events; but whoever wakes himself again and again does not go without
 * them. */
static pn_event_type_t advance(pn_raw_connection_t *raw) {
  if (PNI_UNLIKELY(pni_task_arrived(raw->task) & PNI_TASK_WAKE) && !raw->told_wake && !raw->told_end)
    take(raw);
  const pn_event_type_t type = due(raw);
  if (type != PN_EVENT_NONE || raw->told_end || raw->rounds++ >= ROUNDS) return type;
  raw->told_wake = false;
  if (pni_task_arrived(raw->task) == 0 && !pni_raw_wants_io(raw)) return PN_EVENT_NONE;
  take(raw);
  pni_raw_io(raw);
  return due(raw);
}

/* What is needed after the first system call comes from memory meanwhile: among many connections none of it is in the cache. */
static bool prepare(struct pni_task *task) {
  pn_raw_connection_t *const raw = task->object;
  PNI_PREFETCH(raw->reads.slots);
  PNI_PREFETCH(raw->writes.slots);
  raw->rounds = 0;
  raw->bytes = 0;
  return advance(raw) != PN_EVENT_NONE;
}

/* Without memory for an event it stays to be told. */
static pn_event_t *next(struct pni_task *task) {
  pn_raw_connection_t *const raw = task->object;
  const pn_event_type_t type = advance(raw);
  pn_event_t *const event = pni_event_tell(&raw->event, &pni_raw_connection_class, raw, type);
  if (event) {
    if (type == PN_RAW_CONNECTION_DISCONNECTED) (void)pni_task_die(task);
    note(raw, type);
  }
  return event;
}

static bool unfinished(struct pni_task *task) {
  const pn_raw_connection_t *const raw = task->object;
  return due(raw) != PN_EVENT_NONE || (!raw->told_end && pni_raw_wants_io(raw));
}

static void count(struct pni_task *task) {
  const pn_raw_connection_t *const raw = task->object;
  pni_metric_set(&task->metrics, PNI_METRIC(bytes_received), raw->bytes_received);
  pni_metric_set(&task->metrics, PNI_METRIC(bytes_sent), raw->bytes_sent);
}

static void free_raw(pn_raw_connection_t *raw) {
  pni_work_queue_end(raw->work_queue);
  pni_socket_clear(&raw->socket);
  (void)pni_event_tell(&raw->event, &pni_raw_connection_class, raw, PN_EVENT_NONE);
  if (raw->attachments) (void)pn_decref(raw->attachments);
  if (raw->condition) pn_condition_free(raw->condition);
  free(raw->reads.slots);
  free(raw->writes.slots);
  free(raw);
}

/* What the peer sent although nobody reads it must not keep it from seeing our last octets. */
static void destroy(struct pni_task *task) {
  pn_raw_connection_t *const raw = task->object;
  pni_socket_close(task, raw->socket.stage == PNI_CONNECTED && !raw->ended);
  free_raw(raw);
}

static const struct pni_task_kind kind = {prepare, next, unfinished, count, destroy};

pn_raw_connection_t *pni_task_raw_connection(struct pni_task *task) {
  return task->kind == &kind ? task->object : NULL;
}

/* How it begins. */

pn_raw_connection_t *pn_raw_connection(void) {
  pn_raw_connection_t *const raw = calloc(1, sizeof *raw);
  if (!raw) return NULL;
  raw->condition = pn_condition();
  if (raw->condition) return raw;
  free_raw(raw);
  return NULL;
}

/* Held by the caller. False: no memory; it is freed then. */
static bool begin(pn_proactor_t *proactor, pn_raw_connection_t *raw) {
  struct pni_task *const task = pni_proactor_task(proactor, &kind, raw);
  if (!task) {
    free_raw(raw);
    return false;
  }
  raw->generation = pni_task_generation(task->word);
  raw->task = task;
  raw->arrived = true;
  task->owner = &raw->owner;
  pni_work_queue_attach(raw->work_queue, task);
  return true;
}

void pn_proactor_raw_connect(pn_proactor_t *proactor, pn_raw_connection_t *raw_connection, const char *addr) {
  if (!begin(proactor, raw_connection)) return;
  pni_socket_connect(&raw_connection->socket, raw_connection->task, addr);
  pni_proactor_launch(raw_connection->task);
}

void pni_raw_connection_accepted(pn_proactor_t *proactor, pn_raw_connection_t *raw,
    const struct pni_accepted *accepted, int error, const char *text) {
  if (!begin(proactor, raw)) {
    if (accepted->fd >= 0) (void)close(accepted->fd);
    return;
  }
  pni_socket_accept(&raw->socket, raw->task, accepted, error, text);
  raw->tell_connected = raw->socket.stage == PNI_CONNECTED;
  pni_proactor_launch(raw->task);
}

/* For the ownership checker: at the beginning of what is the holder's. */
#define OWNED(raw) PNI_OWNED_BY((raw)->task ? &(raw)->owner : NULL, raw, __func__)

/* Buffers. */

size_t pn_raw_connection_read_buffers_capacity(pn_raw_connection_t *connection) {
  return connection->read_closed ? 0 : PNI_RAW_SLOTS - (size_t)connection->reads.count;
}

size_t pn_raw_connection_write_buffers_capacity(pn_raw_connection_t *connection) {
  return connection->write_closed ? 0 : PNI_RAW_SLOTS - (size_t)connection->writes.count;
}

static bool give_read_buffer(pn_raw_connection_t *raw, const pn_raw_buffer_t *buffer) {
  pn_raw_buffer_t empty = *buffer;
  empty.size = 0;
  return buffer->bytes && buffer->offset < buffer->capacity &&
         !pni_raw_buffers_overlap(&raw->reads, buffer) && pni_raw_buffers_put(&raw->reads, &empty);
}

size_t pn_raw_connection_give_read_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t const *buffers, size_t num) {
  OWNED(connection);
  size_t given = 0;
  if (connection->read_closed) return 0;
  while (given < num && give_read_buffer(connection, &buffers[given])) given++;
  if (given > 0) connection->told_need_read = false;
  return given;
}

size_t pn_raw_connection_write_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t const *buffers, size_t num) {
  OWNED(connection);
  size_t given = 0;
  if (connection->write_closed) return 0;
  while (given < num && buffers[given].bytes && pni_raw_buffers_put(&connection->writes, &buffers[given]))
    given++;
  if (given > 0) connection->told_need_write = false;
  return given;
}

size_t pn_raw_connection_take_read_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t *buffers, size_t num) {
  OWNED(connection);
  return pni_raw_buffers_take(&connection->reads, buffers, num, gives_all_read(connection));
}

size_t pn_raw_connection_take_written_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t *buffers, size_t num) {
  OWNED(connection);
  return pni_raw_buffers_take(&connection->writes, buffers, num, pni_raw_is_over(connection));
}

/* Closing. */

void pn_raw_connection_read_close(pn_raw_connection_t *connection) {
  OWNED(connection);
  if (connection->read_closed) return;
  connection->read_closed = true;
  if (connection->socket.stage == PNI_CONNECTED && connection->task && !connection->write_closed)
    (void)shutdown(connection->task->fd, SHUT_RD);
}

void pn_raw_connection_write_close(pn_raw_connection_t *connection) {
  OWNED(connection);
  connection->write_closed = true;
}

void pn_raw_connection_close(pn_raw_connection_t *connection) {
  OWNED(connection);
  pn_raw_connection_write_close(connection);
  pn_raw_connection_read_close(connection);
}

bool pn_raw_connection_is_read_closed(pn_raw_connection_t *connection) { return connection->read_closed; }

bool pn_raw_connection_is_write_closed(pn_raw_connection_t *connection) { return connection->write_closed; }

/* What others do with it. */

void pn_raw_connection_wake(pn_raw_connection_t *connection) {
  struct pni_task *const task = connection->task;
  if (task) pni_task_wake(task, connection->generation);
}

pn_work_queue_t *pn_raw_connection_work_queue(pn_raw_connection_t *connection) {
  if (!connection->work_queue) {
    connection->work_queue = pni_work_queue(connection);
    if (!connection->work_queue) return NULL;
    if (connection->task) pni_work_queue_attach(connection->work_queue, connection->task);
  }
  return pn_work_queue_incref(connection->work_queue);
}

/* What it is about. */

static const pn_netaddr_t *address(pn_raw_connection_t *raw, bool remote) {
  if (!raw->task) return NULL;
  const pn_netaddr_t *const found = pni_socket_address(&raw->socket, raw->task, remote);
  return found && found->size > 0 ? found : NULL;
}

const pn_netaddr_t *pn_raw_connection_local_addr(pn_raw_connection_t *connection) {
  return address(connection, false);
}

const pn_netaddr_t *pn_raw_connection_remote_addr(pn_raw_connection_t *connection) {
  return address(connection, true);
}

pn_condition_t *pn_raw_connection_condition(pn_raw_connection_t *connection) { return connection->condition; }

pn_record_t *pn_raw_connection_attachments(pn_raw_connection_t *connection) {
  if (!connection->attachments) connection->attachments = pn_record();
  return connection->attachments;
}

void *pn_raw_connection_get_context(pn_raw_connection_t *connection) {
  return pn_record_get(connection->attachments, PN_LEGCTX);
}

void pn_raw_connection_set_context(pn_raw_connection_t *connection, void *context) {
  if (context || connection->attachments)
    pn_record_set(pn_raw_connection_attachments(connection), PN_LEGCTX, context);
}

pn_raw_connection_t *pn_event_raw_connection(pn_event_t *event) {
  return pn_event_class(event) == &pni_raw_connection_class ? pn_event_context(event) : NULL;
}
