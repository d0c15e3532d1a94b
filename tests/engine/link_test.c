/* link_test.c: links with a peer: names, ends, detaching and attaching again. [2.6.1 to 2.6.6] */
#include "engine/pair.h"

#include "engine/link.h"
#include "engine/session.h"
#include <stdio.h>
#include <stdlib.h>

static pn_session_t *session_of(struct end *end) { return pn_session_head(end->driver.connection, 0); }

static unsigned links_of(struct end *end) {
  unsigned count = 0;
  for (pn_link_t *link = pn_link_head(end->driver.connection, 0); link; link = pn_link_next(link, 0)) count++;
  return count;
}

static void clear(struct pair *pair) {
  end_events_clear(&pair->client);
  end_events_clear(&pair->server);
  pair_frames_clear(pair);
}

/* Ends. */

static void link_closed_by_both_is_final_when_freed(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_t *link = pair->client.link;
  pn_link_close(link);
  pair_run(pair);
  assert_int_equal(pn_link_state(link), PN_LOCAL_CLOSED | PN_REMOTE_CLOSED);
  clear(pair);
  pn_link_free(link);
  end_events(&pair->client);
  assert_events(&pair->client, "LINK_FINAL");
}

static void link_freed_before_the_peer_has_answered_is_final_then(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  clear(pair);
  pn_link_close(pair->client.link);
  pn_link_free(pair->client.link);
  assert_int_equal(links_of(&pair->client), 0);
  end_events(&pair->client);
  assert_events(&pair->client, "LINK_LOCAL_CLOSE TRANSPORT");
  pair_run(pair);
  assert_events(&pair->client, "LINK_REMOTE_CLOSE LINK_FINAL");
}

/* All in one go, before anything was written: the peer sees a link come and go, with what was sent over it. */
static void what_is_due_is_sent_for_a_freed_link(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "other");
  grant(&pair->client, 1);
  pair_run(pair);
  pn_link_t *other = pair->server.link;
  pn_delivery_t *dlv = pn_delivery(other, pn_dtag("t", 1));
  pn_link_send(other, "last words", 10);
  pn_delivery_settle(dlv);
  pn_link_close(other);
  pn_link_free(other);
  pair_run(pair);
  assert_text_received(&pair->client, "last words");
}

static void link_opened_and_freed_at_once_is_no_ghost(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  clear(pair);
  pn_link_t *link = pn_sender(session_of(&pair->client), "x");
  pn_link_open(link);
  pn_link_free(link);
  pair_run(pair);
  /* The peer's attach finds the link, although it was freed, and makes no other one. */
  assert_int_equal(links_of(&pair->client), 0);
  assert_int_equal(pair_frames_with(pair, "@attach"), 2);
  assert_null(strstr(end_event_text(&pair->client), "LINK_FINAL"));
  end_events_clear(&pair->client);
  pn_session_close(session_of(&pair->client));
  pair_run(pair);
  assert_events(&pair->client, "SESSION_LOCAL_CLOSE TRANSPORT SESSION_REMOTE_CLOSE LINK_FINAL");
}

static void freed_link_answers_the_peer_s_detach(void **state) {
  struct pair *pair = *state;
  for (int closes = 0; closes < 2; closes++) {
    pair_open_sender(pair, closes ? "a" : "b");
    pn_link_free(pair->client.link);
    pair_run(pair);
    clear(pair);
    if (closes)
      pn_link_close(pair->server.link);
    else
      pn_link_detach(pair->server.link);
    pair->server.link = NULL;
    pair_run(pair);
    assert_int_equal(pair_frames_with(pair, "client: 0 -> @detach"), 1);
    assert_non_null(strstr(end_event_text(&pair->client), "LINK_FINAL"));
  }
}

static void freed_session_answers_the_peer_s_end(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_session_free(session_of(&pair->client));
  assert_null(session_of(&pair->client));
  pair_run(pair);
  clear(pair);
  pn_session_close(session_of(&pair->server));
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @end"), 1);
  assert_events(&pair->client, "SESSION_REMOTE_CLOSE SESSION_LOCAL_CLOSE TRANSPORT LINK_FINAL SESSION_FINAL");
}

static void session_takes_its_links_along(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "a");
  pair_open_sender(pair, "b");
  clear(pair);
  pn_session_t *ssn = session_of(&pair->client);
  pn_session_close(ssn);
  pn_session_free(ssn);
  pair_run(pair);
  assert_events(&pair->client,
      "SESSION_LOCAL_CLOSE TRANSPORT SESSION_REMOTE_CLOSE LINK_FINAL LINK_FINAL SESSION_FINAL");
}

static void freed_receiver_settles_what_it_holds(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pair->server.takes = false;
  pair->client.takes = false;
  grant(&pair->server, 2);
  pair_run(pair);
  pn_delivery_t *one = send_text(&pair->client, "one"), *two = send_text(&pair->client, "two");
  pair_run(pair);
  pn_link_free(pair->server.link);
  pair_run(pair);
  assert_true(pn_delivery_settled(one));
  assert_true(pn_delivery_settled(two));
}

/* Half a message must not arrive as a whole one. */
static void freed_sender_takes_an_incomplete_delivery_back(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 2);
  pair_run(pair);
  pn_delivery(pair->client.link, pn_dtag("t", 1));
  pn_link_send(pair->client.link, "half a mess", 11);
  pn_delivery(pair->client.link, pn_dtag("u", 1));
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "more=true"), 1);
  pn_link_free(pair->client.link);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "aborted=true"), 1);
  assert_int_equal(pair_frames_with(pair, "@transfer"), 2);
}

/* Names. */

static void name_says_which_link_an_attach_answers(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_session_t *ssn = session_of(&pair->client);
  pn_link_t *links[100];
  for (int i = 0; i < 100; i++) {
    char name[8];
    snprintf(name, sizeof name, "%d", i / 2);
    links[i] = i % 2 == 0 ? pn_sender(ssn, name) : pn_receiver(ssn, name);
    pn_link_open(links[i]);
  }
  pair_run(pair);
  assert_int_equal(links_of(&pair->client), 100);
  assert_int_equal(links_of(&pair->server), 100);
  for (int i = 0; i < 100; i++) {
    assert_int_equal(pn_link_state(links[i]), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
    assert_int_equal(links[i]->local_handle, i);
    assert_int_equal(links[i]->remote_handle, i);
  }
}

/* Closed, freed and made anew before the peer has answered anything: its answers come in the same order. */
static void name_can_be_used_again_at_once(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_session_t *ssn = session_of(&pair->client);
  for (int i = 0; i < 3; i++) {
    pn_link_t *link = pn_sender(ssn, "again");
    pn_link_open(link);
    pn_link_close(link);
    pn_link_free(link);
  }
  pn_link_t *last = pn_sender(ssn, "again");
  pn_link_open(last);
  pair_run(pair);
  assert_int_equal(links_of(&pair->client), 1);
  assert_ptr_equal(pn_link_head(pair->client.driver.connection, 0), last);
  assert_int_equal(pn_link_state(last), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_int_equal(pair_frames_with(pair, "@attach"), 8);
  assert_int_equal(pair_frames_with(pair, "@detach"), 6);
  assert_int_equal(ssn->names.count, 1);
}

/* [2.6.1] */
static void link_attached_once_more_is_stolen(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_t *first = pair->client.link;
  pn_link_t *second = pn_sender(pn_link_session(first), "x");
  pn_link_open(second);
  pair_run(pair);
  assert_condition(pn_link_remote_condition(first), "amqp:link:stolen", "");
  assert_int_equal(pn_link_state(second), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_int_equal(links_of(&pair->server), 2);
}

/* However often a peer steals its own link, the chain of its name holds the last one alone. */
static void stolen_links_are_not_found_any_more(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_session_t *ssn = session_of(&pair->server);
  for (int i = 0; i < 20; i++) {
    pn_link_open(pn_sender(session_of(&pair->client), "x"));
    pair_run(pair);
    pn_link_t *link = pni_link_rival(ssn, pn_bytes(1, "x"), false);
    assert_ptr_equal(link, pair->server.link);
    assert_null(link->same_name);
    assert_null(pni_link_find(ssn, pn_bytes(1, "x"), false));
  }
}

/* A link that the application has made but not opened is the one that the peer's attach of that name means. */
static void link_of_that_name_may_wait_for_the_peer(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  pn_link_t *waiting = pn_receiver(session_of(&pair->server), "x");
  pn_receiver(session_of(&pair->server), "y");
  pn_link_open(pn_sender(session_of(&pair->client), "x"));
  pair_run(pair);
  assert_int_equal(pn_link_state(waiting), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_int_equal(links_of(&pair->server), 2);
}

/* A source where a target has to be, and the other way round. [2.7.3] */
static void terminus_of_the_wrong_kind_is_refused(void **state) {
  struct pair *pair = *state;
  pair_open(pair);
  end_feed_octets(
      &pair->server, "0000001d 02 00 0000 00 53 12 c0 10 0a a1 01 'a' 43 42 40 40 00 53 29 45 40 40 40 43");
  end_feed_octets(&pair->server,
      "0000001e 02 00 0000 00 53 12 c0 11 0a a1 01 'b' 52 01 42 40 40 40 00 53 28 45 40 40 43");
  end_feed_octets(&pair->server,
      "0000001e 02 00 0000 00 53 12 c0 11 0a a1 01 'c' 52 02 42 40 40 40 00 53 30 45 40 40 43");
  pn_link_t *a = pn_link_head(pair->server.driver.connection, 0), *b = pn_link_next(a, 0);
  assert_condition(pn_link_condition(a), "amqp:invalid-field", "source: not a source");
  assert_condition(pn_link_condition(b), "amqp:invalid-field", "target: not a target");
  assert_int_equal(pn_link_state(b), PN_LOCAL_CLOSED | PN_REMOTE_ACTIVE);
  assert_false(pn_condition_is_set(pn_link_condition(pn_link_next(b, 0))));
}

/* Detaching. */

static void detached_link_can_be_attached_again(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_t *link = pair->client.link, *remote = pair->server.link;
  for (int i = 0; i < 3; i++) {
    clear(pair);
    pn_link_detach(link);
    pair_run(pair);
    assert_events(&pair->client, "LINK_LOCAL_DETACH TRANSPORT LINK_REMOTE_DETACH");
    assert_events(&pair->server, "LINK_REMOTE_DETACH LINK_LOCAL_DETACH TRANSPORT");
    pn_link_open(link);
    pair_run(pair);
    assert_events(&pair->client, "LINK_LOCAL_OPEN TRANSPORT");
    assert_events(&pair->server, "LINK_REMOTE_OPEN");
    pn_link_open(remote);
    pair_run(pair);
    assert_events(&pair->client, "LINK_REMOTE_OPEN");
    grant(&pair->server, 1);
    pair_run(pair);
    send_text(&pair->client, "hello");
    pair_run(pair);
    assert_text_received(&pair->server, "hello");
  }
  assert_int_equal(links_of(&pair->client), 1);
  assert_int_equal(links_of(&pair->server), 1);
}

static bool answers_each_attach(struct end *end, pn_event_t *event) {
  (void)end;
  if (pn_event_type(event) == PN_LINK_REMOTE_OPEN) pn_link_open(pn_event_link(event));
  return false;
}

static void detach_and_attach_again(struct pair *pair, struct end *end) {
  end->peer->handler = answers_each_attach;
  pn_link_detach(end->link);
  pair_run(pair);
  pn_link_open(end->link);
}

/* What was granted belonged to an attachment; for the next one the receiver says again what it has to give. [2.6.7] */
static void credit_is_told_again_when_a_link_is_attached_again(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 5);
  pair_run(pair);
  send_text(&pair->client, "one");
  pair_run(pair);
  detach_and_attach_again(pair, &pair->client);
  pair_run(pair);
  assert_int_equal(pn_link_credit(pair->server.link), 4);
  assert_int_equal(pn_link_credit(pair->client.link), 4);
  assert_int_equal(pair_frames_with(pair, "delivery-count=0x0, link-credit=0x4"), 1);
}

/* The peer has attached it again, and granted credit, before it is attached here. */
static void credit_may_come_before_a_link_is_attached_again(void **state) {
  struct pair *pair = *state;
  pair_open_receiver(pair, "x");
  grant(&pair->client, 5);
  pair_run(pair);
  send_text(&pair->server, "one");
  pair_run(pair);
  detach_and_attach_again(pair, &pair->client);
  grant(&pair->client, 3);
  pair_run(pair);
  assert_int_equal(pn_link_credit(pair->client.link), 7);
  assert_int_equal(pn_link_credit(pair->server.link), 7);
}

/* A receiver whose peer has detached knows what has come. */
static void flow_behind_the_peer_s_detach_has_a_delivery_count(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  grant(&pair->server, 5);
  pair_run(pair);
  send_text(&pair->client, "one");
  pair_run(pair);
  clear(pair);
  pn_link_detach(pair->client.link);
  pair->server.answers = false;
  end_hand_over(&pair->client);
  grant(&pair->server, 1);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "delivery-count=0x1, link-credit=0x5"), 1);
}

static bool frees_what_is_detached(struct end *end, pn_event_t *event) {
  (void)end;
  if (pn_event_type(event) != PN_LINK_REMOTE_DETACH) return false;
  pn_link_detach(pn_event_link(event));
  pn_link_free(pn_event_link(event));
  return true;
}

/* The answer to the detach has not left yet, and nobody would answer to an attach of a link that is freed. */
static void name_of_a_detached_link_that_was_freed_is_another_one_s(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_t *link = pair->client.link;
  pair->server.handler = pair->client.handler = frees_what_is_detached;
  pn_link_detach(link);
  pn_link_free(link);
  end_hand_over(&pair->client);
  link = pn_sender(session_of(&pair->client), "x");
  pn_link_open(link);
  end_hand_over(&pair->client);
  pair_run(pair);
  assert_int_equal(pn_link_state(link), PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
  assert_int_equal(links_of(&pair->server), 1);
  assert_int_equal(links_of(&pair->client), 1);
}

static void detach_that_was_not_sent_can_be_taken_back(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  clear(pair);
  pn_link_detach(pair->client.link);
  pn_link_open(pair->client.link);
  pair_run(pair);
  assert_string_equal(pair_frame_text(pair), "");
  assert_events(&pair->client, "LINK_LOCAL_DETACH TRANSPORT LINK_LOCAL_OPEN TRANSPORT");
}

/* A handle means one link at a time: the new attach waits for the peer's detach. */
static void link_is_attached_again_after_the_peer_has_detached(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pair->server.answers = false;
  clear(pair);
  pn_link_detach(pair->client.link);
  pair_run(pair);
  pn_link_open(pair->client.link);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "@attach"), 0);
  pn_link_detach(pair->server.link);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @attach"), 1);
  pn_link_open(pair->server.link);
  pair_run(pair);
  grant(&pair->server, 1);
  pair_run(pair);
  send_text(&pair->client, "hello");
  pair_run(pair);
  assert_text_received(&pair->server, "hello");
}

static void close_takes_the_place_of_a_detach_that_was_not_sent(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  clear(pair);
  pn_link_detach(pair->client.link);
  pn_link_close(pair->client.link);
  pair_run(pair);
  assert_int_equal(pair_frames_with(pair, "client: 0 -> @detach(22) [handle=0x0, closed=true]"), 1);
  assert_int_equal(pair_frames_with(pair, "@detach"), 2);
}

/* [2.6.6] Nothing is left to be said of a link that is detached. */
static void close_of_a_detached_link_is_our_own_business(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "x");
  pn_link_detach(pair->client.link);
  pair_run(pair);
  clear(pair);
  pn_link_close(pair->client.link);
  pn_link_free(pair->client.link);
  pair_run(pair);
  assert_string_equal(pair_frame_text(pair), "");
  assert_events(&pair->client, "LINK_LOCAL_CLOSE TRANSPORT LINK_FINAL");
}

/* What opens a session's window is told with a link: Proton's applications, which may have nothing else to wake them, hear of
 * those flows only. */
static void window_is_told_with_a_receiver(void **state) {
  struct pair *pair = *state;
  pair_open_sender(pair, "orders");
  pair->server.takes = false;
  pn_session_set_incoming_capacity(pn_link_session(pair->server.link), (size_t)4 * 32768);
  grant(&pair->server, 10);
  pair_run(pair);
  clear(pair);
  for (int i = 0; i < 6; i++) send_text(&pair->client, "text");
  pair_run(pair);
  char text[8];
  while (pn_link_recv(pair->server.link, text, sizeof text) > 0) pn_link_advance(pair->server.link);
  pair_run(pair);
  assert_int_not_equal(pair_frames_with(pair, "server: 0 -> @flow(19)"), 0);
  assert_int_equal(pair_frames_with(pair, "server: 0 -> @flow(19)"), pair_frames_with(pair, ", handle=0x0"));
  assert_non_null(strstr(end_event_text(&pair->client), "LINK_FLOW"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(link_closed_by_both_is_final_when_freed),
      PAIR_TEST(link_freed_before_the_peer_has_answered_is_final_then),
      PAIR_TEST(what_is_due_is_sent_for_a_freed_link),
      PAIR_TEST(link_opened_and_freed_at_once_is_no_ghost),
      PAIR_TEST(freed_link_answers_the_peer_s_detach),
      PAIR_TEST(freed_session_answers_the_peer_s_end),
      PAIR_TEST(session_takes_its_links_along),
      PAIR_TEST(freed_receiver_settles_what_it_holds),
      PAIR_TEST(freed_sender_takes_an_incomplete_delivery_back),
      PAIR_TEST(name_says_which_link_an_attach_answers),
      PAIR_TEST(name_can_be_used_again_at_once),
      PAIR_TEST(link_attached_once_more_is_stolen),
      PAIR_TEST(stolen_links_are_not_found_any_more),
      PAIR_TEST(link_of_that_name_may_wait_for_the_peer),
      PAIR_TEST(terminus_of_the_wrong_kind_is_refused),
      PAIR_TEST(detached_link_can_be_attached_again),
      PAIR_TEST(credit_is_told_again_when_a_link_is_attached_again),
      PAIR_TEST(credit_may_come_before_a_link_is_attached_again),
      PAIR_TEST(flow_behind_the_peer_s_detach_has_a_delivery_count),
      PAIR_TEST(name_of_a_detached_link_that_was_freed_is_another_one_s),
      PAIR_TEST(detach_that_was_not_sent_can_be_taken_back),
      PAIR_TEST(link_is_attached_again_after_the_peer_has_detached),
      PAIR_TEST(close_takes_the_place_of_a_detach_that_was_not_sent),
      PAIR_TEST(close_of_a_detached_link_is_our_own_business),
      PAIR_TEST(window_is_told_with_a_receiver),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
