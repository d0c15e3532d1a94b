/* scheduler.h: who runs what: queued tasks, the token of the one who polls, and when somebody is woken. */
#ifndef BARYON_PROACTOR_SCHEDULER_H
#define BARYON_PROACTOR_SCHEDULER_H

#include "base/mutex.h"
#include "proactor/sleepers.h"
#include "proactor/task.h"

struct pni_scheduler {
  _Atomic(struct pni_task *) inbox; /* pushed and not yet on the run list, the newest first */
  struct pni_sleepers sleepers;
  pni_mutex lock; /* held for a few instructions; not by who pushes */
  struct pni_task *first PNI_GUARDED_BY(lock);
  struct pni_task *last PNI_GUARDED_BY(lock); /* the run list */
  uint64_t cost PNI_GUARDED_BY(lock);         /* of all on it, nanoseconds */
  unsigned since_poll PNI_GUARDED_BY(lock);   /* tasks taken */
  bool token_taken PNI_GUARDED_BY(lock);      /* somebody polls */
  uint64_t progress PNI_GUARDED_BY(lock);     /* tasks taken in all */
  uint64_t seen PNI_GUARDED_BY(lock);         /* of these, at the watch's last look */
  atomic_bool stopped;                        /* pn_proactor_stop */
};

/* How long a caller waits, and whether pn_proactor_stop is for it. */
enum pni_patience { PNI_GET, PNI_WAIT, PNI_RUN };

void pni_scheduler_init(struct pni_scheduler *scheduler);
void pni_scheduler_destroy(struct pni_scheduler *scheduler);

/* Push a task that has become QUEUED, and wake somebody if that is needed. Any thread, async-signal-safe. */
void pni_scheduler_push(pn_proactor_t *proactor, struct pni_task *task);

/* pni_task_post, and push what has become queued. False: there is no such tenant. Any thread, async-signal-safe. */
bool pni_scheduler_post(struct pni_task *task, uint32_t generation, unsigned bits);

/* Post WAKE, and count it if it was accepted. */
void pni_task_wake(struct pni_task *task, uint32_t generation);

/* Wait for a task that has an event, and begin it. NULL: there is none now (PNI_GET), or the runners are to stop (PNI_RUN). */
struct pni_task *pni_scheduler_next(pn_proactor_t *proactor, enum pni_patience patience);

/* The holder is done with the batch: end it, or bury it. */
void pni_scheduler_done(struct pni_task *task);

/* Have all runners return. Any thread, async-signal-safe. */
void pni_scheduler_stop(pn_proactor_t *proactor);

/* The service thread's look: wake somebody who is needed. False: there was nothing to look for. */
bool pni_scheduler_watch(pn_proactor_t *proactor);

#endif
