/* tls.h: the TLS core: domains, and sessions that turn octets of the wire into octets of the application and back.
 *
 * Two APIs stand on it: pn_ssl, as a layer of the engine (ssl.h), and pn_tls, in a library of its own. Every call to
 * OpenSSL is made in tls_*.c, whose own header is tls_openssl.h, and in digest.c.
 *
 * A *domain* is what a program sets up. Each setting makes a new *context* from all of them, which replaces the one that
 * the domain hands out. A context never changes; sessions keep the one that they were made from. So a setting is made
 * whole or not at all, and live sessions go on with what they began with. Settings are made by any thread, one at a
 * time under the domain's own mutex; taking the context locks another, for the copy of a counted pointer.
 *
 * A *session* does no I/O. What has come is handed to it, what is to go it appends to a buffer of its caller. It belongs
 * to one thread at a time, but for questions about what was agreed on.
 *
 * What is marked PN_EXTERN is exported to the library of pn_tls, and to nobody else. */
#ifndef BARYON_LAYERS_TLS_H
#define BARYON_LAYERS_TLS_H

#include "base/status.h"
#include "engine/buffer.h"
#include <proton/import_export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The values of both APIs. */
enum pni_tls_mode { PNI_TLS_CLIENT = 1, PNI_TLS_SERVER = 2 };
enum pni_tls_verify { PNI_TLS_VERIFY_PEER = 1, PNI_TLS_ANONYMOUS_PEER = 2, PNI_TLS_VERIFY_NAME = 3 };
enum pni_tls_field {
  PNI_TLS_COUNTRY,
  PNI_TLS_STATE,
  PNI_TLS_LOCALITY,
  PNI_TLS_ORGANIZATION,
  PNI_TLS_UNIT,
  PNI_TLS_COMMON_NAME,
  PNI_TLS_FIELD_COUNT
};
enum pni_tls_hash { PNI_TLS_SHA1, PNI_TLS_SHA256, PNI_TLS_SHA512, PNI_TLS_MD5, PNI_TLS_HASH_COUNT };
enum {
  PNI_TLS_BAD_DOMAIN = -1, /* and whatever has no number of its own */
  PNI_TLS_BAD_CERTIFICATE = -3,
  PNI_TLS_BAD_KEY = -4,
  PNI_TLS_KEY_MISMATCH = -5,
  PNI_TLS_BAD_CIPHERS = -6
};

/* The most plaintext of one record, and what a record adds to it at most. */
enum { PNI_TLS_RECORD = 16384, PNI_TLS_OVERHEAD = 256 };

struct pni_tls_domain;  /* counted */
struct pni_tls_context; /* counted */
struct pni_tls;         /* a session */

/* Domains. Functions that set return 0 or a number of both APIs; the domain is unchanged then, its error says why. */

/* NULL without memory, or if it is no mode. */
PN_EXTERN struct pni_tls_domain *pni_tls_domain(enum pni_tls_mode mode);
PN_EXTERN void pni_tls_domain_free(struct pni_tls_domain *domain);

PN_EXTERN int pni_tls_domain_set_credentials(
    struct pni_tls_domain *domain, const char *certificate, const char *key, const char *password);
PN_EXTERN int pni_tls_domain_set_trusted(struct pni_tls_domain *domain, const char *path);
int pni_tls_domain_set_revoked(struct pni_tls_domain *domain, const char *path);
PN_EXTERN int pni_tls_domain_set_verify(struct pni_tls_domain *domain, int verify, const char *asked_for);
int pni_tls_domain_set_protocols(struct pni_tls_domain *domain, const char *protocols);
int pni_tls_domain_set_minimum(struct pni_tls_domain *domain, const char *protocol);
PN_EXTERN int pni_tls_domain_set_ciphers(struct pni_tls_domain *domain, const char *ciphers);
PN_EXTERN int pni_tls_domain_set_alpn(
    struct pni_tls_domain *domain, const char *const *protocols, size_t count);
int pni_tls_domain_set_key_log(struct pni_tls_domain *domain, const char *path);
int pni_tls_domain_allow_unsecured(struct pni_tls_domain *domain);

/* Several at once, all or none; NULL members stay as they are. */
struct pni_tls_renewal {
  const char *certificate, *key, *password;
  const char *trusted;
  const char *revoked;
};
int pni_tls_domain_renew(struct pni_tls_domain *domain, const struct pni_tls_renewal *renewal);

/* Why the last setting was not made; "" if it was. A copy that the caller frees, NULL without memory. */
char *pni_tls_domain_error(struct pni_tls_domain *domain);

/* The context of now, with a reference; NULL if the first cannot be made. */
PN_EXTERN struct pni_tls_context *pni_tls_domain_context(struct pni_tls_domain *domain);
/* That of a domain without settings, which all share; NULL without memory. */
struct pni_tls_context *pni_tls_usual_context(enum pni_tls_mode mode);
PN_EXTERN void pni_tls_context_decref(struct pni_tls_context *context);
enum pni_tls_mode pni_tls_context_mode(const struct pni_tls_context *context);
enum pni_tls_verify pni_tls_context_verify(const struct pni_tls_context *context);
bool pni_tls_context_allows_unsecured(const struct pni_tls_context *context);

/* Sessions. */

/* A session with that context, of which it takes its own reference. `host` is whom the certificate of the peer has to be
 * for, and what a client asks for; `name` names what is to be resumed. Both may be NULL. NULL without memory. */
PN_EXTERN struct pni_tls *pni_tls(struct pni_tls_context *context, const char *host, const char *name);
PN_EXTERN void pni_tls_free(struct pni_tls *tls);

/* What the functions below need and leave. A failure (PNI_FAILED, PNI_NO_MEMORY) is final, pni_tls_error() says why; `out`
 * may have got an alert for the peer. */
struct pni_tls_input {
  const uint8_t *bytes; /* of the wire */
  size_t size;          /* both move on by what has been taken */
};

/* Go on with the handshake, as far as the input lets; a client's first call needs none. */
PNI_NODISCARD PN_EXTERN pni_status pni_tls_handshake(
    struct pni_tls *tls, struct pni_tls_input *in, struct pni_buffer *out);
/* Decrypt up to `room` octets; *got less than that means that the input has been taken. */
PNI_NODISCARD PN_EXTERN pni_status pni_tls_decrypt(struct pni_tls *tls, struct pni_tls_input *in,
    uint8_t *plain, size_t room, size_t *got, struct pni_buffer *out);
/* Go on until an octet is decrypted, and keep it: for who has no room, and wants to know whether any is needed. */
PNI_NODISCARD PN_EXTERN pni_status pni_tls_peek(
    struct pni_tls *tls, struct pni_tls_input *in, struct pni_buffer *out);
/* Encrypt 1 to PNI_TLS_RECORD octets, all of them. */
PNI_NODISCARD PN_EXTERN pni_status pni_tls_encrypt(
    struct pni_tls *tls, const uint8_t *plain, size_t size, struct pni_buffer *out);
/* Say that nothing more will come, once. */
PNI_NODISCARD PN_EXTERN pni_status pni_tls_close(struct pni_tls *tls, struct pni_buffer *out);

PN_EXTERN bool pni_tls_secure(
    const struct pni_tls *tls); /* the handshake is over, and the peer is who it should be */
PN_EXTERN bool pni_tls_finished(
    const struct pni_tls *tls); /* the peer has said that nothing more will come */
bool pni_tls_failed(const struct pni_tls *tls);
PN_EXTERN size_t pni_tls_ready(
    const struct pni_tls *tls); /* octets that are decrypted and have not been asked for */
PN_EXTERN const char *pni_tls_error(const struct pni_tls *tls);

/* What was agreed on; NULL or 0 before the session is secure. It may be asked for while another thread encrypts. */
PN_EXTERN const char *pni_tls_cipher(const struct pni_tls *tls);
PN_EXTERN const char *pni_tls_version(const struct pni_tls *tls);
PN_EXTERN int pni_tls_strength(const struct pni_tls *tls);
bool pni_tls_resumed(const struct pni_tls *tls);
PN_EXTERN bool pni_tls_protocol(const struct pni_tls *tls, const char **name, size_t *size); /* ALPN's */
/* The peer's certificate; texts are the session's. */
PN_EXTERN const char *pni_tls_subject(struct pni_tls *tls);
PN_EXTERN const char *pni_tls_subject_field(struct pni_tls *tls, int field);
PNI_NODISCARD PN_EXTERN pni_status pni_tls_fingerprint(
    const struct pni_tls *tls, char *text, size_t size, int hash);

#endif
