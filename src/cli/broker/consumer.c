/* consumer.c: a link on which messages go out. [2.6.7, 2.6.12, 3.4]
 *
 * When there are messages the queue calls its consumers; each, in its connection's turn, takes what its link has credit for and
 * sends it. A message that was sent belongs to the delivery's context until the delivery is settled; the outcomes that a batch
 * brings are gathered, and told to the queue and its budget when it ends.
 *
 *   accepted  the message is gone                    released           it goes back to its place in the queue
 *   rejected  to the dead-letter address, or gone    modified           the same; failed: delivery-count + 1;
 *   settled without an outcome, or the link ends:                       undeliverable here: not to this consumer again;
 *             back, and delivery-count + 1 if it was sent                 annotations are changed as it says
 *
 * All is the connection's, but for `outlet`, which the queue guards. Freed by `end`, or by the work that is pending then. */
#include "cli/broker/server.h"
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/proactor.h>
#include <stdlib.h>
#include <string.h>

enum {
  AT_ONCE = 128,             /* messages taken with the queue's lock held */
  ROUNDS = 16,               /* of them in a turn, so that other connections have theirs */
  OUTPUT_MOST = 1024 * 1024, /* octets that wait in a session before more is taken from the queue */
};

struct consumer {
  struct attachment attachment;
  struct outlet outlet;
  struct queue *queue;
  struct subscription *subscription; /* NULL: it competes for a queue's messages, or browses them */
  bool presettled;
  uint32_t next_tag;
  struct entries returned; /* by outcomes of this batch, in order */
  struct entries rejected;
  uint64_t done, done_octets; /* messages that are gone */
};

static struct consumer *consumer_of(struct attachment *attachment) { return (struct consumer *)attachment; }

/* ---- Sending ---- */

static void finish(struct consumer *consumer, struct entry *entry) {
  consumer->done += entry_free(entry, &consumer->done_octets);
  attachment_changed(&consumer->attachment);
}

static void give_back(struct consumer *consumer, struct entry *entry) {
  if (consumer->outlet.browses) {
    finish(consumer, entry);
    return;
  }
  entries_append(&consumer->returned, entry);
  attachment_changed(&consumer->attachment);
}

static bool send(struct consumer *consumer, struct entry *entry, int64_t now) {
  pn_link_t *const link = consumer->attachment.link;
  const uint32_t tag = consumer->next_tag++;
  pn_delivery_t *const dlv = pn_delivery(link, pn_dtag((const char *)&tag, sizeof tag));
  if (!dlv) return false;
  if (!entry_send(entry, link, consumer->attachment.peer->data, now)) {
    pn_delivery_abort(dlv);
    return false;
  }
  (void)pn_link_advance(link);
  entry->acquired = true;
  if (consumer->presettled) {
    pn_delivery_settle(dlv);
    finish(consumer, entry);
  } else {
    pn_delivery_set_context(dlv, entry);
  }
  return true;
}

static void send_all(struct consumer *consumer, struct entries *taken, int64_t now) {
  uint64_t sent = 0;
  for (struct entry *entry; (entry = taken->first);) {
    entries_remove(taken, entry);
    if (send(consumer, entry, now)) {
      sent++;
    } else {
      give_back(consumer, entry); /* no memory: the queue has it again, for whoever can send it */
    }
  }
  (void)atomic_fetch_add_explicit(&consumer->attachment.peer->sent, sent, memory_order_relaxed);
}

/* How many messages may be taken now. What is congested goes on with the PN_LINK_FLOW that comes when output has left. */
static uint64_t wanted(pn_link_t *link) {
  const int credit = pn_link_credit(link);
  const bool congested = pn_session_outgoing_bytes(pn_link_session(link)) > OUTPUT_MOST;
  if (credit <= 0 || (congested && pn_link_queued(link) > 0)) return 0;
  if (congested) return 1;
  return credit < AT_ONCE ? (uint64_t)credit : AT_ONCE;
}

static void serve(struct consumer *consumer) {
  pn_link_t *const link = consumer->attachment.link;
  struct nodes *const nodes = &consumer->attachment.peer->broker->nodes;
  for (int round = 1;; round++) {
    const int64_t now = pn_proactor_now_64();
    const uint64_t most = wanted(link);
    const bool drain = pn_link_get_drain(link);
    struct entries taken = {NULL, NULL, 0}, expired = {NULL, NULL, 0};
    const enum queue_taken result =
        queue_take(consumer->queue, &consumer->outlet, most, !drain, now, &taken, &expired);
    const uint64_t count = taken.count;
    send_all(consumer, &taken, now);
    nodes_bury(nodes, consumer->queue->budget, &expired);
    if (most == 0) return;
    if (result == TAKEN_ALL) {
      if (drain) (void)pn_link_drained(link);
      return;
    }
    if (count < most || round == ROUNDS) {
      queue_call(consumer->queue, &consumer->outlet);
      return;
    }
  }
}

static void flow(struct attachment *attachment) {
  if (wanted(attachment->link) > 0) serve(consumer_of(attachment));
}

static void run_call(pn_connection_t *conn, void *context) {
  struct consumer *const consumer = context;
  (void)conn;
  if (!consumer->attachment.link) {
    free(consumer);
    return;
  }
  queue_called(consumer->queue, &consumer->outlet);
  if (atomic_load(&consumer->attachment.node->deleted)) {
    link_close(consumer->attachment.link, "amqp:resource-deleted", "the temporary queue has been deleted");
  } else {
    serve(consumer);
  }
}

/* The connection has ended, and the link before it. */
static void cancel_call(void *context) { free(context); }

/* ---- Outcomes ---- */

/* Without memory it may come to this consumer again. */
static void refuse_here(const struct consumer *consumer, struct entry *entry) {
  uint64_t *const refused = realloc(entry->refused, (entry->refused_count + 1) * sizeof *refused);
  if (!refused) return;
  refused[entry->refused_count++] = consumer->outlet.id;
  entry->refused = refused;
}

static void modify(struct consumer *consumer, struct entry *entry, pn_disposition_t *modified) {
  entry->attempts += pn_disposition_is_failed(modified);
  if (pn_disposition_is_undeliverable(modified)) refuse_here(consumer, entry);
  if (pn_data_size(pn_disposition_annotations(modified)) > 0)
    entry_annotate(entry, pn_disposition_annotations(modified));
  give_back(consumer, entry);
}

static void take_outcome(struct consumer *consumer, struct entry *entry, pn_delivery_t *dlv) {
  switch (pn_delivery_remote_state(dlv)) {
  case PN_ACCEPTED: finish(consumer, entry); break;
  case PN_REJECTED:
    if (consumer->outlet.browses) {
      finish(consumer, entry);
    } else {
      entries_append(&consumer->rejected, entry);
      attachment_changed(&consumer->attachment);
    }
    break;
  case PN_RELEASED: give_back(consumer, entry); break;
  case PN_MODIFIED: modify(consumer, entry, pn_delivery_remote(dlv)); break;
  default:
    entry->attempts++;
    give_back(consumer, entry);
    break;
  }
}

static bool is_outcome(uint64_t state) {
  return state == PN_ACCEPTED || state == PN_REJECTED || state == PN_RELEASED || state == PN_MODIFIED;
}

static void deliver(struct attachment *attachment, pn_delivery_t *dlv) {
  struct entry *const entry = pn_delivery_get_context(dlv);
  if (!entry || !(pn_delivery_settled(dlv) || is_outcome(pn_delivery_remote_state(dlv)))) return;
  pn_delivery_set_context(dlv, NULL);
  take_outcome(consumer_of(attachment), entry, dlv);
  pn_delivery_settle(dlv);
}

/* Messages come back in the order in which they were taken if they are given back in the order of their numbers. */
static void flush(struct attachment *attachment) {
  struct consumer *const consumer = consumer_of(attachment);
  struct nodes *const nodes = &attachment->peer->broker->nodes;
  const uint64_t done = consumer->done, octets = consumer->done_octets;
  consumer->done = consumer->done_octets = 0;
  (void)atomic_fetch_add_explicit(
      &attachment->peer->returned, consumer->returned.count, memory_order_relaxed);
  queue_return(consumer->queue, &consumer->returned);
  nodes_bury(nodes, consumer->queue->budget, &consumer->rejected);
  budget_return(consumer->queue->budget, done, octets);
}

/* What was sent and is not settled goes back, to be sent to somebody else. */
static void recover(struct consumer *consumer) {
  for (pn_delivery_t *dlv = pn_unsettled_head(consumer->attachment.link), *next; dlv; dlv = next) {
    next = pn_unsettled_next(dlv);
    struct entry *const entry = pn_delivery_get_context(dlv);
    if (!entry) continue;
    pn_delivery_set_context(dlv, NULL);
    entry->attempts += !pn_delivery_buffered(dlv);
    give_back(consumer, entry);
  }
}

static void end(struct attachment *attachment) {
  struct consumer *const consumer = consumer_of(attachment);
  recover(consumer);
  const bool pending = queue_leave(consumer->queue, &consumer->outlet);
  flush(attachment);
  if (consumer->subscription) node_unsubscribe(attachment->node, consumer->subscription);
  attachment_leave_node(attachment);
  attachment->link = NULL;
  if (!pending) free(consumer);
}

/* ---- Attaching ---- */

static const struct attachment_class consumer_class = {deliver, flow, flush, end};

/* The queue of a queue's node, or the consumer's own of a topic's. */
static bool find_queue(struct consumer *consumer) {
  struct node *const node = consumer->attachment.node;
  consumer->queue = &node->queue;
  if (!node->topic) return true;
  consumer->subscription = node_subscribe(node);
  if (consumer->subscription) consumer->queue = &consumer->subscription->queue;
  return consumer->subscription;
}

static void answer(struct consumer *consumer) {
  pn_link_t *const link = consumer->attachment.link;
  pn_terminus_t *const source = pn_link_source(link);
  (void)pn_terminus_copy(source, pn_link_remote_source(link));
  (void)pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
  pn_data_clear(pn_terminus_filter(source)); /* none is applied */
  (void)pn_terminus_set_address(source, consumer->attachment.node->name);
  (void)pn_terminus_set_distribution_mode(
      source, consumer->outlet.browses ? PN_DIST_MODE_COPY : PN_DIST_MODE_MOVE);
  consumer->presettled = pn_link_remote_snd_settle_mode(link) == PN_SND_SETTLED;
  pn_link_set_snd_settle_mode(link, consumer->presettled ? PN_SND_SETTLED : PN_SND_UNSETTLED);
  pn_link_set_rcv_settle_mode(link, pn_link_remote_rcv_settle_mode(link));
  pn_link_open(link);
}

void consumer_attach(struct peer *peer, pn_link_t *link) {
  pn_terminus_t *const source = pn_link_remote_source(link);
  struct consumer *const consumer = calloc(1, sizeof *consumer);
  if (!consumer) {
    link_refuse(link, "amqp:internal-error", "out of memory");
    return;
  }
  struct attachment *const attachment = &consumer->attachment;
  *attachment = (struct attachment){.class = &consumer_class, .peer = peer, .link = link};
  if (!pn_terminus_get_address(source) && !pn_terminus_is_dynamic(source)) {
    link_refuse(link, "amqp:invalid-field", "attach: a source has to name an address, or be dynamic");
    free(consumer);
    return;
  }
  if (!link_find_node(peer, link, source, &attachment->node)) {
    free(consumer);
    return;
  }
  attachment->owns_node = pn_terminus_is_dynamic(source);
  if (!find_queue(consumer)) {
    link_refuse(link, "amqp:internal-error", "out of memory");
    attachment_leave_node(attachment);
    free(consumer);
    return;
  }
  consumer->outlet.call.turn = peer->turn;
  consumer->outlet.call.work = (pn_work_t){.run = run_call, .cancel = cancel_call, .context = consumer};
  consumer->outlet.id = atomic_fetch_add(&peer->broker->next_outlet, 1) + 1;
  consumer->outlet.browses =
      !consumer->subscription && pn_terminus_get_distribution_mode(source) == PN_DIST_MODE_COPY;
  pn_link_set_context(link, attachment);
  answer(consumer);
  queue_join(consumer->queue, &consumer->outlet);
}
