/* proactor.h: pn_proactor_t inside: its parts, how long its memory lives, and where tasks come from and go. */
#ifndef BARYON_PROACTOR_PROACTOR_H
#define BARYON_PROACTOR_PROACTOR_H

#include "proactor/poller.h"
#include "proactor/resolver.h"
#include "proactor/scheduler.h"
#include "proactor/service.h"
#include "proactor/slots.h"
#include <proton/condition.h>
#include <proton/proactor.h>

struct pn_proactor_t {
  struct pni_scheduler scheduler;
  struct pni_poller poller;
  struct pni_slots slots;
  struct pni_timers timers;
  struct pni_service service;
  struct pni_resolver resolver;
  struct pni_task *notice; /* interrupt, timeout, inactive; lives as long as the proactor */
  /* Tasks but that one, and a timeout that is set: INACTIVE comes when it becomes 0. */
  atomic_uint active;
  atomic_uint count; /* who needs the memory: the proactor until it is freed, handles, resolver threads */
  pni_mutex lock;
  pn_condition_t *condition PNI_GUARDED_BY(lock); /* of the last pn_proactor_disconnect */
  struct pni_metrics ended PNI_GUARDED_BY(lock);  /* of tasks that are no more */
  int reserve PNI_GUARDED_BY(lock);               /* a descriptor for when there are no others; -1: lent */
};

void pni_proactor_keep(pn_proactor_t *proactor);
void pni_proactor_drop(pn_proactor_t *proactor);

/* A task for an object, begun and held by the caller, who has to end it with pni_proactor_launch; NULL without memory. */
struct pni_task *pni_proactor_task(pn_proactor_t *proactor, const struct pni_task_kind *kind, void *object);

/* The caller lets go of a new task: it gets its first turn. */
void pni_proactor_launch(struct pni_task *task);

/* The caller's task is LAST: free its object, and let the slot have another tenant. */
void pni_proactor_bury(struct pni_task *task);

/* Something that kept the proactor active has gone, or has come. */
void pni_proactor_came(pn_proactor_t *proactor);
void pni_proactor_went(pn_proactor_t *proactor);

/* Set a condition to that of the last pn_proactor_disconnect, if it had one. */
void pni_proactor_copy_condition(pn_proactor_t *proactor, pn_condition_t *condition);

/* Give up the descriptor in reserve, so that one call can have it; false: it is gone. And get it back. */
bool pni_proactor_lend_reserve(pn_proactor_t *proactor);
void pni_proactor_take_reserve(pn_proactor_t *proactor);

/* Want the task's TIMER, at a time of pni_now_ms(); 0: not at all. */
void pni_task_want_timer(struct pni_task *task, int64_t when);

#endif
