/* endpoint_test.c: connections, sessions and links as objects, without a peer: their lists, states, events and lives. */
#include "engine/endpoint.h"
#include "support/cmocka_test.h"

#include "base/pool.h"
#include "engine/connection.h"
#include "engine/link.h"
#include "engine/session.h"
#include "support/scarce.h"
#include <proton/delivery.h>
#include <proton/transport.h>
#include <string.h>

/* The events in a collector, as text; they are dropped. */
static const char *events_in(pn_collector_t *collector) {
  static char text[1024];
  text[0] = '\0';
  for (pn_event_t *event; (event = pn_collector_peek(collector)); pn_collector_pop(collector)) {
    strcat(text, pn_event_type_name(pn_event_type(event)) + sizeof "PN_" - 1);
    strcat(text, " ");
  }
  return text;
}

struct fixture {
  pn_collector_t *collector;
  pn_connection_t *conn;
};

static int setup(void **state) {
  static struct fixture fixture;
  fixture.collector = pn_collector();
  fixture.conn = pn_connection();
  pn_connection_collect(fixture.conn, fixture.collector);
  pn_collector_drain(fixture.collector);
  *state = &fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  pn_connection_free(fixture->conn);
  pn_collector_free(fixture->collector);
  return 0;
}

/* States. */

static void states_begin_uninitialized(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_receiver(ssn, "x");
  const pn_state_t none = PN_LOCAL_UNINIT | PN_REMOTE_UNINIT;
  assert_int_equal(pn_connection_state(conn), none);
  assert_int_equal(pn_session_state(ssn), none);
  assert_int_equal(pn_link_state(link), none);
  assert_int_equal(pn_connection_state(NULL), 0);
}

static void opening_and_closing_are_told_once(void **state) {
  struct fixture *fixture = *state;
  pn_session_t *ssn = pn_session(fixture->conn);
  pn_link_t *link = pn_sender(ssn, "x");
  assert_string_equal(events_in(fixture->collector), "SESSION_INIT LINK_INIT ");
  for (int i = 0; i < 2; i++) {
    pn_connection_open(fixture->conn);
    pn_session_open(ssn);
    pn_link_open(link);
    assert_string_equal(events_in(fixture->collector),
        i == 0 ? "CONNECTION_LOCAL_OPEN SESSION_LOCAL_OPEN LINK_LOCAL_OPEN " : "");
    assert_int_equal(pn_link_state(link), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  }
  for (int i = 0; i < 2; i++) {
    pn_link_close(link);
    pn_session_close(ssn);
    pn_connection_close(fixture->conn);
    assert_string_equal(events_in(fixture->collector),
        i == 0 ? "LINK_LOCAL_CLOSE SESSION_LOCAL_CLOSE CONNECTION_LOCAL_CLOSE " : "");
    assert_int_equal(pn_connection_state(fixture->conn), PN_LOCAL_CLOSED | PN_REMOTE_UNINIT);
  }
  pn_session_open(ssn); /* what is closed stays closed */
  assert_int_equal(pn_session_state(ssn), PN_LOCAL_CLOSED | PN_REMOTE_UNINIT);
  assert_string_equal(events_in(fixture->collector), "");
}

static void detached_link_counts_as_active(void **state) {
  struct fixture *fixture = *state;
  pn_link_t *link = pn_sender(pn_session(fixture->conn), "x");
  events_in(fixture->collector);
  pn_link_detach(link); /* not open: nothing to detach */
  assert_string_equal(events_in(fixture->collector), "");
  pn_link_open(link);
  pn_link_detach(link);
  pn_link_detach(link);
  assert_string_equal(events_in(fixture->collector), "LINK_LOCAL_OPEN LINK_LOCAL_DETACH ");
  assert_int_equal(pn_link_state(link), PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT);
  pn_link_open(link);
  pn_link_close(link);
  pn_link_detach(link);
  assert_string_equal(events_in(fixture->collector), "LINK_LOCAL_OPEN LINK_LOCAL_CLOSE ");
}

/* Lists. */

static const char *listed(pn_connection_t *conn, pn_state_t filter) {
  static char text[64];
  text[0] = '\0';
  for (pn_link_t *link = pn_link_head(conn, filter); link; link = pn_link_next(link, filter))
    strcat(text, pn_link_name(link));
  return text;
}

static void links_are_listed_in_the_order_of_their_making(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_session_t *one = pn_session(conn), *two = pn_session(conn);
  pn_link_t *a = pn_sender(one, "a");
  pn_link_t *b = pn_receiver(two, "b");
  pn_link_t *c = pn_sender(one, "c");
  assert_ptr_equal(pn_session_head(conn, 0), one);
  assert_ptr_equal(pn_session_next(one, 0), two);
  assert_null(pn_session_next(two, 0));
  assert_string_equal(listed(conn, 0), "abc");
  pn_link_free(b);
  assert_string_equal(listed(conn, 0), "ac");
  pn_sender(two, "d");
  pn_link_free(a);
  assert_string_equal(listed(conn, 0), "cd");
  pn_session_free(two);
  assert_string_equal(listed(conn, 0), "c");
  assert_ptr_equal(pn_link_head(conn, 0), c);
  assert_null(pn_session_next(one, 0));
  assert_null(pn_session_head(NULL, 0));
  assert_null(pn_link_head(NULL, 0));
  assert_null(pn_link_next(NULL, 0));
}

/* With bits of one side any of them will do; with bits of both the state has to be that. */
static void filter_selects_states(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_session_t *ssn = pn_session(conn);
  pn_sender(ssn, "u");
  pn_link_open(pn_sender(ssn, "a"));
  pn_link_close(pn_sender(ssn, "c"));
  static const struct {
    pn_state_t filter;
    const char *names;
  } filters[] = {{0, "uac"}, {PN_LOCAL_UNINIT, "u"}, {PN_LOCAL_ACTIVE, "a"}, {PN_LOCAL_CLOSED, "c"},
      {PN_LOCAL_UNINIT | PN_LOCAL_CLOSED, "uc"}, {PN_LOCAL_MASK, "uac"}, {PN_REMOTE_UNINIT, "uac"},
      {PN_REMOTE_ACTIVE, ""}, {PN_REMOTE_MASK, "uac"}, {PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT, "a"},
      {PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE, ""}, {PN_LOCAL_UNINIT | PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT, ""},
      {PN_LOCAL_MASK | PN_REMOTE_MASK, ""}, {64, ""}};
  for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
    assert_string_equal(listed(conn, filters[i].filter), filters[i].names);
}

static void collector_learns_of_all_that_is_there(void **state) {
  struct fixture *fixture = *state;
  pn_connection_t *conn = pn_connection();
  pn_session_t *one = pn_session(conn);
  pn_link_t *a = pn_sender(one, "a");
  pn_session_t *two = pn_session(conn);
  pn_link_t *b = pn_sender(one, "b");
  void *const objects[] = {conn, one, a, two, b};
  pn_link_free(pn_sender(two, "gone"));
  assert_null(pn_connection_collector(conn));
  for (int i = 0; i < 2; i++) { /* a second time, too */
    pn_connection_collect(conn, fixture->collector);
    assert_ptr_equal(pn_connection_collector(conn), fixture->collector);
    for (size_t k = 0; k < 5; k++) {
      assert_ptr_equal(pn_event_context(pn_collector_peek(fixture->collector)), objects[k]);
      pn_collector_pop(fixture->collector);
    }
    assert_null(pn_collector_peek(fixture->collector));
  }
  pn_connection_collect(conn, NULL);
  pn_connection_open(conn);
  assert_null(pn_collector_peek(fixture->collector));
  pn_connection_free(conn);
}

/* Lives. */

static void freed_unbound_endpoint_is_final_at_once(void **state) {
  struct fixture *fixture = *state;
  pn_session_t *ssn = pn_session(fixture->conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_link_open(link);
  events_in(fixture->collector);
  pn_link_free(link);
  assert_string_equal(events_in(fixture->collector), "LINK_FINAL ");
  pn_sender(ssn, "y");
  pn_receiver(ssn, "z");
  pn_session_free(ssn);
  pn_session_free(NULL);
  pn_link_free(NULL);
  assert_string_equal(
      events_in(fixture->collector), "LINK_INIT LINK_INIT LINK_FINAL LINK_FINAL SESSION_FINAL ");
  pn_link_open(pn_sender(pn_session(fixture->conn), "x"));
  events_in(fixture->collector);
  pn_connection_release(fixture->conn);
  pn_connection_release(fixture->conn);
  assert_string_equal(events_in(fixture->collector), "LINK_FINAL SESSION_FINAL CONNECTION_FINAL ");
}

static void final_event_has_the_last_reference(void **state) {
  struct fixture *fixture = *state;
  pn_link_t *link = pn_sender(pn_session(fixture->conn), "x");
  events_in(fixture->collector);
  assert_int_equal(pn_refcount(link), 1);
  pn_link_free(link);
  assert_int_equal(pn_refcount(link), 1); /* the event's */
  assert_string_equal(pn_link_name(link), "x");
  pn_event_t *event = pn_collector_peek(fixture->collector);
  assert_ptr_equal(pn_event_link(event), link);
  assert_ptr_equal(pn_event_connection(event), fixture->conn);
}

/* Whoever has a reference keeps the memory, with that of the owners, and does not put off the end. */
static void reference_keeps_memory_and_not_the_object(void **state) {
  struct fixture *fixture = *state;
  pn_connection_t *conn = pn_connection();
  pn_connection_collect(conn, fixture->collector);
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_incref(link);
  events_in(fixture->collector);
  pn_connection_free(conn);
  assert_string_equal(events_in(fixture->collector), "LINK_FINAL SESSION_FINAL CONNECTION_FINAL ");
  assert_ptr_equal(pn_link_session(link), ssn);
  assert_ptr_equal(pn_session_connection(ssn), conn);
  assert_ptr_equal(pn_connection_collector(conn), fixture->collector);
  pn_incref(ssn);
  pn_decref(link);
  assert_ptr_equal(pn_session_connection(ssn), conn);
  pn_decref(ssn);
  assert_string_equal(events_in(fixture->collector), "");
}

static void handler_may_take_a_reference_at_the_final_event(void **state) {
  struct fixture *fixture = *state;
  pn_link_t *link = pn_sender(pn_session(fixture->conn), "x");
  pn_link_free(link);
  pn_incref(link);
  events_in(fixture->collector);
  assert_int_equal(pn_refcount(link), 1);
  assert_string_equal(pn_link_name(link), "x");
  pn_decref(link);
  assert_string_equal(events_in(fixture->collector), ""); /* one end is enough */
}

static void delivery_keeps_its_link(void **state) {
  struct fixture *fixture = *state;
  pn_connection_t *conn = pn_connection();
  pn_link_t *link = pn_sender(pn_session(conn), "x");
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag("t", 1));
  pn_incref(dlv);
  pn_connection_free(conn);
  assert_ptr_equal(pn_delivery_link(dlv), link);
  assert_string_equal(pn_link_name(link), "x");
  pn_decref(dlv);
  assert_string_equal(events_in(fixture->collector), "");
}

/* A binding whose wrapper of a connection is collected without anybody having freed the connection. */
static void last_reference_frees_a_connection(void **state) {
  struct fixture *fixture = *state;
  pn_connection_t *conn = pn_connection();
  pn_connection_collect(conn, fixture->collector);
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *kept = pn_sender(ssn, "kept");
  pn_sender(ssn, "x");
  pn_incref(kept);
  events_in(fixture->collector);
  pn_decref(conn);
  assert_string_equal(events_in(fixture->collector), "LINK_FINAL LINK_FINAL SESSION_FINAL ");
  assert_ptr_equal(pn_session_connection(pn_link_session(kept)), conn);
  pn_decref(kept);
}

static void connection_is_freed_after_its_release(void **state) {
  struct fixture *fixture = *state;
  pn_connection_t *conn = pn_connection();
  pn_connection_collect(conn, fixture->collector);
  events_in(fixture->collector);
  pn_connection_release(conn);
  assert_string_equal(events_in(fixture->collector), "CONNECTION_FINAL ");
  assert_int_equal(pn_refcount(conn), 1);
  pn_connection_free(conn);
  pn_connection_free(NULL);
}

/* What the application keeps with its objects. */

static int finalized;
/* Bindings drop a transport that they have bound, and ask the connection for it later; or the other way round. */
static void reference_to_one_keeps_what_is_bound(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_transport_t *transport = pn_transport();
  assert_int_equal(pn_transport_bind(transport, conn), 0);
  pn_decref(transport);
  assert_ptr_equal(pn_connection_transport(conn), transport);
  assert_ptr_equal(pn_transport_connection(transport), conn);

  pn_incref(transport);
  pn_connection_set_container(conn, "x");
  pn_collector_drain(((struct fixture *)*state)->collector);
  pn_decref(conn);
  assert_ptr_equal(pn_transport_connection(transport), conn);
  assert_string_equal(pn_connection_get_container(conn), "x");

  pn_incref(conn);
  pn_decref(transport);
  assert_ptr_equal(pn_connection_transport(conn), transport); /* and the teardown frees both */
}

static void kept_transport_can_be_unbound_and_freed(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_transport_t *transport = pn_transport();
  pn_transport_bind(transport, conn);
  pn_decref(transport);
  pn_transport_unbind(transport);
  assert_null(pn_connection_transport(conn));

  transport = pn_transport();
  pn_transport_bind(transport, conn);
  pn_decref(transport);
  pn_transport_free(transport);
  assert_null(pn_connection_transport(conn));

  transport = pn_transport();
  pn_transport_bind(transport, conn);
  pn_decref(transport);
  pn_incref(transport);
  pn_transport_free(transport);
  assert_null(pn_connection_transport(conn));
}

/* A connection that was freed waits for its transport, and is final when that goes, even if it had kept it. */
static void freed_connection_is_final_without_its_transport(void **state) {
  struct fixture *fixture = *state;
  pn_transport_t *transport = pn_transport();
  pn_transport_bind(transport, fixture->conn);
  pn_decref(transport);
  pn_connection_release(fixture->conn);
  pn_collector_drain(fixture->collector);
  pn_decref(fixture->conn);
  assert_string_equal(events_in(fixture->collector), "CONNECTION_FINAL ");
  fixture->conn = pn_connection();
}

static void count_finalized(void *object) {
  (void)object;
  finalized++;
}

static void attachments_live_as_long_as_the_memory(void **state) {
  struct fixture *fixture = *state;
  static pn_class_t *clazz;
  static const char key;
  if (!clazz) clazz = pn_class_create("kept", NULL, count_finalized, NULL, NULL, NULL);
  pn_session_t *ssn = pn_session(fixture->conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_record_t *const records[] = {
      pn_connection_attachments(fixture->conn), pn_session_attachments(ssn), pn_link_attachments(link)};
  for (int i = 0; i < 3; i++) {
    void *value = pn_class_new(clazz, 8);
    pn_record_def(records[i], &key, clazz);
    pn_record_set(records[i], &key, value);
    pn_decref(value);
  }
  finalized = 0;
  pn_link_free(link);
  assert_int_equal(finalized, 0);
  assert_non_null(pn_record_get(pn_link_attachments(link), &key)); /* the event's reference */
  events_in(fixture->collector);
  assert_int_equal(finalized, 1);
  pn_session_free(ssn);
  events_in(fixture->collector);
  assert_int_equal(finalized, 2);
}

static void context_is_the_application_s(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_sender(ssn, "x");
  int a, b, c;
  assert_null(pn_connection_get_context(conn));
  assert_null(pn_session_get_context(ssn));
  assert_null(pn_link_get_context(link));
  pn_connection_set_context(conn, &a);
  pn_session_set_context(ssn, &b);
  pn_link_set_context(link, &c);
  assert_ptr_equal(pn_connection_get_context(conn), &a);
  assert_ptr_equal(pn_session_get_context(ssn), &b);
  assert_ptr_equal(pn_link_get_context(link), &c);
  assert_ptr_equal(pn_record_get(pn_link_attachments(link), PN_LEGCTX), &c);
  pn_link_set_context(link, NULL);
  assert_null(pn_link_get_context(link));
}

/* Properties. */

static void link_has_the_defaults(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  pn_link_t *sender = pn_sender(pn_session(conn), "s"), *receiver = pn_receiver(pn_link_session(sender), "r");
  assert_true(pn_link_is_sender(sender) && !pn_link_is_receiver(sender));
  assert_true(pn_link_is_receiver(receiver) && !pn_link_is_sender(receiver));
  assert_int_equal(pn_link_snd_settle_mode(sender), PN_SND_MIXED);
  assert_int_equal(pn_link_rcv_settle_mode(sender), PN_RCV_FIRST);
  assert_int_equal(pn_link_remote_snd_settle_mode(sender), PN_SND_MIXED);
  assert_int_equal(pn_link_remote_rcv_settle_mode(sender), PN_RCV_FIRST);
  assert_int_equal(pn_link_max_message_size(sender), 0);
  assert_int_equal(pn_link_remote_max_message_size(sender), 0);
  assert_int_equal(pn_terminus_get_type(pn_link_source(sender)), PN_SOURCE);
  assert_int_equal(pn_terminus_get_type(pn_link_target(sender)), PN_TARGET);
  assert_int_equal(pn_terminus_get_type(pn_link_remote_source(sender)), PN_UNSPECIFIED);
  assert_int_equal(pn_terminus_get_type(pn_link_remote_target(sender)), PN_UNSPECIFIED);
  assert_null(pn_link_remote_properties(sender));
  assert_int_equal(pn_data_size(pn_link_properties(sender)), 0);
  assert_int_equal(pn_link_credit(sender), 0);
  assert_int_equal(pn_link_queued(sender), 0);
  assert_int_equal(pn_link_remote_credit(sender), 0);
  assert_int_equal(pn_link_available(sender), 0);
  assert_false(pn_link_get_drain(sender));
  assert_int_equal(pn_error_code(pn_link_error(sender)), 0);
  assert_false(pn_condition_is_set(pn_link_condition(sender)));
  assert_false(pn_condition_is_set(pn_link_remote_condition(sender)));
  assert_null(pn_sender(pn_link_session(sender), NULL));
  assert_null(pn_receiver(NULL, "x"));
}

static void link_takes_modes_of_its_types(void **state) {
  pn_link_t *link = pn_sender(pn_session(((struct fixture *)*state)->conn), "x");
  pn_link_set_snd_settle_mode(link, PN_SND_SETTLED);
  pn_link_set_rcv_settle_mode(link, PN_RCV_SECOND);
  pn_link_set_max_message_size(link, 77);
  pn_link_set_snd_settle_mode(link, (pn_snd_settle_mode_t)3);
  pn_link_set_rcv_settle_mode(link, (pn_rcv_settle_mode_t)2);
  assert_int_equal(pn_link_snd_settle_mode(link), PN_SND_SETTLED);
  assert_int_equal(pn_link_rcv_settle_mode(link), PN_RCV_SECOND);
  assert_int_equal(pn_link_max_message_size(link), 77);
}

static void session_has_windows(void **state) {
  pn_session_t *ssn = pn_session(((struct fixture *)*state)->conn);
  assert_int_equal(pn_session_get_outgoing_window(ssn), INT32_MAX);
  pn_session_set_outgoing_window(ssn, 100);
  assert_int_equal(pn_session_get_outgoing_window(ssn), 100);
  pn_session_set_outgoing_window(ssn, SIZE_MAX);
  assert_int_equal(pn_session_get_outgoing_window(ssn), INT32_MAX);

  pn_session_set_incoming_capacity(ssn, 1 << 20);
  assert_int_equal(pn_session_get_incoming_capacity(ssn), 1 << 20);
  assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, 0, 0), PN_ARG_ERR);
  assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, 10, 11), PN_ARG_ERR);
  assert_int_equal(pn_session_get_incoming_capacity(ssn), 1 << 20);
  assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, 10, 10), 0);
  assert_int_equal(pn_session_incoming_window(ssn), 10);
  assert_int_equal(pn_session_incoming_window_lwm(ssn), 10);
  assert_int_equal(pn_session_get_incoming_capacity(ssn), 0); /* one takes the place of the other */
  assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, 20, 0), 0);
  pn_session_set_incoming_capacity(ssn, 5);
  assert_int_equal(pn_session_incoming_window(ssn), 0);
  pn_session_open(ssn);
  assert_int_equal(pn_session_set_incoming_window_and_lwm(ssn, 10, 5), PN_STATE_ERR);
  assert_int_equal(pn_session_remote_incoming_window(ssn), 0);
  assert_int_equal(pn_session_incoming_bytes(ssn), 0);
  assert_int_equal(pn_session_outgoing_bytes(ssn), 0);
  assert_int_equal(pn_error_code(pn_session_error(ssn)), 0);
}

static void connection_keeps_texts(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  static const struct {
    void (*set)(pn_connection_t *, const char *);
    const char *(*get)(pn_connection_t *);
  } texts[] = {{pn_connection_set_container, pn_connection_get_container},
      {pn_connection_set_hostname, pn_connection_get_hostname},
      {pn_connection_set_user, pn_connection_get_user},
      {pn_connection_set_authorization, pn_connection_get_authorization}};
  for (size_t i = 0; i < 4; i++) {
    assert_null(texts[i].get(conn));
    texts[i].set(conn, "one");
    texts[i].set(conn, texts[i].get(conn));
    assert_string_equal(texts[i].get(conn), "one");
    texts[i].set(conn, NULL);
    assert_null(texts[i].get(conn));
  }
  pn_connection_set_password(conn, "secret");
  pn_connection_set_password(conn, "other");
  pn_connection_set_password(conn, NULL);
  pn_connection_set_password(conn, "last");
  assert_string_equal(conn->password, "last");
  assert_int_equal(pn_error_code(pn_connection_error(conn)), 0);
}

static void nothing_is_known_of_a_peer_before_there_is_one(void **state) {
  pn_connection_t *conn = ((struct fixture *)*state)->conn;
  assert_null(pn_connection_transport(conn));
  assert_null(pn_connection_transport(NULL));
  assert_null(pn_connection_remote_condition(conn));
  assert_null(pn_connection_remote_container(conn));
  assert_null(pn_connection_remote_hostname(conn));
  assert_null(pn_connection_remote_offered_capabilities(conn));
  assert_null(pn_connection_remote_desired_capabilities(conn));
  assert_null(pn_connection_remote_properties(conn));
  assert_int_equal(pn_data_size(pn_connection_offered_capabilities(conn)), 0);
  assert_int_equal(pn_data_size(pn_connection_desired_capabilities(conn)), 0);
  assert_int_equal(pn_data_size(pn_connection_properties(conn)), 0);
  assert_false(pn_condition_is_set(pn_connection_condition(conn)));
}

static void memory_may_run_out(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pni_pool_trim();
    pn_collector_t *collector = pn_collector();
    pn_connection_t *conn = pn_connection();
    if (conn) {
      if (collector) pn_connection_collect(conn, collector);
      pn_connection_set_container(conn, "container");
      pn_connection_set_password(conn, "secret");
      pn_connection_set_context(conn, conn);
      pn_connection_properties(conn);
      pn_session_t *ssn = pn_session(conn);
      for (int i = 0; ssn && i < 4; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        pn_link_t *link = pn_sender(ssn, name);
        assert_true(link || scarce_refused());
        if (link) assert_ptr_equal(pni_link_find(ssn, pn_bytes(1, name), true), link);
        if (link) pn_link_open(link);
        if (link && i == 2) pn_link_free(link);
      }
      pn_connection_free(conn);
    }
    pn_collector_free(collector);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(states_begin_uninitialized),
      TEST(opening_and_closing_are_told_once),
      TEST(detached_link_counts_as_active),
      TEST(links_are_listed_in_the_order_of_their_making),
      TEST(filter_selects_states),
      TEST(collector_learns_of_all_that_is_there),
      TEST(freed_unbound_endpoint_is_final_at_once),
      TEST(final_event_has_the_last_reference),
      TEST(reference_keeps_memory_and_not_the_object),
      TEST(handler_may_take_a_reference_at_the_final_event),
      TEST(delivery_keeps_its_link),
      TEST(last_reference_frees_a_connection),
      TEST(connection_is_freed_after_its_release),
      TEST(reference_to_one_keeps_what_is_bound),
      TEST(kept_transport_can_be_unbound_and_freed),
      TEST(freed_connection_is_final_without_its_transport),
      TEST(attachments_live_as_long_as_the_memory),
      TEST(context_is_the_application_s),
      TEST(link_has_the_defaults),
      TEST(link_takes_modes_of_its_types),
      TEST(session_has_windows),
      TEST(connection_keeps_texts),
      TEST(nothing_is_known_of_a_peer_before_there_is_one),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
