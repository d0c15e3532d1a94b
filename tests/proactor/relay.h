/* relay.h: a thread between a client and a server that passes on what they write, frame by frame, until it cuts. */
#ifndef BARYON_TESTS_PROACTOR_RELAY_H
#define BARYON_TESTS_PROACTOR_RELAY_H

#include "socket.h"

#include <pthread.h>
#include <stdint.h>

enum cut { CUT_CLOSE, CUT_RESET };

struct relay {
  char address[ADDRESS]; /* where it listens, for one connection */
  const char *target;    /* where it connects to then */
  unsigned most;         /* frames and headers, of both directions together, before it cuts */
  enum cut how;
  unsigned pause; /* microseconds after each octet; 0: frames in one piece */

  /* What became of it, once stopped. */
  unsigned frames; /* passed on */
  bool cut;        /* by it; else both ends have ended */

  int listening, ends[2];
  struct {
    uint8_t bytes[1 << 16];
    size_t size;
    bool ended;
  } from[2]; /* what either end has written and is not a whole frame yet */
  pthread_t thread;
};

/* A relay in which target, most, how and pause are set, the rest zero. */
void relay_start(struct relay *relay);

/* Wait for its end. */
void relay_join(struct relay *relay);

#endif
