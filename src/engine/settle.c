/* settle.c: dispositions: states and settlement of deliveries, told and heard. [2.6.12, 2.7.6]
 *
 * Outgoing: a session's deliveries whose disposition is due, in the order in which they came to be; a run of consecutive
 * ids with the same state leaves as one frame. Of deliveries that are settled one after the other only the first is on the
 * list, and speaks for the others, which are finished. Incoming: a range is a walk over the live deliveries in it, whatever
 * numbers the peer chose; ids in it that are unknown or settled are ignored.
 *
 * Runs in the thread that holds the connection. */
#include "base/object.h"
#include "base/pool.h"
#include "engine/arrivals.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"

#include <inttypes.h>
#include <string.h>

/* Outgoing. */

/* Take the first delivery off the session's list. */
static inline pn_delivery_t *take_off(pn_session_t *ssn) {
  pn_delivery_t *const dlv = ssn->due_dispositions;
  ssn->due_dispositions = dlv->due_next;
  dlv->due = false;
  return dlv;
}

/* Take off the first one that is to be told of, if only for others that it speaks for; NULL if there is none. Those that are
 * finished only leave the list. */
static pn_delivery_t *take_due(pn_session_t *ssn) {
  while (ssn->due_dispositions) {
    pn_delivery_t *const dlv = take_off(ssn);
    if (dlv->due_last != dlv->id || (dlv->listed && dlv->has_id && !dlv->remotely_settled)) return dlv;
    if (!dlv->listed)
      pni_delivery_decref(dlv);
    else if (dlv->locally_settled && dlv->remotely_settled && (dlv->sent || !dlv->link->sender))
      pni_delivery_finish(dlv);
  }
  return NULL;
}

/* What a run of deliveries has in common. */
struct run {
  pni_serial first, last;
  uint64_t type;
  bool receiver, settled;
};

/* Whether the delivery, which is due next, says the same of the next id. */
static inline bool extends(const struct run *run, const pn_delivery_t *dlv) {
  return dlv->id == run->last + 1 && dlv->local.type == run->type && dlv->locally_settled == run->settled &&
         dlv->listed && dlv->has_id && !dlv->remotely_settled && dlv->link->sender != run->receiver &&
         pni_disposition_plain(&dlv->local);
}

/* As many of those that follow as say the same. */
static void extend(pn_session_t *ssn, struct run *run) {
  pn_delivery_t *dlv;
  while ((dlv = ssn->due_dispositions) && PNI_LIKELY(extends(run, dlv))) {
    run->last = dlv->due_last;
    (void)take_off(ssn);
    if (run->settled && !pni_delivery_leave(dlv)) pni_delivery_finish(dlv);
  }
}

static pni_status write_run(
    pn_transport_t *transport, pn_session_t *ssn, const struct run *run, pn_bytes_t state) {
  struct pni_disposition disposition = {.role = run->receiver,
      .first = run->first,
      .last = run->last,
      .settled = run->settled,
      .state = state,
      .has = {.role = true,
          .first = true,
          .last = run->last != run->first,
          .settled = run->settled,
          .state = state.size > 0}};
  return pni_send_disposition(transport, (uint16_t)ssn->local_channel, &disposition);
}

/* The state in a block of the pool; the caller gives it back. */
static pni_status encode_state(pn_delivery_t *dlv, uint8_t **block, size_t *capacity, pn_bytes_t *state) {
  struct pni_writer measure = pni_writer(NULL, 0);
  if (dlv->local.type != 0) pni_disposition_write(&dlv->local, &measure);
  *capacity = measure.size;
  *block = NULL;
  *state = pn_bytes_null;
  if (measure.size == 0) return PNI_OK;
  *block = pni_pool_take(*capacity);
  if (!*block) return PNI_NO_MEMORY;
  struct pni_writer writer = pni_writer(*block, *capacity);
  pni_disposition_write(&dlv->local, &writer);
  *state = pn_bytes(writer.size, (const char *)*block);
  return PNI_OK;
}

pni_status pni_pay_dispositions(pn_transport_t *transport, pn_session_t *ssn) {
  pn_delivery_t *dlv;
  pni_session_ground(ssn);
  pni_session_end_due_run(ssn);
  while (!pni_output_enough(transport) && (dlv = take_due(ssn))) {
    uint8_t *block;
    size_t capacity;
    pn_bytes_t state;
    TRY(encode_state(dlv, &block, &capacity, &state));
    struct run run = {.first = dlv->id,
        .last = dlv->due_last,
        .type = dlv->local.type,
        .receiver = !dlv->link->sender,
        .settled = dlv->locally_settled};
    const bool plain = pni_disposition_plain(&dlv->local);
    if (!dlv->listed)
      pni_delivery_decref(dlv);
    else if (run.settled)
      pni_delivery_finish(dlv);
    if (plain) extend(ssn, &run);
    const pni_status status = write_run(transport, ssn, &run, state);
    pni_pool_give(block, capacity);
    TRY(status);
  }
  if (!ssn->due_dispositions) pni_endpoint_paid(&ssn->endpoint, PNI_DUE_DISPOSITION);
  return PNI_OK;
}

/* Incoming. */

static bool terminal(uint64_t type) {
  return type == PN_ACCEPTED || type == PN_REJECTED || type == PN_RELEASED || type == PN_MODIFIED ||
         type == PN_DECLARED;
}

/* Apply a disposition to one delivery; `plain` is its state if that is a type and nothing else. A state that is final here is
 * not changed any more. [3.4] */
static inline pni_status apply(
    pn_delivery_t *dlv, const struct pni_disposition *disposition, uint64_t plain) {
  if (disposition->has.state && !(dlv->remotely_settled && terminal(dlv->remote.type))) {
    struct pni_reader reader = pni_reader(disposition->state.start, disposition->state.size);
    if (plain != 0)
      pni_disposition_be_plain(&dlv->remote, plain);
    else
      TRY(pni_disposition_read(pn_delivery_remote(dlv), &reader));
  }
  if (disposition->settled) dlv->remotely_settled = true;
  dlv->updated = true;
  pni_delivery_work(dlv);
  pni_collector_put(dlv->link->session->connection->collector, dlv, PN_DELIVERY);
  /* What is still to be framed has to leave first: the peer waits for the end of what it has settled. */
  const bool framed = dlv->sent || !dlv->link->sender;
  if (dlv->locally_settled && dlv->remotely_settled && framed) pni_delivery_finish(dlv);
  return PNI_OK;
}

/* Apply to one delivery a state that is its type and nothing else, with an event, for which there is room; false if there is more
 * to do than that. */
PNI_INLINE bool apply_plain(pn_collector_t *collector, pn_delivery_t *dlv, uint64_t type, bool settled) {
  const uint32_t special =
      PNI_DELIVERY_FLAGS(.remotely_settled = true, .locally_settled = true, .special = true);
  if (PNI_UNLIKELY(!pni_delivery_is(dlv, 0, special))) return false;
  dlv->remote.type = type;
  dlv->flags |=
      PNI_DELIVERY_FLAGS(.updated = true) | (settled ? PNI_DELIVERY_FLAGS(.remotely_settled = true) : 0);
  pni_collector_enter(collector, dlv, PN_DELIVERY);
  return true;
}

/* Apply such a state to the deliveries of the page used last, from *id up to `last`, as long as there is no more to do than that;
 * *id is behind the last one then. */
static void apply_to_page(const pn_connection_t *conn, const struct pni_delivery_ids *ids, pni_serial *id,
    pni_serial last, uint64_t type, bool settled) {
  pn_collector_t *const collector = conn->collector;
  const struct pni_delivery_page *const page = ids->recent;
  if (!page || page->number != pni_page_of(*id) || !collector || collector->released || conn->works) return;
  const unsigned slot = pni_slot_of(*id);
  const uint32_t more = (uint32_t)pni_serial_distance(*id, last); /* ids behind this one */
  const uint64_t behind = more < PNI_PAGE_SIZE - 1 - slot ? ~(uint64_t)0 << (slot + more + 1) : 0;
  uint64_t left = page->used & ~(uint64_t)0 << slot & ~behind;
  /* One that the last event was about has no event of its own. */
  if (left && pni_collector_said(collector, page->slots[PNI_LOWEST_BIT(left)], PN_DELIVERY)) return;
  const unsigned rest = PNI_PAGE_SIZE - slot;
  if (!pni_collector_reserve(collector, more < rest ? more + 1 : rest)) return;
  const pn_delivery_t *applied = NULL;
  for (; left; left &= left - 1) {
    pn_delivery_t *const dlv = page->slots[PNI_LOWEST_BIT(left)];
    if (!apply_plain(collector, dlv, type, settled)) break;
    applied = dlv;
  }
  if (applied) *id = applied->id + 1;
}

pni_status pni_receive_disposition(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_disposition disposition;
  pn_session_t *ssn;
  pni_status status = pni_disposition_decode(body, &disposition);
  if (status) return pni_fail_decode(transport, status, body);
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_disposition, &ssn));
  if (!ssn) return PNI_OK;
  const pni_serial last = disposition.has.last ? disposition.last : disposition.first;
  if (pni_serial_distance(disposition.first, last) < 0) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_DISPOSITION_RANGE,
        "disposition: last, %" PRIu32 ", comes before first, %" PRIu32, last, disposition.first);
  }
  if (!disposition.role) pni_session_arrive(ssn);
  const uint64_t plain = pni_disposition_plain_type(disposition.state);
  struct pni_delivery_ids *ids = disposition.role ? &ssn->outgoing : &ssn->incoming;
  pni_serial id = disposition.first;
  pn_delivery_t *dlv;
  while (pni_serial_distance(id, last) >= 0) {
    if (plain != 0) apply_to_page(ssn->connection, ids, &id, last, plain, disposition.settled);
    dlv = pni_serial_distance(id, last) >= 0 ? pni_delivery_ids_next(ids, id, last) : NULL;
    if (!dlv) break;
    id = dlv->id + 1;
    status = apply(dlv, &disposition, plain);
    if (status) return pni_fail_decode(transport, status, body);
  }
  return PNI_OK;
}
