/* proactor.c: pn_proactor_t: its making and its end, batches, and what concerns all of its tasks.
 *
 * Life: the struct, its slots and its timers stay until nobody needs the memory: the proactor until it is freed, handles of work
 * queues, threads of the resolver. Sockets, objects and the service thread go when it is freed. */
#include "proactor/proactor.h"

#include "base/class.h"
#include "proactor/connection.h"
#include "proactor/heartbeat.h"
#include "proactor/listener.h"
#include "proactor/notice.h"
#include "proactor/raw_connection.h"
#include <baryon/check.h>
#include <errno.h>
#include <fcntl.h>
#include <proton/connection.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The memory. */

void pni_proactor_keep(pn_proactor_t *proactor) { atomic_fetch_add(&proactor->count, 1); }

void pni_proactor_drop(pn_proactor_t *proactor) {
  if (atomic_fetch_sub(&proactor->count, 1) != 1) return;
  pni_slots_free(&proactor->slots);
  pni_timers_free(&proactor->timers);
  pni_scheduler_destroy(&proactor->scheduler);
  pni_mutex_destroy(&proactor->resolver.lock);
  pni_mutex_destroy(&proactor->lock);
  free(proactor);
}

static int open_reserve(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

pn_proactor_t *pn_proactor(void) PNI_NO_THREAD_ANALYSIS {
  pn_proactor_t *const proactor = calloc(1, sizeof *proactor);
  if (!proactor) return NULL;
  if (pni_poller_open(&proactor->poller) < 0) {
    free(proactor);
    return NULL;
  }
  proactor->count = 1;
  pni_scheduler_init(&proactor->scheduler);
  pni_slots_init(&proactor->slots);
  pni_timers_init(&proactor->timers);
  pni_service_init(&proactor->service);
  pni_resolver_init(&proactor->resolver);
  pni_mutex_init(&proactor->lock);
  proactor->reserve = open_reserve();
  proactor->condition = pn_condition();
  if (proactor->condition && pni_notice_begin(proactor)) {
    proactor->active = 0;
    return proactor;
  }
  pn_proactor_free(proactor);
  return NULL;
}

/* Every slot that has a tenant, in turn; NULL at the end. */
static struct pni_task *next_tenant(pn_proactor_t *proactor, uint32_t *index) {
  while (*index < proactor->slots.count) {
    struct pni_task *const task = pni_slots_at(&proactor->slots, (*index)++);
    if (pni_task_state(task->word) != PNI_TASK_FREE) return task;
  }
  return NULL;
}

/* Connections before what they may use: the notice has the first slot. */
static void free_tenants(pn_proactor_t *proactor) {
  struct pni_task *task;
  uint32_t index = proactor->notice ? 1 : 0;
  while ((task = next_tenant(proactor, &index))) {
    task->kind->destroy(task);
    pni_task_move_out(task);
  }
  if (!proactor->notice) return;
  proactor->notice->kind->destroy(proactor->notice);
  pni_task_move_out(proactor->notice);
}

void pn_proactor_free(pn_proactor_t *proactor) PNI_NO_THREAD_ANALYSIS {
  if (!proactor) return;
  pni_service_stop(proactor);
  pni_resolver_stop(&proactor->resolver);
  free_tenants(proactor);
  pni_poller_close(&proactor->poller);
  if (proactor->reserve >= 0) (void)close(proactor->reserve);
  if (proactor->condition) pn_condition_free(proactor->condition);
  pni_proactor_drop(proactor);
}

/* Tasks. */

struct pni_task *pni_proactor_task(pn_proactor_t *proactor, const struct pni_task_kind *kind, void *object) {
  struct pni_task *const task = pni_slots_take(&proactor->slots, proactor);
  if (!task) return NULL;
  task->timer.expired = pni_heartbeat_due;
  pni_task_move_in(task, kind, object);
  pni_proactor_came(proactor);
  return task;
}

void pni_proactor_launch(struct pni_task *task) {
  pni_task_let_go(task);
  (void)pni_task_end(task, true);
  pni_scheduler_push(task->proactor, task);
}

void pni_proactor_bury(struct pni_task *task) {
  pn_proactor_t *const proactor = task->proactor;
  pni_mutex_lock(&proactor->lock);
  pni_metrics_sum(&proactor->ended, &task->metrics);
  pni_metrics_clear(&task->metrics);
  pni_mutex_unlock(&proactor->lock);
  task->kind->destroy(task);
  pni_task_move_out(task);
  pni_slots_give(&proactor->slots, task);
  pni_proactor_went(proactor);
}

void pni_task_want_timer(struct pni_task *task, int64_t when) {
  pn_proactor_t *const proactor = task->proactor;
  const bool first = pni_timer_want(&proactor->timers, &task->timer, when);
  if (when == 0) return;
  pni_service_start(proactor);
  if (first) pni_service_signal(&proactor->service);
}

void pni_proactor_came(pn_proactor_t *proactor) { atomic_fetch_add(&proactor->active, 1); }

void pni_proactor_went(pn_proactor_t *proactor) {
  if (atomic_fetch_sub(&proactor->active, 1) == 1) pni_notice_post(proactor, PNI_TASK_INACTIVE);
}

/* The descriptor in reserve. */

bool pni_proactor_lend_reserve(pn_proactor_t *proactor) {
  pni_mutex_lock(&proactor->lock);
  const int fd = proactor->reserve;
  proactor->reserve = -1;
  pni_mutex_unlock(&proactor->lock);
  if (fd >= 0) (void)close(fd);
  return fd >= 0;
}

void pni_proactor_take_reserve(pn_proactor_t *proactor) {
  const int fd = open_reserve();
  pni_mutex_lock(&proactor->lock);
  proactor->reserve = fd;
  pni_mutex_unlock(&proactor->lock);
}

/* Disconnecting all. */

void pn_proactor_disconnect(pn_proactor_t *proactor, pn_condition_t *condition) {
  pni_mutex_lock(&proactor->lock);
  pn_condition_clear(proactor->condition);
  if (condition) (void)pn_condition_copy(proactor->condition, condition);
  pni_mutex_unlock(&proactor->lock);
  struct pni_task *task;
  uint32_t index = 0;
  while ((task = next_tenant(proactor, &index))) {
    if (task != proactor->notice)
      (void)pni_scheduler_post(task, pni_task_generation(task->word), PNI_TASK_DISCONNECT);
  }
  if (proactor->active == 0) pni_notice_post(proactor, PNI_TASK_INACTIVE);
}

void pni_proactor_copy_condition(pn_proactor_t *proactor, pn_condition_t *condition) {
  pni_mutex_lock(&proactor->lock);
  if (pn_condition_is_set(proactor->condition)) (void)pn_condition_copy(condition, proactor->condition);
  pni_mutex_unlock(&proactor->lock);
}

/* Batches. */

pn_event_batch_t *pn_proactor_wait(pn_proactor_t *proactor) {
  return pni_task_batch(pni_scheduler_next(proactor, PNI_WAIT));
}

pn_event_batch_t *pn_proactor_get(pn_proactor_t *proactor) {
  return pni_task_batch(pni_scheduler_next(proactor, PNI_GET));
}

pn_event_t *pn_event_batch_next(pn_event_batch_t *batch) {
  struct pni_task *const task = pni_batch_task(batch);
  return task->kind->next(task);
}

void pn_proactor_done(pn_proactor_t *proactor, pn_event_batch_t *events) {
  (void)proactor;
  pni_scheduler_done(pni_batch_task(events));
}

void pn_check_adopt(pn_event_batch_t *batch) { pni_task_held(pni_batch_task(batch)); }

void pn_proactor_run(
    pn_proactor_t *proactor, void (*handler)(void *context, pn_event_t *event), void *context) {
  struct pni_task *task;
  while ((task = pni_scheduler_next(proactor, PNI_RUN))) {
    pn_event_t *event;
    while ((event = task->kind->next(task))) handler(context, event);
    pni_scheduler_done(task);
  }
}

void pn_proactor_stop(pn_proactor_t *proactor) { pni_scheduler_stop(proactor); }

void pn_proactor_resume(pn_proactor_t *proactor) { proactor->scheduler.stopped = false; }

/* What a batch, or an event, is about. */

pn_proactor_t *pn_event_batch_proactor(pn_event_batch_t *batch) {
  struct pni_task *const task = pni_batch_task(batch);
  return task == task->proactor->notice ? task->proactor : NULL;
}

pn_listener_t *pn_event_batch_listener(pn_event_batch_t *batch) {
  return pni_task_listener(pni_batch_task(batch));
}

pn_connection_t *pn_event_batch_connection(pn_event_batch_t *batch) {
  const struct pni_connection *const c = pni_task_connection(pni_batch_task(batch));
  return c ? c->driver.connection : NULL;
}

pn_raw_connection_t *pn_event_batch_raw_connection(pn_event_batch_t *batch) {
  return pni_task_raw_connection(pni_batch_task(batch));
}

pn_listener_t *pn_event_listener(pn_event_t *event) {
  return pn_event_class(event) == &pni_listener_class ? pn_event_context(event) : NULL;
}

pn_proactor_t *pn_event_proactor(pn_event_t *event) {
  if (pn_event_class(event) == &pni_proactor_class) return pn_event_context(event);
  if (pn_event_class(event) == &pni_listener_class) return pn_listener_proactor(pn_event_context(event));
  pn_raw_connection_t *const raw = pn_event_raw_connection(event);
  return raw ? raw->task->proactor : pn_connection_proactor(pn_event_connection(event));
}

pn_millis_t pn_proactor_now(void) { return (pn_millis_t)pni_now_ms(); }

int64_t pn_proactor_now_64(void) { return pni_now_ms(); }
