/* memory.h: memory that grows, strings that are replaced.
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

/* Replace the string in *place, which was allocated or is NULL, by a copy of `size` bytes and a NUL; `bytes` may lie in the
 * old one. NULL replaces it by NULL. *place is left alone when there is no memory. */
PNI_NODISCARD pni_status pni_keep_bytes(char **place, const char *bytes, size_t size);

/* The same with a string that ends with a NUL. */
PNI_NODISCARD pni_status pni_keep_string(char **place, const char *string);

#endif
