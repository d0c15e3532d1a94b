/* payload.h: bytes that wait: put in at the end, taken out at the start.
 *
 * What is small is copied into one block. What is large lies in blocks of its own, or in memory that is shared with others,
 * and is not moved again: a chain of segments, each with its reference. All segments go before what is in the block. */
#ifndef BARYON_ENGINE_PAYLOAD_H
#define BARYON_ENGINE_PAYLOAD_H

#include "base/memory.h"
#include "engine/shared_bytes.h"
#include <stdbool.h>
#include <stddef.h>

/* A run of bytes in shared memory. */
struct pni_segment {
  struct pni_segment *next;
  pn_shared_bytes_t *shared; /* a reference */
  const char *start;
  size_t size; /* > 0 */
  size_t gap;  /* in a transport's output: how many bytes of its buffer go before it */
};

struct pni_segments {
  struct pni_segment *first, *last;
};

struct pni_payload {
  struct pni_segments segments;
  char *
      block; /* of the thread's pool; NULL while nothing is in it: the others then say how far the last one was filled */
  size_t capacity;
  size_t start, end; /* what waits in the block lies between */
  bool held; /* the block is in use behind that: nothing may be put in, and it stays while nothing waits */
};

/* From so many bytes on a run is worth a segment. */
enum { PNI_SEGMENT_LEAST = 8 * 1024 };

/* How many bytes wait. Counts them. */
size_t pni_payload_size(const struct pni_payload *payload);

/* Copy bytes, one at least, to the end. Without memory nothing is changed. Fewer than PNI_SEGMENT_LEAST are in the block then. */
PNI_NODISCARD pni_status pni_payload_put_more(struct pni_payload *payload, const char *bytes, size_t size);
PNI_INLINE PNI_NODISCARD pni_status pni_payload_put(
    struct pni_payload *payload, const char *bytes, size_t size) {
  if (PNI_UNLIKELY(payload->capacity - payload->end <= size)) /* there may be no block for none */
    return pni_payload_put_more(payload, bytes, size);
  pni_copy(payload->block + payload->end, bytes, size);
  payload->end += size;
  return PNI_OK;
}

/* Make room in the block for `size` bytes, one at least, behind what waits. */
PNI_NODISCARD pni_status pni_payload_reserve(struct pni_payload *payload, size_t size);

/* Put to the end what lies in shared memory, which gets a reference more. */
PNI_NODISCARD pni_status pni_payload_share(
    struct pni_payload *payload, pn_shared_bytes_t *shared, const char *start, size_t size);

/* Take out the first `size` bytes, no more than wait, as segments. Without memory nothing has moved. */
PNI_NODISCARD pni_status pni_payload_move(struct pni_payload *payload, size_t size, struct pni_segments *to);

/* Where the first `size` bytes lie, no more than wait: up to `max` pieces. Returns how many. */
size_t pni_payload_pieces(const struct pni_payload *payload, size_t size, pn_bytes_t *pieces, size_t max);

/* Cut `size` bytes out that lie `offset` behind the first. */
void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size);

/* Drop everything. */
void pni_payload_clear(struct pni_payload *payload);

/* Whether everything that waits is in the block. */
static inline bool pni_payload_in_block(const struct pni_payload *payload) {
  return !payload->segments.first;
}

/* Take out `size` bytes, which are there: of the block, and of all. `to` may be NULL: drop them. Once nothing waits no block is
 * held. */
PNI_INLINE void pni_payload_take_block(struct pni_payload *payload, void *to, size_t size) {
  if (to) pni_copy(to, payload->block + payload->start, size);
  payload->start += size;
  if (PNI_UNLIKELY(payload->start == payload->end && !payload->held)) pni_payload_clear(payload);
}
void pni_payload_take_more(struct pni_payload *payload, char *to, size_t size);
PNI_INLINE void pni_payload_take(struct pni_payload *payload, void *to, size_t size) {
  if (PNI_LIKELY(pni_payload_in_block(payload)))
    pni_payload_take_block(payload, to, size);
  else
    pni_payload_take_more(payload, to, size);
}

/* Put a segment to the end, or join what is in `from` to it, which is empty then. */
void pni_segments_add(struct pni_segments *segments, struct pni_segment *segment);
void pni_segments_join(struct pni_segments *segments, struct pni_segments *from);

/* Free the first one, and its reference. */
void pni_segments_drop(struct pni_segments *segments);
void pni_segments_clear(struct pni_segments *segments);

#endif
