/* node.h: how a tree of values lies in memory. Private to this folder.
 *
 * Nodes are numbered and lie in one array; slot 0 is the root, whose children are the tree's outermost values, so that
 * no function needs a case for "outside of everything". As the number of another node 0 means none; as a parent it means
 * the root. Bytes of strings and the like lie in a second array, each followed by a NUL for whoever looks with a debugger.
 * Both arrays only grow; numbers and offsets survive that, addresses do not.
 *
 * Invariants: next and prev of neighbours point at each other; parent.first has no prev; parent.count is the number of
 * children; the parent of a node is reached from the root, unless `orphans` is set. Nodes that were overwritten or whose
 * parent was are not reused until the tree is cleared. */
#ifndef BARYON_DATA_NODE_H
#define BARYON_DATA_NODE_H

#include "base/class.h"
#include "base/error.h"
#include "base/memory.h"
#include "data/data.h"
#include "wire/limits.h"
#include <string.h>

union pni_node_value {
  uint64_t
      bits; /* a scalar of up to 64 bits, zero- or sign-extended by its type; a float's or double's own bits */
  struct {
    uint32_t offset; /* in the tree's bytes; of decimal128 and uuid as well */
    uint32_t size;
  } bytes;
  struct {
    uint16_t first;    /* child */
    uint16_t count;    /* of children, an array's descriptor among them */
    uint32_t position; /* for a walk that writes the tree; of no meaning outside of it */
  } items;
};

enum { PNI_DESCRIBED_ARRAY = 0x80 };

struct pni_node {
  union pni_node_value value;
  uint8_t type;    /* pn_type_t; 0 of the root */
  uint8_t element; /* of an array: the type of its elements, and PNI_DESCRIBED_ARRAY if it has a descriptor */
  uint16_t next;
  uint16_t parent;
  uint16_t prev;
};
_Static_assert(sizeof(struct pni_node) == 16, "a node is 16 bytes");
_Static_assert(PNI_LIMIT_DATA_NODES <= UINT16_MAX, "nodes are numbered in 16 bits");

/* The most bytes: the encoder's 32-bit positions have to be enough for them and all constructors. */
#define PNI_DATA_BYTES_MAX (UINT32_MAX - 16u * (PNI_LIMIT_DATA_NODES + 1u))

struct pn_data_t {
  struct pni_node *nodes;
  char *bytes;
  uint32_t node_count; /* slots in use, the root's among them */
  uint32_t node_end;   /* slots that may be used without asking */
  uint32_t bytes_size; /* in use, NULs among them */
  uint32_t bytes_end;  /* that may be used without asking; 0 if there is a limit, which has to be asked for */
  uint32_t content_size; /* bytes without the NULs; counted only as long as there is a limit for them */
  uint32_t content_limit;
  uint16_t parent; /* the place */
  uint16_t current;
  bool changed;
  bool orphans;         /* nodes may be in use that are no longer reached from the root */
  uint16_t base_parent; /* where pn_data_rewind goes to */
  uint16_t base_current;
  uint32_t node_limit; /* slots, the root's among them */
  size_t node_capacity;
  size_t bytes_capacity;
  struct pni_deferral
      *deferral; /* not NULL: the values are still to come, and there is room for none before */
  struct pn_error_t error;
};

/* Note an error, with a text as of printf; returns status. */
PNI_COLD pni_status pni_data_fail(pn_data_t *data, pni_status status, const char *format, ...)
    PNI_PRINTF(3, 4);

/* Make room for `size` more bytes and a NUL, or say no for the limit's sake. A failure is noted. If *start lies in the
 * tree's own bytes it moves with them. */
PNI_NODISCARD PNI_COLD pni_status pni_data_grow_bytes(pn_data_t *data, size_t size, const char **start);

/* Let the values come that were deferred, if they were: for whatever looks at nodes by other ways than pn_data_next(), which
 * does it where it would find none, and pni_data_add(), to which there seems to be no room. */
static inline void pni_data_settle(pn_data_t *data) {
  if (PNI_UNLIKELY(data->deferral != NULL)) pni_data_settle_now(data);
}

/* pn_data_next() where there seems to be nothing in a tree whose values are deferred. */
bool pni_data_next_deferred(pn_data_t *data);

/* Take everything out of a tree but its error, its limits and what is deferred. */
void pni_data_empty(pn_data_t *data);

/* Copy one node of `src` with all that is in it to the place in `data`, which may be the same tree; all or nothing. */
PNI_NODISCARD pni_status pni_data_append_value(pn_data_t *data, pn_data_t *src, uint16_t top);

/* The value that rewinding and stepping would come to; 0 if there is none. */
uint16_t pni_data_first(pn_data_t *data);

/* Make room for `size` more bytes if that is possible; nothing is noted if it is not. */
bool pni_data_make_room(pn_data_t *data, size_t size);

/* Whether a place is in the tree, so that there is something to see and something may be put. */
bool pni_data_has_place(const pn_data_t *data, uint16_t parent, uint16_t current);

/* Put a string, binary, symbol, uuid or decimal128: the code of what went wrong, or 0. */
int pni_data_put_bytes(pn_data_t *data, pn_type_t type, size_t size, const char *start);

/* The slot of the class: the tree as text. */
int pni_data_inspect(void *object, pn_string_t *text);

/* Whether nodes of this type have children. */
static inline bool pni_node_compound(const struct pni_node *node) { return node->type >= PN_DESCRIBED; }

/* Whether nodes of this type lie in the tree's bytes. */
static inline bool pni_node_has_bytes(const struct pni_node *node) {
  return node->type >= PN_DECIMAL128 && node->type <= PN_SYMBOL;
}

/* The current node; the root when there is none, whose type 0 is none of the types asked for. */
static inline struct pni_node *pni_data_current(const pn_data_t *data) { return &data->nodes[data->current]; }

static inline bool pni_node_described_array(const struct pni_node *array) {
  return array->element & PNI_DESCRIBED_ARRAY;
}

/* The type that an array's elements have; PN_INVALID if whoever put it named none. */
static inline pn_type_t pni_node_element_type(const struct pni_node *array) {
  const unsigned type = array->element & (PNI_DESCRIBED_ARRAY - 1u);
  return type ? (pn_type_t)type : PN_INVALID;
}

/* Say what an array's elements are; a type that does not exist is none. */
static inline void pni_node_set_element(struct pni_node *array, bool described, pn_type_t type) {
  const bool known = type >= PN_NULL && type <= PN_MAP;
  array->element = (uint8_t)((known ? (unsigned)type : 0) | (described ? PNI_DESCRIBED_ARRAY : 0));
}

/* How many elements an array has: all children but the descriptor. */
static inline size_t pni_node_elements(const struct pni_node *array) {
  const size_t count = array->value.items.count;
  return count > 0 && pni_node_described_array(array) ? count - 1 : count;
}

static inline pn_bytes_t pni_node_bytes(const pn_data_t *data, const struct pni_node *node) {
  return pn_bytes(node->value.bytes.size, data->bytes + node->value.bytes.offset);
}

/* A node as an atom, a compound one with its type alone. */
pn_atom_t pni_data_atom(const pn_data_t *data, const struct pni_node *node);

/* What a node holds of an atom of up to 64 bits. */
uint64_t pni_atom_bits(const pn_atom_t *atom);

static inline uint64_t pni_float_bits(float f) {
  uint32_t bits;
  memcpy(&bits, &f, sizeof bits);
  return bits;
}

static inline float pni_bits_float(uint64_t bits) {
  const uint32_t half = (uint32_t)bits;
  float f;
  memcpy(&f, &half, sizeof f);
  return f;
}

static inline uint64_t pni_double_bits(double d) {
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  return bits;
}

static inline double pni_bits_double(uint64_t bits) {
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}

/* Where the number of the node behind the current one is kept. */
PNI_INLINE uint16_t *pni_data_link(const pn_data_t *data) {
  return data->current ? &data->nodes[data->current].next : &data->nodes[data->parent].value.items.first;
}

/* Whether what is put is simply another node behind the last. */
PNI_INLINE bool pni_data_appends(const pn_data_t *data, const uint16_t *link) {
  return PNI_LIKELY(data->node_count < data->node_end && *link == 0);
}

/* In that case: write the node and make it the current. */
PNI_INLINE struct pni_node *pni_data_append_node(
    pn_data_t *data, uint16_t *link, pn_type_t type, union pni_node_value value) {
  const uint32_t at = data->node_count;
  struct pni_node *const node = &data->nodes[at];
  *link = (uint16_t)at;
  data->nodes[data->parent].value.items.count++;
  node->value = value;
  node->type = (uint8_t)type;
  node->element = 0;
  node->next = 0;
  node->parent = data->parent;
  node->prev = data->current;
  data->node_count = at + 1;
  data->current = (uint16_t)at;
  data->changed = true;
  return node;
}

/* In the other: write over what is there, or make room first; let deferred values come before that. */
struct pni_node *pni_data_add_slow(pn_data_t *data, pn_type_t type, union pni_node_value value);

/* Write a node behind the current one, over what is there or anew, and make it the current. NULL when there is no room. */
PNI_INLINE struct pni_node *pni_data_add(pn_data_t *data, pn_type_t type, union pni_node_value value) {
  uint16_t *const link = pni_data_link(data);
  return pni_data_appends(data, link) ? pni_data_append_node(data, link, type, value)
                                      : pni_data_add_slow(data, type, value);
}

/* Make sure that `size` bytes and a NUL can be added; *start moves along if it lies in the tree's own bytes. */
PNI_NODISCARD PNI_INLINE pni_status pni_data_reserve_bytes(pn_data_t *data, size_t size, const char **start) {
  if (PNI_LIKELY(size < PNI_DATA_BYTES_MAX && data->bytes_size + size < data->bytes_end)) return PNI_OK;
  return pni_data_grow_bytes(data, size, start);
}

/* Whether there is room for `size` bytes, NULs among them. */
PNI_INLINE bool pni_data_has_room(const pn_data_t *data, size_t size) {
  return size <= PNI_DATA_BYTES_MAX && data->bytes_size + size <= data->bytes_end;
}

/* Add bytes for which there is room. They may lie in the tree's own. */
PNI_INLINE union pni_node_value pni_data_add_bytes(pn_data_t *data, const char *start, size_t size) {
  const uint32_t offset = data->bytes_size;
  char *const p = data->bytes + offset;
  (void)pni_move(p, start, size);
  p[size] = '\0';
  data->bytes_size = offset + (uint32_t)size + 1;
  data->content_size += (uint32_t)size;
  return (union pni_node_value){.bytes = {.offset = offset, .size = (uint32_t)size}};
}

/* What a tree was before a value was put, for taking all of it back. Valid until anything else is put. */
struct pni_data_mark {
  struct pni_node overwritten; /* if `at` is not 0 */
  uint32_t node_count, bytes_size, content_size;
  uint16_t parent, current;
  uint16_t at; /* the node that is put over */
  bool orphans;
};

PNI_INLINE void pni_data_mark(const pn_data_t *data, struct pni_data_mark *mark) {
  mark->node_count = data->node_count;
  mark->bytes_size = data->bytes_size;
  mark->content_size = data->content_size;
  mark->parent = data->parent;
  mark->current = data->current;
  mark->orphans = data->orphans;
  mark->at = *pni_data_link(data);
  if (PNI_UNLIKELY(mark->at)) mark->overwritten = data->nodes[mark->at];
}

void pni_data_back_to(pn_data_t *data, const struct pni_data_mark *mark);

#endif
