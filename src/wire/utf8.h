/* utf8.h: whether octets are the text that a string [1.6.20] or a symbol [1.6.21] must be. */
#ifndef BARYON_WIRE_UTF8_H
#define BARYON_WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8: shortest form, no surrogates, nothing beyond U+10FFFF. */
bool pni_utf8(const uint8_t *bytes, size_t size);

/* All octets below 0x80. */
bool pni_ascii(const uint8_t *bytes, size_t size);

#endif
