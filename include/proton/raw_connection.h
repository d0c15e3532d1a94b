#ifndef PROTON_RAW_CONNECTION_H
#define PROTON_RAW_CONNECTION_H 1

/**
 * @file
 * Raw connections: the proactor for bytes that are not AMQP.
 *
 * A raw connection is a stream socket in a proactor. It has batches, events and wakes like an AMQP connection,
 * but reads into buffers and writes from buffers that the application owns and lends to it; nothing is copied.
 * @code
 *   case PN_RAW_CONNECTION_NEED_READ_BUFFERS: pn_raw_connection_give_read_buffers(raw, &buffer, 1); break;
 *   case PN_RAW_CONNECTION_READ:
 *     while (pn_raw_connection_take_read_buffers(raw, &buffer, 1) == 1)
 *       if (buffer.size > 0) pn_raw_connection_write_buffers(raw, &buffer, 1);   an echo
 *     break;
 *   case PN_RAW_CONNECTION_WRITTEN:
 *     while (pn_raw_connection_take_written_buffers(raw, &buffer, 1) == 1) ...    it may be lent again
 * @endcode
 *
 * **Buffers.** Up to 16 can be lent for each direction; those that have been read into, or written, count until
 * they are taken back. Each comes back exactly once: in the order in which it was given, by the take function of
 * its direction. In the meantime nobody else may touch what it points to (what is written may be read, and lent
 * to be written several times). Those that have not been taken back are the application's again when the
 * connection's memory goes: when PN_RAW_CONNECTION_DISCONNECTED has been handled, or in pn_proactor_free().
 *
 * **Events.** First PN_RAW_CONNECTION_CONNECTED, if it gets connected; last, exactly once,
 * PN_RAW_CONNECTION_DISCONNECTED, after which it is freed. Each is made when it is asked for, so that what a handler
 * does has its effect on the next. Of those that are due the order is: CONNECTED, WAKE, READ, WRITTEN, CLOSED_READ,
 * CLOSED_WRITE, DRAIN_BUFFERS, DISCONNECTED, NEED_WRITE_BUFFERS, NEED_READ_BUFFERS (each with the prefix
 * PN_RAW_CONNECTION_).
 *
 * **Ends.** Either side can be closed by itself: reading by the peer's end of stream or by
 * pn_raw_connection_read_close(), writing by pn_raw_connection_write_close(). When both are closed and what was lent
 * to be written has been, the connection ends. If the peer closes or resets the connection, this is told also
 * when there are no buffers to read into, unless octets that it sent before closing still wait for some.
 *
 * **Threads.** A raw connection is used by the thread that holds its batch, or, before it is given to a
 * proactor, by the one that made it; but for pn_raw_connection_wake().
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

/**
 * A buffer of the application's.
 *
 * To be read into, it is filled from `offset` up to `capacity`. It comes back with `size` octets, which begin at
 * `offset`; the other members are as they were given.
 *
 * To be written, `size` octets from `offset` on are. It comes back as it was given; `capacity` is not looked at.
 */
typedef struct pn_raw_buffer_t {
  uintptr_t context; /**< The application's, not looked at */
  char *bytes;       /**< The memory; NULL: there is no buffer */
  uint32_t capacity; /**< Octets at `bytes` */
  uint32_t size;     /**< Octets that were read, or are to be written */
  uint32_t offset;   /**< Where these begin, counted from `bytes` */
} pn_raw_buffer_t;

/**
 * Make a raw connection, to be given to pn_proactor_raw_connect() or pn_listener_raw_accept(). Buffers may be
 * lent to it, and its context set, before that.
 *
 * @return  the caller's until then, and the proactor's afterwards: there is no function to free one. NULL when
 *          there is no memory
 * @threads any
 */
PNP_EXTERN pn_raw_connection_t *pn_raw_connection(void);

/**
 * The address of this end.
 *
 * @return  NULL if there is none (yet). Valid until PN_RAW_CONNECTION_DISCONNECTED has been handled
 * @threads the one that holds the batch
 */
PNP_EXTERN const struct pn_netaddr_t *pn_raw_connection_local_addr(pn_raw_connection_t *connection);

/**
 * The address of the other end.
 *
 * @return  NULL if there is none (yet). Valid until PN_RAW_CONNECTION_DISCONNECTED has been handled
 * @threads the one that holds the batch
 */
PNP_EXTERN const struct pn_netaddr_t *pn_raw_connection_remote_addr(pn_raw_connection_t *connection);

/**
 * Close both sides. What was lent to be written is written first, for which it gets connected if need be.
 *
 * Events follow for buffers that come back, PN_RAW_CONNECTION_DISCONNECTED last. Doing it again changes nothing.
 *
 * @threads the one that holds the batch
 */
PNP_EXTERN void pn_raw_connection_close(pn_raw_connection_t *connection);

/**
 * Read no more. Buffers that have not been read into can be taken back once PN_RAW_CONNECTION_CLOSED_READ has
 * come; those that have been, as ever. Writing goes on.
 *
 * @threads the one that holds the batch
 */
PNP_EXTERN void pn_raw_connection_read_close(pn_raw_connection_t *connection);

/**
 * Lend nothing more to be written. PN_RAW_CONNECTION_CLOSED_WRITE comes at once; when the buffers that are there
 * have been written, the peer sees the end of the stream. Reading goes on.
 *
 * @threads the one that holds the batch
 */
PNP_EXTERN void pn_raw_connection_write_close(pn_raw_connection_t *connection);

/**
 * How many more buffers to read into it would take.
 *
 * @return  0 to 16; 0 if that side is closed
 * @threads the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_read_buffers_capacity(pn_raw_connection_t *connection);

/**
 * How many more buffers to be written it would take.
 *
 * @return  0 to 16; 0 if that side is closed
 * @threads the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_write_buffers_capacity(pn_raw_connection_t *connection);

/**
 * Lend buffers to be read into.
 *
 * They are filled in order, as many by one system call as there is something to read for. While there are none,
 * nothing is read and the peer, in the end, has to wait: PN_RAW_CONNECTION_NEED_READ_BUFFERS has been told once since
 * some were given last, whether there is something to read or not.
 *
 * @param connection  the connection
 * @param buffers     descriptions, which are copied
 * @param num         how many
 * @return            how many were taken, from the first on. It stops at one for which there is no slot (or no
 *                    memory for one), that has no room (`bytes` is NULL, or `capacity` not greater than `offset`),
 *                    or whose room overlaps that of another that is lent for reading to this connection; 0 if
 *                    that side is closed
 * @threads           the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_give_read_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t const *buffers, size_t num);

/**
 * Take buffers back that have been read into, in the order in which that happened. At the end of the stream
 * one comes back with size 0, if there is one; the others do once PN_RAW_CONNECTION_CLOSED_READ has been told.
 *
 * @param connection    the connection
 * @param[out] buffers  filled in
 * @param num           how many there is room for
 * @return              how many were filled in; if less than `num`, there are no more now
 * @threads             the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_take_read_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t *buffers, size_t num);

/**
 * Lend buffers to be written.
 *
 * They are written in order, those that were lent while events were handled by one system call when all of them
 * have been. PN_RAW_CONNECTION_NEED_WRITE_BUFFERS is told once since some were given last, when all have been
 * written.
 *
 * @param connection  the connection
 * @param buffers     descriptions, which are copied; a size of 0 is fine
 * @param num         how many
 * @return            how many were taken, from the first on. It stops at one for which there is no slot (or no
 *                    memory for one), or whose `bytes` is NULL; 0 if that side is closed
 * @threads           the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_write_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t const *buffers, size_t num);

/**
 * Take buffers back that have been written, in the order in which they were given; when the connection has
 * ended (PN_RAW_CONNECTION_DRAIN_BUFFERS), also those that have not been.
 *
 * "Written" means that the operating system has them, not that the peer does.
 *
 * @param connection    the connection
 * @param[out] buffers  filled in
 * @param num           how many there is room for
 * @return              how many were filled in; if less than `num`, there are no more now
 * @threads             the one that holds the batch
 */
PNP_EXTERN size_t pn_raw_connection_take_written_buffers(
    pn_raw_connection_t *connection, pn_raw_buffer_t *buffers, size_t num);

/**
 * Whether nothing more is read: the peer's stream has ended, it was closed here, or the connection has ended.
 *
 * @threads the one that holds the batch
 */
PNP_EXTERN bool pn_raw_connection_is_read_closed(pn_raw_connection_t *connection);

/**
 * Whether nothing more can be lent to be written: it was closed here, or the connection has ended.
 *
 * @threads the one that holds the batch
 */
PNP_EXTERN bool pn_raw_connection_is_write_closed(pn_raw_connection_t *connection);

/**
 * Wake a raw connection: a PN_RAW_CONNECTION_WAKE event comes for it, also before it is connected, or, if it is
 * about to end, PN_RAW_CONNECTION_DISCONNECTED instead.
 *
 * Wakes that are made while one is pending merge into it. There is none after PN_RAW_CONNECTION_DISCONNECTED.
 *
 * @param connection  given to a proactor, and not yet freed: PN_RAW_CONNECTION_DISCONNECTED has not been handled. Who
 *                    cannot know that uses pn_raw_connection_work_queue() (<baryon/work_queue.h>)
 * @threads           any; takes no lock; async-signal-safe
 */
PNP_EXTERN void pn_raw_connection_wake(pn_raw_connection_t *connection);

/**
 * Why a raw connection ended: `proton:io`, with a description that names the address, or what
 * pn_proactor_disconnect() was called with.
 *
 * @return  owned by the connection; not set if it ended because both sides were closed
 * @threads the one that holds the batch
 */
PNP_EXTERN pn_condition_t *pn_raw_connection_condition(pn_raw_connection_t *connection);

/**
 * The application's pointer, NULL at first: the value under PN_LEGCTX of pn_raw_connection_attachments().
 *
 * @threads the one that holds the batch, or that has not yet given it to a proactor
 */
PNP_EXTERN void *pn_raw_connection_get_context(pn_raw_connection_t *connection);

/**
 * Set the application's pointer. It is only carried.
 *
 * @threads the one that holds the batch, or that has not yet given it to a proactor
 */
PNP_EXTERN void pn_raw_connection_set_context(pn_raw_connection_t *connection, void *context);

/**
 * The record of what the application keeps with a raw connection; see object.h. It ends with the connection.
 *
 * @return  owned by the connection; NULL when there is no memory
 * @threads the one that holds the batch, or that has not yet given it to a proactor
 */
PNP_EXTERN pn_record_t *pn_raw_connection_attachments(pn_raw_connection_t *connection);

/**
 * The raw connection that an event is about.
 *
 * @return  NULL if it is about something else
 * @threads the one that holds the event's batch
 */
PNP_EXTERN pn_raw_connection_t *pn_event_raw_connection(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_RAW_CONNECTION_H */
