/* What a peer can do wrong in the SASL layer, each with its end: the socket closes, nothing on the wire says
 * why, and the transport's condition does. [5.3, spec/errors.def] */
#include "layers/sasl.h"

#include "layers/sasl_pair.h"
#include "wire/frame.h"
#include "wire/limits.h"

struct fault {
  const char *octets; /* behind the peer's protocol header */
  const char *condition;
};

static const char framing[] = "amqp:connection:framing-error", decoding[] = "amqp:decode-error",
                  order[] = "amqp:illegal-state", access[] = "amqp:unauthorized-access";

#define EMPTY     "00000008 02 01 0000 "
#define OPEN      "00000011 02 00 0000 00 53 10 c0 04 01 a1 01 'c' "
#define RESPONSE  "00000011 02 01 0000 00 53 43 c0 04 01 a0 01 'x' "
#define CHALLENGE "00000011 02 01 0000 00 53 42 c0 04 01 a0 01 'x' "

/* Faults in what a server or a client may be sent at any time. */
#define ANYWHERE                                                                                             \
  {EMPTY, framing},                                             /* [5.3.1] */                                \
      {OPEN, framing},                                          /* an AMQP frame */                          \
      {"00000010 02 02 0000 00 53 44 c0 03 01 50 00", framing}, /* a type that there is not */               \
      {"00000007 02 01 0000", framing},                         /* smaller than its header */                \
      {"00000010 01 01 0000 00 53 44 c0 03 01 50 00", framing}, /* data offset within the header */          \
      {"00000010 05 01 0000 00 53 44 c0 03 01 50 00", framing}, /* data offset beyond the end */             \
      {"00004001 02 01 0000", framing},                         /* larger than is accepted */                \
      {"0000000c 02 01 0000 00 53 10 45", decoding},            /* a performative of AMQP's */               \
      {"0000000c 02 01 0000 00 53 7f 45", decoding},            /* no performative at all */                 \
      {"00000009 02 01 0000 45", decoding},                     /* no descriptor */                          \
  {                                                                                                          \
    "0000000a 02 01 0000 00 53", decoding                                                                    \
  } /* not all of one */

static const struct fault before_init[] = {ANYWHERE, {RESPONSE, order}, /* before init */
    {OFFER_ANONYMOUS, order},                                           /* of the other side */
    {CHALLENGE, order}, {OUTCOME_OK, order},
    {AMQP_HEADER, framing}, /* no outcome was waited for: as a frame this is too large */
    {SASL_HEADER, framing}, {"0000000c 02 01 0000 00 53 41 45", decoding}, /* no mechanism */
    {"0000000f 02 01 0000 00 53 41 c0 02 01 40", decoding},
    {"00000013 02 01 0000 00 53 41 c0 06 01 a1 03 'X-Y'", decoding},         /* a string is no symbol */
    {"00000017 02 01 0000 00 53 41 c0 0a 02 a3 05 'PLAIN' a0 ff", decoding}, /* too short for itself */
    {"0000001f 02 01 0000 00 53 41 c0 11 02 a3 09 'ANONYMOUS' a0 03 'bob' 00", decoding}}; /* too long */

static const struct fault before_mechanisms[] = {ANYWHERE, {CHALLENGE, order}, /* before mechanisms */
    {OUTCOME_OK, order}, {INIT_ANONYMOUS, order},                              /* of the other side */
    {RESPONSE, order}, {"0000000c 02 01 0000 00 53 40 45", decoding},          /* no mechanisms [5.3.3.1] */
    {"0000000f 02 01 0000 00 53 40 c0 02 01 40", decoding},
    {"00000012 02 01 0000 00 53 40 c0 05 01 e0 02 00 a3", decoding}, /* an array of none */
    {"00000012 02 01 0000 00 53 40 c0 05 01 a1 02 'AB'", decoding},  /* a string is no symbol */
    {"0000001d 02 01 0000 00 53 40 c0 0f 01 e0 0c 01 a3 09 'ANONYMOUS' 45", decoding},
    {"00000011 02 01 0000 00 53 40 c0 04 01 a3 01 'X'", access}}; /* nothing that is known */

static const struct fault before_outcome[] = {ANYWHERE, {OFFER_ANONYMOUS, order}, /* a second time */
    {INIT_ANONYMOUS, order}, {CHALLENGE, access},                                 /* ANONYMOUS has none */
    {OUTCOME_AUTH, access},
    {"00000010 02 01 0000 00 53 44 c0 03 01 50 05", decoding}, /* no outcome has that code */
    {"0000000c 02 01 0000 00 53 44 45", decoding}};

static pn_transport_t *a_server(void) {
  pn_transport_t *const server = pn_transport();
  assert_non_null(server);
  pn_transport_set_server(server);
  assert_non_null(pn_sasl(server));
  return server;
}

static pn_transport_t *a_client(void) {
  pn_transport_t *const client = pn_transport();
  assert_non_null(client);
  assert_non_null(pn_sasl(client));
  return client;
}

static void assert_ended(pn_transport_t *transport, const char *condition, const char *octets) {
  if (strcmp(condition_of(transport), condition) != 0 || pn_transport_pending(transport) != PN_EOS)
    fail_msg("%s: %s, which is %s", octets, condition_of(transport),
        pn_condition_get_description(pn_transport_condition(transport)));
  assert_non_null(pn_condition_get_description(pn_transport_condition(transport)));
  assert_true(pn_transport_closed(transport));
  assert_false(pn_transport_is_authenticated(transport));
}

/* Each fault after octets that are right, and what those are answered with; at once, and octet by octet. */
static void commit(
    bool server, const char *before, const char *answer, const struct fault *faults, size_t count) {
  for (size_t i = 0; i < 2 * count; i++) {
    const struct fault *const fault = &faults[i / 2];
    pn_transport_t *const transport = server ? a_server() : a_client();
    tell(transport, before);
    expect_said(transport, answer);
    struct octets octets = octets_of(fault->octets);
    const size_t piece = i % 2 ? 1 : octets.size;
    for (size_t at = 0; at < octets.size && !pn_transport_tail_closed(transport); at += piece)
      assert_int_equal(pn_transport_push(transport, (const char *)octets.start + at, piece), piece);
    assert_ended(transport, fault->condition, fault->octets);
    octets_free(&octets);
    pn_transport_free(transport);
  }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void client_does_wrong(void **state) {
  (void)state;
  commit(true, SASL_HEADER, SASL_HEADER OFFER_ANONYMOUS, before_init, COUNT(before_init));
}

static void server_does_wrong(void **state) {
  (void)state;
  commit(false, SASL_HEADER, SASL_HEADER, before_mechanisms, COUNT(before_mechanisms));
}

static void server_does_wrong_later(void **state) {
  (void)state;
  commit(false, SASL_HEADER OFFER_ANONYMOUS,
      SASL_HEADER "00000024 02 01 0000 00 53 41 c0 17 02 a3 09 'ANONYMOUS' a0 09 'anonymous'", before_outcome,
      COUNT(before_outcome));
}

/* [5.3.3.6] The client is told, and then nothing more is said. */
static void mechanism_that_was_not_offered_fails(void **state) {
  (void)state;
  pn_transport_t *const server = a_server();
  tell(server, SASL_HEADER INIT_PLAIN);
  expect_said(server, SASL_HEADER OFFER_ANONYMOUS OUTCOME_AUTH);
  assert_ended(server, access, "sasl-init");
  pn_transport_free(server);
}

static void wrong_header_ends_it(void **state) {
  (void)state;
  const char *const wrong[] = {
      AMQP_HEADER, "'AMQP' 02 01 00 00", "'AMQP' 03 01 00 01", "'AMQP' 03 00 09 01", "'HTTP'"};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    pn_transport_t *const client = a_client();
    expect_said(client, SASL_HEADER);
    tell(client, wrong[i]);
    assert_ended(client, framing, wrong[i]);
    pn_transport_free(client);
  }
}

static void end_of_input_ends_it(void **state) {
  (void)state;
  const char *const heard[] = {"", "'AMQ'", SASL_HEADER, SASL_HEADER "000000", SASL_HEADER OFFER_ANONYMOUS};
  for (size_t i = 0; i < COUNT(heard); i++) {
    pn_transport_t *const client = a_client();
    tell(client, heard[i]);
    struct octets said = {.start = NULL, .size = 0};
    hear(client, &said);
    octets_free(&said);
    assert_int_equal(pn_transport_close_tail(client), 0);
    assert_ended(client, framing, heard[i]);
    assert_non_null(strstr(pn_condition_get_description(pn_transport_condition(client)), "aborted"));
    pn_transport_free(client);
  }
}

/* SASL inside of SASL: there is one authentication to a connection. */
static void sasl_comes_once(void **state) {
  (void)state;
  pn_transport_t *const server = a_server();
  tell(server, SASL_HEADER INIT_ANONYMOUS);
  expect_said(server, SASL_HEADER OFFER_ANONYMOUS OUTCOME_OK);
  assert_true(pn_transport_is_authenticated(server));
  assert_int_equal(server->layers.count, 2); /* the sniffer is left, and the frames */
  tell(server, SASL_HEADER);
  assert_string_equal(condition_of(server), framing);
  assert_int_equal(server->layers.count, 2);
  pn_transport_free(server);
}

/* Both sides may send ahead what they know that they will be allowed to say. */
static void peers_may_send_ahead(void **state) {
  (void)state;
  pn_transport_t *const server = a_server(), *const client = a_client();
  tell(server, SASL_HEADER INIT_ANONYMOUS AMQP_HEADER);
  expect_said(server, SASL_HEADER OFFER_ANONYMOUS OUTCOME_OK AMQP_HEADER);
  assert_true(pn_transport_is_authenticated(server));

  tell(client, SASL_HEADER OFFER_ANONYMOUS OUTCOME_OK AMQP_HEADER);
  expect_said(client,
      SASL_HEADER "00000024 02 01 0000 00 53 41 c0 17 02 a3 09 'ANONYMOUS' a0 09 'anonymous'" AMQP_HEADER);
  assert_true(pn_transport_is_authenticated(client));
  pn_transport_free(server);
  pn_transport_free(client);
}

/* More than 512 octets are accepted, since tokens need them, but no more than the limit. */
static void frame_may_be_as_large_as_the_limit(void **state) {
  (void)state;
  for (uint32_t excess = 0; excess < 2; excess++) {
    const uint32_t size = PNI_LIMIT_FRAME_BEFORE_OPEN + excess;
    pn_transport_t *const server = a_server();
    uint8_t *const frame = calloc(1, size);
    assert_non_null(frame);
    struct pni_sasl_init init = {
        .mechanism = pn_bytes(9, "ANONYMOUS"), .has = {.mechanism = true, .initial_response = true}};
    struct pni_writer writer = pni_writer(frame + PNI_FRAME_HEADER, size - PNI_FRAME_HEADER);
    char *const token = calloc(1, size);
    assert_non_null(token);
    init.initial_response = pn_bytes(size - PNI_FRAME_HEADER - 28, token);
    pni_sasl_init_encode(&writer, &init);
    assert_int_equal(writer.size, size - PNI_FRAME_HEADER);
    pni_frame_header_write(frame, size, PNI_FRAME_SASL, 0);
    tell(server, SASL_HEADER);
    (void)pn_transport_push(server, (const char *)frame, size);
    assert_int_equal(pn_transport_is_authenticated(server), !excess);
    assert_string_equal(condition_of(server), excess ? framing : "none");
    free(token);
    free(frame);
    pn_transport_free(server);
  }
}

static void keep(void *context, pn_sasl_question_t *question) { *(pn_sasl_question_t **)context = question; }

/* Nobody is authenticated while a password is looked at: what is sent ahead has a limit, as has memory. */
static void what_waits_has_a_limit(void **state) {
  (void)state;
  for (size_t excess = 0; excess < 2; excess++) {
    pn_sasl_question_t *question = NULL;
    pn_transport_t *const server = a_server();
    pn_connection_t *const conn = pn_connection();
    pn_sasl_allowed_mechs(pn_sasl(server), "PLAIN");
    pn_sasl_set_allow_insecure_mechs(pn_sasl(server), true);
    pn_sasl_set_password_verifier(pn_sasl(server), keep, &question);
    assert_int_equal(pn_transport_bind(server, conn), 0);
    tell(server, SASL_HEADER INIT_PLAIN);
    for (size_t sent = 0; sent < PNI_LIMIT_SASL_HELD + excess; sent++)
      assert_int_equal(pn_transport_push(server, "x", 1), 1);
    assert_string_equal(condition_of(server), excess ? framing : "none");
    assert_in_range(server->input.capacity, 0, 64 * 1024);
    if (excess) expect_said(server, SASL_HEADER OFFER_PLAIN);
    assert_int_equal(pn_sasl_answer(question, PN_SASL_AUTH), !excess);
    pn_transport_free(server);
    pn_connection_free(conn);
  }
}

/* Every performative in every state, on both sides: just these are in order. */
static void grid_is_the_standards(void **state) {
  (void)state;
  static const struct {
    bool server;
    enum pni_code code;
    enum pni_sasl_state state;
  } legal[] = {
      {false, PNI_CODE_sasl_mechanisms, PNI_SASL_AWAIT_MECHANISMS},
      {false, PNI_CODE_sasl_challenge, PNI_SASL_AWAIT_VERDICT},
      {false, PNI_CODE_sasl_outcome, PNI_SASL_AWAIT_VERDICT},
      {true, PNI_CODE_sasl_init, PNI_SASL_AWAIT_INIT},
      {true, PNI_CODE_sasl_response, PNI_SASL_AWAIT_RESPONSE},
  };
  size_t found = 0;
  for (int server = 0; server < 2; server++) {
    for (unsigned code = PNI_CODE_sasl_mechanisms; code <= PNI_CODE_sasl_outcome; code++) {
      for (unsigned at = 0; at < PNI_SASL_STATE_COUNT; at++)
        found += pni_sasl_handler(server, (enum pni_code)code, (enum pni_sasl_state)at) != NULL;
    }
  }
  for (size_t i = 0; i < COUNT(legal); i++)
    assert_non_null(pni_sasl_handler(legal[i].server, legal[i].code, legal[i].state));
  assert_int_equal(found, COUNT(legal));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(client_does_wrong),
      cmocka_unit_test(server_does_wrong),
      cmocka_unit_test(server_does_wrong_later),
      cmocka_unit_test(mechanism_that_was_not_offered_fails),
      cmocka_unit_test(wrong_header_ends_it),
      cmocka_unit_test(end_of_input_ends_it),
      cmocka_unit_test(sasl_comes_once),
      cmocka_unit_test(peers_may_send_ahead),
      cmocka_unit_test(frame_may_be_as_large_as_the_limit),
      cmocka_unit_test(what_waits_has_a_limit),
      cmocka_unit_test(grid_is_the_standards),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
