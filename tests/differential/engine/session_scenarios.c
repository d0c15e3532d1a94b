/* session_scenarios.c: begin and end. */
#include "scenarios.h"

static void client_begins_and_ends(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  say_session(&p->server, "begun", session_of(&p->server));
  pn_session_close(session);
  run(p);
  say_session(&p->client, "ended", session);
}

static void pipelined_begin(struct pair *p) {
  pn_connection_open(p->client.connection);
  open_session(&p->client);
  run(p);
}

static void several_sessions_from_both(struct pair *p) {
  connect_pair(p);
  pn_session_t *a = open_session(&p->client), *b = open_session(&p->client);
  pn_session_t *x = open_session(&p->server);
  run(p);
  pn_session_close(a);
  run(p);
  open_session(&p->client); /* on the channel that is free again, or on the next */
  run(p);
  pn_session_close(x);
  pn_session_close(b);
  run(p);
}

static void server_ends_with_condition(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  pn_session_t *mirror = session_of(&p->server);
  pn_condition_format(pn_session_condition(mirror), "amqp:session:errant-link", "test %d", 5);
  pn_session_close(mirror);
  run(p);
  say_session(&p->client, "ended", session);
}

static void both_end_at_once(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  pn_session_close(session);
  pn_session_close(session_of(&p->server));
  run(p);
}

static void end_is_answered_late(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  p->server.answers &= ~(unsigned)ANSWER_END;
  pn_session_close(session);
  run(p);
  open_session(&p->client);
  run(p);
  pn_session_close(session_of(&p->server));
  run(p);
}

static void begin_is_answered_late(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)(ANSWER_BEGIN | ANSWER_ATTACH);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *sender = open_sender(session, "orders");
  run(p);
  say_link(&p->client, "before begin", sender);
  pn_session_open(session_of(&p->server));
  pn_link_open(link_of(&p->server, "orders"));
  run(p);
}

static void opened_and_closed_at_once(struct pair *p) {
  connect_pair(p);
  p->client.answers &=
      ~(unsigned)ANSWER_BEGIN; /* else a server that answers late begins, and so on without end */
  pn_session_t *session = open_session(&p->client);
  pn_session_close(session);
  run(p);
}

static void ends_with_links_attached(struct pair *p) {
  struct line line = connect_line(p, 10);
  send_text(line.sender, "one");
  run(p);
  pn_session_close(line.session);
  run(p);
  say_link(&p->client, "after end", line.sender);
  say_link(&p->server, "after end", line.receiver);
}

static void session_never_opened(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = pn_session(p->client.connection);
  pn_link_t *sender = pn_sender(session, "orders");
  pn_link_open(sender);
  run(p);
  pn_session_open(session);
  run(p);
}

static void session_of_closed_connection(struct pair *p) {
  connect_pair(p);
  open_session(&p->client);
  run(p);
  pn_connection_close(p->client.connection);
  open_session(&p->client);
  run(p);
  say_session(&p->client, "first", session_of(&p->client));
}

static void windows_in_bytes(struct pair *p) {
  pn_transport_set_max_frame(p->server.transport, 1024);
  connect_pair(p);
  pn_session_t *session = pn_session(p->client.connection);
  say(&p->client, "capacity %zu window %zu", pn_session_get_incoming_capacity(session),
      pn_session_get_outgoing_window(session));
  pn_session_set_outgoing_window(session, 5);
  p->server.answers &= ~(unsigned)(ANSWER_BEGIN | ANSWER_ATTACH);
  pn_session_open(session);
  pn_link_t *sender = open_sender(session, "orders");
  run(p);
  pn_session_t *mirror = session_of(&p->server);
  pn_session_set_incoming_capacity(mirror, 4096);
  pn_session_open(mirror);
  pn_link_t *receiver = link_of(&p->server, "orders");
  pn_link_open(receiver);
  run(p);
  pn_link_flow(receiver, 10);
  run(p);
  for (int i = 0; i < 6; i++) send_size(sender, i % 2 ? "odd" : "even", 1500);
  run(p);
  say(&p->client, "outgoing %zu", pn_session_outgoing_bytes(session));
  say(&p->server, "incoming %zu", pn_session_incoming_bytes(mirror));
  say_link(&p->server, "window full", receiver);
  for (int i = 0; i < 6; i++) {
    take_all(&p->server, receiver);
    run(p);
    say(&p->server, "incoming %zu", pn_session_incoming_bytes(mirror));
  }
}

const struct scenario session_scenarios[] = {SCENARIO(client_begins_and_ends), SCENARIO(pipelined_begin),
    SCENARIO(several_sessions_from_both), SCENARIO(server_ends_with_condition), SCENARIO(both_end_at_once),
    SCENARIO(end_is_answered_late), SCENARIO(begin_is_answered_late),
    {"session_opened_and_closed_at_once", opened_and_closed_at_once}, SCENARIO(ends_with_links_attached),
    SCENARIO(session_never_opened), SCENARIO(session_of_closed_connection), SCENARIO(windows_in_bytes), {0}};
