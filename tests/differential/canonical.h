/* canonical.h: values and messages as text that is exact and has nothing to do with the library's own formatting: floats
 * by their bits, strings by their bytes, every count both as told and as walked. */
#ifndef DIFFERENTIAL_CANONICAL_H
#define DIFFERENTIAL_CANONICAL_H

#include "text.h"

#include <proton/codec.h>
#include <proton/message.h>

/** All values of a tree; rewinds it before and after. */
void canonical_data(struct text *text, pn_data_t *data);

/** The current value alone, without what is in it. */
void canonical_scalar(struct text *text, pn_data_t *data);

void canonical_atom(struct text *text, pn_atom_t atom);

/** Every getter and every tree of a message, one per line. */
void canonical_message(struct text *text, pn_message_t *message);

#endif
