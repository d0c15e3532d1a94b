/* listener_scenarios.c: listening, accepting, and ceasing to. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool close_when_listening(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) == PN_LISTENER_OPEN) pn_listener_close(pn_event_listener(event));
  return false;
}

static void listen_with(struct host *host, const char *address, handler_fn *handler) {
  struct actor *actor = host_listener(host, "listener");
  actor->handler = handler;
  pn_proactor_listen(host->proactor, actor->listener, address, 16);
}

static void opened_and_closed(struct host *host) {
  listen_with(host, "127.0.0.1:0", close_when_listening);
  until_inactive(host);
}

static void closed_at_once(struct host *host) {
  struct actor *actor = host_listen(host, "listener", "127.0.0.1:0", 16);
  pn_listener_close(actor->listener);
  until_inactive(host);
}

static void closed_twice(struct host *host) {
  struct actor *actor = host_listen_open(host, NULL);
  pn_listener_t *listener = actor->listener;
  pn_listener_close(listener);
  pn_listener_close(listener);
  until_inactive(host);
}

static void port_in_use(struct host *host) {
  char address[ADDRESS];
  int fd = socket_listen(address);
  host_listen(host, "listener", address, 16);
  until_inactive(host);
  close(fd);
}

static void port_in_use_by_a_listener(struct host *host) {
  struct actor *first = host_listen_open(host, NULL);
  host_listen(host, "second", listener_address(first), 16);
  host_until(host, "second", PN_LISTENER_CLOSE);
  pn_listener_close(first->listener);
  until_inactive(host);
}

static void listen_host_unknown(struct host *host) {
  host_listen(host, "listener", "no-such-host.invalid:0", 16);
  until_inactive(host);
}

static void listen_service_unknown(struct host *host) {
  host_listen(host, "listener", "127.0.0.1:no-such-service", 16);
  until_inactive(host);
}

/* An address that is not this machine's: 192.0.2.0/24 is for documentation. */
static void listen_elsewhere(struct host *host) {
  host_listen(host, "listener", "192.0.2.1:0", 16);
  until_inactive(host);
}

static const char *family_name(const pn_netaddr_t *address) {
  int family = pn_netaddr_sockaddr(address)->sa_family;
  return family == AF_INET ? "IPv4" : family == AF_INET6 ? "IPv6" : "other";
}

/* Of each address: what kind it is, and whether its port is the first one's. */
static bool say_addresses(struct actor *actor, pn_event_t *event) {
  char first[16] = "";
  if (pn_event_type(event) != PN_LISTENER_OPEN) return false;
  for (const pn_netaddr_t *at = pn_listener_addr(pn_event_listener(event)); at; at = pn_netaddr_next(at)) {
    char host[64], port[16], text[96], expected[96];
    int error = pn_netaddr_host_port(at, host, sizeof host, port, sizeof port);
    if (!*first) snprintf(first, sizeof first, "%s", port);
    int length = pn_netaddr_str(at, text, sizeof text);
    snprintf(expected, sizeof expected, "%s:%s", host, port);
    actor_note(actor, "%s,%d,%s,%s,%d", family_name(at), error, strcmp(first, port) == 0 ? "same" : "other",
        strcmp(text, expected) == 0 ? "consistent" : text, length == (int)strlen(text));
  }
  pn_listener_close(pn_event_listener(event));
  return true;
}

static void all_interfaces(struct host *host) {
  listen_with(host, ":0", say_addresses);
  until_inactive(host);
}

static void ipv6_loopback(struct host *host) {
  listen_with(host, "::1:0", say_addresses);
  until_inactive(host);
}

static void ipv6_any(struct host *host) {
  listen_with(host, ":::0", say_addresses);
  until_inactive(host);
}

static bool say_ends(struct actor *actor, pn_event_t *event) {
  char own[96] = "", other[96] = "";
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  const pn_netaddr_t *local = pn_transport_local_addr(pn_event_transport(event));
  const pn_netaddr_t *remote = pn_transport_remote_addr(pn_event_transport(event));
  pn_netaddr_str(local, own, sizeof own);
  pn_netaddr_str(remote, other, sizeof other);
  const char *listening = host_actor(actor->host, "listener")->address;
  actor_note(actor, "local%slistening,remote%slistening", strcmp(own, listening) == 0 ? "=" : "!",
      strcmp(other, listening) == 0 ? "=" : "!");
  actor_note(actor, "%s,%s", family_name(local), family_name(remote));
  return !actor->accepted && close_when_open(actor, event);
}

static void addresses_of_both_ends(struct host *host) {
  pair_with(host, say_ends, say_ends);
  until_inactive(host);
}

/* Either family reaches a listener on all interfaces. */
static bool note_local_family(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_note(actor, "%s", family_name(pn_transport_local_addr(pn_event_transport(event))));
  return close_when_open(actor, event);
}

static void both_families_accepted(struct host *host) {
  static const char *const hosts[] = {"127.0.0.1", "::1"};
  struct actor *listener = host_listen(host, "listener", ":0", 16);
  host_until(host, "listener", PN_LISTENER_OPEN);
  const char *port = strrchr(listener_address(listener), ':') + 1;
  for (int i = 0; i < 2; i++) {
    char address[ADDRESS], name[] = {'c', 'l', 'i', 'e', 'n', 't', (char)('1' + i), '\0'};
    pn_proactor_addr(address, sizeof address, hosts[i], port);
    connect_with(host, name, address, note_local_family);
    host_until(host, name, PN_TRANSPORT_CLOSED);
  }
  pn_listener_close(listener->listener);
  until_inactive(host);
}

static bool close_unaccepted(struct actor *actor, pn_event_t *event) {
  (void)actor;
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  pn_listener_close(pn_event_listener(event));
  return true;
}

/* Who was not accepted finds the socket closed. */
static void closed_with_a_pending_accept(struct host *host) {
  struct actor *listener = host_listen_open(host, close_unaccepted);
  host_connect(host, "client", listener_address(listener));
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  until_inactive(host);
}

static bool close_listener_when_open(struct actor *actor, pn_event_t *event) {
  struct actor *listener = host_actor(actor->host, "listener");
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) {
    pn_listener_close(listener->context);
    open_sender(pn_event_connection(event), "after");
  }
  if (pn_event_type(event) == PN_LINK_REMOTE_OPEN) pn_connection_close(pn_event_connection(event));
  return false;
}

/* What was accepted goes on without the listener. */
static void accepted_outlives_the_listener(struct host *host) {
  struct actor *listener = host_listen_open(host, NULL);
  listener->context = listener->listener;
  connect_with(host, "client", listener_address(listener), close_listener_when_open);
  until_inactive(host);
}

static void clients_one_after_another(struct host *host) {
  struct actor *listener = host_listen_open(host, NULL);
  char name[8] = "client0";
  for (name[6] = '1'; name[6] < '5'; name[6]++) {
    connect_with(host, name, listener_address(listener), close_when_open);
    host_until(host, name, PN_TRANSPORT_CLOSED);
  }
  pn_listener_close(listener->listener);
  until_inactive(host);
}

/* Several wait; an event comes for each. */
static void clients_accepted_one_by_one(struct host *host) {
  char address[ADDRESS];
  struct actor *listener = host_listen_open(host, NULL);
  int fds[5];
  snprintf(address, sizeof address, "%s", listener_address(listener));
  for (int i = 0; i < 5; i++) fds[i] = socket_connect(address);
  host_until_count(host, "listener", PN_LISTENER_ACCEPT, 5);
  for (int i = 0; i < 5; i++) close(fds[i]);
  host_until(host, "server5", PN_TRANSPORT_CLOSED);
  pn_listener_close(listener->listener);
  until_inactive(host);
}

static bool say_listener(struct actor *actor, pn_event_t *event) {
  pn_listener_t *listener = pn_event_listener(event);
  actor_note(actor, "%s,%s,%s", listener ? "listener" : "none",
      pn_event_proactor(event) == actor->host->proactor ? "its" : "none",
      pn_listener_proactor(listener) == actor->host->proactor ? "its" : "none");
  return close_when_listening(actor, event);
}

static void proactor_of_a_listener(struct host *host) {
  listen_with(host, "127.0.0.1:0", say_listener);
  until_inactive(host);
}

/* A listener that never listened is the caller's. */
static void never_used(struct host *host) {
  pn_listener_t *listener = pn_listener();
  actor_note(host->actors, "proactor=%s", pn_listener_proactor(listener) ? "some" : "none");
  actor_note(host->actors, "condition=%d", pn_condition_is_set(pn_listener_condition(listener)));
  pn_listener_free(listener);
}

const struct scenario listener_scenarios[] = {
    {"opened_and_closed", opened_and_closed},
    {"closed_at_once", closed_at_once, ALONE},
    {"closed_twice", closed_twice, ALONE},
    {"port_in_use", port_in_use},
    {"port_in_use_by_a_listener", port_in_use_by_a_listener},
    {"listen_host_unknown", listen_host_unknown},
    {"listen_service_unknown", listen_service_unknown},
    {"listen_elsewhere", listen_elsewhere},
    {"all_interfaces", all_interfaces},
    {"ipv6_loopback", ipv6_loopback},
    {"ipv6_any", ipv6_any},
    {"addresses_of_both_ends", addresses_of_both_ends},
    {"both_families_accepted", both_families_accepted},
    {"closed_with_a_pending_accept", closed_with_a_pending_accept, ALONE},
    {"accepted_outlives_the_listener", accepted_outlives_the_listener},
    {"clients_one_after_another", clients_one_after_another},
    {"clients_accepted_one_by_one", clients_accepted_one_by_one},
    {"proactor_of_a_listener", proactor_of_a_listener},
    {"never_used", never_used},
    {NULL},
};
