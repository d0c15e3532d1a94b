/* faults_test.c: what peers, networks and the system do to a proactor that they should not. For each: a condition that names
 * the address, exactly one final event (the harness watches), nothing lost, and no processor time while nothing happens.
 *
 * Debian's Proton 0.37 fails where an address of a peer is to be named, and where a connection is disconnected before it
 * has connected: it has no final event then. */
#include "relay.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define IO      "proton:io"
#define FRAMING "amqp:connection:framing-error"

static struct actor *connect_with(
    struct host *host, const char *name, const char *address, handler_fn *handler) {
  struct actor *actor = host_connection(host, name);
  actor->handler = handler;
  pn_proactor_connect2(host->proactor, actor->connection, NULL, address);
  return actor;
}

/* What does not come about. */

static void connection_refused(void **state) {
  struct host *host = *state;
  struct actor *client = host_connect(host, "client", closed_address());
  until_inactive(host);
  assert_failed(client, IO, closed_address());
}

static void host_that_does_not_resolve(void **state) {
  struct host *host = *state;
  struct actor *client = host_connect(host, "client", "no-such-host.invalid:5672");
  struct actor *listener = host_listen(host, "listener", "no-such-host.invalid:0", 16);
  host_until(host, "listener", PN_LISTENER_CLOSE);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  assert_failed(client, IO, "no-such-host.invalid:5672");
  assert_failed(listener, IO, "no-such-host.invalid:0");
}

static void port_in_use(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  int fd = socket_listen(address);
  struct actor *listener = host_listen(host, "listener", address, 16);
  until_inactive(host);
  assert_failed(listener, IO, address);
  close(fd);
}

static void bad_address_text(void **state) {
  static const char *const bad[] = {
      "127.0.0.1:no-such-service", "[127.0.0.1]:1", "127.0.0.1:123456x", "not a host:1"};
  struct host *host = *state;
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
    char client[] = {'c', (char)('0' + i), '\0'}, listener[] = {'l', (char)('0' + i), '\0'};
    host_connect(host, client, bad[i]);
    host_until(host, client, PN_TRANSPORT_CLOSED);
    assert_failed(host_actor(host, client), IO, bad[i]);
    host_listen(host, listener, bad[i], 16);
    host_until(host, listener, PN_LISTENER_CLOSE);
    assert_failed(host_actor(host, listener), IO, bad[i]);
  }
}

/* Longer than any name may be: an error, and nothing written past a buffer. */
static void address_too_long(void **state) {
  struct host *host = *state;
  static char address[5 * PN_MAX_ADDR];
  memset(address, 'x', sizeof address - 6);
  strcpy(address + sizeof address - 6, ":5672");
  host_connect(host, "client", address);
  host_listen(host, "listener", address, 16);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_until(host, "listener", PN_LISTENER_CLOSE);
  assert_failed(host_actor(host, "client"), IO, "xxx");
  assert_failed(host_actor(host, "listener"), IO, "xxx");
}

/* Peers that end, or do nothing. */

/* "server" has accepted a bare client that has sent its open. */
static int bare_client(struct host *host, handler_fn *server) {
  host->server = server;
  int fd = socket_connect(listener_address(host_listen_open(host, NULL)));
  socket_send(fd, amqp_header, sizeof amqp_header);
  socket_send(fd, amqp_open, sizeof amqp_open);
  host_until(host, "server", PN_CONNECTION_REMOTE_OPEN);
  return fd;
}

static void peer_half_closes(void **state) {
  struct host *host = *state;
  int fd = bare_client(host, NULL);
  shutdown(fd, SHUT_WR);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), FRAMING, "127.0.0.1:");
  char bytes[256]; /* the socket is closed, not kept until the peer closes too */
  while (socket_receive(fd, bytes, sizeof bytes)) {}
  close(fd);
}

static void peer_resets(void **state) {
  struct host *host = *state;
  socket_reset(bare_client(host, NULL));
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), IO, "127.0.0.1:");
}

static void peer_says_nothing_and_half_closes(void **state) {
  struct host *host = *state;
  int fd = socket_connect(listener_address(host_listen_open(host, NULL)));
  shutdown(fd, SHUT_WR);
  host_until(host, "listener", PN_LISTENER_ACCEPT);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), FRAMING, "127.0.0.1:");
  close(fd);
}

static bool impatient(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_BOUND)
    pn_transport_set_idle_timeout(pn_event_transport(event), 1000);
  return false;
}

static void peer_falls_silent(void **state) {
  struct host *host = *state;
  int fd = bare_client(host, impatient);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), "amqp:resource-limit-exceeded", "127.0.0.1:");
  close(fd);
}

/* It connects and never sends a thing: the idle timeout counts from the beginning. */
static void peer_never_speaks(void **state) {
  struct host *host = *state;
  host->server = impatient;
  int fd = socket_connect(listener_address(host_listen_open(host, NULL)));
  host_until(host, "listener", PN_LISTENER_ACCEPT);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  assert_failed(host_actor(host, "server"), "amqp:resource-limit-exceeded", "127.0.0.1:");
  close(fd);
}

enum { LARGE = 1 << 20, MANY = 10 };

static bool send_large_ones(struct actor *actor, pn_event_t *event) {
  static char bytes[LARGE];
  pn_link_t *sender = pn_event_link(event);
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) open_sender(pn_event_connection(event), "orders");
  if (pn_event_type(event) != PN_LINK_FLOW || actor->context) return false;
  actor->context = sender;
  for (int i = 0; i < MANY; i++) {
    pn_delivery(sender, pn_dtag((char *)&i, sizeof i));
    pn_link_send(sender, bytes, sizeof bytes);
    pn_link_advance(sender);
  }
  return true;
}

static bool has_credit(struct host *host, void *context) {
  (void)context;
  const struct actor *client = host->actors->next;
  return client && client->seen[PN_LINK_FLOW] > 0;
}

/* The peer's sockets are full; nobody spins. Then it disconnects, and ends although nothing can be written. */
static void peer_never_reads(void **state) {
  struct host *client = *state, *server = host_new();
  host_start(server, 1);
  const char *address = listener_address(host_listen_open(server, NULL));
  connect_with(client, "client", address, send_large_ones);
  host_until_true(client, has_credit, NULL);
  host_stop(server);
  host_start(client, 2);
  assert_idle();
  pn_proactor_disconnect(client->proactor, NULL);
  host_until(client, "client", PN_TRANSPORT_CLOSED);
  host_stop(client);
  assert_int_not_equal(strlen(host_actor(client, "client")->condition), 0);
  host_free(server);
}

/* Signals. */

static void nothing(int number) { (void)number; }

struct storm {
  struct host *host;
  atomic_bool over;
};

/* A signal a millisecond for each thread. */
static void *storm(void *context) {
  struct storm *storm = context;
  while (!atomic_load(&storm->over)) {
    for (unsigned i = 0; i < storm->host->thread_count; i++) pthread_kill(storm->host->threads[i], SIGUSR1);
    usleep(1000);
  }
  return NULL;
}

static bool converse(struct actor *actor, pn_event_t *event) {
  pn_link_t *sender = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_FLOW:
    while (pn_link_credit(sender) > 0 && pn_link_queued(sender) < 10 && (uintptr_t)actor->context < 500) {
      actor->context = (void *)((uintptr_t)actor->context + 1);
      send_text(sender, "message");
    }
    return true;
  case PN_DELIVERY:
    actor_answer(actor, event);
    if (actor->settled == 500) pn_connection_close(pn_event_connection(event));
    return true;
  default: return false;
  }
}

static void signals_interrupt_every_system_call(void **state) {
  struct host *host = *state;
  struct storm weather = {.host = host};
  struct sigaction action = {.sa_handler = nothing}; /* without SA_RESTART */
  sigaction(SIGUSR1, &action, NULL);
  pthread_t thread;
  host_start(host, 3);
  pthread_create(&thread, NULL, storm, &weather);
  const char *address = listener_address(host_listen_open(host, NULL));
  char name[] = "client0";
  for (name[6] = '0'; name[6] < '8'; name[6]++) connect_with(host, name, address, converse);
  for (name[6] = '0'; name[6] < '8'; name[6]++) host_until(host, name, PN_TRANSPORT_CLOSED);
  atomic_store(&weather.over, true);
  pthread_join(thread, NULL);
  host_stop(host);
  for (name[6] = '0'; name[6] < '8'; name[6]++) {
    assert_ended_well(host_actor(host, name));
    assert_int_equal(host_actor(host, name)->settled, 500);
  }
}

/* A signal handler interrupts a proactor, which is the one thing that it may do. */
static pn_proactor_t *interrupted;

static void interrupt(int number) {
  (void)number;
  pn_proactor_interrupt(interrupted); /* NOLINT(bugprone-signal-handler,cert-sig30-c): made for that */
}

static void interrupt_from_a_signal_handler(void **state) {
  struct host *host = *state;
  interrupted = host->proactor;
  signal(SIGUSR1, interrupt);
  for (unsigned i = 1; i < 20; i++) {
    raise(SIGUSR1);
    host_until_count(host, "proactor", PN_PROACTOR_INTERRUPT, i);
  }
}

/* All in the midst of it. */

static bool wake_itself(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN || pn_event_type(event) == PN_CONNECTION_WAKE)
    pn_connection_wake(pn_event_connection(event));
  return pn_event_type(event) == PN_CONNECTION_WAKE || send_large_ones(actor, event);
}

/* Connections that are refused, that connect, that talk without end, that nobody accepts; a listener, a timer. The names
 * are a, b, ... Returns how many there are. */
static int midst(struct host *host, const char *unaccepting) {
  int count = 0;
  const char *address = listener_address(host_listen_open(host, NULL));
  for (int i = 0; i < 5; i++) {
    const char *const to[] = {closed_address(), address, address, unaccepting, "no-such-host.invalid:1"};
    handler_fn *const handlers[] = {NULL, NULL, wake_itself, NULL, NULL};
    for (int j = 0; j < 5; j++) {
      char name[] = {(char)('a' + count++), '\0'};
      connect_with(host, name, to[j], handlers[j]);
    }
  }
  pn_proactor_set_timeout(host->proactor, 1000000);
  pn_proactor_interrupt(host->proactor);
  return count;
}

static void disconnected_in_the_midst(void **state) {
  struct host *host = *state;
  char unaccepting[ADDRESS];
  int fd = socket_listen(unaccepting);
  host_start(host, 3);
  int count = midst(host, unaccepting);
  host_until(host, "b", PN_CONNECTION_REMOTE_OPEN);
  pn_condition_t *condition = pn_condition();
  pn_condition_set_name(condition, "test:over");
  pn_condition_set_description(condition, "test is over");
  pn_proactor_disconnect(host->proactor, condition);
  pn_condition_free(condition);
  for (int i = 0; i < count; i++)
    host_until(host, (const char[]){(char)('a' + i), '\0'}, PN_TRANSPORT_CLOSED);
  host_until(host, "listener", PN_LISTENER_CLOSE);
  pn_proactor_cancel_timeout(host->proactor);
  until_inactive(host);
  host_stop(host);
  for (const struct actor *actor = host->actors->next; actor; actor = actor->next)
    assert_int_equal(actor->seen[PN_TRANSPORT_CLOSED] + actor->seen[PN_LISTENER_CLOSE], 1);
  assert_failed(host_actor(host, "listener"), "test:over", "test is over");
  close(fd);
}

/* Freed at any moment, it leaves nothing behind; a leak checker sees to that. */
static void freed_in_the_midst(void **state) {
  (void)state;
  for (int batches = 0; batches < 150; batches += 7) {
    char unaccepting[ADDRESS];
    int fd = socket_listen(unaccepting);
    struct host *host = host_new();
    midst(host, unaccepting);
    for (int i = 0; i < batches; i++) host_wait(host);
    host_free(host);
    close(fd);
  }
}

static void freed_while_a_batch_was_left_half_read(void **state) {
  (void)state;
  struct host *host = host_new();
  host->singly = true;
  host_connect(host, "client", closed_address());
  host_wait(host);
  host_free(host);
}

static void freed_unused(void **state) {
  (void)state;
  pn_proactor_free(pn_proactor());
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define ON_A_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
      ON_A_HOST(connection_refused),
      ON_A_HOST(host_that_does_not_resolve),
      ON_A_HOST(port_in_use),
      ON_A_HOST(bad_address_text),
      ON_A_HOST(address_too_long),
      ON_A_HOST(peer_half_closes),
      ON_A_HOST(peer_resets),
      ON_A_HOST(peer_says_nothing_and_half_closes),
      ON_A_HOST(peer_falls_silent),
      ON_A_HOST(peer_never_speaks),
      ON_A_HOST(peer_never_reads),
      ON_A_HOST(signals_interrupt_every_system_call),
      ON_A_HOST(interrupt_from_a_signal_handler),
      ON_A_HOST(disconnected_in_the_midst),
      cmocka_unit_test(freed_in_the_midst),
      cmocka_unit_test(freed_while_a_batch_was_left_half_read),
      cmocka_unit_test(freed_unused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
