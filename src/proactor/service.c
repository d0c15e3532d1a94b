/* service.c: the service thread: sleeps until a timer is due, or for a millisecond while the watch is on.
 *
 * It runs no code of the application, takes no task, and holds no lock when it calls anything. */
#include "proactor/service.h"

#include "proactor/proactor.h"
#include <signal.h>

enum { WATCH = 1000 * 1000 }; /* nanoseconds */

void pni_service_init(struct pni_service *service) { pni_mutex_init(&service->lock); }

void pni_service_signal(struct pni_service *service) {
  atomic_fetch_add(&service->signal, 1);
  pni_futex_wake(&service->signal, 1);
}

bool pni_service_watch_slow(struct pni_service *service) {
  if (!service->running) return false;
  if (!atomic_exchange(&service->watching, true)) pni_service_signal(service);
  return true;
}

/* Timers that are due; returns how long until the next one, in nanoseconds, negative for ever. */
static int64_t expire(struct pni_timers *timers) {
  int64_t next;
  for (;;) {
    const int64_t now = pni_now_ms();
    struct pni_timer *const timer = pni_timers_take(timers, now, &next);
    if (!timer) return next == 0 ? -1 : (next - now) * 1000000;
    timer->expired(timer, now);
  }
}

/* It goes off where a look finds nothing; what comes up while it does so is looked for once more. */
static void watch(pn_proactor_t *proactor) {
  struct pni_service *const service = &proactor->service;
  if (pni_scheduler_watch(proactor)) return;
  service->watching = false;
  if (pni_scheduler_watch(proactor)) service->watching = true;
}

static void *serve(void *argument) {
  pn_proactor_t *const proactor = argument;
  struct pni_service *const service = &proactor->service;
  while (!service->stop) {
    const unsigned seen = service->signal;
    int64_t timeout = expire(&proactor->timers);
    if (service->watching && (timeout < 0 || timeout > WATCH)) timeout = WATCH;
    if (!service->stop) pni_futex_wait(&service->signal, seen, timeout);
    if (service->watching) watch(proactor);
  }
  return NULL;
}

/* Signals are for the application's threads. */
static int start_thread(pthread_t *thread, pn_proactor_t *proactor) {
  sigset_t all, before;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(thread, NULL, serve, proactor);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

void pni_service_start(pn_proactor_t *proactor) {
  struct pni_service *const service = &proactor->service;
  if (service->running) return;
  pni_mutex_lock(&service->lock);
  if (!service->running) service->running = start_thread(&service->thread, proactor) == 0;
  pni_mutex_unlock(&service->lock);
}

void pni_service_stop(pn_proactor_t *proactor) {
  struct pni_service *const service = &proactor->service;
  service->stop = true;
  pni_mutex_lock(&service->lock);
  if (service->running) {
    pni_service_signal(service);
    (void)pthread_join(service->thread, NULL);
    service->running = false;
  }
  pni_mutex_unlock(&service->lock);
  pni_mutex_destroy(&service->lock);
}
