/* ring.c: see ring.h.
 *
 * An output buffer can be taken as soon as there is an octet in it, and is filled on until it is taken or full. */
#include "tls/ring.h"

#include <stdlib.h>

enum { USUAL = 4 };

pni_status pni_ring_begin(struct pni_ring *ring) {
  if (ring->capacity == 0) ring->capacity = USUAL;
  ring->buffers = calloc(ring->capacity, sizeof *ring->buffers);
  return ring->buffers ? PNI_OK : PNI_NO_MEMORY;
}

void pni_ring_free(struct pni_ring *ring) { free(ring->buffers); }

size_t pni_ring_give(struct pni_ring *ring, const pn_raw_buffer_t *buffers, size_t count, bool output) {
  size_t given = 0;
  for (; given < count && pni_ring_room(ring) > 0; given++) {
    pn_raw_buffer_t *const place = pni_ring_at(ring, ring->count++);
    *place = buffers[given];
    if (output) place->size = 0;
  }
  return given;
}

size_t pni_ring_take(struct pni_ring *ring, pn_raw_buffer_t *buffers, size_t count) {
  size_t taken = 0;
  for (; taken < count && ring->ready > 0; taken++) {
    buffers[taken] = *pni_ring_at(ring, 0);
    ring->first = (ring->first + 1) % ring->capacity;
    ring->count--;
    ring->ready--;
  }
  return taken;
}

/* The buffer that is being filled: the last with content if there is room in it, else the next one. */
static pn_raw_buffer_t *open_buffer(const struct pni_ring *ring) {
  for (size_t place = ring->ready > 0 ? ring->ready - 1 : 0; place < ring->count; place++) {
    pn_raw_buffer_t *const buffer = pni_ring_at(ring, place);
    if ((uint64_t)buffer->offset + buffer->size < buffer->capacity) return buffer;
  }
  return NULL;
}

char *pni_ring_space(const struct pni_ring *ring, size_t *room) {
  const pn_raw_buffer_t *const buffer = ring->buffers ? open_buffer(ring) : NULL;
  *room = buffer ? buffer->capacity - buffer->offset - buffer->size : 0;
  return buffer ? buffer->bytes + buffer->offset + buffer->size : NULL;
}

void pni_ring_filled(struct pni_ring *ring, size_t size) {
  pn_raw_buffer_t *const buffer = open_buffer(ring);
  if (size == 0 || !buffer) return;
  buffer->size += (uint32_t)size;
  while (ring->ready == 0 || pni_ring_last(ring) != buffer) ring->ready++;
}
