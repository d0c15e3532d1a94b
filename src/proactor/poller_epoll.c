/* poller_epoll.c: the poller on Linux' epoll, edge-triggered.
 *
 * The eventfd is edge-triggered, too: each write makes an edge, so that it is never read. Its counter overflows after 2^64 - 2
 * writes. */
#include "proactor/poller.h"
#include "proactor/task.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define INTERRUPT UINT64_MAX

static int add(const struct pni_poller *poller, int fd, uint32_t events, uint64_t ticket) {
  struct epoll_event event = {.events = events | EPOLLET, .data.u64 = ticket};
  return epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

int pni_poller_open(struct pni_poller *poller) {
  int error;
  poller->interrupt = -1;
  poller->fd = epoll_create1(EPOLL_CLOEXEC);
  if (poller->fd < 0) return -errno;
  poller->interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  error = poller->interrupt < 0 ? errno : add(poller, poller->interrupt, EPOLLIN, INTERRUPT);
  if (error) pni_poller_close(poller);
  return -error;
}

void pni_poller_close(struct pni_poller *poller) {
  if (poller->interrupt >= 0) (void)close(poller->interrupt);
  (void)close(poller->fd);
}

int pni_poller_add(struct pni_poller *poller, int fd, uint64_t ticket) {
  return add(poller, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, ticket);
}

size_t pni_poller_wait(struct pni_poller *poller, struct pni_ready ready[PNI_POLLER_BATCH], bool block) {
  struct epoll_event events[PNI_POLLER_BATCH];
  const int count = epoll_wait(poller->fd, events, PNI_POLLER_BATCH, block ? -1 : 0);
  size_t found = 0;
  for (int i = 0; i < count; i++) { /* less than 0: EINTR */
    if (events[i].data.u64 == INTERRUPT) continue;
    const uint32_t is = events[i].events;
    unsigned bits = 0;
    if (is & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) bits |= PNI_TASK_READABLE;
    if (is & (EPOLLOUT | EPOLLHUP | EPOLLERR)) bits |= PNI_TASK_WRITABLE;
    if (is & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) bits |= PNI_TASK_HANGUP;
    ready[found++] = (struct pni_ready){events[i].data.u64, bits};
  }
  return found;
}

void pni_poller_interrupt(struct pni_poller *poller) {
  const uint64_t one = 1;
  const int error = errno; /* of what a signal has interrupted */
  ssize_t written;
  do { written = write(poller->interrupt, &one, sizeof one); } while (written < 0 && errno == EINTR);
  errno = error;
}
