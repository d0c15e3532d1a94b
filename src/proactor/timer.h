/* timer.h: what is due when: a heap under a lock of its own, which is never held while anything else is called.
 *
 * A timer has an owner, who says when it is wanted, as often as he likes: that is a store, unless it becomes earlier than the time
 * for which it stands in the heap. One that was taken out too early goes back in by itself. Times are milliseconds of
 * pni_now_ms(), which is monotonic. */
#ifndef BARYON_PROACTOR_TIMER_H
#define BARYON_PROACTOR_TIMER_H

#include "base/mutex.h"
#include "base/status.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pni_timer;

/* It was due. Called by the service thread with no lock held. */
typedef void pni_timer_fn(struct pni_timer *timer, int64_t now);

struct pni_timer {
  _Atomic int64_t wanted; /* 0: never */
  _Atomic int64_t due;    /* for when it is in the heap, not later than `wanted`; 0: it is not there */
  uint32_t place;         /* in the heap */
  pni_timer_fn *expired;
};

struct pni_timers {
  pni_mutex lock;
  struct pni_timer **heap PNI_GUARDED_BY(lock); /* nothing is due before what is at (place - 1) / 4 */
  size_t count PNI_GUARDED_BY(lock);
  size_t capacity PNI_GUARDED_BY(
      lock); /* for as many as there are timers, so that none fails for want of memory */
  size_t reserved PNI_GUARDED_BY(lock);
};

int64_t pni_now_ms(void);
int64_t pni_now_ns(void);

void pni_timers_init(struct pni_timers *timers);
void pni_timers_free(struct pni_timers *timers);

/* There will be `more` timers than before; to be said before the first of them is wanted. And fewer. */
PNI_NODISCARD pni_status pni_timers_reserve(struct pni_timers *timers, size_t more);
void pni_timers_unreserve(struct pni_timers *timers, size_t fewer);

/* Want it at `when` instead of what was wanted before; 0: not at all. By its owner. True: it is the next one due now, so the
 * service thread has to look. */
bool pni_timer_want(struct pni_timers *timers, struct pni_timer *timer, int64_t when);

/* Want it at `when` unless it is wanted already: by somebody else than its owner, who is not overruled. */
bool pni_timer_want_besides(struct pni_timers *timers, struct pni_timer *timer, int64_t when);

/* Take it out of the heap, before its memory goes. False: it was not there; if it was wanted, its function is under way. */
bool pni_timer_remove(struct pni_timers *timers, struct pni_timer *timer);

/* Take out one that is wanted at `now` or before; it is wanted no more then. NULL: none is, and *next says when one may be, 0 for
 * never. The service thread. */
struct pni_timer *pni_timers_take(struct pni_timers *timers, int64_t now, int64_t *next);

#endif
