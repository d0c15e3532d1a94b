/* arrivals.h: a run of transfers that has come, of which deliveries are made as the application gets to them. [2.7.5]
 *
 * The frames lie in the link's payload, behind what waits there. They are counted as the deliveries that they are, and one
 * entry in the collector stands for all their events. The next delivery is made when its event is taken, mostly in the block
 * that the one before has just left, and is mostly done with before the next one. So it is `afloat` at first: the link's current
 * one, but neither on its list nor, by its id, in a page. If it outlives its event it is grounded. Whoever wants to look at the
 * link in any other way has all of them made and grounded first. */
#ifndef BARYON_ENGINE_ARRIVALS_H
#define BARYON_ENGINE_ARRIVALS_H

#include "engine/delivery.h"

/* What the frames have in common, and where they are. It lies before them. */
struct pni_arrivals {
  const uint8_t *next;       /* frame; the others follow */
  pn_collector_t *collector; /* where the entry is; NULL if nobody collects */
  pn_delivery_t *afloat;     /* with the engine's reference; NULL if there is none */
  pni_serial id, end;        /* of the next delivery, and behind the last one */
  pni_delivery_form form;
  uint8_t tag_at, payload_at; /* from a frame's start */
  bool settled;
};

static inline uint32_t pni_arrivals_count(const struct pni_arrivals *arrivals) {
  return arrivals->end - arrivals->id;
}

/* Room for so many octets of frames behind what waits for the link, and for what is said of them; NULL without memory. */
struct pni_arrivals *pni_arrivals_reserve(pn_link_t *link, size_t size);

/* They are there, complete but for `collector`, and have been counted. */
void pni_arrivals_begin(pn_link_t *link, struct pni_arrivals *arrivals);

/* The entry at the collector's head is for arrivals: the next delivery, with a reference for its event. NULL, and nothing has
 * changed, if bytes wait that have not been read, or without memory. */
pn_delivery_t *pni_arrivals_next(pn_collector_t *collector);

/* Put the delivery that is afloat, if there is one, where it can be found. */
void pni_arrivals_ground(pn_link_t *link);
static inline void pni_session_ground(pn_session_t *ssn) {
  if (PNI_UNLIKELY(ssn->arriving != NULL)) pni_arrivals_ground(ssn->arriving);
}

/* How many octets of payload they have. */
size_t pni_arrivals_bytes(const pn_link_t *link);

/* Make deliveries of all that there are, each with an event in the place of the one entry. */
void pni_arrivals_make_all(pn_link_t *link);
static inline void pni_link_arrive(pn_link_t *link) {
  if (PNI_UNLIKELY(link->arrivals != NULL)) pni_arrivals_make_all(link);
}
static inline void pni_session_arrive(pn_session_t *ssn) {
  if (PNI_UNLIKELY(ssn->arriving != NULL)) pni_arrivals_make_all(ssn->arriving);
}

#endif
