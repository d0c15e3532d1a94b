/* idle.h: the arithmetic of idle time-outs. [2.4.5] Times are milliseconds on a clock of the caller's that only grows. */
#ifndef BARYON_ENGINE_IDLE_H
#define BARYON_ENGINE_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct pni_idle {
  int64_t input_deadline, output_deadline; /* 0: none */
  int64_t ticked;                          /* the last tick of pni_idle_speaks */
  uint64_t bytes_in, frames_out;           /* as of the last tick */
  bool keepalive;                          /* an empty frame is due, unless another one leaves */
};

/* The peer's silence: false if nothing has come since `timeout` milliseconds ago, as far as ticks have seen. With 0 for
 * `timeout` silence is allowed. */
bool pni_idle_hears(struct pni_idle *idle, uint32_t timeout, uint64_t bytes_in, int64_t now);

/* Our own: sets `keepalive` if it may be that no frame has been made for half of what the peer bears. The empty frame that
 * follows from that is no sign of life of its own: the next one is due half a time-out later. */
void pni_idle_speaks(struct pni_idle *idle, uint32_t remote_timeout, uint64_t frames_out, int64_t now);

/* When to look again; 0 if there is nothing to look for. */
int64_t pni_idle_deadline(const struct pni_idle *idle);

#endif
