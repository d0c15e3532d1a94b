/* current.c: a link's current delivery: what pn_link_send puts in, pn_link_recv takes out, and pn_link_advance leaves.
 *
 * A sender's current delivery is the first one that the application has not finished; a receiver's the first one that it
 * has not left. Credit counts here, at the advance; frames count in transfer.c. Runs in the connection's thread. */
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/delivery.h"
#include "engine/owner.h"

/* The current delivery, made if it has come and is none yet. */
static PNI_COLD pn_delivery_t *arrive(pn_link_t *link) {
  if (!link) return NULL;
  pni_link_arrive(link);
  return link->current;
}

pn_delivery_t *pn_link_current(pn_link_t *link) {
  return link && link->current ? link->current : arrive(link);
}

/* Small pieces go the short way: no call on it but the last, so no register is to be saved. */

static inline void put_in(pn_link_t *link, pn_delivery_t *dlv, size_t size) {
  dlv->waiting += size;
  link->session->outgoing_bytes += size;
}

static PNI_COLD ssize_t send_thoroughly(pn_link_t *link, const char *bytes, size_t size) {
  pn_delivery_t *dlv = link->current;
  if (!bytes || size == 0) return 0;
  if (dlv->aborted) return (ssize_t)size; /* its beginning was lost with a transport: nobody takes the rest */
  TRY(pni_payload_put(&link->payload, bytes, size));
  put_in(link, dlv, size);
  pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
  PNI_TOUCHED(&link->endpoint);
  return (ssize_t)size;
}

PNI_INLINE ssize_t send_bytes(pn_link_t *link, const char *bytes, size_t size) {
  pn_delivery_t *dlv = link->current;
  if (PNI_UNLIKELY(!dlv)) return PN_EOS;
  struct pni_payload *const payload = &link->payload;
  const bool small = size - 1 < PNI_COPY_SMALL && size <= payload->capacity - payload->end;
  if (PNI_UNLIKELY(!small || !bytes || dlv->aborted || !pni_endpoint_owes(&link->endpoint, PNI_DUE_TRANSFER)))
    return send_thoroughly(link, bytes, size);
  pni_copy_small(payload->block + payload->end, bytes, size);
  payload->end += size;
  put_in(link, dlv, size);
  return (ssize_t)size;
}
PNI_OWNED_FUNCTION(return, ssize_t, pn_link_send, (pn_link_t * link, const char *bytes, size_t size),
    (link, bytes, size), PNI_CONNECTION_OF_LINK(link), link, link && link->role == PNI_SENDS,
    send_bytes(link, bytes, size), link && link->sender ? send_bytes(link, bytes, size) : PN_EOS)

/* The last bytes have been taken, or the window runs low. */
static PNI_NOINLINE ssize_t look_after(pn_link_t *link, size_t size) {
  if (link->payload.start == link->payload.end && !link->payload.held) pni_payload_clear(&link->payload);
  pni_session_look(link->session);
  return (ssize_t)size;
}

static PNI_COLD ssize_t receive_thoroughly(pn_delivery_t *dlv, char *bytes, size_t size) {
  if (dlv->aborted) return PN_ABORTED;
  const size_t taken = pni_delivery_take(dlv, bytes, size);
  PNI_TOUCHED(&dlv->link->endpoint);
  if (taken > 0) return (ssize_t)taken;
  return dlv->done && dlv->waiting == 0 ? PN_EOS : 0;
}

static PNI_COLD ssize_t receive_late(pn_link_t *link, char *bytes, size_t size) {
  pn_delivery_t *const dlv = arrive(link);
  return dlv ? receive_thoroughly(dlv, bytes, size) : PN_STATE_ERR;
}

PNI_INLINE ssize_t receive_bytes(pn_link_t *link, char *bytes, size_t size) {
  pn_delivery_t *dlv = link->current;
  if (PNI_UNLIKELY(!dlv)) return receive_late(link, bytes, size);
  if (size > dlv->waiting) size = dlv->waiting; /* none of one that was aborted */
  if (PNI_UNLIKELY(size - 1 >= PNI_COPY_SMALL || !bytes || !pni_payload_in_block(&link->payload)))
    return receive_thoroughly(dlv, bytes, size);
  struct pni_payload *const payload = &link->payload;
  pni_copy_small(bytes, payload->block + payload->start, size);
  payload->start += size;
  dlv->waiting -= size;
  pn_session_t *const ssn = link->session;
  pni_session_count_taken(ssn, size);
  const bool done = (payload->start != payload->end || payload->held) && !pni_session_runs_low(ssn);
  return PNI_LIKELY(done) ? (ssize_t)size : look_after(link, size);
}
PNI_OWNED_FUNCTION(return, ssize_t, pn_link_recv, (pn_link_t * link, char *bytes, size_t size),
    (link, bytes, size), PNI_CONNECTION_OF_LINK(link), link, link && link->role == PNI_RECEIVES,
    receive_bytes(link, bytes, size), link && !link->sender ? receive_bytes(link, bytes, size) : PN_STATE_ERR)

static PNI_COLD bool advance_thoroughly(pn_link_t *link) {
  pn_delivery_t *const dlv = link->current ? link->current : arrive(link);
  if (!dlv) return false;
  pni_delivery_advance(dlv, pni_delivery_works(dlv));
  PNI_TOUCHED(&link->endpoint);
  return true;
}

PNI_INLINE bool advance(pn_link_t *link, bool sender, bool works) {
  pn_delivery_t *const dlv = link->current;
  if (PNI_UNLIKELY(!dlv || works)) return advance_thoroughly(link);
  if (sender && PNI_LIKELY(pni_endpoint_owes(&link->endpoint, PNI_DUE_TRANSFER)))
    pni_delivery_leave_current(dlv, true);
  else if (!sender && PNI_LIKELY(dlv->waiting == 0))
    pni_delivery_leave_current(dlv, false);
  else
    return advance_thoroughly(link);
  PNI_TOUCHED(&link->endpoint);
  return true;
}
PNI_OWNED_FUNCTION(return, bool, pn_link_advance, (pn_link_t * link), (link), PNI_CONNECTION_OF_LINK(link),
    link, link && link->role != PNI_UNUSUAL, advance(link, link->role == PNI_SENDS, false),
    link &&advance(link, link->sender, link->works))

int pn_link_unsettled(pn_link_t *link) { return (int)link->unsettled_count; }

/* Deliveries that are settled here but not yet told to the peer are still on the list. */
static pn_delivery_t *unsettled_from(pn_delivery_t *dlv) {
  while (dlv && dlv->locally_settled) dlv = dlv->next;
  return dlv;
}

pn_delivery_t *pn_unsettled_head(pn_link_t *link) {
  pni_link_arrive(link);
  return unsettled_from(link->unsettled);
}

pn_delivery_t *pn_unsettled_next(pn_delivery_t *dlv) {
  pni_link_arrive(dlv->link);
  return unsettled_from(dlv->next);
}
