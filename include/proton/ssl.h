#ifndef PROTON_SSL_H
#define PROTON_SSL_H 1

/**
 * @file
 * TLS: connections that nobody can read or change on the way, to a peer that has shown who it is. [5.2]
 *
 * A *domain* says how: whose certificate is shown, which authorities are trusted, what the peer has to show.
 * Any number of transports are given the same one:
 * @code
 *   pn_ssl_domain_t *domain = pn_ssl_domain(PN_SSL_MODE_SERVER);
 *   if (pn_ssl_domain_set_credentials(domain, "cert.pem", "key.pem", NULL) != 0) ...
 *
 *   pn_ssl_init(pn_ssl(transport), domain, NULL);    // for each transport
 * @endcode
 *
 * Without further words a client accepts a server only if an authority that the system trusts says that it is
 * the host that the client wants to speak with; a server asks clients for nothing. TLS 1.2 and 1.3 are
 * spoken, with suites that encrypt and authenticate well; suites without authentication never are. What
 * cannot be done as securely as it is set up is not done at all: the transport's condition is
 * `amqp:connection:framing-error` then, with a description that begins with "SSL Failure: ".
 *
 * A setting of a domain counts for the transports that pn_ssl_init() is called for afterwards; it is made
 * whole or, if the function fails, not at all. Settings may be made, and transports initialised, by several
 * threads at once. A pn_ssl_t belongs to the thread that has the transport.
 *
 * <baryon/tls.h> has what goes beyond: renewal of several settings at once, revocation lists, ALPN, texts of
 * errors.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How connections are made secure: the settings that transports share. */
typedef struct pn_ssl_domain_t pn_ssl_domain_t;

/** The TLS side of a transport, which owns it: it is gone when the transport is freed. */
typedef struct pn_ssl_t pn_ssl_t;

/** Which side of connections a domain is for. */
typedef enum {
  PN_SSL_MODE_CLIENT = 1, /**< the side that connects */
  PN_SSL_MODE_SERVER      /**< the side that accepts */
} pn_ssl_mode_t;

/** Whether the secrets of an earlier connection were used again. */
typedef enum {
  PN_SSL_RESUME_UNKNOWN, /**< the handshake is not over */
  PN_SSL_RESUME_NEW,     /**< they were not */
  PN_SSL_RESUME_REUSED   /**< they were */
} pn_ssl_resume_status_t;

/**
 * Whether there is TLS: yes.
 *
 * @threads any
 */
PN_EXTERN bool pn_ssl_present(void);

/**
 * Make a domain.
 *
 * A server's domain has no certificate at first. Clients that do not want to know whom they speak with are
 * shown one that is made up; all others turn away.
 *
 * @param mode  the side of all its transports
 * @return      NULL if mode is no mode, or without memory; freed with pn_ssl_domain_free()
 * @threads     any
 */
PN_EXTERN pn_ssl_domain_t *pn_ssl_domain(pn_ssl_mode_t mode);

/**
 * Free a domain. Transports that have been initialised with it keep what they need.
 *
 * @param domain  NULL is let pass
 * @threads       any, once
 */
PN_EXTERN void pn_ssl_domain_free(pn_ssl_domain_t *domain);

/**
 * Set the certificate that is shown to peers, and the key that belongs to it.
 *
 * @param domain         the domain
 * @param certificate    a PEM file with the certificate and, behind it, those of the authorities between it
 *                       and one that peers trust; or a PKCS#12 file, which has the key, too; or a URI that
 *                       begins with `pkcs11:`
 * @param key            a PEM file or `pkcs11:` URI of the private key; NULL: it is in the first
 * @param password       of the key or of the PKCS#12 file, the PIN of a `pkcs11:` token; NULL: none
 * @return               0; -1: no domain; -3: the certificate cannot be read or is too weak; -4: the key
 *                       cannot be read, or not with that password; -5: the key is another certificate's
 * @threads              any
 */
PN_EXTERN int pn_ssl_domain_set_credentials(
    pn_ssl_domain_t *domain, const char *certificate, const char *key, const char *password);

/**
 * Set the authorities that are trusted. They take the place of the system's.
 *
 * @param domain          the domain
 * @param certificate_db  a PEM file of certificates, or a directory of such files with the names that
 *                        `openssl rehash` gives them, which are read as they are needed. An authority need
 *                        not be a root
 * @return                0; -1 if there are none, or no domain
 * @threads               any
 */
PN_EXTERN int pn_ssl_domain_set_trusted_ca_db(pn_ssl_domain_t *domain, const char *certificate_db);

/** What a peer has to show. */
typedef enum {
  PN_SSL_VERIFY_NULL = 0, /**< not to be used */
  PN_SSL_VERIFY_PEER,     /**< a certificate that a trusted authority has signed */
  PN_SSL_ANONYMOUS_PEER,  /**< nothing. Nobody can listen, but nobody knows either who the peer is */
  PN_SSL_VERIFY_PEER_NAME /**< a certificate that a trusted authority has signed for the peer's host name */
} pn_ssl_verify_mode_t;

/**
 * Set what peers have to show: at first PN_SSL_VERIFY_PEER_NAME in a client, PN_SSL_ANONYMOUS_PEER in a server.
 *
 * @param domain       the domain
 * @param mode         what
 * @param trusted_CAs  of a server: a PEM file of the authorities whose certificates clients are asked for.
 *                     That tells clients what to choose from; who is trusted is set by
 *                     pn_ssl_domain_set_trusted_ca_db(). Clients have no use for it
 * @return             0; -1: no such mode or no domain; or a server is to verify without trusted_CAs, or
 *                     without credentials of its own
 * @threads            any
 */
PN_EXTERN int pn_ssl_domain_set_peer_authentication(
    pn_ssl_domain_t *domain, pn_ssl_verify_mode_t mode, const char *trusted_CAs);

/**
 * Set the versions that are spoken: at first TLSv1.2 and TLSv1.3.
 *
 * @param domain     the domain
 * @param protocols  some of TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3, with spaces, commas or semicolons between
 *                   them. The first two are broken; most systems' cryptography refuses them even so
 * @return           0; PN_ARG_ERR if there is another word, or none; -1: no domain
 * @threads          any
 */
PN_EXTERN int pn_ssl_domain_set_protocols(pn_ssl_domain_t *domain, const char *protocols);

/**
 * Set the cipher suites that are used.
 *
 * @param domain   the domain
 * @param ciphers  OpenSSL's names and words (openssl-ciphers(1)) for TLS 1.2, and names of TLS 1.3's suites,
 *                 with colons between them. Where only suites of TLS 1.3 are named, TLS 1.2 is not spoken any
 *                 more; where none is, TLS 1.3 is spoken with its usual ones. Suites without authentication
 *                 or encryption are left out, whatever is named
 * @return         0; -6 if a name is not known or nothing is left; -1: no domain
 * @threads        any
 */
PN_EXTERN int pn_ssl_domain_set_ciphers(pn_ssl_domain_t *domain, const char *ciphers);

/**
 * Let a server's clients speak without TLS, too. Whether one does is found out from its first octet.
 *
 * This is what transports do that pn_transport_require_encryption() is called for with false, after
 * pn_ssl_init().
 *
 * @param domain  a server's domain
 * @return        0; -1 if it is none
 * @threads       any
 */
PN_EXTERN int pn_ssl_domain_allow_unsecured_client(pn_ssl_domain_t *domain);

/**
 * The TLS side of a transport.
 *
 * It is made by the first call. From then on the transport begins with TLS, if it is a client; if pn_ssl_init()
 * is not called, with the settings that it has without a domain.
 *
 * @param transport  the transport
 * @return           the same for each call; NULL without memory or transport
 */
PN_EXTERN pn_ssl_t *pn_ssl(pn_transport_t *transport);

/**
 * Say how a transport is to be secure, before the first octet goes in or out.
 *
 * Encryption is required from then on (pn_transport_require_encryption()), unless the domain allows clients
 * without.
 *
 * @param ssl         the TLS side of a transport
 * @param domain      may be freed afterwards; NULL: as a new one for the transport's side would be
 * @param session_id  of a client: connections with the same name, domain and peer host name use the secrets
 *                    of an earlier one again if the server agrees, which saves most of the handshake. Copied;
 *                    NULL: they do not
 * @return            0; -1 if there is no `ssl`, octets have gone in or out already, or the domain cannot be used
 *                    (the system's authorities cannot be read); PN_OUT_OF_MEMORY
 */
PN_EXTERN int pn_ssl_init(pn_ssl_t *ssl, pn_ssl_domain_t *domain, const char *session_id);

/**
 * The cipher suite in use, in OpenSSL's spelling.
 *
 * @param ssl     the TLS side of a transport
 * @param buffer  where the name goes, cut off if need be
 * @param size    of the buffer
 * @return        false before the handshake is over; the buffer holds "" then
 */
PN_EXTERN bool pn_ssl_get_cipher_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * The strength of the cipher in use, in bits of its key; 0 before the handshake is over.
 */
PN_EXTERN int pn_ssl_get_ssf(pn_ssl_t *ssl);

/**
 * The version in use: "TLSv1.2" or "TLSv1.3".
 *
 * @param ssl     the TLS side of a transport
 * @param buffer  where the name goes, cut off if need be
 * @param size    of the buffer
 * @return        false before the handshake is over; the buffer holds "" then
 */
PN_EXTERN bool pn_ssl_get_protocol_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * Whether the secrets of an earlier connection are used again, see pn_ssl_init().
 */
PN_EXTERN pn_ssl_resume_status_t pn_ssl_resume_status(pn_ssl_t *ssl);

/**
 * Set the host name that the peer's certificate has to be for, and that a client tells its server it wants.
 *
 * Without it a client takes that of the connection that its transport is bound to
 * (pn_connection_set_hostname()), or else of the address that a proactor connects it to. A numeric address is compared with the addresses in the certificate. A
 * wildcard in a certificate stands for the whole of the leftmost label.
 *
 * @param ssl       the TLS side of a transport
 * @param hostname  copied; NULL: none
 * @return          0; -1: no `ssl`; PN_OUT_OF_MEMORY
 */
PN_EXTERN int pn_ssl_set_peer_hostname(pn_ssl_t *ssl, const char *hostname);

/**
 * The host name that the peer's certificate has to be for.
 *
 * @param ssl       the TLS side of a transport
 * @param hostname  where the name goes, with a NUL; NULL: only its length is asked for
 * @param bufsize   the size of that; then the length of the name without the NUL, 0 if there is none
 * @return          0; -1 if there is too little room, or no `ssl`
 */
PN_EXTERN int pn_ssl_get_peer_hostname(pn_ssl_t *ssl, char *hostname, size_t *bufsize);

/**
 * Whom the peer's certificate is for: its subject as RFC 2253 writes it, "CN=host,O=Example,C=AT".
 *
 * A peer that has not been verified may have made it up.
 *
 * @return NULL before there is a certificate; stays until the transport is freed
 */
PN_EXTERN const char *pn_ssl_get_remote_subject(pn_ssl_t *ssl);

/** Parts of a subject. */
typedef enum {
  PN_SSL_CERT_SUBJECT_COUNTRY_NAME,      /**< C */
  PN_SSL_CERT_SUBJECT_STATE_OR_PROVINCE, /**< ST */
  PN_SSL_CERT_SUBJECT_CITY_OR_LOCALITY,  /**< L */
  PN_SSL_CERT_SUBJECT_ORGANIZATION_NAME, /**< O */
  PN_SSL_CERT_SUBJECT_ORGANIZATION_UNIT, /**< OU */
  PN_SSL_CERT_SUBJECT_COMMON_NAME        /**< CN */
} pn_ssl_cert_subject_subfield;

/** Hashes that a fingerprint is made with. */
typedef enum {
  PN_SSL_SHA1,   /**< 40 hexadecimal digits */
  PN_SSL_SHA256, /**< 64 */
  PN_SSL_SHA512, /**< 128 */
  PN_SSL_MD5     /**< 32 */
} pn_ssl_hash_alg;

/**
 * The fingerprint of the peer's certificate, in lower-case hexadecimal digits.
 *
 * @param ssl                 the TLS side of a transport
 * @param fingerprint         where it goes, with a NUL; "" if that fails
 * @param fingerprint_length  the size of that: one more than there are digits, at least
 * @param hash_alg            the hash
 * @return                    0; PN_ERR: no certificate, no such hash, too little room
 */
PN_EXTERN int pn_ssl_get_cert_fingerprint(
    pn_ssl_t *ssl, char *fingerprint, size_t fingerprint_length, pn_ssl_hash_alg hash_alg);

/**
 * A part of the subject of the peer's certificate; the first one, if there are several of that kind.
 *
 * @return NULL if there is none; UTF-8; stays until the transport is freed
 */
PN_EXTERN const char *pn_ssl_get_remote_subject_subfield(pn_ssl_t *ssl, pn_ssl_cert_subject_subfield field);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SSL_H */
