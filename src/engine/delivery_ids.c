/* delivery_ids.c: unsettled deliveries by delivery-id.
 *
 * Invariant: a page in the directory has at least one slot used; `recent` is one of them or NULL. */
#include "engine/delivery_ids.h"
#include "base/pool.h"

#include <string.h>

static inline uint32_t page_of(pni_serial id) { return id >> PNI_PAGE_SHIFT; }
static inline unsigned slot_of(pni_serial id) { return id & (PNI_PAGE_SIZE - 1); }

static inline struct pni_delivery_page *find(struct pni_delivery_ids *ids, uint32_t number) {
  if (PNI_LIKELY(ids->recent && ids->recent->number == number)) return ids->recent;
  struct pni_delivery_page *page = pni_map_get(&ids->pages, number);
  if (page) ids->recent = page;
  return page;
}

pni_status pni_delivery_ids_put(struct pni_delivery_ids *ids, pni_serial id, pn_delivery_t *dlv) {
  struct pni_delivery_page *page = find(ids, page_of(id));
  if (!page) {
    page = pni_pool_take(sizeof *page);
    if (!page) return PNI_NO_MEMORY;
    page->used = 0;
    page->number = page_of(id);
    const pni_status status = pni_map_put(&ids->pages, page->number, page);
    if (status) {
      pni_pool_give(page, sizeof *page);
      return status;
    }
    ids->recent = page;
  }
  page->used |= (uint64_t)1 << slot_of(id);
  page->slots[slot_of(id)] = dlv;
  return PNI_OK;
}

pn_delivery_t *pni_delivery_ids_get(struct pni_delivery_ids *ids, pni_serial id) {
  struct pni_delivery_page *page = find(ids, page_of(id));
  return page && page->used >> slot_of(id) & 1 ? page->slots[slot_of(id)] : NULL;
}

void pni_delivery_ids_remove(struct pni_delivery_ids *ids, pni_serial id) {
  struct pni_delivery_page *page = find(ids, page_of(id));
  if (!page) return;
  page->used &= ~((uint64_t)1 << slot_of(id));
  if (page->used) return;
  if (ids->recent == page) ids->recent = NULL;
  pni_map_remove(&ids->pages, page->number);
  pni_pool_give(page, sizeof *page);
}

/* The first used slot of a page from `slot` on, or PNI_PAGE_SIZE. */
static unsigned used_from(const struct pni_delivery_page *page, unsigned slot) {
  const uint64_t rest = page->used & ~(uint64_t)0 << slot;
  return rest ? PNI_LOWEST_BIT(rest) : PNI_PAGE_SIZE;
}

/* The live page whose number comes first after `number`, within `pages` of it. First one number after the other; once
 * that has taken as many steps as the table has places, a look at all places is the shorter way. */
static struct pni_delivery_page *page_after(struct pni_delivery_ids *ids, uint32_t number, uint32_t pages) {
  const uint32_t mask = UINT32_MAX >> PNI_PAGE_SHIFT;
  if (ids->pages.count == 0) return NULL;
  const uint32_t near = pages < ids->pages.mask ? pages : ids->pages.mask;
  for (uint32_t ahead = 1; ahead <= near; ahead++) {
    struct pni_delivery_page *page = find(ids, (number + ahead) & mask);
    if (page) return page;
  }
  struct pni_delivery_page *nearest = NULL;
  uint32_t distance = pages + 1;
  for (uint32_t i = 0; near < pages && i <= ids->pages.mask; i++) {
    struct pni_delivery_page *page = pni_map_at(&ids->pages, i);
    const uint32_t ahead = page ? (page->number - number) & mask : 0;
    if (ahead > 0 && ahead < distance) {
      nearest = page;
      distance = ahead;
    }
  }
  return nearest;
}

pn_delivery_t *pni_delivery_ids_next(struct pni_delivery_ids *ids, pni_serial first, pni_serial last) {
  struct pni_delivery_page *page = find(ids, page_of(first));
  unsigned slot = page ? used_from(page, slot_of(first)) : PNI_PAGE_SIZE;
  if (slot == PNI_PAGE_SIZE) {
    const uint32_t mask = UINT32_MAX >> PNI_PAGE_SHIFT;
    page = page_after(ids, page_of(first), (page_of(last) - page_of(first)) & mask);
    if (!page) return NULL;
    slot = used_from(page, 0);
  }
  const pni_serial id = page->number << PNI_PAGE_SHIFT | slot;
  return pni_serial_distance(first, id) <= pni_serial_distance(first, last) ? page->slots[slot] : NULL;
}

void pni_delivery_ids_clear(struct pni_delivery_ids *ids) {
  for (uint32_t i = 0; i <= ids->pages.mask; i++) {
    pni_pool_give(pni_map_at(&ids->pages, i), sizeof(struct pni_delivery_page));
  }
  pni_map_clear(&ids->pages);
  ids->recent = NULL;
}
