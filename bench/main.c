/* main.c: runs a workload a given number of times and prints the nanoseconds that one turn took.
 *
 * Instructions and allocations are counted from outside, as the difference between a run of N and a run of 2 N turns, so
 * that loading, set-up and warm-up cancel out. */
#include "workload.h"

#include <time.h>

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  char *end = NULL;
  long times = argc == 2 ? strtol(argv[1], &end, 10) : 0;
  if (times <= 0 || *end) {
    fprintf(stderr, "usage: %s TURNS\n", argv[0]);
    return 2;
  }
  workload_start();
  double begin = seconds();
  workload_run(times);
  printf("%.3f\n", (seconds() - begin) * 1e9 / (double)times);
  return 0;
}
