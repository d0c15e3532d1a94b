/* generate.h: values and messages from a seed. The same seed gives the same ones with every library and on every machine;
 * only the public API is used to build them. */
#ifndef DIFFERENTIAL_GENERATE_H
#define DIFFERENTIAL_GENERATE_H

#include <proton/codec.h>
#include <proton/message.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
  uint64_t state;
};

uint64_t random_next(struct random *random);
uint32_t random_below(struct random *random, uint32_t limit); /* 0 <= result < limit */
bool random_chance(struct random *random, uint32_t percent);

/** How many values of a scalar type are worth a test of their own: its boundaries, lengths, special numbers. */
unsigned generate_variants(pn_type_t type);

/** Put one of them; 0 if all is well, like pn_data_put_*. */
int generate_scalar(pn_data_t *data, pn_type_t type, unsigned variant);

/** A random scalar, never longer than some hundred bytes. */
int generate_any_scalar(struct random *random, pn_data_t *data);

/** A random value: scalar, list, map, array or described, with at most about `budget` nodes and `depth` levels. */
int generate_any(struct random *random, pn_data_t *data, int depth, int *budget);

/** The number of values that are not random: every scalar, every array, every size at which an encoding changes. */
unsigned generate_fixed_count(void);

/** Put one value into an empty tree: the fixed one of that index or, beyond them, a random one. */
int generate_value(struct random *random, pn_data_t *data, unsigned index);

/** Fill a cleared message: fixed ones first (each setter alone, each kind of body), then random ones. */
int generate_message(struct random *random, pn_message_t *message, unsigned index);

/** UTF-8 or ASCII text of exactly so many bytes. Valid until the next call. */
pn_bytes_t generate_text(size_t size, bool ascii);

#endif
