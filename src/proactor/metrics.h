/* metrics.h: what a task counts, in its slot, where any thread may read it. */
#ifndef BARYON_PROACTOR_METRICS_H
#define BARYON_PROACTOR_METRICS_H

#include <baryon/metrics.h>
#include <stdatomic.h>

enum { PNI_METRICS = sizeof(pn_metrics_t) / sizeof(uint64_t) };

/* In the order of pn_metrics_t. */
struct pni_metrics {
  _Atomic uint64_t counts[PNI_METRICS];
};

#define PNI_METRIC(name) (offsetof(pn_metrics_t, name) / sizeof(uint64_t))

/* Where one thread at a time writes: the holder. */
static inline void pni_metric_set(struct pni_metrics *metrics, size_t metric, uint64_t value) {
  atomic_store_explicit(&metrics->counts[metric], value, memory_order_relaxed);
}

static inline uint64_t pni_metric_get(const struct pni_metrics *metrics, size_t metric) {
  return atomic_load_explicit(&metrics->counts[metric], memory_order_relaxed);
}

/* Where several do. */
static inline void pni_metric_add(struct pni_metrics *metrics, size_t metric, uint64_t more) {
  (void)atomic_fetch_add_explicit(&metrics->counts[metric], more, memory_order_relaxed);
}

/* Before the next tenant; who has just woken the last one may still be counting that. */
static inline void pni_metrics_clear(struct pni_metrics *metrics) {
  for (size_t i = 0; i < PNI_METRICS; i++) pni_metric_set(metrics, i, 0);
}

/* Add one task's to a sum: counts are added, of the longest batch the longer one stays. */
void pni_metrics_sum(struct pni_metrics *sum, const struct pni_metrics *of);

#endif
