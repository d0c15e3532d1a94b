/* compiler.h: the few things that C11 leaves to the compiler. Nothing outside base/ tests for a compiler. */
#ifndef BARYON_BASE_COMPILER_H
#define BARYON_BASE_COMPILER_H

#include <stdint.h>

#if defined(__GNUC__)
#  define PNI_NODISCARD           __attribute__((warn_unused_result))
#  define PNI_PRINTF(fmt, args)   __attribute__((format(printf, fmt, args)))
#  define PNI_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#  define PNI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#  define PNI_INLINE              static inline __attribute__((always_inline))
#  define PNI_NOINLINE            __attribute__((noinline))
#  define PNI_COLD                __attribute__((cold, noinline))
/* The library is linked by the program, or loaded early enough for a little static thread storage. */
#  define PNI_THREAD_LOCAL        _Thread_local __attribute__((tls_model("initial-exec")))
#  define PNI_AT_RETURN(function) __attribute__((cleanup(function))) /* of the variable that follows */
#  define PNI_AT_LOAD             __attribute__((constructor))
#  define PNI_PREFETCH(address)   __builtin_prefetch(address) /* it will be read soon; NULL is fine */
#  define PNI_LOG2(x)             ((unsigned)(63 - __builtin_clzll(x))) /* of x > 0, rounded down */
#  define PNI_LOWEST_BIT(x)       ((unsigned)__builtin_ctzll(x))        /* of x > 0 */
#else
#  define PNI_NODISCARD
#  define PNI_PRINTF(fmt, args)
#  define PNI_LIKELY(condition)   (condition)
#  define PNI_UNLIKELY(condition) (condition)
#  define PNI_INLINE              static inline
#  define PNI_NOINLINE
#  define PNI_COLD
#  define PNI_AT_RETURN(function)
#  define PNI_AT_LOAD
#  define PNI_THREAD_LOCAL      _Thread_local
#  define PNI_PREFETCH(address) ((void)(address))
static inline unsigned pni_log2(unsigned long long x) {
  unsigned log = 0;
  while (x >>= 1) log++;
  return log;
}
#  define PNI_LOG2(x)           pni_log2(x)
#  define PNI_LOWEST_BIT(x)     pni_log2((x) & (~(x) + 1))
#endif

/* Who guards what, for clang's analysis: a type that is a lock, a function that needs, takes or releases it, one that the
 * analysis is to skip. A field that is guarded by its neighbour is marked, but clang looks at that in C++ only. */
#define PNI_GUARDED_BY(lock)
#if defined(__clang__)
#  define PNI_CAPABILITY(name)   __attribute__((capability(name)))
#  define PNI_REQUIRES(lock)     __attribute__((requires_capability(lock)))
#  define PNI_ACQUIRES(lock)     __attribute__((acquire_capability(lock)))
#  define PNI_RELEASES(lock)     __attribute__((release_capability(lock)))
#  define PNI_NO_THREAD_ANALYSIS __attribute__((no_thread_safety_analysis))
#else
#  define PNI_CAPABILITY(name)
#  define PNI_REQUIRES(lock)
#  define PNI_ACQUIRES(lock)
#  define PNI_RELEASES(lock)
#  define PNI_NO_THREAD_ANALYSIS
#endif

/* A number as it lies in memory with its most significant octet first, and back. */
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#  define PNI_BIG_ENDIAN16(x) __builtin_bswap16(x)
#  define PNI_BIG_ENDIAN32(x) __builtin_bswap32(x)
#  define PNI_BIG_ENDIAN64(x) __builtin_bswap64(x)
#else
static inline uint64_t pni_big_endian(uint64_t x, unsigned octets) {
  union {
    unsigned char octets[sizeof(uint64_t)];
    uint64_t whole;
    uint32_t half;
    uint16_t quarter;
  } number = {{0}};
  for (unsigned i = octets; i-- > 0; x >>= 8) number.octets[i] = (unsigned char)x;
  return octets == 2 ? number.quarter : octets == 4 ? number.half : number.whole;
}
#  define PNI_BIG_ENDIAN16(x) ((uint16_t)pni_big_endian((x), 2))
#  define PNI_BIG_ENDIAN32(x) ((uint32_t)pni_big_endian((x), 4))
#  define PNI_BIG_ENDIAN64(x) pni_big_endian((x), 8)
#endif

/* The struct whose member is known to be at this address. */
#define PNI_CONTAINER_OF(address, type, member) ((type *)(void *)((char *)(address)-offsetof(type, member)))

#endif
