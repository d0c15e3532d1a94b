/* digest.c: in front of two functions of layers/digest.h, so that targets get through SCRAM quickly and the same way each time.
 *
 * A password is hashed once, whatever the number of times that was asked for and has been found good; that number counts as part of
 * the salt. What is random is zeroes: a nonce is 32 times "A". */
#include "layers/digest.h"

#include <string.h>

pni_status __wrap_pni_stretch(
    enum pni_hash hash, pn_bytes_t password, pn_bytes_t salt, unsigned iterations, uint8_t *out);
pni_status __wrap_pni_random(uint8_t *out, size_t size);

pni_status __wrap_pni_stretch(
    enum pni_hash hash, pn_bytes_t password, pn_bytes_t salt, unsigned iterations, uint8_t *out) {
  uint8_t key[PNI_HASH_MAX];
  const pni_status status = pni_hmac(hash, pn_bytes(sizeof iterations, (const char *)&iterations), salt, key);
  if (status != PNI_OK) return status;
  return pni_hmac(hash, pn_bytes(pni_hash_size(hash), (const char *)key), password, out);
}

pni_status __wrap_pni_random(uint8_t *out, size_t size) {
  memset(out, 0, size);
  return PNI_OK;
}
