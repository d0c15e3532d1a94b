/* engine_message.c: the engine alone: two connection drivers in one thread, their octets passed in memory.
 *
 * One turn: the client sends a message of 100 octets; the server receives, accepts and settles it; the client takes the
 * outcome and settles. Messages travel in batches of BATCH, as they do between processes. */
#include "workload.h"

#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <stdint.h>
#include <string.h>

#ifndef BATCH
#  define BATCH 32
#endif
#ifndef PRESETTLED
#  define PRESETTLED 0
#endif

enum { CREDIT = 64, SIZE = 100 };

static pn_connection_driver_t client, server;
static pn_link_t *sender, *receiver;
static long received, settled;
static uint64_t tag;
static char message[SIZE];

static void handle_server(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    receiver = pn_event_link(event);
    pn_link_open(receiver);
    pn_link_flow(receiver, CREDIT);
    break;
  case PN_DELIVERY: {
    char buffer[2 * SIZE];
    pn_delivery_t *delivery = pn_event_delivery(event);
    if (pn_delivery_partial(delivery)) break;
    REQUIRE(pn_link_recv(receiver, buffer, sizeof buffer) == SIZE);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    if (++received % (CREDIT / 2) == 0) pn_link_flow(receiver, CREDIT / 2);
    break;
  }
  default: break;
  }
}

static void handle_client(pn_event_t *event) {
  if (pn_event_type(event) == PN_DELIVERY) {
    pn_delivery_t *delivery = pn_event_delivery(event);
    REQUIRE(pn_delivery_remote_state(delivery) == PN_ACCEPTED);
    pn_delivery_settle(delivery);
    settled++;
  }
}

static size_t move(pn_connection_driver_t *from, pn_connection_driver_t *to) {
  const pn_bytes_t out = pn_connection_driver_write_buffer(from);
  if (out.size == 0) return 0;
  const pn_rwbytes_t in = pn_connection_driver_read_buffer(to);
  const size_t size = out.size < in.size ? out.size : in.size;
  memcpy(in.start, out.start, size);
  pn_connection_driver_read_done(to, size);
  pn_connection_driver_write_done(from, size);
  return size;
}

static void run(void) {
  size_t moved;
  do {
    pn_event_t *event;
    while ((event = pn_connection_driver_next_event(&client))) handle_client(event);
    moved = move(&client, &server);
    while ((event = pn_connection_driver_next_event(&server))) handle_server(event);
    moved += move(&server, &client);
  } while (moved > 0);
}

static void send_one(void) {
  pn_delivery_t *delivery = pn_delivery(sender, pn_dtag((const char *)&tag, sizeof tag));
  tag++;
  REQUIRE(pn_link_send(sender, message, sizeof message) == SIZE);
  if (PRESETTLED) {
    pn_delivery_settle(delivery);
    settled++;
  } else {
    pn_link_advance(sender);
  }
}

void workload_start(void) {
  REQUIRE(pn_connection_driver_init(&client, NULL, NULL) == 0);
  REQUIRE(pn_connection_driver_init(&server, NULL, NULL) == 0);
  pn_transport_set_server(server.transport);
  pn_connection_open(client.connection);
  pn_session_t *session = pn_session(client.connection);
  pn_session_open(session);
  sender = pn_sender(session, "orders");
  pn_link_open(sender);
  run();
  REQUIRE(receiver && pn_link_credit(sender) == CREDIT);
}

void workload_run(long times) {
  for (long turn = 0; turn < times; turn += BATCH) {
    for (int i = 0; i < BATCH; i++) send_one();
    run();
  }
  REQUIRE(received == settled && received >= times);
}
