/* shared_bytes.c: pn_shared_bytes_t: bytes with a count of those who read them.
 *
 * The count is the only thing in the engine that several threads may change at once. What happened to the bytes before a
 * reference was given up has happened before they are released. */
#include "engine/shared_bytes.h"

#include "base/pool.h"

static pn_shared_bytes_t *make(
    const char *start, size_t size, pn_shared_bytes_release_t release, void *context) {
  pn_shared_bytes_t *bytes = pni_pool_take(sizeof *bytes);
  if (!bytes) return NULL;
  atomic_init(&bytes->count, 1);
  bytes->start = start;
  bytes->size = size;
  bytes->release = release;
  bytes->context = context;
  return bytes;
}

pn_shared_bytes_t *pn_shared_bytes(
    const char *start, size_t size, pn_shared_bytes_release_t release, void *context) {
  return make(start, size, release, context);
}

static void give_block(void *block, const char *start, size_t size) {
  (void)start;
  pni_pool_give(block, size);
}

pn_shared_bytes_t *pni_shared_block(void *block, size_t capacity) {
  return make(block, capacity, give_block, block);
}

void pn_shared_bytes_incref(pn_shared_bytes_t *bytes) {
  atomic_fetch_add_explicit(&bytes->count, 1, memory_order_relaxed);
}

void pn_shared_bytes_decref(pn_shared_bytes_t *bytes) {
  if (!bytes || atomic_fetch_sub_explicit(&bytes->count, 1, memory_order_acq_rel) != 1) return;
  if (bytes->release) bytes->release(bytes->context, bytes->start, bytes->size);
  pni_pool_give(bytes, sizeof *bytes);
}

pn_bytes_t pn_shared_bytes_all(const pn_shared_bytes_t *bytes) { return pn_bytes(bytes->size, bytes->start); }

size_t pn_shared_bytes_offset(const pn_shared_bytes_t *bytes, pn_bytes_t piece) {
  return (size_t)(piece.start - bytes->start);
}
