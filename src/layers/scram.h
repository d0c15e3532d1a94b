/* scram.h: SCRAM's messages, both sides: a password is proved without being shown. [RFC 5802, RFC 7677]
 *
 * Pure: no transport, nothing but what is handed in and the exchange itself. A message that is made is a text that the
 * caller wipes and frees; one that is read is as the peer sent it. PNI_BAD_ARGUMENT: it is not what it should be;
 * PNI_FAILED: it does not prove what it should. */
#ifndef BARYON_LAYERS_SCRAM_H
#define BARYON_LAYERS_SCRAM_H

#include "layers/digest.h"

struct pni_scram {
  enum pni_hash hash;
  char *header;       /* what the client said about channel binding and whom it acts as */
  char *client_first; /* without the header */
  char *server_first;
  char *nonce; /* client's, then both's */
  uint8_t stored_key[PNI_HASH_MAX], server_key[PNI_HASH_MAX];
  bool known;    /* server: the keys are a user's */
  bool verified; /* client: the server has shown that it knows us */
};

void pni_scram_clear(struct pni_scram *scram);

/* Client. The nonce is printable, without commas. */
PNI_NODISCARD pni_status pni_scram_client_first(
    struct pni_scram *scram, const char *user, const char *authorization, const char *nonce, char **message);
PNI_NODISCARD pni_status pni_scram_client_final(
    struct pni_scram *scram, pn_bytes_t challenge, const char *password, char **message);
/* The server's last words: whether it knows us. */
PNI_NODISCARD pni_status pni_scram_client_verify(struct pni_scram *scram, pn_bytes_t message);

/* Server. Whom the client is, and whom it wants to act as ("" for itself). */
PNI_NODISCARD pni_status pni_scram_server_read(
    struct pni_scram *scram, pn_bytes_t message, char **user, char **authorization);
/* What is known of the user, see pni_scram_secret(); NULL, or of another hash: nothing. Nobody can tell from the answer. */
PNI_NODISCARD pni_status pni_scram_server_first(
    struct pni_scram *scram, const char *user, const char *secret, const char *nonce, char **message);
PNI_NODISCARD pni_status pni_scram_server_final(struct pni_scram *scram, pn_bytes_t response, char **message);

/* A nonce, and what a server keeps of a password: "SCRAM-SHA-256$4096:salt$stored-key:server-key". [RFC 5803] */
PNI_NODISCARD pni_status pni_scram_nonce(char **nonce);
PNI_NODISCARD pni_status pni_scram_secret(
    enum pni_hash hash, const char *password, pn_bytes_t salt, unsigned iterations, char **secret);

const char *pni_scram_name(enum pni_hash hash);

#endif
