/* make_dictionary.c: prints the fuzzers' dictionary, made from the lists in spec/. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void entry(const uint8_t *octets, size_t size, const char *text) {
  putchar('"');
  for (size_t i = 0; i < size; i++) printf("\\x%02x", octets[i]);
  for (; *text; text++) printf("\\x%02x", (uint8_t)*text);
  printf("\"\n");
}

/* As a size or count, narrow and wide. */
static void number(uint32_t n) {
  const uint8_t octets[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
  entry(octets + 3, 1, "");
  entry(octets, sizeof octets, "");
}

static void descriptor(uint8_t code, const char *symbol) {
  enum { DESCRIPTOR = 0x00, SMALLULONG = 0x53, SYM8 = 0xa3 };
  entry((const uint8_t[]){DESCRIPTOR, SMALLULONG, code}, 3, "");
  entry((const uint8_t[]){DESCRIPTOR, SYM8, (uint8_t)strlen(symbol)}, 3, symbol);
}

int main(void) {
#define ENCODING(code, name, type, form, width, check) entry((const uint8_t[]){code}, 1, "");
#include "spec/encodings.def"
#undef ENCODING
#define COMPOSITE(name, code, symbol) descriptor(code, symbol);
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
#define SECTION(name, code, symbol, body) descriptor(code, symbol);
#include "spec/sections.def"
#undef SECTION
#define LIMIT(name, value, what) number(value), number((uint32_t)(value) + 1);
#include "spec/limits.def"
#undef LIMIT
  return ferror(stdout) ? 1 : 0;
}
