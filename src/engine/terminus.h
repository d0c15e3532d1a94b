/* terminus.h: pn_terminus_t: source, target or coordinator of a link. [3.5, 4.5.1] */
#ifndef BARYON_ENGINE_TERMINUS_H
#define BARYON_ENGINE_TERMINUS_H

#include "base/status.h"
#include "engine/tree.h"
#include <proton/terminus.h>

/* What few termini have; allocated when needed. */
struct pni_terminus_trees {
  struct pni_tree properties, capabilities, outcomes, filter;
  struct pni_tree default_outcome; /* kept for passing on */
};

struct pn_terminus_t {
  char *address;
  struct pni_terminus_trees *trees;
  pn_seconds_t timeout;
  uint8_t type : 2;              /* pn_terminus_type_t */
  uint8_t durability : 2;        /* pn_durability_t */
  uint8_t expiry_policy : 2;     /* pn_expiry_policy_t */
  uint8_t distribution_mode : 2; /* pn_distribution_mode_t */
  bool dynamic : 1;
  bool has_expiry_policy : 1;
};

void pni_terminus_init(pn_terminus_t *terminus, pn_terminus_type_t type);

/* Make it PN_UNSPECIFIED, without anything; a pn_data_t that somebody may know of stays. */
void pni_terminus_reset(pn_terminus_t *terminus);

/* Free what it holds. */
void pni_terminus_clear(pn_terminus_t *terminus);

/* Take over an encoded source, target or coordinator; null or empty bytes make it PN_UNSPECIFIED. What is wrong is
 * described in the fault of the reader. */
struct pni_reader;
PNI_NODISCARD pni_status pni_terminus_read(pn_terminus_t *terminus, struct pni_reader *reader);

/* Write it, null if its type is PN_UNSPECIFIED. */
void pni_terminus_write(pn_terminus_t *terminus, struct pni_writer *writer);

#endif
