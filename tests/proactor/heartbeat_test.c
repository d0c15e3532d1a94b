/* heartbeat_test.c: heartbeats past a handler that sleeps, in the clear and through TLS. [2.4.5]
 *
 * The libraries send with this program's send(), which knows heartbeats by their flag, counts them, and may cut them. */
#include "secure.h"
#include "test.h"

#include <errno.h>
#include <proton/ssl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IDLE = 800, MESSAGES = 20 }; /* half the milliseconds of silence that the client bears */

static atomic_uint beats;   /* heartbeats that were to be sent */
static atomic_bool cutting; /* three octets of one leave, and no more */

ssize_t send(int fd, const void *octets, size_t size, int flags) {
  if (flags & MSG_DONTWAIT) {
    const unsigned before = atomic_fetch_add(&beats, 1);
    if (atomic_load(&cutting) && before > 0) {
      errno = EAGAIN;
      return -1;
    }
    if (atomic_load(&cutting)) size = 3;
  }
  return syscall(SYS_sendto, fd, octets, size, flags, NULL, 0);
}

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
}

/* What a handler may ask of its connection is asked for all the time. */
static void ask(pn_transport_t *transport) {
  char text[128];
  pn_ssl_t *ssl = pn_ssl(transport);
  pn_transport_is_encrypted(transport);
  pn_transport_is_authenticated(transport);
  pn_ssl_get_cipher_name(ssl, text, sizeof text);
  pn_ssl_get_protocol_name(ssl, text, sizeof text);
  pn_ssl_get_ssf(ssl);
  pn_ssl_resume_status(ssl);
  pn_ssl_get_remote_subject(ssl);
  pn_ssl_get_remote_subject_subfield(ssl, PN_SSL_CERT_SUBJECT_COMMON_NAME);
  pn_ssl_get_cert_fingerprint(ssl, text, sizeof text, PN_SSL_SHA256);
}

static void sleep_while(pn_transport_t *transport, bool secure, long ms, unsigned beats_wanted) {
  for (long slept = 0; slept < ms || atomic_load(&beats) < beats_wanted; slept += 5) {
    if (secure) ask(transport);
    pause_ms(5);
  }
}

/* Ends of a connection, each on a proactor with one thread; the server's is the test's own. */

struct ends {
  struct host *server, *client;
  const char *version; /* of TLS; NULL: in the clear */
  pn_ssl_domain_t *domain;
};

static bool accept_with_tls(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  struct host *host = actor->host;
  struct actor *server = host_connection(host, "server");
  server->handler = host->server;
  pn_listener_accept2(actor->listener, server->connection, secure_server());
  return true;
}

static bool send_all(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_LINK_FLOW) return false;
  pn_link_t *link = pn_event_link(event);
  if (pn_link_credit(link) > 0 && !pn_link_get_context(link)) {
    for (int i = 0; i < MESSAGES; i++) send_text(link, "a message that has to come whole");
    pn_link_set_context(link, link);
  }
  return false;
}

static void connect_ends(struct ends *ends, handler_fn *server) {
  struct actor *listener = host_listen_open(ends->server, ends->version ? accept_with_tls : NULL);
  ends->server->server = server;
  ends->client = host_new();
  pn_transport_t *transport = ends->version ? secure_client(0) : pn_transport();
  if (ends->version) {
    ends->domain = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    assert_int_equal(pn_ssl_domain_set_peer_authentication(ends->domain, PN_SSL_ANONYMOUS_PEER, NULL), 0);
    assert_int_equal(pn_ssl_domain_set_protocols(ends->domain, ends->version), 0);
    assert_int_equal(pn_ssl_init(pn_ssl(transport), ends->domain, NULL), 0);
  }
  pn_transport_set_idle_timeout(transport, 2 * IDLE);
  struct actor *client = host_connection(ends->client, "client");
  client->handler = send_all;
  open_sender(client->connection, "link");
  pn_proactor_connect2(ends->client->proactor, client->connection, transport, listener_address(listener));
  host_start(ends->client, 1);
}

static bool all_settled(struct host *host, void *context) {
  (void)host;
  const struct actor *client = context;
  return client->settled == MESSAGES;
}

static void until_all_settled(struct ends *ends) {
  host_until_true(ends->client, all_settled, host_actor(ends->client, "client"));
}

static void end(struct ends *ends) {
  host_stop(ends->client);
  assert_int_equal(host_actor(ends->client, "client")->seen[PN_TRANSPORT_CLOSED], 0);
  host_free(ends->client);
  if (ends->domain) pn_ssl_domain_free(ends->domain);
  atomic_store(&beats, 0);
}

/* The server's handler of the first message sleeps; then all is as if it had not. */

static bool sleep_at_first_message(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_DELIVERY || actor->seen[PN_DELIVERY] != 1) return false;
  pn_transport_t *transport = pn_connection_transport(actor->connection);
  sleep_while(transport, pn_transport_is_encrypted(transport), 3L * IDLE, 3);
  return false;
}

static bool sleep_until_cut(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_DELIVERY || actor->seen[PN_DELIVERY] != 1) return false;
  sleep_while(pn_connection_transport(actor->connection), false, 0, 2);
  return false;
}

static void run(struct host *server, const char *version, handler_fn *handler) {
  struct ends ends = {.server = server, .version = version};
  connect_ends(&ends, handler);
  host_until_count(server, "server", PN_DELIVERY, MESSAGES);
  while (host_get(server) > 0) {}
  atomic_store(&cutting, false);
  until_all_settled(&ends);
  end(&ends);
}

static void its_handler_sleeps(void **state) { run(*state, NULL, sleep_at_first_message); }
static void its_handler_sleeps_within_tls_1_2(void **state) {
  run(*state, "TLSv1.2", sleep_at_first_message);
}
static void its_handler_sleeps_within_tls_1_3(void **state) {
  run(*state, "TLSv1.3", sleep_at_first_message);
}

/* The rest goes before what the holder writes. */
static void one_that_is_cut_is_completed(void **state) {
  atomic_store(&cutting, true);
  run(*state, NULL, sleep_until_cut);
}
static void one_that_is_cut_is_completed_within_tls_1_2(void **state) {
  atomic_store(&cutting, true);
  run(*state, "TLSv1.2", sleep_until_cut);
}
static void one_that_is_cut_is_completed_within_tls_1_3(void **state) {
  atomic_store(&cutting, true);
  run(*state, "TLSv1.3", sleep_until_cut);
}

/* The only thread sleeps with another connection. */

static bool sleep_when_other_wakes(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_WAKE) sleep_while(NULL, false, 3L * IDLE, 3);
  return false;
}

static void another_handler_sleeps(void **state) {
  struct ends ends = {.server = *state};
  struct actor *other = host_connection(ends.server, "other");
  connect_ends(&ends, NULL);
  host_until_count(ends.server, "server", PN_DELIVERY, MESSAGES);
  while (host_get(ends.server) > 0) {}
  other->handler = sleep_when_other_wakes;
  pn_proactor_connect(
      ends.server->proactor, other->connection, listener_address(host_actor(ends.server, "listener")));
  host_until(ends.server, "other", PN_CONNECTION_REMOTE_OPEN);
  pn_connection_wake(other->connection);
  host_until(ends.server, "other", PN_CONNECTION_WAKE);
  until_all_settled(&ends);
  end(&ends);
}

/* Who has not opened does not say anything before that. */

static bool sleep_before_open(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_WAKE) {
    pause_ms(IDLE);
    actor_note(actor, "beats=%u", atomic_load(&beats));
    pn_connection_open(actor->connection);
  }
  return pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN;
}

static void there_are_none_before_open(void **state) {
  struct ends ends = {.server = *state};
  connect_ends(&ends, sleep_before_open);
  host_until(ends.server, "server", PN_CONNECTION_REMOTE_OPEN);
  while (host_get(ends.server) > 0) {}
  pn_connection_wake(host_actor(ends.server, "server")->connection);
  host_until_count(ends.server, "server", PN_DELIVERY, MESSAGES);
  assert_non_null(strstr(host_actor(ends.server, "server")->words, "beats=0 "));
  while (host_get(ends.server) > 0) {}
  until_all_settled(&ends);
  end(&ends);
}

static int start(void **state) {
  (void)state;
  secure_start();
  return 0;
}

static int stop(void **state) {
  (void)state;
  secure_stop();
  return 0;
}

int main(void) {
#define ON_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
  const struct CMUnitTest tests[] = {
      ON_HOST(its_handler_sleeps),
      ON_HOST(its_handler_sleeps_within_tls_1_2),
      ON_HOST(its_handler_sleeps_within_tls_1_3),
      ON_HOST(one_that_is_cut_is_completed),
      ON_HOST(one_that_is_cut_is_completed_within_tls_1_2),
      ON_HOST(one_that_is_cut_is_completed_within_tls_1_3),
      ON_HOST(another_handler_sleeps),
      ON_HOST(there_are_none_before_open),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
