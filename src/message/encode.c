/* encode.c: a message into bytes. [3.2]
 *
 * Each section is written from the newest of what there is: a tree that was changed, fields that were set, else by copying
 * the bytes that were decoded. Writing is measuring when there is no room (see wire/writer.h), so the size that a message
 * needs is known after one pass. */
#include "message/message.h"

#include <stdlib.h>

enum { BUFFER_AT_FIRST = 256 };

static inline void copy_section(
    const pn_message_t *msg, struct pni_writer *writer, enum pni_section section) {
  if (PNI_LIKELY(!pni_message_has(msg, section))) return;
  const pn_bytes_t octets = pni_message_section(msg, section);
  pni_write_raw(writer, octets.start, octets.size);
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

static pni_status write_tree(
    pn_message_t *msg, struct pni_writer *writer, enum pni_section section, pn_data_t *data) {
  pni_write_descriptor(writer, (uint8_t)(PNI_SECTION_FIRST_CODE + section));
  const pni_status status = pni_data_write(data, writer);
  return PNI_LIKELY(status == PNI_OK) ? PNI_OK : refused(msg, status, section, data);
}

/* What a changed tree has against being a map; nothing if it is empty or null, which stands for no section. */
static PNI_COLD pni_status no_map(pn_message_t *msg, enum pni_section section, unsigned change) {
  if (change & PNI_DATA_SEVERAL) return cannot(msg, section, "more than one value");
  const unsigned type = change & PNI_DATA_TYPE;
  return type == 0 || type == PN_NULL ? PNI_OK : cannot(msg, section, "not a map");
}

static inline pni_status write_map(
    pn_message_t *msg, struct pni_writer *writer, enum pni_section section, enum pni_tree tree) {
  pn_data_t *const data = msg->trees[tree];
  const unsigned change = data ? pni_data_rewind_changed(data) : 0;
  if (PNI_LIKELY(change == (PNI_DATA_CHANGED | PN_MAP))) return write_tree(msg, writer, section, data);
  if (PNI_UNLIKELY(change != 0)) return no_map(msg, section, change);
  copy_section(msg, writer, section);
  return PNI_OK;
}

static enum pni_section section_of(pn_type_t type) {
  return type == PN_BINARY ? PNI_SECTION_data
         : type == PN_LIST ? PNI_SECTION_amqp_sequence
                           : PNI_SECTION_amqp_value;
}

/* The body that was decoded. Whoever said otherwise about `inferred` since gets its value in the other kind of section. */
static void copy_body(const pn_message_t *msg, struct pni_writer *writer) {
  const enum pni_section section = pni_message_body_section(msg);
  const pn_bytes_t octets = pni_message_section(msg, section);
  const size_t descriptor = pni_message_descriptor_size(octets);
  const char *const value = octets.start + descriptor;
  enum pni_section wanted = PNI_SECTION_amqp_value;
  if (msg->inferred) wanted = section_of((pn_type_t)pni_encodings[(uint8_t)*value].type);
  if (wanted == section || msg->body_repeated) {
    pni_write_raw(writer, octets.start, octets.size);
  } else {
    pni_write_descriptor(writer, pni_sections[wanted].code);
    pni_write_raw(writer, value, octets.size - descriptor);
  }
}

static void write_null_body(struct pni_writer *writer) {
  pni_write_descriptor(writer, pni_sections[PNI_SECTION_amqp_value].code);
  pni_write_null(writer);
}

/* Several values: sections of one kind, the only one that each of them can be. */
static pni_status write_values(
    pn_message_t *msg, struct pni_writer *writer, pn_data_t *data, enum pni_section section) {
  if (section == PNI_SECTION_amqp_value) return cannot(msg, section, "more than one value");
  pni_status status = PNI_OK;
  while (status == PNI_OK && pn_data_next(data)) {
    pni_write_descriptor(writer, (uint8_t)(PNI_SECTION_FIRST_CODE + section));
    if (section_of(pn_data_type(data)) != section) {
      status = cannot(msg, section, "values of a body are either all binaries or all lists");
    } else {
      status = pni_data_write_current(data, writer);
      if (status) status = refused(msg, status, section, data);
    }
  }
  pn_data_rewind(data);
  return status;
}

/* A message that came without a body leaves without one: the bare message is its sender's. */
static void write_unchanged_body(const pn_message_t *msg, struct pni_writer *writer) {
  if (msg->present & PNI_BODY_SECTIONS)
    copy_body(msg, writer);
  else if (!msg->present)
    write_null_body(writer);
}

static inline pni_status write_body(pn_message_t *msg, struct pni_writer *writer) {
  pn_data_t *const data = msg->trees[PNI_TREE_BODY];
  const unsigned change = data ? pni_data_rewind_changed(data) : 0;
  const pn_type_t type = (pn_type_t)(change & PNI_DATA_TYPE);
  if (change == 0) {
    write_unchanged_body(msg, writer);
    return PNI_OK;
  }
  if (PNI_UNLIKELY(change == PNI_DATA_CHANGED)) {
    write_null_body(writer);
    return PNI_OK;
  }
  if (PNI_UNLIKELY(change & PNI_DATA_SEVERAL)) return write_values(msg, writer, data, section_of(type));
  return write_tree(msg, writer, msg->inferred ? section_of(type) : PNI_SECTION_amqp_value, data);
}

/* All of a message. Its trees are at their start then, so that what is put next overwrites what was encoded: there are
 * programs that fill one message over and over without clearing it. */
static pni_status write_message(pn_message_t *msg, struct pni_writer *writer) {
  TRY(pni_message_take_ids(msg));
  write_header(msg, writer);
  TRY(write_map(msg, writer, PNI_SECTION_delivery_annotations, PNI_TREE_DELIVERY_ANNOTATIONS));
  TRY(write_map(msg, writer, PNI_SECTION_message_annotations, PNI_TREE_MESSAGE_ANNOTATIONS));
  write_properties(msg, writer);
  TRY(write_map(msg, writer, PNI_SECTION_application_properties, PNI_TREE_APPLICATION_PROPERTIES));
  TRY(write_body(msg, writer));
  copy_section(msg, writer, PNI_SECTION_footer);
  if (writer->size == 0) write_null_body(writer); /* no section at all would be no message */
  return PNI_OK;
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
