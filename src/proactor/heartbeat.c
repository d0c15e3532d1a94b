/* heartbeat.c: an empty frame on behalf of a connection that does not come to it.
 *
 * The engine makes keep-alives when it is ticked. Where the tick that was asked for has not come to pass by the time that the
 * timer is due again, a handler is slow, and the frame is written past the engine: under the writer's lock, at a frame's
 * boundary (`flushed`), of what is known to be all of it. The engine may send another one later, which does no harm.
 *
 * pni_heartbeat_due runs in the service thread. */
#include "proactor/heartbeat.h"

#include "base/compiler.h"
#include "proactor/proactor.h"
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

static const uint8_t empty_frame[8] = {0, 0, 0, 8, 2, 0, 0, 0}; /* [2.3.1] */

static void send_rest(struct pni_task *task) {
  const size_t rest = task->heartbeat_rest;
  const ssize_t sent =
      send(task->fd, empty_frame + sizeof empty_frame - rest, rest, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) task->heartbeat_rest = (uint8_t)(rest - (size_t)sent);
}

bool pni_heartbeat_finish(struct pni_task *task) {
  if (PNI_LIKELY(task->heartbeat_rest == 0)) return true;
  send_rest(task);
  return task->heartbeat_rest == 0 || errno != EAGAIN;
}

/* If it fails the holder will find out why. */
static void beat(struct pni_task *task, uint32_t generation) {
  if (!pni_task_try_writer(task, generation)) return;
  if (task->fd >= 0 && task->flushed && task->heartbeat_rest == 0) {
    task->heartbeat_rest = sizeof empty_frame;
    send_rest(task);
    if (task->heartbeat_rest == sizeof empty_frame) task->heartbeat_rest = 0;
  }
  pni_task_unlock_writer(task);
}

void pni_heartbeat_due(struct pni_timer *timer, int64_t now) {
  struct pni_task *const task = (struct pni_task *)((char *)timer - offsetof(struct pni_task, timer));
  const uint64_t word = task->word;
  const uint32_t generation = pni_task_generation(word), every = (uint32_t)task->heartbeat_every;
  const bool again = (word & PNI_TASK_TIMER) != 0; /* it has not been taken */
  if (!pni_scheduler_post(task, generation, PNI_TASK_TIMER) || every == 0) return;
  if (again) beat(task, generation);
  (void)pni_timer_want_besides(&task->proactor->timers, timer, now + (again ? every : every / 4 + 1));
}
