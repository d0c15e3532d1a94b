/* check_test.c: the ownership checker, in processes of its own, since it is switched on by the environment. <baryon/check.h> */
#include "test.h"

#include <baryon/check.h>
#include <proton/raw_connection.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
}

/* A client that is connected to a listener of the same host; both connections are open. */
static struct actor *connected(struct host *host) {
  struct actor *client = host_connect(host, "client", listener_address(host_listen_open(host, NULL)));
  host_until(host, "client", PN_CONNECTION_REMOTE_OPEN);
  host_until(host, "server", PN_CONNECTION_REMOTE_OPEN);
  return client;
}

/* A batch in which such an event comes, read up to it. */
static pn_event_batch_t *batch_with(pn_proactor_t *proactor, pn_event_type_t type) {
  for (;;) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));)
      if (pn_event_type(event) == type) return batch;
    pn_proactor_done(proactor, batch);
  }
}

static void child_nobody(struct host *host) {
  struct actor *client = connected(host);
  pn_connection_close(client->connection); /* nobody holds its batch */
}

static bool close_clients(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_WAKE) return false;
  pn_connection_close(host_actor(actor->host, "client")->connection);
  return true;
}

static void child_other(struct host *host) { /* a handler of one connection uses another one */
  connected(host);
  struct actor *server = host_actor(host, "server");
  server->handler = close_clients;
  pn_connection_wake(server->connection);
  host_until(host, "server", PN_CONNECTION_WAKE);
}

static bool adopts;

static void *use_batch(void *context) {
  pn_event_batch_t *batch = context;
  if (adopts) pn_check_adopt(batch);
  if (pn_event_batch_raw_connection(batch))
    pn_raw_connection_close(pn_event_batch_raw_connection(batch));
  else
    pn_connection_close(pn_event_batch_connection(batch));
  return NULL;
}

static void hand_over(pn_proactor_t *proactor, pn_event_batch_t *batch) {
  pthread_t thread;
  pthread_create(&thread, NULL, use_batch, batch);
  pthread_join(thread, NULL);
  pn_proactor_done(proactor, batch);
}

static void child_handed(struct host *host) { /* the batch is handed to another thread */
  struct actor *client = connected(host);
  pn_connection_wake(client->connection);
  hand_over(host->proactor, batch_with(host->proactor, PN_CONNECTION_WAKE));
}

static void child_adopted(struct host *host) {
  adopts = true;
  child_handed(host);
}

static atomic_bool met;

static void *flow_much(void *context) {
  while (!met) pn_link_flow(context, 1);
  return NULL;
}

static void meet(void *(*function)(void *), void *context) {
  pthread_t threads[2];
  for (unsigned i = 0; i < 2; i++) pthread_create(&threads[i], NULL, function, context);
  pause_ms(1000); /* each gets its turns, on a busy machine, too */
  met = true;
  for (unsigned i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void child_meeting(struct host *host) { /* two threads inside calls at once */
  struct actor *client = connected(host);
  pn_connection_wake(client->connection);
  pn_event_batch_t *batch = batch_with(host->proactor, PN_CONNECTION_WAKE);
  meet(flow_much, pn_receiver(pn_session(client->connection), "r"));
  pn_proactor_done(host->proactor, batch);
}

/* Raw connections, and listeners. */

/* One that has been connected; its batch is over. */
static pn_raw_connection_t *raw_connected(struct host *host) {
  pn_raw_connection_t *raw = pn_raw_connection();
  char address[ADDRESS];
  (void)socket_listen(address);       /* for the life of the process */
  pn_raw_connection_write_close(raw); /* nobody has it yet but the caller */
  pn_proactor_raw_connect(host->proactor, raw, address);
  pn_proactor_done(host->proactor, batch_with(host->proactor, PN_RAW_CONNECTION_CONNECTED));
  return raw;
}

static pn_event_batch_t *raw_batch(struct host *host, pn_raw_connection_t *raw) {
  pn_raw_connection_wake(raw); /* anybody may */
  return batch_with(host->proactor, PN_RAW_CONNECTION_WAKE);
}

static char octets[64];
static const pn_raw_buffer_t buffer = {.bytes = octets, .capacity = sizeof octets};

static void child_raw_held(struct host *host) {
  pn_raw_connection_t *raw = raw_connected(host);
  pn_event_batch_t *batch = raw_batch(host, raw);
  (void)pn_raw_connection_give_read_buffers(raw, &buffer, 1);
  pn_raw_connection_close(raw);
  pn_proactor_done(host->proactor, batch);
}

static void child_raw_nobody(struct host *host) {
  pn_raw_connection_t *raw = raw_connected(host);
  (void)pn_raw_connection_give_read_buffers(raw, &buffer, 1);
}

static void child_raw_other(struct host *host) {
  pn_raw_connection_t *one = raw_connected(host), *other = raw_connected(host);
  pn_event_batch_t *batch = raw_batch(host, one);
  pn_raw_connection_write_close(other);
  pn_proactor_done(host->proactor, batch);
}

static void child_raw_handed(struct host *host) {
  hand_over(host->proactor, raw_batch(host, raw_connected(host)));
}

static void child_raw_adopted(struct host *host) {
  adopts = true;
  child_raw_handed(host);
}

static void *take_much(void *context) {
  pn_raw_buffer_t taken;
  while (!met) (void)pn_raw_connection_take_read_buffers(context, &taken, 1);
  return NULL;
}

static void child_raw_meeting(struct host *host) {
  pn_raw_connection_t *raw = raw_connected(host);
  pn_event_batch_t *batch = raw_batch(host, raw);
  meet(take_much, raw);
  pn_proactor_done(host->proactor, batch);
}

static bool does_not_accept(struct actor *listener, pn_event_t *event) {
  listener->context = pn_event_listener(event);
  return true;
}

static void child_listener(struct host *host) {
  struct actor *listener = host_listen_open(host, does_not_accept);
  (void)socket_connect(listener_address(listener));
  host_until(host, "listener", PN_LISTENER_ACCEPT);
  pn_listener_raw_accept(listener->context, pn_raw_connection());
}

static const struct {
  const char *name;
  void (*run)(struct host *host);
} children[] = {{"nobody", child_nobody}, {"other", child_other}, {"handed", child_handed},
    {"adopted", child_adopted}, {"meeting", child_meeting}, {"raw_held", child_raw_held},
    {"raw_nobody", child_raw_nobody}, {"raw_other", child_raw_other}, {"raw_handed", child_raw_handed},
    {"raw_adopted", child_raw_adopted}, {"raw_meeting", child_raw_meeting}, {"listener", child_listener}};

static int be_child(const char *name) {
  for (size_t i = 0; i < sizeof children / sizeof *children; i++) {
    if (strcmp(children[i].name, name) != 0) continue;
    struct host *host = host_new();
    children[i].run(host);
    _exit(0);
  }
  return 2;
}

/* What a child has reported: the lines of the checker. */
static void assert_reports(const char *setting, const char *child, const char *expected) {
  char command[256], line[512], self[200];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
  bool found = false;
  unsigned reports = 0;
  assert_true(size > 0);
  self[size] = '\0';
  (void)snprintf(command, sizeof command, "PN_CHECK=%s '%s' --child %s 2>&1", setting, self, child);
  FILE *output = popen(command, "r"); /* NOLINT(cert-env33-c): a command of the test's own */
  assert_non_null(output);
  while (fgets(line, sizeof line, output)) {
    if (strncmp(line, "PN_CHECK:", 9) != 0) continue;
    reports++;
    if (expected && strstr(line, expected)) found = true;
  }
  assert_int_equal(pclose(output), 0);
  if (expected && !found) fail_msg("%s: none of %u reports says '%s'", child, reports, expected);
  if (!expected && reports > 0) fail_msg("%s: %u reports, the last: %s", child, reports, line);
}

static void checker_reports_calls_by_who_does_not_have_it(void **state) {
  (void)state;
  assert_reports("threads", "nobody", "pn_connection_close(");
  assert_reports("threads", "nobody", "while nobody holds the batch");
  assert_reports("threads", "other", "while nobody holds the batch");
  assert_reports("threads", "meeting", "while pn_link_flow");
}

static void checker_lets_batches_be_handed_on_unless_it_is_strict(void **state) {
  (void)state;
  assert_reports("threads", "handed", NULL);
  assert_reports("threads,strict", "handed", "whose batch was got by thread");
  assert_reports("threads,strict", "adopted", NULL);
}

static void checker_knows_raw_connections(void **state) {
  (void)state;
  assert_reports("threads,strict", "raw_held", NULL);
  assert_reports("threads", "raw_nobody", "pn_raw_connection_give_read_buffers(");
  assert_reports("threads", "raw_nobody", "while nobody holds the batch");
  assert_reports("threads", "raw_other", "pn_raw_connection_write_close(");
  assert_reports("threads", "raw_meeting", "while pn_raw_connection_take_read_buffers");
  assert_reports("threads", "raw_handed", NULL);
  assert_reports("threads,strict", "raw_handed", "whose batch was got by thread");
  assert_reports("threads,strict", "raw_adopted", NULL);
}

static void checker_knows_listeners(void **state) {
  (void)state;
  assert_reports("threads", "listener", "pn_listener_raw_accept(");
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--child") == 0) return be_child(argv[2]);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checker_reports_calls_by_who_does_not_have_it),
      cmocka_unit_test(checker_lets_batches_be_handed_on_unless_it_is_strict),
      cmocka_unit_test(checker_knows_raw_connections),
      cmocka_unit_test(checker_knows_listeners),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
