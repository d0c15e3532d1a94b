/* certificates.h: authorities and certificates that a test makes for itself, in files that go with it.
 *
 *   struct identity *ca = identity(NULL, &(struct subject){.name = "ca", .authority = true});
 *   struct identity *server = identity(ca, &(struct subject){.name = "server", .host = "localhost"});
 *   pn_ssl_domain_set_credentials(domain, certificate_file(server), key_file(server, NULL), NULL);
 *
 * Identities and files live until certificates_clear(). */
#ifndef BARYON_TESTS_LAYERS_CERTIFICATES_H
#define BARYON_TESTS_LAYERS_CERTIFICATES_H

#include <stdbool.h>

struct identity;

struct subject {
  const char *name;    /* the common name */
  const char *host;    /* a DNS name that it is for */
  const char *address; /* a numeric address that it is for */
  const char *usage;   /* what it is good for: "serverAuth"; NULL: anything */
  bool authority;      /* it may sign others */
  bool weak;           /* RSA of 1024 bits */
  long begins, ends;   /* in hours from now; 0, 0: an hour ago, in an hour */
};

/* Signed by the issuer, or by itself if there is none. */
struct identity *identity(struct identity *issuer, const struct subject *subject);

/* Paths of files: the certificate; it and those between it and a root; its key; all of it as PKCS#12. */
const char *certificate_file(const struct identity *identity);
const char *chain_file(const struct identity *identity);
const char *key_file(const struct identity *identity, const char *password);
const char *pkcs12_file(const struct identity *identity, const char *password);
/* Certificates of several, up to NULL, in one file. */
const char *certificates_file(const struct identity *const identities[]);
/* What an authority has revoked: one of its certificates, or nothing (NULL); in force until `ends` hours from now. */
const char *revocation_file(const struct identity *authority, const struct identity *revoked, long ends);
/* A file with that text, or without ("") any; the path of one that is not there (NULL). */
const char *text_file(const char *text);

void certificates_clear(void);

#endif
