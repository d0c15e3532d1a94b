/* memory.c: memory that grows, and strings that are replaced. Doubling keeps the cost of appending constant; sizes are
 * checked for wrapping. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

pni_status pni_grow(void **array, size_t *capacity, size_t needed, size_t element) {
  if (needed <= *capacity) return PNI_OK;
  size_t wanted = *capacity > SIZE_MAX / 2 ? needed : *capacity * 2;
  if (wanted < needed) wanted = needed;
  if (wanted > SIZE_MAX / element) return PNI_NO_MEMORY;
  void *grown = realloc(*array, wanted * element);
  if (!grown) return PNI_NO_MEMORY;
  *array = grown;
  *capacity = wanted;
  return PNI_OK;
}

pni_status pni_keep_bytes(char **place, const char *bytes, size_t size) {
  char *copy = NULL;
  if (bytes) {
    if (size == SIZE_MAX) return PNI_NO_MEMORY;
    copy = malloc(size + 1);
    if (!copy) return PNI_NO_MEMORY;
    if (size > 0) memcpy(copy, bytes, size);
    copy[size] = '\0';
  }
  free(*place);
  *place = copy;
  return PNI_OK;
}

pni_status pni_keep_string(char **place, const char *string) {
  return pni_keep_bytes(place, string, string ? strlen(string) : 0);
}

/* Up to 64 bytes by blocks that overlap, all of them read before any is written. */
void *pni_move_more(void *to, const void *from, size_t size) {
  struct block {
    uint64_t words[4];
  } head, tail;
  if (size < sizeof head || size > 2 * sizeof head) return memmove(to, from, size);
  memcpy(&head, from, sizeof head);
  memcpy(&tail, (const char *)from + size - sizeof tail, sizeof tail);
  memcpy(to, &head, sizeof head);
  memcpy((char *)to + size - sizeof tail, &tail, sizeof tail);
  return to;
}
