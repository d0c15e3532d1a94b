/* newer.c: a process with callers of 0.41 alone. */
#include "check.h"

int faults;

int main(void) {
  const struct sight newer = sight_of_041();
  CHECK(newer.object == newer.unknown);
  CHECK(newer.object != newer.nothing);
  use_041(newer.record);
  if (faults == 0) puts("0.41 is served");
  return faults > 0;
}
