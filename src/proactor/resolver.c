/* resolver.c: look-ups. A thread takes one after the other and ends when none is left; so many names are looked up at the same
 * time that a slow one does not stand in the way of others.
 *
 * A look-up cannot be interrupted. Its thread has a reference to the proactor's memory, so that the proactor may be freed
 * meanwhile; the task it posts to has another generation then. */
#include "proactor/resolver.h"

#include "proactor/proactor.h"
#include <signal.h>
#include <stdlib.h>

enum { THREADS_MAX = 4 };

void pni_resolver_init(struct pni_resolver *resolver) { pni_mutex_init(&resolver->lock); }

void pni_lookup_drop(struct pni_lookup *lookup) {
  if (!lookup || atomic_fetch_sub(&lookup->count, 1) != 1) return;
  if (lookup->found) freeaddrinfo(lookup->found);
  free(lookup);
}

static void look_up(struct pni_lookup *lookup, bool numeric) {
  const struct pni_address *const address = &lookup->address;
  lookup->error =
      pni_address_resolve(address->host, address->port, lookup->to_listen, numeric, &lookup->found);
}

/* The next one for this thread, which is no more when there is none. */
static struct pni_lookup *next_lookup(struct pni_resolver *resolver) {
  pni_mutex_lock(&resolver->lock);
  struct pni_lookup *const lookup = resolver->first;
  if (lookup)
    resolver->first = lookup->next;
  else
    resolver->threads--;
  pni_mutex_unlock(&resolver->lock);
  return lookup;
}

static void *resolve(void *argument) {
  pn_proactor_t *const proactor = argument;
  struct pni_lookup *lookup;
  while ((lookup = next_lookup(&proactor->resolver))) {
    look_up(lookup, false);
    lookup->done = true;
    pni_mutex_lock(&proactor->resolver.lock); /* else the proactor might be freed while it is told */
    if (!proactor->resolver.stopped)
      (void)pni_scheduler_post(lookup->task, lookup->generation, PNI_TASK_RESOLVED);
    pni_mutex_unlock(&proactor->resolver.lock);
    pni_lookup_drop(lookup);
  }
  pni_proactor_drop(proactor);
  return NULL;
}

static bool start_thread(pn_proactor_t *proactor) {
  pthread_t thread;
  sigset_t all, before;
  pni_proactor_keep(proactor);
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool started = pthread_create(&thread, NULL, resolve, proactor) == 0;
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started)
    (void)pthread_detach(thread);
  else
    pni_proactor_drop(proactor);
  return started;
}

/* Where no thread can be had, not even one, it fails. */
static bool give_to_a_thread(pn_proactor_t *proactor, struct pni_lookup *lookup) {
  struct pni_resolver *const resolver = &proactor->resolver;
  bool given = true;
  pni_mutex_lock(&resolver->lock);
  if (resolver->threads < THREADS_MAX) {
    if (start_thread(proactor))
      resolver->threads++; /* it waits for the lock */
    else
      given = resolver->threads > 0;
  }
  if (given) {
    atomic_fetch_add(&lookup->count, 1);
    if (resolver->first)
      resolver->last->next = lookup;
    else
      resolver->first = lookup;
    resolver->last = lookup;
  }
  pni_mutex_unlock(&resolver->lock);
  return given;
}

struct pni_lookup *pni_lookup_start(struct pni_task *task, const char *text, bool to_listen, int *error) {
  struct pni_lookup *const lookup = calloc(1, sizeof *lookup);
  *error = EAI_MEMORY;
  if (!lookup) return NULL;
  lookup->task = task;
  lookup->generation = pni_task_generation(task->word);
  lookup->count = 1;
  lookup->to_listen = to_listen;
  *error = EAI_NONAME;
  if (!pni_address_parse(&lookup->address, text)) {
    free(lookup);
    return NULL;
  }
  look_up(lookup, true);
  if (lookup->error != EAI_NONAME || !lookup->address.host) {
    lookup->done = true;
  } else if (!give_to_a_thread(task->proactor, lookup)) {
    lookup->error = EAI_AGAIN;
    lookup->done = true;
  }
  return lookup;
}

void pni_resolver_stop(struct pni_resolver *resolver) {
  pni_mutex_lock(&resolver->lock);
  struct pni_lookup *lookup = resolver->first;
  resolver->first = NULL;
  resolver->stopped = true;
  pni_mutex_unlock(&resolver->lock);
  while (lookup) {
    struct pni_lookup *const next = lookup->next;
    pni_lookup_drop(lookup);
    lookup = next;
  }
}
