/* sasl_token.c: XOAUTH2 and OAUTHBEARER: a client shows a token that somebody else has given it. [RFC 7628]
 *
 * The connection's password is the token; which of the two it is for only the program knows, so that they are chosen only
 * where it has named them. A server that does not take the token says why in a challenge, which is logged, and waits for
 * an answer before it says no. */
#include "layers/sasl.h"

#include "base/text.h"
#include "layers/mechanism.h"
#include <stdlib.h>
#include <string.h>

static const char xoauth2[] = "XOAUTH2", oauthbearer[] = "OAUTHBEARER";

bool pni_sasl_is_token(const char *mechanism) {
  return mechanism && (strcmp(mechanism, xoauth2) == 0 || strcmp(mechanism, oauthbearer) == 0);
}

static void write_message(struct pni_text *text, pn_transport_t *transport, bool bearer) {
  const char *const user = pnx_sasl_get_username(transport), *const token = pnx_sasl_get_password(transport);
  const char *const host = pnx_sasl_get_remote_fqdn(transport);
  if (bearer) {
    pni_text_format(text, "n,a=%s,\1", user);
    if (host) pni_text_format(text, "host=%s\1", host);
  } else {
    pni_text_format(text, "user=%s\1", user);
  }
  pni_text_format(text, "auth=Bearer %s\1\1", token);
}

static bool choose(pn_transport_t *transport, const char *mechanism) {
  const bool bearer = mechanism == oauthbearer;
  struct pni_text size = pni_text(NULL, 0);
  write_message(&size, transport, bearer);
  char *const message = malloc(size.size + 1);
  if (!message) {
    transport->sasl->no_memory = true;
    return false;
  }
  struct pni_text text = pni_text(message, size.size + 1);
  write_message(&text, transport, bearer);
  pnx_sasl_set_selected_mechanism(transport, mechanism);
  pnx_sasl_set_bytes_out(transport, pn_bytes(text.size, message));
  pnx_sasl_clear_password(transport);
  pni_sasl_wipe(message, size.size + 1);
  return true;
}

/* A user's name that could be taken for more than a name. */
static bool is_plain(const char *user) { return !strpbrk(user, ",=\1"); }

bool pni_sasl_token_choose(pn_transport_t *transport, const char *mechanisms) {
  static const char *const names[] = {oauthbearer, xoauth2};
  const char *const allowed = transport->sasl->allowed;
  for (size_t i = 0; allowed && i < sizeof names / sizeof names[0]; i++) {
    const pn_bytes_t name = pn_bytes(strlen(names[i]), names[i]);
    if (pni_mechanism_listed(allowed, name) && pni_mechanism_listed(mechanisms, name) &&
        is_plain(pnx_sasl_get_username(transport)))
      return choose(transport, names[i]);
  }
  return false;
}

void pni_sasl_token_challenge(pn_transport_t *transport, pn_bytes_t challenge) {
  char room[512];
  struct pni_text text = pni_text(room, sizeof room);
  pni_text_quoted(&text, challenge.start, challenge.size);
  pnx_sasl_logf(transport, PN_LEVEL_WARNING, "the server refuses the token: %s", room);
  const bool bearer = strcmp(pnx_sasl_get_selected_mechanism(transport), oauthbearer) == 0;
  pnx_sasl_set_bytes_out(transport, bearer ? pn_bytes(1, "\1") : pn_bytes(0, ""));
  pnx_sasl_set_desired_state(transport, SASL_POSTED_RESPONSE);
}
