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
};

struct pni_happening {
  void *context; /* a reference to an object of the library's, or an event */
  uint32_t type; /* pn_event_type_t */
  bool made;     /* it is an event already */
};

struct pn_collector_t {
  struct pni_happening *ring; /* while places > 0, which is a power of two then */
  uint32_t places, usual;     /* `usual`: of the last ring */
  uint32_t head, tail;        /* counted on and on; what waits lies between */
  pn_event_t *previous;       /* what pn_collector_next returned last: a reference */
  bool released;
  bool lost; /* there was no memory for an event */
};

static inline bool pni_collector_empty(const pn_collector_t *collector) {
  return collector->head == collector->tail;
}

/* The place of the number that `head` and `tail` count; the ring is there. */
static inline struct pni_happening *pni_collector_place(const pn_collector_t *collector, uint32_t number) {
  return collector->ring + (number & (collector->places - 1));
}

/* Whether the last event in the queue says the same. */
static inline bool pni_collector_said(
    const pn_collector_t *collector, const void *context, pn_event_type_t type) {
  if (pni_collector_empty(collector)) return false;
  const struct pni_happening *const last = pni_collector_place(collector, collector->tail - 1);
  if (last->type != (uint32_t)type) return false;
  return last->context == context ||
         (PNI_UNLIKELY(last->made) && ((const pn_event_t *)last->context)->context == context);
}

/* Make room for one more entry; false without memory, and `lost` is set. */
bool pni_collector_grow(pn_collector_t *collector);

static inline bool pni_collector_full(const pn_collector_t *collector) {
  return collector->tail - collector->head == collector->places;
}

/* An event about an object of the library's own that the last one was not about. */
PNI_INLINE void pni_collector_add(pn_collector_t *collector, void *context, pn_event_type_t type) {
  if (PNI_UNLIKELY(pni_collector_full(collector)) && !pni_collector_grow(collector)) return;
  struct pni_happening *const place = pni_collector_place(collector, collector->tail++);
  place->context = context;
  place->type = (uint32_t)type;
  place->made = false;
  pni_object_incref(context);
}

/* pn_collector_put_object without the look at the object's class, which is the library's own; the event is elided where that
 * function says. */
PNI_INLINE void pni_collector_put(pn_collector_t *collector, void *context, pn_event_type_t type) {
  if (PNI_UNLIKELY(!collector || collector->released)) return;
  if (pni_collector_said(collector, context, type)) return;
  pni_collector_add(collector, context, type);
}

/* The last reference to an object has gone with an event. Returns what is to be returned then. */
pn_event_t *pni_event_end(void *context, pn_event_t *event);

/* pn_collector_next, for the driver. */
pn_event_t *pni_collector_next_slow(pn_collector_t *collector);

PNI_INLINE pn_event_t *pni_collector_next(pn_collector_t *collector) {
  pn_event_t *const event = collector->previous;
  if (PNI_UNLIKELY(!event || pni_collector_empty(collector))) return pni_collector_next_slow(collector);
  const struct pni_happening *const next = pni_collector_place(collector, collector->head);
  if (PNI_UNLIKELY(next->made || !event->counted || event->record || pni_object_refcount(event) > 1))
    return pni_collector_next_slow(collector);
  void *const before = event->context;
  event->context = next->context;
  event->clazz = pni_object_class(next->context);
  event->type = (pn_event_type_t)next->type;
  collector->head++;
  return --pni_object_header(before)->refcount == 0 ? pni_event_end(before, event) : event;
}

#endif
