/* tls_suites.c: versions and cipher suites, as programs write them and as OpenSSL takes them.
 *
 * Unless a program says otherwise: TLS 1.2 and 1.3, suites whose keys do not outlive the connection and whose encryption
 * authenticates. Whatever it says, no suite without authentication or encryption. */
#include "layers/tls_openssl.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char usual[] = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20";
static const char never[] = ":!aNULL:!eNULL:!PSK:!SRP";

enum { STRENGTH = 2 }; /* OpenSSL's security level: 112 bits */

static const char *const version_names[PNI_TLS_VERSION_COUNT] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
static const int version_numbers[PNI_TLS_VERSION_COUNT] = {
    TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
static const uint64_t version_options[PNI_TLS_VERSION_COUNT] = {
    SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3};

/* Take the next word off a list; false at its end. */
static bool next_word(const char **list, const char *between, const char **word, size_t *size) {
  *list += strspn(*list, between);
  *word = *list;
  *size = strcspn(*list, between);
  *list += *size;
  return *size > 0;
}

static int version_of(const char *word, size_t size) {
  for (int i = 0; i < PNI_TLS_VERSION_COUNT; i++) {
    if (strlen(version_names[i]) == size && memcmp(version_names[i], word, size) == 0) return i;
  }
  return -1;
}

pni_status pni_tls_versions_read(const char *protocols, bool versions[PNI_TLS_VERSION_COUNT]) {
  const char *word;
  size_t size;
  bool any = false;
  memset(versions, 0, PNI_TLS_VERSION_COUNT * sizeof *versions);
  while (protocols && next_word(&protocols, " ,;", &word, &size)) {
    const int version = version_of(word, size);
    if (version < 0) return PNI_BAD_ARGUMENT;
    versions[version] = any = true;
  }
  return any ? PNI_OK : PNI_BAD_ARGUMENT;
}

static bool is_new(const char *word) { return strncmp(word, "TLS_", 4) == 0; }

/* The words of one kind, with colons between; NULL without memory. */
static char *words_of(const char *ciphers, bool new, bool *any) {
  const size_t capacity = strlen(ciphers) + sizeof never;
  char *const list = malloc(capacity);
  struct pni_text text = pni_text(list, list ? capacity : 0);
  const char *word;
  size_t size;
  *any = false;
  while (list && next_word(&ciphers, ": ,;", &word, &size)) {
    if (is_new(word) != new) continue;
    if (*any) pni_text_char(&text, ':');
    pni_text_add(&text, word, size);
    *any = true;
  }
  if (list && *any && !new) pni_text_string(&text, never);
  return list;
}

pni_status pni_tls_suites_read(const char *ciphers, struct pni_tls_suites *suites) {
  bool any_old, any_new;
  suites->old = words_of(ciphers, false, &any_old);
  suites->new = words_of(ciphers, true, &any_new);
  const bool memory = suites->old && suites->new;
  if (!any_old || !memory) {
    free(suites->old);
    suites->old = NULL;
  }
  if (!any_new || !memory) {
    free(suites->new);
    suites->new = NULL;
  }
  if (!memory) return PNI_NO_MEMORY;
  return any_old || any_new ? PNI_OK : PNI_BAD_ARGUMENT;
}

static bool use_versions(const struct pni_tls_suites *suites, SSL_CTX *ctx) {
  const bool only_new = suites->new && !suites->old;
  int lowest = 0, highest = 0;
  for (int i = 0; i < PNI_TLS_VERSION_COUNT; i++) {
    if (!suites->versions[i] || (only_new && i < PNI_TLS_1_3)) {
      (void)SSL_CTX_set_options(ctx, version_options[i]);
      continue;
    }
    (void)SSL_CTX_clear_options(ctx, version_options[i]);
    highest = version_numbers[i];
    if (lowest == 0) lowest = highest;
  }
  return lowest != 0 && SSL_CTX_set_min_proto_version(ctx, lowest) == 1 &&
         SSL_CTX_set_max_proto_version(ctx, highest) == 1;
}

int pni_tls_suites_use(const struct pni_tls_suites *suites, SSL_CTX *ctx, struct pni_tls_fault *fault) {
  char list[sizeof usual + sizeof never];
  struct pni_text text = pni_text(list, sizeof list);
  pni_text_format(&text, "%s%s", usual, never);
  SSL_CTX_set_security_level(ctx, STRENGTH);
  if (SSL_CTX_set_cipher_list(ctx, suites->old ? suites->old : list) != 1 ||
      (suites->new &&SSL_CTX_set_ciphersuites(ctx, suites->new) != 1)) {
    pni_tls_fault(fault, "no cipher suite is left");
    return PNI_TLS_BAD_CIPHERS;
  }
  if (use_versions(suites, ctx)) return 0;
  pni_tls_fault(fault, "no version of TLS is left");
  return PNI_TLS_BAD_CIPHERS;
}
