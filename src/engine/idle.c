/* idle.c: idle time-outs: pure arithmetic on what the ticks have seen. [2.4.5]
 *
 * Nobody notes when octets come and frames leave; a tick sees that some have since the last one. Of the peer it is assumed
 * that they came just now, of ourselves that they left as early as can be: neither is a peer given up that was in time, nor
 * does one wait longer for us than half of what it bears, which may cost an empty frame too many. */
#include "engine/idle.h"

#include <stddef.h>

/* A deadline of 0 would mean none. */
static int64_t after(int64_t now, int64_t span) {
  const int64_t deadline = now <= INT64_MAX - span ? now + span : INT64_MAX;
  return deadline != 0 ? deadline : 1;
}

bool pni_idle_hears(struct pni_idle *idle, uint32_t timeout, uint64_t bytes_in, int64_t now) {
  if (timeout == 0) {
    idle->input_deadline = 0;
  } else if (idle->input_deadline == 0 || bytes_in != idle->bytes_in) {
    idle->input_deadline = after(now, timeout);
  } else if (now >= idle->input_deadline) {
    return false;
  }
  idle->bytes_in = bytes_in;
  return true;
}

void pni_idle_speaks(struct pni_idle *idle, uint32_t remote_timeout, uint64_t frames_out, int64_t now) {
  if (remote_timeout == 0) {
    idle->output_deadline = 0;
    return;
  }
  const int64_t half = remote_timeout > 1 ? remote_timeout / 2 : 1;
  if (idle->output_deadline == 0)
    idle->output_deadline = after(now, half);
  else if (frames_out != idle->frames_out)
    idle->output_deadline = after(idle->ticked, half); /* they may have left right after that tick */
  const bool due = now >= idle->output_deadline;
  if (due) {
    idle->output_deadline = after(now, half);
    idle->keepalive = true;
  }
  idle->frames_out = due ? frames_out + 1 : frames_out;
  idle->ticked = now;
}

int64_t pni_idle_deadline(const struct pni_idle *idle) {
  if (idle->input_deadline == 0) return idle->output_deadline;
  if (idle->output_deadline == 0) return idle->input_deadline;
  return idle->input_deadline < idle->output_deadline ? idle->input_deadline : idle->output_deadline;
}
