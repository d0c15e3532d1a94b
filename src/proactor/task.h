/* task.h: what is scheduled: an AMQP connection, a listener, the proactor itself. docs/internals/proactor.md has the picture.
 *
 * A task lies in a slot of its proactor, which is never freed while the proactor's memory exists and has another generation for
 * each tenant. The word is all that threads share of it without owning it; every operation on it is sequentially consistent.
 * The rest belongs to the holder: the thread that has begun it and not yet ended it. model/task.pml is the word as a model; the
 * names of states and steps are the same. */
#ifndef BARYON_PROACTOR_TASK_H
#define BARYON_PROACTOR_TASK_H

#include "base/compiler.h"
#include "engine/host.h"
#include "proactor/metrics.h"
#include "proactor/timer.h"
#include <proton/event.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pni_task;

/* The state, the word's lowest bits. */
enum pni_task_state { PNI_TASK_FREE, PNI_TASK_IDLE, PNI_TASK_QUEUED, PNI_TASK_RUNNING, PNI_TASK_LAST };

/* What has arrived and was not yet taken by the holder; and the lock on the outgoing side of its socket. */
enum pni_task_bits {
  PNI_TASK_STATE_MASK = 7,
  PNI_TASK_READABLE = 1 << 3,
  PNI_TASK_WRITABLE = 1 << 4,
  PNI_TASK_HANGUP = 1 << 5,   /* with READABLE: the stream ends, or the socket has an error */
  PNI_TASK_WAKE = 1 << 6,     /* pn_connection_wake, or work on its work queue */
  PNI_TASK_TIMER = 1 << 7,    /* its timer was due */
  PNI_TASK_RESOLVED = 1 << 8, /* the addresses of its name have been found, or not */
  PNI_TASK_DISCONNECT =
      1 << 9, /* pn_proactor_disconnect; the proactor keeps the condition, which was there first */
  PNI_TASK_CLOSE = 1 << 10,     /* pn_listener_close */
  PNI_TASK_ANSWER = 1 << 11,    /* somebody has an answer for one of its layers */
  PNI_TASK_INTERRUPT = 1 << 12, /* of the proactor's own task */
  PNI_TASK_TIMEOUT = 1 << 13,
  PNI_TASK_INACTIVE = 1 << 14,
  PNI_TASK_WRITER = 1 << 15, /* somebody writes to the socket */
  PNI_TASK_ARRIVALS = 0x7ff8 /* all of them but WRITER */
};

/* What differs from kind to kind. All are called by the holder, with no lock held. */
struct pni_task_kind {
  bool (*prepare)(
      struct pni_task *task); /* do I/O until there is an event to hand out; false: there is none */
  pn_event_t *(*next)(struct pni_task *task); /* NULL: the batch is over */
  /* Whether there is work left that nothing will post a bit for; in LAST: whether the final event has yet to be read. */
  bool (*unfinished)(struct pni_task *task);
  void (*count)(
      struct pni_task *task); /* bring its metrics up to date; NULL: it has none but the scheduler's */
  void (*destroy)(struct pni_task *task); /* in LAST, or when nobody is inside: free the object */
};

struct pni_task {
  _Atomic uint64_t word;
  struct pni_task *next; /* in the inbox, on the run list, or on the list of free slots */
  pn_proactor_t *proactor;
  const struct pni_task_kind *kind;
  void *object;            /* of that kind */
  struct pni_owner *owner; /* the object's, for the ownership checker; NULL: it has none */
  uint32_t index;
  uint32_t cost;          /* what its batches take, nanoseconds, in the mean */
  int fd;                 /* the socket; -1: none */
  int64_t began;          /* nanoseconds, when the batch was begun */
  struct pni_timer timer; /* for TIMER; wanted by the holder */
  struct pni_metrics metrics;
  atomic_uint_fast32_t heartbeat_every; /* milliseconds; 0: the peer does not ask for any */
};

/* pn_event_batch_t is another name for a task that is running. */
static inline pn_event_batch_t *pni_task_batch(struct pni_task *task) { return (pn_event_batch_t *)task; }
static inline struct pni_task *pni_batch_task(pn_event_batch_t *batch) { return (struct pni_task *)batch; }

static inline uint32_t pni_task_generation(uint64_t word) { return (uint32_t)(word >> 32); }
static inline unsigned pni_task_state(uint64_t word) { return word & PNI_TASK_STATE_MASK; }

/* What a poller event, or whoever may come late, knows the task by. */
static inline uint64_t pni_task_ticket(const struct pni_task *task) {
  return (task->word & ~(uint64_t)UINT32_MAX) | task->index;
}

enum pni_posted {
  PNI_POSTED_TO_NOBODY, /* that tenant is gone, or dying */
  PNI_POSTED,
  PNI_POSTED_FIRST /* the task was idle and is now queued: the caller must push it */
};

/* post: bits arrive. Any thread, and signal handlers. */
enum pni_posted pni_task_post(struct pni_task *task, uint32_t generation, unsigned bits);

/* begin: the scheduler gives a queued task to the calling thread. */
void pni_task_begin(struct pni_task *task);

/* take: the bits that have arrived, off the word; and the lock on the outgoing side with them, waited for if somebody is
 * writing a heartbeat. Or without that lock, for a task that has no heartbeats. */
unsigned pni_task_take(struct pni_task *task);
unsigned pni_task_take_bits(struct pni_task *task);
void pni_task_lock_writer(struct pni_task *task);
void pni_task_unlock_writer(struct pni_task *task);

/* Take that lock without waiting, where the task's tenant is that one and alive, and has not taken its TIMER: when it does it writes
 * what has been left. Not the holder. */
bool pni_task_try_writer(struct pni_task *task, uint32_t generation);

/* Which bits have arrived. */
static inline unsigned pni_task_arrived(const struct pni_task *task) {
  return (unsigned)task->word & PNI_TASK_ARRIVALS;
}

/* end: true: something has arrived or is left, so that it is queued again: push it. */
bool pni_task_end(struct pni_task *task, bool unfinished);

/* die: to LAST, whatever has arrived, which is returned: a wake among it was accepted and has to be told before the end. */
unsigned pni_task_die(struct pni_task *task);

/* For the ownership checker: the calling thread has the batch, or is about to have it; or nobody has it any more. */
static inline void pni_task_held(struct pni_task *task) {
  if (PNI_UNLIKELY(pni_checks != 0) && task->owner) task->owner->holder = pni_thread_number();
}
static inline void pni_task_let_go(struct pni_task *task) {
  if (PNI_UNLIKELY(pni_checks != 0) && task->owner) task->owner->holder = 0;
}

/* A free slot gets a tenant, in RUNNING state and held by the caller, who ends it with `end`; and loses it. */
void pni_task_move_in(struct pni_task *task, const struct pni_task_kind *kind, void *object);
void pni_task_move_out(struct pni_task *task);

#endif
