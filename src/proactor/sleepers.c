/* sleepers.c: the idle word and the futex behind it. model/sleep.pml is the same as a model.
 *
 * Invariant: permits given = sleepers of that kind that wakers have taken off the idle word; each of those finds one. SEARCHING is set by a
 * waker and cleared by whom he woke, before that one looks for work: what is pushed later wakes somebody else. */
#include "proactor/sleepers.h"

#include "base/compiler.h"
#include "proactor/poller.h"
#include <errno.h>
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

static unsigned one_of(enum pni_sleeper sleeper) {
  return sleeper == PNI_RUNNER ? PNI_IDLE_RUNNER : PNI_IDLE_WAITER;
}

static unsigned all_of(enum pni_sleeper sleeper) {
  return sleeper == PNI_RUNNER ? PNI_IDLE_RUNNERS : PNI_IDLE_WAITERS;
}

void pni_sleepers_announce(struct pni_sleepers *sleepers, enum pni_sleeper sleeper) {
  atomic_fetch_add(&sleepers->idle, one_of(sleeper));
}

static void found_awake(struct pni_sleepers *sleepers) {
  atomic_fetch_and(&sleepers->idle, ~(unsigned)PNI_IDLE_SEARCHING);
}

void pni_sleepers_sleep(struct pni_sleepers *sleepers, enum pni_sleeper sleeper) {
  atomic_uint *const futex = &sleepers->permits[sleeper];
  for (;;) {
    unsigned permits = *futex;
    while (permits > 0) {
      if (!atomic_compare_exchange_weak(futex, &permits, permits - 1)) continue;
      found_awake(sleepers);
      return;
    }
    pni_futex_wait(futex, 0, -1);
  }
}

void pni_sleepers_retract(struct pni_sleepers *sleepers, enum pni_sleeper sleeper) {
  unsigned idle = sleepers->idle;
  while ((idle & all_of(sleeper)) != 0) {
    if (atomic_compare_exchange_weak(&sleepers->idle, &idle, idle - one_of(sleeper))) return;
  }
  pni_sleepers_sleep(sleepers, sleeper); /* a permit for the caller is there, or on its way */
}

void pni_sleepers_announce_polling(struct pni_sleepers *sleepers) {
  atomic_fetch_or(&sleepers->idle, PNI_IDLE_POLLING);
}

void pni_sleepers_end_polling(struct pni_sleepers *sleepers) {
  const unsigned idle = atomic_fetch_and(&sleepers->idle, ~(unsigned)PNI_IDLE_POLLING);
  if (!(idle & PNI_IDLE_POLLING)) found_awake(sleepers);
}

static void permit(struct pni_sleepers *sleepers, enum pni_sleeper sleeper, unsigned count) {
  atomic_fetch_add(&sleepers->permits[sleeper], count);
  pni_futex_wake(&sleepers->permits[sleeper], (int)count);
}

void pni_sleepers_wake(struct pni_sleepers *sleepers, struct pni_poller *poller) {
  unsigned idle = sleepers->idle, whom;
  do {
    if (idle & PNI_IDLE_SEARCHING) return;
    if (idle & PNI_IDLE_WAITERS)
      whom = PNI_IDLE_WAITER;
    else if (idle & PNI_IDLE_RUNNERS)
      whom = PNI_IDLE_RUNNER;
    else if (idle & PNI_IDLE_POLLING)
      whom = PNI_IDLE_POLLING;
    else
      return;
  } while (!atomic_compare_exchange_weak(&sleepers->idle, &idle, (idle - whom) | PNI_IDLE_SEARCHING));
  if (whom == PNI_IDLE_POLLING)
    pni_poller_interrupt(poller);
  else
    permit(sleepers, whom == PNI_IDLE_RUNNER ? PNI_RUNNER : PNI_WAITER, 1);
}

void pni_sleepers_wake_runners(struct pni_sleepers *sleepers, struct pni_poller *poller) {
  const unsigned idle = atomic_fetch_and(&sleepers->idle, ~(unsigned)(PNI_IDLE_RUNNERS | PNI_IDLE_POLLING));
  const unsigned runners = (idle & PNI_IDLE_RUNNERS) / PNI_IDLE_RUNNER;
  if (runners > 0) permit(sleepers, PNI_RUNNER, runners);
  if (idle & PNI_IDLE_POLLING) pni_poller_interrupt(poller);
}
