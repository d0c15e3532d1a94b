/* text.c: see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_RUN = 64, SHOWN = 16 };

void text_clear(struct text *text) {
  text->length = 0;
  if (text->chars) text->chars[0] = 0;
}

void text_free(struct text *text) {
  free(text->chars);
  *text = (struct text){0};
}

static void reserve(struct text *text, size_t more) {
  if (text->capacity - text->length > more) return;
  size_t capacity = 2 * text->capacity + more + 64;
  char *chars = realloc(text->chars, capacity);
  if (!chars) abort();
  text->chars = chars;
  text->capacity = capacity;
}

void text_add(struct text *text, const char *format, ...) {
  char *chars = NULL;
  va_list ap;
  va_start(ap, format);
  int length = vasprintf(&chars, format, ap);
  va_end(ap);
  if (length < 0) abort();
  reserve(text, (size_t)length);
  memcpy(text->chars + text->length, chars, (size_t)length + 1);
  text->length += (size_t)length;
  free(chars);
}

static uint64_t hash(const unsigned char *bytes, size_t size) { /* FNV-1a */
  uint64_t value = 0xcbf29ce484222325;
  for (size_t i = 0; i < size; i++) value = (value ^ bytes[i]) * 0x100000001b3;
  return value;
}

void text_add_all_bytes(struct text *text, const void *bytes, size_t size) {
  const unsigned char *octets = bytes;
  text_add(text, "%zu:", size);
  for (size_t i = 0; i < size; i++) text_add(text, "%02x", octets[i]);
}

void text_add_bytes(struct text *text, const void *bytes, size_t size) {
  if (size <= SHORT_RUN) {
    text_add_all_bytes(text, bytes, size);
    return;
  }
  text_add_all_bytes(text, bytes, SHOWN);
  text_add(text, "~%zu~%016llx", size, (unsigned long long)hash(bytes, size));
}
