/* text.h: a text that grows as it is written. The differential tests have little to do with running out of memory: they
 * stop when there is none. */
#ifndef DIFFERENTIAL_TEXT_H
#define DIFFERENTIAL_TEXT_H

#include <stddef.h>

struct text {
  char *chars; /* NUL-terminated once something was added */
  size_t length, capacity;
};

void text_clear(struct text *text);
void text_free(struct text *text);

/** Append as printf does. */
__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

/** Append bytes in hexadecimal after their number. */
void text_add_all_bytes(struct text *text, const void *bytes, size_t size);

/** The same, but of a long run only the first few and a hash of all. */
void text_add_bytes(struct text *text, const void *bytes, size_t size);

#endif
