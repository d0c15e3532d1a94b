/* seen.c: message-ids in a ring, the oldest of which makes room, and chains by which they are found.
 *
 * Ids are kept as they are, not as a hash of them: a message that was taken for another would be lost. */
#include "cli/seen.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

struct id {
  char *octets; /* encoded, so that ids of different types differ */
  size_t size;
  unsigned generation;
  size_t chain;
  int32_t next; /* in its chain, or NONE */
};

struct seen {
  struct id ring[SEEN_MOST];
  int32_t chains[SEEN_MOST];
  size_t oldest, count;
};

struct seen *seen_begin(void) {
  struct seen *const seen = malloc(sizeof *seen);
  if (!seen) return NULL;
  for (size_t i = 0; i < SEEN_MOST; i++) seen->chains[i] = NONE;
  seen->oldest = seen->count = 0;
  return seen;
}

static size_t chain_of(const char *octets, size_t size) {
  uint64_t hash = 14695981039346656037U; /* FNV-1a */
  for (size_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)octets[i]) * 1099511628211U;
  return (hash ^ hash >> 32) % SEEN_MOST;
}

static void forget_oldest(struct seen *seen) {
  struct id *const id = &seen->ring[seen->oldest];
  int32_t *place = &seen->chains[id->chain];
  while (*place != (int32_t)seen->oldest) place = &seen->ring[*place].next;
  *place = id->next;
  free(id->octets);
  seen->oldest = (seen->oldest + 1) % SEEN_MOST;
  seen->count--;
}

static char *encoded(pn_data_t *id, size_t *size) {
  const ssize_t needed = pn_data_encoded_size(id);
  char *const octets = needed > 0 ? malloc((size_t)needed) : NULL;
  if (octets && pn_data_encode(id, octets, (size_t)needed) != needed) {
    free(octets);
    return NULL;
  }
  *size = (size_t)needed;
  return octets;
}

int seen_add(struct seen *seen, pn_data_t *id, unsigned *generation) {
  size_t size;
  pn_data_rewind(id);
  if (!pn_data_next(id) || pn_data_is_null(id)) return -1;
  char *const octets = encoded(id, &size);
  if (!octets) return -1;
  const size_t chain = chain_of(octets, size);
  for (int32_t at = seen->chains[chain]; at != NONE; at = seen->ring[at].next) {
    const struct id *const other = &seen->ring[at];
    if (other->size == size && memcmp(other->octets, octets, size) == 0) {
      *generation = other->generation;
      free(octets);
      return 1;
    }
  }
  if (seen->count == SEEN_MOST) forget_oldest(seen);
  const size_t place = (seen->oldest + seen->count++) % SEEN_MOST;
  seen->ring[place] = (struct id){octets, size, *generation, chain, seen->chains[chain]};
  seen->chains[chain] = (int32_t)place;
  return 0;
}

void seen_end(struct seen *seen) {
  if (!seen) return;
  while (seen->count) forget_oldest(seen);
  free(seen);
}
