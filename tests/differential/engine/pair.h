/* pair.h: a client and a server, two connection drivers in memory, in virtual time, pumped in rounds that are the same
 * whatever library drives them: both sides' events, then all that both wrote goes to the other.
 *
 * Two processes, each linked to another library, can run the same scenario crosswise: what the client of one writes goes
 * to the server of the other, and back, in the same rounds. So one run has the two mixed pairs in it. */
#ifndef DIFFERENTIAL_ENGINE_PAIR_H
#define DIFFERENTIAL_ENGINE_PAIR_H

#include "journal.h"

#include <proton/connection_driver.h>
#include <proton/disposition.h>
#include <proton/sasl.h>
#include <proton/terminus.h>

/** What a side does by itself when the peer did the same. */
enum {
  ANSWER_OPEN = 1,
  ANSWER_BEGIN = 2,
  ANSWER_ATTACH = 4, /* with the peer's termini */
  ANSWER_DETACH = 8, /* a detach with a detach, a close with a close */
  ANSWER_END = 16,
  ANSWER_CLOSE = 32,
  ANSWER_ALL = 63
};

struct side {
  const char *name, *writes; /* its streams in the journal */
  pn_connection_driver_t driver;
  pn_connection_t *connection; /* the driver's */
  pn_transport_t *transport;
  unsigned answers;
  void (*on_event)(struct side *side, pn_event_t *event); /* after the answer */
  bool quiet;                                             /* its events are not written down */
  bool mute;                                              /* what it writes is lost */
  struct frame_text frames;
  char *octets; /* written in this round */
  size_t size;
  bool ended, end_told; /* wrote its last octet; the peer was told */
};

struct pair {
  struct side client, server;
  int64_t now;
  bool bytewise; /* octets arrive one at a time, with the events between them */
  int cross;     /* a socket to the other process, or -1 */
  bool leads;    /* of two processes, the one that writes first */
};

struct scenario {
  const char *name;
  void (*run)(struct pair *pair);
};

#define SCENARIO(function)                                                                                   \
  { #function, function }

void pair_init(struct pair *pair);
void pair_free(struct pair *pair);

/** Free a side's driver and begin again, with a connection that is used again or NULL. */
void side_restart(struct side *side, pn_connection_t *connection);

/** Rounds, until nothing moves. */
void run(struct pair *pair);

/** Handle a side's events, and nothing else. */
void run_events(struct side *side);

/** Time goes on: both transports tick, then run. */
void pass(struct pair *pair, int64_t milliseconds);

__attribute__((format(printf, 2, 3))) void say(struct side *side, const char *format, ...);
void say_link(struct side *side, const char *what, pn_link_t *link);
void say_session(struct side *side, const char *what, pn_session_t *session);
void say_connection(struct side *side, const char *what);
void say_delivery(struct side *side, const char *what, pn_delivery_t *delivery);
void say_tree(struct side *side, const char *what, pn_data_t *data);
void say_terminus(struct side *side, const char *what, pn_terminus_t *terminus);
void say_disposition(struct side *side, const char *what, pn_disposition_t *disposition);

/** Open the client's connection, and run. */
void connect_pair(struct pair *pair);

pn_session_t *open_session(struct side *side);
pn_link_t *open_sender(pn_session_t *session, const char *name);
pn_link_t *open_receiver(pn_session_t *session, const char *name);

/** A side's first link of a name; the scenario ends if there is none. */
pn_link_t *link_of(struct side *side, const char *name);
pn_session_t *session_of(struct side *side);

/** The usual beginning: a sender "orders" at the client, a receiver at the server that gave credit. */
struct line {
  pn_session_t *session; /* the client's */
  pn_link_t *sender, *receiver;
};
struct line connect_line(struct pair *pair, int credit);

/** A new delivery with this text, advanced; a tag is the text too. */
pn_delivery_t *send_text(pn_link_t *sender, const char *text);
pn_delivery_t *send_size(pn_link_t *sender, const char *tag, size_t size);
pn_delivery_t *begin_delivery(pn_link_t *sender, const char *tag);
void send_part(pn_link_t *sender, size_t size);

/** Read a link's current delivery to the last octet that is there, and say what it held. */
pn_delivery_t *take(struct side *side, pn_link_t *receiver);

/** The same, then advance; for all that are there. */
void take_all(struct side *side, pn_link_t *receiver);

#endif
