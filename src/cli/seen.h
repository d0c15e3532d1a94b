/* seen.h: the message-ids of the messages that came last. */
#ifndef BARYON_CLI_SEEN_H
#define BARYON_CLI_SEEN_H

#include <proton/codec.h>
#include <stdbool.h>

enum { SEEN_MOST = 65536 }; /* how many are remembered */

struct seen;

/** @return NULL without memory */
struct seen *seen_begin(void);

/** Whether an id is among them; and from now on it is.
 *
 *  @param id          a tree with one value; empty: there is no id
 *  @param generation  the present one; set to the one in which the id came first, if it was among them
 *  @return            1: it was; 0: it was not; -1: there is no id, or no memory */
int seen_add(struct seen *seen, pn_data_t *id, unsigned *generation);

void seen_end(struct seen *seen);

#endif
