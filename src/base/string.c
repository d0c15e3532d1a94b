/* string.c: a text that grows. Invariant: if there is a buffer, a NUL stands behind the bytes that count, so that the text
 * can be handed out as a C string; a string with bytes has a buffer. */
#include "base/string.h"

#include "base/memory.h"
#include "base/object.h"
#include "base/status.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT 32 /* bytes of the smallest buffer */

struct pn_string_t {
  char *bytes;
  size_t capacity; /* of the buffer, with the NUL */
  size_t size;     /* 0 if absent */
  bool absent;
};

static void string_finalize(void *object) { free(((pn_string_t *)object)->bytes); }

static uintptr_t string_hashcode(void *object) {
  const pn_string_t *string = object;
  if (string->absent) return 0;
  uintptr_t hash = 1;
  for (size_t i = 0; i < string->size; i++) hash = hash * 31 + (unsigned char)string->bytes[i];
  return hash;
}

/* An order, but not the alphabet's: the longer comes first, an absent one last. */
static intptr_t string_compare(void *one, void *other) {
  const pn_string_t *a = one, *b = other;
  if (a->absent != b->absent) return a->absent ? 1 : -1;
  if (a->size != b->size) return a->size > b->size ? -1 : 1;
  return a->size > 0 ? memcmp(a->bytes, b->bytes, a->size) : 0;
}

/* Append bytes that are not the text's own. */
static int add(pn_string_t *text, const char *bytes, size_t size) {
  const size_t start = text->size;
  if (size > SIZE_MAX - start) return PNI_NO_MEMORY;
  TRY(pn_string_resize(text, start + size));
  memcpy(text->bytes + start, bytes, size);
  return PNI_OK;
}

static int add_shown(pn_string_t *text, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  if (c >= ' ' && c < 0x7f) return add(text, &(char){(char)c}, 1);
  return add(text, (const char[4]){'\\', 'x', hex[c >> 4], hex[c & 15]}, 4);
}

static int string_inspect(void *object, pn_string_t *text) {
  const pn_string_t *string = object;
  if (text->absent) return PNI_FAILED;
  if (string->absent) return add(text, "null", 4);
  TRY(add(text, "\"", 1));
  for (size_t i = 0; i < string->size; i++) TRY(add_shown(text, (unsigned char)string->bytes[i]));
  return add(text, "\"", 1);
}

static const pn_class_t string_class = PNI_CLASS("pn_string", CID_pn_string, .finalize = string_finalize,
    .hashcode = string_hashcode, .compare = string_compare, .inspect = string_inspect);

pn_string_t *pn_string(const char *bytes) { return pn_stringn(bytes, bytes ? strlen(bytes) : 0); }

pn_string_t *pn_stringn(const char *bytes, size_t n) {
  pn_string_t *string = pn_class_new(&string_class, sizeof *string);
  if (string && pn_string_setn(string, bytes, n) != 0) {
    pn_free(string);
    return NULL;
  }
  return string;
}

const char *pn_string_get(pn_string_t *string) { return string && !string->absent ? string->bytes : NULL; }

size_t pn_string_size(pn_string_t *string) { return string ? string->size : 0; }

int pn_string_grow(pn_string_t *string, size_t capacity) {
  if (capacity == SIZE_MAX) return PNI_NO_MEMORY;
  void *bytes = string->bytes;
  TRY(pni_grow(&bytes, &string->capacity, capacity < SHORT ? SHORT : capacity + 1, 1));
  if (!string->bytes) *(char *)bytes = '\0';
  string->bytes = bytes;
  return PNI_OK;
}

int pn_string_resize(pn_string_t *string, size_t size) {
  TRY(pn_string_grow(string, size));
  string->absent = false;
  string->size = size;
  string->bytes[size] = '\0';
  return PNI_OK;
}

char *pn_string_buffer(pn_string_t *string) { return string->bytes; }

size_t pn_string_capacity(pn_string_t *string) { return string->capacity > 0 ? string->capacity - 1 : 0; }

int pn_string_set(pn_string_t *string, const char *bytes) {
  return pn_string_setn(string, bytes, bytes ? strlen(bytes) : 0);
}

int pn_string_setn(pn_string_t *string, const char *bytes, size_t n) {
  if (!bytes) {
    pn_string_clear(string);
    return PNI_OK;
  }
  TRY(pn_string_grow(string, n)); /* moves nothing if the bytes are part of the text */
  memmove(string->bytes, bytes, n);
  return pn_string_resize(string, n);
}

int pn_string_copy(pn_string_t *string, pn_string_t *src) {
  return pn_string_setn(string, pn_string_get(src), pn_string_size(src));
}

void pn_string_clear(pn_string_t *string) {
  string->absent = true;
  string->size = 0;
}

ssize_t pn_string_put(pn_string_t *string, char *dst) {
  if (string->absent) return -1;
  memcpy(dst, string->bytes, string->size + 1);
  return (ssize_t)string->size;
}

/* Write a formatted text behind the first `start` bytes, which then all count. */
static int format_at(pn_string_t *string, size_t start, const char *format, va_list ap) {
  va_list again;
  va_copy(again, ap);
  const int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (size < 0) return PNI_FAILED;
  if ((size_t)size > SIZE_MAX - start) return PNI_NO_MEMORY;
  TRY(pn_string_grow(string, start + (size_t)size));
  vsnprintf(string->bytes + start, (size_t)size + 1, format, ap);
  return pn_string_resize(string, start + (size_t)size);
}

int pn_string_vformat(pn_string_t *string, const char *format, va_list ap) {
  return format_at(string, 0, format, ap);
}

int pn_string_vaddf(pn_string_t *string, const char *format, va_list ap) {
  return string->absent ? PNI_FAILED : format_at(string, string->size, format, ap);
}

int pn_string_format(pn_string_t *string, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  const int status = pn_string_vformat(string, format, ap);
  va_end(ap);
  return status;
}

int pn_string_addf(pn_string_t *string, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  const int status = pn_string_vaddf(string, format, ap);
  va_end(ap);
  return status;
}
