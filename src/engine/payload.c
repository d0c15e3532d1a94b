/* payload.c: bytes that wait.
 *
 * A block doubles up to the pool's usual largest, unless more is reserved at once; when it is full it becomes a segment, and another
 * block is begun, so that nothing is moved more than those first few times however much waits. */
#include "engine/payload.h"
#include "base/pool.h"

#include <stdint.h>
#include <string.h>

enum {
  SMALLEST = 1024,
  USUAL_MOST = 16 * 1024, /* of a first block */
  BLOCK_MOST = 64 * 1024, /* of what is filled bit by bit */
  LARGE = 16 * 1024,      /* what is given at once gets memory of its own from here on */
  LARGE_MOST = 1024 * 1024
};

/* Segments. */

void pni_segments_add(struct pni_segments *segments, struct pni_segment *segment) {
  segment->next = NULL;
  if (segments->last)
    segments->last->next = segment;
  else
    segments->first = segment;
  segments->last = segment;
}

void pni_segments_join(struct pni_segments *segments, struct pni_segments *from) {
  if (!from->first) return;
  if (segments->last)
    segments->last->next = from->first;
  else
    segments->first = from->first;
  segments->last = from->last;
  *from = (struct pni_segments){NULL, NULL};
}

void pni_segments_drop(struct pni_segments *segments) {
  struct pni_segment *first = segments->first;
  segments->first = first->next;
  if (!segments->first) segments->last = NULL;
  pn_shared_bytes_decref(first->shared);
  pni_pool_give(first, sizeof *first);
}

void pni_segments_clear(struct pni_segments *segments) {
  while (segments->first) pni_segments_drop(segments);
}

/* A segment that takes over a reference; NULL without memory, and the reference is still the caller's. */
static struct pni_segment *segment_of(pn_shared_bytes_t *shared, const char *start, size_t size) {
  struct pni_segment *segment = pni_pool_take(sizeof *segment);
  if (!segment) return NULL;
  *segment = (struct pni_segment){.shared = shared, .start = start, .size = size};
  return segment;
}

/* A segment in a block of the pool, which it takes over; NULL without memory: the block is still the caller's. */
static struct pni_segment *segment_of_block(char *block, size_t capacity, size_t start, size_t size) {
  pn_shared_bytes_t *shared = pni_shared_block(block, capacity);
  if (!shared) return NULL;
  struct pni_segment *segment = segment_of(shared, block + start, size);
  if (!segment) pni_pool_give(shared, sizeof *shared);
  return segment;
}

static struct pni_segment *segment_of_copy(const char *bytes, size_t size) {
  char *block = pni_pool_take(size);
  if (!block) return NULL;
  struct pni_segment *segment = segment_of_block(block, pni_pool_room(size), 0, size);
  if (segment)
    memcpy(block, bytes, size);
  else
    pni_pool_give(block, size);
  return segment;
}

/* Putting in. */

static inline size_t in_block(const struct pni_payload *payload) { return payload->end - payload->start; }

size_t pni_payload_size(const struct pni_payload *payload) {
  size_t size = in_block(payload);
  for (const struct pni_segment *segment = payload->segments.first; segment; segment = segment->next)
    size += segment->size;
  return size;
}

/* What is in the block becomes the last segment. */
static pni_status seal(struct pni_payload *payload) {
  if (!payload->block) return PNI_OK;
  struct pni_segment *segment =
      segment_of_block(payload->block, payload->capacity, payload->start, in_block(payload));
  if (!segment) return PNI_NO_MEMORY;
  pni_segments_add(&payload->segments, segment);
  payload->block = NULL;
  payload->start = payload->capacity = payload->end;
  return PNI_OK;
}

static void give_block(struct pni_payload *payload) {
  pni_pool_give(payload->block, payload->capacity);
  payload->block = NULL;
  payload->start = payload->capacity = payload->end;
}

/* How large the first block is to be: as much as was needed the last time, which is what the next burst will need. */
static size_t usual(const struct pni_payload *payload) {
  if (payload->end < SMALLEST) return SMALLEST;
  return payload->end < USUAL_MOST ? payload->end : USUAL_MOST;
}

/* A larger block, or a new one. */
static pni_status grow(struct pni_payload *payload, size_t wanted) {
  const size_t size = in_block(payload), capacity = pni_pool_room(wanted);
  char *block = pni_pool_take(capacity);
  if (!block) return PNI_NO_MEMORY;
  if (payload->block) {
    memcpy(block, payload->block + payload->start, size);
    give_block(payload);
  }
  payload->block = block;
  payload->capacity = capacity;
  payload->start = 0;
  payload->end = size;
  return PNI_OK;
}

static pni_status put_large(struct pni_payload *payload, const char *bytes, size_t size) {
  struct pni_segments segments = {NULL, NULL};
  TRY(seal(payload));
  while (size > 0) {
    const size_t part = size < LARGE_MOST ? size : LARGE_MOST;
    struct pni_segment *segment = segment_of_copy(bytes, part);
    if (!segment) {
      pni_segments_clear(&segments);
      return PNI_NO_MEMORY;
    }
    pni_segments_add(&segments, segment);
    bytes += part;
    size -= part;
  }
  pni_segments_join(&payload->segments, &segments);
  return PNI_OK;
}

/* The block has not enough room at its end. */
static pni_status make_room(struct pni_payload *payload, size_t size) {
  const size_t waiting = in_block(payload);
  if (payload->block && payload->capacity - waiting >= size && payload->start > payload->capacity / 2) {
    memmove(payload->block, payload->block + payload->start, waiting);
    payload->start = 0;
    payload->end = waiting;
    return PNI_OK;
  }
  if (waiting + size > BLOCK_MOST) {
    TRY(seal(payload));
    return grow(payload, size < BLOCK_MOST ? BLOCK_MOST : size);
  }
  const size_t doubled = payload->block ? 2 * payload->capacity : usual(payload);
  const size_t wanted = doubled < BLOCK_MOST ? doubled : BLOCK_MOST;
  return grow(payload, wanted > waiting + size ? wanted : waiting + size);
}

pni_status pni_payload_put_more(struct pni_payload *payload, const char *bytes, size_t size) {
  if (size >= LARGE) return put_large(payload, bytes, size);
  TRY(make_room(payload, size));
  memcpy(payload->block + payload->end, bytes, size);
  payload->end += size;
  return PNI_OK;
}

pni_status pni_payload_reserve(struct pni_payload *payload, size_t size) {
  return payload->capacity - payload->end > size ? PNI_OK : make_room(payload, size);
}

pni_status pni_payload_share(
    struct pni_payload *payload, pn_shared_bytes_t *shared, const char *start, size_t size) {
  struct pni_segment *segment = segment_of(shared, start, size);
  if (!segment) return PNI_NO_MEMORY;
  if (seal(payload) != PNI_OK) {
    pni_pool_give(segment, sizeof *segment);
    return PNI_NO_MEMORY;
  }
  pn_shared_bytes_incref(shared);
  pni_segments_add(&payload->segments, segment);
  return PNI_OK;
}

/* Taking out. */

void pni_payload_take_more(struct pni_payload *payload, char *to, size_t size) {
  struct pni_segment *segment;
  while (size > 0 && (segment = payload->segments.first)) {
    const size_t part = segment->size < size ? segment->size : size;
    if (to) {
      memcpy(to, segment->start, part);
      to += part;
    }
    size -= part;
    segment->start += part;
    segment->size -= part;
    if (segment->size == 0) pni_segments_drop(&payload->segments);
  }
  if (size > 0) pni_payload_take_block(payload, to, size);
}

/* Cut the first segment in two, the first of which has `size` bytes. */
static pni_status split_first(struct pni_segments *segments, size_t size) {
  struct pni_segment *rest = segments->first;
  struct pni_segment *segment = segment_of(rest->shared, rest->start, size);
  if (!segment) return PNI_NO_MEMORY;
  pn_shared_bytes_incref(segment->shared);
  rest->start += size;
  rest->size -= size;
  segment->next = rest;
  segments->first = segment;
  return PNI_OK;
}

pni_status pni_payload_move(struct pni_payload *payload, size_t size, struct pni_segments *to) {
  struct pni_segments *segments = &payload->segments;
  pni_status status = PNI_OK;
  *to = (struct pni_segments){NULL, NULL};
  while (size > 0) {
    if (!segments->first) status = seal(payload);
    if (segments->first && segments->first->size > size) status = split_first(segments, size);
    struct pni_segment *segment = segments->first;
    if (PNI_UNLIKELY(status != PNI_OK || !segment)) { /* back to where they were */
      pni_segments_join(to, segments);
      *segments = *to;
      return PNI_NO_MEMORY;
    }
    segments->first = segment->next;
    if (!segments->first) segments->last = NULL;
    size -= segment->size;
    pni_segments_add(to, segment);
  }
  return PNI_OK;
}

size_t pni_payload_pieces(const struct pni_payload *payload, size_t size, pn_bytes_t *pieces, size_t max) {
  size_t count = 0;
  for (const struct pni_segment *segment = payload->segments.first; segment && size > 0 && count < max;
       segment = segment->next) {
    const size_t part = segment->size < size ? segment->size : size;
    pieces[count++] = pn_bytes(part, segment->start);
    size -= part;
  }
  if (size > 0 && count < max) {
    const size_t waiting = in_block(payload);
    if (waiting > 0)
      pieces[count++] = pn_bytes(size < waiting ? size : waiting, payload->block + payload->start);
  }
  return count;
}

/* Close a gap inside a segment. That lies in a block which was sealed with the bytes of several deliveries: what was moved
 * out of it is shared, what is left is not. */
static void close_gap(struct pni_segment *segment, size_t offset, size_t size) {
  char *const block = segment->shared->context;
  char *const from = block + (segment->start - segment->shared->start) + offset;
  memmove(from, from + size, segment->size - offset - size);
}

static void cut_block(struct pni_payload *payload, size_t offset, size_t size) {
  char *const from = payload->block + payload->start + offset;
  memmove(from, from + size, in_block(payload) - offset - size);
  payload->end -= size;
  if (payload->start == payload->end && !payload->held) give_block(payload);
}

void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size) {
  struct pni_segments kept = {NULL, NULL};
  while (payload->segments.first) {
    struct pni_segment *segment = payload->segments.first;
    if (offset < segment->size && size > 0) {
      const size_t there = segment->size - offset;
      const size_t part = size < there ? size : there;
      if (offset == 0)
        segment->start += part;
      else if (part < there)
        close_gap(segment, offset, part);
      segment->size -= part;
      size -= part;
    }
    if (segment->size == 0) {
      pni_segments_drop(&payload->segments);
      continue;
    }
    offset = offset > segment->size ? offset - segment->size : 0;
    payload->segments.first = segment->next;
    pni_segments_add(&kept, segment);
  }
  payload->segments = kept;
  if (size > 0) cut_block(payload, offset, size);
}

void pni_payload_clear(struct pni_payload *payload) {
  pni_segments_clear(&payload->segments);
  if (payload->block) give_block(payload);
}
