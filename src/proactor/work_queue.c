/* work_queue.c: pn_work_queue_t: a stack that anybody pushes on and the holder empties, behind a count.
 *
 * The stack's head is one atomic pointer. Pushing is one compare-and-swap, which fails for good on the sentinel CLOSED; emptying is
 * one exchange, for NULL (to do the work) or for CLOSED (to cancel it). So each work is taken off once, and by whoever does or
 * cancels it. What wakes the task comes after the push and may find it gone: then its end has taken the work, or will.
 *
 * An AMQP connection has its queue among its attachments, which outlive the proactor's part in it and end with its memory; a raw
 * connection has its own. A queue keeps the proactor's memory, and so the task's word, but nothing else of it. The lock is for
 * what is scheduled, and for closing; adding takes none. model/work_queue.pml is the same as a model. */
#include "proactor/work_queue.h"

#include "base/class.h"
#include "engine/host.h"
#include "proactor/connection.h"
#include "proactor/proactor.h"
#include <proton/connection.h>
#include <proton/object.h>
#include <stddef.h>
#include <stdlib.h>

struct pn_work_queue_t {
  _Atomic(pn_work_t *) head;       /* the newest first; CLOSED */
  atomic_uint count;               /* the connection's, handles, works that are scheduled */
  pn_raw_connection_t *raw;        /* whose it is, until it is closed; NULL: an AMQP connection's */
  _Atomic(struct pni_task *) task; /* NULL until the connection has one; set once */
  uint32_t generation;             /* valid once `task` is */
  pni_mutex lock;
  struct scheduled *scheduled PNI_GUARDED_BY(lock); /* whose time has not come */
};

static pn_work_t closed_sentinel;
#define CLOSED (&closed_sentinel)

/* Work of the library's own memory. */
struct own_work {
  pn_work_t work; /* its context is this struct */
  pn_work_run_t run;
  pn_raw_work_run_t run_raw; /* instead, if `raw` is set */
  pn_raw_connection_t *raw;
  pn_work_cancel_t cancel;
  void *context;
};

/* Work that waits for its time, which counts from when there is a proactor. */
struct scheduled {
  struct own_work own; /* first, so that both are freed alike */
  struct pni_timer timer;
  pn_work_queue_t *queue; /* a reference */
  struct scheduled *next, **link;
  pn_millis_t delay;
  /* Under the queue's lock. Where its time came just when the queue was closed, two threads have it: the later one frees it. */
  bool cancelled, dealt_with; /* by who closes the queue, and could not take its timer out any more */
  bool passed;                /* its time has come after that */
};

/* Counting. */

pn_work_queue_t *pn_work_queue_incref(pn_work_queue_t *queue) {
  atomic_fetch_add(&queue->count, 1);
  return queue;
}

void pn_work_queue_decref(pn_work_queue_t *queue) {
  if (!queue || atomic_fetch_sub(&queue->count, 1) != 1) return;
  struct pni_task *const task = queue->task;
  if (task) pni_proactor_drop(task->proactor);
  pni_mutex_destroy(&queue->lock);
  free(queue);
}

/* Adding. */

static void wake(pn_work_queue_t *queue) {
  struct pni_task *const task = queue->task;
  if (task) pni_task_wake(task, queue->generation);
}

static bool add(pn_work_queue_t *queue, pn_work_t *work) {
  pn_work_t *head = queue->head;
  do {
    if (head == CLOSED) return false;
    work->next = head;
  } while (!atomic_compare_exchange_weak(&queue->head, &head, work));
  wake(queue);
  return true;
}

bool pn_work_queue_add_work(pn_work_queue_t *queue, pn_work_t *work) {
  return !queue->raw && add(queue, work);
}

static void run_raw(pn_connection_t *none, void *context) {
  const pn_raw_work_t *const work = context;
  (void)none;
  work->run(work->connection, work->context); /* which may free it */
}

static void cancel_raw(void *context) {
  const pn_raw_work_t *const work = context;
  if (work->cancel) work->cancel(work->context);
}

bool pn_work_queue_add_work_raw(pn_work_queue_t *queue, pn_raw_work_t *work) {
  if (!queue->raw) return false;
  work->queued = (pn_work_t){NULL, run_raw, cancel_raw, work};
  work->connection = queue->raw;
  return add(queue, &work->queued);
}

static void run_own(pn_connection_t *connection, void *context) {
  const struct own_work own = *(struct own_work *)context;
  free(context);
  if (own.raw)
    own.run_raw(own.raw, own.context);
  else
    own.run(connection, own.context);
}

static void cancel_own(void *context) {
  const struct own_work own = *(struct own_work *)context;
  free(context);
  if (own.cancel) own.cancel(own.context);
}

/* Fill in what the library keeps of a work. */
static void set_own(struct own_work *own, const struct own_work *from) {
  *own = *from;
  own->work = (pn_work_t){NULL, run_own, cancel_own, own};
}

static bool add_own(pn_work_queue_t *queue, const struct own_work *from) {
  struct own_work *const own = malloc(sizeof *own);
  if (!own) return false;
  set_own(own, from);
  if (add(queue, &own->work)) return true;
  free(own);
  return false;
}

bool pn_work_queue_add(pn_work_queue_t *queue, pn_work_run_t run, void *context) {
  return pn_work_queue_add_or_cancel(queue, run, NULL, context);
}

bool pn_work_queue_add_or_cancel(
    pn_work_queue_t *queue, pn_work_run_t run, pn_work_cancel_t cancel, void *context) {
  return pn_work_queue_schedule(queue, 0, run, cancel, context);
}

bool pn_work_queue_add_raw(
    pn_work_queue_t *queue, pn_raw_work_run_t run, pn_work_cancel_t cancel, void *context) {
  return pn_work_queue_schedule_raw(queue, 0, run, cancel, context);
}

/* Emptying. */

static pn_work_t *oldest_first(pn_work_t *work) {
  pn_work_t *first = NULL;
  while (work) {
    pn_work_t *const next = work->next;
    work->next = first;
    first = work;
    work = next;
  }
  return first;
}

static void cancel_all(pn_work_t *work) {
  while (work) {
    pn_work_t *const next = work->next;
    if (work->cancel) work->cancel(work->context);
    work = next;
  }
}

/* Scheduling. */

static void unlink_scheduled(struct scheduled *work) {
  *work->link = work->next;
  if (work->next) work->next->link = work->link;
}

/* Called by the service thread: from the schedule to the queue, unless that was closed meanwhile. */
static void time_has_come(struct pni_timer *timer, int64_t now) {
  (void)now;
  struct scheduled *const work = (struct scheduled *)((char *)timer - offsetof(struct scheduled, timer));
  pn_work_queue_t *const queue = work->queue;
  struct pni_task *const task = queue->task;
  pni_timers_unreserve(&task->proactor->timers, 1);
  pni_mutex_lock(&queue->lock);
  bool last = false;
  if (work->cancelled) {
    work->passed = true;
    last = work->dealt_with;
  } else {
    unlink_scheduled(work);
    (void)add(queue, &work->own.work); /* it is not closed without the lock */
  }
  pni_mutex_unlock(&queue->lock);
  if (last) free(work);
  pn_work_queue_decref(queue);
}

/* Start the clock. False: no memory. */
static bool start_clock(struct pni_task *task, struct scheduled *work) {
  pn_proactor_t *const proactor = task->proactor;
  if (pni_timers_reserve(&proactor->timers, 1)) return false;
  pni_service_start(proactor);
  if (pni_timer_want(&proactor->timers, &work->timer, pni_now_ms() + work->delay))
    pni_service_signal(&proactor->service);
  return true;
}

static bool put_on_schedule(pn_work_queue_t *queue, struct scheduled *work) {
  struct pni_task *const task = queue->task;
  pni_mutex_lock(&queue->lock);
  const bool put = queue->head != CLOSED && (!task || start_clock(task, work));
  if (put) {
    work->next = queue->scheduled;
    work->link = &queue->scheduled;
    if (work->next) work->next->link = &work->next;
    queue->scheduled = work;
  }
  pni_mutex_unlock(&queue->lock);
  return put;
}

static bool schedule_own(pn_work_queue_t *queue, pn_millis_t delay, const struct own_work *from) {
  if (delay == 0) return add_own(queue, from);
  struct scheduled *const work = calloc(1, sizeof *work);
  if (!work) return false;
  set_own(&work->own, from);
  work->timer.expired = time_has_come;
  work->queue = pn_work_queue_incref(queue);
  work->delay = delay;
  if (put_on_schedule(queue, work)) return true;
  free(work);
  pn_work_queue_decref(queue);
  return false;
}

bool pn_work_queue_schedule(
    pn_work_queue_t *queue, pn_millis_t delay, pn_work_run_t run, pn_work_cancel_t cancel, void *context) {
  const struct own_work work = {.run = run, .cancel = cancel, .context = context};
  return !queue->raw && schedule_own(queue, delay, &work);
}

bool pn_work_queue_schedule_raw(pn_work_queue_t *queue, pn_millis_t delay, pn_raw_work_run_t run,
    pn_work_cancel_t cancel, void *context) {
  const struct own_work work = {.run_raw = run, .raw = queue->raw, .cancel = cancel, .context = context};
  return queue->raw && schedule_own(queue, delay, &work);
}

/* Take it off the clock, unless its time has just come. */
static void stop_clock(pn_work_queue_t *queue, struct scheduled *work) PNI_REQUIRES(queue->lock) {
  struct pni_task *const task = queue->task;
  work->cancelled = task && !pni_timer_remove(&task->proactor->timers, &work->timer);
}

static void cancel_scheduled(pn_work_queue_t *queue, struct scheduled *work) {
  struct pni_task *const task = queue->task;
  if (work->own.cancel) work->own.cancel(work->own.context);
  pni_mutex_lock(&queue->lock);
  const bool shared = work->cancelled, last = !shared || work->passed;
  work->dealt_with = true;
  pni_mutex_unlock(&queue->lock);
  if (last) free(work);
  if (shared) return; /* who finds that its time has come does the rest */
  if (task) pni_timers_unreserve(&task->proactor->timers, 1);
  (void)atomic_fetch_sub(&queue->count, 1); /* not the last: who closes the queue has one */
}

/* Nothing is added from now on; what is there is cancelled. */
static void close_queue(pn_work_queue_t *queue) {
  pni_mutex_lock(&queue->lock);
  pn_work_t *const left = atomic_exchange(&queue->head, CLOSED);
  struct scheduled *scheduled = queue->scheduled;
  queue->scheduled = NULL;
  for (struct scheduled *work = scheduled; work; work = work->next) stop_clock(queue, work);
  pni_mutex_unlock(&queue->lock);
  if (left != CLOSED) cancel_all(oldest_first(left));
  while (scheduled) {
    struct scheduled *const next = scheduled->next;
    cancel_scheduled(queue, scheduled);
    scheduled = next;
  }
}

/* As its connection sees it. */

pn_work_queue_t *pni_work_queue(pn_raw_connection_t *raw) {
  pn_work_queue_t *const queue = calloc(1, sizeof *queue);
  if (!queue) return NULL;
  queue->count = 1;
  queue->raw = raw;
  pni_mutex_init(&queue->lock);
  return queue;
}

void pni_work_queue_attach(pn_work_queue_t *queue, struct pni_task *task) {
  if (!queue) return;
  pni_proactor_keep(task->proactor);
  pni_mutex_lock(&queue->lock);
  queue->generation = pni_task_generation(task->word);
  queue->task = task;
  for (struct scheduled *work = queue->scheduled, *next; work; work = next) {
    next = work->next;
    if (start_clock(task, work)) continue;
    unlink_scheduled(work); /* without memory for the clock it is done at once rather than not at all */
    (void)atomic_fetch_sub(&queue->count, 1); /* not the last: the connection has one */
    (void)add(queue, &work->own.work);
  }
  pni_mutex_unlock(&queue->lock);
  if (queue->head) wake(queue);
}

void pni_work_queue_run(pn_work_queue_t *queue, pn_connection_t *connection) {
  if (!queue) return;
  pn_work_t *work = oldest_first(atomic_exchange(&queue->head, NULL));
  while (work) {
    pn_work_t *const next = work->next; /* running it may free it, or add it again */
    work->run(connection, work->context);
    work = next;
  }
}

void pni_work_queue_end(pn_work_queue_t *queue) {
  if (!queue) return;
  close_queue(queue);
  pn_work_queue_decref(queue);
}

/* An AMQP connection's: its host knows where it is, and its attachments end it when the connection's memory ends. */

static void hold_attached(void *object) { (void)pn_work_queue_incref(object); }
static void end_attached(void *object) { pni_work_queue_end(object); }

static const pn_class_t attached_class = {
    .name = "pn_work_queue", .cid = CID_pn_void, .incref = hold_attached, .decref = end_attached};

PN_HANDLE(KEY)

pn_work_queue_t *pn_connection_work_queue(pn_connection_t *connection) {
  struct pni_host *const host = pni_connection_host(connection);
  pn_record_t *const record = pn_connection_attachments(connection);
  if (host->work_queue) return pn_work_queue_incref(host->work_queue);
  pn_record_def(record, KEY, &attached_class);
  if (!pn_record_has(record, KEY)) return NULL;
  pn_work_queue_t *const queue = pni_work_queue(NULL);
  if (!queue) return NULL;
  pn_record_set(record, KEY, queue);
  host->work_queue = queue;
  if (host->place) pni_work_queue_attach(queue, host->place);
  return queue;
}

void pni_connection_close_work(pn_connection_t *connection) {
  struct pni_host *const host = pni_connection_host(connection);
  if (!host->work_queue) return;
  host->work_queue = NULL;
  pn_record_set(pn_connection_attachments(connection), KEY, NULL);
}
