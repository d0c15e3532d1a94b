/* sleepers.c: the idle word and the futex behind it. model/sleep.pml is the same as a model.
 *
 * Invariant: permits given = sleepers that wakers have taken off the idle word; each of those finds one. SEARCHING is set by a
 * waker and cleared by whom he woke, before that one looks for work: what is pushed later wakes somebody else. */
#include "proactor/sleepers.h"

#include "base/compiler.h"
#include "proactor/poller.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void pni_futex_wait(atomic_uint *word, unsigned seen, int64_t timeout) {
  const struct timespec limit = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
  (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, timeout < 0 ? NULL : &limit, NULL, 0);
}

void pni_futex_wake(atomic_uint *word, int count) {
  (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

void pni_sleepers_announce(struct pni_sleepers *sleepers) { atomic_fetch_add(&sleepers->idle, 1); }

static void found_awake(struct pni_sleepers *sleepers) {
  atomic_fetch_and(&sleepers->idle, ~(unsigned)PNI_IDLE_SEARCHING);
}

void pni_sleepers_sleep(struct pni_sleepers *sleepers) {
  for (;;) {
    unsigned permits = sleepers->permits;
    while (permits > 0) {
      if (!atomic_compare_exchange_weak(&sleepers->permits, &permits, permits - 1)) continue;
      found_awake(sleepers);
      return;
    }
    pni_futex_wait(&sleepers->permits, 0, -1);
  }
}

void pni_sleepers_retract(struct pni_sleepers *sleepers) {
  unsigned idle = sleepers->idle;
  while ((idle & PNI_IDLE_COUNT) > 0) {
    if (atomic_compare_exchange_weak(&sleepers->idle, &idle, idle - 1)) return;
  }
  pni_sleepers_sleep(sleepers); /* a permit for the caller is there, or on its way */
}

void pni_sleepers_announce_polling(struct pni_sleepers *sleepers) {
  atomic_fetch_or(&sleepers->idle, PNI_IDLE_POLLING);
}

void pni_sleepers_end_polling(struct pni_sleepers *sleepers) {
  const unsigned idle = atomic_fetch_and(&sleepers->idle, ~(unsigned)PNI_IDLE_POLLING);
  if (!(idle & PNI_IDLE_POLLING)) found_awake(sleepers);
}

void pni_sleepers_wake(struct pni_sleepers *sleepers, struct pni_poller *poller) {
  unsigned idle = sleepers->idle, woken;
  do {
    if (idle & PNI_IDLE_SEARCHING) return;
    if (idle & PNI_IDLE_COUNT)
      woken = (idle - 1) | PNI_IDLE_SEARCHING;
    else if (idle & PNI_IDLE_POLLING)
      woken = (idle & ~(unsigned)PNI_IDLE_POLLING) | PNI_IDLE_SEARCHING;
    else
      return;
  } while (!atomic_compare_exchange_weak(&sleepers->idle, &idle, woken));
  if (idle & PNI_IDLE_COUNT) {
    atomic_fetch_add(&sleepers->permits, 1);
    pni_futex_wake(&sleepers->permits, 1);
  } else {
    pni_poller_interrupt(poller);
  }
}

void pni_sleepers_wake_all(struct pni_sleepers *sleepers, struct pni_poller *poller) {
  const unsigned all = PNI_IDLE_COUNT | PNI_IDLE_POLLING;
  const unsigned idle = atomic_fetch_and(&sleepers->idle, ~all);
  const unsigned count = idle & PNI_IDLE_COUNT;
  if (count > 0) {
    atomic_fetch_add(&sleepers->permits, count);
    pni_futex_wake(&sleepers->permits, INT_MAX);
  }
  if (idle & PNI_IDLE_POLLING) pni_poller_interrupt(poller);
}
