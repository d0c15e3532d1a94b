/* limits_test.c: file descriptors run out, and ten thousand connections end at once. The peers are another process, which has
 * descriptors of its own. */
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CROWD = 40, SPARE = 8, MANY = 10000, OTHERS = 300 };

static atomic_uint opened, ended;

static bool count(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) atomic_fetch_add(&opened, 1);
  if (pn_event_type(event) == PN_TRANSPORT_CLOSED) atomic_fetch_add(&ended, 1);
  return false;
}

static bool reached(atomic_uint *counter, unsigned count) { return atomic_load(counter) >= count; }
static bool all_opened(struct host *host, void *wanted) {
  return (void)host, reached(&opened, *(unsigned *)wanted);
}
static bool all_ended(struct host *host, void *wanted) {
  return (void)host, reached(&ended, *(unsigned *)wanted);
}

/* The process of the peers. */

struct peers {
  pid_t process;
  int to, from;
};

static void tell(int fd) {
  if (write(fd, "", 1) != 1) _exit(2);
}

static void wait_for(int fd) {
  char byte;
  if (read(fd, &byte, 1) != 1) _exit(3);
}

static struct peers peers_start(void (*run)(const char *address, int from, int to), const char *address) {
  int to[2], from[2];
  assert_int_equal(pipe(to), 0);
  assert_int_equal(pipe(from), 0);
  pid_t process = fork();
  assert_true(process >= 0);
  if (!process) {
    signal(SIGALRM, SIG_DFL);
    run(address, to[0], from[1]);
    _exit(0);
  }
  close(to[0]);
  close(from[1]);
  return (struct peers){process, to[1], from[0]};
}

static int peers_end(struct peers *peers) {
  int status = 0;
  close(peers->to);
  close(peers->from);
  waitpid(peers->process, &status, 0);
  return status;
}

static int connect_and_open(const char *address) {
  int fd = socket_connect(address);
  socket_send(fd, amqp_header, sizeof amqp_header);
  socket_send(fd, amqp_open, sizeof amqp_open);
  return fd;
}

/* The server's header comes; then close, until the server has closed as well. False: it has closed before. */
static bool served(int fd) {
  char bytes[256];
  bool answered = socket_receive_all(fd, bytes, 8);
  if (answered) socket_send(fd, amqp_close, sizeof amqp_close);
  while (answered && socket_receive(fd, bytes, sizeof bytes)) {}
  close(fd);
  return answered;
}

/* Who is turned away comes again. */
static void crowd(const char *address, int from, int to) {
  int fds[CROWD];
  wait_for(from);
  for (int i = 0; i < CROWD; i++) fds[i] = connect_and_open(address);
  tell(to);
  wait_for(from);
  for (int i = 0; i < CROWD; i++)
    for (bool done = served(fds[i]); !done;) done = served(connect_and_open(address));
  tell(to);
}

/* The same with raw connections, which give each a word and close. */
static bool raw_served(int fd) {
  char word[4];
  const bool served = socket_receive_all(fd, word, sizeof word);
  close(fd);
  return served;
}

static void raw_crowd(const char *address, int from, int to) {
  int fds[CROWD];
  wait_for(from);
  for (int i = 0; i < CROWD; i++) fds[i] = socket_connect(address);
  tell(to);
  for (int i = 0; i < CROWD; i++)
    for (bool done = raw_served(fds[i]); !done;) done = raw_served(socket_connect(address));
  tell(to);
  wait_for(from);
}

static unsigned many;

static void multitude(const char *address, int from, int to) {
  wait_for(from);
  for (unsigned i = 0; i < many; i++) connect_and_open(address);
  tell(to);
  wait_for(from); /* until it is killed */
}

/* Limits. */

static rlim_t limit_files(rlim_t most) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t before = limit.rlim_cur;
  limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return before;
}

/* All descriptors below are in use. */
static rlim_t next_file(void) {
  int fd = dup(STDERR_FILENO);
  close(fd);
  return (rlim_t)fd;
}

static void descriptors_run_out_while_connecting(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  int fd = socket_listen(address);
  rlim_t before = limit_files(next_file());
  struct actor *client = host_connect(host, "client", address);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  limit_files(before);
  assert_failed(client, "proton:io", address);
  close(fd);

  client = host_connect(host, "later", listener_address(host_listen_open(host, NULL)));
  host_until(host, "later", PN_CONNECTION_REMOTE_OPEN);
}

/* More come than there are descriptors for. The listener stays; it neither spins meanwhile nor needs to be told to go on. */
static void descriptors_run_out_while_accepting(void **state) {
  struct host *host = *state;
  struct actor *listener = host_listen(host, "listener", "127.0.0.1:0", 4 * CROWD);
  host_until(host, "listener", PN_LISTENER_OPEN);
  struct peers peers = peers_start(crowd, listener_address(listener));
  rlim_t before = limit_files(next_file() + SPARE);
  host_start(host, 2);
  tell(peers.to);
  wait_for(peers.from);
  assert_idle();
  tell(peers.to);
  wait_for(peers.from);
  assert_int_equal(peers_end(&peers), 0);
  limit_files(before);
  host_connect(host, "later", listener_address(listener));
  host_until(host, "later", PN_CONNECTION_REMOTE_OPEN);
  host_stop(host);
  assert_int_equal(listener->seen[PN_LISTENER_CLOSE], 0);
}

static void descriptors_run_out_while_a_raw_one_connects(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  int fd = socket_listen(address);
  rlim_t before = limit_files(next_file());
  struct actor *raw = host_raw(host, "raw");
  pn_proactor_raw_connect(host->proactor, raw->raw, address);
  host_until(host, "raw", PN_RAW_CONNECTION_DISCONNECTED);
  limit_files(before);
  assert_string_equal(raw->condition, "proton:io");
  assert_non_null(strstr(raw->description, address));
  assert_int_equal(raw->seen[PN_RAW_CONNECTION_CONNECTED], 0);

  raw = host_raw(host, "later");
  pn_proactor_raw_connect(host->proactor, raw->raw, address);
  host_until(host, "later", PN_RAW_CONNECTION_CONNECTED);
  close(fd);
}

static atomic_uint words; /* that were written */

static bool all_words(struct host *host, void *wanted) {
  return (void)host, reached(&words, *(unsigned *)wanted);
}

static bool give_a_word(struct actor *actor, pn_event_t *event) {
  static char word[] = "word";
  const pn_raw_buffer_t buffer = {.bytes = word, .size = 4, .capacity = 4};
  pn_raw_buffer_t back;
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) {
    (void)pn_raw_connection_write_buffers(actor->raw, &buffer, 1);
    pn_raw_connection_close(actor->raw);
  }
  if (pn_event_type(event) == PN_RAW_CONNECTION_WRITTEN)
    atomic_fetch_add(&words, (unsigned)pn_raw_connection_take_written_buffers(actor->raw, &back, 1));
  return true;
}

static bool accept_raw(struct actor *listener, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return true;
  struct actor *raw = host_raw(listener->host, "word");
  raw->handler = give_a_word;
  pn_listener_raw_accept(pn_event_listener(event), raw->raw);
  return true;
}

static void descriptors_run_out_while_raw_ones_are_accepted(void **state) {
  struct host *host = *state;
  unsigned wanted = CROWD;
  struct actor *listener = host_listener(host, "listener");
  listener->handler = accept_raw;
  pn_proactor_listen(host->proactor, listener->listener, "127.0.0.1:0", 4 * CROWD);
  host_until(host, "listener", PN_LISTENER_OPEN);
  struct peers peers = peers_start(raw_crowd, listener_address(listener));
  int taken[SPARE];
  rlim_t before = limit_files(next_file() + SPARE);
  for (int i = 0; i < SPARE; i++) taken[i] = dup(STDERR_FILENO);
  tell(peers.to);
  wait_for(peers.from);
  host_start(host, 2);
  usleep(200000); /* those that wait are hung up on, and come again */
  for (int i = 0; i < SPARE; i++) close(taken[i]);
  wait_for(peers.from);
  host_until_true(host, all_words, &wanted); /* who wrote one knows later than who has read it */
  host_stop(host);
  tell(peers.to);
  assert_int_equal(peers_end(&peers), 0);
  limit_files(before);
  assert_int_equal(listener->seen[PN_LISTENER_CLOSE], 0);
}

static void ten_thousand_are_cut_at_once(void **state) {
  struct host *host = *state;
  rlim_t before = limit_files(RLIM_INFINITY), most = limit_files(RLIM_INFINITY);
  many = most - OTHERS < MANY ? (unsigned)most - OTHERS : MANY;
  host->quiet = true;
  host->server = count;
  struct actor *listener = host_listen(host, "listener", "127.0.0.1:0", 4096);
  host_until(host, "listener", PN_LISTENER_OPEN);
  struct peers peers = peers_start(multitude, listener_address(listener));
  host_start(host, 2);
  tell(peers.to);
  host_until_true(host, all_opened, &many);
  kill(peers.process, SIGKILL);
  host_until_true(host, all_ended, &many);
  peers_end(&peers);
  pn_proactor_disconnect(host->proactor, NULL);
  until_inactive(host);
  assert_idle();
  host_stop(host);
  unsigned servers = 0;
  for (const struct actor *actor = host->actors; actor; actor = actor->next) {
    if (!actor->accepted) continue;
    servers++;
    bool io = strcmp(actor->condition, "proton:io") == 0; /* a reset, where something was on its way */
    assert_failed(actor, io ? "proton:io" : "amqp:connection:framing-error", "127.0.0.1:");
  }
  assert_int_equal(servers, many);
  assert_int_equal(atomic_load(&ended), many);
  printf("%u connections\n", many);
  limit_files(before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define ON_A_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
      ON_A_HOST(descriptors_run_out_while_connecting),
      ON_A_HOST(descriptors_run_out_while_accepting),
      ON_A_HOST(descriptors_run_out_while_a_raw_one_connects),
      ON_A_HOST(descriptors_run_out_while_raw_ones_are_accepted),
      ON_A_HOST(ten_thousand_are_cut_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
