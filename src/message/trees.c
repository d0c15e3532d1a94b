/* trees.c: the value trees of a message, made when they are asked for. [3.2.2, 3.2.3, 3.2.5-8]
 *
 * Whoever got a tree may keep its address: it is the same through clearing and decoding, and always shows what the message
 * holds. So that this costs nothing, a tree is deferred whenever that changes, and filled when somebody looks into it.
 * What does not fit (there is no memory, or a tree cannot hold as many values) leaves the tree empty and unchanged, with the
 * error set in tree and message; encoding still copies the bytes then. */
#include "message/message.h"

#include "base/object.h"

/* The section that each tree shows; identifiers are no sections. */
static const uint8_t tree_sections[PNI_TREE_COUNT] = {
    [PNI_TREE_DELIVERY_ANNOTATIONS] = PNI_SECTION_delivery_annotations,
    [PNI_TREE_MESSAGE_ANNOTATIONS] = PNI_SECTION_message_annotations,
    [PNI_TREE_APPLICATION_PROPERTIES] = PNI_SECTION_application_properties,
};

static pni_status read_bytes(pn_data_t *data, pn_bytes_t encoded) {
  struct pni_reader reader = pni_reader(encoded.start, encoded.size);
  return pni_data_read(data, &reader);
}

/* The values of all sections of a body, side by side. */
static pni_status read_body(pn_data_t *data, const pn_message_t *msg) {
  const enum pni_section section = pni_message_body_section(msg);
  if (section == PNI_SECTION_COUNT) return PNI_OK;
  const struct pni_place *const place = &msg->places[section];
  struct pni_reader reader = pni_reader(place->value, (size_t)(place->end - place->value));
  for (;;) {
    TRY(pni_data_read(data, &reader));
    if (reader.pos == place->end) return PNI_OK;
    uint64_t code;
    reader.pos++;
    TRY(pni_read_descriptor(&reader, &code));
  }
}

static pni_status read_tree(pn_data_t *data, const pn_message_t *msg, enum pni_tree which) {
  switch (which) {
  case PNI_TREE_BODY: return read_body(data, msg);
  case PNI_TREE_MESSAGE_ID:
    return msg->properties.has.message_id ? read_bytes(data, msg->properties.message_id) : PNI_OK;
  case PNI_TREE_CORRELATION_ID:
    return msg->properties.has.correlation_id ? read_bytes(data, msg->properties.correlation_id) : PNI_OK;
  default: {
    const enum pni_section section = tree_sections[which];
    if (!pni_message_has(msg, section)) return PNI_OK;
    const struct pni_place *const place = &msg->places[section];
    const size_t size = (size_t)(place->end - place->value);
    return read_bytes(data, pn_bytes(size, (const char *)place->value));
  }
  }
}

static pni_status fill(pn_data_t *data, void *context) {
  pn_message_t *const msg = context;
  unsigned which = 0;
  while (msg->trees[which] != data) which++;
  const pni_status status = read_tree(data, msg, which);
  if (status) pni_message_fail(msg, status, "%s", pn_error_text(pn_data_error(data)));
  return status;
}

pn_data_t *pni_message_tree(pn_message_t *msg, enum pni_tree which) {
  pn_data_t *data = msg->trees[which];
  if (PNI_LIKELY(data != NULL)) return data;
  data = pn_data(0);
  if (!data) {
    pni_message_fail(msg, PNI_NO_MEMORY, "no memory for a tree of values");
    return NULL;
  }
  msg->trees[which] = data;
  pni_data_defer(data, fill, msg);
  return data;
}

void pni_message_tree_defer(pn_message_t *msg, enum pni_tree which) {
  if (msg->trees[which]) pni_data_defer(msg->trees[which], fill, msg);
}

void pni_message_trees_defer(pn_message_t *msg) {
  for (unsigned which = 0; which < PNI_TREE_COUNT; which++) pni_message_tree_defer(msg, which);
}

void pni_message_trees_release(pn_message_t *msg) {
  for (unsigned which = 0; which < PNI_TREE_COUNT; which++) {
    pn_data_t *const data = msg->trees[which];
    if (!data) continue;
    if (pni_object_refcount(data) > 1) pni_data_settle_now(data);
    pni_object_decref(data);
  }
}

pn_data_t *pn_message_instructions(pn_message_t *msg) {
  return pni_message_tree(msg, PNI_TREE_DELIVERY_ANNOTATIONS);
}

pn_data_t *pn_message_annotations(pn_message_t *msg) {
  return pni_message_tree(msg, PNI_TREE_MESSAGE_ANNOTATIONS);
}

pn_data_t *pn_message_properties(pn_message_t *msg) {
  return pni_message_tree(msg, PNI_TREE_APPLICATION_PROPERTIES);
}

pn_data_t *pn_message_body(pn_message_t *msg) { return pni_message_tree(msg, PNI_TREE_BODY); }
