/* data.c: a tree of values as an object: its memory, its limits, its error.
 *
 * Owns the two arrays of a tree, nodes and bytes, and makes them grow. Clearing keeps them, so a tree that is cleared and
 * filled again allocates nothing once it has seen its largest content. The root's slot is there from the start.
 * Runs in the thread that has the tree. */
#include "base/memory.h"
#include "base/object.h"
#include "data/node.h"

#include <stdarg.h>
#include <stdlib.h>

enum { NODES_AT_FIRST = 16, BYTES_AT_FIRST = 64 };

static void finalize(void *object) {
  pn_data_t *data = object;
  free(data->nodes);
  free(data->bytes);
  pn_error_clear(&data->error);
}

static const pn_class_t data_class =
    PNI_CLASS("pn_data", CID_pn_data, .finalize = finalize, .inspect = pni_data_inspect);

static bool bytes_limited(const pn_data_t *data) { return data->content_limit < PNI_DATA_BYTES_MAX; }

/* What may be used of the arrays without asking: nothing before the values that were deferred are there, and no bytes if
 * they have to be counted. */
static void set_ends(pn_data_t *data) {
  const size_t bytes = data->bytes_capacity < PNI_DATA_BYTES_MAX ? data->bytes_capacity : PNI_DATA_BYTES_MAX;
  const size_t nodes = data->node_capacity < data->node_limit ? data->node_capacity : data->node_limit;
  data->node_end = data->deferral ? 0 : (uint32_t)nodes;
  data->bytes_end = data->deferral || bytes_limited(data) ? 0 : (uint32_t)bytes;
}

static pni_status reserve_nodes(pn_data_t *data, size_t slots) {
  void *nodes = data->nodes;
  TRY(pni_grow(&nodes, &data->node_capacity, slots, sizeof *data->nodes));
  data->nodes = nodes;
  set_ends(data);
  return PNI_OK;
}

void pni_data_empty(pn_data_t *data) {
  data->nodes[0].value.bits = 0;
  data->node_count = 1;
  data->bytes_size = 0;
  data->content_size = 0;
  data->orphans = false;
  data->parent = data->current = 0;
  data->base_parent = data->base_current = 0;
}

pn_data_t *pn_data(size_t capacity) {
  pn_data_t *data = pn_object_new(&data_class, sizeof *data);
  if (!data) return NULL;
  pn_data_set_decode_limits(data, 0, 0);
  if (capacity < NODES_AT_FIRST - 1) capacity = NODES_AT_FIRST - 1;
  if (capacity > PNI_LIMIT_DATA_NODES) capacity = PNI_LIMIT_DATA_NODES;
  if (reserve_nodes(data, capacity + 1)) {
    pn_data_free(data);
    return NULL;
  }
  memset(&data->nodes[0], 0, sizeof data->nodes[0]);
  pni_data_empty(data);
  return data;
}

void pn_data_free(pn_data_t *data) {
  if (data) pni_object_decref(data);
}

/* From now on the tree is like any other. */
static void call_in(pn_data_t *data) {
  data->deferral->touched = true;
  data->deferral = NULL;
  set_ends(data);
}

static PNI_COLD void clear_error(pn_data_t *data) { pn_error_clear(&data->error); }

void pni_data_reset(pn_data_t *data) {
  pni_data_empty(data);
  data->changed = false;
  if (PNI_UNLIKELY(data->deferral != NULL)) call_in(data);
  if (PNI_UNLIKELY(data->error.code)) clear_error(data);
}

void pn_data_clear(pn_data_t *data) {
  pni_data_reset(data);
  data->changed = true;
}

void pni_data_defer(pn_data_t *data, struct pni_deferral *deferral) {
  pni_data_empty(data);
  data->changed = false;
  data->deferral = deferral;
  data->node_end = data->bytes_end = 0;
  if (PNI_UNLIKELY(data->error.code)) clear_error(data);
}

/* Put an encoded value that was checked. */
static pni_status put_checked(pn_data_t *data, pn_bytes_t encoded) {
  const uint8_t *const octets = (const uint8_t *)encoded.start;
  if (octets[0] == PNI_STR8 || octets[0] == PNI_VBIN8 || octets[0] == PNI_SYM8) {
    const pn_type_t type = (pn_type_t)pni_encodings[octets[0]].type;
    return (pni_status)pni_data_put_bytes(data, type, octets[1], encoded.start + 2);
  }
  struct pni_reader reader = pni_reader(octets, encoded.size);
  return pni_data_read(data, &reader);
}

/* Put the values that were deferred into the empty tree: the only one, or else all that there are. */
static pni_status put_deferred(pn_data_t *data, pn_bytes_t only) {
  struct pni_deferral *const deferral = data->deferral;
  call_in(data);
  const pni_status status = only.start ? put_checked(data, only) : deferral->fill(deferral, data);
  if (PNI_UNLIKELY(status)) {
    pni_data_empty(data);
    deferral->failed(deferral, data);
  }
  data->parent = data->current = 0;
  data->changed = false;
  return status;
}

/* The only value of a tree may be there by its head: then it is the first node again, and a place at it stays good. */
void pni_data_settle_now(pn_data_t *data) {
  const uint16_t current = data->current, base_current = data->base_current;
  if (!data->deferral) return;
  pni_data_empty(data);
  if (put_deferred(data, data->deferral->only(data->deferral, data))) return;
  data->current = current;
  data->base_current = base_current;
}

bool pni_data_next_deferred(pn_data_t *data) {
  struct pni_node *const nodes = data->nodes;
  if (data->node_count > 1) return false; /* the head of the only value is there */
  const pn_bytes_t only = data->deferral->only(data->deferral, data);
  const uint8_t *const octets = (const uint8_t *)only.start;
  if (octets && (octets[0] == PNI_LIST8 || octets[0] == PNI_MAP8)) {
    nodes[0].value.items.first = nodes[0].value.items.count = 1;
    nodes[1] = (struct pni_node){.type = octets[0] == PNI_MAP8 ? PN_MAP : PN_LIST};
    nodes[1].value.items.count = octets[2];
    data->node_count = 2;
    data->deferral->touched = true;
  } else {
    (void)put_deferred(data, only);
  }
  data->current = data->nodes[0].value.items.first;
  return data->current != 0;
}

static PNI_COLD void rewind_to_base(pn_data_t *data) { pn_data_rewind(data); }

unsigned pni_data_rewind_changed(pn_data_t *data) {
  unsigned change = data->changed ? PNI_DATA_CHANGED : 0;
  const uint16_t first = data->nodes[0].value.items.first;
  if (change && first) {
    const struct pni_node *const node = &data->nodes[first];
    change |= node->type | (node->next != 0 ? PNI_DATA_SEVERAL : 0u);
  }
  data->parent = data->current = 0;
  if (PNI_UNLIKELY(data->base_parent | data->base_current)) rewind_to_base(data);
  return change;
}

size_t pn_data_size(pn_data_t *data) {
  pni_data_settle(data);
  return data->node_count - 1;
}

void pn_data_set_decode_limits(pn_data_t *data, size_t max_nodes, size_t max_buf) {
  if (!data) return;
  if (max_nodes == 0 || max_nodes > PNI_LIMIT_DATA_NODES) max_nodes = PNI_LIMIT_DATA_NODES;
  if (max_buf == 0 || max_buf > PNI_DATA_BYTES_MAX) max_buf = PNI_DATA_BYTES_MAX;
  data->node_limit = (uint32_t)max_nodes + 1;
  data->content_limit = (uint32_t)max_buf;
  data->content_size = 0;
  for (uint32_t at = 1; at < data->node_count; at++) {
    if (pni_node_has_bytes(&data->nodes[at])) data->content_size += data->nodes[at].value.bytes.size;
  }
  set_ends(data);
}

int pn_data_errno(pn_data_t *data) { return data->error.code; }

pn_error_t *pn_data_error(pn_data_t *data) { return &data->error; }

bool pni_data_changed(const pn_data_t *data) { return data->changed; }

void pni_data_mark_unchanged(pn_data_t *data) { data->changed = false; }

pni_status pni_data_fail(pn_data_t *data, pni_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pn_error_vformat(&data->error, status, format, args);
  va_end(args);
  return status;
}

static pni_status grow_nodes(pn_data_t *data) {
  if (data->node_count >= data->node_limit)
    return pni_data_fail(data, PNI_NO_MEMORY, "pn_data node limit exceeded");
  if (reserve_nodes(data, data->node_count + 1u))
    return pni_data_fail(data, PNI_NO_MEMORY, "no memory for another node");
  return PNI_OK;
}

struct pni_node *pni_data_add_slow(pn_data_t *data, pn_type_t type, union pni_node_value value) {
  pni_data_settle(data);
  const uint16_t at = *pni_data_link(data);
  if (!at) {
    if (data->node_count >= data->node_end && grow_nodes(data)) return NULL;
    return pni_data_append_node(data, pni_data_link(data), type, value);
  }
  struct pni_node *node = &data->nodes[at];
  if (pni_node_compound(node)) data->orphans = true;
  node->value = value;
  node->type = (uint8_t)type;
  node->element = 0;
  data->current = at;
  data->changed = true;
  return node;
}

static bool grow_bytes(pn_data_t *data, size_t needed) {
  if (needed < BYTES_AT_FIRST) needed = BYTES_AT_FIRST;
  void *bytes = data->bytes;
  if (pni_grow(&bytes, &data->bytes_capacity, needed, 1)) return false;
  data->bytes = bytes;
  set_ends(data);
  return true;
}

bool pni_data_make_room(pn_data_t *data, size_t size) {
  return !data->deferral && !bytes_limited(data) && size <= PNI_DATA_BYTES_MAX - data->bytes_size &&
         grow_bytes(data, data->bytes_size + size);
}

/* Whether a limit forbids so many more. */
static bool too_many_bytes(const pn_data_t *data, size_t size) {
  if (size >= PNI_DATA_BYTES_MAX - data->bytes_size) return true;
  return bytes_limited(data) &&
         (size > data->content_limit || data->content_size > data->content_limit - size);
}

pni_status pni_data_grow_bytes(pn_data_t *data, size_t size, const char **start) {
  pni_data_settle(data);
  if (too_many_bytes(data, size))
    return pni_data_fail(data, PNI_NO_MEMORY, "pn_data string buffer limit exceeded");
  if (data->bytes_size + size < data->bytes_capacity) return PNI_OK;
  const uintptr_t offset = (uintptr_t)*start - (uintptr_t)data->bytes;
  const bool own = data->bytes && offset <= data->bytes_size;
  if (!grow_bytes(data, data->bytes_size + size + 1))
    return pni_data_fail(data, PNI_NO_MEMORY, "no memory for %zu bytes", size);
  if (own) *start = data->bytes + offset;
  return PNI_OK;
}

void pni_data_back_to(pn_data_t *data, const struct pni_data_mark *mark) {
  struct pni_node *const nodes = data->nodes;
  if (mark->at) {
    nodes[mark->at] = mark->overwritten;
  } else if (data->node_count > mark->node_count) { /* the first new node is the one that was linked in */
    nodes[mark->parent].value.items.count--;
    if (mark->current)
      nodes[mark->current].next = 0;
    else
      nodes[mark->parent].value.items.first = 0;
  }
  data->node_count = mark->node_count;
  data->bytes_size = mark->bytes_size;
  data->content_size = mark->content_size;
  data->parent = mark->parent;
  data->current = mark->current;
  data->orphans = mark->orphans;
}
