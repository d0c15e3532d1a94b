/* heartbeat.c: an empty frame on behalf of a connection that does not come to it.
 *
 * The engine makes keep-alives when it is ticked. Where the tick that was asked for has not come to pass by the time that the
 * timer is due again, a handler is slow, and a frame is written past the engine: under the writer's lock, at a frame's
 * boundary (`flushed`), through TLS if there is that. What the socket does not take is kept, and goes before whatever is
 * written next, by whomever. The engine may send another one later, which does no harm.
 *
 * pni_heartbeat_due runs in the service thread. */
#include "proactor/heartbeat.h"

#include "base/compiler.h"
#include "engine/host.h"
#include "proactor/proactor.h"
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Nothing is encrypted before there is a place to keep it. */
static void make(struct pni_connection *c) {
  if (c->heartbeat || !c->flushed) return;
  c->heartbeat = calloc(1, sizeof *c->heartbeat);
  if (c->heartbeat) pni_transport_keepalive(c->driver.transport, c->heartbeat);
}

size_t pni_heartbeat_drop(struct pni_connection *c, size_t size) {
  const size_t rest = pni_buffer_size(c->heartbeat), part = size < rest ? size : rest;
  if (part < rest) {
    pni_buffer_drop(c->heartbeat, part);
  } else {
    pni_buffer_clear(c->heartbeat);
    free(c->heartbeat);
    c->heartbeat = NULL;
  }
  return size - part;
}

/* If it fails the holder will find out why. */
static void beat(struct pni_task *task, uint32_t generation) {
  struct pni_piece piece;
  if (!pni_task_try_writer(task, generation)) return;
  struct pni_connection *const c = pni_task_connection(task);
  if (c && task->fd >= 0) {
    make(c);
    if (pni_heartbeat_piece(c, &piece) > 0) {
      const ssize_t sent =
          piece.size > 0 ? send(task->fd, piece.base, piece.size, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
      (void)pni_heartbeat_drop(c, sent > 0 ? (size_t)sent : 0);
    }
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
