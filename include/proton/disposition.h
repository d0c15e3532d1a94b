#ifndef PROTON_DISPOSITION_H
#define PROTON_DISPOSITION_H 1

/**
 * @file
 * Dispositions: the states of deliveries, and what else a state has to tell. [3.4, 4.5.5, 4.5.6]
 */

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * State of a delivery on one side: a type, and what belongs to that type.
 *
 * Plain memory that belongs to its delivery (pn_delivery_local(), pn_delivery_remote()). It holds one kind
 * of state at a time: what belongs to one kind is not there for another.
 *
 * To send a state that has more to tell than its type, fill in the local disposition and then call
 * pn_delivery_update() with its type:
 * @code
 *   pn_disposition_t *local = pn_delivery_local(delivery);
 *   pn_modified_disposition_set_failed(pn_modified_disposition(local), true);
 *   pn_delivery_update(delivery, PN_MODIFIED);
 *   pn_delivery_settle(delivery);
 * @endcode
 */
typedef struct pn_disposition_t pn_disposition_t;

/* Views of a disposition as one kind. Each is the disposition itself under another type: it has no owner of
 * its own, and is good until the disposition becomes another kind or its delivery is settled. */

/** A disposition that says how far a delivery has come. [3.4.1] */
typedef struct pn_received_disposition_t pn_received_disposition_t;
/** A disposition that says that a message is invalid. [3.4.3] */
typedef struct pn_rejected_disposition_t pn_rejected_disposition_t;
/** A disposition that hands a message back with changes. [3.4.5] */
typedef struct pn_modified_disposition_t pn_modified_disposition_t;
/** A disposition that says that a transaction has begun. [4.5.5] */
typedef struct pn_declared_disposition_t pn_declared_disposition_t;
/** A disposition that holds if a transaction succeeds. [4.5.6] */
typedef struct pn_transactional_disposition_t pn_transactional_disposition_t;
/** A disposition of any type, with what belongs to it as a list. */
typedef struct pn_custom_disposition_t pn_custom_disposition_t;

/** Part of the message is there; not an end. [3.4.1] */
#define PN_RECEIVED (0x0000000000000023)
/** The message was processed. [3.4.2] */
#define PN_ACCEPTED (0x0000000000000024)
/** The message is invalid. [3.4.3] */
#define PN_REJECTED (0x0000000000000025)
/** The message was not and will not be processed, and may go elsewhere. [3.4.4] */
#define PN_RELEASED (0x0000000000000026)
/** The message was not processed, and comes back with changes. [3.4.5] */
#define PN_MODIFIED (0x0000000000000027)
/** A transaction has begun. [4.5.5] */
#define PN_DECLARED (0x0000000000000033)
/** What holds if a transaction succeeds. [4.5.6] */
#define PN_TRANSACTIONAL_STATE (0x0000000000000034)

/**
 * Type of a state: one of those above, another number for a custom one.
 *
 * @return 0 when there is no state
 */
PN_EXTERN uint64_t pn_disposition_type(pn_disposition_t *disposition);

/**
 * Name of a type: "received", "accepted", "rejected", "released", "modified", "transaction_declared",
 * "transactional_state".
 *
 * @return a constant string; "unknown" for any other number
 * @threads any
 */
PN_EXTERN const char *pn_disposition_type_name(uint64_t disposition_type);

/**
 * Make it no state: type 0, nothing settled, and what belonged to the state freed.
 */
PN_EXTERN void pn_disposition_clear(pn_disposition_t *disposition);

/**
 * View a disposition as received. If it is no state it becomes one of this type.
 *
 * Such a state is sent only by pn_delivery_update(), here and for the four that follow.
 *
 * @return NULL when it is a state of another type, or custom, or there is no memory
 */
PN_EXTERN pn_received_disposition_t *pn_received_disposition(pn_disposition_t *disposition);

/** View a disposition as rejected. Otherwise as pn_received_disposition(). */
PN_EXTERN pn_rejected_disposition_t *pn_rejected_disposition(pn_disposition_t *disposition);

/** View a disposition as modified. Otherwise as pn_received_disposition(). */
PN_EXTERN pn_modified_disposition_t *pn_modified_disposition(pn_disposition_t *disposition);

/** View a disposition as declared. Otherwise as pn_received_disposition(). */
PN_EXTERN pn_declared_disposition_t *pn_declared_disposition(pn_disposition_t *disposition);

/** View a disposition as transactional. Otherwise as pn_received_disposition(). */
PN_EXTERN pn_transactional_disposition_t *pn_transactional_disposition(pn_disposition_t *disposition);

/**
 * View a disposition as custom, which any becomes: its type stays, and what belongs to it is then a list
 * (pn_custom_disposition_data()). The list is what is sent; other functions still show what it was made from.
 *
 * @return NULL when there is no memory
 */
PN_EXTERN pn_custom_disposition_t *pn_custom_disposition(pn_disposition_t *disposition);

/**
 * What belongs to the state, as it is encoded: a list, or empty.
 *
 * @return owned by the disposition, to be read and filled; NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_custom_disposition_data(pn_custom_disposition_t *disposition);

/**
 * Type of the state.
 */
PN_EXTERN uint64_t pn_custom_disposition_get_type(pn_custom_disposition_t *disposition);

/**
 * Set the type of the state. What belongs to it stays.
 *
 * @param disposition  the view
 * @param type         code of the state's descriptor; it stays custom even if the type is one of the
 *                     standard's
 */
PN_EXTERN void pn_custom_disposition_set_type(pn_custom_disposition_t *disposition, uint64_t type);

/**
 * What is wrong with the message.
 *
 * @return owned by the disposition, to be read and filled
 */
PN_EXTERN pn_condition_t *pn_rejected_disposition_condition(pn_rejected_disposition_t *disposition);

/** The section of the message, counted from 0, that the position lies in. [3.4.1] */
PN_EXTERN uint32_t pn_received_disposition_get_section_number(pn_received_disposition_t *disposition);

/** Set the section of the message that the position lies in. */
PN_EXTERN void pn_received_disposition_set_section_number(
    pn_received_disposition_t *disposition, uint32_t section_number);

/** The first byte of the section that has not come. [3.4.1] */
PN_EXTERN uint64_t pn_received_disposition_get_section_offset(pn_received_disposition_t *disposition);

/** Set the first byte of the section that has not come. */
PN_EXTERN void pn_received_disposition_set_section_offset(
    pn_received_disposition_t *disposition, uint64_t section_offset);

/** Whether the attempt counts as one that failed. [3.4.5] */
PN_EXTERN bool pn_modified_disposition_is_failed(pn_modified_disposition_t *disposition);

/** Set whether the attempt counts as one that failed. */
PN_EXTERN void pn_modified_disposition_set_failed(pn_modified_disposition_t *disposition, bool failed);

/** Whether the message shall not be sent to this place again. [3.4.5] */
PN_EXTERN bool pn_modified_disposition_is_undeliverable(pn_modified_disposition_t *disposition);

/** Set whether the message shall not be sent to this place again. */
PN_EXTERN void pn_modified_disposition_set_undeliverable(
    pn_modified_disposition_t *disposition, bool undeliverable);

/**
 * What to change in the message's annotations: a map with symbols as keys, or empty. [3.4.5]
 *
 * @return owned by the disposition, to be read and filled; NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_modified_disposition_annotations(pn_modified_disposition_t *disposition);

/**
 * The transaction that has begun.
 *
 * @return up to 32 bytes, owned by the disposition; `{0, NULL}` for none
 */
PN_EXTERN pn_bytes_t pn_declared_disposition_get_id(pn_declared_disposition_t *disposition);

/**
 * Set the transaction that has begun.
 *
 * @param disposition  the view
 * @param id           copied; without memory there is none
 */
PN_EXTERN void pn_declared_disposition_set_id(pn_declared_disposition_t *disposition, pn_bytes_t id);

/**
 * The transaction that the state belongs to.
 *
 * @return up to 32 bytes, owned by the disposition; `{0, NULL}` for none
 */
PN_EXTERN pn_bytes_t pn_transactional_disposition_get_id(pn_transactional_disposition_t *disposition);

/**
 * Set the transaction that the state belongs to.
 *
 * @param disposition  the view
 * @param id           copied; without memory there is none
 */
PN_EXTERN void pn_transactional_disposition_set_id(
    pn_transactional_disposition_t *disposition, pn_bytes_t id);

/**
 * The outcome that holds if the transaction succeeds.
 *
 * @return its type, 0 for none
 */
PN_EXTERN uint64_t pn_transactional_disposition_get_outcome_type(pn_transactional_disposition_t *disposition);

/**
 * Set the outcome that holds if the transaction succeeds.
 *
 * @param disposition  the view
 * @param type         type of an outcome, or 0. It is sent without anything else, but for PN_MODIFIED,
 *                     which is sent as failed and undeliverable here
 */
PN_EXTERN void pn_transactional_disposition_set_outcome_type(
    pn_transactional_disposition_t *disposition, uint64_t type);

/*
 * The same without views, for dispositions of any kind. To ask for a number or a truth that the present kind
 * does not have gives 0 or false. To set one makes the disposition the kind that has it, and what it was is
 * gone.
 *
 * What is handed out to be filled makes a disposition that is no state yet the kind that has it. A state of
 * another kind keeps its type, so that looking does no harm; what was filled in counts once
 * pn_delivery_update() makes the state that kind.
 */

/** As pn_rejected_disposition_condition(). NULL when there is no memory. */
PN_EXTERN pn_condition_t *pn_disposition_condition(pn_disposition_t *disposition);

/** As pn_custom_disposition_data(), of the view that pn_custom_disposition() makes. */
PN_EXTERN pn_data_t *pn_disposition_data(pn_disposition_t *disposition);

/** As pn_received_disposition_get_section_number(). */
PN_EXTERN uint32_t pn_disposition_get_section_number(pn_disposition_t *disposition);

/** As pn_received_disposition_set_section_number(). Makes the disposition received. */
PN_EXTERN void pn_disposition_set_section_number(pn_disposition_t *disposition, uint32_t section_number);

/** As pn_received_disposition_get_section_offset(). */
PN_EXTERN uint64_t pn_disposition_get_section_offset(pn_disposition_t *disposition);

/** As pn_received_disposition_set_section_offset(). Makes the disposition received. */
PN_EXTERN void pn_disposition_set_section_offset(pn_disposition_t *disposition, uint64_t section_offset);

/** As pn_modified_disposition_is_failed(). */
PN_EXTERN bool pn_disposition_is_failed(pn_disposition_t *disposition);

/** As pn_modified_disposition_set_failed(). Makes the disposition modified. */
PN_EXTERN void pn_disposition_set_failed(pn_disposition_t *disposition, bool failed);

/** As pn_modified_disposition_is_undeliverable(). */
PN_EXTERN bool pn_disposition_is_undeliverable(pn_disposition_t *disposition);

/** As pn_modified_disposition_set_undeliverable(). Makes the disposition modified. */
PN_EXTERN void pn_disposition_set_undeliverable(pn_disposition_t *disposition, bool undeliverable);

/** As pn_modified_disposition_annotations(). */
PN_EXTERN pn_data_t *pn_disposition_annotations(pn_disposition_t *disposition);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_DISPOSITION_H */
