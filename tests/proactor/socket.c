/* socket.c: see socket.h. */
#include "socket.h"
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const unsigned char amqp_header[8] = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
const unsigned char amqp_open[16] = {0, 0, 0, 16, 2, 0, 0, 0, 0, 0x53, 0x10, 0xc0, 3, 1, 0xa1, 0};
const unsigned char amqp_close[12] = {0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x18, 0x45};

static int bound(char *address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof name;
  if (fd < 0 || bind(fd, (struct sockaddr *)&name, size) || getsockname(fd, (struct sockaddr *)&name, &size))
    broken("no socket");
  snprintf(address, ADDRESS, "127.0.0.1:%u", ntohs(name.sin_port));
  return fd;
}

const char *closed_address(void) {
  static char address[ADDRESS];
  if (!*address) bound(address); /* which keeps it, and does not listen */
  return address;
}

int socket_listen(char *address) {
  int fd = bound(address);
  if (listen(fd, 1024)) broken("no listening socket");
  return fd;
}

int socket_accept(int listening) {
  int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  while (fd < 0 && errno == EINTR) fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) broken("not accepted: error %d", errno);
  return fd;
}

int socket_connect(const char *address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const char *port = strrchr(address, ':');
  name.sin_port = htons((in_port_t)strtoul(port ? port + 1 : "0", NULL, 10));
  if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name)) broken("not connected to %s", address);
  return fd;
}

void socket_send(int fd, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return; /* the peer has gone: what it makes of that is the test's matter */
    at += sent;
    size -= (size_t)sent;
  }
}

size_t socket_receive(int fd, void *bytes, size_t size) {
  ssize_t received = recv(fd, bytes, size, 0);
  while (received < 0 && errno == EINTR) received = recv(fd, bytes, size, 0);
  return received > 0 ? (size_t)received : 0;
}

bool socket_receive_all(int fd, void *bytes, size_t size) {
  char *at = bytes;
  while (size > 0) {
    size_t received = socket_receive(fd, at, size);
    if (!received) return false;
    at += received;
    size -= received;
  }
  return true;
}

void socket_reset(int fd) {
  struct linger linger = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(fd);
}
