/* encode.c: a tree written as AMQP values, each in its smallest encoding. [1.2, 1.6]
 *
 * A walk along the tree's own links, so depth costs no stack. A list, map or array is opened, filled and closed; where it
 * was opened is kept in its node. Closing moves what is inside if the wide encoding turns out to be needed; below a depth
 * of MOVING_DEPTH the wide one is taken at once, so that no byte is moved more often than that.
 *
 * All elements of an array share one constructor: the smallest that fits all of them. Lists, maps and arrays in arrays
 * take the wide one. [1.2.2] */
#include "data/node.h"

enum { MOVING_DEPTH = 32, NARROW = 0x10, WIDE_HEAD = 8 };

struct encoder {
  pn_data_t *data;
  struct pni_writer *writer;
  size_t start; /* the writer's size when it began; positions in nodes count from here */
  unsigned depth;
  uint16_t next; /* the node to be written next; 0 if there is none at this level */
};

static pni_status refuse(const struct encoder *e, const char *what) {
  return pni_data_fail(e->data, PNI_BAD_ARGUMENT, "cannot encode %s", what);
}

/* Whether a node is an element of an array: then it has no constructor of its own. */
static bool is_element(const struct encoder *e, const struct pni_node *node) {
  const struct pni_node *parent = &e->data->nodes[node->parent];
  return parent->type == PN_ARRAY && (node->prev != 0 || !pni_node_described_array(parent));
}

/* The encodings with a payload of one octet, and the least value that has none shorter. */
static const struct {
  uint8_t code, least;
} small_codes[] = {
    [PN_UBYTE] = {PNI_UBYTE, 0},
    [PN_BYTE] = {PNI_BYTE, 0},
    [PN_UINT] = {PNI_SMALLUINT, 1},
    [PN_INT] = {PNI_SMALLINT, 0},
    [PN_ULONG] = {PNI_SMALLULONG, 1},
    [PN_LONG] = {PNI_SMALLLONG, 0},
    [PN_UUID] = {0, 0},
};

static void write_scalar(const pn_data_t *data, struct pni_writer *writer, const struct pni_node *node) {
  const pn_atom_t atom = pni_data_atom(data, node);
  pni_write_atom(writer, &atom);
}

/* Write scalars that are neighbours, from a node on, straight to where they go. Returns the node at which that ended: one
 * that is of another kind, or for which there may be too little room; 0 behind the last. */
static PNI_NOINLINE uint16_t write_run(const pn_data_t *data, struct pni_writer *writer, uint16_t at) {
  enum { WIDEST = 5 }; /* octets of what is not bytes, of the types that are taken here */
  static const uint8_t codes[] = {[PN_BINARY] = PNI_VBIN8, [PN_STRING] = PNI_STR8, [PN_SYMBOL] = PNI_SYM8};
  if (writer->size >= writer->capacity) return at; /* there may be no place at all */
  uint8_t *p = writer->start + writer->size;
  const uint8_t *const end = writer->start + writer->capacity;
  const struct pni_node *const nodes = data->nodes;
  const char *const bytes = data->bytes;
  do {
    const struct pni_node *const node = &nodes[at];
    const unsigned type = node->type;
    if (type >= PN_BINARY) {
      const size_t size = node->value.bytes.size;
      if (type > PN_SYMBOL || size > UINT8_MAX || (ptrdiff_t)size > end - p - 2) break;
      p[0] = codes[type];
      p[1] = (uint8_t)size;
      (void)pni_move(p + 2, bytes + node->value.bytes.offset, size);
      p += size + 2;
    } else {
      const uint64_t bits = node->value.bits;
      if (end - p < WIDEST) break;
      if (type == PN_BOOL) {
        *p++ = bits ? PNI_TRUE : PNI_FALSE;
      } else if (small_codes[type].code && bits <= INT8_MAX && bits >= small_codes[type].least) {
        p[0] = small_codes[type].code;
        p[1] = (uint8_t)bits;
        p += 2;
      } else if (type == PN_INT && bits + INT8_MAX + 1 > UINT8_MAX) {
        p[0] = PNI_INT;
        pni_store32(p + 1, (uint32_t)bits);
        p += WIDEST;
      } else {
        break;
      }
    }
    at = node->next;
  } while (at);
  writer->size = (size_t)(p - writer->start);
  return at;
}

/* The constructors that elements of each type may share. */
static const struct {
  uint8_t narrow, wide;
} element_codes[] = {
    [PN_NULL] = {PNI_NULL, PNI_NULL},
    [PN_BOOL] = {PNI_BOOLEAN, PNI_BOOLEAN},
    [PN_UBYTE] = {PNI_UBYTE, PNI_UBYTE},
    [PN_BYTE] = {PNI_BYTE, PNI_BYTE},
    [PN_USHORT] = {PNI_USHORT, PNI_USHORT},
    [PN_SHORT] = {PNI_SHORT, PNI_SHORT},
    [PN_UINT] = {PNI_SMALLUINT, PNI_UINT},
    [PN_INT] = {PNI_SMALLINT, PNI_INT},
    [PN_CHAR] = {PNI_CHAR, PNI_CHAR},
    [PN_ULONG] = {PNI_SMALLULONG, PNI_ULONG},
    [PN_LONG] = {PNI_SMALLLONG, PNI_LONG},
    [PN_TIMESTAMP] = {PNI_TIMESTAMP, PNI_TIMESTAMP},
    [PN_FLOAT] = {PNI_FLOAT, PNI_FLOAT},
    [PN_DOUBLE] = {PNI_DOUBLE, PNI_DOUBLE},
    [PN_DECIMAL32] = {PNI_DECIMAL32, PNI_DECIMAL32},
    [PN_DECIMAL64] = {PNI_DECIMAL64, PNI_DECIMAL64},
    [PN_DECIMAL128] = {PNI_DECIMAL128, PNI_DECIMAL128},
    [PN_UUID] = {PNI_UUID, PNI_UUID},
    [PN_BINARY] = {PNI_VBIN8, PNI_VBIN32},
    [PN_STRING] = {PNI_STR8, PNI_STR32},
    [PN_SYMBOL] = {PNI_SYM8, PNI_SYM32},
    [PN_ARRAY] = {PNI_ARRAY32, PNI_ARRAY32},
    [PN_LIST] = {PNI_LIST32, PNI_LIST32},
    [PN_MAP] = {PNI_MAP32, PNI_MAP32},
};

/* Whether the narrow constructor of its type can hold a value. */
static bool fits_narrow(const struct pni_node *node) {
  switch (node->type) {
  case PN_UINT:
  case PN_ULONG: return node->value.bits <= UINT8_MAX;
  case PN_INT:
  case PN_LONG: return (int64_t)node->value.bits >= INT8_MIN && (int64_t)node->value.bits <= INT8_MAX;
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return node->value.bytes.size <= UINT8_MAX;
  default: return true;
  }
}

/* Write what an array's elements share, from its first element on: scalars are done here and now; of compound elements
 * only the constructor is written, and they come next. */
static pni_status write_elements(struct encoder *e, const struct pni_node *array, uint16_t first) {
  const struct pni_node *const nodes = e->data->nodes;
  const pn_type_t type = pni_node_element_type(array);
  bool narrow = true;
  if (type == PN_INVALID) return refuse(e, "an array whose elements have no type");
  if (type == PN_DESCRIBED)
    return refuse(e, "an array of described values: its elements share one descriptor");
  for (uint16_t i = first; i; i = nodes[i].next) {
    if (nodes[i].type != type) return refuse(e, "an array with an element of another type");
    narrow = narrow && fits_narrow(&nodes[i]);
  }
  const uint8_t code = narrow ? element_codes[type].narrow : element_codes[type].wide;
  pni_write_octet(e->writer, code);
  e->next = type > PN_DESCRIBED ? first : 0;
  if (e->next) return PNI_OK;
  for (uint16_t i = first; i; i = nodes[i].next) {
    const pn_atom_t atom = pni_data_atom(e->data, &nodes[i]);
    pni_write_payload(e->writer, code, &atom);
  }
  return PNI_OK;
}

static bool opened_wide(const struct encoder *e, const struct pni_node *node) {
  return e->depth > MOVING_DEPTH || is_element(e, node);
}

static const uint8_t narrow_codes[] = {[PN_ARRAY] = PNI_ARRAY8, [PN_LIST] = PNI_LIST8, [PN_MAP] = PNI_MAP8};

/* What comes behind an array's head: its descriptor, if it has one, and its elements. A scalar descriptor is done here and
 * now; a compound one comes next. */
static pni_status open_array(struct encoder *e, const struct pni_node *array) {
  const struct pni_node *first = &e->data->nodes[array->value.items.first];
  if (!pni_node_described_array(array)) return write_elements(e, array, array->value.items.first);
  if (array->value.items.count == 0) return refuse(e, "a described array without a descriptor");
  pni_write_octet(e->writer, PNI_DESCRIPTOR);
  if (pni_node_compound(first)) return PNI_OK;
  write_scalar(e->data, e->writer, first);
  return write_elements(e, array, first->next);
}

/* Begin a compound value; its first child comes next. */
static pni_status open_value(struct encoder *e, struct pni_node *node) {
  e->depth++;
  e->next = node->value.items.first;
  if (node->type == PN_DESCRIBED) {
    if (node->value.items.count != 2)
      return refuse(e, "a described value without a descriptor and one value");
    pni_write_octet(e->writer, PNI_DESCRIPTOR);
    return PNI_OK;
  }
  if (node->type == PN_MAP && node->value.items.count % 2 != 0)
    return refuse(e, "a map with a key but no value");
  node->value.items.position = (uint32_t)(e->writer->size - e->start);
  if (!opened_wide(e, node)) {
    (void)pni_write_open(e->writer);
  } else {
    if (!is_element(e, node)) pni_write_octet(e->writer, narrow_codes[node->type] + NARROW);
    e->writer->size += WIDE_HEAD;
  }
  return node->type == PN_ARRAY ? open_array(e, node) : PNI_OK;
}

static void close_value(struct encoder *e, const struct pni_node *node) {
  const size_t at = e->start + node->value.items.position;
  const size_t count = node->type == PN_ARRAY ? pni_node_elements(node) : node->value.items.count;
  if (node->type == PN_DESCRIBED) {
    /* nothing comes after its two parts */
  } else if (!opened_wide(e, node)) {
    pni_write_close(e->writer, at, narrow_codes[node->type], count);
  } else if (pni_writer_fits(e->writer)) {
    uint8_t *head = e->writer->start + at + (is_element(e, node) ? 0 : 1);
    const uint8_t *items = head + WIDE_HEAD;
    const size_t size = (size_t)(e->writer->start + e->writer->size - items);
    pni_store32(head, (uint32_t)size + WIDE_HEAD / 2);
    pni_store32(head + WIDE_HEAD / 2, (uint32_t)count);
  }
  e->depth--;
}

/* End a compound value whose children are all written, and those that are complete with it; what comes next is the next
 * neighbour, or an array's elements if the value was their descriptor. */
static pni_status close_values(struct encoder *e, const struct pni_node *node) {
  const struct pni_node *const nodes = e->data->nodes;
  for (;;) {
    const struct pni_node *const parent = &nodes[node->parent];
    close_value(e, node);
    e->next = node->next;
    if (parent->type == PN_ARRAY && !is_element(e, node)) TRY(write_elements(e, parent, node->next));
    if (e->next || !node->parent) return PNI_OK;
    node = parent;
  }
}

/* Write an outermost value with all that is in it, and then those behind it or not. */
static PNI_NOINLINE pni_status write_values(
    pn_data_t *data, struct pni_writer *writer, uint16_t top, bool all) {
  struct encoder e = {.data = data, .writer = writer, .start = writer->size, .depth = 0, .next = top};
  struct pni_node *const nodes = data->nodes;
  while (e.next) {
    struct pni_node *within = &nodes[e.next];
    if (pni_node_compound(within)) {
      TRY(open_value(&e, within));
    } else {
      const struct pni_node *const node = within;
      const uint16_t first = e.next;
      const bool neighbours = all || node->parent;
      within = &nodes[node->parent];
      if (neighbours) e.next = write_run(data, writer, first);
      if (e.next == first) {
        write_scalar(data, writer, node);
        e.next = neighbours ? node->next : 0;
      }
    }
    if (e.next) continue;
    if (e.depth > 0) TRY(close_values(&e, within));
    if (e.depth == 0 && !all) break;
  }
  return PNI_OK;
}

/* Write a list or map, if it holds scalars only, as most do; else write nothing. */
static PNI_NOINLINE bool write_flat(
    const pn_data_t *data, struct pni_writer *writer, const struct pni_node *top) {
  const size_t at = writer->size;
  const uint16_t count = top->value.items.count;
  if (count == 0 || (top->type != PN_LIST && (top->type != PN_MAP || count % 2 != 0))) return false;
  (void)pni_write_open(writer);
  if (write_run(data, writer, top->value.items.first) != 0) {
    writer->size = at;
    return false;
  }
  pni_write_close(writer, at, narrow_codes[top->type], count);
  return true;
}

pni_status pni_data_write(pn_data_t *data, struct pni_writer *writer) {
  pni_data_settle(data);
  const uint16_t first = data->nodes[0].value.items.first;
  const struct pni_node *const top = &data->nodes[first];
  if (PNI_LIKELY(first != 0 && top->next == 0)) {
    if (pni_node_compound(top) ? write_flat(data, writer, top) : write_run(data, writer, first) == 0)
      return PNI_OK;
  }
  return write_values(data, writer, first, true);
}

pni_status pni_data_write_current(pn_data_t *data, struct pni_writer *writer) {
  return write_values(data, writer, data->current, false);
}

ssize_t pn_data_encode(pn_data_t *data, char *bytes, size_t size) {
  struct pni_writer writer = pni_writer(bytes, size);
  TRY(pni_data_write(data, &writer));
  if (pni_writer_fits(&writer)) return (ssize_t)writer.size;
  return pni_data_fail(
      data, PNI_OVERFLOW, "encoding takes %zu bytes and there is room for %zu", writer.size, size);
}

ssize_t pn_data_encoded_size(pn_data_t *data) {
  char none;
  struct pni_writer writer = pni_writer(&none, 0);
  TRY(pni_data_write(data, &writer));
  return (ssize_t)writer.size;
}
