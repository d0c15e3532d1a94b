/* walker.h: every value inside a value, one step at a time. [1.2]
 *
 * The one walk over encoded values: checking, the value tree, the printer and the fuzzers are its consumers. It keeps
 * its own stack, PNI_LIMIT_NESTING deep, so nesting costs no C stack; each step is checked before it is handed out.
 *
 *   struct pni_walker walker;
 *   pni_walk(&walker, reader);
 *   do { TRY(pni_walk_step(&walker, &step)); ... } while (pni_walk_more(&walker));
 */
#ifndef BARYON_WIRE_WALKER_H
#define BARYON_WIRE_WALKER_H

#include "base/status.h"
#include "wire/limits.h"
#include "wire/reader.h"
#include <stdbool.h>

enum pni_step_kind {
  PNI_STEP_SCALAR, /* value is a scalar */
  PNI_STEP_ENTER,  /* value is a list, map, array or described value: its items are the next steps */
  PNI_STEP_LEAVE   /* the items of the innermost value that was entered are done */
};

struct pni_step {
  enum pni_step_kind kind;
  struct pni_value value; /* of SCALAR and ENTER */
  uint8_t element;        /* ENTER of an array: the pn_type_t of its elements */
  bool described;         /* ENTER of an array: whether a descriptor comes first, before the elements */
};

enum pni_phase {
  PNI_PHASE_DESCRIPTOR,  /* an array's descriptor is the next step */
  PNI_PHASE_CONSTRUCTOR, /* the descriptor is done: the constructor is the next octet */
  PNI_PHASE_ITEMS
};

/* One value that has been entered and not yet left. */
struct pni_level {
  const uint8_t *outer; /* the reader's end outside of it */
  uint32_t left;        /* items still to come, an array's descriptor not counted */
  uint8_t phase;        /* enum pni_phase */
  uint8_t code;         /* array: the constructor that the elements share */
  bool array;
  bool bounded; /* has a size of its own: all but a described value */
};

struct pni_walker {
  struct pni_reader *reader;
  unsigned depth;
  struct pni_level levels[PNI_LIMIT_NESTING];
};

/* Begin at the value which the reader is at. */
void pni_walk(struct pni_walker *walker, struct pni_reader *reader);

/* Take the next step; a failure is described in the reader. */
PNI_NODISCARD pni_status pni_walk_step(struct pni_walker *walker, struct pni_step *step);

/* Whether the value goes on. */
static inline bool pni_walk_more(const struct pni_walker *walker) { return walker->depth > 0; }

/* After ENTER of a value with a size: go to its end, so that the next step is its LEAVE. */
void pni_walk_rest(struct pni_walker *walker);

/* Step over one whole value, checking all of it. */
PNI_NODISCARD pni_status pni_walk_over(struct pni_reader *reader);

#endif
