/* raw_wake_test.c: wakes of raw connections, work that is added to them, and what is kept with them. */
#include "raw_host.h"

#include <baryon/metrics.h>
#include <baryon/work_queue.h>
#include <proton/connection.h>
#include <proton/object.h>
#include <stdlib.h>

PN_HANDLE(NOTE)

/* Wakes and work. */

static void wake_once_more(struct raw_host *host, pn_event_t *event) {
  if (pn_event_type(event) == PN_RAW_CONNECTION_WAKE) pn_raw_connection_wake(host->raw);
}

static void who_wakes_himself_gets_events(void **state) {
  struct raw_host *host = *state;
  host->handler = wake_once_more;
  raw_connect(host);
  raw_give(host, 0, 1);
  pn_raw_connection_wake(host->raw);
  socket_send(host->peer, "x", 1);
  while (host->read == 0) raw_turn(host);
  pn_raw_connection_close(host->raw);
  while (host->raw) raw_turn(host);
}

/* What is asked for is counted, and what it leads to: wakes that merge are one event. */
static void wakes_are_counted(void **state) {
  struct raw_host *host = *state;
  pn_metrics_t metrics;
  pn_raw_connection_wake(host->raw); /* of no proactor yet: nothing */
  raw_connect(host);
  pn_proactor_get_metrics(host->proactor, &metrics, sizeof metrics);
  assert_int_equal(metrics.wakes_asked, 0);
  assert_int_equal(metrics.wakes_delivered, 0);
  for (unsigned i = 0; i < 3; i++) pn_raw_connection_wake(host->raw);
  raw_until_word(host, "WAKE ");
  pn_raw_connection_wake(host->raw);
  pn_raw_connection_close(host->raw);
  raw_until_over(host); /* with a wake that is too late */
  pn_proactor_get_metrics(host->proactor, &metrics, sizeof metrics);
  assert_int_equal(metrics.wakes_asked, 4); /* of who has ended, too */
  assert_int_equal(metrics.wakes_delivered, 2);
}

static unsigned run_count, cancel_count;
static void count_run(pn_raw_connection_t *raw, void *context) {
  assert_ptr_equal(raw, ((struct raw_host *)context)->raw);
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
  struct raw_host *host = *state;
  run_count = cancel_count = 0;
  pn_work_queue_t *queue = pn_raw_connection_work_queue(host->raw);
  pn_connection_t *other = pn_connection();
  pn_work_queue_t *amqp = pn_connection_work_queue(other);
  assert_true(pn_work_queue_add_raw(queue, count_run, count_cancel, host)); /* before there is a proactor */
  assert_false(pn_work_queue_add(queue, never, NULL));
  assert_false(pn_work_queue_add_raw(amqp, count_run, count_cancel, host));
  raw_connect(host);
  raw_until_word(host, "WAKE");
  assert_int_equal(run_count, 1);
  assert_true(pn_work_queue_schedule_raw(queue, 5, count_run, count_cancel, host));
  while (run_count < 2) raw_turn(host);
  assert_true(pn_work_queue_schedule_raw(queue, 100000, count_run, count_cancel, host));
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  raw_until_over(host);
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
  struct raw_host *host;
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

static struct own *own_new(struct raw_host *host, pn_work_queue_t *queue) {
  struct own *own = calloc(1, sizeof *own);
  assert_non_null(own);
  *own = (struct own){{.run = own_run, .cancel = own_cancel, .context = own}, queue, host};
  return own;
}

static void work_brings_its_memory(void **state) {
  struct raw_host *host = *state;
  pn_work_queue_t *queue = pn_raw_connection_work_queue(host->raw);
  pn_connection_t *other = pn_connection();
  pn_work_queue_t *amqp = pn_connection_work_queue(other);
  struct own *first = own_new(host, queue), *second = own_new(host, queue), *late = own_new(host, queue);
  pn_raw_work_t forgotten = {.run = count_run, .context = host}; /* nobody is told that it is not done */
  run_count = cancel_count = 0;
  assert_false(pn_work_queue_add_work_raw(amqp, &first->work));
  assert_false(pn_work_queue_add_work(queue, &(pn_work_t){.run = never}));
  assert_true(pn_work_queue_add_work_raw(queue, &first->work)); /* before there is a proactor */
  raw_connect(host);
  while (run_count < 2) raw_turn(host);
  raw_settle(host);
  pn_proactor_disconnect(host->proactor, NULL);
  raw_until_word(host, "DISCONNECTED");
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
  struct raw_host *host = *state;
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
  raw_connect(host);
  assert_ptr_equal(pn_raw_connection_get_context(raw), host);
  pn_raw_connection_close(raw);
}

static void kept_with_it(void **state) {
  struct raw_host *host = *state;
  pn_raw_connection_set_context(host->raw, host);
  pn_record_t *record = pn_raw_connection_attachments(host->raw);
  pn_record_def(record, NOTE, PN_VOID);
  pn_record_set(record, NOTE, host);
  assert_ptr_equal(pn_record_get(pn_raw_connection_attachments(host->raw), NOTE), host);
  assert_null(pn_raw_connection_local_addr(host->raw));
  raw_connect(host);
  socket_send(host->peer, "123", 3);
  raw_give(host, 0, 1);
  while (host->read < 3) raw_turn(host);
  raw_write_text(host, "12345");
  pn_raw_connection_close(host->raw);
  pn_raw_connection_wake(host->raw);
  raw_until_over(host);
  pn_metrics_t metrics;
  pn_proactor_get_metrics(host->proactor, &metrics, sizeof metrics);
  assert_int_equal(metrics.bytes_received, 3);
  assert_int_equal(metrics.bytes_sent, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      RAW_TEST(who_wakes_himself_gets_events),
      RAW_TEST(wakes_are_counted),
      RAW_TEST(work_is_done_or_cancelled),
      RAW_TEST(work_brings_its_memory),
      RAW_TEST(context_is_in_the_record),
      RAW_TEST(kept_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
