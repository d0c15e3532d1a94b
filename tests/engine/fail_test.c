/* fail_test.c: what ends by a fault of the peer, and what is said. [2.8.15, spec/errors.def] */
#include "engine/connection.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"
#include "support/octets.h"
#include "wire/frame.h"

/* A connection that is bound, with a session and a receiver, all open on this side. */
struct tree {
  pn_transport_t *transport;
  pn_connection_t *conn;
  pn_session_t *ssn;
  pn_link_t *link;
  pn_collector_t *collector;
};

static void tree_open(struct tree *tree) {
  tree->transport = pn_transport();
  tree->conn = pn_connection();
  tree->collector = pn_collector();
  pn_connection_collect(tree->conn, tree->collector);
  assert_int_equal(pn_transport_bind(tree->transport, tree->conn), 0);
  tree->ssn = pn_session(tree->conn);
  tree->link = pn_receiver(tree->ssn, "orders");
  pn_connection_open(tree->conn);
  pn_session_open(tree->ssn);
  pn_link_open(tree->link);
  tree->transport->state = PNI_OPENED;
  tree->ssn->state = PNI_MAPPED;
  tree->ssn->local_channel = tree->ssn->remote_channel = 0;
  assert_int_equal(pni_map_put(&tree->transport->outgoing, 0, tree->ssn), PNI_OK);
  assert_int_equal(pni_map_put(&tree->transport->channels, 0, tree->ssn), PNI_OK);
  while (pn_collector_pop(tree->collector)) continue;
}

static void tree_free(struct tree *tree) {
  pn_transport_unbind(tree->transport);
  pn_transport_free(tree->transport);
  pn_connection_free(tree->conn);
  pn_collector_free(tree->collector);
}

static int setup(void **state) {
  static struct tree tree;
  tree_open(&tree);
  *state = &tree;
  return 0;
}

static int teardown(void **state) {
  tree_free(*state);
  return 0;
}

#define assert_events(tree, expected) check_events(tree, expected, __FILE__, __LINE__)
static void check_events(struct tree *tree, const char *expected, const char *file, int line) {
  char found[512] = "";
  pn_event_t *event;
  while ((event = pn_collector_next(tree->collector))) {
    const size_t size = strlen(found);
    snprintf(found + size, sizeof found - size, "%s ",
        pn_event_type_name(pn_event_type(event)) + sizeof "PN_" - 1);
  }
  _assert_string_equal(found, expected, file, line);
}

static void assert_condition(pn_condition_t *condition, const char *name, const char *description) {
  assert_true(pn_condition_is_set(condition));
  assert_string_equal(pn_condition_get_name(condition), name);
  assert_string_equal(pn_condition_get_description(condition), description);
}

/* A link's fault detaches the link and nothing else; reading goes on. */
static void fault_of_a_link_detaches_it(void **state) {
  struct tree *tree = *state;
  assert_int_equal(
      pni_fail(tree->transport, &tree->link->endpoint, PNI_FAULT_CREDIT, "%d too many", 3), PNI_OK);
  assert_condition(pn_link_condition(tree->link), "amqp:link:transfer-limit-exceeded", "3 too many");
  assert_int_equal(pn_link_state(tree->link), PN_LOCAL_CLOSED | PN_REMOTE_UNINIT);
  assert_true(tree->link->errant);
  assert_false(tree->link->detach);
  assert_int_equal(pn_session_state(tree->ssn) & PN_LOCAL_MASK, PN_LOCAL_ACTIVE);
  assert_false(pn_transport_tail_closed(tree->transport));
  assert_events(tree, "LINK_LOCAL_CLOSE TRANSPORT ");
}

static void fault_of_a_session_ends_it(void **state) {
  struct tree *tree = *state;
  assert_int_equal(pni_fail(tree->transport, &tree->link->endpoint, PNI_FAULT_WINDOW, "no window"), PNI_OK);
  assert_condition(pn_session_condition(tree->ssn), "amqp:session:window-violation", "no window");
  assert_int_equal(tree->ssn->state, PNI_SESSION_DISCARDING);
  assert_int_equal(pn_session_state(tree->ssn) & PN_LOCAL_MASK, PN_LOCAL_CLOSED);
  assert_int_equal(pn_link_state(tree->link) & PN_LOCAL_MASK, PN_LOCAL_ACTIVE);
  assert_false(pn_condition_is_set(pn_transport_condition(tree->transport)));
  assert_events(tree, "SESSION_LOCAL_CLOSE TRANSPORT ");
}

static void fault_of_the_connection_ends_it(void **state) {
  struct tree *tree = *state;
  assert_int_equal(
      pni_fail(tree->transport, &tree->link->endpoint, PNI_FAULT_UNMAPPED_CHANNEL, "channel 3"), PNI_FAILED);
  assert_condition(pn_transport_condition(tree->transport), "amqp:not-allowed", "channel 3");
  assert_true(pn_transport_tail_closed(tree->transport));
  assert_false(pn_transport_head_closed(tree->transport));
  assert_int_equal(pn_connection_state(tree->conn) & PN_LOCAL_MASK, PN_LOCAL_ACTIVE);
  assert_events(tree, "TRANSPORT_ERROR TRANSPORT_TAIL_CLOSED ");
}

/* Each fault of the list, found at each place: what ends is what the list says, or the connection where that is not known. */
static void every_fault_ends_what_the_list_says(void **state) {
  (void)state;
  enum place { NOWHERE, CONNECTION, SESSION, LINK, PLACES };
  for (int fault = 0; fault < PNI_FAULT_COUNT; fault++) {
    for (int place = NOWHERE; place < PLACES; place++) {
      struct tree tree;
      tree_open(&tree);
      struct pni_endpoint *const where[] = {
          NULL, &tree.conn->endpoint, &tree.ssn->endpoint, &tree.link->endpoint};
      const uint8_t scope = pni_fault_types[fault].scope;
      const bool link = scope == PNI_SCOPE_LINK && place == LINK;
      const bool ssn = scope == PNI_SCOPE_SESSION && place >= SESSION;
      pn_condition_t *const told = link  ? pn_link_condition(tree.link)
                                   : ssn ? pn_session_condition(tree.ssn)
                                         : pn_transport_condition(tree.transport);
      assert_int_equal(pni_fail(tree.transport, where[place], (enum pni_fault_kind)fault, "%s", "why"),
          link || ssn ? PNI_OK : PNI_FAILED);
      assert_condition(told, pni_fault_types[fault].condition, "why");
      assert_int_equal(pn_transport_tail_closed(tree.transport), !link && !ssn);
      assert_int_equal(pn_link_state(tree.link) & PN_LOCAL_CLOSED, link ? PN_LOCAL_CLOSED : 0);
      assert_int_equal(pn_session_state(tree.ssn) & PN_LOCAL_CLOSED, ssn ? PN_LOCAL_CLOSED : 0);
      tree_free(&tree);
    }
  }
}

/* The peer attached a link that nobody here has answered: it is attached to be detached. */
static void link_that_was_not_answered_is_opened_first(void **state) {
  struct tree *tree = *state;
  pn_link_t *link = pn_receiver(tree->ssn, "unanswered");
  assert_events(tree, "LINK_INIT ");
  assert_int_equal(pni_fail(tree->transport, &link->endpoint, PNI_FAULT_CREDIT, "too many"), PNI_OK);
  assert_events(tree, "LINK_LOCAL_OPEN TRANSPORT LINK_LOCAL_CLOSE TRANSPORT ");
  assert_int_equal(link->endpoint.due & (PNI_DUE_OPEN | PNI_DUE_CLOSE), PNI_DUE_OPEN | PNI_DUE_CLOSE);
}

/* What the application has closed for a reason of its own keeps that reason. */
static void reason_of_the_application_stays(void **state) {
  struct tree *tree = *state;
  assert_int_equal(pn_condition_format(pn_link_condition(tree->link), "my:reason", "mine"), 0);
  pn_link_close(tree->link);
  assert_events(tree, "LINK_LOCAL_CLOSE TRANSPORT ");
  assert_int_equal(pni_fail(tree->transport, &tree->link->endpoint, PNI_FAULT_CREDIT, "late"), PNI_OK);
  assert_condition(pn_link_condition(tree->link), "my:reason", "mine");
  assert_true(tree->link->errant);
  assert_events(tree, "");
}

static void what_goes_wrong_later_is_appended(void **state) {
  struct tree *tree = *state;
  pni_transport_error(tree->transport, "proton:io", "reset by %s", "peer");
  pni_transport_error(tree->transport, "amqp:internal-error", "out of memory");
  pni_transport_error(tree->transport, "amqp:internal-error", "out of memory");
  assert_condition(pn_transport_condition(tree->transport), "proton:io", "reset by peer (out of memory)");
  assert_int_equal(pn_error_code(pn_transport_error(tree->transport)), PN_ERR);
  const char *const text = pn_error_text(pn_transport_error(tree->transport));
  assert_string_equal(text, "proton:io: reset by peer (out of memory)");
  assert_true(pn_error_text(pn_transport_error(tree->transport)) == text);
  assert_events(tree, "TRANSPORT_ERROR TRANSPORT_TAIL_CLOSED ");
}

static void condition_without_text_gets_one(void **state) {
  struct tree *tree = *state;
  assert_int_equal(pn_condition_set_name(pn_transport_condition(tree->transport), "my:reason"), 0);
  pni_transport_error(tree->transport, "amqp:internal-error", "connection aborted");
  assert_condition(pn_transport_condition(tree->transport), "my:reason", "connection aborted");
}

static void long_texts_are_cut(void **state) {
  struct tree *tree = *state;
  char text[3000];
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = '\0';
  pni_transport_error(tree->transport, "my:reason", "%s", text);
  pni_transport_error(tree->transport, "my:reason", "and y%s", text);
  assert_int_equal(strlen(pn_condition_get_description(pn_transport_condition(tree->transport))), 1023);
}

/* Where frames cannot be exchanged no close is written. */
static void refusal_says_nothing(void **state) {
  struct tree *tree = *state;
  assert_int_equal(pni_transport_refuse(tree->transport, "amqp:unauthorized-access", "nobody"), PNI_FAILED);
  assert_condition(pn_transport_condition(tree->transport), "amqp:unauthorized-access", "nobody");
  assert_true(pn_transport_tail_closed(tree->transport));
  assert_int_equal(pn_transport_pending(tree->transport), PNI_PROTOCOL_HEADER);
  pn_transport_pop(tree->transport, PNI_PROTOCOL_HEADER);
  assert_true(pn_transport_closed(tree->transport));
  assert_events(tree, "TRANSPORT_ERROR TRANSPORT_TAIL_CLOSED TRANSPORT_HEAD_CLOSED TRANSPORT_CLOSED ");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(fault_of_a_link_detaches_it),
      TEST(fault_of_a_session_ends_it),
      TEST(fault_of_the_connection_ends_it),
      cmocka_unit_test(every_fault_ends_what_the_list_says),
      TEST(link_that_was_not_answered_is_opened_first),
      TEST(reason_of_the_application_stays),
      TEST(what_goes_wrong_later_is_appended),
      TEST(condition_without_text_gets_one),
      TEST(long_texts_are_cut),
      TEST(refusal_says_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
