/* raw_at_rest.c: the memory of raw connections that are connected and do nothing, with no buffers lent.
 *
 * The server accepts them, from a client of bare sockets. What is resident of it then is compared with what was when it listened. A
 * turn is one connection. The memory of the kernel's sockets is not counted. */
#include "floor/socket.h"
#include "process.h"

#include <proton/condition.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { BACKLOG = 4096, OTHER_FILES = 64 };

static long turns = 1000;

static void report_port(pn_listener_t *listener) {
  char port[16];
  if (pn_netaddr_host_port(pn_listener_addr(listener), NULL, 0, port, sizeof port) != 0) die("no port");
  server_ready((uint16_t)strtoul(port, NULL, 10));
}

static void serve(void) {
  pn_proactor_t *proactor = pn_proactor();
  long at_rest = 0;
  pn_proactor_listen(proactor, pn_listener(), "127.0.0.1:0", BACKLOG);
  while (at_rest < turns) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) {
      if (pn_event_type(event) == PN_LISTENER_OPEN) report_port(pn_event_listener(event));
      if (pn_event_type(event) == PN_LISTENER_ACCEPT)
        pn_listener_raw_accept(pn_event_listener(event), pn_raw_connection());
      if (pn_event_type(event) == PN_RAW_CONNECTION_NEED_READ_BUFFERS) at_rest++;
    }
    pn_proactor_done(proactor, batch);
  }
  server_counted((uint64_t)at_rest);
  pn_proactor_free(proactor);
}

static void allow_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < (rlim_t)(turns + OTHER_FILES))
    die("%ld open files are not allowed", turns + OTHER_FILES);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {{"turns", &turns, 1, 1000000, "connections"}};
  long client, before, after;
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  allow_files();
  const uint16_t port = server_start(serve);
  resident_octets(&client, &before);
  for (long i = 0; i < turns; i++) (void)socket_connect(port, 0);
  server_check((uint64_t)turns);
  resident_octets(&client, &after);
  server_join();
  printf("turns %ld\nserver_octets %ld\n", turns, after - before);
  return 0;
}
