/* sasl.h: the SASL side of a transport, as the files of its layer share it. [5.3]
 *
 * Who does what: sasl.c takes frames in and keeps their order, sasl_post.c makes those that go out,
 * sasl_frame.c reads, writes and traces them; what they say comes from an implementation behind
 * <proton/sasl_plugin.h>, of which sasl_mechanisms.c is the one built in. sasl_security.c is what remains
 * of the layer after an exchange that encrypts.
 *
 * A transport has none of this until pn_sasl() is called, a client has a user, or a client speaks SASL to
 * it. */
#ifndef BARYON_LAYERS_SASL_H
#define BARYON_LAYERS_SASL_H

#include "engine/transport.h"
#include "wire/performative.h"
#include <baryon/sasl.h>
#include <proton/sasl_plugin.h>

/* Where the exchange is. */
enum pni_sasl_state {
  PNI_SASL_LISTING,          /* server: the mechanisms are not known yet */
  PNI_SASL_AWAIT_MECHANISMS, /* client */
  PNI_SASL_AWAIT_INIT,       /* server: the mechanisms are on their way */
  PNI_SASL_AWAIT_RESPONSE,   /* server: a challenge is */
  PNI_SASL_AWAIT_VERDICT,    /* client: init or a response is; a challenge or the outcome comes next */
  PNI_SASL_THINKING,         /* the implementation has what came and has not answered */
  PNI_SASL_ENDED,            /* the outcome is known, or there will be none */
  PNI_SASL_STATE_COUNT
};

struct pni_sasl {
  const pnx_sasl_implementation *impl;
  void *context;   /* the implementation's */
  uint8_t state;   /* enum pni_sasl_state */
  uint8_t desired; /* enum pnx_sasl_state: what the implementation asks for */
  int8_t outcome;  /* pn_sasl_outcome_t */
  int8_t noted;    /* the same, by pn_sasl_done() */
  bool begun : 1;  /* the implementation has been told so, and is to be told of the end */
  bool asked : 1;  /* `desired` is still to be acted on */
  bool header_sent : 1, header_received : 1;
  bool held : 1;      /* input waits for the implementation */
  bool no_memory : 1; /* something that was set is not there: nothing may begin */
  bool bytes_set : 1; /* the next frame has bytes, if only none */
  bool allow_insecure : 1;
  bool secures : 1; /* the implementation encrypts what follows */
  uint16_t rounds;  /* challenges so far */
  char *allowed;    /* mechanisms, NULL for all */
  char *offered;    /* server: those that the client was offered */
  char *selected;
  char *user, *password, *authorization;
  char *remote_host, *local_host;
  char *external_user; /* whom a TLS certificate named */
  int external_ssf;
  char *config_name, *config_path;
  uint8_t *bytes; /* of the next frame */
  size_t bytes_size;
  uint8_t *out; /* whole frames that are to go */
  size_t out_size, out_capacity;
  struct pni_buffer plain; /* decrypted, and not yet taken by the next layer */
  pn_sasl_password_verifier_t verify;
  void *verify_context;
  pn_sasl_question_t *question; /* put to the verifier, and not yet looked at */
  char *asked_user;             /* whom it is about */
  pn_sasl_secret_source_t source;
  void *source_context;
  struct pni_scram *scram;      /* the exchange, if it is one of SCRAM */
  struct pni_sasl_cyrus *cyrus; /* the library of that name, if it has been asked */
  pn_sasl_wake_t wake;
  void *wake_context;
};

/* That of a transport, made if there is none; NULL without memory. sasl_api.c */
struct pni_sasl *pni_sasl(pn_transport_t *transport);
void pni_sasl_free(pn_transport_t *transport);

/* Replace a text by a copy; a failure is noted in no_memory. The old one is wiped. */
void pni_sasl_set_text(struct pni_sasl *sasl, char **text, const char *value);
/* A text of those bytes, to be freed; NULL without memory. */
char *pni_sasl_copy(pn_bytes_t bytes);
/* Wipe and free bytes. */
void pni_sasl_wipe(void *bytes, size_t size);

/* What TLS found out, for EXTERNAL: whom the peer's certificate names (NULL: none), and the strength of the
 * encryption in bits. Before the SASL header comes. PNI_NO_MEMORY */
PNI_NODISCARD pni_status pni_sasl_set_external(pn_transport_t *transport, const char *user, int ssf);

/* For implementations that read configuration files. NULL: nothing was set. */
const char *pni_sasl_config_name(pn_transport_t *transport);
const char *pni_sasl_config_path(pn_transport_t *transport);

/* sasl_frame.c */

/* The body of a SASL frame of `size` octets that has been received whole: its code, and a reader behind the
 * descriptor. Traced. What is wrong with it ends the connection. */
PNI_NODISCARD pni_status pni_sasl_frame_read(pn_transport_t *transport, const uint8_t *octets, size_t size,
    size_t offset, enum pni_code *code, struct pni_reader *body);
/* Append a frame to what is to go. `in` is the performative. PNI_OVERFLOW if it is larger than a SASL frame
 * may be. */
PNI_NODISCARD pni_status pni_sasl_frame_write(pn_transport_t *transport, enum pni_code code, const void *in);

/* sasl_post.c */

/* Do what the implementation has asked for. */
PNI_NODISCARD pni_status pni_sasl_advance(pn_transport_t *transport);
/* End the exchange and the connection; nothing is said to the peer that has not been said. Returns
 * PNI_FAILED. */
PNI_NODISCARD pni_status pni_sasl_fail(pn_transport_t *transport);
/* The names of an outcome: "auth". */
const char *pni_sasl_outcome_text(int outcome);

/* sasl.c */

typedef pni_status pni_sasl_receive_fn(pn_transport_t *transport, struct pni_reader *body);
/* Who handles that frame in that state on that side; NULL: it is out of order. */
pni_sasl_receive_fn *pni_sasl_handler(bool server, enum pni_code code, enum pni_sasl_state state);

extern const struct pni_layer pni_layer_sasl;
extern const struct pni_layer pni_layer_sasl_security;
extern const struct pni_known_layer pni_known_sasl;

/* sasl_mechanisms.c */
extern const pnx_sasl_implementation pni_sasl_built_in;
/* The name of a mechanism that asks the program about its users, as a text that stays; "" for any other. */
const char *pni_sasl_built_in_name(const char *name);

/* Whether PLAIN and its kind may be used, as far as listeners are concerned. */
bool pni_sasl_may_show_password(pn_transport_t *transport);

/* How a server's exchange ends: with an outcome and, if that is PN_SASL_OK, a user. */
void pni_sasl_conclude(pn_transport_t *transport, pn_sasl_outcome_t outcome, const char *user);
/* Whether a server's client may act as that: nobody (""), or itself. */
bool pni_sasl_is_itself(pn_bytes_t authorization, pn_bytes_t user);

/* sasl_scram.c */

bool pni_sasl_is_scram(const char *mechanism);
/* Choose SCRAM of the best kind that is listed; false if none is, or what was needed is not there. */
bool pni_sasl_scram_choose(pn_transport_t *transport, const char *mechanisms);
/* What the other side has said: of a server init and response, of a client challenge and outcome. */
void pni_sasl_scram_message(pn_transport_t *transport, pn_bytes_t message);
void pni_sasl_scram_challenge(pn_transport_t *transport, pn_bytes_t challenge);
void pni_sasl_scram_outcome(pn_transport_t *transport, pn_bytes_t data);
/* A server's question about the user has been answered. */
void pni_sasl_scram_answered(pn_transport_t *transport, const char *user, const char *secret);
void pni_sasl_scram_free(struct pni_sasl *sasl);

/* sasl_cyrus.c. Where a function says false the library has nothing to do with it. */

/* A server's list with the library's mechanisms behind it; stays until it is asked for again. */
const char *pni_sasl_cyrus_list(pn_transport_t *transport, const char *list);
/* A client's init, for a mechanism that is not in the list of those built in. */
bool pni_sasl_cyrus_init(
    pn_transport_t *transport, const char *mechanism, pn_bytes_t message, const char *list);
bool pni_sasl_cyrus_response(pn_transport_t *transport, pn_bytes_t message);
/* A client chooses one that is not built in. */
bool pni_sasl_cyrus_choose(pn_transport_t *transport, const char *mechanisms);
/* No mechanism was chosen: say why the library did not, if it was to. */
void pni_sasl_cyrus_declined(pn_transport_t *transport);
bool pni_sasl_cyrus_challenge(pn_transport_t *transport, pn_bytes_t challenge);
bool pni_sasl_cyrus_outcome(pn_transport_t *transport, pn_bytes_t data);
/* As in pnx_sasl_implementation. */
bool pni_sasl_cyrus_can_encrypt(pn_transport_t *transport);
ssize_t pni_sasl_cyrus_most(pn_transport_t *transport);
ssize_t pni_sasl_cyrus_encode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out);
ssize_t pni_sasl_cyrus_decode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out);
/* Encode in another thread, where nobody is told why not: the next who encodes will hear of it. */
bool pni_sasl_cyrus_encode_quietly(const struct pni_sasl *sasl, pn_bytes_t in, pn_bytes_t *out);
void pni_sasl_cyrus_free(struct pni_sasl *sasl);

/* sasl_token.c: XOAUTH2 and OAUTHBEARER, of a client whose password is a token. */

/* Choose one that was asked for by name and is listed. */
bool pni_sasl_token_choose(pn_transport_t *transport, const char *mechanisms);
bool pni_sasl_is_token(const char *mechanism);
/* A challenge is the server's way to say why not. */
void pni_sasl_token_challenge(pn_transport_t *transport, pn_bytes_t challenge);

/* sasl_question.c */

/* A question with copies of user and password, and one reference for the caller, one for whom it is put to.
 * */
pn_sasl_question_t *pni_sasl_question(pn_transport_t *transport, pn_bytes_t user, pn_bytes_t password);
/* What is known of the user, once a question has been answered with that; NULL: nothing. */
const char *pni_sasl_question_secret(const pn_sasl_question_t *question);
/* The answer, PN_SASL_NONE if there is none yet. */
pn_sasl_outcome_t pni_sasl_question_answer(const pn_sasl_question_t *question);
/* Nobody waits for the answer any more, if there is a question at all. */
void pni_sasl_forget_question(struct pni_sasl *sasl);

#endif
