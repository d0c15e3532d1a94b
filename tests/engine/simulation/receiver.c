/* receiver.c: the receiving application. It reads at the event or later, copies, borrows or takes what has come, leaves it in
 * order and settles it in any, refuses some of it unread, and knows a message again that comes a second time. */
#include "world.h"

#include <string.h>

static const uint64_t outcomes[] = {PN_ACCEPTED, PN_RELEASED, PN_REJECTED, PN_MODIFIED};
enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

void grant(struct flow *flow) {
  const int credit = once_in(3) ? 1 + (int)draw(100) : 1 + (int)draw(4);
  const bool drain = once_in(8);
  flow->granted += credit;
  if (drain)
    pn_link_drain(flow->receiver, credit);
  else
    pn_link_flow(flow->receiver, credit);
}

/* Messages that come are those that were sent, in their order. */
static void handled(struct flow *flow, pn_delivery_t *dlv, bool in_order) {
  struct message *message = message_of(flow, dlv);
  const unsigned number = (unsigned)(message - flow->messages);
  REQUIRE(message->handled_in != flow->attachment);
  message->handled_in = flow->attachment;
  message->outcome = 0;
  if (!in_order) return;
  REQUIRE(!message->received || !message->settled); /* another is one that is known already */
  message->received = true;
  REQUIRE(message->sent_in == flow->attachment && number >= flow->behind);
  for (unsigned i = flow->behind; i < number; i++) {
    const struct message *before = &flow->messages[i];
    REQUIRE(before->sent_in != flow->attachment || before->fate == WITHDRAWN ||
            before->handled_in == flow->attachment);
  }
  flow->behind = number + 1;
}

static void update(struct flow *flow, pn_delivery_t *dlv, uint64_t outcome) {
  if (pn_delivery_local_state(dlv) != 0) return;
  message_of(flow, dlv)->outcome = outcome;
  pn_delivery_update(dlv, outcome);
}

static void settle(struct flow *flow, pn_delivery_t *dlv) {
  struct message *message = message_of(flow, dlv);
  message->settled_in = flow->attachment;
  if (message->handled_in != flow->attachment)
    message->outcome = 0; /* it was withdrawn */
  else if (!message->settled)
    update(flow, dlv, PN_ACCEPTED);
  pn_delivery_settle(dlv);
}

/* The current one is left. */
static void leave(struct flow *flow, pn_delivery_t *dlv, bool settles) {
  REQUIRE(pn_link_current(flow->receiver) == dlv);
  flow->left++;
  flow->got = 0;
  if (settles)
    settle(flow, dlv);
  else
    REQUIRE(pn_link_advance(flow->receiver));
  if (once_in(16)) REQUIRE(pn_link_current(flow->receiver) != dlv); /* who asks has all of a run made */
}

/* One that is not left yet, current or behind that, is settled unread. */
static void refuse(struct flow *flow, pn_delivery_t *dlv) {
  const bool current = pn_link_current(flow->receiver) == dlv;
  if (pn_delivery_aborted(dlv)) return;
  handled(flow, dlv, false);
  update(flow, dlv, PN_REJECTED);
  settle(flow, dlv);
  flow->left++;
  if (current) flow->got = 0;
}

static void compare(struct flow *flow, pn_delivery_t *dlv, const char *bytes, size_t size) {
  const struct message *message = message_of(flow, dlv);
  REQUIRE(flow->got + size <= message->size);
  REQUIRE(memcmp(bytes, pattern + message->start + flow->got, size) == 0);
  flow->got += (uint32_t)size;
}

/* Three ways to read; false if there was nothing. */

static bool copy_out(struct flow *flow, pn_delivery_t *dlv) {
  char bytes[2000];
  const ssize_t size = pn_link_recv(flow->receiver, bytes, 1 + draw(once_in(4) ? 8 : sizeof bytes));
  if (size <= 0) return false;
  compare(flow, dlv, bytes, (size_t)size);
  return true;
}

static bool borrow(struct flow *flow, pn_delivery_t *dlv) {
  pn_bytes_t pieces[4];
  const size_t pending = pn_delivery_pending(dlv), max = 1 + draw(4);
  const size_t count = pn_delivery_borrow(dlv, pieces, max);
  const uint32_t got = flow->got;
  if (count == 0) return false;
  for (size_t i = 0; i < count; i++) {
    REQUIRE(pieces[i].size > 0);
    compare(flow, dlv, pieces[i].start, pieces[i].size);
  }
  const uint32_t seen = flow->got - got;
  REQUIRE(count == max ? seen <= pending : seen == pending);
  const uint32_t consumed = once_in(4) ? 1 + draw(seen) : seen;
  flow->got = got + consumed;
  REQUIRE(pn_delivery_consume(dlv, consumed) == consumed);
  REQUIRE(pn_delivery_pending(dlv) == pending - consumed);
  return true;
}

static bool take(struct flow *flow, pn_delivery_t *dlv) {
  pn_bytes_t piece;
  const uint32_t start = message_of(flow, dlv)->start + flow->got;
  pn_shared_bytes_t *bytes = pn_delivery_take(dlv, &piece);
  if (!bytes) return false;
  compare(flow, dlv, piece.start, piece.size);
  shelve(bytes, pn_shared_bytes_offset(bytes, piece), start, (uint32_t)piece.size);
  return true;
}

static bool read_some(struct flow *flow, pn_delivery_t *dlv) {
  if (flow->prompt && !once_in(16)) return copy_out(flow, dlv);
  switch (draw(pn_delivery_pending(dlv) > 1000 ? 3 : 8)) {
  case 0: return borrow(flow, dlv);
  case 1: return take(flow, dlv);
  default: return copy_out(flow, dlv);
  }
}

/* The current one has come wholly: what becomes of it, and when, is settled now or later. */
static void conclude(struct flow *flow, pn_delivery_t *dlv) {
  const bool promptly = flow->prompt && !once_in(16);
  handled(flow, dlv, true);
  if (promptly)
    update(flow, dlv, PN_ACCEPTED);
  else if (!once_in(3))
    update(flow, dlv, outcomes[draw(OUTCOMES)]);
  leave(flow, dlv, promptly || !once_in(3));
}

/* Read from the current delivery; false if there is nothing to go on with. */
static bool consume(struct flow *flow) {
  pn_delivery_t *dlv = pn_link_current(flow->receiver);
  if (!dlv) return false;
  if (message_of(flow, dlv)->handled_in == flow->attachment) { /* it was refused before its turn */
    flow->got = 0;
    return pn_link_advance(flow->receiver);
  }
  while (!once_in(50) && read_some(flow, dlv)) {}
  if (pn_delivery_aborted(dlv)) {
    leave(flow, dlv, true);
    return true;
  }
  if (pn_delivery_partial(dlv)) {
    const bool unwanted = once_in(60);
    if (unwanted) refuse(flow, dlv);
    return unwanted;
  }
  if (pn_delivery_pending(dlv) == 0) REQUIRE(flow->got == message_of(flow, dlv)->size);
  if (pn_delivery_pending(dlv) > 0 && !once_in(4)) return false; /* the rest another time */
  conclude(flow, dlv);
  return true;
}

void receiver_told(struct flow *flow, pn_delivery_t *dlv) {
  struct message *message = message_of(flow, dlv);
  const bool first = message->told_in != flow->attachment;
  message->told_in = flow->attachment;
  REQUIRE(pn_delivery_get_context(dlv) == (message->marked_in == flow->attachment ? message : NULL));
  if (message->settled && !pn_delivery_partial(dlv)) REQUIRE(pn_delivery_settled(dlv));
  if (message->stated && !pn_delivery_partial(dlv) && !pn_delivery_aborted(dlv))
    REQUIRE(pn_delivery_remote_state(dlv) == PN_ACCEPTED);
  if (first && once_in(20)) {
    pn_delivery_set_context(dlv, message);
    message->marked_in = flow->attachment;
  }
  struct side *side = side_of(flow, false);
  if (once_in(40)) {
    if (side->kept) pn_decref(side->kept);
    side->kept = dlv;
    pn_incref(dlv);
  }
  if (flow->late ? once_in(16) : !once_in(16) && pn_delivery_current(dlv)) (void)consume(flow);
}

/* One that has not been left yet, somewhere among those that have come. */
static void refuse_one(struct flow *flow) {
  pn_delivery_t *dlv = pn_link_current(flow->receiver);
  for (unsigned steps = draw(6); dlv && steps > 0; steps--) dlv = pn_unsettled_next(dlv);
  if (dlv && message_of(flow, dlv)->handled_in != flow->attachment) refuse(flow, dlv);
}

/* What it does when nothing has told it to. */
void receiver_looks(struct flow *flow) {
  switch (draw(5)) {
  case 0: inspect(flow, flow->receiver); break;
  case 1: receiver_settles(flow); break;
  case 2:
    if (flow->refuses) refuse_one(flow);
    break;
  default:
    for (unsigned count = 1 + draw(20); count > 0 && consume(flow); count--) {}
  }
}

/* Those that have been left, in any order. */
void receiver_settles(struct flow *flow) {
  const uint64_t outcome = outcomes[draw(OUTCOMES)];
  const bool all = !once_in(3);
  flow->drained += pn_link_drained(flow->receiver);
  pn_delivery_t *later[MESSAGES];
  unsigned count = 0;
  for (pn_delivery_t *dlv = pn_unsettled_head(flow->receiver), *next; dlv; dlv = next) {
    next = pn_unsettled_next(dlv);
    if (message_of(flow, dlv)->handled_in != flow->attachment) break;
    update(flow, dlv, outcome);
    if (once_in(8))
      later[count++] = dlv;
    else if (all || once_in(2))
      settle(flow, dlv);
  }
  while (count > 0) settle(flow, later[--count]);
}

void receiver_leaves(struct flow *flow) {
  if (once_in(2)) {
    while (consume(flow)) {}
  } else if (once_in(2)) {
    inspect(flow, flow->receiver);
    receiver_settles(flow);
  }
  flow->got = 0;
  flow->behind = 0;
}

bool receiver_is_done(const struct flow *flow) {
  return pn_link_unsettled(flow->receiver) == 0 && pn_link_queued(flow->receiver) == 0;
}

/* Of each message that was sent there has been an event, and something was done with it. */
bool all_handled(const struct flow *flow) {
  for (unsigned i = 0; i < flow->count; i++) {
    const struct message *message = &flow->messages[i];
    if (message->sent_in != flow->attachment || message->fate == WITHDRAWN) continue;
    if (message->handled_in != flow->attachment || message->told_in != flow->attachment) return false;
  }
  return true;
}
