/* connection_scenarios.c: open, close, limits, idle time-outs. */
#include "scenarios.h"

#include <proton/codec.h>
#include <string.h>

static void symbols_put(pn_data_t *data, const char *one, const char *two) {
  pn_data_put_array(data, false, PN_SYMBOL);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(strlen(one), one));
  if (two) pn_data_put_symbol(data, pn_bytes(strlen(two), two));
  pn_data_exit(data);
}

static void client_opens_and_closes(struct pair *p) {
  connect_pair(p);
  say_connection(&p->client, "opened");
  say_connection(&p->server, "opened");
  pn_connection_close(p->client.connection);
  run(p);
}

static void server_closes(struct pair *p) {
  connect_pair(p);
  pn_connection_close(p->server.connection);
  run(p);
}

static void server_opens_first(struct pair *p) {
  pn_connection_open(p->server.connection);
  run(p);
  pn_connection_open(p->client.connection);
  run(p);
  pn_connection_close(p->server.connection);
  run(p);
}

static void both_open_and_close_at_once(struct pair *p) {
  pn_connection_open(p->client.connection);
  pn_connection_open(p->server.connection);
  run(p);
  pn_connection_close(p->client.connection);
  pn_connection_close(p->server.connection);
  run(p);
}

static void closed_before_anything_is_written(struct pair *p) {
  pn_connection_open(p->client.connection);
  pn_connection_close(p->client.connection);
  run(p);
}

static void closed_without_open(struct pair *p) {
  pn_connection_close(p->client.connection);
  run(p);
}

static void close_is_not_answered(struct pair *p) {
  connect_pair(p);
  p->server.answers &= ~(unsigned)ANSWER_CLOSE;
  pn_connection_close(p->client.connection);
  run(p);
  pn_connection_close(p->server.connection);
  run(p);
}

static void opened_twice_closed_twice(struct pair *p) {
  connect_pair(p);
  pn_connection_open(p->client.connection);
  run(p);
  pn_connection_close(p->client.connection);
  pn_connection_close(p->client.connection);
  run(p);
  pn_connection_close(p->client.connection);
  pn_connection_open(p->client.connection);
  run(p);
}

static void client_closes_with_condition(struct pair *p) {
  connect_pair(p);
  pn_condition_t *condition = pn_connection_condition(p->client.connection);
  pn_condition_set_name(condition, "amqp:connection:forced");
  pn_condition_set_description(condition, "test of a close");
  pn_connection_close(p->client.connection);
  run(p);
  say_connection(&p->server, "closed");
}

static void server_redirects(struct pair *p) {
  p->server.answers &= ~(unsigned)ANSWER_OPEN;
  pn_connection_open(p->client.connection);
  run(p);
  pn_condition_t *condition = pn_connection_condition(p->server.connection);
  pn_condition_set_name(condition, "amqp:connection:redirect");
  pn_condition_set_description(condition, "test of elsewhere");
  pn_data_t *info = pn_condition_info(condition);
  pn_data_put_map(info);
  pn_data_enter(info);
  pn_data_put_symbol(info, pn_bytes(12, "network-host"));
  pn_data_put_string(info, pn_bytes(9, "elsewhere"));
  pn_data_put_symbol(info, pn_bytes(4, "port"));
  pn_data_put_int(info, 5673);
  pn_data_exit(info);
  pn_connection_open(p->server.connection);
  pn_connection_close(p->server.connection);
  run(p);
  condition = pn_connection_remote_condition(p->client.connection);
  say(&p->client, "redirect %d to %s port %d", pn_condition_is_redirect(condition),
      pn_condition_redirect_host(condition), pn_condition_redirect_port(condition));
}

static void names_and_capabilities(struct pair *p) {
  pn_connection_t *c = p->client.connection, *s = p->server.connection;
  pn_connection_set_hostname(c, "broker.example");
  symbols_put(pn_connection_offered_capabilities(c), "cap-a", "cap-b");
  symbols_put(pn_connection_desired_capabilities(c), "cap-c", NULL);
  symbols_put(pn_connection_offered_capabilities(s), "cap-c", "cap-d");
  pn_data_t *properties = pn_connection_properties(c);
  pn_data_put_map(properties);
  pn_data_enter(properties);
  pn_data_put_symbol(properties, pn_bytes(7, "product"));
  pn_data_put_string(properties, pn_bytes(4, "test"));
  pn_data_put_symbol(properties, pn_bytes(6, "number"));
  pn_data_put_long(properties, -5);
  pn_data_exit(properties);
  connect_pair(p);
  say(&p->server, "container %s host %s", pn_connection_remote_container(s),
      pn_connection_remote_hostname(s));
  say_tree(&p->server, "offered", pn_connection_remote_offered_capabilities(s));
  say_tree(&p->server, "desired", pn_connection_remote_desired_capabilities(s));
  say_tree(&p->server, "properties", pn_connection_remote_properties(s));
  const char *host = pn_connection_remote_hostname(c);
  say(&p->client, "container %s host %s", pn_connection_remote_container(c), host ? host : "none");
  say_tree(&p->client, "offered", pn_connection_remote_offered_capabilities(c));
  say_tree(&p->client, "desired", pn_connection_remote_desired_capabilities(c));
  say_tree(&p->client, "properties", pn_connection_remote_properties(c));
}

static void no_names(struct pair *p) {
  pn_connection_set_container(p->client.connection, NULL);
  pn_connection_set_container(p->server.connection, "");
  connect_pair(p);
  const char *name = pn_connection_remote_container(p->server.connection);
  say(&p->server, "container \"%s\"", name ? name : "none");
  name = pn_connection_remote_container(p->client.connection);
  say(&p->client, "container \"%s\"", name ? name : "none");
}

static void channel_max(struct pair *p) {
  say(&p->client, "set %d", pn_transport_set_channel_max(p->client.transport, 40000));
  say(&p->client, "is %d", pn_transport_get_channel_max(p->client.transport));
  say(&p->server, "set %d", pn_transport_set_channel_max(p->server.transport, 2));
  connect_pair(p);
  say(&p->client, "too late %d", pn_transport_set_channel_max(p->client.transport, 10));
  say(&p->client, "remote %d local %d", pn_transport_remote_channel_max(p->client.transport),
      pn_transport_get_channel_max(p->client.transport));
  say(&p->server, "remote %d local %d", pn_transport_remote_channel_max(p->server.transport),
      pn_transport_get_channel_max(p->server.transport));
  for (int i = 0; i < 5; i++) {
    pn_session_t *session = pn_session(p->client.connection);
    say(&p->client, "session %d: %s", i, session ? "made" : "none");
    if (session) pn_session_open(session);
    run(p);
  }
}

static void max_frame(struct pair *p) {
  pn_transport_set_max_frame(p->client.transport, 100);
  say(&p->client, "of 100: %u", pn_transport_get_max_frame(p->client.transport));
  pn_transport_set_max_frame(p->server.transport, 1000);
  connect_pair(p);
  say(&p->client, "remote %u", pn_transport_get_remote_max_frame(p->client.transport));
  say(&p->server, "remote %u", pn_transport_get_remote_max_frame(p->server.transport));
}

static void default_limits(struct pair *p) {
  side_restart(&p->client, NULL);
  say(&p->client, "channel-max %u idle %u", pn_transport_get_channel_max(p->client.transport),
      pn_transport_get_idle_timeout(p->client.transport));
  say(&p->client, "remote max-frame %u channel-max %u idle %u",
      pn_transport_get_remote_max_frame(p->client.transport),
      pn_transport_remote_channel_max(p->client.transport),
      pn_transport_get_remote_idle_timeout(p->client.transport));
  connect_pair(p);
}

static void idle_client_expects_frames(struct pair *p) {
  pn_transport_set_idle_timeout(p->client.transport, 4000);
  connect_pair(p);
  say(&p->server, "remote idle time-out %u", pn_transport_get_remote_idle_timeout(p->server.transport));
  for (int i = 0; i < 12; i++) pass(p, 500);
}

static void idle_server_expects_frames(struct pair *p) {
  pn_transport_set_idle_timeout(p->server.transport, 1000);
  connect_pair(p);
  for (int i = 0; i < 6; i++) pass(p, 250);
}

static void idle_both(struct pair *p) {
  pn_transport_set_idle_timeout(p->client.transport, 2000);
  pn_transport_set_idle_timeout(p->server.transport, 3000);
  connect_pair(p);
  pass(p, 100);
  for (int i = 0; i < 5; i++) pass(p, 700);
  open_session(&p->client);
  pass(p, 400);
  pass(p, 400);
  pn_connection_close(p->client.connection);
  run(p);
  pass(p, 5000);
}

static void idle_expires(struct pair *p) {
  pn_transport_set_idle_timeout(p->client.transport, 2000);
  connect_pair(p);
  p->server.mute = true;
  for (int i = 0; i < 5; i++) pass(p, 600);
  say_connection(&p->server, "after the time");
}

static void idle_expires_at_server(struct pair *p) {
  pn_transport_set_idle_timeout(p->server.transport, 1500);
  connect_pair(p);
  p->client.mute = true;
  pass(p, 1000);
  pass(p, 499);
  pass(p, 1);
  pass(p, 1);
  pass(p, 2000);
}

static void idle_without_ticks(struct pair *p) {
  connect_pair(p);
  pass(p, 1000000);
  say(&p->client, "idle %u", pn_transport_get_remote_idle_timeout(p->client.transport));
}

const struct scenario connection_scenarios[] = {SCENARIO(client_opens_and_closes), SCENARIO(server_closes),
    SCENARIO(server_opens_first), SCENARIO(both_open_and_close_at_once),
    SCENARIO(closed_before_anything_is_written), SCENARIO(closed_without_open),
    SCENARIO(close_is_not_answered), SCENARIO(opened_twice_closed_twice),
    SCENARIO(client_closes_with_condition), SCENARIO(server_redirects), SCENARIO(names_and_capabilities),
    SCENARIO(no_names), SCENARIO(channel_max), SCENARIO(max_frame), SCENARIO(default_limits),
    SCENARIO(idle_client_expects_frames), SCENARIO(idle_server_expects_frames), SCENARIO(idle_both),
    SCENARIO(idle_expires), SCENARIO(idle_expires_at_server), SCENARIO(idle_without_ticks), {0}};
