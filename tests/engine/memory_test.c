/* memory_test.c: transports whose every allocation fails in turn: they end, say so if they can, and leave nothing. */
#include "base/pool.h"
#include "engine/check.h"
#include "engine/event.h"
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

/* Both ends of a conversation: links in both directions, small and large messages, dispositions, detach, end and close. What
 * the application's own calls are refused it takes as a reason to close. */
struct party {
  pn_connection_driver_t driver;
  unsigned received;
  bool gave_up, done;
};

enum { MESSAGES = 4, LARGE = 3000 };

static void give_up(struct party *party) {
  party->gave_up = true;
  pn_connection_close(party->driver.connection);
}

static void send_all(struct party *party, pn_link_t *link) {
  static const char large[LARGE];
  for (unsigned i = 0; i < MESSAGES; i++) {
    const size_t size = i == 1 ? LARGE : 10;
    pn_delivery_t *dlv = pn_delivery(link, pn_dtag((const char *)&i, sizeof i));
    if (!dlv || pn_link_send(link, large, size) != (ssize_t)size) {
      give_up(party);
      return;
    }
    pn_link_advance(link);
    if (i == 2) pn_delivery_settle(dlv);
  }
}

static void take(struct party *party, pn_delivery_t *dlv) {
  char bytes[LARGE];
  pn_link_t *link = pn_delivery_link(dlv);
  if (pn_link_is_sender(link)) {
    if (pn_delivery_updated(dlv)) pn_delivery_settle(dlv);
    if (pn_link_unsettled(link) == 0 && pn_link_queued(link) == 0) pn_link_close(link);
    return;
  }
  if (pn_delivery_partial(dlv) || pn_link_current(link) != dlv) return;
  while (pn_link_recv(link, bytes, sizeof bytes) > 0) continue;
  pn_link_advance(link);
  if (party->received++ == 0) {
    pn_condition_t *why = pn_disposition_condition(pn_delivery_local(dlv));
    if (why) (void)pn_condition_format(why, "my:reason", "a text");
    pn_delivery_update(dlv, PN_REJECTED);
  } else {
    pn_delivery_update(dlv, PN_ACCEPTED);
  }
  pn_delivery_settle(dlv);
}

static void react(struct party *party, pn_event_t *event) {
  pn_link_t *link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    if (pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link))) give_up(party);
    pn_link_open(link);
    if (pn_link_is_receiver(link)) pn_link_flow(link, MESSAGES);
    break;
  case PN_LINK_FLOW:
    if (pn_link_is_sender(link) && pn_link_credit(link) == MESSAGES) send_all(party, link);
    break;
  case PN_DELIVERY: take(party, pn_event_delivery(event)); break;
  case PN_LINK_REMOTE_CLOSE:
    pn_link_close(link);
    pn_session_close(pn_link_session(link));
    pn_link_free(link);
    break;
  case PN_SESSION_REMOTE_CLOSE:
    pn_session_close(pn_event_session(event));
    party->done = true;
    pn_connection_close(pn_event_connection(event));
    break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
  default: break;
  }
}

static bool react_all(struct party *party) {
  bool any = false;
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&party->driver))) {
    react(party, event);
    any = true;
  }
  return any;
}

static bool carry(struct party *from, struct party *to) {
  const pn_bytes_t out = pn_connection_driver_write_buffer(&from->driver);
  const pn_rwbytes_t room = pn_connection_driver_read_buffer(&to->driver);
  size_t size = out.size < room.size ? out.size : room.size;
  if (size > 0) memcpy(room.start, out.start, size);
  if (pn_connection_driver_read_closed(&to->driver)) size = out.size; /* nobody reads it */
  if (size > 0 && room.size > 0) pn_connection_driver_read_done(&to->driver, size);
  if (size > 0) (void)pn_connection_driver_write_done(&from->driver, size);
  if (!pn_connection_driver_write_closed(&from->driver)) return size > 0;
  if (pn_connection_driver_read_closed(&to->driver)) return size > 0;
  pn_connection_driver_read_close(&to->driver);
  return true;
}

static bool begin_conversation(struct party *client, struct party *server) {
  if (pn_connection_driver_init(&client->driver, NULL, NULL) != 0) return false;
  if (pn_connection_driver_init(&server->driver, NULL, NULL) != 0) return false;
  pn_transport_set_server(server->driver.transport);
  pn_transport_set_max_frame(server->driver.transport, 1024);
  pn_connection_t *conn = client->driver.connection;
  pn_connection_open(conn);
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *sender = pn_sender(ssn, "there");
  if (!sender || pn_terminus_set_address(pn_link_target(sender), "queue")) {
    give_up(client);
    return true;
  }
  pn_session_open(ssn);
  pn_link_open(sender);
  return true;
}

static void converse_on(struct party *client, struct party *server) {
  bool busy = true;
  for (unsigned rounds = 0; busy; rounds++) {
    assert_true(rounds < 1000);
    busy = react_all(client);
    busy = react_all(server) || busy;
    busy = carry(client, server) || busy;
    busy = carry(server, client) || busy;
    pni_engine_check(client->driver.connection);
    pni_engine_check(server->driver.connection);
  }
}

static void both_ends_cope_whatever_fails(void **state) {
  (void)state;
  unsigned whole = 0, cut = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct party client = {.received = 0}, server = {.received = 0};
    pni_pool_trim();
    const bool begun = begin_conversation(&client, &server);
    if (begun) converse_on(&client, &server);
    const bool refused = scarce_refused();
    scarce_end();
    if (begun) {
      converse_on(&client, &server); /* events that there was no memory for have waited */
      /* Whatever failed, nobody waits for ever. */
      assert_true(pn_connection_driver_finished(&client.driver));
      assert_true(pn_connection_driver_finished(&server.driver));
      const bool all = client.done && server.received == MESSAGES;
      assert_true(all || refused);
      *(all ? &whole : &cut) += 1;
    }
    pn_connection_driver_destroy(&client.driver);
    pn_connection_driver_destroy(&server.driver);
  }
  assert_true(whole > 2 && cut > 20);
  pni_pool_trim();
}

static bool saw_error(pn_connection_driver_t *driver) {
  bool error = false;
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(driver)))
    error = error || pn_event_type(event) == PN_TRANSPORT_ERROR;
  return error;
}

/* Who waits for an event that was lost gets another, and need not ask for output first. */
static void lost_event_is_followed_by_an_error(void **state) {
  (void)state;
  unsigned losses = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_connection_driver_t driver;
    scarce.on = false;
    assert_int_equal(pn_connection_driver_init(&driver, NULL, NULL), 0);
    assert_false(saw_error(&driver));
    pn_session_t *ssn = pn_session(driver.connection);
    assert_false(saw_error(&driver));
    pni_pool_trim();
    scarce.on = true;
    scarce.asked = 0;
    pn_session_open(ssn);
    bool error = saw_error(&driver);
    const bool lost = scarce_refused();
    scarce_end();
    error = saw_error(&driver) || error;
    assert_int_equal(error, lost);
    losses += lost;
    const char *const why = pn_condition_get_description(pn_transport_condition(driver.transport));
    if (lost && why) assert_non_null(strstr(why, "event"));
    pn_connection_driver_destroy(&driver);
  }
  assert_true(losses > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conversation_ends_whatever_fails),
      cmocka_unit_test(both_ends_cope_whatever_fails),
      cmocka_unit_test(lost_event_is_followed_by_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
