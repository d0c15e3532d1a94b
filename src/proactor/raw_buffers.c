/* raw_buffers.c: a ring that begins with no memory and doubles as far as it has to. The holder's. */
#include "proactor/raw_buffers.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 2 };

static bool grow(struct pni_raw_buffers *buffers) {
  const uint8_t room = buffers->room ? (uint8_t)(2 * buffers->room) : FIRST_SLOTS;
  pn_raw_buffer_t *const slots = room > PNI_RAW_SLOTS ? NULL : calloc(room, sizeof *slots);
  if (!slots) return false;
  for (unsigned i = 0; i < buffers->count; i++) slots[i] = *pni_raw_buffer(buffers, i);
  free(buffers->slots);
  buffers->slots = slots;
  buffers->room = room;
  buffers->first = 0;
  return true;
}

bool pni_raw_buffers_put(struct pni_raw_buffers *buffers, const pn_raw_buffer_t *buffer) {
  if (buffers->count == buffers->room && !grow(buffers)) return false;
  *pni_raw_buffer(buffers, buffers->count++) = *buffer;
  return true;
}

size_t pni_raw_buffers_take(
    struct pni_raw_buffers *buffers, pn_raw_buffer_t *to, size_t most, bool unused_too) {
  const size_t there = unused_too ? buffers->count : buffers->used;
  const size_t taken = most < there ? most : there;
  for (size_t i = 0; i < taken; i++) to[i] = *pni_raw_buffer(buffers, (unsigned)i);
  if (taken == 0) return 0;
  buffers->first = (buffers->first + taken) & (buffers->room - 1U);
  buffers->count -= (uint8_t)taken;
  buffers->used = taken < buffers->used ? (uint8_t)(buffers->used - taken) : 0;
  return taken;
}

bool pni_raw_buffers_overlap(const struct pni_raw_buffers *buffers, const pn_raw_buffer_t *buffer) {
  const uintptr_t bytes = (uintptr_t)buffer->bytes;
  for (unsigned i = 0; i < buffers->count; i++) {
    const pn_raw_buffer_t *const other = pni_raw_buffer(buffers, i);
    const uintptr_t others = (uintptr_t)other->bytes;
    if (bytes + buffer->offset < others + other->capacity &&
        others + other->offset < bytes + buffer->capacity)
      return true;
  }
  return false;
}

size_t pni_raw_buffers_room(
    const struct pni_raw_buffers *buffers, struct pni_piece pieces[PNI_RAW_SLOTS], size_t *size) {
  size_t count = 0;
  *size = 0;
  for (unsigned i = buffers->used; i < buffers->count; i++) {
    const pn_raw_buffer_t *const buffer = pni_raw_buffer(buffers, i);
    pieces[count] = (struct pni_piece){buffer->bytes + buffer->offset, buffer->capacity - buffer->offset};
    *size += pieces[count++].size;
  }
  return count;
}

size_t pni_raw_buffers_data(
    const struct pni_raw_buffers *buffers, struct pni_piece pieces[PNI_RAW_SLOTS], size_t *size) {
  size_t count = 0, done = buffers->progress;
  *size = 0;
  for (unsigned i = buffers->used; i < buffers->count; i++, done = 0) {
    const pn_raw_buffer_t *const buffer = pni_raw_buffer(buffers, i);
    if (buffer->size == done) continue;
    pieces[count] = (struct pni_piece){buffer->bytes + buffer->offset + done, buffer->size - done};
    *size += pieces[count++].size;
  }
  return count;
}

void pni_raw_buffers_filled(struct pni_raw_buffers *buffers, size_t size) {
  do {
    pn_raw_buffer_t *const buffer = pni_raw_buffer(buffers, buffers->used++);
    const uint32_t room = buffer->capacity - buffer->offset;
    buffer->size = size < room ? (uint32_t)size : room;
    size -= buffer->size;
  } while (size > 0);
}

void pni_raw_buffers_written(struct pni_raw_buffers *buffers, size_t size) {
  size += buffers->progress;
  while (buffers->used < buffers->count) {
    const uint32_t whole = pni_raw_buffer(buffers, buffers->used)->size;
    if (size < whole) break;
    size -= whole;
    buffers->used++;
  }
  buffers->progress = (uint32_t)size;
}
