/* capture.c: a conversation of two engines, written down as packets, for a tool that knows AMQP to read.
 *
 *   engine_capture FILE [DAMAGE]    DAMAGE: the number of an octet that the client writes, which is changed
 *
 * FILE is in pcap's format: TCP on port 5672 between two addresses. The conversation has every performative of AMQP's frames
 * and SASL's, with as many of their fields as the engine writes. */
#include <proton/codec.h>
#include <proton/connection_driver.h>
#include <proton/engine.h>
#include <proton/message.h>
#include <proton/sasl.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT = 1400, PORT = 5672, LARGE = 9000, IP_HEADER = 20, TCP_HEADER = 20 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

/* Packets. */

static FILE *file;
static uint32_t packets;

static void put(uint8_t *to, uint32_t value, unsigned octets) { /* most significant first */
  for (unsigned i = octets; i-- > 0; value >>= 8) to[i] = (uint8_t)value;
}

static void write_or_die(const void *octets, size_t size) {
  if (fwrite(octets, 1, size, file) != size) abort();
}

static void put_in_file(uint32_t value) { /* as this machine has it, which the magic number tells */
  write_or_die(&value, sizeof value);
}

static void begin_file(void) {
  const uint16_t version[] = {2, 4};
  enum { MAGIC = (int)0xa1b2c3d4, RAW_IP = 101, LONGEST = 65535 };
  put_in_file((uint32_t)MAGIC);
  write_or_die(version, sizeof version);
  put_in_file(0);
  put_in_file(0);
  put_in_file(LONGEST);
  put_in_file(RAW_IP);
}

static uint16_t checksum(const uint8_t *octets, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i += 2) sum += (uint32_t)octets[i] << 8 | octets[i + 1];
  while (sum > UINT16_MAX) sum = (sum & UINT16_MAX) + (sum >> 16);
  return (uint16_t)~sum;
}

/* One end. */
struct side {
  pn_connection_driver_t driver;
  uint8_t address;
  uint16_t port;
  uint32_t sent; /* octets of TCP */
  struct side *peer;
  long damage; /* octets until the one to change; negative: none */
  unsigned received;
  uint64_t outcome;
};

static void write_packet(struct side *from, uint8_t flags, const char *bytes, size_t size) {
  uint8_t packet[IP_HEADER + TCP_HEADER + SEGMENT] = {0x45};
  const size_t all = IP_HEADER + TCP_HEADER + size;
  uint8_t *const tcp = packet + IP_HEADER;
  put(packet + 2, (uint32_t)all, 2);
  put(packet + 8, 64 << 8 | 6, 2); /* time to live, TCP */
  put(packet + 12, 10U << 24 | from->address, 4);
  put(packet + 16, 10U << 24 | from->peer->address, 4);
  put(packet + 10, checksum(packet, IP_HEADER), 2);
  put(tcp, from->port, 2);
  put(tcp + 2, from->peer->port, 2);
  put(tcp + 4, from->sent, 4);
  put(tcp + 8, flags & ACK ? from->peer->sent : 0, 4);
  put(tcp + 12, (TCP_HEADER / 4U) << 12 | flags, 2);
  put(tcp + 14, UINT16_MAX, 2);
  if (size > 0) memcpy(tcp + TCP_HEADER, bytes, size);
  put_in_file(packets / 1000);
  put_in_file(packets++ % 1000 * 1000);
  put_in_file((uint32_t)all);
  put_in_file((uint32_t)all);
  write_or_die(packet, all);
  from->sent += (uint32_t)size + ((flags & (SYN | FIN)) != 0);
}

/* The applications: the server answers and settles with each outcome in turn. */

static void settle(struct side *side, pn_delivery_t *dlv) {
  static const uint64_t outcomes[] = {PN_ACCEPTED, PN_REJECTED, PN_RELEASED, PN_MODIFIED};
  char bytes[LARGE];
  pn_link_t *link = pn_delivery_link(dlv);
  while (pn_link_recv(link, bytes, sizeof bytes) > 0) continue;
  const uint64_t outcome = outcomes[side->received++ % 4];
  pn_disposition_t *local = pn_delivery_local(dlv);
  if (outcome == PN_REJECTED)
    (void)pn_condition_format(pn_disposition_condition(local), "my:reason", "number %u", side->received);
  if (outcome == PN_MODIFIED) {
    pn_disposition_set_failed(local, true);
    pn_data_put_map(pn_disposition_annotations(local));
  }
  pn_link_advance(link);
  pn_delivery_update(dlv, outcome);
  pn_delivery_settle(dlv);
}

static void on_delivery(struct side *side, pn_delivery_t *dlv) {
  pn_link_t *link = pn_delivery_link(dlv);
  if (pn_link_is_sender(link)) {
    if (pn_delivery_settled(dlv)) pn_delivery_settle(dlv);
  } else if (pn_link_current(link) == dlv && !pn_delivery_partial(dlv)) {
    settle(side, dlv);
  }
}

static void answer_link(pn_link_t *link) {
  pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
  pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
  if (pn_terminus_is_dynamic(pn_link_source(link))) pn_terminus_set_address(pn_link_source(link), "made");
  pn_link_open(link);
  if (pn_link_is_receiver(link)) pn_link_flow(link, 20);
}

static void handle(struct side *side, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN: answer_link(pn_event_link(event)); break;
  case PN_LINK_REMOTE_DETACH: pn_link_detach(pn_event_link(event)); break;
  case PN_LINK_REMOTE_CLOSE: pn_link_close(pn_event_link(event)); break;
  case PN_SESSION_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  case PN_DELIVERY: on_delivery(side, pn_event_delivery(event)); break;
  default: break;
  }
}

/* The network. */

static bool carry(struct side *from) {
  struct side *to = from->peer;
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&from->driver))) handle(from, event);
  const pn_bytes_t out = pn_connection_driver_write_buffer(&from->driver);
  const pn_rwbytes_t in = pn_connection_driver_read_buffer(&to->driver);
  size_t size = out.size < in.size ? out.size : in.size;
  if (size > SEGMENT) size = SEGMENT;
  if (size == 0) return false;
  memcpy(in.start, out.start, size);
  char segment[SEGMENT];
  memcpy(segment, out.start, size);
  if (from->damage >= 0 && from->damage < (long)size) segment[from->damage] ^= (char)0xff;
  from->damage -= from->damage >= 0 ? (long)size : 0;
  if (from->damage < 0) from->damage = -1;
  write_packet(from, PSH | ACK, segment, size);
  pn_connection_driver_read_done(&to->driver, size);
  (void)pn_connection_driver_write_done(&from->driver, size);
  return true;
}

static struct side client = {.address = 1, .port = 40000, .damage = -1};
static struct side server = {.address = 2, .port = PORT, .damage = -1};

static void run(void) {
  for (bool busy = true; busy;) {
    busy = carry(&client);
    busy = carry(&server) || busy;
  }
}

/* The conversation. */

static void open_all(void) {
  pn_connection_t *conn = client.driver.connection;
  pn_connection_set_container(conn, "client");
  pn_connection_set_hostname(conn, "example.org");
  pn_connection_set_user(conn, "bob");
  pn_data_put_symbol(pn_connection_offered_capabilities(conn), pn_bytes(5, "first"));
  pn_data_t *properties = pn_connection_properties(conn);
  pn_data_put_map(properties);
  pn_data_enter(properties);
  pn_data_put_symbol(properties, pn_bytes(7, "product"));
  pn_data_put_string(properties, pn_bytes(6, "Baryon"));
  pn_data_exit(properties);
  pn_transport_set_idle_timeout(client.driver.transport, 4000);
  pn_transport_set_max_frame(server.driver.transport, 4096);
  pn_sasl_allowed_mechs(pn_sasl(client.driver.transport), "ANONYMOUS");
  pn_sasl(server.driver.transport);
  pn_connection_open(conn);
}

static pn_link_t *open_links(pn_session_t *ssn) {
  pn_link_t *sender = pn_sender(ssn, "orders"), *receiver = pn_receiver(ssn, "answers");
  pn_terminus_set_address(pn_link_target(sender), "queue");
  pn_terminus_set_durability(pn_link_target(sender), PN_DELIVERIES);
  pn_terminus_set_expiry_policy(pn_link_target(sender), PN_EXPIRE_NEVER);
  pn_terminus_set_timeout(pn_link_target(sender), 7);
  pn_link_set_max_message_size(sender, 1000000);
  pn_terminus_set_dynamic(pn_link_source(receiver), true);
  pn_terminus_set_distribution_mode(pn_link_source(receiver), PN_DIST_MODE_COPY);
  pn_link_t *control = pn_sender(ssn, "transactions");
  pn_terminus_set_type(pn_link_target(control), PN_COORDINATOR);
  pn_link_open(sender);
  pn_link_open(receiver);
  pn_link_open(control);
  run();
  pn_link_drain(receiver, 3);
  run();
  return sender;
}

/* A message of that many octets of data, and some of its own. */
static size_t encode_message(char *room, size_t capacity, size_t size) {
  static const char octets[LARGE];
  pn_message_t *msg = pn_message();
  pn_message_set_address(msg, "queue");
  pn_message_set_inferred(msg, true);
  pn_data_put_binary(pn_message_body(msg), pn_bytes(size, octets));
  if (!msg || pn_message_encode(msg, room, &capacity) != 0) abort();
  pn_message_free(msg);
  return capacity;
}

/* More of a message, a section in each frame: what reads this does not put payloads of several frames together. */
static void send_sections(pn_link_t *sender) {
  enum { SECTION = 1000, DATA = 0x75 };
  char section[SECTION] = {0, 0x53, DATA, (char)0xb0};
  put((uint8_t *)section + 4, SECTION - 8, 4);
  for (int i = 0; i < 4; i++) {
    run();
    pn_link_send(sender, section, sizeof section);
  }
}

static void send_all(pn_link_t *sender) {
  for (unsigned i = 0; i < 8; i++) {
    char tag[8], bytes[LARGE];
    (void)snprintf(tag, sizeof tag, "%u", i);
    pn_delivery_t *dlv = pn_delivery(sender, pn_dtag(tag, strlen(tag)));
    pn_link_send(sender, bytes, encode_message(bytes, sizeof bytes, (size_t)100 * i));
    if (i == 2) send_sections(sender);
    if (i == 5) run();
    if (i == 5) pn_delivery_abort(dlv);
    if (i == 6) pn_delivery_settle(dlv);
    if (pn_link_current(sender) == dlv) pn_link_advance(sender);
    if (i % 3 == 0) run();
  }
  run();
}

static void close_all(pn_session_t *ssn, pn_link_t *sender) {
  pn_connection_t *conn = client.driver.connection;
  for (int64_t now = 1; now < 6000; now += 500) {
    (void)pn_transport_tick(client.driver.transport, now);
    (void)pn_transport_tick(server.driver.transport, now);
    run();
  }
  pn_link_detach(pn_link_next(pn_link_head(conn, 0), 0));
  run();
  (void)pn_condition_format(pn_link_condition(sender), "amqp:link:detach-forced", "%s", "enough");
  pn_link_close(sender);
  run();
  pn_session_close(ssn);
  run();
  (void)pn_condition_format(pn_connection_condition(conn), "amqp:connection:forced", "%s", "good night");
  pn_connection_close(conn);
  run();
}

static void converse(void) {
  open_all();
  pn_session_t *ssn = pn_session(client.driver.connection);
  pn_session_open(ssn);
  run();
  pn_link_t *sender = open_links(ssn);
  send_all(sender);
  close_all(ssn, sender);
}

int main(int argc, char **argv) {
  if (argc < 2 || !(file = fopen(argv[1], "wb"))) {
    fprintf(stderr, "usage: engine_capture FILE [DAMAGE]\n");
    return 2;
  }
  if (argc > 2) client.damage = strtol(argv[2], NULL, 10);
  client.peer = &server;
  server.peer = &client;
  if (pn_connection_driver_init(&client.driver, NULL, NULL) != 0) return 1;
  if (pn_connection_driver_init(&server.driver, NULL, NULL) != 0) return 1;
  pn_transport_set_server(server.driver.transport);
  begin_file();
  write_packet(&client, SYN, NULL, 0);
  write_packet(&server, SYN | ACK, NULL, 0);
  write_packet(&client, ACK, NULL, 0);
  converse();
  write_packet(&client, FIN | ACK, NULL, 0);
  write_packet(&server, FIN | ACK, NULL, 0);
  write_packet(&client, ACK, NULL, 0);
  const bool whole = server.received > 5 && pn_connection_driver_write_closed(&server.driver);
  pn_connection_driver_destroy(&client.driver);
  pn_connection_driver_destroy(&server.driver);
  return fclose(file) == 0 && whole ? 0 : 1;
}
