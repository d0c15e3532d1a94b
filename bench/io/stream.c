/* stream.c: messages on one connection, each acknowledged.
 *
 * The client sends as credit allows, and settles what the server has accepted and settled. The server reads,
 * accepts and settles, and renews credit by halves. A turn is one message. */
#include "loop.h"
#include "payload.h"
#include "process.h"
#include "secure.h"

#include <proton/connection.h>
#include <proton/link.h>

static long turns = 200000, warmup = 20000, size = 100;
static long credit = 2000; /* as many as two sockets of ZeroMQ hold, of 1000 each */
static uint64_t received;  /* server */
static uint64_t sent;      /* client */
static long accepted;

static void receive(pn_link_t *receiver, pn_delivery_t *dlv) {
  const int half = (int)((credit + 1) / 2);
  if (!payload_take(receiver, dlv, received)) return;
  received++;
  message_accept(dlv);
  if (received % (uint64_t)half == 0) pn_link_flow(receiver, half);
}

static void handle_server(pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(pn_event_link(event));
    pn_link_flow(pn_event_link(event), (int)credit);
    break;
  case PN_DELIVERY: receive(pn_event_link(event), pn_event_delivery(event)); break;
  default: break;
  }
}

static void serve(void) {
  loop_serve(handle_server, 1, 1);
  server_counted(received);
}

static void send_some(pn_link_t *sender) {
  while (pn_link_credit(sender) > 0 && sent < (uint64_t)(warmup + turns)) payload_send(sender, sent++);
}

static void settle(pn_event_t *event) {
  message_accepted(pn_event_delivery(event));
  accepted++;
  if (accepted == warmup) meter_start();
  if (accepted < warmup + turns) return;
  meter_stop();
  pn_connection_close(pn_event_connection(event));
}

static void handle_client(pn_event_t *event, pn_event_type_t type) {
  switch (type) {
  case PN_CONNECTION_INIT: loop_open_sender(loop_open_session(pn_event_connection(event)), "orders"); break;
  case PN_LINK_FLOW: send_some(pn_event_link(event)); break;
  case PN_DELIVERY: settle(event); break;
  default: break;
  }
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 1000000000, "messages to measure"},
      {"warmup", &warmup, 1, 1000000000, "messages before these"},
      {"size", &size, MESSAGE_LEAST, 64 << 20, "octets of a message"},
      {"credit", &credit, 1, 1000000, "messages that may be under way"},
      SECURE_OPTION,
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  payload_start((size_t)size);
  secure_start();
  loop_reach(server_start(serve));
  loop_connect(NULL, 0);
  loop_drive(handle_client);
  server_check((uint64_t)(warmup + turns));
  server_join();
  meter_print(turns);
  payload_stop();
  return 0;
}
