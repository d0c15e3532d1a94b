/* address.c: addresses as text. A host may hold colons: the port is behind the last one. */
#include "proactor/address.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool pni_address_parse(struct pni_address *address, const char *text) {
  const char *const colon = strrchr(text, ':');
  const size_t size = strlen(text), host = colon ? (size_t)(colon - text) : size;
  if (size + 2 > sizeof address->text) return false;
  memcpy(address->text, text, host);
  address->text[host] = '\0';
  memcpy(address->text + host + 1, colon ? colon + 1 : "", colon ? size - host : 1);
  address->host = host > 0 ? address->text : NULL;
  const char *const port = address->text + host + 1;
  if (*port == '\0' || strcmp(port, "amqp") == 0)
    address->port = "5672";
  else if (strcmp(port, "amqps") == 0)
    address->port = "5671";
  else
    address->port = port;
  return true;
}

int pni_address_resolve(
    const char *host, const char *port, bool to_listen, bool numeric, struct addrinfo **found) {
  const struct addrinfo hints = {.ai_family = AF_UNSPEC,
      .ai_socktype = SOCK_STREAM,
      .ai_flags = (to_listen ? AI_PASSIVE : 0) | (numeric ? AI_NUMERICHOST | AI_NUMERICSERV : 0)};
  *found = NULL;
  return getaddrinfo(host, port, &hints, found);
}

int pn_proactor_addr(char *addr, size_t size, const char *host, const char *port) {
  return snprintf(addr, size, "%s:%s", host ? host : "", port ? port : "");
}
