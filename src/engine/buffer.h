/* buffer.h: a run of bytes that is filled at its end and emptied at its start, in a block of the thread's pool while
 * there is anything in it. */
#ifndef BARYON_ENGINE_BUFFER_H
#define BARYON_ENGINE_BUFFER_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

struct pni_buffer {
  uint8_t *block; /* NULL while empty and not being filled: the others then say how far the last one was */
  size_t capacity;
  size_t start, end;
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

/* Drop bytes from the start; an empty buffer gives its block back. */
void pni_buffer_drop(struct pni_buffer *buffer, size_t size);
void pni_buffer_clear(struct pni_buffer *buffer);

#endif
