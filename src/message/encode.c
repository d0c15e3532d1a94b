/* encode.c: a message into bytes. [3.2]
 *
 * Each section is written from the newest of what there is: a tree that was changed, fields that were set, else by copying
 * the bytes that were decoded. Writing is measuring when there is no room (see wire/writer.h), so the size that a message
 * needs is known after one pass. */
#include "message/message.h"

#include <stdlib.h>

enum { BUFFER_AT_FIRST = 256 };

static void copy_section(const pn_message_t *msg, struct pni_writer *writer, enum pni_section section) {
  const struct pni_place *const place = &msg->places[section];
  if (pni_message_has(msg, section)) pni_write_raw(writer, place->start, (size_t)(place->end - place->start));
}

static void write_header(const pn_message_t *msg, struct pni_writer *writer) {
  const struct pni_header_has has = msg->header.has;
  if (!msg->header_set)
    copy_section(msg, writer, PNI_SECTION_header);
  else if (has.durable || has.priority || has.ttl || has.first_acquirer || has.delivery_count)
    pni_header_encode(writer, &msg->header);
}

static void write_properties(const pn_message_t *msg, struct pni_writer *writer) {
  if (!msg->properties_set) {
    copy_section(msg, writer, PNI_SECTION_properties);
    return;
  }
  const size_t at = writer->size;
  pni_properties_encode(writer, &msg->properties);
  enum { EMPTY = 4 }; /* a descriptor and an empty list */
  if (writer->size == at + EMPTY) writer->size = at;
}

static PNI_COLD pni_status cannot(pn_message_t *msg, enum pni_section section, const char *what) {
  const struct pni_fault fault = {.type = pni_sections[section].name, .what = what};
  return pni_message_fault(msg, PNI_BAD_ARGUMENT, &fault);
}

/* What the tree has against being encoded. */
static PNI_COLD pni_status refused(
    pn_message_t *msg, pni_status status, enum pni_section section, pn_data_t *data) {
  const char *const text = pn_error_text(pn_data_error(data));
  const struct pni_fault fault = {.type = pni_sections[section].name, .what = text ? text : "no memory"};
  return pni_message_fault(msg, status, &fault);
}

/* A section that is a map, or nothing: so is one whose tree is empty or null. */
static pni_status write_map(
    pn_message_t *msg, struct pni_writer *writer, enum pni_section section, enum pni_tree tree) {
  if (!pni_message_tree_changed(msg, tree)) {
    copy_section(msg, writer, section);
    return PNI_OK;
  }
  pn_data_t *const data = msg->trees[tree];
  pn_data_rewind(data);
  if (!pn_data_next(data) || pn_data_type(data) == PN_NULL) return PNI_OK;
  if (pn_data_type(data) != PN_MAP) return cannot(msg, section, "not a map");
  if (pn_data_next(data)) return cannot(msg, section, "more than one value");
  pni_write_descriptor(writer, pni_sections[section].code);
  const pni_status status = pni_data_write(data, writer);
  return PNI_LIKELY(status == PNI_OK) ? PNI_OK : refused(msg, status, section, data);
}

static enum pni_section section_of(pn_type_t type) {
  return type == PN_BINARY ? PNI_SECTION_data
         : type == PN_LIST ? PNI_SECTION_amqp_sequence
                           : PNI_SECTION_amqp_value;
}

/* The body that was decoded. Whoever said otherwise about `inferred` since gets its value in the other kind of section. */
static void copy_body(const pn_message_t *msg, struct pni_writer *writer) {
  const enum pni_section section = pni_message_body_section(msg);
  const struct pni_place *const place = &msg->places[section];
  enum pni_section wanted = PNI_SECTION_amqp_value;
  if (msg->inferred) wanted = section_of((pn_type_t)pni_encodings[*place->value].type);
  if (wanted == section || msg->body_repeated) {
    copy_section(msg, writer, section);
  } else {
    pni_write_descriptor(writer, pni_sections[wanted].code);
    pni_write_raw(writer, place->value, (size_t)(place->end - place->value));
  }
}

/* Several values: sections of one kind, the only one that each of them can be. */
static pni_status write_values(
    pn_message_t *msg, struct pni_writer *writer, pn_data_t *data, enum pni_section section) {
  if (section == PNI_SECTION_amqp_value) return cannot(msg, section, "more than one value");
  pn_data_rewind(data);
  while (pn_data_next(data)) {
    if (section_of(pn_data_type(data)) != section) {
      return cannot(msg, section, "values of a body are either all binaries or all lists");
    }
    pni_write_descriptor(writer, pni_sections[section].code);
    const pni_status status = pni_data_write_current(data, writer);
    if (status) return refused(msg, status, section, data);
  }
  return PNI_OK;
}

static void write_null_body(struct pni_writer *writer) {
  pni_write_descriptor(writer, pni_sections[PNI_SECTION_amqp_value].code);
  pni_write_null(writer);
}

static pni_status write_body(pn_message_t *msg, struct pni_writer *writer) {
  pn_data_t *const data = msg->trees[PNI_TREE_BODY];
  const bool changed = pni_message_tree_changed(msg, PNI_TREE_BODY);
  if (!changed && msg->present & PNI_BODY_SECTIONS) {
    copy_body(msg, writer);
    return PNI_OK;
  }
  /* A message that came without a body leaves without one: the bare message is the sender's. */
  if (!changed && msg->present) return PNI_OK;
  if (changed) pn_data_rewind(data);
  if (!changed || !pn_data_next(data)) {
    write_null_body(writer);
    return PNI_OK;
  }
  const enum pni_section kind = section_of(pn_data_type(data));
  if (pn_data_next(data)) return write_values(msg, writer, data, kind);
  const enum pni_section section = msg->inferred ? kind : PNI_SECTION_amqp_value;
  pni_write_descriptor(writer, pni_sections[section].code);
  const pni_status status = pni_data_write(data, writer);
  return PNI_LIKELY(status == PNI_OK) ? PNI_OK : refused(msg, status, section, data);
}

static pni_status write_sections(pn_message_t *msg, struct pni_writer *writer) {
  const size_t start = writer->size;
  TRY(pni_message_take_ids(msg));
  write_header(msg, writer);
  TRY(write_map(msg, writer, PNI_SECTION_delivery_annotations, PNI_TREE_DELIVERY_ANNOTATIONS));
  TRY(write_map(msg, writer, PNI_SECTION_message_annotations, PNI_TREE_MESSAGE_ANNOTATIONS));
  write_properties(msg, writer);
  TRY(write_map(msg, writer, PNI_SECTION_application_properties, PNI_TREE_APPLICATION_PROPERTIES));
  TRY(write_body(msg, writer));
  copy_section(msg, writer, PNI_SECTION_footer);
  /* One that came without a body, and has since lost what it came with, would else be no message at all. */
  if (writer->size == start) write_null_body(writer);
  return PNI_OK;
}

/* All of a message. Its trees are at their start then, so that what is put next overwrites what was encoded: there are
 * programs that fill one message over and over without clearing it. */
static pni_status write_message(pn_message_t *msg, struct pni_writer *writer) {
  const pni_status status = write_sections(msg, writer);
  for (unsigned which = 0; which < PNI_TREE_COUNT; which++) {
    if (msg->trees[which]) pn_data_rewind(msg->trees[which]);
  }
  return status;
}

int pn_message_encode(pn_message_t *msg, char *bytes, size_t *size) {
  struct pni_writer writer = pni_writer(bytes, *size);
  TRY(write_message(msg, &writer));
  if (PNI_UNLIKELY(!pni_writer_fits(&writer))) {
    return pni_message_fail(
        msg, PNI_OVERFLOW, "encoding takes %zu bytes and there is room for %zu", writer.size, *size);
  }
  *size = writer.size;
  return 0;
}

/* Make the buffer one of at least that size. */
static pni_status grow_buffer(pn_message_t *msg, pn_rwbytes_t *buf, size_t needed) {
  size_t size = buf->start && buf->size > 0 ? buf->size : BUFFER_AT_FIRST;
  while (size < needed) size = size > SIZE_MAX / 2 ? needed : 2 * size;
  char *const start = realloc(buf->start, size);
  if (!start) return pni_message_fail(msg, PNI_NO_MEMORY, "no memory for %zu bytes", size);
  *buf = pn_rwbytes(size, start);
  return PNI_OK;
}

ssize_t pn_message_encode2(pn_message_t *msg, pn_rwbytes_t *buf) {
  if (!buf->start || buf->size == 0) TRY(grow_buffer(msg, buf, BUFFER_AT_FIRST));
  struct pni_writer writer = pni_writer(buf->start, buf->size);
  TRY(write_message(msg, &writer));
  if (PNI_UNLIKELY(!pni_writer_fits(&writer))) {
    TRY(grow_buffer(msg, buf, writer.size));
    writer = pni_writer(buf->start, buf->size);
    TRY(write_message(msg, &writer));
  }
  return (ssize_t)writer.size;
}

int pn_message_data(pn_message_t *msg, pn_data_t *data) {
  pn_rwbytes_t buf = {.size = 0, .start = NULL};
  const ssize_t size = pn_message_encode2(msg, &buf);
  int status = size < 0 ? (int)size : 0;
  if (status == 0) {
    pn_data_clear(data);
    struct pni_reader reader = pni_reader(buf.start, (size_t)size);
    while (status == 0 && reader.pos != reader.end) status = pni_data_read(data, &reader);
    if (status) pn_error_copy(&msg->error, pn_data_error(data));
  }
  free(buf.start);
  return status;
}
