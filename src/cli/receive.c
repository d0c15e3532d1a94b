/* receive.c: `baryon receive`: messages from an address, printed.
 *
 * A message is acknowledged after it was printed and the output flushed, so that a receiver that dies loses none. What it had
 * printed and not acknowledged comes again: to whoever is next, or to this one when its connection was lost. Then it is left out,
 * if it can be told (seen.h): it has a message-id that was printed on an earlier connection. No more messages are remembered than can
 * be in doubt: the acknowledgements leave before the credit that lets more come, so those of the last two credits at most. */
#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/print.h"
#include "cli/seen.h"
#include <errno.h>
#include <inttypes.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/error.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS = 200, MOST_CREDIT = SEEN_MOST / 4 };

enum ack { ACK_ACCEPT, ACK_RELEASE, ACK_REJECT, ACK_NONE };

struct receive_settings {
  const char *url;
  uint64_t count;
  uint64_t timeout; /* ms */
  unsigned output;
  bool json;
  uint64_t credit;
  unsigned ack;
  bool browse;
  bool drain;
  bool unique;
  const char *filter;
  bool quiet;
  struct client_options client;
};

struct receive_counts {
  uint64_t printed;
  uint64_t settled;    /* of these */
  uint64_t repeated;   /* left out: they had been printed before */
  uint64_t unreadable; /* not messages; given back */
};

struct printed {
  pn_delivery_t *dlv;
  uint64_t outcome;
  bool counts;
};

struct receive {
  const struct receive_settings *settings;
  struct conversation conversation;
  pn_message_t *message;
  pn_link_t *link;
  char *bytes; /* of one delivery */
  size_t room;
  struct printed *printed; /* not yet acknowledged */
  size_t printed_count, printed_room;
  struct seen *seen; /* NULL: none are looked for */
  unsigned generation;
  struct receive_counts counts;
  int error;           /* of standard output */
  uint64_t drained_at; /* counts.printed when the queue was last asked to be emptied */
  bool draining;
  bool tame;
  uint64_t begun, progressed; /* by pn_proactor_now_64 */
};

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

/* Attaching. */

static bool set_filter(pn_terminus_t *source, const char *selector) {
  static const char name[] = "apache.org:selector-filter:string";
  pn_data_t *const filter = pn_terminus_filter(source);
  pn_data_put_map(filter);
  pn_data_enter(filter);
  pn_data_put_symbol(filter, pn_bytes(8, "selector"));
  pn_data_put_described(filter);
  pn_data_enter(filter);
  pn_data_put_symbol(filter, pn_bytes(sizeof name - 1, name));
  pn_data_put_string(filter, pn_bytes(strlen(selector), selector));
  pn_data_exit(filter);
  return pn_data_exit(filter);
}

static void begin(struct conversation *conversation, pn_session_t *ssn) {
  struct receive *const receive = conversation->context;
  const char *const address = conversation_address(conversation);
  pn_link_t *const link = pn_receiver(ssn, "baryon-receive");
  if (!link) {
    conversation_fail(conversation, "out of memory");
    return;
  }
  pn_terminus_t *const source = pn_link_source(link);
  (void)pn_terminus_set_address(source, address);
  (void)pn_terminus_set_address(pn_link_target(link), address);
  if (receive->settings->browse) (void)pn_terminus_set_distribution_mode(source, PN_DIST_MODE_COPY);
  if (receive->settings->filter) (void)set_filter(source, receive->settings->filter);
  pn_link_open(link);
  receive->link = link;
  receive->generation++;
  receive->draining = false;
}

/* What was asked for has to be what is done: a broker that takes no notice of it would hand out the wrong messages. */
static bool understood(struct receive *receive) {
  pn_terminus_t *const source = pn_link_remote_source(receive->link);
  const char *const place = receive->conversation.client.place;
  if (receive->settings->browse && pn_terminus_get_distribution_mode(source) != PN_DIST_MODE_COPY) {
    conversation_fail(&receive->conversation,
        "%s: the broker does not let '%s' be browsed; without --browse messages are taken off it", place,
        conversation_address(&receive->conversation));
    return false;
  }
  pn_data_t *const filter = pn_terminus_filter(source);
  pn_data_rewind(filter);
  if (receive->settings->filter && !(pn_data_next(filter) && pn_data_get_map(filter) > 0)) {
    conversation_fail(
        &receive->conversation, "%s: the broker takes no notice of --filter; nothing was received", place);
    return false;
  }
  return true;
}

static void give_credit(struct receive *receive) {
  const struct receive_settings *const settings = receive->settings;
  const uint64_t missing = settings->count ? settings->count - receive->counts.printed : settings->credit;
  const int want = (int)(missing < settings->credit ? missing : settings->credit),
            have = pn_link_credit(receive->link);
  if (settings->drain) {
    if (receive->draining && pn_link_draining(receive->link)) return;
    if (receive->draining && receive->drained_at == receive->counts.printed + receive->counts.repeated) {
      conversation_end(&receive->conversation); /* it had credit, and nothing came */
      return;
    }
    receive->draining = true;
    receive->drained_at = receive->counts.printed + receive->counts.repeated;
    pn_link_drain(receive->link, want);
  } else if (have < want && have <= want / 2) {
    pn_link_flow(receive->link, want - have);
  }
}

/* Receiving. */

/* To be settled once what was printed has been flushed. */
static void settle_later(struct receive *receive, pn_delivery_t *dlv, uint64_t outcome, bool counts) {
  if (receive->printed_count == receive->printed_room) {
    const size_t room = receive->printed_room * 2 + 64;
    struct printed *const printed = realloc(receive->printed, room * sizeof *printed);
    if (!printed) {
      conversation_fail(&receive->conversation, "out of memory");
      return;
    }
    receive->printed = printed;
    receive->printed_room = room;
  }
  receive->printed[receive->printed_count++] = (struct printed){dlv, outcome, counts};
}

/* Whether this message has been printed on an earlier connection; with --unique, ever. */
static bool is_repeated(struct receive *receive) {
  unsigned generation = receive->generation;
  if (!receive->seen || seen_add(receive->seen, pn_message_id(receive->message), &generation) != 1)
    return false;
  return receive->settings->unique || generation != receive->generation;
}

static void take(struct receive *receive, pn_delivery_t *dlv, size_t size) {
  static const uint64_t outcomes[] = {PN_ACCEPTED, PN_RELEASED, PN_REJECTED, 0};
  const uint64_t outcome = outcomes[receive->settings->ack];
  pn_message_clear(receive->message);
  if (pn_message_decode(receive->message, receive->bytes, size) != 0) {
    const char *const why = pn_error_text(pn_message_error(receive->message));
    if (receive->counts.unreadable++ == 0)
      complain("a delivery of %zu octets is not a message: %s", size, why ? why : "");
    pn_disposition_set_undeliverable(pn_delivery_local(dlv), true);
    pn_disposition_set_failed(pn_delivery_local(dlv), true);
    settle_later(receive, dlv, outcome ? PN_MODIFIED : 0, false);
  } else if (is_repeated(receive)) {
    receive->counts.repeated++;
    settle_later(receive, dlv, outcome, false);
  } else {
    progress_end();
    message_print(stdout, (enum output)receive->settings->output, receive->message, receive->tame);
    receive->counts.printed++;
    settle_later(receive, dlv, outcome, true);
  }
}

static void on_delivery(struct receive *receive, pn_delivery_t *dlv) {
  if (pn_delivery_aborted(dlv)) {
    pn_delivery_settle(dlv);
    return;
  }
  if (!pn_delivery_readable(dlv) || pn_delivery_partial(dlv)) return;
  if (receive->settings->count && receive->counts.printed >= receive->settings->count)
    return; /* not asked for; given back by the close */
  const size_t size = pn_delivery_pending(dlv);
  if (size > receive->room) {
    free(receive->bytes);
    receive->room = 0;
    receive->bytes = malloc(size);
    if (!receive->bytes) {
      conversation_fail(&receive->conversation, "out of memory for a message of %zu octets", size);
      return;
    }
    receive->room = size;
  }
  const ssize_t got = size ? pn_link_recv(receive->link, receive->bytes, size) : 0;
  pn_link_advance(receive->link);
  receive->progressed = now();
  if (got == (ssize_t)size) take(receive, dlv, size);
}

static void event(struct conversation *conversation, pn_event_t *event) {
  struct receive *const receive = conversation->context;
  switch (pn_event_type(event)) {
  case PN_LINK_REMOTE_OPEN:
    if (conversation_attached(receive->link) && understood(receive)) give_credit(receive);
    break;
  case PN_DELIVERY: on_delivery(receive, pn_event_delivery(event)); break;
  default: break;
  }
}

static void lost(struct conversation *conversation) {
  struct receive *const receive = conversation->context;
  receive->link = NULL;
  receive->printed_count = 0; /* they will come again */
}

/* What was printed is where it belongs: it may be acknowledged. */
static void settle(struct receive *receive) {
  if (receive->printed_count == 0 || receive->error) return;
  if (fflush(stdout) != 0 || ferror(stdout)) {
    receive->error = errno;
    conversation_end(&receive->conversation); /* the broker keeps what is not acknowledged */
    return;
  }
  for (size_t i = 0; i < receive->printed_count; i++) {
    const struct printed *const printed = &receive->printed[i];
    if (!printed->outcome) continue;
    pn_delivery_update(printed->dlv, printed->outcome);
    pn_delivery_settle(printed->dlv);
    if (printed->counts) receive->counts.settled++;
  }
  receive->printed_count = 0;
}

static void watch_time(struct receive *receive) {
  const uint64_t timeout = receive->settings->timeout, waited = now() - receive->progressed;
  if (!timeout) return;
  if (waited < timeout) {
    conversation_alarm(&receive->conversation, timeout - waited);
  } else if (receive->settings->count) {
    conversation_fail(&receive->conversation, "%s: no message came for %" PRIu64 " ms",
        receive->conversation.client.place, timeout);
  } else {
    conversation_end(&receive->conversation);
  }
}

static void show_progress(struct receive *receive) {
  if (receive->settings->quiet || terminal_is_lively(stdout) || !terminal_is_lively(stderr)) return;
  progress("%" PRIu64 " messages", receive->counts.printed);
  conversation_alarm(&receive->conversation, PROGRESS);
}

static void turn(struct conversation *conversation) {
  struct receive *const receive = conversation->context;
  if (conversation->state == CONVERSATION_OPEN) {
    settle(receive);
    if (conversation->stopping) conversation_end(conversation);
    if (receive->settings->count && receive->counts.printed >= receive->settings->count)
      conversation_end(conversation);
  }
  if (conversation->state >= CONVERSATION_CLOSING) return;
  if (conversation->state == CONVERSATION_OPEN && conversation_attached(receive->link)) give_credit(receive);
  watch_time(receive);
  show_progress(receive);
}

static const struct conversation_part part = {begin, event, turn, lost, NULL};

/* What came of it, in one line. */
static int report(struct receive *receive, bool ended) {
  static const char *const settled[] = {"acknowledged", "released", "rejected", ""};
  const struct receive_counts *const counts = &receive->counts;
  char text[300];
  int used = snprintf(text, sizeof text, "%" PRIu64 " %s received", counts->printed,
      counts->printed == 1 ? "message" : "messages");
  const struct {
    uint64_t count;
    const char *what;
  } others[] = {{counts->settled, settled[receive->settings->ack]},
      {counts->repeated, "left out that had come before"},
      {counts->unreadable, "that cannot be read given back"},
      {receive->conversation.reconnects, "times connected again"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (others[i].count)
      used += snprintf(
          text + used, sizeof text - (size_t)used, ", %" PRIu64 " %s", others[i].count, others[i].what);
  }
  if (!ended) {
    complain("%s; %s", receive->conversation.failure.text, text);
    return EXIT_FAILED;
  }
  const bool missing = receive->settings->count > counts->printed;
  if (!receive->settings->quiet || missing || counts->unreadable) {
    complain(missing ? "%s of %" PRIu64 : "%s", text, receive->settings->count);
  }
  return missing || counts->unreadable || receive->error ? EXIT_FAILED : EXIT_DONE;
}

static int check(struct receive_settings *settings) {
  if (settings->json && settings->output != OUTPUT_TEXT && settings->output != OUTPUT_JSON) {
    return usage_error("--json and --output=%s contradict each other", output_names[settings->output]);
  }
  if (settings->json) settings->output = OUTPUT_JSON;
  return EXIT_DONE;
}

static void clear(struct receive *receive) {
  conversation_clear(&receive->conversation);
  pn_message_free(receive->message);
  seen_end(receive->seen);
  free(receive->printed);
  free(receive->bytes);
}

static int receive_all(struct receive *receive) {
  const struct receive_settings *const settings = receive->settings;
  if (!conversation_address(&receive->conversation)[0]) {
    return usage_error("the URL names no address to receive from: amqp://HOST/ADDRESS");
  }
  const bool settles = settings->ack == ACK_ACCEPT || settings->ack == ACK_REJECT;
  const bool remembers = settings->unique || (settings->client.reconnect && settles && !settings->browse);
  receive->message = pn_message();
  if (remembers) receive->seen = seen_begin();
  if (!receive->message || (remembers && !receive->seen)) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  receive->conversation.part = &part;
  receive->conversation.context = receive;
  receive->conversation.quiet = settings->quiet;
  receive->begun = receive->progressed = now();
  receive->tame = terminal_is_lively(stdout);
  const bool ended = conversation_run(&receive->conversation);
  progress_end();
  return report(receive, ended);
}

static int run(void *context) {
  struct receive_settings *const settings = context;
  struct receive receive = {.settings = settings};
  int result = check(settings);
  if (result == EXIT_DONE)
    result = conversation_prepare(&receive.conversation, &settings->client, settings->url);
  if (result != EXIT_DONE) return result;
  result = receive_all(&receive);
  clear(&receive);
  errno = receive.error; /* main says what is wrong with standard output */
  return result;
}

#define SETTING(name) offsetof(struct receive_settings, name)
static const struct option options[] = {{"count", 'n', OPTION_COUNT, SETTING(count), "NUMBER",
                                            "end after this many messages, and fail if they do not come", 1},
    {"timeout", 't', OPTION_DURATION, SETTING(timeout), "TIME",
        "end when no message has come for this time; without it, wait until Ctrl-C", 1, 86400000},
    {"drain", 0, OPTION_FLAG, SETTING(drain), NULL,
        "end when the broker says that there are no more messages; not all brokers do"},
    {"output", 'o', OPTION_CHOICE, SETTING(output), "KIND",
        "'text': the body and a new line; 'json': the whole message as a line of JSON; 'raw': the body's "
        "octets, nothing else",
        0, 0, output_names},
    {"json", 'j', OPTION_FLAG, SETTING(json), NULL, "the same as --output=json"},
    {"ack", 'a', OPTION_CHOICE, SETTING(ack), "WHAT",
        "what the broker is told about each message: 'accept' takes it off the queue, 'release' gives it "
        "back, 'reject' says that it is "
        "no good, 'none' keeps it until the end and then gives it back",
        0, 0, (const char *const[]){"accept", "release", "reject", "none", NULL}},
    {"browse", 'b', OPTION_FLAG, SETTING(browse), NULL, "look at messages without taking them off the queue"},
    {"filter", 'F', OPTION_TEXT, SETTING(filter), "SELECTOR",
        "only messages for which this holds, as in \"colour = 'red' AND weight > 5\""},
    {"credit", 'c', OPTION_COUNT, SETTING(credit), "NUMBER", "how many messages the broker may send ahead", 1,
        MOST_CREDIT},
    {"unique", 'U', OPTION_FLAG, SETTING(unique), NULL,
        "leave out messages whose message-id has been printed, among the last 65536"},
    {"quiet", 'q', OPTION_FLAG, SETTING(quiet), NULL, "say nothing when all is well"}, {NULL}};

static const struct receive_settings defaults = {.credit = 100, .client = CLIENT_DEFAULTS};

const struct command command_receive = {
    .name = "receive",
    .summary = "receive messages from a queue or topic, and print them",
    .description = "Prints messages as they come from an address, which is the name of a queue or topic of a "
                   "broker, until Ctrl-C, or as --count, "
                   "--timeout or --drain say. Only messages go to standard output; what else there is to say "
                   "goes to standard error.\n\n"
                   "Each message is acknowledged after it has been printed and the output flushed, and not "
                   "before. So a receiver that is "
                   "killed, or whose output nobody reads any more, loses nothing: what it had not "
                   "acknowledged stays with the broker and goes to the "
                   "next. That may be a message that was printed already.\n\n"
                   "With --json, each message is one line of JSON: header, delivery_annotations, "
                   "message_annotations, properties, "
                   "application_properties and body, each only if there is something in it. Values are "
                   "written as `baryon send` takes them, so that no "
                   "type is lost: {\"$int\": 5}, {\"$binary\": \"AAEC\"}; a body of plain octets is "
                   "{\"$text\": \"...\"} if they are UTF-8, "
                   "else {\"$data\": \"AAEC\"}. docs/command.md has all of them.\n\n"
                   "With --reconnect, a connection that is lost is made again. Which of the last "
                   "acknowledgements have reached the broker is not "
                   "known then, and messages whose acknowledgement has not will come again. Those that have "
                   "a message-id are known by it, acknowledged "
                   "again and not printed again; those without one are printed a second time. `baryon send "
                   "--reconnect` gives each "
                   "message an id, but may itself have to send a message twice; --unique leaves out that "
                   "one, too, so that what was sent and what is "
                   "printed agree exactly.",
    .operands =
        (const struct operand[]){
            {"URL", "where from: amqp://user:password@host:port/address, or amqps:// for TLS", SETTING(url),
                false},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Options", options, 0},
        CLIENT_GROUP(struct receive_settings, client), {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon receive amqp://localhost/orders",
                                             "prints each message until Ctrl-C"},
        {"baryon receive localhost/orders -n 1 -t 5s", "one message, which has to come within five seconds"},
        {"baryon receive localhost/orders --browse --json -t 1s | jq .properties",
            "a look at what waits there"},
        {"baryon receive localhost/pictures -n 1 --output raw > picture.png", "a body as a file"},
        {"baryon receive localhost/load --reconnect --unique --quiet | wc -l",
            "counts messages, whatever happens to the connection"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
