/* delivery_ids.c: unsettled deliveries by delivery-id.
 *
 * Invariant: a page in the directory has at least one slot used; `recent` is one of them or NULL. */
#include "engine/delivery_ids.h"
#include "base/pool.h"

#include <string.h>

struct pni_delivery_page *pni_delivery_ids_find(struct pni_delivery_ids *ids, uint32_t number) {
  struct pni_delivery_page *page = pni_map_get(&ids->pages, number);
  if (page) ids->recent = page;
  return page;
}

struct pni_delivery_page *pni_delivery_ids_make(struct pni_delivery_ids *ids, uint32_t number) {
  struct pni_delivery_page *page = pni_delivery_ids_find(ids, number);
  if (page) return page;
  page = pni_pool_take(sizeof *page);
  if (!page) return NULL;
  page->used = 0;
  page->number = number;
  if (pni_map_put(&ids->pages, number, page)) {
    pni_pool_give(page, sizeof *page);
    return NULL;
  }
  return ids->recent = page;
}

void pni_delivery_ids_drop(struct pni_delivery_ids *ids, struct pni_delivery_page *page) {
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
    struct pni_delivery_page *page = pni_delivery_ids_find(ids, (number + ahead) & mask);
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

pn_delivery_t *pni_delivery_ids_search(struct pni_delivery_ids *ids, pni_serial first, pni_serial last) {
  struct pni_delivery_page *page = pni_delivery_ids_page(ids, first);
  unsigned slot = page ? used_from(page, pni_slot_of(first)) : PNI_PAGE_SIZE;
  if (slot == PNI_PAGE_SIZE) {
    const uint32_t mask = UINT32_MAX >> PNI_PAGE_SHIFT;
    page = page_after(ids, pni_page_of(first), (pni_page_of(last) - pni_page_of(first)) & mask);
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
