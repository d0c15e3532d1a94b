/* memory.h: memory that grows.
 *
 * Everything is allocated with malloc and its kin and may fail; tests make the Nth call fail by wrapping those at link
 * time, so that no hook is needed here. */
#ifndef BARYON_BASE_MEMORY_H
#define BARYON_BASE_MEMORY_H

#include "base/status.h"
#include <stddef.h>

/* Make room in *array for at least `needed` elements of `element` bytes: nothing if *capacity (in elements) is enough,
 * else at least a doubling. *array and *capacity are left alone when that fails. */
PNI_NODISCARD pni_status pni_grow(void **array, size_t *capacity, size_t needed, size_t element);

#endif
