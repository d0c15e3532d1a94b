/* message.h: a message as it came in, shared by all queues and links that it passes; and its place in a queue.
 *
 * The octets are stored as they arrived and leave as they arrived. Of the sections only the header is looked into, and it is
 * written anew only where the broker has to change it: what is left of the time to live, the delivery-count, first-acquirer. Message
 * annotations that a consumer wants changed are kept with the entry, and leave in the place of those in the message. */
#ifndef BARYON_CLI_BROKER_MESSAGE_H
#define BARYON_CLI_BROKER_MESSAGE_H

#include <proton/codec.h>
#include <proton/link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The header section, with the standard's defaults. [3.2.1] */
struct header {
  bool durable, first_acquirer;
  uint8_t priority;
  uint32_t ttl; /* ms; 0: none */
  uint32_t delivery_count;
};

struct annotations;
struct message;

/* A message's place in one queue. A message has as many as there are queues that it is in; the first lies in the message itself. */
struct entry {
  struct message *message;         /* a reference */
  struct entry *before, *behind;   /* in the list that it is on */
  uint64_t number;                 /* the order of arrival in its queue */
  uint32_t attempts;               /* failed deliveries, on top of the header's delivery-count */
  uint32_t refused_count;          /* of refused */
  uint64_t *refused;               /* consumers that have said "undeliverable here" */
  struct annotations *annotations; /* changed ones; NULL: as they came */
  bool acquired;                   /* somebody has had it */
};

struct entries { /* a list */
  struct entry *first, *last;
  size_t count;
};

/* Adding at either end, in front of another (NULL: at the end), taking out, and moving a whole list behind another. */
void entries_append(struct entries *list, struct entry *entry);
void entries_insert(struct entries *list, struct entry *entry, struct entry *next);
void entries_remove(struct entries *list, struct entry *entry);
void entries_move(struct entries *to, struct entries *from);

/** A message that is about to come in, of which nothing is known yet. @return  with one reference, or NULL without memory */
struct message *message_begin(void);

/** A small message that has arrived as a whole, copied out of its delivery. @return  with one reference, or NULL without memory */
struct message *message_copy(pn_link_t *link, size_t size);

/** What has arrived of a large one, taken out of its delivery without a copy. @return  false without memory */
bool message_take(struct message *message, pn_delivery_t *dlv);

/** Look into the header of a complete message. @param data  for that; cleared. @return  false if it is malformed */
bool message_read_header(struct message *message, pn_data_t *data, int64_t now);

/** Another reference; one less, which says whether it was the last. Any thread. */
void message_incref(struct message *message);
bool message_decref(struct message *message);

/** The place that lies in the message, for its first queue; further ones. @return  NULL without memory. They have a reference */
struct entry *message_first_entry(struct message *message);
struct entry *message_further_entry(struct message *message);

/** Give up an entry and its reference. @param octets  gets the message's size added if that was the last
 *  @return  whether it was */
bool entry_free(struct entry *entry, uint64_t *octets);

size_t message_size(const struct message *message);
int64_t message_deadline(const struct message *message); /* on pn_proactor_now_64()'s clock; 0: none */
unsigned message_priority(const struct message *message);

/** Change the annotations of the message that an entry gives again, as far as that is possible. @param change  a map, or empty */
void entry_annotate(struct entry *entry, pn_data_t *change);

/** Send the message of an entry as the link's current delivery. @param data  for the header, if it is written anew
 *  @return  false without memory */
bool entry_send(const struct entry *entry, pn_link_t *link, pn_data_t *data, int64_t now);

/** All octets of a message in one piece, for what has to decode it. @return  freed by the caller; NULL without memory */
char *message_flatten(const struct message *message);

/** A message of these octets. @return  with one reference, or NULL without memory */
struct message *message_make(const char *bytes, size_t size);

#endif
