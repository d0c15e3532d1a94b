/* raw_host.c: see raw_host.h. */
#include "raw_host.h"

#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static void word(struct raw_host *host, const char *text) {
  strncat(host->words, text, sizeof host->words - strlen(host->words) - 1);
  strncat(host->words, " ", sizeof host->words - strlen(host->words) - 1);
}

/* Buffers. */

pn_raw_buffer_t raw_part(struct raw_host *host, unsigned number, uint32_t capacity) {
  return (pn_raw_buffer_t){
      .context = number, .bytes = host->memory[number], .capacity = capacity, .size = 77};
}

size_t raw_give(struct raw_host *host, unsigned first, unsigned count) {
  size_t given = 0;
  for (unsigned i = first; i < first + count; i++) {
    const pn_raw_buffer_t buffer = raw_part(host, i, RAW_SIZE);
    given += pn_raw_connection_give_read_buffers(host->raw, &buffer, 1);
  }
  host->given += (unsigned)given;
  return given;
}

size_t raw_write_text(struct raw_host *host, const char *text) {
  const pn_raw_buffer_t buffer = {
      .bytes = (char *)(uintptr_t)text, .size = (uint32_t)strlen(text), .context = 7};
  return pn_raw_connection_write_buffers(host->raw, &buffer, 1);
}

size_t raw_take_read(struct raw_host *host) {
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

size_t raw_take_written(struct raw_host *host) {
  pn_raw_buffer_t buffer;
  size_t taken = 0;
  while (pn_raw_connection_take_written_buffers(host->raw, &buffer, 1) == 1) taken++;
  host->written += (unsigned)taken;
  return taken;
}

/* Events. */

static void end(struct raw_host *host, pn_raw_connection_t *raw) {
  pn_condition_t *condition = pn_raw_connection_condition(raw);
  if (pn_condition_is_set(condition)) {
    snprintf(host->condition, sizeof host->condition, "%s", pn_condition_get_name(condition));
    snprintf(host->description, sizeof host->description, "%s", pn_condition_get_description(condition));
  }
  assert_int_equal(raw_take_read(host) + raw_take_written(host), 0);
  assert_int_equal(pn_raw_connection_read_buffers_capacity(raw), 0);
  assert_int_equal(pn_raw_connection_write_buffers_capacity(raw), 0);
  pn_raw_connection_wake(raw); /* too late, and harmless */
  host->raw = NULL;
}

static void see(struct raw_host *host, pn_event_t *event) {
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
    raw_take_read(host);
    raw_take_written(host);
  }
}

static void release(struct raw_host *host) {
  if (host->batch) pn_proactor_done(host->proactor, host->batch);
  host->batch = NULL;
}

static void handle(struct raw_host *host, pn_event_batch_t *batch) {
  assert_true(!pn_event_batch_raw_connection(batch) || pn_event_batch_raw_connection(batch) == host->raw);
  for (pn_event_t *event; (event = pn_event_batch_next(batch));) see(host, event);
  if (host->raw && pn_event_batch_raw_connection(batch))
    host->batch = batch;
  else
    pn_proactor_done(host->proactor, batch);
}

void raw_turn(struct raw_host *host) {
  release(host);
  handle(host, pn_proactor_wait(host->proactor));
}

void raw_until_word(struct raw_host *host, const char *text) {
  while (!strstr(host->words, text)) raw_turn(host);
}

void raw_until_over(struct raw_host *host) {
  while (!host->inactive) raw_turn(host);
  assert_null(host->raw);
  assert_int_equal(host->given, host->returned);
}

/* All that there is to do now, once what the peer has sent is there. The batch is held then, while the connection is there. */
void raw_settle(struct raw_host *host) {
  const struct timespec moment = {0, 20000000};
  release(host);
  for (int on_its_way = 1; host->peer >= 0 && on_its_way > 0;) {
    assert_int_equal(ioctl(host->peer, SIOCOUTQ, &on_its_way), 0);
    if (on_its_way > 0) nanosleep(&moment, NULL);
  }
  for (int i = 0; i < 3; i++) {
    for (pn_event_batch_t *batch; (batch = pn_proactor_get(host->proactor)); release(host))
      handle(host, batch);
    nanosleep(&moment, NULL);
  }
  if (!host->raw) return;
  host->hushed = true;
  pn_raw_connection_wake(host->raw);
  while (host->hushed) raw_turn(host);
}

int raw_setup(void **state) {
  struct raw_host *host = *state = calloc(1, sizeof *host);
  alarm(100);
  host->proactor = pn_proactor();
  host->raw = pn_raw_connection();
  host->peer = -1;
  host->listening = socket_listen(host->address);
  return 0;
}

int raw_teardown(void **state) {
  struct raw_host *host = *state;
  release(host);
  pn_proactor_free(host->proactor);
  if (host->peer >= 0) close(host->peer);
  close(host->listening);
  free(host);
  return 0;
}

void raw_connect(struct raw_host *host) {
  pn_proactor_raw_connect(host->proactor, host->raw, host->address);
  raw_until_word(host, "CONNECTED ");
  host->peer = socket_accept(host->listening);
}

void raw_assert_failed(const struct raw_host *host, const char *text) {
  assert_string_equal(host->condition, "proton:io");
  if (!strstr(host->description, text)) fail_msg("'%s' does not say '%s'", host->description, text);
}
