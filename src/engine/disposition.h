/* disposition.h: pn_disposition_t: one side's state of a delivery. [3.4, 4.5.5, 4.5.6] */
#ifndef BARYON_ENGINE_DISPOSITION_H
#define BARYON_ENGINE_DISPOSITION_H

#include "engine/condition.h"
#include <proton/disposition.h>

/* What states beyond accepted and released carry; allocated when needed. */
struct pni_disposition_detail;

struct pn_disposition_t {
  uint64_t type; /* the descriptor's code, 0: none */
  struct pni_disposition_detail *detail;
};

void pni_disposition_clear(pn_disposition_t *disposition);

/* Free what it carries. The type stays. */
void pni_disposition_drop_detail(pn_disposition_t *disposition);

/* What pn_delivery_update does: the same state keeps what it carries, and so does one whose part was handed out to be filled;
 * another one starts without. What is not the standard's is custom. */
void pni_disposition_become(pn_disposition_t *disposition, uint64_t type);

/* Take over an encoded delivery-state; empty bytes leave the state as it was. What is wrong is described in the fault of the
 * reader. */
struct pni_reader;
PNI_NODISCARD pni_status pni_disposition_read(pn_disposition_t *disposition, struct pni_reader *reader);

/* The type of an encoded state that is its type and nothing else, as it is mostly encoded: accepted or released. 0 for any
 * other. */
uint64_t pni_disposition_plain_type(pn_bytes_t state);

/* What reading that does. */
static inline void pni_disposition_be_plain(pn_disposition_t *disposition, uint64_t type) {
  if (PNI_UNLIKELY(disposition->detail != NULL)) pni_disposition_drop_detail(disposition);
  disposition->type = type;
}

/* Write the state; nothing if it is 0. */
void pni_disposition_write(pn_disposition_t *disposition, struct pni_writer *writer);

/* Whether the state is its type and nothing else, so that a run of equal ones can leave as one frame. */
static inline bool pni_disposition_plain(const pn_disposition_t *disposition) {
  return disposition->detail == NULL;
}

#endif
