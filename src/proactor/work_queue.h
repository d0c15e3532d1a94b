/* work_queue.h: pn_work_queue_t as the task of its connection sees it. */
#ifndef BARYON_PROACTOR_WORK_QUEUE_H
#define BARYON_PROACTOR_WORK_QUEUE_H

#include <baryon/work_queue.h>

struct pni_task;

/* A new one, of a raw connection, or (NULL) an AMQP one's; the caller's reference. NULL: no memory. */
pn_work_queue_t *pni_work_queue(pn_raw_connection_t *raw);

/* For all of these, NULL in place of a queue is let pass. */

/* The connection has a task now, and the caller holds it: what was added wakes it from now on. */
void pni_work_queue_attach(pn_work_queue_t *queue, struct pni_task *task);

/* Do the work that has been added. The holder, who has taken WAKE. The AMQP connection is handed to what is done. */
void pni_work_queue_run(pn_work_queue_t *queue, pn_connection_t *connection);

/* Nothing more is added; what is left is cancelled; the connection's reference goes. */
void pni_work_queue_end(pn_work_queue_t *queue);

/* The same for that of an AMQP connection, if it has one. It gets another one if it is asked for one again. */
void pni_connection_close_work(pn_connection_t *connection);

#endif
