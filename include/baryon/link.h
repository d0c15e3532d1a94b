#ifndef BARYON_LINK_H
#define BARYON_LINK_H 1

/**
 * @file
 * Payload that is not copied: sent from where it lies, read where it has arrived. [2.6.12]
 *
 * pn_link_send() copies bytes in, pn_link_recv() copies them out. For large messages that is most of what they cost. Here,
 * memory goes into a counted object once, and from there to any number of links, of any connections, in any threads:
 * @code
 *   pn_shared_bytes_t *bytes = pn_shared_bytes(memory, size, give_back, context);
 *   for (i = 0; i < subscribers; i++) pn_link_send_shared(links[i], bytes, 0, size);
 *   pn_shared_bytes_decref(bytes);   // give_back(context, memory, size) runs once the last link has done with it
 * @endcode
 * and a delivery is looked at without taking it out:
 * @code
 *   pn_bytes_t pieces[8];
 *   size_t count = pn_delivery_borrow(delivery, pieces, 8);
 *   ... read them ...
 *   pn_delivery_consume(delivery, how_much);
 * @endcode
 * or is passed on as it has come:
 * @code
 *   while ((bytes = pn_delivery_take(delivery, &piece))) {
 *     pn_link_send_shared(sender, bytes, pn_shared_bytes_offset(bytes, piece), piece.size);
 *     pn_shared_bytes_decref(bytes);
 *   }
 * @endcode
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Bytes that several owners read and nobody changes, with a count of these.
 *
 * The count may be changed by any thread at any time; who holds a reference may read the bytes. They must not be changed
 * between pn_shared_bytes() and their release.
 */
typedef struct pn_shared_bytes_t pn_shared_bytes_t;

/**
 * Called once, when nobody needs the bytes any more, in the thread that let go last, which may be inside a function of
 * this library: it must not use a connection or what belongs to one, other than by functions that any thread may call.
 *
 * @param context  what was set with the function
 * @param start    the bytes
 * @param size     how many
 */
typedef void (*pn_shared_bytes_release_t)(void *context, const char *start, size_t size);

/**
 * Make counted bytes of memory of the program's, which is not copied.
 *
 * @param start    the memory, which stays as it is until it is released
 * @param size     how many bytes
 * @param release  called when nobody needs them any more; NULL: nothing is, as for memory that stays for ever
 * @param context  handed to that call
 * @return         with one reference, the caller's; NULL without memory, and release is not called
 * @threads        any
 */
PN_EXTERN pn_shared_bytes_t *pn_shared_bytes(
    const char *start, size_t size, pn_shared_bytes_release_t release, void *context);

/**
 * One more reference. @threads any
 */
PN_EXTERN void pn_shared_bytes_incref(pn_shared_bytes_t *bytes);

/**
 * One reference less; the last one releases the bytes. NULL is let pass. @threads any
 */
PN_EXTERN void pn_shared_bytes_decref(pn_shared_bytes_t *bytes);

/**
 * The bytes, for as long as the caller has a reference. @threads any
 */
PN_EXTERN pn_bytes_t pn_shared_bytes_all(const pn_shared_bytes_t *bytes);

/**
 * Where in the bytes a piece of them begins, for pn_link_send_shared(). @threads any
 */
PN_EXTERN size_t pn_shared_bytes_offset(const pn_shared_bytes_t *bytes, pn_bytes_t piece);

/**
 * Send a part of counted bytes as the next bytes of a sender's current delivery, as pn_link_send() does with a copy.
 *
 * The link has a reference until the bytes have been written to the socket, or the delivery is aborted, or the link or its
 * transport freed. Few bytes are copied at once, which is cheaper. The frames' headers are put between without a copy
 * where the connection is run by this library's proactor and nothing encrypts it; else the bytes are copied once, into the
 * frames.
 *
 * @param link    a sender that has a current delivery
 * @param bytes   may be sent to other links, too, before and after
 * @param offset  where the part begins
 * @param size    how many bytes; as much as there is, if there is less
 * @return        how many; PN_EOS: no sender, or no current delivery; PN_ARG_ERR: offset lies behind the end;
 *                PN_OUT_OF_MEMORY: nothing has been sent
 * @threads       the one that holds the connection
 */
PN_EXTERN ssize_t pn_link_send_shared(pn_link_t *link, pn_shared_bytes_t *bytes, size_t offset, size_t size);

/**
 * Look at the bytes that a receiver's current delivery has waiting, where they lie.
 *
 * They are read in order, and stay where they are until they are taken by pn_delivery_consume(), pn_link_recv(),
 * pn_link_advance() or by settling the delivery, or more bytes arrive on the link.
 *
 * @param delivery  the current one of its link; others have nothing to be looked at yet
 * @param pieces    filled in, none of them empty
 * @param max       how many pieces there is room for
 * @return          how many were filled in; together they are pn_delivery_pending() bytes if there was room for all
 * @threads         the one that holds the connection
 */
PN_EXTERN size_t pn_delivery_borrow(pn_delivery_t *delivery, pn_bytes_t *pieces, size_t max);

/**
 * The first bytes that wait are done with: they no longer count against the session's window.
 *
 * @param delivery  as for pn_delivery_borrow()
 * @param size      how many bytes
 * @return          how many it were: no more than wait
 * @threads         the one that holds the connection
 */
PN_EXTERN size_t pn_delivery_consume(pn_delivery_t *delivery, size_t size);

/**
 * Take the first piece of what waits out of the delivery, to be kept or sent on as it is.
 *
 * @param delivery  as for pn_delivery_borrow()
 * @param piece     set to the piece, which lies in the bytes returned and is not empty
 * @return          a reference, the caller's, to bytes of which the piece is a part; NULL if nothing waits, or there is no
 *                  memory: then pn_delivery_pending() is not 0
 * @threads         the one that holds the connection
 */
PN_EXTERN pn_shared_bytes_t *pn_delivery_take(pn_delivery_t *delivery, pn_bytes_t *piece);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_LINK_H */
