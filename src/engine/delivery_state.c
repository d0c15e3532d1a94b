/* delivery_state.c: the standard's delivery-state, both directions: what a disposition reads and writes. [3.4, 4.5.5, 4.5.6]
 *
 * Reading decodes first and then changes the disposition, so a state that is not well formed changes nothing. A state that
 * is of the same type as before reuses what the application may know of. */
#include "engine/disposition_detail.h"
#include "wire/performative.h"

static pni_status not_a_state(struct pni_reader *reader) {
  return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a delivery-state");
}

static pni_status no_memory(struct pni_reader *reader) {
  return pni_reader_fail(reader, PNI_NO_MEMORY, "no memory for a delivery-state");
}

/* The state is of this type now; what has nothing to tell beyond it needs no detail. */
static pni_status become(pn_disposition_t *disposition, struct pni_reader *reader, uint64_t type, bool more) {
  if (!more || disposition->type != type || pni_disposition_custom(disposition))
    pni_disposition_drop_detail(disposition);
  disposition->type = type;
  return more && !pni_disposition_detail(disposition) ? no_memory(reader) : PNI_OK;
}

static pni_status read_received(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_received received;
  TRY(pni_received_decode(reader, &received));
  TRY(become(disposition, reader, PN_RECEIVED, true));
  disposition->detail->section_number = received.section_number;
  disposition->detail->section_offset = received.section_offset;
  return PNI_OK;
}

static pni_status read_rejected(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_rejected rejected;
  TRY(pni_rejected_decode(reader, &rejected));
  TRY(become(disposition, reader, PN_REJECTED, rejected.has.error));
  if (!rejected.has.error) return PNI_OK;
  return pni_condition_read(&disposition->detail->condition, rejected.error) ? no_memory(reader) : PNI_OK;
}

static pni_status read_modified(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_modified modified;
  TRY(pni_modified_decode(reader, &modified));
  const bool more =
      modified.delivery_failed || modified.undeliverable_here || modified.has.message_annotations;
  TRY(become(disposition, reader, PN_MODIFIED, more));
  if (!more) return PNI_OK;
  disposition->detail->failed = modified.delivery_failed;
  disposition->detail->undeliverable = modified.undeliverable_here;
  return pni_tree_keep(&disposition->detail->annotations, modified.message_annotations) ? no_memory(reader)
                                                                                        : PNI_OK;
}

/* A transaction-id, which is a binary of up to 32 octets. [4.5.4] */
static pni_status decode_id(struct pni_reader *reader, const char *type, pn_bytes_t encoded, pn_bytes_t *id) {
  struct pni_reader inside = pni_reader(encoded.start, encoded.size);
  struct pni_value value;
  TRY(pni_read_head(&inside, &value));
  *id = pni_value_bytes(&value);
  if (value.type == PN_BINARY && id->size <= PNI_TRANSACTION_ID_MAX) return PNI_OK;
  reader->fault =
      (struct pni_fault){.what = "not a binary of up to 32 octets", .type = type, .field = "txn_id"};
  return PNI_BAD_ARGUMENT;
}

static void keep_id(struct pni_disposition_detail *detail, pn_bytes_t id) {
  detail->id_size = (uint8_t)id.size;
  if (id.size > 0) memcpy(detail->id, id.start, id.size);
}

static pni_status read_declared(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_declared declared;
  pn_bytes_t id;
  TRY(pni_declared_decode(reader, &declared));
  TRY(decode_id(reader, "declared", declared.txn_id, &id));
  TRY(become(disposition, reader, PN_DECLARED, true));
  keep_id(disposition->detail, id);
  return PNI_OK;
}

static pni_status decode_outcome(struct pni_reader *reader, pn_bytes_t encoded, uint64_t *type) {
  struct pni_reader inside = pni_reader(encoded.start, encoded.size);
  *type = 0;
  if (encoded.size == 0) return PNI_OK;
  if (*inside.pos++ == PNI_DESCRIPTOR) {
    TRY(pni_read_descriptor(&inside, type));
    if ((*type >= PN_ACCEPTED && *type <= PN_MODIFIED) || *type == PN_DECLARED) return PNI_OK;
  }
  reader->fault =
      (struct pni_fault){.what = "not an outcome", .type = "transactional_state", .field = "outcome"};
  return PNI_BAD_ARGUMENT;
}

static pni_status read_transactional(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_transactional_state state;
  pn_bytes_t id;
  uint64_t outcome;
  TRY(pni_transactional_state_decode(reader, &state));
  TRY(decode_id(reader, "transactional_state", state.txn_id, &id));
  TRY(decode_outcome(reader, state.outcome, &outcome));
  TRY(become(disposition, reader, PN_TRANSACTIONAL_STATE, true));
  keep_id(disposition->detail, id);
  disposition->detail->outcome_type = outcome;
  return pni_tree_keep(&disposition->detail->outcome, state.outcome) ? no_memory(reader) : PNI_OK;
}

/* A state that the standard does not define: what it carries is kept as it is. */
static pni_status read_custom(pn_disposition_t *disposition, struct pni_reader *reader, uint64_t type) {
  pn_bytes_t body;
  if (type == UINT64_MAX || pni_composite(type)) return not_a_state(reader);
  TRY(pni_read_value(reader, &body));
  pni_disposition_drop_detail(disposition);
  disposition->type = type;
  if (!pni_disposition_detail(disposition)) return no_memory(reader);
  disposition->detail->custom = true;
  return pni_tree_keep(&disposition->detail->raw, body) ? no_memory(reader) : PNI_OK;
}

pni_status pni_disposition_read(pn_disposition_t *disposition, struct pni_reader *reader) {
  struct pni_accepted accepted;
  struct pni_released released;
  uint64_t type;
  if (pni_reader_left(reader) == 0) return PNI_OK;
  if (*reader->pos++ != PNI_DESCRIPTOR) return not_a_state(reader);
  TRY(pni_read_descriptor(reader, &type));
  switch (type) {
  case PN_ACCEPTED:
    TRY(pni_accepted_decode(reader, &accepted));
    return become(disposition, reader, PN_ACCEPTED, false);
  case PN_RELEASED:
    TRY(pni_released_decode(reader, &released));
    return become(disposition, reader, PN_RELEASED, false);
  case PN_RECEIVED: return read_received(disposition, reader);
  case PN_REJECTED: return read_rejected(disposition, reader);
  case PN_MODIFIED: return read_modified(disposition, reader);
  case PN_DECLARED: return read_declared(disposition, reader);
  case PN_TRANSACTIONAL_STATE: return read_transactional(disposition, reader);
  default: return read_custom(disposition, reader, type);
  }
}

uint64_t pni_disposition_plain_type(pn_bytes_t state) {
  const uint8_t *const octets = (const uint8_t *)state.start;
  enum { SIZE = 4 };
  if (state.size != SIZE || octets[0] != PNI_DESCRIPTOR || octets[1] != PNI_SMALLULONG ||
      octets[3] != PNI_LIST0)
    return 0;
  return octets[2] == PN_ACCEPTED || octets[2] == PN_RELEASED ? octets[2] : 0;
}

static void write_received(const struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const struct pni_received received = {.section_number = detail ? detail->section_number : 0,
      .section_offset = detail ? detail->section_offset : 0,
      .has = {.section_number = true, .section_offset = true}};
  pni_received_encode(writer, &received);
}

static void write_rejected(struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_rejected rejected = {.has.error = false};
  if (detail) pni_condition_write(&detail->condition, writer);
  rejected.error = pni_written(writer, at);
  rejected.has.error = rejected.error.size > 0;
  const size_t from = writer->size;
  pni_rejected_encode(writer, &rejected);
  pni_write_over(writer, at, from);
}

static void write_modified(struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_modified modified = {.has.nothing = false};
  if (detail) {
    modified.message_annotations = pni_tree_put(&detail->annotations, writer);
    modified.has.message_annotations = modified.message_annotations.size > 0;
    modified.delivery_failed = modified.has.delivery_failed = detail->failed;
    modified.undeliverable_here = modified.has.undeliverable_here = detail->undeliverable;
  }
  const size_t from = writer->size;
  pni_modified_encode(writer, &modified);
  pni_write_over(writer, at, from);
}

static pn_bytes_t put_id(const struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const size_t at = writer->size;
  pni_write_bytes(writer, PNI_VBIN8, detail ? pn_bytes(detail->id_size, detail->id) : pn_bytes(0, NULL));
  return pni_written(writer, at);
}

static void write_declared(const struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const size_t at = writer->size;
  const struct pni_declared declared = {.txn_id = put_id(detail, writer), .has.txn_id = true};
  const size_t from = writer->size;
  pni_declared_encode(writer, &declared);
  pni_write_over(writer, at, from);
}

/* An outcome that came from the peer goes back as it was. */
static pn_bytes_t put_outcome(struct pni_disposition_detail *detail, struct pni_writer *writer) {
  if (!detail || detail->outcome_type == 0) return pn_bytes(0, NULL);
  if (!pni_tree_empty(&detail->outcome)) return pni_tree_put(&detail->outcome, writer);
  const size_t at = writer->size;
  if (detail->outcome_type == PN_MODIFIED) {
    const struct pni_modified modified = {.delivery_failed = true,
        .undeliverable_here = true,
        .has = {.delivery_failed = true, .undeliverable_here = true}};
    pni_modified_encode(writer, &modified);
  } else {
    pni_write_descriptor(writer, (uint8_t)detail->outcome_type);
    pni_write_octet(writer, PNI_LIST0);
  }
  return pni_written(writer, at);
}

static void write_transactional(struct pni_disposition_detail *detail, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_transactional_state state = {.txn_id = put_id(detail, writer), .has.txn_id = true};
  state.outcome = put_outcome(detail, writer);
  state.has.outcome = state.outcome.size > 0;
  const size_t from = writer->size;
  pni_transactional_state_encode(writer, &state);
  pni_write_over(writer, at, from);
}

/* What the standard does not define, and what was given as a list. */
static void write_custom(pn_disposition_t *disposition, struct pni_writer *writer) {
  pni_write_octet(writer, PNI_DESCRIPTOR);
  pni_write_ulong(writer, disposition->type);
  const size_t at = writer->size;
  if (disposition->detail) pni_tree_write(&disposition->detail->raw, writer);
  if (writer->size == at) pni_write_octet(writer, PNI_LIST0);
}

void pni_disposition_write(pn_disposition_t *disposition, struct pni_writer *writer) {
  struct pni_disposition_detail *detail = disposition->detail;
  if (disposition->type == 0) return;
  if (!pni_disposition_standard(disposition->type) || pni_disposition_custom(disposition)) {
    write_custom(disposition, writer);
    return;
  }
  switch (disposition->type) {
  case PN_RECEIVED: write_received(detail, writer); break;
  case PN_REJECTED: write_rejected(detail, writer); break;
  case PN_MODIFIED: write_modified(detail, writer); break;
  case PN_DECLARED: write_declared(detail, writer); break;
  case PN_TRANSACTIONAL_STATE: write_transactional(detail, writer); break;
  default: /* accepted, released: nothing belongs to them */
    pni_write_descriptor(writer, (uint8_t)disposition->type);
    pni_write_octet(writer, PNI_LIST0);
  }
}
