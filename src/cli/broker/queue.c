/* queue.c: messages by priority and arrival; outlets that compete for them, or browse.
 *
 * A message in the queue belongs to the queue. When an outlet has taken it, it belongs to that outlet's connection until it is
 * given back, or entry_free() ends it; no lock is needed for it then.
 *
 * Outlets with credit that found nothing are on the list `ready`, first in, first out. Who puts messages calls one of them for each
 * message; the one that is called takes its share of what is there, so that all who are ready get about as much. Invariant: when
 * the lock is free and there are messages, then nobody is ready, or somebody was called, or all who are ready have refused them.
 *
 * A browser has a place on each level, the last message it has seen; who takes that message out moves the place to the one before. */
#include "cli/broker/queue.h"

void queue_init(struct queue *queue, struct budget *budget) {
  *queue = (struct queue){.budget = budget};
  pthread_mutex_init(&queue->lock, NULL);
}

void queue_clear(struct queue *queue) {
  uint64_t messages = 0, octets = 0;
  for (unsigned level = 0; level < QUEUE_LEVELS; level++) {
    for (struct entry *entry; (entry = queue->levels[level].first);) {
      entries_remove(&queue->levels[level], entry);
      messages += entry_free(entry, &octets);
    }
  }
  queue->available = 0;
  budget_return(queue->budget, messages, octets);
  pthread_mutex_destroy(&queue->lock);
}

static unsigned level_of(const struct entry *entry) {
  const unsigned priority = message_priority(entry->message);
  return priority < QUEUE_LEVELS ? priority : QUEUE_LEVELS - 1;
}

static void get_ready_locked(struct queue *queue, struct outlet *outlet) {
  if (outlet->ready) return;
  outlet->ready = true;
  outlet->after_ready = NULL;
  outlet->before_ready = queue->ready_last;
  *(queue->ready_last ? &queue->ready_last->after_ready : &queue->ready) = outlet;
  queue->ready_last = outlet;
  queue->ready_count++;
}

static void get_busy_locked(struct queue *queue, struct outlet *outlet) {
  if (!outlet->ready) return;
  outlet->ready = false;
  *(outlet->before_ready ? &outlet->before_ready->after_ready : &queue->ready) = outlet->after_ready;
  *(outlet->after_ready ? &outlet->after_ready->before_ready : &queue->ready_last) = outlet->before_ready;
  queue->ready_count--;
}

static void call_outlet_locked(struct queue *queue, struct outlet *outlet) {
  const bool before = outlet->call.pending;
  call_locked(&outlet->call);
  queue->called_count += outlet->call.pending && !before;
}

/* Up to so many of those that are ready, and all that browse. */
static void call_ready_locked(struct queue *queue, uint64_t most) {
  for (; most > 0 && queue->ready; most--) {
    struct outlet *const outlet = queue->ready;
    get_busy_locked(queue, outlet);
    call_outlet_locked(queue, outlet);
  }
}

static void call_browsers_locked(struct queue *queue) {
  if (queue->browser_count == 0) return;
  for (struct outlet *outlet = queue->outlets; outlet; outlet = outlet->behind) {
    if (outlet->browses) call_outlet_locked(queue, outlet);
  }
}

void queue_join(struct queue *queue, struct outlet *outlet) {
  pthread_mutex_lock(&queue->lock);
  outlet->before = NULL;
  outlet->behind = queue->outlets;
  if (outlet->behind) outlet->behind->before = outlet;
  queue->outlets = outlet;
  queue->outlet_count++;
  queue->browser_count += outlet->browses;
  pthread_mutex_unlock(&queue->lock);
}

bool queue_leave(struct queue *queue, struct outlet *outlet) {
  pthread_mutex_lock(&queue->lock);
  get_busy_locked(queue, outlet);
  *(outlet->before ? &outlet->before->behind : &queue->outlets) = outlet->behind;
  if (outlet->behind) outlet->behind->before = outlet->before;
  queue->outlet_count--;
  queue->browser_count -= outlet->browses;
  queue->called_count -= outlet->call.pending;
  call_ready_locked(queue, queue->available); /* it may have been called for messages that it will not take */
  const bool pending = outlet->call.pending;
  pthread_mutex_unlock(&queue->lock);
  return pending;
}

static void note_deadline_locked(struct queue *queue, const struct entry *entry) {
  const int64_t deadline = message_deadline(entry->message);
  if (deadline && (!queue->earliest || deadline < queue->earliest)) queue->earliest = deadline;
}

void queue_put(struct queue *queue, struct entries *entries) {
  const uint64_t count = entries->count;
  pthread_mutex_lock(&queue->lock);
  for (struct entry *entry, *next = entries->first; (entry = next);) {
    next = entry->behind;
    entry->number = queue->next_number++;
    note_deadline_locked(queue, entry);
    entries_append(&queue->levels[level_of(entry)], entry);
  }
  *entries = (struct entries){NULL, NULL, 0};
  queue->available += count;
  queue->counts.in += count;
  call_ready_locked(queue, count);
  call_browsers_locked(queue);
  pthread_mutex_unlock(&queue->lock);
}

void queue_return(struct queue *queue, struct entries *entries) {
  if (entries->count == 0) return;
  const uint64_t count = entries->count;
  bool refused = false;
  pthread_mutex_lock(&queue->lock);
  for (struct entry *entry, *before = entries->last;
       (entry = before);) { /* each in front of the one before */
    before = entry->before;
    struct entries *const level = &queue->levels[level_of(entry)];
    struct entry *next = level->first;
    while (next && next->number < entry->number) next = next->behind;
    note_deadline_locked(queue, entry);
    entries_insert(level, entry, next);
    refused |= entry->refused_count > 0;
  }
  *entries = (struct entries){NULL, NULL, 0};
  queue->available += count;
  queue->counts.returned += count;
  call_ready_locked(queue, refused ? queue->ready_count : count);
  call_browsers_locked(queue);
  pthread_mutex_unlock(&queue->lock);
}

static void take_out_locked(struct queue *queue, unsigned level, struct entry *entry) {
  if (queue->browser_count > 0) {
    for (struct outlet *outlet = queue->outlets; outlet; outlet = outlet->behind) {
      if (outlet->browses && outlet->seen[level] == entry) outlet->seen[level] = entry->before;
    }
  }
  entries_remove(&queue->levels[level], entry);
  queue->available--;
}

static bool has_expired(const struct entry *entry, int64_t now) {
  const int64_t deadline = message_deadline(entry->message);
  return deadline && deadline <= now;
}

static void expire_locked(struct queue *queue, unsigned level, struct entry *entry, struct entries *expired) {
  take_out_locked(queue, level, entry);
  entries_append(expired, entry);
  queue->counts.expired++;
}

static bool is_refused(const struct entry *entry, const struct outlet *outlet) {
  for (uint32_t i = 0; i < entry->refused_count; i++) {
    if (entry->refused[i] == outlet->id) return true;
  }
  return false;
}

static uint64_t compete_locked(struct queue *queue, const struct outlet *outlet, uint64_t most, int64_t now,
    struct entries *taken, struct entries *expired) {
  uint64_t count = 0;
  for (unsigned level = QUEUE_LEVELS; level-- > 0;) {
    for (struct entry *entry, *next = queue->levels[level].first; (entry = next) && count < most;) {
      next = entry->behind;
      if (has_expired(entry, now)) {
        expire_locked(queue, level, entry, expired);
      } else if (!is_refused(entry, outlet)) {
        take_out_locked(queue, level, entry);
        entries_append(taken, entry);
        count++;
      }
    }
  }
  queue->counts.out += count;
  return count;
}

/* Nothing is taken out: the browser gets entries of its own. Without memory it gets less. */
static uint64_t browse_locked(
    struct queue *queue, struct outlet *outlet, uint64_t most, int64_t now, struct entries *taken) {
  uint64_t count = 0;
  for (unsigned level = QUEUE_LEVELS; level-- > 0;) {
    for (struct entry *entry; count < most; outlet->seen[level] = entry) {
      entry = outlet->seen[level] ? outlet->seen[level]->behind : queue->levels[level].first;
      if (!entry) break;
      struct entry *const further = has_expired(entry, now) ? NULL : message_further_entry(entry->message);
      if (!further) continue;
      further->attempts = entry->attempts;
      further->acquired = entry->acquired;
      entries_append(taken, further);
      count++;
    }
  }
  return count;
}

/* What an outlet may take at a time while others want something, too. */
static uint64_t share_locked(const struct queue *queue) {
  const uint64_t contenders = queue->ready_count + queue->called_count + 1;
  return (queue->available + contenders - 1) / contenders;
}

enum queue_taken queue_take(struct queue *queue, struct outlet *outlet, uint64_t most, bool wait, int64_t now,
    struct entries *taken, struct entries *expired) {
  pthread_mutex_lock(&queue->lock);
  get_busy_locked(queue, outlet);
  uint64_t count, limit = most;
  if (outlet->browses) {
    count = browse_locked(queue, outlet, most, now, taken);
  } else {
    const uint64_t share = share_locked(queue);
    if (share < most) limit = share;
    count = compete_locked(queue, outlet, limit, now, taken, expired);
  }
  const bool all = count < limit || limit == 0 || (queue->available == 0 && !outlet->browses && count < most);
  const bool done = most == 0 || !all; /* it cannot take what is left, or not at once */
  if (!outlet->browses) {
    if (all && wait && most > 0) get_ready_locked(queue, outlet);
    if (done && queue->available > 0) call_ready_locked(queue, 1);
  }
  pthread_mutex_unlock(&queue->lock);
  return all ? TAKEN_ALL : TAKEN_MOST;
}

void queue_call(struct queue *queue, struct outlet *outlet) {
  pthread_mutex_lock(&queue->lock);
  call_outlet_locked(queue, outlet);
  pthread_mutex_unlock(&queue->lock);
}

void queue_called(struct queue *queue, struct outlet *outlet) {
  pthread_mutex_lock(&queue->lock);
  outlet->call.pending = false;
  queue->called_count--;
  pthread_mutex_unlock(&queue->lock);
}

void queue_call_all(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  for (struct outlet *outlet = queue->outlets; outlet; outlet = outlet->behind) {
    get_busy_locked(queue, outlet);
    call_outlet_locked(queue, outlet);
  }
  pthread_mutex_unlock(&queue->lock);
}

void queue_expire(struct queue *queue, int64_t now, struct entries *expired) {
  pthread_mutex_lock(&queue->lock);
  if (queue->earliest && queue->earliest <= now) {
    queue->earliest = 0;
    for (unsigned level = 0; level < QUEUE_LEVELS; level++) {
      for (struct entry *entry, *next = queue->levels[level].first; (entry = next);) {
        next = entry->behind;
        if (has_expired(entry, now)) {
          expire_locked(queue, level, entry, expired);
        } else {
          note_deadline_locked(queue, entry);
        }
      }
    }
  }
  pthread_mutex_unlock(&queue->lock);
}

void queue_look(struct queue *queue, uint64_t *available, uint64_t *outlets, struct queue_counts *counts) {
  pthread_mutex_lock(&queue->lock);
  *available = queue->available;
  *outlets = queue->outlet_count;
  *counts = queue->counts;
  pthread_mutex_unlock(&queue->lock);
}
