/* heartbeat.h: empty frames that the service thread writes while a connection's handler, or all threads, are busy. [2.4.5]
 *
 * It writes under the writer's lock, as does the holder, who has that only within its I/O. */
#ifndef BARYON_PROACTOR_HEARTBEAT_H
#define BARYON_PROACTOR_HEARTBEAT_H

#include "proactor/connection.h"

/* The task's timer was due: it gets its turn, or, if it did not come to it since the last time, a heartbeat is written for it. */
void pni_heartbeat_due(struct pni_timer *timer, int64_t now);

/* What is left of a heartbeat, as the piece to write first: 1, or 0 if there is nothing. And so many octets have been written; of which so
 * many, as is returned, came behind it. */
static inline size_t pni_heartbeat_piece(const struct pni_connection *c, struct pni_piece *piece) {
  if (PNI_LIKELY(!c->heartbeat)) return 0;
  *piece = (struct pni_piece){pni_buffer_bytes(c->heartbeat), pni_buffer_size(c->heartbeat)};
  return 1;
}
size_t pni_heartbeat_drop(struct pni_connection *c, size_t size);
static inline size_t pni_heartbeat_written(struct pni_connection *c, size_t size) {
  return PNI_LIKELY(!c->heartbeat) ? size : pni_heartbeat_drop(c, size);
}

#endif
