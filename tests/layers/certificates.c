/* certificates.c: made with OpenSSL's functions for it, written to a directory of their own. */
#include "layers/certificates.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 256, PATH = 80, HOUR = 3600 };

struct identity {
  EVP_PKEY *key;
  X509 *certificate;
  const struct identity *issuer;
};

static struct identity identities[MOST];
static char paths[MOST * 4][PATH];
static unsigned identity_count, path_count;
static char directory[] = "/tmp/baryon-certificates-XXXXXX";
static bool there;

/* What fails here is no test's business. */
static void must(bool done, const char *what) {
  if (done) return;
  (void)fprintf(stderr, "certificates: %s\n", what);
  abort();
}

static const char *new_path(void) {
  if (!there) must(mkdtemp(directory) != NULL, "directory");
  there = true;
  must(path_count < sizeof paths / sizeof paths[0], "too many files");
  char *const path = paths[path_count];
  (void)snprintf(path, PATH, "%s/%u", directory, path_count++);
  return path;
}

static FILE *new_file(const char **path) {
  *path = new_path();
  FILE *const file = fopen(*path, "w");
  must(file != NULL, "file");
  return file;
}

static const char *written(FILE *file, const char *path) {
  must(fclose(file) == 0, "write");
  return path;
}

static void add(X509 *certificate, X509 *issuer, int what, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *const extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
  must(extension && X509_add_ext(certificate, extension, -1) == 1, "extension");
  X509_EXTENSION_free(extension);
}

static void set_name(X509 *certificate, const char *text) {
  X509_NAME *const name = X509_get_subject_name(certificate);
  const char *const parts[][2] = {
      {"C", "AT"}, {"ST", "Wien"}, {"L", "Vienna"}, {"O", "Baryon"}, {"OU", "Tests"}, {"CN", text}};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    must(X509_NAME_add_entry_by_txt(
             name, parts[i][0], MBSTRING_UTF8, (const unsigned char *)parts[i][1], -1, -1, 0) == 1,
        "name");
}

static void set_purpose(X509 *certificate, X509 *issuer, const struct subject *subject) {
  char names[256];
  add(certificate, issuer, NID_basic_constraints, subject->authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (subject->authority) add(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (subject->usage) add(certificate, issuer, NID_ext_key_usage, subject->usage);
  (void)snprintf(names, sizeof names, "%s%s%s%s%s", subject->host ? "DNS:" : "",
      subject->host ? subject->host : "", subject->host && subject->address ? "," : "",
      subject->address ? "IP:" : "", subject->address ? subject->address : "");
  if (names[0]) add(certificate, issuer, NID_subject_alt_name, names);
}

struct identity *identity(struct identity *issuer, const struct subject *subject) {
  static long serial = 1000;
  const bool whenever = subject->begins == 0 && subject->ends == 0;
  must(identity_count < MOST, "too many identities");
  struct identity *const made = &identities[identity_count++];
  made->key = subject->weak ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256");
  made->certificate = X509_new();
  made->issuer = issuer;
  must(made->key && made->certificate, "key");
  X509 *const x = made->certificate, *const by = issuer ? issuer->certificate : x;
  set_name(x, subject->name);
  must(X509_set_version(x, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(x), serial++) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(x), HOUR * (whenever ? -1 : subject->begins)) &&
           X509_gmtime_adj(X509_getm_notAfter(x), HOUR * (whenever ? 1 : subject->ends)) &&
           X509_set_issuer_name(x, X509_get_subject_name(by)) == 1 && X509_set_pubkey(x, made->key) == 1,
      "certificate");
  set_purpose(x, by, subject);
  must(X509_sign(x, issuer ? issuer->key : made->key, EVP_sha256()) > 0, "signature");
  return made;
}

const char *certificates_file(const struct identity *const all[]) {
  const char *path;
  FILE *const file = new_file(&path);
  for (; *all; all++) must(PEM_write_X509(file, (*all)->certificate) == 1, "certificate");
  return written(file, path);
}

const char *certificate_file(const struct identity *identity) {
  return certificates_file((const struct identity *const[]){identity, NULL});
}

const char *chain_file(const struct identity *identity) {
  const char *path;
  FILE *const file = new_file(&path);
  for (; identity; identity = identity->issuer) {
    if (identity->issuer) must(PEM_write_X509(file, identity->certificate) == 1, "certificate");
  }
  return written(file, path);
}

const char *key_file(const struct identity *identity, const char *password) {
  const char *path;
  FILE *const file = new_file(&path);
  char *const word = password ? strdup(password) : NULL;
  must(PEM_write_PrivateKey(file, identity->key, word ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL, word) == 1,
      "key");
  free(word);
  return written(file, path);
}

const char *pkcs12_file(const struct identity *identity, const char *password) {
  const char *path;
  FILE *const file = new_file(&path);
  STACK_OF(X509) *const others = sk_X509_new_null();
  for (const struct identity *i = identity->issuer; i && i->issuer; i = i->issuer)
    must(sk_X509_push(others, i->certificate) > 0, "chain");
  PKCS12 *const bundle =
      PKCS12_create(password, "test", identity->key, identity->certificate, others, 0, 0, 0, 0, 0);
  must(bundle && i2d_PKCS12_fp(file, bundle) == 1, "PKCS#12");
  PKCS12_free(bundle);
  sk_X509_free(others);
  return written(file, path);
}

const char *revocation_file(const struct identity *authority, const struct identity *revoked, long ends) {
  const char *path;
  FILE *const file = new_file(&path);
  X509_CRL *const list = X509_CRL_new();
  ASN1_TIME *const last = X509_gmtime_adj(NULL, -2L * HOUR), *const next = X509_gmtime_adj(NULL, ends * HOUR);
  must(list && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
           X509_CRL_set_issuer_name(list, X509_get_subject_name(authority->certificate)) == 1 &&
           X509_CRL_set1_lastUpdate(list, last) == 1 && X509_CRL_set1_nextUpdate(list, next) == 1,
      "revocation list");
  if (revoked) {
    X509_REVOKED *const entry = X509_REVOKED_new();
    must(entry && X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate)) == 1 &&
             X509_REVOKED_set_revocationDate(entry, last) == 1 && X509_CRL_add0_revoked(list, entry) == 1,
        "revocation");
  }
  must(X509_CRL_sign(list, authority->key, EVP_sha256()) > 0 && PEM_write_X509_CRL(file, list) == 1, "list");
  ASN1_TIME_free(last);
  ASN1_TIME_free(next);
  X509_CRL_free(list);
  return written(file, path);
}

const char *text_file(const char *text) {
  const char *path;
  if (!text) return new_path();
  FILE *const file = new_file(&path);
  must(fputs(text, file) >= 0, "text");
  return written(file, path);
}

void certificates_clear(void) {
  for (unsigned i = 0; i < identity_count; i++) {
    EVP_PKEY_free(identities[i].key);
    X509_free(identities[i].certificate);
  }
  for (unsigned i = 0; i < path_count; i++) (void)unlink(paths[i]);
  if (there) must(rmdir(directory) == 0, "directory is not empty");
  identity_count = path_count = 0;
  there = false;
  memcpy(directory + sizeof directory - 1 - 6, "XXXXXX", 6);
}
