/* check_test.c: the check of the engine's objects finds nothing where all is well, and each way in which they can disagree. */
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/link.h"
#include "engine/pair.h"
#include "engine/session.h"
#include "engine/transport.h"

/* A connection with two sessions and three links, with deliveries that wait, are under way, and have been settled by one side. */
struct tree {
  pn_connection_t *conn;
  pn_session_t *ssn, *other_ssn;
  pn_link_t *sender, *receiver, *other_link;
  pn_delivery_t *sent, *queued, *arrived;
};

static void keep(struct pair *pair) { pair->client.takes = pair->server.takes = false; }

static struct tree grow(struct pair *pair) {
  keep(pair);
  pair_open_sender(pair, "there");
  struct tree tree = {.conn = pair->client.driver.connection, .sender = pair->client.link};
  pn_link_t *const peers_receiver = pair->server.link;
  pair_open_receiver(pair, "back");
  tree.receiver = pair->client.link;
  tree.ssn = pn_link_session(tree.sender);
  tree.other_ssn = pn_session(tree.conn);
  pn_session_open(tree.other_ssn);
  tree.other_link = pn_sender(tree.other_ssn, "other");
  pn_link_open(tree.other_link);
  pn_link_flow(peers_receiver, 1);
  pn_link_flow(tree.receiver, 5);
  pair_run(pair);
  pair->server.link = pn_link_head(pair->server.driver.connection, 0);
  while (pn_link_is_receiver(pair->server.link)) pair->server.link = pn_link_next(pair->server.link, 0);
  send_text(&pair->server, "answer");
  send_text(&pair->server, "another");
  pair->client.link = tree.sender;
  tree.sent = send_text(&pair->client, "question");
  tree.queued = send_text(&pair->client, "one that has to wait for credit");
  pair_run(pair);
  tree.arrived = pn_link_current(tree.receiver);
  assert_non_null(tree.arrived);
  return tree;
}

static void all_is_well(void **state) {
  struct pair *pair = *state;
  struct tree tree = grow(pair);
  assert_null(pni_engine_fault(tree.conn));
  assert_null(pni_engine_fault(pair->server.driver.connection));
  assert_non_null(pn_work_head(tree.conn));
  assert_null(pni_engine_fault(tree.conn));
  assert_null(pni_endpoint_fault(&tree.sender->endpoint));
  assert_null(pni_endpoint_fault(&tree.receiver->endpoint));
  assert_null(pni_endpoint_fault(&tree.ssn->endpoint));
  assert_null(pni_endpoint_fault(&tree.conn->endpoint));
  pni_engine_check(tree.conn);
}

/* Change a member, look, change it back. */
#define DAMAGE(type, place, value)                                                                           \
  do {                                                                                                       \
    assert_null(pni_engine_fault(tree.conn));                                                                \
    type const before = place;                                                                               \
    place = value;                                                                                           \
    const char *const fault = pni_engine_fault(tree.conn);                                                   \
    place = before;                                                                                          \
    if (!fault) fail_msg("%s = %s is not found", #place, #value);                                            \
  } while (0)

static void wrong_counts_are_found(void **state) {
  const struct tree tree = grow(*state);
  DAMAGE(int32_t, tree.sender->queued, before + 1);
  DAMAGE(int32_t, tree.receiver->queued, before - 1);
  DAMAGE(uint32_t, tree.sender->unsettled_count, before + 1);
  DAMAGE(uint32_t, tree.receiver->unsettled_count, 0);
  DAMAGE(uint32_t, tree.ssn->link_count, before + 1);
  DAMAGE(size_t, tree.ssn->incoming_bytes, before + 1);
  DAMAGE(size_t, tree.ssn->outgoing_bytes, 0);
  DAMAGE(uint32_t, tree.ssn->incoming_deliveries, before + 1);
  DAMAGE(uint32_t, tree.ssn->incoming_complete, before - 1);
  DAMAGE(size_t, tree.conn->transport->buffered, before + 1);
  DAMAGE(uint32_t, tree.ssn->endpoint.owing, before + 1);
  DAMAGE(uint32_t, tree.conn->endpoint.owing, before + 1);
  DAMAGE(uint32_t, tree.ssn->endpoint.held, 1);
  DAMAGE(uint32_t, tree.conn->endpoint.held, 1);
  DAMAGE(uint32_t, tree.sender->endpoint.held, 1);
  DAMAGE(size_t, tree.queued->waiting, before - 1);
  DAMAGE(size_t, tree.arrived->waiting, before - 1);
}

static void wrong_lists_are_found(void **state) {
  const struct tree tree = grow(*state);
  DAMAGE(pn_link_t *, tree.conn->links, tree.receiver);
  DAMAGE(pn_link_t *, tree.conn->last_link, tree.sender);
  DAMAGE(pn_link_t *, tree.sender->next, NULL);
  DAMAGE(pn_link_t *, tree.receiver->prev, NULL);
  DAMAGE(pn_link_t *, tree.sender->session_next, NULL);
  DAMAGE(pn_link_t *, tree.receiver->session_prev, NULL);
  DAMAGE(pn_link_t *, tree.ssn->last_link, tree.sender);
  DAMAGE(pn_session_t *, tree.ssn->next, NULL);
  DAMAGE(pn_session_t *, tree.conn->last_session, tree.ssn);
  DAMAGE(pn_session_t *, tree.other_link->session, tree.ssn);
  DAMAGE(pn_delivery_t *, tree.sender->unsettled, tree.queued);
  DAMAGE(pn_delivery_t **, tree.sender->unsettled_end, &tree.sent->next);
  DAMAGE(pn_delivery_t **, tree.queued->at, &tree.sender->unsettled);
  DAMAGE(pn_delivery_t *, tree.sender->unsent, NULL);
  DAMAGE(pn_delivery_t *, tree.sender->unsent, tree.sent);
  DAMAGE(pn_delivery_t *, tree.sender->current, tree.queued);
  DAMAGE(pn_delivery_t *, tree.receiver->current, NULL);
  DAMAGE(pn_delivery_t *, tree.receiver->receiving, tree.arrived);
  DAMAGE(pn_link_t *, tree.ssn->blocked, tree.sender);
  DAMAGE(bool, tree.sender->blocked, true);
}

static void wrong_maps_are_found(void **state) {
  const struct tree tree = grow(*state);
  DAMAGE(uint32_t, tree.sender->remote_handle, before + 1);
  DAMAGE(uint32_t, tree.receiver->remote_handle, PNI_NO_HANDLE);
  DAMAGE(bool, tree.sender->named, false);
  DAMAGE(pni_serial, tree.sent->id, before + 1);
  DAMAGE(bool, tree.sent->has_id, false);
  DAMAGE(pni_serial, tree.arrived->id, before + 64);
  DAMAGE(uint32_t, tree.ssn->local_channel, before + 1);
  DAMAGE(uint32_t, tree.ssn->remote_channel, PNI_NO_CHANNEL);
  DAMAGE(uint8_t, tree.ssn->state, PNI_BEGIN_SENT);
  DAMAGE(uint8_t, tree.ssn->state, PNI_UNMAPPED);
}

/* Who owes is on the queue, once, or has something to wait for. */
static void wrong_queues_are_found(void **state) {
  const struct tree tree = grow(*state);
  pn_link_flow(tree.receiver, 1);
  DAMAGE(struct pni_endpoint *, tree.conn->due, NULL);
  DAMAGE(bool, tree.receiver->endpoint.queued, false);
  DAMAGE(uint8_t, tree.receiver->endpoint.due, 0);
  DAMAGE(struct pni_endpoint *, tree.receiver->endpoint.due_next, &tree.receiver->endpoint);
  DAMAGE(bool, tree.sender->endpoint.queued, true);
  DAMAGE(int32_t, tree.sender->credit, before + 2);
  DAMAGE(uint8_t, tree.other_link->endpoint.due, PNI_DUE_FLOW);
  pn_delivery_update(tree.arrived, PN_ACCEPTED);
  DAMAGE(pn_delivery_t *, tree.ssn->due_dispositions, NULL);
  DAMAGE(pn_delivery_t *, tree.ssn->last_due_disposition, tree.sent);
  DAMAGE(bool, tree.arrived->due, false);
  DAMAGE(uint8_t, tree.ssn->endpoint.due, PNI_DUE_FLOW);
  assert_non_null(pn_work_head(tree.conn));
  DAMAGE(pn_delivery_t *, tree.conn->work, NULL);
  DAMAGE(pn_delivery_t *, tree.conn->last_work, NULL);
  DAMAGE(bool, tree.arrived->working, false);
}

/* The peer settles a delivery whose end has not been framed: the end leaves, and nothing is counted twice. */
static void delivery_settled_by_the_peer_in_its_middle_is_sent_to_its_end(void **state) {
  struct pair *pair = *state;
  keep(pair);
  pair_open_sender(pair, "x");
  grant(&pair->server, 3);
  pair_run(pair);
  pn_link_t *const link = pair->client.link;
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag("first", 5));
  pn_link_send(link, "the beginning, ", 15);
  pair_run(pair);
  pn_delivery_t *theirs = pn_link_current(pair->server.link);
  pn_delivery_update(theirs, PN_ACCEPTED);
  pn_delivery_settle(theirs);
  struct octets settled = end_output(&pair->server);
  pn_link_send(link, "the end", 7);
  pn_delivery_settle(dlv);
  end_feed(&pair->client, settled.start, settled.size);
  octets_free(&settled);
  assert_null(pni_engine_fault(pair->client.driver.connection));
  pair->server.takes = true;
  send_text(&pair->client, "the next one");
  pair_run(pair);
  assert_int_equal(pn_link_queued(link), 0);
  assert_text_received(&pair->server, "the next one");
  assert_false(pn_condition_is_set(pn_transport_condition(pair->server.driver.transport)));
}

/* What was unread of a session that has ended is nobody's any more. */
static void unread_bytes_of_an_ended_session_are_not_counted(void **state) {
  struct pair *pair = *state;
  keep(pair);
  pair_open_sender(pair, "x");
  grant(&pair->server, 1);
  pair_run(pair);
  pn_delivery(pair->client.link, pn_dtag("1", 1));
  pn_link_send(pair->client.link, "half", 4);
  pair_run(pair);
  assert_int_equal(pair->server.driver.transport->buffered, 4);
  pn_session_close(pn_link_session(pair->client.link));
  pair_run(pair);
  assert_null(pni_engine_fault(pair->server.driver.connection));
  assert_int_equal(pair->server.driver.transport->buffered, 0);
}

/* A message that is too large is not shown as one that has come whole. */
static void message_beyond_the_limit_stays_incomplete(void **state) {
  struct pair *pair = *state;
  keep(pair);
  pn_link_t *link = NULL;
  pair_open(pair);
  link = pn_sender(pn_session_head(pair->client.driver.connection, 0), "x");
  pn_link_open(link);
  pair->client.link = link;
  pair_run(pair);
  pn_link_set_max_message_size(pair->server.link, 10);
  grant(&pair->server, 1);
  pair_run(pair);
  pn_link_t *const receiver = pair->server.link;
  send_text(&pair->client, "eleven octets");
  pair_run(pair);
  assert_condition(pn_link_condition(receiver), "amqp:link:message-size-exceeded", "max-message-size, 10");
  if (pn_link_current(receiver)) assert_true(pn_delivery_partial(pn_link_current(receiver)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(all_is_well),
      PAIR_TEST(wrong_counts_are_found),
      PAIR_TEST(wrong_lists_are_found),
      PAIR_TEST(wrong_maps_are_found),
      PAIR_TEST(wrong_queues_are_found),
      PAIR_TEST(delivery_settled_by_the_peer_in_its_middle_is_sent_to_its_end),
      PAIR_TEST(unread_bytes_of_an_ended_session_are_not_counted),
      PAIR_TEST(message_beyond_the_limit_stays_incomplete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
