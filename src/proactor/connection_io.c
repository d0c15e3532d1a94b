/* connection_io.c: connecting, reading, writing, keep-alives, and what goes wrong with a socket.
 *
 * A round writes what is owed before it reads: it comes when all events have been handled, and their answers go first. Readiness is
 * kept in `readable` and `writable`: the poller's bits were taken off the word before any system call here is made, and what they
 * said holds until a call says EAGAIN, or is short while no hang-up has been seen.
 *
 * Runs in the thread that holds the task, under the writer's lock. */
#include "proactor/connection_io.h"

#include "base/compiler.h"
#include "engine/pieces.h"
#include "proactor/heartbeat.h"
#include "proactor/proactor.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <proton/connection.h>
#include <proton/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
  BATCH_BYTES = 256 * 1024, /* read in one batch */
  LINGER_BYTES = 256 * 1024 /* thrown away so that the peer gets to read why it was cut off */
};

_Static_assert(sizeof(struct pni_piece) == sizeof(struct iovec), "pieces are laid out as struct iovec");

/* What goes wrong. */

enum { ADDRESS_SIZE = NI_MAXHOST + NI_MAXSERV };

/* The other end: as the application has called it, or in numbers, in `room`. */
static const char *peer_text(struct pni_connection *c, char *room) {
  if (c->text) return c->text;
  *room = '\0';
  (void)pn_netaddr_str(pni_transport_address(c->driver.transport, true), room, ADDRESS_SIZE);
  return room;
}

/* The connection ends, with proton:io. */
static void cut(struct pni_connection *c, const char *reason, const char *where) {
  char room[ADDRESS_SIZE];
  c->stage = PNI_CUT;
  pn_connection_driver_errorf(&c->driver, "proton:io", "%s - %s %s", reason, where, peer_text(c, room));
  pn_connection_driver_close(&c->driver);
}

static void cut_by_errno(struct pni_connection *c, int error, const char *where) {
  char text[128];
  cut(c, strerror_r(error, text, sizeof text), where);
}

/* Where the engine has found that the peer is gone or silent: which peer, it does not know. */
static void name_peer(struct pni_connection *c) {
  char room[ADDRESS_SIZE];
  pn_condition_t *const condition = pn_transport_condition(c->driver.transport);
  const char *const description = pn_condition_get_description(condition);
  const char *const peer = peer_text(c, room);
  if (!pn_condition_is_set(condition) || !description || strstr(description, peer)) return;
  char *const name = strdup(pn_condition_get_name(condition)), *const said = strdup(description);
  if (name && said) (void)pn_condition_format(condition, name, "%s - %s", said, peer);
  free(name);
  free(said);
}

void pni_connection_unresolved(struct pni_connection *c, int error) {
  c->stage = PNI_RESOLVING;
  c->unresolved = error;
}

void pni_connection_not_accepted(struct pni_connection *c, int error, const char *text) {
  c->stage = PNI_RESOLVING;
  c->no_socket = error;
  if (!c->text) c->text = strdup(text);
}

/* Connecting. */

static void set_options(int fd) {
  const int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* what is no TCP has no delay */
}

static void connected(struct pni_connection *c) {
  if (c->candidate) pni_short_address_set(&c->remote, c->candidate->ai_addr, c->candidate->ai_addrlen);
  c->candidate = NULL;
  pni_lookup_drop(c->lookup);
  c->lookup = NULL;
  c->stage = PNI_CONNECTED;
  c->readable = c->writable = true;
}

/* A new attempt. 0: it is under way, or else an errno. */
static int attempt(struct pni_connection *c) {
  const struct addrinfo *const to = c->candidate;
  struct pni_task *const task = c->task;
  int error = 0;
  const int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
  if (fd < 0) return errno;
  set_options(fd);
  if (connect(fd, to->ai_addr, to->ai_addrlen) != 0 && errno != EINPROGRESS) error = errno;
  if (!error) error = pni_poller_add(&task->proactor->poller, fd, pni_task_ticket(task));
  if (error)
    (void)close(fd);
  else
    task->fd = fd;
  return error;
}

/* Try the candidates from this one on; `error` is why the one before failed. */
static void try_candidates(struct pni_connection *c, int error) {
  const bool at_once = error == 0;
  while (c->candidate) {
    c->writable = c->hangup = false;
    error = attempt(c);
    if (!error) return;
    c->candidate = c->candidate->ai_next;
  }
  cut_by_errno(c, error, at_once ? "on connect" : "disconnected");
}

static void resolved(struct pni_connection *c) {
  if (c->lookup->error) {
    cut(c, gai_strerror(c->lookup->error), "connect to");
    return;
  }
  c->stage = PNI_CONNECTING;
  c->candidate = c->lookup->found;
  try_candidates(c, 0);
}

/* Asking to connect once more tells how the attempt stands; a bit may have come from a socket that was there before. */
static void look_at_attempt(struct pni_connection *c) {
  struct pni_task *const task = c->task;
  if (connect(task->fd, c->candidate->ai_addr, c->candidate->ai_addrlen) == 0 || errno == EISCONN) {
    connected(c);
    return;
  }
  if (errno == EALREADY || errno == EINTR) {
    c->writable = c->hangup = false;
    return;
  }
  const int error = errno;
  (void)close(task->fd);
  task->fd = -1;
  c->candidate = c->candidate->ai_next;
  try_candidates(c, error);
}

static void go_on_connecting(struct pni_connection *c) {
  char text[128];
  if (c->stage == PNI_RESOLVING) {
    if (c->unresolved)
      cut(c, gai_strerror(c->unresolved), "connect to");
    else if (c->no_socket)
      cut(c, strerror_r(c->no_socket, text, sizeof text), "pn_listener_accept");
    else if (c->lookup->done)
      resolved(c);
  }
  if (c->stage == PNI_CONNECTING && (c->writable || c->hangup)) look_at_attempt(c);
}

void pni_connection_use_socket(struct pni_connection *c, int fd) {
  struct pni_task *const task = c->task;
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && !(flags & O_NONBLOCK)) (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  set_options(fd);
  task->fd = fd;
  connected(c);
  const int error = pni_poller_add(&task->proactor->poller, fd, pni_task_ticket(task));
  if (!error) return;
  c->no_socket = error;
  c->stage = PNI_RESOLVING;
}

/* Writing. */

static ssize_t send_pieces(int fd, struct pni_piece *pieces, size_t count) {
  if (count == 1) return send(fd, pieces->base, pieces->size, MSG_NOSIGNAL);
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* Whether the output has ended: our side of the stream does then, too. */
static void shut_if_over(struct pni_connection *c) {
  if (c->shut || !pn_connection_driver_write_closed(&c->driver)) return;
  c->shut = true;
  (void)shutdown(c->task->fd, SHUT_WR);
}

static void write_out(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  struct pni_piece pieces[PNI_PIECES];
  size_t count = 0;
  if (!pni_heartbeat_finish(c->task)) c->writable = false;
  while (c->writable && (count = pni_transport_gather(transport, pieces, PNI_PIECES)) > 0) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += pieces[i].size;
    const ssize_t sent = send_pieces(c->task->fd, pieces, count);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        c->writable = false;
        break;
      }
      cut_by_errno(c, errno, c->hangup ? "disconnected" : "on write to");
      return;
    }
    pni_transport_written(transport, (size_t)sent);
    if ((size_t)sent < size && !c->hangup) c->writable = false;
  }
  c->task->flushed = c->writable;
  shut_if_over(c);
}

/* Reading. */

static ssize_t receive_pieces(int fd, struct pni_piece *pieces, size_t count) {
  if (count == 1) return recv(fd, pieces->base, pieces->size, 0);
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
  return recvmsg(fd, &message, 0);
}

static void read_in(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  struct pni_piece pieces[PNI_PIECES];
  const size_t count = pni_transport_room(transport, pieces, PNI_PIECES);
  size_t size = 0;
  if (count == 0) {
    c->readable = false; /* nothing more is to be read */
    return;
  }
  for (size_t i = 0; i < count; i++) size += pieces[i].size;
  const ssize_t received = receive_pieces(c->task->fd, pieces, count);
  if (received > 0) {
    c->bytes += (uint32_t)received;
    if ((size_t)received < size && !c->hangup) c->readable = false;
    pni_transport_filled(transport, (size_t)received);
    return;
  }
  const int error = received == 0 ? 0 : errno;
  if (error == EINTR) return;
  c->readable = false;
  pni_transport_filled(transport, 0);
  if (received == 0) {
    pn_connection_driver_read_close(&c->driver);
    name_peer(c);
  } else if (error != EAGAIN) {
    cut_by_errno(c, error, c->hangup ? "disconnected" : "on read from");
  }
}

static bool may_read(const struct pni_connection *c) {
  return c->stage == PNI_CONNECTED && c->readable && c->bytes < BATCH_BYTES;
}

/* Time: the peer's silence and our own. [2.4.5] What it has said must have been read before. */

static void tick(struct pni_connection *c) {
  pn_transport_t *const transport = c->driver.transport;
  const pn_millis_t remote = pn_transport_get_remote_idle_timeout(transport);
  if (remote == 0 && pn_transport_get_idle_timeout(transport) == 0) return;
  c->task->heartbeat_every = pn_transport_is_encrypted(transport) ? 0 : (remote + 1) / 2;
  pni_task_want_timer(c->task, pn_transport_tick(transport, pni_now_ms()));
  if (PNI_UNLIKELY(pn_connection_driver_read_closed(&c->driver))) name_peer(c);
}

/* The condition is that of pn_proactor_disconnect. */
static void disconnect(struct pni_connection *c) {
  if (c->stage == PNI_CUT) return;
  c->stage = PNI_CUT;
  pni_proactor_copy_condition(c->task->proactor, pn_transport_condition(c->driver.transport));
  pn_connection_driver_close(&c->driver);
}

bool pni_connection_round(struct pni_connection *c, unsigned bits) {
  if (PNI_UNLIKELY(bits & PNI_TASK_DISCONNECT)) disconnect(c);
  if (PNI_UNLIKELY(c->stage < PNI_CONNECTED)) go_on_connecting(c);
  if (c->stage != PNI_CONNECTED) return false;
  if (bits & PNI_TASK_TIMER) c->readable = true;
  write_out(c);
  const bool reads = may_read(c);
  if (reads) read_in(c);
  if (c->stage != PNI_CONNECTED || pn_connection_driver_has_event(&c->driver)) return true;
  if (may_read(c)) return true;
  tick(c);
  if (reads || (bits & PNI_TASK_TIMER))
    write_out(c); /* a flow of the session opens its window without an event */
  return false;
}

void pni_connection_flush(struct pni_connection *c) {
  if (c->stage != PNI_CONNECTED || pni_task_state(c->task->word) == PNI_TASK_LAST) return;
  pni_task_lock_writer(c->task);
  write_out(c);
  pni_task_unlock_writer(c->task);
}

bool pni_connection_wants_round(struct pni_connection *c) {
  return c->driver.connection && c->stage == PNI_CONNECTED && c->readable;
}

/* Data that nobody reads would make the kernel reset the connection, and the peer might never see our last frame. */
static void drain(int fd) {
  char bytes[4096];
  size_t left = LINGER_BYTES;
  ssize_t got;
  do {
    got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    left -= got > 0 ? (size_t)got : 0;
  } while (got > 0 && left > sizeof bytes);
}

void pni_connection_hang_up(struct pni_connection *c) {
  struct pni_task *const task = c->task;
  if (task->fd < 0) return;
  if (c->shut && pn_condition_is_set(pn_transport_condition(c->driver.transport))) drain(task->fd);
  (void)close(task->fd);
  task->fd = -1;
}
