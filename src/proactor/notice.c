/* notice.c: what the proactor tells of itself, as events of a task like any other.
 *
 * A timeout that is set keeps the proactor active until its event has been handled, or it is cancelled. */
#include "proactor/notice.h"

#include "base/class.h"
#include "proactor/proactor.h"
#include <stddef.h>
#include <stdlib.h>

struct notice {
  pn_proactor_t *proactor;
  pn_collector_t *collector;
  struct pni_timer timeout;
  pni_mutex lock;
  bool set PNI_GUARDED_BY(lock);  /* the timer runs, or TIMEOUT has been posted and not been taken */
  bool told PNI_GUARDED_BY(lock); /* its event is in the batch that is being handled */
};

const pn_class_t pni_proactor_class = {.name = "pn_proactor", .cid = CID_pn_proactor};

static struct notice *notice_of(pn_proactor_t *proactor) { return proactor->notice->object; }

void pni_notice_post(pn_proactor_t *proactor, unsigned bit) {
  struct pni_task *const task = proactor->notice;
  (void)pni_scheduler_post(task, pni_task_generation(task->word), bit);
}

/* As a task. */

static void put(struct notice *notice, pn_event_type_t type) {
  (void)pn_collector_put(notice->collector, &pni_proactor_class, notice->proactor, type);
}

/* Whether a timeout that was posted is to be told: not if it has been cancelled since. */
static bool timeout_counts(struct notice *notice) {
  pni_mutex_lock(&notice->lock);
  const bool counts = notice->set, again = notice->timeout.wanted != 0;
  if (counts && !again) {
    notice->set = false;
    notice->told = true;
  }
  pni_mutex_unlock(&notice->lock);
  return counts;
}

/* In this order, if several are due. */
static bool prepare(struct pni_task *task) {
  struct notice *const notice = task->object;
  const unsigned bits = pni_task_take_bits(task);
  if ((bits & PNI_TASK_TIMEOUT) && timeout_counts(notice)) put(notice, PN_PROACTOR_TIMEOUT);
  if (bits & PNI_TASK_INTERRUPT) put(notice, PN_PROACTOR_INTERRUPT);
  if ((bits & PNI_TASK_INACTIVE) && notice->proactor->active == 0) put(notice, PN_PROACTOR_INACTIVE);
  return pn_collector_peek(notice->collector) != NULL;
}

static pn_event_t *next(struct pni_task *task) {
  struct notice *const notice = task->object;
  return pn_collector_next(notice->collector);
}

static bool unfinished(struct pni_task *task) {
  struct notice *const notice = task->object;
  if (pn_collector_peek(notice->collector)) return true;
  pni_mutex_lock(&notice->lock);
  const bool told = notice->told;
  notice->told = false;
  pni_mutex_unlock(&notice->lock);
  if (told) pni_proactor_went(notice->proactor);
  return false;
}

static void destroy(struct pni_task *task) {
  struct notice *const notice = task->object;
  (void)pni_timer_remove(&notice->proactor->timers, &notice->timeout);
  pn_collector_free(notice->collector);
  pni_mutex_destroy(&notice->lock);
  free(notice);
}

static const struct pni_task_kind kind = {prepare, next, unfinished, NULL, destroy};

static void timeout_expired(struct pni_timer *timer, int64_t now) {
  (void)now;
  struct notice *const notice = (struct notice *)((char *)timer - offsetof(struct notice, timeout));
  pni_notice_post(notice->proactor, PNI_TASK_TIMEOUT);
}

bool pni_notice_begin(pn_proactor_t *proactor) {
  struct notice *const notice = calloc(1, sizeof *notice);
  if (!notice) return false;
  notice->proactor = proactor;
  notice->timeout.expired = timeout_expired;
  pni_mutex_init(&notice->lock);
  notice->collector = pn_collector();
  if (notice->collector && pni_timers_reserve(&proactor->timers, 1) == PNI_OK)
    proactor->notice = pni_proactor_task(proactor, &kind, notice);
  if (proactor->notice) {
    (void)pni_task_end(proactor->notice, false);
    return true;
  }
  if (notice->collector) pn_collector_free(notice->collector);
  pni_mutex_destroy(&notice->lock);
  free(notice);
  return false;
}

/* The API. */

void pn_proactor_interrupt(pn_proactor_t *proactor) { pni_notice_post(proactor, PNI_TASK_INTERRUPT); }

void pn_proactor_set_timeout(pn_proactor_t *proactor, pn_millis_t timeout) {
  struct notice *const notice = notice_of(proactor);
  pni_mutex_lock(&notice->lock);
  const bool first = pni_timer_want(&proactor->timers, &notice->timeout, pni_now_ms() + timeout);
  if (!notice->set) pni_proactor_came(proactor);
  notice->set = true;
  pni_mutex_unlock(&notice->lock);
  pni_service_start(proactor);
  if (first) pni_service_signal(&proactor->service);
}

void pn_proactor_cancel_timeout(pn_proactor_t *proactor) {
  struct notice *const notice = notice_of(proactor);
  pni_mutex_lock(&notice->lock);
  (void)pni_timer_want(&proactor->timers, &notice->timeout, 0);
  const bool was_set = notice->set;
  notice->set = false;
  pni_mutex_unlock(&notice->lock);
  if (was_set)
    pni_proactor_went(proactor);
  else if (proactor->active == 0)
    pni_notice_post(proactor, PNI_TASK_INACTIVE);
}
