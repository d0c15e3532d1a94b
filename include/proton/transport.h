#ifndef PROTON_TRANSPORT_H
#define PROTON_TRANSPORT_H 1

/**
 * @file
 * Transports: what turns a connection into bytes and back. [2.2-2.4, 5]
 *
 * A transport has a tail, where bytes that were read go in, and a head, where bytes to be written come out. It
 * does no I/O and reads no clock. Most programs leave it to a proactor, or to a pn_connection_driver_t, and
 * use it for settings alone; the functions at the end of this header are for those who move the bytes
 * themselves.
 *
 * What is sent in the open, and what security the transport asks for, is set before the first byte moves. A
 * proactor or a driver moves none before PN_CONNECTION_INIT has been handled.
 */

#include <proton/annotations.h>
#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits that say what a transport logs: PN_TRACE_OFF, or some of the others. */
typedef int pn_trace_t;

/**
 * Gets a transport's lines of log, each as "LEVEL: text".
 *
 * @threads the one that has the transport; the function must not use the transport's connection
 */
typedef void (*pn_tracer_t)(pn_transport_t *transport, const char *message);

#define PN_TRACE_OFF (0) /**< Nothing of what follows */
#define PN_TRACE_RAW (1) /**< Frames as bytes */
#define PN_TRACE_FRM (2) /**< Frames and protocol headers as text */
#define PN_TRACE_DRV (4) /**< What the driver does, in detail */
#define PN_TRACE_EVT (8) /**< Events */

/**
 * Make a transport, of a client until pn_transport_set_server() is called.
 *
 * @return an object with one reference, which is the caller's; NULL when there is no memory
 */
PN_EXTERN pn_transport_t *pn_transport(void);

/**
 * Make it the transport of a server: it waits for the client and finds out what that speaks: AMQP with or
 * without SASL, or TLS. [2.2]
 *
 * It counts until the first byte moves.
 */
PN_EXTERN void pn_transport_set_server(pn_transport_t *transport);

/**
 * Unbind a transport, and drop the caller's reference. NULL is fine.
 *
 * The memory stays while events about the transport are queued.
 */
PN_EXTERN void pn_transport_free(pn_transport_t *transport);

/**
 * Who was authenticated.
 *
 * Of a server: whom the client turned out to be, "anonymous" if that was not asked; of a client: as whom it
 * goes.
 *
 * @return owned by the transport; NULL as long as a server does not know
 */
PN_EXTERN const char *pn_transport_get_user(pn_transport_t *transport);

/**
 * Have a server refuse clients that do not authenticate themselves; any SASL mechanism that is allowed will
 * do, ANONYMOUS too. False unless set.
 */
PN_EXTERN void pn_transport_require_auth(pn_transport_t *transport, bool required);

/**
 * Whether SASL has ended with success.
 *
 * @return false for NULL
 */
PN_EXTERN bool pn_transport_is_authenticated(pn_transport_t *transport);

/**
 * Have a server refuse clients whose bytes could be read on the way. False unless set.
 */
PN_EXTERN void pn_transport_require_encryption(pn_transport_t *transport, bool required);

/**
 * Whether what passes cannot be read on the way.
 *
 * @return false for NULL
 */
PN_EXTERN bool pn_transport_is_encrypted(pn_transport_t *transport);

/**
 * Why the transport failed: the peer broke the protocol, the socket failed, a limit was reached.
 *
 * Whoever does the I/O sets it before closing tail and head. What goes wrong later is added to its
 * description, in parentheses. Unless the socket failed, the peer is told.
 *
 * @return owned by the transport; not set as long as nothing went wrong
 */
PN_EXTERN pn_condition_t *pn_transport_condition(pn_transport_t *transport);

/**
 * The transport's logger, which starts as a copy of the default one.
 *
 * @return owned by the transport
 */
PN_EXTERN pn_logger_t *pn_transport_logger(pn_transport_t *transport);

/**
 * The transport's condition as an error: PN_ERR and "name: description".
 *
 * @return owned by the transport, and up to date until the next call of this function; NULL when there is no
 *         memory
 */
PN_EXTERN pn_error_t *pn_transport_error(pn_transport_t *transport);

/**
 * Bind a connection to a transport: from now on what happens to the one passes through the other.
 *
 * PN_CONNECTION_BOUND is queued. Frames that came before have waited for this, and are handled now. A reference to either of
 * the two keeps both, until they are unbound.
 *
 * @return 0; PN_STATE_ERR if one of the two is bound already
 */
PN_EXTERN int pn_transport_bind(pn_transport_t *transport, pn_connection_t *connection);

/**
 * Part a transport from its connection, if it has one.
 *
 * PN_CONNECTION_UNBOUND is queued. What the peer said of connection, sessions and links is forgotten.
 *
 * @return 0
 */
PN_EXTERN int pn_transport_unbind(pn_transport_t *transport);

/**
 * Set what the transport's logger lets through, of what the PN_TRACE_ bits stand for.
 */
PN_EXTERN void pn_transport_trace(pn_transport_t *transport, pn_trace_t trace);

/**
 * Have a transport's lines go to a function instead of the logger's sink.
 *
 * @param transport  the transport
 * @param tracer     NULL for the default logger's sink
 */
PN_EXTERN void pn_transport_set_tracer(pn_transport_t *transport, pn_tracer_t tracer);

/**
 * The function that was set, or NULL.
 */
PN_EXTERN pn_tracer_t pn_transport_get_tracer(pn_transport_t *transport);

/**
 * The application's pointer, NULL at first: the record's value under PN_LEGCTX.
 */
PN_EXTERN void *pn_transport_get_context(pn_transport_t *transport);

/**
 * Set the application's pointer. It is only carried.
 */
PN_EXTERN void pn_transport_set_context(pn_transport_t *transport, void *context);

/**
 * The transport's record (see object.h).
 *
 * @return owned by the transport; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_transport_attachments(pn_transport_t *transport);

/**
 * Log a line, whatever the logger lets through.
 */
PN_EXTERN void pn_transport_log(pn_transport_t *transport, const char *message);

/**
 * Log a line that is made as by vprintf(). It ends after 1023 bytes.
 */
PN_EXTERN void pn_transport_vlogf(pn_transport_t *transport, const char *fmt, va_list ap);

/**
 * Log a line that is made as by printf(). It ends after 1023 bytes.
 */
PN_EXTERN void pn_transport_logf(pn_transport_t *transport, PN_PRINTF_FORMAT const char *fmt, ...)
    PN_PRINTF_FORMAT_ATTR(2, 3);

/**
 * The highest channel that the peer may use: one session less. [2.7.1]
 */
PN_EXTERN uint16_t pn_transport_get_channel_max(pn_transport_t *transport);

/**
 * Set the highest channel that the peer may use.
 *
 * @param transport    the transport
 * @param channel_max  more than 32767, which is also the default, is taken as that
 * @return 0; PN_STATE_ERR once open has been sent
 */
PN_EXTERN int pn_transport_set_channel_max(pn_transport_t *transport, uint16_t channel_max);

/**
 * The highest channel that the peer lets us use; 65535 until its open has come.
 */
PN_EXTERN uint16_t pn_transport_remote_channel_max(pn_transport_t *transport);

/**
 * The largest frame that we take, in bytes; 0 for any. [2.7.1]
 */
PN_EXTERN uint32_t pn_transport_get_max_frame(pn_transport_t *transport);

/**
 * Set the largest frame that we take.
 *
 * Nothing happens once open has been sent.
 *
 * @param transport  the transport
 * @param size       in bytes; less than 512 is taken as that, 0 as any size. 32768 unless set
 */
PN_EXTERN void pn_transport_set_max_frame(pn_transport_t *transport, uint32_t size);

/**
 * The largest frame that the peer takes; 4294967295, which means any size, until its open has come.
 */
PN_EXTERN uint32_t pn_transport_get_remote_max_frame(pn_transport_t *transport);

/**
 * How long the peer may be silent; 0 for any time. [2.4.5]
 */
PN_EXTERN pn_millis_t pn_transport_get_idle_timeout(pn_transport_t *transport);

/**
 * Set how long the peer may be silent before the transport fails.
 *
 * The peer is told half of it, so that what is late on the way does not count. Set it before open is sent. It
 * works if pn_transport_tick() is called.
 *
 * @param transport  the transport
 * @param timeout    in milliseconds; 0, which is also the default, for any time
 */
PN_EXTERN void pn_transport_set_idle_timeout(pn_transport_t *transport, pn_millis_t timeout);

/**
 * How long the peer bears our silence, as its open says: empty frames keep us from half of that.
 */
PN_EXTERN pn_millis_t pn_transport_get_remote_idle_timeout(pn_transport_t *transport);

/**
 * How many bytes of deliveries may be unread on a connection; 0 for any number.
 */
PN_EXTERN size_t pn_transport_get_max_buffered_delivery_bytes(pn_transport_t *transport);

/**
 * Set how many bytes of deliveries may be unread: come, and neither taken by pn_link_recv() nor left by
 * pn_link_advance().
 *
 * Unless it is set the limit, 4 MiB, is soft: windows of sessions shrink before it is reached, so that the
 * peer waits, but a delivery that nobody reads before it is complete may pass it. A limit that is set is hard:
 * a peer that goes beyond ends the connection with `amqp:resource-limit-exceeded`.
 *
 * @param transport  the transport
 * @param limit      in bytes; 0 for any number
 */
PN_EXTERN void pn_transport_set_max_buffered_delivery_bytes(pn_transport_t *transport, size_t limit);

/**
 * Do what time demands: send an empty frame, or fail because the peer is silent. [2.4.5]
 *
 * To be called after input was handled and before output is taken, and at the latest when the time has come
 * that the last call returned.
 *
 * @param transport  the transport
 * @param now        milliseconds on a clock that only grows
 * @return when to call again, on the same clock; 0 if there is nothing to wait for
 */
PN_EXTERN int64_t pn_transport_tick(pn_transport_t *transport, int64_t now);

/**
 * How many frames have been made, SASL's and empty ones included.
 */
PN_EXTERN uint64_t pn_transport_get_frames_output(const pn_transport_t *transport);

/**
 * How many frames have come, empty ones included.
 */
PN_EXTERN uint64_t pn_transport_get_frames_input(const pn_transport_t *transport);

/**
 * The connection that is bound.
 *
 * @return NULL if there is none
 */
PN_EXTERN pn_connection_t *pn_transport_connection(pn_transport_t *transport);

/*
 * Moving bytes by hand. New programs use pn_connection_driver_t.
 */

/**
 * How many bytes may be put at the tail now.
 *
 * @return 0 if none, until a connection is bound; PN_EOS once the tail is closed, another negative code if
 *         there is no memory
 */
PN_EXTERN ssize_t pn_transport_capacity(pn_transport_t *transport);

/**
 * Where bytes that are read may be put, pn_transport_capacity() of them, before pn_transport_process().
 *
 * @return valid until the next call on the transport; NULL if there is no room
 */
PN_EXTERN char *pn_transport_tail(pn_transport_t *transport);

/**
 * Handle bytes from elsewhere.
 *
 * @return how many of them were taken: all, unless there is no room for them until a connection is bound;
 *         PN_EOS once the tail is closed
 */
PN_EXTERN ssize_t pn_transport_push(pn_transport_t *transport, const char *src, size_t size);

/**
 * Handle bytes that were put at the tail; 0 gives the room back.
 *
 * @return 0; PN_EOS once the tail is closed
 */
PN_EXTERN int pn_transport_process(pn_transport_t *transport, size_t size);

/**
 * Say that no more bytes will come.
 *
 * Before the peer's close that is a failure: "connection aborted".
 *
 * @return 0
 */
PN_EXTERN int pn_transport_close_tail(pn_transport_t *transport);

/**
 * Make output if there is something to tell.
 *
 * @return how many bytes are at the head; PN_EOS once the head is closed: everything has been taken and
 *         nothing will follow
 */
PN_EXTERN ssize_t pn_transport_pending(pn_transport_t *transport);

/**
 * The bytes at the head, pn_transport_pending() of them.
 *
 * @return valid until the next call on the transport; NULL if there are none
 */
PN_EXTERN const char *pn_transport_head(pn_transport_t *transport);

/**
 * Copy bytes from the head, which stay there.
 *
 * @return how many, at most `size`; PN_EOS once the head is closed
 */
PN_EXTERN ssize_t pn_transport_peek(pn_transport_t *transport, char *dst, size_t size);

/**
 * Drop bytes at the head that have been written.
 */
PN_EXTERN void pn_transport_pop(pn_transport_t *transport, size_t size);

/**
 * Say that no more bytes will be taken from the head. What is there is dropped.
 *
 * @return 0
 */
PN_EXTERN int pn_transport_close_head(pn_transport_t *transport);

/**
 * Whether nothing waits at either end.
 */
PN_EXTERN bool pn_transport_quiesced(pn_transport_t *transport);

/**
 * Whether nothing more will come out.
 */
PN_EXTERN bool pn_transport_head_closed(pn_transport_t *transport);

/**
 * Whether nothing more is taken in: the peer has closed, the input has ended, or the transport has failed.
 */
PN_EXTERN bool pn_transport_tail_closed(pn_transport_t *transport);

/**
 * Whether both ends are closed.
 */
PN_EXTERN bool pn_transport_closed(pn_transport_t *transport);

/**
 * pn_transport_push(), of an older interface.
 */
PN_EXTERN ssize_t pn_transport_input(pn_transport_t *transport, const char *bytes, size_t available);

/**
 * pn_transport_peek() and pn_transport_pop(), of an older interface.
 */
PN_EXTERN ssize_t pn_transport_output(pn_transport_t *transport, char *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TRANSPORT_H */
