/* fork_test.c: a process that runs a proactor on several threads forks. The child leaves that proactor alone and makes its own; the
 * parent's goes on. */
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

static bool close_when_woken(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) == PN_CONNECTION_WAKE) pn_connection_close(actor->connection);
  return false;
}

static void open_and_close(struct host *host, const char *name, const char *address) {
  struct actor *actor = host_connect(host, name, address);
  actor->handler = close_when_woken;
  host_until(host, name, PN_CONNECTION_REMOTE_OPEN);
  pn_connection_wake(actor->connection);
  host_until(host, name, PN_TRANSPORT_CLOSED);
}

/* With a listener of its own, and with the parent's: over sockets of its own, not over those that it has inherited. */
static void be_a_child(const char *parent) {
  struct host *host = host_new();
  open_and_close(host, "to itself", listener_address(host_listen_open(host, NULL)));
  open_and_close(host, "to its parent", parent);
  host_free(host);
  _exit(0);
}

static void parent_and_child_have_a_proactor_each(void **state) {
  struct host *host = *state;
  const char *address = listener_address(host_listen_open(host, NULL));
  pn_proactor_set_timeout(host->proactor, 3600 * 1000); /* a thread that keeps time */
  struct actor *before = host_connect(host, "before", address);
  before->handler = close_when_woken;
  host_until(host, "before", PN_CONNECTION_REMOTE_OPEN);
  host_start(host, 2);

  const pid_t process = fork();
  assert_true(process >= 0);
  if (!process) be_a_child(address);
  int status;
  assert_int_equal(waitpid(process, &status, 0), process);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  host_until_count(host, "server2", PN_TRANSPORT_CLOSED, 1); /* the child's */
  host_connect(host, "after", address);
  host_until(host, "after", PN_CONNECTION_REMOTE_OPEN);
  host_stop(host);
  assert_int_equal(before->seen[PN_TRANSPORT_CLOSED], 0);
  pn_connection_wake(before->connection);
  host_until(host, "before", PN_TRANSPORT_CLOSED);
  assert_ended_well(before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(parent_and_child_have_a_proactor_each, host_setup, host_teardown),
  };
  return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
