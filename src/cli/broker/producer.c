/* producer.c: a link on which messages come in. [2.6.7, 2.6.12]
 *
 * Messages gather while the connection's batch lasts and go to the node together, and only then is their delivery accepted: who has
 * seen a message accepted finds it in the queue. Credit is what the node's budget has room for.
 *
 * A link without an address (the anonymous terminus) leads to the node that each message names in `to`. It has a credit of its own, and
 * what finds no room is released, to be sent again.
 *
 * All is the connection's, but for `inlet`, which the budget guards. Freed by `end`, or by the work that is pending then. */
#include "cli/broker/server.h"
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/proactor.h>
#include <stdlib.h>

enum { CREDIT = 500, SMALL = 8 * 1024 };

struct producer {
  struct attachment attachment;
  struct inlet inlet;
  struct message *building; /* a large message of which a part has come */
  struct entries gathered;  /* not yet put; their deliveries are the link's first unsettled ones */
  struct arrivals arrived;
  uint64_t credit;
  bool ending; /* nothing more is wanted */
};

static struct producer *producer_of(struct attachment *attachment) { return (struct producer *)attachment; }

/* ---- Credit ---- */

static void ask_for_credit(struct producer *producer) {
  struct broker *const broker = producer->attachment.peer->broker;
  const bool stopping = atomic_load_explicit(&broker->stopping, memory_order_relaxed);
  const uint64_t want =
      stopping || producer->ending || producer->credit > CREDIT / 2 ? 0 : CREDIT - producer->credit;
  uint64_t granted = want;
  if (producer->attachment.node) {
    granted = budget_ask(
        &producer->attachment.node->budget, &producer->inlet, producer->arrived, producer->credit, want);
  }
  producer->arrived = (struct arrivals){0, 0, 0};
  if (granted == 0) return;
  producer->credit += granted;
  pn_link_flow(producer->attachment.link, (int)granted);
}

static void delete_link(struct producer *producer) {
  link_close(producer->attachment.link, "amqp:resource-deleted", "the temporary queue has been deleted");
}

static void run_call(pn_connection_t *conn, void *context) {
  struct producer *const producer = context;
  (void)conn;
  if (!producer->attachment.link) {
    free(producer);
    return;
  }
  budget_called(&producer->attachment.node->budget, &producer->inlet);
  if (atomic_load(&producer->attachment.node->deleted)) {
    delete_link(producer);
  } else {
    attachment_changed(&producer->attachment);
  }
}

/* The connection has ended, and the link before it. */
static void cancel_call(void *context) { free(context); }

/* ---- Messages ---- */

/* Settle the oldest deliveries, with an outcome. */
static void settle(pn_link_t *link, size_t count, uint64_t outcome) {
  pn_delivery_t *dlv = pn_unsettled_head(link);
  for (pn_delivery_t *next; dlv && count > 0; dlv = next, count--) {
    next = pn_unsettled_next(dlv);
    pn_delivery_update(dlv, outcome);
    pn_delivery_settle(dlv);
  }
}

static void reject(pn_delivery_t *dlv, const char *condition, const char *description) {
  pn_condition_t *const reason = pn_disposition_condition(pn_delivery_local(dlv));
  (void)pn_condition_set_name(reason, condition);
  (void)pn_condition_set_description(reason, description);
  pn_delivery_update(dlv, PN_REJECTED);
}

static void flush(struct attachment *attachment) {
  struct producer *const producer = producer_of(attachment);
  struct node *const node = attachment->node;
  const bool deleted = node && atomic_load(&node->deleted);
  if (producer->gathered.count > 0) {
    (void)atomic_fetch_add_explicit(
        &attachment->peer->received, producer->gathered.count, memory_order_relaxed);
    settle(attachment->link, producer->gathered.count, deleted ? PN_RELEASED : PN_ACCEPTED);
    ask_for_credit(producer);
    node_put(&attachment->peer->broker->nodes, node, &producer->gathered);
  } else {
    ask_for_credit(producer);
  }
}

/* A delivery that is not gathered is settled at once, with the outcome that it has. */
static void drop_delivery(struct producer *producer, pn_delivery_t *dlv) {
  attachment_changed(&producer->attachment);
  (void)pn_link_advance(producer->attachment.link);
  pn_delivery_settle(dlv);
  producer->credit--;
  if (producer->attachment.node) producer->arrived.dropped++;
}

static void gather(struct producer *producer, struct message *message) {
  entries_append(&producer->gathered, message_first_entry(message));
  producer->arrived.messages++;
  producer->arrived.octets += message_size(message);
  producer->credit--;
  attachment_changed(&producer->attachment);
}

/* Where a message is to go by itself. @return  NULL if it does not say, or it cannot go there: the delivery has its outcome then */
static struct node *find_destination(
    struct producer *producer, const struct message *message, pn_delivery_t *dlv) {
  struct nodes *const nodes = &producer->attachment.peer->broker->nodes;
  struct node *node = NULL;
  pn_message_t *const decoded = pn_message();
  char *const bytes = message_flatten(message);
  const bool known = decoded && bytes && pn_message_decode(decoded, bytes, message_size(message)) == 0;
  const char *const to = known ? pn_message_get_address(decoded) : NULL;
  if (!to) {
    reject(
        dlv, "amqp:precondition-failed", "on a link without an address each message has to name one in 'to'");
  } else if (node_at(nodes, to, &node) != NODE_FOUND) {
    node = NULL;
    reject(dlv, "amqp:not-found", "what the message's 'to' names does not exist, and cannot be made");
  } else if (!budget_take(&node->budget, message_size(message))) {
    node_leave(nodes, node);
    node = NULL;
    pn_delivery_update(dlv, PN_RELEASED);
  }
  pn_message_free(decoded);
  free(bytes);
  return node;
}

static void route(struct producer *producer, struct message *message, pn_delivery_t *dlv) {
  struct nodes *const nodes = &producer->attachment.peer->broker->nodes;
  struct node *const node = find_destination(producer, message, dlv);
  if (node) {
    struct entries one = {NULL, NULL, 0};
    entries_append(&one, message_first_entry(message));
    node_put(nodes, node, &one);
    node_leave(nodes, node);
    pn_delivery_update(dlv, PN_ACCEPTED);
    (void)atomic_fetch_add_explicit(&producer->attachment.peer->received, 1, memory_order_relaxed);
  }
  drop_delivery(producer, dlv);
}

static void complete(struct producer *producer, struct message *message, pn_delivery_t *dlv) {
  struct peer *const peer = producer->attachment.peer;
  if (!message_read_header(message, peer->data, pn_proactor_now_64())) {
    reject(dlv, "amqp:decode-error", "the message's header section is malformed");
    drop_delivery(producer, dlv);
  } else if (!producer->attachment.node) {
    route(producer, message, dlv);
  } else {
    gather(producer, message);
    (void)pn_link_advance(producer->attachment.link);
  }
}

static void give_up(struct producer *producer, pn_delivery_t *dlv) {
  if (producer->building) (void)message_decref(producer->building);
  producer->building = NULL;
  drop_delivery(producer, dlv);
}

/* Large messages are taken piece by piece, so that the session's window stays open. */
static void build(struct producer *producer, pn_delivery_t *dlv) {
  struct broker *const broker = producer->attachment.peer->broker;
  if (!producer->building) producer->building = message_begin();
  struct message *const message = producer->building;
  if (!message || !message_take(message, dlv)) {
    pn_delivery_update(dlv, PN_RELEASED); /* no memory: it may try again */
    give_up(producer, dlv);
  } else if (message_size(message) > broker->settings.max_message_size) {
    give_up(producer, dlv);
    link_close(producer->attachment.link, "amqp:link:message-size-exceeded",
        "the message is larger than the broker takes (--max-message-size)");
  } else if (!pn_delivery_partial(dlv)) {
    producer->building = NULL;
    complete(producer, message, dlv);
    (void)message_decref(message);
  }
}

static void deliver(struct attachment *attachment, pn_delivery_t *dlv) {
  struct producer *const producer = producer_of(attachment);
  if (dlv != pn_link_current(attachment->link))
    return; /* one that has been read: its sender has settled it, or changed its mind */
  const size_t pending = pn_delivery_pending(dlv);
  const bool partial = pn_delivery_partial(dlv);
  if (pn_delivery_aborted(dlv)) {
    give_up(producer, dlv);
  } else if (producer->building || pending > SMALL) {
    build(producer, dlv);
  } else if (!partial) {
    struct message *const message = message_copy(attachment->link, pending);
    if (message) {
      complete(producer, message, dlv);
      (void)message_decref(message);
    } else {
      pn_delivery_update(dlv, PN_RELEASED);
      give_up(producer, dlv);
    }
  }
}

static void flow(struct attachment *attachment) { (void)attachment; }

static void end(struct attachment *attachment) {
  struct producer *const producer = producer_of(attachment);
  producer->ending = true;
  flush(attachment);
  if (producer->building) (void)message_decref(producer->building);
  bool pending = false;
  if (attachment->node) pending = budget_leave(&attachment->node->budget, &producer->inlet, producer->credit);
  attachment_leave_node(attachment);
  attachment->link = NULL;
  if (!pending) free(producer);
}

static const struct attachment_class producer_class = {deliver, flow, flush, end};

void producer_attach(struct peer *peer, pn_link_t *link) {
  pn_terminus_t *const target = pn_link_remote_target(link);
  struct producer *const producer = calloc(1, sizeof *producer);
  if (!producer) {
    link_refuse(link, "amqp:internal-error", "out of memory");
    return;
  }
  struct attachment *const attachment = &producer->attachment;
  *attachment = (struct attachment){.class = &producer_class, .peer = peer, .link = link};
  const bool anonymous = !pn_terminus_get_address(target) && !pn_terminus_is_dynamic(target);
  if (!anonymous && !link_find_node(peer, link, target, &attachment->node)) {
    free(producer);
    return;
  }
  producer->inlet.call.turn = peer->turn;
  producer->inlet.call.work = (pn_work_t){.run = run_call, .cancel = cancel_call, .context = producer};
  attachment->owns_node = attachment->node && pn_terminus_is_dynamic(target);
  (void)pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
  (void)pn_terminus_copy(pn_link_target(link), target);
  if (attachment->owns_node) (void)pn_terminus_set_address(pn_link_target(link), attachment->node->name);
  pn_link_set_snd_settle_mode(link, pn_link_remote_snd_settle_mode(link));
  pn_link_set_rcv_settle_mode(link, PN_RCV_FIRST);
  pn_link_set_max_message_size(link, peer->broker->settings.max_message_size);
  pn_link_set_context(link, attachment);
  pn_link_open(link);
  if (attachment->node) budget_join(&attachment->node->budget, &producer->inlet);
  ask_for_credit(producer);
}
