/* at_rest.c: the memory of connections that are open, each with a session and a link, and do nothing.
 *
 * The client opens one, for which each process loads and makes what all connections share, and then some at a time until
 * all are open; then it compares what is resident of each process with what was after the first. Each has a sending
 * link that has been given credit, so nothing is on its way any more. A turn is one connection after the first. The
 * memory of the kernel's sockets is not counted. */
#include "loop.h"
#include "process.h"
#include "secure.h"

#include <proton/connection.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { AT_A_TIME = 50, OTHER_FILES = 64 };

static long turns = 1000;
static atomic_ulong served;     /* server: links opened */
static pn_connection_t **conns; /* client: all that have begun */
static long begun, inited, opened;
static long client_octets, server_octets; /* resident, less what was with one */

static void handle_server(pn_event_t *event, pn_event_type_t type) {
  if (type != PN_LINK_REMOTE_OPEN) return;
  pn_link_open(pn_event_link(event));
  pn_link_flow(pn_event_link(event), 1);
  atomic_fetch_add(&served, 1);
}

static void serve(void) {
  loop_serve(handle_server, 1 + turns, 1);
  server_counted(atomic_load(&served));
}

static void look(void) {
  const struct timespec moment = {0, 200000000};
  long client_now, server_now;
  nanosleep(&moment, NULL);
  resident_octets(&client_now, &server_now);
  client_octets = client_now - client_octets;
  server_octets = server_now - server_octets;
  for (long i = 0; i < 1 + turns; i++) pn_connection_wake(conns[i]);
}

static void begin(void) {
  if (begun == 1 + turns) return;
  begun++;
  loop_connect(NULL, 0);
}

static void begin_many(void) {
  resident_octets(&client_octets, &server_octets);
  for (int i = 0; i < AT_A_TIME; i++) begin();
}

static void handle_client(pn_event_t *event, pn_event_type_t type) {
  pn_connection_t *conn = pn_event_connection(event);
  switch (type) {
  case PN_CONNECTION_INIT:
    conns[inited++] = conn;
    loop_open_sender(loop_open_session(conn), "orders");
    break;
  case PN_LINK_FLOW:
    if (++opened == 1)
      begin_many();
    else
      begin();
    if (opened == 1 + turns) look();
    break;
  case PN_CONNECTION_WAKE: pn_connection_close(conn); break;
  default: break;
  }
}

static void allow_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < (rlim_t)(turns + OTHER_FILES)) {
    die("%ld connections need %ld open files, and %ld are allowed", turns, turns + OTHER_FILES,
        (long)limit.rlim_cur);
  }
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {{"turns", &turns, 1, 1000000, "connections"}, SECURE_OPTION};
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  allow_files();
  conns = calloc((size_t)turns + 1, sizeof(pn_connection_t *));
  if (!conns) die("out of memory");
  secure_start();
  loop_reach(server_start(serve));
  begin();
  loop_drive(handle_client);
  server_check((uint64_t)turns + 1);
  server_join();
  printf("turns %ld\nclient_octets %ld\nserver_octets %ld\n", turns, client_octets, server_octets);
  free(conns);
  return 0;
}
