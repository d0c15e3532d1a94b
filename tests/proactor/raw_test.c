/* raw_test.c: raw connections, what is seen of them and what they do not put up with.
 *
 * One raw connection at a time ("raw") is watched; its peer is a bare socket that the test plays itself. What it has seen is kept
 * as words, the names of its events without their common prefix. Its batch is kept until the next is asked for, so that a test may
 * use it in between. */
#include "socket.h"

#include <baryon/metrics.h>
#include <baryon/work_queue.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/object.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 2000, SLOTS = 16, SIZE = 64 };

struct host {
  pn_proactor_t *proactor;
  pn_raw_connection_t *raw; /* NULL once it is disconnected */
  void (*handler)(struct host *host, pn_event_t *event);
  char words[WORDS], condition[64], description[300];
  char text[1000]; /* what was read */
  size_t read;     /* octets */
  unsigned given, returned, written;
  bool inactive;
  bool hushed;             /* a wake is the test's own, and no word */
  pn_event_batch_t *batch; /* of `raw`; NULL: none is held */
  bool hold;               /* take nothing back by itself before the end */
  int listening;           /* the peer's sockets */
  int peer;
  char address[ADDRESS];
  char memory[SLOTS][SIZE];
};

static void word(struct host *host, const char *text) {
  strncat(host->words, text, sizeof host->words - strlen(host->words) - 1);
  strncat(host->words, " ", sizeof host->words - strlen(host->words) - 1);
}

PN_HANDLE(NOTE)

/* Buffers. */

static pn_raw_buffer_t part(struct host *host, unsigned number, uint32_t capacity) {
  return (pn_raw_buffer_t){
      .context = number, .bytes = host->memory[number], .capacity = capacity, .size = 77};
}

static size_t give(struct host *host, unsigned first, unsigned count) {
  size_t given = 0;
  for (unsigned i = first; i < first + count; i++) {
    const pn_raw_buffer_t buffer = part(host, i, SIZE);
    given += pn_raw_connection_give_read_buffers(host->raw, &buffer, 1);
  }
  host->given += (unsigned)given;
  return given;
}

static size_t write_text(struct host *host, const char *text) {
  const pn_raw_buffer_t buffer = {
      .bytes = (char *)(uintptr_t)text, .size = (uint32_t)strlen(text), .context = 7};
  return pn_raw_connection_write_buffers(host->raw, &buffer, 1);
}

static size_t take_read(struct host *host) {
  pn_raw_buffer_t buffer;
  size_t taken = 0;
  while (pn_raw_connection_take_read_buffers(host->raw, &buffer, 1) == 1) {
    assert_ptr_equal(buffer.bytes, host->memory[buffer.context]);
    if (host->read + buffer.size < sizeof host->text)
      memcpy(host->text + host->read, buffer.bytes + buffer.offset, buffer.size);
    host->read += buffer.size;
    host->returned++;
    taken++;
  }
  return taken;
}

static size_t take_written(struct host *host) {
  pn_raw_buffer_t buffer;
  size_t taken = 0;
  while (pn_raw_connection_take_written_buffers(host->raw, &buffer, 1) == 1) taken++;
  host->written += (unsigned)taken;
  return taken;
}

/* Events. */

static void end(struct host *host, pn_raw_connection_t *raw) {
  pn_condition_t *condition = pn_raw_connection_condition(raw);
  if (pn_condition_is_set(condition)) {
    snprintf(host->condition, sizeof host->condition, "%s", pn_condition_get_name(condition));
    snprintf(host->description, sizeof host->description, "%s", pn_condition_get_description(condition));
  }
  assert_int_equal(take_read(host) + take_written(host), 0);
  assert_int_equal(pn_raw_connection_read_buffers_capacity(raw), 0);
  assert_int_equal(pn_raw_connection_write_buffers_capacity(raw), 0);
  pn_raw_connection_wake(raw); /* too late, and harmless */
  host->raw = NULL;
}

static void see(struct host *host, pn_event_t *event) {
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  if (pn_event_type(event) == PN_PROACTOR_INACTIVE) host->inactive = true;
  if (!raw) return;
  assert_ptr_equal(raw, host->raw);
  assert_ptr_equal(pn_event_proactor(event), host->proactor);
  assert_null(pn_event_connection(event));
  if (host->hushed && pn_event_type(event) == PN_RAW_CONNECTION_WAKE) {
    host->hushed = false;
    return;
  }
  word(host, pn_event_type_name(pn_event_type(event)) + strlen("PN_RAW_CONNECTION_"));
  if (host->handler) host->handler(host, event);
  const bool last = pn_event_type(event) == PN_RAW_CONNECTION_DRAIN_BUFFERS;
  if (pn_event_type(event) == PN_RAW_CONNECTION_DISCONNECTED) {
    end(host, raw);
  } else if (!host->hold || last) {
    take_read(host);
    take_written(host);
  }
}

static void release(struct host *host) {
  if (host->batch) pn_proactor_done(host->proactor, host->batch);
  host->batch = NULL;
}

static void handle(struct host *host, pn_event_batch_t *batch) {
  assert_true(!pn_event_batch_raw_connection(batch) || pn_event_batch_raw_connection(batch) == host->raw);
  for (pn_event_t *event; (event = pn_event_batch_next(batch));) see(host, event);
  if (host->raw && pn_event_batch_raw_connection(batch))
    host->batch = batch;
  else
    pn_proactor_done(host->proactor, batch);
}

static void turn(struct host *host) {
  release(host);
  handle(host, pn_proactor_wait(host->proactor));
}

static void until_word(struct host *host, const char *text) {
  while (!strstr(host->words, text)) turn(host);
}

static void until_over(struct host *host) {
  while (!host->inactive) turn(host);
  assert_null(host->raw);
  assert_int_equal(host->given, host->returned);
}

/* All that there is to do now. The batch is held then, while the connection is there. */
static void settle(struct host *host) {
  const struct timespec moment = {0, 20000000};
  release(host);
  for (int i = 0; i < 3; i++) {
    for (pn_event_batch_t *batch; (batch = pn_proactor_get(host->proactor)); release(host))
      handle(host, batch);
    nanosleep(&moment, NULL);
  }
  if (!host->raw) return;
  host->hushed = true;
  pn_raw_connection_wake(host->raw);
  while (host->hushed) turn(host);
}

static int setup(void **state) {
  struct host *host = *state = calloc(1, sizeof *host);
  alarm(60);
  host->proactor = pn_proactor();
  host->raw = pn_raw_connection();
  host->peer = -1;
  host->listening = socket_listen(host->address);
  return 0;
}

static int teardown(void **state) {
  struct host *host = *state;
  release(host);
  pn_proactor_free(host->proactor);
  if (host->peer >= 0) close(host->peer);
  close(host->listening);
  free(host);
  return 0;
}

static void connect_raw(struct host *host) {
  pn_proactor_raw_connect(host->proactor, host->raw, host->address);
  until_word(host, "CONNECTED ");
  host->peer = socket_accept(host->listening);
}

#define assert_words(host, text) assert_string_equal((host)->words, text)

static void assert_failed(struct host *host, const char *text) {
  assert_string_equal(host->condition, "proton:io");
  if (!strstr(host->description, text)) fail_msg("'%s' does not say '%s'", host->description, text);
}

/* What comes to be, and ends well. */

static void needs_are_told_once(void **state) {
  struct host *host = *state;
  connect_raw(host);
  settle(host);
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS ");
  assert_int_equal(give(host, 0, 1), 1);
  pn_raw_connection_close(host->raw);
}

static void write_and_close(struct host *host, pn_event_t *event) {
  if (pn_event_type(event) != PN_RAW_CONNECTION_CONNECTED) return;
  write_text(host, "hello, ");
  write_text(host, "");
  write_text(host, "world");
  pn_raw_connection_close(host->raw);
  assert_int_equal(write_text(host, "late"), 0);
  assert_int_equal(give(host, 0, 1), 0);
}

static void close_writes_what_is_there(void **state) {
  struct host *host = *state;
  char text[12];
  host->handler = write_and_close;
  connect_raw(host);
  until_over(host);
  assert_words(host, "CONNECTED CLOSED_READ CLOSED_WRITE WRITTEN DISCONNECTED ");
  assert_int_equal(host->written, 3);
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_memory_equal(text, "hello, world", sizeof text);
  assert_int_equal(socket_receive(host->peer, text, 1), 0);
  assert_string_equal(host->condition, "");
}

static void half_close(struct host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) {
    give(host, 0, 3);
    write_text(host, "request");
    pn_raw_connection_write_close(host->raw);
    assert_false(pn_raw_connection_is_read_closed(host->raw));
    assert_true(pn_raw_connection_is_write_closed(host->raw));
  }
}

static void reading_goes_on_after_write_close(void **state) {
  struct host *host = *state;
  char text[7];
  host->handler = half_close;
  connect_raw(host);
  until_word(host, "WRITTEN");
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_int_equal(socket_receive(host->peer, text, 1), 0);
  socket_send(host->peer, "answer", 6);
  while (host->read < 6) turn(host);
  close(host->peer);
  host->peer = -1;
  until_over(host);
  assert_words(host, "CONNECTED CLOSED_WRITE WRITTEN READ READ CLOSED_READ DISCONNECTED ");
  assert_memory_equal(host->text, "answer", 6);
}

static void answer_at_the_end(struct host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) give(host, 0, 4);
  if (pn_event_type(event) != PN_RAW_CONNECTION_CLOSED_READ) return;
  assert_int_equal(take_read(host), 3); /* one has said that it is the end */
  write_text(host, "good-bye");
  pn_raw_connection_write_close(host->raw);
}

static void writing_goes_on_after_the_peers_end(void **state) {
  struct host *host = *state;
  char text[8];
  host->handler = answer_at_the_end;
  connect_raw(host);
  shutdown(host->peer, SHUT_WR);
  until_over(host);
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS READ CLOSED_READ CLOSED_WRITE WRITTEN DISCONNECTED ");
  assert_true(socket_receive_all(host->peer, text, sizeof text));
  assert_memory_equal(text, "good-bye", sizeof text);
}

static void read_close_first(struct host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_CONNECTED) {
    give(host, 0, 2);
    pn_raw_connection_read_close(host->raw);
    assert_int_equal(take_read(host), 0);
    write_text(host, "x");
  }
  if (pn_event_type(event) == PN_RAW_CONNECTION_CLOSED_READ) assert_int_equal(take_read(host), 2);
  if (pn_event_type(event) == PN_RAW_CONNECTION_WRITTEN) pn_raw_connection_write_close(host->raw);
}

static void read_close_gives_buffers_back(void **state) {
  struct host *host = *state;
  host->handler = read_close_first;
  connect_raw(host);
  until_over(host);
  assert_words(host, "CONNECTED CLOSED_READ WRITTEN CLOSED_WRITE DISCONNECTED ");
}

/* A slow peer, and one that does not read. */

static void one_octet_at_a_time(void **state) {
  struct host *host = *state;
  connect_raw(host);
  for (int c = 'a'; c <= 'z'; c++) {
    assert_int_equal(give(host, 0, 1), 1);
    socket_send(host->peer, &c, 1);
    for (const size_t before = host->read; host->read == before;) turn(host);
  }
  assert_memory_equal(host->text, "abcdefghijklmnopqrstuvwxyz", 26);
  pn_raw_connection_close(host->raw);
}

static void many_buffers_by_one_read(void **state) {
  struct host *host = *state;
  char octets[SLOTS * SIZE];
  for (size_t i = 0; i < sizeof octets; i++) octets[i] = (char)(i * 7);
  host->hold = true;
  connect_raw(host);
  settle(host);
  socket_send(host->peer, octets, sizeof octets);
  settle(host);
  *host->words = '\0';
  assert_int_equal(give(host, 0, SLOTS), SLOTS);
  pn_raw_connection_wake(host->raw);
  until_word(host, "READ");
  assert_words(host, "WAKE READ NEED_READ_BUFFERS ");
  assert_int_equal(pn_raw_connection_read_buffers_capacity(host->raw), 0);
  assert_int_equal(take_read(host), SLOTS);
  assert_int_equal(host->read, sizeof octets);
  assert_memory_equal(host->text, octets, sizeof host->text - SIZE);
  pn_raw_connection_close(host->raw);
}

static char large[1 << 20];

static void peer_that_never_reads(void **state) {
  struct host *host = *state;
  const pn_raw_buffer_t buffer = {.bytes = large, .size = sizeof large};
  connect_raw(host);
  for (int i = 0; i < SLOTS; i++) assert_int_equal(pn_raw_connection_write_buffers(host->raw, &buffer, 1), 1);
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  settle(host);
  assert_non_null(host->raw); /* it waits */
  pn_proactor_disconnect(host->proactor, NULL);
  until_over(host);
  assert_int_equal(host->written, SLOTS);
  assert_non_null(strstr(host->words, "DRAIN_BUFFERS DISCONNECTED "));
}

/* Buffers that are refused. */

static void buffers_are_refused_by_count(void **state) {
  struct host *host = *state;
  pn_raw_buffer_t buffers[SLOTS + 2];
  connect_raw(host);
  for (unsigned i = 0; i < SLOTS; i++) buffers[i] = part(host, i, SIZE);
  buffers[SLOTS] = buffers[SLOTS + 1] = part(host, 0, SIZE);

  buffers[2].capacity = 0; /* no room */
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers, SLOTS), 2);
  buffers[2] = buffers[1]; /* twice */
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  buffers[2] = part(host, 2, SIZE);
  buffers[2].offset = SIZE;
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  buffers[2].bytes = NULL;
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, 1), 0);
  assert_int_equal(pn_raw_connection_write_buffers(host->raw, buffers + 2, 1), 0);
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, NULL, 0), 0);

  buffers[2] = part(host, 2, SIZE);
  assert_int_equal(pn_raw_connection_give_read_buffers(host->raw, buffers + 2, SLOTS), SLOTS - 2);
  assert_int_equal(pn_raw_connection_read_buffers_capacity(host->raw), 0);
  for (unsigned i = 0; i < SLOTS + 2; i++) buffers[i] = (pn_raw_buffer_t){.bytes = large, .size = 3};
  assert_int_equal(pn_raw_connection_write_buffers(host->raw, buffers, SLOTS + 2), SLOTS);
  assert_int_equal(pn_raw_connection_write_buffers_capacity(host->raw), 0);
  host->given = SLOTS;
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  until_over(host);
  assert_int_equal(host->written, SLOTS);
}

/* Ends that nobody asked for. */

static void refused(void **state) {
  struct host *host = *state;
  give(host, 0, 2);
  write_text(host, "x");
  pn_proactor_raw_connect(host->proactor, host->raw, closed_address());
  until_over(host);
  assert_words(host, "DRAIN_BUFFERS DISCONNECTED ");
  assert_failed(host, "Connection refused - on connect 127.0.0.1:");
  assert_int_equal(host->written, 1);
}

/* The batch is left after the wake, with what had come of connecting. */
static void woken_and_refused(void **state) {
  struct host *host = *state;
  pn_proactor_raw_connect(host->proactor, host->raw, closed_address());
  pn_raw_connection_wake(host->raw);
  pn_event_batch_t *batch = pn_proactor_wait(host->proactor);
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_RAW_CONNECTION_WAKE);
  pn_proactor_done(host->proactor, batch);
  until_over(host);
  assert_words(host, "DISCONNECTED ");
  assert_failed(host, "Connection refused - on connect 127.0.0.1:");
}

static void not_resolved(void **state) {
  struct host *host = *state;
  give(host, 0, 2);
  pn_proactor_raw_connect(host->proactor, host->raw, "no-such-host.invalid:1");
  until_over(host);
  assert_words(host, "DRAIN_BUFFERS DISCONNECTED ");
  assert_failed(host, "no-such-host.invalid:1");
}

static void peers_end_without_buffers(void **state) {
  struct host *host = *state;
  connect_raw(host);
  settle(host);
  shutdown(host->peer, SHUT_WR);
  until_word(host, "CLOSED_READ");
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS CLOSED_READ ");
  pn_raw_connection_close(host->raw);
}

static void octets_before_the_end_are_not_lost(void **state) {
  struct host *host = *state;
  connect_raw(host);
  socket_send(host->peer, "last", 4);
  close(host->peer);
  host->peer = -1;
  settle(host);
  assert_null(strstr(host->words, "CLOSED_READ"));
  give(host, 0, 1);
  pn_raw_connection_wake(host->raw);
  until_word(host, "CLOSED_READ");
  assert_memory_equal(host->text, "last", 4);
  assert_int_equal(host->read, 4);
  pn_raw_connection_close(host->raw);
}

static void reset_without_buffers(void **state) {
  struct host *host = *state;
  connect_raw(host);
  settle(host);
  socket_send(host->peer, "unread", 6);
  settle(host);
  socket_reset(host->peer);
  host->peer = -1;
  until_over(host);
  assert_failed(host, "Connection reset by peer - async disconnect 127.0.0.1:");
  assert_words(host, "CONNECTED NEED_WRITE_BUFFERS NEED_READ_BUFFERS CLOSED_READ CLOSED_WRITE DISCONNECTED ");
}

static void reset_with_buffers(void **state) {
  struct host *host = *state;
  connect_raw(host);
  give(host, 0, 3);
  settle(host);
  socket_send(host->peer, "read", 4);
  socket_reset(host->peer);
  host->peer = -1;
  until_over(host);
  assert_failed(host, "Connection reset by peer");
}

static void raw_accept(void **state) {
  struct host *host = *state;
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
  until_word(host, "DISCONNECTED");
  assert_failed(host, "pn_listener_accept 127.0.0.1:0");

  *host->words = '\0';
  host->peer = socket_connect(address);
  batch = pn_proactor_wait(host->proactor);
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_ACCEPT);
  host->raw = pn_raw_connection();
  pn_listener_raw_accept(listener, host->raw);
  pn_proactor_done(host->proactor, batch);
  until_word(host, "CONNECTED");
  char local[PN_MAX_ADDR], remote[PN_MAX_ADDR];
  pn_netaddr_str(pn_raw_connection_local_addr(host->raw), local, sizeof local);
  pn_netaddr_str(pn_raw_connection_remote_addr(host->raw), remote, sizeof remote);
  assert_string_equal(local, address);
  assert_string_not_equal(remote, address);
  pn_listener_close(listener);
}

static void disconnected_with_a_condition(void **state) {
  struct host *host = *state;
  pn_condition_t *condition = pn_condition();
  pn_condition_set_name(condition, "test:over");
  host->hold = true;
  connect_raw(host);
  give(host, 0, 2);
  pn_proactor_disconnect(host->proactor, condition);
  pn_condition_free(condition);
  until_over(host);
  assert_string_equal(host->condition, "test:over");
  assert_non_null(strstr(host->words, "CLOSED_READ CLOSED_WRITE DRAIN_BUFFERS DISCONNECTED "));
}

static void closed_before_it_is_connected(void **state) {
  struct host *host = *state;
  give(host, 0, 1);
  pn_raw_connection_close(host->raw);
  pn_proactor_raw_connect(host->proactor, host->raw, host->address);
  until_over(host);
  assert_words(host, "CLOSED_READ CLOSED_WRITE DISCONNECTED ");
}

/* Wakes and work. */

static void wake_once_more(struct host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_WAKE) pn_raw_connection_wake(host->raw);
}

static void who_wakes_himself_gets_events(void **state) {
  struct host *host = *state;
  host->handler = wake_once_more;
  connect_raw(host);
  give(host, 0, 1);
  pn_raw_connection_wake(host->raw);
  socket_send(host->peer, "x", 1);
  while (host->read == 0) turn(host);
  pn_raw_connection_close(host->raw);
  while (host->raw) turn(host);
}

static unsigned run_count, cancel_count;
static void count_run(pn_raw_connection_t *raw, void *context) {
  assert_ptr_equal(raw, ((struct host *)context)->raw);
  run_count++;
}
static void count_cancel(void *context) {
  (void)context;
  cancel_count++;
}
static void never(pn_connection_t *connection, void *context) {
  (void)connection;
  (void)context;
  fail();
}

static void work_is_done_or_cancelled(void **state) {
  struct host *host = *state;
  run_count = cancel_count = 0;
  pn_work_queue_t *queue = pn_raw_connection_work_queue(host->raw);
  pn_connection_t *other = pn_connection();
  pn_work_queue_t *amqp = pn_connection_work_queue(other);
  assert_true(pn_work_queue_add_raw(queue, count_run, count_cancel, host)); /* before there is a proactor */
  assert_false(pn_work_queue_add(queue, never, NULL));
  assert_false(pn_work_queue_add_raw(amqp, count_run, count_cancel, host));
  connect_raw(host);
  until_word(host, "WAKE");
  assert_int_equal(run_count, 1);
  assert_true(pn_work_queue_schedule_raw(queue, 5, count_run, count_cancel, host));
  while (run_count < 2) turn(host);
  assert_true(pn_work_queue_schedule_raw(queue, 100000, count_run, count_cancel, host));
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  until_over(host);
  assert_int_equal(run_count, 2);
  assert_int_equal(cancel_count, 1);
  assert_false(pn_work_queue_add_raw(queue, count_run, count_cancel, host)); /* it is no more */
  pn_work_queue_decref(queue);
  pn_work_queue_decref(amqp);
  pn_connection_free(other);
}

/* Work of the test's own memory, which adds itself once more when it is done, and is freed by who is called last. */
struct own {
  pn_raw_work_t work;
  pn_work_queue_t *queue;
  struct host *host;
};

static void own_run(pn_raw_connection_t *raw, void *context) {
  struct own *own = context;
  assert_ptr_equal(raw, own->host->raw);
  if (++run_count == 1) assert_true(pn_work_queue_add_work_raw(own->queue, &own->work));
  if (run_count == 2) free(own);
}

static void own_cancel(void *context) {
  cancel_count++;
  free(context);
}

static struct own *own_new(struct host *host, pn_work_queue_t *queue) {
  struct own *own = calloc(1, sizeof *own);
  assert_non_null(own);
  *own = (struct own){{.run = own_run, .cancel = own_cancel, .context = own}, queue, host};
  return own;
}

static void work_brings_its_memory(void **state) {
  struct host *host = *state;
  pn_work_queue_t *queue = pn_raw_connection_work_queue(host->raw);
  pn_connection_t *other = pn_connection();
  pn_work_queue_t *amqp = pn_connection_work_queue(other);
  struct own *first = own_new(host, queue), *second = own_new(host, queue), *late = own_new(host, queue);
  pn_raw_work_t forgotten = {.run = count_run, .context = host}; /* nobody is told that it is not done */
  run_count = cancel_count = 0;
  assert_false(pn_work_queue_add_work_raw(amqp, &first->work));
  assert_false(pn_work_queue_add_work(queue, &(pn_work_t){.run = never}));
  assert_true(pn_work_queue_add_work_raw(queue, &first->work)); /* before there is a proactor */
  connect_raw(host);
  while (run_count < 2) turn(host);
  settle(host);
  pn_proactor_disconnect(host->proactor, NULL);
  until_word(host, "DISCONNECTED");
  assert_int_equal(run_count, 2);
  assert_int_equal(cancel_count, 0);
  assert_false(pn_work_queue_add_work_raw(queue, &late->work)); /* it is no more */
  free(late);
  pn_work_queue_decref(queue);

  host->raw = pn_raw_connection();
  queue = pn_raw_connection_work_queue(host->raw);
  second->queue = queue;
  assert_true(pn_work_queue_add_work_raw(queue, &second->work));
  assert_true(pn_work_queue_add_work_raw(queue, &forgotten));
  pn_proactor_raw_connect(host->proactor, host->raw, host->address);
  pn_proactor_free(host->proactor); /* before its first turn */
  host->proactor = NULL;
  assert_int_equal(run_count, 2);
  assert_int_equal(cancel_count, 1);
  pn_work_queue_decref(queue);
  pn_work_queue_decref(amqp);
  pn_connection_free(other);
}

static void context_is_in_the_record(void **state) {
  struct host *host = *state;
  pn_raw_connection_t *raw = host->raw;
  pn_raw_connection_set_context(raw, NULL);
  assert_null(pn_raw_connection_get_context(raw));
  pn_raw_connection_set_context(raw, host);
  assert_ptr_equal(pn_raw_connection_get_context(raw), host);
  assert_ptr_equal(pn_record_get(pn_raw_connection_attachments(raw), PN_LEGCTX), host);
  pn_record_set(pn_raw_connection_attachments(raw), PN_LEGCTX, state);
  assert_ptr_equal(pn_raw_connection_get_context(raw), state);
  pn_raw_connection_set_context(raw, NULL);
  assert_null(pn_record_get(pn_raw_connection_attachments(raw), PN_LEGCTX));
  pn_raw_connection_set_context(raw, host);
  pn_record_clear(pn_raw_connection_attachments(raw));
  assert_null(pn_raw_connection_get_context(raw));

  pn_raw_connection_set_context(raw, host);
  connect_raw(host);
  assert_ptr_equal(pn_raw_connection_get_context(raw), host);
  pn_raw_connection_close(raw);
}

static void kept_with_it(void **state) {
  struct host *host = *state;
  pn_raw_connection_set_context(host->raw, host);
  pn_record_t *record = pn_raw_connection_attachments(host->raw);
  pn_record_def(record, NOTE, PN_VOID);
  pn_record_set(record, NOTE, host);
  assert_ptr_equal(pn_record_get(pn_raw_connection_attachments(host->raw), NOTE), host);
  assert_null(pn_raw_connection_local_addr(host->raw));
  connect_raw(host);
  socket_send(host->peer, "123", 3);
  give(host, 0, 1);
  while (host->read < 3) turn(host);
  write_text(host, "12345");
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  until_over(host);
  pn_metrics_t metrics;
  pn_proactor_get_metrics(host->proactor, &metrics, sizeof metrics);
  assert_int_equal(metrics.bytes_received, 3);
  assert_int_equal(metrics.bytes_sent, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(needs_are_told_once),
      TEST(close_writes_what_is_there),
      TEST(reading_goes_on_after_write_close),
      TEST(writing_goes_on_after_the_peers_end),
      TEST(read_close_gives_buffers_back),
      TEST(one_octet_at_a_time),
      TEST(many_buffers_by_one_read),
      TEST(peer_that_never_reads),
      TEST(buffers_are_refused_by_count),
      TEST(refused),
      TEST(woken_and_refused),
      TEST(not_resolved),
      TEST(peers_end_without_buffers),
      TEST(octets_before_the_end_are_not_lost),
      TEST(reset_without_buffers),
      TEST(reset_with_buffers),
      TEST(raw_accept),
      TEST(disconnected_with_a_condition),
      TEST(closed_before_it_is_connected),
      TEST(who_wakes_himself_gets_events),
      TEST(work_is_done_or_cancelled),
      TEST(work_brings_its_memory),
      TEST(context_is_in_the_record),
      TEST(kept_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
