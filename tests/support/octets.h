/* octets.h: octets of a test, spelt in hexadecimal, with 'text' for itself: "a1 05 'hello'".
 *
 * They lie in memory of exactly their size, so that the address sanitizer sees a read beyond them. */
#ifndef BARYON_TESTS_SUPPORT_OCTETS_H
#define BARYON_TESTS_SUPPORT_OCTETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct octets {
  uint8_t *start;
  size_t size;
};

/* A copy of some octets; octets_free() when done. */
static inline struct octets octets_copy(const void *start, size_t size) {
  struct octets copy = {.start = malloc(size), .size = size};
  if (size > 0) {
    assert_non_null(copy.start);
    memcpy(copy.start, start, size);
  }
  return copy;
}

static inline int octets_digit(char c) {
  const char *const digits = "0123456789abcdef";
  const char *const digit = c != '\0' ? strchr(digits, c) : NULL;
  if (!digit) fail_msg("'%c' is no hexadecimal digit", c);
  return (int)(digit - digits);
}

/* The octets that a text spells; octets_free() when done. */
static inline struct octets octets_of(const char *text) {
  uint8_t *const buffer = malloc(strlen(text) + 1);
  size_t size = 0;
  assert_non_null(buffer);
  while (*text) {
    if (*text == ' ') {
      text++;
    } else if (*text == '\'') {
      for (text++; *text != '\''; text++) buffer[size++] = (uint8_t)*text;
      text++;
    } else {
      buffer[size++] = (uint8_t)(octets_digit(text[0]) << 4 | octets_digit(text[1]));
      text += 2;
    }
  }
  const struct octets exact = octets_copy(buffer, size);
  free(buffer);
  return exact;
}

static inline void octets_free(struct octets *octets) {
  free(octets->start);
  *octets = (struct octets){.start = NULL, .size = 0};
}

static inline void octets_print(const char *what, const uint8_t *start, size_t size) {
  print_error("%s", what);
  for (size_t i = 0; i < size; i++) print_error(" %02x", start[i]);
  print_error("\n");
}

static inline void octets_assert_equal(
    const void *start, size_t size, const struct octets *expected, const char *file, int line) {
  if (size == expected->size && (size == 0 || memcmp(start, expected->start, size) == 0)) return;
  octets_print("found:   ", start, size);
  octets_print("expected:", expected->start, expected->size);
  _fail(file, line);
}

/* Some octets are those of a struct octets; prints both if they are not. */
#define assert_octets(start, size, expected) octets_assert_equal(start, size, expected, __FILE__, __LINE__)

#endif
