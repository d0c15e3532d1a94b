/* generations.h: what the program (older.c, headers of 0.37) and the library (newer.c, headers of 0.41) know of each other. */
#ifndef BARYON_TESTS_ABI_GENERATIONS_H
#define BARYON_TESTS_ABI_GENERATIONS_H

#include <proton/event.h>

#define KEY_COUNTED                                                                                          \
  ((const void *)0x100) /* of a connection's attachments: a value of the library's own class */
#define KEY_CARRIED                                                                                          \
  ((const void                                                                                               \
          *)0x200) /* a link's, defined by the program with its PN_VOID and by the library with its own */

/* The library's part: it handles the events of a server's connection. */
void newer_handle(pn_event_t *event);

/* How many values of the library's class there are. */
int newer_values(void);

#endif
