/* tls_openssl.h: the TLS core as its files share it. OpenSSL is called in them and nowhere else. */
#ifndef BARYON_LAYERS_TLS_OPENSSL_H
#define BARYON_LAYERS_TLS_OPENSSL_H

#include "base/compiler.h"
#include "layers/tls.h"
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>

/* A text of an error while it is being made; the first one stays. */
struct pni_tls_fault {
  char text[512];
};
/* Note what went wrong, with OpenSSL's reason if it has one, whose queue is emptied. tls_fault.c */
void pni_tls_fault(struct pni_tls_fault *fault, const char *format, ...) PNI_PRINTF(2, 3);

/* Who we are. tls_credentials.c */
struct pni_tls_credentials {
  X509 *certificate; /* NULL: none */
  EVP_PKEY *key;
  STACK_OF(X509) * chain; /* NULL: none */
};
/* 0 or one of PNI_TLS_BAD_CERTIFICATE ... */
int pni_tls_credentials_load(struct pni_tls_credentials *credentials, const char *certificate,
    const char *key, const char *password, struct pni_tls_fault *fault);
void pni_tls_credentials_clear(struct pni_tls_credentials *credentials);
/* Give the context the credentials; without any, a server's those of this process that prove nothing. */
int pni_tls_credentials_use(
    const struct pni_tls_credentials *credentials, SSL_CTX *ctx, struct pni_tls_fault *fault);
bool pni_tls_credentials_make_up(SSL_CTX *ctx, struct pni_tls_fault *fault);
/* OpenSSL's callback for a password, and its context; without one the answer is that there is none, or it would ask the terminal. */
int pni_tls_password(char *room, int size, int writing, void *context);
void *pni_tls_password_context(const char *password);
/* What a token has by the name of a URI. tls_token.c */
bool pni_tls_token_certificate(
    const char *uri, const char *pin, X509 **certificate, struct pni_tls_fault *fault);
bool pni_tls_token_key(const char *uri, const char *pin, EVP_PKEY **key, struct pni_tls_fault *fault);

/* Where a file of secrets goes. tls_key_log.c */
struct pni_tls_key_log {
  atomic_uint refs;
  int file;
};
struct pni_tls_key_log *pni_tls_key_log(const char *path, struct pni_tls_fault *fault);
struct pni_tls_key_log *pni_tls_key_log_incref(struct pni_tls_key_log *log);
void pni_tls_key_log_decref(struct pni_tls_key_log *log);
void pni_tls_key_log_use(struct pni_tls_key_log *log, SSL_CTX *ctx);

/* Which versions and suites. tls_suites.c */
struct pni_tls_suites {
  bool versions[4]; /* of TLS 1.0 to 1.3 */
  char *old;        /* OpenSSL's list for TLS 1.2 and before; NULL: ours */
  char *new;        /* of TLS 1.3; NULL: OpenSSL's */
};
enum { PNI_TLS_1_0, PNI_TLS_1_1, PNI_TLS_1_2, PNI_TLS_1_3, PNI_TLS_VERSION_COUNT };
/* PNI_BAD_ARGUMENT: there is a word that is no version, or none. */
PNI_NODISCARD pni_status pni_tls_versions_read(const char *protocols, bool versions[PNI_TLS_VERSION_COUNT]);
PNI_NODISCARD pni_status pni_tls_suites_read(const char *ciphers, struct pni_tls_suites *suites);
int pni_tls_suites_use(const struct pni_tls_suites *suites, SSL_CTX *ctx, struct pni_tls_fault *fault);

/* Whom we believe. tls_trust.c */
struct pni_tls_trust {
  X509_STORE *store; /* NULL: not needed so far */
  char *authorities; /* path; NULL: the system's */
  char *revoked;     /* path of revocation lists; NULL: none */
};
/* Made new from its paths, of which it takes copies. False: it cannot be; nothing is left behind. */
bool pni_tls_trust_load(
    struct pni_tls_trust *trust, const char *authorities, const char *revoked, struct pni_tls_fault *fault);
void pni_tls_trust_clear(struct pni_tls_trust *trust);

/* Names of protocols of the application, as they stand in a hello. tls_alpn.c */
struct pni_tls_alpn {
  uint8_t *names;
  size_t size;
};
PNI_NODISCARD pni_status pni_tls_alpn_read(
    const char *const *protocols, size_t count, struct pni_tls_alpn *alpn);
PNI_NODISCARD pni_status pni_tls_alpn_copy(const struct pni_tls_alpn *from, struct pni_tls_alpn *to);
void pni_tls_alpn_clear(struct pni_tls_alpn *alpn);
/* `alpn` stays as long as the context does. */
bool pni_tls_alpn_use(const struct pni_tls_alpn *alpn, SSL_CTX *ctx, bool server);

/* What clients may resume: by the name that the program gave it and the host that it was with. tls_resume.c */
struct pni_tls_cache {
  pthread_mutex_t lock;
  struct pni_tls_memory *newest; /* a list */
  unsigned count;
};
void pni_tls_cache_init(struct pni_tls_cache *cache);
void pni_tls_cache_clear(struct pni_tls_cache *cache);
/* Keep a session, of which the reference is given away whatever happens. */
void pni_tls_cache_put(struct pni_tls_cache *cache, const char *name, const char *host, SSL_SESSION *session);
/* The newest of that name and host, with a reference; NULL if there is none. */
SSL_SESSION *pni_tls_cache_take(struct pni_tls_cache *cache, const char *name, const char *host);

/* Everything that a program sets. tls_domain.c */
struct pni_tls_settings {
  enum pni_tls_mode mode;
  enum pni_tls_verify verify;
  bool allows_unsecured;
  struct pni_tls_credentials credentials;
  struct pni_tls_trust trust;
  STACK_OF(X509_NAME) * asked_for;
  struct pni_tls_suites suites;
  struct pni_tls_alpn alpn;
  struct pni_tls_key_log *key_log;
};

/* What sessions are made from; never changes but for its cache. tls_context.c */
struct pni_tls_context {
  atomic_uint refs;
  enum pni_tls_mode mode;
  enum pni_tls_verify verify;
  bool allows_unsecured;
  SSL_CTX *ctx;
  struct pni_tls_alpn alpn;
  struct pni_tls_key_log *key_log;
  struct pni_tls_cache cache;
};
/* 0, and *context has one reference; or the number that a function of the API returns. */
int pni_tls_context(
    const struct pni_tls_settings *settings, struct pni_tls_context **context, struct pni_tls_fault *fault);
struct pni_tls_context *pni_tls_context_incref(struct pni_tls_context *context);

/* What was agreed on, as it was when the session became secure: who asks for it does not meet whoever encrypts. tls_peer.c */
struct pni_tls_agreed {
  X509 *certificate; /* the peer's, a reference; NULL: it has shown none */
  const SSL_CIPHER *cipher;
  const char *version;
  const uint8_t *protocol; /* ALPN's, in the SSL's memory; NULL: none */
  uint8_t protocol_size;
  bool resumed;
};
void pni_tls_agree(struct pni_tls *tls);
void pni_tls_forget(struct pni_tls *tls);

/* A session. tls_session.c */
struct pni_tls {
  struct pni_tls_context *context;
  SSL *ssl;
  struct pni_tls_input *in; /* while a function runs */
  struct pni_buffer *out;
  atomic_bool failed; /* whoever encrypts may say so while somebody else asks */
  bool no_memory;     /* for `out` */
  bool secure : 1, finished : 1, closed : 1;
  bool flooded : 1;  /* by messages that are no application's */
  bool messages : 1; /* such have come, for which OpenSSL has got buffers that it keeps */
  uint8_t patience;  /* how many more of those are borne */
  uint8_t records;   /* of the application, since patience grew */
  char *host, *name;
  struct pni_tls_agreed agreed;
  struct pni_tls_texts *texts; /* of the peer, once asked for */
  struct pni_tls_fault *fault; /* once there is one */
};
/* The session that an SSL belongs to, which its BIO knows: OpenSSL would get memory to know it itself. */
static inline struct pni_tls *pni_tls_of(const SSL *ssl) { return BIO_get_data(SSL_get_rbio(ssl)); }
/* Note why the session fails; the first reason stays. */
void pni_tls_session_fault(struct pni_tls *tls, const char *format, ...) PNI_PRINTF(2, 3);

/* The socket as a session sees it: in and out. tls_bio.c */
BIO *pni_tls_bio(struct pni_tls *tls);

/* Callbacks that contexts are given. */
int pni_tls_verified(int good, X509_STORE_CTX *store);   /* tls_peer.c */
int pni_tls_new_session(SSL *ssl, SSL_SESSION *session); /* tls_session.c */
void pni_tls_message(int sent, int version, int type, const void *bytes, size_t size, SSL *ssl, void *arg);

#endif
