/* send.c: `baryon send`: messages to an address, and what became of each.
 *
 * Bodies come from the argument, a file or the lines of standard input. Messages are encoded once and kept (outgoing.c) until the
 * broker has said what became of them; a connection that is made again continues with those. */
#include "cli/command.h"
#include "cli/compose.h"
#include "cli/conversation.h"
#include "cli/lines.h"
#include "cli/outgoing.h"
#include <errno.h>
#include <inttypes.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LAST_WAIT = 1000, SILENCE = 5000, PROGRESS = 200 }; /* ms */

enum settle { SETTLE_ACKNOWLEDGED, SETTLE_SETTLED };

struct send_settings {
  const char *url;
  const char *body;
  const char *file;
  unsigned input;
  bool json;
  uint64_t count;
  uint64_t rate;
  unsigned settle;
  uint64_t timeout; /* ms */
  bool quiet;
  struct client_options client;
  struct message_options message;
};

/* What became of messages. Each is in one of these, or still on its way. */
struct send_counts {
  uint64_t composed;
  uint64_t acknowledged;
  uint64_t settled; /* sent without asking for an acknowledgement */
  uint64_t rejected;
  uint64_t released;
  uint64_t again; /* times that one was sent that had been sent before */
};

struct send {
  const struct send_settings *settings;
  struct conversation conversation;
  struct composer composer;
  struct outgoing outgoing;
  struct lines *lines; /* NULL: the body is the same each time */
  char *body;
  size_t body_size;
  pn_link_t *link;
  struct send_counts counts;
  bool source_ended;      /* there are no more messages */
  char source_fault[300]; /* why there are no more, if that is not the end */
  char rejection[300];    /* what the broker said of the first that it did not take */
  char prefix[64];        /* of the message-ids that are made up */
  uint64_t lines_taken;
  uint64_t begun, progressed; /* by pn_proactor_now_64 */
  uint64_t last_wait;         /* when Ctrl-C was noticed */
  bool said_silence;
};

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

/* Where messages come from. */

static void source_fails(struct send *send, const char *what, const char *why) {
  send->source_ended = true;
  (void)snprintf(send->source_fault, sizeof send->source_fault, "%s: %s", what, why);
}

static void add_message(struct send *send, const char *text, size_t size, const char *what) {
  struct json_fault fault;
  size_t encoded_size;
  const uint64_t number = send->counts.composed + 1;
  if (!compose(&send->composer, text, size, number, &fault)) {
    source_fails(send, what, fault.text);
    return;
  }
  pn_data_t *const id = pn_message_id(send->composer.message);
  if (*send->prefix && (pn_data_size(id) == 0 || send->composer.input != INPUT_MESSAGE)) {
    char made_up[96];
    const int length = snprintf(made_up, sizeof made_up, "%s%" PRIu64, send->prefix, number);
    pn_data_clear(id);
    pn_data_put_string(id, pn_bytes((size_t)length, made_up));
  }
  const char *const encoded = compose_encode(&send->composer, &encoded_size, &fault);
  if (!encoded || !outgoing_add(&send->outgoing, encoded, encoded_size)) {
    source_fails(send, what, encoded ? "out of memory" : fault.text);
    return;
  }
  send->counts.composed = number;
}

static bool blank(const char *text, size_t size) { return strspn(text, " \t\r") == size; }

/* @return  false: there is none now */
static bool next_line(struct send *send) {
  char *text, what[40], reason[128];
  size_t size;
  switch (lines_next(send->lines, &text, &size)) {
  case LINES_WAIT: return false;
  case LINES_END: send->source_ended = true; return true;
  case LINES_FAILED:
    source_fails(send, "standard input", strerror_r(errno, reason, sizeof reason));
    return true;
  case LINES_ONE: break;
  }
  (void)snprintf(what, sizeof what, "line %" PRIu64, ++send->lines_taken);
  const bool structured = send->composer.input == INPUT_JSON || send->composer.input == INPUT_MESSAGE;
  if (!structured || !blank(text, size)) add_message(send, text, size, what);
  free(text);
  return true;
}

/* Compose one more message. @return  false: not now */
static bool next_message(struct send *send) {
  if (send->source_ended || !outgoing_has_room(&send->outgoing)) return false;
  if (send->settings->count && send->counts.composed >= send->settings->count) {
    send->source_ended = true;
    return false;
  }
  if (send->lines) return next_line(send);
  add_message(send, send->body, send->body_size, send->settings->file ? send->settings->file : "BODY");
  return true;
}

/* How many messages may have been sent by now. */
static uint64_t allowance(struct send *send) {
  if (!send->settings->rate) return UINT64_MAX;
  return 1 + (now() - send->begun) * send->settings->rate / 1000;
}

/* Sending. */

static void send_one(struct send *send, struct outgoing_message *message, uint64_t number) {
  const uint64_t most = pn_link_remote_max_message_size(send->link);
  if (most && message->size > most) {
    conversation_fail(&send->conversation,
        "%s: message %" PRIu64 " has %zu octets, and the broker takes no more than %" PRIu64,
        send->conversation.client.place, number + 1, message->size, most);
    return;
  }
  pn_delivery_t *const dlv = pn_delivery(send->link, pn_dtag((const char *)&number, sizeof number));
  const ssize_t sent =
      dlv ? pn_link_send_shared(send->link, message->bytes, 0, message->size) : PN_OUT_OF_MEMORY;
  if (sent != (ssize_t)message->size) {
    conversation_fail(&send->conversation, "message %" PRIu64 " cannot be sent: out of memory", number + 1);
    return;
  }
  pn_delivery_set_context(dlv, (void *)(uintptr_t)(number + 1));
  if (message->sent) send->counts.again++;
  outgoing_sent(&send->outgoing);
  if (send->settings->settle == SETTLE_SETTLED) {
    pn_delivery_settle(dlv);
    outgoing_settled(&send->outgoing, number);
    send->counts.settled++;
    send->progressed = now();
  }
  pn_link_advance(send->link);
}

static void pump(struct send *send) {
  uint64_t number;
  while (send->conversation.state == CONVERSATION_OPEN && pn_link_credit(send->link) > 0) {
    struct outgoing_message *const message = outgoing_next(&send->outgoing, &number);
    if (message) {
      send_one(send, message, number);
    } else if (send->counts.composed >= allowance(send)) {
      conversation_alarm(&send->conversation, 1 + 1000 / send->settings->rate);
      return;
    } else if (send->conversation.stopping || !next_message(send)) {
      return;
    }
  }
}

static void begin(struct conversation *conversation, pn_session_t *ssn) {
  struct send *const send = conversation->context;
  const char *const address = conversation_address(conversation);
  pn_link_t *const link = pn_sender(ssn, "baryon-send");
  if (!link) {
    conversation_fail(conversation, "out of memory");
    return;
  }
  (void)pn_terminus_set_address(pn_link_target(link), address);
  (void)pn_terminus_set_address(pn_link_source(link), address);
  pn_link_set_snd_settle_mode(
      link, send->settings->settle == SETTLE_SETTLED ? PN_SND_SETTLED : PN_SND_UNSETTLED);
  pn_link_open(link);
  send->link = link;
  send->progressed = now();
}

static void not_taken(struct send *send, pn_delivery_t *dlv, const char *what) {
  if (*send->rejection) return;
  pn_condition_t *const condition = pn_disposition_condition(pn_delivery_remote(dlv));
  const char *const name =
      pn_condition_is_set(condition) ? pn_condition_get_name(condition) : "no reason given";
  const char *const description =
      pn_condition_is_set(condition) ? pn_condition_get_description(condition) : NULL;
  (void)snprintf(send->rejection, sizeof send->rejection, "message %" PRIu64 " was %s: %s%s%s",
      (uint64_t)(uintptr_t)pn_delivery_get_context(dlv), what, name, description ? ": " : "",
      description ? description : "");
}

static void event(struct conversation *conversation, pn_event_t *event) {
  struct send *const send = conversation->context;
  pn_delivery_t *const dlv = pn_event_delivery(event);
  if (pn_event_type(event) != PN_DELIVERY || !dlv) return;
  const uint64_t number = (uint64_t)(uintptr_t)pn_delivery_get_context(dlv);
  const uint64_t state = pn_delivery_remote_state(dlv);
  if (number == 0 || (!pn_delivery_settled(dlv) && (state == 0 || state == PN_RECEIVED))) return;
  if (state == PN_ACCEPTED) {
    send->counts.acknowledged++;
  } else if (state == PN_REJECTED) {
    send->counts.rejected++;
    not_taken(send, dlv, "rejected");
  } else {
    send->counts.released++;
    not_taken(send, dlv, "given back");
  }
  outgoing_settled(&send->outgoing, number - 1);
  pn_delivery_settle(dlv);
  send->progressed = now();
}

static void lost(struct conversation *conversation) {
  struct send *const send = conversation->context;
  send->link = NULL;
  outgoing_again(&send->outgoing);
}

static void show_progress(struct send *send) {
  if (send->settings->quiet || !terminal_is_lively(stderr)) return;
  const uint64_t elapsed = now() - send->begun, done = send->counts.acknowledged + send->counts.settled;
  if (elapsed < PROGRESS) {
    conversation_alarm(&send->conversation, PROGRESS);
    return;
  }
  progress("%" PRIu64 " messages, %" PRIu64 " a second, %" PRIu64 " on their way", done,
      done * 1000 / elapsed, send->outgoing.unsettled);
  conversation_alarm(&send->conversation, PROGRESS);
}

/* Whether something is awaited of the broker, and for too long. */
static void watch_time(struct send *send) {
  struct conversation *const conversation = &send->conversation;
  const bool waits = send->outgoing.unsettled > 0 || conversation->state != CONVERSATION_OPEN;
  const uint64_t waited = waits ? now() - send->progressed : 0, timeout = send->settings->timeout;
  if (!waits) send->progressed = now();
  if (timeout && waited >= timeout) {
    conversation_fail(
        conversation, "%s: nothing was acknowledged for %" PRIu64 " ms", conversation->client.place, timeout);
    return;
  }
  if (waited >= SILENCE && conversation->state == CONVERSATION_OPEN && !send->said_silence &&
      !send->settings->quiet) {
    complain("%s: waiting for the broker to take more; the queue may be full", conversation->client.place);
    send->said_silence = true;
  }
  if (timeout) conversation_alarm(conversation, timeout > waited ? timeout - waited : 1);
  if (waits && waited < SILENCE) conversation_alarm(conversation, SILENCE - waited);
}

static void turn(struct conversation *conversation) {
  struct send *const send = conversation->context;
  if (conversation->state == CONVERSATION_OPEN) {
    /* The first message is composed before there is credit, so that what cannot be sent at all is known. */
    if (send->counts.composed == 0 && !conversation->stopping) (void)next_message(send);
    pump(send);
  }
  if (conversation->state != CONVERSATION_OPEN) {
    if (conversation->state < CONVERSATION_CLOSING) watch_time(send);
    return;
  }
  if (conversation->stopping && !send->last_wait) send->last_wait = now() + LAST_WAIT;
  const bool waited = send->last_wait && now() >= send->last_wait;
  if ((send->outgoing.unsettled == 0 && (send->source_ended || conversation->stopping)) || waited) {
    conversation_end(conversation);
    return;
  }
  if (conversation->stopping) conversation_alarm(conversation, LAST_WAIT);
  watch_time(send);
  show_progress(send);
}

static const struct conversation_part part = {begin, event, turn, lost, NULL};

static void nudge(void *context) { conversation_nudge(context); }

/* Setting up, and what is said at the end. */

static int open_source(struct send *send) {
  const struct send_settings *const settings = send->settings;
  char reason[128];
  if (settings->file) return read_file(settings->file, &send->body, &send->body_size);
  if (settings->body && strcmp(settings->body, "-") != 0) {
    send->body = strdup(settings->body);
    send->body_size = strlen(settings->body);
    return send->body ? EXIT_DONE : EXIT_FAILED;
  }
  send->lines = lines_begin(STDIN_FILENO, nudge, &send->conversation);
  if (send->lines) return EXIT_DONE;
  complain("standard input: %s", strerror_r(errno, reason, sizeof reason));
  return EXIT_FAILED;
}

/* What came of it, in one line. */
static int report(struct send *send, bool ended) {
  const struct send_counts *const counts = &send->counts;
  char text[400];
  const bool settles = send->settings->settle == SETTLE_SETTLED;
  int used =
      snprintf(text, sizeof text, "%" PRIu64 " %s %s", settles ? counts->settled : counts->acknowledged,
          (settles ? counts->settled : counts->acknowledged) == 1 ? "message" : "messages",
          settles ? "sent" : "acknowledged");
  const struct {
    uint64_t count;
    const char *what;
  } others[] = {{counts->rejected, "rejected"}, {counts->released, "given back"},
      {send->outgoing.unsettled, "not acknowledged"},
      {send->settings->count > counts->composed ? send->settings->count - counts->composed : 0, "never sent"},
      {counts->again, "sent again"}, {send->conversation.reconnects, "times connected again"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (others[i].count) {
      used += snprintf(
          text + used, sizeof text - (size_t)used, ", %" PRIu64 " %s", others[i].count, others[i].what);
    }
  }
  const char *const reason = !ended                        ? send->conversation.failure.text
                             : *send->source_fault         ? send->source_fault
                             : *send->rejection            ? send->rejection
                             : send->conversation.stopping ? "interrupted"
                                                           : NULL;
  if (reason) {
    complain("%s; %s", reason, text);
    return EXIT_FAILED;
  }
  if (!send->settings->quiet) complain("%s", text);
  return EXIT_DONE;
}

static int check(struct send_settings *settings, bool *count_given) {
  if (settings->body && settings->file) return usage_error("a body and --file: only one of them can be sent");
  if (settings->json && settings->input != INPUT_AUTO && settings->input != INPUT_JSON) {
    return usage_error("--json and --input=%s contradict each other", input_names[settings->input]);
  }
  if (settings->json) settings->input = INPUT_JSON;
  if (settings->file && settings->input == INPUT_AUTO) settings->input = INPUT_BINARY;
  const bool lines = !settings->file && (!settings->body || strcmp(settings->body, "-") == 0);
  *count_given = settings->count > 0;
  if (!settings->count && !lines) settings->count = 1;
  return EXIT_DONE;
}

static int run(void *context) {
  struct send_settings *const settings = context;
  bool count_given;
  int result = check(settings, &count_given);
  if (result != EXIT_DONE) return result;
  struct send *const send = calloc(1, sizeof *send);
  if (!send) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  send->settings = settings;
  result = compose_prepare(&send->composer, &settings->message, (enum input)settings->input);
  if (result == EXIT_DONE) {
    send->composer.numbered = count_given;
    result = conversation_prepare(&send->conversation, &settings->client, settings->url);
    if (result != EXIT_DONE) compose_clear(&send->composer);
  }
  if (result == EXIT_DONE) {
    send->conversation.part = &part;
    send->conversation.context = send;
    send->conversation.quiet = settings->quiet;
    send->begun = send->progressed = now();
    if (settings->client.reconnect && !settings->message.message_id) {
      (void)snprintf(
          send->prefix, sizeof send->prefix, "%lx-%lx-", (unsigned long)getpid(), (unsigned long)send->begun);
    }
    result = conversation_address(&send->conversation)[0]
                 ? open_source(send)
                 : usage_error("the URL names no address to send to: amqp://HOST/ADDRESS");
    if (result == EXIT_DONE) {
      const bool ended = conversation_run(&send->conversation);
      progress_end();
      result = report(send, ended);
    }
    lines_end(send->lines);
    conversation_clear(&send->conversation);
    outgoing_clear(&send->outgoing);
    compose_clear(&send->composer);
    free(send->body);
  }
  free(send);
  return result;
}

#define SETTING(name) offsetof(struct send_settings, name)
static const struct option options[] = {
    {"file", 'f', OPTION_TEXT, SETTING(file), "FILE",
        "the body is what this file holds, octet by octet; as text or JSON if --input says so"},
    {"input", 'i', OPTION_CHOICE, SETTING(input), "KIND",
        "what bodies are given as; 'auto' is text, but octets (binary) with --file; 'message' is a whole "
        "message, as `baryon receive --json` prints it",
        0, 0, input_names},
    {"json", 'j', OPTION_FLAG, SETTING(json), NULL, "bodies are given as JSON; the same as --input=json"},
    {"count", 'n', OPTION_COUNT, SETTING(count), "NUMBER",
        "how many messages: as often the same, or as many lines at most. {n} in the body or an id stands for "
        "the message's number",
        1},
    {"rate", 'r', OPTION_COUNT, SETTING(rate), "NUMBER", "how many messages in a second, at most", 1,
        1000000},
    {"settle", 0, OPTION_CHOICE, SETTING(settle), "MODE",
        "'unsettled': the broker says what became of each message; 'settled': it is not asked, and what is "
        "lost is lost",
        0, 0, (const char *const[]){"unsettled", "settled", NULL}},
    {"timeout", 't', OPTION_DURATION, SETTING(timeout), "TIME",
        "give up when the broker has not acknowledged anything for this time; without it, never", 1,
        86400000},
    {"quiet", 'q', OPTION_FLAG, SETTING(quiet), NULL, "say nothing when all is well"}, {NULL}};

static const struct send_settings defaults = {.message = MESSAGE_DEFAULTS, .client = CLIENT_DEFAULTS};

const struct command command_send = {
    .name = "send",
    .summary = "send messages to a queue or topic",
    .description =
        "Sends messages to an address, which is the name of a queue or topic of a broker, and waits until "
        "the broker has "
        "acknowledged each of them. A message's body is BODY, or what a file holds; else each line of "
        "standard input is a "
        "message.\n\n"
        "Text is sent as a string. With --json, a body is JSON, and becomes a value of AMQP's own types: "
        "whole numbers a long, "
        "others a double, objects a map with strings as keys. Types that JSON does not have are written as "
        "an object with one "
        "member: {\"$int\": 5}, {\"$ulong\": \"18446744073709551615\"}, {\"$binary\": \"AAEC\"} (base64), "
        "{\"$symbol\": \"x\"}, "
        "{\"$timestamp\": 1700000000000}, {\"$uuid\": \"...\"}, {\"$array\": [\"int\", 1, 2]}, {\"$map\": "
        "[[1, \"one\"]]}; all "
        "of them are in docs/command.md. {\"$text\": \"...\"} and {\"$data\": \"AAEC\"} as a body are sent "
        "as plain octets.\n\n"
        "When something fails half-way, the last line says what and where, and how many messages had been "
        "acknowledged. What is "
        "rejected or given back by the broker is not sent again.\n\n"
        "With --reconnect, a connection that is lost is made again, and messages that had not been "
        "acknowledged are sent again, in "
        "order; what was acknowledged never is. A broker may have had such a message, when only its "
        "acknowledgement was lost, and "
        "has it twice then; so each message gets a message-id of its own (unless it has one), by which "
        "`baryon receive --unique` tells the second from the first. Up to 1024 messages wait for their "
        "acknowledgement at a time.",
    .operands =
        (const struct operand[]){
            {"URL", "where to: amqp://user:password@host:port/address, or amqps:// for TLS", SETTING(url),
                false},
            {"BODY", "the message; without it, or if it is '-', each line of standard input is one",
                SETTING(body), true},
            {NULL, NULL, 0, false}},
    .groups =
        (const struct option_group[]){{"Options", options, 0}, MESSAGE_GROUP(struct send_settings, message),
            CLIENT_GROUP(struct send_settings, client), {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon send amqp://localhost/orders 'two pizzas'", "one message"},
        {"seq 1000 | baryon send localhost/numbers", "a thousand messages, one for each line"},
        {"baryon send localhost/orders --json '{\"table\": 7, \"paid\": false}' -P urgent:=true",
            "a map, with an application property"},
        {"baryon send localhost/load 'message {n}' --count 10k --rate 500 --reconnect",
            "500 messages a second, whatever happens to the connection"},
        {"baryon receive localhost/a --json -n 5 | baryon send localhost/b --input message",
            "messages from one queue to another, with all that belongs to them"},
        {"baryon send amqps://ann@broker.example/in --password-file secret --file picture.png --content-type "
         "image/png",
            "a file, over TLS, as the user ann"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
