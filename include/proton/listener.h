#ifndef PROTON_LISTENER_H
#define PROTON_LISTENER_H 1

/**
 * @file
 * Listeners: where a server's connections come from.
 * @code
 *   pn_proactor_listen(proactor, pn_listener(), "127.0.0.1:5672", 64);
 *   ...
 *   case PN_LISTENER_ACCEPT: pn_listener_accept2(pn_event_listener(event), NULL, NULL); break;
 * @endcode
 *
 * A listener is used by the thread that holds its batch, but for pn_listener_close(). Its events are
 * PN_LISTENER_OPEN, PN_LISTENER_ACCEPT and, last and exactly once, PN_LISTENER_CLOSE.
 */

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make a listener, to be given to pn_proactor_listen().
 *
 * @return  the caller's until then; NULL when there is no memory
 * @threads any
 */
PNP_EXTERN pn_listener_t *pn_listener(void);

/**
 * Free a listener that no proactor was given. A proactor frees its own. NULL is fine.
 */
PNP_EXTERN void pn_listener_free(pn_listener_t *listener);

/**
 * Accept a connection that waits: one for each PN_LISTENER_ACCEPT. Those that are not accepted lead to
 * further events.
 *
 * The connection's events come in batches of its own, PN_CONNECTION_INIT first; it is not opened before the
 * application does that. If no connection waits, or the listener is closed, they end with
 * PN_TRANSPORT_CLOSED, and the transport's condition says so.
 *
 * When the process runs out of file descriptors, accepting pauses and goes on by itself.
 *
 * @param listener    the listener
 * @param connection  given to the listener's proactor, as to pn_proactor_connect2(). NULL: one is made
 * @param transport   likewise; becomes a server's (pn_transport_set_server()), which a caller who uses
 *                    pn_sasl() has to say itself, before that. NULL: one is made
 * @threads           the one that holds the listener's batch
 */
PNP_EXTERN void pn_listener_accept2(
    pn_listener_t *listener, pn_connection_t *connection, pn_transport_t *transport);

/**
 * As pn_listener_accept2() with a transport made for it. Deprecated, but without a warning.
 */
PNP_EXTERN void pn_listener_accept(pn_listener_t *listener, pn_connection_t *connection);

/**
 * Accept a connection that waits as a raw connection (<proton/raw_connection.h>): in place of
 * pn_listener_accept2().
 *
 * If no connection waits, or the listener is closed, its only events are PN_RAW_CONNECTION_WAKE,
 * PN_RAW_CONNECTION_DRAIN_BUFFERS and PN_RAW_CONNECTION_DISCONNECTED, as for pn_proactor_raw_connect().
 *
 * @param listener        the listener
 * @param raw_connection  given to the listener's proactor, as to pn_proactor_raw_connect()
 * @threads               the one that holds the listener's batch
 */
PNP_EXTERN void pn_listener_raw_accept(pn_listener_t *listener, pn_raw_connection_t *raw_connection);

/**
 * Why a listener was closed, if not by pn_listener_close(): it could not listen, accepting failed, or
 * pn_proactor_disconnect() was called with a condition.
 *
 * @return  owned by the listener; not set if nothing went wrong
 * @threads the one that holds the listener's batch
 */
PNP_EXTERN pn_condition_t *pn_listener_condition(pn_listener_t *listener);

/**
 * What was set with pn_listener_set_context(); NULL if nothing was.
 *
 * @threads the one that holds the listener's batch
 */
PNP_EXTERN void *pn_listener_get_context(pn_listener_t *listener);

/**
 * Keep a pointer of the application's with a listener. It is not looked at, and not freed.
 *
 * @threads the one that holds the listener's batch, or that has not yet given it to a proactor
 */
PNP_EXTERN void pn_listener_set_context(pn_listener_t *listener, void *context);

/**
 * The record of what the application keeps with a listener; see object.h.
 *
 * @return  owned by the listener; NULL when there is no memory
 * @threads the one that holds the listener's batch, or that has not yet given it to a proactor
 */
PNP_EXTERN pn_record_t *pn_listener_attachments(pn_listener_t *listener);

/**
 * Close a listener: its sockets, and connections that wait to be accepted. Those that were accepted are not
 * concerned. PN_LISTENER_CLOSE comes when that is done. Doing it again changes nothing.
 *
 * @param listener  given to a proactor, and PN_LISTENER_CLOSE not yet handled
 * @threads         any; takes no lock
 */
PNP_EXTERN void pn_listener_close(pn_listener_t *listener);

/**
 * The proactor that a listener was given to.
 *
 * @return  NULL if it was given to none
 * @threads the one that holds the listener's batch
 */
PNP_EXTERN pn_proactor_t *pn_listener_proactor(pn_listener_t *listener);

/**
 * The listener that an event is about.
 *
 * @return  NULL if it is about something else
 * @threads the one that holds the event's batch
 */
PNP_EXTERN pn_listener_t *pn_event_listener(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LISTENER_H */
