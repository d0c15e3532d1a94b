/* histogram.h: how often which latency was seen, in buckets that are 1/64 of their value wide.
 *
 * One thread records, any may look meanwhile. Differences of two looks are what was recorded between them. */
#ifndef BARYON_CLI_BENCH_HISTOGRAM_H
#define BARYON_CLI_BENCH_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

enum {
  HISTOGRAM_FINE = 64,
  HISTOGRAM_DOUBLINGS = 36,
  HISTOGRAM_BUCKETS = HISTOGRAM_FINE * (HISTOGRAM_DOUBLINGS + 1)
};

/* From 0 to 2^42 ns, which is more than an hour; what is longer counts as that. */
struct histogram {
  atomic_uint_fast64_t counts[HISTOGRAM_BUCKETS];
};

struct distribution {
  uint64_t counts[HISTOGRAM_BUCKETS];
  uint64_t total;
};

void histogram_record(struct histogram *histogram, uint64_t ns);

/** What has been recorded so far is added. */
void histogram_look(struct histogram *histogram, struct distribution *sum);

/** What was recorded between two looks. */
void distribution_between(
    const struct distribution *before, const struct distribution *now, struct distribution *between);

/** The latency that this part (0 to 1) of all does not exceed, in ns; 0 if there are none. 1: the longest. */
uint64_t distribution_quantile(const struct distribution *distribution, double part);

double distribution_mean(const struct distribution *distribution); /* ns */

uint64_t histogram_upper(unsigned bucket); /* the longest latency in a bucket, ns */

#endif
