/* object_scenarios.c: lifetimes, lists, contexts, and connections that are used again. */
#include "scenarios.h"

#include <proton/object.h>
#include <stdio.h>

static void link_freed_after_close(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_link_close(line.sender);
  run(p);
  pn_link_free(line.sender);
  run(p);
  pn_link_free(line.receiver);
  run(p);
  say(&p->client, "links %s", pn_link_head(p->client.connection, 0) ? "left" : "gone");
}

static void link_freed_before_close(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_link_free(line.sender);
  run(p);
  say(&p->client, "links %s", pn_link_head(p->client.connection, 0) ? "left" : "gone");
  say_link(&p->server, "other side", line.receiver);
}

static void link_freed_while_closing(struct pair *p) {
  struct line line = connect_line(p, 1);
  p->server.answers &= ~(unsigned)ANSWER_DETACH;
  pn_link_close(line.sender);
  pn_link_free(line.sender);
  run(p);
  pn_link_close(line.receiver);
  run(p);
  pn_link_free(line.receiver);
  run(p);
}

static void link_freed_with_deliveries(struct pair *p) {
  struct line line = connect_line(p, 5);
  send_text(line.sender, "one");
  send_text(line.sender, "two");
  run(p);
  take_all(&p->server, line.receiver);
  pn_link_close(line.receiver);
  pn_link_free(line.receiver);
  run(p);
  say_link(&p->client, "other side", line.sender);
}

static void link_never_opened_is_freed(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_free(pn_sender(session, "orders"));
  run(p);
}

static void session_freed_after_close(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  pn_session_close(session);
  run(p);
  pn_session_free(session);
  pn_session_free(session_of(&p->server));
  run(p);
  say(&p->client, "sessions %s", pn_session_head(p->client.connection, 0) ? "left" : "gone");
}

static void session_freed_with_links(struct pair *p) {
  struct line line = connect_line(p, 1);
  open_receiver(line.session, "news");
  run(p);
  pn_session_close(line.session);
  run(p);
  pn_session_free(line.session);
  run(p);
  say(&p->client, "links %s", pn_link_head(p->client.connection, 0) ? "left" : "gone");
}

static void session_freed_before_close(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  pn_session_free(session);
  run(p);
  say_session(&p->server, "other side", session_of(&p->server));
}

static void references_kept(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_incref(line.sender);
  pn_incref(line.session);
  pn_link_close(line.sender);
  run(p);
  pn_link_free(line.sender);
  pn_session_close(line.session);
  run(p);
  pn_session_free(line.session);
  run(p);
  say_link(&p->client, "kept", line.sender);
  say(&p->client, "its session is the one %d", pn_link_session(line.sender) == line.session);
  pn_decref(line.sender);
  run(p);
  say_session(&p->client, "kept", line.session);
  pn_decref(line.session);
  run(p);
}

static void reference_kept_past_the_connection(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_incref(line.sender);
  pn_connection_close(p->client.connection);
  run(p);
  side_restart(&p->client, NULL);
  say_link(&p->client, "kept", line.sender);
  pn_decref(line.sender);
}

static void connection_released_by_the_driver(struct pair *p) {
  struct line line = connect_line(p, 1);
  send_text(line.sender, "one");
  run(p);
  pn_connection_t *connection = pn_connection_driver_release_connection(&p->client.driver);
  struct text text = {0};
  connection_text(&text, connection);
  text_add(&text, " transport %s", pn_connection_transport(connection) ? "bound" : "none");
  text_add(&text, "; session %x", pn_session_state(line.session));
  text_add(&text, "; link %x", pn_link_state(line.sender));
  say(&p->client, "released: %s", text.chars);
  text_free(&text);
  pn_connection_free(connection);
  side_restart(&p->client, NULL);
}

static void connection_used_again(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_connection_close(p->client.connection);
  run(p);
  pn_connection_t *connection = pn_connection_driver_release_connection(&p->client.driver);
  say_link(&p->client, "after release", line.sender);
  side_restart(&p->client, connection);
  side_restart(&p->server, NULL);
  pn_transport_set_server(p->server.transport);
  say_connection(&p->client, "new driver");
  pn_connection_open(p->client.connection);
  run(p);
  say_connection(&p->client, "opened again");
}

static void connection_used_again_with_its_links(struct pair *p) {
  struct line line = connect_line(p, 1);
  run_events(&p->client);
  pn_connection_t *connection = pn_connection_driver_release_connection(&p->client.driver);
  side_restart(&p->client, connection);
  side_restart(&p->server, NULL);
  pn_transport_set_server(p->server.transport);
  say_connection(&p->client, "new driver");
  say_session(&p->client, "new driver", line.session);
  say_link(&p->client, "new driver", line.sender);
  pn_connection_open(p->client.connection);
  pn_session_open(line.session);
  pn_link_open(line.sender);
  run(p);
  say_link(&p->client, "opened again", line.sender);
  pn_link_flow(link_of(&p->server, "orders"), 1);
  run(p);
  send_text(line.sender, "again");
  run(p);
  take_all(&p->server, link_of(&p->server, "orders"));
}

static void bound_while_open(struct pair *p) {
  pn_connection_open(p->client.connection);
  pn_session_t *session = open_session(&p->client);
  open_sender(session, "orders");
  say(&p->client, "bind %d", pn_transport_bind(p->client.transport, p->client.connection));
  say(&p->client, "again %d", pn_transport_bind(p->client.transport, p->client.connection) < 0);
  run(p);
}

static void unbound_connection(struct pair *p) {
  pn_connection_t *c = p->client.connection;
  say(&p->client, "container %d condition %d transport %d", !!pn_connection_remote_container(c),
      !!pn_connection_remote_condition(c), !!pn_connection_transport(c));
  say(&p->client, "properties %d capabilities %d", !!pn_connection_remote_properties(c),
      !!pn_connection_remote_offered_capabilities(c));
  pn_connection_open(c);
  pn_session_t *session = open_session(&p->client);
  say_link(&p->client, "unbound", open_sender(session, "orders"));
  run_events(&p->client);
}

static void say_sessions(struct side *side, const char *what, pn_state_t mask) {
  int count = 0;
  for (pn_session_t *s = pn_session_head(side->connection, mask); s; s = pn_session_next(s, mask)) count++;
  say(side, "sessions %s: %d", what, count);
}

static void say_links(struct side *side, const char *what, pn_state_t mask) {
  struct text text = {0};
  text_add(&text, "links %s:", what);
  for (pn_link_t *l = pn_link_head(side->connection, mask); l; l = pn_link_next(l, mask))
    text_add(&text, " %s", pn_link_name(l));
  say(side, "%s", text.chars);
  text_free(&text);
}

static void lists_by_state(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client), *other = open_session(&p->client);
  pn_link_t *a = open_sender(session, "a"), *b = open_receiver(other, "b");
  open_sender(session, "c");
  pn_sender(other, "d");
  run(p);
  pn_link_close(a);
  p->server.answers &= ~(unsigned)ANSWER_DETACH;
  pn_link_close(b);
  run(p);
  pn_session_close(other);
  static const struct {
    const char *name;
    pn_state_t mask;
  } masks[] = {{"all", 0}, {"uninit here", PN_LOCAL_UNINIT}, {"active here", PN_LOCAL_ACTIVE},
      {"closed here", PN_LOCAL_CLOSED}, {"active or closed here", PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED},
      {"active there", PN_REMOTE_ACTIVE}, {"closed there", PN_REMOTE_CLOSED},
      {"active both", PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE},
      {"closed both", PN_LOCAL_CLOSED | PN_REMOTE_CLOSED},
      {"closed here, active there", PN_LOCAL_CLOSED | PN_REMOTE_ACTIVE},
      {"any here, active there", PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED | PN_REMOTE_ACTIVE}};
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    say_sessions(&p->client, masks[i].name, masks[i].mask);
    say_links(&p->client, masks[i].name, masks[i].mask);
    say_links(&p->server, masks[i].name, masks[i].mask);
  }
}

static void contexts_and_attachments(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_delivery_t *delivery = begin_delivery(line.sender, "tag");
  int here;
  pn_link_set_context(line.sender, &here);
  pn_delivery_set_context(delivery, &here);
  say(&p->client, "link %d delivery %d", pn_link_get_context(line.sender) == &here,
      pn_delivery_get_context(delivery) == &here);
  say(&p->client, "attachments %d %d %d %d", !!pn_link_attachments(line.sender),
      !!pn_delivery_attachments(delivery), !!pn_session_attachments(line.session),
      !!pn_connection_attachments(p->client.connection));
  say(&p->client, "link of delivery %d session of link %d connection of session %d",
      pn_delivery_link(delivery) == line.sender, pn_link_session(line.sender) == line.session,
      pn_session_connection(line.session) == p->client.connection);
  say(&p->client, "errors %d %d %d", pn_error_code(pn_link_error(line.sender)),
      pn_error_code(pn_session_error(line.session)),
      pn_error_code(pn_connection_error(p->client.connection)));
  pn_link_send(line.sender, "x", 1);
  pn_link_advance(line.sender);
  run(p);
  pn_delivery_settle(delivery);
  run(p);
  delivery = begin_delivery(line.sender, "second");
  say(&p->client, "context of a new delivery %d", !!pn_delivery_get_context(delivery));
}

static void collector_elides(struct pair *p) {
  pn_collector_t *collector = pn_collector();
  pn_connection_t *connection = pn_connection();
  pn_session_t *session = pn_session(connection);
  pn_link_t *link = pn_sender(session, "early");
  pn_connection_collect(connection, collector);
  pn_connection_open(connection);
  pn_connection_open(connection);
  pn_session_open(session);
  pn_link_open(link);
  pn_link_close(link);
  for (pn_event_t *event; (event = pn_collector_next(collector));)
    say(&p->client, "%s", pn_event_type_name(pn_event_type(event)));
  say(&p->client, "more %d peek %d", pn_collector_more(collector), !!pn_collector_peek(collector));
  pn_connection_free(connection);
  for (pn_event_t *event; (event = pn_collector_next(collector));)
    say(&p->client, "freed: %s", pn_event_type_name(pn_event_type(event)));
  pn_collector_free(collector);
}

static void say_event_name(struct side *side, pn_event_t *event) {
  if (pn_event_type(event) != PN_LINK_REMOTE_CLOSE) return;
  say(side, "accessors: connection %d session %d link %d delivery %d transport %d condition %d",
      pn_event_connection(event) == side->connection, !!pn_event_session(event), !!pn_event_link(event),
      !!pn_event_delivery(event), pn_event_transport(event) == side->transport, !!pn_event_condition(event));
}

static void accessors_of_an_event(struct pair *p) {
  p->client.on_event = say_event_name;
  p->server.on_event = say_event_name;
  struct line line = connect_line(p, 1);
  pn_condition_set_name(pn_link_condition(line.receiver), "amqp:not-found");
  pn_link_close(line.receiver);
  run(p);
}

const struct scenario object_scenarios[] = {SCENARIO(link_freed_after_close),
    SCENARIO(link_freed_before_close), SCENARIO(link_freed_while_closing),
    SCENARIO(link_freed_with_deliveries), SCENARIO(link_never_opened_is_freed),
    SCENARIO(session_freed_after_close), SCENARIO(session_freed_with_links),
    SCENARIO(session_freed_before_close), SCENARIO(references_kept),
    SCENARIO(reference_kept_past_the_connection), SCENARIO(connection_released_by_the_driver),
    SCENARIO(connection_used_again), SCENARIO(connection_used_again_with_its_links),
    SCENARIO(bound_while_open), SCENARIO(unbound_connection), SCENARIO(lists_by_state),
    SCENARIO(contexts_and_attachments), SCENARIO(collector_elides), SCENARIO(accessors_of_an_event), {0}};
