/* budget.h: how much room for messages a queue or topic has, and whose turn it is to get some.
 *
 * A message takes room from when its producer is given credit for it until nobody has it any more. So what is stored is bounded
 * without ever refusing a message: producers that get no credit wait. */
#ifndef BARYON_CLI_BROKER_BUDGET_H
#define BARYON_CLI_BROKER_BUDGET_H

#include "cli/broker/call.h"
#include <pthread.h>
#include <stdint.h>

/* What a budget knows of a producer. Guarded by the budget's lock, but for the call's `turn` and `work`. */
struct inlet {
  struct call call;
  struct inlet *before, *behind; /* among all */
  struct inlet *next;            /* among those that wait */
  bool waits;
};

struct budget {
  pthread_mutex_t lock;
  uint64_t most_messages, most_octets;
  uint64_t held, octets; /* messages that somebody has, and their size */
  uint64_t reserved;     /* messages that credit was given for and that have not come */
  uint64_t usual;        /* what a message measures, of late */
  uint64_t inlet_count;
  struct inlet *inlets, *waiting, *waiting_last;
};

void budget_init(struct budget *budget, uint64_t most_messages, uint64_t most_octets);
void budget_clear(struct budget *budget);

void budget_join(struct budget *budget, struct inlet *inlet);

/** A producer leaves. @param unused  credit it had  @return  whether its call is pending, so that its memory is the work's */
bool budget_leave(struct budget *budget, struct inlet *inlet, uint64_t unused);

/* What has become of credit. */
struct arrivals {
  uint64_t messages, octets; /* have come */
  uint64_t dropped;          /* were aborted, or refused */
};

/** Messages have come; more credit is wanted.
 *
 *  @param unused  credit that is left. With none left and none to be had, the producer waits and is called
 *  @return        credit, at most `want` */
uint64_t budget_ask(
    struct budget *budget, struct inlet *inlet, struct arrivals arrived, uint64_t unused, uint64_t want);

/** A message that nobody gave credit for. @return  whether there is room, which is now taken */
bool budget_take(struct budget *budget, uint64_t octets);

/** The same without looking at the room: messages that were here already, under another budget. */
void budget_charge(struct budget *budget, uint64_t messages, uint64_t octets);

/** Messages that nobody has any more. */
void budget_return(struct budget *budget, uint64_t messages, uint64_t octets);

/** Have all producers looked after. */
void budget_call_all(struct budget *budget);

/** The producer's work has begun: it may be called again. */
void budget_called(struct budget *budget, struct inlet *inlet);

#endif
