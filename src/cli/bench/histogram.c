/* histogram.c: buckets that grow with their value. Up to 64 ns each has its own; from there on every doubling has 64. */
#include "cli/bench/histogram.h"

static unsigned bucket_of(uint64_t ns) {
  unsigned doublings = 0;
  for (unsigned step = 32; step > 0; step /= 2) {
    if (ns >> doublings >> step >= HISTOGRAM_FINE) doublings += step;
  }
  if (ns >> doublings >> 1 >= HISTOGRAM_FINE) doublings++;
  if (ns < HISTOGRAM_FINE) return (unsigned)ns;
  if (doublings >= HISTOGRAM_DOUBLINGS) return HISTOGRAM_BUCKETS - 1;
  return HISTOGRAM_FINE * (doublings + 1) + (unsigned)(ns >> doublings) - HISTOGRAM_FINE;
}

uint64_t histogram_upper(unsigned bucket) {
  if (bucket < HISTOGRAM_FINE) return bucket;
  const unsigned doublings = bucket / HISTOGRAM_FINE - 1;
  return ((uint64_t)(bucket % HISTOGRAM_FINE + HISTOGRAM_FINE + 1) << doublings) - 1;
}

void histogram_record(struct histogram *histogram, uint64_t ns) {
  atomic_uint_fast64_t *const count = &histogram->counts[bucket_of(ns)];
  atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

void histogram_look(struct histogram *histogram, struct distribution *sum) {
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    const uint64_t count = atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
    sum->counts[i] += count;
    sum->total += count;
  }
}

void distribution_between(
    const struct distribution *before, const struct distribution *now, struct distribution *between) {
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) between->counts[i] = now->counts[i] - before->counts[i];
  between->total = now->total - before->total;
}

uint64_t distribution_quantile(const struct distribution *distribution, double part) {
  const double rank = part * (double)distribution->total;
  uint64_t seen = 0, longest = 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    if (distribution->counts[i] == 0) continue;
    seen += distribution->counts[i];
    longest = histogram_upper(i);
    if ((double)seen >= rank) break;
  }
  return longest;
}

double distribution_mean(const struct distribution *distribution) {
  double sum = 0;
  if (distribution->total == 0) return 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
    sum += (double)distribution->counts[i] * (double)histogram_upper(i);
  return sum / (double)distribution->total;
}
