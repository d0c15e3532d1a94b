#ifndef PROTON_LINK_H
#define PROTON_LINK_H 1

/**
 * @file
 * Links: one-way routes for deliveries, with credit that the receiver gives. [2.6]
 */

#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/terminus.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whether a sender settles what it sends. [2.8.2] */
typedef enum {
  PN_SND_UNSETTLED = 0, /**< Nothing is sent settled */
  PN_SND_SETTLED = 1,   /**< Everything is sent settled */
  PN_SND_MIXED = 2      /**< Each delivery as it likes; the default */
} pn_snd_settle_mode_t;

/** Who settles first. [2.8.3] */
typedef enum {
  PN_RCV_FIRST = 0, /**< The receiver; the default */
  PN_RCV_SECOND = 1 /**< The sender, once it knows the receiver's state */
} pn_rcv_settle_mode_t;

/**
 * Make a link that sends. It is attached by pn_link_open().
 *
 * A link that the peer attaches is made by the library, which tells with PN_LINK_REMOTE_OPEN.
 *
 * @param session  the owner
 * @param name     UTF-8, copied: what identifies the link between the two containers, beside its direction.
 *                 Two links of one name and direction should not be open at once
 * @return owned by the session, until it is freed with pn_link_free(); NULL when there is no memory
 */
PN_EXTERN pn_link_t *pn_sender(pn_session_t *session, const char *name);

/**
 * Make a link that receives. Otherwise as pn_sender().
 */
PN_EXTERN pn_link_t *pn_receiver(pn_session_t *session, const char *name);

/**
 * Let go of a link and of its deliveries, which are settled. NULL is fine.
 *
 * The peer is not told: pn_link_close() does that. What is already due to be sent still is. The link is no
 * longer listed (pn_link_head()); PN_LINK_FINAL comes once both sides have detached it, or the connection
 * is unbound.
 */
PN_EXTERN void pn_link_free(pn_link_t *link);

/**
 * The application's pointer, NULL at first: the record's value under PN_LEGCTX.
 */
PN_EXTERN void *pn_link_get_context(pn_link_t *link);

/**
 * Set the application's pointer. It is only carried.
 */
PN_EXTERN void pn_link_set_context(pn_link_t *link, void *context);

/**
 * The link's record (see object.h).
 *
 * @return owned by the link, and there until its memory goes; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_link_attachments(pn_link_t *link);

/**
 * Name of the link.
 *
 * @return owned by the link
 */
PN_EXTERN const char *pn_link_name(pn_link_t *link);

/** Whether the link sends. */
PN_EXTERN bool pn_link_is_sender(pn_link_t *link);

/** Whether the link receives. */
PN_EXTERN bool pn_link_is_receiver(pn_link_t *link);

/**
 * States of both sides (see connection.h for the bits). A link that was detached and not closed counts as
 * active.
 */
PN_EXTERN pn_state_t pn_link_state(pn_link_t *link);

/**
 * Of an older interface: an error that never says anything. What goes wrong is told by conditions.
 */
PN_EXTERN pn_error_t *pn_link_error(pn_link_t *link);

/**
 * Why this side closes the link. Sent with pn_link_close() or pn_link_detach(), so set it before.
 *
 * @return owned by the link
 */
PN_EXTERN pn_condition_t *pn_link_condition(pn_link_t *link);

/**
 * Why the peer has closed or detached the link; unset if it gave no reason or has not.
 *
 * @return owned by the link
 */
PN_EXTERN pn_condition_t *pn_link_remote_condition(pn_link_t *link);

/**
 * The session that the link belongs to.
 */
PN_EXTERN pn_session_t *pn_link_session(pn_link_t *link);

/**
 * The first link of a connection, in the order in which they were made and whatever their session, that is
 * in a state.
 *
 * @param connection  the connection
 * @param state       0 for any. Bits of one side only: that side is in one of these states. Bits of both
 *                    sides: the state is exactly this
 * @return NULL when there is none
 */
PN_EXTERN pn_link_t *pn_link_head(pn_connection_t *connection, pn_state_t state);

/**
 * The next link that is in a state, as with pn_link_head().
 *
 * @return NULL when there is none
 */
PN_EXTERN pn_link_t *pn_link_next(pn_link_t *link, pn_state_t state);

/**
 * Attach the link, or agree to the peer's attach. [2.6.3]
 *
 * What is sent, so has to be set before, are termini, settle modes, maximum message size and properties.
 * The session need not be open yet. After pn_link_detach() it attaches the link again. Otherwise nothing
 * happens if it was opened before.
 */
PN_EXTERN void pn_link_open(pn_link_t *link);

/**
 * Detach the link for good, after what is queued has been sent; if need be, attach it first. [2.6.6]
 *
 * Nothing happens if that was done before.
 */
PN_EXTERN void pn_link_close(pn_link_t *link);

/**
 * Detach the link so that it can be attached again: the termini stay. [2.6.4]
 *
 * Nothing happens if the link is not open, or was detached before.
 */
PN_EXTERN void pn_link_detach(pn_link_t *link);

/**
 * Our source: where messages of a sender come from, or which a receiver wants.
 *
 * @return owned by the link, here and for the three that follow
 */
PN_EXTERN pn_terminus_t *pn_link_source(pn_link_t *link);

/** Our target: where messages of a receiver go, or which a sender wants. */
PN_EXTERN pn_terminus_t *pn_link_target(pn_link_t *link);

/** The peer's source. Of type PN_UNSPECIFIED until it has attached the link, and when it has none. */
PN_EXTERN pn_terminus_t *pn_link_remote_source(pn_link_t *link);

/** The peer's target. Of type PN_UNSPECIFIED until it has attached the link, and when it has none. */
PN_EXTERN pn_terminus_t *pn_link_remote_target(pn_link_t *link);

/**
 * The delivery that pn_link_send() and pn_link_recv() are about: the first one not advanced over.
 *
 * @return owned by the link; NULL when there is none
 */
PN_EXTERN pn_delivery_t *pn_link_current(pn_link_t *link);

/**
 * Go on to the next delivery. A sender says with it that the delivery is complete; a receiver drops what it
 * has not read.
 *
 * A receiver takes one credit from what pn_link_credit() returns, a sender one, too.
 *
 * @return whether there was a current delivery to advance over
 */
PN_EXTERN bool pn_link_advance(pn_link_t *link);

/**
 * Credit that is left, counting as used what was advanced over. [2.6.7]
 *
 * Of a sender: how many more deliveries the receiver takes. Of a receiver: how many it has asked for and
 * not yet advanced over.
 */
PN_EXTERN int pn_link_credit(pn_link_t *link);

/**
 * Deliveries between the application and the transport. Of a sender: advanced over and not yet written. Of
 * a receiver: arrived, at least in part, and not yet advanced over.
 */
PN_EXTERN int pn_link_queued(pn_link_t *link);

/**
 * Credit as the other end sees it: pn_link_credit() less pn_link_queued().
 */
PN_EXTERN int pn_link_remote_credit(pn_link_t *link);

/**
 * Whether the receiver wants credit used up or given back (drain mode). [2.6.7]
 */
PN_EXTERN bool pn_link_get_drain(pn_link_t *link);

/**
 * Of a sender in drain mode that has nothing to send: give the credit back, which the receiver is told.
 *
 * Of a receiver: how much credit was given back since the last call.
 *
 * @return how much credit
 */
PN_EXTERN int pn_link_drained(pn_link_t *link);

/**
 * How many deliveries the sender has waiting, as it says (pn_link_offered()). [2.6.7]
 */
PN_EXTERN int pn_link_available(pn_link_t *link);

/** What we propose, or say, about settling by the sender. */
PN_EXTERN pn_snd_settle_mode_t pn_link_snd_settle_mode(pn_link_t *link);

/** What we propose, or say, about who settles first. */
PN_EXTERN pn_rcv_settle_mode_t pn_link_rcv_settle_mode(pn_link_t *link);

/** Set what we propose, or say, about settling by the sender. Before pn_link_open(). */
PN_EXTERN void pn_link_set_snd_settle_mode(pn_link_t *link, pn_snd_settle_mode_t mode);

/** Set what we propose, or say, about who settles first. Before pn_link_open(). */
PN_EXTERN void pn_link_set_rcv_settle_mode(pn_link_t *link, pn_rcv_settle_mode_t mode);

/** What the peer proposes, or says, about settling by the sender. */
PN_EXTERN pn_snd_settle_mode_t pn_link_remote_snd_settle_mode(pn_link_t *link);

/** What the peer proposes, or says, about who settles first. */
PN_EXTERN pn_rcv_settle_mode_t pn_link_remote_rcv_settle_mode(pn_link_t *link);

/**
 * How many deliveries of the link are not settled on this side.
 */
PN_EXTERN int pn_link_unsettled(pn_link_t *link);

/**
 * The first delivery of the link that is not settled on this side, in the order in which they came or were
 * made.
 *
 * @return owned by the link; NULL when there is none
 */
PN_EXTERN pn_delivery_t *pn_unsettled_head(pn_link_t *link);

/**
 * The next delivery of the same link that is not settled on this side.
 *
 * @return NULL when there is none
 */
PN_EXTERN pn_delivery_t *pn_unsettled_next(pn_delivery_t *delivery);

/**
 * Say how many deliveries wait to be sent. The receiver is told with the link's next flow. [2.6.7]
 */
PN_EXTERN void pn_link_offered(pn_link_t *sender, int credit);

/**
 * Add bytes to the current delivery.
 *
 * @param sender  with a current delivery (pn_delivery())
 * @param bytes   copied
 * @param n       how many
 * @return `n`; PN_EOS when there is no current delivery; PN_OUT_OF_MEMORY with nothing added
 */
PN_EXTERN ssize_t pn_link_send(pn_link_t *sender, const char *bytes, size_t n);

/**
 * Give the sender credit for more deliveries. [2.6.7]
 *
 * Ends a drain that pn_link_drain() began.
 *
 * @param receiver  the link
 * @param credit    how many more
 */
PN_EXTERN void pn_link_flow(pn_link_t *receiver, int credit);

/**
 * Give credit, and ask the sender to use up what it has or give it back. [2.6.7]
 *
 * It is over when pn_link_draining() says so.
 *
 * @param receiver  the link
 * @param credit    how many more, 0 for none
 */
PN_EXTERN void pn_link_drain(pn_link_t *receiver, int credit);

/**
 * Set the drain mode until it is set again, whatever credit is given.
 */
PN_EXTERN void pn_link_set_drain(pn_link_t *receiver, bool drain);

/**
 * Take bytes out of the current delivery.
 *
 * @param receiver  the link
 * @param bytes     where to put them
 * @param n         how many at most
 * @return how many; 0 when all that has come was taken and more is to come; PN_EOS when the delivery was
 *         taken whole; PN_ABORTED when the sender took it back; PN_STATE_ERR when there is no current
 *         delivery
 */
PN_EXTERN ssize_t pn_link_recv(pn_link_t *receiver, char *bytes, size_t n);

/**
 * Whether the drain mode is on and the sender still has credit.
 */
PN_EXTERN bool pn_link_draining(pn_link_t *receiver);

/**
 * The largest message that this side takes or sends, in bytes.
 *
 * @return 0 for no limit
 */
PN_EXTERN uint64_t pn_link_max_message_size(pn_link_t *link);

/**
 * Set the largest message that this side takes or sends. Before pn_link_open().
 *
 * @param link  the link
 * @param size  bytes, 0 for no limit. A receiver's limit is kept to: a larger message closes the link
 */
PN_EXTERN void pn_link_set_max_message_size(pn_link_t *link, uint64_t size);

/**
 * The largest message that the peer takes or sends, in bytes.
 *
 * @return 0 for no limit
 */
PN_EXTERN uint64_t pn_link_remote_max_message_size(pn_link_t *link);

/**
 * Properties that the peer is told when the link is attached: a map with symbols as keys, or empty.
 *
 * @return owned by the link, to be filled before pn_link_open(); NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_link_properties(pn_link_t *link);

/**
 * Properties that the peer told when it attached the link.
 *
 * @return owned by the link; NULL when there are none, or no memory
 */
PN_EXTERN pn_data_t *pn_link_remote_properties(pn_link_t *link);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LINK_H */
