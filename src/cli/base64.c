/* base64.c: octets as letters. */
#include "cli/base64.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(FILE *out, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i += 3) {
    const size_t left = size - i;
    uint32_t group = (uint32_t)(uint8_t)bytes[i] << 16;
    if (left > 1) group |= (uint32_t)(uint8_t)bytes[i + 1] << 8;
    if (left > 2) group |= (uint8_t)bytes[i + 2];
    fputc(letters[group >> 18], out);
    fputc(letters[group >> 12 & 63], out);
    fputc(left > 1 ? letters[group >> 6 & 63] : '=', out);
    fputc(left > 2 ? letters[group & 63] : '=', out);
  }
}

ssize_t base64_read(const char *text, size_t size, char *bytes) {
  if (size % 4) return -1;
  size_t count = 0;
  for (size_t i = 0; i < size; i += 4) {
    uint32_t group = 0;
    const bool last = i + 4 == size;
    const size_t padding = last ? (text[i + 3] == '=') + (text[i + 3] == '=' && text[i + 2] == '=') : 0;
    for (size_t k = 0; k < 4; k++) {
      const char letter = k < 4 - padding ? text[i + k] : 'A';
      const char *const place = letter ? strchr(letters, letter) : NULL;
      if (!place) return -1;
      group = group << 6 | (uint32_t)(place - letters);
    }
    for (size_t k = 0; k < 3 - padding; k++) bytes[count++] = (char)(group >> (16 - 8 * k));
  }
  return (ssize_t)count;
}
