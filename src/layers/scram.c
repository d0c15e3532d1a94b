/* scram.c: what the two sides of SCRAM say, and what follows from it.
 *
 * Messages are attributes with commas between, in an order that is fixed; what does not fit is refused, extensions that have
 * to be understood among it. Channel binding is not offered. How often a password is hashed is a number of the server's,
 * so it has limits on the client's side: few enough iterations would give the password away, too many take for ever. An
 * unknown user gets a salt that is always the same, and is told no earlier than one with a wrong password. */
#include "layers/scram.h"

#include "base/memory.h"
#include "base/text.h"
#include "wire/limits.h"
#include <stdlib.h>
#include <string.h>

enum {
  SALT_MAX = 64,
  SALT = 16,
  NONCE = 24,
  USUAL_ITERATIONS = 4096, /* the fewest, too [RFC 7677] */
  BASE64_MAX = (SALT_MAX + 2) / 3 * 4 + 1
};

const char *pni_scram_name(enum pni_hash hash) { return hash == PNI_SHA1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256"; }

static void wipe(char **text) {
  if (*text) explicit_bzero(*text, strlen(*text));
  free(*text);
  *text = NULL;
}

void pni_scram_clear(struct pni_scram *scram) {
  wipe(&scram->header);
  wipe(&scram->client_first);
  wipe(&scram->server_first);
  wipe(&scram->nonce);
  explicit_bzero(scram->stored_key, sizeof scram->stored_key);
  explicit_bzero(scram->server_key, sizeof scram->server_key);
  scram->known = scram->verified = false;
}

/* Texts. */

/* NULL without memory. */
static PNI_PRINTF(1, 2) char *format(const char *form, ...) {
  va_list args, again;
  va_start(args, form);
  va_copy(again, args);
  struct pni_text size = pni_text(NULL, 0);
  pni_text_vformat(&size, form, args);
  char *const text = malloc(size.size + 1);
  if (text) {
    struct pni_text whole = pni_text(text, size.size + 1);
    pni_text_vformat(&whole, form, again);
  }
  va_end(again);
  va_end(args);
  return text;
}

static pn_bytes_t bytes_of(const char *text) { return pn_bytes(strlen(text), text); }
static pn_bytes_t octets_of(const uint8_t *octets, size_t size) {
  return pn_bytes(size, (const char *)octets);
}

/* Take an attribute off a message: `key`=value and the comma behind. */
static bool take(pn_bytes_t *message, char key, pn_bytes_t *value) {
  if (message->size < 2 || message->start[0] != key || message->start[1] != '=') return false;
  const char *const start = message->start + 2, *const end = message->start + message->size;
  const char *const comma = memchr(start, ',', (size_t)(end - start));
  const char *const stop = comma ? comma : end;
  *value = pn_bytes((size_t)(stop - start), start);
  *message = comma ? pn_bytes((size_t)(end - comma - 1), comma + 1) : pn_bytes(0, end);
  return true;
}

static bool is_text(pn_bytes_t bytes) { return bytes.size > 0 && !memchr(bytes.start, '\0', bytes.size); }

/* Names have =2C for a comma and =3D for an equals sign. */

static char *escape(const char *name) {
  char *const text = malloc(3 * strlen(name) + 1);
  struct pni_text out = pni_text(text, text ? 3 * strlen(name) + 1 : 0);
  for (; text && *name; name++) {
    if (*name == ',' || *name == '=')
      pni_text_string(&out, *name == ',' ? "=2C" : "=3D");
    else
      pni_text_char(&out, *name);
  }
  if (text && text == out.start && out.size == 0) text[0] = '\0';
  return text;
}

static pni_status unescape(pn_bytes_t name, char **text) {
  char *const room = malloc(name.size + 1);
  size_t size = 0;
  if (!room) return PNI_NO_MEMORY;
  for (size_t i = 0; i < name.size; i++) {
    char c = name.start[i];
    if (c == '=') {
      const bool known = name.size - i >= 3 &&
                         (memcmp(name.start + i, "=2C", 3) == 0 || memcmp(name.start + i, "=3D", 3) == 0);
      if (!known) {
        free(room);
        return PNI_BAD_ARGUMENT;
      }
      c = name.start[i + 1] == '2' ? ',' : '=';
      i += 2;
    }
    room[size++] = c;
  }
  room[size] = '\0';
  *text = room;
  return PNI_OK;
}

/* Keys. */

/* Of a password: what the server keeps, and what only the client has. */
static pni_status derive(struct pni_scram *scram, const char *password, pn_bytes_t salt, unsigned iterations,
    uint8_t client_key[PNI_HASH_MAX]) {
  const size_t size = pni_hash_size(scram->hash);
  uint8_t salted[PNI_HASH_MAX];
  pni_status status = pni_stretch(scram->hash, bytes_of(password), salt, iterations, salted);
  if (status == PNI_OK)
    status = pni_hmac(scram->hash, octets_of(salted, size), bytes_of("Client Key"), client_key);
  if (status == PNI_OK) status = pni_digest(scram->hash, octets_of(client_key, size), scram->stored_key);
  if (status == PNI_OK)
    status = pni_hmac(scram->hash, octets_of(salted, size), bytes_of("Server Key"), scram->server_key);
  explicit_bzero(salted, sizeof salted);
  return status;
}

/* A signature of all that was said, with one of the keys. `final` is the client's last message without its proof. */
static pni_status sign(
    const struct pni_scram *scram, const uint8_t *key, pn_bytes_t final, uint8_t signature[PNI_HASH_MAX]) {
  char *const said =
      format("%s,%s,%.*s", scram->client_first, scram->server_first, (int) final.size, final.start);
  if (!said) return PNI_NO_MEMORY;
  const pni_status status =
      pni_hmac(scram->hash, octets_of(key, pni_hash_size(scram->hash)), bytes_of(said), signature);
  free(said);
  return status;
}

pni_status pni_scram_nonce(char **nonce) {
  uint8_t octets[NONCE];
  char text[NONCE / 3 * 4 + 1];
  TRY(pni_random(octets, sizeof octets));
  pni_base64(octets, sizeof octets, text);
  return pni_keep_string(nonce, text);
}

/* Secrets. */

pni_status pni_scram_secret(
    enum pni_hash hash, const char *password, pn_bytes_t salt, unsigned iterations, char **secret) {
  struct pni_scram scram = {.hash = hash};
  uint8_t client_key[PNI_HASH_MAX], random[SALT];
  char salt_text[BASE64_MAX], stored[BASE64_MAX], server[BASE64_MAX];
  if (iterations == 0) iterations = USUAL_ITERATIONS;
  if (iterations < USUAL_ITERATIONS || iterations > PNI_LIMIT_SCRAM_ITERATIONS || salt.size > SALT_MAX)
    return PNI_BAD_ARGUMENT;
  if (salt.size == 0) {
    TRY(pni_random(random, sizeof random));
    salt = octets_of(random, sizeof random);
  }
  pni_status status = derive(&scram, password, salt, iterations, client_key);
  if (status == PNI_OK) {
    pni_base64((const uint8_t *)salt.start, salt.size, salt_text);
    pni_base64(scram.stored_key, pni_hash_size(hash), stored);
    pni_base64(scram.server_key, pni_hash_size(hash), server);
    *secret = format("%s$%u:%s$%s:%s", pni_scram_name(hash), iterations, salt_text, stored, server);
    if (!*secret) status = PNI_NO_MEMORY;
  }
  explicit_bzero(client_key, sizeof client_key);
  pni_scram_clear(&scram);
  return status;
}

/* Take what comes before a character off a text. */
static bool until(const char **text, char stop, pn_bytes_t *part) {
  const char *const end = stop ? strchr(*text, stop) : *text + strlen(*text);
  if (!end) return false;
  *part = pn_bytes((size_t)(end - *text), *text);
  *text = stop ? end + 1 : end;
  return true;
}

/* A number of iterations; 0 if it is none that we take. */
static unsigned read_iterations(pn_bytes_t text) {
  unsigned number = 0;
  if (text.size == 0 || text.size > 7) return 0;
  for (size_t i = 0; i < text.size; i++) {
    if (text.start[i] < '0' || text.start[i] > '9') return 0;
    number = 10 * number + (unsigned)(text.start[i] - '0');
  }
  return number >= USUAL_ITERATIONS && number <= PNI_LIMIT_SCRAM_ITERATIONS ? number : 0;
}

/* The keys of a secret of this hash, and what the client is told. */
static bool read_secret(struct pni_scram *scram, const char *secret, pn_bytes_t *salt, unsigned *iterations) {
  const ptrdiff_t size = (ptrdiff_t)pni_hash_size(scram->hash);
  uint8_t octets[SALT_MAX];
  pn_bytes_t name, number, stored, server;
  if (!secret || !until(&secret, '$', &name) || !until(&secret, ':', &number) || !until(&secret, '$', salt) ||
      !until(&secret, ':', &stored) || !until(&secret, '\0', &server))
    return false;
  *iterations = read_iterations(number);
  const pn_bytes_t ours = bytes_of(pni_scram_name(scram->hash));
  return name.size == ours.size && memcmp(name.start, ours.start, ours.size) == 0 && *iterations > 0 &&
         pni_base64_read(*salt, octets, sizeof octets) > 0 &&
         pni_base64_read(stored, scram->stored_key, PNI_HASH_MAX) == size &&
         pni_base64_read(server, scram->server_key, PNI_HASH_MAX) == size;
}

/* Client. */

pni_status pni_scram_client_first(
    struct pni_scram *scram, const char *user, const char *authorization, const char *nonce, char **message) {
  char *const name = escape(user);
  char *const other = authorization && authorization[0] ? escape(authorization) : NULL;
  const bool memory = name && (other || !authorization || !authorization[0]);
  pni_status status = memory ? pni_keep_string(&scram->nonce, nonce) : PNI_NO_MEMORY;
  if (status == PNI_OK) {
    scram->header = format("n,%s%s,", other ? "a=" : "", other ? other : "");
    scram->client_first = format("n=%s,r=%s", name, nonce);
    *message =
        scram->header && scram->client_first ? format("%s%s", scram->header, scram->client_first) : NULL;
    if (!*message) status = PNI_NO_MEMORY;
  }
  free(name);
  free(other);
  return status;
}

/* The server's nonce begins with ours, and goes on. */
static bool extends(pn_bytes_t nonce, const char *ours) {
  const size_t size = strlen(ours);
  return nonce.size > size && memcmp(nonce.start, ours, size) == 0;
}

static pni_status prove(struct pni_scram *scram, const uint8_t *client_key, char **message) {
  uint8_t signature[PNI_HASH_MAX], proof[PNI_HASH_MAX];
  char header[1024], text[BASE64_MAX];
  if (strlen(scram->header) > sizeof header / 4 * 3 - 3) return PNI_BAD_ARGUMENT;
  pni_base64((const uint8_t *)scram->header, strlen(scram->header), header);
  char *const final = format("c=%s,r=%s", header, scram->nonce);
  if (!final) return PNI_NO_MEMORY;
  pni_status status = sign(scram, scram->stored_key, bytes_of(final), signature);
  if (status == PNI_OK) {
    for (size_t i = 0; i < pni_hash_size(scram->hash); i++) proof[i] = client_key[i] ^ signature[i];
    pni_base64(proof, pni_hash_size(scram->hash), text);
    *message = format("%s,p=%s", final, text);
    if (!*message) status = PNI_NO_MEMORY;
  }
  if (status == PNI_OK)
    status = sign(scram, scram->server_key, bytes_of(final), scram->server_key); /* what is to come */
  free(final);
  return status;
}

pni_status pni_scram_client_final(
    struct pni_scram *scram, pn_bytes_t challenge, const char *password, char **message) {
  pn_bytes_t rest = challenge, nonce, salt_text, number;
  uint8_t salt[SALT_MAX], client_key[PNI_HASH_MAX];
  if (!is_text(challenge) || !take(&rest, 'r', &nonce) || !take(&rest, 's', &salt_text) ||
      !take(&rest, 'i', &number))
    return PNI_BAD_ARGUMENT;
  const unsigned iterations = read_iterations(number);
  const ptrdiff_t salt_size = pni_base64_read(salt_text, salt, sizeof salt);
  if (iterations == 0 || salt_size <= 0 || !extends(nonce, scram->nonce)) return PNI_BAD_ARGUMENT;
  TRY(pni_keep_bytes(&scram->nonce, nonce.start, nonce.size));
  TRY(pni_keep_bytes(&scram->server_first, challenge.start, challenge.size));
  pni_status status = derive(scram, password, octets_of(salt, (size_t)salt_size), iterations, client_key);
  if (status == PNI_OK) status = prove(scram, client_key, message);
  explicit_bzero(client_key, sizeof client_key);
  return status;
}

pni_status pni_scram_client_verify(struct pni_scram *scram, pn_bytes_t message) {
  uint8_t signature[PNI_HASH_MAX];
  const size_t size = pni_hash_size(scram->hash);
  pn_bytes_t value;
  if (!is_text(message) || !take(&message, 'v', &value) || !scram->server_first ||
      pni_base64_read(value, signature, sizeof signature) != (ptrdiff_t)size)
    return PNI_BAD_ARGUMENT;
  scram->verified = pni_same_secret(signature, scram->server_key, size);
  return scram->verified ? PNI_OK : PNI_FAILED;
}

/* Server. */

/* "n" or "y", and whom the client acts as: "n,a=bob,". */
static bool take_header(pn_bytes_t *message, pn_bytes_t *authorization) {
  const char *const start = message->start;
  if (message->size < 3 || (start[0] != 'n' && start[0] != 'y') || start[1] != ',') return false;
  *message = pn_bytes(message->size - 2, start + 2);
  *authorization = pn_bytes(0, NULL);
  if (message->start[0] == 'a') return take(message, 'a', authorization) && authorization->size > 0;
  if (message->start[0] != ',') return false;
  *message = pn_bytes(message->size - 1, message->start + 1);
  return true;
}

pni_status pni_scram_server_read(
    struct pni_scram *scram, pn_bytes_t message, char **user, char **authorization) {
  pn_bytes_t rest = message, other, name, nonce;
  if (!is_text(message) || !take_header(&rest, &other)) return PNI_BAD_ARGUMENT;
  const pn_bytes_t bare = rest;
  if (!take(&rest, 'n', &name) || name.size == 0 || !take(&rest, 'r', &nonce) || nonce.size == 0)
    return PNI_BAD_ARGUMENT;
  TRY(pni_keep_bytes(&scram->header, message.start, message.size - bare.size));
  TRY(pni_keep_bytes(&scram->client_first, bare.start, bare.size));
  TRY(pni_keep_bytes(&scram->nonce, nonce.start, nonce.size));
  TRY(unescape(name, user));
  return unescape(other, authorization);
}

/* A salt for somebody who is not there, the same each time. */
static pni_status make_up(const struct pni_scram *scram, const char *user, char salt[BASE64_MAX]) {
  uint8_t octets[PNI_HASH_MAX], seed[PNI_HASH_MAX];
  TRY(pni_process_secret(seed));
  TRY(pni_hmac(scram->hash, octets_of(seed, sizeof seed), bytes_of(user), octets));
  pni_base64(octets, SALT, salt);
  return PNI_OK;
}

pni_status pni_scram_server_first(
    struct pni_scram *scram, const char *user, const char *secret, const char *nonce, char **message) {
  char made_up[BASE64_MAX];
  pn_bytes_t salt;
  unsigned iterations;
  scram->known = read_secret(scram, secret, &salt, &iterations);
  if (!scram->known) {
    TRY(make_up(scram, user, made_up));
    salt = bytes_of(made_up);
    iterations = USUAL_ITERATIONS;
  }
  char *const both = format("%s%s", scram->nonce, nonce);
  if (!both) return PNI_NO_MEMORY;
  wipe(&scram->nonce);
  scram->nonce = both;
  scram->server_first = format("r=%s,s=%.*s,i=%u", both, (int)salt.size, salt.start, iterations);
  if (!scram->server_first) return PNI_NO_MEMORY;
  return pni_keep_string(message, scram->server_first);
}

/* Whether the client's last message is about this exchange; its proof, and what comes before that. */
static bool read_final(
    const struct pni_scram *scram, pn_bytes_t response, pn_bytes_t *proof, pn_bytes_t *final) {
  pn_bytes_t rest = response, binding, nonce;
  uint8_t header[1024];
  if (!is_text(response) || !take(&rest, 'c', &binding) || !take(&rest, 'r', &nonce)) return false;
  const ptrdiff_t size = pni_base64_read(binding, header, sizeof header);
  if (size != (ptrdiff_t)strlen(scram->header) || memcmp(header, scram->header, (size_t)size) != 0)
    return false;
  if (nonce.size != strlen(scram->nonce) || memcmp(nonce.start, scram->nonce, nonce.size) != 0) return false;
  while (rest.size > 0 && rest.start[0] != 'p') { /* extensions that need not be understood */
    pn_bytes_t unknown;
    if (rest.start[0] == 'm' || !take(&rest, rest.start[0], &unknown)) return false;
  }
  *final = pn_bytes((size_t)(rest.start - response.start), response.start);
  if (final->size > 0) final->size--; /* the comma */
  return take(&rest, 'p', proof) && rest.size == 0;
}

pni_status pni_scram_server_final(struct pni_scram *scram, pn_bytes_t response, char **message) {
  const size_t size = pni_hash_size(scram->hash);
  uint8_t signature[PNI_HASH_MAX], key[PNI_HASH_MAX], stored[PNI_HASH_MAX];
  char text[BASE64_MAX];
  pn_bytes_t proof, final;
  if (!scram->server_first || !read_final(scram, response, &proof, &final) ||
      pni_base64_read(proof, key, sizeof key) != (ptrdiff_t)size)
    return PNI_BAD_ARGUMENT;
  TRY(sign(scram, scram->stored_key, final, signature));
  for (size_t i = 0; i < size; i++) key[i] ^= signature[i];
  TRY(pni_digest(scram->hash, octets_of(key, size), stored));
  explicit_bzero(key, sizeof key);
  if (!pni_same_secret(stored, scram->stored_key, size) || !scram->known) return PNI_FAILED;
  TRY(sign(scram, scram->server_key, final, signature));
  pni_base64(signature, size, text);
  *message = format("v=%s", text);
  return *message ? PNI_OK : PNI_NO_MEMORY;
}
