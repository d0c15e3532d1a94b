#ifndef PROTON_NETADDR_H
#define PROTON_NETADDR_H 1

/**
 * @file
 * Network addresses: of the two ends of a connection, and of what is listened on.
 *
 * An address belongs to the transport or listener that it was got from. It is used by the thread that holds
 * their batch.
 */

#include <proton/import_export.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The address of a socket. */
typedef struct pn_netaddr_t pn_netaddr_t;

struct sockaddr;

/**
 * Write an address as text: "host:port", both as numbers.
 *
 * @param[in] addr   the address; NULL: ""
 * @param[out] buf   gets the text and an end of string, both cut if need be; may be NULL if `size` is 0
 * @param[in] size   octets at `buf`; PN_MAX_ADDR is enough
 * @return           length of the text without its end; if that is `size` or more, it was cut
 */
PNP_EXTERN int pn_netaddr_str(const pn_netaddr_t *addr, char *buf, size_t size);

/**
 * The address of this end of a connection.
 *
 * @return  stays until PN_TRANSPORT_CLOSED has been handled; empty as long as the socket is not connected.
 *          NULL if the transport belongs to no proactor
 */
PNP_EXTERN const pn_netaddr_t *pn_transport_local_addr(pn_transport_t *transport);

/**
 * The address of the peer's end of a connection.
 *
 * @return  stays until PN_TRANSPORT_CLOSED has been handled; empty as long as the socket is not connected.
 *          NULL if the transport belongs to no proactor
 */
PNP_EXTERN const pn_netaddr_t *pn_transport_remote_addr(pn_transport_t *transport);

/**
 * The first address that a listener listens on, from PN_LISTENER_OPEN on. A name may stand for several, and
 * an empty host does where there is IPv6 and IPv4.
 *
 * @return  stays until PN_LISTENER_CLOSE has been handled; NULL if there is none
 */
PNP_EXTERN const pn_netaddr_t *pn_listener_addr(pn_listener_t *listener);

/**
 * The next address that the same listener listens on.
 *
 * @return  NULL after the last, and for an address that is not a listener's
 */
PNP_EXTERN const pn_netaddr_t *pn_netaddr_next(const pn_netaddr_t *addr);

/**
 * The address as the system knows it.
 *
 * @return  part of the address; NULL if that is NULL or empty
 */
PNP_EXTERN const struct sockaddr *pn_netaddr_sockaddr(const pn_netaddr_t *addr);

/**
 * Octets of what pn_netaddr_sockaddr() gives.
 *
 * @return  0 if the address is NULL or empty
 */
PNP_EXTERN size_t pn_netaddr_socklen(const pn_netaddr_t *addr);

/**
 * Write an address as two texts, both numbers.
 *
 * @param[in] addr   the address
 * @param[out] host  gets the IPv4 or IPv6 address and an end of string
 * @param[in] hlen   octets at `host`
 * @param[out] port  gets the port and an end of string
 * @param[in] plen   octets at `port`
 * @return           0; otherwise an error of getaddrinfo(): a text does not fit, or the address is NULL or
 *                   empty
 */
PNP_EXTERN int pn_netaddr_host_port(
    const pn_netaddr_t *addr, char *host, size_t hlen, char *port, size_t plen);

/** Another name of pn_transport_local_addr(). */
PN_DEPRECATED("use pn_transport_local_addr")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_local(pn_transport_t *transport);

/** Another name of pn_transport_remote_addr(). */
PN_DEPRECATED("use pn_transport_remote_addr")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_remote(pn_transport_t *transport);

/** Another name of pn_listener_addr(). */
PN_DEPRECATED("use pn_listener_addr")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_listening(pn_listener_t *listener);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_NETADDR_H */
