/* idle.c: idle time-outs: pure arithmetic on what the ticks have seen. [2.4.5]
 *
 * Nobody notes when octets come and frames leave; a tick sees that some have since the last one, and starts the time anew. */
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
  const bool silent = idle->output_deadline != 0 && frames_out == idle->frames_out;
  const bool due = silent && now >= idle->output_deadline;
  if (due || !silent) idle->output_deadline = after(now, remote_timeout > 1 ? remote_timeout / 2 : 1);
  if (due) idle->keepalive = true;
  idle->frames_out = due ? frames_out + 1 : frames_out;
}

int64_t pni_idle_deadline(const struct pni_idle *idle) {
  if (idle->input_deadline == 0) return idle->output_deadline;
  if (idle->output_deadline == 0) return idle->input_deadline;
  return idle->input_deadline < idle->output_deadline ? idle->input_deadline : idle->output_deadline;
}
