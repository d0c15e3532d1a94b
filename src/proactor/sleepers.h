/* sleepers.h: threads with nothing to do: how many sleep, whether the poller blocks, and how one of them is woken.
 *
 * The idle word: how many sleep in pn_proactor_wait and how many in pn_proactor_run, each on a futex of their own since
 * pn_proactor_stop is for the latter only; POLLING, the poller blocks; SEARCHING, somebody who was woken is on the way to look
 * for work. Who goes to sleep announces it and then looks for work again; who brings work pushes it and then calls
 * pni_sleepers_wake. One of them sees the other: both sides are sequentially consistent read-modify-writes on two words. */
#ifndef BARYON_PROACTOR_SLEEPERS_H
#define BARYON_PROACTOR_SLEEPERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pni_poller;

enum pni_sleeper { PNI_WAITER, PNI_RUNNER };

struct pni_sleepers {
  atomic_uint idle;
  atomic_uint permits[2]; /* the futexes: how many of each kind may stop sleeping */
};

enum {
  PNI_IDLE_WAITER = 1, /* one of them */
  PNI_IDLE_RUNNER = 1 << 12,
  PNI_IDLE_WAITERS = 0xfff,
  PNI_IDLE_RUNNERS = 0xfff << 12,
  PNI_IDLE_POLLING = 1 << 24,
  PNI_IDLE_SEARCHING = 1 << 25
};

/* Announce that the caller will sleep; then look for work; then sleep, or take it back. */
void pni_sleepers_announce(struct pni_sleepers *sleepers, enum pni_sleeper sleeper);
void pni_sleepers_sleep(struct pni_sleepers *sleepers, enum pni_sleeper sleeper);
/* If it is too late, and somebody has woken the caller, then the caller is the one that searches. */
void pni_sleepers_retract(struct pni_sleepers *sleepers, enum pni_sleeper sleeper);

/* The same for the poller, who blocks elsewhere. */
void pni_sleepers_announce_polling(struct pni_sleepers *sleepers);
void pni_sleepers_end_polling(struct pni_sleepers *sleepers);

/* Somebody idle, who is not yet awake. */
static inline bool pni_sleepers_any(const struct pni_sleepers *sleepers) {
  return (sleepers->idle & (PNI_IDLE_WAITERS | PNI_IDLE_RUNNERS | PNI_IDLE_POLLING)) != 0;
}

/* Wake one, a sleeper rather than the poller; nobody if somebody searches already or all are awake. At most one system call;
 * async-signal-safe. */
void pni_sleepers_wake(struct pni_sleepers *sleepers, struct pni_poller *poller);

/* Wake all runners, and whoever polls. Async-signal-safe. */
void pni_sleepers_wake_runners(struct pni_sleepers *sleepers, struct pni_poller *poller);

/* The futex itself, for others who sleep: until *word is not `seen` (or for no reason), `timeout` nanoseconds at most, negative for
 * ever; and the other side. */
void pni_futex_wait(atomic_uint *word, unsigned seen, int64_t timeout);
void pni_futex_wake(atomic_uint *word, int count);

#endif
