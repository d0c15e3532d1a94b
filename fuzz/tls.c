/* tls.c: TLS records, as somebody on the way may change them. A client and a server speak while the script drops, changes, doubles
 * and adds octets; or one of them hears the script alone. Whatever comes: who opens is who was spoken to, and has been encrypted;
 * a connection that was meddled with is not one that ended well; nothing is left when it is over. */
#include "check.h"
#include "layers/ssl.h"
#include "script.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/ssl.h>
#include <proton/transport.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PIECE = 4096, TURNS = 40 };

struct end {
  pn_transport_t *transport;
  pn_connection_t *conn;
};

static pn_ssl_domain_t *domains[2]; /* for all inputs */

static void make_domains(void) {
  if (domains[0]) return;
  domains[0] = pn_ssl_domain(PN_SSL_MODE_CLIENT);
  domains[1] = pn_ssl_domain(PN_SSL_MODE_SERVER);
  CHECK(domains[0] && domains[1]);
  CHECK(pn_ssl_domain_set_peer_authentication(domains[0], PN_SSL_ANONYMOUS_PEER, NULL) == 0);
}

static struct end end_make(bool server) {
  struct end end = {pn_transport(), pn_connection()};
  CHECK(end.transport && end.conn);
  if (server) pn_transport_set_server(end.transport);
  CHECK(pn_ssl_init(pn_ssl(end.transport), domains[server], NULL) == 0);
  pn_connection_set_container(end.conn, server ? "server" : "client");
  pn_connection_set_hostname(end.conn, "host");
  pn_connection_open(end.conn);
  CHECK(pn_transport_bind(end.transport, end.conn) == 0);
  return end;
}

static void end_check(struct end *end, const char *peer) {
  if (!(pn_connection_state(end->conn) & PN_REMOTE_ACTIVE)) return;
  CHECK(strcmp(pn_connection_remote_container(end->conn), peer) == 0);
  CHECK(end->transport->ssl->noticed); /* after a handshake */
}

static void end_free(struct end *end) {
  pn_transport_unbind(end->transport);
  pn_transport_free(end->transport);
  pn_connection_free(end->conn);
}

static void feed(struct end *end, const char *octets, size_t size) {
  while (size > 0) {
    const ssize_t taken = pn_transport_push(end->transport, octets, size);
    if (taken <= 0) return;
    octets += taken;
    size -= (size_t)taken;
  }
}

/* What may happen to octets on their way. Whether anything did. */
static bool meddle(struct script *script, char *octets, size_t *size) {
  const uint8_t *added;
  if (script_over(script) || *size == 0) return false;
  const size_t at = (script_octet(script) << 8 | script_octet(script)) % *size;
  switch (script_below(script, 8)) {
  case 0: octets[at] = (char)(octets[at] ^ (script_octet(script) | 1)); return true;
  case 1: *size = at; return true;
  case 2: {
    const size_t more = script_octets(script, &added);
    if (more == 0 || *size + more > PIECE + UINT8_MAX) return false;
    memmove(octets + at + more, octets + at, *size - at);
    memcpy(octets + at, added, more);
    *size += more;
    return true;
  }
  default: return false;
  }
}

static bool carry(struct script *script, struct end *from, struct end *to, bool *meddled) {
  char octets[PIECE + UINT8_MAX];
  const ssize_t some = pn_transport_output(from->transport, octets, PIECE);
  if (some < 0) (void)pn_transport_close_tail(to->transport);
  if (some <= 0) return false;
  size_t size = (size_t)some;
  *meddled |= meddle(script, octets, &size);
  feed(to, octets, size);
  return true;
}

static void speak(struct script *script) {
  struct end client = end_make(false), server = end_make(true);
  bool meddled = false, moved = true;
  for (int turn = 0; turn < TURNS && moved; turn++) {
    moved = carry(script, &client, &server, &meddled);
    moved |= carry(script, &server, &client, &meddled);
    if (turn == TURNS / 2) pn_connection_close(client.conn);
  }
  end_check(&client, "server");
  end_check(&server, "client");
  if (!meddled) {
    CHECK(!pn_condition_is_set(pn_transport_condition(client.transport)));
    CHECK((pn_connection_state(client.conn) & PN_REMOTE_UNINIT) == 0);
  }
  end_free(&client);
  end_free(&server);
}

static void hear(struct script *script, bool server) {
  struct end end = end_make(server);
  while (!script_over(script)) {
    const uint8_t *octets;
    const size_t size = script_octets(script, &octets);
    feed(&end, (const char *)octets, size);
    while (pn_transport_pending(end.transport) > 0)
      pn_transport_pop(end.transport, (size_t)pn_transport_pending(end.transport));
  }
  (void)pn_transport_close_tail(end.transport);
  CHECK(!(pn_connection_state(end.conn) & PN_REMOTE_ACTIVE)); /* nobody finishes a handshake by chance */
  end_free(&end);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct script script = {bytes, bytes + size};
  make_domains();
  const uint8_t kind = script_octet(&script);
  if (kind % 4 == 0)
    hear(&script, false);
  else if (kind % 4 == 1)
    hear(&script, true);
  else
    speak(&script);
  return 0;
}
