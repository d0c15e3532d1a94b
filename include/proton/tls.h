#ifndef PROTON_TLS_H
#define PROTON_TLS_H 1

/**
 * @file
 * TLS on buffers: for raw connections, and whatever else moves octets. Link with libqpid-proton-tls.
 *
 * A session has two sides. *Encrypt*: octets of the application go in, octets for the network come out. *Decrypt*: the other
 * way round. Each has buffers for input and for output, which the application gives and takes back, in the same order; while
 * they are given they are the session's. Nothing is done but in pn_tls_process():
 * @code
 *   pn_tls_give_decrypt_input_buffers(tls, read, n);       // what has come from the network
 *   pn_tls_give_encrypt_output_buffers(tls, empty, m);     // room
 *   pn_tls_process(tls);
 *   n = pn_tls_take_encrypt_output_buffers(tls, out, m);   // what is to go there
 * @endcode
 *
 * What a configuration says, and what is refused, is as in <proton/ssl.h>. A configuration may be used by several threads, a
 * session by one at a time.
 */

#include <proton/import_export.h>
#include <proton/raw_connection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How sessions are made secure. */
typedef struct pn_tls_config_t pn_tls_config_t;

/** A session. */
typedef struct pn_tls_t pn_tls_t;

/** Which side of connections a configuration is for. */
typedef enum {
  PN_TLS_MODE_CLIENT = 1, /**< the side that connects */
  PN_TLS_MODE_SERVER      /**< the side that accepts */
} pn_tls_mode_t;

#define PN_TLS_OK                 (0)  /**< no error */
#define PN_TLS_INIT_ERR           (-1) /**< the session could not begin */
#define PN_TLS_PROTOCOL_ERR       (-2) /**< the session failed; pn_tls_get_session_error_string() says why */
#define PN_TLS_AUTHENTICATION_ERR (-3) /**< not used: a peer that cannot be verified is PN_TLS_PROTOCOL_ERR */
#define PN_TLS_STATE_ERR          (-4) /**< not before pn_tls_start() or after pn_tls_stop() */

/**
 * Make a configuration, see pn_ssl_domain().
 *
 * @return NULL if mode is no mode, or without memory; freed with pn_tls_config_free()
 */
PN_TLS_EXTERN pn_tls_config_t *pn_tls_config(pn_tls_mode_t mode);

/** Free a configuration. Sessions that have been made with it keep what they need. NULL is let pass. */
PN_TLS_EXTERN void pn_tls_config_free(pn_tls_config_t *config);

/** See pn_ssl_domain_set_credentials(). */
PN_TLS_EXTERN int pn_tls_config_set_credentials(
    pn_tls_config_t *config, const char *certificate, const char *key, const char *password);

/** See pn_ssl_domain_set_trusted_ca_db(). */
PN_TLS_EXTERN int pn_tls_config_set_trusted_certs(pn_tls_config_t *config, const char *certificate_db);

/** What a peer has to show. */
typedef enum {
  PN_TLS_VERIFY_NULL = 0, /**< not to be used */
  PN_TLS_VERIFY_PEER,     /**< a certificate that a trusted authority has signed */
  PN_TLS_ANONYMOUS_PEER,  /**< nothing: nobody knows who the peer is */
  PN_TLS_VERIFY_PEER_NAME /**< a certificate that a trusted authority has signed for the peer's host name */
} pn_tls_verify_mode_t;

/** See pn_ssl_domain_set_peer_authentication(). */
PN_TLS_EXTERN int pn_tls_config_set_peer_authentication(
    pn_tls_config_t *config, pn_tls_verify_mode_t mode, const char *trusted_CAs);

/** See pn_ssl_domain_set_ciphers(). */
PN_TLS_EXTERN int pn_tls_config_set_impl_ciphers(pn_tls_config_t *config, const char *ciphers);

/**
 * Set what is spoken within TLS, by the names that ALPN has for it (RFC 7301), the preferred one first.
 *
 * @param config          the configuration
 * @param protocols       names of 1 to 255 octets; copied. NULL, with a count of 0: none
 * @param protocol_count  how many
 * @return                0; PN_ARG_ERR if one has no octets or too many, or all together more than 65,535
 */
PN_TLS_EXTERN int pn_tls_config_set_alpn_protocols(
    pn_tls_config_t *config, const char **protocols, size_t protocol_count);

/**
 * Make a session, with the configuration as it is now.
 *
 * @return NULL without configuration or memory; freed with pn_tls_free()
 */
PN_TLS_EXTERN pn_tls_t *pn_tls(pn_tls_config_t *config);

/**
 * Begin. A client has its first octets ready then.
 *
 * @return 0; PN_ARG_ERR if that was done before; PN_OUT_OF_MEMORY
 */
PN_TLS_EXTERN int pn_tls_start(pn_tls_t *tls);

/**
 * End: nothing is processed any more, and all buffers can be taken back, those without content with a size of 0.
 *
 * @return 0; PN_ARG_ERR if that was done before
 */
PN_TLS_EXTERN int pn_tls_stop(pn_tls_t *tls);

/** Free a session. Buffers that it has are the application's again. NULL is let pass. */
PN_TLS_EXTERN void pn_tls_free(pn_tls_t *tls);

/**
 * Set the host name that the peer's certificate has to be for, and that a client tells its server it wants. Before
 * pn_tls_start().
 *
 * @return 0; -1: no session; -2: no memory
 */
PN_TLS_EXTERN int pn_tls_set_peer_hostname(pn_tls_t *tls, const char *hostname);

/**
 * The host name that was set.
 *
 * @param tls       the session
 * @param hostname  where the name goes, with a NUL; NULL: only its length is asked for
 * @param bufsize   the size of that; then the length of the name without the NUL, 0 if there is none
 * @return          0; -1 if there is too little room, or no session
 */
PN_TLS_EXTERN int pn_tls_get_peer_hostname(pn_tls_t *tls, char *hostname, size_t *bufsize);

/** The cipher suite in use: false, NULL and 0 before the session is secure. The text is the session's. */
PN_TLS_EXTERN bool pn_tls_get_cipher(pn_tls_t *tls, const char **cipher, size_t *size);

/** The version in use, as pn_tls_get_cipher() gives the suite: "TLSv1.3". */
PN_TLS_EXTERN bool pn_tls_get_protocol_version(pn_tls_t *tls, const char **version, size_t *size);

/** The name that ALPN has agreed on, as pn_tls_get_cipher() gives the suite. No NUL is promised behind it. */
PN_TLS_EXTERN bool pn_tls_get_alpn_protocol(pn_tls_t *tls, const char **protocol_name, size_t *size);

/** The strength of the cipher in use, in bits of its key; 0 before the session is secure. */
PN_TLS_EXTERN int pn_tls_get_ssf(pn_tls_t *tls);

/** Whom the peer's certificate is for, as RFC 2253 writes it; NULL if there is none. The session's. */
PN_TLS_EXTERN const char *pn_tls_get_remote_subject(pn_tls_t *tls);

/** Parts of a subject. */
typedef enum {
  PN_TLS_CERT_SUBJECT_COUNTRY_NAME,      /**< C */
  PN_TLS_CERT_SUBJECT_STATE_OR_PROVINCE, /**< ST */
  PN_TLS_CERT_SUBJECT_CITY_OR_LOCALITY,  /**< L */
  PN_TLS_CERT_SUBJECT_ORGANIZATION_NAME, /**< O */
  PN_TLS_CERT_SUBJECT_ORGANIZATION_UNIT, /**< OU */
  PN_TLS_CERT_SUBJECT_COMMON_NAME        /**< CN */
} pn_tls_cert_subject_subfield;

/** A part of the subject of the peer's certificate, the first of its kind; NULL if there is none. The session's. */
PN_TLS_EXTERN const char *pn_tls_get_remote_subject_subfield(
    pn_tls_t *tls, pn_tls_cert_subject_subfield field);

/** Hashes that a fingerprint is made with. */
typedef enum {
  PN_TLS_SHA1,   /**< 40 hexadecimal digits */
  PN_TLS_SHA256, /**< 64 */
  PN_TLS_SHA512, /**< 128 */
  PN_TLS_MD5     /**< 32 */
} pn_tls_hash_alg;

/** The fingerprint of the peer's certificate, see pn_ssl_get_cert_fingerprint(). */
PN_TLS_EXTERN int pn_tls_get_cert_fingerprint(
    pn_tls_t *tls, char *fingerprint, size_t fingerprint_length, pn_tls_hash_alg hash_alg);

/**
 * Set how many buffers of a kind a session takes at a time; 0: 4, as without this. Before pn_tls_start().
 */
/** @{ */
PN_TLS_EXTERN void pn_tls_set_encrypt_input_buffer_max_capacity(pn_tls_t *tls, size_t capacity);
PN_TLS_EXTERN void pn_tls_set_decrypt_input_buffer_max_capacity(pn_tls_t *tls, size_t capacity);
PN_TLS_EXTERN void pn_tls_set_encrypt_output_buffer_max_capacity(pn_tls_t *tls, size_t capacity);
PN_TLS_EXTERN void pn_tls_set_decrypt_output_buffer_max_capacity(pn_tls_t *tls, size_t capacity);
/** @} */

/**
 * How many more buffers of a kind can be given now: 0 before pn_tls_start(); of input also after pn_tls_stop(), an error,
 * pn_tls_close_output() (encrypt) or the peer's end (decrypt).
 */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_get_encrypt_input_buffer_capacity(pn_tls_t *tls);
PN_TLS_EXTERN size_t pn_tls_get_decrypt_input_buffer_capacity(pn_tls_t *tls);
PN_TLS_EXTERN size_t pn_tls_get_encrypt_output_buffer_capacity(pn_tls_t *tls);
PN_TLS_EXTERN size_t pn_tls_get_decrypt_output_buffer_capacity(pn_tls_t *tls);
/** @} */

/**
 * Give buffers with octets at `offset`.
 *
 * @return how many have been taken, from the first on; they are the session's until they are taken back
 */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_give_encrypt_input_buffers(
    pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count);
PN_TLS_EXTERN size_t pn_tls_give_decrypt_input_buffers(
    pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count);
/** @} */

/**
 * Give buffers to be filled, from `offset` to `capacity`; each is filled before the next one is.
 *
 * @return how many have been taken, from the first on; they are the session's until they are taken back
 */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_give_encrypt_output_buffers(
    pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count);
PN_TLS_EXTERN size_t pn_tls_give_decrypt_output_buffers(
    pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count);
/** @} */

/** Take back buffers whose octets have been used, or all after pn_tls_stop(). Returns how many, in the order they were given. */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_take_encrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count);
PN_TLS_EXTERN size_t pn_tls_take_decrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count);
/** @} */

/** Take buffers with content, or all after pn_tls_stop(). Returns how many, in the order they were given. */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_take_encrypt_output_buffers(
    pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count);
PN_TLS_EXTERN size_t pn_tls_take_decrypt_output_buffers(
    pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count);
/** @} */

/** How many output buffers can be taken. */
/** @{ */
PN_TLS_EXTERN size_t pn_tls_get_encrypt_output_buffer_count(pn_tls_t *tls);
PN_TLS_EXTERN size_t pn_tls_get_decrypt_output_buffer_count(pn_tls_t *tls);
/** @} */

/** How many octets are in the last of those, which may not be full; 0 if there is none. */
/** @{ */
PN_TLS_EXTERN uint32_t pn_tls_get_last_encrypt_output_buffer_size(pn_tls_t *tls);
PN_TLS_EXTERN uint32_t pn_tls_get_last_decrypt_output_buffer_size(pn_tls_t *tls);
/** @} */

/** Whether there are octets for the network: in buffers that can be taken, or waiting for buffers. */
PN_TLS_EXTERN bool pn_tls_is_encrypt_output_pending(pn_tls_t *tls);

/** Whether there are octets for the application: in buffers that can be taken, or waiting for buffers. */
PN_TLS_EXTERN bool pn_tls_is_decrypt_output_pending(pn_tls_t *tls);

/** Whether octets wait for buffers that have not been given, and could be. */
/** @{ */
PN_TLS_EXTERN bool pn_tls_need_encrypt_output_buffers(pn_tls_t *tls);
PN_TLS_EXTERN bool pn_tls_need_decrypt_output_buffers(pn_tls_t *tls);
/** @} */

/**
 * Decrypt, and then encrypt, as much as there are buffers for.
 *
 * After an error only what tells the peer still comes out: write it, and close.
 *
 * @return 0; PN_TLS_STATE_ERR; or the error of the session
 */
PN_TLS_EXTERN int pn_tls_process(pn_tls_t *tls);

/** Whether the handshake is over, and nothing has failed or been stopped. */
PN_TLS_EXTERN bool pn_tls_is_secure(pn_tls_t *tls);

/** Say that no more input will be encrypted: once what has been given is, the peer is told. */
PN_TLS_EXTERN void pn_tls_close_output(pn_tls_t *tls);

/** Whether the peer has said that nothing more will come: what has come is all there is. */
PN_TLS_EXTERN bool pn_tls_is_input_closed(pn_tls_t *tls);

/** The error of the session, 0 if there is none. */
PN_TLS_EXTERN int pn_tls_get_session_error(pn_tls_t *tls);

/**
 * Why the session failed.
 *
 * @param tls      the session
 * @param buf      where the text goes, with a NUL, cut off if need be
 * @param buf_len  the size of that
 * @return         the length of what was written; 0 if there is no error
 */
PN_TLS_EXTERN size_t pn_tls_get_session_error_string(pn_tls_t *tls, char *buf, size_t buf_len);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TLS_H */
