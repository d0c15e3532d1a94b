/* string.h: a text that grows, as an object of the API that version 0.37 had.
 *
 * It is here because classes show their values through it (the slot `inspect`, see class.h). A string is absent, as after
 * pn_string(NULL), or has bytes, which may be any; a NUL follows them and is not counted. Functions that return int return
 * 0 or a negative code, and then leave the string as it was. Used by the thread that owns it. */
#ifndef BARYON_BASE_STRING_H
#define BARYON_BASE_STRING_H

#include "base/class.h"
#include <proton/annotations.h>
#include <stdarg.h>

/* A new string of these bytes, or absent for NULL; freed with pn_free(). NULL: no memory. pn_string() takes bytes up to a NUL. */
PN_EXTERN pn_string_t *pn_stringn(const char *bytes, size_t n);

/* The number of bytes; 0 if absent. pn_string_get() gives the bytes. */
PN_EXTERN size_t pn_string_size(pn_string_t *string);

/* Replace the text, by bytes that may be part of it; NULL makes it absent. */
PN_EXTERN int pn_string_set(pn_string_t *string, const char *bytes);
PN_EXTERN int pn_string_setn(pn_string_t *string, const char *bytes, size_t n);
PN_EXTERN int pn_string_copy(pn_string_t *string, pn_string_t *src);
PN_EXTERN void pn_string_clear(pn_string_t *string); /* makes it absent */

/* Copy the bytes and the NUL to dst, which has room: their number without the NUL; -1 if absent. */
PN_EXTERN ssize_t pn_string_put(pn_string_t *string, char *dst);

/* Replace the text by one as printf() makes it, or append such a one, which an absent string refuses (PN_ERR). The text must
 * not be among the arguments. */
PN_EXTERN int pn_string_format(pn_string_t *string, PN_PRINTF_FORMAT const char *format, ...)
    PN_PRINTF_FORMAT_ATTR(2, 3);
PN_EXTERN int pn_string_vformat(pn_string_t *string, const char *format, va_list ap)
    PN_PRINTF_FORMAT_ATTR(2, 0);
PN_EXTERN int pn_string_addf(pn_string_t *string, PN_PRINTF_FORMAT const char *format, ...)
    PN_PRINTF_FORMAT_ATTR(2, 3);
PN_EXTERN int pn_string_vaddf(pn_string_t *string, const char *format, va_list ap)
    PN_PRINTF_FORMAT_ATTR(2, 0);

/* For writing in place: make room for so many bytes, get the room and how much there is, say how many count now. */
PN_EXTERN int pn_string_grow(pn_string_t *string, size_t capacity);
PN_EXTERN char *pn_string_buffer(pn_string_t *string);
PN_EXTERN size_t pn_string_capacity(pn_string_t *string);
PN_EXTERN int pn_string_resize(pn_string_t *string, size_t size);

#endif
