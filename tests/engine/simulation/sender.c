/* sender.c: the sending application. It gives messages in pieces or at once, copied or from where they lie, takes some back,
 * settles before or after its receiver, and keeps book of what it has to send again. */
#include "world.h"

#include <string.h>

static struct message *current(struct flow *flow) { return &flow->messages[flow->next]; }

/* The next message that is to be sent, if there is one. */
static bool find_next(struct flow *flow) {
  while (flow->next < flow->count && current(flow)->fate != TO_SEND) flow->next++;
  return flow->next < flow->count;
}

static void begin(struct flow *flow) {
  struct message *message = current(flow);
  /* Bytes that have been received are sent on as a message of their own. */
  if (message->size > 1000 && !message->sent_in && once_in(2))
    draw_from_shelf(&message->start, &message->size);
  char tag[32];
  memset(tag, 'x', sizeof tag);
  tag[0] = (char)flow->next;
  tag[1] = (char)flow->number;
  tag[2] = (char)flow->attachment;
  pn_delivery_t *dlv = pn_delivery(flow->sender, pn_dtag(tag, message->tag_size));
  REQUIRE(dlv && pn_link_current(flow->sender));
  flow->begun = true;
  flow->given = 0;
}

static void give(struct flow *flow, uint32_t most) {
  const struct message *message = current(flow);
  const uint32_t start = message->start + flow->given;
  size_t offset;
  uint32_t size;
  pn_shared_bytes_t *shared = most > 1000 || once_in(16) ? find_on_shelf(start, &offset, &size) : NULL;
  if (shared) {
    if (size > most) size = most;
    REQUIRE(pn_link_send_shared(flow->sender, shared, offset, size) == (ssize_t)size);
  } else {
    size = most;
    REQUIRE(pn_link_send(flow->sender, pattern + start, size) == (ssize_t)size);
  }
  flow->given += size;
}

static void finish(struct flow *flow) {
  struct message *message = current(flow);
  pn_delivery_t *dlv = pn_link_current(flow->sender);
  if (message->stated) pn_delivery_update(dlv, PN_ACCEPTED);
  message->sent_in = flow->attachment;
  message->fate = GIVEN;
  flow->begun = false;
  flow->next++;
  if (message->settled) {
    message->fate = DONE_WITH;
    pn_delivery_settle(dlv);
  } else {
    pn_link_advance(flow->sender);
  }
}

/* Begin a message, give a piece of it, finish or withdraw it; or all at once. */
static void send_one(struct flow *flow, bool whole) {
  if (!flow->begun) {
    if (!find_next(flow)) return;
    begin(flow);
  }
  struct message *message = current(flow);
  do {
    const uint32_t left = message->size - flow->given;
    give(flow, whole ? left : 1 + draw(left));
  } while (whole && flow->given < message->size);
  if (once_in(flow->alike ? 300 : 24)) {
    message->fate = WITHDRAWN;
    flow->begun = false;
    pn_delivery_abort(pn_link_current(flow->sender));
  } else if (flow->given == message->size) {
    finish(flow);
  }
}

void send_something(struct flow *flow) {
  const unsigned count = once_in(4) ? 1 + draw(60) : 1;
  const bool whole = count > 1 || once_in(3);
  for (unsigned i = 0; i < count; i++) send_one(flow, whole);
}

/* One that nobody has seen is taken back out of the middle. */
static void take_back(struct flow *flow, pn_delivery_t *dlv) {
  struct message *message = message_of(flow, dlv);
  REQUIRE(message->fate == GIVEN);
  message->fate = WITHDRAWN;
  pn_delivery_abort(dlv);
}

static void settle(struct flow *flow, pn_delivery_t *dlv) {
  struct message *message = message_of(flow, dlv);
  const bool given_back = pn_delivery_settled(dlv) && pn_delivery_remote_state(dlv) == 0;
  if (message->fate == GIVEN && !given_back) message->fate = DONE_WITH;
  if (!pn_delivery_settled(dlv)) message->forgotten = true;
  pn_delivery_settle(dlv);
}

/* What the receiver says of a delivery is what it has done with it. A link that is freed settles without an outcome. */
static void believe(struct flow *flow, pn_delivery_t *dlv) {
  const struct message *message = message_of(flow, dlv);
  const uint64_t outcome = pn_delivery_remote_state(dlv);
  if (outcome != 0) REQUIRE(message->handled_in == flow->attachment && outcome == message->outcome);
  if (pn_delivery_settled(dlv) && flow->phase != ENDING)
    REQUIRE(message->settled_in == flow->attachment && outcome == message->outcome);
}

void sender_told(struct flow *flow, pn_delivery_t *dlv) {
  believe(flow, dlv);
  if (pn_delivery_current(dlv) || pn_delivery_buffered(dlv)) return; /* it is not wholly sent */
  if (pn_delivery_settled(dlv) || once_in(6)) settle(flow, dlv);
}

void sender_settles(struct flow *flow) {
  const bool all = once_in(flow->next == flow->count ? 3 : 12); /* also what nobody has acknowledged */
  for (pn_delivery_t *dlv = pn_unsettled_head(flow->sender), *next; dlv; dlv = next) {
    next = pn_unsettled_next(dlv);
    believe(flow, dlv);
    if (pn_delivery_current(dlv)) continue;
    if (pn_delivery_buffered(dlv)) {
      if (once_in(40)) take_back(flow, dlv);
    } else if (all || pn_delivery_settled(dlv)) {
      settle(flow, dlv);
    }
  }
}

void sender_leaves(struct flow *flow) {
  if (once_in(2)) {
    for (pn_delivery_t *dlv = pn_unsettled_head(flow->sender), *next; dlv; dlv = next) {
      next = pn_unsettled_next(dlv);
      if (!pn_delivery_current(dlv) && pn_delivery_settled(dlv)) sender_told(flow, dlv);
    }
  }
  for (unsigned i = 0; i < flow->count; i++) {
    struct message *message = &flow->messages[i];
    if (message->sent_in == flow->attachment && (message->settled || message->forgotten))
      message->may_be_lost = true;
    if (message->fate == GIVEN) message->fate = TO_SEND;
  }
  flow->begun = false;
  flow->next = 0;
}

bool sender_is_done(const struct flow *flow) {
  return flow->next == flow->count && pn_link_queued(flow->sender) == 0 &&
         pn_link_unsettled(flow->sender) == 0;
}
