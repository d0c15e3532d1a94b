/* error.h: what went wrong, as an object of the API keeps it.
 *
 * Begins zeroed; may lie within another struct, which then calls pn_error_clear() at its end. The code never gets lost: when
 * there is no memory for a text there is none. Used by the thread that owns what it belongs to. */
#ifndef BARYON_BASE_ERROR_H
#define BARYON_BASE_ERROR_H

#include <proton/error.h>

struct pn_error_t {
  int code;
  char *text; /* malloc'ed, or NULL */
};

#endif
