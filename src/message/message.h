/* message.h: a message inside. Private to this folder.
 *
 * A message is three things that add up. `bytes` is what was decoded, never written to: `starts` says where its sections
 * lie. `header` and `properties` are the fields, whose byte members point into `bytes` or, once they were set or asked for as
 * C strings, into `store`. `trees` are the value trees that somebody asked for; each is deferred (see data/data.h) until
 * it is looked into, and then filled from `bytes` or from a field.
 *
 * What counts is the newest: a field over its bytes if *_set says so, a tree over its bytes or field if it was changed. So
 * what nobody touched is encoded by copying its bytes, octet for octet. */
#ifndef BARYON_MESSAGE_MESSAGE_H
#define BARYON_MESSAGE_MESSAGE_H

#include "base/class.h"
#include "base/error.h"
#include "data/data.h"
#include "message/store.h"
#include "wire/performative.h"
#include "wire/section.h"
#include <proton/message.h>

/* The fields of properties that are bytes, which the store keeps: numbered for it. */
enum pni_field {
  PNI_FIELD_message_id,
  PNI_FIELD_user_id,
  PNI_FIELD_to,
  PNI_FIELD_subject,
  PNI_FIELD_reply_to,
  PNI_FIELD_correlation_id,
  PNI_FIELD_content_type,
  PNI_FIELD_content_encoding,
  PNI_FIELD_group_id,
  PNI_FIELD_reply_to_group_id,
  PNI_FIELD_COUNT
};
_Static_assert(PNI_FIELD_COUNT <= PNI_STORE_SLOTS, "each field has a slot");

enum pni_tree {
  PNI_TREE_DELIVERY_ANNOTATIONS,
  PNI_TREE_MESSAGE_ANNOTATIONS,
  PNI_TREE_APPLICATION_PROPERTIES,
  PNI_TREE_BODY,
  PNI_TREE_MESSAGE_ID,
  PNI_TREE_CORRELATION_ID,
  PNI_TREE_COUNT
};

struct pn_message_t {
  struct pni_properties properties;
  struct pni_header header;
  bool header_set;     /* a field of the header was set since the bytes were decoded */
  bool properties_set; /* likewise */
  bool inferred;
  bool body_repeated; /* the bytes have more than one section of the body's kind */
  uint32_t present;   /* a bit for each section that the bytes have: 1 << enum pni_section */
  const uint8_t *starts[PNI_SECTION_COUNT]; /* of those that are present: where the descriptor is */
  const uint8_t *end;                       /* of the last of them */
  uint8_t *bytes;
  size_t capacity; /* of bytes */
  struct pni_store store;
  pn_data_t *trees[PNI_TREE_COUNT]; /* NULL until asked for */
  pn_data_t *made[PNI_TREE_COUNT];  /* those that are there, in the order in which they were asked for */
  unsigned made_count;
  struct pni_deferral deferral; /* of the trees */
  struct pn_error_t error;
};

/* The sections that are a message's body, as bits of `present`. */
enum {
  PNI_BODY_SECTIONS = 1 << PNI_SECTION_data | 1 << PNI_SECTION_amqp_sequence | 1 << PNI_SECTION_amqp_value
};

static inline bool pni_message_has(const pn_message_t *msg, enum pni_section section) {
  return msg->present >> section & 1;
}

/* The octets of a section that is present, or of all sections of the body's kind. */
static inline pn_bytes_t pni_message_section(const pn_message_t *msg, enum pni_section section) {
  unsigned next = section + 1u;
  while (next < PNI_SECTION_COUNT && !(msg->present >> next & 1)) next++;
  const uint8_t *const end = next < PNI_SECTION_COUNT ? msg->starts[next] : msg->end;
  return pn_bytes((size_t)(end - msg->starts[section]), (const char *)msg->starts[section]);
}

/* Octets of the descriptor of a section, which was checked. */
size_t pni_message_other_descriptor_size(pn_bytes_t octets);
static inline size_t pni_message_descriptor_size(pn_bytes_t octets) {
  return PNI_LIKELY(octets.start[1] == PNI_SMALLULONG) ? 3 : pni_message_other_descriptor_size(octets);
}

/* The kind of body that the bytes have; PNI_SECTION_COUNT for none. */
static inline enum pni_section pni_message_body_section(const pn_message_t *msg) {
  return pni_message_has(msg, PNI_SECTION_amqp_value)      ? PNI_SECTION_amqp_value
         : pni_message_has(msg, PNI_SECTION_data)          ? PNI_SECTION_data
         : pni_message_has(msg, PNI_SECTION_amqp_sequence) ? PNI_SECTION_amqp_sequence
                                                           : PNI_SECTION_COUNT;
}

/* Note an error with a text as of printf; returns status. */
PNI_COLD pni_status pni_message_fail(pn_message_t *msg, pni_status status, const char *format, ...)
    PNI_PRINTF(3, 4);

/* The same with a fault for the text. */
PNI_COLD pni_status pni_message_fault(pn_message_t *msg, pni_status status, const struct pni_fault *fault);

/* What the standard calls a field. */
const char *pni_message_field_name(enum pni_field field);

/* trees.c: the tree, made if it was not there; NULL, and the error is set, if there is no memory. */
PNI_COLD pn_data_t *pni_message_make_tree(pn_message_t *msg, enum pni_tree which);
static inline pn_data_t *pni_message_tree(pn_message_t *msg, enum pni_tree which) {
  pn_data_t *const data = msg->trees[which];
  return PNI_LIKELY(data != NULL) ? data : pni_message_make_tree(msg, which);
}

/* From now on the values of all trees, or of one that is there, are those of the bytes and fields (again); or there are
 * none. */
void pni_message_trees_defer(pn_message_t *msg);
void pni_message_tree_defer(pn_message_t *msg, enum pni_tree which);
void pni_message_trees_empty(pn_message_t *msg);

/* Forget bytes and fields; what memory there is stays. Trees and error are left alone. */
static inline void pni_message_forget(pn_message_t *msg) {
  msg->header = (struct pni_header){.priority = PN_DEFAULT_PRIORITY};
  msg->properties.has = (struct pni_properties_has){.nothing = false};
  msg->header_set = false;
  msg->properties_set = false;
  msg->inferred = false;
  msg->body_repeated = false;
  msg->present = 0;
  pni_store_empty(&msg->store);
}

/* Let go of all trees; one that somebody holds a reference to stays as it is. */
void pni_message_trees_release(pn_message_t *msg);

/* Whether somebody changed the tree, so that it counts and not the bytes. */
static inline bool pni_message_tree_changed(const pn_message_t *msg, enum pni_tree which) {
  return msg->trees[which] && pni_data_changed(msg->trees[which]);
}

/* fields.c: take over the identifiers from their trees, if those were changed. */
PNI_NODISCARD pni_status pni_message_take_changed_ids(pn_message_t *msg);
PNI_NODISCARD static inline pni_status pni_message_take_ids(pn_message_t *msg) {
  const bool trees = msg->trees[PNI_TREE_MESSAGE_ID] || msg->trees[PNI_TREE_CORRELATION_ID];
  return PNI_UNLIKELY(trees) ? pni_message_take_changed_ids(msg) : PNI_OK;
}

/* inspect.c: the slot of the class. */
int pni_message_inspect(void *object, pn_string_t *text);

#endif
