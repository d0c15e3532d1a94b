/* metrics.c: what was counted, for whoever asks: of one connection, or of all and those that have ended. */
#include "proactor/metrics.h"

#include "proactor/connection.h"
#include "proactor/proactor.h"
#include <stddef.h>
#include <string.h>

void pni_metrics_sum(struct pni_metrics *sum, const struct pni_metrics *of) {
  for (size_t i = 0; i < PNI_METRICS; i++) {
    const uint64_t value = pni_metric_get(of, i);
    if (i != PNI_METRIC(longest_batch_ns))
      pni_metric_add(sum, i, value);
    else if (value > pni_metric_get(sum, i))
      pni_metric_set(sum, i, value);
  }
}

/* As much as the caller knows of; what this library does not know is 0. */
static void give(const struct pni_metrics *from, pn_metrics_t *metrics, size_t size) {
  uint64_t values[PNI_METRICS];
  for (size_t i = 0; i < PNI_METRICS; i++) values[i] = pni_metric_get(from, i);
  memset(metrics, 0, size);
  memcpy(metrics, values, size < sizeof values ? size : sizeof values);
}

/* One that ends while this looks may be missed, or counted as far as it had come. */
void pn_proactor_get_metrics(pn_proactor_t *proactor, pn_metrics_t *metrics, size_t size) {
  struct pni_metrics sum = {{0}};
  pni_mutex_lock(&proactor->lock);
  pni_metrics_sum(&sum, &proactor->ended);
  for (uint32_t index = 0; index < proactor->slots.count; index++)
    pni_metrics_sum(&sum, &pni_slots_at(&proactor->slots, index)->metrics);
  pni_mutex_unlock(&proactor->lock);
  give(&sum, metrics, size);
}

void pn_connection_get_metrics(pn_connection_t *connection, pn_metrics_t *metrics, size_t size) {
  static const struct pni_metrics none;
  uint32_t generation;
  const struct pni_task *const task = pni_connection_task(connection, &generation);
  const bool is_its = task && pni_task_generation(task->word) == generation;
  give(is_its ? &task->metrics : &none, metrics, size);
}
