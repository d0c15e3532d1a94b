/* netaddr.c: the API's view of sockets' addresses. Objects belong to their connection or listener. */
#include "proactor/netaddr.h"

#include "proactor/connection.h"
#include "proactor/listener.h"
#include <netdb.h>
#include <stdio.h>
#include <string.h>

void pni_short_address_set(struct pni_short_address *address, const struct sockaddr *from, socklen_t size) {
  const bool fits = size <= sizeof address->address;
  address->size = fits ? (uint8_t)size : 0;
  if (fits) memcpy(&address->address, from, size);
}

void pni_netaddr_of_socket(
    pn_netaddr_t *local, pn_netaddr_t *remote, int fd, const struct pni_short_address *known) {
  local->size = remote->size = sizeof remote->address;
  if (fd < 0 || getsockname(fd, &local->address.any, &local->size) != 0) local->size = 0;
  if (known->size > 0) {
    remote->size = known->size;
    memcpy(&remote->address, &known->address, known->size);
  } else if (fd < 0 || getpeername(fd, &remote->address.any, &remote->size) != 0) {
    remote->size = 0;
  }
}

int pn_netaddr_host_port(const pn_netaddr_t *na, char *host, size_t hlen, char *port, size_t plen) {
  if (!na || na->size == 0) return EAI_NONAME;
  return getnameinfo(&na->address.any, na->size, host, (socklen_t)hlen, port, (socklen_t)plen,
      NI_NUMERICHOST | NI_NUMERICSERV);
}

int pn_netaddr_str(const pn_netaddr_t *addr, char *buf, size_t size) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (pn_netaddr_host_port(addr, host, sizeof host, port, sizeof port) != 0) {
    if (size > 0) *buf = '\0';
    return 0;
  }
  return snprintf(buf, size, "%s:%s", host, port);
}

const struct sockaddr *pn_netaddr_sockaddr(const pn_netaddr_t *na) {
  return na && na->size > 0 ? &na->address.any : NULL;
}

size_t pn_netaddr_socklen(const pn_netaddr_t *na) { return na ? na->size : 0; }

const pn_netaddr_t *pn_netaddr_next(const pn_netaddr_t *na) { return na ? na->next : NULL; }

const pn_netaddr_t *pn_transport_local_addr(pn_transport_t *t) { return pni_transport_address(t, false); }
const pn_netaddr_t *pn_transport_remote_addr(pn_transport_t *t) { return pni_transport_address(t, true); }

const pn_netaddr_t *pn_netaddr_local(pn_transport_t *t) { return pn_transport_local_addr(t); }
const pn_netaddr_t *pn_netaddr_remote(pn_transport_t *t) { return pn_transport_remote_addr(t); }
const pn_netaddr_t *pn_netaddr_listening(pn_listener_t *l) { return pn_listener_addr(l); }
