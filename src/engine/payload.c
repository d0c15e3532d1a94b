/* payload.c: bytes that wait. Blocks up to the pool's largest come from it; larger ones double through realloc, which
 * moves pages rather than bytes. */
#include "engine/payload.h"
#include "base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 1024, POOLED = 64 * 1024, USUAL_MOST = 16 * 1024 };

/* How large the first block is to be: as much as was needed the last time, which is what the next burst will need. */
static size_t usual(const struct pni_payload *payload) {
  return payload->end < USUAL_MOST ? payload->end : USUAL_MOST;
}

static pni_status grow(struct pni_payload *payload, size_t needed) {
  size_t wanted = payload->block ? payload->capacity : SMALLEST;
  if (!payload->block && needed < usual(payload)) needed = usual(payload);
  while (wanted < needed) {
    if (wanted > SIZE_MAX / 2) return PNI_NO_MEMORY;
    wanted *= 2;
  }
  const size_t size = pni_payload_size(payload);
  char *block;
  if (payload->block && payload->capacity > POOLED) {
    if (payload->start > 0) memmove(payload->block, payload->block + payload->start, size);
    payload->end = size;
    payload->start = 0;
    block = realloc(payload->block, wanted);
    if (!block) return PNI_NO_MEMORY;
  } else {
    block = pni_pool_take(wanted);
    if (!block) return PNI_NO_MEMORY;
    if (size > 0) memcpy(block, payload->block + payload->start, size);
    if (payload->block) pni_pool_give(payload->block, payload->capacity);
    payload->end = size;
    payload->start = 0;
  }
  payload->block = block;
  payload->capacity = wanted;
  return PNI_OK;
}

pni_status pni_payload_reserve(struct pni_payload *payload, size_t size) {
  const size_t waiting = pni_payload_size(payload);
  if (size > SIZE_MAX - waiting) return PNI_NO_MEMORY;
  if (payload->block && payload->capacity - waiting >= size && payload->start > payload->capacity / 2) {
    memmove(payload->block, payload->block + payload->start, waiting);
    payload->start = 0;
    payload->end = waiting;
    return PNI_OK;
  }
  return grow(payload, waiting + size);
}

void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size) {
  char *const from = payload->block + payload->start + offset;
  memmove(from, from + size, pni_payload_size(payload) - offset - size);
  payload->end -= size;
  if (payload->start == payload->end) pni_payload_clear(payload);
}

void pni_payload_clear(struct pni_payload *payload) {
  if (!payload->block) return;
  pni_pool_give(payload->block, payload->capacity);
  payload->block = NULL;
  payload->start = payload->capacity = payload->end;
}
