/* cursor.c: the place in a tree. */
#include "data/node.h"

bool pn_data_next(pn_data_t *data) {
  const uint16_t next = *pni_data_link(data);
  if (PNI_UNLIKELY(next == 0)) return data->deferral ? pni_data_next_deferred(data) : false;
  data->current = next;
  return true;
}

bool pn_data_prev(pn_data_t *data) {
  const uint16_t prev = data->nodes[data->current].prev;
  if (!prev) return false;
  data->current = prev;
  return true;
}

bool pn_data_enter(pn_data_t *data) {
  pni_data_settle(data);
  if (!pni_node_compound(pni_data_current(data))) return false;
  data->parent = data->current;
  data->current = 0;
  return true;
}

bool pn_data_exit(pn_data_t *data) {
  if (!data->parent) return false;
  data->current = data->parent;
  data->parent = data->nodes[data->current].parent;
  return true;
}

void pn_data_rewind(pn_data_t *data) {
  if (PNI_UNLIKELY(data->base_parent | data->base_current) &&
      !pni_data_has_place(data, data->base_parent, data->base_current))
    pn_data_widen(data);
  data->parent = data->base_parent;
  data->current = data->base_current;
}

void pn_data_narrow(pn_data_t *data) {
  data->base_parent = data->parent;
  data->base_current = data->current;
}

void pn_data_widen(pn_data_t *data) { data->base_parent = data->base_current = 0; }

bool pn_data_lookup(pn_data_t *data, const char *name) {
  const size_t size = strlen(name);
  while (pn_data_next(data)) {
    const struct pni_node *key = pni_data_current(data);
    const bool text = key->type == PN_STRING || key->type == PN_SYMBOL;
    const bool found =
        text && key->value.bytes.size == size && memcmp(pni_node_bytes(data, key).start, name, size) == 0;
    if (!pn_data_next(data)) return false;
    if (found) return true;
  }
  return false;
}

/* Whether the root is reached from a node. */
static bool reachable(const pn_data_t *data, uint16_t at) {
  const struct pni_node *nodes = data->nodes;
  while (at) {
    const uint16_t parent = nodes[at].parent;
    while (nodes[at].prev) at = nodes[at].prev;
    if (parent && !pni_node_compound(&nodes[parent])) return false;
    if (nodes[parent].value.items.first != at) return false;
    at = parent;
  }
  return true;
}

bool pni_data_has_place(const pn_data_t *data, uint16_t parent, uint16_t current) {
  if (parent >= data->node_count || current >= data->node_count) return false;
  if (parent && !pni_node_compound(&data->nodes[parent])) return false;
  if (current && data->nodes[current].parent != parent) return false;
  return !data->orphans || reachable(data, current ? current : parent);
}

/* A handle is the current node's number, or else minus the parent's. */
pn_handle_t pn_data_point(pn_data_t *data) {
  const intptr_t place = data->current ? data->current : -(intptr_t)data->parent;
  return (pn_handle_t)place; /* NOLINT(performance-no-int-to-ptr): an opaque number, never dereferenced */
}

bool pn_data_restore(pn_data_t *data, pn_handle_t point) {
  pni_data_settle(data);
  const intptr_t place = (intptr_t)point;
  const intptr_t count = (intptr_t)data->node_count;
  if (place >= count || place <= -count) return false;
  const uint16_t current = place > 0 ? (uint16_t)place : 0;
  const uint16_t parent = current ? data->nodes[current].parent : (uint16_t)-place;
  if (!pni_data_has_place(data, parent, current)) return false;
  data->parent = parent;
  data->current = current;
  return true;
}
