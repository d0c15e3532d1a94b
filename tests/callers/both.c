/* both.c: a process with callers of both generations, which must mean the same by the same names. */
#include "check.h"

int faults;

int main(void) {
  const struct sight older = sight_of_037();
  const struct sight newer = sight_of_041();
  CHECK(older.object == newer.object);
  CHECK(older.nothing == newer.nothing);
  CHECK(older.unknown == newer.unknown);
  CHECK(older.object == older.unknown);
  CHECK(older.object != older.nothing);
  use_041(older.record);
  use_037(older.record);
  use_037(newer.record);
  use_041(newer.record);
  if (faults == 0) puts("both generations agree");
  return faults > 0;
}
