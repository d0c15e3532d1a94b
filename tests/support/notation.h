/* notation.h: AMQP octets from text, for a peer that is written by hand and may break any rule.
 *
 *   null true false                  7 7b 7s 7l 7i           uint, ubyte, ushort, ulong, int
 *   'text'  :symbol  b'text'         string, symbol, binary  x'00ff'  octets as they are
 *   [...]  {...}  open[...]          list, map, composite by the standard's name
 *
 * A line is a frame, `CHANNEL VALUES`, its payload after a bar: "0 transfer[0 0 b'tag' 0] | 'text'"; with `sasl` for a channel,
 * a SASL frame; `octets` in place of a channel: no frame header is put before. Blanks separate. */
#ifndef BARYON_TESTS_SUPPORT_NOTATION_H
#define BARYON_TESTS_SUPPORT_NOTATION_H

#include <stddef.h>

/* The octets of a line; valid until the next call. */
const char *notation_octets(const char *line, size_t *size);

#endif
