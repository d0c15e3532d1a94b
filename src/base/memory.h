/* memory.h: memory that grows, strings that are replaced.
 *
 * Everything is allocated with malloc and its kin and may fail; tests make the Nth call fail by wrapping those at link
 * time, so that no hook is needed here. */
#ifndef BARYON_BASE_MEMORY_H
#define BARYON_BASE_MEMORY_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Make room in *array for at least `needed` elements of `element` bytes: nothing if *capacity (in elements) is enough,
 * else at least a doubling. *array and *capacity are left alone when that fails. */
PNI_NODISCARD pni_status pni_grow(void **array, size_t *capacity, size_t needed, size_t element);

/* Replace the string in *place, which was allocated or is NULL, by a copy of `size` bytes and a NUL; `bytes` may lie in the
 * old one. NULL replaces it by NULL. *place is left alone when there is no memory. */
PNI_NODISCARD pni_status pni_keep_bytes(char **place, const char *bytes, size_t size);

/* The same with a string that ends with a NUL. */
PNI_NODISCARD pni_status pni_keep_string(char **place, const char *string);

/* Copy up to PNI_COPY_FEW bytes in line, which may overlap. Returns all of them or'ed together. */
enum { PNI_COPY_FEW = 16 };
PNI_INLINE uint64_t pni_copy_few(void *to, const void *from, size_t size) {
  const char *const source = from;
  char *const target = to;
  if (size >= 8) { /* two words that overlap */
    uint64_t head, tail;
    memcpy(&head, source, sizeof head);
    memcpy(&tail, source + size - sizeof tail, sizeof tail);
    memcpy(target, &head, sizeof head);
    memcpy(target + size - sizeof tail, &tail, sizeof tail);
    return head | tail;
  }
  if (size >= 4) {
    uint32_t head, tail;
    memcpy(&head, source, sizeof head);
    memcpy(&tail, source + size - sizeof tail, sizeof tail);
    memcpy(target, &head, sizeof head);
    memcpy(target + size - sizeof tail, &tail, sizeof tail);
    return head | tail;
  }
  if (size == 0) return 0;
  const char first = source[0], middle = source[size / 2], last = source[size - 1];
  target[0] = first;
  target[size / 2] = middle;
  target[size - 1] = last;
  return (uint8_t)(first | middle | last);
}

/* Zeroes a struct whose size the compiler knows, by wide stores: some would give it to a slow string instruction. */
PNI_INLINE void pni_zero(void *object, size_t size) {
  enum { BLOCK = 64, BLOCKS = 5 };
  char *const start = object;
#define PNI_ZERO_BLOCK(n)                                                                                    \
  if (size >= ((n) + 1) * (size_t)BLOCK) memset(start + (n) * (size_t)BLOCK, 0, BLOCK)
  PNI_ZERO_BLOCK(0);
  PNI_ZERO_BLOCK(1);
  PNI_ZERO_BLOCK(2);
  PNI_ZERO_BLOCK(3);
  PNI_ZERO_BLOCK(4);
#undef PNI_ZERO_BLOCK
  const size_t rest = size > (size_t)BLOCKS * BLOCK ? size - (size_t)BLOCKS * BLOCK : size % BLOCK;
  memset(start + (size - rest), 0, rest);
}

/* Sixteen bytes that travel in one register. */
struct pni_quad {
  uint64_t words[2];
};
PNI_INLINE struct pni_quad pni_load_quad(const char *from) {
  struct pni_quad quad;
  memcpy(&quad, from, sizeof quad);
  return quad;
}
PNI_INLINE void pni_store_quad(char *to, struct pni_quad quad) { memcpy(to, &quad, sizeof quad); }

/* Copy 1 to PNI_COPY_SMALL bytes in line, which do not overlap: small messages. */
enum { PNI_COPY_SMALL = 128 };
PNI_INLINE void pni_copy_small(void *to, const void *from, size_t size) {
  const char *const source = from, *const source_end = source + size;
  char *const target = to, *const target_end = target + size;
  if (PNI_LIKELY(size > PNI_COPY_FEW)) {
    const struct pni_quad first = pni_load_quad(source), last = pni_load_quad(source_end - 16);
    if (size > 32) {
      const struct pni_quad second = pni_load_quad(source + 16), second_last = pni_load_quad(source_end - 32);
      if (size > 64) {
        pni_store_quad(target + 32, pni_load_quad(source + 32));
        pni_store_quad(target + 48, pni_load_quad(source + 48));
        pni_store_quad(target_end - 64, pni_load_quad(source_end - 64));
        pni_store_quad(target_end - 48, pni_load_quad(source_end - 48));
      }
      pni_store_quad(target + 16, second);
      pni_store_quad(target_end - 32, second_last);
    }
    pni_store_quad(target, first);
    pni_store_quad(target_end - 16, last);
  } else {
    (void)pni_copy_few(to, from, size);
  }
}

/* memcpy() for what is mostly small. */
PNI_INLINE void pni_copy(void *to, const void *from, size_t size) {
  if (PNI_LIKELY(size <= PNI_COPY_SMALL))
    pni_copy_small(to, from, size);
  else
    memcpy(to, from, size);
}

/* memmove() for what is mostly short: up to PNI_MOVE_FEW bytes in line. */
enum { PNI_MOVE_FEW = 32 };
void *pni_move_more(void *to, const void *from, size_t size);
PNI_INLINE void *pni_move(void *to, const void *from, size_t size) {
  struct pair {
    uint64_t words[2];
  } head, tail;
  if (size <= PNI_COPY_FEW) {
    (void)pni_copy_few(to, from, size);
    return to;
  }
  if (size > PNI_MOVE_FEW) return pni_move_more(to, from, size);
  memcpy(&head, from, sizeof head);
  memcpy(&tail, (const char *)from + size - sizeof tail, sizeof tail);
  memcpy(to, &head, sizeof head);
  memcpy((char *)to + size - sizeof tail, &tail, sizeof tail);
  return to;
}

#endif
