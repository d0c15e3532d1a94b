#ifndef PROTON_TYPES_H
#define PROTON_TYPES_H 1

/**
 * @file
 * Types that several headers share: AMQP scalars, runs of bytes, and the names of the objects.
 *
 * Three things hold for the whole API unless a function says otherwise.
 * - Threads: an object belongs to one thread at a time, and so does everything reached through it: a
 *   connection with its sessions, links, deliveries and transport; a message with its values. Different
 *   connections and messages may be used by different threads at once. Functions take no locks and read no
 *   clock.
 * - Errors: a function that returns int returns 0 or one of the negative codes of error.h; one that returns a
 *   size returns a negative code instead of it.
 * - Memory: bytes and strings that are handed in are copied; those that are handed out belong to the object
 *   they came from, and stay until that object, or the value in question, is changed or freed.
 *
 * Numbers in square brackets name the section of the AMQP 1.0 standard.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A serial number that wraps around at 2^32, compared as in RFC 1982. [2.8.10] */
typedef uint32_t pn_sequence_t;

/** A number of transfer frames, as session windows are counted. [2.5.6] */
typedef uint32_t pn_frame_count_t;

/** A span of time in milliseconds. [2.8.6] */
typedef uint32_t pn_millis_t;

/** The longest span that a ::pn_millis_t can say: about 49 days. */
#define PN_MILLIS_MAX (~0U)

/** A span of time in seconds. [2.8.5] */
typedef uint32_t pn_seconds_t;

/** A point in time: milliseconds since the beginning of 1970, UTC, leap seconds left out. [1.6.17] */
typedef int64_t pn_timestamp_t;

/** A Unicode code point (UTF-32). [1.6.16] */
typedef uint32_t pn_char_t;

/** The bits of an IEEE 754-2008 decimal32, to be carried and not computed with. [1.6.13] */
typedef uint32_t pn_decimal32_t;

/** The bits of an IEEE 754-2008 decimal64. [1.6.14] */
typedef uint64_t pn_decimal64_t;

/** An IEEE 754-2008 decimal128, most significant byte first. [1.6.15] */
typedef struct {
  char bytes[16]; /**< All of them */
} pn_decimal128_t;

/** A universally unique identifier, in the byte order of RFC 4122. [1.6.18] */
typedef struct {
  char bytes[16]; /**< All of them */
} pn_uuid_t;

/**
 * A run of bytes to be read, owned by somebody else.
 *
 * It is not terminated by a NUL, and may contain some. An absent value is `{0, NULL}`; an empty one has a
 * size of 0 and may have a start.
 */
typedef struct pn_bytes_t {
  size_t size;       /**< How many bytes */
  const char *start; /**< The first of them */
} pn_bytes_t;

/**
 * Put a size and an address together. Nothing is copied.
 *
 * @param size   number of bytes
 * @param start  the first of them; NULL is fine when size is 0
 */
PN_EXTERN inline pn_bytes_t pn_bytes(size_t size, const char *start) {
  pn_bytes_t bytes;
  bytes.size = size;
  bytes.start = start;
  return bytes;
}

/** The absent value: `{0, NULL}`. */
PN_EXTERN extern const pn_bytes_t pn_bytes_null;

/** A run of bytes that may be written to, owned by somebody else. */
typedef struct pn_rwbytes_t {
  size_t size; /**< How many bytes */
  char *start; /**< The first of them */
} pn_rwbytes_t;

/**
 * Put a size and an address that may be written to together. Nothing is copied.
 *
 * @param size   number of bytes
 * @param start  the first of them; NULL is fine when size is 0
 */
PN_EXTERN inline pn_rwbytes_t pn_rwbytes(size_t size, char *start) {
  pn_rwbytes_t bytes;
  bytes.size = size;
  bytes.start = start;
  return bytes;
}

/** The absent value: `{0, NULL}`. */
PN_EXTERN extern const pn_rwbytes_t pn_rwbytes_null;

/**
 * State of a connection, session or link: one bit for our side (PN_LOCAL_...) and one for the peer's
 * (PN_REMOTE_...).
 *
 * Each side is first uninitialized, then active, then closed, and never goes back. PN_LOCAL_MASK and
 * PN_REMOTE_MASK select a side.
 */
typedef int pn_state_t;

/** A connection: the sessions between two containers over one transport. Owns its sessions. [2.4] */
typedef struct pn_connection_t pn_connection_t;

/**
 * A session: an ordered two-way conversation within a connection, with windows of its own. Owns its links.
 * [2.5]
 */
typedef struct pn_session_t pn_session_t;

/** A link: a one-way route for deliveries, a sender here and a receiver there. Owns its deliveries. [2.6] */
typedef struct pn_link_t pn_link_t;

/**
 * A delivery: one message on its way over a link, with the state that both ends agree on until it is settled.
 * [2.6.12]
 */
typedef struct pn_delivery_t pn_delivery_t;

/** A queue that the engine puts events into and the application takes them from. */
typedef struct pn_collector_t pn_collector_t;

/** A socket that waits for connections to a proactor. */
typedef struct pn_listener_t pn_listener_t;

/** The bytes under a connection: frames, security layers, heartbeats. It performs no I/O itself. */
typedef struct pn_transport_t pn_transport_t;

/** An event loop for many threads and many connections. */
typedef struct pn_proactor_t pn_proactor_t;

/** A plain byte stream that a proactor manages, without AMQP. */
typedef struct pn_raw_connection_t pn_raw_connection_t;

/** Events about one thing (a connection, a listener, ...), to be handled in order by one thread. */
typedef struct pn_event_batch_t pn_event_batch_t;

/** Part of an older interface; nothing in the library makes one. */
typedef struct pn_handler_t pn_handler_t;

/**
 * Something that stands for itself: a key (see PN_HANDLE), a saved position (see pn_data_point()). Only
 * compared.
 */
typedef const void *pn_handle_t;

/**
 * What the library knows about a kind of object: its name and how its references are counted. See object.h.
 */
typedef struct pn_class_t pn_class_t;

/** Values of the application's, kept with an object under keys. See object.h. */
typedef struct pn_record_t pn_record_t;

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TYPES_H */
