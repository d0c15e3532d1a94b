/* mutex.h: a mutex that clang's analysis of thread safety knows, so that the build finds a guarded field that is touched without
 * it. Only the proactor has any. */
#ifndef BARYON_BASE_MUTEX_H
#define BARYON_BASE_MUTEX_H

#include "base/compiler.h"
#include <pthread.h>

typedef struct PNI_CAPABILITY("mutex") pni_mutex {
  pthread_mutex_t mutex;
} pni_mutex;

/* Nothing is allocated: it cannot fail, and needs no destruction where threads are no longer inside. */
static inline void pni_mutex_init(pni_mutex *mutex) { (void)pthread_mutex_init(&mutex->mutex, NULL); }
static inline void pni_mutex_destroy(pni_mutex *mutex) { (void)pthread_mutex_destroy(&mutex->mutex); }

static inline void pni_mutex_lock(pni_mutex *mutex) PNI_ACQUIRES(*mutex) PNI_NO_THREAD_ANALYSIS {
  (void)pthread_mutex_lock(&mutex->mutex);
}

static inline void pni_mutex_unlock(pni_mutex *mutex) PNI_RELEASES(*mutex) PNI_NO_THREAD_ANALYSIS {
  (void)pthread_mutex_unlock(&mutex->mutex);
}

#endif
