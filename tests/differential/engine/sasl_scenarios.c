/* sasl_scenarios.c: SASL on both sides, one side, none. */
#include "scenarios.h"

#include <proton/sasl.h>

static const char *or_none(const char *text) { return text ? text : "none"; }

static void say_sasl(struct side *side) {
  pn_sasl_t *sasl = pn_sasl(side->transport);
  say(side, "outcome %d mechanism %s user %s authorization %s", (int)pn_sasl_outcome(sasl),
      or_none(pn_sasl_get_mech(sasl)), or_none(pn_sasl_get_user(sasl)),
      or_none(pn_sasl_get_authorization(sasl)));
  say(side, "transport user %s authenticated %d encrypted %d",
      or_none(pn_transport_get_user(side->transport)), pn_transport_is_authenticated(side->transport),
      pn_transport_is_encrypted(side->transport));
}

static void anonymous(struct pair *p) {
  pn_sasl(p->client.transport);
  pn_sasl(p->server.transport);
  say_sasl(&p->client);
  connect_pair(p);
  say_sasl(&p->client);
  say_sasl(&p->server);
  open_session(&p->client);
  run(p);
}

static void anonymous_with_a_user(struct pair *p) {
  pn_connection_set_user(p->client.connection, "alice");
  pn_sasl_allowed_mechs(pn_sasl(p->client.transport), "ANONYMOUS");
  connect_pair(p);
  say_sasl(&p->client);
  say_sasl(&p->server);
}

static void server_alone_has_sasl(struct pair *p) {
  pn_sasl_allowed_mechs(pn_sasl(p->server.transport), "ANONYMOUS");
  connect_pair(p);
  say(&p->server, "user %s authenticated %d", or_none(pn_transport_get_user(p->server.transport)),
      pn_transport_is_authenticated(p->server.transport));
}

static void server_requires_authentication(struct pair *p) {
  pn_sasl(p->server.transport);
  pn_transport_require_auth(p->server.transport, true);
  connect_pair(p);
  say_connection(&p->client, "end");
  say_connection(&p->server, "end");
}

static void server_requires_authentication_and_gets_it(struct pair *p) {
  pn_sasl(p->client.transport);
  pn_sasl_allowed_mechs(pn_sasl(p->server.transport), "ANONYMOUS");
  pn_transport_require_auth(p->server.transport, true);
  connect_pair(p);
  say_sasl(&p->client);
  say_sasl(&p->server);
}

static void client_alone_has_sasl(struct pair *p) {
  pn_sasl(p->client.transport);
  connect_pair(p);
  say_sasl(&p->client);
  say(&p->server, "user %s", or_none(pn_transport_get_user(p->server.transport)));
}

static void plain_to_a_server_without_it(struct pair *p) {
  pn_connection_set_user(p->client.connection, "alice");
  pn_connection_set_password(p->client.connection, "secret");
  pn_sasl_t *sasl = pn_sasl(p->client.transport);
  pn_sasl_allowed_mechs(sasl, "PLAIN");
  pn_sasl_set_allow_insecure_mechs(sasl, true);
  say(&p->client, "insecure %d", pn_sasl_get_allow_insecure_mechs(sasl));
  pn_sasl(p->server.transport);
  connect_pair(p);
  say_sasl(&p->client);
  say_sasl(&p->server);
}

static void user_and_password_fall_back(struct pair *p) {
  pn_connection_set_user(p->client.connection, "alice");
  pn_connection_set_password(p->client.connection, "secret");
  pn_sasl(p->server.transport);
  connect_pair(p);
  say_sasl(&p->client);
  say_sasl(&p->server);
}

static void no_mechanism_in_common(struct pair *p) {
  pn_sasl_allowed_mechs(pn_sasl(p->client.transport), "EXTERNAL");
  pn_sasl_allowed_mechs(pn_sasl(p->server.transport), "ANONYMOUS");
  connect_pair(p);
  say_sasl(&p->client);
  say_connection(&p->client, "end");
  say_connection(&p->server, "end");
}

static void no_sasl_anywhere(struct pair *p) {
  connect_pair(p);
  say(&p->client, "user %s authenticated %d", or_none(pn_transport_get_user(p->client.transport)),
      pn_transport_is_authenticated(p->client.transport));
  say(&p->server, "user %s authenticated %d", or_none(pn_transport_get_user(p->server.transport)),
      pn_transport_is_authenticated(p->server.transport));
}

static void cut_in_sasl(struct pair *p) {
  pn_sasl(p->client.transport);
  pn_sasl(p->server.transport);
  p->server.mute = true;
  connect_pair(p);
  pn_connection_driver_close(&p->client.driver);
  pn_connection_driver_close(&p->server.driver);
  run(p);
  say_connection(&p->client, "end");
  say_connection(&p->server, "end");
}

static void closed_during_sasl(struct pair *p) {
  pn_sasl(p->client.transport);
  pn_sasl(p->server.transport);
  pn_connection_open(p->client.connection);
  pn_connection_close(p->client.connection);
  run(p);
}

static void idle_with_sasl(struct pair *p) {
  pn_sasl(p->client.transport);
  pn_sasl(p->server.transport);
  pn_transport_set_idle_timeout(p->client.transport, 1000);
  connect_pair(p);
  pass(p, 1);
  for (int i = 0; i < 4; i++) pass(p, 300);
}

static void server_allows_no_sasl_at_first(struct pair *p) {
  pn_transport_require_auth(p->server.transport, false);
  pn_connection_set_user(p->client.connection, "alice");
  connect_pair(p);
  say_connection(&p->client, "end");
}

const struct scenario sasl_scenarios[] = {SCENARIO(anonymous), SCENARIO(anonymous_with_a_user),
    SCENARIO(server_alone_has_sasl), SCENARIO(server_requires_authentication),
    SCENARIO(server_requires_authentication_and_gets_it), SCENARIO(client_alone_has_sasl),
    SCENARIO(plain_to_a_server_without_it), SCENARIO(user_and_password_fall_back),
    SCENARIO(no_mechanism_in_common), SCENARIO(no_sasl_anywhere), SCENARIO(cut_in_sasl),
    SCENARIO(closed_during_sasl), SCENARIO(idle_with_sasl), SCENARIO(server_allows_no_sasl_at_first), {0}};
