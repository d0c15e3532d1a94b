/* connection.c: an AMQP connection as a task: its turns, and how it begins and ends.
 *
 * A turn hands out the driver's events; when there are none it does a round of I/O (connection_io.c), which may bring more, and
 * so on until a round brings nothing or the batch has had its share. What is written is written when all events that there
 * were have been handled, so that what they caused leaves together.
 *
 * Everything here is the holder's, but for pni_connection_task and pn_connection_wake. */
#include "proactor/connection.h"

#include "base/compiler.h"
#include "engine/host.h"
#include "proactor/address.h"
#include "proactor/connection_io.h"
#include "proactor/heartbeat.h"
#include "proactor/proactor.h"
#include <proton/connection.h>
#include <proton/proactor_ext.h>
#include <proton/transport.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 64 }; /* of I/O in one batch */

static bool has_event(const struct pni_connection *c) {
  return c->driver.connection && pni_connection_next_type(c->driver.connection) != PN_EVENT_NONE;
}

/* Work that was added is done, and the wake told. */
static void be_woken(struct pni_connection *c) {
  pn_connection_t *const conn = c->driver.connection;
  pni_metric_add(&c->task->metrics, PNI_METRIC(wakes_delivered), 1);
  pni_work_queue_run(pni_connection_host(conn)->work_queue, conn);
  if (c->driver.connection) (void)pn_collector_put_object(c->driver.collector, conn, PN_CONNECTION_WAKE);
}

/* A round: what has arrived, and I/O. False: it has brought nothing, and will not before something arrives. */
static bool advance(struct pni_connection *c) {
  c->handed_out = false;
  if (!c->driver.connection) return false;
  if (c->rounds++ >= ROUNDS) {
    c->handed_out = true;
    return false;
  }
  const unsigned bits = pni_task_take(c->task);
  pni_socket_note(&c->socket, bits);
  /* A wake alone needs no I/O; but whoever wakes himself again and again does not go without it. */
  if (PNI_UNLIKELY(bits & PNI_TASK_WAKE)) {
    pni_task_unlock_writer(c->task);
    be_woken(c); /* before I/O, which may bring the end */
    c->woken = bits == PNI_TASK_WAKE && !c->woken;
    if (c->woken || !c->driver.connection) return true;
    pni_task_lock_writer(c->task);
  }
  c->woken = false;
  const bool more = pni_connection_round(c, bits);
  pni_task_unlock_writer(c->task);
  return more || has_event(c);
}

/* The final event is next. From now on nothing reaches the task; a wake that did is told first. */
static void come_to_an_end(struct pni_connection *c) {
  pn_connection_t *const conn = c->driver.connection;
  if (!(pni_task_die(c->task) & PNI_TASK_WAKE)) return;
  pni_metric_add(&c->task->metrics, PNI_METRIC(wakes_delivered), 1);
  pni_work_queue_run(pni_connection_host(conn)->work_queue, conn);
  if (c->driver.connection) (void)pni_connection_event_first(conn, PN_CONNECTION_WAKE);
}

static bool prepare(struct pni_task *task) {
  struct pni_connection *const c = task->object;
  c->rounds = 0;
  c->bytes = 0;
  /* Where a batch ended with INIT, what follows from having handled it is still to be done. */
  if (!has_event(c) && c->driver.connection) (void)pn_connection_driver_bind(&c->driver);
  while (!has_event(c)) {
    if (!advance(c)) return false;
  }
  return true;
}

static pn_event_t *next(struct pni_task *task) {
  struct pni_connection *const c = task->object;
  do {
    if (!c->driver.connection) return NULL;
    if (PNI_UNLIKELY(pni_connection_next_type(c->driver.connection) == PN_TRANSPORT_CLOSED))
      come_to_an_end(c);
    pn_event_t *const event = pn_connection_driver_next_event(&c->driver);
    if (PNI_UNLIKELY(pn_event_type(event) == PN_TRANSPORT_CLOSED)) c->ended = true;
    if (PNI_LIKELY(event != NULL)) {
      c->handed_out = c->owes = true;
      return event;
    }
    if (pni_task_state(task->word) == PNI_TASK_LAST) return NULL;
  } while (has_event(c) || advance(c));
  return NULL;
}

static bool unfinished(struct pni_task *task) {
  struct pni_connection *const c = task->object;
  if (pni_task_state(task->word) == PNI_TASK_LAST) return c->driver.connection && !c->ended;
  return c->handed_out || has_event(c) || pni_connection_wants_round(c);
}

/* The connection has no proactor any more. */
static void leave(pn_connection_t *conn, struct pni_task *task) {
  struct pni_host *const host = pni_connection_host(conn);
  host->place = NULL;
  host->bell = NULL;
  task->owner = NULL;
}

/* The batch is given back. */
static void count(struct pni_task *task) {
  const struct pni_connection *const c = task->object;
  struct pni_metrics *const metrics = &task->metrics;
  struct pni_traffic traffic;
  if (!c->driver.connection) return;
  pni_transport_traffic(c->driver.transport, &traffic);
  pni_metric_set(metrics, PNI_METRIC(bytes_received), traffic.bytes_in);
  pni_metric_set(metrics, PNI_METRIC(bytes_sent), traffic.bytes_out);
  pni_metric_set(metrics, PNI_METRIC(frames_received), traffic.frames_in);
  pni_metric_set(metrics, PNI_METRIC(frames_sent), traffic.frames_out);
  pni_metric_set(metrics, PNI_METRIC(messages_received), traffic.messages_in);
  pni_metric_set(metrics, PNI_METRIC(messages_sent), traffic.messages_out);
}

static void destroy(struct pni_task *task) {
  struct pni_connection *const c = task->object;
  pn_connection_t *const conn = c->driver.connection;
  if (conn) {
    pni_connection_close_work(conn);
    leave(conn, task);
  }
  pni_connection_hang_up(c);
  if (c->heartbeat) (void)pni_heartbeat_drop(c, SIZE_MAX);
  pn_connection_driver_destroy(&c->driver);
  pni_socket_clear(&c->socket);
  free(c);
}

static const struct pni_task_kind kind = {prepare, next, unfinished, count, destroy};

struct pni_connection *pni_task_connection(struct pni_task *task) {
  return task->kind == &kind ? task->object : NULL;
}

/* A bell: whom to tell of an answer that comes from another thread, whoever still runs the connection then. */

struct bell {
  struct pni_task *task;
  uint32_t generation;
};

static void *hold_bell(pn_connection_t *conn) {
  struct bell *const bell = malloc(sizeof *bell);
  if (!bell) return NULL;
  bell->task = pni_connection_task(conn, &bell->generation);
  pni_proactor_keep(bell->task->proactor);
  return bell;
}

static void ring_bell(void *context) {
  const struct bell *const bell = context;
  (void)pni_scheduler_post(bell->task, bell->generation, PNI_TASK_ANSWER);
}

static void release_bell(void *context) {
  struct bell *const bell = context;
  pni_proactor_drop(bell->task->proactor);
  free(bell);
}

static const struct pni_host_bell bell = {hold_bell, ring_bell, release_bell};

/* How it begins. */

/* The connection, begun and held by the caller. NULL without memory; both objects are freed then. */
static struct pni_connection *begin(
    pn_proactor_t *proactor, pn_connection_t *conn, pn_transport_t *transport) {
  struct pni_connection *const c = calloc(1, sizeof *c);
  if (!c) {
    pn_transport_free(transport);
    pn_connection_free(conn);
    return NULL;
  }
  const int error = pn_connection_driver_init(&c->driver, conn, transport); /* frees both if it fails */
  c->task = error ? NULL : pni_proactor_task(proactor, &kind, c);
  if (!c->task) {
    pn_connection_driver_destroy(&c->driver);
    free(c);
    return NULL;
  }
  struct pni_host *const host = pni_connection_host(c->driver.connection);
  host->generation = pni_task_generation(c->task->word);
  host->bell = &bell;
  host->place = c->task;
  c->task->owner = &host->owner;
  pni_task_held(c->task);
  pni_work_queue_attach(host->work_queue, c->task);
  return c;
}

/* Who is to be there, if nobody has said so. Without memory TLS has no name, and ends. */
static void reach(struct pni_connection *c, const char *text) {
  struct pni_address address;
  if (text && pni_address_parse(&address, text) && address.host)
    (void)pni_transport_reach(c->driver.transport, address.host);
}

void pn_proactor_connect2(
    pn_proactor_t *proactor, pn_connection_t *connection, pn_transport_t *transport, const char *addr) {
  struct pni_connection *const c = begin(proactor, connection, transport);
  if (!c) return;
  pn_connection_open(c->driver.connection);
  reach(c, addr);
  pni_socket_connect(&c->socket, c->task, addr);
  pni_proactor_launch(c->task);
}

void pn_proactor_connect(pn_proactor_t *proactor, pn_connection_t *connection, const char *addr) {
  pn_proactor_connect2(proactor, connection, NULL, addr);
}

void pn_proactor_import_socket(
    pn_proactor_t *proactor, pn_connection_t *connection, pn_transport_t *transport, pn_socket_t fd) {
  struct pni_connection *const c = begin(proactor, connection, transport);
  if (!c) {
    (void)close(fd);
    return;
  }
  pn_connection_open(c->driver.connection);
  pni_socket_adopt(&c->socket, c->task, fd);
  pni_proactor_launch(c->task);
}

void pni_connection_accepted(pn_proactor_t *proactor, pn_connection_t *conn, pn_transport_t *transport,
    const struct pni_accepted *accepted, int error, const char *text) {
  if (!transport) transport = pn_transport();
  if (transport) pn_transport_set_server(transport);
  struct pni_connection *const c = begin(proactor, conn, transport);
  if (c) c->awaits_open = true;
  if (!c) {
    if (accepted->fd >= 0) (void)close(accepted->fd);
    return;
  }
  pni_socket_accept(&c->socket, c->task, accepted, error, text);
  pni_proactor_launch(c->task);
}

/* What others do with it. */

struct pni_task *pni_connection_task(pn_connection_t *conn, uint32_t *generation) {
  if (!conn) return NULL;
  struct pni_host *const host = pni_connection_host(conn);
  *generation = (uint32_t)host->generation;
  return host->place;
}

struct pni_connection *pni_connection_of(pn_connection_t *conn) {
  uint32_t generation;
  struct pni_task *const task = pni_connection_task(conn, &generation);
  return task ? task->object : NULL;
}

void pn_connection_wake(pn_connection_t *connection) {
  uint32_t generation;
  struct pni_task *const task = pni_connection_task(connection, &generation);
  if (task) pni_task_wake(task, generation);
}

pn_proactor_t *pn_connection_proactor(pn_connection_t *connection) {
  uint32_t generation;
  struct pni_task *const task = pni_connection_task(connection, &generation);
  return task ? task->proactor : NULL;
}

/* Its socket is closed, and its task buried, when the caller is done with the batch. */
void pn_proactor_release_connection(pn_connection_t *connection) {
  struct pni_connection *const c = pni_connection_of(connection);
  if (!c) return;
  pni_connection_close_work(connection);
  leave(connection, c->task);
  (void)pni_task_die(c->task); /* before the transport goes: a heartbeat may be on its way through it */
  (void)pn_connection_driver_release_connection(&c->driver);
}

void pn_connection_write_flush(pn_connection_t *connection) {
  struct pni_connection *const c = pni_connection_of(connection);
  if (c) pni_connection_flush(c);
}

const pn_netaddr_t *pni_transport_address(pn_transport_t *transport, bool remote) {
  pn_connection_t *const conn = transport ? pn_transport_connection(transport) : NULL;
  struct pni_connection *const c = pni_connection_of(conn);
  return c ? pni_socket_address(&c->socket, c->task, remote) : NULL;
}
