/* current.c: a link's current delivery: what pn_link_send puts in, pn_link_recv takes out, and pn_link_advance leaves.
 *
 * A sender's current delivery is the first one that the application has not finished; a receiver's the first one that it
 * has not left. Credit counts here, at the advance; frames count in transfer.c. Runs in the connection's thread. */
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"

pn_delivery_t *pn_link_current(pn_link_t *link) { return link ? link->current : NULL; }

ssize_t pn_link_send(pn_link_t *link, const char *bytes, size_t size) {
  pn_delivery_t *dlv = pn_link_current(link);
  if (!dlv || !link->sender) return PN_EOS;
  if (!bytes || size == 0) return 0;
  if (PNI_UNLIKELY(dlv->aborted))
    return (ssize_t)size; /* its beginning was lost with a transport: nobody takes the rest */
  const pni_status status = pni_payload_put(&link->payload, bytes, size);
  if (status) return status;
  dlv->waiting += size;
  link->session->outgoing_bytes += size;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
  PNI_TOUCHED(&link->endpoint);
  return (ssize_t)size;
}

/* Take bytes of a receiver's delivery, or drop them. */
static size_t take(pn_delivery_t *dlv, char *bytes, size_t size) {
  if (size > dlv->waiting) size = dlv->waiting;
  if (size == 0) return 0;
  pni_payload_take(&dlv->link->payload, bytes, size);
  dlv->waiting -= size;
  pni_session_taken(dlv->link->session, size);
  return size;
}

ssize_t pn_link_recv(pn_link_t *link, char *bytes, size_t size) {
  pn_delivery_t *dlv = pn_link_current(link);
  if (!dlv || link->sender) return PN_STATE_ERR;
  if (dlv->aborted) return PN_ABORTED;
  const size_t taken = take(dlv, bytes, size);
  PNI_TOUCHED(&link->endpoint);
  if (taken > 0) return (ssize_t)taken;
  return dlv->done && dlv->waiting == 0 ? PN_EOS : 0;
}

static void advance_sender(pn_link_t *link, pn_delivery_t *dlv) {
  dlv->done = true;
  link->credit--;
  link->queued++;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
}

static void advance_receiver(pn_link_t *link, pn_delivery_t *dlv) {
  link->credit--;
  link->queued--;
  link->session->incoming_deliveries--;
  if (dlv->done) link->session->incoming_complete--;
  take(dlv, NULL, dlv->waiting);
}

bool pn_link_advance(pn_link_t *link) {
  pn_delivery_t *dlv = pn_link_current(link);
  if (!dlv) return false;
  dlv->advanced = true;
  if (link->sender)
    advance_sender(link, dlv);
  else
    advance_receiver(link, dlv);
  link->current = dlv->next;
  pni_delivery_work(dlv);
  if (link->current) pni_delivery_work(link->current);
  PNI_TOUCHED(&link->endpoint);
  return true;
}

int pn_link_unsettled(pn_link_t *link) { return (int)link->unsettled_count; }

/* Deliveries that are settled here but not yet told to the peer are still on the list. */
static pn_delivery_t *unsettled_from(pn_delivery_t *dlv) {
  while (dlv && dlv->locally_settled) dlv = dlv->next;
  return dlv;
}

pn_delivery_t *pn_unsettled_head(pn_link_t *link) { return unsettled_from(link->unsettled); }

pn_delivery_t *pn_unsettled_next(pn_delivery_t *dlv) { return unsettled_from(dlv->next); }
