/* link_scenarios.c: attach, detach, close, termini. */
#include "scenarios.h"

#include <proton/codec.h>
#include <string.h>

static void client_sender_closes(struct pair *p) {
  struct line line = connect_line(p, 0);
  say_link(&p->client, "attached", line.sender);
  pn_link_close(line.sender);
  run(p);
  say_link(&p->client, "closed", line.sender);
  say_link(&p->server, "closed", line.receiver);
}

static void client_receiver_closes(struct pair *p) {
  connect_pair(p);
  pn_link_t *receiver = open_receiver(open_session(&p->client), "news");
  run(p);
  say_link(&p->server, "attached", link_of(&p->server, "news"));
  pn_link_close(receiver);
  run(p);
}

static void server_attaches(struct pair *p) {
  connect_pair(p);
  open_session(&p->client);
  run(p);
  open_receiver(session_of(&p->server), "news");
  run(p);
  pn_link_close(link_of(&p->client, "news"));
  run(p);
}

static void server_closes_with_condition(struct pair *p) {
  struct line line = connect_line(p, 1);
  pn_condition_format(pn_link_condition(line.receiver), "amqp:link:detach-forced", "test of a detach");
  pn_link_close(line.receiver);
  run(p);
  say_link(&p->client, "closed", line.sender);
}

static void client_detaches(struct pair *p) {
  struct line line = connect_line(p, 3);
  pn_link_detach(line.sender);
  run(p);
  say_link(&p->client, "detached", line.sender);
  say_link(&p->server, "detached", line.receiver);
}

static void server_detaches_with_condition(struct pair *p) {
  struct line line = connect_line(p, 3);
  pn_condition_set_name(pn_link_condition(line.receiver), "amqp:resource-locked");
  pn_link_detach(line.receiver);
  run(p);
  say_link(&p->client, "detached", line.sender);
}

static void detached_then_closed(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_detach(line.sender);
  run(p);
  pn_link_close(line.sender);
  run(p);
  pn_link_close(line.receiver);
  run(p);
}

static void both_close_at_once(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_close(line.sender);
  pn_link_close(line.receiver);
  run(p);
}

static void detach_crosses_close(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_detach(line.sender);
  pn_link_close(line.receiver);
  run(p);
}

static void close_is_answered_late(struct pair *p) {
  struct line line = connect_line(p, 2);
  p->server.answers &= ~(unsigned)ANSWER_DETACH;
  pn_link_close(line.sender);
  run(p);
  open_sender(line.session, "other"); /* takes the next handle: the first is half attached */
  run(p);
  pn_link_close(line.receiver);
  run(p);
  open_sender(line.session, "third");
  run(p);
}

static void refused_link(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_ATTACH;
  pn_link_t *sender = open_sender(open_session(&p->client), "nowhere");
  run(p);
  pn_link_t *receiver = link_of(&p->server, "nowhere");
  pn_condition_format(pn_link_condition(receiver), "amqp:not-found", "test of no node");
  pn_link_open(receiver);
  pn_link_close(receiver);
  run(p);
  say_link(&p->client, "refused", sender);
  say_terminus(&p->client, "target", pn_link_remote_target(sender));
}

static void attached_again_after_detach(struct pair *p) {
  struct line line = connect_line(p, 2);
  send_text(line.sender, "one");
  run(p);
  pn_link_detach(line.sender);
  run(p);
  pn_link_free(line.sender);
  pn_link_free(line.receiver);
  run(p);
  pn_link_t *again = open_sender(line.session, "orders");
  run(p);
  say_link(&p->client, "again", again);
  pn_link_t *receiver = link_of(&p->server, "orders");
  pn_link_flow(receiver, 1);
  run(p);
  send_text(again, "two");
  run(p);
  take_all(&p->server, receiver);
}

static void attached_again_after_close_not_freed(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_link_close(line.sender);
  run(p);
  pn_link_t *again = open_sender(line.session, "orders");
  run(p);
  say_link(&p->client, "again", again);
}

static void names_are_per_direction(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *sender = open_sender(session, "both");
  pn_link_t *receiver = open_receiver(session, "both");
  run(p);
  say_link(&p->client, "sender", sender);
  say_link(&p->client, "receiver", receiver);
  pn_link_close(sender);
  run(p);
  pn_link_flow(receiver, 1);
  run(p);
}

static void name_used_in_two_sessions(struct pair *p) {
  connect_pair(p);
  open_sender(open_session(&p->client), "same");
  open_sender(open_session(&p->client), "same");
  run(p);
}

static void both_attach_one_link(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  run(p);
  open_sender(session, "meet");
  open_receiver(session_of(&p->server), "meet");
  run(p);
  say_link(&p->client, "met", link_of(&p->client, "meet"));
  say_link(&p->server, "met", link_of(&p->server, "meet"));
}

static void opened_and_closed_at_once(struct pair *p) {
  connect_pair(p);
  pn_link_t *sender = open_sender(open_session(&p->client), "orders");
  pn_link_close(sender);
  run(p);
}

static void closed_without_open(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_close(pn_sender(session, "orders"));
  run(p);
}

static void many_links(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  pn_link_t *links[4];
  static const char *const names[] = {"a", "b", "c", "d"};
  for (int i = 0; i < 4; i++)
    links[i] = i % 2 ? open_receiver(session, names[i]) : open_sender(session, names[i]);
  run(p);
  pn_link_close(links[1]);
  run(p);
  open_sender(session, "e");
  run(p);
  pn_link_close(links[3]);
  pn_link_close(links[0]);
  run(p);
}

static void put_map(pn_data_t *data, const char *key, const char *value) {
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(strlen(key), key));
  pn_data_put_string(data, pn_bytes(strlen(value), value));
  pn_data_exit(data);
}

static void put_symbols(pn_data_t *data) {
  pn_data_put_array(data, false, PN_SYMBOL);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(18, "amqp:accepted:list"));
  pn_data_put_symbol(data, pn_bytes(18, "amqp:released:list"));
  pn_data_exit(data);
}

static void put_filter(pn_data_t *data) {
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(8, "selector"));
  pn_data_put_described(data);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(15, "apache:selector"));
  pn_data_put_string(data, pn_bytes(5, "a > 1"));
  pn_data_exit(data);
  pn_data_exit(data);
}

static void source_with_every_field(struct pair *p) {
  connect_pair(p);
  pn_link_t *receiver = pn_receiver(open_session(&p->client), "all");
  pn_terminus_t *source = pn_link_source(receiver);
  say_terminus(&p->client, "new source", source);
  say_terminus(&p->client, "new target", pn_link_target(receiver));
  say_terminus(&p->client, "new remote source", pn_link_remote_source(receiver));
  pn_terminus_set_address(source, "topic");
  pn_terminus_set_durability(source, PN_DELIVERIES);
  pn_terminus_set_expiry_policy(source, PN_EXPIRE_NEVER);
  pn_terminus_set_timeout(source, 300);
  pn_terminus_set_distribution_mode(source, PN_DIST_MODE_COPY);
  put_symbols(pn_terminus_outcomes(source));
  put_symbols(pn_terminus_capabilities(source));
  put_filter(pn_terminus_filter(source));
  pn_link_open(receiver);
  run(p);
  pn_link_t *sender = link_of(&p->server, "all");
  say_terminus(&p->server, "source", pn_link_remote_source(sender));
  say_terminus(&p->client, "answered source", pn_link_remote_source(receiver));
  say_terminus(&p->client, "answered target", pn_link_remote_target(receiver));
}

static void target_with_every_field(struct pair *p) {
  static const pn_expiry_policy_t policies[] = {
      PN_EXPIRE_WITH_LINK, PN_EXPIRE_WITH_SESSION, PN_EXPIRE_WITH_CONNECTION, PN_EXPIRE_NEVER};
  static const char *const names[] = {"link", "session", "connection", "never"};
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  for (int i = 0; i < 4; i++) {
    pn_link_t *sender = pn_sender(session, names[i]);
    pn_terminus_t *target = pn_link_target(sender);
    pn_terminus_set_address(target, names[i]);
    pn_terminus_set_durability(target, i % 2 ? PN_CONFIGURATION : PN_NONDURABLE);
    pn_terminus_set_expiry_policy(target, policies[i]);
    pn_terminus_set_timeout(target, (pn_seconds_t)i);
    put_symbols(pn_terminus_capabilities(target));
    pn_link_open(sender);
    run(p);
    say_terminus(&p->server, "target", pn_link_remote_target(link_of(&p->server, names[i])));
  }
}

static void dynamic_source(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_ATTACH;
  pn_link_t *receiver = pn_receiver(open_session(&p->client), "reply");
  pn_terminus_set_dynamic(pn_link_source(receiver), true);
  put_map(pn_terminus_properties(pn_link_source(receiver)), "lifetime", "short");
  pn_link_open(receiver);
  run(p);
  pn_link_t *sender = link_of(&p->server, "reply");
  say_terminus(&p->server, "asked", pn_link_remote_source(sender));
  pn_terminus_copy(pn_link_source(sender), pn_link_remote_source(sender));
  pn_terminus_set_address(pn_link_source(sender), "generated-1");
  pn_link_open(sender);
  run(p);
  say_terminus(&p->client, "got", pn_link_remote_source(receiver));
}

static void coordinator_target(struct pair *p) {
  connect_pair(p);
  pn_link_t *sender = pn_sender(open_session(&p->client), "transactions");
  pn_terminus_set_type(pn_link_target(sender), PN_COORDINATOR);
  put_symbols(pn_terminus_capabilities(pn_link_target(sender)));
  pn_link_open(sender);
  run(p);
  say_terminus(&p->server, "target", pn_link_remote_target(link_of(&p->server, "transactions")));
  say_terminus(&p->client, "target", pn_link_remote_target(sender));
}

static void null_termini(struct pair *p) {
  connect_pair(p);
  pn_link_t *sender = pn_sender(open_session(&p->client), "null");
  pn_terminus_set_type(pn_link_source(sender), PN_UNSPECIFIED);
  pn_terminus_set_type(pn_link_target(sender), PN_UNSPECIFIED);
  pn_link_open(sender);
  run(p);
  say_terminus(&p->server, "source", pn_link_remote_source(link_of(&p->server, "null")));
  say_terminus(&p->server, "target", pn_link_remote_target(link_of(&p->server, "null")));
}

static void link_properties(struct pair *p) {
  connect_pair(p);
  pn_link_t *sender = pn_sender(open_session(&p->client), "orders");
  put_map(pn_link_properties(sender), "colour", "green");
  pn_link_open(sender);
  run(p);
  pn_link_t *receiver = link_of(&p->server, "orders");
  say_tree(&p->server, "properties", pn_link_remote_properties(receiver));
  say_tree(&p->client, "properties", pn_link_remote_properties(sender));
}

static void settle_modes(struct pair *p) {
  connect_pair(p);
  pn_session_t *session = open_session(&p->client);
  static const char *const names[] = {"unsettled", "settled", "mixed"};
  for (int i = 0; i < 3; i++) {
    pn_link_t *sender = pn_sender(session, names[i]);
    pn_link_set_snd_settle_mode(sender, (pn_snd_settle_mode_t)i);
    pn_link_set_rcv_settle_mode(sender, i % 2 ? PN_RCV_SECOND : PN_RCV_FIRST);
    pn_link_open(sender);
    run(p);
    pn_link_t *receiver = link_of(&p->server, names[i]);
    say(&p->server, "%s: remote %d %d own %d %d", names[i], pn_link_remote_snd_settle_mode(receiver),
        pn_link_remote_rcv_settle_mode(receiver), pn_link_snd_settle_mode(receiver),
        pn_link_rcv_settle_mode(receiver));
    say(&p->client, "%s: remote %d %d own %d %d", names[i], pn_link_remote_snd_settle_mode(sender),
        pn_link_remote_rcv_settle_mode(sender), pn_link_snd_settle_mode(sender),
        pn_link_rcv_settle_mode(sender));
  }
}

static void max_message_size(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_ATTACH;
  pn_link_t *sender = pn_sender(open_session(&p->client), "orders");
  pn_link_set_max_message_size(sender, 1000);
  pn_link_open(sender);
  run(p);
  pn_link_t *receiver = link_of(&p->server, "orders");
  say(&p->server, "remote %llu", (unsigned long long)pn_link_remote_max_message_size(receiver));
  pn_link_set_max_message_size(receiver, 1ULL << 40);
  pn_link_open(receiver);
  run(p);
  say(&p->client, "remote %llu own %llu", (unsigned long long)pn_link_remote_max_message_size(sender),
      (unsigned long long)pn_link_max_message_size(sender));
}

static void attach_order_of_answers(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_ATTACH;
  pn_session_t *session = open_session(&p->client);
  open_sender(session, "one");
  open_sender(session, "two");
  run(p);
  pn_link_open(link_of(&p->server, "two"));
  run(p);
  pn_link_open(link_of(&p->server, "one"));
  run(p);
  pn_link_flow(link_of(&p->server, "one"), 1);
  pn_link_flow(link_of(&p->server, "two"), 2);
  run(p);
}

static void server_redirects_link(struct pair *p) {
  struct line line = connect_line(p, 0);
  pn_condition_t *condition = pn_link_condition(line.receiver);
  pn_condition_set_name(condition, "amqp:link:redirect");
  put_map(pn_condition_info(condition), "address", "elsewhere");
  pn_link_close(line.receiver);
  run(p);
  say(&p->client, "redirect %d", pn_condition_is_redirect(pn_link_remote_condition(line.sender)));
}

const struct scenario link_scenarios[] = {SCENARIO(client_sender_closes), SCENARIO(client_receiver_closes),
    SCENARIO(server_attaches), SCENARIO(server_closes_with_condition), SCENARIO(client_detaches),
    SCENARIO(server_detaches_with_condition), SCENARIO(detached_then_closed), SCENARIO(both_close_at_once),
    SCENARIO(detach_crosses_close), SCENARIO(close_is_answered_late), SCENARIO(refused_link),
    SCENARIO(attached_again_after_detach), SCENARIO(attached_again_after_close_not_freed),
    SCENARIO(names_are_per_direction), SCENARIO(name_used_in_two_sessions), SCENARIO(both_attach_one_link),
    {"link_opened_and_closed_at_once", opened_and_closed_at_once},
    {"link_closed_without_open", closed_without_open}, SCENARIO(many_links),
    SCENARIO(source_with_every_field), SCENARIO(target_with_every_field), SCENARIO(dynamic_source),
    SCENARIO(coordinator_target), SCENARIO(null_termini), SCENARIO(link_properties), SCENARIO(settle_modes),
    SCENARIO(max_message_size), SCENARIO(attach_order_of_answers), SCENARIO(server_redirects_link), {0}};
