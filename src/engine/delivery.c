/* delivery.c: pn_delivery_t: its life, its two states, and the lists it is on. [2.6.12]
 *
 * Owned by its link: the engine's reference is held from pni_delivery_new to pni_delivery_finish. A delivery is finished
 * when it is settled here and the peer knows, or has settled too, or can no longer be told. One whose disposition is
 * still on the session's list then keeps the reference until the list is worked off.
 *
 * Runs in the thread that holds the connection. */
#include "engine/delivery.h"
#include "base/record.h"
#include "base/string.h"
#include "base/text.h"
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/owner.h"
#include "wire/performative.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void finalize(void *object) {
  pn_delivery_t *dlv = object;
  pni_disposition_clear(&dlv->local);
  pni_disposition_clear(&dlv->remote);
  if (dlv->record) pn_decref(dlv->record);
  dlv->record = NULL;
}

static void release(void *object) { pni_delivery_release(object); }

static const char *state_text(const pn_disposition_t *disposition) {
  const struct pni_composite *const composite = pni_composite(disposition->type);
  if (disposition->type == 0) return "unknown";
  return composite ? composite->name : "custom";
}

static int inspect(void *object, pn_string_t *string) {
  const pn_delivery_t *dlv = object;
  char tag[4 * PNI_TAG_MAX + 1];
  struct pni_text text = pni_text(tag, sizeof tag);
  pni_text_quoted(&text, dlv->tag, dlv->tag_size);
  return pn_string_addf(string, "pn_delivery<%p>{%s, tag=b\"%s\", local=%s, remote=%s}", object,
      dlv->link->sender ? "sending" : "receiving", tag, state_text(&dlv->local), state_text(&dlv->remote));
}

const pn_class_t pni_delivery_class =
    PNI_CLASS_RELEASED_BY(release, "pn_delivery", CID_pn_delivery, .finalize = finalize, .inspect = inspect);

static inline pn_connection_t *connection_of(const pn_delivery_t *dlv) {
  return dlv->link->session->connection;
}

PNI_INLINE pn_delivery_t *begin(void *block, pn_link_t *link, pn_delivery_tag_t tag) {
  pn_delivery_t *const dlv = pni_delivery_new(block, link, tag);
  if (!link->unsent) link->unsent = dlv;
  return dlv;
}

static PNI_COLD pn_delivery_t *begin_thoroughly(pn_link_t *link, pn_delivery_tag_t tag) {
  void *const block = pni_pool_take(PNI_DELIVERY_BLOCK);
  if (!block) return NULL;
  pn_delivery_t *const dlv = begin(block, link, tag);
  pni_delivery_work(dlv);
  return dlv;
}

/* Of a sender, if nobody looks at its work. */
PNI_INLINE pn_delivery_t *make(pn_link_t *link, pn_delivery_tag_t tag) {
  if (PNI_UNLIKELY(tag.size > PNI_TAG_MAX)) return NULL;
  void *const block = pni_pool_at_hand(PNI_DELIVERY_BLOCK);
  pn_delivery_t *const dlv =
      PNI_LIKELY(block != NULL) ? begin(block, link, tag) : begin_thoroughly(link, tag);
  PNI_TOUCHED(&link->endpoint);
  return dlv;
}

static pn_delivery_t *make_thoroughly(pn_link_t *link, pn_delivery_tag_t tag) {
  if (!link || !link->sender || tag.size > PNI_TAG_MAX) return NULL;
  return link->works ? begin_thoroughly(link, tag) : make(link, tag);
}
PNI_OWNED_FUNCTION(return, pn_delivery_t *, pn_delivery, (pn_link_t * link, pn_delivery_tag_t tag),
    (link, tag), PNI_CONNECTION_OF_LINK(link), link, link && link->role == PNI_SENDS, make(link, tag),
    make_thoroughly(link, tag))

void pni_delivery_drop_waiting(pn_delivery_t *dlv) {
  pn_session_t *const ssn = dlv->link->session;
  const size_t dropped = pni_delivery_drop(dlv);
  if (dlv->link->sender)
    ssn->outgoing_bytes -= dropped;
  else
    pni_session_taken(ssn, dropped);
}

/* It is not wholly sent, or received, or left by the application: forget what points at it. */
static PNI_COLD void break_off(pn_delivery_t *dlv) {
  pn_link_t *const link = dlv->link;
  if (link->current == dlv) link->current = dlv->next;
  if (link->unsent == dlv) link->unsent = dlv->next;
  if (link->receiving == dlv) {
    link->receiving = NULL;
    link->dropping = true;
  }
}

void pni_delivery_work_slow(pn_delivery_t *dlv) {
  const pn_link_t *link = dlv->link;
  const bool current = link->current == dlv && (link->sender ? link->credit > 0 : true);
  const bool wanted = dlv->listed && !dlv->locally_settled && (dlv->updated || current);
  if (wanted == dlv->working) return;
  pn_connection_t *conn = connection_of(dlv);
  dlv->working = wanted;
  if (wanted) {
    dlv->work_next = NULL;
    dlv->work_prev = conn->last_work;
    if (conn->last_work)
      conn->last_work->work_next = dlv;
    else
      conn->work = dlv;
    conn->last_work = dlv;
  } else {
    if (dlv->work_prev)
      dlv->work_prev->work_next = dlv->work_next;
    else
      conn->work = dlv->work_next;
    if (dlv->work_next)
      dlv->work_next->work_prev = dlv->work_prev;
    else
      conn->last_work = dlv->work_prev;
  }
}

/* Whether the peer is not told about the end yet. */
static inline bool goes_on(const struct pni_endpoint *endpoint) {
  return endpoint->local != PNI_CLOSED || (endpoint->due & PNI_DUE_CLOSE) != 0;
}

/* Whether the peer can still be told about the delivery: dispositions leave before what closes. */
static inline bool is_reachable(const pn_delivery_t *dlv) {
  const pn_session_t *const ssn = dlv->link->session;
  const pn_connection_t *const conn = ssn->connection;
  return dlv->has_id && conn->transport && ssn->local_channel != PNI_NO_CHANNEL && goes_on(&ssn->endpoint) &&
         goes_on(&conn->endpoint);
}

static PNI_NOINLINE void tell(pn_delivery_t *dlv) {
  if (is_reachable(dlv)) pni_delivery_owe(dlv);
}

/* Whether the run whose disposition is due says that state of the delivery's id next, which it can only while the peer can be
 * told. */
PNI_INLINE bool is_next(const pn_session_t *ssn, const pn_delivery_t *dlv, uint64_t state) {
  const pn_delivery_t *const run = ssn->due_run;
  return run && !ssn->next_due && run->due_last + 1 == dlv->id && run->link == dlv->link &&
         run->local.type == state;
}

static PNI_COLD void update_thoroughly(pn_delivery_t *dlv, uint64_t state) {
  if (dlv->locally_settled && dlv->due)
    return; /* what has been settled in that state has left, but for the frame */
  pni_disposition_become(&dlv->local, state);
  if (!dlv->due && !dlv->locally_settled && !dlv->remotely_settled) tell(dlv);
}

PNI_INLINE void update(pn_delivery_t *dlv, uint64_t state) {
  const uint32_t special = PNI_DELIVERY_FLAGS(.special = true, .locally_settled = true),
                 told = PNI_DELIVERY_FLAGS(.due = true, .remotely_settled = true);
  if (PNI_UNLIKELY(!pni_delivery_is(dlv, 0, special))) {
    update_thoroughly(dlv, state);
  } else {
    pn_session_t *const ssn = dlv->link->session;
    dlv->local.type = state;
    if (!pni_delivery_is(dlv, PNI_DELIVERY_FLAGS(.has_id = true), told)) {
      /* the peer knows as much as it has to */
    } else if (PNI_LIKELY(is_next(ssn, dlv, state))) {
      ssn->next_due = dlv;
      dlv->due = true;
    } else {
      tell(dlv);
    }
  }
  PNI_TOUCHED(&dlv->link->endpoint);
}
PNI_OWNED_FUNCTION(, void, pn_delivery_update, (pn_delivery_t * dlv, uint64_t state), (dlv, state),
    PNI_CONNECTION_OF_DELIVERY(dlv), dlv, dlv && dlv->link->role != PNI_UNUSUAL, update(dlv, state),
    if (dlv) update(dlv, state))

void pni_delivery_finish(pn_delivery_t *dlv) {
  if (!dlv->listed) return;
  pn_link_t *const link = dlv->link;
  pn_session_t *const ssn = link->session;
  if (dlv->waiting > 0) pni_delivery_drop_waiting(dlv);
  if (dlv->has_id) pni_delivery_ids_remove(link->sender ? &ssn->outgoing : &ssn->incoming, dlv->id);
  if (!dlv->locally_settled) link->unsettled_count--;
  if (PNI_UNLIKELY(!link->sender && !dlv->advanced)) pni_link_count_left(link, false, dlv->done);
  if (PNI_UNLIKELY(link->current == dlv || link->unsent == dlv || link->receiving == dlv)) break_off(dlv);
  pni_delivery_unlist(dlv);
  pni_delivery_become(
      dlv, PNI_DELIVERY_FLAGS(.locally_settled = true), PNI_DELIVERY_FLAGS(.has_id = true, .listed = true));
  if (pni_delivery_works(dlv)) pni_delivery_work_slow(dlv);
  if (!dlv->due) pni_delivery_decref(dlv);
}

/* Whether a delivery that is due, once it is settled, goes with the run before it: unless its state has changed once more. */
PNI_INLINE bool joins(const pn_session_t *ssn, const pn_delivery_t *dlv) {
  return ssn->next_due == dlv && ssn->due_run->local.type == dlv->local.type && !dlv->special;
}

/* Then that one speaks for both. */
PNI_INLINE void join(pn_session_t *ssn, const pn_delivery_t *dlv) {
  ssn->due_run->due_last = dlv->id;
  ssn->next_due = NULL;
}

/* Its disposition is due, and it has been settled: it may speak for those that follow. */
static void lead(pn_session_t *ssn, pn_delivery_t *dlv) {
  if (ssn->next_due == dlv) pni_session_end_due_run(ssn);
  if (ssn->last_due_disposition == dlv && pni_disposition_plain(&dlv->local)) ssn->due_run = dlv;
}

/* It is settled here, and left: the peer is to know, or does already. */
static void conclude(pn_delivery_t *dlv) {
  pn_session_t *const ssn = dlv->link->session;
  if (dlv->link->sender && !dlv->sent && (dlv->begun || dlv->advanced))
    return;                                             /* its last frame will say so */
  const bool told = !dlv->remotely_settled && dlv->due; /* with its state */
  if (told && joins(ssn, dlv)) {
    join(ssn, dlv);
    dlv->due = false;
    pni_delivery_finish(dlv);
  } else if (told) {
    lead(ssn, dlv);
  } else if (!dlv->remotely_settled && is_reachable(dlv)) {
    pni_delivery_owe(dlv);
  } else {
    pni_delivery_finish(dlv);
  }
}

/* Its flags, also those that are named, once it is settled here. */
PNI_INLINE void settle_here(pn_delivery_t *dlv, uint32_t yes, uint32_t no) {
  pni_delivery_become(
      dlv, yes | PNI_DELIVERY_FLAGS(.locally_settled = true), no | PNI_DELIVERY_FLAGS(.updated = true));
  dlv->link->unsettled_count--;
}

static PNI_COLD void settle_thoroughly(pn_delivery_t *dlv) {
  if (dlv->locally_settled) return;
  const bool works = pni_delivery_works(dlv);
  if (dlv->afloat) pni_arrivals_ground(dlv->link);
  if (dlv->link->current == dlv) pni_delivery_advance(dlv, works);
  settle_here(dlv, 0, 0);
  if (works) pni_delivery_work_slow(dlv);
  conclude(dlv);
}

/* The usual cases, each at one look: what they do not take they leave alone. */

/* It is done with, and kept by an event alone. */
PNI_INLINE void let_go(pn_delivery_t *dlv, uint32_t left) {
  settle_here(dlv, left, PNI_DELIVERY_FLAGS(.has_id = true, .due = true, .listed = true, .afloat = true));
  pni_object_header(dlv)->refcount--;
}

/* Take its id out of the page used last, if it is there and not the only one. */
PNI_INLINE bool leave_page(const struct pni_delivery_ids *ids, const pn_delivery_t *dlv) {
  struct pni_delivery_page *const page = ids->recent;
  if (PNI_UNLIKELY(!page || page->number != pni_page_of(dlv->id))) return false;
  const uint64_t rest = page->used & ~((uint64_t)1 << pni_slot_of(dlv->id));
  if (PNI_UNLIKELY(rest == 0)) return false;
  page->used = rest;
  return true;
}

/* A receiver's that is afloat, and so the current one, which an event keeps, and which has been read: it was settled by the
 * sender, or goes with the dispositions before it. */
PNI_INLINE bool settle_received(pn_link_t *link, pn_delivery_t *dlv) {
  const uint32_t yes = PNI_DELIVERY_FLAGS(.done = true, .afloat = true),
                 no = PNI_DELIVERY_FLAGS(.advanced = true, .locally_settled = true, .special = true);
  pn_session_t *const ssn = link->session;
  if (PNI_UNLIKELY(!pni_delivery_is(dlv, yes, no) || dlv->waiting > 0 || pni_object_refcount(dlv) == 1))
    return false;
  if (dlv->due) {
    if (PNI_UNLIKELY(!joins(ssn, dlv))) return false;
    join(ssn, dlv);
  } else if (!dlv->remotely_settled) {
    return false;
  }
  link->arrivals->afloat = link->current = NULL;
  pni_link_count_left(link, false, true);
  let_go(dlv, pni_delivery_left(false));
  return true;
}

/* A sender's that is sent, and that the receiver has settled. */
PNI_INLINE bool is_done_with(const pn_delivery_t *dlv) {
  return pni_delivery_is(dlv, PNI_DELIVERY_FLAGS(.sent = true, .remotely_settled = true, .has_id = true),
      PNI_DELIVERY_FLAGS(.due = true, .locally_settled = true));
}

PNI_INLINE bool settle_sent(const pn_link_t *link, pn_delivery_t *dlv) {
  if (PNI_UNLIKELY(pni_object_refcount(dlv) == 1 || !leave_page(&link->session->outgoing, dlv))) return false;
  pni_delivery_unlist(dlv);
  let_go(dlv, 0);
  return true;
}

/* A sender's current one: its frame will say that it is settled. */
PNI_INLINE bool settle_current(pn_link_t *link, pn_delivery_t *dlv) {
  if (link->current != dlv || dlv->sent || !pni_endpoint_owes(&link->endpoint, PNI_DUE_TRANSFER))
    return false;
  pni_link_count_left(link, true, false);
  link->current = dlv->next;
  settle_here(dlv, pni_delivery_left(true), 0);
  return true;
}

PNI_INLINE bool settle_quickly(pn_link_t *link, pn_delivery_t *dlv, bool sender) {
  if (!sender) return settle_received(link, dlv);
  return is_done_with(dlv) ? settle_sent(link, dlv) : settle_current(link, dlv);
}

/* No call on the way but the last. */
PNI_INLINE void settle(pn_delivery_t *dlv, bool sender, bool works) {
  pn_link_t *const link = dlv->link;
  const bool usual = !works && settle_quickly(link, dlv, sender);
  if (PNI_UNLIKELY(!usual)) settle_thoroughly(dlv);
  PNI_TOUCHED(&link->endpoint);
}
PNI_OWNED_FUNCTION(, void, pn_delivery_settle, (pn_delivery_t * dlv), (dlv), PNI_CONNECTION_OF_DELIVERY(dlv),
    dlv, dlv && dlv->link->role != PNI_UNUSUAL, settle(dlv, dlv->link->role == PNI_SENDS, false),
    if (dlv) settle(dlv, dlv->link->sender, dlv->link->works))

/* The first delivery with bytes in the link's payload. */
static const pn_delivery_t *first_waiting(const pn_link_t *link) {
  return link->sender ? link->unsent : link->current;
}

size_t pni_delivery_drop(pn_delivery_t *dlv) {
  const size_t waiting = dlv->waiting;
  size_t offset = 0;
  if (waiting == 0) return 0;
  for (const pn_delivery_t *other = first_waiting(dlv->link); other != dlv; other = other->next)
    offset += other->waiting;
  pni_payload_cut(&dlv->link->payload, offset, waiting);
  dlv->waiting = 0;
  return waiting;
}

void pn_delivery_abort(pn_delivery_t *dlv) {
  PNI_OWNED_DELIVERY(dlv);
  if (!dlv || dlv->locally_settled || !dlv->listed || !dlv->link->sender) return;
  if (dlv->sent) { /* too late to take it back */
    pn_delivery_settle(dlv);
    return;
  }
  dlv->link->session->outgoing_bytes -= pni_delivery_drop(dlv);
  dlv->aborted = true;
  pn_delivery_settle(dlv);
}

void pn_delivery_clear(pn_delivery_t *dlv) {
  PNI_OWNED_DELIVERY(dlv);
  dlv->updated = false;
  pni_delivery_work(dlv);
}

pn_delivery_tag_t pn_dtag(const char *bytes, size_t size) { return pn_bytes(size, bytes); }

pn_delivery_tag_t pn_delivery_tag(pn_delivery_t *dlv) {
  return dlv ? pn_bytes(dlv->tag_size, dlv->tag) : pn_bytes(0, NULL);
}

pn_link_t *pn_delivery_link(pn_delivery_t *dlv) { return dlv ? dlv->link : NULL; }

pn_disposition_t *pn_delivery_local(pn_delivery_t *dlv) {
  dlv->special = true;
  return &dlv->local;
}

uint64_t pn_delivery_local_state(pn_delivery_t *dlv) { return dlv->local.type; }

pn_disposition_t *pn_delivery_remote(pn_delivery_t *dlv) {
  dlv->special = true;
  return &dlv->remote;
}

uint64_t pn_delivery_remote_state(pn_delivery_t *dlv) { return dlv->remote.type; }

bool pn_delivery_settled(pn_delivery_t *dlv) { return dlv && dlv->remotely_settled; }

/* An aborted delivery has something to be read: that it was aborted. */
size_t pn_delivery_pending(pn_delivery_t *dlv) { return dlv->aborted ? 1 : dlv->waiting; }

bool pn_delivery_partial(pn_delivery_t *dlv) { return !dlv->done; }

bool pn_delivery_aborted(pn_delivery_t *dlv) { return dlv->aborted; }

bool pn_delivery_current(pn_delivery_t *dlv) { return dlv->link->current == dlv; }

bool pn_delivery_writable(pn_delivery_t *dlv) {
  return dlv && dlv->link->sender && dlv->link->current == dlv && dlv->link->credit > 0;
}

bool pn_delivery_readable(pn_delivery_t *dlv) {
  return dlv && !dlv->link->sender && dlv->link->current == dlv;
}

bool pn_delivery_updated(pn_delivery_t *dlv) { return dlv && dlv->updated; }

bool pn_delivery_buffered(pn_delivery_t *dlv) {
  if (!dlv || !dlv->link->sender || dlv->locally_settled || dlv->sent) return false;
  return dlv->done || dlv->waiting > 0;
}

void *pn_delivery_get_context(pn_delivery_t *dlv) {
  return dlv && dlv->record ? pn_record_get(dlv->record, PN_LEGCTX) : NULL;
}

void pn_delivery_set_context(pn_delivery_t *dlv, void *context) {
  if (context || dlv->record) pn_record_set(pn_delivery_attachments(dlv), PN_LEGCTX, context);
}

pn_record_t *pn_delivery_attachments(pn_delivery_t *dlv) {
  dlv->special = true;
  return pni_record_lazy(&dlv->record);
}

void pn_delivery_dump(pn_delivery_t *dlv) {
  char tag[4 * PNI_TAG_MAX + 1];
  struct pni_text text = pni_text(tag, sizeof tag);
  pni_text_quoted(&text, dlv->tag, dlv->tag_size);
  printf("{tag=\"%s\", local.type=%" PRIu64 ", remote.type=%" PRIu64 ", local.settled=%d, remote.settled=%d, "
         "updated=%d, current=%d, writable=%d, readable=%d, work=%d}",
      tag, dlv->local.type, dlv->remote.type, dlv->locally_settled, dlv->remotely_settled, dlv->updated,
      pn_delivery_current(dlv), pn_delivery_writable(dlv), pn_delivery_readable(dlv), dlv->working);
}

pn_delivery_t *pn_work_head(pn_connection_t *conn) {
  PNI_OWNED_CONNECTION(conn);
  if (!conn) return NULL;
  if (!conn->works) {
    conn->works = true;
    for (pn_link_t *link = conn->links; link; link = link->next) {
      pni_link_arrive(link);
      link->works = true;
      link->role = PNI_UNUSUAL;
      for (pn_delivery_t *dlv = link->unsettled; dlv; dlv = dlv->next) pni_delivery_work(dlv);
    }
  }
  return conn->work;
}

pn_delivery_t *pn_work_next(pn_delivery_t *dlv) { return dlv && dlv->working ? dlv->work_next : NULL; }
