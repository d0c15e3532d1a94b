/* shelf.c: bytes that are shared between links, connections and the applications, and released once. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 6, BUFFERS = 24 };

static struct {
  pn_shared_bytes_t *bytes; /* a reference; NULL: the place is empty */
  size_t offset;
  uint32_t start, size; /* in the pattern */
} shelf[PLACES];

/* The applications' own. */
static struct buffer {
  char *memory;
  uint32_t start, size;
  unsigned released;
} buffers[BUFFERS];
static unsigned made;

static void release(void *context, const char *start, size_t size) {
  struct buffer *buffer = context;
  REQUIRE(buffer->released++ == 0);
  REQUIRE(start == buffer->memory && size == buffer->size);
  REQUIRE(memcmp(start, pattern + buffer->start, size) == 0);
  memset(buffer->memory, 0, size); /* whoever still reads it shall not find what was there */
  free(buffer->memory);
}

static void put_away(unsigned place) {
  pn_shared_bytes_t *bytes = shelf[place].bytes;
  if (!bytes) return;
  REQUIRE(memcmp(pn_shared_bytes_all(bytes).start + shelf[place].offset, pattern + shelf[place].start,
              shelf[place].size) == 0);
  shelf[place].bytes = NULL;
  pn_shared_bytes_decref(bytes);
}

void shelve(pn_shared_bytes_t *bytes, size_t offset, uint32_t start, uint32_t size) {
  const unsigned place = draw(PLACES);
  put_away(place);
  shelf[place].bytes = bytes;
  shelf[place].offset = offset;
  shelf[place].start = start;
  shelf[place].size = size;
}

void fill_shelf(void) {
  if (made == BUFFERS) return;
  struct buffer *buffer = &buffers[made++];
  buffer->size = once_in(4) ? 1 + draw(3000) : 8 * 1024 + draw(LARGEST - 8 * 1024);
  buffer->start = draw(PATTERN - buffer->size);
  buffer->released = 0;
  buffer->memory = malloc(buffer->size);
  REQUIRE(buffer->memory);
  memcpy(buffer->memory, pattern + buffer->start, buffer->size);
  pn_shared_bytes_t *bytes = pn_shared_bytes(buffer->memory, buffer->size, release, buffer);
  REQUIRE(bytes);
  shelve(bytes, 0, buffer->start, buffer->size);
}

pn_shared_bytes_t *find_on_shelf(uint32_t start, size_t *offset, uint32_t *size) {
  for (unsigned i = 0, place = draw(PLACES); i < PLACES; i++, place = (place + 1) % PLACES) {
    if (!shelf[place].bytes || start < shelf[place].start) continue;
    const uint32_t from = start - shelf[place].start;
    if (from >= shelf[place].size) continue;
    *offset = shelf[place].offset + from;
    *size = shelf[place].size - from;
    return shelf[place].bytes;
  }
  return NULL;
}

bool draw_from_shelf(uint32_t *start, uint32_t *size) {
  const unsigned place = draw(PLACES);
  if (!shelf[place].bytes) return false;
  *start = shelf[place].start;
  *size = shelf[place].size;
  return true;
}

void clear_shelf(void) {
  for (unsigned place = 0; place < PLACES; place++) put_away(place);
  for (unsigned i = 0; i < made; i++) REQUIRE(buffers[i].released == 1);
  made = 0;
}
