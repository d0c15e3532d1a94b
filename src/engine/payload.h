/* payload.h: bytes that wait: put in at the end, taken out at the start. Blocks come from the thread's pool. */
#ifndef BARYON_ENGINE_PAYLOAD_H
#define BARYON_ENGINE_PAYLOAD_H

#include "base/status.h"
#include <stddef.h>

struct pni_payload {
  char *block; /* NULL while nothing was put in */
  size_t capacity;
  size_t start, end; /* what waits lies between */
};

static inline size_t pni_payload_size(const struct pni_payload *payload) {
  return payload->end - payload->start;
}
static inline const char *pni_payload_bytes(const struct pni_payload *payload) {
  return payload->block + payload->start;
}

PNI_NODISCARD pni_status pni_payload_put(struct pni_payload *payload, const char *bytes, size_t size);

/* Take out up to `size` bytes; returns how many. `to` may be NULL: drop them. Once nothing waits the block is given back. */
size_t pni_payload_take(struct pni_payload *payload, char *to, size_t size);

/* Cut `size` bytes out that lie `offset` behind the first. */
void pni_payload_cut(struct pni_payload *payload, size_t offset, size_t size);

/* Give the block back. */
void pni_payload_clear(struct pni_payload *payload);

#endif
