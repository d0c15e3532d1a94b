/* disposition.c: the state of a delivery on one side. [3.4, 4.5.5, 4.5.6]
 *
 * The type says what the state is; the detail, which most states do without, holds what belongs to it. Parts of different
 * kinds lie side by side there, so that whoever looks at a part that the present type does not have loses nothing; only
 * those of the type are shown as its own and sent. A custom state is its type and a list, whatever parts there are; a list
 * that somebody has asked for, and not changed, makes none. */
#include "engine/disposition_detail.h"
#include "wire/reader.h"

#include <stdlib.h>

struct pni_disposition_detail *pni_disposition_detail(pn_disposition_t *disposition) {
  if (!disposition->detail) disposition->detail = calloc(1, sizeof *disposition->detail);
  return disposition->detail;
}

void pni_disposition_drop_detail(pn_disposition_t *disposition) {
  struct pni_disposition_detail *detail = disposition->detail;
  if (!detail) return;
  disposition->detail = NULL;
  pni_condition_clear(&detail->condition);
  pni_tree_clear(&detail->annotations);
  pni_tree_clear(&detail->outcome);
  pni_tree_clear(&detail->raw);
  free(detail);
}

void pni_disposition_clear(pn_disposition_t *disposition) {
  pni_disposition_drop_detail(disposition);
  disposition->type = 0;
}

void pni_disposition_become(pn_disposition_t *disposition, uint64_t type) {
  struct pni_disposition_detail *detail = disposition->detail;
  if (detail && disposition->type != type) {
    /* A list that was filled before there was a type is of whatever type comes; so 0.37's callers state a transaction. */
    const bool custom = pni_disposition_custom(disposition);
    const bool stays_custom =
        custom && type != 0 && (disposition->type == 0 || !pni_disposition_standard(type));
    if (detail->filling == type && !custom)
      detail->filling = 0;
    else if (!stays_custom)
      pni_disposition_drop_detail(disposition);
  }
  disposition->type = type;
}

/* The detail, if the state is of a type. */
static const struct pni_disposition_detail *detail_as(const pn_disposition_t *disposition, uint64_t type) {
  return disposition->type == type ? disposition->detail : NULL;
}

/* The detail of a state that is made one of a type. */
static struct pni_disposition_detail *make(pn_disposition_t *disposition, uint64_t type) {
  if (disposition->type != type || pni_disposition_custom(disposition)) {
    pni_disposition_drop_detail(disposition);
    disposition->type = type;
  }
  return pni_disposition_detail(disposition);
}

/* The detail for a part of a type to be looked at or filled. A state of another type stays that, and a list that has no type
 * yet gets none by this: bindings look at all parts, whatever the state will be. */
static struct pni_disposition_detail *offer(pn_disposition_t *disposition, uint64_t type) {
  if (disposition->type == 0 && !pni_disposition_custom(disposition)) disposition->type = type;
  struct pni_disposition_detail *detail = pni_disposition_detail(disposition);
  if (detail && disposition->type != type) detail->filling = type;
  return detail;
}

/* Without views. */

uint64_t pn_disposition_type(pn_disposition_t *disposition) { return disposition->type; }

const char *pn_disposition_type_name(uint64_t type) {
  switch (type) {
  case PN_RECEIVED: return "received";
  case PN_ACCEPTED: return "accepted";
  case PN_REJECTED: return "rejected";
  case PN_RELEASED: return "released";
  case PN_MODIFIED: return "modified";
  case PN_DECLARED: return "transaction_declared";
  case PN_TRANSACTIONAL_STATE: return "transactional_state";
  default: return "unknown";
  }
}

void pn_disposition_clear(pn_disposition_t *disposition) { pni_disposition_clear(disposition); }

pn_condition_t *pn_disposition_condition(pn_disposition_t *disposition) {
  struct pni_disposition_detail *detail = offer(disposition, PN_REJECTED);
  return detail ? &detail->condition : NULL;
}

uint32_t pn_disposition_get_section_number(pn_disposition_t *disposition) {
  const struct pni_disposition_detail *detail = detail_as(disposition, PN_RECEIVED);
  return detail ? detail->section_number : 0;
}

void pn_disposition_set_section_number(pn_disposition_t *disposition, uint32_t section_number) {
  struct pni_disposition_detail *detail = make(disposition, PN_RECEIVED);
  if (detail) detail->section_number = section_number;
}

uint64_t pn_disposition_get_section_offset(pn_disposition_t *disposition) {
  const struct pni_disposition_detail *detail = detail_as(disposition, PN_RECEIVED);
  return detail ? detail->section_offset : 0;
}

void pn_disposition_set_section_offset(pn_disposition_t *disposition, uint64_t section_offset) {
  struct pni_disposition_detail *detail = make(disposition, PN_RECEIVED);
  if (detail) detail->section_offset = section_offset;
}

bool pn_disposition_is_failed(pn_disposition_t *disposition) {
  const struct pni_disposition_detail *detail = detail_as(disposition, PN_MODIFIED);
  return detail && detail->failed;
}

void pn_disposition_set_failed(pn_disposition_t *disposition, bool failed) {
  struct pni_disposition_detail *detail = make(disposition, PN_MODIFIED);
  if (detail) detail->failed = failed;
}

bool pn_disposition_is_undeliverable(pn_disposition_t *disposition) {
  const struct pni_disposition_detail *detail = detail_as(disposition, PN_MODIFIED);
  return detail && detail->undeliverable;
}

void pn_disposition_set_undeliverable(pn_disposition_t *disposition, bool undeliverable) {
  struct pni_disposition_detail *detail = make(disposition, PN_MODIFIED);
  if (detail) detail->undeliverable = undeliverable;
}

pn_data_t *pn_disposition_annotations(pn_disposition_t *disposition) {
  struct pni_disposition_detail *detail = offer(disposition, PN_MODIFIED);
  return detail ? pni_tree_data(&detail->annotations) : NULL;
}

/* Views: the disposition itself. */

static pn_disposition_t *view(pn_disposition_t *disposition, uint64_t type) {
  if (disposition->type == 0) pni_disposition_become(disposition, type);
  return disposition->type == type && !pni_disposition_custom(disposition) ? disposition : NULL;
}

#define VIEW(name, type)                                                                                     \
  static pn_disposition_t *of_##name(pn_##name##_disposition_t *view_of) {                                   \
    return (pn_disposition_t *)view_of;                                                                      \
  }                                                                                                          \
  pn_##name##_disposition_t *pn_##name##_disposition(pn_disposition_t *disposition) {                        \
    return (pn_##name##_disposition_t *)view(disposition, (type));                                           \
  }
VIEW(received, PN_RECEIVED)
VIEW(rejected, PN_REJECTED)
VIEW(modified, PN_MODIFIED)
VIEW(declared, PN_DECLARED)
VIEW(transactional, PN_TRANSACTIONAL_STATE)

pn_condition_t *pn_rejected_disposition_condition(pn_rejected_disposition_t *disposition) {
  return pn_disposition_condition(of_rejected(disposition));
}

uint32_t pn_received_disposition_get_section_number(pn_received_disposition_t *disposition) {
  return pn_disposition_get_section_number(of_received(disposition));
}

void pn_received_disposition_set_section_number(pn_received_disposition_t *disposition, uint32_t number) {
  pn_disposition_set_section_number(of_received(disposition), number);
}

uint64_t pn_received_disposition_get_section_offset(pn_received_disposition_t *disposition) {
  return pn_disposition_get_section_offset(of_received(disposition));
}

void pn_received_disposition_set_section_offset(pn_received_disposition_t *disposition, uint64_t offset) {
  pn_disposition_set_section_offset(of_received(disposition), offset);
}

bool pn_modified_disposition_is_failed(pn_modified_disposition_t *disposition) {
  return pn_disposition_is_failed(of_modified(disposition));
}

void pn_modified_disposition_set_failed(pn_modified_disposition_t *disposition, bool failed) {
  pn_disposition_set_failed(of_modified(disposition), failed);
}

bool pn_modified_disposition_is_undeliverable(pn_modified_disposition_t *disposition) {
  return pn_disposition_is_undeliverable(of_modified(disposition));
}

void pn_modified_disposition_set_undeliverable(pn_modified_disposition_t *disposition, bool undeliverable) {
  pn_disposition_set_undeliverable(of_modified(disposition), undeliverable);
}

pn_data_t *pn_modified_disposition_annotations(pn_modified_disposition_t *disposition) {
  return pn_disposition_annotations(of_modified(disposition));
}

static pn_bytes_t get_id(const pn_disposition_t *disposition, uint64_t type) {
  const struct pni_disposition_detail *detail = detail_as(disposition, type);
  return detail && detail->id_size > 0 ? pn_bytes(detail->id_size, detail->id) : pn_bytes(0, NULL);
}

static void set_id(pn_disposition_t *disposition, uint64_t type, pn_bytes_t id) {
  struct pni_disposition_detail *detail = make(disposition, type);
  if (!detail) return;
  detail->id_size = id.size <= PNI_TRANSACTION_ID_MAX ? (uint8_t)id.size : 0;
  if (detail->id_size > 0) memmove(detail->id, id.start, detail->id_size);
}

pn_bytes_t pn_declared_disposition_get_id(pn_declared_disposition_t *disposition) {
  return get_id(of_declared(disposition), PN_DECLARED);
}

void pn_declared_disposition_set_id(pn_declared_disposition_t *disposition, pn_bytes_t id) {
  set_id(of_declared(disposition), PN_DECLARED, id);
}

pn_bytes_t pn_transactional_disposition_get_id(pn_transactional_disposition_t *disposition) {
  return get_id(of_transactional(disposition), PN_TRANSACTIONAL_STATE);
}

void pn_transactional_disposition_set_id(pn_transactional_disposition_t *disposition, pn_bytes_t id) {
  set_id(of_transactional(disposition), PN_TRANSACTIONAL_STATE, id);
}

uint64_t pn_transactional_disposition_get_outcome_type(pn_transactional_disposition_t *disposition) {
  const struct pni_disposition_detail *detail =
      detail_as(of_transactional(disposition), PN_TRANSACTIONAL_STATE);
  return detail ? detail->outcome_type : 0;
}

void pn_transactional_disposition_set_outcome_type(
    pn_transactional_disposition_t *disposition, uint64_t type) {
  struct pni_disposition_detail *detail = make(of_transactional(disposition), PN_TRANSACTIONAL_STATE);
  if (!detail) return;
  detail->outcome_type = type;
  pni_tree_clear(&detail->outcome);
}

/* Make the list from what belongs to the state until now, unless it is what counts already. */
static pni_status make_raw(pn_disposition_t *disposition, struct pni_disposition_detail *detail) {
  if (pni_disposition_custom(disposition)) return PNI_OK;
  struct pni_writer writer = pni_writer(NULL, 0);
  pni_disposition_write(disposition, &writer);
  if (writer.size == 0) {
    pni_tree_empty_out(&detail->raw);
    return PNI_OK;
  }
  uint8_t *block = malloc(writer.size);
  if (!block) return PNI_NO_MEMORY;
  writer = pni_writer(block, writer.size);
  pni_disposition_write(disposition, &writer);
  struct pni_reader reader = pni_reader(block, writer.size);
  uint64_t type;
  reader.pos++; /* the constructor of a described value */
  pni_status status = pni_read_descriptor(&reader, &type);
  if (!status) {
    const pn_bytes_t list = pn_bytes(pni_reader_left(&reader), (const char *)reader.pos);
    status = pni_tree_keep(&detail->raw, list);
  }
  free(block);
  return status;
}

pn_custom_disposition_t *pn_custom_disposition(pn_disposition_t *disposition) {
  struct pni_disposition_detail *detail = pni_disposition_detail(disposition);
  if (!detail || make_raw(disposition, detail)) return NULL;
  detail->custom = true;
  return (pn_custom_disposition_t *)disposition;
}

pn_data_t *pn_disposition_data(pn_disposition_t *disposition) {
  struct pni_disposition_detail *detail = pni_disposition_detail(disposition);
  return detail && !make_raw(disposition, detail) ? pni_tree_data(&detail->raw) : NULL;
}

pn_data_t *pn_custom_disposition_data(pn_custom_disposition_t *custom) {
  struct pni_disposition_detail *detail = pni_disposition_detail((pn_disposition_t *)custom);
  return detail ? pni_tree_data(&detail->raw) : NULL;
}

uint64_t pn_custom_disposition_get_type(pn_custom_disposition_t *custom) {
  return pn_disposition_type((pn_disposition_t *)custom);
}

void pn_custom_disposition_set_type(pn_custom_disposition_t *custom, uint64_t type) {
  ((pn_disposition_t *)custom)->type = type;
}
