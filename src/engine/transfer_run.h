/* transfer_run.h: small messages, one behind the other, at the price of copying them. [2.7.5]
 *
 * Most deliveries go as one frame whose octets differ from those of the one before in the size, the delivery-id, the tag and
 * the payload alone. Such a run is written by copying the first one's octets and putting these in. */
#ifndef BARYON_ENGINE_TRANSFER_RUN_H
#define BARYON_ENGINE_TRANSFER_RUN_H

#include "engine/delivery.h"

/* Whether a delivery goes as one frame, if that is not too large, and its performative says nothing that is not in the
 * others' of its kind. */
static inline bool pni_delivery_plain(const pn_delivery_t *dlv) {
  return pni_delivery_is(dlv, PNI_DELIVERY_FLAGS(.done = true),
             PNI_DELIVERY_FLAGS(.begun = true, .aborted = true, .special = true)) &&
         dlv->local.type == 0;
}

/* A plain delivery of the link has just been written, as the last frame in the sink, which has `size` octets and the payload
 * among them; the link's next unsent one is plain, and of the same form. Write it and as many of those behind it as are
 * of that form, and may and can be sent, until more than `turn` octets are in the sink. */
void pni_transfer_run(pn_transport_t *transport, pn_link_t *link, size_t size, size_t payload, size_t turn);

/* A transfer frame lies between `frame` and `next`. Receive it and those behind it that are of its form, as whole deliveries of
 * one link; returns the place behind the last one. That is `frame` if it has to go the long way. */
const uint8_t *pni_transfers_received(pn_transport_t *transport, uint16_t channel, const uint8_t *frame,
    const uint8_t *next, const uint8_t *end);

#endif
