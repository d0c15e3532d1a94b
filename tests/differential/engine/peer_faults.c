/* peer_faults.c: each fault that a peer can commit, committed by a peer written by hand, against a server: which condition the
 * server answers, and what ends. The expected values are those of spec/errors.def; Proton's differ in many (it closes the
 * connection for most), so this program is for Baryon alone. It also shows that nothing wider than the scope ends. */
#include "pair.h"
#include "support/notation.h"

#include <proton/sasl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum scope { NOTHING, LINK, SESSION, CONNECTION, SOCKET };

static const char *const scope_names[] = {"nothing", "link", "session", "connection", "socket"};

enum { STEPS = 8, OWN_CHANNEL_MAX = 10, CREDIT = 3, MESSAGE_LIMIT = 4000 };

/* How far the conversation goes before the fault. */
enum stage { START, HEADERS, OPENED, BEGUN, ATTACHED };

struct fault {
  const char *name;
  enum stage stage;
  enum scope scope;
  const char *condition;
  const char *steps[STEPS];
  void (*prepare)(struct side *server);
};

#define HEADER_LINE "octets x'414d515000010000'"
#define SASL_HEADER "octets x'414d515003010000'"
#define TEN         "0123456789"
#define HUNDRED     TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG        HUNDRED HUNDRED HUNDRED HUNDRED
#define FRAMING     "amqp:connection:framing-error"

static const char *const prelude[] = {
    [HEADERS] = HEADER_LINE,
    [OPENED] = "0 open['peer' null null 100s]",
    [BEGUN] = "0 begin[null 0 1000 1000]",
    [ATTACHED] = "0 attach['in' 0 false null null source['a'] target['a'] null null 0]",
};
static const char attach_out[] = "0 attach['out' 1 true null null source['a'] target['a']]";

static void small_window(struct side *server) { pn_transport_set_max_frame(server->transport, 512); }

static void with_sasl(struct side *server) { pn_sasl_allowed_mechs(pn_sasl(server->transport), "ANONYMOUS"); }

static void needs_authentication(struct side *server) {
  pn_sasl(server->transport);
  pn_transport_require_auth(server->transport, true);
}

static const struct fault faults[] = {
    {"header of another protocol", START, SOCKET, NULL, {"octets x'485454502f312e31'"}},
    {"header of another version", START, SOCKET, NULL, {"octets x'414d515000020000'"}},
    {"AMQP header where SASL is required", START, SOCKET, NULL, {HEADER_LINE}, needs_authentication},
    {"size below 8", OPENED, CONNECTION, FRAMING, {"octets x'0000000702000000'"}},
    {"data offset below 2", OPENED, CONNECTION, FRAMING, {"octets x'0000000801000000'"}},
    {"data offset beyond the frame", OPENED, CONNECTION, FRAMING, {"octets x'0000000803000000'"}},
    {"frame above max-frame-size", OPENED, CONNECTION, FRAMING, {"octets x'0000800102000000'"}},
    {"large frame before open", HEADERS, CONNECTION, FRAMING, {"octets x'0000400102000000'"}},
    {"frame of unknown type", OPENED, CONNECTION, FRAMING, {"octets x'0000000802070000'"}},
    {"SASL frame after the header", OPENED, CONNECTION, FRAMING, {"sasl init[:ANONYMOUS]"}},
    {"undecodable constructor", OPENED, CONNECTION, "amqp:decode-error", {"0 x'3f'"}},
    {"string that is not UTF-8", HEADERS, CONNECTION, "amqp:decode-error", {"0 x'005310c00401a102c328'"}},
    {"map of an odd number", BEGUN, CONNECTION, "amqp:decode-error",
        {"0 attach['in' 0 false null null null null null null 0 null null null {:a}]"}},
    {"unknown performative", OPENED, CONNECTION, "amqp:not-implemented", {"0 unknown[]"}},
    {"SASL performative in an AMQP frame", OPENED, CONNECTION, "amqp:not-implemented",
        {"0 init[:ANONYMOUS]"}},
    {"mandatory field missing", OPENED, CONNECTION, "amqp:decode-error", {"0 begin[]"}},
    {"field of the wrong type", OPENED, CONNECTION, "amqp:decode-error", {"0 begin[null 'x' 1 1]"}},
    {"too many fields", BEGUN, CONNECTION, "amqp:decode-error", {"0 end[null null]"}},
    {"begin before open", HEADERS, CONNECTION, "amqp:illegal-state", {"0 begin[null 0 1 1]"}},
    {"empty frame before open", HEADERS, CONNECTION, "amqp:illegal-state", {"0"}},
    {"second open", OPENED, CONNECTION, "amqp:illegal-state", {"0 open['peer']"}},
    {"open on channel 1", HEADERS, CONNECTION, "amqp:not-allowed", {"1 open['peer']"}},
    {"max-frame-size of 511", HEADERS, CONNECTION, "amqp:invalid-field", {"0 open['peer' null 511]"}},
    {"channel above channel-max", OPENED, CONNECTION, FRAMING, {"11 begin[null 0 1 1]"}},
    {"empty frame above channel-max", OPENED, CONNECTION, FRAMING, {"11"}},
    {"empty frame on a channel without a session", OPENED, NOTHING, NULL, {"5"}},
    {"attach without a session", OPENED, CONNECTION, "amqp:not-allowed",
        {"0 attach['in' 0 false null null null null null null 0]"}},
    {"end without a session", OPENED, CONNECTION, "amqp:not-allowed", {"3 end[]"}},
    {"answer to a begin that was not sent", OPENED, CONNECTION, "amqp:not-allowed", {"0 begin[5s 0 1 1]"}},
    {"begin on a channel in use", BEGUN, CONNECTION, "amqp:not-allowed", {"0 begin[null 0 1 1]"}},
    {"frame after end", BEGUN, CONNECTION, "amqp:not-allowed", {"0 end[]", "0 flow[0 1 0 1]"}},
    {"handle above handle-max", BEGUN, CONNECTION, FRAMING,
        {"0 attach['in' 2147483648 false null null null null null null 0]"}},
    {"handle in use", ATTACHED, SESSION, "amqp:session:handle-in-use",
        {"0 attach['two' 0 false null null null null null null 0]"}},
    {"link attached twice", ATTACHED, LINK, "amqp:link:stolen",
        {"0 attach['in' 2 false null null source['a'] target['a'] null null 0]"}},
    {"sender without initial-delivery-count", BEGUN, LINK, "amqp:invalid-field",
        {"0 attach['in' 0 false null null source['a'] target['a']]"}},
    {"flow of an unknown handle", ATTACHED, SESSION, "amqp:session:unattached-handle",
        {"0 flow[0 1 0 1 9 0 1]"}},
    {"transfer of an unknown handle", ATTACHED, SESSION, "amqp:session:unattached-handle",
        {"0 transfer[9 0 b't' 0] | x"}},
    {"detach of an unknown handle", ATTACHED, SESSION, "amqp:session:unattached-handle",
        {"0 detach[9 true]"}},
    {"detach twice", ATTACHED, SESSION, "amqp:session:unattached-handle",
        {"0 detach[0 true]", "0 detach[0 true]"}},
    {"flow of link fields without a handle", ATTACHED, SESSION, "amqp:invalid-field",
        {"0 flow[0 1 0 1 null 0 1]"}},
    {"flow that acknowledges what was not sent", ATTACHED, SESSION, "amqp:invalid-field",
        {"0 flow[77 1000 0 1000]"}},
    {"transfer from the receiving end", ATTACHED, LINK, "amqp:not-allowed", {"0 transfer[1 0 b't' 0] | x"}},
    {"first transfer without delivery-id", ATTACHED, SESSION, "amqp:invalid-field",
        {"0 transfer[0 null b't' 0] | x"}},
    {"first transfer without delivery-tag", ATTACHED, LINK, "amqp:invalid-field",
        {"0 transfer[0 0 null 0] | x"}},
    {"tag of 33 octets", ATTACHED, LINK, "amqp:invalid-field",
        {"0 transfer[0 0 b'0123456789abcdef0123456789abcdef0' 0] | x"}},
    {"gap in the delivery-ids", ATTACHED, SESSION, "amqp:invalid-field",
        {"0 transfer[0 0 b'0' 0] | x", "0 transfer[0 2 b'2' 0] | x"}},
    {"continuation with another id", ATTACHED, LINK, "amqp:not-allowed",
        {"0 transfer[0 0 b'0' 0 null true] | x", "0 transfer[0 1 null null null true] | x"}},
    {"continuation with another tag", ATTACHED, LINK, "amqp:not-allowed",
        {"0 transfer[0 0 b'0' 0 null true] | x", "0 transfer[0 null b'1' null null true] | x"}},
    {"transfer with a state that is none", ATTACHED, CONNECTION, "amqp:decode-error",
        {"0 transfer[0 0 b'0' 0 null null null target['x']] | x"}},
    {"disposition of unknown deliveries", ATTACHED, NOTHING, NULL,
        {"0 disposition[true 5 9 true accepted[]]", "0 disposition[false 5 9 true accepted[]]"}},
    {"disposition with last before first", ATTACHED, SESSION, "amqp:invalid-field",
        {"0 disposition[true 5 4 true accepted[]]"}},
    {"frames after an error that ended the session", ATTACHED, SESSION, "amqp:session:unattached-handle",
        {"0 flow[0 1 0 1 9 0 1]", "0 transfer[9 0 b't' 0] | x", "0 disposition[true 5 4]",
            "0 attach['x' 0 false]"}},
    {"frames after an error that ended the connection", OPENED, CONNECTION, "amqp:not-implemented",
        {"0 unknown[]", "0 unknown[]", "99 begin[null 0 1 1]"}},
    {"transfer beyond the window", ATTACHED, SESSION, "amqp:session:window-violation",
        {"0 transfer[0 0 b'0' 0] | " LONG, "0 transfer[0 1 b'1' 0] | " LONG, "0 transfer[0 2 b'2' 0] | x"},
        small_window},
    {"AMQP frame in SASL", START, SOCKET, NULL, {SASL_HEADER, "0 open['peer']"}, with_sasl},
    {"empty frame in SASL", START, SOCKET, NULL, {SASL_HEADER, "sasl"}, with_sasl},
    {"SASL outcome from the client", START, SOCKET, NULL, {SASL_HEADER, "sasl outcome[0b]"}, with_sasl},
    {"SASL response before init", START, SOCKET, NULL, {SASL_HEADER, "sasl response[b'x']"}, with_sasl},
    {"SASL mechanism that was not offered", START, SOCKET, NULL, {SASL_HEADER, "sasl init[:PLAIN b'x']"},
        with_sasl},
    {"large SASL frame", START, SOCKET, NULL, {SASL_HEADER, "octets x'0000400102010000'"}, with_sasl},
};

/* What the server wrote since the fault began. */
struct seen {
  enum scope scope;
  char condition[80];
  unsigned count;
  bool described;
};

static void note(void *context, const char *line) {
  struct seen *seen = context;
  static const struct {
    const char *word;
    enum scope scope;
  } words[] = {{" detach(", LINK}, {" end(", SESSION}, {" close(", CONNECTION}};
  if (getenv("FAULTS_SHOW")) /* NOLINT(concurrency-mt-unsafe): one thread */
    printf("    %s\n", line);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *error = strstr(line, "error(condition=:");
    if (!strstr(line, words[i].word) || !error) continue;
    seen->count++;
    if (words[i].scope > seen->scope) seen->scope = words[i].scope;
    error += strlen("error(condition=:");
    snprintf(seen->condition, sizeof seen->condition, "%.*s", (int)strcspn(error, ",)"), error);
    seen->described = strstr(line, "description=");
  }
}

static void exchange(struct side *server, const char *octets, size_t size, struct seen *seen) {
  pn_rwbytes_t room;
  for (size_t at = 0; at < size; at += room.size) {
    room = pn_connection_driver_read_buffer_sized(&server->driver, size - at);
    if (room.size > size - at) room.size = size - at;
    if (!room.size) break;
    memcpy(room.start, octets + at, room.size);
    pn_connection_driver_read_done(&server->driver, room.size);
  }
  run_events(server);
  for (pn_bytes_t bytes; (bytes = pn_connection_driver_write_buffer(&server->driver)).size;) {
    frame_text_feed(&server->frames, bytes.start, bytes.size, note, seen);
    pn_connection_driver_write_done(&server->driver, bytes.size);
    run_events(server);
  }
}

static void perform(struct side *server, const char *line, struct seen *seen) {
  size_t size;
  const char *octets = notation_octets(line, &size);
  exchange(server, octets, size, seen);
}

/* The server answers, gives credit, limits what it takes. */
static void serve(struct side *server, pn_event_t *event) {
  if (pn_event_type(event) == PN_LINK_REMOTE_OPEN && pn_link_is_receiver(pn_event_link(event)))
    pn_link_flow(pn_event_link(event), CREDIT);
  if (pn_event_type(event) == PN_SESSION_INIT && pn_transport_get_max_frame(server->transport) == 512)
    pn_session_set_incoming_capacity(pn_event_session(event), 1024);
}

static bool commit_fault(const struct fault *fault) {
  struct pair pair;
  struct seen seen = {0};
  pair_init(&pair);
  struct side *server = &pair.server;
  server->quiet = true;
  server->on_event = serve;
  pn_transport_set_channel_max(server->transport, OWN_CHANNEL_MAX);
  if (fault->prepare) fault->prepare(server);
  for (int stage = HEADERS; stage <= (int)fault->stage; stage++) perform(server, prelude[stage], &seen);
  if (fault->stage == ATTACHED) perform(server, attach_out, &seen);
  bool ready = !seen.count && !pn_connection_driver_write_closed(&server->driver);
  for (int i = 0; i < STEPS && fault->steps[i]; i++) perform(server, fault->steps[i], &seen);
  if (seen.scope == NOTHING && pn_connection_driver_write_closed(&server->driver)) seen.scope = SOCKET;
  bool right = ready && seen.scope == fault->scope && (!fault->condition || seen.described) &&
               seen.count == !!fault->condition &&
               !strcmp(seen.condition, fault->condition ? fault->condition : "");
  printf("%s %s: %s %s", right ? "ok  " : "FAIL", fault->name, scope_names[seen.scope], seen.condition);
  if (!right)
    printf(" (%u frames with errors%s%s); expected %s %s", seen.count, ready ? "" : ", not ready",
        seen.count && !seen.described ? ", no description" : "", scope_names[fault->scope],
        fault->condition ? fault->condition : "");
  printf("\n");
  pair_free(&pair);
  return right;
}

int main(int argc, char **argv) {
  int wrong = 0, done = 0;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    if (argc > 1 && strcmp(argv[1], faults[i].name) != 0) continue;
    fflush(stdout);
    wrong += !commit_fault(&faults[i]);
    done++;
  }
  printf("%d faults, %d not as the standard has it\n", done, wrong);
  return wrong || !done;
}
