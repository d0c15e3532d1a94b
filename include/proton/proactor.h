#ifndef PROTON_PROACTOR_H
#define PROTON_PROACTOR_H 1

/**
 * @file
 * Proactors: AMQP clients and servers on any number of threads.
 *
 * A proactor owns sockets and timers and runs the protocol on them. Threads come to it for work: each gets a
 * *batch* of events about one thing (a connection, a listener, the proactor itself), handles them in order,
 * and says when it is done. No second thread gets events about that thing in the meantime, so what belongs to
 * one connection needs no lock.
 * @code
 *   static void handle(void *context, pn_event_t *event) {
 *     switch (pn_event_type(event)) { ... }
 *   }
 *
 *   pn_proactor_t *proactor = pn_proactor();
 *   pn_proactor_addr(address, sizeof address, "broker.example.org", "amqp");
 *   pn_proactor_connect2(proactor, NULL, NULL, address);
 *   pn_proactor_run(proactor, handle, NULL);       in as many threads as there shall be
 *   pn_proactor_free(proactor);                    when they have come back
 * @endcode
 * pn_proactor_run() is a loop around pn_proactor_wait(), pn_event_batch_next() and pn_proactor_done(), which
 * a program may call itself.
 *
 * **Threads.** Functions named pn_proactor_... may be called from any thread at any time, also from handlers
 * and also while other threads wait, unless theirs says otherwise. What belongs to a connection (its
 * sessions, links, deliveries and its transport) may be used only by the thread that holds a batch of it. To
 * have something done to another connection, wake it (pn_connection_wake()) or add to its work queue
 * (<baryon/work_queue.h>).
 *
 * **Events.** A batch gives the events of `<proton/event.h>`, but for those named FINAL of connections. Last
 * of a connection is PN_TRANSPORT_CLOSED, last of a listener PN_LISTENER_CLOSE. It comes exactly once,
 * whatever happened; unless the connection is released or the proactor freed first. Between them nothing is
 * lost: events that a batch is given up with come again in the next.
 *
 * **Errors.** Connecting, listening and accepting report what goes wrong as events. The transport's condition
 * (pn_transport_condition()), or the listener's (pn_listener_condition()), then is `proton:io`, with a
 * description that names the address.
 */

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets that hold every address that can be connected to or listened on, with its end of string. */
#define PN_MAX_ADDR 1060

/**
 * Write an address, as the other functions want it: host and port, with a colon between.
 *
 * @param[out] addr  gets the text and an end of string, both cut if need be
 * @param[in] size   octets at `addr`; PN_MAX_ADDR is enough
 * @param[in] host   a name, or an IPv4 or IPv6 address without brackets; NULL or "": see connect and listen
 * @param[in] port   a number, or the name of a service; NULL or "": 5672
 * @return           length of the text without its end; if that is `size` or more, it was cut
 * @threads          any
 */
PNP_EXTERN int pn_proactor_addr(char *addr, size_t size, const char *host, const char *port);

/**
 * Make a proactor. It starts no thread before one is needed for timers or to look up names.
 *
 * @return  the caller's, until pn_proactor_free(); NULL when there is no memory, or no file descriptor
 * @threads any
 */
PNP_EXTERN pn_proactor_t *pn_proactor(void);

/**
 * Free a proactor, and everything that it owns: connections, transports, listeners. NULL is fine.
 *
 * Sockets are closed, peers are not told, no events come. What is left on work queues is cancelled, here. A
 * connection that somebody else has a reference to, and a work queue, stay as memory; waking the one and
 * adding to the other do nothing. Buffers that were lent to raw connections are the application's again when
 * this returns, whether they were read into, written, or neither: nobody gives them back.
 *
 * @param proactor  with no thread inside it, and no batch that pn_proactor_done() was not called for
 * @threads         one, and no other function of this proactor in any
 */
PNP_EXTERN void pn_proactor_free(pn_proactor_t *proactor);

/**
 * Connect to an address, and open a connection over that.
 *
 * Returns at once. Names are looked up and addresses tried one after the other in the background; if none
 * takes the connection, the transport's condition is that of the last, and PN_TRANSPORT_CLOSED comes. The
 * first events are PN_CONNECTION_INIT, PN_CONNECTION_LOCAL_OPEN and PN_CONNECTION_BOUND; until
 * PN_CONNECTION_INIT has been handled there is time for all that has to be set before the first byte.
 *
 * @param proactor    the proactor
 * @param connection  given to the proactor, which lets go of it (pn_connection_free()) when
 *                    PN_TRANSPORT_CLOSED has been handled and the batch is done, or with pn_proactor_free(),
 *                    unless pn_proactor_release_connection() was called. NULL: one is made. From now on only
 *                    who holds a batch of it may use it
 * @param transport   given to the proactor, which frees it at the same time in any case. NULL: one is made
 * @param addr        "host:port", divided at the last colon; copied. An empty host is this machine, over IPv6
 *                    or IPv4. An empty port is 5672, as is "amqp"; "amqps" is 5671. TLS, if the transport has
 *                    it, expects that host where neither pn_ssl_set_peer_hostname() nor
 *                    pn_connection_set_hostname() has named another
 * @threads           any
 */
PNP_EXTERN void pn_proactor_connect2(
    pn_proactor_t *proactor, pn_connection_t *connection, pn_transport_t *transport, const char *addr);

/**
 * As pn_proactor_connect2() with a transport made for it. Deprecated, but without a warning.
 */
PNP_EXTERN void pn_proactor_connect(pn_proactor_t *proactor, pn_connection_t *connection, const char *addr);

/**
 * Connect a raw connection (<proton/raw_connection.h>) to an address.
 *
 * Returns at once; names are looked up and addresses tried as by pn_proactor_connect2().
 * PN_RAW_CONNECTION_CONNECTED comes when one has taken the connection; if none does, no event but
 * PN_RAW_CONNECTION_WAKE, PN_RAW_CONNECTION_DRAIN_BUFFERS if it was lent buffers, and
 * PN_RAW_CONNECTION_DISCONNECTED, with its condition set.
 *
 * @param proactor        the proactor
 * @param raw_connection  given to the proactor, which frees it when PN_RAW_CONNECTION_DISCONNECTED has been
 *                        handled and the batch is done, or with pn_proactor_free(). From now on only who holds a
 *                        batch of it may use it, but for pn_raw_connection_wake()
 * @param addr            as for pn_proactor_connect2()
 * @threads               any
 */
PNP_EXTERN void pn_proactor_raw_connect(
    pn_proactor_t *proactor, pn_raw_connection_t *raw_connection, const char *addr);

/**
 * Listen for connections.
 *
 * PN_LISTENER_OPEN comes when at least one address is listened on; if there is none, PN_LISTENER_CLOSE comes
 * instead, with the listener's condition set. Then PN_LISTENER_ACCEPT for connections that wait: see
 * pn_listener_accept2().
 *
 * @param proactor  the proactor
 * @param listener  given to the proactor, which frees it when PN_LISTENER_CLOSE has been handled and the
 *                  batch is done, or with pn_proactor_free(). From now on only who holds a batch of it may
 *                  use it, but for pn_listener_close()
 * @param addr      "host:port", as in pn_proactor_connect2(). An empty host is every address of this machine,
 *                  IPv6 and IPv4. Port "0" is one that is free, the same for each address: see
 *                  pn_listener_addr()
 * @param backlog   how many connections may wait to be accepted, for each address, before more are refused; 1
 *                  or more, and no more than the system allows
 * @threads         any
 */
PNP_EXTERN void pn_proactor_listen(
    pn_proactor_t *proactor, pn_listener_t *listener, const char *addr, int backlog);

/**
 * Cut all connections and close all listeners that the proactor has now.
 *
 * Each gets its events as if its socket had failed: PN_TRANSPORT_TAIL_CLOSED, PN_TRANSPORT_ERROR,
 * PN_TRANSPORT_HEAD_CLOSED and PN_TRANSPORT_CLOSED, or PN_LISTENER_CLOSE; that of the caller's batch, too, in
 * a later batch. Peers see no AMQP close. Once all are gone and no timeout is set, PN_PROACTOR_INACTIVE
 * comes; at once if there was nothing. The proactor can be used on; what is made before PN_PROACTOR_INACTIVE
 * may delay it.
 *
 * @param proactor   the proactor
 * @param condition  why: set on each transport, with "(connection aborted)" added to its description, and on
 *                   each listener; copied. NULL, or not set: "connection aborted"
 * @threads          any
 */
PNP_EXTERN void pn_proactor_disconnect(pn_proactor_t *proactor, pn_condition_t *condition);

/**
 * Wait for events.
 *
 * @return  a batch with at least one event, for pn_proactor_done(); never NULL
 * @threads any number; none sees events of the same thing until the batch is done
 * @cost    with work to do, no system call for itself; a thread that has none sleeps, and one of them polls
 */
PNP_EXTERN pn_event_batch_t *pn_proactor_wait(pn_proactor_t *proactor);

/**
 * Get events if there are any now; otherwise as pn_proactor_wait().
 *
 * @return  NULL if there is nothing to handle
 * @threads any
 */
PNP_EXTERN pn_event_batch_t *pn_proactor_get(pn_proactor_t *proactor);

/**
 * Take the next event of a batch.
 *
 * This is where a connection works: when its events have been taken it reads, writes and may go on with more.
 * What a handler did is sent at the latest when the batch is done. Its work queue is run here, too, just
 * before a PN_CONNECTION_WAKE is returned.
 *
 * A batch ends after a limited number of events and bytes, so that others get their turn. What is left comes
 * in another batch, and so do the events of a batch that is given up earlier.
 *
 * @param batch  not yet done
 * @return       the event, until the next call; NULL at the end of the batch
 * @threads      the one that holds the batch; it may be handed on to another
 */
PNP_EXTERN pn_event_t *pn_event_batch_next(pn_event_batch_t *batch);

/**
 * The proactor, if a batch is about the proactor itself.
 *
 * Of this and the next three functions exactly one gives something for any batch; but none does once the
 * connection was released.
 *
 * @return  NULL otherwise
 * @threads the one that holds the batch
 */
PNP_EXTERN pn_proactor_t *pn_event_batch_proactor(pn_event_batch_t *batch);

/**
 * The listener that a batch is about.
 *
 * @return  NULL if it is about something else
 * @threads the one that holds the batch
 */
PNP_EXTERN pn_listener_t *pn_event_batch_listener(pn_event_batch_t *batch);

/**
 * The connection that a batch is about.
 *
 * @return  NULL if it is about something else, or if the connection was released
 * @threads the one that holds the batch
 */
PNP_EXTERN pn_connection_t *pn_event_batch_connection(pn_event_batch_t *batch);

/**
 * The raw connection that a batch is about.
 *
 * @return  NULL if it is about something else
 * @threads the one that holds the batch
 */
PNP_EXTERN pn_raw_connection_t *pn_event_batch_raw_connection(pn_event_batch_t *batch);

/**
 * Say that a batch has been handled. What it was about may be given to any thread now, and is freed if that
 * was its last event.
 *
 * @param proactor  the proactor that the batch is of
 * @param events    the batch, not to be used any more; exactly once for each that was got
 * @threads         any, after which no thread holds the batch
 */
PNP_EXTERN void pn_proactor_done(pn_proactor_t *proactor, pn_event_batch_t *events);

/**
 * Run the event loop in this thread: handle every event that comes, until pn_proactor_stop() is called.
 *
 * Several threads that call it are a pool. Each finishes its batch before it returns; events of that batch
 * that came after the stop are offered again.
 *
 * @param proactor  the proactor
 * @param handler   called for each event; may call anything but pn_proactor_free(), and pn_proactor_done()
 *                  for its batch
 * @param context   handed to each call
 * @threads         any number
 */
PNP_EXTERN void pn_proactor_run(
    pn_proactor_t *proactor, void (*handler)(void *context, pn_event_t *event), void *context);

/**
 * Have every pn_proactor_run() return after the batch that it has, and each that begins later return at once,
 * until pn_proactor_resume().
 *
 * Nothing else changes: connections stay, events wait, and pn_proactor_wait(), pn_proactor_get() and
 * pn_proactor_interrupt() work as ever.
 *
 * @threads any, handlers too; async-signal-safe
 */
PNP_EXTERN void pn_proactor_stop(pn_proactor_t *proactor);

/**
 * Undo pn_proactor_stop(): pn_proactor_run() can be called again. Threads that have not yet seen the stop run
 * on.
 *
 * @threads any
 */
PNP_EXTERN void pn_proactor_resume(pn_proactor_t *proactor);

/**
 * Have a PN_PROACTOR_INTERRUPT come soon.
 *
 * At least one comes after each call. Calls made before it comes share it.
 *
 * @threads any; async-signal-safe
 */
PNP_EXTERN void pn_proactor_interrupt(pn_proactor_t *proactor);

/**
 * Have a PN_PROACTOR_TIMEOUT come after some time.
 *
 * There is one timeout: setting it again before it is over replaces it, and if both events were due both may
 * come. A timeout that is set keeps the proactor from becoming inactive.
 *
 * @param proactor  the proactor
 * @param timeout   milliseconds; 0: at once
 * @threads         any
 */
PNP_EXTERN void pn_proactor_set_timeout(pn_proactor_t *proactor, pn_millis_t timeout);

/**
 * Set no timeout any more, if one is set. With nothing else left, PN_PROACTOR_INACTIVE comes.
 *
 * @threads any
 */
PNP_EXTERN void pn_proactor_cancel_timeout(pn_proactor_t *proactor);

/**
 * Take a connection out of its proactor: from now on it is the caller's.
 *
 * No more events come, not even those that the batch still had. The socket is closed, and the transport
 * unbound and freed; the peer sees a connection that was cut. Sessions, links, deliveries, context and
 * attachments stay; the states are those of a connection that was never opened. What is left on its work
 * queue is cancelled. The caller frees it (pn_connection_free()) or gives it to pn_proactor_connect2() or
 * pn_listener_accept2() again.
 *
 * Has nothing to do with pn_connection_release().
 *
 * @param connection  without a proactor nothing happens
 * @threads           the one that holds the connection's batch
 */
PNP_EXTERN void pn_proactor_release_connection(pn_connection_t *connection);

/**
 * Wake a connection: have a PN_CONNECTION_WAKE come for it.
 *
 * A wake that was called for leads to at least one event after it, before the connection's final event. Wakes
 * made while one is pending merge into it. It comes before the socket is connected, too. After the
 * connection's final event, and for a connection without a proactor, nothing happens.
 *
 * @param connection  not yet freed; who cannot know takes a reference (pn_incref()) while it is alive, or a
 *                    work queue (pn_connection_work_queue()), which may outlive it
 * @threads           any; takes no lock; async-signal-safe
 * @cost              a compare-and-swap, a push if the connection was idle, one system call if a thread must
 *                    be woken
 */
PNP_EXTERN void pn_connection_wake(pn_connection_t *connection);

/**
 * Write to the connection's socket what there is, now instead of at the end of the batch.
 *
 * It does not block: what the socket does not take is written later. Events may be added to the end of the
 * batch, an error's too. Without a proactor nothing happens.
 *
 * @param connection  the connection
 * @threads           the one that holds the connection's batch
 */
PNP_EXTERN void pn_connection_write_flush(pn_connection_t *connection);

/**
 * The proactor that a connection belongs to.
 *
 * @return  NULL if it belongs to none
 * @threads the one that holds the connection's batch
 */
PNP_EXTERN pn_proactor_t *pn_connection_proactor(pn_connection_t *connection);

/**
 * The proactor that an event comes from.
 *
 * @return  NULL if it comes from none
 * @threads the one that holds the event's batch
 */
PNP_EXTERN pn_proactor_t *pn_event_proactor(pn_event_t *event);

/**
 * The lower 32 bits of pn_proactor_now_64(), which begin anew every 49 days. Deprecated, but without a
 * warning.
 *
 * @threads any
 */
PNP_EXTERN pn_millis_t pn_proactor_now(void);

/**
 * The time on a clock that only grows, and that setting the time of day does not touch: to measure and to
 * wait with. A timestamp of AMQP is something else, the time since 1970.
 *
 * @return  milliseconds since some point in the past
 * @threads any
 */
PNP_EXTERN int64_t pn_proactor_now_64(void);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_PROACTOR_H */
