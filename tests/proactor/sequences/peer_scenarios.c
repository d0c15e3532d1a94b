/* peer_scenarios.c: peers that are no AMQP engine: bare sockets that send what the scenario says, and end as it says. */
#include "scenarios.h"

#include <proton/sasl.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum ending { CLOSES, HALF_CLOSES, RESETS };

static void end_socket(int fd, enum ending ending) {
  if (ending == CLOSES) close(fd);
  if (ending == RESETS) socket_reset(fd);
  if (ending != HALF_CLOSES) return;
  char byte;
  shutdown(fd, SHUT_WR);
  while (socket_receive(fd, &byte, 1)) {}
  close(fd);
}

static bool settled_by_peer(struct host *host, void *context) {
  (void)context;
  return host->actors->seen[PN_PROACTOR_INACTIVE] > 0;
}

/* "server" has accepted a client that sends some octets and then ends. */
static void client_sends(struct host *host, const void *bytes, size_t size, enum ending ending) {
  struct actor *listener = host_listen_open(host, accept_one);
  int fd = socket_connect(listener_address(listener));
  socket_send(fd, bytes, size);
  host_until(host, "server", size > 8 ? PN_CONNECTION_REMOTE_OPEN : PN_CONNECTION_BOUND);
  if (ending == HALF_CLOSES) {
    shutdown(fd, SHUT_WR);
    host_until_true(host, settled_by_peer, NULL);
    close(fd);
    return;
  }
  end_socket(fd, ending);
  until_inactive(host);
}

static void client_says_nothing_and_closes(struct host *host) { client_sends(host, "", 0, CLOSES); }

static void client_says_nothing_and_half_closes(struct host *host) { client_sends(host, "", 0, HALF_CLOSES); }

static void client_resets_at_once(struct host *host) { client_sends(host, "", 0, RESETS); }

static void client_closes_after_the_header(struct host *host) { client_sends(host, amqp_header, 8, CLOSES); }

static void client_closes_in_the_header(struct host *host) { client_sends(host, "AMQ", 3, CLOSES); }

static void client_is_no_amqp(struct host *host) { client_sends(host, "GET / HT", 8, CLOSES); }

static const unsigned char header_and_open[] = {
    'A', 'M', 'Q', 'P', 0, 1, 0, 0, 0, 0, 0, 16, 2, 0, 0, 0, 0, 0x53, 0x10, 0xc0, 3, 1, 0xa1, 0};

static void client_closes_after_open(struct host *host) {
  client_sends(host, header_and_open, sizeof header_and_open, CLOSES);
}

static void client_half_closes_after_open(struct host *host) {
  client_sends(host, header_and_open, sizeof header_and_open, HALF_CLOSES);
}

/* A client has connected. Until then its proactor has something to do. */
static int accept_from(struct host *host, int listening) {
  struct pollfd arrival = {listening, POLLIN, 0};
  while (poll(&arrival, 1, 1) == 0)
    if (!host->thread_count) host_get(host);
  return socket_accept(listening);
}

/* "client" has connected to a server that takes its header and open, sends some octets, and then ends. */
static void server_sends(struct host *host, const void *bytes, size_t size, enum ending ending) {
  char address[ADDRESS];
  unsigned char taken[8];
  int listening = socket_listen(address);
  host_connect(host, "client", address);
  int fd = accept_from(host, listening);
  if (host->thread_count > 0) { /* its header has arrived; else nobody writes it while this thread waits */
    if (!socket_receive_all(fd, taken, sizeof taken)) broken("no header");
  }
  socket_send(fd, bytes, size);
  if (size > 8) host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  end_socket(fd, ending == HALF_CLOSES ? CLOSES : ending);
  close(listening);
  until_inactive(host);
}

static void server_is_no_amqp(struct host *host) { server_sends(host, "HTTP/1.1", 8, CLOSES); }

static void server_is_amqp_0_9(struct host *host) { server_sends(host, "AMQP\0\0\x09\x01", 8, CLOSES); }

static void server_closes_after_open(struct host *host) {
  server_sends(host, header_and_open, sizeof header_and_open, CLOSES);
}

static bool expects_sasl(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_INIT) pn_connection_set_user(pn_event_connection(event), "alice");
  return false;
}

static void server_knows_no_sasl(struct host *host) {
  char address[ADDRESS];
  int listening = socket_listen(address);
  connect_with(host, "client", address, expects_sasl);
  int fd = accept_from(host, listening);
  socket_send(fd, amqp_header, sizeof amqp_header);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  close(fd);
  close(listening);
  until_inactive(host);
}

/* A frame that says it is larger than we take. */
static void client_frame_too_large(struct host *host) {
  static const unsigned char bytes[] = {'A', 'M', 'Q', 'P', 0, 1, 0, 0, 0, 0, 0, 16, 2, 0, 0, 0, 0, 0x53,
      0x10, 0xc0, 3, 1, 0xa1, 0, 0, 0, 0, 8, 1, 0, 0, 0};
  client_sends(host, bytes, sizeof bytes, CLOSES);
}

static bool set_idle_timeout(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_INIT && !actor->accepted) return false;
  if (pn_event_type(event) == PN_CONNECTION_BOUND)
    pn_transport_set_idle_timeout(pn_event_transport(event), 500);
  return false;
}

/* It opens and is silent then. */
static void client_falls_silent(struct host *host) {
  host->server = set_idle_timeout;
  struct actor *listener = host_listen_open(host, accept_one);
  int fd = socket_connect(listener_address(listener));
  socket_send(fd, header_and_open, sizeof header_and_open);
  host_until(host, "server", PN_TRANSPORT_ERROR);
  close(fd);
  until_inactive(host);
}

/* Both ends want to hear from one another every 500 ms, and do while a timer runs. */
static bool close_on_timer(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_WAKE) pn_connection_close(pn_event_connection(event));
  return set_idle_timeout(actor, event);
}

static void heartbeats(struct host *host) {
  pn_connection_t *connection = pair_with(host, close_on_timer, set_idle_timeout)->connection;
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  pn_proactor_set_timeout(host->proactor, 1500);
  host_until(host, "proactor", PN_PROACTOR_TIMEOUT);
  pn_connection_wake(connection);
  until_inactive(host);
}

const struct scenario peer_scenarios[] = {
    {"client_says_nothing_and_closes", client_says_nothing_and_closes, ALONE},
    {"client_says_nothing_and_half_closes", client_says_nothing_and_half_closes},
    {"client_resets_at_once", client_resets_at_once, ALONE},
    {"client_closes_after_the_header", client_closes_after_the_header, ALONE},
    {"client_closes_in_the_header", client_closes_in_the_header, ALONE},
    {"client_is_no_amqp", client_is_no_amqp, ALONE},
    {"client_closes_after_open", client_closes_after_open, ALONE},
    {"client_half_closes_after_open", client_half_closes_after_open},
    {"server_is_no_amqp", server_is_no_amqp, ALONE},
    {"server_is_amqp_0_9", server_is_amqp_0_9, ALONE},
    {"server_closes_after_open", server_closes_after_open, ALONE},
    {"server_knows_no_sasl", server_knows_no_sasl, ALONE},
    {"client_frame_too_large", client_frame_too_large, ALONE},
    {"client_falls_silent", client_falls_silent},
    {"heartbeats", heartbeats},
    {NULL},
};
