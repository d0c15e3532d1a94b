/* scram.c: SCRAM's messages, as a peer may send them. Whatever comes: nobody proves what it does not know, what is made is a text
 * without NULs, nothing is left when it is over. Whoever knows the password gets through, whatever the names are. */
#include "layers/scram.h"
#include "check.h"
#include "script.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Of "secret"; made once, by a salt of zeroes. */
static const char *known_secret(enum pni_hash hash) {
  static char *secrets[2];
  static const char salt[16];
  if (!secrets[hash])
    CHECK(pni_scram_secret(hash, "secret", pn_bytes(sizeof salt, salt), 4096, &secrets[hash]) == PNI_OK);
  return secrets[hash];
}

static pn_bytes_t some_octets(struct script *script) {
  const uint8_t *octets;
  const size_t size = script_octets(script, &octets);
  return pn_bytes(size, (const char *)octets);
}

/* A text without NULs of the script's. */
static char *some_name(struct script *script) {
  const pn_bytes_t octets = some_octets(script);
  char *const name = malloc(octets.size + 2);
  CHECK(name != NULL);
  size_t size = 0;
  for (size_t i = 0; i < octets.size; i++) {
    if (octets.start[i]) name[size++] = octets.start[i];
  }
  if (size == 0) name[size++] = 'x';
  name[size] = '\0';
  return name;
}

/* What a peer sends to a server, which knows its user, has read something of it, or knows nothing. */
static void serve(struct script *script, enum pni_hash hash) {
  struct pni_scram scram = {.hash = hash};
  char *user = NULL, *other = NULL, *message = NULL, *last = NULL;
  const pn_bytes_t first = some_octets(script);
  if (pni_scram_server_read(&scram, first, &user, &other) == PNI_OK) {
    CHECK(user && other);
    const uint8_t kind = script_octet(script);
    char *const text = kind & 2 ? some_name(script) : NULL;
    const char *const secret = kind & 1 ? known_secret(hash) : text;
    CHECK(pni_scram_server_first(&scram, user, secret, "server", &message) == PNI_OK);
    CHECK(strncmp(message, "r=", 2) == 0);
    CHECK(pni_scram_server_final(&scram, some_octets(script), &last) != PNI_OK && !last);
    free(text);
  }
  free(user);
  free(other);
  free(message);
  pni_scram_clear(&scram);
}

/* What a peer sends to a client. */
static void ask(struct script *script, enum pni_hash hash) {
  struct pni_scram scram = {.hash = hash};
  char *first = NULL, *final = NULL;
  CHECK(pni_scram_client_first(&scram, "bob", NULL, "client", &first) == PNI_OK);
  const pni_status status = pni_scram_client_final(&scram, some_octets(script), "secret", &final);
  CHECK((status == PNI_OK) == (final != NULL));
  CHECK(pni_scram_client_verify(&scram, some_octets(script)) != PNI_OK && !scram.verified);
  free(first);
  free(final);
  pni_scram_clear(&scram);
}

/* Two that know the password. */
static void agree(struct script *script, enum pni_hash hash) {
  struct pni_scram client = {.hash = hash}, server = {.hash = hash};
  char *const name = some_name(script), *const acts_as = some_name(script);
  char *first = NULL, *challenge = NULL, *final = NULL, *last = NULL, *user = NULL, *other = NULL;
  CHECK(pni_scram_client_first(&client, name, acts_as, "client", &first) == PNI_OK);
  CHECK(pni_scram_server_read(&server, pn_bytes(strlen(first), first), &user, &other) == PNI_OK);
  CHECK(strcmp(user, name) == 0 && strcmp(other, acts_as) == 0);
  CHECK(pni_scram_server_first(&server, user, known_secret(hash), "server", &challenge) == PNI_OK);
  CHECK(pni_scram_client_final(&client, pn_bytes(strlen(challenge), challenge), "secret", &final) == PNI_OK);
  CHECK(pni_scram_server_final(&server, pn_bytes(strlen(final), final), &last) == PNI_OK);
  CHECK(pni_scram_client_verify(&client, pn_bytes(strlen(last), last)) == PNI_OK);
  char *const texts[] = {name, acts_as, first, challenge, final, last, user, other};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) free(texts[i]);
  pni_scram_clear(&client);
  pni_scram_clear(&server);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct script script = {bytes, bytes + size};
  const uint8_t kind = script_octet(&script);
  const enum pni_hash hash = kind & 1 ? PNI_SHA1 : PNI_SHA256;
  switch (kind >> 1 & 3) {
  case 0: agree(&script, hash); break;
  case 1: ask(&script, hash); break;
  default: serve(&script, hash);
  }
  return 0;
}
