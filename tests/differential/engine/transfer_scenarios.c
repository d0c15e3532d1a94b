/* transfer_scenarios.c: deliveries of all kinds. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

static void empty_message(struct pair *p) {
  struct line line = connect_line(p, 2);
  begin_delivery(line.sender, "none");
  pn_link_advance(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
  pn_delivery(line.sender, pn_dtag("", 0));
  pn_link_advance(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
}

static void small_messages(struct pair *p) {
  struct line line = connect_line(p, 10);
  pn_delivery_t *delivery = begin_delivery(line.sender, "first");
  say_delivery(&p->client, "new", delivery);
  say(&p->client, "sent %zd", pn_link_send(line.sender, "hello", 5));
  say_delivery(&p->client, "filled", delivery);
  say(&p->client, "advance %d", pn_link_advance(line.sender));
  say(&p->client, "advance %d", pn_link_advance(line.sender));
  say(&p->client, "send %zd", pn_link_send(line.sender, "x", 1));
  say_delivery(&p->client, "advanced", delivery);
  run(p);
  say_delivery(&p->client, "written", delivery);
  send_text(line.sender, "second");
  send_text(line.sender, "third");
  run(p);
  take_all(&p->server, line.receiver);
}

static void tag_of_32_octets(struct pair *p) {
  struct line line = connect_line(p, 2);
  send_text(line.sender, "0123456789abcdef0123456789ABCDEF");
  run(p);
  take_all(&p->server, line.receiver);
}

static void message_of_many_frames(struct pair *p) {
  pn_transport_set_max_frame(p->server.transport, 1024);
  struct line line = connect_line(p, 2);
  send_size(line.sender, "big", 5000);
  run(p);
  take_all(&p->server, line.receiver);
  send_size(line.sender, "next", 900);
  send_size(line.sender, "more", 1100);
  run(p);
  take_all(&p->server, line.receiver);
}

static void message_of_a_megabyte(struct pair *p) {
  struct line line = connect_line(p, 2);
  send_size(line.sender, "mega", 1 << 20);
  run(p);
  take_all(&p->server, line.receiver);
  say_link(&p->server, "after", line.receiver);
}

static void streamed_in_pieces(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_delivery_t *delivery = begin_delivery(line.sender, "stream");
  for (int i = 0; i < 4; i++) {
    send_part(line.sender, 10);
    run(p);
    say_delivery(&p->client, "part", delivery);
    take(&p->server, line.receiver);
    say_link(&p->server, "part", line.receiver);
  }
  pn_link_advance(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
}

static void read_in_pieces(struct pair *p) {
  struct line line = connect_line(p, 2);
  send_text(line.sender, "twelve chars");
  run(p);
  char piece[5];
  for (ssize_t n; (n = pn_link_recv(line.receiver, piece, sizeof piece)) != PN_EOS;) {
    say(&p->server, "%zd: %.*s", n, (int)n, piece);
    say_delivery(&p->server, "left", pn_link_current(line.receiver));
  }
  say(&p->server, "advance %d", pn_link_advance(line.receiver));
  say(&p->server, "recv without a delivery %zd", pn_link_recv(line.receiver, piece, 1));
}

static void advanced_before_it_is_read(struct pair *p) {
  struct line line = connect_line(p, 5);
  send_text(line.sender, "skipped");
  send_text(line.sender, "read");
  run(p);
  pn_link_advance(line.receiver);
  take_all(&p->server, line.receiver);
  say(&p->server, "incoming %zu", pn_session_incoming_bytes(pn_link_session(line.receiver)));
}

static void receiver_advances_in_the_middle(struct pair *p) {
  struct line line = connect_line(p, 5);
  begin_delivery(line.sender, "stream");
  send_part(line.sender, 10);
  run(p);
  pn_delivery_t *delivery = pn_link_current(line.receiver);
  pn_link_advance(line.receiver);
  pn_delivery_settle(delivery);
  run(p);
  send_part(line.sender, 10);
  pn_link_advance(line.sender);
  send_text(line.sender, "next");
  run(p);
  take_all(&p->server, line.receiver);
  say_link(&p->server, "after", line.receiver);
  say_link(&p->client, "after", line.sender);
}

static void aborted_before_the_first_frame(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_delivery_t *delivery = begin_delivery(line.sender, "never");
  send_part(line.sender, 10);
  pn_delivery_abort(delivery);
  run(p);
  say_link(&p->client, "after", line.sender);
  send_text(line.sender, "next");
  run(p);
  take_all(&p->server, line.receiver);
}

static void aborted_after_the_first_frame(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_delivery_t *delivery = begin_delivery(line.sender, "half");
  send_part(line.sender, 10);
  run(p);
  pn_delivery_abort(delivery);
  say_link(&p->client, "aborted", line.sender);
  run(p);
  take(&p->server, line.receiver);
  pn_link_advance(line.receiver);
  say_link(&p->server, "advanced", line.receiver);
  send_text(line.sender, "next");
  run(p);
  take_all(&p->server, line.receiver);
}

static void aborted_after_it_was_sent(struct pair *p) {
  struct line line = connect_line(p, 2);
  pn_delivery_t *delivery = send_text(line.sender, "whole");
  run(p);
  pn_delivery_abort(delivery);
  run(p);
  say_link(&p->client, "after", line.sender);
  take_all(&p->server, line.receiver);
}

static void settled_before_it_is_sent(struct pair *p) {
  struct line line = connect_line(p, 5);
  pn_delivery_t *delivery = send_text(line.sender, "fast");
  pn_delivery_settle(delivery);
  say_link(&p->client, "settled", line.sender);
  run(p);
  delivery = take(&p->server, line.receiver);
  pn_link_advance(line.receiver);
  pn_delivery_settle(delivery);
  run(p);
  say_link(&p->server, "settled", line.receiver);
}

static void settled_while_current(struct pair *p) {
  struct line line = connect_line(p, 5);
  pn_delivery_t *delivery = begin_delivery(line.sender, "fast");
  send_part(line.sender, 3);
  pn_delivery_settle(delivery);
  run(p);
  take_all(&p->server, line.receiver);
}

static void some_settled(struct pair *p) {
  struct line line = connect_line(p, 10);
  for (int i = 0; i < 4; i++) {
    char tag[8];
    snprintf(tag, sizeof tag, "m%d", i);
    pn_delivery_t *delivery = send_text(line.sender, tag);
    if (i % 2) pn_delivery_settle(delivery);
  }
  run(p);
  take_all(&p->server, line.receiver);
  say_link(&p->client, "after", line.sender);
  say_link(&p->server, "after", line.receiver);
}

static void settled_in_the_middle(struct pair *p) {
  struct line line = connect_line(p, 5);
  pn_delivery_t *delivery = begin_delivery(line.sender, "stream");
  send_part(line.sender, 5);
  run(p);
  send_part(line.sender, 5);
  pn_delivery_settle(delivery);
  run(p);
  take_all(&p->server, line.receiver);
}

static void streams_of_two_links(struct pair *p) {
  pn_transport_set_max_frame(p->server.transport, 512);
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *a = open_sender(session, "a"), *b = open_sender(session, "b");
  run(p);
  pn_link_flow(link_of(&p->server, "a"), 5);
  pn_link_flow(link_of(&p->server, "b"), 5);
  run(p);
  begin_delivery(a, "long");
  send_part(a, 700);
  run(p);
  send_size(b, "between", 600);
  run(p);
  send_part(a, 100);
  pn_link_advance(a);
  run(p);
  take_all(&p->server, link_of(&p->server, "a"));
  take_all(&p->server, link_of(&p->server, "b"));
}

static void deliveries_made_ahead(struct pair *p) {
  struct line line = connect_line(p, 10);
  begin_delivery(line.sender, "one");
  begin_delivery(line.sender, "two");
  pn_delivery_t *third = begin_delivery(line.sender, "three");
  say_link(&p->client, "made", line.sender);
  say_delivery(&p->client, "current", pn_link_current(line.sender));
  pn_link_send(line.sender, "1", 1);
  pn_link_advance(line.sender);
  pn_link_send(line.sender, "2", 1);
  pn_link_advance(line.sender);
  say_delivery(&p->client, "third", third);
  run(p);
  pn_delivery_settle(third);
  run(p);
  take_all(&p->server, line.receiver);
}

static void same_tag_twice(struct pair *p) {
  struct line line = connect_line(p, 10);
  send_text(line.sender, "same");
  send_text(line.sender, "same");
  run(p);
  take_all(&p->server, line.receiver);
}

static void both_directions(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *out = open_sender(session, "out"), *in = open_receiver(session, "in");
  pn_link_flow(in, 3);
  run(p);
  pn_link_flow(link_of(&p->server, "out"), 3);
  run(p);
  send_text(out, "ping");
  send_text(link_of(&p->server, "in"), "pong");
  run(p);
  take_all(&p->client, in);
  take_all(&p->server, link_of(&p->server, "out"));
}

static void sent_with_state(struct pair *p) {
  struct line line = connect_line(p, 10);
  pn_delivery_t *delivery = begin_delivery(line.sender, "state");
  pn_delivery_update(delivery, PN_ACCEPTED);
  pn_link_send(line.sender, "x", 1);
  pn_link_advance(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
}

static void closes_with_data_queued(struct pair *p) {
  struct line line = connect_line(p, 1);
  send_text(line.sender, "one");
  pn_link_close(line.sender);
  run(p);
  take_all(&p->server, line.receiver);
}

static void closes_with_data_and_no_credit(struct pair *p) {
  struct line line = connect_line(p, 0);
  send_text(line.sender, "one");
  pn_link_close(line.sender);
  run(p);
  say_link(&p->client, "closing", line.sender);
  pn_link_flow(line.receiver, 1);
  run(p);
  take_all(&p->server, line.receiver);
}

static void connection_closes_with_data_queued(struct pair *p) {
  struct line line = connect_line(p, 1);
  send_text(line.sender, "one");
  pn_connection_close(p->client.connection);
  run(p);
  take_all(&p->server, line.receiver);
}

static void receiver_closes_while_data_comes(struct pair *p) {
  struct line line = connect_line(p, 5);
  send_text(line.sender, "one");
  send_text(line.sender, "two");
  pn_link_close(line.receiver);
  run(p);
  say_link(&p->server, "after", line.receiver);
  say_link(&p->client, "after", line.sender);
}

static void sends_after_the_peer_closed(struct pair *p) {
  struct line line = connect_line(p, 5);
  p->client.answers &= ~(unsigned)ANSWER_DETACH;
  pn_link_close(line.receiver);
  run(p);
  send_text(line.sender, "late");
  run(p);
  say_link(&p->client, "after", line.sender);
  pn_link_close(line.sender);
  run(p);
}

const struct scenario transfer_scenarios[] = {SCENARIO(empty_message), SCENARIO(small_messages),
    SCENARIO(tag_of_32_octets), SCENARIO(message_of_many_frames), SCENARIO(message_of_a_megabyte),
    SCENARIO(streamed_in_pieces), SCENARIO(read_in_pieces), SCENARIO(advanced_before_it_is_read),
    SCENARIO(receiver_advances_in_the_middle), SCENARIO(aborted_before_the_first_frame),
    SCENARIO(aborted_after_the_first_frame), SCENARIO(aborted_after_it_was_sent),
    SCENARIO(settled_before_it_is_sent), SCENARIO(settled_while_current), SCENARIO(some_settled),
    SCENARIO(settled_in_the_middle), SCENARIO(streams_of_two_links), SCENARIO(deliveries_made_ahead),
    SCENARIO(same_tag_twice), SCENARIO(both_directions), SCENARIO(sent_with_state),
    SCENARIO(closes_with_data_queued), SCENARIO(closes_with_data_and_no_credit),
    SCENARIO(connection_closes_with_data_queued), SCENARIO(receiver_closes_while_data_comes),
    SCENARIO(sends_after_the_peer_closed), {0}};
