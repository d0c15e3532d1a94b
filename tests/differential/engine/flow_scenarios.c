/* flow_scenarios.c: credit and drain. */
#include "scenarios.h"

#include <stdio.h>

static void credit_is_used(struct pair *p) {
  struct line line = connect_line(p, 3);
  for (int i = 0; i < 5; i++) {
    char tag[8];
    snprintf(tag, sizeof tag, "m%d", i);
    send_text(line.sender, tag);
    say_link(&p->client, "sent", line.sender);
  }
  run(p);
  say_link(&p->client, "after three", line.sender);
  say_link(&p->server, "after three", line.receiver);
  take_all(&p->server, line.receiver);
  say_link(&p->server, "taken", line.receiver);
  pn_link_flow(line.receiver, 1);
  pn_link_flow(line.receiver, 4);
  run(p);
  say_link(&p->client, "more credit", line.sender);
  take_all(&p->server, line.receiver);
}

static void credit_before_attach(struct pair *p) {
  connect_pair(p);
  pn_link_t *receiver = open_receiver(open_session(&p->client), "news");
  pn_link_flow(receiver, 7);
  run(p);
  say_link(&p->server, "credit", link_of(&p->server, "news"));
  say_link(&p->client, "credit", receiver);
}

static void queued_without_credit(struct pair *p) {
  struct line line = connect_line(p, 0);
  send_text(line.sender, "early");
  run(p);
  say_link(&p->client, "waits", line.sender);
  say(&p->client, "outgoing %zu", pn_session_outgoing_bytes(line.session));
  pn_link_flow(line.receiver, 1);
  run(p);
  say_link(&p->client, "sent", line.sender);
  take_all(&p->server, line.receiver);
}

static void drain_with_nothing(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_drain(line.receiver, 5);
  say(&p->server, "draining %d", pn_link_draining(line.receiver));
  run(p);
  say_link(&p->client, "asked", line.sender);
  say(&p->client, "drained %d", pn_link_drained(line.sender));
  run(p);
  say_link(&p->server, "after", line.receiver);
  say(&p->server, "draining %d", pn_link_draining(line.receiver));
  say(&p->server, "drained %d", pn_link_drained(line.receiver));
  say(&p->server, "drained again %d", pn_link_drained(line.receiver));
  pn_link_flow(line.receiver, 2);
  run(p);
  say_link(&p->client, "flow again", line.sender);
}

static void drain_with_some(struct pair *p) {
  struct line line = connect_line(p, 0);
  send_text(line.sender, "a");
  send_text(line.sender, "b");
  pn_link_drain(line.receiver, 5);
  run(p);
  say(&p->client, "drained %d", pn_link_drained(line.sender));
  run(p);
  say_link(&p->server, "after", line.receiver);
  take_all(&p->server, line.receiver);
  say(&p->server, "drained %d", pn_link_drained(line.receiver));
  say_link(&p->server, "taken", line.receiver);
}

static void drained_before_the_data_left(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_drain(line.receiver, 4);
  run(p);
  send_text(line.sender, "a");
  say(&p->client, "drained %d", pn_link_drained(line.sender));
  run(p);
  take_all(&p->server, line.receiver);
  say(&p->server, "drained %d", pn_link_drained(line.receiver));
}

static void set_drain_by_hand(struct pair *p) {
  struct line line = connect_line(p, 3);
  pn_link_set_drain(line.receiver, true);
  run(p);
  say_link(&p->client, "drain on", line.sender);
  pn_link_flow(line.receiver, 1);
  run(p);
  say_link(&p->client, "one more", line.sender);
  say(&p->client, "drained %d", pn_link_drained(line.sender));
  run(p);
  pn_link_set_drain(line.receiver, false);
  run(p);
  pn_link_flow(line.receiver, 1);
  run(p);
  say_link(&p->client, "drain off", line.sender);
}

static void drained_without_drain(struct pair *p) {
  struct line line = connect_line(p, 3);
  say(&p->client, "drained %d", pn_link_drained(line.sender));
  run(p);
  say_link(&p->client, "after", line.sender);
}

static void offered(struct pair *p) {
  struct line line = connect_line(p, 3);
  pn_link_offered(line.sender, 12);
  run(p);
  say_link(&p->server, "offered", line.receiver);
  send_text(line.sender, "a");
  run(p);
  pn_link_drain(line.receiver, 1);
  run(p);
  pn_link_drained(line.sender);
  run(p);
  say_link(&p->server, "after drain", line.receiver);
}

static void credit_crosses_close(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_link_flow(line.receiver, 5);
  pn_link_close(line.sender);
  run(p);
  say_link(&p->client, "closed", line.sender);
  pn_link_flow(line.receiver, 1);
  run(p);
}

static void credit_taken_back(struct pair *p) {
  struct line line = connect_line(p, 5);
  pn_link_flow(line.receiver, -3);
  run(p);
  say_link(&p->client, "less", line.sender);
  say_link(&p->server, "less", line.receiver);
}

static void several_links_interleave(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *a = open_sender(session, "a"), *b = open_sender(session, "b");
  run(p);
  send_text(a, "a1");
  send_text(b, "b1");
  send_text(a, "a2");
  send_text(b, "b2");
  pn_link_flow(link_of(&p->server, "b"), 1);
  run(p);
  pn_link_flow(link_of(&p->server, "a"), 2);
  run(p);
  pn_link_flow(link_of(&p->server, "b"), 5);
  run(p);
  take_all(&p->server, link_of(&p->server, "a"));
  take_all(&p->server, link_of(&p->server, "b"));
}

static void several_links_with_credit(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *a = open_sender(session, "a"), *b = open_sender(session, "b");
  run(p);
  pn_link_flow(link_of(&p->server, "a"), 10);
  pn_link_flow(link_of(&p->server, "b"), 10);
  run(p);
  send_text(b, "b1");
  send_text(a, "a1");
  send_text(b, "b2");
  send_text(a, "a2");
  run(p);
  take_all(&p->server, link_of(&p->server, "a"));
  take_all(&p->server, link_of(&p->server, "b"));
}

const struct scenario flow_scenarios[] = {SCENARIO(credit_is_used), SCENARIO(credit_before_attach),
    SCENARIO(queued_without_credit), SCENARIO(drain_with_nothing), SCENARIO(drain_with_some),
    SCENARIO(drained_before_the_data_left), SCENARIO(set_drain_by_hand), SCENARIO(drained_without_drain),
    SCENARIO(offered), SCENARIO(credit_crosses_close), SCENARIO(credit_taken_back),
    SCENARIO(several_links_interleave), SCENARIO(several_links_with_credit), {0}};
