/* echo.c: requests and replies on bare sockets, with one epoll each: the floor of request-reply and of raw-echo. What the
 * client does is in echo_client.c; a round trip costs a write, a wait and a read on each side. */
#include "../process.h"
#include "echo_client.h"
#include "socket.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { AT_ONCE = 64 };

void serve(void) {
  uint64_t served = 0;
  long open = echo_connections;
  char octets[ECHO_LONGEST];
  struct epoll_event events[AT_ONCE];
  const int poller = epoll_create1(0), listener = socket_listen();
  for (long i = 0; i < echo_connections; i++) {
    const int accepted = socket_accept(listener, 0);
    poller_add(poller, accepted, EPOLLIN, (uint64_t)accepted);
  }
  while (open > 0) {
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const int socket = (int)events[i].data.u64;
      const size_t got = socket_read(socket, octets, (size_t)echo_size);
      if (got == (size_t)echo_size) {
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
