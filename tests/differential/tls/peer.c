/* peer.c: one end of a connection with TLS over a real socket, by the public API of 0.37, to be linked with either library.
 *
 *   peer server [key=value...]         listens on a port of its own, says which ("port 1234"), serves one client
 *   peer client port=1234 [key=value...]
 *
 * The client sends `count` messages of `size` octets; the server takes them. Then each says what it found out: "version
 * TLSv1.3", "user CN=client", "taken 10", or "error condition: description". Keys: cert, key, password, ca, verify (peer, name,
 * none), host, protocols, ciphers, plain (no TLS), unsecured (a server's clients may do without), sasl, count, size. */
#include <netinet/in.h>
#include <poll.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/ssl.h>
#include <proton/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer {
  bool server;
  char **options;
  pn_connection_driver_t driver;
  int socket;
  size_t count, size; /* to send */
  size_t sent, done;  /* messages; done: accepted, or taken whole */
  uint64_t octets;    /* taken */
};

static void must(bool done, const char *what) {
  if (done) return;
  perror(what);
  exit(1);
}

static const char *option(const struct peer *peer, const char *name) {
  const size_t length = strlen(name);
  for (char **at = peer->options; *at; at++) {
    if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') return *at + length + 1;
  }
  return NULL;
}

static size_t number(const struct peer *peer, const char *name, size_t otherwise) {
  const char *const text = option(peer, name);
  return text ? strtoul(text, NULL, 10) : otherwise;
}

/* Sockets. */

static struct sockaddr_in address_of(size_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int connect_to(size_t port) {
  const struct sockaddr_in address = address_of(port);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  must(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "connect");
  return fd;
}

static int accept_one(void) {
  struct sockaddr_in address = address_of(0);
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  must(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&address, &size) == 0,
      "listen");
  printf("port %d\n", ntohs(address.sin_port));
  (void)fflush(stdout);
  const int fd = accept(listener, NULL, NULL);
  must(fd >= 0, "accept");
  (void)close(listener);
  return fd;
}

/* Setting up. */

static void set(int result, const char *what) {
  if (result == 0) return;
  printf("setting %s %d\n", what, result);
  exit(0);
}

static void set_up_tls(const struct peer *peer) {
  const char *const verify = option(peer, "verify"), *const ca = option(peer, "ca"),
                    *const cert = option(peer, "cert");
  if (option(peer, "plain")) return;
  pn_ssl_domain_t *const domain = pn_ssl_domain(peer->server ? PN_SSL_MODE_SERVER : PN_SSL_MODE_CLIENT);
  must(domain != NULL, "domain");
  if (cert)
    set(pn_ssl_domain_set_credentials(domain, cert, option(peer, "key"), option(peer, "password")), "cert");
  if (ca) set(pn_ssl_domain_set_trusted_ca_db(domain, ca), "ca");
  if (option(peer, "protocols"))
    set(pn_ssl_domain_set_protocols(domain, option(peer, "protocols")), "protocols");
  if (option(peer, "ciphers")) set(pn_ssl_domain_set_ciphers(domain, option(peer, "ciphers")), "ciphers");
  if (option(peer, "unsecured")) set(pn_ssl_domain_allow_unsecured_client(domain), "unsecured");
  if (verify) {
    const pn_ssl_verify_mode_t mode = strcmp(verify, "peer") == 0   ? PN_SSL_VERIFY_PEER
                                      : strcmp(verify, "name") == 0 ? PN_SSL_VERIFY_PEER_NAME
                                                                    : PN_SSL_ANONYMOUS_PEER;
    set(pn_ssl_domain_set_peer_authentication(domain, mode, ca), "verify");
  }
  set(pn_ssl_init(pn_ssl(peer->driver.transport), domain, NULL), "init");
  pn_ssl_domain_free(domain);
}

static void set_up(struct peer *peer) {
  must(pn_connection_driver_init(&peer->driver, NULL, NULL) == 0, "driver");
  if (peer->server) pn_transport_set_server(peer->driver.transport);
  set_up_tls(peer);
  if (option(peer, "sasl")) pn_sasl_allowed_mechs(pn_sasl(peer->driver.transport), option(peer, "sasl"));
  pn_connection_set_container(peer->driver.connection, peer->server ? "server" : "client");
  if (option(peer, "host")) pn_connection_set_hostname(peer->driver.connection, option(peer, "host"));
  if (peer->server) return;
  pn_connection_open(peer->driver.connection);
  pn_session_t *const ssn = pn_session(peer->driver.connection);
  pn_session_open(ssn);
  pn_link_open(pn_sender(ssn, "messages"));
}

/* Messages. */

static char octet(size_t message, size_t at) { return (char)(message * 31 + at * 7); }

static void send_some(struct peer *peer, pn_link_t *link) {
  char *const octets = malloc(peer->size);
  must(octets != NULL, "memory");
  while (pn_link_credit(link) > 0 && peer->sent < peer->count) {
    for (size_t i = 0; i < peer->size; i++) octets[i] = octet(peer->sent, i);
    pn_delivery(link, pn_dtag((const char *)&peer->sent, sizeof peer->sent));
    (void)pn_link_send(link, octets, peer->size);
    pn_link_advance(link);
    peer->sent++;
  }
  free(octets);
}

static void take(struct peer *peer, pn_delivery_t *dlv) {
  pn_link_t *const link = pn_delivery_link(dlv);
  if (!pn_delivery_readable(dlv) || pn_delivery_partial(dlv)) return;
  const size_t size = pn_delivery_pending(dlv);
  char *const octets = malloc(size + 1);
  must(octets && pn_link_recv(link, octets, size) == (ssize_t)size, "receive");
  for (size_t i = 0; i < size; i++) must(octets[i] == octet(peer->done, i), "an octet that was not sent");
  free(octets);
  peer->octets += size;
  peer->done++;
  pn_link_advance(link);
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
  pn_link_flow(link, 1);
}

static void on_delivery(struct peer *peer, pn_delivery_t *dlv) {
  if (peer->server) {
    take(peer, dlv);
  } else if (pn_delivery_updated(dlv) && pn_delivery_remote_state(dlv) == PN_ACCEPTED) {
    pn_delivery_settle(dlv);
    if (++peer->done == peer->count) pn_connection_close(peer->driver.connection);
  }
}

static void on_event(struct peer *peer, pn_event_t *event) {
  pn_link_t *const link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(peer->driver.connection); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(link);
    if (peer->server) pn_link_flow(link, 100);
    break;
  case PN_LINK_FLOW:
    if (!peer->server) send_some(peer, link);
    break;
  case PN_DELIVERY: on_delivery(peer, pn_event_delivery(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(peer->driver.connection); break;
  default: break;
  }
}

/* Running. */

static void read_some(struct peer *peer) {
  const pn_rwbytes_t room = pn_connection_driver_read_buffer(&peer->driver);
  const ssize_t some = room.size > 0 ? recv(peer->socket, room.start, room.size, 0) : 0;
  if (some > 0)
    pn_connection_driver_read_done(&peer->driver, (size_t)some);
  else
    pn_connection_driver_read_close(&peer->driver);
}

static void write_some(struct peer *peer, pn_bytes_t octets) {
  const ssize_t some = send(peer->socket, octets.start, octets.size, MSG_NOSIGNAL);
  if (some > 0)
    pn_connection_driver_write_done(&peer->driver, (size_t)some);
  else
    pn_connection_driver_write_close(&peer->driver);
}

static void run(struct peer *peer) {
  pn_connection_driver_t *const driver = &peer->driver;
  bool shut = false;
  for (;;) {
    pn_event_t *event;
    while ((event = pn_connection_driver_next_event(driver)) != NULL) on_event(peer, event);
    if (pn_connection_driver_finished(driver)) return;
    const pn_bytes_t octets = pn_connection_driver_write_buffer(driver);
    if (pn_connection_driver_has_event(driver)) continue;
    if (octets.size == 0 && pn_connection_driver_write_closed(driver) && !shut)
      shut = shutdown(peer->socket, SHUT_WR) == 0 || true;
    const bool reads = !pn_connection_driver_read_closed(driver);
    struct pollfd ready = {.fd = peer->socket};
    ready.events = (short)((reads ? POLLIN : 0) | (octets.size > 0 ? POLLOUT : 0));
    if (!ready.events) continue;
    must(poll(&ready, 1, -1) > 0, "poll");
    if (octets.size > 0 && ready.revents & POLLOUT) write_some(peer, octets);
    if (reads && ready.revents & (POLLIN | POLLHUP | POLLERR)) read_some(peer);
  }
}

static void report(struct peer *peer) {
  pn_transport_t *const transport = peer->driver.transport;
  pn_condition_t *const condition = pn_transport_condition(transport);
  char text[128];
  if (!option(peer, "plain") && pn_ssl_get_protocol_name(pn_ssl(transport), text, sizeof text))
    printf("version %s\n", text);
  if (peer->server && pn_transport_get_user(transport)) printf("user %s\n", pn_transport_get_user(transport));
  printf("authenticated %d\n", pn_transport_is_authenticated(transport));
  if (!option(peer, "plain") && pn_ssl_get_remote_subject(pn_ssl(transport)))
    printf("subject %s\n", pn_ssl_get_remote_subject(pn_ssl(transport)));
  printf("taken %zu\n", peer->done);
  if (pn_condition_is_set(condition))
    printf("error %s: %s\n", pn_condition_get_name(condition), pn_condition_get_description(condition));
}

int main(int argc, char **argv) {
  struct peer peer = {.server = argc > 1 && strcmp(argv[1], "server") == 0, .options = argv + (argc > 1)};
  (void)alarm(100);
  peer.count = number(&peer, "count", 10);
  peer.size = number(&peer, "size", 100);
  set_up(&peer);
  peer.socket = peer.server ? accept_one() : connect_to(number(&peer, "port", 0));
  run(&peer);
  report(&peer);
  pn_connection_driver_destroy(&peer.driver);
  (void)close(peer.socket);
  return 0;
}
