#ifndef PROTON_DELIVERY_H
#define PROTON_DELIVERY_H 1

/**
 * @file
 * Deliveries: messages on their way over a link, with their state. [2.6.12]
 */

#include <proton/disposition.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What identifies a delivery on its link while it is not settled: up to 32 bytes. [2.8.7] */
typedef pn_bytes_t pn_delivery_tag_t;

/**
 * Put size and address of a tag together. Nothing is copied.
 */
PN_EXTERN pn_delivery_tag_t pn_dtag(const char *bytes, size_t size);

/**
 * Make a delivery on a link that sends.
 *
 * It becomes the current one (pn_link_current()) if there is none. Its bytes are given with pn_link_send(),
 * and pn_link_advance() says that it is complete. What lies behind it waits for it. It may be made before
 * there is credit.
 *
 * @param link  a sender
 * @param tag   copied; not the tag of another delivery on this link that is not settled
 * @return owned by the link, until it is settled; NULL when the link receives, the tag is longer than 32 bytes,
 *         or there is no memory
 */
PN_EXTERN pn_delivery_t *pn_delivery(pn_link_t *link, pn_delivery_tag_t tag);

/**
 * The application's pointer, NULL at first: the record's value under PN_LEGCTX.
 */
PN_EXTERN void *pn_delivery_get_context(pn_delivery_t *delivery);

/**
 * Set the application's pointer. It is only carried.
 */
PN_EXTERN void pn_delivery_set_context(pn_delivery_t *delivery, void *context);

/**
 * The delivery's record (see object.h).
 *
 * @return owned by the delivery, and gone with it; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_delivery_attachments(pn_delivery_t *delivery);

/**
 * The tag.
 *
 * @return owned by the delivery
 */
PN_EXTERN pn_delivery_tag_t pn_delivery_tag(pn_delivery_t *delivery);

/**
 * The link that the delivery belongs to.
 */
PN_EXTERN pn_link_t *pn_delivery_link(pn_delivery_t *delivery);

/**
 * State on this side, to be filled in before pn_delivery_update().
 *
 * @return owned by the delivery
 */
PN_EXTERN pn_disposition_t *pn_delivery_local(pn_delivery_t *delivery);

/** Type of the state on this side, 0 for none. */
PN_EXTERN uint64_t pn_delivery_local_state(pn_delivery_t *delivery);

/**
 * State on the peer's side, as it last told.
 *
 * @return owned by the delivery
 */
PN_EXTERN pn_disposition_t *pn_delivery_remote(pn_delivery_t *delivery);

/** Type of the state on the peer's side, 0 for none. */
PN_EXTERN uint64_t pn_delivery_remote_state(pn_delivery_t *delivery);

/**
 * Whether the peer has settled the delivery: it has forgotten about it, and its state will not change.
 */
PN_EXTERN bool pn_delivery_settled(pn_delivery_t *delivery);

/**
 * Bytes that are here. Of a sender: given and not yet written to the transport. Of a receiver: arrived and
 * not yet read; not 0 for a delivery that was aborted, so that it gets noticed.
 */
PN_EXTERN size_t pn_delivery_pending(pn_delivery_t *delivery);

/**
 * Whether more of the message is to come. Of a sender: whether the delivery is not complete yet.
 */
PN_EXTERN bool pn_delivery_partial(pn_delivery_t *delivery);

/**
 * Whether the sender has taken the delivery back before it was complete. It is settled then.
 */
PN_EXTERN bool pn_delivery_aborted(pn_delivery_t *delivery);

/**
 * Whether bytes can be sent now: the delivery is the current one of a sender that has credit.
 */
PN_EXTERN bool pn_delivery_writable(pn_delivery_t *delivery);

/**
 * Whether there is something to receive: the delivery is the current one of a receiver.
 */
PN_EXTERN bool pn_delivery_readable(pn_delivery_t *delivery);

/**
 * Whether the peer has changed its state, or settled, since pn_delivery_clear().
 */
PN_EXTERN bool pn_delivery_updated(pn_delivery_t *delivery);

/**
 * Change the state on this side, and tell the peer. [2.7.6]
 *
 * What pn_delivery_local() holds besides the type stays if it belongs to `state`, and is dropped otherwise.
 * Nothing is sent when the peer has settled.
 *
 * @param delivery  the delivery
 * @param state     the new type (see disposition.h), or a number of one's own for a custom state
 */
PN_EXTERN void pn_delivery_update(pn_delivery_t *delivery, uint64_t state);

/**
 * Note that the application has seen the peer's changes: pn_delivery_updated() is false until the next one.
 */
PN_EXTERN void pn_delivery_clear(pn_delivery_t *delivery);

/**
 * Whether the delivery is its link's current one.
 */
PN_EXTERN bool pn_delivery_current(pn_delivery_t *delivery);

/**
 * Take back a delivery that is not complete, and settle it. [2.6.14]
 *
 * If nothing of it has been written, nothing will be. Nothing happens when it is complete, or not a sender's.
 */
PN_EXTERN void pn_delivery_abort(pn_delivery_t *delivery);

/**
 * Settle: say that this side is done with the delivery. It is not to be used afterwards.
 *
 * The current delivery is advanced over first. Of a sender's delivery, what was given is still sent.
 */
PN_EXTERN void pn_delivery_settle(pn_delivery_t *delivery);

/**
 * Print what the library knows about the delivery to the standard output, for looking into trouble.
 */
PN_EXTERN void pn_delivery_dump(pn_delivery_t *delivery);

/**
 * Of a sender: whether the delivery is complete and something of it has not been written to the transport
 * yet.
 */
PN_EXTERN bool pn_delivery_buffered(pn_delivery_t *delivery);

/**
 * The first delivery of a connection that wants attention: changed by the peer, or current and readable or
 * writable.
 *
 * @return NULL when there is none
 */
PN_DEPRECATED("use PN_DELIVERY events")
PN_EXTERN pn_delivery_t *pn_work_head(pn_connection_t *connection);

/**
 * The next delivery of the connection that wants attention.
 *
 * @return NULL when there is none
 */
PN_DEPRECATED("use PN_DELIVERY events")
PN_EXTERN pn_delivery_t *pn_work_next(pn_delivery_t *delivery);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_DELIVERY_H */
