#ifndef PROTON_CONNECTION_DRIVER_H
#define PROTON_CONNECTION_DRIVER_H 1

/**
 * @file
 * Connection drivers: AMQP over any stream of bytes, without I/O of their own.
 *
 * A driver is a connection, a transport and a collector that are used together: bytes in, events out, bytes
 * out. A loop around one looks like this:
 *
 *     pn_connection_driver_init(&driver, NULL, NULL);
 *     while (!pn_connection_driver_finished(&driver)) {
 *       write pn_connection_driver_write_buffer(), then pn_connection_driver_write_done()
 *       read into pn_connection_driver_read_buffer(), then pn_connection_driver_read_done()
 *       pn_transport_tick(driver.transport, now), if there are idle time-outs
 *       while ((event = pn_connection_driver_next_event(&driver))) handle(event);
 *     }
 *     pn_connection_driver_destroy(&driver);
 *
 * When reading fails or ends it calls pn_connection_driver_read_close(), when writing fails
 * pn_connection_driver_write_close(). After PN_TRANSPORT_HEAD_CLOSED there is nothing more to write, and the
 * socket's writing half can be shut down.
 *
 * Different drivers may be used by different threads at once.
 */

#include <proton/annotations.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>
#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is driven. The struct is the caller's, the three objects are the driver's. */
typedef struct pn_connection_driver_t {
  pn_connection_t *connection; /**< Made by the driver, unless it was given */
  pn_transport_t *transport;   /**< Made by the driver, unless it was given */
  pn_collector_t *collector;   /**< Where the connection's events are */
} pn_connection_driver_t;

/**
 * Set up a driver.
 *
 * The transport is bound once PN_CONNECTION_INIT has been handled; before that there is time to say that it is
 * a server's, and what a client needs to authenticate itself.
 *
 * @param driver      to be filled in
 * @param connection  given to the driver; NULL to have one made
 * @param transport   given to the driver; NULL to have one made
 * @return 0; PN_OUT_OF_MEMORY, and then all three are NULL and what was given is freed
 */
PN_EXTERN int pn_connection_driver_init(
    pn_connection_driver_t *driver, pn_connection_t *connection, pn_transport_t *transport);

/**
 * Bind the transport now.
 *
 * @return 0; PN_STATE_ERR if that was done
 */
PN_EXTERN int pn_connection_driver_bind(pn_connection_driver_t *driver);

/**
 * Free the three objects, and set the pointers to NULL.
 */
PN_EXTERN void pn_connection_driver_destroy(pn_connection_driver_t *driver);

/**
 * Take the connection out of a driver.
 *
 * The transport is closed, which the peer sees as an abort. The connection is as if it had never been open, and
 * may be given to another driver. Events that tell of the end are still to be had.
 *
 * @return the connection, which is the caller's now; NULL if it was taken before
 */
PN_EXTERN pn_connection_t *pn_connection_driver_release_connection(pn_connection_driver_t *driver);

/**
 * Where to read to, with room for `n` bytes if there is memory for them.
 *
 * @return valid until the next call with the driver; a size of 0 if nothing can be read now, or ever again
 *         (pn_connection_driver_read_closed())
 */
PN_EXTERN pn_rwbytes_t pn_connection_driver_read_buffer_sized(pn_connection_driver_t *driver, size_t n);

/**
 * Where to read to, with as much room as the driver finds right: 16 KiB or more.
 *
 * @return as pn_connection_driver_read_buffer_sized()
 */
PN_EXTERN pn_rwbytes_t pn_connection_driver_read_buffer(pn_connection_driver_t *driver);

/**
 * Handle bytes that were read into the read buffer. With 0 for `n` the buffer is given back.
 */
PN_EXTERN void pn_connection_driver_read_done(pn_connection_driver_t *driver, size_t n);

/**
 * Say that no more will be read.
 */
PN_EXTERN void pn_connection_driver_read_close(pn_connection_driver_t *driver);

/**
 * Whether no more is to be read.
 */
PN_EXTERN bool pn_connection_driver_read_closed(pn_connection_driver_t *driver);

/**
 * What to write.
 *
 * @return valid until the next call with the driver; a size of 0 if there is nothing to write now, or ever
 *         again (pn_connection_driver_write_closed())
 */
PN_EXTERN pn_bytes_t pn_connection_driver_write_buffer(pn_connection_driver_t *driver);

/**
 * Say that the first `n` bytes of the write buffer have been written.
 *
 * @return what to write next, as pn_connection_driver_write_buffer()
 */
PN_EXTERN pn_bytes_t pn_connection_driver_write_done(pn_connection_driver_t *driver, size_t n);

/**
 * Say that no more will be written.
 */
PN_EXTERN void pn_connection_driver_write_close(pn_connection_driver_t *driver);

/**
 * Whether no more is to be written.
 */
PN_EXTERN bool pn_connection_driver_write_closed(pn_connection_driver_t *driver);

/**
 * Say that no more will be read or written.
 */
PN_EXTERN void pn_connection_driver_close(pn_connection_driver_t *driver);

/**
 * The next event. What the last one stood for counts as handled.
 *
 * @return valid until the next call of this function; NULL if there is none now
 */
PN_EXTERN pn_event_t *pn_connection_driver_next_event(pn_connection_driver_t *driver);

/**
 * Whether there is a next event.
 */
PN_EXTERN bool pn_connection_driver_has_event(pn_connection_driver_t *driver);

/**
 * Whether nothing is left to read, to write, or to handle.
 */
PN_EXTERN bool pn_connection_driver_finished(pn_connection_driver_t *driver);

/**
 * Say why reading or writing is about to be closed: set the transport's condition.
 *
 * @param driver  the driver
 * @param name    of the condition, such as "proton:io"
 * @param fmt     of its description, as for printf()
 */
PN_EXTERN void pn_connection_driver_errorf(pn_connection_driver_t *driver, const char *name,
    PN_PRINTF_FORMAT const char *fmt, ...) PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * The same with the arguments of a function like vprintf().
 */
PN_EXTERN void pn_connection_driver_verrorf(
    pn_connection_driver_t *driver, const char *name, const char *fmt, va_list ap);

/** The event after which nothing is left to be written. */
#define PN_TRANSPORT_WRITE_CLOSED PN_TRANSPORT_HEAD_CLOSED

/** The event after which nothing more is read. */
#define PN_TRANSPORT_READ_CLOSED PN_TRANSPORT_TAIL_CLOSED

/**
 * pn_transport_log() of the driver's transport.
 */
PN_EXTERN void pn_connection_driver_log(pn_connection_driver_t *driver, const char *msg);

/**
 * pn_transport_logf() of the driver's transport.
 */
PN_EXTERN void pn_connection_driver_logf(
    pn_connection_driver_t *driver, PN_PRINTF_FORMAT const char *fmt, ...) PN_PRINTF_FORMAT_ATTR(2, 3);

/**
 * pn_transport_vlogf() of the driver's transport.
 */
PN_EXTERN void pn_connection_driver_vlogf(pn_connection_driver_t *driver, const char *fmt, va_list ap);

/**
 * A place in a connection for a pointer to its driver. Whoever drives connections may use it; nobody else does.
 *
 * @return owned by the connection; NULL is in it at first
 */
PN_EXTERN pn_connection_driver_t **pn_connection_driver_ptr(pn_connection_t *connection);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONNECTION_DRIVER_H */
