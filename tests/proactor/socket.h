/* socket.h: bare sockets of 127.0.0.1, for peers that a test plays itself. A fault ends the program. */
#ifndef BARYON_TESTS_PROACTOR_SOCKET_H
#define BARYON_TESTS_PROACTOR_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

enum { ADDRESS = 64 };

/* An address where nobody listens, and nobody will while the program runs. */
const char *closed_address(void);

/* A socket that listens on a port that the kernel chose; address: 127.0.0.1:PORT, ADDRESS characters. */
int socket_listen(char *address);

int socket_accept(int listening);
int socket_connect(const char *address);

void socket_send(int fd, const void *bytes, size_t size);

/* As many octets as there are, up to size; 0 at the peer's end of output or when the connection was reset. */
size_t socket_receive(int fd, void *bytes, size_t size);

/* Exactly size octets; false if the peer ends before. */
bool socket_receive_all(int fd, void *bytes, size_t size);

/* Close so that the peer gets a reset. */
void socket_reset(int fd);

/* The octets of an AMQP header, and of opens and closes that name nothing. */
extern const unsigned char amqp_header[8], amqp_open[16], amqp_close[12];

#endif
