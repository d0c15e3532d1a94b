/* node.c: nodes by address; how messages come to all of a topic's subscribers; where those go that nobody wants.
 *
 * A node is made when a link first names it, and forgotten when it has neither links nor messages, so what is kept follows what is
 * used. The lock of all nodes is taken when links come and go, not when messages do.
 *
 * The room of a topic's message is given back when the last subscriber has done with it: a topic is as full as its slowest
 * subscriber's queue, and its publishers wait for that one. */
#include "cli/broker/node.h"
#include "cli/broker/text.h"
#include <inttypes.h>
#include <proton/proactor.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

bool nodes_init(struct nodes *nodes) {
  nodes->buckets = calloc(BUCKETS, sizeof(struct node *));
  if (nodes->buckets) pthread_mutex_init(&nodes->lock, NULL);
  return nodes->buckets;
}

static struct node **bucket_of(struct nodes *nodes, const char *name) {
  uint32_t hash = 2166136261; /* FNV-1a */
  for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619;
  return &nodes->buckets[hash % BUCKETS];
}

static struct node *make(const struct nodes *nodes, const char *name) {
  const size_t size = strlen(name) + 1;
  struct node *const node = calloc(1, sizeof *node + size);
  if (!node) return NULL;
  memcpy(node->name, name, size);
  node->topic = strncmp(name, TOPIC_PREFIX, strlen(TOPIC_PREFIX)) == 0;
  atomic_init(&node->deleted, false);
  budget_init(&node->budget, nodes->most_messages, nodes->most_octets);
  pthread_mutex_init(&node->lock, NULL);
  queue_init(&node->queue, &node->budget);
  return node;
}

static void forget(struct node *node) {
  queue_clear(&node->queue);
  pthread_mutex_destroy(&node->lock);
  budget_clear(&node->budget);
  free(node);
}

void nodes_clear(struct nodes *nodes) {
  for (size_t i = 0; i < BUCKETS; i++) {
    for (struct node *node; (node = nodes->buckets[i]);) {
      nodes->buckets[i] = node->next;
      forget(node);
    }
  }
  free(nodes->buckets);
  pthread_mutex_destroy(&nodes->lock);
}

static enum node_found add_locked(
    struct nodes *nodes, struct node **bucket, const char *name, struct node **node) {
  if (nodes->count >= nodes->most) return NODE_TOO_MANY;
  *node = make(nodes, name);
  if (!*node) return NODE_NO_MEMORY;
  (*node)->links = 1;
  (*node)->next = *bucket;
  *bucket = *node;
  nodes->count++;
  return NODE_FOUND;
}

enum node_found node_at(struct nodes *nodes, const char *address, struct node **node) {
  enum node_found found = NODE_NOT_FOUND;
  pthread_mutex_lock(&nodes->lock);
  struct node **const bucket = bucket_of(nodes, address);
  for (*node = *bucket; *node && strcmp((*node)->name, address) != 0;) *node = (*node)->next;
  if (*node) {
    (*node)->links++;
    found = NODE_FOUND;
  } else if (strncmp(address, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)) != 0) {
    found = add_locked(nodes, bucket, address, node);
  }
  pthread_mutex_unlock(&nodes->lock);
  return found;
}

enum node_found node_temporary(struct nodes *nodes, struct node **node) {
  char name[64];
  pthread_mutex_lock(&nodes->lock);
  (void)snprintf(name, sizeof name, TEMPORARY_PREFIX "%" PRIu64, ++nodes->next_temporary);
  const enum node_found found = add_locked(nodes, bucket_of(nodes, name), name, node);
  if (found == NODE_FOUND) (*node)->temporary = true;
  pthread_mutex_unlock(&nodes->lock);
  return found;
}

static void unlink_locked(struct nodes *nodes, struct node *node) {
  struct node **link = bucket_of(nodes, node->name);
  while (*link != node) link = &(*link)->next;
  *link = node->next;
  nodes->count--;
}

static bool is_empty(struct node *node) {
  uint64_t available, outlets;
  struct queue_counts counts;
  queue_look(&node->queue, &available, &outlets, &counts);
  return available == 0;
}

void node_leave(struct nodes *nodes, struct node *node) {
  pthread_mutex_lock(&nodes->lock);
  const bool deleted = atomic_load(&node->deleted);
  const bool last = --node->links == 0 && (deleted || is_empty(node));
  if (last && !deleted) unlink_locked(nodes, node);
  pthread_mutex_unlock(&nodes->lock);
  if (last) forget(node);
}

void node_delete(struct nodes *nodes, struct node *node) {
  pthread_mutex_lock(&nodes->lock);
  unlink_locked(nodes, node);
  atomic_store(&node->deleted, true);
  pthread_mutex_unlock(&nodes->lock);
  queue_call_all(&node->queue);
  budget_call_all(&node->budget);
}

/* Every subscriber gets an entry of its own of each message; the last takes the one that the message came with. */
static void publish(struct nodes *nodes, struct node *node, struct entries *entries) {
  uint64_t messages = 0, octets = 0;
  pthread_mutex_lock(&node->lock);
  node->published += entries->count;
  for (struct subscription *subscription = node->subscriptions; subscription && subscription->behind;
       subscription = subscription->behind) {
    struct entries copies = {NULL, NULL, 0};
    for (const struct entry *entry = entries->first; entry; entry = entry->behind) {
      struct entry *const copy = message_further_entry(entry->message);
      if (copy) {
        entries_append(&copies, copy);
      } else {
        (void)atomic_fetch_add(&nodes->dropped, 1);
      }
    }
    queue_put(&subscription->queue, &copies);
  }
  struct subscription *last = node->subscriptions;
  while (last && last->behind) last = last->behind;
  if (last) queue_put(&last->queue, entries);
  pthread_mutex_unlock(&node->lock);
  for (struct entry *entry; (entry = entries->first);) {
    entries_remove(entries, entry);
    messages += entry_free(entry, &octets);
  }
  budget_return(&node->budget, messages, octets);
}

void node_put(struct nodes *nodes, struct node *node, struct entries *entries) {
  if (entries->count == 0) return;
  if (node->topic) {
    publish(nodes, node, entries);
  } else {
    queue_put(&node->queue, entries);
  }
}

struct subscription *node_subscribe(struct node *node) {
  struct subscription *const subscription = calloc(1, sizeof *subscription);
  if (!subscription) return NULL;
  queue_init(&subscription->queue, &node->budget);
  pthread_mutex_lock(&node->lock);
  subscription->behind = node->subscriptions;
  if (subscription->behind) subscription->behind->before = subscription;
  node->subscriptions = subscription;
  pthread_mutex_unlock(&node->lock);
  return subscription;
}

void node_unsubscribe(struct node *node, struct subscription *subscription) {
  pthread_mutex_lock(&node->lock);
  *(subscription->before ? &subscription->before->behind : &node->subscriptions) = subscription->behind;
  if (subscription->behind) subscription->behind->before = subscription->before;
  pthread_mutex_unlock(&node->lock);
  queue_clear(&subscription->queue);
  free(subscription);
}

/* A copy, since the time to live is over and others may have the message, too. */
static bool bury(struct nodes *nodes, struct node *grave, const struct entry *entry) {
  const size_t size = message_size(entry->message);
  struct entries one = {NULL, NULL, 0};
  if (!budget_take(&grave->budget, size)) return false;
  char *const bytes = message_flatten(entry->message);
  struct message *const message = bytes ? message_make(bytes, size) : NULL;
  free(bytes);
  if (!message) {
    budget_return(&grave->budget, 1, size);
    return false;
  }
  entries_append(&one, message_first_entry(message));
  (void)message_decref(message);
  node_put(nodes, grave, &one);
  return true;
}

void nodes_bury(struct nodes *nodes, struct budget *budget, struct entries *entries) {
  struct node *grave = NULL;
  uint64_t messages = 0, octets = 0;
  if (entries->count == 0) return;
  if (nodes->dead_letter && node_at(nodes, nodes->dead_letter, &grave) != NODE_FOUND) grave = NULL;
  for (struct entry *entry; (entry = entries->first);) {
    entries_remove(entries, entry);
    const bool buried = grave && budget != &grave->budget && bury(nodes, grave, entry);
    (void)atomic_fetch_add(buried ? &nodes->buried : &nodes->dropped, 1);
    messages += entry_free(entry, &octets);
  }
  budget_return(budget, messages, octets);
  if (grave) node_leave(nodes, grave);
}

/* The next node behind one, with a link more, so that it stays; the one has a link less. */
static struct node *step(struct nodes *nodes, struct node *node, size_t *bucket) {
  pthread_mutex_lock(&nodes->lock);
  struct node *next = node && !atomic_load(&node->deleted) ? node->next : NULL;
  while (!next && *bucket < BUCKETS) next = nodes->buckets[(*bucket)++];
  if (next) next->links++;
  pthread_mutex_unlock(&nodes->lock);
  if (node) node_leave(nodes, node);
  return next;
}

static void expire_queue(struct nodes *nodes, struct queue *queue, int64_t now) {
  struct entries expired = {NULL, NULL, 0};
  queue_expire(queue, now, &expired);
  nodes_bury(nodes, queue->budget, &expired);
}

/* A topic's subscribers are looked at with its lock held, so that none of them goes; what is found is buried after that. */
static void expire_topic(struct nodes *nodes, struct node *node, int64_t now) {
  struct entries expired = {NULL, NULL, 0};
  pthread_mutex_lock(&node->lock);
  for (struct subscription *subscription = node->subscriptions; subscription;
       subscription = subscription->behind) {
    queue_expire(&subscription->queue, now, &expired);
  }
  pthread_mutex_unlock(&node->lock);
  nodes_bury(nodes, &node->budget, &expired);
}

void nodes_expire(struct nodes *nodes, int64_t now) {
  size_t bucket = 0;
  for (struct node *node = NULL; (node = step(nodes, node, &bucket));) {
    if (node->topic) expire_topic(nodes, node, now);
    if (!node->topic) expire_queue(nodes, &node->queue, now);
  }
}

static uint64_t held_by(struct node *node) {
  pthread_mutex_lock(&node->budget.lock);
  const uint64_t held = node->budget.held;
  pthread_mutex_unlock(&node->budget.lock);
  return held;
}

uint64_t nodes_held(struct nodes *nodes, bool *moving) {
  uint64_t sum = 0, available, outlets;
  struct queue_counts counts;
  size_t bucket = 0;
  *moving = false;
  for (struct node *node = NULL; (node = step(nodes, node, &bucket));) {
    const uint64_t held = held_by(node);
    queue_look(&node->queue, &available, &outlets, &counts);
    *moving |= held > 0 && (node->topic || outlets > 0);
    sum += held;
  }
  return sum;
}

static void print_row(FILE *file, const char *name, uint64_t stored, uint64_t held, uint64_t consumers,
    const struct queue_counts *counts) {
  char printable[64];
  text_printable(name, printable, sizeof printable);
  (void)fprintf(file,
      "  %-26s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %10" PRIu64 " %10" PRIu64 " %9" PRIu64 " %8" PRIu64
      "\n",
      printable, stored, held, consumers, counts->in, counts->out, counts->returned, counts->expired);
}

static void print_topic(FILE *file, struct node *node) {
  uint64_t available, outlets, stored = 0, subscribers = 0;
  struct queue_counts counts, sum = {0};
  pthread_mutex_lock(&node->lock);
  sum.in = node->published;
  for (struct subscription *subscription = node->subscriptions; subscription;
       subscription = subscription->behind) {
    queue_look(&subscription->queue, &available, &outlets, &counts);
    stored += available;
    subscribers++;
    sum.out += counts.out;
    sum.returned += counts.returned;
    sum.expired += counts.expired;
  }
  pthread_mutex_unlock(&node->lock);
  print_row(file, node->name, stored, held_by(node), subscribers, &sum);
}

void nodes_print(struct nodes *nodes, FILE *file) {
  uint64_t available, outlets;
  struct queue_counts counts;
  size_t bucket = 0;
  (void)fprintf(file, "  %-26s %9s %9s %9s %10s %10s %9s %8s\n", "queue or topic", "waiting", "in memory",
      "consumers", "in", "out", "returned", "expired");
  for (struct node *node = NULL; (node = step(nodes, node, &bucket));) {
    if (node->topic) {
      print_topic(file, node);
    } else {
      queue_look(&node->queue, &available, &outlets, &counts);
      print_row(file, node->name, available, held_by(node), outlets, &counts);
    }
  }
  (void)fprintf(file,
      "  rejected or expired: %" PRIu64 " moved to the dead-letter address, %" PRIu64 " dropped\n",
      (uint64_t)atomic_load(&nodes->buried), (uint64_t)atomic_load(&nodes->dropped));
}
