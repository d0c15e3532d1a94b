#ifndef BARYON_CHECK_H
#define BARYON_CHECK_H 1

/**
 * @file
 * The ownership checker: finds calls on a connection, or on anything in it, by a thread that does not have it;
 * and likewise on a raw connection, and on a listener that accepts.
 *
 * It is part of the library, and switched on by the environment variable PN_CHECK, read when the library is
 * loaded; in debug builds it is always on.
 *
 * - `PN_CHECK=threads`: a call is reported that meets another thread inside a call on the same connection, or
 *   that is made while nobody holds the connection's batch: before pn_proactor_wait() has returned it, or after
 *   pn_proactor_done().
 * - `PN_CHECK=threads,strict`: a call by any other thread than the one that got the batch is reported, too,
 *   unless it has adopted the batch. (Handing a batch to another thread is legal; this finds who did not mean to.)
 * - `PN_CHECK=threads,abort`: the first report ends the process, so that a debugger shows where.
 *
 * A report is a line on the standard error, with the function, the object and both threads as the system
 * numbers them; there are at most twenty. Looked at are the functions that change something or move bytes. An object that
 * is not in a proactor has no owner. Callable from any thread at any time, and so never reported: pn_connection_wake(),
 * pn_raw_connection_wake(), pn_listener_close(), and what <baryon/work_queue.h> declares.
 */

#include <proton/import_export.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Say that the calling thread has the batch now, which another one has got and handed over.
 *
 * @param batch  of a connection, a raw connection or a listener; nothing happens with another one
 * @threads      the one that the batch was handed to
 */
PNP_EXTERN void pn_check_adopt(pn_event_batch_t *batch);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_CHECK_H */
