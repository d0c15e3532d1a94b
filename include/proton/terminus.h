#ifndef PROTON_TERMINUS_H
#define PROTON_TERMINUS_H 1

/**
 * @file
 * Termini: where a link takes messages from and where it puts them. [3.5]
 */

#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Source or target of a link, as one side sees it.
 *
 * Each link has four: what we want (pn_link_source(), pn_link_target()), to be filled in before the link is
 * opened, and what the peer said (pn_link_remote_source(), pn_link_remote_target()), to be read once it
 * has. A server that agrees copies the latter to the former (pn_terminus_copy()); one that refuses leaves
 * the type of its own terminus PN_UNSPECIFIED and closes the link with a condition. [2.6.3]
 *
 * Plain memory that belongs to its link. Functions that change one return 0, or PN_ARG_ERR for NULL
 * and for what is not a value of its type.
 */
typedef struct pn_terminus_t pn_terminus_t;

/** What a terminus is. */
typedef enum {
  PN_UNSPECIFIED = 0, /**< There is none */
  PN_SOURCE = 1,      /**< A place that messages come from [3.5.3] */
  PN_TARGET = 2,      /**< A place that messages go to [3.5.4] */
  PN_COORDINATOR = 3  /**< What a controller of transactions sends to [4.5.1] */
} pn_terminus_type_t;

/** What of a terminus outlives a failure of its container. [3.5.5] */
typedef enum {
  PN_NONDURABLE = 0,    /**< Nothing */
  PN_CONFIGURATION = 1, /**< That it exists, and how it was set up */
  PN_DELIVERIES = 2     /**< That, and the state of unsettled deliveries */
} pn_durability_t;

/** What starts the time after which a terminus is forgotten. [3.5.6] */
typedef enum {
  PN_EXPIRE_WITH_LINK,       /**< The link is detached */
  PN_EXPIRE_WITH_SESSION,    /**< The session ends; the standard's default */
  PN_EXPIRE_WITH_CONNECTION, /**< The connection closes */
  PN_EXPIRE_NEVER            /**< Nothing */
} pn_expiry_policy_t;

/** Whether a message that was sent over one link may still be sent over another. [3.5.7] */
typedef enum {
  PN_DIST_MODE_UNSPECIFIED = 0, /**< Not said */
  PN_DIST_MODE_COPY = 1,        /**< It may: browsing */
  PN_DIST_MODE_MOVE = 2         /**< It may not: a queue */
} pn_distribution_mode_t;

/**
 * What the terminus is.
 */
PN_EXTERN pn_terminus_type_t pn_terminus_get_type(pn_terminus_t *terminus);

/**
 * Set what the terminus is. A new link's source is a source, its target a target.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_type(pn_terminus_t *terminus, pn_terminus_type_t type);

/**
 * Name of the node. [3.5.3]
 *
 * @return UTF-8, owned by the terminus, until it is changed; NULL for none
 */
PN_EXTERN const char *pn_terminus_get_address(pn_terminus_t *terminus);

/**
 * Set the name of the node.
 *
 * @param terminus  the terminus
 * @param address   UTF-8, copied; it may be the present one. NULL for none, as it has to be when the peer
 *                  shall make a node (pn_terminus_set_dynamic())
 * @return 0, PN_ARG_ERR, or PN_OUT_OF_MEMORY with the address as it was
 */
PN_EXTERN int pn_terminus_set_address(pn_terminus_t *terminus, const char *address);

/**
 * Whether messages are moved or copied, for a source. [3.5.7]
 */
PN_EXTERN pn_distribution_mode_t pn_terminus_get_distribution_mode(const pn_terminus_t *terminus);

/**
 * Set whether messages are moved or copied.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_distribution_mode(pn_terminus_t *terminus, pn_distribution_mode_t mode);

/**
 * What outlives a failure. [3.5.5]
 */
PN_EXTERN pn_durability_t pn_terminus_get_durability(pn_terminus_t *terminus);

/**
 * Set what outlives a failure.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_durability(pn_terminus_t *terminus, pn_durability_t durability);

/**
 * What starts the time until the terminus is forgotten. [3.5.6]
 *
 * @return PN_EXPIRE_WITH_SESSION if nobody has said
 */
PN_EXTERN pn_expiry_policy_t pn_terminus_get_expiry_policy(pn_terminus_t *terminus);

/**
 * Whether somebody has said what starts the time until the terminus is forgotten:
 * pn_terminus_set_expiry_policy() was called, or the peer's terminus has it.
 */
PN_EXTERN bool pn_terminus_has_expiry_policy(const pn_terminus_t *terminus);

/**
 * Set what starts the time until the terminus is forgotten. Only then is it sent.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_expiry_policy(pn_terminus_t *terminus, pn_expiry_policy_t policy);

/**
 * Seconds until the terminus is forgotten. [3.5.3]
 */
PN_EXTERN pn_seconds_t pn_terminus_get_timeout(pn_terminus_t *terminus);

/**
 * Set the seconds until the terminus is forgotten.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_timeout(pn_terminus_t *terminus, pn_seconds_t timeout);

/**
 * Whether the node is one that the peer makes for this link, and names in its answer. [3.5.3]
 */
PN_EXTERN bool pn_terminus_is_dynamic(pn_terminus_t *terminus);

/**
 * Set whether the peer shall make a node for this link.
 *
 * @return 0 or PN_ARG_ERR
 */
PN_EXTERN int pn_terminus_set_dynamic(pn_terminus_t *terminus, bool dynamic);

/**
 * Properties of a dynamic node: a map with symbols as keys, or empty. [3.5.9]
 *
 * @return owned by the terminus, to be read and filled; NULL when there is no memory, here and for the
 *         three that follow
 */
PN_EXTERN pn_data_t *pn_terminus_properties(pn_terminus_t *terminus);

/**
 * What the terminus can do: a symbol or an array of symbols, or empty.
 *
 * @return owned by the terminus, to be read and filled
 */
PN_EXTERN pn_data_t *pn_terminus_capabilities(pn_terminus_t *terminus);

/**
 * Outcomes that a source understands: a symbol or an array of symbols, or empty.
 *
 * @return owned by the terminus, to be read and filled
 */
PN_EXTERN pn_data_t *pn_terminus_outcomes(pn_terminus_t *terminus);

/**
 * Which messages a source lets through: a map from symbols to described values, or empty. [3.5.8]
 *
 * @return owned by the terminus, to be read and filled
 */
PN_EXTERN pn_data_t *pn_terminus_filter(pn_terminus_t *terminus);

/**
 * Make a terminus equal to another, of this link or any other.
 *
 * @param terminus  the terminus to change
 * @param src       what to copy; it may be `terminus`
 * @return 0; PN_ARG_ERR when either is NULL; PN_OUT_OF_MEMORY with `terminus` incomplete
 */
PN_EXTERN int pn_terminus_copy(pn_terminus_t *terminus, pn_terminus_t *src);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TERMINUS_H */
