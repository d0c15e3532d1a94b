/* trees.c: the value trees of a message, made when they are asked for. [3.2.2, 3.2.3, 3.2.5-8]
 *
 * Whoever got a tree may keep its address: it is the same through clearing and decoding, and always shows what the message
 * holds. So that this costs nothing, a tree is deferred whenever that changes, and filled when somebody looks into it.
 * What does not fit (there is no memory, or a tree cannot hold as many values) leaves the tree empty and unchanged, with the
 * error set in tree and message; encoding still copies the bytes then. */
#include "message/message.h"

#include "base/object.h"

/* The section that a tree shows; PNI_SECTION_COUNT if it is not there. Identifiers are no sections. */
static enum pni_section tree_section(const pn_message_t *msg, enum pni_tree which) {
  enum pni_section section = PNI_SECTION_COUNT;
  switch (which) {
  case PNI_TREE_BODY: return pni_message_body_section(msg);
  case PNI_TREE_DELIVERY_ANNOTATIONS: section = PNI_SECTION_delivery_annotations; break;
  case PNI_TREE_MESSAGE_ANNOTATIONS: section = PNI_SECTION_message_annotations; break;
  case PNI_TREE_APPLICATION_PROPERTIES: section = PNI_SECTION_application_properties; break;
  default: return PNI_SECTION_COUNT;
  }
  return pni_message_has(msg, section) ? section : PNI_SECTION_COUNT;
}

static enum pni_tree which_tree(const pn_message_t *msg, const pn_data_t *data) {
  unsigned which = 0;
  while (msg->trees[which] != data) which++;
  return which;
}

/* The encoded value of a tree that has exactly one. */
static pn_bytes_t only(struct pni_deferral *deferral, const pn_data_t *data) {
  const pn_message_t *const msg = PNI_CONTAINER_OF(deferral, pn_message_t, deferral);
  const enum pni_tree which = which_tree(msg, data);
  const pn_bytes_t none = pn_bytes(0, NULL);
  if (which == PNI_TREE_MESSAGE_ID) return msg->properties.has.message_id ? msg->properties.message_id : none;
  if (which == PNI_TREE_CORRELATION_ID)
    return msg->properties.has.correlation_id ? msg->properties.correlation_id : none;
  const enum pni_section section = tree_section(msg, which);
  if (section == PNI_SECTION_COUNT || (which == PNI_TREE_BODY && msg->body_repeated)) return none;
  const pn_bytes_t octets = pni_message_section(msg, section);
  const size_t descriptor = pni_message_descriptor_size(octets);
  return pn_bytes(octets.size - descriptor, octets.start + descriptor);
}

/* The values of all sections of a body, side by side. Other trees have no value if they have not exactly one. */
static pni_status fill(struct pni_deferral *deferral, pn_data_t *data) {
  const pn_message_t *const msg = PNI_CONTAINER_OF(deferral, pn_message_t, deferral);
  if (!msg->body_repeated || data != msg->trees[PNI_TREE_BODY]) return PNI_OK;
  const pn_bytes_t octets = pni_message_section(msg, pni_message_body_section(msg));
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  do {
    reader.pos += pni_message_descriptor_size(pn_bytes(pni_reader_left(&reader), (const char *)reader.pos));
    TRY(pni_data_read(data, &reader));
  } while (reader.pos != reader.end);
  return PNI_OK;
}

static void failed(struct pni_deferral *deferral, pn_data_t *data) {
  pn_message_t *const msg = PNI_CONTAINER_OF(deferral, pn_message_t, deferral);
  (void)pn_error_copy(&msg->error, pn_data_error(data));
}

pn_data_t *pni_message_make_tree(pn_message_t *msg, enum pni_tree which) {
  pn_data_t *const data = pn_data(0);
  if (!data) {
    pni_message_fail(msg, PNI_NO_MEMORY, "no memory for a tree of values");
    return NULL;
  }
  msg->trees[which] = data;
  msg->made[msg->made_count++] = data;
  msg->deferral =
      (struct pni_deferral){.only = only, .fill = fill, .failed = failed, .touched = msg->deferral.touched};
  pni_data_defer(data, &msg->deferral);
  return data;
}

void pni_message_tree_defer(pn_message_t *msg, enum pni_tree which) {
  pni_data_defer(msg->trees[which], &msg->deferral);
}

void pni_message_trees_defer(pn_message_t *msg) {
  for (unsigned i = 0; i < msg->made_count; i++) pni_data_defer(msg->made[i], &msg->deferral);
  msg->deferral.touched = false;
}

void pni_message_trees_empty(pn_message_t *msg) {
  for (unsigned i = 0; i < msg->made_count; i++) pni_data_reset(msg->made[i]);
}

void pni_message_trees_release(pn_message_t *msg) {
  for (unsigned i = 0; i < msg->made_count; i++) {
    pn_data_t *const data = msg->made[i];
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
