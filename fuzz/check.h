/* check.h: what has to hold in a fuzz target. Unlike an assertion it is there in every build. */
#ifndef BARYON_FUZZ_CHECK_H
#define BARYON_FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                \
      abort();                                                                                               \
    }                                                                                                        \
  } while (0)

#endif
