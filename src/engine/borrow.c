/* borrow.c: <baryon/link.h>: payload sent from where it lies, and read where it has arrived.
 *
 * The counterparts of pn_link_send and pn_link_recv in current.c, with the same rules. Runs in the connection's thread. */
#include "base/pool.h"
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/delivery.h"
#include "engine/link.h"
#include "engine/owner.h"
#include "engine/session.h"

#include <baryon/link.h>
#include <proton/error.h>
#include <string.h>

ssize_t pn_link_send_shared(pn_link_t *link, pn_shared_bytes_t *bytes, size_t offset, size_t size) {
  PNI_OWNED_LINK(link);
  pn_delivery_t *dlv = link ? link->current : NULL;
  if (!dlv || !link->sender) return PN_EOS;
  if (!bytes || offset > bytes->size) return PN_ARG_ERR;
  if (size > bytes->size - offset) size = bytes->size - offset;
  if (size < PNI_SEGMENT_LEAST || dlv->aborted) return pn_link_send(link, bytes->start + offset, size);
  if (pni_payload_share(&link->payload, bytes, bytes->start + offset, size)) return PN_OUT_OF_MEMORY;
  dlv->waiting += size;
  link->session->outgoing_bytes += size;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
  PNI_TOUCHED(&link->endpoint);
  return (ssize_t)size;
}

/* Whether the delivery's bytes are its link's first, to be read. */
static bool readable(const pn_delivery_t *dlv) {
  return dlv && !dlv->link->sender && dlv->link->current == dlv && dlv->waiting > 0;
}

size_t pn_delivery_borrow(pn_delivery_t *dlv, pn_bytes_t *pieces, size_t max) {
  PNI_OWNED_DELIVERY(dlv);
  return readable(dlv) ? pni_payload_pieces(&dlv->link->payload, dlv->waiting, pieces, max) : 0;
}

/* So much has left the payload. */
static void taken(pn_delivery_t *dlv, size_t size) {
  dlv->waiting -= size;
  pni_session_taken(dlv->link->session, size);
  PNI_TOUCHED(&dlv->link->endpoint);
}

size_t pn_delivery_consume(pn_delivery_t *dlv, size_t size) {
  PNI_OWNED_DELIVERY(dlv);
  if (!readable(dlv)) return 0;
  if (size > dlv->waiting) size = dlv->waiting;
  pni_payload_take(&dlv->link->payload, NULL, size);
  taken(dlv, size);
  return size;
}

/* A few bytes are copied, so that they do not keep a block for others as well. */
static pn_shared_bytes_t *take_few(struct pni_payload *payload, size_t size) {
  char *block = pni_pool_take(size);
  if (!block) return NULL;
  pn_shared_bytes_t *shared = pni_shared_block(block, size);
  if (shared)
    pni_payload_take(payload, block, size);
  else
    pni_pool_give(block, size);
  return shared;
}

static pn_shared_bytes_t *take_much(struct pni_payload *payload, size_t size, const char **start) {
  struct pni_segments segments;
  if (pni_payload_move(payload, size, &segments)) return NULL;
  pn_shared_bytes_t *shared = segments.first->shared;
  *start = segments.first->start;
  pn_shared_bytes_incref(shared);
  pni_segments_clear(&segments);
  return shared;
}

pn_shared_bytes_t *pn_delivery_take(pn_delivery_t *dlv, pn_bytes_t *piece) {
  PNI_OWNED_DELIVERY(dlv);
  pn_bytes_t first;
  if (!readable(dlv)) return NULL;
  pni_link_arrive(dlv->link); /* the block may be what is taken */
  if (pn_delivery_borrow(dlv, &first, 1) == 0) return NULL;
  struct pni_payload *payload = &dlv->link->payload;
  const bool few = first.size < PNI_SEGMENT_LEAST;
  pn_shared_bytes_t *shared =
      few ? take_few(payload, first.size) : take_much(payload, first.size, &first.start);
  if (!shared) return NULL;
  *piece = few ? pn_shared_bytes_all(shared) : first;
  if (few) piece->size = first.size;
  taken(dlv, first.size);
  return shared;
}
