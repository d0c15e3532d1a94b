/* event.h: collector and events inside. */
#ifndef BARYON_ENGINE_EVENT_H
#define BARYON_ENGINE_EVENT_H

#include <proton/event.h>
#include <proton/object.h>

struct pn_event_t {
  pn_event_t *next;
  const pn_class_t *clazz;
  void *context; /* a reference */
  pn_record_t *record;
  pn_event_type_t type;
  bool counted; /* the reference is counted in the context's header */
};

struct pn_collector_t {
  pn_event_t *head, *tail;
  pn_event_t *previous; /* what pn_collector_next returned last: a reference */
  bool released;
  bool lost; /* there was no memory for an event */
};

/* pn_collector_put_object without the look at the object's class, which is the library's own; the event is elided where that
 * function says. */
void pni_collector_put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type);

#endif
