/* connections.c: bare sockets that connect, exchange some octets four times and close: the floor of opening and
 * closing.
 *
 * Four exchanges of this size is what AMQP takes, too: see connections.c in the folder above. The client keeps some
 * connections under way at a time, and closes each. A turn is one connection. */
#include "../process.h"
#include "socket.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXCHANGES = 4, SIZE = 64, AT_ONCE = 64 };

/* A place of the client for one connection after another. */
struct place {
  int socket;
  int exchanges; /* begun */
};

static long turns = 5000, warmup = 500, connections = 10;
static const char octets[SIZE];
static struct place *places;
static long begun, ended;

static void accept_one(int poller, int listener) {
  const int accepted = socket_accept(listener, SOCK_NONBLOCK);
  poller_add(poller, accepted, EPOLLIN, (uint64_t)accepted);
}

static void serve(void) {
  uint64_t served = 0;
  char taken[SIZE];
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0), listener = socket_listen();
  poller_add(poller, listener, EPOLLIN, (uint64_t)listener);
  while (served < (uint64_t)(warmup + turns)) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const int socket = (int)events[i].data.u64;
      if (socket == listener) {
        accept_one(poller, listener);
      } else if (socket_read(socket, taken, SIZE) == SIZE) {
        socket_write(socket, octets, SIZE);
      } else {
        close(socket);
        served++;
      }
    }
  }
  server_counted(served);
}

static void begin(int poller, uint16_t port, long place) {
  if (begun == warmup + turns) return;
  begun++;
  places[place] = (struct place){.socket = socket_connect(port, SOCK_NONBLOCK)};
  poller_add(poller, places[place].socket, EPOLLIN | EPOLLOUT | EPOLLET, (uint64_t)place);
}

/* The socket has connected, or a reply is there. Gives 1 when the connection is over. */
static int proceed(struct place *place) {
  char taken[SIZE];
  if (place->exchanges > 0 && socket_read(place->socket, taken, SIZE) != SIZE) die("half a reply");
  if (place->exchanges == EXCHANGES) {
    close(place->socket);
    return 1;
  }
  socket_write(place->socket, octets, SIZE);
  place->exchanges++;
  return 0;
}

static void drive(uint16_t port) {
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0);
  for (long i = 0; i < connections; i++) begin(poller, port, i);
  while (ended < warmup + turns) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const long place = (long)events[i].data.u64;
      if (!proceed(&places[place])) continue;
      ended++;
      if (ended == warmup) meter_start();
      begin(poller, port, place);
    }
  }
  close(poller);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 10000000, "connections to measure"},
      {"warmup", &warmup, 1, 10000000, "connections before these"},
      {"connections", &connections, 1, 9000, "under way at a time"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  places = calloc((size_t)connections, sizeof *places);
  if (!places) die("out of memory");
  drive(server_start(serve));
  server_check((uint64_t)(warmup + turns));
  meter_stop();
  server_join();
  meter_print(turns);
  free(places);
  return 0;
}
