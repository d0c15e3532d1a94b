/* certificate.c: see certificate.h. */
#include "certificate.h"

#include "process.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BITS = 2048, DAY = 86400 };

char certificate_file[CERTIFICATE_PATH], certificate_key_file[CERTIFICATE_PATH];
static char folder[] = "/tmp/bench-certificate-XXXXXX";
static bool made;

static void must(bool done, const char *what) {
  if (!done) die("no certificate: %s", what);
}

static void for_localhost(X509 *certificate) {
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"localhost", -1, -1, 0) ==
           1,
      "name");
  must(X509_set_issuer_name(certificate, name) == 1, "issuer");
  must(extension && X509_add_ext(certificate, extension, -1) == 1, "host name");
  X509_EXTENSION_free(extension);
}

static X509 *sign(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  must(certificate && X509_set_version(certificate, X509_VERSION_3) == 1, "memory");
  must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1, "serial number");
  must(X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) != NULL, "beginning");
  must(X509_gmtime_adj(X509_getm_notAfter(certificate), DAY) != NULL, "end");
  must(X509_set_pubkey(certificate, key) == 1, "key");
  for_localhost(certificate);
  must(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
  return certificate;
}

static FILE *file_in_folder(char *path, const char *name) {
  snprintf(path, CERTIFICATE_PATH, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (!file) die_errno(path);
  return file;
}

void certificate_make(void) {
  EVP_PKEY *key = EVP_RSA_gen(BITS);
  must(key != NULL, "no key");
  X509 *certificate = sign(key);
  if (!mkdtemp(folder)) die_errno(folder);
  made = true;
  FILE *file = file_in_folder(certificate_file, "certificate.pem");
  must(PEM_write_X509(file, certificate) == 1 && fclose(file) == 0, "its file");
  file = file_in_folder(certificate_key_file, "key.pem");
  must(
      PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(file) == 0, "the key's file");
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void certificate_remove(void) {
  if (!made) return;
  unlink(certificate_file);
  unlink(certificate_key_file);
  rmdir(folder);
  made = false;
}
