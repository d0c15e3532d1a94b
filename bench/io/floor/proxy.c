/* proxy.c: a bare TCP proxy with one epoll in one thread: the floor of examples/tcp_proxy.
 *
 *   proxy TARGET-PORT           prints "listening on 127.0.0.1:PORT"
 *
 * Between the two ends of a pair lie two pipes, one for each direction, each with as much memory as the example's. A readable end is
 * read from while its pipe is empty; what was read is written at once, as far as it goes. Edge-triggered, so a socket is asked for
 * nothing twice. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIPE = 2 * 32768, AT_ONCE = 64 };

struct end {
  struct pair *pair;
  int fd;
  bool readable, writable;
  bool hangup; /* the stream's end is known to come: a short read is not the last */
  /* What was read here and not yet written there. */
  size_t first, last;
  bool ended, shut;
  char octets[PIPE];
};

struct pair {
  struct end ends[2];
  struct pair *next; /* to be freed when the events at hand have been handled */
  bool over;
};

static int poller;
static struct sockaddr_in target;
static struct pair *over;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int fd, struct end *end) {
  const int on = 1;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = end};
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

static void begin(int listener) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    struct pair *pair = malloc(sizeof *pair);
    if (!pair) fail("malloc");
    for (int i = 0; i < 2; i++) {
      struct end *end = &pair->ends[i];
      end->pair = pair;
      end->readable = end->writable = end->hangup = end->ended = end->shut = false;
      end->first = end->last = 0;
      end->fd = i == 0 ? fd : socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    }
    pair->over = false;
    const int out = pair->ends[1].fd;
    if (out < 0) fail("socket");
    if (connect(out, (struct sockaddr *)&target, sizeof target) != 0 && errno != EINPROGRESS) fail("connect");
    for (int i = 0; i < 2; i++) watch(pair->ends[i].fd, &pair->ends[i]);
  }
}

static void cut(struct pair *pair) {
  if (pair->over) return;
  pair->over = true;
  for (int i = 0; i < 2; i++) close(pair->ends[i].fd);
  pair->next = over;
  over = pair;
}

/* From one end to the other, as far as it goes. */
static void move(struct end *from, struct end *to) {
  while (!from->pair->over) {
    if (from->first < from->last && to->writable) {
      const ssize_t sent = send(to->fd, from->octets + from->first, from->last - from->first, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) cut(from->pair);
      if (sent < 0 || (size_t)sent < from->last - from->first) to->writable = false;
      if (sent > 0) from->first += (size_t)sent;
      if (from->first == from->last) from->first = from->last = 0;
    } else if (from->last == 0 && from->readable && !from->ended) {
      const ssize_t got = recv(from->fd, from->octets, PIPE, 0);
      if (got < 0 && errno != EAGAIN) cut(from->pair);
      if (got < 0 || (got < PIPE && !from->hangup)) from->readable = false;
      if (got == 0) from->ended = true;
      if (got > 0) from->last = (size_t)got;
    } else {
      break;
    }
  }
  if (!from->pair->over && from->ended && from->last == 0 && !from->shut) {
    from->shut = true;
    (void)shutdown(to->fd, SHUT_WR);
    if (to->shut) cut(from->pair);
  }
}

static void handle(struct end *end, uint32_t events) {
  struct pair *pair = end->pair;
  struct end *other = &pair->ends[end == &pair->ends[0]];
  if (pair->over) return;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) end->readable = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) end->hangup = true;
  if (events & EPOLLOUT) end->writable = true;
  move(end, other);
  if (!pair->over) move(other, end);
}

static int listen_here(void) {
  struct sockaddr_in address = target;
  socklen_t size = sizeof address;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  address.sin_port = 0;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 4096) != 0) fail("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) fail("getsockname");
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  struct epoll_event events[AT_ONCE], accepting = {.events = EPOLLIN};
  if (argc != 2) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  target.sin_family = AF_INET;
  target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  target.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
  poller = epoll_create1(0);
  const int listener = listen_here();
  if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &accepting) != 0) fail("epoll_ctl");
  for (;;) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr)
        handle(events[i].data.ptr, events[i].events);
      else
        begin(listener);
    }
    for (struct pair *pair; (pair = over);) {
      over = pair->next;
      free(pair);
    }
  }
}
