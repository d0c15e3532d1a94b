/* budget.c: credit for producers, so that what is stored stays within bounds. [2.6.7]
 *
 * Invariants, under the lock: held + reserved <= most_messages + inlet_count (a producer is given one message's credit while less
 * than the most is held, so that those who do not use theirs keep nobody out); a producer that waits has no credit. What the
 * octets leave room for is reckoned by what messages usually measure, so they are exceeded by no more than what credit is out for.
 *
 * The lock is the innermost of the broker's: with it held nothing is done but adding to work queues. */
#include "cli/broker/budget.h"

enum { USUAL_AT_FIRST = 64 * 1024, OCTETS_PART = 4, USUAL_WEIGHT = 8 };

void budget_init(struct budget *budget, uint64_t most_messages, uint64_t most_octets) {
  *budget =
      (struct budget){.most_messages = most_messages, .most_octets = most_octets, .usual = USUAL_AT_FIRST};
  pthread_mutex_init(&budget->lock, NULL);
}

void budget_clear(struct budget *budget) { pthread_mutex_destroy(&budget->lock); }

static void wait_locked(struct budget *budget, struct inlet *inlet) {
  if (inlet->waits) return;
  inlet->waits = true;
  inlet->next = NULL;
  *(budget->waiting ? &budget->waiting_last->next : &budget->waiting) = inlet;
  budget->waiting_last = inlet;
}

static void stop_waiting_locked(struct budget *budget, struct inlet *inlet) {
  struct inlet *last = NULL;
  if (!inlet->waits) return;
  for (struct inlet **link = &budget->waiting; *link;) {
    if (*link == inlet) {
      *link = inlet->next;
    } else {
      last = *link;
      link = &last->next;
    }
  }
  budget->waiting_last = last;
  inlet->waits = false;
}

static bool has_room_locked(const struct budget *budget) {
  return budget->held < budget->most_messages && budget->octets < budget->most_octets;
}

/* Messages that there is room for, beyond what was given credit for. Of the octets, which only a guess can be made at, a part stays free. */
static uint64_t room_locked(const struct budget *budget) {
  if (!has_room_locked(budget)) return 0;
  uint64_t room = budget->most_messages - budget->held;
  const uint64_t fits = (budget->most_octets - budget->octets) / budget->usual / OCTETS_PART;
  if (fits < room) room = fits;
  return room > budget->reserved ? room - budget->reserved : 0;
}

void budget_join(struct budget *budget, struct inlet *inlet) {
  pthread_mutex_lock(&budget->lock);
  inlet->before = NULL;
  inlet->behind = budget->inlets;
  if (inlet->behind) inlet->behind->before = inlet;
  budget->inlets = inlet;
  budget->inlet_count++;
  pthread_mutex_unlock(&budget->lock);
}

/* Those who have waited longest are called: one for each message that there is room for. */
static void call_waiting_locked(struct budget *budget) {
  uint64_t room = room_locked(budget);
  if (room == 0 && has_room_locked(budget)) room = 1;
  for (; room > 0 && budget->waiting; room--) {
    struct inlet *const inlet = budget->waiting;
    budget->waiting = inlet->next;
    inlet->waits = false;
    call_locked(&inlet->call);
  }
}

bool budget_leave(struct budget *budget, struct inlet *inlet, uint64_t unused) {
  pthread_mutex_lock(&budget->lock);
  stop_waiting_locked(budget, inlet);
  *(inlet->before ? &inlet->before->behind : &budget->inlets) = inlet->behind;
  if (inlet->behind) inlet->behind->before = inlet->before;
  budget->inlet_count--;
  budget->reserved -= unused;
  call_waiting_locked(budget);
  const bool pending = inlet->call.pending;
  pthread_mutex_unlock(&budget->lock);
  return pending;
}

uint64_t budget_ask(
    struct budget *budget, struct inlet *inlet, struct arrivals arrived, uint64_t unused, uint64_t want) {
  pthread_mutex_lock(&budget->lock);
  budget->held += arrived.messages;
  budget->octets += arrived.octets;
  if (arrived.messages > 0) {
    budget->usual =
        (budget->usual * (USUAL_WEIGHT - 1) + arrived.octets / arrived.messages) / USUAL_WEIGHT + 1;
  }
  budget->reserved -= arrived.messages + arrived.dropped;
  const uint64_t share = budget->most_messages / (2 * budget->inlet_count) + 1;
  uint64_t granted = room_locked(budget);
  if (granted > want) granted = want;
  if (granted > share) granted = share;
  if (granted == 0 && unused == 0 && want > 0) {
    if (has_room_locked(budget)) {
      granted = 1;
    } else {
      wait_locked(budget, inlet);
    }
  }
  budget->reserved += granted;
  pthread_mutex_unlock(&budget->lock);
  return granted;
}

bool budget_take(struct budget *budget, uint64_t octets) {
  pthread_mutex_lock(&budget->lock);
  const bool room = has_room_locked(budget);
  if (room) {
    budget->held++;
    budget->octets += octets;
  }
  pthread_mutex_unlock(&budget->lock);
  return room;
}

void budget_charge(struct budget *budget, uint64_t messages, uint64_t octets) {
  pthread_mutex_lock(&budget->lock);
  budget->held += messages;
  budget->octets += octets;
  pthread_mutex_unlock(&budget->lock);
}

void budget_return(struct budget *budget, uint64_t messages, uint64_t octets) {
  if (messages == 0) return;
  pthread_mutex_lock(&budget->lock);
  budget->held -= messages;
  budget->octets -= octets;
  call_waiting_locked(budget);
  pthread_mutex_unlock(&budget->lock);
}

void budget_call_all(struct budget *budget) {
  pthread_mutex_lock(&budget->lock);
  for (struct inlet *inlet = budget->inlets; inlet; inlet = inlet->behind) call_locked(&inlet->call);
  pthread_mutex_unlock(&budget->lock);
}

void budget_called(struct budget *budget, struct inlet *inlet) {
  pthread_mutex_lock(&budget->lock);
  inlet->call.pending = false;
  pthread_mutex_unlock(&budget->lock);
}
