#ifndef PROTON_ERROR_H
#define PROTON_ERROR_H 1

/**
 * @file
 * Codes of failures, and the ::pn_error_t that keeps a code with a text for the one who has to understand it.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What went wrong last: a code and a text.
 *
 * Plain memory with one owner: the one who called pn_error(), or the object whose error it is
 * (pn_data_error(), pn_message_error()...), which then frees it. It has no reference count.
 */
typedef struct pn_error_t pn_error_t;

#define PN_OK            (0)   /**< Nothing went wrong */
#define PN_EOS           (-1)  /**< There is no more to read, and will not be */
#define PN_ERR           (-2)  /**< None of the others */
#define PN_OVERFLOW      (-3)  /**< The buffer that was given is too small */
#define PN_UNDERFLOW     (-4)  /**< The bytes end before the value does */
#define PN_STATE_ERR     (-5)  /**< Not allowed in the object's present state */
#define PN_ARG_ERR       (-6)  /**< An argument is not acceptable */
#define PN_TIMEOUT       (-7)  /**< The time is over */
#define PN_INTR          (-8)  /**< Interrupted by somebody */
#define PN_INPROGRESS    (-9)  /**< Begun and not finished */
#define PN_OUT_OF_MEMORY (-10) /**< No memory, or a limit that stands for it was reached */
#define PN_ABORTED       (-11) /**< The sender took the delivery back */

/**
 * Name of a code, as it is spelt above.
 *
 * @param code  0 or a negative code
 * @return a constant string: "<ok>" for 0, "<unknown>" for a number that is no code
 * @threads any
 */
PN_EXTERN const char *pn_code(int code);

/**
 * Make an error that says that nothing went wrong.
 *
 * @return to be freed with pn_error_free(); NULL when there is no memory
 */
PN_EXTERN pn_error_t *pn_error(void);

/**
 * Free an error that pn_error() made. NULL is fine.
 */
PN_EXTERN void pn_error_free(pn_error_t *error);

/**
 * Forget what went wrong: the code becomes 0 and the text NULL. NULL is fine.
 */
PN_EXTERN void pn_error_clear(pn_error_t *error);

/**
 * Note what went wrong.
 *
 * The code is kept even when there is no memory for the text, which is then NULL. `PN_OK` clears the error;
 * the text is dropped.
 *
 * @param error  the error to change; with NULL nothing is noted
 * @param code   0 or a negative code
 * @param text   what to tell, copied; NULL for none
 * @return `code`, so that a function can end with `return pn_error_set(...)`
 */
PN_EXTERN int pn_error_set(pn_error_t *error, int code, const char *text);

/**
 * Note what went wrong, with a text made as by vprintf(). Otherwise as pn_error_set().
 *
 * The text ends after 1023 bytes.
 *
 * @param error  the error to change; its present text may be among the arguments
 * @param code   0 or a negative code
 * @param fmt    as for printf()
 * @param ap     the arguments; as with vprintf(), undefined afterwards
 * @return `code`
 */
PN_EXTERN int pn_error_vformat(pn_error_t *error, int code, const char *fmt, va_list ap);

/**
 * Note what went wrong, with a text made as by printf(). Otherwise as pn_error_vformat().
 *
 * @return `code`
 */
PN_EXTERN int pn_error_format(pn_error_t *error, int code, PN_PRINTF_FORMAT const char *fmt, ...)
    PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * The code of what went wrong last.
 *
 * @return 0 when nothing went wrong; PN_ARG_ERR when `error` is NULL
 */
PN_EXTERN int pn_error_code(pn_error_t *error);

/**
 * The text of what went wrong last.
 *
 * @return owned by the error, until it is next changed; NULL when nothing went wrong, there is no text, or
 *         `error` is NULL
 */
PN_EXTERN const char *pn_error_text(pn_error_t *error);

/**
 * Make an error say what another says, or nothing when that is NULL.
 *
 * @param error  the error to change
 * @param src    what to copy; may be NULL, or `error` itself
 * @return the code that `error` has now
 */
PN_EXTERN int pn_error_copy(pn_error_t *error, pn_error_t *src);

/** Leave the function with the value of an expression if that is a negative code. */
#define PN_RETURN_IF_ERROR(x)                                                                                \
  do {                                                                                                       \
    int r = (x);                                                                                             \
    if (r < 0) return r;                                                                                     \
  } while (0)

#ifdef __cplusplus
}
#endif

#endif /* PROTON_ERROR_H */
