/* raw_end_test.c: ends of raw connections that nobody asked for: refused, reset, hung up, disconnected. */
#include "raw_host.h"

#include <proton/listener.h>
#include <proton/netaddr.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ends that nobody asked for. */

static void refused(void **state) {
  struct raw_host *host = *state;
  raw_give(host, 0, 2);
  raw_write_text(host, "x");
  pn_proactor_raw_connect(host->proactor, host->raw, closed_address());
  raw_until_over(host);
  assert_words(host, "DRAIN_BUFFERS DISCONNECTED ");
  raw_assert_failed(host, "Connection refused - on connect 127.0.0.1:");
  assert_int_equal(host->written, 1);
}

/* The batch is left after the wake, with what had come of connecting. */
static void woken_and_refused(void **state) {
  struct raw_host *host = *state;
  pn_proactor_raw_connect(host->proactor, host->raw, closed_address());
  pn_raw_connection_wake(host->raw);
  pn_event_batch_t *batch = pn_proactor_wait(host->proactor);
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_RAW_CONNECTION_WAKE);
  pn_proactor_done(host->proactor, batch);
  raw_until_over(host);
  assert_words(host, "DISCONNECTED ");
  raw_assert_failed(host, "Connection refused - on connect 127.0.0.1:");
}

static void not_resolved(void **state) {
  struct raw_host *host = *state;
  raw_give(host, 0, 2);
  pn_proactor_raw_connect(host->proactor, host->raw, "no-such-host.invalid:1");
  raw_until_over(host);
  assert_words(host, "DRAIN_BUFFERS DISCONNECTED ");
  raw_assert_failed(host, "no-such-host.invalid:1");
}

static void peers_end_without_buffers(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  raw_settle(host);
  shutdown(host->peer, SHUT_WR);
  raw_until_word(host, "CLOSED_READ");
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS CLOSED_READ ");
  pn_raw_connection_close(host->raw);
}

static void octets_before_the_end_are_not_lost(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  socket_send(host->peer, "last", 4);
  close(host->peer);
  host->peer = -1;
  raw_settle(host);
  assert_null(strstr(host->words, "CLOSED_READ"));
  raw_give(host, 0, 1);
  pn_raw_connection_wake(host->raw);
  raw_until_word(host, "CLOSED_READ");
  assert_memory_equal(host->text, "last", 4);
  assert_int_equal(host->read, 4);
  pn_raw_connection_close(host->raw);
}

static void reset_without_buffers(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  raw_settle(host);
  socket_send(host->peer, "unread", 6);
  raw_settle(host);
  socket_reset(host->peer);
  host->peer = -1;
  raw_until_over(host);
  raw_assert_failed(host, "Connection reset by peer - async disconnect 127.0.0.1:");
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS CLOSED_READ CLOSED_WRITE DISCONNECTED ");
}

static void reset_with_buffers(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  raw_give(host, 0, 3);
  raw_settle(host);
  socket_send(host->peer, "read", 4);
  socket_reset(host->peer);
  host->peer = -1;
  raw_until_over(host);
  raw_assert_failed(host, "Connection reset by peer");
}

static void raw_accept(void **state) {
  struct raw_host *host = *state;
  pn_listener_t *listener = pn_listener();
  char address[PN_MAX_ADDR];
  pn_proactor_listen(host->proactor, listener, "127.0.0.1:0", 5);
  pn_event_batch_t *batch = pn_proactor_wait(host->proactor);
  assert_ptr_equal(pn_event_batch_listener(batch), listener);
  assert_null(pn_event_batch_raw_connection(batch));
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_OPEN);
  pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
  pn_listener_raw_accept(listener, host->raw);
  pn_proactor_done(host->proactor, batch);
  raw_until_word(host, "DISCONNECTED");
  raw_assert_failed(host, "pn_listener_accept 127.0.0.1:0");

  *host->words = '\0';
  host->peer = socket_connect(address);
  batch = pn_proactor_wait(host->proactor);
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_ACCEPT);
  host->raw = pn_raw_connection();
  pn_listener_raw_accept(listener, host->raw);
  pn_proactor_done(host->proactor, batch);
  raw_until_word(host, "CONNECTED");
  char local[PN_MAX_ADDR], remote[PN_MAX_ADDR];
  pn_netaddr_str(pn_raw_connection_local_addr(host->raw), local, sizeof local);
  pn_netaddr_str(pn_raw_connection_remote_addr(host->raw), remote, sizeof remote);
  assert_string_equal(local, address);
  assert_string_not_equal(remote, address);
  pn_listener_close(listener);
}

static void disconnected_with_a_condition(void **state) {
  struct raw_host *host = *state;
  pn_condition_t *condition = pn_condition();
  pn_condition_set_name(condition, "test:over");
  host->hold = true;
  raw_connect(host);
  raw_give(host, 0, 2);
  pn_proactor_disconnect(host->proactor, condition);
  pn_condition_free(condition);
  raw_until_over(host);
  assert_string_equal(host->condition, "test:over");
  assert_non_null(strstr(host->words, "CLOSED_READ CLOSED_WRITE DRAIN_BUFFERS DISCONNECTED "));
}

static void closed_before_it_is_connected(void **state) {
  struct raw_host *host = *state;
  raw_give(host, 0, 1);
  pn_raw_connection_close(host->raw);
  pn_proactor_raw_connect(host->proactor, host->raw, host->address);
  raw_until_over(host);
  assert_words(host, "CLOSED_READ CLOSED_WRITE DISCONNECTED ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      RAW_TEST(refused),
      RAW_TEST(woken_and_refused),
      RAW_TEST(not_resolved),
      RAW_TEST(peers_end_without_buffers),
      RAW_TEST(octets_before_the_end_are_not_lost),
      RAW_TEST(reset_without_buffers),
      RAW_TEST(reset_with_buffers),
      RAW_TEST(raw_accept),
      RAW_TEST(disconnected_with_a_condition),
      RAW_TEST(closed_before_it_is_connected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
