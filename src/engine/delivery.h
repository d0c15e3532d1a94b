/* delivery.h: pn_delivery_t inside. [2.6.12]
 *
 * A delivery is on its link's list from its making until it is settled on this side and the peer knows. Its block comes
 * from the thread's pool and goes back when the engine and every reference have let go. */
#ifndef BARYON_ENGINE_DELIVERY_H
#define BARYON_ENGINE_DELIVERY_H

#include "base/memory.h"
#include "base/object.h"
#include "base/pool.h"
#include "engine/connection.h"
#include "engine/disposition.h"
#include "engine/link.h"
#include "engine/serial.h"
#include "engine/session.h"
#include <proton/delivery.h>
#include <string.h>

enum { PNI_TAG_MAX = 32 }; /* [2.8.7] */

struct pn_delivery_t {
  pn_link_t *link;
  pn_delivery_t **at; /* where the link's list of deliveries points at it */
  /* Zero in the beginning. */
  pn_delivery_t *next;
  pn_record_t *record;
  pn_disposition_t local, remote;
  size_t waiting;    /* bytes of its in the link's payload */
  uint64_t received; /* receiver: bytes that have come, until it is done */
  uint32_t message_format;
  union {
    struct {
      bool has_id : 1;
      bool updated : 1; /* the remote state changed and the application has not cleared that */
      bool working : 1; /* on the work list */
      bool due : 1;     /* on the session's list of dispositions, or next to it */
      bool done : 1;    /* sender: all is there (advanced over); receiver: the last frame has come */
      bool begun : 1;   /* sender: the first frame has been written */
      bool sent : 1;    /* sender: the last frame has been written */
      bool aborted : 1;
      bool advanced : 1; /* the link has advanced over it */
      bool locally_settled : 1;
      bool remotely_settled : 1;
      bool listed : 1; /* on the link's list: the engine's reference */
      bool
          afloat : 1; /* not on it yet, and its id in no page: the link's arrivals have it, and the reference */
      bool special : 1; /* something may belong to it but its block: a record, details of its states */
      uint8_t tag_size;
    };
    uint32_t flags; /* all of these, to be looked at and changed at once */
  };
  /* Whatever was in the block. */
  pni_serial id;           /* once `has_id` */
  pni_serial due_last;     /* while `due`: up to that id its disposition is that of the others, too */
  pn_delivery_t *due_next; /* the session's, of those whose disposition is due */
  pn_delivery_t *work_next, *work_prev; /* the connection's, of those that want the application's attention */
  char tag[PNI_TAG_MAX];
};

/* The flags that are named, as in PNI_DELIVERY_FLAGS(.sent = true, .due = true). */
#define PNI_DELIVERY_FLAGS(...) (((const pn_delivery_t){__VA_ARGS__}).flags)

/* Whether all flags of `yes` are set, and none of `no`. */
static inline bool pni_delivery_is(const pn_delivery_t *dlv, uint32_t yes, uint32_t no) {
  return (dlv->flags & (yes | no)) == yes;
}

static inline void pni_delivery_become(pn_delivery_t *dlv, uint32_t yes, uint32_t no) {
  dlv->flags = (dlv->flags & ~no) | yes;
}

/* What of a delivery decides about the form of its frame lies in eight bytes: format, flags, size of the tag. */
typedef uint64_t pni_delivery_form;
_Static_assert(offsetof(pn_delivery_t, flags) - offsetof(pn_delivery_t, message_format) == sizeof(uint32_t) &&
                   sizeof(pni_delivery_form) == 2 * sizeof(uint32_t),
    "the form is in the delivery's message_format and flags");

static inline pni_delivery_form pni_delivery_form_of(const pn_delivery_t *dlv) {
  pni_delivery_form form;
  memcpy(&form, &dlv->message_format, sizeof form);
  return form;
}

static inline void pni_delivery_set_form(pn_delivery_t *dlv, pni_delivery_form form) {
  memcpy(&dlv->message_format, &form, sizeof form);
}

enum { PNI_DELIVERY_BLOCK = sizeof(struct pni_object) + sizeof(pn_delivery_t) };

extern const pn_class_t pni_delivery_class;

/* The slot `free` of its class; for a delivery that has a record or details, finalized before. */
static inline void pni_delivery_release(pn_delivery_t *dlv) {
  pn_link_t *const link = dlv->link;
  pni_pool_give(pni_object_memory(dlv), PNI_DELIVERY_BLOCK);
  pni_endpoint_unhold(&link->endpoint);
}

/* Whether nothing belongs to it but its block. */
static inline bool pni_delivery_bare(const pn_delivery_t *dlv) { return !dlv->special; }

/* Give up a reference. */
static inline void pni_delivery_decref(pn_delivery_t *dlv) {
  if (--pni_object_header(dlv)->refcount > 0) return;
  if (PNI_LIKELY(pni_delivery_bare(dlv)))
    pni_delivery_release(dlv);
  else
    pni_object_end(dlv);
}

/* Put it at the end of the link's list. */
static inline void pni_delivery_enlist(pn_delivery_t *dlv, pn_link_t *link) {
  dlv->at = link->unsettled_end;
  *link->unsettled_end = dlv;
  link->unsettled_end = &dlv->next;
  dlv->listed = true;
}

/* Take it off again; `listed` is left to the caller. */
static inline void pni_delivery_unlist(pn_delivery_t *dlv) {
  *dlv->at = dlv->next;
  *(dlv->next ? &dlv->next->at : &dlv->link->unsettled_end) = dlv->at;
  dlv->next = NULL;
}

/* One in that block, without a tag, on no list and not counted. */
PNI_INLINE pn_delivery_t *pni_delivery_in(void *block, pn_link_t *link) {
  pn_delivery_t *const dlv = pni_object_in(block, &pni_delivery_class);
  pni_zero(&dlv->next, offsetof(pn_delivery_t, id) - offsetof(pn_delivery_t, next));
  dlv->link = link;
  return dlv;
}

/* A delivery at the end of the link's list, the current one if there is none; its tag has PNI_TAG_MAX octets at the most. */
PNI_INLINE pn_delivery_t *pni_delivery_new(void *block, pn_link_t *link, pn_bytes_t tag) {
  pn_delivery_t *const dlv = pni_delivery_in(block, link);
  dlv->tag_size = (uint8_t)tag.size;
  (void)pni_move(dlv->tag, tag.start, tag.size);
  pni_delivery_enlist(dlv, link);
  link->unsettled_count++;
  if (!link->current) link->current = dlv;
  pni_endpoint_hold(&link->endpoint);
  return dlv;
}

/* Put it on the session's list of those whose disposition is due, as the last one. */
static inline void pni_session_list_due(pn_session_t *ssn, pn_delivery_t *dlv) {
  pn_delivery_t *const before = ssn->due_dispositions ? ssn->last_due_disposition : NULL;
  dlv->due = true;
  dlv->due_last = dlv->id;
  dlv->due_next = NULL;
  *(before ? &before->due_next : &ssn->due_dispositions) = dlv;
  ssn->last_due_disposition = dlv;
}

/* No delivery joins those that are due: the one that was about to is due by itself. */
static inline void pni_session_end_due_run(pn_session_t *ssn) {
  if (ssn->next_due) pni_session_list_due(ssn, ssn->next_due);
  ssn->next_due = ssn->due_run = NULL;
}

/* Owe the peer its disposition. */
static inline void pni_delivery_owe(pn_delivery_t *dlv) {
  pn_session_t *const ssn = dlv->link->session;
  if (dlv->due) return;
  pni_session_end_due_run(ssn);
  pni_session_list_due(ssn, dlv);
  pni_endpoint_owe(&ssn->endpoint, PNI_DUE_DISPOSITION);
}

/* Drop the bytes of it that wait, wherever they are; returns how many. */
size_t pni_delivery_drop(pn_delivery_t *dlv);

/* Put it on the work list or take it off, as its state says; the list is kept from the first pn_work_head on. */
void pni_delivery_work_slow(pn_delivery_t *dlv);
static inline void pni_delivery_work(pn_delivery_t *dlv) {
  if (PNI_UNLIKELY(dlv->link->works)) pni_delivery_work_slow(dlv);
}

/* What of it waits is of no use any more. */
void pni_delivery_drop_waiting(pn_delivery_t *dlv);

/* Take bytes of a receiver's delivery, at most those that wait; `to` may be NULL: drop them. */
PNI_INLINE size_t pni_delivery_take(pn_delivery_t *dlv, char *to, size_t size) {
  if (size > dlv->waiting) size = dlv->waiting;
  if (size == 0) return 0;
  pni_payload_take(&dlv->link->payload, to, size);
  dlv->waiting -= size;
  pni_session_taken(dlv->link->session, size);
  return size;
}

/* Whether anybody looks at the connection's work list: asked once by those that would put several on it. */
static inline bool pni_delivery_works(const pn_delivery_t *dlv) { return PNI_UNLIKELY(dlv->link->works); }

/* The application has left a delivery, all of which has come if that is `done`: what is counted. */
PNI_INLINE void pni_link_count_left(pn_link_t *link, bool sender, bool done) {
  link->credit--;
  if (sender) {
    link->queued++;
  } else {
    link->queued--;
    link->session->incoming_deliveries--;
    if (done) link->session->incoming_complete--;
  }
}

/* Its flags, then: all of a sender's is there. */
static inline uint32_t pni_delivery_left(bool sender) {
  return sender ? PNI_DELIVERY_FLAGS(.advanced = true, .done = true) : PNI_DELIVERY_FLAGS(.advanced = true);
}

/* It was its link's current one. */
PNI_INLINE void pni_delivery_leave_current(pn_delivery_t *dlv, bool sender) {
  pni_link_count_left(dlv->link, sender, dlv->done);
  dlv->flags |= pni_delivery_left(sender);
  dlv->link->current = dlv->next;
}

/* The same with what follows from it. */
static inline void pni_delivery_advance(pn_delivery_t *dlv, bool works) {
  pn_link_t *const link = dlv->link;
  if (!link->sender && dlv->waiting > 0) pni_delivery_drop_waiting(dlv);
  pni_delivery_leave_current(dlv, link->sender);
  if (link->sender) pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
  if (works) {
    pni_delivery_work_slow(dlv);
    if (link->current) pni_delivery_work_slow(link->current);
  }
}

/* Take it off every list and give up the engine's reference: both sides are done with it. */
void pni_delivery_finish(pn_delivery_t *dlv);

/* The same where that calls nothing: it is listed, its page has others, and if this was the last reference nothing but its
 * block is to be freed. False if it is not so simple, and nothing has been done. */
PNI_INLINE bool pni_delivery_leave(pn_delivery_t *dlv) {
  pn_link_t *const link = dlv->link;
  const bool kept = dlv->due || pni_object_refcount(dlv) > 1;
  const bool simple =
      kept || (pni_delivery_bare(dlv) && link->endpoint.held > 1 && pni_pool_keeps(PNI_DELIVERY_BLOCK));
  if (PNI_UNLIKELY(!simple || dlv->waiting > 0 || !dlv->advanced || pni_delivery_works(dlv))) return false;
  if (PNI_UNLIKELY(link->current == dlv || link->unsent == dlv || link->receiving == dlv)) return false;
  if (dlv->has_id) {
    struct pni_delivery_page *const page =
        link->sender ? link->session->outgoing.recent : link->session->incoming.recent;
    const uint64_t bit = (uint64_t)1 << pni_slot_of(dlv->id);
    if (PNI_UNLIKELY(!page || page->number != pni_page_of(dlv->id) || page->used == bit)) return false;
    page->used &= ~bit;
  }
  if (!dlv->locally_settled) link->unsettled_count--;
  pni_delivery_unlist(dlv);
  dlv->listed = false;
  if (kept) {
    dlv->has_id = false;
    dlv->locally_settled = true;
    if (!dlv->due) pni_object_header(dlv)->refcount--;
  } else {
    link->endpoint.held--;
    pni_pool_give(pni_object_memory(dlv), PNI_DELIVERY_BLOCK);
  }
  return true;
}

#endif
