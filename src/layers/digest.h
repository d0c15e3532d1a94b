/* digest.h: hashes, keys made from passwords, numbers that nobody can guess. OpenSSL's, as all of it is (tls.h). */
#ifndef BARYON_LAYERS_DIGEST_H
#define BARYON_LAYERS_DIGEST_H

#include "base/status.h"
#include <proton/types.h>
#include <stdbool.h>

enum pni_hash { PNI_SHA1, PNI_SHA256 };
enum { PNI_HASH_MAX = 32 }; /* octets of the largest */

size_t pni_hash_size(enum pni_hash hash);

/* All of these write pni_hash_size() octets, and fail only for want of memory. */
PNI_NODISCARD pni_status pni_digest(enum pni_hash hash, pn_bytes_t bytes, uint8_t *out);
PNI_NODISCARD pni_status pni_hmac(enum pni_hash hash, pn_bytes_t key, pn_bytes_t bytes, uint8_t *out);
/* PBKDF2 [RFC 8018]; takes time by the number of iterations. */
PNI_NODISCARD pni_status pni_stretch(
    enum pni_hash hash, pn_bytes_t password, pn_bytes_t salt, unsigned iterations, uint8_t *out);

PNI_NODISCARD pni_status pni_random(uint8_t *out, size_t size);

/* PNI_HASH_MAX octets that nobody can guess, the same for as long as the process lives. */
PNI_NODISCARD pni_status pni_process_secret(uint8_t *out);

/* Whether they are the same, in a time that does not tell where they differ. */
bool pni_same_secret(const uint8_t *a, const uint8_t *b, size_t size);

/* Base 64: `room` holds 4 octets for each 3, and a NUL. */
void pni_base64(const uint8_t *bytes, size_t size, char *room);
/* Back; the number of octets, or -1 if it is none or they do not fit. */
ptrdiff_t pni_base64_read(pn_bytes_t text, uint8_t *out, size_t capacity);

#endif
