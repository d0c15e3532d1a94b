/* flood.c: as many octets as a TCP proxy carries, in one direction. The client writes them, the server takes and counts them; both
 * with bare sockets and one epoll. A turn is 16,384 octets. */
#include "floor/socket.h"
#include "process.h"
#include "proxied.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURN = 16384, AT_ONCE = 64, PIECE = 4 * TURN };

static long turns = 20000, warmup = 1000, connections = 4;
static char octets[PIECE];

static void serve(void) {
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0), listener = socket_listen();
  uint64_t received = 0;
  for (long i = 0; i < connections; i++) {
    const int accepted = socket_accept(listener, SOCK_NONBLOCK);
    poller_add(poller, accepted, EPOLLIN, (uint64_t)accepted);
  }
  for (long open = connections; open > 0;) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const ssize_t got = read((int)events[i].data.u64, octets, sizeof octets);
      if (got < 0) die_errno("read");
      received += (uint64_t)got;
      if (got > 0) continue;
      close((int)events[i].data.u64);
      open--;
    }
  }
  server_counted(received);
}

/* Which of the client's connections are written to in turn: whatever the kernel takes of it. */
static void write_some(int socket, uint64_t *left) {
  const size_t most = *left < PIECE ? (size_t)*left : PIECE;
  const ssize_t sent = write(socket, octets, most);
  if (sent < 0) die_errno("write");
  *left -= (uint64_t)sent;
}

static void drive(uint16_t port) {
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0);
  const uint64_t all = (uint64_t)(turns + warmup) * TURN;
  uint64_t left = all;
  int started = 0;
  int sockets[AT_ONCE];
  for (long i = 0; i < connections; i++) {
    sockets[i] = socket_connect(port, SOCK_NONBLOCK);
    poller_add(poller, sockets[i], EPOLLOUT, (uint64_t)sockets[i]);
  }
  while (left > 0) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count && left > 0; i++) write_some((int)events[i].data.u64, &left);
    if (!started && all - left >= (uint64_t)warmup * TURN) {
      started = 1;
      meter_start();
    }
  }
  for (long i = 0; i < connections; i++) close(sockets[i]);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 100000000, "of 16,384 octets, to measure"},
      {"warmup", &warmup, 0, 100000000, "before these"},
      {"connections", &connections, 1, AT_ONCE, "through the proxy"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  const uint16_t port = proxy_start(server_start(serve));
  const double before = proxy_cpu();
  drive(port);
  server_check((uint64_t)(turns + warmup) * TURN);
  meter_stop();
  printf("proxy_cpu_seconds %.9f\n", proxy_cpu() - before);
  proxy_stop();
  server_join();
  meter_print(turns);
  return 0;
}
