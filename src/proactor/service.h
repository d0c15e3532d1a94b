/* service.h: the proactor's one thread of its own: timers, the watch, heartbeats. Started on first use. */
#ifndef BARYON_PROACTOR_SERVICE_H
#define BARYON_PROACTOR_SERVICE_H

#include "base/mutex.h"
#include <proton/types.h>
#include <stdatomic.h>
#include <stdbool.h>

struct pni_service {
  atomic_uint signal; /* the futex: counts what is new */
  atomic_bool running, stop, watching;
  pni_mutex lock; /* of starting it */
  pthread_t thread PNI_GUARDED_BY(lock);
};

void pni_service_init(struct pni_service *service);

/* Start it unless that was done. Without the means it is tried again the next time. */
void pni_service_start(pn_proactor_t *proactor);

/* Stop it and wait for its end. */
void pni_service_stop(pn_proactor_t *proactor);

/* Something has become due earlier than it thinks. */
void pni_service_signal(struct pni_service *service);

/* Have the watch on. False: there is no thread for that. Async-signal-safe. */
bool pni_service_watch_slow(struct pni_service *service);
static inline bool pni_service_watch(struct pni_service *service) {
  return service->watching || pni_service_watch_slow(service);
}

#endif
