/* scheduler.c: the run list, the token, and when a thread is woken for what waits.
 *
 * A thread without work takes the first task of the run list; with nothing on it, whoever gets the token polls and the others
 * sleep. When a thread is woken is the scheduler's central question; the answer has three parts:
 *   1. a push from outside wakes somebody idle, unless one is already on the way to look (SEARCHING);
 *   2. a push by a thread that holds a batch wakes nobody, for that thread looks itself when its batch is done; whoever takes a
 *      task while those that stay behind cost more than WORTH_A_THREAD wakes one more;
 *   3. the watch, a look of the service thread once in a millisecond, wakes somebody where a slow handler is in the way of that.
 *
 * Invariant: if a task is queued, then a thread is awake and will look, or is on the way, or the watch is on.
 * No lock is held while a task's functions run. model/sleep.pml has the same names. */
#include "proactor/scheduler.h"

#include "base/compiler.h"
#include "proactor/proactor.h"
#include <assert.h>

enum {
  WORTH_A_THREAD =
      30 * 1000,  /* nanoseconds of waiting work: several times what waking somebody costs both sides */
  POLL_EVERY = 64 /* tasks taken from a run list that does not get empty */
};

/* The proactor whose batch the calling thread holds, as far as it knows: it will come back and look for work. */
static PNI_THREAD_LOCAL const pn_proactor_t *inside;

void pni_scheduler_init(struct pni_scheduler *scheduler) { pni_mutex_init(&scheduler->lock); }

void pni_scheduler_destroy(struct pni_scheduler *scheduler) { pni_mutex_destroy(&scheduler->lock); }

/* Pushing. */

void pni_scheduler_push(pn_proactor_t *proactor, struct pni_task *task) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  struct pni_task *newest = scheduler->inbox;
  do { task->next = newest; } while (!atomic_compare_exchange_weak(&scheduler->inbox, &newest, task));
  if (!pni_sleepers_any(&scheduler->sleepers)) return;
  if (inside == proactor && pni_service_watch(&proactor->service)) return;
  pni_sleepers_wake(&scheduler->sleepers, &proactor->poller);
}

bool pni_scheduler_post(struct pni_task *task, uint32_t generation, unsigned bits) {
  const enum pni_posted posted = pni_task_post(task, generation, bits);
  if (posted == PNI_POSTED_FIRST) pni_scheduler_push(task->proactor, task);
  return posted != PNI_POSTED_TO_NOBODY;
}

void pni_task_wake(struct pni_task *task, uint32_t generation) {
  if (pni_scheduler_post(task, generation, PNI_TASK_WAKE))
    pni_metric_add(&task->metrics, PNI_METRIC(wakes_asked), 1);
}

/* The run list. */

static void append(struct pni_scheduler *scheduler, struct pni_task *task) PNI_REQUIRES(scheduler->lock) {
  task->next = NULL;
  if (scheduler->first)
    scheduler->last->next = task;
  else
    scheduler->first = task;
  scheduler->last = task;
  scheduler->cost += task->cost;
}

/* Move the inbox to the run list, the oldest first. */
static void empty_inbox(struct pni_scheduler *scheduler) PNI_REQUIRES(scheduler->lock) {
  if (!scheduler->inbox) return;
  struct pni_task *newest = atomic_exchange(&scheduler->inbox, NULL), *oldest = NULL;
  while (newest) {
    struct pni_task *const next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest) {
    struct pni_task *const next = oldest->next;
    append(scheduler, oldest);
    oldest = next;
  }
}

static struct pni_task *take_first(struct pni_scheduler *scheduler) PNI_REQUIRES(scheduler->lock) {
  struct pni_task *const task = scheduler->first;
  if (!task) return NULL;
  scheduler->first = task->next;
  scheduler->cost -= task->cost;
  scheduler->since_poll++;
  scheduler->progress++;
  if (task->next) PNI_PREFETCH(task->next->object);
  return task;
}

/* Polling. */

/* Something to do after all, for one who has just announced that he will sleep or block. */
static bool something_to_do(struct pni_scheduler *scheduler, enum pni_patience patience)
    PNI_REQUIRES(scheduler->lock) {
  return scheduler->inbox || scheduler->first || (patience == PNI_RUN && scheduler->stopped);
}

/* Look for ready sockets, with the token. Their tasks go on the run list. */
static void poll_sockets(pn_proactor_t *proactor, enum pni_patience patience) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  struct pni_ready ready[PNI_POLLER_BATCH];
  bool block = patience != PNI_GET;
  const bool announced = block;
  if (announced) {
    pni_sleepers_announce_polling(&scheduler->sleepers);
    pni_mutex_lock(&scheduler->lock);
    block = !something_to_do(scheduler, patience);
    pni_mutex_unlock(&scheduler->lock);
  }
  const size_t count = pni_poller_wait(&proactor->poller, ready, block);
  if (announced) pni_sleepers_end_polling(&scheduler->sleepers);

  pni_mutex_lock(&scheduler->lock);
  for (size_t i = 0; i < count; i++) {
    struct pni_task *const task = pni_slots_at(&proactor->slots, (uint32_t)ready[i].ticket);
    const uint32_t generation = pni_task_generation(ready[i].ticket);
    if (pni_task_post(task, generation, ready[i].bits) == PNI_POSTED_FIRST) append(scheduler, task);
  }
  scheduler->token_taken = false;
  scheduler->since_poll = 0;
  pni_mutex_unlock(&scheduler->lock);
}

/* Sleep until woken, unless there is something to do. */
static void sleep_a_while(pn_proactor_t *proactor, enum pni_patience patience) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  const enum pni_sleeper sleeper = patience == PNI_RUN ? PNI_RUNNER : PNI_WAITER;
  pni_service_start(proactor); /* there are two threads now, and one may need the watch */
  pni_sleepers_announce(&scheduler->sleepers, sleeper);
  pni_mutex_lock(&scheduler->lock);
  const bool needed = something_to_do(scheduler, patience) || !scheduler->token_taken;
  pni_mutex_unlock(&scheduler->lock);
  if (needed)
    pni_sleepers_retract(&scheduler->sleepers, sleeper);
  else
    pni_sleepers_sleep(&scheduler->sleepers, sleeper);
}

/* The first task of the run list; polls for one if there is none, and now and then anyway. NULL: there was none, or somebody else
 * polls. *token: the caller had the token. */
static struct pni_task *take(pn_proactor_t *proactor, enum pni_patience patience, bool *token) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  pni_mutex_lock(&scheduler->lock);
  empty_inbox(scheduler);
  const bool none = !scheduler->first, due = scheduler->since_poll >= POLL_EVERY;
  *token = (none || due) && !scheduler->token_taken;
  if (*token) {
    scheduler->token_taken = true;
    pni_mutex_unlock(&scheduler->lock);
    poll_sockets(proactor, none ? patience : PNI_GET);
    pni_mutex_lock(&scheduler->lock);
    empty_inbox(scheduler);
  }
  struct pni_task *const task = take_first(scheduler);
  const bool share = scheduler->first && scheduler->cost > WORTH_A_THREAD;
  const bool watched = scheduler->token_taken && !scheduler->first;
  pni_mutex_unlock(&scheduler->lock);
  if (task && pni_sleepers_any(&scheduler->sleepers)) {
    if (share || (!watched && !pni_service_watch(&proactor->service)))
      pni_sleepers_wake(&scheduler->sleepers, &proactor->poller);
  }
  return task;
}

struct pni_task *pni_scheduler_next(pn_proactor_t *proactor, enum pni_patience patience) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  bool token;
  inside = NULL;
  for (;;) {
    if (patience == PNI_RUN && scheduler->stopped) {
      pni_sleepers_wake(&scheduler->sleepers, &proactor->poller); /* what this thread was to look for */
      return NULL;
    }
    struct pni_task *const task = take(proactor, patience, &token);
    if (task) {
      inside = proactor;
      pni_task_begin(task);
      pni_task_held(task);
      task->began = pni_now_ns();
      if (task->kind->prepare(task)) return task;
      pni_scheduler_done(task);
    } else if (patience == PNI_GET) {
      return NULL;
    } else if (!token) {
      sleep_a_while(proactor, patience);
    }
  }
}

/* What the batch was; of its cost the mean goes a quarter of the way each time. */
static void take_notes(struct pni_task *task) {
  struct pni_metrics *const metrics = &task->metrics;
  const int64_t spent = pni_now_ns() - task->began;
  pni_metric_set(metrics, PNI_METRIC(batches), pni_metric_get(metrics, PNI_METRIC(batches)) + 1);
  if (spent > 0 && (uint64_t)spent > pni_metric_get(metrics, PNI_METRIC(longest_batch_ns)))
    pni_metric_set(metrics, PNI_METRIC(longest_batch_ns), (uint64_t)spent);
  if (task->kind->count) task->kind->count(task);
  const uint32_t cost = spent < 0 ? 0 : spent > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)spent;
  task->cost = task->cost - task->cost / 4 + cost / 4;
}

void pni_scheduler_done(struct pni_task *task) {
  pn_proactor_t *const proactor = task->proactor;
  take_notes(task);
  pni_task_let_go(task);
  const bool unfinished = task->kind->unfinished(task), last = pni_task_state(task->word) == PNI_TASK_LAST;
  if (PNI_UNLIKELY(last && !unfinished))
    pni_proactor_bury(task);
  else if (last || pni_task_end(task, unfinished))
    pni_scheduler_push(proactor, task);
  inside = NULL;
}

/* From outside. */

void pni_scheduler_stop(pn_proactor_t *proactor) {
  proactor->scheduler.stopped = true;
  pni_sleepers_wake_runners(&proactor->scheduler.sleepers, &proactor->poller);
}

bool pni_scheduler_watch(pn_proactor_t *proactor) {
  struct pni_scheduler *const scheduler = &proactor->scheduler;
  const bool idle = pni_sleepers_any(&scheduler->sleepers);
  pni_mutex_lock(&scheduler->lock);
  const bool waits = scheduler->inbox || scheduler->first, unwatched = !scheduler->token_taken;
  const bool stuck = scheduler->seen == scheduler->progress;
  scheduler->seen = scheduler->progress;
  pni_mutex_unlock(&scheduler->lock);
  const bool needed = idle && (waits || unwatched);
  if (needed && stuck) pni_sleepers_wake(&scheduler->sleepers, &proactor->poller);
  return needed || !stuck;
}
