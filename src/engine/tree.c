/* tree.c: a value kept as its encoding, or as a pn_data_t once somebody has asked for that.
 *
 * What is encoded was checked when it came. */
#include "engine/tree.h"
#include "data/data.h"
#include "wire/walker.h"

#include <stdlib.h>

/* Fill the application's tree from an encoding. */
static pni_status fill(pn_data_t *data, const char *encoded, size_t size) {
  struct pni_reader reader = pni_reader(encoded, size);
  pn_data_clear(data);
  const pni_status status = pni_data_read(data, &reader);
  pn_data_rewind(data);
  pni_data_mark_unchanged(data);
  return status;
}

pni_status pni_tree_keep(struct pni_tree *tree, pn_bytes_t encoded) {
  pni_tree_empty_out(tree);
  if (encoded.size == 0) return PNI_OK;
  if (tree->data) return fill(tree->data, encoded.start, encoded.size);
  if (encoded.size > UINT32_MAX) return PNI_NO_MEMORY;
  char *copy = malloc(encoded.size);
  if (!copy) return PNI_NO_MEMORY;
  memcpy(copy, encoded.start, encoded.size);
  tree->encoded = copy;
  tree->size = (uint32_t)encoded.size;
  return PNI_OK;
}

pn_data_t *pni_tree_data(struct pni_tree *tree) {
  if (pni_tree_made(tree)) return tree->data;
  pn_data_t *data = pn_data(0);
  if (!data) return NULL;
  if (tree->size > 0) {
    /* A value that is too large for a tree leaves its error in it. */
    const pni_status status = fill(data, tree->encoded, tree->size);
    (void)status;
    free(tree->encoded);
    tree->size = 0;
  }
  tree->data = data;
  return data;
}

bool pni_tree_empty(const struct pni_tree *tree) {
  return tree->size == 0 && (!tree->data || pn_data_size(tree->data) == 0);
}

bool pni_tree_changed(const struct pni_tree *tree) {
  const pn_data_t *data = pni_tree_made(tree);
  return data && pni_data_changed(data);
}

/* Leave out what was written beyond the first value. */
static void keep_first(struct pni_writer *writer, size_t at) {
  if (!pni_writer_fits(writer) || writer->size == at) return;
  struct pni_reader reader = pni_reader(writer->start + at, writer->size - at);
  if (pni_walk_over(&reader) == PNI_OK) writer->size = (size_t)(reader.pos - writer->start);
}

void pni_tree_write(struct pni_tree *tree, struct pni_writer *writer) {
  const size_t at = writer->size;
  if (tree->size > 0) pni_write_raw(writer, tree->encoded, tree->size);
  if (!pni_tree_made(tree)) return;
  if (pni_data_write(tree->data, writer) == PNI_OK)
    keep_first(writer, at);
  else
    writer->size = at;
}

bool pni_tree_write_symbols(struct pni_tree *tree, struct pni_writer *writer) {
  const size_t at = writer->size;
  pni_tree_write(tree, writer);
  if (writer->size == at) return false;
  if (!pni_writer_fits(writer)) return true;
  struct pni_reader reader = pni_reader(writer->start + at, writer->size - at);
  struct pni_value value;
  if (pni_read_head(&reader, &value) || value.type != PN_ARRAY || value.count > 1) return true;
  if (value.count == 0) {
    writer->size = at;
    return false;
  }
  /* Constructor and payload of the only element, which are a value by themselves. */
  memmove(writer->start + at, value.body, value.size);
  writer->size = at + value.size;
  return true;
}

pn_bytes_t pni_written(const struct pni_writer *writer, size_t at) {
  if (writer->size == at) return pn_bytes(0, NULL);
  return pn_bytes(writer->size - at, pni_writer_fits(writer) ? (const char *)writer->start + at : NULL);
}

pn_bytes_t pni_tree_put(struct pni_tree *tree, struct pni_writer *writer) {
  const size_t at = writer->size;
  pni_tree_write(tree, writer);
  return pni_written(writer, at);
}

pn_bytes_t pni_tree_put_symbols(struct pni_tree *tree, struct pni_writer *writer) {
  const size_t at = writer->size;
  const bool any = pni_tree_write_symbols(tree, writer);
  return any ? pni_written(writer, at) : pn_bytes(0, NULL);
}

void pni_write_over(struct pni_writer *writer, size_t at, size_t from) {
  if (at == from || !pni_writer_fits(writer)) return;
  memmove(writer->start + at, writer->start + from, writer->size - from);
  writer->size -= from - at;
}

pni_status pni_tree_copy(struct pni_tree *to, struct pni_tree *from) {
  if (to == from) return PNI_OK;
  if (from->size > 0) return pni_tree_keep(to, pn_bytes(from->size, from->encoded));
  if (pni_tree_empty(from)) {
    pni_tree_empty_out(to);
    return PNI_OK;
  }
  pn_data_t *data = pni_tree_data(to);
  if (!data || pn_data_copy(data, from->data)) {
    pni_tree_empty_out(to);
    return PNI_NO_MEMORY;
  }
  return PNI_OK;
}

void pni_tree_empty_out(struct pni_tree *tree) {
  if (tree->size > 0) {
    free(tree->encoded);
    *tree = (struct pni_tree){.data = NULL};
  } else if (tree->data) {
    pn_data_clear(tree->data);
    pni_data_mark_unchanged(tree->data);
  }
}

void pni_tree_clear(struct pni_tree *tree) {
  if (tree->size > 0)
    free(tree->encoded);
  else
    pn_data_free(tree->data);
  *tree = (struct pni_tree){.data = NULL};
}
