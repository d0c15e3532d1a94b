#ifndef PROTON_SASL_PLUGIN_H
#define PROTON_SASL_PLUGIN_H 1

/**
 * @file
 * The interface between the SASL layer and an implementation of mechanisms. [5.3]
 *
 * The layer moves frames: it knows their order, their form and their limits. What is in them, and what
 * follows from it, is the implementation's. The layer calls the functions of ::pnx_sasl_implementation; the
 * implementation answers, in them or later, by saying what is to be sent (pnx_sasl_set_bytes_out()) and what
 * is to happen next (pnx_sasl_set_desired_state()).
 *
 * An exchange, seen from a server:
 * - `init_server`. If it returns true, the mechanisms of `list_mechanisms` that are allowed are offered; if
 *   false, or if that list is NULL, that waits until ::SASL_POSTED_MECHANISMS is asked for.
 * - `process_init` with the mechanism that the client took, one of those offered.
 * - for each ::SASL_POSTED_CHALLENGE that is asked for, a `process_response`.
 * - pnx_sasl_set_succeeded() or pnx_sasl_set_failed(), and ::SASL_POSTED_OUTCOME.
 *
 * Seen from a client:
 * - `init_client`; if it returns false, the connection ends.
 * - `process_mechanisms` with those offered that are allowed. It chooses (pnx_sasl_set_selected_mechanism()),
 *   sets the initial response, if there is one, and returns true; false if it can use none of them.
 * - `process_challenge` each time the server has one, to be followed by ::SASL_POSTED_RESPONSE.
 * - `process_outcome` if the server is content. An implementation that is not calls pnx_sasl_set_failed().
 *
 * Who cannot answer at once returns without having asked for anything. What the peer has sent beyond that
 * waits, within limits. When the answer is there the connection must be made to run (pn_connection_wake(), or
 * what the program has in its place); the implementation asks in `prepare_write`, which is called each time
 * before output is made, until the exchange is over.
 *
 * Everything here belongs to the thread that has the transport, but for
 * pnx_sasl_set_default_implementation().
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What an implementation does. It is not copied, and has to stay. Received bytes are gone after the call;
 * of a field that was absent `start` is NULL, of an empty one it is not.
 */
typedef struct pnx_sasl_implementation {
  /** Free what was allocated for the transport. Called once, if `init_server` or `init_client` was. */
  void (*free)(pn_transport_t *transport);

  /** Names with spaces between them, which stay until `free`; NULL if they are not known yet. */
  const char *(*list_mechanisms)(pn_transport_t *transport);

  bool (*init_server)(pn_transport_t *transport); /**< Begin as a server */
  bool (*init_client)(pn_transport_t *transport); /**< Begin as a client */

  void (*prepare_write)(pn_transport_t *transport); /**< Output is about to be made */

  /** Server: the client took a mechanism; an initial response may be there. */
  void (*process_init)(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *recv);
  /** Server: the client answered a challenge. */
  void (*process_response)(pn_transport_t *transport, const pn_bytes_t *recv);

  /** Client: the server offers these, with spaces between them. */
  bool (*process_mechanisms)(pn_transport_t *transport, const char *mechs);
  /** Client: the server wants to know more. */
  void (*process_challenge)(pn_transport_t *transport, const pn_bytes_t *recv);
  /** Client: the server is content, and may have sent additional data. */
  void (*process_outcome)(pn_transport_t *transport, const pn_bytes_t *recv);

  /** Whether what follows is to be encrypted by the mechanism. Asked once, after success. */
  bool (*can_encrypt)(pn_transport_t *transport);
  /** How many bytes `encode` takes at once; at least one. */
  ssize_t (*max_encrypt_size)(pn_transport_t *transport);
  /** Encrypt all of `in`. Returns the size of `out`, whose bytes stay until the next call; negative: failed. */
  ssize_t (*encode)(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out);
  /** Take all of `in`, any part of what was encrypted. As `encode`; 0: nothing is whole yet. */
  ssize_t (*decode)(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out);
} pnx_sasl_implementation;

/** What the layer is to do next, or has done. */
enum pnx_sasl_state {
  SASL_NONE,              /**< Nothing */
  SASL_POSTED_INIT,       /**< Client: send the mechanism chosen, with the bytes set as initial response */
  SASL_POSTED_MECHANISMS, /**< Server: send the mechanisms that are listed now */
  SASL_POSTED_RESPONSE,   /**< Client: send the bytes set as response */
  SASL_POSTED_CHALLENGE,  /**< Server: send the bytes set as challenge */
  SASL_RECVED_SUCCESS,    /**< Client: the server is content. The layer finds that out itself */
  SASL_RECVED_FAILURE,    /**< Client: the exchange has failed; end the connection */
  SASL_POSTED_OUTCOME,    /**< Server: send the outcome, with the bytes set as additional data */
  SASL_ERROR              /**< The exchange cannot go on; end the connection */
};

/** Log a line of the subsystem PN_SUBSYSTEM_SASL with the transport's logger. */
PN_EXTERN void pnx_sasl_logf(pn_transport_t *transport, pn_log_level_t level,
    PN_PRINTF_FORMAT const char *format, ...) PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * Say why the exchange is going to fail: logs it, and sets the transport's condition unless that is set.
 *
 * @param transport       the transport
 * @param err             a text for people
 * @param condition_name  name of the condition
 */
PN_EXTERN void pnx_sasl_error(pn_transport_t *transport, const char *err, const char *condition_name);

/** What pnx_sasl_set_context() or pnx_sasl_set_implementation() set; NULL at first. */
PN_EXTERN void *pnx_sasl_get_context(pn_transport_t *transport);
/** Keep a pointer of the implementation with the transport. */
PN_EXTERN void pnx_sasl_set_context(pn_transport_t *transport, void *context);

/** Whether the transport is a client. */
PN_EXTERN bool pnx_sasl_is_client(pn_transport_t *transport);
/** Whether pn_sasl_allowed_mechs() allows a mechanism. */
PN_EXTERN bool pnx_sasl_is_mechanism_included(pn_transport_t *transport, pn_bytes_t s);
/** Whether what passes now is encrypted. */
PN_EXTERN bool pnx_sasl_is_transport_encrypted(pn_transport_t *transport);
/** What pn_sasl_set_allow_insecure_mechs() set. */
PN_EXTERN bool pnx_sasl_get_allow_insecure_mechanisms(pn_transport_t *transport);
/** What pn_transport_require_auth() set. */
PN_EXTERN bool pnx_sasl_get_authentication_required(pn_transport_t *transport);
/** Whom the peer's TLS certificate names; NULL without one. */
PN_EXTERN const char *pnx_sasl_get_external_username(pn_transport_t *transport);
/** Strength of the encryption below SASL, in bits of a key; 0 without. */
PN_EXTERN int pnx_sasl_get_external_ssf(pn_transport_t *transport);

/** Client: user of the connection; server: the user that authenticated. NULL without. */
PN_EXTERN const char *pnx_sasl_get_username(pn_transport_t *transport);
/** Client: password of the connection; NULL without, and after pnx_sasl_clear_password(). */
PN_EXTERN const char *pnx_sasl_get_password(pn_transport_t *transport);
/** Client: authorization of the connection; server: whom the client acts as. NULL without. */
PN_EXTERN const char *pnx_sasl_get_authorization(pn_transport_t *transport);
/** Wipe and forget the transport's copy of the password. */
PN_EXTERN void pnx_sasl_clear_password(pn_transport_t *transport);
/** Client: hostname of the connection; NULL without. */
PN_EXTERN const char *pnx_sasl_get_remote_fqdn(pn_transport_t *transport);
/** The mechanism chosen; NULL before. */
PN_EXTERN const char *pnx_sasl_get_selected_mechanism(pn_transport_t *transport);

/**
 * Set the bytes that the next frame carries: initial response, challenge, response or additional data. They
 * are copied. `start` NULL: the field is left out, or empty where it has to be there.
 */
PN_EXTERN void pnx_sasl_set_bytes_out(pn_transport_t *transport, pn_bytes_t bytes);

/**
 * Ask for what is to happen next. It happens when the implementation's function returns, or when output is
 * made. What is not due (an outcome before the client took a mechanism) ends the connection if it says that
 * the exchange is over, and else does nothing.
 */
PN_EXTERN void pnx_sasl_set_desired_state(pn_transport_t *transport, enum pnx_sasl_state desired_state);

/** Client: choose a mechanism. The name is copied. */
PN_EXTERN void pnx_sasl_set_selected_mechanism(pn_transport_t *transport, const char *mechanism);
/** Keep the name of this host with the transport, for implementations that need one. */
PN_EXTERN void pnx_sasl_set_local_hostname(pn_transport_t *transport, const char *fqdn);

/**
 * Server: the client is who it says it is. Takes effect with ::SASL_POSTED_OUTCOME.
 *
 * @param transport  the transport
 * @param username   who that is; copied
 * @param authzid    whom it acts as, or NULL; copied
 */
PN_EXTERN void pnx_sasl_set_succeeded(pn_transport_t *transport, const char *username, const char *authzid);

/**
 * The outcome is ::PN_SASL_AUTH. A server's takes effect with ::SASL_POSTED_OUTCOME; a client calls it in
 * `process_outcome`.
 */
PN_EXTERN void pnx_sasl_set_failed(pn_transport_t *transport);

/**
 * Have a transport use an implementation. Before the first octet goes in or out.
 *
 * @param transport  the transport
 * @param impl       the implementation
 * @param context    as for pnx_sasl_set_context()
 */
PN_EXTERN void pnx_sasl_set_implementation(
    pn_transport_t *transport, const pnx_sasl_implementation *impl, void *context);

/**
 * Set the implementation of transports whose SASL side is made from now on.
 *
 * @param impl  the implementation; NULL: what is built in
 * @threads     any
 */
PN_EXTERN void pnx_sasl_set_default_implementation(const pnx_sasl_implementation *impl);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SASL_PLUGIN_H */
