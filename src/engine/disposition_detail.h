/* disposition_detail.h: what belongs to a delivery's state beyond its type. Private to disposition.c and delivery_state.c. */
#ifndef BARYON_ENGINE_DISPOSITION_DETAIL_H
#define BARYON_ENGINE_DISPOSITION_DETAIL_H

#include "engine/disposition.h"

enum { PNI_TRANSACTION_ID_MAX = 32 }; /* [4.5.4] */

struct pni_disposition_detail {
  uint64_t filling;        /* the type of a part that was handed out while the state was another; else 0 */
  uint64_t section_offset; /* received */
  uint32_t section_number;
  bool failed, undeliverable; /* modified */
  bool custom;
  uint8_t id_size; /* declared, transactional */
  char id[PNI_TRANSACTION_ID_MAX];
  uint64_t outcome_type;       /* transactional */
  pn_condition_t condition;    /* rejected */
  struct pni_tree annotations; /* modified */
  struct pni_tree outcome;     /* transactional: as it came */
  struct pni_tree raw;         /* custom; else what the list would be, for who looks */
};

/* The detail, made if there is none; NULL without memory. */
struct pni_disposition_detail *pni_disposition_detail(pn_disposition_t *disposition);

/* What the standard defines as a delivery-state. */
static inline bool pni_disposition_standard(uint64_t type) {
  return (type >= PN_RECEIVED && type <= PN_MODIFIED) || type == PN_DECLARED ||
         type == PN_TRANSACTIONAL_STATE;
}

/* Whether the state is its type and a list: it came as that, is to be looked at as that, or somebody has changed the list. */
static inline bool pni_disposition_custom(const pn_disposition_t *disposition) {
  const struct pni_disposition_detail *detail = disposition->detail;
  return detail && (detail->custom || pni_tree_changed(&detail->raw));
}

#endif
