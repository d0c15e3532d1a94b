/* text.c: text written into room of a given size. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct pni_text pni_text(char *start, size_t capacity) {
  struct pni_text text = {.start = start, .size = 0, .capacity = capacity};
  if (capacity > 0) start[0] = '\0';
  return text;
}

void pni_text_add(struct pni_text *text, const char *bytes, size_t size) {
  if (text->size < text->capacity) {
    size_t room = text->capacity - text->size - 1;
    size_t fitting = size < room ? size : room;
    if (fitting > 0) memcpy(text->start + text->size, bytes, fitting);
    text->start[text->size + fitting] = '\0';
  }
  text->size += size;
}

void pni_text_string(struct pni_text *text, const char *string) {
  pni_text_add(text, string, strlen(string));
}

void pni_text_char(struct pni_text *text, char c) { pni_text_add(text, &c, 1); }

void pni_text_vformat(struct pni_text *text, const char *format, va_list args) {
  const bool room = text->size < text->capacity;
  int size =
      vsnprintf(room ? text->start + text->size : NULL, room ? text->capacity - text->size : 0, format, args);
  if (size > 0) text->size += (size_t)size;
}

void pni_text_format(struct pni_text *text, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pni_text_vformat(text, format, args);
  va_end(args);
}

void pni_text_term(struct pni_text *text, const char *name) {
  for (; *name; name++) pni_text_char(text, *name == '_' ? '-' : *name);
}

void pni_text_quoted(struct pni_text *text, const char *bytes, size_t size) {
  static const char hex[] = "0123456789abcdef";
  for (size_t i = 0; i < size; i++) {
    const unsigned char c = (unsigned char)bytes[i];
    if (c >= ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\') {
      pni_text_char(text, (char)c);
    } else {
      const char escape[4] = {'\\', 'x', hex[c >> 4], hex[c & 15]};
      pni_text_add(text, escape, sizeof escape);
    }
  }
}
