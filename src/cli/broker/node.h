/* node.h: what an address stands for: a queue, or a topic with a queue for each of its subscribers. */
#ifndef BARYON_CLI_BROKER_NODE_H
#define BARYON_CLI_BROKER_NODE_H

#include "cli/broker/queue.h"
#include <stdatomic.h>
#include <stdio.h>

#define TOPIC_PREFIX     "topic/"
#define TEMPORARY_PREFIX "temporary/"

/* A subscriber's queue, of the messages that were published since it came. */
struct subscription {
  struct queue queue;
  struct subscription *before, *behind;
};

struct node {
  struct node *next; /* in its bucket; guarded, with `links`, by the lock of all nodes */
  uint64_t links;
  bool topic, temporary;
  atomic_bool deleted; /* temporary, and its link has ended: nothing is put any more */
  struct budget budget;
  struct queue queue;   /* if it is no topic */
  pthread_mutex_t lock; /* of a topic's: */
  struct subscription *subscriptions;
  uint64_t published;
  char name[];
};

/* All nodes of a broker. Locks are taken in this order: all nodes, a topic, a queue, a budget. */
struct nodes {
  pthread_mutex_t lock;
  struct node **buckets;
  uint64_t count, next_temporary;
  uint64_t most, most_messages, most_octets; /* nodes; messages and octets of each */
  const char *dead_letter;                   /* an address; NULL: what is rejected or expires is dropped */
  atomic_uint_fast64_t buried, dropped;      /* messages moved to that address, or not */
};

bool nodes_init(struct nodes *nodes);
void nodes_clear(struct nodes *nodes);

enum node_found { NODE_FOUND, NODE_NOT_FOUND, NODE_TOO_MANY, NODE_NO_MEMORY };

/** The node of an address, made if there is none. Temporary ones are not made. @param node  gets it, with a link more */
enum node_found node_at(struct nodes *nodes, const char *address, struct node **node);

/** A queue with a name of its own. */
enum node_found node_temporary(struct nodes *nodes, struct node **node);

/** A link less. A node without links and messages is forgotten. */
void node_leave(struct nodes *nodes, struct node *node);

/** A temporary node ends with the link that it was made for: the others are called, and leave. */
void node_delete(struct nodes *nodes, struct node *node);

/** Messages for which its budget has room. The list is empty afterwards. */
void node_put(struct nodes *nodes, struct node *node, struct entries *entries);

/** A subscriber, in front of whose queue the topic's messages pass. @return  NULL without memory */
struct subscription *node_subscribe(struct node *node);
void node_unsubscribe(struct node *node, struct subscription *subscription);

/** Messages that were rejected or have expired: to the dead-letter address, or nowhere.
 *  @param budget  that they are charged to */
void nodes_bury(struct nodes *nodes, struct budget *budget, struct entries *entries);

/** Bury what has expired in all queues, and forget those that are empty and unused. */
void nodes_expire(struct nodes *nodes, int64_t now);

/** Messages that are still there, and whether some of them could still be delivered: there are consumers, or they have them. */
uint64_t nodes_held(struct nodes *nodes, bool *moving);

void nodes_print(struct nodes *nodes, FILE *file);

#endif
