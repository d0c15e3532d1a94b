/* raw_buffers.h: the buffers that a raw connection was given for one direction, in the order in which they are used. */
#ifndef BARYON_PROACTOR_RAW_BUFFERS_H
#define BARYON_PROACTOR_RAW_BUFFERS_H

#include "engine/pieces.h"
#include <proton/raw_connection.h>
#include <stdbool.h>
#include <stdint.h>

enum { PNI_RAW_SLOTS = 16 };

/* A ring. The first `used` have been read into, or written, and wait to be taken; the others have not. */
struct pni_raw_buffers {
  pn_raw_buffer_t *slots; /* as many as were needed so far */
  uint8_t room;           /* of them; a power of 2, or 0 */
  uint8_t first;          /* the oldest */
  uint8_t count;
  uint8_t used;
  uint32_t progress; /* octets of the first unused one that are done: of what is written */
};

static inline unsigned pni_raw_unused(const struct pni_raw_buffers *buffers) {
  return buffers->count - (unsigned)buffers->used;
}

/* The one with that number, counted from the oldest. */
static inline pn_raw_buffer_t *pni_raw_buffer(const struct pni_raw_buffers *buffers, unsigned number) {
  return &buffers->slots[(buffers->first + number) & (buffers->room - 1U)];
}

/* Add a buffer. False: there is no slot, or no memory for one. */
bool pni_raw_buffers_put(struct pni_raw_buffers *buffers, const pn_raw_buffer_t *buffer);

/* Take used ones, or any, the oldest first. Returns how many. */
size_t pni_raw_buffers_take(
    struct pni_raw_buffers *buffers, pn_raw_buffer_t *to, size_t most, bool unused_too);

/* Whether memory of the buffer's, from its offset on, is part of one that is there. */
bool pni_raw_buffers_overlap(const struct pni_raw_buffers *buffers, const pn_raw_buffer_t *buffer);

/* Where to read into, or what is to be written: pieces of unused ones. Returns how many; *size is their sum. */
size_t pni_raw_buffers_room(
    const struct pni_raw_buffers *buffers, struct pni_piece pieces[PNI_RAW_SLOTS], size_t *size);
size_t pni_raw_buffers_data(
    const struct pni_raw_buffers *buffers, struct pni_piece pieces[PNI_RAW_SLOTS], size_t *size);

/* That many octets have been read into them; 0: the stream has ended, and one buffer says so. Or have been written: those that are
 * empty have then, too, as far as all before them have. */
void pni_raw_buffers_filled(struct pni_raw_buffers *buffers, size_t size);
void pni_raw_buffers_written(struct pni_raw_buffers *buffers, size_t size);

#endif
