/* world.h: what a run of the simulation consists of: two sides, a network between them, links with their messages.
 *
 * Everything that happens follows from the seed. Each link goes from an application that sends to one that receives, and
 * what either has done with a message is written down beside it, so that what one sees can be held against what the other
 * did. A link is attached anew after a cut, an end of its session or one of its own: each time is an attachment, within which
 * a message is sent once and received once at the most. */
#ifndef BARYON_SIMULATION_WORLD_H
#define BARYON_SIMULATION_WORLD_H

#include <baryon/link.h>
#include <proton/connection_driver.h>
#include <proton/engine.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINKS = 4, SESSIONS = 3, MESSAGES = 250, LARGEST = 24 * 1024, PATTERN = 64 * 1024 };

/* A number below that one, and whether one of so many times. */
uint32_t draw(uint32_t below);
static inline bool once_in(uint32_t times) { return draw(times) == 0; }

void require(int condition, const char *what, const char *file, int line);
#define REQUIRE(condition) require(!!(condition), #condition, __FILE__, __LINE__)

/* What a message consists of is somewhere in here. */
extern char pattern[PATTERN];

enum fate {
  TO_SEND,
  GIVEN,     /* to a delivery of this attachment */
  DONE_WITH, /* settled by the receiver, or by the sender */
  WITHDRAWN
};

/* The numbers are those of attachments, from 1 on. */
struct message {
  uint32_t start, size; /* in the pattern */
  uint8_t tag_size;
  bool settled; /* before it is sent */
  bool stated;  /* it is sent with a state */
  /* The sender's. */
  enum fate fate;
  unsigned sent_in; /* wholly given to the link */
  bool forgotten;   /* settled before the receiver had */
  bool may_be_lost; /* nobody was waiting to hear of it when an attachment ended */
  /* The receiver's. */
  unsigned told_in, handled_in, settled_in, marked_in;
  bool received;    /* wholly, once at least */
  uint64_t outcome; /* of the last attachment it was handled in */
};

enum phase {
  AWAY,    /* neither end is there */
  OPENING, /* the client has attached, and waits for the answer */
  UP,
  PAUSING, /* detached with nothing under way, to be attached again as it is */
  ENDING   /* on its way to AWAY */
};

struct flow {
  unsigned number, attachment;
  enum phase phase;
  bool empties; /* while it ends: the sender's end goes once all that it was given has left */
  pn_link_t *sender, *receiver;
  struct message messages[MESSAGES];
  unsigned count;
  bool alike; /* the messages, so that they come in runs */
  /* The sender's. */
  unsigned next;  /* message to be looked at */
  bool begun;     /* it has a delivery, the current one */
  uint32_t given; /* bytes of that */
  /* The receiver's. */
  bool late;       /* it does not read at the event */
  bool prompt;     /* it mostly reads, accepts and settles at the event */
  bool refuses;    /* also what is not its turn */
  unsigned behind; /* all messages before that one have been handled, or never will be */
  uint32_t got;    /* bytes of the current one */
  int granted, drained, left;
};

struct side {
  pn_connection_driver_t driver;
  pn_delivery_t *kept; /* a reference that outlives its use */
  unsigned errors;
  unsigned stalled; /* steps during which nothing leaves */
};

extern struct side client, server;
extern struct flow flows[LINKS];
extern unsigned links; /* of this run */

static inline struct side *side_of(const struct flow *flow, bool sender) {
  return (flow->number % 2 == 0) == sender ? &client : &server;
}

struct message *message_of(struct flow *flow, pn_delivery_t *dlv);
struct flow *flow_of(pn_link_t *link);

/* Walk over what is unsettled, and hold what is counted against it. */
void inspect(struct flow *flow, pn_link_t *link);

/* sender.c */
void send_something(struct flow *flow);
void sender_told(struct flow *flow, pn_delivery_t *dlv);
void sender_settles(struct flow *flow);
void sender_leaves(struct flow *flow); /* what nobody has acknowledged is to be sent again */
bool sender_is_done(const struct flow *flow);

/* receiver.c */
void grant(struct flow *flow);
void receiver_told(struct flow *flow, pn_delivery_t *dlv);
void receiver_looks(struct flow *flow);
void receiver_settles(struct flow *flow);
void receiver_leaves(struct flow *flow);
bool receiver_is_done(const struct flow *flow);
bool all_handled(const struct flow *flow);

/* shelf.c: bytes that are shared: the applications' own, and what they have taken out of deliveries. */
void shelve(pn_shared_bytes_t *bytes, size_t offset, uint32_t start, uint32_t size);
void fill_shelf(void);
/* Bytes that begin at a place of the pattern; NULL if there are none. */
pn_shared_bytes_t *find_on_shelf(uint32_t start, size_t *offset, uint32_t *size);
/* A place of the pattern that there are bytes of. */
bool draw_from_shelf(uint32_t *start, uint32_t *size);
void clear_shelf(void);

/* network.c */
void begin_network(void);
void change_weather(void);
void pass_on(void);  /* some bytes, both ways */
bool pass_all(void); /* all bytes that there are; whether there were any */
void cut_off(struct side *side);

#endif
