/* event.c: events, and the queue of them that a collector is.
 *
 * An event is an object whose block comes from the thread's pool, made when it is looked at, or put in by the application.
 * The queue holds references to contexts and events; the event that pn_collector_next returned is off the queue and held by
 * `previous`. An event leaves the collector before its context is dropped, since that may call the application, which may
 * come back here. The ring is a block of the pool, too, and goes back when the last event has been taken.
 *
 * Runs in the thread that has the collector. */
#include "engine/event.h"
#include "base/object.h"
#include "base/pool.h"
#include "base/record.h"
#include "base/string.h"
#include "engine/arrivals.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/host.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"

/* Names. */

#define NAME(type) [type] = #type
static const char *const names[] = {NAME(PN_EVENT_NONE), NAME(PN_REACTOR_INIT), NAME(PN_REACTOR_QUIESCED),
    NAME(PN_REACTOR_FINAL), NAME(PN_TIMER_TASK), NAME(PN_CONNECTION_INIT), NAME(PN_CONNECTION_BOUND),
    NAME(PN_CONNECTION_UNBOUND), NAME(PN_CONNECTION_LOCAL_OPEN), NAME(PN_CONNECTION_REMOTE_OPEN),
    NAME(PN_CONNECTION_LOCAL_CLOSE), NAME(PN_CONNECTION_REMOTE_CLOSE), NAME(PN_CONNECTION_FINAL),
    NAME(PN_SESSION_INIT), NAME(PN_SESSION_LOCAL_OPEN), NAME(PN_SESSION_REMOTE_OPEN),
    NAME(PN_SESSION_LOCAL_CLOSE), NAME(PN_SESSION_REMOTE_CLOSE), NAME(PN_SESSION_FINAL), NAME(PN_LINK_INIT),
    NAME(PN_LINK_LOCAL_OPEN), NAME(PN_LINK_REMOTE_OPEN), NAME(PN_LINK_LOCAL_CLOSE),
    NAME(PN_LINK_REMOTE_CLOSE), NAME(PN_LINK_LOCAL_DETACH), NAME(PN_LINK_REMOTE_DETACH), NAME(PN_LINK_FLOW),
    NAME(PN_LINK_FINAL), NAME(PN_DELIVERY), NAME(PN_TRANSPORT), NAME(PN_TRANSPORT_AUTHENTICATED),
    NAME(PN_TRANSPORT_ERROR), NAME(PN_TRANSPORT_HEAD_CLOSED), NAME(PN_TRANSPORT_TAIL_CLOSED),
    NAME(PN_TRANSPORT_CLOSED), NAME(PN_SELECTABLE_INIT), NAME(PN_SELECTABLE_UPDATED),
    NAME(PN_SELECTABLE_READABLE), NAME(PN_SELECTABLE_WRITABLE), NAME(PN_SELECTABLE_ERROR),
    NAME(PN_SELECTABLE_EXPIRED), NAME(PN_SELECTABLE_FINAL), NAME(PN_CONNECTION_WAKE),
    NAME(PN_LISTENER_ACCEPT), NAME(PN_LISTENER_CLOSE), NAME(PN_PROACTOR_INTERRUPT), NAME(PN_PROACTOR_TIMEOUT),
    NAME(PN_PROACTOR_INACTIVE), NAME(PN_LISTENER_OPEN), NAME(PN_RAW_CONNECTION_CONNECTED),
    NAME(PN_RAW_CONNECTION_CLOSED_READ), NAME(PN_RAW_CONNECTION_CLOSED_WRITE),
    NAME(PN_RAW_CONNECTION_DISCONNECTED), NAME(PN_RAW_CONNECTION_NEED_READ_BUFFERS),
    NAME(PN_RAW_CONNECTION_NEED_WRITE_BUFFERS), NAME(PN_RAW_CONNECTION_READ), NAME(PN_RAW_CONNECTION_WRITTEN),
    NAME(PN_RAW_CONNECTION_WAKE), NAME(PN_RAW_CONNECTION_DRAIN_BUFFERS)};

const char *pn_event_type_name(pn_event_type_t type) {
  const size_t count = sizeof names / sizeof names[0];
  return (size_t)type < count ? names[type] : "PN_UNKNOWN";
}

/* Events. */

enum { BLOCK = sizeof(struct pni_object) + sizeof(pn_event_t) };

/* An event whose context is counted elsewhere, or that has a record. */
static PNI_COLD void free_special(pn_event_t *event) {
  const pn_event_t copy = *event;
  pni_pool_give(pni_object_memory(event), BLOCK);
  if (copy.record) pn_decref(copy.record);
  pn_class_decref(copy.clazz, copy.context);
}

static PNI_COLD pn_event_t *end_thoroughly(void *context, pn_event_t *event) {
  pni_object_end(context);
  return event;
}

/* Mostly a delivery, to which nothing belongs. */
pn_event_t *pni_event_end(void *context, pn_event_t *event) {
  const bool simple = pni_object_class(context) == &pni_delivery_class && pni_delivery_bare(context) &&
                      pni_pool_keeps(PNI_DELIVERY_BLOCK) &&
                      ((pn_delivery_t *)context)->link->endpoint.held > 1;
  if (PNI_UNLIKELY(!simple)) return end_thoroughly(context, event);
  ((pn_delivery_t *)context)->link->endpoint.held--;
  pni_pool_give(pni_object_memory(context), PNI_DELIVERY_BLOCK);
  return event;
}

static inline void free_event(pn_event_t *event) {
  if (PNI_UNLIKELY(!event->counted || event->record)) {
    free_special(event);
    return;
  }
  void *context = event->context;
  pni_pool_give(pni_object_memory(event), BLOCK);
  if (--pni_object_header(context)->refcount == 0) (void)pni_event_end(context, event);
}

static void event_free(void *object) { free_event(object); }

static int event_inspect(void *object, pn_string_t *text) {
  pn_event_t *event = object;
  TRY((pni_status)pn_string_addf(text, "(%s, ", pn_event_type_name(event->type)));
  TRY((pni_status)pn_class_inspect(event->clazz, event->context, text));
  return pn_string_addf(text, ")");
}

static const pn_class_t event_class =
    PNI_CLASS_RELEASED_BY(event_free, "pn_event", CID_pn_event, .inspect = event_inspect);

/* The collector's reference goes. */
static inline void drop(pn_event_t *event) {
  if (PNI_LIKELY(--pni_object_header(event)->refcount == 0)) free_event(event);
}

pn_event_type_t pn_event_type(pn_event_t *event) { return event ? event->type : PN_EVENT_NONE; }

const pn_class_t *pn_event_class(pn_event_t *event) { return event->clazz; }

void *pn_event_context(pn_event_t *event) { return event->context; }

pn_record_t *pn_event_attachments(pn_event_t *event) {
  event->usual = false;
  return pni_record_lazy(&event->record);
}

/* Which kind of object the event is about. */
static inline pn_cid_t kind_of(const pn_event_t *event) {
  return PNI_LIKELY(event->counted) ? event->clazz->cid : pn_class_id(event->clazz);
}

static PNI_COLD pn_delivery_t *delivery_of_other_class(const pn_event_t *event) {
  return kind_of(event) == CID_pn_delivery ? event->context : NULL;
}

pn_delivery_t *pn_event_delivery(pn_event_t *event) {
  return PNI_LIKELY(event->clazz == &pni_delivery_class) ? event->context : delivery_of_other_class(event);
}

pn_link_t *pn_event_link(pn_event_t *event) {
  switch (kind_of(event)) {
  case CID_pn_link: return event->context;
  case CID_pn_delivery: return ((pn_delivery_t *)event->context)->link;
  default: return NULL;
  }
}

pn_session_t *pn_event_session(pn_event_t *event) {
  switch (kind_of(event)) {
  case CID_pn_session: return event->context;
  case CID_pn_link: return ((pn_link_t *)event->context)->session;
  case CID_pn_delivery: return ((pn_delivery_t *)event->context)->link->session;
  default: return NULL;
  }
}

pn_connection_t *pn_event_connection(pn_event_t *event) {
  switch (kind_of(event)) {
  case CID_pn_connection: return event->context;
  case CID_pn_session: return ((pn_session_t *)event->context)->connection;
  case CID_pn_link: return ((pn_link_t *)event->context)->session->connection;
  case CID_pn_delivery: return ((pn_delivery_t *)event->context)->link->session->connection;
  case CID_pn_transport: return ((pn_transport_t *)event->context)->connection;
  default: return NULL;
  }
}

pn_transport_t *pn_event_transport(pn_event_t *event) {
  if (kind_of(event) == CID_pn_transport) return event->context;
  const pn_connection_t *conn = pn_event_connection(event);
  return conn ? conn->transport : NULL;
}

pn_condition_t *pn_event_condition(pn_event_t *event) {
  struct pni_endpoint *endpoint = event->context;
  switch (kind_of(event)) {
  case CID_pn_connection:
  case CID_pn_session:
  case CID_pn_link:
    if (endpoint->remote_condition.name) return &endpoint->remote_condition;
    return endpoint->condition.name ? &endpoint->condition : NULL;
  case CID_pn_transport: {
    pn_transport_t *transport = event->context;
    return transport->condition.name ? &transport->condition : NULL;
  }
  default: return NULL;
  }
}

static void collector_finalize(void *object) {
  pn_collector_t *collector = object;
  pn_collector_release(collector);
}

static int collector_inspect(void *object, pn_string_t *text) {
  const pn_collector_t *collector = object;
  const char *between = "EVENTS[";
  for (uint32_t at = collector->head; at != collector->tail; at++) {
    const struct pni_happening *const entry = pni_collector_place(collector, at);
    pn_event_t event = {.context = entry->context, .type = (pn_event_type_t)entry->type};
    if (entry->kind == PNI_MADE)
      event = *(pn_event_t *)entry->context;
    else
      event.clazz = pni_object_class(entry->context);
    TRY((pni_status)pn_string_addf(text, "%s", between));
    TRY((pni_status)event_inspect(&event, text));
    between = ", ";
  }
  return pn_string_addf(text, pni_collector_empty(collector) ? "EVENTS[]" : "]");
}

/* The ring. */

enum { SMALLEST_RING = 16, USUAL_MOST = 256 };

static void give_ring(pn_collector_t *collector) {
  pni_pool_give(collector->ring, collector->places * sizeof *collector->ring);
  collector->usual = collector->places < USUAL_MOST ? collector->places : USUAL_MOST;
  collector->ring = NULL;
  collector->places = 0;
}

bool pni_collector_grow(pn_collector_t *collector) {
  const uint32_t first = collector->usual > 0 ? collector->usual : SMALLEST_RING;
  const uint32_t places = collector->places > 0 ? 2 * collector->places : first;
  struct pni_happening *const ring = places > 0 ? pni_pool_take(places * sizeof *ring) : NULL;
  if (!ring) {
    collector->lost = true;
    return false;
  }
  for (uint32_t at = collector->head; at != collector->tail; at++)
    ring[at & (places - 1)] = *pni_collector_place(collector, at);
  if (collector->ring) give_ring(collector);
  collector->ring = ring;
  collector->places = places;
  collector->mask = places - 1;
  return true;
}

/* Arrivals. */

bool pni_collector_add_run(pn_collector_t *collector, pn_link_t *link) {
  const uint32_t before = collector->tail;
  pni_collector_add(collector, link, PN_DELIVERY);
  if (collector->tail == before) return false;
  pni_collector_place(collector, before)->kind = PNI_RUN;
  return true;
}

/* Make the entry of that number so many, the others behind it; false without memory. */
static bool widen(pn_collector_t *collector, uint32_t number, uint32_t count) {
  if (!pni_collector_reserve(collector, count)) return false;
  const uint32_t more = count - 1;
  for (uint32_t at = collector->tail; at-- != number + 1;)
    *pni_collector_place(collector, at + more) = *pni_collector_place(collector, at);
  collector->tail += more;
  return true;
}

static void take_out(pn_collector_t *collector, uint32_t number) {
  for (uint32_t at = number + 1; at != collector->tail; at++)
    *pni_collector_place(collector, at - 1) = *pni_collector_place(collector, at);
  collector->tail--;
}

void pni_collector_unfold(pn_collector_t *collector, pn_link_t *link, pn_delivery_t *dlv, uint32_t count) {
  uint32_t number = collector->head;
  while (pni_collector_place(collector, number)->kind != PNI_RUN ||
         pni_collector_place(collector, number)->context != link)
    number++;
  if (count > 1 && !widen(collector, number, count)) count = 1; /* `lost` is set, and ends the connection */
  if (count == 0) take_out(collector, number);
  for (; count > 0; count--, number++, dlv = dlv->next) {
    *pni_collector_place(collector, number) = (struct pni_happening){.context = dlv, .type = PN_DELIVERY};
    pni_object_incref(dlv);
  }
  pni_object_decref(link);
}

/* Collectors. */

static const pn_class_t collector_class =
    PNI_CLASS("pn_collector", CID_pn_collector, .finalize = collector_finalize, .inspect = collector_inspect);

pn_collector_t *pn_collector(void) { return pn_class_new(&collector_class, sizeof(pn_collector_t)); }

void pn_collector_free(pn_collector_t *collector) {
  if (!collector) return;
  pn_collector_release(collector);
  pni_object_decref(collector);
}

void pn_collector_release(pn_collector_t *collector) {
  collector->released = true;
  pn_collector_drain(collector);
}

static void drop_previous(pn_collector_t *collector) {
  pn_event_t *previous = collector->previous;
  collector->previous = NULL;
  if (previous) drop(previous);
}

void pn_collector_drain(pn_collector_t *collector) {
  while (pn_collector_pop(collector)) continue;
  drop_previous(collector);
  if (collector->ring && pni_collector_empty(collector)) give_ring(collector);
}

static pn_event_t *make_event(const pn_class_t *clazz, void *context, pn_event_type_t type, bool counted) {
  void *block = pni_pool_take(BLOCK);
  if (PNI_UNLIKELY(!block)) return NULL;
  pn_event_t *event = pni_object_in(block, &event_class);
  *event = (pn_event_t){.clazz = clazz,
      .context = context,
      .type = type,
      .counted = counted,
      .usual = counted && !pni_event_is_consequent(type)};
  return event;
}

pn_event_t *pni_event_tell(pn_event_t **event, const pn_class_t *clazz, void *context, pn_event_type_t type) {
  pn_event_t *const before = *event;
  if (before && type != PN_EVENT_NONE && pni_object_refcount(before) == 1 && !before->record) {
    before->type = type;
    return before;
  }
  *event = type == PN_EVENT_NONE ? NULL : make_event(clazz, context, type, false);
  if (before) drop(before);
  return *event;
}

/* The entry, as an event; NULL without memory. */
static pn_event_t *event_of(struct pni_happening *entry) {
  if (entry->kind == PNI_MADE) return entry->context;
  pn_event_t *const event =
      make_event(pni_object_class(entry->context), entry->context, (pn_event_type_t)entry->type, true);
  if (!event) return NULL;
  entry->context = event;
  entry->kind = PNI_MADE;
  return event;
}

/* The first entry; for arrivals, that of the first of them. */
static struct pni_happening *first(pn_collector_t *collector) {
  while (!pni_collector_empty(collector)) {
    struct pni_happening *const entry = pni_collector_place(collector, collector->head);
    if (PNI_LIKELY(entry->kind != PNI_RUN)) return entry;
    pni_arrivals_make_all(entry->context);
  }
  return NULL;
}

/* Putting in. */

pn_event_t *pn_collector_put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type) {
  if (!collector || collector->released) return NULL;
  clazz = pn_class_reify(clazz, context);
  if (pni_collector_said(collector, context, type)) return NULL;
  const bool counted = context && !pni_class_is_marker(clazz) && pni_class_is_plain(clazz) &&
                       clazz == pni_object_class(context);
  const bool room = !pni_collector_full(collector) || pni_collector_grow(collector);
  pn_event_t *const event = room ? make_event(clazz, context, type, counted) : NULL;
  if (!event) {
    collector->lost = true;
    return NULL;
  }
  *pni_collector_place(collector, collector->tail++) =
      (struct pni_happening){.context = event, .type = (uint32_t)type, .kind = PNI_MADE};
  pn_class_incref(clazz, context);
  return event;
}

pn_event_t *pn_collector_put_object(pn_collector_t *collector, void *object, pn_event_type_t type) {
  return pn_collector_put(collector, PN_OBJECT, object, type);
}

bool pni_connection_event_first(pn_connection_t *conn, pn_event_type_t type) {
  pn_collector_t *const collector = conn->collector;
  if (!collector || collector->released) return false;
  if (pni_collector_full(collector) && !pni_collector_grow(collector)) return false;
  *pni_collector_place(collector, --collector->head) = (struct pni_happening){.context = conn,
      .type = (uint32_t)type,
      .kind = pni_event_is_consequent(type) ? PNI_CONSEQUENT : PNI_HAPPENED};
  pni_object_incref(conn);
  return true;
}

pn_event_type_t pni_connection_next_type(const pn_connection_t *conn) {
  const pn_collector_t *const collector = conn->collector;
  if (!collector || pni_collector_empty(collector)) return PN_EVENT_NONE;
  return (pn_event_type_t)pni_collector_place(collector, collector->head)->type;
}

/* Taking out. */

/* Without memory for the event it stays where it is. */
static pn_event_t *peek(pn_collector_t *collector) {
  struct pni_happening *const entry = first(collector);
  pn_event_t *const event = entry ? event_of(entry) : NULL;
  if (entry && !event) collector->lost = true;
  return event;
}

pn_event_t *pn_collector_peek(pn_collector_t *collector) { return peek(collector); }

bool pn_collector_pop(pn_collector_t *collector) {
  struct pni_happening *const entry = first(collector);
  if (!entry) return false;
  const struct pni_happening taken = *entry;
  collector->head++;
  if (taken.kind == PNI_MADE)
    drop(taken.context);
  else
    pni_object_decref(taken.context);
  return true;
}

/* The event of the next arrival; NULL if there is none, or it is not so simple. */
static pn_event_t *next_arrival(pn_collector_t *collector) {
  if (pni_collector_empty(collector) || pni_collector_place(collector, collector->head)->kind != PNI_RUN)
    return NULL;
  pn_event_t *const event = make_event(&pni_delivery_class, NULL, PN_DELIVERY, true);
  if (!event) return NULL;
  event->context = pni_arrivals_next(collector);
  if (event->context) return event;
  pni_pool_give(pni_object_memory(event), BLOCK);
  return NULL;
}

static pn_event_t *next_waiting(pn_collector_t *collector) {
  pn_event_t *const event = peek(collector);
  if (event)
    collector->head++;
  else if (collector->ring && pni_collector_empty(collector))
    give_ring(collector);
  return event;
}

pn_event_t *pni_collector_next_slow(pn_collector_t *collector) {
  pn_event_t *const previous = collector->previous;
  pn_event_t *const arrival = next_arrival(collector);
  pn_event_t *const event = arrival ? arrival : next_waiting(collector);
  collector->previous = event;
  if (previous) drop(previous);
  return event;
}

pn_event_t *pn_collector_next(pn_collector_t *collector) {
  return pni_collector_may_reuse(collector) ? pni_collector_next_usual(collector)
                                            : pni_collector_next_slow(collector);
}

pn_event_t *pn_collector_prev(pn_collector_t *collector) { return collector->previous; }

bool pn_collector_more(pn_collector_t *collector) {
  (void)first(collector);
  return collector->tail - collector->head > 1;
}
