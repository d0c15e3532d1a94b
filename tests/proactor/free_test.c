/* free_test.c: a proactor that is freed in the midst of it, with raw connections and listeners in every state.
 *
 * What is the library's goes: descriptors (counted), memory and what is attached to it (for the sanitizers). What is the application's
 * is the application's again: the buffers that were lent, which lie in memory of the heap and are written all over, and freed. */
#include "test.h"

#include <baryon/work_queue.h>
#include <proton/codec.h>
#include <proton/listener.h>
#include <proton/object.h>
#include <proton/raw_connection.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  READS = 4,
  READ_SIZE = 4096,
  SENT = 6000, /* by the peer: one buffer is filled, and a second in part */
  WRITES = 3,
  LARGE = 6 << 20, /* two are more than the sockets of both ends hold */
  CLIENTS = 80     /* some are accepted ahead of the application, some wait in the kernel */
};

/* How far a connection has come when the proactor is freed. */
enum stage {
  TALKS,           /* buffers are lent, and some of either kind can be taken */
  HAS_TAKEN,       /* they have been */
  WRITE_CLOSED,    /* with much to be written */
  READ_CLOSED,     /* with buffers that are not taken back */
  CLOSED,          /* and not yet flushed */
  PEER_HAS_CLOSED, /* and nobody has looked */
  PEER_HAS_RESET,  /* as above */
  ENDED,           /* the final event was seen; the buffers were not taken back, and never will be */
  DRAINED,         /* the last event that was seen; nothing was taken, and the final one is still to come */
  STAGES
};

struct end {
  enum stage stage;
  pn_raw_connection_t *raw; /* NULL once it has ended */
  pn_work_queue_t *queue;
  int peer;
  char *reads[READS], *writes[WRITES];
  bool seen[PN_RAW_CONNECTION_WAKE + 2];
};

static unsigned cancelled, done;

static void never(pn_raw_connection_t *raw, void *context) {
  (void)raw, (void)context;
  done++;
}
static void cancel(void *context) {
  (void)context;
  cancelled++;
}

PN_HANDLE(KEPT)

static unsigned descriptors(void) {
  unsigned count = 0;
  for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

/* Buffers. */

static char *filled(size_t size) {
  char *bytes = malloc(size);
  assert_non_null(bytes);
  memset(bytes, 'w', size);
  return bytes;
}

static void lend(struct end *end) {
  for (unsigned i = 0; i < READS; i++) {
    pn_raw_buffer_t buffer = {.bytes = end->reads[i] = filled(READ_SIZE), .capacity = READ_SIZE};
    assert_int_equal(pn_raw_connection_give_read_buffers(end->raw, &buffer, 1), 1);
  }
  for (unsigned i = 0; i < WRITES; i++) {
    uint32_t size = i == 0 ? 10 : LARGE;
    pn_raw_buffer_t buffer = {.bytes = end->writes[i] = filled(size), .size = size};
    assert_int_equal(pn_raw_connection_write_buffers(end->raw, &buffer, 1), 1);
  }
}

static void take(struct end *end) {
  pn_raw_buffer_t buffer;
  assert_int_equal(pn_raw_connection_take_read_buffers(end->raw, &buffer, 1), 1);
  assert_ptr_equal(buffer.bytes, end->reads[0]);
  assert_int_equal(pn_raw_connection_take_written_buffers(end->raw, &buffer, 1), 1);
  assert_ptr_equal(buffer.bytes, end->writes[0]);
}

/* The application's again: nobody has written to what was to be written, and nobody minds. */
static void take_for_good(struct end *end) {
  for (unsigned i = 0; i < READS && end->reads[i]; i++) {
    memset(end->reads[i], 'x', READ_SIZE);
    free(end->reads[i]);
  }
  for (unsigned i = 0; i < WRITES && end->writes[i]; i++) {
    size_t size = i == 0 ? 10 : LARGE;
    assert_int_equal(end->writes[i][0], 'w');
    assert_memory_equal(end->writes[i], end->writes[i] + 1, size - 1);
    memset(end->writes[i], 'x', size);
    free(end->writes[i]);
  }
}

/* Coming about. */

static void begin(struct end *end, enum stage stage) {
  *end = (struct end){.stage = stage, .raw = pn_raw_connection(), .peer = -1};
  pn_raw_connection_set_context(end->raw, end);
  pn_record_t *record = pn_raw_connection_attachments(end->raw);
  pn_data_t *kept = pn_data(0);
  pn_record_def(record, KEPT, PN_OBJECT);
  pn_record_set(record, KEPT, kept);
  pn_decref(kept);
  end->queue = pn_raw_connection_work_queue(end->raw);
  assert_true(pn_work_queue_schedule_raw(end->queue, 1000000, never, cancel, end));
}

/* One event at a time, so that others are left. */
static void step(pn_proactor_t *proactor) {
  pn_event_batch_t *batch = pn_proactor_wait(proactor);
  pn_event_t *event = pn_event_batch_next(batch);
  pn_raw_connection_t *raw = event ? pn_event_raw_connection(event) : NULL;
  if (raw) {
    struct end *end = pn_raw_connection_get_context(raw);
    end->seen[pn_event_type(event)] = true;
    if (pn_event_type(event) == PN_RAW_CONNECTION_DISCONNECTED) end->raw = NULL;
  }
  pn_proactor_done(proactor, batch);
}

static void until(pn_proactor_t *proactor, struct end *end, pn_event_type_t type) {
  while (!end->seen[type]) step(proactor);
}

static pn_event_batch_t *batch_of(pn_proactor_t *proactor, struct end *end) {
  pn_event_batch_t *batch;
  pn_raw_connection_wake(end->raw);
  while (pn_event_batch_raw_connection(batch = pn_proactor_wait(proactor)) != end->raw)
    pn_proactor_done(proactor, batch);
  return batch;
}

/* From lent buffers to where it is left. */
static void bring(pn_proactor_t *proactor, struct end *end) {
  char *octets = filled(SENT);
  socket_send(end->peer, octets, SENT);
  free(octets);
  until(proactor, end, PN_RAW_CONNECTION_READ);
  until(proactor, end, PN_RAW_CONNECTION_WRITTEN);
  pn_event_batch_t *batch = batch_of(proactor, end);
  switch (end->stage) {
  case HAS_TAKEN: take(end); break;
  case WRITE_CLOSED: pn_raw_connection_write_close(end->raw); break;
  case READ_CLOSED: pn_raw_connection_read_close(end->raw); break;
  case CLOSED: pn_raw_connection_close(end->raw); break;
  default: break;
  }
  pn_proactor_done(proactor, batch);
  if (end->stage == READ_CLOSED || end->stage == CLOSED) until(proactor, end, PN_RAW_CONNECTION_CLOSED_READ);
  if (end->stage == WRITE_CLOSED || end->stage == CLOSED)
    until(proactor, end, PN_RAW_CONNECTION_CLOSED_WRITE);
  if (end->stage == DRAINED || end->stage == ENDED) {
    socket_reset(end->peer);
    end->peer = -1;
  }
  if (end->stage == DRAINED) until(proactor, end, PN_RAW_CONNECTION_DRAIN_BUFFERS);
  if (end->stage == ENDED) until(proactor, end, PN_RAW_CONNECTION_DISCONNECTED);
}

/* What nobody will look at. */
static void bring_unseen(struct end *end) {
  if (end->stage == PEER_HAS_CLOSED) (void)close(end->peer);
  if (end->stage == PEER_HAS_RESET) socket_reset(end->peer);
  if (end->stage == PEER_HAS_CLOSED || end->stage == PEER_HAS_RESET) end->peer = -1;
}

/* The peer reads what is there, and then the end. */
static void peer_sees_the_end(int peer) {
  static char octets[1 << 20];
  if (peer < 0) return;
  while (socket_receive(peer, octets, sizeof octets) > 0) continue;
  close(peer);
}

static void bury(struct end *end) {
  assert_false(pn_work_queue_add_raw(end->queue, never, cancel, end));
  pn_work_queue_decref(end->queue);
  take_for_good(end);
  peer_sees_the_end(end->peer);
}

static void raw_connections(void **state) {
  static struct end ends[STAGES];
  char address[ADDRESS];
  (void)state;
  alarm(100);
  cancelled = done = 0;
  int listening = socket_listen(address);
  unsigned before = descriptors();
  pn_proactor_t *proactor = pn_proactor();
  for (unsigned i = 0; i < STAGES; i++) {
    begin(&ends[i], i);
    pn_proactor_raw_connect(proactor, ends[i].raw, address);
    until(proactor, &ends[i], PN_RAW_CONNECTION_CONNECTED);
    ends[i].peer = socket_accept(listening);
    pn_event_batch_t *batch = batch_of(proactor, &ends[i]);
    lend(&ends[i]);
    pn_proactor_done(proactor, batch);
    bring(proactor, &ends[i]);
  }
  for (unsigned i = 0; i < STAGES; i++) bring_unseen(&ends[i]);
  pn_proactor_disconnect(proactor, NULL); /* which nobody sees */
  pn_proactor_free(proactor);
  for (unsigned i = 0; i < STAGES; i++) {
    assert_int_equal(ends[i].raw == NULL, i == ENDED);
    bury(&ends[i]);
  }
  assert_int_equal(done, 0);
  assert_int_equal(cancelled, STAGES);
  assert_int_equal(descriptors(), before);
  close(listening);
}

/* Buffers were lent before they were given to a proactor, which has not had a turn: nobody knows whether they get connected. */
static void raw_connections_that_connect(void **state) {
  static struct end ends[4];
  char address[ADDRESS];
  (void)state;
  alarm(100);
  cancelled = done = 0;
  int listening = socket_listen(address);
  const char *const to[4] = {address, closed_address(), "localhost:1", "no-such-host.invalid:1"};
  pn_proactor_t *proactor = pn_proactor();
  for (unsigned i = 0; i < 4; i++) {
    begin(&ends[i], TALKS);
    lend(&ends[i]);
    assert_true(pn_work_queue_add_raw(ends[i].queue, never, cancel, &ends[i]));
    pn_proactor_raw_connect(proactor, ends[i].raw, to[i]);
    pn_raw_connection_wake(ends[i].raw);
  }
  pn_proactor_free(proactor);
  for (unsigned i = 0; i < 4; i++) bury(&ends[i]);
  assert_int_equal(done, 0);
  assert_int_equal(cancelled, 8);
  close(listening);
}

/* A listener of the test's own port, of which it has seen PN_LISTENER_OPEN. */
static pn_listener_t *opened(pn_proactor_t *proactor, char *address) {
  pn_listener_t *listener = pn_listener();
  pn_data_t *kept = pn_data(0);
  pn_record_def(pn_listener_attachments(listener), KEPT, PN_OBJECT);
  pn_record_set(pn_listener_attachments(listener), KEPT, kept);
  pn_decref(kept);
  pn_proactor_listen(proactor, listener, "127.0.0.1:0", CLIENTS);
  pn_event_batch_t *batch = pn_proactor_wait(proactor);
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_OPEN);
  pn_netaddr_str(pn_listener_addr(listener), address, ADDRESS);
  pn_proactor_done(proactor, batch);
  return listener;
}

static void listeners(void **state) {
  static struct end ends[2];
  int clients[CLIENTS], late[CLIENTS];
  char address[ADDRESS], other[ADDRESS];
  (void)state;
  alarm(100);
  cancelled = done = 0;
  unsigned before = descriptors();
  pn_proactor_t *proactor = pn_proactor();
  pn_listener_t *listener = opened(proactor, address), *closed = opened(proactor, other);
  for (unsigned i = 0; i < CLIENTS; i++) clients[i] = socket_connect(address);

  pn_event_batch_t *batch = pn_proactor_wait(proactor);
  assert_ptr_equal(pn_event_batch_listener(batch), listener);
  for (unsigned i = 0; i < 2; i++) {
    assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_ACCEPT);
    begin(&ends[i], TALKS);
    lend(&ends[i]);
    pn_listener_raw_accept(listener, ends[i].raw);
  }
  assert_int_equal(pn_event_type(pn_event_batch_next(batch)), PN_LISTENER_ACCEPT); /* and is not accepted */
  pn_proactor_done(proactor, batch);
  until(proactor, &ends[0], PN_RAW_CONNECTION_CONNECTED);

  for (unsigned i = 0; i < CLIENTS; i++) late[i] = socket_connect(other);
  pn_listener_close(closed); /* nobody looks */
  pn_listener_t *unopened = pn_listener();
  pn_proactor_listen(proactor, unopened, "localhost:0", CLIENTS);
  pn_proactor_free(proactor);
  for (unsigned i = 0; i < 2; i++) bury(&ends[i]);
  for (unsigned i = 0; i < CLIENTS; i++) {
    peer_sees_the_end(clients[i]);
    peer_sees_the_end(late[i]);
  }
  assert_int_equal(done, 0);
  assert_int_equal(cancelled, 2);
  assert_int_equal(descriptors(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raw_connections),
      cmocka_unit_test(raw_connections_that_connect),
      cmocka_unit_test(listeners),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
