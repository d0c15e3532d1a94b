/* socket.c: sockets of 127.0.0.1, as the bare programs use them. */
#include "socket.h"

#include "process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static struct sockaddr_in loopback(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void send_at_once(int socket) {
  const int yes = 1;
  if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0) die_errno("TCP_NODELAY");
}

int socket_listen(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) die_errno("socket");
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) die_errno("bind");
  if (listen(listener, BACKLOG) != 0) die_errno("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) die_errno("getsockname");
  server_ready(ntohs(address.sin_port));
  return listener;
}

int socket_accept(int listener, int flags) {
  const int accepted = accept4(listener, NULL, NULL, flags);
  if (accepted < 0) die_errno("accept");
  send_at_once(accepted);
  return accepted;
}

int socket_connect(uint16_t port, int flags) {
  const struct sockaddr_in address = loopback(port);
  const int connected = socket(AF_INET, SOCK_STREAM | flags, 0);
  if (connected < 0) die_errno("socket");
  if (connect(connected, (const struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    die_errno("connect");
  }
  send_at_once(connected);
  return connected;
}

void socket_write(int socket, const void *octets, size_t size) {
  for (size_t done = 0; done < size;) {
    const ssize_t now = write(socket, (const char *)octets + done, size - done);
    if (now < 0) die_errno("write");
    done += (size_t)now;
  }
}

size_t socket_read(int socket, void *octets, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t now = read(socket, (char *)octets + done, size - done);
    if (now < 0) die_errno("read");
    if (now == 0) break;
    done += (size_t)now;
  }
  return done;
}

void poller_add(int poller, int socket, uint32_t events, uint64_t number) {
  struct epoll_event event = {.events = events, .data.u64 = number};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) != 0) die_errno("epoll_ctl");
}
