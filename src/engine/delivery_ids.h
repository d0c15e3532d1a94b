/* delivery_ids.h: unsettled deliveries by delivery-id: pages of 64 behind a sparse directory.
 *
 * Ids are consecutive, so a page fills and empties as one; an empty page goes back, so memory follows the live deliveries
 * even while one old one stays. Finding is arithmetic: page, slot. */
#ifndef BARYON_ENGINE_DELIVERY_IDS_H
#define BARYON_ENGINE_DELIVERY_IDS_H

#include "engine/map.h"
#include "engine/serial.h"
#include <proton/types.h>

enum { PNI_PAGE_SHIFT = 6, PNI_PAGE_SIZE = 1 << PNI_PAGE_SHIFT };

struct pni_delivery_page {
  uint64_t used;   /* a bit for each slot that holds a delivery */
  uint32_t number; /* id >> PNI_PAGE_SHIFT of all that is in it */
  pn_delivery_t *slots[PNI_PAGE_SIZE];
};

struct pni_delivery_ids {
  struct pni_map pages;
  struct pni_delivery_page *recent; /* the page used last, or NULL */
  pni_serial next;                  /* the id of the next delivery */
  bool begun;                       /* incoming: the first id has been seen; the peer chooses it */
};

PNI_NODISCARD pni_status pni_delivery_ids_put(
    struct pni_delivery_ids *ids, pni_serial id, pn_delivery_t *dlv);
pn_delivery_t *pni_delivery_ids_get(struct pni_delivery_ids *ids, pni_serial id);
void pni_delivery_ids_remove(struct pni_delivery_ids *ids, pni_serial id);

/* The first live delivery from `first` to `last` in serial order, or NULL. Costs by live pages, not by the range: a
 * range of a billion ids over a handful of deliveries is a handful of steps. */
pn_delivery_t *pni_delivery_ids_next(struct pni_delivery_ids *ids, pni_serial first, pni_serial last);

/* Free the pages; the deliveries are not looked at. */
void pni_delivery_ids_clear(struct pni_delivery_ids *ids);

#endif
