#ifndef PROTON_PROACTOR_EXT_H
#define PROTON_PROACTOR_EXT_H 1

/**
 * @file
 * Proactors on sockets that the program has made.
 */

#include <proton/import_export.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A socket: a file descriptor. */
typedef int pn_socket_t;

/**
 * Run a connection over a socket that is connected already.
 *
 * The socket is made non-blocking, and TCP's delay of small segments is switched off. Events come as after
 * pn_proactor_connect2(), and the connection is opened as there. It is a client, unless the transport is a
 * server's (pn_transport_set_server()).
 *
 * @param proactor    the proactor
 * @param connection  given to the proactor, as to pn_proactor_connect2(). NULL: one is made
 * @param transport   given to the proactor, as to pn_proactor_connect2(). NULL: one is made
 * @param fd          a connected stream socket, of TCP or one of socketpair(); given to the proactor, which
 *                    closes it with the connection. If it is none, PN_TRANSPORT_CLOSED comes, and the
 *                    transport's condition says why
 * @threads           any
 */
PNP_EXTERN void pn_proactor_import_socket(
    pn_proactor_t *proactor, pn_connection_t *connection, pn_transport_t *transport, pn_socket_t fd);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_PROACTOR_EXT_H */
