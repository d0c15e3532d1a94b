/* error.c: what went wrong, as a code and a text. The new text is made before the old one goes, since it may contain it. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMATTED_LIMIT 1024 /* bytes of a text made by a format, with its NUL */

const char *pn_code(int code) {
  static const char *const names[] = {"<ok>", "PN_EOS", "PN_ERR", "PN_OVERFLOW", "PN_UNDERFLOW",
      "PN_STATE_ERR", "PN_ARG_ERR", "PN_TIMEOUT", "PN_INTR", "PN_INPROGRESS", "PN_OUT_OF_MEMORY",
      "PN_ABORTED"};
  return code <= PN_OK && code >= PN_ABORTED ? names[-code] : "<unknown>";
}

pn_error_t *pn_error(void) { return calloc(1, sizeof(pn_error_t)); }

void pn_error_free(pn_error_t *error) {
  pn_error_clear(error);
  free(error);
}

void pn_error_clear(pn_error_t *error) { pn_error_set(error, PN_OK, NULL); }

static char *copy_of(const char *text) {
  const size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

int pn_error_set(pn_error_t *error, int code, const char *text) {
  if (!error) return code;
  char *copy = code != PN_OK && text ? copy_of(text) : NULL;
  free(error->text);
  error->text = copy;
  error->code = code;
  return code;
}

int pn_error_vformat(pn_error_t *error, int code, const char *fmt, va_list ap) {
  char text[FORMATTED_LIMIT];
  const int size = vsnprintf(text, sizeof text, fmt, ap);
  return pn_error_set(error, code, size < 0 ? fmt : text);
}

int pn_error_format(pn_error_t *error, int code, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  pn_error_vformat(error, code, fmt, ap);
  va_end(ap);
  return code;
}

int pn_error_code(pn_error_t *error) { return error ? error->code : PN_ARG_ERR; }

const char *pn_error_text(pn_error_t *error) { return error ? error->text : NULL; }

int pn_error_copy(pn_error_t *error, pn_error_t *src) {
  return src ? pn_error_set(error, src->code, src->text) : pn_error_set(error, PN_OK, NULL);
}
