/* call.h: having a link looked after in its connection's turn, at most once at a time.
 *
 * This is how connections' threads reach each other: who has something for a link adds the link's own work to its connection's
 * work queue (<baryon/work_queue.h>), which needs no memory and takes no lock. Messages do not travel with it: the link takes
 * them from its queue when its turn comes.
 *
 * `pending` is guarded by the lock of what calls: a consumer's by its queue's, a producer's by its budget's. While it is set, the memory
 * that the call lies in is the work's. */
#ifndef BARYON_CLI_BROKER_CALL_H
#define BARYON_CLI_BROKER_CALL_H

#include <baryon/work_queue.h>
#include <stdbool.h>

struct call {
  pn_work_queue_t *turn; /* of its connection */
  pn_work_t work;
  bool pending;
};

/** Call, with the lock held. Once the connection has ended nothing happens: its links are about to leave. */
static inline void call_locked(struct call *call) {
  if (!call->pending) call->pending = pn_work_queue_add_work(call->turn, &call->work);
}

#endif
