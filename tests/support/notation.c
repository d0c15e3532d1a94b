/* notation.c: see notation.h. Lists and maps are written with sizes of four octets, whatever they hold. */
#include "support/notation.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 1 << 17, NAME = 24, FRAME_HEADER = 8 };

static char octets[CAPACITY];
static size_t length;

static void put(uint64_t value, unsigned width) {
  if (length + width > CAPACITY) abort();
  for (unsigned i = width; i--;) octets[length++] = (char)(value >> 8 * i);
}

static void put_at(size_t place, uint64_t value, unsigned width) {
  size_t end = length;
  length = place;
  put(value, width);
  length = end;
}

static void malformed(const char *at) {
  fprintf(stderr, "what is %s?\n", at);
  exit(2);
}

static unsigned code_of(const char *name) {
  static const struct {
    const char *name;
    unsigned code;
  } codes[] = {{"open", 0x10}, {"begin", 0x11}, {"attach", 0x12}, {"flow", 0x13}, {"transfer", 0x14},
      {"disposition", 0x15}, {"detach", 0x16}, {"end", 0x17}, {"close", 0x18}, {"error", 0x1d},
      {"received", 0x23}, {"accepted", 0x24}, {"source", 0x28}, {"target", 0x29}, {"mechanisms", 0x40},
      {"init", 0x41}, {"response", 0x43}, {"outcome", 0x44}, {"unknown", 0x99}};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (!strcmp(codes[i].name, name)) return codes[i].code;
  malformed(name);
  return 0;
}

static const char *value(const char *at);

/* All values up to a closing character, their number behind. */
static const char *values(const char *at, char close, uint32_t *count) {
  *count = 0;
  for (;; ++*count) {
    while (*at == ' ') at++;
    if (*at == close) return close ? at + 1 : at;
    if (!*at || *at == '|') return at;
    at = value(at);
  }
}

static const char *compound(const char *at, unsigned code, char close) {
  put(code, 1);
  size_t place = length;
  put(0, 8);
  uint32_t count;
  at = values(at, close, &count);
  put_at(place, length - place - 4, 4);
  put_at(place + 4, count, 4);
  return at;
}

static const char *variable(const char *at, unsigned code, char close) {
  const char *end = close ? strchr(at, close) : at + strcspn(at, " ]}");
  if (!end) malformed(at);
  put(code, 1);
  put((size_t)(end - at), 4);
  while (at < end) put((unsigned char)*at++, 1);
  return close ? end + 1 : end;
}

static const char *hexadecimal(const char *at) {
  while (isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1])) {
    char pair[3] = {at[0], at[1], 0};
    put(strtoul(pair, NULL, 16), 1);
    at += 2;
    while (*at == ' ') at++;
  }
  if (*at != '\'') malformed(at);
  return at + 1;
}

static const char *number(const char *at) {
  static const struct {
    char suffix;
    unsigned char code, width;
  } kinds[] = {{'b', 0x50, 1}, {'s', 0x60, 2}, {'l', 0x80, 8}, {'i', 0x71, 4}};
  char *end;
  uint64_t what = strtoull(at, &end, 10);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (*end == kinds[i].suffix) {
      put(kinds[i].code, 1);
      put(what, kinds[i].width);
      return end + 1;
    }
  put(0x70, 1);
  put(what, 4);
  return end;
}

static const char *word(const char *at) {
  char name[NAME] = {0};
  size_t size = strcspn(at, " []{}|");
  snprintf(name, sizeof name, "%.*s", (int)size, at);
  at += size;
  if (*at == '[') {
    put(0x0053, 2);
    put(code_of(name), 1);
    return compound(at + 1, 0xd0, ']');
  }
  if (strcmp(name, "null") != 0 && strcmp(name, "true") != 0 && strcmp(name, "false") != 0) malformed(name);
  put(name[0] == 'n' ? 0x40 : name[0] == 't' ? 0x41 : 0x42, 1);
  return at;
}

static const char *value(const char *at) {
  if (*at == '[') return compound(at + 1, 0xd0, ']');
  if (*at == '{') return compound(at + 1, 0xd1, '}');
  if (*at == '\'') return variable(at + 1, 0xb1, '\'');
  if (*at == ':') return variable(at + 1, 0xb3, 0);
  if (*at == 'b' && at[1] == '\'') return variable(at + 2, 0xb0, '\'');
  if (*at == 'x' && at[1] == '\'') return hexadecimal(at + 2);
  return isdigit((unsigned char)*at) ? number(at) : word(at);
}

/* What comes after the bar: octets as they are, or text without a constructor. */
static void payload(const char *at) {
  while (*at == ' ') at++;
  if (at[0] == 'x' && at[1] == '\'')
    hexadecimal(at + 2);
  else
    while (*at) put((unsigned char)*at++, 1);
}

const char *notation_octets(const char *line, size_t *size) {
  size_t first = strcspn(line, " ");
  bool bare = !strncmp(line, "octets", first), sasl = !strncmp(line, "sasl", first);
  length = 0;
  if (!bare) {
    put(0, 4);
    put(0x0200u | sasl, 2);
    put(sasl ? 0 : strtoul(line, NULL, 10), 2);
  }
  uint32_t count;
  const char *rest = values(line + first, 0, &count);
  if (*rest == '|') payload(rest + 1);
  if (!bare) put_at(0, length, 4);
  *size = length;
  return octets;
}
