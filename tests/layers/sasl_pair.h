/* sasl_pair.h: a client and a server that talk to each other in memory, for tests of SASL. */
#ifndef BARYON_TESTS_LAYERS_SASL_PAIR_H
#define BARYON_TESTS_LAYERS_SASL_PAIR_H

#include "support/octets.h"
#include <baryon/sasl.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/transport.h>

struct pair {
  pn_transport_t *client, *server;
  pn_connection_t *client_conn, *server_conn;
  size_t piece; /* octets that travel at a time */
};

/* Transports with SASL sides, and connections; nothing is bound, so all can still be set. */
static inline struct pair pair_make(size_t piece) {
  struct pair pair = {pn_transport(), pn_transport(), pn_connection(), pn_connection(), piece};
  assert_true(pair.client && pair.server && pair.client_conn && pair.server_conn);
  pn_transport_set_server(pair.server);
  assert_non_null(pn_sasl(pair.client));
  assert_non_null(pn_sasl(pair.server));
  return pair;
}

static inline void pair_free(struct pair *pair) {
  pn_transport_free(pair->client);
  pn_transport_free(pair->server);
  pn_connection_free(pair->client_conn);
  pn_connection_free(pair->server_conn);
}

static inline void pair_bind(struct pair *pair) {
  pn_connection_open(pair->client_conn);
  pn_connection_open(pair->server_conn);
  assert_int_equal(pn_transport_bind(pair->client, pair->client_conn), 0);
  assert_int_equal(pn_transport_bind(pair->server, pair->server_conn), 0);
}

/* Whether anything moved. */
static inline bool pair_move(pn_transport_t *from, pn_transport_t *to, size_t piece) {
  bool moved = false;
  ssize_t pending;
  while ((pending = pn_transport_pending(from)) > 0) {
    const size_t part = (size_t)pending < piece ? (size_t)pending : piece;
    char *const copy = malloc(part); /* of its size, so that a read beyond it is seen */
    assert_non_null(copy);
    assert_int_equal(pn_transport_peek(from, copy, part), part);
    const ssize_t taken = pn_transport_push(to, copy, part);
    free(copy);
    pn_transport_pop(from, part);
    moved = true;
    if (taken < 0) continue; /* nobody listens any more */
    assert_int_equal(taken, part);
  }
  if (pending < 0 && !pn_transport_tail_closed(to)) {
    assert_int_equal(pn_transport_close_tail(to), 0);
    moved = true;
  }
  return moved;
}

static inline void pair_run(struct pair *pair) {
  bool moved = true;
  while (moved) {
    moved = pair_move(pair->client, pair->server, pair->piece);
    moved |= pair_move(pair->server, pair->client, pair->piece);
  }
}

static inline pn_sasl_t *client_sasl(struct pair *pair) { return pn_sasl(pair->client); }
static inline pn_sasl_t *server_sasl(struct pair *pair) { return pn_sasl(pair->server); }

static inline const char *condition_of(pn_transport_t *transport) {
  const char *const condition = pn_condition_get_name(pn_transport_condition(transport));
  return condition ? condition : "none";
}

static inline bool both_open(const struct pair *pair) {
  return (pn_connection_state(pair->client_conn) & PN_REMOTE_ACTIVE) != 0 &&
         (pn_connection_state(pair->server_conn) & PN_REMOTE_ACTIVE) != 0;
}

/* Whatever a transport has to say now, appended to what it has said; octets_free() when done. */
static inline void hear(pn_transport_t *transport, struct octets *said) {
  ssize_t pending;
  while ((pending = pn_transport_pending(transport)) > 0) {
    said->start = realloc(said->start, said->size + (size_t)pending);
    assert_non_null(said->start);
    assert_int_equal(
        pn_transport_peek(transport, (char *)said->start + said->size, (size_t)pending), pending);
    said->size += (size_t)pending;
    pn_transport_pop(transport, (size_t)pending);
  }
}

/* Tell a transport some octets, all at once. */
static inline void tell(pn_transport_t *transport, const char *spelling) {
  struct octets octets = octets_of(spelling);
  (void)pn_transport_push(transport, (const char *)octets.start, octets.size);
  octets_free(&octets);
}

/* Everything that a transport says now is just that. */
static inline void expect_said(pn_transport_t *transport, const char *spelling) {
  struct octets said = {.start = NULL, .size = 0}, expected = octets_of(spelling);
  hear(transport, &said);
  assert_octets(said.start, said.size, &expected);
  octets_free(&said);
  octets_free(&expected);
}

#define SASL_HEADER     "'AMQP' 03 01 00 00 "
#define AMQP_HEADER     "'AMQP' 00 01 00 00 "
#define OFFER_ANONYMOUS "0000001c 02 01 0000 00 53 40 c0 0f 01 e0 0c 01 a3 09 'ANONYMOUS' "
#define OFFER_PLAIN     "00000018 02 01 0000 00 53 40 c0 0b 01 e0 08 01 a3 05 'PLAIN' "
#define INIT_ANONYMOUS  "0000001e 02 01 0000 00 53 41 c0 11 02 a3 09 'ANONYMOUS' a0 03 'bob' "
#define INIT_PLAIN      "00000022 02 01 0000 00 53 41 c0 15 02 a3 05 'PLAIN' a0 0b 00 'bob' 00 'secret' "
#define OUTCOME_OK      "00000010 02 01 0000 00 53 44 c0 03 01 50 00 "
#define OUTCOME_AUTH    "00000010 02 01 0000 00 53 44 c0 03 01 50 01 "

#endif
