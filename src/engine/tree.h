/* tree.h: a value that is kept as it was encoded until somebody asks for it as pn_data_t. */
#ifndef BARYON_ENGINE_TREE_H
#define BARYON_ENGINE_TREE_H

#include "base/status.h"
#include "wire/writer.h"
#include <proton/codec.h>

struct pni_tree {
  pn_data_t *data; /* made when asked for; then the bytes are gone */
  char *encoded;   /* or NULL */
  uint32_t size;
};

/* Keep a copy of an encoded value, instead of what was there. Empty bytes: nothing. */
PNI_NODISCARD pni_status pni_tree_keep(struct pni_tree *tree, pn_bytes_t encoded);

/* The value as a tree, rewound when it is made here; NULL without memory. */
pn_data_t *pni_tree_data(struct pni_tree *tree);

/* Whether there is nothing in it. */
bool pni_tree_empty(struct pni_tree *tree);

/* Write it: its bytes, or its first value; nothing if it is empty. */
void pni_tree_write(struct pni_tree *tree, struct pni_writer *writer);

/* Write it as a field of type SYMBOLS: an array of one is written as its element, an empty one as nothing; false then. */
bool pni_tree_write_symbols(struct pni_tree *tree, struct pni_writer *writer);

PNI_NODISCARD pni_status pni_tree_copy(struct pni_tree *to, struct pni_tree *from);
void pni_tree_clear(struct pni_tree *tree);

#endif
