/* own_test.c: what only Baryon's proactor has: pn_proactor_run and its kin, work queues, metrics. <baryon/work_queue.h>,
 * <baryon/metrics.h> */
#include "test.h"

#include <baryon/metrics.h>
#include <baryon/work_queue.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
}

/* Who closes has to hold the batch. */
static bool close_when_woken(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_WAKE) pn_connection_close(actor->connection);
  return false;
}

/* A client that is connected to a listener of the same host; both connections are open. */
static struct actor *connected(struct host *host) {
  struct actor *client = host_connect(host, "client", listener_address(host_listen_open(host, NULL)));
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  host_until(host, "server", PN_CONNECTION_REMOTE_OPEN);
  return client;
}

/* Running. */

struct runner {
  pn_proactor_t *proactor;
  pthread_t thread;
  atomic_uint events, interrupts;
};

static void count_event(void *context, pn_event_t *event) {
  struct runner *runner = context;
  runner->events++;
  if (pn_event_type(event) == PN_PROACTOR_INTERRUPT) runner->interrupts++;
}

static void *run(void *context) {
  struct runner *runner = context;
  pn_proactor_run(runner->proactor, count_event, runner);
  return NULL;
}

static void runners_run_until_stopped(void **state) {
  struct host *host = *state;
  struct runner runners[4];
  for (unsigned round = 0; round < 20; round++) {
    for (unsigned i = 0; i < 4; i++) {
      runners[i] = (struct runner){.proactor = host->proactor};
      pthread_create(&runners[i].thread, NULL, run, &runners[i]);
    }
    pn_proactor_interrupt(host->proactor);
    while (runners[0].interrupts + runners[1].interrupts + runners[2].interrupts + runners[3].interrupts == 0)
      pause_ms(1);
    pn_proactor_stop(host->proactor);
    for (unsigned i = 0; i < 4; i++) pthread_join(runners[i].thread, NULL);
    pn_proactor_resume(host->proactor);
  }
}

static void a_stop_is_sticky_and_leaves_wait_alone(void **state) {
  struct host *host = *state;
  struct runner runner = {.proactor = host->proactor};
  pn_proactor_stop(host->proactor);
  pn_proactor_interrupt(host->proactor);
  run(&runner); /* returns at once, with the event unread */
  assert_int_equal(runner.events, 0);
  host_until(host, "proactor", PN_PROACTOR_INTERRUPT);
  run(&runner);
  assert_int_equal(runner.events, 0);
}

static void stop_from_handler(void *context, pn_event_t *event) {
  struct runner *runner = context;
  count_event(runner, event);
  pn_proactor_stop(runner->proactor);
}

static void a_handler_stops_its_own_run(void **state) {
  struct host *host = *state;
  struct runner runner = {.proactor = host->proactor};
  pn_proactor_interrupt(host->proactor);
  pn_proactor_run(host->proactor, stop_from_handler, &runner);
  assert_int_equal(runner.interrupts, 1);
}

/* Work. */

struct work_log {
  atomic_uint run, cancelled;
  unsigned order[100];
  pn_connection_t *connection;
};

struct numbered {
  struct work_log *log;
  unsigned number;
};

static void do_work(pn_connection_t *connection, void *context) {
  struct numbered *work = context;
  struct work_log *log = work->log;
  log->connection = connection;
  log->order[log->run++] = work->number;
  free(work);
}

static void cancel_work(void *context) {
  struct numbered *work = context;
  work->log->cancelled++;
  free(work);
}

static bool add(pn_work_queue_t *queue, struct work_log *log, unsigned number) {
  struct numbered *work = malloc(sizeof *work);
  *work = (struct numbered){log, number};
  if (pn_work_queue_add_or_cancel(queue, do_work, cancel_work, work)) return true;
  free(work);
  return false;
}

static bool schedule(pn_work_queue_t *queue, pn_millis_t delay, struct work_log *log, unsigned number) {
  struct numbered *work = malloc(sizeof *work);
  *work = (struct numbered){log, number};
  if (pn_work_queue_schedule(queue, delay, do_work, cancel_work, work)) return true;
  free(work);
  return false;
}

static void work_is_done_in_the_connections_turn_in_order(void **state) {
  struct host *host = *state;
  struct work_log log = {.run = 0};
  struct actor *client = connected(host);
  pn_work_queue_t *queue = pn_connection_work_queue(client->connection);
  for (unsigned i = 0; i < 50; i++) assert_true(add(queue, &log, i));
  host_until(host, "client", PN_CONNECTION_WAKE);
  assert_int_equal(log.run, 50);
  assert_ptr_equal(log.connection, client->connection);
  for (unsigned i = 0; i < 50; i++) assert_int_equal(log.order[i], i);
  assert_int_equal(client->seen[PN_CONNECTION_WAKE], 1);
  pn_work_queue_decref(queue);
}

static void work_added_before_connecting_waits(void **state) {
  struct host *host = *state;
  struct work_log log = {.run = 0};
  struct actor *client = host_connection(host, "client");
  pn_work_queue_t *queue = pn_connection_work_queue(client->connection);
  assert_true(add(queue, &log, 7));
  assert_true(schedule(queue, 20, &log, 8));
  assert_int_equal(log.run, 0);
  pn_proactor_connect(host->proactor, client->connection, listener_address(host_listen_open(host, NULL)));
  host_until_count(host, "client", PN_CONNECTION_WAKE, 2);
  assert_int_equal(log.run, 2);
  assert_int_equal(log.order[0], 7);
  assert_int_equal(log.order[1], 8);
  pn_work_queue_decref(queue);
}

static void work_of_a_connection_that_never_had_a_proactor_is_cancelled(void **state) {
  (void)state;
  struct work_log log = {.run = 0};
  pn_connection_t *connection = pn_connection();
  pn_work_queue_t *queue = pn_connection_work_queue(connection);
  assert_true(add(queue, &log, 1));
  assert_true(schedule(queue, 1, &log, 2));
  pn_connection_free(connection);
  assert_int_equal(log.run, 0);
  assert_int_equal(log.cancelled, 2);
  assert_false(add(queue, &log, 3));
  assert_false(schedule(queue, 1, &log, 4));
  pn_work_queue_decref(queue);
}

static void a_queue_outlives_connection_and_proactor(void **state) {
  struct host *host = *state;
  struct work_log log = {.run = 0};
  struct actor *client = connected(host);
  pn_work_queue_t *queue = pn_connection_work_queue(client->connection);
  assert_true(schedule(queue, 3600 * 1000, &log, 1));
  client->handler = close_when_woken;
  pn_connection_wake(client->connection);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_get(host);
  assert_int_equal(log.cancelled, 1);
  assert_false(add(queue, &log, 2));
  host_free(host);
  *state = NULL;
  assert_false(add(queue, &log, 3));
  pn_work_queue_decref(queue);
}

static void freeing_the_proactor_cancels_work(void **state) {
  struct host *host = *state;
  struct work_log log = {.run = 0};
  pn_work_queue_t *queue = pn_connection_work_queue(connected(host)->connection);
  assert_true(add(queue, &log, 1));
  assert_true(schedule(queue, 1, &log, 2));
  host_free(host);
  *state = NULL;
  assert_int_equal(log.run + log.cancelled, 2);
  assert_false(add(queue, &log, 3));
  pn_work_queue_decref(queue);
}

static void add_more(pn_connection_t *connection, void *context) {
  struct work_log *log = context;
  pn_work_queue_t *queue = pn_connection_work_queue(connection);
  log->run++;
  assert_true(pn_work_queue_add(queue, add_more, log));
  pn_work_queue_decref(queue);
}

static void work_that_adds_work_waits_for_the_next_turn(void **state) {
  struct host *host = *state;
  struct work_log log = {.run = 0};
  struct actor *client = connected(host);
  pn_work_queue_t *queue = pn_connection_work_queue(client->connection);
  assert_true(pn_work_queue_add(queue, add_more, &log));
  host_until_count(host, "client", PN_CONNECTION_WAKE, 100);
  assert_true(log.run >= 100);
  pn_proactor_disconnect(host->proactor, NULL); /* it gets to its end all the same */
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  pn_work_queue_decref(queue);
}

/* Metrics. */

static bool send_ten(struct actor *actor, pn_event_t *event) {
  static const char text[] = "ten times";
  unsigned *sent = actor->context;
  if (pn_event_type(event) != PN_LINK_FLOW) return close_when_woken(actor, event);
  pn_link_t *sender = pn_event_link(event);
  while (pn_link_credit(sender) > 0 && *sent < 10) {
    (*sent)++;
    (void)pn_delivery(sender, pn_dtag("t", 1));
    (void)pn_link_send(sender, text, sizeof text);
    (void)pn_link_advance(sender);
  }
  return true;
}

static void metrics_count(void **state) {
  struct host *host = *state;
  pn_metrics_t of_client, of_server, of_all;
  unsigned sent = 0;
  struct actor *client = host_connection(host, "client");
  client->handler = send_ten;
  client->context = &sent;
  pn_session_t *ssn = pn_session(client->connection);
  pn_session_open(ssn);
  pn_link_open(pn_sender(ssn, "s"));
  pn_proactor_connect(host->proactor, client->connection, listener_address(host_listen_open(host, NULL)));
  host_until_count(host, "client", PN_DELIVERY, 1);
  host_until(host, "client", PN_LINK_FLOW);
  while (host_get(host) > 0) continue;
  pn_connection_get_metrics(client->connection, &of_client, sizeof of_client);
  pn_connection_get_metrics(host_actor(host, "server")->connection, &of_server, sizeof of_server);
  pn_proactor_get_metrics(host->proactor, &of_all, sizeof of_all);
  assert_int_equal(of_client.messages_sent, 10);
  assert_int_equal(of_server.messages_received, 10);
  assert_int_equal(of_all.messages_sent, 10);
  assert_int_equal(of_all.messages_received, 10);
  assert_int_equal(of_client.bytes_sent, of_server.bytes_received);
  assert_int_equal(of_client.frames_received, of_server.frames_sent);
  assert_true(of_client.batches > 0 && of_all.batches > of_client.batches);
  assert_true(of_client.tasks_queued >= of_client.batches);
  assert_true(of_client.longest_batch_ns > 0);

  pn_connection_wake(client->connection);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_until(host, "server", PN_TRANSPORT_CLOSED);
  host_get(host);
  pn_proactor_get_metrics(host->proactor, &of_all, sizeof of_all);
  assert_int_equal(of_all.messages_sent, 10); /* of those that have ended, too */
  assert_int_equal(of_all.wakes_asked, 1);
  assert_int_equal(of_all.wakes_delivered, 1);
  memset(&of_all, 0xff, sizeof of_all);
  pn_proactor_get_metrics(host->proactor, &of_all, sizeof of_all.bytes_received); /* of an older program */
  assert_true(of_all.bytes_received > 0);
  assert_true(of_all.bytes_sent == UINT64_MAX);
}

int main(void) {
#define ON_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
  const struct CMUnitTest tests[] = {
      ON_HOST(runners_run_until_stopped),
      ON_HOST(a_stop_is_sticky_and_leaves_wait_alone),
      ON_HOST(a_handler_stops_its_own_run),
      ON_HOST(work_is_done_in_the_connections_turn_in_order),
      ON_HOST(work_added_before_connecting_waits),
      ON_HOST(work_of_a_connection_that_never_had_a_proactor_is_cancelled),
      ON_HOST(a_queue_outlives_connection_and_proactor),
      ON_HOST(freeing_the_proactor_cancels_work),
      ON_HOST(work_that_adds_work_waits_for_the_next_turn),
      ON_HOST(metrics_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
