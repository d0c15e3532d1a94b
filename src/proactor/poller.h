/* poller.h: which sockets are ready. The one place that knows how the system is asked; poller_epoll.c is the one for Linux.
 *
 * A socket is added once, and reported each time it becomes readable or writable (edges). One thread waits at a time. */
#ifndef BARYON_PROACTOR_POLLER_H
#define BARYON_PROACTOR_POLLER_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pni_poller {
  int fd;
  int interrupt; /* an eventfd, in it */
};

struct pni_ready {
  uint64_t ticket; /* what the socket was added with */
  unsigned bits;   /* PNI_TASK_READABLE, _WRITABLE, _HANGUP */
};

enum { PNI_POLLER_BATCH = 128 };

/* Negative: minus an errno. */
int pni_poller_open(struct pni_poller *poller);
void pni_poller_close(struct pni_poller *poller);

/* Add a socket; closing it takes it out. 0, or an errno. */
int pni_poller_add(struct pni_poller *poller, int fd, uint64_t ticket);

/* Wait until there is something, or not at all. Returns how many; 0 also when interrupted. */
size_t pni_poller_wait(struct pni_poller *poller, struct pni_ready ready[PNI_POLLER_BATCH], bool block);

/* Make the present, or the next, wait return. Any thread, async-signal-safe. */
void pni_poller_interrupt(struct pni_poller *poller);

#endif
