/* check.h: what a caller of either generation expects, and how it says that it did not get it. */
#ifndef BARYON_TESTS_CALLERS_CHECK_H
#define BARYON_TESTS_CALLERS_CHECK_H

#include <stdio.h>

#define CHECK(expectation)                                                                                   \
  ((expectation)                                                                                             \
          ? (void)0                                                                                          \
          : (void)(faults++, fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #expectation)))

extern int faults;

/* What one generation sees. Each fills one in, from headers of its own. */
struct sight {
  const void *object;  /* what it passes for PN_OBJECT */
  const void *nothing; /* and for PN_VOID */
  const void *unknown; /* pn_class(NULL) */
  void *record;        /* has KEY_COUNTED of class PN_OBJECT and KEY_CARRIED of class PN_VOID */
};

#define KEY_COUNTED ((const void *)0x100)
#define KEY_CARRIED ((const void *)0x200)

struct sight sight_of_037(void);
struct sight sight_of_041(void);

/* Use a record that the other generation made. */
void use_037(void *record);
void use_041(void *record);

#endif
