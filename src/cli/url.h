/* url.h: amqp://user:password@host:port/address */
#ifndef BARYON_CLI_URL_H
#define BARYON_CLI_URL_H

#include <stdbool.h>

/* The parts, percent-decoded; NULL where there is none. */
struct url {
  bool secure; /* amqps */
  char *user;
  char *password;
  char *host;    /* "" is this machine; an IPv6 address is without its brackets */
  char *port;    /* a number or a service; "amqp" or "amqps" if none was given */
  char *address; /* what follows the slash: a queue, a topic, with any slashes of its own */
};

/** Take a URL apart. Without "amqp://" or "amqps://" in front it is HOST[:PORT][/ADDRESS] in the clear.
 *
 *  @return  an exit code; if not EXIT_DONE, what was wrong has been said, and there is nothing to clear */
int url_parse(const char *text, struct url *url);

/** Give back what parsing took, the password overwritten. */
void url_clear(struct url *url);

/** "host:port" for pn_proactor_connect2 and pn_proactor_listen, into room of PN_MAX_ADDR. */
void url_network_address(const struct url *url, char *text, unsigned size);

#endif
