/* copy.c: values copied from one tree into another.
 *
 * A walk along the links of the source; the place in the target is where each copy goes. A value is copied whole or not at
 * all. */
#include "data/node.h"

/* Copy one node without its children. */
static pni_status copy_node(pn_data_t *data, const pn_data_t *src, const struct pni_node *from) {
  const bool bytes = pni_node_has_bytes(from);
  pn_bytes_t content = bytes ? pni_node_bytes(src, from) : pn_bytes(0, NULL);
  if (bytes) TRY(pni_data_reserve_bytes(data, content.size, &content.start));
  const bool scalar = !bytes && !pni_node_compound(from);
  const union pni_node_value value = {.bits = scalar ? from->value.bits : 0};
  struct pni_node *to = pni_data_add(data, (pn_type_t)from->type, value);
  if (!to) return PNI_NO_MEMORY;
  if (bytes) to->value = pni_data_add_bytes(data, content.start, content.size);
  to->element = from->element;
  return PNI_OK;
}

static pni_status copy_value(pn_data_t *data, const pn_data_t *src, uint16_t top) {
  pni_data_settle(data);
  struct pni_data_mark mark;
  pni_data_mark(data, &mark);
  uint16_t at = top;
  for (;;) {
    const pni_status status = copy_node(data, src, &src->nodes[at]);
    if (status) {
      pni_data_back_to(data, &mark);
      return status;
    }
    const uint16_t first = pni_node_compound(&src->nodes[at]) ? src->nodes[at].value.items.first : 0;
    if (first) {
      (void)pn_data_enter(data);
      at = first;
      continue;
    }
    while (at != top && !src->nodes[at].next) {
      at = src->nodes[at].parent;
      (void)pn_data_exit(data);
    }
    if (at == top) return PNI_OK;
    at = src->nodes[at].next;
  }
}

/* Copy one after the other, `limit` at most if that is not negative. */
static pni_status copy_values(pn_data_t *data, const pn_data_t *src, uint16_t top, int limit) {
  for (int i = 0; top && (limit < 0 || i < limit); i++, top = src->nodes[top].next)
    TRY(copy_value(data, src, top));
  return PNI_OK;
}

/* What is put may lie in or over what is copied: go by way of another tree. */
static pni_status copy_own_values(pn_data_t *data, uint16_t top, int limit) {
  pn_data_t *other = pn_data(0);
  if (!other) return pni_data_fail(data, PNI_NO_MEMORY, "no memory for a copy");
  pni_status status = copy_values(other, data, top, limit);
  if (status)
    (void)pn_error_copy(&data->error, &other->error);
  else
    status = copy_values(data, other, pni_data_first(other), -1);
  pn_data_free(other);
  return status;
}

static pni_status append_values(pn_data_t *data, pn_data_t *src, uint16_t top, int limit) {
  return data == src ? copy_own_values(data, top, limit) : copy_values(data, src, top, limit);
}

pni_status pni_data_append_value(pn_data_t *data, pn_data_t *src, uint16_t top) {
  return append_values(data, src, top, 1);
}

uint16_t pni_data_first(pn_data_t *data) {
  pni_data_settle(data);
  const uint16_t parent = data->parent, current = data->current;
  pn_data_rewind(data);
  const uint16_t first = pn_data_next(data) ? data->current : 0;
  data->parent = parent;
  data->current = current;
  return first;
}

int pn_data_appendn(pn_data_t *data, pn_data_t *src, int limit) {
  return append_values(data, src, pni_data_first(src), limit);
}

int pn_data_append(pn_data_t *data, pn_data_t *src) {
  return append_values(data, src, pni_data_first(src), -1);
}

int pn_data_copy(pn_data_t *data, pn_data_t *src) {
  if (data == src) {
    pn_data_widen(data);
    pn_data_rewind(data);
    return PNI_OK;
  }
  pn_data_clear(data);
  const int status = pn_data_append(data, src);
  if (status) pni_data_empty(data);
  pn_data_rewind(data);
  return status;
}
