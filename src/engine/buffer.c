/* buffer.c: the one input and the one output buffer of a transport.
 *
 * Blocks double, so that a few octets take a small one and a busy connection the pool's largest; what waits is moved to
 * the start of its block only where that costs little against what has been taken since. An empty buffer has no block.
 *
 * A block that is shared is only ever filled further: what has been in it may still be read by others. */
#include "engine/buffer.h"

#include "base/pool.h"
#include <stdbool.h>
#include <string.h>

enum { SMALLEST = 4096 };

/* Moving costs what waits and wins what was taken: only while the one is no more than a few times the other. */
static bool worth_moving(const struct pni_buffer *buffer, size_t held, size_t size) {
  if (!buffer->block || buffer->shared) return false;
  return buffer->capacity - held >= size && held / 4 <= buffer->start;
}

/* The first block is as large as the last one was filled. */
static size_t next_capacity(const struct pni_buffer *buffer, size_t needed) {
  const size_t usual = buffer->end > SMALLEST ? buffer->end : SMALLEST;
  if (!buffer->block) return pni_pool_room(usual > needed ? usual : needed);
  size_t capacity = buffer->capacity;
  if (!buffer->shared) capacity = capacity <= SIZE_MAX / 2 ? 2 * capacity : SIZE_MAX;
  return pni_pool_room(capacity > needed ? capacity : needed);
}

static void give_block(struct pni_buffer *buffer) {
  if (buffer->shared)
    pn_shared_bytes_decref(buffer->shared);
  else if (buffer->block)
    pni_pool_give(buffer->block, buffer->capacity);
}

static pni_status replace(struct pni_buffer *buffer, size_t capacity) {
  const size_t held = pni_buffer_size(buffer);
  uint8_t *block = pni_pool_take(capacity);
  if (!block) return PNI_NO_MEMORY;
  if (held > 0) memcpy(block, pni_buffer_bytes(buffer), held);
  give_block(buffer);
  *buffer = (struct pni_buffer){.block = block, .capacity = capacity, .end = held};
  return PNI_OK;
}

pni_status pni_buffer_renew(struct pni_buffer *buffer, size_t capacity) {
  const size_t held = pni_buffer_size(buffer);
  if (held > SIZE_MAX / 2) return PNI_NO_MEMORY;
  return replace(buffer, pni_pool_room(capacity > 2 * held ? capacity : 2 * held));
}

pni_status pni_buffer_go_on(struct pni_buffer *buffer, struct pni_buffer *next) {
  const size_t held = pni_buffer_size(buffer), more = pni_buffer_size(next);
  if (held <= next->start) {
    next->start -= held;
    if (held > 0) memcpy(pni_buffer_bytes(next), pni_buffer_bytes(buffer), held);
    pni_buffer_clear(buffer);
    *buffer = *next;
    *next = (struct pni_buffer){.block = NULL};
    return PNI_OK;
  }
  TRY(pni_buffer_reserve(buffer, more));
  memcpy(buffer->block + buffer->end, pni_buffer_bytes(next), more);
  buffer->end += more;
  pni_buffer_clear(next);
  return PNI_OK;
}

pni_status pni_buffer_reserve(struct pni_buffer *buffer, size_t size) {
  if (pni_buffer_room(buffer) >= size) return PNI_OK;
  const size_t held = pni_buffer_size(buffer);
  if (size > SIZE_MAX - held) return PNI_NO_MEMORY;
  if (!worth_moving(buffer, held, size)) return replace(buffer, next_capacity(buffer, held + size));
  memmove(buffer->block, pni_buffer_bytes(buffer), held);
  buffer->start = 0;
  buffer->end = held;
  return PNI_OK;
}

pn_shared_bytes_t *pni_buffer_share(struct pni_buffer *buffer) {
  if (!buffer->shared) buffer->shared = pni_shared_block(buffer->block, buffer->capacity);
  return buffer->shared;
}

void pni_buffer_drop(struct pni_buffer *buffer, size_t size) {
  buffer->start += size;
  if (buffer->start < buffer->end) return;
  if (buffer->shared && buffer->end < buffer->capacity / 2)
    pni_buffer_trim(buffer);
  else
    pni_buffer_clear(buffer);
}

void pni_buffer_trim(struct pni_buffer *buffer) {
  if (buffer->shared && pni_buffer_size(buffer) == 0 && pni_shared_by_none(buffer->shared))
    pni_buffer_clear(buffer);
}

void pni_buffer_clear(struct pni_buffer *buffer) {
  if (!buffer->block) return;
  give_block(buffer);
  buffer->block = NULL;
  buffer->shared = NULL;
  buffer->start = buffer->capacity = buffer->end;
}
