/* event.c: events, and the queue of them that a collector is.
 *
 * An event is an object whose block comes from the thread's pool. It is on one queue, which holds a reference; the event
 * that pn_collector_next returned is off the queue and held by `previous`. An event leaves the collector before its context
 * is dropped, since that may call the application, which may come back here.
 *
 * Runs in the thread that has the collector. */
#include "engine/event.h"
#include "base/object.h"
#include "base/pool.h"
#include "base/record.h"
#include "base/string.h"
#include "engine/connection.h"
#include "engine/delivery.h"
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

static inline void free_event(pn_event_t *event) {
  if (PNI_UNLIKELY(!event->counted || event->record)) {
    free_special(event);
    return;
  }
  void *context = event->context;
  pni_pool_give(pni_object_memory(event), BLOCK);
  if (PNI_UNLIKELY(--pni_object_header(context)->refcount == 0)) pni_object_end(context);
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

pn_record_t *pn_event_attachments(pn_event_t *event) { return pni_record_lazy(&event->record); }

/* Which kind of object the event is about. */
static inline pn_cid_t kind_of(const pn_event_t *event) {
  return PNI_LIKELY(event->counted) ? event->clazz->cid : pn_class_id(event->clazz);
}

pn_delivery_t *pn_event_delivery(pn_event_t *event) {
  return kind_of(event) == CID_pn_delivery ? event->context : NULL;
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

/* Collectors. */

static void collector_finalize(void *object) {
  pn_collector_t *collector = object;
  pn_collector_release(collector);
}

static int collector_inspect(void *object, pn_string_t *text) {
  const pn_collector_t *collector = object;
  const char *between = "EVENTS[";
  for (pn_event_t *event = collector->head; event; event = event->next) {
    TRY((pni_status)pn_string_addf(text, "%s", between));
    TRY((pni_status)event_inspect(event, text));
    between = ", ";
  }
  return pn_string_addf(text, collector->head ? "]" : "EVENTS[]");
}

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
}

/* A new event at the end of the queue, with a reference to its context that somebody else counts; NULL if none is to be
 * added. */
static inline pn_event_t *put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type, bool counted) {
  if (PNI_UNLIKELY(!collector || collector->released)) return NULL;
  pn_event_t *tail = collector->tail;
  if (tail && tail->type == type && tail->context == context) return NULL;
  void *block = pni_pool_take(BLOCK);
  if (PNI_UNLIKELY(!block)) {
    collector->lost = true;
    return NULL;
  }
  pn_event_t *event = pni_object_in(block, &event_class);
  *event = (pn_event_t){.clazz = clazz, .context = context, .type = type, .counted = counted};
  if (tail)
    tail->next = event;
  else
    collector->head = event;
  collector->tail = event;
  return event;
}

void pni_collector_put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type) {
  if (put(collector, clazz, context, type, true)) pni_object_incref(context);
}

pn_event_t *pn_collector_put(
    pn_collector_t *collector, const pn_class_t *clazz, void *context, pn_event_type_t type) {
  clazz = pn_class_reify(clazz, context);
  const bool counted = context && !pni_class_is_marker(clazz) && pni_class_is_plain(clazz);
  pn_event_t *event = put(collector, clazz, context, type, counted);
  if (event) pn_class_incref(clazz, context);
  return event;
}

pn_event_t *pn_collector_put_object(pn_collector_t *collector, void *object, pn_event_type_t type) {
  return pn_collector_put(collector, PN_OBJECT, object, type);
}

pn_event_t *pn_collector_peek(pn_collector_t *collector) { return collector->head; }

bool pni_connection_event_first(pn_connection_t *conn, pn_event_type_t type) {
  pn_collector_t *const collector = conn->collector;
  void *const block = collector && !collector->released ? pni_pool_take(BLOCK) : NULL;
  if (!block) return false;
  pn_event_t *const event = pni_object_in(block, &event_class);
  *event = (pn_event_t){.clazz = pni_object_class(conn),
      .context = conn,
      .type = type,
      .counted = true,
      .next = collector->head};
  pni_object_incref(conn);
  collector->head = event;
  if (!collector->tail) collector->tail = event;
  return true;
}

/* Take the first event off the queue, which is not empty. */
static inline pn_event_t *take(pn_collector_t *collector) {
  pn_event_t *event = collector->head;
  collector->head = event->next;
  if (!collector->head) collector->tail = NULL;
  return event;
}

bool pn_collector_pop(pn_collector_t *collector) {
  if (!collector->head) return false;
  drop(take(collector));
  return true;
}

pn_event_t *pn_collector_next(pn_collector_t *collector) {
  pn_event_t *previous = collector->previous;
  pn_event_t *event = collector->previous = collector->head ? take(collector) : NULL;
  if (previous) drop(previous);
  return event;
}

pn_event_t *pn_collector_prev(pn_collector_t *collector) { return collector->previous; }

bool pn_collector_more(pn_collector_t *collector) { return collector->head && collector->head->next; }
