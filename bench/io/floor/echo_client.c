/* echo_client.c: requests of some octets over bare sockets with one epoll, to a server that sends them back.
 *
 * Each connection has one request under way. A turn is one round trip. */
#include "echo_client.h"

#include "../process.h"
#include "socket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 64 };

/* One of the client's connections. */
struct talk {
  int socket;
  uint64_t sent;
  uint64_t asked; /* when the last request left, in nanoseconds */
};

long echo_size = 160, echo_connections = 1;

static long turns = 50000, warmup = 5000;
static struct talk *talks;
static uint32_t *latencies;
static long begun, ended;

static void request(struct talk *talk) {
  char octets[ECHO_LONGEST] = {0};
  if (begun == warmup + turns) {
    close(talk->socket);
    return;
  }
  begun++;
  memcpy(octets, &talk->sent, sizeof talk->sent);
  talk->asked = nanoseconds();
  socket_write(talk->socket, octets, (size_t)echo_size);
}

static void take_reply(struct talk *talk) {
  char octets[ECHO_LONGEST];
  if (socket_read(talk->socket, octets, (size_t)echo_size) != (size_t)echo_size) die("half a reply");
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
  for (long i = 0; i < echo_connections; i++) {
    talks[i].socket = socket_connect(port, 0);
    poller_add(poller, talks[i].socket, EPOLLIN, (uint64_t)i);
  }
  for (long i = 0; i < echo_connections; i++) request(&talks[i]);
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
      {"size", &echo_size, sizeof(uint64_t), ECHO_LONGEST, "octets of a request, and of its reply"},
      {"connections", &echo_connections, 1, 9000, "of the client to the server"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  talks = calloc((size_t)echo_connections, sizeof *talks);
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
