/* digest.c: see digest.h. Nothing is kept between calls but the secret of the process. */
#include "layers/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

static const EVP_MD *method(enum pni_hash hash) { return hash == PNI_SHA1 ? EVP_sha1() : EVP_sha256(); }

static pni_status done(bool well) {
  if (!well) ERR_clear_error();
  return well ? PNI_OK : PNI_NO_MEMORY;
}

size_t pni_hash_size(enum pni_hash hash) { return hash == PNI_SHA1 ? 20 : 32; }

pni_status pni_digest(enum pni_hash hash, pn_bytes_t bytes, uint8_t *out) {
  return done(EVP_Digest(bytes.start, bytes.size, out, NULL, method(hash), NULL) == 1);
}

pni_status pni_hmac(enum pni_hash hash, pn_bytes_t key, pn_bytes_t bytes, uint8_t *out) {
  if (key.size > INT_MAX) return PNI_NO_MEMORY;
  return done(HMAC(method(hash), key.start, (int)key.size, (const uint8_t *)bytes.start, bytes.size, out,
                  NULL) != NULL);
}

pni_status pni_stretch(
    enum pni_hash hash, pn_bytes_t password, pn_bytes_t salt, unsigned iterations, uint8_t *out) {
  if (password.size > INT_MAX || salt.size > INT_MAX || iterations > INT_MAX) return PNI_NO_MEMORY;
  return done(PKCS5_PBKDF2_HMAC(password.start, (int)password.size, (const uint8_t *)salt.start,
                  (int)salt.size, (int)iterations, method(hash), (int)pni_hash_size(hash), out) == 1);
}

pni_status pni_random(uint8_t *out, size_t size) {
  return done(size <= INT_MAX && RAND_bytes(out, (int)size) == 1);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint8_t process_secret[PNI_HASH_MAX];
static bool process_secret_made;

static void make_process_secret(void) { process_secret_made = RAND_bytes(process_secret, PNI_HASH_MAX) == 1; }

pni_status pni_process_secret(uint8_t *out) {
  (void)pthread_once(&once, make_process_secret);
  if (process_secret_made) memcpy(out, process_secret, sizeof process_secret);
  return done(process_secret_made);
}

bool pni_same_secret(const uint8_t *a, const uint8_t *b, size_t size) {
  return CRYPTO_memcmp(a, b, size) == 0;
}

void pni_base64(const uint8_t *bytes, size_t size, char *room) {
  (void)EVP_EncodeBlock((unsigned char *)room, bytes, (int)size);
}

ptrdiff_t pni_base64_read(pn_bytes_t text, uint8_t *out, size_t capacity) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size % 4 != 0) return -1;
  size_t padding = 0, size = 0;
  while (padding < 2 && padding < text.size && text.start[text.size - 1 - padding] == '=') padding++;
  const size_t whole = text.size / 4 * 3 - padding;
  uint32_t bits = 0;
  if (whole > capacity) return -1;
  for (size_t i = 0; i < text.size; i++) {
    const bool pads = i >= text.size - padding;
    const char *const digit = pads || text.start[i] == '\0' ? NULL : strchr(digits, text.start[i]);
    if (!pads && !digit) return -1;
    bits = bits << 6 | (uint32_t)(digit ? digit - digits : 0);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0 && size < whole; shift -= 8) out[size++] = (uint8_t)(bits >> shift);
    bits = 0;
  }
  return (ptrdiff_t)whole;
}
