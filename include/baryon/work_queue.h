#ifndef BARYON_WORK_QUEUE_H
#define BARYON_WORK_QUEUE_H 1

/**
 * @file
 * Work queues: have something done to a connection, by whoever holds it next.
 *
 * A connection in a proactor may be used only by the thread that holds its batch. Any thread may add to its
 * work queue, whether the connection is busy, idle or long gone:
 * @code
 *   static void forward(pn_connection_t *connection, void *context) { ... send it ...; free(context); }
 *   static void drop(void *context) { ... tell whom it came from ...; free(context); }
 *
 *   if (!pn_work_queue_add_or_cancel(queue, forward, drop, parcel)) drop(parcel);
 * @endcode
 * "Yes" means that exactly one of the two functions is called, once; "no", that neither is.
 *
 * Work is done in the connection's turn, inside pn_event_batch_next(), just before that returns a
 * PN_CONNECTION_WAKE, which comes even if there is no event otherwise. What one thread adds is done in the
 * order in which it was added. What is added by work that is being done waits for the next turn.
 *
 * The queue is a handle with a count. It may outlive the connection and the proactor, and then says "no".
 *
 * Raw connections (<proton/raw_connection.h>) have work queues, too. What is done to them has a type of its own, and
 * so have the functions that add it: the others say "no" there, as these do elsewhere.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The work queue of one connection. */
typedef struct pn_work_queue_t pn_work_queue_t;

/**
 * Work: what is to be done to a connection. It may do what a handler of one of the connection's events may,
 * but not end the batch; it may free the memory that its context and its pn_work_t lie in.
 *
 * @param connection  the queue's
 * @param context     what was added with the function
 */
typedef void (*pn_work_run_t)(pn_connection_t *connection, void *context);

/**
 * The same, to a raw connection: for queues that pn_raw_connection_work_queue() has returned.
 *
 * @param connection  the queue's
 * @param context     what was added with the function
 */
typedef void (*pn_raw_work_run_t)(pn_raw_connection_t *connection, void *context);

/**
 * Called instead of the work if the connection ends first. It must not use the connection.
 *
 * It is called when the connection's last event has been handled: in the thread that calls
 * pn_proactor_done(), pn_proactor_release_connection(), pn_proactor_free() or, if the connection never was in
 * a proactor, frees it.
 *
 * @param context  what was added with the function
 */
typedef void (*pn_work_cancel_t)(void *context);

/**
 * The work queue of a connection.
 *
 * The connection may be in a proactor, or about to be given to one; what is added before that waits. A
 * connection that was released, to be given to a proactor again, has a new queue.
 *
 * @param connection  the connection
 * @return            a reference, for pn_work_queue_decref(); NULL when there is no memory
 * @threads           the one that holds the connection's batch, or that has not yet given it to a proactor
 */
PNP_EXTERN pn_work_queue_t *pn_connection_work_queue(pn_connection_t *connection);

/**
 * The work queue of a raw connection, to which pn_work_queue_add_raw() and pn_work_queue_schedule_raw() add. Adding
 * to it is also the way to wake a connection that may have ended meanwhile.
 *
 * @param connection  the connection, in a proactor or about to be given to one; what is added before that waits
 * @return            a reference, for pn_work_queue_decref(); NULL when there is no memory
 * @threads           the one that holds the connection's batch, or that has not yet given it to a proactor
 */
PNP_EXTERN pn_work_queue_t *pn_raw_connection_work_queue(pn_raw_connection_t *connection);

/**
 * Add a reference.
 *
 * @return  the queue
 * @threads any that has a reference
 */
PNP_EXTERN pn_work_queue_t *pn_work_queue_incref(pn_work_queue_t *queue);

/**
 * Drop a reference. What was added stays and is done. NULL is fine.
 *
 * @threads any that has a reference, which it has no more
 */
PNP_EXTERN void pn_work_queue_decref(pn_work_queue_t *queue);

/**
 * Add work.
 *
 * If the connection ends before it is done, it is dropped without a word; see pn_work_queue_add_or_cancel().
 *
 * @param queue    the queue
 * @param run      the work
 * @param context  handed to it
 * @return         whether it was added; false if the connection has ended, or there is no memory
 * @threads        any that has a reference; takes no lock
 * @cost           an allocation, and what pn_connection_wake() costs
 */
PNP_EXTERN bool pn_work_queue_add(pn_work_queue_t *queue, pn_work_run_t run, void *context);

/**
 * Add work that is either done or cancelled.
 *
 * @param queue    the queue
 * @param run      the work
 * @param cancel   called instead if the connection ends before the work is done
 * @param context  handed to one of the two, exactly once
 * @return         whether it was added; false if the connection has ended, or there is no memory: neither is
 *                 called
 * @threads        any that has a reference; takes no lock
 * @cost           an allocation, and what pn_connection_wake() costs
 */
PNP_EXTERN bool pn_work_queue_add_or_cancel(
    pn_work_queue_t *queue, pn_work_run_t run, pn_work_cancel_t cancel, void *context);

/**
 * Work in memory of the caller's, usually part of what it is about. The caller sets all but `next`.
 */
typedef struct pn_work_t {
  struct pn_work_t *next;  /**< The queue's */
  pn_work_run_t run;       /**< What is to be done */
  pn_work_cancel_t cancel; /**< Called instead if the connection ends first. NULL: nothing is */
  void *context;           /**< Handed to one of the two, exactly once */
} pn_work_t;

/**
 * Add work that brings its memory with it: it never fails for want of any.
 *
 * @param queue  the queue
 * @param work   on no queue; it is the queue's if true is returned, and until one of its functions is called,
 *               which may free it or add it again. Without a function to cancel it, it must stay until the
 *               connection has ended
 * @return       whether it was added; false if the connection has ended: it is still the caller's
 * @threads      any that has a reference; takes no lock
 * @cost         what pn_connection_wake() costs
 */
PNP_EXTERN bool pn_work_queue_add_work(pn_work_queue_t *queue, pn_work_t *work);

/**
 * Add work to be done after some time.
 *
 * It is done not earlier, and then as soon as the connection's turn comes. Of works with the same time the
 * one added first is done first.
 *
 * @param queue    the queue
 * @param delay    milliseconds, from now, or if the connection is not yet in a proactor, from when it is; 0:
 *                 as pn_work_queue_add_or_cancel()
 * @param run      the work
 * @param cancel   called instead if the connection ends before the work is done. NULL: nothing is
 * @param context  handed to one of the two, exactly once
 * @return         whether it was added; false if the connection has ended, or there is no memory: neither is
 *                 called
 * @threads        any that has a reference
 */
PNP_EXTERN bool pn_work_queue_schedule(
    pn_work_queue_t *queue, pn_millis_t delay, pn_work_run_t run, pn_work_cancel_t cancel, void *context);

/**
 * Add work to the queue of a raw connection, as pn_work_queue_add_or_cancel() does for AMQP connections. It is done
 * just before PN_RAW_CONNECTION_WAKE.
 *
 * @param queue    of a raw connection
 * @param run      the work
 * @param cancel   called instead if the connection ends before the work is done. NULL: nothing is
 * @param context  handed to one of the two, exactly once
 * @return         whether it was added; false if the connection has ended, is none that is raw, or there is no
 *                 memory: neither is called
 * @threads        any that has a reference; takes no lock
 */
PNP_EXTERN bool pn_work_queue_add_raw(
    pn_work_queue_t *queue, pn_raw_work_run_t run, pn_work_cancel_t cancel, void *context);

/**
 * Work for a raw connection in memory of the caller's, usually part of what it is about. The caller sets `run`,
 * `cancel` and `context`.
 */
typedef struct pn_raw_work_t {
  pn_work_t queued;                /**< The queue's */
  pn_raw_connection_t *connection; /**< The queue's */
  pn_raw_work_run_t run;           /**< What is to be done */
  pn_work_cancel_t cancel;         /**< Called instead if the connection ends first. NULL: nothing is */
  void *context;                   /**< Handed to one of the two, exactly once */
} pn_raw_work_t;

/**
 * Add work that brings its memory with it to the queue of a raw connection, as pn_work_queue_add_work() does for
 * AMQP connections: it never fails for want of any.
 *
 * @param queue  of a raw connection
 * @param work   on no queue; it is the queue's if true is returned, and until one of its functions is called,
 *               which may free it or add it again. Without a function to cancel it, it must stay until the
 *               connection has ended
 * @return       whether it was added; false if the connection has ended, or is none that is raw: it is still the
 *               caller's
 * @threads      any that has a reference; takes no lock
 * @cost         what pn_raw_connection_wake() costs
 */
PNP_EXTERN bool pn_work_queue_add_work_raw(pn_work_queue_t *queue, pn_raw_work_t *work);

/**
 * Add work to the queue of a raw connection, to be done after some time: what pn_work_queue_schedule() does for
 * AMQP connections.
 *
 * @return  whether it was added, as for pn_work_queue_add_raw()
 * @threads any that has a reference
 */
PNP_EXTERN bool pn_work_queue_schedule_raw(
    pn_work_queue_t *queue, pn_millis_t delay, pn_raw_work_run_t run, pn_work_cancel_t cancel, void *context);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_WORK_QUEUE_H */
