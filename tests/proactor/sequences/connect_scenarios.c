/* connect_scenarios.c: connections that come about, and that do not. */
#include "scenarios.h"

#include <proton/sasl.h>

static void connection_refused(struct host *host) {
  host_connect(host, "client", closed_address());
  until_inactive(host);
}

static void host_unknown(struct host *host) {
  host_connect(host, "client", "no-such-host.invalid:5672");
  until_inactive(host);
}

static void service_unknown(struct host *host) {
  host_connect(host, "client", "127.0.0.1:no-such-service");
  until_inactive(host);
}

static void several_refused_at_once(struct host *host) {
  char name[8] = "client0";
  for (name[6] = '1'; name[6] < '6'; name[6]++) host_connect(host, name, closed_address());
  for (name[6] = '1'; name[6] < '6'; name[6]++) host_until(host, name, PN_TRANSPORT_CLOSED);
  until_inactive(host);
}

static bool close_on_error(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_TRANSPORT_ERROR) pn_connection_close(pn_event_connection(event));
  return false;
}

static void refused_and_closed(struct host *host) {
  connect_with(host, "client", closed_address(), close_on_error);
  until_inactive(host);
}

static bool connect_again(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_TRANSPORT_CLOSED) return false;
  struct actor *again = host_connection(actor->host, "again");
  pn_proactor_connect2(actor->host->proactor, again->connection, NULL, closed_address());
  return true;
}

/* What the final event's handler starts keeps the proactor active. */
static void refused_and_tried_again(struct host *host) {
  connect_with(host, "client", closed_address(), connect_again);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_until(host, "again", PN_TRANSPORT_CLOSED);
  until_inactive(host);
}

static void open_and_close(struct host *host) {
  pair_with(host, close_when_open, NULL);
  until_inactive(host);
}

static bool say_who(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_note(actor, "peer=%s", pn_connection_remote_container(connection));
  actor_note(actor, "hostname=%s", pn_connection_remote_hostname(connection));
  actor_note(actor, "user=%s", pn_transport_get_user(pn_event_transport(event)));
  return !actor->accepted && close_when_open(actor, event);
}

static void names_arrive(struct host *host) {
  pair_with(host, say_who, say_who);
  until_inactive(host);
}

static bool set_in_init(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_type(event) == PN_CONNECTION_INIT) {
    actor_note(actor, "transport=%s", pn_connection_transport(connection) ? "some" : "none");
    if (!actor->accepted) pn_connection_set_user(connection, "alice");
    pn_connection_set_hostname(connection, "example.org");
  }
  return say_who(actor, event);
}

/* What the handler of INIT sets counts: with a user there is SASL. */
static void settings_in_init(struct host *host) {
  pair_with(host, set_in_init, set_in_init);
  until_inactive(host);
}

static void transport_of_its_own(struct host *host) {
  struct actor *listener = host_listen_open(host, accept_one);
  host->server = say_who;
  struct actor *client = host_connection(host, "client");
  client->handler = say_who;
  pn_transport_t *transport = pn_transport();
  pn_sasl(transport);
  pn_transport_set_idle_timeout(transport, 60000);
  pn_proactor_connect2(host->proactor, client->connection, transport, listener_address(listener));
  until_inactive(host);
}

static void opened_before_connect(struct host *host) {
  struct actor *listener = host_listen_open(host, accept_one);
  struct actor *client = host_connection(host, "client");
  client->handler = close_when_open;
  pn_connection_open(client->connection);
  open_sender(client->connection, "early");
  pn_proactor_connect2(host->proactor, client->connection, NULL, listener_address(listener));
  until_inactive(host);
}

static bool close_in_init(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_CONNECTION_INIT) pn_connection_close(pn_event_connection(event));
  return false;
}

static void closed_in_init(struct host *host) {
  pair_with(host, close_in_init, NULL);
  until_inactive(host);
}

static void refused_and_closed_in_init(struct host *host) {
  connect_with(host, "client", closed_address(), close_in_init);
  until_inactive(host);
}

static bool say_proactor(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_proactor_t *proactor = actor->host->proactor;
  actor_note(actor, "%s,%s,%s", pn_connection_proactor(connection) == proactor ? "its" : "none",
      pn_event_proactor(event) == proactor ? "its" : "none", pn_event_listener(event) ? "listener" : "none");
  return !actor->accepted && close_when_open(actor, event);
}

static void proactor_of_a_connection(struct host *host) {
  pair_with(host, say_proactor, say_proactor);
  until_inactive(host);
}

const struct scenario connect_scenarios[] = {
    {"connection_refused", connection_refused},
    {"host_unknown", host_unknown},
    {"service_unknown", service_unknown},
    {"several_refused_at_once", several_refused_at_once, ALONE},
    {"refused_and_closed", refused_and_closed},
    {"refused_and_tried_again", refused_and_tried_again},
    {"open_and_close", open_and_close},
    {"names_arrive", names_arrive},
    {"settings_in_init", settings_in_init},
    {"transport_of_its_own", transport_of_its_own},
    {"opened_before_connect", opened_before_connect},
    {"closed_in_init", closed_in_init},
    {"refused_and_closed_in_init", refused_and_closed_in_init},
    {"proactor_of_a_connection", proactor_of_a_connection},
    {NULL},
};
