/* timer.c: a heap of timers with four children to a node: shallow, and a node's children share a cache line.
 *
 * Invariant: a timer is in the heap exactly while its `due` is not 0, at `place`. */
#include "proactor/timer.h"

#include <stdlib.h>
#include <time.h>

enum { CHILDREN = 4 };

int64_t pni_now_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t pni_now_ms(void) { return pni_now_ns() / 1000000; }

void pni_timers_init(struct pni_timers *timers) {
  *timers = (struct pni_timers){.count = 0};
  pni_mutex_init(&timers->lock);
}

void pni_timers_free(struct pni_timers *timers) PNI_NO_THREAD_ANALYSIS {
  free(timers->heap);
  pni_mutex_destroy(&timers->lock);
}

pni_status pni_timers_reserve(struct pni_timers *timers, size_t more) {
  pni_status status = PNI_OK;
  pni_mutex_lock(&timers->lock);
  const size_t needed = timers->reserved + more;
  if (needed > timers->capacity) {
    const size_t capacity = needed > 2 * timers->capacity ? needed : 2 * timers->capacity;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what it holds */
    struct pni_timer **const heap = realloc(timers->heap, capacity * sizeof *heap);
    if (heap) {
      timers->heap = heap;
      timers->capacity = capacity;
    } else {
      status = PNI_NO_MEMORY;
    }
  }
  if (status == PNI_OK) timers->reserved = needed;
  pni_mutex_unlock(&timers->lock);
  return status;
}

void pni_timers_unreserve(struct pni_timers *timers, size_t fewer) {
  pni_mutex_lock(&timers->lock);
  timers->reserved -= fewer;
  pni_mutex_unlock(&timers->lock);
}

static void put(struct pni_timers *timers, size_t place, struct pni_timer *timer) PNI_REQUIRES(timers->lock) {
  timers->heap[place] = timer;
  timer->place = (uint32_t)place;
}

/* Towards the root as far as it belongs, else towards the leaves. */
static void sift(struct pni_timers *timers, size_t place, struct pni_timer *timer)
    PNI_REQUIRES(timers->lock) {
  const int64_t due = timer->due;
  while (place > 0) {
    struct pni_timer *const parent = timers->heap[(place - 1) / CHILDREN];
    if (parent->due <= due) break;
    put(timers, place, parent);
    place = (place - 1) / CHILDREN;
  }
  for (;;) {
    const size_t first = place * CHILDREN + 1;
    const size_t end = first + CHILDREN < timers->count ? first + CHILDREN : timers->count;
    size_t least = first;
    if (first >= end) break;
    for (size_t child = first + 1; child < end; child++) {
      if (timers->heap[child]->due < timers->heap[least]->due) least = child;
    }
    if (timers->heap[least]->due >= due) break;
    put(timers, place, timers->heap[least]);
    place = least;
  }
  put(timers, place, timer);
}

static void put_in(struct pni_timers *timers, struct pni_timer *timer, int64_t due)
    PNI_REQUIRES(timers->lock) {
  const size_t place = timer->due != 0 ? timer->place : timers->count++;
  timer->due = due;
  sift(timers, place, timer);
}

static void take_out(struct pni_timers *timers, struct pni_timer *timer) PNI_REQUIRES(timers->lock) {
  struct pni_timer *const last = timers->heap[--timers->count];
  const size_t place = timer->place;
  timer->due = 0;
  if (last != timer) sift(timers, place, last);
}

/* The owner stores `wanted` and then looks at `due`; who takes it out stores `due` and then looks at `wanted`: one of them puts
 * it in for what the owner wants. model/timer.pml is the same as a model. */
static bool put_in_for(struct pni_timers *timers, struct pni_timer *timer, int64_t when) {
  const int64_t due = timer->due;
  if (due != 0 && due <= when) return false;
  pni_mutex_lock(&timers->lock);
  const int64_t wanted =
      timer->wanted; /* somebody else may have changed it, or have taken the timer out already */
  const bool late = wanted != 0 && (timer->due == 0 || wanted < timer->due);
  if (late) put_in(timers, timer, wanted);
  const bool first = late && timer->place == 0;
  pni_mutex_unlock(&timers->lock);
  return first;
}

bool pni_timer_want(struct pni_timers *timers, struct pni_timer *timer, int64_t when) {
  timer->wanted = when;
  return when != 0 && put_in_for(timers, timer, when);
}

bool pni_timer_want_besides(struct pni_timers *timers, struct pni_timer *timer, int64_t when) {
  int64_t never = 0;
  return atomic_compare_exchange_strong(&timer->wanted, &never, when) && put_in_for(timers, timer, when);
}

bool pni_timer_remove(struct pni_timers *timers, struct pni_timer *timer) {
  pni_mutex_lock(&timers->lock);
  const bool there = timer->due != 0;
  timer->wanted = 0;
  if (there) take_out(timers, timer);
  pni_mutex_unlock(&timers->lock);
  return there;
}

struct pni_timer *pni_timers_take(struct pni_timers *timers, int64_t now, int64_t *next) {
  struct pni_timer *found = NULL;
  pni_mutex_lock(&timers->lock);
  while (!found && timers->count > 0 && timers->heap[0]->due <= now) {
    struct pni_timer *const timer = timers->heap[0];
    take_out(timers, timer);
    int64_t wanted = timer->wanted;
    if (wanted > 0 && wanted <= now && atomic_compare_exchange_strong(&timer->wanted, &wanted, 0))
      found = timer;
    else if (wanted != 0) /* later, or it was changed just now */
      put_in(timers, timer, wanted);
  }
  *next = timers->count > 0 ? timers->heap[0]->due : 0;
  pni_mutex_unlock(&timers->lock);
  return found;
}
