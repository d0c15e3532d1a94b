/* queue.h: messages in order, and those who take them.
 *
 * Any thread may put; an outlet takes in its connection's turn. With one lock for each queue, held for a few instructions per message
 * and never while the engine is called, different queues have nothing in common. */
#ifndef BARYON_CLI_BROKER_QUEUE_H
#define BARYON_CLI_BROKER_QUEUE_H

#include "cli/broker/budget.h"
#include "cli/broker/message.h"

enum { QUEUE_LEVELS = 10 }; /* priorities 0 to 9; what is above counts as 9 */

/* What a queue knows of a consumer. `turn`, `work`, `id` and `browses` are set before it joins; the rest is guarded by the lock. */
struct outlet {
  struct call call;
  uint64_t id; /* unlike any other's */
  bool browses;
  bool ready;                                /* has credit, and there was nothing to take */
  struct outlet *before, *behind;            /* among all */
  struct outlet *before_ready, *after_ready; /* among those that are ready */
  struct entry *seen[QUEUE_LEVELS];          /* by one that browses: the last; NULL: none yet */
};

struct queue_counts {
  uint64_t in, out, returned, expired;
};

struct queue {
  pthread_mutex_t lock;
  struct budget *budget; /* where the messages' room is from */
  struct entries levels[QUEUE_LEVELS];
  uint64_t available; /* messages on all levels */
  uint64_t next_number;
  int64_t earliest; /* no message expires before; 0: none expires */
  struct outlet *outlets, *ready, *ready_last;
  uint64_t outlet_count, browser_count, ready_count, called_count;
  struct queue_counts counts;
};

void queue_init(struct queue *queue, struct budget *budget);
void queue_clear(struct queue *queue); /* with no outlet left; gives back the room of what is in it */

void queue_join(struct queue *queue, struct outlet *outlet);

/** An outlet leaves. @return  whether its call is pending, so that its memory is the work's */
bool queue_leave(struct queue *queue, struct outlet *outlet);

/** Messages that have come, in order. The list is empty afterwards. */
void queue_put(struct queue *queue, struct entries *entries);

/** Messages that an outlet had and has given back, in the order in which it had taken them: to where they were. */
void queue_return(struct queue *queue, struct entries *entries);

enum queue_taken {
  TAKEN_ALL,  /* there is nothing more for this outlet; it is called when there is, if it waits */
  TAKEN_MOST, /* as many as it wanted, or its share while others are ready, too; it is not called */
};

/** Take messages in the turn of the outlet's connection.
 *
 *  @param most     how many
 *  @param wait     be called when there are more
 *  @param taken    those taken are added; one that browses gets further entries of them
 *  @param expired  those found to have lived too long are added */
enum queue_taken queue_take(struct queue *queue, struct outlet *outlet, uint64_t most, bool wait, int64_t now,
    struct entries *taken, struct entries *expired);

/** Have an outlet looked after again, behind others. */
void queue_call(struct queue *queue, struct outlet *outlet);

/** The outlet's work has begun: it may be called again. */
void queue_called(struct queue *queue, struct outlet *outlet);

void queue_call_all(struct queue *queue);

/** Take out what has lived too long. */
void queue_expire(struct queue *queue, int64_t now, struct entries *expired);

/** For whoever looks from outside, at one moment. */
void queue_look(struct queue *queue, uint64_t *available, uint64_t *outlets, struct queue_counts *counts);

#endif
