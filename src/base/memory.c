/* memory.c: memory that grows. Doubling keeps the cost of appending constant; sizes are checked for wrapping. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

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
