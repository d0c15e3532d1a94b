/* work_queue.h: pn_work_queue_t as the connection's task sees it. */
#ifndef BARYON_PROACTOR_WORK_QUEUE_H
#define BARYON_PROACTOR_WORK_QUEUE_H

#include <baryon/work_queue.h>

/* Do the work that has been added to a connection's queue, if it has one. The holder, who has taken WAKE. */
void pni_work_queue_run(pn_connection_t *connection);

/* The connection has a task now: what was added wakes it from now on. */
void pni_work_queue_attach(pn_connection_t *connection);

/* Nothing more is added; what is left is cancelled. The connection gets another queue if it is asked for one again. */
void pni_work_queue_close(pn_connection_t *connection);

#endif
