/* socket.c: names become addresses, addresses are tried one after the other, and one becomes a connected socket.
 *
 * Readiness is kept in `readable` and `writable`: the poller's bits were taken off the word before any system call is made, and
 * what they said holds until a call says EAGAIN, or is short while no hang-up has been seen.
 *
 * Runs in the thread that holds the task. */
#include "proactor/socket.h"

#include "proactor/proactor.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DRAIN_BYTES = 256 * 1024 }; /* thrown away when it is closed */

/* What goes wrong. */

void pni_socket_fail(struct pni_socket *socket, int error, const char *where) {
  socket->stage = PNI_CUT;
  socket->error = error;
  socket->where = where;
}

static void fail_name(struct pni_socket *socket, int error) {
  socket->of_name = true;
  pni_socket_fail(socket, error, "connect to");
}

const char *pni_socket_peer(
    struct pni_socket *socket, const struct pni_task *task, char room[PNI_SOCKET_TEXT]) {
  if (socket->text) return socket->text;
  *room = '\0';
  (void)pn_netaddr_str(pni_socket_address(socket, task, true), room, PNI_SOCKET_TEXT);
  return room;
}

void pni_socket_explain(struct pni_socket *socket, const struct pni_task *task, char text[PNI_SOCKET_FAULT]) {
  char room[PNI_SOCKET_TEXT], reason[128];
  const char *const said =
      socket->of_name ? gai_strerror(socket->error) : strerror_r(socket->error, reason, sizeof reason);
  (void)snprintf(
      text, PNI_SOCKET_FAULT, "%s - %s %s", said, socket->where, pni_socket_peer(socket, task, room));
}

/* Connecting. */

static void set_options(int fd) {
  const int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* what is no TCP has no delay */
}

static void drop_lookup(struct pni_socket *socket) {
  pni_lookup_drop(socket->lookup);
  socket->lookup = NULL;
  socket->candidate = NULL;
}

static void connected(struct pni_socket *socket) {
  const struct addrinfo *const to = socket->candidate;
  if (to) pni_short_address_set(&socket->remote, to->ai_addr, to->ai_addrlen);
  drop_lookup(socket);
  socket->stage = PNI_CONNECTED;
  socket->writable = true; /* whether there is something to read the poller tells */
}

/* A new attempt. 0: it is under way, or else an errno. */
static int attempt(const struct addrinfo *to, struct pni_task *task) {
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
static void try_candidates(struct pni_socket *socket, struct pni_task *task, int error) {
  const bool at_once = error == 0;
  while (socket->candidate) {
    socket->writable = socket->hangup = false;
    error = attempt(socket->candidate, task);
    if (!error) return;
    socket->candidate = socket->candidate->ai_next;
  }
  pni_socket_fail(socket, error, at_once ? "on connect" : "disconnected");
}

static void resolved(struct pni_socket *socket, struct pni_task *task) {
  if (socket->lookup->error) {
    fail_name(socket, socket->lookup->error);
    return;
  }
  socket->stage = PNI_CONNECTING;
  socket->candidate = socket->lookup->found;
  try_candidates(socket, task, 0);
}

/* Asking to connect once more tells how the attempt stands; a bit may have come from a socket that was there before. */
static void look_at_attempt(struct pni_socket *socket, struct pni_task *task) {
  const struct addrinfo *const to = socket->candidate;
  if (connect(task->fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EISCONN) {
    connected(socket);
    return;
  }
  if (errno == EALREADY || errno == EINTR) {
    socket->writable = socket->hangup = false;
    return;
  }
  const int error = errno;
  pni_socket_close(task, false);
  socket->candidate = to->ai_next;
  try_candidates(socket, task, error);
}

void pni_socket_go_on(struct pni_socket *socket, struct pni_task *task) {
  if (socket->stage == PNI_RESOLVING) {
    if (socket->error)
      socket->stage = PNI_CUT;
    else if (socket->lookup->done)
      resolved(socket, task);
  }
  if (socket->stage == PNI_CONNECTING && (socket->writable || socket->hangup)) look_at_attempt(socket, task);
}

void pni_socket_note(struct pni_socket *socket, unsigned bits) {
  if (bits & PNI_TASK_READABLE) socket->readable = true;
  if (bits & PNI_TASK_WRITABLE) socket->writable = true;
  if (bits & PNI_TASK_HANGUP) socket->hangup = true;
}

/* How it begins. A fault is kept for the task's first turn. */

static void fail_later(struct pni_socket *socket) { socket->stage = PNI_RESOLVING; }

void pni_socket_connect(struct pni_socket *socket, struct pni_task *task, const char *address) {
  int error;
  if (!address) address = "";
  socket->text = strdup(address);
  socket->stage = PNI_RESOLVING;
  socket->lookup = pni_lookup_start(task, address, false, &error);
  if (socket->lookup) return;
  fail_name(socket, error);
  fail_later(socket);
}

/* It does not block. */
static void use(struct pni_socket *socket, struct pni_task *task, int fd) {
  set_options(fd);
  task->fd = fd;
  connected(socket);
  const int error = pni_poller_add(&task->proactor->poller, fd, pni_task_ticket(task));
  if (!error) return;
  pni_socket_fail(socket, error, "pn_listener_accept");
  fail_later(socket);
}

void pni_socket_adopt(struct pni_socket *socket, struct pni_task *task, int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && !(flags & O_NONBLOCK)) (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  use(socket, task, fd);
}

void pni_socket_accept(struct pni_socket *socket, struct pni_task *task, const struct pni_accepted *accepted,
    int error, const char *text) {
  if (accepted->fd >= 0) {
    socket->remote = accepted->remote;
    use(socket, task, accepted->fd);
  } else {
    socket->text = strdup(text);
    pni_socket_fail(socket, error, "pn_listener_accept");
    fail_later(socket);
  }
}

/* What it is used for. */

_Static_assert(sizeof(struct pni_piece) == sizeof(struct iovec), "pieces are laid out as struct iovec");

ssize_t pni_socket_send(const struct pni_task *task, struct pni_piece *pieces, size_t count, int flags) {
  flags |= MSG_NOSIGNAL;
  if (count == 1) return send(task->fd, pieces->base, pieces->size, flags);
  const struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
  return sendmsg(task->fd, &message, flags);
}

ssize_t pni_socket_receive(const struct pni_task *task, struct pni_piece *pieces, size_t count) {
  if (count == 1) return recv(task->fd, pieces->base, pieces->size, 0);
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
  return recvmsg(task->fd, &message, 0);
}

const pn_netaddr_t *pni_socket_address(struct pni_socket *socket, const struct pni_task *task, bool remote) {
  pn_netaddr_t *addresses = socket->addresses;
  if (!addresses) addresses = socket->addresses = calloc(2, sizeof *addresses);
  if (!addresses) return NULL;
  if (addresses[0].size == 0 || addresses[1].size == 0)
    pni_netaddr_of_socket(&addresses[0], &addresses[1], task->fd, &socket->remote);
  return &addresses[remote];
}

/* How it ends. */

static void throw_away(int fd) {
  char bytes[4096];
  size_t left = DRAIN_BYTES;
  ssize_t got;
  do {
    got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    left -= got > 0 ? (size_t)got : 0;
  } while (got > 0 && left > sizeof bytes);
}

void pni_socket_close(struct pni_task *task, bool drain) {
  if (task->fd < 0) return;
  if (drain) throw_away(task->fd);
  (void)close(task->fd);
  task->fd = -1;
}

void pni_socket_clear(struct pni_socket *socket) {
  drop_lookup(socket);
  free(socket->addresses);
  free(socket->text);
}
