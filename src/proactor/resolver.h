/* resolver.h: names become addresses on threads of their own, which are there while there is something to look up. */
#ifndef BARYON_PROACTOR_RESOLVER_H
#define BARYON_PROACTOR_RESOLVER_H

#include "base/mutex.h"
#include "base/status.h"
#include "proactor/address.h"
#include <stdatomic.h>

struct pni_task;

/* A look-up: counted, by who asked and by who looks. What it found is valid once `done`. */
struct pni_lookup {
  struct pni_lookup *next;
  struct pni_task *task; /* who is posted RESOLVED */
  uint32_t generation;
  atomic_uint count;
  atomic_bool done;
  bool to_listen;
  int error; /* one of getaddrinfo's; 0: none */
  struct addrinfo *found;
  struct pni_address address;
};

struct pni_resolver {
  pni_mutex lock;
  struct pni_lookup *first PNI_GUARDED_BY(lock);
  struct pni_lookup *last PNI_GUARDED_BY(lock); /* who wait for a thread */
  unsigned threads PNI_GUARDED_BY(lock);
  bool stopped PNI_GUARDED_BY(lock);
};

void pni_resolver_init(struct pni_resolver *resolver);

/* The proactor is being freed: those who wait are forgotten. Threads in the midst of a look-up end after it. */
void pni_resolver_stop(struct pni_resolver *resolver);

/* Look `text` up for the task, whose holder calls this. A number is done at once; a name's end is posted. NULL: no memory, or an
 * address that is too long: *error is one of getaddrinfo's then. */
struct pni_lookup *pni_lookup_start(struct pni_task *task, const char *text, bool to_listen, int *error);

/* Let go; NULL is let pass. */
void pni_lookup_drop(struct pni_lookup *lookup);

#endif
