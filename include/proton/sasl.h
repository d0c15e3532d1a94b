#ifndef PROTON_SASL_H
#define PROTON_SASL_H 1

/**
 * @file
 * SASL: who is at the other end of a connection? [5.3]
 *
 * A client proves who it is before anything else of AMQP is said; the server tells whether it believes that.
 * How is the *mechanism's* business, and the two agree on one: the server lists those that it offers, the
 * client takes one of them. Built in are:
 *
 * - ANONYMOUS: nothing is proved. A server offers it unless it requires authentication
 *   (pn_transport_require_auth()).
 * - EXTERNAL: TLS has already shown a certificate. A server offers it to clients that have shown one.
 * - PLAIN: user and password as they are. A server offers it where it has a function that verifies
 *   passwords (pn_sasl_set_password_verifier() in <baryon/sasl.h>). Neither side uses it on a connection
 *   that can be listened to, unless pn_sasl_set_allow_insecure_mechs() says so.
 *
 * - SCRAM-SHA-256 and SCRAM-SHA-1: a password is proved and not shown. A server offers them where it knows
 *   what is kept of passwords (pn_sasl_set_secret_source() in <baryon/sasl.h>).
 * - XOAUTH2 and OAUTHBEARER, in clients: the connection's password is a token. Only where
 *   pn_sasl_allowed_mechs() names them, and as PLAIN on connections that can be listened to.
 *
 * A client prefers them in the order EXTERNAL, tokens, SCRAM, PLAIN, ANONYMOUS. More mechanisms come with an implementation
 * behind the interface of <proton/sasl_plugin.h>.
 *
 * A client uses SASL if pn_sasl() was called for its transport, or if its connection has a user or an
 * authorization. A server that is spoken to in SASL answers in it.
 *
 * Settings count until the first octet goes in or out, in any order, that of pn_transport_set_server()
 * included. All of this belongs to the thread that has the transport.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The SASL side of a transport, which owns it: it is gone when the transport is freed. */
typedef struct pn_sasl_t pn_sasl_t;

/** How an authentication ended. [5.3.3.6] */
typedef enum {
  PN_SASL_NONE = -1, /**< It has not */
  PN_SASL_OK = 0,    /**< The client is who it says it is */
  PN_SASL_AUTH = 1,  /**< It is not, as far as the server can tell */
  PN_SASL_SYS = 2,   /**< The server has a problem of its own */
  PN_SASL_PERM = 3,  /**< A problem that will stay until somebody does something about it */
  PN_SASL_TEMP = 4   /**< A problem that may have gone when one tries again */
} pn_sasl_outcome_t;

/**
 * The SASL side of a transport. A client whose transport was asked for it uses SASL.
 *
 * @param transport  the transport
 * @return           the same for each call; NULL without memory
 */
PN_EXTERN pn_sasl_t *pn_sasl(pn_transport_t *transport);

/**
 * Whether there are more mechanisms than those built in: the library Cyrus SASL (libsasl2.so.2) is there, or
 * a default implementation has been set with pnx_sasl_set_default_implementation().
 *
 * @threads any
 */
PN_EXTERN bool pn_sasl_extended(void);

/**
 * Note an outcome, which is what pn_sasl_outcome() returns from then on. The peer is told nothing, and
 * nothing else changes: there is no use for this any more.
 */
PN_EXTERN void pn_sasl_done(pn_sasl_t *sasl, pn_sasl_outcome_t outcome);

/**
 * How the authentication ended, PN_SASL_NONE before that.
 *
 * A client that finds no mechanism to use among those offered has PN_SASL_PERM.
 */
PN_EXTERN pn_sasl_outcome_t pn_sasl_outcome(pn_sasl_t *sasl);

/**
 * Of a server, once the outcome is PN_SASL_OK: the user that the client was found to be, "anonymous" if it
 * did not say. Of a client, the user of its connection.
 *
 * @return NULL if there is none; stays until the transport is freed
 */
PN_EXTERN const char *pn_sasl_get_user(pn_sasl_t *sasl);

/**
 * Of a server, once the outcome is PN_SASL_OK: whom the client acts as. The mechanisms built in let it act as
 * nobody but its user. Of a client, the authorization of its connection.
 *
 * @return NULL if there is none; stays until the transport is freed
 */
PN_EXTERN const char *pn_sasl_get_authorization(pn_sasl_t *sasl);

/**
 * The mechanism that the client has taken.
 *
 * @return NULL before that; stays until the transport is freed
 */
PN_EXTERN const char *pn_sasl_get_mech(pn_sasl_t *sasl);

/**
 * Restrict the mechanisms that are offered or taken.
 *
 * @param sasl   the SASL side of a transport
 * @param mechs  names with spaces between them, in any case; copied. NULL: all of them, but in a client for
 *               the Kerberos family (GSSAPI, GSS-SPNEGO, GS2-KRB5, GS2-IAKERB), which a server may offer
 *               that the client has no ticket for: those are taken only if they are named
 */
PN_EXTERN void pn_sasl_allowed_mechs(pn_sasl_t *sasl, const char *mechs);

/**
 * Allow mechanisms that show the password to whoever listens, on a connection without encryption. At first
 * they are not allowed.
 */
PN_EXTERN void pn_sasl_set_allow_insecure_mechs(pn_sasl_t *sasl, bool insecure);

/**
 * What pn_sasl_set_allow_insecure_mechs() set.
 */
PN_EXTERN bool pn_sasl_get_allow_insecure_mechs(pn_sasl_t *sasl);

/**
 * Set the name of the configuration that Cyrus SASL reads as a server, `NAME.conf`, and have the transport use
 * what that library has beside the mechanisms built in. pn_sasl_config_path() does that, too, and
 * pn_sasl_allowed_mechs() with a name that is not built in; without any of them the library is not used. Where
 * it is missing there is what is built in.
 *
 * The library has one configuration for the process: what the first transport that needs it says counts. Users
 * are looked up in the thread that has the transport, which may take a disk's time.
 *
 * @param sasl  the SASL side of a transport
 * @param name  copied; NULL: "proton-server" or "proton-client"
 */
PN_EXTERN void pn_sasl_config_name(pn_sasl_t *sasl, const char *name);

/**
 * Set where Cyrus SASL looks for its configuration; see pn_sasl_config_name().
 *
 * @param sasl  the SASL side of a transport
 * @param path  directories with colons between them; copied. NULL: the environment variable
 *              PN_SASL_CONFIG_PATH, or what the library takes without
 */
PN_EXTERN void pn_sasl_config_path(pn_sasl_t *sasl, const char *path);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SASL_H */
