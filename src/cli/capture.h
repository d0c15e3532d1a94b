/* capture.h: bytes of a connection as tools print them. */
#ifndef BARYON_CLI_CAPTURE_H
#define BARYON_CLI_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

enum direction { DIRECTION_ONE, DIRECTION_OUT, DIRECTION_IN, DIRECTION_COUNT }; /* ONE: nothing says which */

/** Called for each piece, in order. @return  false: no more of them */
typedef bool capture_piece(void *context, enum direction direction, const unsigned char *bytes, size_t size);

/** Hand out what a file holds, in whichever of these forms it is: the bytes themselves, or in hexadecimal as by xxd, hexdump -C,
 *  tcpdump -x (of which the IP and TCP headers are left out), PN_TRACE_RAW, or plain, where "->" and "<-" at the beginning of a
 *  line switch the direction and "#" begins a comment.
 *
 *  @return  an exit code; if not EXIT_DONE, what was wrong has been said */
int capture_read(const char *bytes, size_t size, capture_piece *piece, void *context);

#endif
