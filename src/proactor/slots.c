/* slots.c: chunks of slots. A chunk is made and its slots numbered before it can be found, so that readers need no lock. */
#include "proactor/slots.h"

#include "base/compiler.h"
#include "proactor/proactor.h"
#include <stdlib.h>

void pni_slots_init(struct pni_slots *slots) { pni_mutex_init(&slots->lock); }

void pni_slots_free(struct pni_slots *slots) PNI_NO_THREAD_ANALYSIS {
  for (unsigned i = 0; i < slots->chunk_count; i++) free(slots->chunks[i]);
  pni_mutex_destroy(&slots->lock);
}

static struct pni_task *new_chunk(struct pni_slots *slots, pn_proactor_t *proactor)
    PNI_REQUIRES(slots->lock) {
  const size_t count = (size_t)1 << (PNI_SLOTS_FIRST_LOG2 + slots->chunk_count);
  if (slots->chunk_count == PNI_SLOTS_CHUNKS) return NULL;
  if (pni_timers_reserve(&proactor->timers, count)) return NULL;
  struct pni_task *const chunk = calloc(count, sizeof *chunk);
  if (!chunk) return NULL;
  for (size_t i = 0; i < count; i++) {
    chunk[i].index = (uint32_t)(slots->count + i);
    chunk[i].proactor = proactor;
    chunk[i].fd = -1;
    chunk[i].next = i + 1 < count ? &chunk[i + 1] : NULL;
  }
  slots->chunks[slots->chunk_count++] = chunk;
  atomic_fetch_add(&slots->count, count);
  return chunk;
}

struct pni_task *pni_slots_take(struct pni_slots *slots, pn_proactor_t *proactor) {
  pni_mutex_lock(&slots->lock);
  if (!slots->free) slots->free = new_chunk(slots, proactor);
  struct pni_task *const task = slots->free;
  if (task) slots->free = task->next;
  pni_mutex_unlock(&slots->lock);
  return task;
}

void pni_slots_give(struct pni_slots *slots, struct pni_task *task) {
  pni_mutex_lock(&slots->lock);
  task->next = slots->free;
  slots->free = task;
  pni_mutex_unlock(&slots->lock);
}

struct pni_task *pni_slots_at(struct pni_slots *slots, uint32_t index) {
  const uint64_t from_first = (uint64_t)index + ((uint64_t)1 << PNI_SLOTS_FIRST_LOG2);
  const unsigned log2 = PNI_LOG2(from_first);
  return &slots->chunks[log2 - PNI_SLOTS_FIRST_LOG2][from_first - ((uint64_t)1 << log2)];
}
