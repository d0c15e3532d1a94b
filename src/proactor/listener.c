/* listener.c: sockets that accept, as a task.
 *
 * Sockets are accepted ahead of the application, up to AHEAD of them, and each is told with one PN_LISTENER_ACCEPT. Where file
 * descriptors run out, one that the proactor keeps in reserve is used to take those that wait and hang up on them, so that they do
 * not wait in vain; then accepting pauses for a moment.
 *
 * The application owns a listener until it gives it to a proactor; it is freed when PN_LISTENER_CLOSE has been handled. All but
 * pn_listener_close is the holder's. */
#include "proactor/listener.h"

#include "base/class.h"
#include "engine/owner.h"
#include "proactor/connection.h"
#include "proactor/netaddr.h"
#include "proactor/proactor.h"
#include "proactor/raw_connection.h"
#include <errno.h>
#include <netinet/in.h>
#include <proton/condition.h>
#include <proton/object.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  AHEAD = 64,        /* accepted and not yet asked for */
  PAUSE = 50,        /* milliseconds without a look, where there are no descriptors */
  SHED_AT_ONCE = 128 /* hung up on before each pause */
};

struct pn_listener_t {
  struct pni_task *task;  /* NULL until it is given to a proactor */
  struct pni_owner owner; /* of the batch */
  pn_collector_t *collector;
  pn_condition_t *condition;
  pn_record_t *attachments;
  void *context;
  char *text; /* the address as the application wrote it */
  struct pni_lookup *lookup;
  int backlog;
  int unresolved;
  int *sockets;
  pn_netaddr_t *addresses; /* of the sockets */
  size_t socket_count;
  bool readable; /* a socket may have connections that wait */
  bool closed;
  unsigned accepted_first, accepted_count,
      told; /* of `accepted`, a ring; and for how many an event was handed out */
  struct pni_accepted accepted[AHEAD];
};

const pn_class_t pni_listener_class = {.name = "pn_listener", .cid = CID_pn_listener};

static void put(pn_listener_t *listener, pn_event_type_t type) {
  (void)pn_collector_put(listener->collector, &pni_listener_class, listener, type);
}

/* Closing. */

static void close_sockets(pn_listener_t *listener) {
  for (size_t i = 0; listener->sockets && i < listener->socket_count; i++) {
    if (listener->sockets[i] >= 0) (void)close(listener->sockets[i]);
    listener->sockets[i] = -1;
  }
  while (listener->accepted_count > 0) {
    (void)close(listener->accepted[listener->accepted_first].fd);
    listener->accepted_first = (listener->accepted_first + 1) % AHEAD;
    listener->accepted_count--;
  }
}

static void end(pn_listener_t *listener) {
  if (listener->closed) return;
  listener->closed = true;
  listener->told = 0;
  close_sockets(listener);
  put(listener, PN_LISTENER_CLOSE);
}

static void fail(pn_listener_t *listener, const char *reason, const char *what) {
  (void)pn_condition_format(listener->condition, "proton:io", "%s - %s %s", reason, what, listener->text);
  end(listener);
}

static void fail_by_errno(pn_listener_t *listener, int error, const char *what) {
  char text[128];
  fail(listener, strerror_r(error, text, sizeof text), what);
}

/* Opening. */

/* The port that the system chose for the first socket is that of the others, too. */
static void choose_port(struct sockaddr *address, in_port_t chosen) {
  if (address->sa_family == AF_INET && ((struct sockaddr_in *)address)->sin_port == 0)
    ((struct sockaddr_in *)address)->sin_port = chosen;
  else if (address->sa_family == AF_INET6 && ((struct sockaddr_in6 *)address)->sin6_port == 0)
    ((struct sockaddr_in6 *)address)->sin6_port = chosen;
}

static in_port_t port_of(const pn_netaddr_t *address) {
  return address->address.any.sa_family == AF_INET ? address->address.v4.sin_port
                                                   : address->address.v6.sin6_port;
}

/* A socket that listens; negative: minus an errno. */
static int open_socket(const struct addrinfo *at, int backlog) {
  const int on = 1;
  const int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
  if (fd < 0) return -errno;
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at->ai_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, backlog) == 0) return fd;
  const int error = errno;
  (void)close(fd);
  return -error;
}

/* One more of the listener's; 0 or an errno. */
static int add_socket(pn_listener_t *listener, struct addrinfo *at) {
  const size_t count = listener->socket_count;
  pn_netaddr_t *const address = &listener->addresses[count];
  if (count > 0) choose_port(at->ai_addr, port_of(&listener->addresses[0]));
  const int fd = open_socket(at, listener->backlog);
  if (fd < 0) return -fd;
  address->size = sizeof address->address;
  if (getsockname(fd, &address->address.any, &address->size) != 0) address->size = 0;
  const int error = pni_poller_add(&listener->task->proactor->poller, fd, pni_task_ticket(listener->task));
  if (error) {
    (void)close(fd);
    return error;
  }
  if (count > 0) listener->addresses[count - 1].next = address;
  listener->sockets[listener->socket_count++] = fd;
  return 0;
}

static void open_sockets(pn_listener_t *listener) {
  size_t count = 1; /* at the least: no name has none */
  int error = 0;
  for (const struct addrinfo *at = listener->lookup->found; at && at->ai_next; at = at->ai_next) count++;
  listener->sockets = calloc(count, sizeof *listener->sockets);
  listener->addresses = calloc(count, sizeof *listener->addresses);
  if (!listener->sockets || !listener->addresses) {
    fail_by_errno(listener, ENOMEM, "listen on");
    return;
  }
  for (struct addrinfo *at = listener->lookup->found; at; at = at->ai_next) {
    const int failed = add_socket(listener, at);
    if (failed) error = failed;
  }
  if (listener->socket_count == 0)
    fail_by_errno(listener, error, "listen on");
  else
    put(listener, PN_LISTENER_OPEN);
}

static void resolved(pn_listener_t *listener) {
  if (listener->lookup->error)
    fail(listener, gai_strerror(listener->lookup->error), "listen on");
  else
    open_sockets(listener);
  pni_lookup_drop(listener->lookup);
  listener->lookup = NULL;
}

/* Accepting. */

static int accept_one(int socket, struct pni_accepted *accepted) {
  struct sockaddr_storage from;
  socklen_t size = sizeof from;
  accepted->fd = accept4(socket, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted->fd < 0) return errno;
  pni_short_address_set(&accepted->remote, (struct sockaddr *)&from, size);
  return 0;
}

/* Errors of the connection that waited, not of the socket that accepts: there may be others. */
static bool is_of_the_peer(int error) {
  switch (error) {
  case EINTR:
  case ECONNABORTED:
  case EPROTO:
  case ENETDOWN:
  case ENOPROTOOPT:
  case EHOSTDOWN:
  case EHOSTUNREACH:
  case EOPNOTSUPP:
  case ENETUNREACH: return true;
  default: return false;
  }
}

static bool is_of_scarcity(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Hang up on those who wait, with the descriptor that was kept for that; then pause. */
static void shed(pn_listener_t *listener, int socket) {
  pn_proactor_t *const proactor = listener->task->proactor;
  struct pni_accepted accepted;
  for (unsigned i = 0; i < SHED_AT_ONCE; i++) {
    if (!pni_proactor_lend_reserve(proactor)) break;
    const int error = accept_one(socket, &accepted);
    if (!error) (void)close(accepted.fd);
    pni_proactor_take_reserve(proactor);
    if (error) break;
  }
  pni_task_want_timer(listener->task, pni_now_ms() + PAUSE);
}

/* Accept from one socket; false: it has no more now. */
static bool accept_from(pn_listener_t *listener, int socket) {
  while (listener->accepted_count < AHEAD) {
    const unsigned at = (listener->accepted_first + listener->accepted_count) % AHEAD;
    const int error = accept_one(socket, &listener->accepted[at]);
    if (error == 0) {
      listener->accepted_count++;
    } else if (error == EAGAIN) {
      return false;
    } else if (is_of_scarcity(error)) {
      shed(listener, socket);
      return false;
    } else if (!is_of_the_peer(error)) {
      fail_by_errno(listener, error, "accept on");
      return false;
    }
  }
  return true;
}

static void accept_all(pn_listener_t *listener) {
  bool more = false;
  for (size_t i = 0; i < listener->socket_count && !listener->closed; i++)
    more |= accept_from(listener, listener->sockets[i]);
  listener->readable = more;
}

/* As a task. */

static void take(pn_listener_t *listener) {
  const unsigned bits = pni_task_take_bits(listener->task);
  if (bits & (PNI_TASK_READABLE | PNI_TASK_TIMER)) listener->readable = true;
  if (listener->closed) return;
  if (bits & PNI_TASK_DISCONNECT) pni_proactor_copy_condition(listener->task->proactor, listener->condition);
  if (bits & (PNI_TASK_DISCONNECT | PNI_TASK_CLOSE))
    end(listener);
  else if (listener->unresolved)
    fail(listener, gai_strerror(listener->unresolved), "listen on");
  else if (listener->lookup && listener->lookup->done)
    resolved(listener);
}

static bool has_event(pn_listener_t *listener) {
  return pn_collector_peek(listener->collector) || listener->told < listener->accepted_count;
}

static bool prepare(struct pni_task *task) {
  pn_listener_t *const listener = task->object;
  listener->told = 0;
  take(listener);
  if (listener->readable && !listener->closed) accept_all(listener);
  return has_event(listener);
}

static pn_event_t *next(struct pni_task *task) {
  pn_listener_t *const listener = task->object;
  if (!pn_collector_peek(listener->collector)) {
    if (listener->readable && !listener->closed && listener->accepted_count == 0) accept_all(listener);
    if (listener->told < listener->accepted_count) {
      listener->told++;
      put(listener, PN_LISTENER_ACCEPT);
    }
  }
  pn_event_t *const event = pn_collector_next(listener->collector);
  if (pn_event_type(event) == PN_LISTENER_CLOSE) (void)pni_task_die(task);
  return event;
}

static bool unfinished(struct pni_task *task) {
  pn_listener_t *const listener = task->object;
  if (pni_task_state(task->word) == PNI_TASK_LAST) return false;
  return pn_collector_peek(listener->collector) || listener->accepted_count > 0 ||
         (listener->readable && !listener->closed);
}

static void free_listener(pn_listener_t *listener) {
  close_sockets(listener);
  pni_lookup_drop(listener->lookup);
  if (listener->collector) pn_collector_free(listener->collector);
  if (listener->condition) pn_condition_free(listener->condition);
  if (listener->attachments) (void)pn_decref(listener->attachments);
  free(listener->sockets);
  free(listener->addresses);
  free(listener->text);
  free(listener);
}

static void destroy(struct pni_task *task) { free_listener(task->object); }

static const struct pni_task_kind kind = {prepare, next, unfinished, NULL, destroy};

pn_listener_t *pni_task_listener(struct pni_task *task) { return task->kind == &kind ? task->object : NULL; }

/* The API. */

pn_listener_t *pn_listener(void) {
  pn_listener_t *const listener = calloc(1, sizeof *listener);
  if (!listener) return NULL;
  listener->collector = pn_collector();
  listener->condition = pn_condition();
  listener->attachments = pn_record();
  if (listener->collector && listener->condition && listener->attachments) return listener;
  free_listener(listener);
  return NULL;
}

void pn_listener_free(pn_listener_t *listener) {
  if (listener && !listener->task) free_listener(listener);
}

/* Without memory there is no task to tell of it: the listener is freed. */
void pn_proactor_listen(pn_proactor_t *proactor, pn_listener_t *listener, const char *addr, int backlog) {
  listener->text = strdup(addr ? addr : "");
  struct pni_task *const task = listener->text ? pni_proactor_task(proactor, &kind, listener) : NULL;
  if (!task) {
    free_listener(listener);
    return;
  }
  listener->task = task;
  task->owner = &listener->owner;
  listener->backlog = backlog;
  listener->lookup = pni_lookup_start(task, listener->text, true, &listener->unresolved);
  if (listener->lookup) listener->unresolved = 0;
  if (listener->lookup && listener->lookup->done)
    resolved(listener); /* others may connect when this returns */
  pni_proactor_launch(task);
}

/* Take what was accepted first; what that is if nobody waits, an errno. */
static int take_accepted(pn_listener_t *listener, struct pni_accepted *accepted) {
  accepted->fd = -1;
  if (listener->accepted_count == 0) return listener->closed ? EBADF : EAGAIN;
  *accepted = listener->accepted[listener->accepted_first];
  listener->accepted_first = (listener->accepted_first + 1) % AHEAD;
  listener->accepted_count--;
  if (listener->told > 0) listener->told--;
  return 0;
}

/* For the ownership checker: accepting is the holder's. */
#define OWNED(listener) PNI_OWNED_BY(&(listener)->owner, listener, __func__)

static void accept_connection(pn_listener_t *listener, pn_connection_t *conn, pn_transport_t *transport) {
  struct pni_accepted accepted;
  const int error = take_accepted(listener, &accepted);
  pni_connection_accepted(listener->task->proactor, conn, transport, &accepted, error, listener->text);
}

void pn_listener_accept2(pn_listener_t *listener, pn_connection_t *connection, pn_transport_t *transport) {
  OWNED(listener);
  accept_connection(listener, connection, transport);
}

void pn_listener_accept(pn_listener_t *listener, pn_connection_t *connection) {
  OWNED(listener);
  accept_connection(listener, connection, NULL);
}

void pn_listener_raw_accept(pn_listener_t *listener, pn_raw_connection_t *raw_connection) {
  OWNED(listener);
  struct pni_accepted accepted;
  const int error = take_accepted(listener, &accepted);
  pni_raw_connection_accepted(listener->task->proactor, raw_connection, &accepted, error, listener->text);
}

void pn_listener_close(pn_listener_t *listener) {
  struct pni_task *const task = listener->task;
  if (task) (void)pni_scheduler_post(task, pni_task_generation(task->word), PNI_TASK_CLOSE);
}

pn_condition_t *pn_listener_condition(pn_listener_t *listener) { return listener->condition; }
void *pn_listener_get_context(pn_listener_t *listener) { return listener->context; }
void pn_listener_set_context(pn_listener_t *listener, void *context) { listener->context = context; }
pn_record_t *pn_listener_attachments(pn_listener_t *listener) { return listener->attachments; }
pn_proactor_t *pn_listener_proactor(pn_listener_t *listener) {
  return listener && listener->task ? listener->task->proactor : NULL;
}
const pn_netaddr_t *pn_listener_addr(pn_listener_t *listener) {
  return listener->socket_count > 0 ? &listener->addresses[0] : NULL;
}
