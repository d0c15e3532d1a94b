/* conversation.c: one connection and its ends.
 *
 * A connection that ends for a passing reason is made again if --reconnect says so, and the part begins anew. What is not passing
 * (a refused password, a certificate, a queue that is not there) ends the conversation at once: trying again would not help.
 *
 * There is one timer. Each state has its limit, the part its alarm, and the earliest of them is set. */
#include "cli/conversation.h"
#include <errno.h>
#include <inttypes.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/link.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

enum { CLOSING_TIME = 5000 }; /* ms, for the broker's answer to a close */

static volatile sig_atomic_t signalled;
static pn_proactor_t *volatile signal_proactor;

static void on_signal(int number) {
  (void)number;
  signalled = 1;
  pn_proactor_t *const proactor = signal_proactor;
  if (proactor) pn_proactor_interrupt(proactor);
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
}

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

const char *conversation_address(const struct conversation *conversation) {
  const char *const address = conversation->client.url.address;
  return address ? address : "";
}

static pn_terminus_t *peer_terminus(pn_link_t *link) {
  return pn_link_is_sender(link) ? pn_link_remote_target(link) : pn_link_remote_source(link);
}

bool conversation_attached(pn_link_t *link) {
  pn_terminus_t *const terminus = peer_terminus(link);
  const bool there = (pn_link_state(link) & PN_REMOTE_UNINIT) == 0;
  return there && pn_terminus_get_type(terminus) != PN_UNSPECIFIED && pn_terminus_get_address(terminus);
}

/* States. */

static void over(struct conversation *conversation) {
  conversation->state = CONVERSATION_OVER;
  conversation->conn = NULL;
}

static void connect_now(struct conversation *conversation) {
  conversation->state = CONVERSATION_CONNECTING;
  conversation->limit = now() + conversation->client.options->connect_timeout;
  conversation->conn = client_connect(&conversation->client, conversation->proactor, conversation);
  if (!conversation->conn) {
    (void)snprintf(conversation->failure.text, sizeof conversation->failure.text, "out of memory");
    over(conversation);
  }
}

/* The connection is no more: the end, or a reason to connect again. */
static void disconnected(struct conversation *conversation) {
  const bool ended = conversation->state == CONVERSATION_CLOSING && !*conversation->failure.text;
  conversation->conn = NULL;
  if (conversation->part->lost) conversation->part->lost(conversation);
  if (ended || conversation->stopping || !conversation->client.options->reconnect ||
      !conversation->failure.passing) {
    over(conversation);
    return;
  }
  if (!conversation->outage && !conversation->quiet)
    complain("%s; connecting again", conversation->failure.text);
  conversation->outage = true;
  conversation->state = CONVERSATION_WAITING;
  conversation->limit = now() + backoff_next(&conversation->backoff, conversation->client.options);
}

/* Somebody has ended it, for a reason that has been written down. */
static void close_connection(struct conversation *conversation) {
  if (conversation->state == CONVERSATION_CLOSING || !conversation->conn) return;
  conversation->state = CONVERSATION_CLOSING;
  conversation->limit = now() + CLOSING_TIME;
  pn_connection_close(conversation->conn);
}

/* Without waiting for anybody. */
static void cut_connection(struct conversation *conversation) {
  pn_connection_t *const conn = conversation->conn;
  pn_proactor_release_connection(conn);
  pn_connection_free(conn);
  disconnected(conversation);
}

void conversation_end(struct conversation *conversation) {
  if (conversation->conn) {
    close_connection(conversation);
  } else {
    over(conversation);
  }
}

void conversation_fail(struct conversation *conversation, const char *format, ...) {
  if (conversation->state >= CONVERSATION_CLOSING) return;
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(conversation->failure.text, sizeof conversation->failure.text, format, arguments);
  va_end(arguments);
  conversation->failure.passing = false;
  conversation_end(conversation);
}

void conversation_alarm(struct conversation *conversation, uint64_t delay) {
  const uint64_t at = now() + delay;
  if (!conversation->alarm || at < conversation->alarm) conversation->alarm = at;
}

void conversation_nudge(struct conversation *conversation) { pn_proactor_interrupt(conversation->proactor); }

/* Events. */

static void on_open(struct conversation *conversation, pn_event_t *event) {
  if (conversation->state != CONVERSATION_CONNECTING) return;
  conversation->state = CONVERSATION_OPEN;
  conversation->limit = 0;
  conversation->failure = (struct failure){0};
  pn_session_t *const ssn = pn_session(pn_event_connection(event));
  if (!ssn) {
    conversation_fail(conversation, "out of memory");
    return;
  }
  pn_session_open(ssn);
  conversation->part->begin(conversation, ssn);
}

/* The link works: what was lost is found again. A link that will be refused is opened, too, but without a terminus. */
static void on_link_open(struct conversation *conversation, pn_link_t *link) {
  if (!conversation_attached(link)) return;
  backoff_begin(&conversation->backoff, conversation->client.options);
  if (!conversation->outage) return;
  conversation->outage = false;
  conversation->reconnects++;
  if (!conversation->quiet) complain("%s: connected again", conversation->client.place);
}

static void ended_by_peer(struct conversation *conversation, const char *what, pn_condition_t *condition) {
  if (conversation->state >= CONVERSATION_CLOSING) return;
  client_remote_failure(&conversation->client, what, condition, &conversation->failure);
  close_connection(conversation);
}

static void link_ended_by_peer(struct conversation *conversation, pn_link_t *link) {
  if (conversation->state >= CONVERSATION_CLOSING) return;
  if (conversation->part->link_ended && conversation->part->link_ended(conversation, link)) return;
  const bool sends = pn_link_is_sender(link);
  const char *const address = pn_terminus_get_address(sends ? pn_link_target(link) : pn_link_source(link));
  const bool refused = !conversation_attached(link);
  if (!sends && pn_terminus_is_dynamic(pn_link_source(link)) && refused) {
    ended_by_peer(conversation,
        "the broker makes up no address for answers; name a queue for them by --reply-to",
        pn_link_remote_condition(link));
    return;
  }
  char what[300];
  (void)snprintf(what, sizeof what, refused ? "%s '%s' was refused" : "%s '%s' was ended by the broker",
      sends ? "sending to" : "receiving from", address ? address : "");
  ended_by_peer(conversation, what, pn_link_remote_condition(link));
}

/* The part's turn: in order while the connection is open; else to see whether it has waited long enough. */
static void take_turn(struct conversation *conversation) {
  if (conversation->state != CONVERSATION_OPEN && conversation->stopping) {
    if (!*conversation->failure.text) {
      (void)snprintf(conversation->failure.text, sizeof conversation->failure.text,
          "%s: interrupted before the broker had answered", conversation->client.place);
    }
    if (conversation->conn) {
      cut_connection(conversation);
    } else {
      over(conversation);
    }
    return;
  }
  const bool due = conversation->alarm && now() >= conversation->alarm;
  if (due) conversation->alarm = 0;
  if (due || conversation->state == CONVERSATION_OPEN) conversation->part->turn(conversation);
}

static void on_timer(struct conversation *conversation) {
  conversation->timer = 0;
  if (conversation->conn) {
    pn_connection_wake(conversation->conn); /* the turn is its batch's */
  } else if (conversation->state == CONVERSATION_WAITING) {
    take_turn(conversation);
    if (conversation->state == CONVERSATION_WAITING && now() >= conversation->limit)
      connect_now(conversation);
  }
}

static void on_event(struct conversation *conversation, pn_event_t *event) {
  pn_connection_t *const conn = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_PROACTOR_TIMEOUT:
  case PN_PROACTOR_INTERRUPT: on_timer(conversation); break;
  case PN_CONNECTION_REMOTE_OPEN: on_open(conversation, event); break;
  case PN_LINK_REMOTE_OPEN: on_link_open(conversation, pn_event_link(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE:
    ended_by_peer(conversation, "the broker closed the connection", pn_connection_remote_condition(conn));
    pn_connection_close(conn);
    break;
  case PN_SESSION_REMOTE_CLOSE:
    ended_by_peer(
        conversation, "the broker ended the session", pn_session_remote_condition(pn_event_session(event)));
    break;
  case PN_LINK_REMOTE_CLOSE:
  case PN_LINK_REMOTE_DETACH: link_ended_by_peer(conversation, pn_event_link(event)); break;
  case PN_TRANSPORT_CLOSED:
    if (conversation->state != CONVERSATION_CLOSING) {
      client_transport_failure(&conversation->client, pn_event_transport(event), &conversation->failure);
    }
    disconnected(conversation);
    return;
  default: break;
  }
  if (conversation->state == CONVERSATION_OPEN && conversation->part->event)
    conversation->part->event(conversation, event);
}

/* The connection's batch, when its events have been handled. */
static void turn(struct conversation *conversation) {
  if (conversation->limit && now() >= conversation->limit) {
    if (conversation->state == CONVERSATION_CONNECTING) {
      conversation->failure.passing = true;
      (void)snprintf(conversation->failure.text, sizeof conversation->failure.text,
          "%s: no answer within %" PRIu64 " ms", conversation->client.place,
          conversation->client.options->connect_timeout);
      cut_connection(conversation);
    } else if (conversation->state == CONVERSATION_CLOSING) {
      cut_connection(conversation);
    }
    return;
  }
  if (conversation->state < CONVERSATION_CLOSING) take_turn(conversation);
}

static void set_timer(struct conversation *conversation) {
  uint64_t at = conversation->state == CONVERSATION_OPEN ? 0 : conversation->limit;
  if (conversation->alarm && (!at || conversation->alarm < at)) at = conversation->alarm;
  if (at == conversation->timer) return;
  conversation->timer = at;
  const uint64_t time = now();
  if (at) {
    pn_proactor_set_timeout(conversation->proactor, (pn_millis_t)(at > time ? at - time : 0));
  } else {
    pn_proactor_cancel_timeout(conversation->proactor);
  }
}

int conversation_prepare(
    struct conversation *conversation, const struct client_options *options, const char *url) {
  *conversation = (struct conversation){.state = CONVERSATION_WAITING};
  const int result = client_prepare(&conversation->client, options, url);
  if (result != EXIT_DONE) return result;
  conversation->proactor = pn_proactor();
  if (!conversation->proactor) {
    char reason[128];
    complain("a proactor cannot be made: %s", strerror_r(errno, reason, sizeof reason));
    client_clear(&conversation->client);
    return EXIT_FAILED;
  }
  return EXIT_DONE;
}

bool conversation_run(struct conversation *conversation) {
  signal_proactor = conversation->proactor;
  catch_signals();
  backoff_begin(&conversation->backoff, conversation->client.options);
  if (conversation->state == CONVERSATION_WAITING) connect_now(conversation);
  while (conversation->state != CONVERSATION_OVER) {
    set_timer(conversation);
    pn_event_batch_t *const batch = pn_proactor_wait(conversation->proactor);
    if (signalled) conversation->stopping = true;
    const bool mine = pn_event_batch_connection(batch);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) on_event(conversation, event);
    if (mine && conversation->conn) turn(conversation);
    pn_proactor_done(conversation->proactor, batch);
  }
  return !*conversation->failure.text;
}

void conversation_clear(struct conversation *conversation) {
  signal_proactor = NULL;
  pn_proactor_free(conversation->proactor);
  client_clear(&conversation->client);
}
