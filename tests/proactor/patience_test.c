/* patience_test.c: a client that stops on its way to its open is not waited for; and whom TLS expects, where only the address says.
 *
 * Time passes as the test says: the libraries read this program's clock. */
#include "secure.h"
#include "test.h"

#include <proton/ssl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long ahead; /* seconds that have not really passed */

int clock_gettime(clockid_t clock, struct timespec *now) {
  const long result = syscall(SYS_clock_gettime, clock, now);
  now->tv_sec += atomic_load(&ahead);
  return (int)result;
}

/* A timer that is due soon makes the proactor look at the clock, by which others are due then, too. */
static void let_pass(struct host *host, long seconds) {
  while (host_get(host) > 0) {}
  pn_proactor_set_timeout(host->proactor, 5);
  atomic_fetch_add(&ahead, seconds);
}

static bool accept_with_tls(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  struct actor *server = host_connection(actor->host, "server");
  pn_listener_accept2(actor->listener, server->connection, secure_server());
  return true;
}

/* So many octets of a client, and then silence. */
static void falls_silent(
    void **state, const char *bytes, size_t size, handler_fn *handler, const char *text) {
  struct host *host = *state;
  struct actor *listener = host_listen_open(host, handler);
  const int fd = socket_connect(listener_address(listener));
  socket_send(fd, bytes, size);
  host_until(host, "server", PN_CONNECTION_INIT);
  let_pass(host, 20);
  host_until(host, "proactor", PN_PROACTOR_TIMEOUT);
  while (host_get(host) > 0) {}
  assert_int_equal(host_actor(host, "server")->seen[PN_TRANSPORT_CLOSED], 0);
  let_pass(host, 41);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"),
      handler ? "amqp:connection:framing-error" : "amqp:resource-limit-exceeded", text);
  (void)close(fd);
}

static const char too_late[] = "the client has not opened the connection within 60000 ms";

static void client_says_nothing(void **state) { falls_silent(state, "", 0, NULL, too_late); }
static void client_says_no_more_than_a_header(void **state) {
  falls_silent(state, "AMQP\0\1\0\0", 8, NULL, too_late);
}
static void client_stops_in_sasl(void **state) { falls_silent(state, "AMQP\3\1\0", 7, NULL, too_late); }
static void client_stops_in_the_tls_handshake(void **state) {
  falls_silent(state, "\26\3\1\2\0\1", 6, accept_with_tls, "the TLS handshake has not ended");
}

/* A drop of octets now and then is no open either. */
static void client_that_trickles_is_not_borne_longer(void **state) {
  struct host *host = *state;
  struct actor *listener = host_listen_open(host, NULL);
  const int fd = socket_connect(listener_address(listener));
  host_until(host, "server", PN_CONNECTION_INIT);
  for (int i = 0; i < 8; i++) {
    socket_send(fd, &"AMQP\0\1\0\0"[i], 1);
    let_pass(host, 8);
    host_until_count(host, "proactor", PN_PROACTOR_TIMEOUT, (unsigned)i + 1);
  }
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), "amqp:resource-limit-exceeded", too_late);
  (void)close(fd);
}

static void who_has_opened_may_be_silent(void **state) {
  struct host *host = *state;
  struct actor *listener = host_listen_open(host, NULL);
  host_connect(host, "client", listener_address(listener));
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  host_until(host, "server", PN_CONNECTION_REMOTE_OPEN);
  let_pass(host, 1000);
  host_until(host, "proactor", PN_PROACTOR_TIMEOUT);
  pn_connection_wake(host_actor(host, "server")->connection);
  host_until(host, "server", PN_CONNECTION_WAKE);
  assert_int_equal(host_actor(host, "server")->seen[PN_TRANSPORT_CLOSED], 0);
  assert_int_equal(host_actor(host, "client")->seen[PN_TRANSPORT_CLOSED], 0);
}

/* TLS expects the host that the address names, if nothing else does. */

static struct actor *connect_with_tls(
    struct host *host, const char *where, const char *name, const char *expected) {
  char address[ADDRESS];
  struct actor *listener = host_listen_open(host, accept_with_tls);
  struct actor *client = host_connection(host, "client");
  pn_transport_t *transport = secure_client(0);
  snprintf(address, sizeof address, "%s%s", where, strrchr(listener_address(listener), ':'));
  assert_int_equal(pn_ssl_set_peer_hostname(pn_ssl(transport), expected), 0);
  if (name) pn_connection_set_hostname(client->connection, name);
  pn_proactor_connect2(host->proactor, client->connection, transport, address);
  return client;
}

static void name_of_the_address_is_expected(void **state) {
  connect_with_tls(*state, "localhost", NULL, NULL);
  host_until(*state, "client", PN_CONNECTION_REMOTE_OPEN);
}

static void other_names_come_first(void **state) {
  connect_with_tls(*state, "127.0.0.1", "localhost", NULL);
  host_until(*state, "client", PN_CONNECTION_REMOTE_OPEN);
}

static void address_that_the_certificate_is_not_for_is_refused(void **state) {
  struct actor *client = connect_with_tls(*state, "127.0.0.1", NULL, NULL);
  host_until(*state, "client", PN_TRANSPORT_CLOSED);
  assert_failed(client, "amqp:connection:framing-error", "not for host 127.0.0.1");
}

static void name_that_was_set_is_not_replaced(void **state) {
  struct actor *client = connect_with_tls(*state, "localhost", NULL, "elsewhere.test");
  host_until(*state, "client", PN_TRANSPORT_CLOSED);
  assert_failed(client, "amqp:connection:framing-error", "not for host elsewhere.test");
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define ON_A_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
      ON_A_HOST(client_says_nothing),
      ON_A_HOST(client_says_no_more_than_a_header),
      ON_A_HOST(client_stops_in_sasl),
      ON_A_HOST(client_stops_in_the_tls_handshake),
      ON_A_HOST(client_that_trickles_is_not_borne_longer),
      ON_A_HOST(who_has_opened_may_be_silent),
      ON_A_HOST(name_of_the_address_is_expected),
      ON_A_HOST(other_names_come_first),
      ON_A_HOST(address_that_the_certificate_is_not_for_is_refused),
      ON_A_HOST(name_that_was_set_is_not_replaced),
  };
  secure_start();
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  secure_stop();
  return failed;
}
