#ifndef PROTON_CONDITION_H
#define PROTON_CONDITION_H 1

/**
 * @file
 * Conditions: why a connection, session, link, transport or listener ended, or a message was rejected.
 * [2.8.14]
 */

#include <proton/annotations.h>
#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A reason with a name that programs understand, a description for people, and a map with details.
 *
 * Plain memory with one owner: the object whose condition it is, or the one who called pn_condition(). It has
 * no reference count. What is set here on one's own end is sent to the peer when that end closes.
 *
 * Names are those of the standard ("amqp:not-found", "amqp:link:detach-forced", ...), a program's own, or,
 * for trouble of this side that no peer caused, begin with "proton:".
 */
typedef struct pn_condition_t pn_condition_t;

/**
 * Make a condition that is not set.
 *
 * @return to be freed with pn_condition_free(); NULL when there is no memory
 */
PN_EXTERN pn_condition_t *pn_condition(void);

/**
 * Free a condition that pn_condition() made, and no other. NULL is fine.
 */
PN_EXTERN void pn_condition_free(pn_condition_t *condition);

/**
 * Whether there is anything to tell: whether the condition has a name.
 *
 * @return false for NULL
 */
PN_EXTERN bool pn_condition_is_set(pn_condition_t *condition);

/**
 * Make the condition unset: no name, no description, and the info empty. The object that pn_condition_info()
 * gave stays.
 */
PN_EXTERN void pn_condition_clear(pn_condition_t *condition);

/**
 * The name, such as "amqp:not-found". [2.8.15 to 2.8.18]
 *
 * @return owned by the condition, until it is changed; NULL when it is not set
 */
PN_EXTERN const char *pn_condition_get_name(pn_condition_t *condition);

/**
 * Set the name, and with it the condition.
 *
 * @param condition  the condition
 * @param name       ASCII, copied; it may be the present name. NULL unsets the condition and leaves
 *                   description and info
 * @return 0, or PN_OUT_OF_MEMORY with the name as it was
 */
PN_EXTERN int pn_condition_set_name(pn_condition_t *condition, const char *name);

/**
 * The description.
 *
 * @return owned by the condition, until it is changed; NULL for none
 */
PN_EXTERN const char *pn_condition_get_description(pn_condition_t *condition);

/**
 * Set the description.
 *
 * @param condition    the condition
 * @param description  UTF-8, copied; it may be the present one. NULL for none
 * @return 0, or PN_OUT_OF_MEMORY with the description as it was
 */
PN_EXTERN int pn_condition_set_description(pn_condition_t *condition, const char *description);

/**
 * Details: a map with symbols as keys, or empty.
 *
 * @return owned by the condition, to be read and, on one's own end, filled; NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_condition_info(pn_condition_t *condition);

/**
 * Set name and description, the latter as by vprintf(). The info stays.
 *
 * @param condition  the condition; its present texts may be among the arguments
 * @param name       as for pn_condition_set_name()
 * @param fmt        as for printf(); what it makes ends after 1023 bytes
 * @param ap         the arguments; as with vprintf(), undefined afterwards
 * @return 0 or PN_OUT_OF_MEMORY
 */
PN_EXTERN int pn_condition_vformat(
    pn_condition_t *condition, const char *name, PN_PRINTF_FORMAT const char *fmt, va_list ap);

/**
 * Set name and description, the latter as by printf(). Otherwise as pn_condition_vformat().
 *
 * @return 0 or PN_OUT_OF_MEMORY
 */
PN_EXTERN int pn_condition_format(pn_condition_t *condition, const char *name,
    PN_PRINTF_FORMAT const char *fmt, ...) PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * Whether the peer asks to come to another place: the name is "amqp:connection:redirect" or
 * "amqp:link:redirect". [2.8.16, 2.8.18]
 */
PN_EXTERN bool pn_condition_is_redirect(pn_condition_t *condition);

/**
 * Where a redirect leads to: `network-host` of the info.
 *
 * @return owned by the condition, until its info is changed; NULL when the info has none
 */
PN_EXTERN const char *pn_condition_redirect_host(pn_condition_t *condition);

/**
 * Where a redirect leads to: `port` of the info.
 *
 * @return 0 when the info has none
 */
PN_EXTERN int pn_condition_redirect_port(pn_condition_t *condition);

/**
 * Make a condition say what another says.
 *
 * @param dest  the condition to change
 * @param src   what to copy; it may be `dest`
 * @return 0, or PN_OUT_OF_MEMORY with `dest` unset
 */
PN_EXTERN int pn_condition_copy(pn_condition_t *dest, pn_condition_t *src);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONDITION_H */
