/* address_scenarios.c: texts of addresses, good and bad. Only whether and how they fail is looked at. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

static void connect_to(struct host *host, const char *address) {
  host_connect(host, "client", address);
  until_inactive(host);
}

static void listen_at(struct host *host, const char *address) {
  host_listen(host, "listener", address, 16);
  until_inactive(host);
}

static void connect_only_colons(struct host *host) { connect_to(host, "no-such-host.invalid:::"); }

static void connect_port_too_large(struct host *host) { connect_to(host, "127.0.0.1:123456x"); }

static void connect_brackets(struct host *host) { connect_to(host, "[::1]:1"); }

static void connect_spaces(struct host *host) { connect_to(host, "127.0.0.1 : 5"); }

static void connect_long_name(struct host *host) {
  char address[400];
  memset(address, 'x', sizeof address);
  snprintf(address + 300, sizeof address - 300, ".invalid:1");
  connect_to(host, address);
}

static void listen_brackets(struct host *host) { listen_at(host, "[::1]:0"); }

static void listen_port_too_large(struct host *host) { listen_at(host, "127.0.0.1:123456x"); }

/* The last colon ends the host. */
static void connect_ipv6(struct host *host) {
  char address[ADDRESS];
  snprintf(address, sizeof address, "::1:%s", strrchr(closed_address(), ':') + 1);
  connect_to(host, address);
}

const struct scenario address_scenarios[] = {
    {"connect_only_colons", connect_only_colons},
    {"connect_port_too_large", connect_port_too_large},
    {"connect_brackets", connect_brackets},
    {"connect_spaces", connect_spaces},
    {"connect_long_name", connect_long_name},
    {"connect_ipv6", connect_ipv6},
    {"listen_brackets", listen_brackets},
    {"listen_port_too_large", listen_port_too_large},
    {NULL},
};
