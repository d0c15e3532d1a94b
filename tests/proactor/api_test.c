/* api_test.c: what 0.41 has and Debian's 0.37 has not, and so cannot be compared: accessors of batches, sockets that are imported,
 * output that is flushed, accepting nothing; and pn_proactor_run. */
#include "test.h"

#include <proton/proactor_ext.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool close_when_open(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_answer(actor, event);
  pn_connection_close(pn_event_connection(event));
  return true;
}

/* The next batch of whatever it is; its events are not looked at. */
static void check_batch(
    struct host *host, pn_connection_t *connection, pn_listener_t *listener, bool proactor) {
  pn_event_batch_t *batch = pn_proactor_wait(host->proactor);
  assert_ptr_equal(pn_event_batch_connection(batch), connection);
  assert_ptr_equal(pn_event_batch_listener(batch), listener);
  assert_ptr_equal(pn_event_batch_proactor(batch), proactor ? host->proactor : NULL);
  assert_null(pn_event_batch_raw_connection(batch));
  while (pn_event_batch_next(batch)) {}
  pn_proactor_done(host->proactor, batch);
}

static void batch_knows_what_it_is_of(void **state) {
  struct host *host = *state;
  pn_proactor_interrupt(host->proactor);
  check_batch(host, NULL, NULL, true);
  pn_listener_t *listener = host_listen(host, "listener", "127.0.0.1:0", 16)->listener;
  check_batch(host, NULL, listener, false);
  pn_connection_t *connection = host_connect(host, "client", closed_address())->connection;
  check_batch(host, connection, NULL, false);
}

static void released_connection_is_no_more_the_batchs(void **state) {
  struct host *host = *state;
  pn_connection_t *connection = host_connect(host, "client", closed_address())->connection;
  pn_event_batch_t *batch = pn_proactor_wait(host->proactor);
  assert_non_null(pn_event_batch_next(batch));
  pn_proactor_release_connection(connection);
  assert_null(pn_event_batch_connection(batch));
  assert_null(pn_event_batch_next(batch));
  pn_proactor_done(host->proactor, batch);
  until_inactive(host);
  pn_connection_free(connection);
}

/* Two ends of a pair of sockets, neither of which was connected by the proactor. */
static void sockets_are_imported(void **state) {
  struct host *host = *state;
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  struct actor *client = host_connection(host, "client"), *server = host_connection(host, "server");
  client->handler = close_when_open;
  pn_transport_t *transport = pn_transport();
  pn_transport_set_server(transport);
  pn_proactor_import_socket(host->proactor, server->connection, transport, fds[0]);
  pn_proactor_import_socket(host->proactor, client->connection, NULL, fds[1]);
  until_inactive(host);
  assert_ended_well(client);
  assert_ended_well(server);
  assert_int_equal(fcntl(fds[0], F_GETFD), -1); /* closed */
  assert_int_equal(fcntl(fds[1], F_GETFD), -1);
}

static bool flush_and_look(struct actor *actor, pn_event_t *event) {
  char bytes[64];
  if (pn_event_type(event) != PN_CONNECTION_BOUND) return false;
  int peer = *(int *)actor->context;
  pn_connection_write_flush(pn_event_connection(event));
  ssize_t size = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT);
  actor_note(actor, "flushed=%d", size >= 8 && memcmp(bytes, "AMQP", 4) == 0);
  return true;
}

/* What was written has left when it returns, in the midst of the batch. */
static void output_is_flushed(void **state) {
  struct host *host = *state;
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  struct actor *client = host_connection(host, "client");
  client->handler = flush_and_look;
  client->context = &fds[1];
  pn_proactor_import_socket(host->proactor, client->connection, NULL, fds[0]);
  host_until(host, "client", PN_CONNECTION_BOUND);
  assert_non_null(strstr(client->words, "flushed=1"));
  close(fds[1]);
  until_inactive(host);
}

static void flush_without_a_proactor_does_nothing(void **state) {
  (void)state;
  pn_connection_t *connection = pn_connection();
  pn_connection_write_flush(connection);
  pn_connection_free(connection);
}

static bool accept_two(struct actor *listener, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  host_accept(listener);
  host_accept(listener);
  pn_listener_close(pn_event_listener(event));
  return true;
}

/* One comes, two are accepted: the second ends with an error of its own, which names the listener. */
static void nothing_is_accepted(void **state) {
  struct host *host = *state;
  struct actor *listener = host_listen_open(host, accept_two);
  struct actor *client = host_connection(host, "client");
  client->handler = close_when_open;
  pn_proactor_connect2(host->proactor, client->connection, NULL, listener_address(listener));
  until_inactive(host);
  assert_ended_well(client);
  assert_ended_well(host_actor(host, "server"));
  assert_failed(host_actor(host, "server2"), "proton:io", "127.0.0.1:");
}

/* pn_proactor_run. */

struct counts {
  pn_proactor_t *proactor;
  atomic_uint interrupts, inactive;
};

static void count_and_stop(void *context, pn_event_t *event) {
  struct counts *counts = context;
  if (pn_event_type(event) == PN_PROACTOR_INTERRUPT) atomic_fetch_add(&counts->interrupts, 1);
  if (pn_event_type(event) == PN_PROACTOR_INACTIVE) atomic_fetch_add(&counts->inactive, 1);
  pn_proactor_stop(counts->proactor);
}

static void stop_ends_run_and_stays(void **state) {
  struct host *host = *state;
  struct counts counts = {.proactor = host->proactor};
  pn_proactor_interrupt(host->proactor);
  pn_proactor_run(host->proactor, count_and_stop, &counts);
  assert_int_equal(counts.interrupts, 1);
  pn_proactor_interrupt(host->proactor);
  pn_proactor_run(host->proactor, count_and_stop, &counts); /* at once, and without it */
  assert_int_equal(counts.interrupts, 1);
  host_until(host, "proactor", PN_PROACTOR_INTERRUPT); /* pn_proactor_wait goes on */
  pn_proactor_interrupt(host->proactor);
  pn_proactor_resume(host->proactor);
  pn_proactor_run(host->proactor, count_and_stop, &counts);
  assert_int_equal(counts.interrupts, 2);
  pn_proactor_resume(host->proactor);
}

static void ignore(void *context, pn_event_t *event) { (void)context, (void)event; }

static void *run(void *context) {
  pn_proactor_run(context, ignore, NULL);
  return NULL;
}

/* From a thread that is none of them, with nothing going on. */
static void stop_ends_every_run(void **state) {
  struct host *host = *state;
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, run, host->proactor);
  pn_proactor_stop(host->proactor);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define ON_A_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
      ON_A_HOST(batch_knows_what_it_is_of),
      ON_A_HOST(released_connection_is_no_more_the_batchs),
      ON_A_HOST(sockets_are_imported),
      ON_A_HOST(output_is_flushed),
      cmocka_unit_test(flush_without_a_proactor_does_nothing),
      ON_A_HOST(nothing_is_accepted),
      ON_A_HOST(stop_ends_run_and_stays),
      ON_A_HOST(stop_ends_every_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
