/* condition.h: pn_condition_t: why an endpoint or a transport ended. [2.8.14, 2.8.15] */
#ifndef BARYON_ENGINE_CONDITION_H
#define BARYON_ENGINE_CONDITION_H

#include "base/status.h"
#include "engine/tree.h"
#include <proton/condition.h>

/* What few conditions have; allocated when needed. */
struct pni_condition_detail {
  char *description; /* or NULL */
  struct pni_tree info;
};

struct pn_condition_t {
  char *name; /* NULL: not set */
  struct pni_condition_detail *detail;
};

/* Take over an encoded error (pni_ERROR of a performative, already checked); empty bytes clear the condition. */
PNI_NODISCARD pni_status pni_condition_read(pn_condition_t *condition, pn_bytes_t error);

/* Write it as the standard's error; only if it is set. */
void pni_condition_write(pn_condition_t *condition, struct pni_writer *writer);

/* Free what it holds, its place stays. */
void pni_condition_clear(pn_condition_t *condition);

#endif
