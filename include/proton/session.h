#ifndef PROTON_SESSION_H
#define PROTON_SESSION_H 1

/**
 * @file
 * Sessions: what links of a connection share: the order of transfers, and windows that bound what is
 * under way. [2.5]
 */

#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make a session. It is begun with the peer by pn_session_open().
 *
 * A session that the peer begins is made by the library, which tells with PN_SESSION_REMOTE_OPEN.
 *
 * @param connection  the owner
 * @return owned by the connection, until it is freed with pn_session_free(); NULL when there is no memory
 */
PN_EXTERN pn_session_t *pn_session(pn_connection_t *connection);

/**
 * Let go of a session, its links and their deliveries, which are settled. NULL is fine.
 *
 * The peer is not told: pn_session_close() does that. What is already due to be sent still is. The session
 * is no longer listed (pn_session_head()); PN_SESSION_FINAL comes once both sides have ended it, or the
 * connection is unbound.
 */
PN_EXTERN void pn_session_free(pn_session_t *session);

/**
 * The application's pointer, NULL at first: the record's value under PN_LEGCTX.
 */
PN_EXTERN void *pn_session_get_context(pn_session_t *session);

/**
 * Set the application's pointer. It is only carried.
 */
PN_EXTERN void pn_session_set_context(pn_session_t *session, void *context);

/**
 * The session's record (see object.h).
 *
 * @return owned by the session, and there until its memory goes; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_session_attachments(pn_session_t *session);

/**
 * States of both sides (see connection.h for the bits).
 */
PN_EXTERN pn_state_t pn_session_state(pn_session_t *session);

/**
 * Of an older interface: an error that never says anything. What goes wrong is told by conditions.
 */
PN_EXTERN pn_error_t *pn_session_error(pn_session_t *session);

/**
 * Why this side ends the session. Sent with pn_session_close(), so set it before.
 *
 * @return owned by the session
 */
PN_EXTERN pn_condition_t *pn_session_condition(pn_session_t *session);

/**
 * Why the peer has ended the session; unset if it gave no reason or has not ended it.
 *
 * @return owned by the session
 */
PN_EXTERN pn_condition_t *pn_session_remote_condition(pn_session_t *session);

/**
 * The connection that the session belongs to.
 */
PN_EXTERN pn_connection_t *pn_session_connection(pn_session_t *session);

/**
 * Begin the session, or agree to the peer's begin. [2.5.1]
 *
 * The connection need not be open yet. Nothing happens if that was done before.
 */
PN_EXTERN void pn_session_open(pn_session_t *session);

/**
 * End the session, after what is queued on its links has been sent; if need be, begin it first. [2.5.2]
 *
 * Nothing happens if that was done before.
 */
PN_EXTERN void pn_session_close(pn_session_t *session);

/**
 * Bytes of incoming deliveries that the session may hold, as set.
 *
 * @return 0 if not set: the window then follows from the transport's limits
 */
PN_EXTERN size_t pn_session_get_incoming_capacity(pn_session_t *session);

/**
 * Set how many bytes of incoming deliveries the session may hold. Use
 * pn_session_set_incoming_window_and_lwm() instead.
 *
 * The window that the peer is told is as many frames of the transport's maximum size as there is room for,
 * so the capacity should be several times that size; one that is smaller is an error of the transport.
 * Takes the place of a window in frames.
 *
 * @param session   the session
 * @param capacity  bytes; 0 for what follows from the transport's limits
 */
PN_EXTERN void pn_session_set_incoming_capacity(pn_session_t *session, size_t capacity);

/**
 * Set the incoming window in frames, and when it is opened again. [2.5.6]
 *
 * The peer is told of more room when the window that it has left comes below the low-water mark `lwm` and
 * what was read makes room. Works only while the transport has a maximum frame size
 * (pn_transport_set_max_frame()). Takes the place of a capacity in bytes.
 *
 * @param session  not yet opened here
 * @param window   the most frames of unread deliveries, at least 1
 * @param lwm      at most `window`; 0 for half of it
 * @return 0, PN_ARG_ERR for such arguments, PN_STATE_ERR when the session was opened
 */
PN_EXTERN int pn_session_set_incoming_window_and_lwm(
    pn_session_t *session, pn_frame_count_t window, pn_frame_count_t lwm);

/**
 * The incoming window in frames, as set.
 *
 * @return 0 if not set
 */
PN_EXTERN pn_frame_count_t pn_session_incoming_window(pn_session_t *session);

/**
 * The low-water mark of the incoming window, as set.
 *
 * @return 0 if not set
 */
PN_EXTERN pn_frame_count_t pn_session_incoming_window_lwm(pn_session_t *session);

/**
 * How many transfer frames the peer has room for: what it last told, less what has been sent since. [2.5.6]
 *
 * @return 0 while the peer has not begun the session
 */
PN_EXTERN pn_frame_count_t pn_session_remote_incoming_window(pn_session_t *session);

/**
 * The outgoing window that the peer is told.
 */
PN_EXTERN size_t pn_session_get_outgoing_window(pn_session_t *session);

/**
 * Set the outgoing window that the peer is told with the next begin or flow.
 *
 * It only informs the peer: nothing here waits for it.
 *
 * @param session  the session
 * @param window   transfer frames; more than 2147483647 counts as that
 */
PN_EXTERN void pn_session_set_outgoing_window(pn_session_t *session, size_t window);

/**
 * Bytes of outgoing deliveries that wait to be written to the transport.
 */
PN_EXTERN size_t pn_session_outgoing_bytes(pn_session_t *session);

/**
 * Bytes of incoming deliveries that the application has not read yet.
 */
PN_EXTERN size_t pn_session_incoming_bytes(pn_session_t *session);

/**
 * The first session of a connection, in the order in which they were made, that is in a state.
 *
 * @param connection  the connection
 * @param state       0 for any. Bits of one side only: that side is in one of these states. Bits of both
 *                    sides: the state is exactly this
 * @return NULL when there is none
 */
PN_EXTERN pn_session_t *pn_session_head(pn_connection_t *connection, pn_state_t state);

/**
 * The next session that is in a state, as with pn_session_head().
 *
 * @return NULL when there is none
 */
PN_EXTERN pn_session_t *pn_session_next(pn_session_t *session, pn_state_t state);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SESSION_H */
