/* frame_text.h: AMQP octets as text, the same whatever library wrote them: fields by name, nulls and default values left
 * out. Values are decoded with pn_data_decode of the library that is linked. */
#ifndef DIFFERENTIAL_ENGINE_FRAME_TEXT_H
#define DIFFERENTIAL_ENGINE_FRAME_TEXT_H

#include "../text.h"

#include <proton/codec.h>

/** One direction of a connection: octets in pieces of any size come out as lines. Zero-initialised at the start. */
struct frame_text {
  char *octets;
  size_t size, capacity;
};

typedef void frame_line_fn(void *context, const char *line);

/** Add octets; `line` is called with each protocol header and each frame that is complete. */
void frame_text_feed(
    struct frame_text *text, const char *octets, size_t size, frame_line_fn *line, void *context);

/** The number of octets of an incomplete frame that are held. */
size_t frame_text_held(const struct frame_text *text);

void frame_text_free(struct frame_text *text);

/** A value at the tree's cursor, and all that is in it. */
void value_text(struct text *text, pn_data_t *data);

/** All values of a tree, which is rewound before and after. */
void tree_text(struct text *text, pn_data_t *data);

/** Octets: as they are between quotes when all can be printed, else in hexadecimal; of long ones a hash. */
void octets_text(struct text *text, const char *octets, size_t size);

#endif
