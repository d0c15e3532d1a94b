/* netaddr.h: addresses of sockets as objects of the API, and in short where they wait for being asked for. */
#ifndef BARYON_PROACTOR_NETADDR_H
#define BARYON_PROACTOR_NETADDR_H

#include <netinet/in.h>
#include <proton/netaddr.h>
#include <stdbool.h>
#include <sys/socket.h>

/* A long one only for what is not of the internet. */
struct pn_netaddr_t {
  const pn_netaddr_t *next; /* of a listener's */
  socklen_t size;           /* 0: not known */
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
  } address;
};

/* The remote end of a connection, as short as that is for the internet; what is longer is asked of the socket. */
struct pni_short_address {
  uint8_t size; /* 0: not kept */
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address;
};

void pni_short_address_set(struct pni_short_address *address, const struct sockaddr *from, socklen_t size);

/* Both ends of a socket. */
void pni_netaddr_of_socket(
    pn_netaddr_t *local, pn_netaddr_t *remote, int fd, const struct pni_short_address *known);

#endif
