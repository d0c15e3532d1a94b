/* event.h: collector and events inside. */
#ifndef BARYON_ENGINE_EVENT_H
#define BARYON_ENGINE_EVENT_H

#include <proton/event.h>
#include <proton/object.h>

struct pn_event_t {
  pn_event_t *next;
  const pn_class_t *class;
  void *context; /* a reference */
  pn_record_t *record;
  pn_event_type_t type;
};

struct pn_collector_t {
  pn_event_t *head, *tail;
  pn_event_t *previous; /* what pn_collector_next returned last: a reference */
  bool released;
};

/* pn_collector_put_object without the look at the object's class; the event is elided where that function says. */
void pni_collector_put(
    pn_collector_t *collector, const pn_class_t *class, void *context, pn_event_type_t type);

#endif
