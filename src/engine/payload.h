/* payload.h: bytes that wait: put in at the end, taken out at the start. Blocks come from the thread's pool. */
#ifndef BARYON_ENGINE_PAYLOAD_H
#define BARYON_ENGINE_PAYLOAD_H

#include "base/memory.h"
#include <stddef.h>

struct pni_payload {
  char *block; /* NULL while nothing waits: the other three then hold how far the last one was filled */
  size_t capacity;
  size_t start, end; /* what waits lies between */
};

static inline size_t pni_payload_size(const struct pni_payload *payload) {
  return payload->end - payload->start;
}
static inline const char *pni_payload_bytes(const struct pni_payload *payload) {
  return payload->block + payload->start;
}

/* Make room for `size` bytes at the end. */
PNI_NODISCARD pni_status pni_payload_reserve(struct pni_payload *payload, size_t size);

PNI_INLINE PNI_NODISCARD pni_status pni_payload_put(
    struct pni_payload *payload, const char *bytes, size_t size) {
  if (PNI_UNLIKELY(payload->capacity - payload->end < size)) TRY(pni_payload_reserve(payload, size));
  pni_copy(payload->block + payload->end, bytes, size);
  payload->end += size;
  return PNI_OK;
}

/* Cut `size` bytes out that lie `offset` behind the first. */
void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size);

/* Give the block back. */
void pni_payload_clear(struct pni_payload *payload);

/* Take out `size` bytes, which are there. `to` may be NULL: drop them. Once nothing waits the block is given back. */
PNI_INLINE void pni_payload_take(struct pni_payload *payload, void *to, size_t size) {
  if (to) pni_copy(to, payload->block + payload->start, size);
  payload->start += size;
  if (PNI_UNLIKELY(payload->start == payload->end)) pni_payload_clear(payload);
}

#endif
