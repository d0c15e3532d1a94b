/* request.c: `baryon request`: a message, and the answer to it.
 *
 * Answers come to an address that the broker makes up for this connection, or to one that is given. One request is under way at a
 * time; answers to others, that came too late, are counted and left alone. */
#include "cli/command.h"
#include "cli/compose.h"
#include "cli/conversation.h"
#include "cli/print.h"
#include <errno.h>
#include <inttypes.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct request_settings {
  const char *url;
  const char *body;
  const char *file;
  unsigned input;
  uint64_t count;
  uint64_t timeout; /* ms */
  unsigned output;
  bool json;
  bool quiet;
  struct client_options client;
  struct message_options message;
};

struct request {
  const struct request_settings *settings;
  struct conversation conversation;
  struct composer composer;
  pn_message_t *answer;
  pn_link_t *sender, *receiver;
  char *body;
  size_t body_size;
  char *bytes; /* of an answer */
  size_t room;
  char id[96];       /* of the request that is under way; "" for none */
  uint64_t deadline; /* of the answer to it */
  uint64_t answered, late;
  bool printed; /* and not yet flushed */
};

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

static void begin(struct conversation *conversation, pn_session_t *ssn) {
  struct request *const request = conversation->context;
  const char *const reply_to = request->settings->message.reply_to;
  request->receiver = pn_receiver(ssn, "baryon-request-answers");
  request->sender = pn_sender(ssn, "baryon-request");
  if (!request->receiver || !request->sender) {
    conversation_fail(conversation, "out of memory");
    return;
  }
  if (reply_to) {
    (void)pn_terminus_set_address(pn_link_source(request->receiver), reply_to);
  } else {
    (void)pn_terminus_set_dynamic(pn_link_source(request->receiver), true);
  }
  (void)pn_terminus_set_address(pn_link_target(request->sender), conversation_address(conversation));
  pn_link_open(request->receiver);
  pn_link_open(request->sender);
  pn_link_flow(request->receiver, 16);
}

/* Where answers go; NULL until the broker has said. */
static const char *answers_address(const struct request *request) {
  if (!(pn_link_state(request->receiver) & PN_REMOTE_ACTIVE)) return NULL;
  return pn_terminus_get_address(pn_link_remote_source(request->receiver));
}

static void send_request(struct request *request) {
  struct json_fault fault;
  struct composer *const composer = &request->composer;
  const uint64_t number = request->answered + 1;
  if (!compose(composer, request->body, request->body_size, number, &fault)) {
    conversation_fail(&request->conversation, "%s: %s",
        request->settings->file ? request->settings->file : "BODY", fault.text);
    return;
  }
  (void)snprintf(
      request->id, sizeof request->id, "%lx-%" PRIx64 "-%" PRIu64, (unsigned long)getpid(), now(), number);
  const pn_bytes_t id = pn_bytes(strlen(request->id), request->id);
  pn_data_clear(pn_message_correlation_id(composer->message));
  pn_data_put_string(pn_message_correlation_id(composer->message), id);
  if (pn_data_size(pn_message_id(composer->message)) == 0 || !request->settings->message.message_id) {
    pn_data_clear(pn_message_id(composer->message));
    pn_data_put_string(pn_message_id(composer->message), id);
  }
  (void)pn_message_set_reply_to(composer->message, answers_address(request));
  pn_delivery_t *const dlv = pn_delivery(request->sender, pn_dtag((const char *)&number, sizeof number));
  if (!dlv || pn_message_send(composer->message, request->sender, &composer->buffer) < 0) {
    conversation_fail(&request->conversation, "the request cannot be encoded");
  }
}

static void on_outcome(struct request *request, pn_delivery_t *dlv) {
  const uint64_t state = pn_delivery_remote_state(dlv);
  if (state == 0 || state == PN_RECEIVED) return;
  if (state != PN_ACCEPTED) {
    client_remote_failure(&request->conversation.client,
        state == PN_REJECTED ? "the request was rejected" : "nobody takes the request",
        pn_disposition_condition(pn_delivery_remote(dlv)), &request->conversation.failure);
    char why[sizeof request->conversation.failure.text];
    memcpy(why, request->conversation.failure.text, sizeof why);
    conversation_fail(&request->conversation, "%s", why);
  }
  pn_delivery_settle(dlv);
}

/* Whether the answer is one to the request that is under way. Who leaves the correlation-id out cannot mean another. */
static bool is_awaited(struct request *request) {
  const pn_msgid_t id = pn_message_get_correlation_id(request->answer);
  if (!*request->id) return false;
  if (id.type == PN_NULL) return true;
  return id.type == PN_STRING && id.u.as_bytes.size == strlen(request->id) &&
         memcmp(id.u.as_bytes.start, request->id, id.u.as_bytes.size) == 0;
}

static void on_answer(struct request *request, pn_delivery_t *dlv) {
  if (!pn_delivery_readable(dlv) || pn_delivery_partial(dlv)) return;
  const size_t size = pn_delivery_pending(dlv);
  if (size > request->room) {
    free(request->bytes);
    request->bytes = malloc(size);
    request->room = request->bytes ? size : 0;
  }
  const ssize_t got = size && request->bytes ? pn_link_recv(request->receiver, request->bytes, size) : 0;
  pn_link_advance(request->receiver);
  pn_delivery_update(dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
  pn_link_flow(request->receiver, 1);
  pn_message_clear(request->answer);
  if (got <= 0 || pn_message_decode(request->answer, request->bytes, (size_t)got) != 0) {
    conversation_fail(&request->conversation, "the answer is not a message");
  } else if (is_awaited(request)) {
    message_print(
        stdout, (enum output)request->settings->output, request->answer, terminal_is_lively(stdout));
    request->printed = true;
    request->answered++;
    *request->id = 0;
  } else {
    request->late++;
  }
}

static void event(struct conversation *conversation, pn_event_t *event) {
  struct request *const request = conversation->context;
  pn_delivery_t *const dlv = pn_event_delivery(event);
  if (pn_event_type(event) != PN_DELIVERY) return;
  if (pn_event_link(event) == request->sender) {
    on_outcome(request, dlv);
  } else {
    on_answer(request, dlv);
  }
}

static void lost(struct conversation *conversation) {
  struct request *const request = conversation->context;
  request->sender = request->receiver = NULL;
  *request->id = 0; /* it is asked again */
}

static void turn(struct conversation *conversation) {
  struct request *const request = conversation->context;
  if (request->printed && (fflush(stdout) != 0 || request->answered == request->settings->count)) {
    conversation_end(conversation);
    return;
  }
  request->printed = false;
  if (now() >= request->deadline) {
    conversation_fail(conversation, "%s: no answer within %" PRIu64 " ms", conversation->client.place,
        request->settings->timeout);
    return;
  }
  if (conversation->stopping) {
    conversation_fail(conversation, "interrupted");
    return;
  }
  if (conversation->state == CONVERSATION_OPEN && !*request->id && answers_address(request) &&
      pn_link_credit(request->sender) > 0) {
    send_request(request);
    request->deadline = now() + request->settings->timeout;
  }
  conversation_alarm(conversation, request->deadline - now() + 1);
}

static const struct conversation_part part = {begin, event, turn, lost, NULL};

static int report(struct request *request, bool ended) {
  if (!ended) {
    complain("%s; %" PRIu64 " of %" PRIu64 " requests answered", request->conversation.failure.text,
        request->answered, request->settings->count);
    return EXIT_FAILED;
  }
  if (!request->settings->quiet && (request->settings->count > 1 || request->late)) {
    complain(request->late ? "%" PRIu64 " requests answered, %" PRIu64 " answers that nobody waits for"
                           : "%" PRIu64 " requests answered",
        request->answered, request->late);
  }
  return request->answered == request->settings->count ? EXIT_DONE : EXIT_FAILED;
}

static int ask(struct request *request) {
  const struct request_settings *const settings = request->settings;
  if (!conversation_address(&request->conversation)[0])
    return usage_error("the URL names no address to ask: amqp://HOST/ADDRESS");
  const bool input = settings->file || !settings->body || strcmp(settings->body, "-") == 0;
  if (input) {
    const int result = read_file(settings->file ? settings->file : "-", &request->body, &request->body_size);
    if (result != EXIT_DONE) return result;
  } else {
    request->body = strdup(settings->body);
    request->body_size = strlen(settings->body);
  }
  request->answer = pn_message();
  if (!request->body || !request->answer) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  request->conversation.part = &part;
  request->conversation.context = request;
  request->conversation.quiet = settings->quiet;
  request->deadline = now() + settings->timeout;
  conversation_alarm(&request->conversation, settings->timeout);
  return report(request, conversation_run(&request->conversation));
}

static int run(void *context) {
  struct request_settings *const settings = context;
  struct request request = {.settings = settings};
  if (settings->body && settings->file) return usage_error("a body and --file: only one of them can be sent");
  if (settings->json) {
    settings->output = OUTPUT_JSON;
    settings->input = INPUT_JSON;
  }
  if (settings->file && settings->input == INPUT_AUTO) settings->input = INPUT_BINARY;
  int result = conversation_prepare(&request.conversation, &settings->client, settings->url);
  if (result != EXIT_DONE) return result;
  result = compose_prepare(&request.composer, &settings->message, (enum input)settings->input);
  request.composer.numbered = settings->count > 1;
  if (result == EXIT_DONE) {
    result = ask(&request);
    compose_clear(&request.composer);
  }
  conversation_clear(&request.conversation);
  pn_message_free(request.answer);
  free(request.body);
  free(request.bytes);
  return result;
}

#define SETTING(name) offsetof(struct request_settings, name)
static const struct option options[] = {
    {"file", 'f', OPTION_TEXT, SETTING(file), "FILE", "the request is what this file holds, octet by octet"},
    {"input", 'i', OPTION_CHOICE, SETTING(input), "KIND",
        "what the request is given as, as for `baryon send`", 0, 0, input_names},
    {"output", 'o', OPTION_CHOICE, SETTING(output), "KIND",
        "how the answer is printed, as by `baryon receive`", 0, 0, output_names},
    {"json", 'j', OPTION_FLAG, SETTING(json), NULL, "--input=json and --output=json"},
    {"count", 'n', OPTION_COUNT, SETTING(count), "NUMBER",
        "ask so often, one after the other; {n} in the request stands for its number", 1},
    {"timeout", 't', OPTION_DURATION, SETTING(timeout), "TIME", "how long to wait for each answer", 1,
        86400000},
    {"quiet", 'q', OPTION_FLAG, SETTING(quiet), NULL, "say nothing when all is well"}, {NULL}};

static const struct request_settings defaults = {
    .count = 1, .timeout = 10000, .message = MESSAGE_DEFAULTS, .client = CLIENT_DEFAULTS};

const struct command command_request = {
    .name = "request",
    .summary = "send a request and print the answer",
    .description = "Sends a message to an address at which a service listens, and prints the message that "
                   "comes as the answer. The answer comes to an "
                   "address of its own that the broker makes up (a dynamic node), which is written on the "
                   "request as its reply-to; for brokers "
                   "that make up none, --reply-to names a queue for it. Request and answer belong together "
                   "by their correlation-id.\n\n"
                   "With --reconnect, a request whose answer had not come when the connection was lost is "
                   "asked again; a service may then get it "
                   "twice.",
    .operands =
        (const struct operand[]){
            {"URL", "whom to ask: amqp://user:password@host:port/address, or amqps:// for TLS", SETTING(url),
                false},
            {"BODY", "the request; without it, or if it is '-', all of standard input", SETTING(body), true},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Options", options, 0},
        MESSAGE_GROUP(struct request_settings, message), CLIENT_GROUP(struct request_settings, client),
        {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon request localhost/time 'what time is it?'",
                                             "one question, one answer"},
        {"baryon request localhost/sum --json '[1, 2, 3]' -t 2s", "an answer within two seconds, as JSON"},
        {"baryon request localhost/echo 'ping {n}' -n 5", "five questions, one after the other"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
