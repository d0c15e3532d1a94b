/* task.c: the word of a task: its states, what arrives, and the changes between them.
 *
 *             post: a bit arrives              begin                       end: nothing arrived meanwhile
 *   FREE ---> IDLE ------------------> QUEUED ---------------> RUNNING ------------------------------> IDLE
 *   (gen+1)                              ^                      |    |
 *      ^                                 |  end: bits or work    |    | die, with all that has arrived
 *      |                                 +----------------------+    v
 *      +------------------------------ recycle <------------------- LAST    (final event handed out; posts fail)
 *
 * Invariants: a task is on the inbox or the run list exactly while it is QUEUED, and there once; one thread has it while it is
 * RUNNING or LAST; a post to another generation than the slot's changes nothing. */
#include "proactor/task.h"

#include "base/compiler.h"
#include <assert.h>
#include <sched.h>
#include <string.h>

static inline uint64_t with_state(uint64_t word, enum pni_task_state state) {
  return (word & ~(uint64_t)PNI_TASK_STATE_MASK) | state;
}

static inline bool lives(uint64_t word) {
  return pni_task_state(word) != PNI_TASK_FREE && pni_task_state(word) != PNI_TASK_LAST;
}

/* The compare-and-swap is made even if it changes nothing: what the caller has done before happens before what the holder does
 * after it has taken the bits. */
enum pni_posted pni_task_post(struct pni_task *task, uint32_t generation, unsigned bits) {
  uint64_t word = task->word, posted;
  do {
    if (pni_task_generation(word) != generation || !lives(word)) return PNI_POSTED_TO_NOBODY;
    posted = word | bits;
    if (pni_task_state(word) == PNI_TASK_IDLE) posted = with_state(posted, PNI_TASK_QUEUED);
  } while (!atomic_compare_exchange_weak(&task->word, &word, posted));
  return pni_task_state(word) == PNI_TASK_IDLE ? PNI_POSTED_FIRST : PNI_POSTED;
}

void pni_task_begin(struct pni_task *task) {
  pni_metric_set(
      &task->metrics, PNI_METRIC(tasks_queued), pni_metric_get(&task->metrics, PNI_METRIC(tasks_queued)) + 1);
  if (PNI_UNLIKELY(pni_task_state(task->word) == PNI_TASK_LAST)) return; /* left before its final event */
  assert(pni_task_state(task->word) == PNI_TASK_QUEUED);
  atomic_fetch_add(&task->word, PNI_TASK_RUNNING - PNI_TASK_QUEUED);
}

/* Take bits off and the lock with them; a heartbeat is being written where somebody has that. */
static unsigned take_and_lock(struct pni_task *task, unsigned bits) {
  uint64_t word = task->word;
  for (;;) {
    if (PNI_UNLIKELY(word & PNI_TASK_WRITER)) {
      (void)sched_yield();
      word = task->word;
      continue;
    }
    const uint64_t taken = (word & ~(uint64_t)bits) | PNI_TASK_WRITER;
    if (atomic_compare_exchange_weak(&task->word, &word, taken)) return (unsigned)word & bits;
  }
}

unsigned pni_task_take(struct pni_task *task) { return take_and_lock(task, PNI_TASK_ARRIVALS); }

unsigned pni_task_take_bits(struct pni_task *task) {
  return (unsigned)atomic_fetch_and(&task->word, ~(uint64_t)PNI_TASK_ARRIVALS) & PNI_TASK_ARRIVALS;
}

void pni_task_lock_writer(struct pni_task *task) { (void)take_and_lock(task, 0); }

void pni_task_unlock_writer(struct pni_task *task) {
  atomic_fetch_and(&task->word, ~(uint64_t)PNI_TASK_WRITER);
}

bool pni_task_try_writer(struct pni_task *task, uint32_t generation) {
  uint64_t word = task->word;
  do {
    if (pni_task_generation(word) != generation || !lives(word)) return false;
    if ((word & PNI_TASK_WRITER) || !(word & PNI_TASK_TIMER)) return false;
  } while (!atomic_compare_exchange_weak(&task->word, &word, word | PNI_TASK_WRITER));
  return true;
}

bool pni_task_end(struct pni_task *task, bool unfinished) {
  uint64_t word = task->word, ended;
  bool queued;
  do {
    assert(pni_task_state(word) == PNI_TASK_RUNNING);
    queued = unfinished || (word & PNI_TASK_ARRIVALS) != 0;
    ended = with_state(word, queued ? PNI_TASK_QUEUED : PNI_TASK_IDLE);
  } while (!atomic_compare_exchange_weak(&task->word, &word, ended));
  return queued;
}

/* A heartbeat that is being written is waited for: the socket is closed soon. */
unsigned pni_task_die(struct pni_task *task) {
  uint64_t word = task->word;
  for (;;) {
    if (pni_task_state(word) == PNI_TASK_LAST) return 0;
    assert(pni_task_state(word) == PNI_TASK_RUNNING);
    if (PNI_UNLIKELY(word & PNI_TASK_WRITER)) {
      (void)sched_yield();
      word = task->word;
      continue;
    }
    const uint64_t last = with_state(word & ~(uint64_t)PNI_TASK_ARRIVALS, PNI_TASK_LAST);
    if (atomic_compare_exchange_weak(&task->word, &word, last)) return (unsigned)word & PNI_TASK_ARRIVALS;
  }
}

void pni_task_move_in(struct pni_task *task, const struct pni_task_kind *kind, void *object) {
  assert(pni_task_state(task->word) == PNI_TASK_FREE);
  task->kind = kind;
  task->object = object;
  task->owner = NULL;
  task->fd = -1;
  task->cost = 0;
  task->heartbeat_every = 0;
  pni_metrics_clear(&task->metrics);
  task->word = with_state(task->word, PNI_TASK_RUNNING);
}

void pni_task_move_out(struct pni_task *task) {
  const uint64_t generation = (uint64_t)(pni_task_generation(task->word) + 1) << 32;
  task->object = NULL;
  task->owner = NULL;
  task->timer.wanted = 0;
  task->word = generation | PNI_TASK_FREE;
}
