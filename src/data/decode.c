/* decode.c: encoded values put into a tree. [1]
 *
 * A consumer of the walker, which checks everything; the place in the tree is the decoder's stack. On failure every trace
 * of the value is removed. */
#include "base/text.h"
#include "data/node.h"
#include "wire/walker.h"

static inline pni_status put_scalar(pn_data_t *data, const struct pni_value *value) {
  switch (value->type) {
  case PN_STRING:
  case PN_SYMBOL:
  case PN_BINARY:
  case PN_UUID:
  case PN_DECIMAL128: {
    const char *start = (const char *)value->body;
    TRY(pni_data_reserve_bytes(data, value->size, &start));
    struct pni_node *node = pni_data_add(data, value->type);
    if (!node) return PNI_NO_MEMORY;
    node->value.bytes.offset = pni_data_add_bytes(data, start, value->size);
    node->value.bytes.size = value->size;
    return PNI_OK;
  }
  default: {
    struct pni_node *node = pni_data_add(data, value->type);
    if (!node) return PNI_NO_MEMORY;
    const pn_atom_t atom = pni_value_atom(value);
    memcpy(&node->value, &atom.u, sizeof node->value);
    return PNI_OK;
  }
  }
}

static pni_status put_step(pn_data_t *data, const struct pni_step *step) {
  switch (step->kind) {
  case PNI_STEP_SCALAR: return put_scalar(data, &step->value);
  case PNI_STEP_ENTER: {
    struct pni_node *node = pni_data_add(data, step->value.type);
    if (!node) return PNI_NO_MEMORY;
    if (step->value.type == PN_ARRAY)
      node->element = (uint8_t)(step->element | (step->described ? PNI_DESCRIBED_ARRAY : 0));
    data->parent = data->current;
    data->current = 0;
    return PNI_OK;
  }
  default:
    data->current = data->parent;
    data->parent = data->nodes[data->current].parent;
    return PNI_OK;
  }
}

/* Note what the reader found, or what the tree had no room for, at which byte. */
static PNI_COLD pni_status decode_failure(
    pn_data_t *data, const struct pni_reader *reader, pni_status status, size_t offset) {
  char what[256];
  struct pni_text text = pni_text(what, sizeof what);
  if (reader->fault.what)
    pni_fault_text(&reader->fault, &text);
  else
    pni_text_string(&text, data->error.text ? data->error.text : "no memory");
  return pni_data_fail(data, status, "%s, at offset %zu", what, offset);
}

pni_status pni_data_read(pn_data_t *data, struct pni_reader *reader) {
  pni_data_settle(data);
  const struct pni_data_mark mark = pni_data_mark(data);
  const uint8_t *const start = reader->pos;
  const uint8_t *at;
  struct pni_walker walker;
  struct pni_step step;
  pni_status status;
  pni_walk(&walker, reader);
  do {
    at = reader->pos;
    status = pni_walk_step(&walker, &step);
    if (PNI_LIKELY(status == PNI_OK)) status = put_step(data, &step);
    if (PNI_UNLIKELY(status)) {
      pni_data_back_to(data, &mark);
      return decode_failure(data, reader, status, (size_t)(at - start));
    }
  } while (pni_walk_more(&walker));
  return PNI_OK;
}

ssize_t pn_data_decode(pn_data_t *data, const char *bytes, size_t size) {
  struct pni_reader reader = pni_reader(bytes, size);
  TRY(pni_data_read(data, &reader));
  return (const char *)reader.pos - bytes;
}
