/* buffer.c: the one input and the one output buffer of a transport.
 *
 * Blocks double, so that a few octets take a small one and a busy connection the pool's largest; what waits is moved to
 * the start of its block only where that costs little against what has been taken since. An empty buffer has no block. */
#include "engine/buffer.h"

#include "base/pool.h"
#include <stdbool.h>
#include <string.h>

enum { SMALLEST = 4096 };

/* Moving costs what waits and wins what was taken: only while the one is no more than a few times the other. */
static bool worth_moving(const struct pni_buffer *buffer, size_t held, size_t size) {
  return buffer->block && buffer->capacity - held >= size && held / 4 <= buffer->start;
}

/* The first block is as large as the last one was filled. */
static size_t next_capacity(const struct pni_buffer *buffer, size_t needed) {
  const size_t usual = buffer->end > SMALLEST ? buffer->end : SMALLEST;
  if (!buffer->block) return pni_pool_room(usual > needed ? usual : needed);
  const size_t capacity = buffer->capacity <= SIZE_MAX / 2 ? 2 * buffer->capacity : SIZE_MAX;
  return pni_pool_room(capacity > needed ? capacity : needed);
}

pni_status pni_buffer_reserve(struct pni_buffer *buffer, size_t size) {
  if (pni_buffer_room(buffer) >= size) return PNI_OK;
  const size_t held = pni_buffer_size(buffer);
  if (size > SIZE_MAX - held) return PNI_NO_MEMORY;
  if (worth_moving(buffer, held, size)) {
    memmove(buffer->block, pni_buffer_bytes(buffer), held);
  } else {
    const size_t capacity = next_capacity(buffer, held + size);
    uint8_t *block = pni_pool_take(capacity);
    if (!block) return PNI_NO_MEMORY;
    if (held > 0) memcpy(block, pni_buffer_bytes(buffer), held);
    if (buffer->block) pni_pool_give(buffer->block, buffer->capacity);
    buffer->block = block;
    buffer->capacity = capacity;
  }
  buffer->start = 0;
  buffer->end = held;
  return PNI_OK;
}

void pni_buffer_drop(struct pni_buffer *buffer, size_t size) {
  buffer->start += size;
  if (buffer->start == buffer->end) pni_buffer_clear(buffer);
}

void pni_buffer_clear(struct pni_buffer *buffer) {
  if (!buffer->block) return;
  pni_pool_give(buffer->block, buffer->capacity);
  buffer->block = NULL;
  buffer->start = buffer->capacity = buffer->end;
}
