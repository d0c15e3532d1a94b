#ifndef BARYON_TLS_H
#define BARYON_TLS_H 1

/**
 * @file
 * TLS beyond <proton/ssl.h>: certificates that are renewed while connections live, revocation lists, ALPN, texts of
 * errors. [5.2]
 *
 * All functions on domains may be called by any thread, those on a pn_ssl_t by the one that has the transport.
 *
 * A server renews what it shows, and whom it believes, without losing a connection:
 * @code
 *   const pn_ssl_renewal_t renewal = {.certificate = "cert.pem", .key = "key.pem", .trusted = "ca.pem", .revoked = "crl.pem"};
 *   if (pn_ssl_domain_renew(domain, &renewal) != 0) {
 *     char *why = pn_ssl_domain_error(domain);
 *     ...
 *     free(why);
 *   }
 * @endcode
 */

#include <proton/import_export.h>
#include <proton/ssl.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What pn_ssl_domain_renew() reads anew. NULL: that stays as it is. */
typedef struct pn_ssl_renewal_t {
  const char *certificate; /**< as for pn_ssl_domain_set_credentials() */
  const char *key;         /**< of the certificate; NULL: it is in the same file */
  const char *password;    /**< of the key; NULL: none */
  const char *trusted;     /**< as for pn_ssl_domain_set_trusted_ca_db() */
  const char *revoked;     /**< as for pn_ssl_domain_set_revoked() */
} pn_ssl_renewal_t;

/**
 * Read several settings anew, and have all of them count at once, or none.
 *
 * Files are read and checked in the calling thread, which should be none that runs connections; those are held up for no
 * longer than it takes to copy a pointer. Transports that pn_ssl_init() has been called for go on with what they have.
 * Sessions from before are not resumed: whoever comes again is looked at again.
 *
 * @param domain   the domain
 * @param renewal  what to read
 * @return         0, or what the function for the setting that fails would return
 * @threads        any; waits for other settings of the same domain
 */
PN_EXTERN int pn_ssl_domain_renew(pn_ssl_domain_t *domain, const pn_ssl_renewal_t *renewal);

/**
 * Set the revocation lists: certificates that authorities have taken back are not believed.
 *
 * From then on every certificate of a peer, and of the authorities above it, is looked up in its issuer's list. Where that is
 * missing or out of date the peer is not believed.
 *
 * @param domain  the domain
 * @param path    a PEM file with the lists of all authorities
 * @return        0; -1 if there are none, or no domain
 */
PN_EXTERN int pn_ssl_domain_set_revoked(pn_ssl_domain_t *domain, const char *path);

/**
 * Set the oldest version that is spoken, of those that are spoken otherwise.
 *
 * @param domain    the domain
 * @param protocol  TLSv1.2 or TLSv1.3
 * @return          0; PN_ARG_ERR if it is no version, or no other is left; -1: no domain
 */
PN_EXTERN int pn_ssl_domain_set_minimum_protocol(pn_ssl_domain_t *domain, const char *protocol);

/**
 * Set what is spoken within TLS, by the names that ALPN has for it (RFC 7301), the preferred one first.
 *
 * A client offers them. A server takes the first of its own that the client offers; where they have none in common, the
 * handshake fails. A server that has none, or whose client offers none, does not mind.
 *
 * @param domain     the domain
 * @param protocols  names of 1 to 255 octets, for instance "amqp"; copied. NULL, with a count of 0: none
 * @param count      how many
 * @return           0; PN_ARG_ERR if one has no octets or too many, or all together more than 65,535; -1: no domain
 */
PN_EXTERN int pn_ssl_domain_set_alpn_protocols(
    pn_ssl_domain_t *domain, const char *const *protocols, size_t count);

/**
 * Write the secrets of sessions to a file, for programs that show what was recorded of a network. Whoever reads it can
 * read everything that was said: this is for looking for mistakes, and nothing else.
 *
 * @param domain  the domain
 * @param path    a file that is appended to, or made for its owner alone; NULL: none any more
 * @return        0; -1 if the file cannot be opened, or no domain
 */
PN_EXTERN int pn_ssl_domain_set_key_log(pn_ssl_domain_t *domain, const char *path);

/**
 * Why the last function that set something of the domain failed.
 *
 * @return  "" if it did not; freed by the caller with free(); NULL without memory or domain
 */
PN_EXTERN char *pn_ssl_domain_error(pn_ssl_domain_t *domain);

/**
 * The name that ALPN has agreed on.
 *
 * @return  its octets, which stay until the transport is freed; none before the handshake is over, or without agreement
 */
PN_EXTERN pn_bytes_t pn_ssl_get_alpn_protocol(pn_ssl_t *ssl);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_TLS_H */
