/* engine_scale.c: as engine_message.c, with much beside the message: links that are open, deliveries that nobody settles.
 *
 * One turn: a message of 100 octets is sent, received, accepted and settled by both ends. From the environment:
 *   LINKS      links that are open on the connection (1)
 *   BUSY       of these, links that take turns at sending (1)
 *   UNSETTLED  deliveries that were sent and accepted on the first link and that the client does not settle (0) */
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

enum { BATCH = 32, CREDIT = 64, SIZE = 100 };

static pn_connection_driver_t client, server;
static pn_link_t **senders;
static long links, busy, unsettled;
static long opened, received, answered, turn;
static uint64_t tag;
static char message[SIZE];

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : otherwise;
}

static void receive(pn_delivery_t *delivery) {
  char buffer[2 * SIZE];
  pn_link_t *link = pn_delivery_link(delivery);
  if (pn_delivery_partial(delivery)) return;
  REQUIRE(pn_link_recv(link, buffer, sizeof buffer) == SIZE);
  pn_delivery_update(delivery, PN_ACCEPTED);
  if (received++ >= unsettled)
    pn_delivery_settle(delivery);
  else
    REQUIRE(pn_link_advance(link));
  if (pn_link_credit(link) <= CREDIT / 2) pn_link_flow(link, CREDIT / 2);
}

static void handle_server(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    opened++;
    pn_link_open(pn_event_link(event));
    pn_link_flow(pn_event_link(event), CREDIT);
    break;
  case PN_DELIVERY: receive(pn_event_delivery(event)); break;
  default: break;
  }
}

static void handle_client(pn_event_t *event) {
  if (pn_event_type(event) != PN_DELIVERY) return;
  pn_delivery_t *delivery = pn_event_delivery(event);
  REQUIRE(pn_delivery_remote_state(delivery) == PN_ACCEPTED);
  if (pn_delivery_settled(delivery)) pn_delivery_settle(delivery);
  answered++;
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

static void send_one(pn_link_t *sender) {
  (void)pn_delivery(sender, pn_dtag((const char *)&tag, sizeof tag));
  tag++;
  REQUIRE(pn_link_send(sender, message, sizeof message) == SIZE);
  REQUIRE(pn_link_advance(sender));
}

/* Messages on `count` links in turn. */
static void send_batch(long count) {
  for (int i = 0; i < BATCH; i++) send_one(senders[turn++ % count]);
  run();
}

void workload_start(void) {
  links = number("LINKS", 1);
  busy = number("BUSY", 1);
  unsettled = number("UNSETTLED", 0);
  REQUIRE(busy > 0 && links >= busy);
  REQUIRE(pn_connection_driver_init(&client, NULL, NULL) == 0);
  REQUIRE(pn_connection_driver_init(&server, NULL, NULL) == 0);
  pn_transport_set_server(server.transport);
  pn_connection_open(client.connection);
  pn_session_t *session = pn_session(client.connection);
  pn_session_open(session);
  senders = calloc((size_t)links, sizeof *senders);
  REQUIRE(senders);
  for (long i = 0; i < links; i++) {
    char name[32];
    (void)snprintf(name, sizeof name, "link-%ld", i);
    senders[i] = pn_sender(session, name);
    pn_link_open(senders[i]);
    if (i % 1000 == 999) run();
  }
  run();
  REQUIRE(opened == links && pn_link_credit(senders[0]) == CREDIT);
  while (received < unsettled) send_batch(1);
  for (int i = 0; i < 512 / BATCH; i++) send_batch(busy); /* warm-up */
  REQUIRE(answered == received);
}

void workload_run(long times) {
  for (long done = 0; done < times; done += BATCH) send_batch(busy);
  REQUIRE(answered == received && received >= times);
}
