/* allocations.c: a library to be preloaded that counts the calls of the allocator and, when the process ends, writes the
 * count as one line to the file that ALLOCATIONS_FILE names. A realloc counts, a free does not. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ulong calls;
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);

/* dlsym may allocate before the real functions are known; that little comes from here and is never given back. */
static _Alignas(16) char early[4096];
static size_t early_used;

static void *early_take(size_t size) {
  size_t rounded = (size + 15) & ~(size_t)15;
  if (rounded > sizeof early - early_used) abort();
  void *taken = early + early_used;
  early_used += rounded;
  return taken;
}

static int is_early(const void *pointer) {
  return (const char *)pointer >= early && (const char *)pointer < early + sizeof early;
}

/* Through a union, because ISO C has no conversion between pointers to objects and to functions. */
#define FIND(function, name)                                                                                 \
  do {                                                                                                       \
    union {                                                                                                  \
      void *object;                                                                                          \
      __typeof__(function) entry;                                                                            \
    } found = {dlsym(RTLD_NEXT, name)};                                                                      \
    function = found.entry;                                                                                  \
  } while (0)

__attribute__((constructor)) static void find_real(void) {
  FIND(real_malloc, "malloc");
  FIND(real_calloc, "calloc");
  FIND(real_realloc, "realloc");
  FIND(real_aligned_alloc, "aligned_alloc");
  FIND(real_posix_memalign, "posix_memalign");
}

__attribute__((destructor)) static void report(void) {
  const char *name = getenv("ALLOCATIONS_FILE");
  FILE *file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "%lu\n", atomic_load(&calls));
  fclose(file);
}

void *malloc(size_t size) {
  if (!real_malloc) return early_take(size);
  atomic_fetch_add(&calls, 1);
  return real_malloc(size);
}

void *calloc(size_t count, size_t size) {
  if (!real_calloc) return early_take(count * size); /* a handful of bytes, never used before: zero */
  atomic_fetch_add(&calls, 1);
  return real_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
  if (!real_realloc || is_early(pointer)) abort(); /* nothing that early grows */
  atomic_fetch_add(&calls, 1);
  return real_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  atomic_fetch_add(&calls, 1);
  return real_aligned_alloc(alignment, size);
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
  atomic_fetch_add(&calls, 1);
  return real_posix_memalign(pointer, alignment, size);
}

void free(void *pointer) {
  static void (*real_free)(void *);
  if (is_early(pointer)) return;
  if (!real_free) FIND(real_free, "free");
  real_free(pointer);
}
