/* payload.c: bytes that wait. Blocks up to the pool's largest come from it; larger ones double through realloc, which
 * moves pages rather than bytes. */
#include "engine/payload.h"
#include "base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 1024, POOLED = 64 * 1024 };

static pni_status grow(struct pni_payload *payload, size_t needed) {
  size_t wanted = payload->capacity ? payload->capacity : SMALLEST;
  while (wanted < needed) {
    if (wanted > SIZE_MAX / 2) return PNI_NO_MEMORY;
    wanted *= 2;
  }
  const size_t size = pni_payload_size(payload);
  char *block;
  if (payload->capacity > POOLED) {
    if (payload->start > 0) memmove(payload->block, payload->block + payload->start, size);
    payload->end = size;
    payload->start = 0;
    block = realloc(payload->block, wanted);
    if (!block) return PNI_NO_MEMORY;
  } else {
    block = pni_pool_take(wanted);
    if (!block) return PNI_NO_MEMORY;
    if (size > 0) memcpy(block, payload->block + payload->start, size);
    pni_pool_give(payload->block, payload->capacity);
    payload->end = size;
    payload->start = 0;
  }
  payload->block = block;
  payload->capacity = wanted;
  return PNI_OK;
}

pni_status pni_payload_put(struct pni_payload *payload, const char *bytes, size_t size) {
  if (PNI_UNLIKELY(payload->capacity - payload->end < size)) {
    const size_t waiting = pni_payload_size(payload);
    if (size > SIZE_MAX - waiting) return PNI_NO_MEMORY;
    if (payload->capacity - waiting >= size && payload->start > payload->capacity / 2) {
      memmove(payload->block, payload->block + payload->start, waiting);
      payload->start = 0;
      payload->end = waiting;
    } else {
      TRY(grow(payload, waiting + size));
    }
  }
  memcpy(payload->block + payload->end, bytes, size);
  payload->end += size;
  return PNI_OK;
}

size_t pni_payload_take(struct pni_payload *payload, char *to, size_t size) {
  const size_t waiting = pni_payload_size(payload);
  if (size > waiting) size = waiting;
  if (to && size > 0) memcpy(to, payload->block + payload->start, size);
  payload->start += size;
  if (payload->start == payload->end) pni_payload_clear(payload);
  return size;
}

void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size) {
  char *const from = payload->block + payload->start + offset;
  memmove(from, from + size, pni_payload_size(payload) - offset - size);
  payload->end -= size;
  if (payload->start == payload->end) pni_payload_clear(payload);
}

void pni_payload_clear(struct pni_payload *payload) {
  if (payload->block) pni_pool_give(payload->block, payload->capacity);
  *payload = (struct pni_payload){0};
}
