/* buffer.h: a run of bytes that is filled at its end and emptied at its start, in a block of the thread's pool while
 * there is anything in it. */
#ifndef BARYON_ENGINE_BUFFER_H
#define BARYON_ENGINE_BUFFER_H

#include "base/status.h"
#include "engine/shared_bytes.h"
#include <proton/import_export.h>
#include <stddef.h>
#include <stdint.h>

struct pni_buffer {
  uint8_t *block; /* NULL while empty and not being filled: the others then say how far the last one was */
  size_t capacity;
  size_t start, end;
  pn_shared_bytes_t
      *shared; /* once parts of the block are shared with others; a reference, and the block's owner */
};

static inline size_t pni_buffer_size(const struct pni_buffer *buffer) { return buffer->end - buffer->start; }
static inline uint8_t *pni_buffer_bytes(const struct pni_buffer *buffer) {
  return buffer->block + buffer->start;
}
static inline size_t pni_buffer_room(const struct pni_buffer *buffer) {
  return buffer->capacity - buffer->end;
}

/* Make room for `size` bytes at the end: moves what is there to the start, or to a larger block. */
PNI_NODISCARD pni_status pni_buffer_reserve(struct pni_buffer *buffer, size_t size);

/* Take what is there into a new block, of that capacity, or twice what is there if that is more. */
PNI_NODISCARD pni_status pni_buffer_renew(struct pni_buffer *buffer, size_t capacity);

/* Let what is there, and what has been read into `next` behind a place for it, become one, in that one's block if the place is
 * large enough. */
PNI_NODISCARD pni_status pni_buffer_go_on(struct pni_buffer *buffer, struct pni_buffer *next);

/* The block as something to be shared, so that what lies in it outlives the buffer; NULL without memory. The reference is
 * the buffer's. What has been in the block is not overwritten from then on. */
pn_shared_bytes_t *pni_buffer_share(struct pni_buffer *buffer);

/* Drop bytes from the start; an empty buffer gives its block back, unless that is shared and has
 * more room than was used of it: then pni_buffer_trim() does so once nobody else needs it. */
PN_EXTERN void pni_buffer_drop(struct pni_buffer *buffer, size_t size);
void pni_buffer_trim(struct pni_buffer *buffer);
PN_EXTERN void pni_buffer_clear(struct pni_buffer *buffer);

#endif
