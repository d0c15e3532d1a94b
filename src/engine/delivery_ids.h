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

static inline uint32_t pni_page_of(pni_serial id) { return id >> PNI_PAGE_SHIFT; }
static inline unsigned pni_slot_of(pni_serial id) { return id & (PNI_PAGE_SIZE - 1); }

/* The page with that number, from the map; NULL if there is none. It is the recent one then. */
struct pni_delivery_page *pni_delivery_ids_find(struct pni_delivery_ids *ids, uint32_t number);

static inline struct pni_delivery_page *pni_delivery_ids_page(struct pni_delivery_ids *ids, pni_serial id) {
  if (PNI_LIKELY(ids->recent && ids->recent->number == pni_page_of(id))) return ids->recent;
  return pni_delivery_ids_find(ids, pni_page_of(id));
}

/* The same, made if there is none; NULL without memory. */
struct pni_delivery_page *pni_delivery_ids_make(struct pni_delivery_ids *ids, uint32_t number);

/* An empty page goes. */
void pni_delivery_ids_drop(struct pni_delivery_ids *ids, struct pni_delivery_page *page);

/* Enter an id of the page. */
static inline void pni_delivery_page_put(struct pni_delivery_page *page, pni_serial id, pn_delivery_t *dlv) {
  page->used |= (uint64_t)1 << pni_slot_of(id);
  page->slots[pni_slot_of(id)] = dlv;
}

PNI_NODISCARD static inline pni_status pni_delivery_ids_put(
    struct pni_delivery_ids *ids, pni_serial id, pn_delivery_t *dlv) {
  struct pni_delivery_page *page = ids->recent;
  if (PNI_UNLIKELY(!page || page->number != pni_page_of(id))) {
    page = pni_delivery_ids_make(ids, pni_page_of(id));
    if (!page) return PNI_NO_MEMORY;
  }
  pni_delivery_page_put(page, id, dlv);
  return PNI_OK;
}

static inline pn_delivery_t *pni_delivery_ids_get(struct pni_delivery_ids *ids, pni_serial id) {
  struct pni_delivery_page *page = pni_delivery_ids_page(ids, id);
  return page && page->used >> pni_slot_of(id) & 1 ? page->slots[pni_slot_of(id)] : NULL;
}

static inline void pni_delivery_ids_remove(struct pni_delivery_ids *ids, pni_serial id) {
  struct pni_delivery_page *page = pni_delivery_ids_page(ids, id);
  if (!page) return;
  page->used &= ~((uint64_t)1 << pni_slot_of(id));
  if (PNI_UNLIKELY(page->used == 0)) pni_delivery_ids_drop(ids, page);
}

/* The first live delivery from `first` to `last` in serial order, or NULL. Costs by live pages, not by the range: a
 * range of a billion ids over a handful of deliveries is a handful of steps. */
pn_delivery_t *pni_delivery_ids_search(struct pni_delivery_ids *ids, pni_serial first, pni_serial last);
static inline pn_delivery_t *pni_delivery_ids_next(
    struct pni_delivery_ids *ids, pni_serial first, pni_serial last) {
  const struct pni_delivery_page *const page = ids->recent;
  const unsigned slot = pni_slot_of(first);
  const uint64_t rest = page && page->number == pni_page_of(first) ? page->used >> slot : 0;
  if (PNI_UNLIKELY(rest == 0)) return pni_delivery_ids_search(ids, first, last);
  const unsigned ahead = PNI_LOWEST_BIT(rest);
  return (int32_t)ahead <= pni_serial_distance(first, last) ? page->slots[slot + ahead] : NULL;
}

/* Free the pages; the deliveries are not looked at. */
void pni_delivery_ids_clear(struct pni_delivery_ids *ids);

#endif
