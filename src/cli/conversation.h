/* conversation.h: what a command says over one connection: it is made, made again when it is lost, and ended in order.
 *
 * Everything runs in the thread of conversation_run, but for conversation_nudge. */
#ifndef BARYON_CLI_CONVERSATION_H
#define BARYON_CLI_CONVERSATION_H

#include "cli/client.h"
#include "cli/terminal.h"
#include <proton/event.h>
#include <proton/types.h>

struct conversation;

/* What a command does in it. */
struct conversation_part {
  /* The broker has opened the connection: make links. Again after each reconnection. */
  void (*begin)(struct conversation *conversation, pn_session_t *ssn);
  /* An event of a link or a delivery. May be NULL. */
  void (*event)(struct conversation *conversation, pn_event_t *event);
  /* All events that there were have been handled, or the alarm has come, or somebody nudged. Unless the state is
   * CONVERSATION_OPEN there are no links; then it is about time only. */
  void (*turn)(struct conversation *conversation);
  /* The connection is gone, and links and deliveries with it. May be NULL. */
  void (*lost)(struct conversation *conversation);
  /* The broker has ended a link. Returns false if that is the end of all; NULL is the same. */
  bool (*link_ended)(struct conversation *conversation, pn_link_t *link);
};

enum conversation_state {
  CONVERSATION_WAITING, /* to connect again; there is no connection */
  CONVERSATION_CONNECTING,
  CONVERSATION_OPEN,
  CONVERSATION_CLOSING,
  CONVERSATION_OVER
};

struct conversation {
  struct client client;
  const struct conversation_part *part;
  void *context; /* the part's own */
  bool quiet;
  pn_proactor_t *proactor;
  pn_connection_t *conn;
  enum conversation_state state;
  struct failure failure; /* why it is over, or why the connection was lost last */
  struct backoff backoff;
  uint64_t limit;      /* of the state, by pn_proactor_now_64 */
  uint64_t alarm;      /* the part's; 0 for none */
  uint64_t timer;      /* what the proactor's timeout is set to; 0 for none */
  unsigned reconnects; /* how often the connection was lost and made again */
  bool outage;         /* it was said that the connection is lost */
  bool stopping;       /* somebody has pressed Ctrl-C */
};

/** Prepare a conversation with the broker of a URL. @return as client_prepare() */
int conversation_prepare(
    struct conversation *conversation, const struct client_options *options, const char *url);

/** Connect, and go on until it is over. SIGINT and SIGTERM set `stopping` and bring a turn; a second one ends the process.
 *
 *  @return  true if the part has ended it; else it has failed, and `failure` says why */
bool conversation_run(struct conversation *conversation);

void conversation_clear(struct conversation *conversation);

/** It is over: close the connection, so that the broker has all that was sent. */
void conversation_end(struct conversation *conversation);

/** It cannot go on, for this reason. */
void conversation_fail(struct conversation *conversation, const char *format, ...) CLI_FORMAT(2, 3);

/** Have a turn after so many milliseconds, instead of an earlier alarm. */
void conversation_alarm(struct conversation *conversation, uint64_t delay);

/** Have a turn soon. From any thread, while conversation_run runs. */
void conversation_nudge(struct conversation *conversation);

/** Whether the broker has attached a link. One that it refuses it opens, too, but without an address, and ends it then. */
bool conversation_attached(pn_link_t *link);

/** What a source's or target's address is, for messages: "" if there is none. */
const char *conversation_address(const struct conversation *conversation);

#endif
