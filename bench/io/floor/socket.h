/* socket.h: what the bare programs need of sockets and epoll. Everything dies of an error. */
#ifndef BENCH_IO_SOCKET_H
#define BENCH_IO_SOCKET_H

#include <stddef.h>
#include <stdint.h>

/** Listen on a free port of 127.0.0.1, and tell the client. Gives a socket that blocks. */
int socket_listen(void);

/** Accept a connection; the socket blocks unless `flags` is SOCK_NONBLOCK. */
int socket_accept(int listener, int flags);

/** Connect to the server. With SOCK_NONBLOCK in `flags` the connection may not be there yet. */
int socket_connect(uint16_t port, int flags);

/** Write or read exactly `size` octets, in one call if the kernel takes or has them all. Reading gives what was
 *  read when the peer has closed. */
void socket_write(int socket, const void *octets, size_t size);
size_t socket_read(int socket, void *octets, size_t size);

/** Let `poller` report `socket` with `number`, for the given events. */
void poller_add(int poller, int socket, uint32_t events, uint64_t number);

#endif
