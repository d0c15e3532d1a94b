/* workload.h: what a benchmark program consists of. main.c calls workload_start once and workload_run once; each workload
 * is a file of its own that uses nothing but the public API, so that it can be linked to any library that offers it. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdio.h>
#include <stdlib.h>

/** Make the objects and bytes that the loop reuses. Its cost is outside every figure. */
void workload_start(void);

/** Do the work `times` times. */
void workload_run(long times);

/** A benchmark that computes something else than it says is worse than none: stop at the first wrong result. */
static inline void workload_require(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "workload: wrong result: %s\n", what);
    exit(1);
  }
}

#define REQUIRE(condition) workload_require(!!(condition), #condition)

#endif
