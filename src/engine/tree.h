/* tree.h: a value that is kept as it was encoded until somebody asks for it as pn_data_t. From then on the application may
 * know that object, which therefore stays the same as long as the tree's owner lives. */
#ifndef BARYON_ENGINE_TREE_H
#define BARYON_ENGINE_TREE_H

#include "base/status.h"
#include "wire/writer.h"
#include <proton/codec.h>

struct pni_tree {
  union {
    char *encoded;   /* size > 0 */
    pn_data_t *data; /* size == 0: made when asked for; or NULL */
  };
  uint32_t size;
};

/* Keep a copy of an encoded value, which has been checked, instead of what was there. Empty bytes: nothing. Without memory
 * the tree is empty. */
PNI_NODISCARD pni_status pni_tree_keep(struct pni_tree *tree, pn_bytes_t encoded);

static inline pn_data_t *pni_tree_made(const struct pni_tree *tree) {
  return tree->size == 0 ? tree->data : NULL;
}

/* The value as a tree, rewound when it is made here. NULL when there is no memory for a tree; a value that does not fit into
 * one leaves it empty, with its error set. */
pn_data_t *pni_tree_data(struct pni_tree *tree);

/* Whether there is nothing in it. */
bool pni_tree_empty(const struct pni_tree *tree);

/* Whether whoever asked for the tree has changed it since it was kept here. */
bool pni_tree_changed(const struct pni_tree *tree);

/* Write it: its bytes, or its first value; nothing if it is empty, or cannot be encoded. Here and wherever a tree is part of
 * what is written, a writer without enough room may count more than is needed. */
void pni_tree_write(struct pni_tree *tree, struct pni_writer *writer);

/* Write it as a field of type SYMBOLS: an array of one is written as its element, an empty one as nothing; false then. */
bool pni_tree_write_symbols(struct pni_tree *tree, struct pni_writer *writer);

/* A composite takes the values of its fields as encoded bytes, so these are written first, one behind the other; each of
 * these functions says where one lies. The composite is written behind them, and pni_write_over moves it to where the
 * first of them began. */
pn_bytes_t pni_tree_put(struct pni_tree *tree, struct pni_writer *writer);
pn_bytes_t pni_tree_put_symbols(struct pni_tree *tree, struct pni_writer *writer);
void pni_write_over(struct pni_writer *writer, size_t at, size_t from);

/* What has been written since the writer's size was `at`; absent if nothing was. */
pn_bytes_t pni_written(const struct pni_writer *writer, size_t at);

/* Make a tree equal to another. Without memory it is empty. */
PNI_NODISCARD pni_status pni_tree_copy(struct pni_tree *to, struct pni_tree *from);

/* Make it empty; a pn_data_t that somebody may know of stays. */
void pni_tree_empty_out(struct pni_tree *tree);

/* Free what it holds. */
void pni_tree_clear(struct pni_tree *tree);

#endif
