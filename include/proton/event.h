#ifndef PROTON_EVENT_H
#define PROTON_EVENT_H 1

/**
 * @file
 * Events, and the collectors that queue them: how an application learns what happened to its connections.
 *
 * An event says that something about an object changed; the object itself says what it is like now. Events
 * come in the order in which things happened, and by then the states of the objects may have moved on. Two
 * equal events in a row become one.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One event: its type, and the object that it is about, which it keeps a reference to.
 *
 * An event that was got from a collector stays until the collector drops it: at pn_collector_pop(), at the
 * next pn_collector_next(), or when the collector is released. Who wants to keep it longer takes a
 * reference (pn_incref()).
 */
typedef struct pn_event_t pn_event_t;

/**
 * What happened. Behind each type stands which object the event is about; the accessors
 * (pn_event_connection() and so on) also find that object's owners.
 *
 * The numbers never change. Bindings use numbers from 10000 on for types of their own.
 */
typedef enum {
  PN_EVENT_NONE = 0,   /**< No event; never in a collector */
  PN_REACTOR_INIT,     /**< Of an older interface; never made */
  PN_REACTOR_QUIESCED, /**< Of an older interface; never made */
  PN_REACTOR_FINAL,    /**< Of an older interface; never made */
  PN_TIMER_TASK,       /**< Of an older interface; never made */

  /** Connection: it has a collector now. First of all events of a connection. */
  PN_CONNECTION_INIT,
  /** Connection: bound to a transport. */
  PN_CONNECTION_BOUND,
  /** Connection: no longer bound to a transport. */
  PN_CONNECTION_UNBOUND,
  /** Connection: opened by the application, and the peer is to be told. */
  PN_CONNECTION_LOCAL_OPEN,
  /** Connection: opened by the peer. */
  PN_CONNECTION_REMOTE_OPEN,
  /** Connection: closed by the application, and the peer is to be told. */
  PN_CONNECTION_LOCAL_CLOSE,
  /** Connection: closed by the peer; pn_connection_remote_condition() says why. */
  PN_CONNECTION_REMOTE_CLOSE,
  /** Connection: freed by the application and done with; nothing more will come about it. */
  PN_CONNECTION_FINAL,

  /** Session: made, by the application or because the peer began it. */
  PN_SESSION_INIT,
  /** Session: opened by the application, and the peer is to be told. */
  PN_SESSION_LOCAL_OPEN,
  /** Session: opened by the peer. */
  PN_SESSION_REMOTE_OPEN,
  /** Session: closed by the application, and the peer is to be told. */
  PN_SESSION_LOCAL_CLOSE,
  /** Session: closed by the peer; pn_session_remote_condition() says why. */
  PN_SESSION_REMOTE_CLOSE,
  /** Session: freed by the application and done with; nothing more will come about it. */
  PN_SESSION_FINAL,

  /** Link: made, by the application or because the peer attached it. */
  PN_LINK_INIT,
  /** Link: opened by the application, and the peer is to be told. */
  PN_LINK_LOCAL_OPEN,
  /** Link: opened by the peer. */
  PN_LINK_REMOTE_OPEN,
  /** Link: closed by the application, and the peer is to be told. */
  PN_LINK_LOCAL_CLOSE,
  /** Link: closed by the peer; pn_link_remote_condition() says why. */
  PN_LINK_REMOTE_CLOSE,
  /** Link: detached by the application, and the peer is to be told. */
  PN_LINK_LOCAL_DETACH,
  /** Link: detached by the peer, which may attach it again. */
  PN_LINK_REMOTE_DETACH,
  /** Link: its credit, drain mode or counters may have changed. */
  PN_LINK_FLOW,
  /** Link: freed by the application and done with; nothing more will come about it. */
  PN_LINK_FINAL,

  /** Delivery: more of it has come, or the peer changed its state or settled it. */
  PN_DELIVERY,

  /** Transport: there is something to write, or a heartbeat's time has changed. */
  PN_TRANSPORT,
  /** Transport: never made; ask pn_transport_is_authenticated() at PN_CONNECTION_REMOTE_OPEN. */
  PN_TRANSPORT_AUTHENTICATED,
  /** Transport: it failed; pn_transport_condition() says why. */
  PN_TRANSPORT_ERROR,
  /** Transport: nothing more will be written. */
  PN_TRANSPORT_HEAD_CLOSED,
  /** Transport: nothing more will be read. */
  PN_TRANSPORT_TAIL_CLOSED,
  /** Transport: both ends are closed. Last event of a connection in a proactor. */
  PN_TRANSPORT_CLOSED,

  PN_SELECTABLE_INIT,     /**< Of an older interface; never made */
  PN_SELECTABLE_UPDATED,  /**< Of an older interface; never made */
  PN_SELECTABLE_READABLE, /**< Of an older interface; never made */
  PN_SELECTABLE_WRITABLE, /**< Of an older interface; never made */
  PN_SELECTABLE_ERROR,    /**< Of an older interface; never made */
  PN_SELECTABLE_EXPIRED,  /**< Of an older interface; never made */
  PN_SELECTABLE_FINAL,    /**< Of an older interface; never made */

  /** Connection: pn_connection_wake() was called. */
  PN_CONNECTION_WAKE,

  /** Listener: a connection waits to be accepted. */
  PN_LISTENER_ACCEPT,
  /** Listener: closed; its last event. */
  PN_LISTENER_CLOSE,

  /** Proactor: pn_proactor_interrupt() was called. */
  PN_PROACTOR_INTERRUPT,
  /** Proactor: the time of pn_proactor_set_timeout() is over. */
  PN_PROACTOR_TIMEOUT,
  /** Proactor: the last connection and listener are gone, and no timeout is set. */
  PN_PROACTOR_INACTIVE,

  /** Listener: it listens. */
  PN_LISTENER_OPEN,

  /** Raw connection: connected. */
  PN_RAW_CONNECTION_CONNECTED,
  /** Raw connection: nothing more will be read. */
  PN_RAW_CONNECTION_CLOSED_READ,
  /** Raw connection: nothing more will be written. */
  PN_RAW_CONNECTION_CLOSED_WRITE,
  /** Raw connection: over; its last event. */
  PN_RAW_CONNECTION_DISCONNECTED,
  /** Raw connection: it has no buffers to read into. */
  PN_RAW_CONNECTION_NEED_READ_BUFFERS,
  /** Raw connection: it has nothing to write. */
  PN_RAW_CONNECTION_NEED_WRITE_BUFFERS,
  /** Raw connection: buffers with what was read can be taken. */
  PN_RAW_CONNECTION_READ,
  /** Raw connection: buffers that were written can be taken back. */
  PN_RAW_CONNECTION_WRITTEN,
  /** Raw connection: pn_raw_connection_wake() was called. */
  PN_RAW_CONNECTION_WAKE,
  /** Raw connection: it is ending, and buffers wait to be taken back. */
  PN_RAW_CONNECTION_DRAIN_BUFFERS
} pn_event_type_t;

/**
 * Name of a type, as it is spelt above.
 *
 * @return a constant string: "PN_LINK_FLOW"; "PN_UNKNOWN" for a number that is no type of this list
 * @threads any
 */
PN_EXTERN const char *pn_event_type_name(pn_event_type_t type);

/**
 * Make a collector: a queue of events.
 *
 * One collector may serve several connections if one thread uses them all. The driver of a connection and the
 * proactor have collectors of their own.
 *
 * @return an object with one reference, which is the caller's; NULL when there is no memory
 */
PN_EXTERN pn_collector_t *pn_collector(void);

/**
 * Release a collector (pn_collector_release()) and drop the caller's reference. NULL is fine.
 */
PN_EXTERN void pn_collector_free(pn_collector_t *collector);

/**
 * Drop all events, and take no more from now on.
 *
 * For the end of a connection, so that nobody waits for events that nobody handles.
 */
PN_EXTERN void pn_collector_release(pn_collector_t *collector);

/**
 * Drop all events.
 */
PN_EXTERN void pn_collector_drain(pn_collector_t *collector);

/**
 * Put an event at the end of the queue.
 *
 * The event keeps a reference to `context`, as the class counts it.
 *
 * @param collector  NULL is fine
 * @param clazz      how to refer to `context`; PN_OBJECT for an object of the library, whose own class is
 *                   then the event's
 * @param context    what the event is about
 * @param type       any number but 0; the library gives a meaning only to its own
 * @return the new event. NULL when none was added: the last event in the queue is equal (same type, same
 *         context), the collector is NULL or was released, or there is no memory
 */
PN_EXTERN pn_event_t *pn_collector_put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type);

/**
 * Put an event about an object of the library at the end of the queue. Otherwise as pn_collector_put().
 *
 * @param collector  NULL is fine
 * @param object     a connection, session, link, delivery, transport or any other object with a class
 * @param type       any number but 0
 * @return as pn_collector_put()
 */
PN_EXTERN pn_event_t *pn_collector_put_object(pn_collector_t *collector, void *object, pn_event_type_t type);

/**
 * The first event, which stays in the queue.
 *
 * @return owned by the collector, until it is popped; NULL when the queue is empty
 */
PN_EXTERN pn_event_t *pn_collector_peek(pn_collector_t *collector);

/**
 * Drop the first event.
 *
 * @return whether there was one
 */
PN_EXTERN bool pn_collector_pop(pn_collector_t *collector);

/**
 * Take the first event out of the queue, and drop the one that the previous call took out.
 *
 * @return owned by the collector, until the next call; NULL when the queue is empty
 */
PN_EXTERN pn_event_t *pn_collector_next(pn_collector_t *collector);

/**
 * The event that the last call of pn_collector_next() took out.
 *
 * @return NULL when there is none
 */
PN_EXTERN pn_event_t *pn_collector_prev(pn_collector_t *collector);

/**
 * Whether there are more events behind the first one: two or more in all.
 */
PN_EXTERN bool pn_collector_more(pn_collector_t *collector);

/**
 * What happened.
 *
 * @return PN_EVENT_NONE for NULL
 */
PN_EXTERN pn_event_type_t pn_event_type(pn_event_t *event);

/**
 * Class of what the event is about.
 */
PN_EXTERN const pn_class_t *pn_event_class(pn_event_t *event);

/**
 * What the event is about, whatever its class; compare with pn_event_class().
 */
PN_EXTERN void *pn_event_context(pn_event_t *event);

/**
 * The connection that the event is about, directly or as the owner of a session, link, delivery or transport.
 *
 * @return NULL for events about anything else, and about a transport that is not bound
 */
PN_EXTERN pn_connection_t *pn_event_connection(pn_event_t *event);

/**
 * The session that the event is about, directly or as the owner of a link or delivery.
 *
 * @return NULL for events about anything else
 */
PN_EXTERN pn_session_t *pn_event_session(pn_event_t *event);

/**
 * The link that the event is about, directly or as the owner of a delivery.
 *
 * @return NULL for events about anything else
 */
PN_EXTERN pn_link_t *pn_event_link(pn_event_t *event);

/**
 * The delivery that the event is about.
 *
 * @return NULL for events about anything else
 */
PN_EXTERN pn_delivery_t *pn_event_delivery(pn_event_t *event);

/**
 * The transport that the event is about, directly or as the one that a connection, or what it owns, is bound
 * to.
 *
 * @return NULL for events about anything else, and when the connection is not bound
 */
PN_EXTERN pn_transport_t *pn_event_transport(pn_event_t *event);

/**
 * The record of the event itself, for what handlers of one event want to tell each other.
 *
 * @return owned by the event, and gone with it; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_event_attachments(pn_event_t *event);

/**
 * Why something ended, for events about connections, sessions, links and transports.
 *
 * @return the peer's condition if that is set, else our own if that is set, of the object that the event is
 *         about; of a transport its condition if that is set. Owned by that object. Else NULL
 */
PN_EXTERN struct pn_condition_t *pn_event_condition(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_EVENT_H */
