/* reply.c: `baryon reply`: a service that answers requests: with what they said, with a text, or with what a program makes of them.
 *
 * A request is acknowledged when the broker has acknowledged its answer, so that none is lost between the two. There is a link (a
 * route) for each address that answers go to; the broker may end one of them, when who asked has gone, and the service goes on. */
#include "cli/command.h"
#include "cli/compose.h"
#include "cli/conversation.h"
#include "cli/exec.h"
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

enum { LAST_WAIT = 1000, MOST_ROUTES = 256, EXEC_TIMEOUT = 30000 };

struct reply_settings {
  const char *url;
  const char *body;
  const char *exec;
  uint64_t exec_timeout; /* ms; 0: none */
  bool json;
  uint64_t count;
  uint64_t credit;
  bool quiet;
  struct client_options client;
};

struct route {
  char *address;
  pn_link_t *link;
  size_t waiting; /* answers on it */
  struct route *next;
};

struct answer {
  pn_delivery_t *request;
  struct route *route;
  char *bytes;
  size_t size;
  bool sent;
  struct answer *next;
};

struct reply {
  const struct reply_settings *settings;
  struct conversation conversation;
  pn_session_t *ssn;
  pn_link_t *receiver;
  pn_message_t *request, *message;
  struct route *routes;
  size_t route_count;
  struct answer *answers, **end; /* in order; each with a request that is not acknowledged */
  char *bytes;
  size_t room;
  uint64_t taken, answered, refused;
  uint64_t last_wait; /* when Ctrl-C was noticed */
};

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

/* Routes and answers. */

static void begin(struct conversation *conversation, pn_session_t *ssn) {
  struct reply *const reply = conversation->context;
  reply->ssn = ssn;
  reply->receiver = pn_receiver(ssn, "baryon-reply");
  if (!reply->receiver) {
    conversation_fail(conversation, "out of memory");
    return;
  }
  (void)pn_terminus_set_address(pn_link_source(reply->receiver), conversation_address(conversation));
  pn_link_open(reply->receiver);
}

static void forget_route(struct reply *reply, struct route *route) {
  struct route **place = &reply->routes;
  while (*place != route) place = &(*place)->next;
  *place = route->next;
  reply->route_count--;
  free(route->address);
  free(route);
}

/* One that nobody uses gives way to another. */
static void make_room(struct reply *reply) {
  struct route *idle = NULL;
  for (struct route *route = reply->routes; route; route = route->next) {
    if (!route->waiting) idle = route;
  }
  if (reply->route_count < MOST_ROUTES || !idle) return;
  pn_link_set_context(idle->link, NULL);
  pn_link_close(idle->link);
  forget_route(reply, idle);
}

static struct route *route_to(struct reply *reply, const char *address) {
  struct route *route = reply->routes;
  while (route && strcmp(route->address, address) != 0) route = route->next;
  if (route) return route;
  make_room(reply);
  route = calloc(1, sizeof *route);
  char *const copy = route ? strdup(address) : NULL;
  pn_link_t *const link = copy ? pn_sender(reply->ssn, copy) : NULL;
  if (!link) {
    free(copy);
    free(route);
    return NULL;
  }
  *route = (struct route){copy, link, 0, reply->routes};
  (void)pn_terminus_set_address(pn_link_target(link), address);
  pn_link_set_context(link, route);
  pn_link_open(link);
  reply->routes = route;
  reply->route_count++;
  return route;
}

static void settle_request(struct reply *reply, pn_delivery_t *dlv, uint64_t outcome, const char *why) {
  if (outcome == PN_REJECTED) {
    reply->refused++;
    pn_condition_t *const condition = pn_disposition_condition(pn_delivery_local(dlv));
    (void)pn_condition_set_name(condition, "amqp:precondition-failed");
    (void)pn_condition_set_description(condition, why);
    if (!reply->settings->quiet) complain("request %" PRIu64 ": %s", reply->answered + reply->refused, why);
  } else {
    reply->answered++;
  }
  pn_delivery_update(dlv, outcome);
  pn_delivery_settle(dlv);
}

static void remove_answer(struct reply *reply, struct answer **place) {
  struct answer *const answer = *place;
  *place = answer->next;
  if (reply->end == &answer->next) reply->end = place;
  answer->route->waiting--;
  free(answer->bytes);
  free(answer);
}

static bool add_answer(struct reply *reply, pn_delivery_t *request, struct route *route) {
  struct answer *const answer = calloc(1, sizeof *answer);
  pn_rwbytes_t buffer = {0, NULL};
  const ssize_t size = answer ? pn_message_encode2(reply->message, &buffer) : -1;
  if (size < 0) {
    free(buffer.start);
    free(answer);
    return false;
  }
  *answer = (struct answer){request, route, buffer.start, (size_t)size, false, NULL};
  route->waiting++;
  *reply->end = answer;
  reply->end = &answer->next;
  return true;
}

static void pump(struct reply *reply) {
  for (struct answer *answer = reply->answers; answer; answer = answer->next) {
    pn_link_t *const link = answer->route->link;
    if (answer->sent || pn_link_credit(link) <= 0) continue;
    const uintptr_t tag = (uintptr_t)answer; /* no two that live have the same */
    pn_delivery_t *const dlv = pn_delivery(link, pn_dtag((const char *)&tag, sizeof tag));
    if (!dlv || pn_link_send(link, answer->bytes, answer->size) != (ssize_t)answer->size) {
      conversation_fail(&reply->conversation, "out of memory for an answer");
      return;
    }
    pn_delivery_set_context(dlv, answer);
    pn_link_advance(link);
    answer->sent = true;
  }
}

/* What the answer says. */

/* Parts are put one behind the other. */
struct text {
  char *octets;
  size_t size;
};

static bool append(struct text *text, const char *octets, size_t size) {
  char *const larger = realloc(text->octets, text->size + size + 1);
  if (!larger) return false;
  if (size) memcpy(larger + text->size, octets, size);
  text->octets = larger;
  text->size += size;
  return true;
}

/* The request's body as text: its octets, or JSON if it is of another type. */
static struct text request_text(pn_message_t *request, bool json) {
  struct text text = {NULL, 0};
  pn_data_t *const body = pn_message_body(request);
  bool octets = !json;
  pn_data_rewind(body);
  while (octets && pn_data_next(body)) {
    const pn_type_t type = pn_data_type(body);
    const pn_bytes_t bytes = pn_data_get_bytes(body);
    octets = type == PN_STRING || type == PN_BINARY || type == PN_SYMBOL;
    if (octets && !append(&text, bytes.start, bytes.size)) return text;
  }
  if (octets) return text;
  free(text.octets);
  text = (struct text){NULL, 0};
  FILE *const out = open_memstream(&text.octets, &text.size);
  if (!out) return text;
  json_write_body(out, request);
  (void)fclose(out);
  return text;
}

/* The template with "{body}" and "{n}" filled in. */
static struct text filled(const char *template, const struct text *body, uint64_t number) {
  struct text text = {NULL, 0};
  char digits[24];
  const size_t width = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
  while (*template) {
    size_t plain = strcspn(template, "{");
    if (plain == 0 && strncmp(template, "{body}", 6) == 0) {
      if (!append(&text, body->octets, body->size)) break;
      template += 6;
    } else if (plain == 0 && strncmp(template, "{n}", 3) == 0) {
      if (!append(&text, digits, width)) break;
      template += 3;
    } else {
      plain += plain == 0;
      if (!append(&text, template, plain)) break;
      template += plain;
    }
  }
  return text;
}

/* A body of text: a string, or plain octets where it is not UTF-8; a value with --json. @return NULL, or what is wrong */
static const char *set_body(struct reply *reply, const struct text *text, struct json_fault *fault) {
  size_t place;
  pn_data_t *const body = pn_message_body(reply->message);
  const pn_bytes_t bytes = pn_bytes(text->size, text->octets ? text->octets : "");
  if (reply->settings->json) {
    json_t *const value = json_parse(bytes.start, bytes.size, fault);
    const bool put = value && json_put_body(value, reply->message, fault);
    json_decref(value);
    return put ? NULL : fault->text;
  }
  const bool utf8 = json_is_utf8(bytes.start, bytes.size, &place);
  pn_message_set_inferred(reply->message, !utf8);
  pn_data_clear(body);
  (void)(utf8 ? pn_data_put_string(body, bytes) : pn_data_put_binary(body, bytes));
  return NULL;
}

/* Make the answer. @return NULL, or why there is none */
static const char *make_answer(struct reply *reply, struct json_fault *fault) {
  const struct reply_settings *const settings = reply->settings;
  pn_message_t *const answer = reply->message;
  pn_message_clear(answer);
  if (!settings->body && !settings->exec) {
    pn_message_set_inferred(answer, pn_message_is_inferred(reply->request));
    (void)pn_message_set_content_type(answer, pn_message_get_content_type(reply->request));
    return pn_data_copy(pn_message_body(answer), pn_message_body(reply->request)) == 0 ? NULL
                                                                                       : "out of memory";
  }
  struct text body = request_text(reply->request, settings->json);
  struct text text = {NULL, 0};
  const char *why = NULL;
  if (settings->exec) {
    const int code =
        exec_filter(settings->exec, settings->exec_timeout, body.octets, body.size, &text.octets, &text.size);
    if (code == EXEC_LATE)
      (void)snprintf(fault->text, sizeof fault->text,
          "the command took longer than %" PRIu64 ".%03" PRIu64 " s, and was killed",
          settings->exec_timeout / 1000, settings->exec_timeout % 1000);
    else
      (void)snprintf(fault->text, sizeof fault->text,
          code < 0 ? "the command cannot be run" : "the command ended with %d", code);
    if (code != 0) why = fault->text;
    if (text.size && text.octets[text.size - 1] == '\n') text.size--; /* as the shell's $(...) does */
  } else {
    text = filled(settings->body, &body, reply->taken);
  }
  if (!why) why = set_body(reply, &text, fault);
  free(body.octets);
  free(text.octets);
  return why;
}

static void answer_request(struct reply *reply, pn_delivery_t *dlv, size_t size) {
  struct json_fault fault = {""};
  pn_message_clear(reply->request);
  reply->taken++;
  if (pn_message_decode(reply->request, reply->bytes, size) != 0) {
    settle_request(reply, dlv, PN_REJECTED, "it is not a message");
    return;
  }
  const char *const reply_to = pn_message_get_reply_to(reply->request);
  if (!reply_to || !*reply_to) {
    settle_request(reply, dlv, PN_REJECTED, "it has no reply-to, so nobody waits for an answer");
    return;
  }
  const char *const why = make_answer(reply, &fault);
  if (why) {
    settle_request(reply, dlv, PN_REJECTED, why);
    return;
  }
  pn_data_t *const correlation = pn_message_correlation_id(reply->request);
  pn_data_t *const id = pn_data_size(correlation) > 0 ? correlation : pn_message_id(reply->request);
  (void)pn_data_copy(pn_message_correlation_id(reply->message), id);
  (void)pn_message_set_address(reply->message, reply_to);
  struct route *const route = route_to(reply, reply_to);
  if (!route || !add_answer(reply, dlv, route)) settle_request(reply, dlv, PN_REJECTED, "out of memory");
}

/* Events. */

static void on_request(struct reply *reply, pn_delivery_t *dlv) {
  if (pn_delivery_aborted(dlv)) {
    pn_delivery_settle(dlv);
    return;
  }
  if (!pn_delivery_readable(dlv) || pn_delivery_partial(dlv)) return;
  const size_t size = pn_delivery_pending(dlv);
  if (size > reply->room) {
    free(reply->bytes);
    reply->bytes = malloc(size);
    reply->room = reply->bytes ? size : 0;
  }
  if (size > reply->room) {
    conversation_fail(&reply->conversation, "out of memory for a request of %zu octets", size);
    return;
  }
  if (size) (void)pn_link_recv(reply->receiver, reply->bytes, size);
  pn_link_advance(reply->receiver);
  answer_request(reply, dlv, size);
}

static void on_outcome(struct reply *reply, pn_delivery_t *dlv) {
  const uint64_t state = pn_delivery_remote_state(dlv);
  struct answer **place = &reply->answers;
  if (!pn_delivery_settled(dlv) && (state == 0 || state == PN_RECEIVED)) return;
  while (*place && *place != pn_delivery_get_context(dlv)) place = &(*place)->next;
  if (*place) {
    settle_request(reply, (*place)->request, state == PN_ACCEPTED ? PN_ACCEPTED : PN_REJECTED,
        "nobody takes the answer");
    remove_answer(reply, place);
  }
  pn_delivery_settle(dlv);
}

static void event(struct conversation *conversation, pn_event_t *event) {
  struct reply *const reply = conversation->context;
  if (pn_event_type(event) != PN_DELIVERY) return;
  if (pn_event_link(event) == reply->receiver) {
    on_request(reply, pn_event_delivery(event));
  } else {
    on_outcome(reply, pn_event_delivery(event));
  }
}

/* Who asked has gone, or never was there. */
static bool link_ended(struct conversation *conversation, pn_link_t *link) {
  struct reply *const reply = conversation->context;
  if (link == reply->receiver) return false;
  struct route *const route = pn_link_get_context(link);
  for (struct answer **place = &reply->answers; *place && route;) {
    if ((*place)->route == route) {
      settle_request(reply, (*place)->request, PN_REJECTED, "the address for the answer is gone");
      remove_answer(reply, place);
    } else {
      place = &(*place)->next;
    }
  }
  pn_link_set_context(link, NULL);
  pn_link_close(link);
  if (route) forget_route(reply, route);
  return true;
}

static void lost(struct conversation *conversation) {
  struct reply *const reply = conversation->context;
  while (reply->answers) remove_answer(reply, &reply->answers); /* their requests will come again */
  while (reply->routes) forget_route(reply, reply->routes);
  reply->ssn = NULL;
  reply->receiver = NULL;
}

static void turn(struct conversation *conversation) {
  struct reply *const reply = conversation->context;
  if (conversation->state != CONVERSATION_OPEN) return;
  pump(reply);
  const uint64_t done = reply->answered + reply->refused, count = reply->settings->count;
  if (conversation->stopping && !reply->last_wait) reply->last_wait = now() + LAST_WAIT;
  if ((count && done >= count) ||
      (conversation->stopping && (!reply->answers || now() >= reply->last_wait))) {
    conversation_end(conversation);
    return;
  }
  if (conversation->stopping) {
    conversation_alarm(conversation, LAST_WAIT);
    return;
  }
  if (!(pn_link_state(reply->receiver) & PN_REMOTE_ACTIVE)) return;
  const uint64_t missing = count ? count - done : reply->settings->credit;
  const int want = (int)(missing < reply->settings->credit ? missing : reply->settings->credit);
  int have = pn_link_credit(reply->receiver);
  for (const struct answer *answer = reply->answers; answer; answer = answer->next) have++;
  if (have < want) pn_link_flow(reply->receiver, want - have);
}

static const struct conversation_part part = {begin, event, turn, lost, link_ended};

static int serve(struct reply *reply) {
  if (!conversation_address(&reply->conversation)[0]) {
    return usage_error("the URL names no address to take requests from: amqp://HOST/ADDRESS");
  }
  reply->request = pn_message();
  reply->message = pn_message();
  reply->end = &reply->answers;
  if (!reply->request || !reply->message) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  reply->conversation.part = &part;
  reply->conversation.context = reply;
  reply->conversation.quiet = reply->settings->quiet;
  const bool ended = conversation_run(&reply->conversation);
  const char *const one = reply->answered == 1 ? "request" : "requests";
  if (!ended) {
    complain("%s; %" PRIu64 " %s answered, %" PRIu64 " rejected", reply->conversation.failure.text,
        reply->answered, one, reply->refused);
    return EXIT_FAILED;
  }
  if (!reply->settings->quiet)
    complain("%" PRIu64 " %s answered, %" PRIu64 " rejected", reply->answered, one, reply->refused);
  return reply->refused ? EXIT_FAILED : EXIT_DONE;
}

static int run(void *context) {
  struct reply_settings *const settings = context;
  struct reply reply = {.settings = settings};
  if (settings->body && settings->exec)
    return usage_error("a body and --exec: the answer can be only one of them");
  int result = conversation_prepare(&reply.conversation, &settings->client, settings->url);
  if (result != EXIT_DONE) return result;
  result = serve(&reply);
  conversation_clear(&reply.conversation);
  reply.end = &reply.answers;
  while (reply.answers) remove_answer(&reply, &reply.answers);
  while (reply.routes) forget_route(&reply, reply.routes);
  pn_message_free(reply.request);
  pn_message_free(reply.message);
  free(reply.bytes);
  return result;
}

#define SETTING(name) offsetof(struct reply_settings, name)
static const struct option options[] = {
    {"exec", 'x', OPTION_TEXT, SETTING(exec), "COMMAND",
        "answer with what this command of the shell writes; the request's body is its standard input. If it "
        "fails, the request is "
        "rejected"},
    {"exec-timeout", 0, OPTION_DURATION, SETTING(exec_timeout), "TIME",
        "how long the command may take for a request, before it is killed and the request rejected; 0: as "
        "long as it wants"},
    {"json", 'j', OPTION_FLAG, SETTING(json), NULL,
        "the answer is JSON, and becomes a value as by `baryon send --json`; {body} and the command's input "
        "are the request's body as JSON"},
    {"count", 'n', OPTION_COUNT, SETTING(count), "NUMBER", "end after so many requests", 1},
    {"credit", 'c', OPTION_COUNT, SETTING(credit), "NUMBER", "how many requests the broker may send ahead", 1,
        1000},
    {"quiet", 'q', OPTION_FLAG, SETTING(quiet), NULL,
        "say nothing when all is well, nor about requests that are rejected"},
    {NULL}};

static const struct reply_settings defaults = {
    .credit = 10, .exec_timeout = EXEC_TIMEOUT, .client = CLIENT_DEFAULTS};

const struct command command_reply = {
    .name = "reply",
    .summary = "answer requests, as a service does",
    .description = "Takes requests from an address and sends the answer to the reply-to that is written on "
                   "each, until Ctrl-C or --count. Without BODY "
                   "or --exec the answer is the request's own body.\n\n"
                   "A request is acknowledged when its answer has been; if this service dies before, the "
                   "broker gives the request to the next one. A "
                   "request without a reply-to, one whose command fails and one whose answer nobody takes "
                   "are rejected. The answer carries the request's "
                   "correlation-id, or its message-id if it has none.",
    .operands =
        (const struct operand[]){
            {"URL", "where requests come from: amqp://user:password@host:port/address", SETTING(url), false},
            {"BODY",
                "the answer; {body} in it stands for the request's body, {n} for the number of the request",
                SETTING(body), true},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Options", options, 0},
        CLIENT_GROUP(struct reply_settings, client), {NULL, NULL, 0}},
    .examples =
        (const struct example[]){{"baryon reply localhost/echo", "answers each request with its own body"},
            {"baryon reply localhost/greeting 'hello {body}, you are number {n}'", "fills in a text"},
            {"baryon reply localhost/upper --exec 'tr a-z A-Z'", "lets a program answer"},
            {"baryon reply localhost/sum --json --exec 'jq add'", "the same with JSON"}, {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
