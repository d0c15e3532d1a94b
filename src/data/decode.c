/* decode.c: encoded values put into a tree. [1]
 *
 * A consumer of the walker, which checks everything; the place in the tree is the decoder's stack. Most values are lists and
 * maps of scalars in the usual encodings: those are taken in runs, straight from their bytes. A run only takes what is
 * beyond doubt; at whatever else there is it stops, and the walker goes on and says what is wrong, if anything is.
 *
 * On failure every trace of the value is removed (pni_data_mark in node.h). */
#include "base/text.h"
#include "data/node.h"
#include "wire/quick.h"
#include "wire/utf8.h"
#include "wire/walker.h"

#define HIGH_BITS 0x8080808080808080u

/* Where a string of up to 255 octets goes. False if it is cut short, or not the text that it has to be. */
static bool copy_string(char *to, uint8_t code, const uint8_t *from, size_t size) {
  memcpy(to, from, size);
  if (code == PNI_STR8) return pni_utf8(from, size);
  return code == PNI_VBIN8 || pni_ascii(from, size);
}

PNI_INLINE bool is_string(uint8_t code) { return code == PNI_STR8 || code == PNI_SYM8 || code == PNI_VBIN8; }

/* Take a scalar of up to 64 bits in one of its usual encodings; returns the octets it took, 0 for anything else. */
PNI_INLINE size_t take_fixed(const uint8_t *pos, size_t room, uint64_t *bits) {
  switch (pos[0]) {
  case PNI_NULL:
  case PNI_FALSE:
  case PNI_UINT0:
  case PNI_ULONG0:
  case PNI_TRUE: *bits = pos[0] == PNI_TRUE; return 1;
  case PNI_UBYTE:
  case PNI_SMALLUINT:
  case PNI_SMALLULONG:
    if (room < 2) return 0;
    *bits = pos[1];
    return 2;
  case PNI_BYTE:
  case PNI_SMALLINT:
  case PNI_SMALLLONG:
    if (room < 2) return 0;
    *bits = (uint64_t)(int8_t)pos[1];
    return 2;
  case PNI_UINT:
  case PNI_CHAR:
  case PNI_FLOAT:
    if (room < 5) return 0;
    *bits = pni_load32(pos + 1);
    return 5;
  case PNI_INT:
    if (room < 5) return 0;
    *bits = (uint64_t)(int32_t)pni_load32(pos + 1);
    return 5;
  case PNI_ULONG:
  case PNI_LONG:
  case PNI_TIMESTAMP:
  case PNI_DOUBLE:
    if (room < 9) return 0;
    *bits = pni_load64(pos + 1);
    return 9;
  default: return 0;
  }
}

/* Put the items that come next in a list or map, of which *left are to come, as far as a run takes them: `strings` among
 * them, for which there is room, or none. */
PNI_INLINE void put_items(pn_data_t *data, struct pni_reader *reader, uint32_t *left, bool strings) {
  const uint32_t first = data->node_count;
  const uint32_t room = data->node_end - first;
  const uint16_t within = data->parent;
  const uint8_t *pos = reader->pos;
  struct pni_node *node = &data->nodes[first];
  const struct pni_node *const stop = node + (*left < room ? *left : room);
  uint32_t offset = data->bytes_size;
  uint32_t at = first;
  for (; node < stop && pos < reader->end; node++, at++) {
    const uint8_t code = pos[0];
    const size_t octets = (size_t)(reader->end - pos);
    if (is_string(code)) {
      if (!strings || octets < 2) break;
      const size_t size = pos[1];
      if (size > octets - 2) break;
      char *const to = data->bytes + offset;
      if (PNI_UNLIKELY(size > PNI_COPY_FEW || (pni_copy_few(to, pos + 2, size) & HIGH_BITS)) &&
          !copy_string(to, code, pos + 2, size))
        break;
      to[size] = '\0';
      node->value.bytes.offset = offset;
      node->value.bytes.size = (uint32_t)size;
      offset += (uint32_t)size + 1;
      pos += 2 + size;
    } else {
      const size_t taken = take_fixed(pos, octets, &node->value.bits);
      if (taken == 0) break;
      pos += taken;
    }
    node->type = pni_encodings[code].type;
    node->element = 0;
    node->next = (uint16_t)(at + 1);
    node->parent = within;
    node->prev = (uint16_t)(at - 1);
  }
  if (at == first) return;
  node[-1].next = 0;
  data->nodes[first].prev = data->current;
  *pni_data_link(data) = (uint16_t)first;
  data->nodes[within].value.items.count += (uint16_t)(at - first);
  *left -= at - first;
  data->node_count = at;
  data->current = (uint16_t)(at - 1);
  data->bytes_size = offset;
  reader->pos = pos;
}

static void put_run(pn_data_t *data, struct pni_reader *reader, uint32_t *left) {
  if (data->node_count >= data->node_end || reader->pos == reader->end) return;
  /* A string with its NUL takes no more room than it did encoded; a list of numbers takes none. */
  const size_t most = pni_reader_left(reader);
  if (PNI_LIKELY(pni_data_has_room(data, most)) ||
      (is_string(reader->pos[0]) && pni_data_make_room(data, most)))
    put_items(data, reader, left, true);
  else
    put_items(data, reader, left, false);
}

static pni_status put_scalar(pn_data_t *data, const struct pni_value *value) {
  const pn_type_t type = (pn_type_t)value->type;
  if (type < PN_DECIMAL128) {
    const pn_atom_t atom = pni_value_atom(value);
    const union pni_node_value bits = {.bits = pni_atom_bits(&atom)};
    return pni_data_add(data, type, bits) ? PNI_OK : PNI_NO_MEMORY;
  }
  const char *start = (const char *)value->body;
  TRY(pni_data_reserve_bytes(data, value->size, &start));
  struct pni_node *node = pni_data_add(data, type, (union pni_node_value){.bits = 0});
  if (!node) return PNI_NO_MEMORY;
  node->value = pni_data_add_bytes(data, start, value->size);
  return PNI_OK;
}

PNI_INLINE void enter(pn_data_t *data) {
  data->parent = data->current;
  data->current = 0;
}

PNI_INLINE void leave(pn_data_t *data) {
  data->current = data->parent;
  data->parent = data->nodes[data->current].parent;
}

static pni_status put_step(pn_data_t *data, const struct pni_step *step) {
  if (step->kind == PNI_STEP_SCALAR) return put_scalar(data, &step->value);
  if (step->kind == PNI_STEP_ENTER) {
    const pn_type_t type = (pn_type_t)step->value.type;
    struct pni_node *node = pni_data_add(data, type, (union pni_node_value){.bits = 0});
    if (!node) return PNI_NO_MEMORY;
    if (type == PN_ARRAY) pni_node_set_element(node, step->described, (pn_type_t)step->element);
    enter(data);
  } else {
    leave(data);
  }
  return PNI_OK;
}

/* Note what the reader found, or what the tree had no room for, at which byte. */
static PNI_COLD void decode_failure(
    pn_data_t *data, const struct pni_reader *reader, pni_status status, size_t offset) {
  char what[256];
  struct pni_text text = pni_text(what, sizeof what);
  if (reader->fault.what)
    pni_fault_text(&reader->fault, &text);
  else
    pni_text_string(&text, data->error.text ? data->error.text : "no memory");
  (void)pni_data_fail(data, status, "%s, at offset %zu", what, offset);
}

/* Put the rest of a value that the walker has begun, or is about to. */
static pni_status put_rest(pn_data_t *data, struct pni_walker *walker, const uint8_t *start) {
  struct pni_reader *const reader = walker->reader;
  struct pni_step step;
  do {
    const uint8_t *const at = reader->pos;
    pni_status status = pni_walk_step(walker, &step);
    if (PNI_LIKELY(status == PNI_OK)) status = put_step(data, &step);
    if (PNI_UNLIKELY(status)) {
      decode_failure(data, reader, status, (size_t)(at - start));
      return status;
    }
    struct pni_level *const level = walker->depth > 0 ? &walker->levels[walker->depth - 1] : NULL;
    if (level && level->bounded && !level->array) put_run(data, reader, &level->left);
  } while (pni_walk_more(walker));
  return PNI_OK;
}

static pni_status read_value(pn_data_t *data, struct pni_reader *reader) {
  pni_data_settle(data);
  struct pni_data_mark mark;
  struct pni_walker walker;
  pni_data_mark(data, &mark);
  pni_walk(&walker, reader);
  const pni_status status = put_rest(data, &walker, reader->pos);
  if (PNI_UNLIKELY(status)) pni_data_back_to(data, &mark);
  return status;
}

/* Read on in a list or map that was put and entered, `left` of its items being still to come, and that began at `start`. */
static pni_status read_rest(pn_data_t *data, struct pni_reader *reader, const uint8_t *start,
    const uint8_t *outer, uint32_t left, const struct pni_data_mark *mark) {
  struct pni_walker walker;
  pni_walk(&walker, reader);
  walker.levels[walker.depth++] = (struct pni_level){
      .outer = outer, .left = left, .phase = PNI_PHASE_ITEMS, .array = false, .bounded = true};
  const pni_status status = put_rest(data, &walker, start);
  if (PNI_UNLIKELY(status)) pni_data_back_to(data, mark);
  return status;
}

/* Take a string, symbol or binary in its short encoding, if there is room for it and it is good. */
static inline bool read_short_bytes(pn_data_t *data, struct pni_reader *reader) {
  const uint8_t *const pos = reader->pos;
  uint16_t *const link = pni_data_link(data);
  const uint32_t offset = data->bytes_size;
  const ptrdiff_t size = pni_quick_size(pos, reader->end);
  if (size < 0 || offset + (size_t)size >= data->bytes_end || !pni_data_appends(data, link)) return false;
  if (pos[0] != PNI_VBIN8 && !pni_ascii(pos + 2, (size_t)size)) return false;
  const pn_type_t type = (pn_type_t)pni_encodings[pos[0]].type;
  struct pni_node *const node = pni_data_append_node(data, link, type, (union pni_node_value){.bits = 0});
  node->value.bytes.offset = offset;
  node->value.bytes.size = (uint32_t)size;
  data->bytes_size = offset + (uint32_t)size + 1;
  reader->pos = pos + 2 + size;
  char *const to = data->bytes + offset;
  to[size] = '\0';
  (void)pni_move(to, pos + 2, (size_t)size);
  return true;
}

/* Most lists and maps are small and hold scalars only. */
static PNI_NOINLINE pni_status read_other(pn_data_t *data, struct pni_reader *reader) {
  const uint8_t *const start = reader->pos, *const outer = reader->end;
  const size_t room = pni_reader_left(reader);
  uint16_t *const link = pni_data_link(data);
  if (room < 3 || (start[0] != PNI_LIST8 && start[0] != PNI_MAP8) || !pni_data_appends(data, link))
    return read_value(data, reader);
  const pn_type_t type = start[0] == PNI_MAP8 ? PN_MAP : PN_LIST;
  const uint32_t size = start[1], count = start[2];
  if (size > room - 2 || count >= size || (type == PN_MAP && count % 2 != 0)) return read_value(data, reader);

  const uint32_t bytes_size = data->bytes_size, content_size = data->content_size;
  uint32_t left = count;
  (void)pni_data_append_node(data, link, type, (union pni_node_value){.bits = 0});
  enter(data);
  reader->pos = start + 3;
  reader->end = start + 2 + size;
  put_run(data, reader, &left);
  const struct pni_node *const top = &data->nodes[data->parent];
  if (PNI_UNLIKELY(left != 0 || reader->pos != reader->end)) {
    const struct pni_data_mark before = {.node_count = data->parent,
        .bytes_size = bytes_size,
        .content_size = content_size,
        .parent = top->parent,
        .current = top->prev,
        .orphans = data->orphans};
    return read_rest(data, reader, start, outer, left, &before);
  }
  reader->end = outer;
  leave(data);
  return PNI_OK;
}

pni_status pni_data_read(pn_data_t *data, struct pni_reader *reader) {
  if (PNI_LIKELY(reader->pos != reader->end)) {
    const uint8_t code = *reader->pos;
    if ((code == PNI_STR8 || code == PNI_VBIN8 || code == PNI_SYM8) && read_short_bytes(data, reader))
      return PNI_OK;
  }
  return read_other(data, reader);
}

ssize_t pn_data_decode(pn_data_t *data, const char *bytes, size_t size) {
  struct pni_reader reader = pni_reader(bytes, size);
  TRY(pni_data_read(data, &reader));
  return (const char *)reader.pos - bytes;
}
