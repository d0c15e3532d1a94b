/* result.h: what a measurement has found: numbers, their course over time, and the ways in which they are shown. */
#ifndef BARYON_CLI_BENCH_RESULT_H
#define BARYON_CLI_BENCH_RESULT_H

#include "cli/bench/load.h"

enum { POINTS_MOST = 400, QUANTILES = 8 };

extern const double quantiles[QUANTILES]; /* parts of 1; the last is 1 itself: the longest */

struct point {                    /* what happened since the point before */
  double time;                    /* seconds since the beginning, when it ended */
  double rate;                    /* messages received a second */
  uint64_t median, high, longest; /* latencies: 50 %, 99 %, all; ns */
};

struct result {
  struct load_settings settings;
  const char *target; /* what was measured, for the reader */
  double seconds;
  struct load_counts counts;
  struct distribution latencies;
  struct point points[POINTS_MOST];
  unsigned point_count, merged; /* intervals that make one point */
};

double result_rate(const struct result *result); /* messages received a second */

void result_print(const struct result *result, FILE *file); /* a table and a picture */

/** The same as JSON. @return  freed by the caller; NULL without memory */
char *result_json(const struct result *result);

/** A page that stands alone. @return  false after saying why it could not be written */
bool result_report(const struct result *result, const char *path);

#endif
