/* address.h: "host:port" as the API writes it, and how a name becomes addresses. */
#ifndef BARYON_PROACTOR_ADDRESS_H
#define BARYON_PROACTOR_ADDRESS_H

#include "base/status.h"
#include <netdb.h>
#include <proton/proactor.h>
#include <stdbool.h>

/* Split at the last colon; both are NUL-terminated. */
struct pni_address {
  char text[PN_MAX_ADDR]; /* host NUL port NUL */
  const char *host;       /* NULL for an empty one: the loopback interface, or all */
  const char *port;       /* "5672" for an empty one */
};

/* False: it is longer than an address may be. */
PNI_NODISCARD bool pni_address_parse(struct pni_address *address, const char *text);

/* The addresses of a host and port: getaddrinfo()'s codes and its list. With `numeric` names are not looked up: EAI_NONAME for one. */
int pni_address_resolve(
    const char *host, const char *port, bool to_listen, bool numeric, struct addrinfo **found);

#endif
