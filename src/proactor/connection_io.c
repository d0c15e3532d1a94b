/* connection_io.c: reading, writing, keep-alives, and what goes wrong with a connection's socket.
 *
 * A round writes what is owed before it reads: it comes when all events have been handled, and their answers go first.
 *
 * Runs in the thread that holds the task, under the writer's lock. */
#include "proactor/connection_io.h"

#include "base/compiler.h"
#include "engine/host.h"
#include "engine/pieces.h"
#include "proactor/heartbeat.h"
#include "proactor/proactor.h"
#include <errno.h>
#include <proton/connection.h>
#include <proton/transport.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH_BYTES = 256 * 1024 }; /* read in one batch */

/* What goes wrong. */

/* The connection ends, with proton:io, for what went wrong with the socket. */
static void cut(struct pni_connection *c) {
  char text[PNI_SOCKET_FAULT];
  pni_socket_explain(&c->socket, c->task, text);
  pn_connection_driver_errorf(&c->driver, "proton:io", "%s", text);
  pn_connection_driver_close(&c->driver);
}

static void fail(struct pni_connection *c, int error, const char *where) {
  pni_socket_fail(&c->socket, error, where);
  cut(c);
}

/* Where the engine has found that the peer is gone or silent: which peer, it does not know. */
static void name_peer(struct pni_connection *c) {
  char room[PNI_SOCKET_TEXT];
  pn_condition_t *const condition = pn_transport_condition(c->driver.transport);
  const char *const description = pn_condition_get_description(condition);
  const char *const peer = pni_socket_peer(&c->socket, c->task, room);
  if (!pn_condition_is_set(condition) || !description || strstr(description, peer)) return;
  char *const name = strdup(pn_condition_get_name(condition)), *const said = strdup(description);
  if (name && said) (void)pn_condition_format(condition, name, "%s - %s", said, peer);
  free(name);
  free(said);
}

/* Writing. */

/* Whether the output has ended: our side of the stream does then, too. */
static void shut_if_over(struct pni_connection *c) {
  if (c->shut || c->heartbeat || !pn_connection_driver_write_closed(&c->driver)) return;
  c->shut = true;
  (void)shutdown(c->task->fd, SHUT_WR);
}

/* Until nothing is owed, or the socket takes no more. */
static void write_out(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  struct pni_piece pieces[PNI_PIECES];
  c->owes = true;
  while (c->owes && c->socket.writable) {
    size_t size = 0, count = pni_heartbeat_piece(c, pieces);
    count += pni_transport_gather(transport, pieces + count, PNI_PIECES - count);
    for (size_t i = 0; i < count; i++) size += pieces[i].size;
    if (count == 0) {
      c->owes = false;
      break;
    }
    const ssize_t sent = pni_socket_send(c->task, pieces, count, 0);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        c->socket.writable = false;
        break;
      }
      fail(c, errno, c->socket.hangup ? "disconnected" : "on write to");
      return;
    }
    c->owes = pni_transport_written(transport, pni_heartbeat_written(c, (size_t)sent)) || c->heartbeat;
    if ((size_t)sent < size && !c->socket.hangup) c->socket.writable = false;
  }
  c->flushed = c->socket.writable && pni_transport_speaks(transport);
  shut_if_over(c);
}

/* Reading. */

static void read_in(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  struct pni_piece pieces[PNI_PIECES];
  const size_t count = pni_transport_room(transport, pieces, PNI_PIECES);
  size_t size = 0;
  if (count == 0) {
    c->socket.readable = false; /* nothing more is to be read */
    return;
  }
  for (size_t i = 0; i < count; i++) size += pieces[i].size;
  const ssize_t received = pni_socket_receive(c->task, pieces, count);
  if (received > 0) {
    c->bytes += (uint32_t)received;
    c->owes = true;
    if ((size_t)received < size && !c->socket.hangup) c->socket.readable = false;
    pni_transport_filled(transport, (size_t)received);
    return;
  }
  const int error = received == 0 ? 0 : errno;
  if (error == EINTR) return;
  c->socket.readable = false;
  pni_transport_filled(transport, 0);
  if (received == 0) {
    pn_connection_driver_read_close(&c->driver);
    name_peer(c);
  } else if (error != EAGAIN) {
    fail(c, error, c->socket.hangup ? "disconnected" : "on read from");
  }
}

static bool may_read(const struct pni_connection *c) {
  return c->socket.stage == PNI_CONNECTED && c->socket.readable && c->bytes < BATCH_BYTES;
}

/* Time: the peer's silence and our own. [2.4.5] What it has said must have been read before. */

/* Whether there is a deadline: for the client's open, whatever is to come before that, or by an idle time-out. */
static bool has_deadline(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  if (PNI_UNLIKELY(c->awaits_open)) {
    c->awaits_open = pni_transport_awaits_open(transport);
    if (c->awaits_open) return true;
    pni_task_want_timer(c->task, 0);
  }
  return pn_transport_get_remote_idle_timeout(transport) != 0 ||
         pn_transport_get_idle_timeout(transport) != 0;
}

static void tick(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  if (!has_deadline(c)) return;
  const pn_millis_t remote = pn_transport_get_remote_idle_timeout(transport);
  c->task->heartbeat_every = (remote + 1) / 2;
  pni_task_want_timer(c->task, pn_transport_tick(transport, pni_now_ms()));
  if (PNI_UNLIKELY(pn_connection_driver_read_closed(&c->driver))) name_peer(c);
}

/* The condition is that of pn_proactor_disconnect. */
static void disconnect(struct pni_connection *c) {
  if (c->socket.stage == PNI_CUT) return;
  c->socket.stage = PNI_CUT;
  pni_proactor_copy_condition(c->task->proactor, pn_transport_condition(c->driver.transport));
  pn_connection_driver_close(&c->driver);
}

bool pni_connection_round(struct pni_connection *c, unsigned bits) {
  if (PNI_UNLIKELY(bits & PNI_TASK_DISCONNECT)) disconnect(c);
  if (PNI_UNLIKELY(c->socket.stage < PNI_CONNECTED)) {
    pni_socket_go_on(&c->socket, c->task);
    if (c->socket.stage == PNI_CUT) cut(c);
  }
  if (c->socket.stage != PNI_CONNECTED) return false;
  if (bits & PNI_TASK_TIMER) c->socket.readable = true;
  if (bits & PNI_TASK_ANSWER) c->owes = true;
  if (c->owes) write_out(c);
  if (may_read(c)) read_in(c);
  if (c->socket.stage != PNI_CONNECTED || pn_connection_driver_has_event(&c->driver)) return true;
  if (may_read(c)) return true;
  tick(c);
  if ((bits & PNI_TASK_TIMER) || (c->owes && c->socket.writable))
    write_out(c); /* a flow of the session opens its window without an event */
  return false;
}

void pni_connection_flush(struct pni_connection *c) {
  if (c->socket.stage != PNI_CONNECTED || pni_task_state(c->task->word) == PNI_TASK_LAST) return;
  pni_task_lock_writer(c->task);
  write_out(c);
  pni_task_unlock_writer(c->task);
}

bool pni_connection_wants_round(struct pni_connection *c) {
  return c->driver.connection && c->socket.stage == PNI_CONNECTED && c->socket.readable;
}

/* A peer that was cut off gets to read why. */
void pni_connection_hang_up(struct pni_connection *c) {
  pni_socket_close(c->task, c->shut && pn_condition_is_set(pn_transport_condition(c->driver.transport)));
}
