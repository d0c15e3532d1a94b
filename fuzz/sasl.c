/* sasl.c: a transport's SASL side, as client or server, and a peer that follows a script; a verifier answers at once, later
 * or never. Whatever comes: nobody is authenticated whom nobody has let in, nor believes a server that does not know the password;
 * buffers stay small until then, what is written is headers and frames, nothing is left when it is over. */
#include "layers/sasl.h"
#include "check.h"
#include "script.h"
#include "wire/frame.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/sasl.h>
#include <proton/transport.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Before authentication, what has come is a frame and what waits behind it, in a buffer that grows by doubling. */
enum { FRAME_MOST = 1024, INPUT_MOST = 64 * 1024, OTHERS_MOST = 16 * 1024 };

struct world {
  pn_transport_t *transport;
  pn_connection_t *conn;
  struct script script;
  pn_sasl_question_t *question; /* not answered yet */
  bool let_in;                  /* the verifier has said yes */
  int held;
};

/* What is written. Frames are looked at as they lie in the output, which begins at one and ends with one. */
static void write_all(struct world *world) {
  ssize_t pending;
  while ((pending = pn_transport_pending(world->transport)) > 0) {
    const uint8_t *octets = (const uint8_t *)pn_transport_head(world->transport);
    for (size_t at = 0; at < (size_t)pending;) {
      CHECK((size_t)pending - at >= PNI_FRAME_HEADER);
      const bool header = memcmp(octets + at, "AMQP", 4) == 0;
      const size_t size = header ? PNI_PROTOCOL_HEADER : pni_load32(octets + at);
      CHECK(size >= PNI_FRAME_HEADER && size <= (size_t)pending - at);
      CHECK(header || octets[at + 5] != PNI_FRAME_SASL || size <= 512);
      at += size;
    }
    pn_transport_pop(world->transport, (size_t)pending);
  }
}

static void check_security(struct world *world) {
  const pn_transport_t *const transport = world->transport;
  const struct pni_sasl *const sasl = transport->sasl;
  if (transport->server && transport->authentication_required) {
    CHECK(!transport->authenticated || world->let_in);
    CHECK(!transport->open_sent || world->let_in);
  }
  if (!transport->server && sasl && sasl->selected && strncmp(sasl->selected, "SCRAM", 5) == 0)
    CHECK(!transport->authenticated); /* the peer cannot prove that it knows the password */
  if (transport->state != PNI_START) return;
  CHECK(transport->input.capacity <= INPUT_MOST);
  const size_t others = sasl ? sasl->out_capacity + sasl->bytes_size + sasl->plain.capacity : 0;
  CHECK(transport->output.capacity + others <= OTHERS_MOST);
}

/* The verifier. */

static void answer(struct world *world, pn_sasl_outcome_t outcome) {
  pn_sasl_question_t *question = world->question;
  world->question = NULL;
  if (!question) return;
  const bool right = strcmp(pn_sasl_question_password(question), "secret") == 0 && outcome == PN_SASL_OK;
  if (pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH)) world->let_in |= right;
}

static void verify(void *context, pn_sasl_question_t *question) {
  struct world *world = context;
  CHECK(world->question == NULL);
  world->question = question;
  if (script_octet(&world->script) & 1) answer(world, PN_SASL_OK);
}

/* Nobody proves a password that only a secret is known of. */
static void look_up(void *context, pn_sasl_question_t *question) {
  const struct world *world = context;
  static const char secret[] =
      "SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  (void)pn_sasl_answer_secret(question, world->transport->server ? secret : NULL);
}

static void nothing(void *context) { (void)context; }
static void hold(void *context) { ((struct world *)context)->held++; }
static void let_go(void *context) { ((struct world *)context)->held--; }

/* The peer. */

static void feed(struct world *world, const uint8_t *octets, size_t size) {
  const size_t step = script_octet(&world->script) & 1 ? 1 : FRAME_MOST;
  for (size_t at = 0; at < size;) {
    const size_t part = size - at < step ? size - at : step;
    const ssize_t taken = pn_transport_push(world->transport, (const char *)octets + at, part);
    if (taken <= 0) return;
    at += (size_t)taken;
  }
}

static pn_bytes_t some_mechanism(struct script *script) {
  static const char *const names[] = {
      "ANONYMOUS", "PLAIN", "EXTERNAL", "X-Y", "", "SCRAM-SHA-256", "SCRAM-SHA-1", "XOAUTH2", "OAUTHBEARER"};
  const char *name = names[script_below(script, sizeof names / sizeof names[0])];
  return pn_bytes(strlen(name), name);
}

static pn_bytes_t some_response(struct script *script) {
#define NONCE "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* digest.c */
  static const char right[] = "\0bob\0secret", other[] = "alice\0bob\0secret", wrong[] = "\0bob\0wrong",
                    first[] = "n,,n=bob," NONCE, challenge[] = NONCE "x,s=AAAA,i=9999",
                    proof[] =
                        "c=biws," NONCE
                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                    server_proof[] = "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const uint8_t *octets;
  size_t size;
  switch (script_below(script, 9)) {
  case 0: return pn_bytes(sizeof right - 1, right);
  case 1: return pn_bytes(sizeof other - 1, other);
  case 2: return pn_bytes(sizeof wrong - 1, wrong);
  case 3: return pn_bytes(0, "");
  case 4: return pn_bytes(sizeof first - 1, first);
  case 5: return pn_bytes(sizeof challenge - 1, challenge);
  case 6: return pn_bytes(sizeof proof - 1, proof);
  case 7: return pn_bytes(sizeof server_proof - 1, server_proof);
  default: size = script_octets(script, &octets); return pn_bytes(size, (const char *)octets);
  }
}

static void write_mechanisms(struct script *script, struct pni_writer *writer) {
  uint8_t room[128];
  struct pni_writer list = pni_writer(room, sizeof room);
  const size_t at = pni_write_open(&list);
  const unsigned count = script_below(script, 5);
  pni_write_octet(&list, PNI_SYM8);
  for (unsigned i = 0; i < count; i++) {
    const pn_bytes_t name = some_mechanism(script);
    pni_write_octet(&list, (uint8_t)name.size);
    pni_write_raw(&list, name.start, name.size);
  }
  pni_write_close(&list, at, PNI_ARRAY8, count);
  const struct pni_sasl_mechanisms mechanisms = {
      .sasl_server_mechanisms = pn_bytes(list.size, (const char *)room), .has.sasl_server_mechanisms = true};
  pni_sasl_mechanisms_encode(writer, &mechanisms);
}

static void write_body(struct script *script, struct pni_writer *writer) {
  const uint8_t *octets;
  size_t size;
  switch (script_below(script, 6)) {
  case 0: write_mechanisms(script, writer); break;
  case 1: {
    const struct pni_sasl_init init = {.mechanism = some_mechanism(script),
        .initial_response = some_response(script),
        .has = {.mechanism = true, .initial_response = (script_octet(script) & 1) != 0}};
    pni_sasl_init_encode(writer, &init);
    break;
  }
  case 2: {
    const struct pni_sasl_challenge challenge = {.challenge = some_response(script), .has.challenge = true};
    pni_sasl_challenge_encode(writer, &challenge);
    break;
  }
  case 3: {
    const struct pni_sasl_response response = {.response = some_response(script), .has.response = true};
    pni_sasl_response_encode(writer, &response);
    break;
  }
  case 4: {
    const struct pni_sasl_outcome outcome = {.code = script_octet(script) % 5, .has.code = true};
    pni_sasl_outcome_encode(writer, &outcome);
    break;
  }
  default: size = script_octets(script, &octets); pni_write_raw(writer, octets, size);
  }
}

static void hear_frame(struct world *world) {
  uint8_t room[FRAME_MOST];
  struct pni_writer writer = pni_writer(room + PNI_FRAME_HEADER, sizeof room - PNI_FRAME_HEADER);
  write_body(&world->script, &writer);
  const uint8_t choice = script_octet(&world->script);
  pni_frame_header_write(room, (uint32_t)writer.size + PNI_FRAME_HEADER + (choice == 1),
      choice == 2 ? PNI_FRAME_AMQP : PNI_FRAME_SASL, 0);
  feed(world, room, writer.size + PNI_FRAME_HEADER);
}

static void hear_header(struct world *world) {
  const uint8_t octets[] = {'A', 'M', 'Q', 'P', script_octet(&world->script) % 4, 1, 0, 0};
  feed(world, octets, sizeof octets);
}

static void step(struct world *world) {
  static const uint8_t open[] = "\x00\x00\x00\x10\x02\x00\x00\x00\x00\x53\x10\xc0\x03\x01\xa1\x00";
  const uint8_t *octets;
  size_t size;
  switch (script_below(&world->script, 8)) {
  case 0: hear_header(world); break;
  case 1: write_all(world); break;
  case 2: answer(world, (pn_sasl_outcome_t)script_below(&world->script, 5)); break;
  case 3: feed(world, open, sizeof open - 1); break;
  case 4:
    size = script_octets(&world->script, &octets);
    feed(world, octets, size);
    break;
  case 5:
    if (script_octet(&world->script) == 0) (void)pn_transport_close_tail(world->transport);
    break;
  default: hear_frame(world);
  }
  check_security(world);
}

static void set_up(struct world *world, uint8_t kind) {
  static const pn_sasl_wake_t wake = {nothing, hold, let_go};
  pn_sasl_t *sasl;
  if (kind & 1) pn_transport_set_server(world->transport);
  sasl = pn_sasl(world->transport);
  CHECK(sasl != NULL);
  if (kind & 2) pn_transport_require_auth(world->transport, true);
  if (kind & 4) pn_sasl_set_allow_insecure_mechs(sasl, true);
  if (kind & 8) pn_sasl_set_password_verifier(sasl, verify, world);
  if (kind & 8) pn_sasl_set_secret_source(sasl, look_up, world);
  if (kind & 16) pn_sasl_set_wake(sasl, &wake, world);
  if (kind & 32) pn_sasl_allowed_mechs(sasl, kind & 64 ? "PLAIN XOAUTH2 OAUTHBEARER" : "ANONYMOUS EXTERNAL");
  if (kind & 64) {
    pn_connection_set_user(world->conn, "bob");
    pn_connection_set_password(world->conn, "secret");
  }
  pn_connection_open(world->conn);
  if (!(kind & 128)) CHECK(pn_transport_bind(world->transport, world->conn) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct world world = {.script = {.pos = bytes, .end = bytes + size}};
  world.transport = pn_transport();
  world.conn = pn_connection();
  CHECK(world.transport && world.conn);
  const uint8_t kind = script_octet(&world.script);
  set_up(&world, kind);
  while (!script_over(&world.script)) step(&world);
  if (kind & 128) CHECK(pn_transport_bind(world.transport, world.conn) == 0);
  write_all(&world);
  check_security(&world);
  pn_transport_free(world.transport);
  pn_connection_free(world.conn);
  if (world.question) (void)pn_sasl_answer(world.question, PN_SASL_OK); /* nobody listens */
  CHECK(world.held == 0);
  return 0;
}
