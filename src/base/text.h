/* text.h: text written into room of a given size.
 *
 * What does not fit is counted and dropped: `size` is what the whole would have needed, so that the same code measures,
 * fills and truncates. The text is NUL-terminated whenever there is room at all. Nothing is allocated. */
#ifndef BARYON_BASE_TEXT_H
#define BARYON_BASE_TEXT_H

#include "base/compiler.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct pni_text {
  char *start;     /* may be NULL when capacity is 0 */
  size_t size;     /* of the whole text, the terminator not counted */
  size_t capacity; /* of start, the terminator counted */
};

/* A text that fills `capacity` bytes at `start`. */
struct pni_text pni_text(char *start, size_t capacity);

/* Whether all of the text, its terminator included, is there. */
static inline bool pni_text_fits(const struct pni_text *text) { return text->size < text->capacity; }

void pni_text_add(struct pni_text *text, const char *bytes, size_t size);
void pni_text_string(struct pni_text *text, const char *string);
void pni_text_char(struct pni_text *text, char c);
void pni_text_format(struct pni_text *text, const char *format, ...) PNI_PRINTF(2, 3);
void pni_text_vformat(struct pni_text *text, const char *format, va_list args) PNI_PRINTF(2, 0);

/* A name of the lists in spec/ in the standard's spelling, which has - where C has _. */
void pni_text_term(struct pni_text *text, const char *name);

/* Bytes of any kind: printable ASCII as it is but for \, " and ', everything else as \xNN. */
void pni_text_quoted(struct pni_text *text, const char *bytes, size_t size);

#endif
