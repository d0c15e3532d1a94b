/* memory_test.c: a transport whose every allocation fails in turn: it ends, says so if it can, and leaves nothing. */
#include "base/pool.h"
#include "support/octets.h"
#include "support/scarce.h"

#include <proton/connection_driver.h>
#include <proton/engine.h>

/* A client's side of a conversation. */
static const char conversation[] =
    "'AMQP' 00 01 00 00"
    /* open, with a capability and a property */
    "0000002e 02 00 0000 00 53 10 c0 21 0a a1 06 'client' a1 04 'host' 40 40 40 40 40 a3 01 'a' 40"
    "c1 07 02 a3 01 'p' a1 01 'v'"
    /* begin, attach of a sender with a source and a target */
    "00000014 02 00 0000 00 53 11 c0 07 04 40 43 52 64 52 64"
    "0000002a 02 00 0000 00 53 12 c0 1d 0a a1 06 'orders' 43 42 40 40 00 53 28 45 00 53 29 c0 04 01 a1 01 'q'"
    "40 40 43"
    /* close with an error */
    "00000026 02 00 0000 00 53 18 c0 19 01 00 53 1d c0 13 02 a3 08 'my:fault' a1 06 'reason'";

static void answer(pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    (void)pn_connection_remote_properties(pn_event_connection(event));
    pn_connection_open(pn_event_connection(event));
    break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    pn_link_open(pn_event_link(event));
    pn_link_flow(pn_event_link(event), 10);
    break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  default: break;
  }
}

static size_t write_all(pn_connection_driver_t *driver) {
  const size_t size = pn_connection_driver_write_buffer(driver).size;
  (void)pn_connection_driver_write_done(driver, size);
  return size;
}

/* As far as it goes; what was written. */
static size_t converse(pn_connection_driver_t *driver, const struct octets *octets, size_t step) {
  size_t written = 0;
  pn_event_t *event;
  for (size_t at = 0; at < octets->size && !pn_connection_driver_read_closed(driver); at += step) {
    const pn_rwbytes_t room = pn_connection_driver_read_buffer(driver);
    const size_t size = octets->size - at < step ? octets->size - at : step;
    if (room.size < size) break;
    memcpy(room.start, octets->start + at, size);
    pn_connection_driver_read_done(driver, size);
    while ((event = pn_connection_driver_next_event(driver))) answer(event);
    written += write_all(driver);
  }
  pn_connection_driver_read_close(driver);
  while ((event = pn_connection_driver_next_event(driver))) answer(event);
  written += write_all(driver);
  return written;
}

static void conversation_ends_whatever_fails(void **state) {
  (void)state;
  struct octets octets = octets_of(conversation);
  const size_t steps[] = {1, 40, octets.size};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    for (struct scarcity run = {0}; scarce_run(&run);) {
      pn_connection_driver_t driver;
      pni_pool_trim();
      if (pn_connection_driver_init(&driver, NULL, NULL) != 0) {
        assert_true(scarce_refused());
        assert_null(driver.transport);
        continue;
      }
      pn_transport_set_server(driver.transport);
      const size_t written = converse(&driver, &octets, steps[i]);
      pn_condition_t *condition = pn_transport_condition(driver.transport);
      if (!scarce_refused()) {
        assert_false(pn_condition_is_set(condition));
        assert_true(written > 100);
      }
      assert_true(pn_transport_tail_closed(driver.transport));
      assert_true(pn_transport_head_closed(driver.transport));
      pn_connection_driver_destroy(&driver);
      scarce_end();
    }
  }
  octets_free(&octets);
  pni_pool_trim();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conversation_ends_whatever_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
