/* tree.h: what has to hold for every value tree, through the public API. */
#ifndef BARYON_FUZZ_TREE_H
#define BARYON_FUZZ_TREE_H

#include <proton/codec.h>

/* Go through a tree that came out of a decoder, encode, decode, format, copy and append it; aborts if something does not
 * fit together. The tree holds what it held; its place is somewhere else. */
void tree_check(pn_data_t *tree);

/* Whether two trees hold the same values, whatever places they are at; both are at the start then. */
bool tree_equal(pn_data_t *one, pn_data_t *other);

#endif
