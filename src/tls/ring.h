/* ring.h: raw buffers that an application has given, in the order in which they go back. */
#ifndef BARYON_TLS_RING_H
#define BARYON_TLS_RING_H

#include "base/status.h"
#include <proton/raw_connection.h>
#include <stdbool.h>
#include <stddef.h>

struct pni_ring {
  pn_raw_buffer_t *buffers; /* NULL until begun */
  size_t capacity;          /* 0: the usual one */
  size_t first, count;
  size_t ready; /* of those, from the first on, can be taken: input that is used up, output with content */
};

PNI_NODISCARD pni_status pni_ring_begin(struct pni_ring *ring);
void pni_ring_free(struct pni_ring *ring);

static inline size_t pni_ring_room(const struct pni_ring *ring) {
  return ring->buffers ? ring->capacity - ring->count : 0;
}
/* The buffer at that place, counted from the first. */
static inline pn_raw_buffer_t *pni_ring_at(const struct pni_ring *ring, size_t place) {
  return &ring->buffers[(ring->first + place) % ring->capacity];
}
/* The last that can be taken; NULL if there is none. */
static inline pn_raw_buffer_t *pni_ring_last(const struct pni_ring *ring) {
  return ring->ready > 0 ? pni_ring_at(ring, ring->ready - 1) : NULL;
}
/* All can be taken. */
static inline void pni_ring_end(struct pni_ring *ring) { ring->ready = ring->count; }

/* Returns how many of the buffers have found room. Output is emptied. */
size_t pni_ring_give(struct pni_ring *ring, const pn_raw_buffer_t *buffers, size_t count, bool output);
size_t pni_ring_take(struct pni_ring *ring, pn_raw_buffer_t *buffers, size_t count);

/* Output: where the next octets go, and for how many there is room; NULL and 0 without. Then that they are there. */
char *pni_ring_space(const struct pni_ring *ring, size_t *room);
void pni_ring_filled(struct pni_ring *ring, size_t size);

#endif
