/* text.h: what peers call themselves, made fit for a terminal. */
#ifndef BARYON_CLI_BROKER_TEXT_H
#define BARYON_CLI_BROKER_TEXT_H

#include <stddef.h>

/* Control characters become '?', and what does not fit is cut. NULL is "-". */
static inline void text_printable(const char *text, char *room, size_t size) {
  size_t used = 0;
  if (!text) text = "-";
  for (; *text && used + 1 < size; text++) {
    const unsigned char c = (unsigned char)*text;
    room[used++] = c < ' ' || c == 0x7f ? '?' : *text;
  }
  room[used] = 0;
}

#endif
