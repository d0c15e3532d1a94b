/* annotations.h: the message annotations of a message that is given again, with what outcomes "modified" have put there. [3.4.5] */
#ifndef BARYON_CLI_BROKER_ANNOTATIONS_H
#define BARYON_CLI_BROKER_ANNOTATIONS_H

#include <proton/codec.h>
#include <stddef.h>

enum { ANNOTATIONS_MOST = 4096 }; /* octets; what would make them larger is left out */

/* A section that stands in the place of `skipped` octets of the message, or between two of them. */
struct annotations {
  size_t at, skipped;
  size_t size;
  char bytes[];
};

/** The annotations of a message, combined with a change: its keys replace those that are there, or come in addition.
 *
 *  @param before   what an earlier change made; NULL: the message has those that it came with
 *  @param message  its octets, of which `header` are the header section
 *  @param change   a map
 *  @return         to be freed, in place of `before`; NULL: there is nothing to change, they would be too large, the message is
 *                  not what it should be, or there is no memory */
struct annotations *annotations_combine(
    const struct annotations *before, pn_bytes_t message, size_t header, pn_data_t *change);

#endif
