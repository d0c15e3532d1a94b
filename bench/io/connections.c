/* connections.c: connections that open and close.
 *
 * The client keeps some under way at a time; each connects, authenticates as ANONYMOUS, opens, and closes when the
 * server has opened. Without TLS that is four exchanges: the header of the security layer, the choice of a mechanism, open,
 * close. A turn is one connection. */
#include "loop.h"
#include "process.h"
#include "secure.h"

#include <proton/connection.h>
#include <stdatomic.h>
#include <stdio.h>

static long turns = 5000, warmup = 500, connections = 10;
static atomic_ulong served; /* server: that have opened */
static long begun, ended;   /* client */
static long resumed;        /* of those that are measured */

static void handle_server(pn_event_t *event, pn_event_type_t type) {
  (void)event;
  if (type == PN_CONNECTION_REMOTE_OPEN) atomic_fetch_add(&served, 1);
}

static void serve(void) {
  loop_serve(handle_server, warmup + turns, 1);
  server_counted(atomic_load(&served));
}

static void begin(void) {
  if (begun == warmup + turns) return;
  begun++;
  loop_connect(NULL, 1);
}

static void handle_client(pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_CONNECTION_REMOTE_OPEN:
    resumed += ended >= warmup && secure_resumed(pn_event_transport(event));
    pn_connection_close(pn_event_connection(event));
    break;
  case PN_TRANSPORT_CLOSED:
    ended++;
    if (ended == warmup) meter_start();
    if (ended == warmup + turns) meter_stop();
    begin();
    break;
  default: break;
  }
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 10000000, "connections to measure"},
      {"warmup", &warmup, 1, 10000000, "connections before these"},
      {"connections", &connections, 1, 9000, "under way at a time"},
      SECURE_OPTION,
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  secure_start();
  loop_reach(server_start(serve));
  for (long i = 0; i < connections; i++) begin();
  loop_drive(handle_client);
  server_check((uint64_t)(warmup + turns));
  server_join();
  meter_print(turns);
  printf("resumed %ld\n", resumed);
  return 0;
}
