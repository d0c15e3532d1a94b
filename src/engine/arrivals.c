/* arrivals.c: a run of transfers that has come, of which deliveries are made as the application gets to them. [2.7.5]
 *
 * Invariants: a session has one such run at most, which is `arriving` there; its first frame is the next that its link
 * receives from; what waits in the link's block lies before all of its frames, so that payload only ever moves down. A delivery
 * is afloat only while others are to come, so that the run is there to be found.
 *
 * Runs in the thread that holds the connection. */
#include "engine/arrivals.h"

#include "engine/event.h"
#include "wire/reader.h"
#include <stdalign.h>

struct pni_arrivals *pni_arrivals_reserve(pn_link_t *link, size_t size) {
  struct pni_payload *const payload = &link->payload;
  const size_t align = alignof(struct pni_arrivals);
  if (pni_payload_reserve(payload, size + sizeof(struct pni_arrivals) + align) != PNI_OK) return NULL;
  return (void *)(payload->block + (payload->end + align - 1) / align * align);
}

void pni_arrivals_begin(pn_link_t *link, struct pni_arrivals *arrivals) {
  pn_collector_t *const collector = link->session->connection->collector;
  link->arrivals = arrivals;
  link->session->arriving = link;
  link->payload.held = true;
  arrivals->collector = collector && !collector->released ? collector : NULL;
  if (arrivals->collector && pni_collector_add_run(collector, link)) return;
  arrivals->collector = NULL;
  pni_arrivals_make_all(link);
}

/* The last one has been made. */
static PNI_COLD void end(pn_link_t *link) {
  link->arrivals = NULL;
  link->session->arriving = NULL;
  link->payload.held = false;
  if (!link->payload.segments.first && link->payload.start == link->payload.end)
    pni_payload_clear(&link->payload);
}

/* Fill the next one's delivery, in which all else is zero or will be seen by nobody. Its payload is left where it is. */
PNI_INLINE void fill(pn_delivery_t *dlv, const struct pni_arrivals *arrivals) {
  const uint8_t *const frame = arrivals->next;
  const size_t size = pni_load32(frame) - arrivals->payload_at;
  pni_delivery_set_form(dlv, arrivals->form);
  memcpy(dlv->tag, frame + arrivals->tag_at, sizeof dlv->tag);
  dlv->id = arrivals->id;
  dlv->waiting = size;
}

static pn_delivery_t *make_in(pn_link_t *link, const struct pni_arrivals *arrivals, void *block) {
  pn_delivery_t *const dlv = pni_delivery_in(block, link);
  fill(dlv, arrivals);
  return dlv;
}

/* The next one may be afloat. */
PNI_INLINE bool may_float(const pn_link_t *link, const struct pni_arrivals *arrivals) {
  return !link->current && arrivals->id + 1 != arrivals->end;
}

PNI_INLINE void set_afloat(pn_link_t *link, struct pni_arrivals *arrivals, pn_delivery_t *dlv) {
  dlv->afloat = true;
  arrivals->afloat = link->current = dlv;
}

/* Or it is not. */
static void enlist(pn_link_t *link, pn_delivery_t *dlv) {
  pni_delivery_enlist(dlv, link);
  if (!link->current) link->current = dlv;
}

/* It has been made of the next frame. */
PNI_INLINE void go_on(struct pni_arrivals *arrivals, const pn_delivery_t *dlv) {
  arrivals->next += arrivals->payload_at + dlv->waiting;
  arrivals->id++;
}

/* Whether a delivery is one of the link's of which nothing is left but the memory, and the previous event will let that go. */
PNI_INLINE bool is_over(pn_delivery_t *dlv, const pn_link_t *link) {
  return pni_object_refcount(dlv) == 1 && dlv->link == link && pni_delivery_bare(dlv);
}

/* The next one is that delivery, whose payload is all that waits now. */
PNI_INLINE void arrive(pn_link_t *link, struct pni_arrivals *arrivals, const pn_delivery_t *dlv) {
  struct pni_payload *const payload = &link->payload;
  payload->start = (size_t)((const char *)arrivals->next + arrivals->payload_at - payload->block);
  payload->end = payload->start + dlv->waiting;
  go_on(arrivals, dlv);
}

/* That was the last one. */
static PNI_COLD void leave(pn_collector_t *collector, pn_link_t *link) {
  end(link);
  collector->head++;
  pni_object_decref(link);
}

static inline bool nothing_waits(const struct pni_payload *payload) {
  return pni_payload_in_block(payload) && payload->start == payload->end;
}

PNI_INLINE pni_status put_id(pn_link_t *link, const struct pni_arrivals *arrivals, void *block) {
  pn_delivery_t *const dlv = pni_object_of(block);
  return arrivals->settled ? PNI_OK : pni_delivery_ids_put(&link->session->incoming, arrivals->id, dlv);
}

pn_delivery_t *pni_arrivals_next(pn_collector_t *collector) {
  pn_link_t *const link = pni_collector_place(collector, collector->head)->context;
  struct pni_arrivals *const arrivals = link->arrivals;
  pni_arrivals_ground(link);
  void *const block = nothing_waits(&link->payload) ? pni_pool_take(PNI_DELIVERY_BLOCK) : NULL;
  if (!block) return NULL;
  const bool floats = may_float(link, arrivals);
  if (!floats && put_id(link, arrivals, block) != PNI_OK) {
    pni_pool_give(block, PNI_DELIVERY_BLOCK);
    return NULL;
  }
  pn_delivery_t *const dlv = make_in(link, arrivals, block);
  if (floats)
    set_afloat(link, arrivals, dlv);
  else
    enlist(link, dlv);
  pni_object_incref(dlv);
  arrive(link, arrivals, dlv);
  if (arrivals->id == arrivals->end) leave(collector, link);
  return dlv;
}

/* As an event, where the delivery of the previous one lives on. */
static PNI_NOINLINE pn_event_t *event_in_new_block(pn_collector_t *collector) {
  pn_delivery_t *const dlv = pni_arrivals_next(collector);
  return dlv ? pni_collector_reuse(collector, dlv, &pni_delivery_class, PN_DELIVERY)
             : pni_collector_next_slow(collector);
}

/* No call on the way. */
pn_event_t *pni_arrivals_event(pn_collector_t *collector, pn_link_t *link) {
  pn_event_t *const event = collector->previous;
  struct pni_arrivals *const arrivals = link->arrivals;
  pn_delivery_t *const dlv = event->context;
  if (PNI_UNLIKELY(event->clazz != &pni_delivery_class || !is_over(dlv, link)))
    return event_in_new_block(collector);
  if (PNI_UNLIKELY(!may_float(link, arrivals) || !nothing_waits(&link->payload)))
    return event_in_new_block(collector);
  fill(dlv, arrivals);
  dlv->local.type = dlv->remote.type = 0;
  set_afloat(link, arrivals, dlv);
  pni_object_incref(dlv); /* one is the event's */
  link->endpoint.held--;
  event->type = PN_DELIVERY;
  arrive(link, arrivals, dlv);
  return event;
}

void pni_arrivals_ground(pn_link_t *link) {
  struct pni_arrivals *const arrivals = link->arrivals;
  pn_delivery_t *const dlv = arrivals->afloat;
  if (!dlv) return;
  arrivals->afloat = NULL;
  dlv->afloat = false;
  pni_delivery_enlist(dlv, link);
  if (!dlv->has_id || pni_delivery_ids_put(&link->session->incoming, dlv->id, dlv) == PNI_OK) return;
  dlv->has_id = false;
  if (arrivals->collector) arrivals->collector->lost = true; /* which ends the connection */
}

size_t pni_arrivals_bytes(const pn_link_t *link) {
  const struct pni_arrivals *const arrivals = link->arrivals;
  size_t bytes = 0;
  if (!arrivals) return 0;
  const uint8_t *frame = arrivals->next;
  for (uint32_t i = 0; i < pni_arrivals_count(arrivals); i++, frame += pni_load32(frame))
    bytes += pni_load32(frame) - arrivals->payload_at;
  return bytes;
}

/* There is no memory for the others: the connection will be ended for that. */
static PNI_COLD void lose(pn_link_t *link) {
  pn_session_t *const ssn = link->session;
  const uint32_t count = pni_arrivals_count(link->arrivals);
  const size_t bytes = pni_arrivals_bytes(link);
  ssn->incoming_deliveries -= count;
  ssn->incoming_complete -= count;
  link->queued -= (int32_t)count;
  link->unsettled_count -= count;
  pni_session_count_taken(ssn, bytes);
  link->endpoint.held -= count;
  if (ssn->connection->collector) ssn->connection->collector->lost = true;
}

/* As many as there is memory for; returns how many, from *first on. */
static uint32_t make_deliveries(pn_link_t *link, struct pni_arrivals *arrivals, pn_delivery_t **first) {
  struct pni_payload *const payload = &link->payload;
  pn_delivery_t **const at = link->unsettled_end;
  uint32_t made = 0;
  while (arrivals->id != arrivals->end) {
    void *const block = pni_pool_take(PNI_DELIVERY_BLOCK);
    if (!block) break;
    if (put_id(link, arrivals, block) != PNI_OK) {
      pni_pool_give(block, PNI_DELIVERY_BLOCK);
      break;
    }
    pn_delivery_t *const dlv = make_in(link, arrivals, block);
    enlist(link, dlv);
    memmove(payload->block + payload->end, arrivals->next + arrivals->payload_at, dlv->waiting);
    payload->end += dlv->waiting;
    go_on(arrivals, dlv);
    made++;
  }
  *first = made > 0 ? *at : NULL;
  return made;
}

void pni_arrivals_make_all(pn_link_t *link) {
  pni_arrivals_ground(link);
  struct pni_arrivals arrivals = *link->arrivals; /* payload is moved to where that lies */
  pn_delivery_t *first;
  link->arrivals = &arrivals;
  const uint32_t made = make_deliveries(link, &arrivals, &first);
  if (arrivals.id != arrivals.end) lose(link);
  end(link);
  if (!arrivals.collector) return;
  pni_collector_unfold(arrivals.collector, link, first, made);
}
