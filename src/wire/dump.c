/* dump.c: encoded values as text. A consumer of the walker; it stops once the text is full, so that a few octets that
 * stand for many elements cost no more than the room they are given. */
#include "wire/dump.h"
#include "wire/performative.h"
#include "wire/walker.h"

#include <inttypes.h>

static void symbol(struct pni_text *text, pn_bytes_t bytes) {
  bool plain = true; /* nothing but letters needs no quotes */
  for (size_t i = 0; i < bytes.size && plain; i++) {
    const char c = bytes.start[i];
    plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  pni_text_string(text, plain ? ":" : ":\"");
  pni_text_quoted(text, bytes.start, bytes.size);
  if (!plain) pni_text_char(text, '"');
}

static void octets(struct pni_text *text, const char *name, const char *bytes, const char *dashes) {
  pni_text_format(text, "%s(", name);
  for (int i = 0; i < 16; i++) {
    pni_text_format(text, "%02x", (unsigned)(uint8_t)bytes[i]);
    if (dashes && dashes[i] == '-') pni_text_char(text, '-');
  }
  pni_text_char(text, ')');
}

static void character(struct pni_text *text, pn_char_t c) {
  if (c >= ' ' && c < 0x7f)
    pni_text_char(text, (char)c);
  else
    pni_text_format(text, "U+%04" PRIX32, c);
}

static void natural(struct pni_text *text, uint64_t v, enum pni_dump_style style) {
  pni_text_format(text, style == PNI_DUMP_TRACE ? "0x%" PRIx64 : "%" PRIu64, v);
}

void pni_dump_atom(struct pni_text *text, const pn_atom_t *atom, enum pni_dump_style style) {
  switch (atom->type) {
  case PN_NULL: pni_text_string(text, "null"); break;
  case PN_BOOL: pni_text_string(text, atom->u.as_bool ? "true" : "false"); break;
  case PN_UBYTE: natural(text, atom->u.as_ubyte, style); break;
  case PN_USHORT: natural(text, atom->u.as_ushort, style); break;
  case PN_UINT: natural(text, atom->u.as_uint, style); break;
  case PN_ULONG: natural(text, atom->u.as_ulong, style); break;
  case PN_BYTE: pni_text_format(text, "%d", atom->u.as_byte); break;
  case PN_SHORT: pni_text_format(text, "%d", atom->u.as_short); break;
  case PN_INT: pni_text_format(text, "%" PRId32, atom->u.as_int); break;
  case PN_LONG:
  case PN_TIMESTAMP: pni_text_format(text, "%" PRId64, atom->u.as_long); break;
  case PN_CHAR: character(text, atom->u.as_char); break;
  case PN_FLOAT: pni_text_format(text, "%g", (double)atom->u.as_float); break;
  case PN_DOUBLE: pni_text_format(text, "%g", atom->u.as_double); break;
  case PN_DECIMAL32: pni_text_format(text, "D32(%" PRIu32 ")", atom->u.as_decimal32); break;
  case PN_DECIMAL64: pni_text_format(text, "D64(%" PRIu64 ")", atom->u.as_decimal64); break;
  case PN_DECIMAL128: octets(text, "D128", atom->u.as_decimal128.bytes, NULL); break;
  case PN_UUID: octets(text, "UUID", atom->u.as_uuid.bytes, "   - - - -      "); break;
  case PN_BINARY: pni_text_char(text, 'b'); /* fall through */
  case PN_STRING:
    pni_text_char(text, '"');
    pni_text_quoted(text, atom->u.as_bytes.start, atom->u.as_bytes.size);
    pni_text_char(text, '"');
    break;
  case PN_SYMBOL: symbol(text, atom->u.as_bytes); break;
  default: break;
  }
}

/* The composite that a descriptor announces, or NULL. */
static const struct pni_composite *composite_of(const pn_atom_t *descriptor) {
  if (descriptor->type == PN_ULONG) return pni_composite(descriptor->u.as_ulong);
  if (descriptor->type == PN_SYMBOL) return pni_composite(pni_composite_code(descriptor->u.as_bytes));
  return NULL;
}

void pni_dump_descriptor(struct pni_text *text, const pn_atom_t *descriptor, enum pni_dump_style style) {
  const struct pni_composite *composite = composite_of(descriptor);
  pni_text_char(text, '@');
  if (composite) {
    pni_text_term(text, composite->name);
    pni_text_format(text, "(%u)", composite->code);
  } else {
    pni_dump_atom(text, descriptor, style);
  }
}

/* What is being printed at one level of nesting. */
struct frame {
  uint8_t type;                          /* pn_type_t of the value that was entered */
  uint32_t index;                        /* of its next item */
  bool shown;                            /* an item has been written */
  const char *const *fields;             /* names of the items of a composite's list, else NULL */
  const struct pni_composite *composite; /* of a described value: what its descriptor said */
};

/* What stands before an item; false if the item is to be left out. */
static bool before(struct pni_text *text, struct frame *outer, const struct pni_step *step) {
  const uint32_t index = outer->index++;
  if (outer->type == PN_DESCRIBED) {
    if (index == 1) pni_text_char(text, ' ');
    if (index == 0 && step->kind == PNI_STEP_ENTER) pni_text_char(text, '@');
    return true;
  }
  const char *field = outer->fields ? *outer->fields : NULL;
  if (field) outer->fields++;
  if (field && step->value.type == PN_NULL) return false;
  if (outer->shown) pni_text_string(text, outer->type == PN_MAP && index % 2 != 0 ? "=" : ", ");
  outer->shown = true;
  if (field) {
    pni_text_term(text, field);
    pni_text_char(text, '=');
  }
  return true;
}

static struct frame enter(struct pni_text *text, const struct frame *outer, const struct pni_step *step) {
  static const char *const element_names[] = {"", "null", "boolean", "ubyte", "byte", "ushort", "short",
      "uint", "int", "char", "ulong", "long", "timestamp", "float", "double", "decimal32", "decimal64",
      "decimal128", "uuid", "binary", "string", "symbol", "described", "array", "list", "map"};
  struct frame frame = {.type = step->value.type};
  switch (frame.type) {
  case PN_LIST:
    if (outer && outer->type == PN_DESCRIBED && outer->composite) frame.fields = outer->composite->fields;
    pni_text_char(text, '[');
    break;
  case PN_MAP: pni_text_char(text, '{'); break;
  case PN_ARRAY: pni_text_format(text, "@<%s>[", element_names[step->element]); break;
  default: break;
  }
  return frame;
}

static void leave(struct pni_text *text, const struct frame *frame) {
  if (frame->type == PN_LIST || frame->type == PN_ARRAY) pni_text_char(text, ']');
  if (frame->type == PN_MAP) pni_text_char(text, '}');
}

static void scalar(struct pni_text *text, struct frame *outer, const struct pni_step *step) {
  const pn_atom_t atom = pni_value_atom(&step->value);
  if (outer && outer->type == PN_DESCRIBED && outer->index == 1) {
    outer->composite = composite_of(&atom);
    pni_dump_descriptor(text, &atom, PNI_DUMP_TRACE);
  } else {
    pni_dump_atom(text, &atom, PNI_DUMP_TRACE);
  }
}

void pni_dump(struct pni_text *text, struct pni_reader *reader) {
  struct frame frames[PNI_LIMIT_NESTING];
  struct pni_reader behind = *reader;
  struct pni_walker walker;
  struct pni_step step;
  pni_walk(&walker, reader);
  do {
    const unsigned depth = walker.depth;
    struct frame *const outer = depth > 0 ? &frames[depth - 1] : NULL;
    if (pni_walk_step(&walker, &step)) {
      pni_text_string(text, "!!");
      return;
    }
    if (step.kind == PNI_STEP_LEAVE) {
      if (outer) leave(text, outer);
    } else if (!outer || before(text, outer, &step)) {
      if (step.kind == PNI_STEP_ENTER)
        frames[depth] = enter(text, outer, &step);
      else
        scalar(text, outer, &step);
    }
    if (text->capacity > 0 && !pni_text_fits(text)) break;
  } while (pni_walk_more(&walker));
  if (pni_walk_more(&walker) && pni_read_past(&behind) == PNI_OK) *reader = behind;
}
