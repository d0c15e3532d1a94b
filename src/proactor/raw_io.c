/* raw_io.c: what moves through a raw connection's socket, and how it is noticed that nothing will any more.
 *
 * All buffers that are there go into one system call, so that there is nothing to cork between them; MSG_MORE is for what the end of
 * our stream follows, which then goes with it.
 *
 * The end of the peer's stream is a read of nothing. Without buffers to read into, it is looked for when the peer has hung up, and
 * found if nothing waits to be read: what does has to be read first. An error ends everything at once, whatever waits.
 *
 * Runs in the thread that holds the task. */
#include "base/compiler.h"
#include "proactor/proactor.h"
#include "proactor/raw_connection.h"
#include <errno.h>
#include <sys/socket.h>

enum { BATCH_BYTES = 256 * 1024 }; /* read in one batch */

bool pni_raw_is_over(const pn_raw_connection_t *raw) {
  return raw->read_closed && raw->write_closed &&
         (raw->socket.stage == PNI_CUT || pni_raw_unused(&raw->writes) == 0);
}

/* What goes wrong. */

/* Both sides close, and what was not written will not be. */
static void cut(pn_raw_connection_t *raw) {
  raw->socket.stage = PNI_CUT;
  raw->read_closed = raw->write_closed = true;
}

static void tell_why(pn_raw_connection_t *raw) {
  char text[PNI_SOCKET_FAULT];
  pni_socket_explain(&raw->socket, raw->task, text);
  (void)pn_condition_format(raw->condition, "proton:io", "%s", text);
  cut(raw);
}

static void fail(pn_raw_connection_t *raw, int error, const char *where) {
  pni_socket_fail(&raw->socket, error, raw->socket.hangup ? "async disconnect" : where);
  tell_why(raw);
}

/* Connecting. What never was open is not told to be closed, unless the application has closed it. */
static void go_on_connecting(pn_raw_connection_t *raw) {
  pni_socket_go_on(&raw->socket, raw->task);
  if (raw->socket.stage == PNI_CONNECTED) {
    raw->tell_connected = true;
  } else if (raw->socket.stage == PNI_CUT) {
    raw->told_read_closed |= !raw->read_closed;
    raw->told_write_closed |= !raw->write_closed;
    if (raw->socket.lookup && !raw->socket.of_name) raw->socket.where = "on connect";
    tell_why(raw);
  }
}

/* Writing. */

static bool may_write(const pn_raw_connection_t *raw) {
  return raw->socket.stage == PNI_CONNECTED && raw->socket.writable && pni_raw_unused(&raw->writes) > 0;
}

/* Our stream is at its end, and the connection is to go on. */
static bool may_shut(const pn_raw_connection_t *raw) {
  return raw->socket.stage == PNI_CONNECTED && raw->write_closed && !raw->read_closed && !raw->shut &&
         pni_raw_unused(&raw->writes) == 0;
}

/* One gathered write. False: no more can be written now. */
static bool write_some(pn_raw_connection_t *raw) {
  struct pni_socket *const socket = &raw->socket;
  struct pni_piece pieces[PNI_RAW_SLOTS];
  size_t size;
  const size_t count = pni_raw_buffers_data(&raw->writes, pieces, &size);
  const int flags = raw->write_closed && !raw->read_closed ? MSG_MORE : 0;
  const ssize_t sent = count > 0 ? pni_socket_send(raw->task, pieces, count, flags) : 0;
  if (sent >= 0) {
    raw->bytes_sent += (uint64_t)sent;
    pni_raw_buffers_written(&raw->writes, (size_t)sent);
    if (raw->writes.used > 0) raw->tell_written = true;
    if ((size_t)sent < size && !socket->hangup) socket->writable = false;
    return true;
  }
  if (errno == EINTR) return true;
  socket->writable = false;
  if (errno != EAGAIN) fail(raw, errno, "send error");
  return false;
}

static void write_out(pn_raw_connection_t *raw) {
  while (may_write(raw) && write_some(raw)) {}
  if (!may_shut(raw)) return;
  raw->shut = true;
  (void)shutdown(raw->task->fd, SHUT_WR);
}

/* Reading. */

static bool may_read(const pn_raw_connection_t *raw) {
  return raw->socket.stage == PNI_CONNECTED && raw->socket.readable && !raw->read_closed &&
         pni_raw_unused(&raw->reads) > 0;
}

/* The peer has hung up, and it is not known whether there is something to be read before that. */
static bool may_look(const pn_raw_connection_t *raw) {
  return raw->socket.stage == PNI_CONNECTED && raw->socket.hangup && raw->socket.readable &&
         !raw->read_closed && !raw->waits && pni_raw_unused(&raw->reads) == 0;
}

static void end_of_stream(pn_raw_connection_t *raw) {
  raw->ended = raw->read_closed = true;
  raw->socket.readable = false;
  if (pni_raw_unused(&raw->reads) == 0) return;
  pni_raw_buffers_filled(&raw->reads, 0);
  raw->tell_read = true;
}

static void read_failed(pn_raw_connection_t *raw, int error) {
  if (error == EINTR) return;
  raw->socket.readable = false;
  if (error != EAGAIN) fail(raw, error, "recv error");
}

/* One scattered read; where little comes, one of the first buffer, which is cheaper. */
static void read_in(pn_raw_connection_t *raw) {
  struct pni_socket *const socket = &raw->socket;
  struct pni_piece pieces[PNI_RAW_SLOTS];
  size_t size;
  size_t count = pni_raw_buffers_room(&raw->reads, pieces, &size);
  if (raw->scant && count > 1) {
    count = 1;
    size = pieces->size;
  }
  const ssize_t received = pni_socket_receive(raw->task, pieces, count);
  raw->waits = false;
  if (received > 0) {
    raw->bytes += (uint32_t)received;
    raw->bytes_received += (uint64_t)received;
    pni_raw_buffers_filled(&raw->reads, (size_t)received);
    raw->scant = (size_t)received < pieces->size;
    raw->tell_read = true;
    if ((size_t)received < size && !socket->hangup) socket->readable = false;
  } else if (received == 0) {
    end_of_stream(raw);
  } else {
    read_failed(raw, errno);
  }
}

/* Look whether the stream has ended, without a buffer. */
static void look_for_the_end(pn_raw_connection_t *raw) {
  char octet;
  const ssize_t there = recv(raw->task->fd, &octet, sizeof octet, MSG_PEEK);
  if (there > 0)
    raw->waits = true;
  else if (there == 0)
    end_of_stream(raw);
  else
    read_failed(raw, errno);
}

/* A reset is told even where something waits that nobody reads. */
static void look_for_an_error(pn_raw_connection_t *raw) {
  int error = 0;
  socklen_t size = sizeof error;
  raw->look = raw->waits = false;
  if (may_read(raw)) return; /* which tells it, after what had come before */
  if (getsockopt(raw->task->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
    fail(raw, error, "async disconnect");
}

static void disconnect(pn_raw_connection_t *raw) {
  raw->disconnect = false;
  if (raw->socket.stage == PNI_CUT) return;
  if (raw->socket.stage < PNI_CONNECTED) {
    raw->told_read_closed |= !raw->read_closed;
    raw->told_write_closed |= !raw->write_closed;
  }
  pni_proactor_copy_condition(raw->task->proactor, raw->condition);
  cut(raw);
}

void pni_raw_io(pn_raw_connection_t *raw) {
  raw->arrived = false;
  if (PNI_UNLIKELY(raw->disconnect)) disconnect(raw);
  if (pni_raw_is_over(raw)) return;
  if (PNI_UNLIKELY(raw->socket.stage < PNI_CONNECTED)) {
    go_on_connecting(raw);
    return;
  }
  if (PNI_UNLIKELY(raw->look)) look_for_an_error(raw);
  write_out(raw);
  while (may_read(raw) && raw->bytes < BATCH_BYTES) read_in(raw);
  if (PNI_UNLIKELY(may_look(raw))) look_for_the_end(raw);
}

bool pni_raw_wants_io(const pn_raw_connection_t *raw) {
  return raw->arrived || may_write(raw) || may_shut(raw) || may_read(raw) || may_look(raw);
}
