/* echo.c: requests and replies of some octets on bare sockets, with one epoll each: the floor of request-reply.
 *
 * Each connection of the client has one request under way. A round trip costs a write, a wait and a read on each
 * side. A turn is one round trip. */
#include "../process.h"
#include "socket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST = 4096, AT_ONCE = 64 };

/* One of the client's connections. */
struct talk {
  int socket;
  uint64_t sent;
  uint64_t asked; /* when the last request left, in nanoseconds */
};

static long turns = 50000, warmup = 5000, size = 160, connections = 1;
static struct talk *talks;
static uint32_t *latencies;
static long begun, ended;

static void serve(void) {
  uint64_t served = 0;
  long open = connections;
  char octets[LONGEST];
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0), listener = socket_listen();
  for (long i = 0; i < connections; i++) {
    const int accepted = socket_accept(listener, 0);
    poller_add(poller, accepted, EPOLLIN, (uint64_t)accepted);
  }
  while (open > 0) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const int socket = (int)events[i].data.u64;
      const size_t got = socket_read(socket, octets, (size_t)size);
      if (got == (size_t)size) {
        socket_write(socket, octets, got);
        served++;
      } else if (got == 0) {
        close(socket);
        open--;
      } else {
        die("half a request");
      }
    }
  }
  server_counted(served);
}

static void request(struct talk *talk) {
  char octets[LONGEST] = {0};
  if (begun == warmup + turns) {
    close(talk->socket);
    return;
  }
  begun++;
  memcpy(octets, &talk->sent, sizeof talk->sent);
  talk->asked = nanoseconds();
  socket_write(talk->socket, octets, (size_t)size);
}

static void take_reply(struct talk *talk) {
  char octets[LONGEST];
  if (socket_read(talk->socket, octets, (size_t)size) != (size_t)size) die("half a reply");
  if (memcmp(octets, &talk->sent, sizeof talk->sent) != 0) die("another reply was expected");
  talk->sent++;
  if (ended >= warmup) latencies[ended - warmup] = (uint32_t)(nanoseconds() - talk->asked);
  ended++;
  if (ended == warmup) meter_start();
  if (ended == warmup + turns) meter_stop();
  request(talk);
}

static void drive(uint16_t port) {
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0);
  for (long i = 0; i < connections; i++) {
    talks[i].socket = socket_connect(port, 0);
    poller_add(poller, talks[i].socket, EPOLLIN, (uint64_t)i);
  }
  for (long i = 0; i < connections; i++) request(&talks[i]);
  while (ended < warmup + turns) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) take_reply(&talks[events[i].data.u64]);
  }
  close(poller);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 100000000, "round trips to measure"},
      {"warmup", &warmup, 1, 100000000, "round trips before these"},
      {"size", &size, sizeof(uint64_t), LONGEST, "octets of a request, and of its reply"},
      {"connections", &connections, 1, 9000, "of the client to the server"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  talks = calloc((size_t)connections, sizeof *talks);
  latencies = calloc((size_t)turns, sizeof *latencies);
  if (!talks || !latencies) die("out of memory");
  drive(server_start(serve));
  server_check((uint64_t)(warmup + turns));
  server_join();
  meter_print(turns);
  latency_print(latencies, turns);
  free(talks);
  free(latencies);
  return 0;
}
