/* scarce.h: memory that runs out, for one test program, which wraps malloc, calloc and realloc at link time.
 *
 *   for (struct scarcity run = {0}; scarce_run(&run);) {
 *     ... something that allocates, and copes ...
 *   }
 *
 * repeats the body with the first allocation failing, then with the second, and so on, and after that with all from the first
 * on, from the second on, ...; each time until a run needs no more than it gets. */
#ifndef BARYON_TESTS_SUPPORT_SCARCE_H
#define BARYON_TESTS_SUPPORT_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

struct scarcity {
  size_t runs;
};

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static struct {
  bool on;
  bool for_good; /* all that follow fail, too */
  size_t plenty; /* allocations that succeed before the one that fails */
  size_t asked;  /* allocations so far */
  size_t refused;
} scarce;

static bool scarce_refuses(void) {
  if (!scarce.on) return false;
  const size_t number = scarce.asked++;
  const bool refuses = scarce.for_good ? number >= scarce.plenty : number == scarce.plenty;
  scarce.refused += refuses;
  return refuses;
}

void *__wrap_malloc(size_t size) { return scarce_refuses() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) {
  return scarce_refuses() ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size) { return scarce_refuses() ? NULL : __real_realloc(old, size); }

/* Whether this run has been refused anything so far. */
static inline bool scarce_refused(void) { return scarce.refused > 0; }

/* Give everything from now on, to look at what is left of a run. */
static inline void scarce_end(void) { scarce.on = false; }

static inline bool scarce_run(struct scarcity *run) {
  if (run->runs++ == 0) {
    scarce.for_good = false;
    scarce.plenty = 0;
  } else if (scarce.refused > 0) {
    scarce.plenty++;
  } else if (!scarce.for_good) {
    scarce.for_good = true;
    scarce.plenty = 0;
  } else {
    scarce.on = false;
    return false;
  }
  scarce.asked = 0;
  scarce.refused = 0;
  scarce.on = true;
  return true;
}

#endif
