/* heartbeat.h: empty frames that the service thread writes while a connection's handler, or all threads, are busy. [2.4.5] */
#ifndef BARYON_PROACTOR_HEARTBEAT_H
#define BARYON_PROACTOR_HEARTBEAT_H

#include "proactor/task.h"

/* The task's timer was due: it gets its turn, or, if it did not come to it since the last time, a heartbeat is written for it. */
void pni_heartbeat_due(struct pni_timer *timer, int64_t now);

/* Write what is left of a heartbeat, before anything else; false: the socket takes no more. Under the writer's lock. */
bool pni_heartbeat_finish(struct pni_task *task);

#endif
