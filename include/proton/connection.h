#ifndef PROTON_CONNECTION_H
#define PROTON_CONNECTION_H 1

/**
 * @file
 * Connections: the root of everything that two containers have open with each other. [2.4]
 *
 * A connection does no I/O. It is bound to a transport, which turns what happens to it into bytes; a driver
 * or a proactor moves those.
 */

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PN_LOCAL_UNINIT  (1)  /**< Not opened here */
#define PN_LOCAL_ACTIVE  (2)  /**< Opened here */
#define PN_LOCAL_CLOSED  (4)  /**< Closed here */
#define PN_REMOTE_UNINIT (8)  /**< Not opened by the peer */
#define PN_REMOTE_ACTIVE (16) /**< Opened by the peer */
#define PN_REMOTE_CLOSED (32) /**< Closed by the peer */

/** The bits of a state that are about this side. */
#define PN_LOCAL_MASK (PN_LOCAL_UNINIT | PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED)

/** The bits of a state that are about the peer. */
#define PN_REMOTE_MASK (PN_REMOTE_UNINIT | PN_REMOTE_ACTIVE | PN_REMOTE_CLOSED)

/**
 * Make a connection.
 *
 * @return an object with one reference, which is the caller's; NULL when there is no memory
 */
PN_EXTERN pn_connection_t *pn_connection(void);

/**
 * Let go of a connection and everything in it (pn_connection_release()), and drop the caller's reference.
 * NULL is fine.
 *
 * The memory stays while the connection is bound to a transport, and while somebody has a reference to the
 * connection or to anything in it.
 */
PN_EXTERN void pn_connection_free(pn_connection_t *connection);

/**
 * Let go of a connection and everything in it, without dropping a reference.
 *
 * Sessions and links are freed, deliveries settled. The peer is not told: pn_connection_close() does that.
 * PN_CONNECTION_FINAL comes when the connection is not, or no longer, bound.
 */
PN_EXTERN void pn_connection_release(pn_connection_t *connection);

/**
 * Of an older interface: an error that never says anything. What goes wrong is told by conditions.
 */
PN_EXTERN pn_error_t *pn_connection_error(pn_connection_t *connection);

/**
 * Have events put into a collector, instead of the one before.
 *
 * It begins with PN_CONNECTION_INIT and the like for all that is there, in the order in which it was made.
 *
 * @param connection  the connection, which takes a reference to the collector
 * @param collector   NULL for no events
 */
PN_EXTERN void pn_connection_collect(pn_connection_t *connection, pn_collector_t *collector);

/**
 * Where events are put.
 *
 * @return NULL for nowhere
 */
PN_EXTERN pn_collector_t *pn_connection_collector(pn_connection_t *connection);

/**
 * The application's pointer, NULL at first: the record's value under PN_LEGCTX.
 */
PN_EXTERN void *pn_connection_get_context(pn_connection_t *connection);

/**
 * Set the application's pointer. It is only carried.
 */
PN_EXTERN void pn_connection_set_context(pn_connection_t *connection, void *context);

/**
 * The connection's record (see object.h).
 *
 * @return owned by the connection, and there until its memory goes; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_connection_attachments(pn_connection_t *connection);

/**
 * States of both sides: one PN_LOCAL_ and one PN_REMOTE_ bit.
 */
PN_EXTERN pn_state_t pn_connection_state(pn_connection_t *connection);

/**
 * Open the connection, or agree to the peer's open. [2.4.1]
 *
 * What is sent, so has to be set before, are container, hostname, capabilities and properties. Nothing
 * happens if it was opened before.
 */
PN_EXTERN void pn_connection_open(pn_connection_t *connection);

/**
 * Close the connection, after what is queued on its links has been sent; if need be, open it first. [2.4.3]
 *
 * Nothing happens if that was done before.
 */
PN_EXTERN void pn_connection_close(pn_connection_t *connection);

/**
 * Put a connection that is not bound back to its beginning: both sides uninitialized, and what the peer
 * said forgotten.
 *
 * Sessions, links and deliveries stay, as does what the application has set. Those that are open here are
 * begun and attached again once the connection is bound and opened. Nothing happens while it is bound.
 */
PN_EXTERN void pn_connection_reset(pn_connection_t *connection);

/**
 * Why this side closes the connection. Sent with pn_connection_close(), so set it before.
 *
 * @return owned by the connection
 */
PN_EXTERN pn_condition_t *pn_connection_condition(pn_connection_t *connection);

/**
 * Why the peer has closed the connection; unset if it gave no reason or has not.
 *
 * @return owned by the connection; NULL while it is not bound
 */
PN_EXTERN pn_condition_t *pn_connection_remote_condition(pn_connection_t *connection);

/**
 * Name of our container. [2.7.1]
 *
 * @return owned by the connection, until it is changed, here and for the others; NULL when not set: then it
 *         is sent empty
 */
PN_EXTERN const char *pn_connection_get_container(pn_connection_t *connection);

/**
 * Set the name of our container.
 *
 * Here and for the others that follow: the text is copied, and may be the present one; NULL for none;
 * without memory nothing changes.
 *
 * @param connection  the connection
 * @param container   UTF-8
 */
PN_EXTERN void pn_connection_set_container(pn_connection_t *connection, const char *container);

/**
 * Set the user that a client authenticates as. Before the connection is bound.
 */
PN_EXTERN void pn_connection_set_user(pn_connection_t *connection, const char *user);

/**
 * Set the password that a client authenticates with. Before the connection is bound.
 *
 * The copy is wiped once it has been used, when it is set again, and when the connection goes.
 */
PN_EXTERN void pn_connection_set_password(pn_connection_t *connection, const char *password);

/**
 * Set the user that a client wants to act as, if that is not the one it authenticates as. Before the
 * connection is bound.
 */
PN_EXTERN void pn_connection_set_authorization(pn_connection_t *connection, const char *authzid);

/** The user that a client authenticates as, as set. */
PN_EXTERN const char *pn_connection_get_user(pn_connection_t *connection);

/** The user that a client wants to act as, as set. */
PN_EXTERN const char *pn_connection_get_authorization(pn_connection_t *connection);

/** Name of the host that we want to reach, as set. [2.7.1] */
PN_EXTERN const char *pn_connection_get_hostname(pn_connection_t *connection);

/**
 * Set the name of the host that we want to reach: a virtual host of the peer's. It has no part in finding
 * the peer's address.
 */
PN_EXTERN void pn_connection_set_hostname(pn_connection_t *connection, const char *hostname);

/**
 * Name of the peer's container.
 *
 * @return owned by the connection, until it is unbound, here and for those that follow; NULL until the peer
 *         has opened the connection, and while it is not bound
 */
PN_EXTERN const char *pn_connection_remote_container(pn_connection_t *connection);

/** Name of the host that the peer wants to reach. NULL also when it named none. */
PN_EXTERN const char *pn_connection_remote_hostname(pn_connection_t *connection);

/**
 * Extensions that we offer: a symbol or an array of symbols, or empty. [2.7.1]
 *
 * @return owned by the connection, to be filled before pn_connection_open(), here and for the two that
 *         follow; NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_connection_offered_capabilities(pn_connection_t *connection);

/** Extensions that we would use if the peer offers them: a symbol or an array of symbols, or empty. */
PN_EXTERN pn_data_t *pn_connection_desired_capabilities(pn_connection_t *connection);

/** Properties that the peer is told: a map with symbols as keys, or empty. */
PN_EXTERN pn_data_t *pn_connection_properties(pn_connection_t *connection);

/**
 * Extensions that the peer offers: a symbol or an array of symbols, or empty.
 *
 * @return owned by the connection, until it is unbound, here and for the two that follow; NULL until the
 *         peer has opened the connection, while it is not bound, and when there is no memory
 */
PN_EXTERN pn_data_t *pn_connection_remote_offered_capabilities(pn_connection_t *connection);

/** Extensions that the peer would use if we offer them: a symbol or an array of symbols, or empty. */
PN_EXTERN pn_data_t *pn_connection_remote_desired_capabilities(pn_connection_t *connection);

/** Properties that the peer told: a map with symbols as keys, or empty. */
PN_EXTERN pn_data_t *pn_connection_remote_properties(pn_connection_t *connection);

/**
 * The transport that the connection is bound to.
 *
 * @return NULL while it is not bound
 */
PN_EXTERN pn_transport_t *pn_connection_transport(pn_connection_t *connection);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONNECTION_H */
