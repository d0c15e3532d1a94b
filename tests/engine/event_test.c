/* event_test.c: events come out in the order in which they went in, hold what they are about, and are let go in time. */
#include "engine/event.h"
#include "support/cmocka_test.h"

#include "base/class.h"
#include "base/pool.h"
#include "base/string.h"
#include "support/scarce.h"
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <stdlib.h>
#include <string.h>

/* A value of another language's, as a binding of version 0.37 makes its class. */
struct foreign {
  int references;
};

static void foreign_incref(void *object) { ((struct foreign *)object)->references++; }
static void foreign_decref(void *object) { ((struct foreign *)object)->references--; }
static int foreign_refcount(void *object) {
  (void)object;
  return 1;
}
static const pn_class_t foreign_class = {.name = "pn_pyref",
    .cid = CID_pn_void,
    .incref = foreign_incref,
    .decref = foreign_decref,
    .refcount = foreign_refcount};

static pn_event_type_t type_of_next(pn_collector_t *collector) {
  return pn_event_type(pn_collector_next(collector));
}

static void events_come_in_order(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  for (int type = 1; type <= 58; type++)
    assert_non_null(pn_collector_put_object(collector, conn, (pn_event_type_t)type));
  for (int type = 1; type <= 58; type++) assert_int_equal(type_of_next(collector), type);
  assert_null(pn_collector_next(collector));
  assert_int_equal(pn_refcount(conn), 1);
  pn_connection_free(conn);
  pn_collector_free(collector);
  pn_collector_free(NULL);
}

static void equal_event_behind_its_like_is_elided(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *one = pn_connection(), *two = pn_connection();
  assert_non_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  assert_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  assert_non_null(pn_collector_put_object(collector, two, PN_TRANSPORT));
  assert_non_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  assert_non_null(pn_collector_put_object(collector, one, PN_CONNECTION_WAKE));
  assert_non_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  assert_int_equal(pn_refcount(one), 5);
  while (pn_collector_next(collector)) continue;
  /* What has been taken out is no longer the last one in the queue. */
  assert_non_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  assert_int_equal(type_of_next(collector), PN_TRANSPORT);
  assert_non_null(pn_collector_put_object(collector, one, PN_TRANSPORT));
  pn_collector_free(collector);
  pn_connection_free(one);
  pn_connection_free(two);
}

/* An event taken out with next stays until the next one is; one that was peeked at, until it is popped. */
static void event_keeps_its_object_until_it_is_dropped(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_collector_put_object(collector, conn, PN_CONNECTION_WAKE);
  pn_event_t *event = pn_collector_next(collector);
  assert_ptr_equal(pn_collector_prev(collector), event);
  assert_ptr_equal(pn_event_context(event), conn);
  assert_int_equal(pn_refcount(conn), 2);
  assert_null(pn_collector_next(collector));
  assert_null(pn_collector_prev(collector));
  assert_int_equal(pn_refcount(conn), 1);

  pn_collector_put_object(collector, conn, PN_CONNECTION_WAKE);
  assert_ptr_equal(pn_event_context(pn_collector_peek(collector)), conn);
  assert_true(pn_collector_pop(collector));
  assert_false(pn_collector_pop(collector));
  assert_null(pn_collector_peek(collector));
  assert_int_equal(pn_refcount(conn), 1);
  pn_connection_free(conn);
  pn_collector_free(collector);
}

static void more_means_two_or_more(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  assert_false(pn_collector_more(collector));
  pn_collector_put_object(collector, conn, PN_CONNECTION_INIT);
  assert_false(pn_collector_more(collector));
  pn_collector_put_object(collector, conn, PN_CONNECTION_BOUND);
  assert_true(pn_collector_more(collector));
  pn_collector_pop(collector);
  assert_false(pn_collector_more(collector));
  pn_connection_free(conn);
  pn_collector_free(collector);
}

static void event_that_somebody_keeps_outlives_its_collector(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_event_t *event = pn_collector_put_object(collector, conn, PN_CONNECTION_WAKE);
  pn_incref(event);
  pn_collector_free(collector);
  assert_int_equal(pn_event_type(event), PN_CONNECTION_WAKE);
  assert_ptr_equal(pn_event_connection(event), conn);
  assert_int_equal(pn_refcount(conn), 2);
  pn_decref(event);
  assert_int_equal(pn_refcount(conn), 1);
  pn_connection_free(conn);
}

static void released_collector_takes_no_more(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_collector_put_object(collector, conn, PN_CONNECTION_INIT);
  pn_collector_put_object(collector, conn, PN_CONNECTION_BOUND);
  pn_collector_next(collector);
  pn_collector_release(collector);
  assert_null(pn_collector_peek(collector));
  assert_null(pn_collector_prev(collector));
  assert_null(pn_collector_put_object(collector, conn, PN_CONNECTION_WAKE));
  assert_null(pn_collector_put_object(NULL, conn, PN_CONNECTION_WAKE));
  assert_int_equal(pn_refcount(conn), 1);
  pn_collector_free(collector);
  pn_connection_free(conn);
}

static void drained_collector_takes_more(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_collector_put_object(collector, conn, PN_CONNECTION_INIT);
  pn_collector_put_object(collector, conn, PN_CONNECTION_BOUND);
  pn_collector_next(collector);
  pn_collector_drain(collector);
  assert_null(pn_collector_peek(collector));
  assert_int_equal(pn_refcount(conn), 1);
  assert_non_null(pn_collector_put_object(collector, conn, PN_CONNECTION_BOUND));
  pn_collector_free(collector);
  pn_connection_free(conn);
}

/* A binding puts events of its own, with numbers of its own, about its language's objects. */
static void foreign_object_is_counted_by_its_class(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  struct foreign object = {.references = 1};
  pn_event_t *event = pn_collector_put(collector, &foreign_class, &object, (pn_event_type_t)10001);
  assert_int_equal(object.references, 2);
  assert_int_equal(pn_event_type(event), 10001);
  assert_string_equal(pn_event_type_name(pn_event_type(event)), "PN_UNKNOWN");
  assert_string_equal(pn_class_name(pn_event_class(event)), "pn_pyref");
  assert_ptr_equal(pn_event_context(event), &object);
  assert_null(pn_event_connection(event));
  assert_null(pn_event_session(event));
  assert_null(pn_event_link(event));
  assert_null(pn_event_delivery(event));
  assert_null(pn_event_transport(event));
  assert_null(pn_event_condition(event));
  assert_null(pn_collector_put(collector, &foreign_class, &object, (pn_event_type_t)10001));
  assert_true(pn_collector_pop(collector));
  assert_int_equal(object.references, 1);
  pn_collector_free(collector);
}

static void pointer_is_only_carried(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  int place;
  pn_event_t *event = pn_collector_put(collector, PN_VOID, &place, (pn_event_type_t)10000);
  assert_string_equal(pn_class_name(pn_event_class(event)), "pn_void");
  assert_ptr_equal(pn_event_context(event), &place);
  assert_non_null(pn_collector_put(collector, PN_VOID, NULL, (pn_event_type_t)10000));
  assert_non_null(pn_collector_put(collector, PN_OBJECT, NULL, (pn_event_type_t)10002));
  pn_collector_free(collector);
}

/* The C++ binding puts LINK_FLOW with the class PN_OBJECT. */
static void event_about_an_object_is_of_the_object_s_class(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_event_t *event = pn_collector_put(collector, PN_OBJECT, link, PN_LINK_FLOW);
  assert_string_equal(pn_class_name(pn_event_class(event)), "pn_link");
  assert_ptr_equal(pn_event_link(event), link);
  assert_int_equal(pn_refcount(link), 2);
  pn_collector_free(collector);
  assert_int_equal(pn_refcount(link), 1);
  pn_connection_free(conn);
}

static void assert_about(pn_event_t *event, pn_connection_t *conn, pn_session_t *ssn, pn_link_t *link,
    pn_delivery_t *dlv, pn_transport_t *transport) {
  assert_ptr_equal(pn_event_connection(event), conn);
  assert_ptr_equal(pn_event_session(event), ssn);
  assert_ptr_equal(pn_event_link(event), link);
  assert_ptr_equal(pn_event_delivery(event), dlv);
  assert_ptr_equal(pn_event_transport(event), transport);
}

static void owners_are_found_too(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_delivery_t *dlv = pn_delivery(link, pn_dtag("t", 1));
  pn_transport_t *transport = pn_transport();
  for (int bound = 0; bound < 2; bound++) {
    pn_transport_t *t = bound ? transport : NULL;
    if (bound) assert_int_equal(pn_transport_bind(transport, conn), 0);
    assert_about(pn_collector_put_object(collector, conn, PN_CONNECTION_INIT), conn, NULL, NULL, NULL, t);
    assert_about(pn_collector_put_object(collector, ssn, PN_SESSION_INIT), conn, ssn, NULL, NULL, t);
    assert_about(pn_collector_put_object(collector, link, PN_LINK_INIT), conn, ssn, link, NULL, t);
    assert_about(pn_collector_put_object(collector, dlv, PN_DELIVERY), conn, ssn, link, dlv, t);
    assert_about(pn_collector_put_object(collector, transport, PN_TRANSPORT), bound ? conn : NULL, NULL, NULL,
        NULL, transport);
    pn_collector_drain(collector);
  }
  pn_transport_unbind(transport);
  pn_transport_free(transport);
  pn_connection_free(conn);
  pn_collector_free(collector);
}

static void condition_is_the_peer_s_before_our_own(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  pn_session_t *ssn = pn_session(conn);
  pn_link_t *link = pn_sender(ssn, "x");
  pn_transport_t *transport = pn_transport();
  pn_event_t *event = pn_collector_put_object(collector, link, PN_LINK_REMOTE_CLOSE);
  assert_null(pn_event_condition(event));
  pn_condition_set_name(pn_link_condition(link), "a:b");
  assert_ptr_equal(pn_event_condition(event), pn_link_condition(link));
  pn_condition_set_name(pn_link_remote_condition(link), "c:d");
  assert_ptr_equal(pn_event_condition(event), pn_link_remote_condition(link));

  event = pn_collector_put_object(collector, transport, PN_TRANSPORT_ERROR);
  assert_null(pn_event_condition(event));
  pn_condition_set_name(pn_transport_condition(transport), "e:f");
  assert_ptr_equal(pn_event_condition(event), pn_transport_condition(transport));
  pn_collector_free(collector);
  pn_transport_free(transport);
  pn_connection_free(conn);
}

static void record_lives_as_long_as_its_event(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  struct foreign object = {.references = 1};
  pn_event_t *event = pn_collector_put_object(collector, conn, PN_CONNECTION_INIT);
  pn_record_t *record = pn_event_attachments(event);
  pn_record_def(record, &object, &foreign_class);
  pn_record_set(record, &object, &object);
  assert_ptr_equal(pn_event_attachments(event), record);
  assert_int_equal(object.references, 2);
  assert_true(pn_collector_pop(collector));
  assert_int_equal(object.references, 1);
  assert_int_equal(pn_refcount(conn), 1);
  pn_connection_free(conn);
  pn_collector_free(collector);
}

/* Dropping a context may call the application, which may put events into the very collector that drops. */
static pn_collector_t *busy;
static int resurrections;
static void busy_decref(void *object) {
  if (resurrections-- > 0) pn_collector_put(busy, PN_VOID, object, (pn_event_type_t)10001);
}
static const pn_class_t busy_class = {
    .name = "busy", .cid = CID_pn_void, .decref = busy_decref, .refcount = foreign_refcount};

static void dropped_object_may_put_events(void **state) {
  (void)state;
  int object;
  busy = pn_collector();
  resurrections = 3;
  pn_collector_put(busy, &busy_class, &object, (pn_event_type_t)10000);
  assert_true(pn_collector_pop(busy));
  assert_int_equal(pn_event_type(pn_collector_peek(busy)), 10001);
  pn_collector_put(busy, &busy_class, &object, (pn_event_type_t)10000);
  assert_int_equal(type_of_next(busy), 10001);
  assert_int_equal(type_of_next(busy), 10000);
  assert_null(pn_collector_next(busy)); /* it was empty when the other one was dropped */
  assert_int_equal(type_of_next(busy), 10001);
  pn_collector_put(busy, &busy_class, &object, (pn_event_type_t)10000);
  pn_collector_free(busy);
}

static void types_have_the_names_they_are_spelt_with(void **state) {
  (void)state;
  assert_string_equal(pn_event_type_name(PN_EVENT_NONE), "PN_EVENT_NONE");
  assert_string_equal(pn_event_type_name(PN_REACTOR_INIT), "PN_REACTOR_INIT");
  assert_string_equal(pn_event_type_name(PN_CONNECTION_INIT), "PN_CONNECTION_INIT");
  assert_string_equal(pn_event_type_name(PN_DELIVERY), "PN_DELIVERY");
  assert_string_equal(pn_event_type_name(PN_SELECTABLE_FINAL), "PN_SELECTABLE_FINAL");
  assert_string_equal(pn_event_type_name(PN_RAW_CONNECTION_DRAIN_BUFFERS), "PN_RAW_CONNECTION_DRAIN_BUFFERS");
  assert_int_equal(PN_RAW_CONNECTION_DRAIN_BUFFERS, 58);
  assert_string_equal(pn_event_type_name((pn_event_type_t)59), "PN_UNKNOWN");
  assert_string_equal(pn_event_type_name((pn_event_type_t)-1), "PN_UNKNOWN");
  assert_int_equal(pn_event_type(NULL), PN_EVENT_NONE);
  for (int type = 0; type <= 58; type++) assert_non_null(pn_event_type_name((pn_event_type_t)type));
}

static void collector_is_shown_with_its_events(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  char *text = pn_tostring(collector);
  assert_string_equal(text, "EVENTS[]");
  free(text);
  pn_collector_put(collector, PN_VOID, (void *)0x10, (pn_event_type_t)10000);
  pn_collector_put(collector, PN_VOID, (void *)0x10, PN_TRANSPORT);
  text = pn_tostring(collector);
  assert_string_equal(text, "EVENTS[(PN_UNKNOWN, 0x10), (PN_TRANSPORT, 0x10)]");
  free(text);
  pn_collector_free(collector);
}

static void event_without_memory_is_noted_as_lost(void **state) {
  (void)state;
  pn_connection_t *conn = pn_connection();
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pni_pool_trim();
    pn_collector_t *collector = pn_collector();
    if (!collector) continue;
    for (int type = 1; type < 10; type++) {
      if (!pn_collector_put_object(collector, conn, (pn_event_type_t)type)) assert_true(collector->lost);
    }
    assert_int_equal(collector->lost, scarce_refused());
    pn_collector_free(collector);
    assert_int_equal(pn_refcount(conn), 1);
  }
  pn_connection_free(conn);
}

/* Once the pool has seen as many as there ever are at once. */
static void events_allocate_nothing(void **state) {
  (void)state;
  pn_collector_t *collector = pn_collector();
  pn_connection_t *conn = pn_connection();
  for (int round = 0; round < 100; round++) {
#if PNI_POOLED
    scarce.on = scarce.for_good = round > 0;
    scarce.plenty = scarce.asked = 0;
#endif
    for (int type = 1; type < 20; type++)
      assert_non_null(pn_collector_put_object(collector, conn, (pn_event_type_t)type));
    while (pn_collector_next(collector)) continue;
  }
  scarce.on = false;
  pn_connection_free(conn);
  pn_collector_free(collector);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_come_in_order),
      cmocka_unit_test(equal_event_behind_its_like_is_elided),
      cmocka_unit_test(event_keeps_its_object_until_it_is_dropped),
      cmocka_unit_test(more_means_two_or_more),
      cmocka_unit_test(event_that_somebody_keeps_outlives_its_collector),
      cmocka_unit_test(released_collector_takes_no_more),
      cmocka_unit_test(drained_collector_takes_more),
      cmocka_unit_test(foreign_object_is_counted_by_its_class),
      cmocka_unit_test(pointer_is_only_carried),
      cmocka_unit_test(event_about_an_object_is_of_the_object_s_class),
      cmocka_unit_test(owners_are_found_too),
      cmocka_unit_test(condition_is_the_peer_s_before_our_own),
      cmocka_unit_test(record_lives_as_long_as_its_event),
      cmocka_unit_test(dropped_object_may_put_events),
      cmocka_unit_test(types_have_the_names_they_are_spelt_with),
      cmocka_unit_test(collector_is_shown_with_its_events),
      cmocka_unit_test(event_without_memory_is_noted_as_lost),
      cmocka_unit_test(events_allocate_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
