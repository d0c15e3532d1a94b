/* slots.h: where a proactor's tasks lie: chunks of slots, each twice as large as the one before, which stay where they are until
 * the proactor's memory goes. A slot is found by its index from any thread, whether it has a tenant or not. */
#ifndef BARYON_PROACTOR_SLOTS_H
#define BARYON_PROACTOR_SLOTS_H

#include "base/mutex.h"
#include "proactor/task.h"

enum { PNI_SLOTS_FIRST_LOG2 = 6, PNI_SLOTS_CHUNKS = 26 };

struct pni_slots {
  pni_mutex lock;
  _Atomic(struct pni_task *) chunks[PNI_SLOTS_CHUNKS]; /* chunk i has 64 << i slots */
  unsigned chunk_count PNI_GUARDED_BY(lock);
  struct pni_task *free PNI_GUARDED_BY(lock);
  atomic_uint_fast32_t count; /* slots in all */
};

void pni_slots_init(struct pni_slots *slots);
void pni_slots_free(struct pni_slots *slots);

/* A free slot; NULL without memory. Any thread. */
struct pni_task *pni_slots_take(struct pni_slots *slots, pn_proactor_t *proactor);
void pni_slots_give(struct pni_slots *slots, struct pni_task *task);

/* By index, which some slot has or had. */
struct pni_task *pni_slots_at(struct pni_slots *slots, uint32_t index);

#endif
