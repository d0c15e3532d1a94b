/* drowsy.c: one end of a connection within TLS, whose handler sleeps for longer than the other end bears silence; or that other end.
 *
 *   drowsy listen|connect asleep|awake VERSION CERTIFICATE KEY [PORT]
 *
 * Either sends messages and takes the peer's, octet for octet. The handler of the first message sleeps, and asks meanwhile all that may
 * be asked about TLS. Who is awake bears no silence of BEARS milliseconds. A listener prints its port. By the public API alone: the
 * same program runs on this library and on Debian's Proton. drowsy.py puts them together. */
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/ssl.h>
#include <proton/transport.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BEARS = 2000, SLEEPS = 2 * BEARS, MESSAGES = 40, SIZE = 1000 };

static bool listens, asleep;
static pn_ssl_domain_t *domain;
static pn_proactor_t *proactor;
static int sent, received, settled;

static void die(const char *what, const char *why) {
  fprintf(stderr, "%s, %s: %s: %s (%d sent, %d received, %d settled)\n", listens ? "listener" : "client",
      asleep ? "asleep" : "awake", what, why ? why : "", sent, received, settled);
  exit(1);
}

static void must(int result, const char *what) {
  if (result != 0) die(what, "refused");
}

static void die_of(pn_condition_t *condition, const char *what) {
  if (pn_condition_is_set(condition)) die(what, pn_condition_get_description(condition));
}

/* TLS. */

static void make_domain(const char *version, const char *certificate, const char *key) {
  domain = pn_ssl_domain(listens ? PN_SSL_MODE_SERVER : PN_SSL_MODE_CLIENT);
  must(pn_ssl_domain_set_protocols(domain, version), version);
  if (listens) {
    must(pn_ssl_domain_set_credentials(domain, certificate, key, NULL), certificate);
  } else {
    must(pn_ssl_domain_set_trusted_ca_db(domain, certificate), certificate);
    must(pn_ssl_domain_set_peer_authentication(domain, PN_SSL_VERIFY_PEER, NULL), "verification");
  }
}

static pn_transport_t *secured(void) {
  pn_transport_t *transport = pn_transport();
  if (listens) pn_transport_set_server(transport);
  must(pn_ssl_init(pn_ssl(transport), domain, NULL), "TLS");
  if (!asleep) pn_transport_set_idle_timeout(transport, BEARS);
  return transport;
}

static void ask(pn_ssl_t *ssl) {
  char text[128];
  if (!pn_ssl_get_cipher_name(ssl, text, sizeof text)) die("cipher", NULL);
  if (!pn_ssl_get_protocol_name(ssl, text, sizeof text)) die("version", NULL);
  if (pn_ssl_get_ssf(ssl) == 0) die("strength", NULL);
  if (pn_ssl_resume_status(ssl) != PN_SSL_RESUME_NEW) die("resumption", NULL);
  if (listens) return; /* clients show no certificate */
  if (!pn_ssl_get_remote_subject(ssl)) die("subject", NULL);
  if (!pn_ssl_get_remote_subject_subfield(ssl, PN_SSL_CERT_SUBJECT_COMMON_NAME)) die("common name", NULL);
  must(pn_ssl_get_cert_fingerprint(ssl, text, sizeof text, PN_SSL_SHA256), "fingerprint");
}

static void sleep_long(pn_transport_t *transport) {
  const struct timespec moment = {0, 5000000};
  struct timespec began, now;
  clock_gettime(CLOCK_MONOTONIC, &began);
  do {
    ask(pn_ssl(transport));
    nanosleep(&moment, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < SLEEPS);
}

/* Messages. */

static void fill(char *message, int number) {
  for (int i = 0; i < SIZE; i++) message[i] = (char)(number + i);
}

static void send_messages(pn_link_t *sender) {
  char message[SIZE];
  for (; pn_link_credit(sender) > 0 && sent < MESSAGES; sent++) {
    fill(message, sent);
    pn_delivery(sender, pn_dtag((const char *)&sent, sizeof sent));
    if (pn_link_send(sender, message, SIZE) != SIZE) die("a message was not taken whole", NULL);
    pn_link_advance(sender);
  }
}

static void take(pn_delivery_t *dlv) {
  char expected[SIZE], message[SIZE + 1];
  if (pn_delivery_partial(dlv)) return;
  fill(expected, received);
  if (pn_link_recv(pn_delivery_link(dlv), message, sizeof message) != SIZE ||
      memcmp(message, expected, SIZE) != 0)
    die("another message was expected", NULL);
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
  received++;
}

static void handle_delivery(pn_event_t *event) {
  pn_delivery_t *dlv = pn_event_delivery(event);
  if (pn_link_is_receiver(pn_event_link(event))) {
    if (asleep && received == 0) sleep_long(pn_event_transport(event));
    take(dlv);
  } else if (pn_delivery_remote_state(dlv) == PN_ACCEPTED) {
    pn_delivery_settle(dlv);
    settled++;
  }
  if (!listens && received == MESSAGES && settled == MESSAGES)
    pn_connection_close(pn_event_connection(event));
}

/* The rest. */

static void open_all(pn_connection_t *conn) {
  pn_session_t *ssn = pn_session(conn);
  pn_connection_open(conn);
  pn_session_open(ssn);
  pn_link_open(pn_sender(ssn, listens ? "from listener" : "from client"));
}

static void answer_link(pn_link_t *link) {
  if (!(pn_link_state(link) & PN_LOCAL_UNINIT)) return;
  pn_link_open(link);
  pn_link_flow(link, MESSAGES);
}

static void print_port(pn_listener_t *listener) {
  char port[16];
  must(pn_netaddr_host_port(pn_listener_addr(listener), NULL, 0, port, sizeof port), "port");
  printf("%s\n", port);
  fflush(stdout);
}

static void accept_one(pn_listener_t *listener) {
  pn_listener_accept2(listener, NULL, secured());
  pn_listener_close(listener);
}

/* True: it is over. */
static bool handle(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN: print_port(pn_event_listener(event)); break;
  case PN_LISTENER_ACCEPT: accept_one(pn_event_listener(event)); break;
  case PN_CONNECTION_INIT:
    if (!listens) open_all(pn_event_connection(event));
    break;
  case PN_CONNECTION_REMOTE_OPEN:
    if (listens) open_all(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (pn_session_state(pn_event_session(event)) & PN_LOCAL_UNINIT) pn_session_open(pn_event_session(event));
    break;
  case PN_LINK_REMOTE_OPEN: answer_link(pn_event_link(event)); break;
  case PN_LINK_FLOW: send_messages(pn_event_link(event)); break;
  case PN_DELIVERY: handle_delivery(event); break;
  case PN_CONNECTION_REMOTE_CLOSE:
    die_of(pn_connection_remote_condition(pn_event_connection(event)), "the peer's close");
    pn_connection_close(pn_event_connection(event));
    break;
  case PN_TRANSPORT_ERROR: die_of(pn_transport_condition(pn_event_transport(event)), "the connection"); break;
  case PN_PROACTOR_INACTIVE: return true;
  default: break;
  }
  return false;
}

int main(int argc, char **argv) {
  char address[64];
  if (argc < 6) die("arguments", "too few");
  listens = strcmp(argv[1], "listen") == 0;
  asleep = strcmp(argv[2], "asleep") == 0;
  make_domain(argv[3], argv[4], argv[5]);
  proactor = pn_proactor();
  snprintf(address, sizeof address, "127.0.0.1:%s", argc > 6 ? argv[6] : "0");
  if (listens)
    pn_proactor_listen(proactor, pn_listener(), address, 1);
  else
    pn_proactor_connect2(proactor, NULL, secured(), address);
  for (bool over = false; !over;) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) over = handle(event) || over;
    pn_proactor_done(proactor, batch);
  }
  pn_proactor_free(proactor);
  pn_ssl_domain_free(domain);
  if (received != MESSAGES || settled != MESSAGES) die("messages", "are missing");
  return 0;
}
