/* raw_stream_test.c: what raw connections carry: half closes, slow and silent peers, buffers that are refused. */
#include "raw_host.h"

#include <sys/socket.h>
#include <unistd.h>

/* What comes to be, and ends well. */

static void needs_are_told_once(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  raw_settle(host);
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS ");
  assert_int_equal(raw_give(host, 0, 1), 1);
  pn_raw_connection_close(host->raw);
}

static void write_and_close(struct raw_host *host, pn_event_t *event) {
  if (pn_event_type(event) != PN_RAW_CONNECTION_CONNECTED) return;
  raw_write_text(host, "hello, ");
  raw_write_text(host, "");
  raw_write_text(host, "world");
  pn_raw_connection_close(host->raw);
  assert_int_equal(raw_write_text(host, "late"), 0);
  assert_int_equal(raw_give(host, 0, 1), 0);
}

static void close_writes_what_is_there(void **state) {
  struct raw_host *host = *state;
  char text[12];
  host->handler = write_and_close;
  raw_connect(host);
  raw_until_over(host);
  assert_words(host, "CONNECTED CLOSED_READ CLOSED_WRITE WRITTEN DISCONNECTED ");
  assert_int_equal(host->written, 3);
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_memory_equal(text, "hello, world", sizeof text);
  assert_int_equal(socket_receive(host->peer, text, 1), 0);
  assert_string_equal(host->condition, "");
}

static void half_close(struct raw_host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) {
    raw_give(host, 0, 3);
    raw_write_text(host, "request");
    pn_raw_connection_write_close(host->raw);
    assert_false(pn_raw_connection_is_read_closed(host->raw));
    assert_true(pn_raw_connection_is_write_closed(host->raw));
  }
}

static void reading_goes_on_after_write_close(void **state) {
  struct raw_host *host = *state;
  char text[7];
  host->handler = half_close;
  raw_connect(host);
  raw_until_word(host, "WRITTEN");
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_int_equal(socket_receive(host->peer, text, 1), 0);
  socket_send(host->peer, "answer", 6);
  while (host->read < 6) raw_turn(host);
  close(host->peer);
  host->peer = -1;
  raw_until_over(host);
  assert_words(host, "CONNECTED CLOSED_WRITE WRITTEN READ READ CLOSED_READ DISCONNECTED ");
  assert_memory_equal(host->text, "answer", 6);
}

static void answer_at_the_end(struct raw_host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) raw_give(host, 0, 4);
  if (pn_event_type(event) != PN_RAW_CONNECTION_CLOSED_READ) return;
  assert_int_equal(raw_take_read(host), 3); /* one has said that it is the end */
  raw_write_text(host, "good-bye");
  pn_raw_connection_write_close(host->raw);
}

static void writing_goes_on_after_the_peers_end(void **state) {
  struct raw_host *host = *state;
  char text[8];
  host->handler = answer_at_the_end;
  raw_connect(host);
  shutdown(host->peer, SHUT_WR);
  raw_until_over(host);
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS READ CLOSED_READ CLOSED_WRITE WRITTEN DISCONNECTED ");
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_memory_equal(text, "good-bye", sizeof text);
}

static void read_close_first(struct raw_host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) {
    raw_give(host, 0, 2);
    pn_raw_connection_read_close(host->raw);
    assert_int_equal(raw_take_read(host), 0);
    raw_write_text(host, "x");
  }
  if (pn_event_type(event) == PN_RAW_CONNECTION_CLOSED_READ) assert_int_equal(raw_take_read(host), 2);
  if (pn_event_type(event) == PN_RAW_CONNECTION_WRITTEN) pn_raw_connection_write_close(host->raw);
}

static void read_close_gives_buffers_back(void **state) {
  struct raw_host *host = *state;
  host->handler = read_close_first;
  raw_connect(host);
  raw_until_over(host);
  assert_words(host, "CONNECTED CLOSED_READ WRITTEN CLOSED_WRITE DISCONNECTED ");
}

/* A slow peer, and one that does not read. */

static void one_octet_at_a_time(void **state) {
  struct raw_host *host = *state;
  raw_connect(host);
  for (int c = 'a'; c <= 'z'; c++) {
    assert_int_equal(raw_give(host, 0, 1), 1);
    socket_send(host->peer, &c, 1);
    for (const size_t before = host->read; host->read == before;) raw_turn(host);
  }
  assert_memory_equal(host->text, "abcdefghijklmnopqrstuvwxyz", 26);
  pn_raw_connection_close(host->raw);
}

static void many_buffers_by_one_read(void **state) {
  struct raw_host *host = *state;
  char octets[RAW_SLOTS * RAW_SIZE];
  for (size_t i = 0; i < sizeof octets; i++) octets[i] = (char)(i * 7);
  host->hold = true;
  raw_connect(host);
  raw_settle(host);
  socket_send(host->peer, octets, sizeof octets);
  raw_settle(host);
  *host->words = '\0';
  assert_int_equal(raw_give(host, 0, RAW_SLOTS), RAW_SLOTS);
  pn_raw_connection_wake(host->raw);
  raw_until_word(host, "READ");
  assert_words(host, "WAKE READ NEED_READ_BUFFERS ");
  assert_int_equal(pn_raw_connection_read_buffers_capacity(host->raw), 0);
  assert_int_equal(raw_take_read(host), RAW_SLOTS);
  assert_int_equal(host->read, sizeof octets);
  assert_memory_equal(host->text, octets, sizeof host->text - RAW_SIZE);
  pn_raw_connection_close(host->raw);
}

static char large[1 << 20];

static void peer_that_never_reads(void **state) {
  struct raw_host *host = *state;
  const pn_raw_buffer_t buffer = {.bytes = large, .size = sizeof large};
  raw_connect(host);
  for (int i = 0; i < RAW_SLOTS; i++)
    assert_int_equal(pn_raw_connection_write_buffers(host->raw, &buffer, 1), 1);
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  raw_settle(host);
  assert_non_null(host->raw); /* it waits */
  pn_proactor_disconnect(host->proactor, NULL);
  raw_until_over(host);
  assert_int_equal(host->written, RAW_SLOTS);
  assert_non_null(strstr(host->words, "DRAIN_BUFFERS DISCONNECTED "));
}

/* Buffers that are refused. */

static void buffers_are_refused_by_count(void **state) {
  struct raw_host *host = *state;
  pn_raw_buffer_t buffers[RAW_SLOTS + 2];
  raw_connect(host);
  for (unsigned i = 0; i < RAW_SLOTS; i++) buffers[i] = raw_part(host, i, RAW_SIZE);
  buffers[RAW_SLOTS] = buffers[RAW_SLOTS + 1] = raw_part(host, 0, RAW_SIZE);

  buffers[2].capacity = 0; /* no room */
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers, RAW_SLOTS), 2);
  buffers[2] = buffers[1]; /* twice */
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  buffers[2] = raw_part(host, 2, RAW_SIZE);
  buffers[2].offset = RAW_SIZE;
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  buffers[2].bytes = NULL;
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  assert_int_equal(pn_raw_connection_write_buffers(host->raw, buffers + 2, 1), 0);
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, NULL, 0), 0);

  buffers[2] = raw_part(host, 2, RAW_SIZE);
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, RAW_SLOTS), RAW_SLOTS - 2);
  assert_int_equal(pn_raw_connection_read_buffers_capacity(host->raw), 0);
  for (unsigned i = 0; i < RAW_SLOTS + 2; i++) buffers[i] = (pn_raw_buffer_t){.bytes = large, .size = 3};
  assert_int_equal(pn_raw_connection_write_buffers(host->raw, buffers, RAW_SLOTS + 2), RAW_SLOTS);
  assert_int_equal(pn_raw_connection_write_buffers_capacity(host->raw), 0);
  host->given = RAW_SLOTS;
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  raw_until_over(host);
  assert_int_equal(host->written, RAW_SLOTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      RAW_TEST(needs_are_told_once),
      RAW_TEST(close_writes_what_is_there),
      RAW_TEST(reading_goes_on_after_write_close),
      RAW_TEST(writing_goes_on_after_the_peers_end),
      RAW_TEST(read_close_gives_buffers_back),
      RAW_TEST(one_octet_at_a_time),
      RAW_TEST(many_buffers_by_one_read),
      RAW_TEST(peer_that_never_reads),
      RAW_TEST(buffers_are_refused_by_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
