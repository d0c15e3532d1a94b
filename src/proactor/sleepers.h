/* sleepers.h: threads with nothing to do: how many sleep, whether the poller blocks, and how one of them is woken.
 *
 * The idle word: bits 0..15 how many sleep on the futex, POLLING the poller blocks, SEARCHING somebody who was woken is on the way
 * to look for work. Who goes to sleep announces it and then looks for work again; who brings work pushes it and then calls
 * pni_sleepers_wake. One of them sees the other: both sides are sequentially consistent read-modify-writes on two words. */
#ifndef BARYON_PROACTOR_SLEEPERS_H
#define BARYON_PROACTOR_SLEEPERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pni_poller;

struct pni_sleepers {
  atomic_uint idle;
  atomic_uint permits; /* the futex: how many may stop sleeping */
};

enum { PNI_IDLE_COUNT = 0xffff, PNI_IDLE_POLLING = 1 << 16, PNI_IDLE_SEARCHING = 1 << 17 };

/* Announce that the caller will sleep; then look for work; then sleep, or take it back. */
void pni_sleepers_announce(struct pni_sleepers *sleepers);
void pni_sleepers_sleep(struct pni_sleepers *sleepers);
/* False: too late, somebody has woken the caller, who then is the one that searches. */
void pni_sleepers_retract(struct pni_sleepers *sleepers);

/* The same for the poller, who blocks elsewhere. After the announcement is over: whether somebody woke the caller. */
void pni_sleepers_announce_polling(struct pni_sleepers *sleepers);
void pni_sleepers_end_polling(struct pni_sleepers *sleepers);

/* Somebody idle, who is not yet awake. */
static inline bool pni_sleepers_any(const struct pni_sleepers *sleepers) {
  return (sleepers->idle & (PNI_IDLE_COUNT | PNI_IDLE_POLLING)) != 0;
}

/* Wake one, a sleeper rather than the poller; nobody if somebody searches already or all are awake. At most one system call;
 * async-signal-safe. */
void pni_sleepers_wake(struct pni_sleepers *sleepers, struct pni_poller *poller);

/* Wake all. Async-signal-safe. */
void pni_sleepers_wake_all(struct pni_sleepers *sleepers, struct pni_poller *poller);

/* The futex itself, for others who sleep: until *word is not `seen` (or for no reason), `timeout` nanoseconds at most, negative for
 * ever; and the other side. */
void pni_futex_wait(atomic_uint *word, unsigned seen, int64_t timeout);
void pni_futex_wake(atomic_uint *word, int count);

#endif
