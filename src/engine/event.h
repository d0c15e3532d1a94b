/* event.h: collector and events inside.
 *
 * What waits is a ring of entries of two words: nearly all that the engine queues is an object of its own and a type. An
 * event, which is an object that the application may keep, is made of an entry when it is looked at; the one that was handled
 * last becomes the next one unless somebody has kept it. */
#ifndef BARYON_ENGINE_EVENT_H
#define BARYON_ENGINE_EVENT_H

#include "base/object.h"
#include <proton/event.h>

struct pn_event_t {
  const pn_class_t *clazz;
  void *context; /* a reference */
  pn_record_t *record;
  pn_event_type_t type;
  bool counted; /* the reference is counted in the context's header, and the class is the one there */
  bool
      usual; /* and there is no record, and nothing to be done once it has been handled: it may become another one */
};

enum pni_happening_kind {
  PNI_HAPPENED,
  PNI_CONSEQUENT, /* the driver has something to do once it has been handled */
  PNI_MADE,       /* it is an event already */
  PNI_RUN         /* events of all deliveries that are still to be made of a link's arrivals */
};

static inline bool pni_event_is_consequent(pn_event_type_t type) {
  return type == PN_CONNECTION_INIT || type == PN_TRANSPORT_CLOSED;
}

struct pni_happening {
  void *context; /* a reference to an object of the library's, or an event */
  uint32_t type; /* pn_event_type_t */
  uint32_t kind; /* enum pni_happening_kind */
};

struct pn_collector_t {
  struct pni_happening *ring; /* while places > 0, which is a power of two then */
  uint32_t places, usual;     /* `usual`: of the last ring */
  uint32_t head, tail;        /* counted on and on; what waits lies between */
  pn_event_t *previous;       /* what pn_collector_next returned last: a reference */
  bool released;
  bool lost;     /* there was no memory for an event */
  uint32_t mask; /* places - 1 */
};

static inline bool pni_collector_empty(const pn_collector_t *collector) {
  return collector->head == collector->tail;
}

/* The place of the number that `head` and `tail` count; the ring is there. */
static inline struct pni_happening *pni_collector_place(const pn_collector_t *collector, uint32_t number) {
  return collector->ring + (number & collector->mask);
}

/* Whether the last event in the queue says the same. */
static inline bool pni_collector_said(
    const pn_collector_t *collector, const void *context, pn_event_type_t type) {
  if (pni_collector_empty(collector)) return false;
  const struct pni_happening *const last = pni_collector_place(collector, collector->tail - 1);
  if (last->type != (uint32_t)type) return false;
  return last->context == context ||
         (PNI_UNLIKELY(last->kind == PNI_MADE) && ((const pn_event_t *)last->context)->context == context);
}

/* Make room for one more entry; false without memory, and `lost` is set. */
bool pni_collector_grow(pn_collector_t *collector);

static inline bool pni_collector_full(const pn_collector_t *collector) {
  return collector->tail - collector->head == collector->places;
}

/* Make room for so many. */
PNI_INLINE bool pni_collector_reserve(pn_collector_t *collector, uint32_t count) {
  while (PNI_UNLIKELY(collector->places - (collector->tail - collector->head) < count))
    if (!pni_collector_grow(collector)) return false;
  return true;
}

/* An event about an object of the library's own that the last one was not about. There is room for it. */
PNI_INLINE void pni_collector_enter(pn_collector_t *collector, void *context, pn_event_type_t type) {
  struct pni_happening *const place = pni_collector_place(collector, collector->tail++);
  place->context = context;
  place->type = (uint32_t)type;
  place->kind = pni_event_is_consequent(type) ? PNI_CONSEQUENT : PNI_HAPPENED;
  pni_object_incref(context);
}

/* The same where that is not known. */
PNI_INLINE void pni_collector_add(pn_collector_t *collector, void *context, pn_event_type_t type) {
  if (PNI_UNLIKELY(pni_collector_full(collector)) && !pni_collector_grow(collector)) return;
  pni_collector_enter(collector, context, type);
}

/* An entry for a link's arrivals; false without memory. */
bool pni_collector_add_run(pn_collector_t *collector, pn_link_t *link);

/* These deliveries have been made of the arrivals: they take the place of the entry. */
void pni_collector_unfold(pn_collector_t *collector, pn_link_t *link, pn_delivery_t *first, uint32_t count);

/* pn_collector_put_object without the look at the object's class, which is the library's own; the event is elided where that
 * function says. */
PNI_INLINE void pni_collector_put(pn_collector_t *collector, void *context, pn_event_type_t type) {
  if (PNI_UNLIKELY(!collector || collector->released)) return;
  if (pni_collector_said(collector, context, type)) return;
  pni_collector_add(collector, context, type);
}

/* The last reference to an object has gone with an event. Returns what is to be returned then. */
pn_event_t *pni_event_end(void *context, pn_event_t *event);

/* The next delivery of that link's arrivals, for which the first entry is. arrivals.c */
pn_event_t *pni_arrivals_event(pn_collector_t *collector, pn_link_t *link);

/* pn_collector_next, for the driver. */
pn_event_t *pni_collector_next_slow(pn_collector_t *collector);

/* The previous event, which nobody has kept, becomes another one, with a reference to its context; what it was about is let go. */
PNI_INLINE pn_event_t *pni_collector_reuse(
    const pn_collector_t *collector, void *context, const pn_class_t *clazz, pn_event_type_t type) {
  pn_event_t *const event = collector->previous;
  void *const before = event->context;
  event->context = context;
  event->clazz = clazz;
  event->type = type;
  return --pni_object_header(before)->refcount == 0 ? pni_event_end(before, event) : event;
}

/* Whether there is a next event, and the previous one may become it. */
PNI_INLINE bool pni_collector_may_reuse(const pn_collector_t *collector) {
  pn_event_t *const event = collector->previous;
  return event && event->usual && pni_object_refcount(event) == 1 && !pni_collector_empty(collector);
}

/* The next one, then. */
PNI_INLINE pn_event_t *pni_collector_next_usual(pn_collector_t *collector) {
  const struct pni_happening *const next = pni_collector_place(collector, collector->head);
  if (next->kind == PNI_RUN) return pni_arrivals_event(collector, next->context);
  if (PNI_UNLIKELY(next->kind != PNI_HAPPENED)) return pni_collector_next_slow(collector);
  collector->head++;
  return pni_collector_reuse(
      collector, next->context, pni_object_class(next->context), (pn_event_type_t)next->type);
}

#endif
