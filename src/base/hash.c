/* hash.c: hashes with a key. The key is drawn once, from the kernel, and never changes; reading it takes no lock. */
#include "base/hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

uint64_t pni_hash_factor, pni_hash_addend;
static uint64_t key[2];
static pthread_once_t seeded = PTHREAD_ONCE_INIT; /* which ThreadSanitizer knows, unlike call_once */

struct sip {
  uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

static inline void sip_round(struct sip *s) {
  s->v0 += s->v1, s->v1 = rotate(s->v1, 13) ^ s->v0, s->v0 = rotate(s->v0, 32);
  s->v2 += s->v3, s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 += s->v3, s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 += s->v1, s->v1 = rotate(s->v1, 17) ^ s->v2, s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word) {
  s->v3 ^= word;
  sip_round(s);
  s->v0 ^= word;
}

static uint32_t sip(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  struct sip s = {.v0 = key[0] ^ 0x736f6d6570736575,
      .v1 = key[1] ^ 0x646f72616e646f6d,
      .v2 = key[0] ^ 0x6c7967656e657261,
      .v3 = key[1] ^ 0x7465646279746573};
  uint64_t word;
  size_t left = size;
  for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
    memcpy(&word, at, sizeof word);
    sip_word(&s, word);
  }
  word = (uint64_t)size << 56;
  for (size_t i = 0; i < left; i++) word |= (uint64_t)at[i] << (8 * i);
  sip_word(&s, word);
  s.v2 ^= 0xff;
  for (int i = 0; i < 3; i++) sip_round(&s);
  const uint64_t hash = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return (uint32_t)(hash ^ hash >> 32);
}

static void seed(void) {
  uint64_t drawn[4] = {0};
  if (getrandom(drawn, sizeof drawn, GRND_NONBLOCK) != (ssize_t)sizeof drawn) {
    /* Forbidden, or too early: what the kernel gave every process when it began. */
    const unsigned long random = getauxval(AT_RANDOM);
    if (random) memcpy(drawn, (const void *)random, 16);
    memcpy(key, drawn, sizeof key);
    drawn[2] = (uint64_t)sip("factor", 6) << 32 | sip("factors", 7);
    drawn[3] = (uint64_t)sip("addend", 6) << 32 | sip("addends", 7);
  }
  memcpy(key, drawn, sizeof key);
  pni_hash_factor = drawn[2] | 1;
  pni_hash_addend = drawn[3];
}

void pni_hash_seed(void) { pthread_once(&seeded, seed); }

uint32_t pni_hash_bytes(const void *bytes, size_t size) {
  pni_hash_seed();
  return sip(bytes, size);
}
