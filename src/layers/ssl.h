/* ssl.h: the TLS side of a transport, as the files of its layer share it. [5.2]
 *
 * ssl_api.c has the functions of <proton/ssl.h> and <baryon/tls.h>, ssl_layer.c moves octets between the socket's side, a
 * session of the TLS core (tls.h), and the next layer. A transport has none of this until pn_ssl() is called. */
#ifndef BARYON_LAYERS_SSL_H
#define BARYON_LAYERS_SSL_H

#include "engine/transport.h"
#include "layers/tls.h"
#include <proton/ssl.h>

struct pni_ssl {
  struct pni_tls_context *context; /* a reference; NULL until it is known which */
  struct pni_tls *tls;             /* once the first octet goes in or out */
  struct pni_buffer
      pending; /* encrypted, and not yet in the transport's output: what input was answered with */
  struct pni_buffer plain;  /* decrypted, and not yet taken by the next layer */
  struct pni_buffer clear;  /* of the next layer, and not yet encrypted */
  char *host, *name;        /* pn_ssl_set_peer_hostname(), pn_ssl_init()'s session_id */
  char *reached;            /* the host that is connected to: the name, where nobody has given one */
  int64_t deadline;         /* of the handshake; 0 before the first tick */
  bool header_received : 1; /* a client's, of AMQP's own TLS layer [5.2] */
  bool heard : 1;           /* TLS's first octet has come */
  bool noticed : 1;         /* that the handshake is over */
};

/* That of a transport, made if there is none; NULL without memory. */
struct pni_ssl *pni_ssl(pn_transport_t *transport);
void pni_ssl_free(pn_transport_t *transport);

/* Whom the peer's certificate has to be for; NULL: nobody has said. */
const char *pni_ssl_host(const pn_transport_t *transport);

extern const struct pni_layer pni_layer_tls;
extern const struct pni_known_layer pni_known_tls;

#endif
