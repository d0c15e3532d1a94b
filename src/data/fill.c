/* fill.c: values put as a string of letters describes them.
 *
 * Each letter acts at the tree's place as the put function of its type does, and all there is of state is that place. A
 * described value is left by itself once it has its two parts. What a `?` leaves out is found in the letters alone: they
 * are gone through as usual, for their arguments, but nothing is put until its end. */
#include "data/node.h"

/* A va_list that can be handed on. */
struct arguments {
  va_list list;
};

static pni_status put_text(pn_data_t *data, pn_type_t type, const char *text) {
  if (!text) return (pni_status)pn_data_put_null(data);
  const pn_atom_t atom = {.type = type, .u.as_bytes = pn_bytes(strlen(text), text)};
  return (pni_status)pn_data_put_atom(data, atom);
}

/* The place is behind the second part of a described value: that is complete, and whatever it completes. */
static void leave_described(pn_data_t *data) {
  const struct pni_node *nodes = data->nodes;
  while (data->current && nodes[data->parent].type == PN_DESCRIBED &&
         nodes[data->current].prev == nodes[data->parent].value.items.first && nodes[data->current].prev)
    (void)pn_data_exit(data);
}

/* Put the first value of another tree, or null; `several`: what stands for the values of a field that may have several, of
 * which one stands alone and none are null. [1.3.4] */
static pni_status put_copy(pn_data_t *data, pn_data_t *src, bool several) {
  const uint16_t top = src ? pni_data_first(src) : 0;
  if (!top) return (pni_status)pn_data_put_null(data);
  const struct pni_node *node = &src->nodes[top];
  if (!several || node->type != PN_ARRAY || pni_node_described_array(node) || node->value.items.count > 1)
    return pni_data_append_value(data, src, top);
  const uint16_t element = node->value.items.first;
  return element ? pni_data_append_value(data, src, element) : (pni_status)pn_data_put_null(data);
}

static pni_status put_symbols(pn_data_t *data, size_t count, char *const *symbols, bool hidden) {
  for (size_t i = 0; i < count && !hidden; i++) {
    TRY(put_text(data, PN_SYMBOL, symbols[i]));
    leave_described(data);
  }
  return PNI_OK;
}

/* The letters that begin, end or change a compound value. */
static pni_status fill_compound(pn_data_t *data, char letter, char before) {
  pni_status status = PNI_OK;
  switch (letter) {
  case 'D': status = (pni_status)pn_data_put_described(data); break;
  case '@': status = (pni_status)pn_data_put_array(data, false, PN_INVALID); break;
  case '{': status = (pni_status)pn_data_put_map(data); break;
  case '[':
    if (before == 'T') return PNI_OK;
    status = (pni_status)pn_data_put_list(data);
    break;
  default:
    if (!pn_data_exit(data)) return pni_data_fail(data, PNI_FAILED, "exit failed");
    leave_described(data);
    return PNI_OK;
  }
  if (!status) (void)pn_data_enter(data);
  return status;
}

static pni_status set_array_type(pn_data_t *data, pn_type_t type) {
  struct pni_node *array = &data->nodes[data->parent];
  if (array->type != PN_ARRAY) return pni_data_fail(data, PNI_FAILED, "naked type");
  pni_node_set_element(array, pni_node_described_array(array), type);
  data->changed = true;
  return PNI_OK;
}

/* One letter of a value that is put, or only its arguments if it is hidden. */
static pni_status fill_scalar(pn_data_t *data, char letter, struct arguments *args, bool hidden) {
  pn_atom_t atom = {.type = PN_NULL};
  size_t size;
  switch (letter) {
  case 'n': break;
  case 'o': atom.type = PN_BOOL, atom.u.as_bool = va_arg(args->list, int) != 0; break;
  case 'B': atom.type = PN_UBYTE, atom.u.as_ubyte = (uint8_t)va_arg(args->list, unsigned); break;
  case 'b': atom.type = PN_BYTE, atom.u.as_byte = (int8_t)va_arg(args->list, int); break;
  case 'H': atom.type = PN_USHORT, atom.u.as_ushort = (uint16_t)va_arg(args->list, unsigned); break;
  case 'h': atom.type = PN_SHORT, atom.u.as_short = (int16_t)va_arg(args->list, int); break;
  case 'I': atom.type = PN_UINT, atom.u.as_uint = va_arg(args->list, uint32_t); break;
  case 'i': atom.type = PN_INT, atom.u.as_int = va_arg(args->list, int32_t); break;
  case 'L': atom.type = PN_ULONG, atom.u.as_ulong = va_arg(args->list, uint64_t); break;
  case 'l': atom.type = PN_LONG, atom.u.as_long = va_arg(args->list, int64_t); break;
  case 't': atom.type = PN_TIMESTAMP, atom.u.as_timestamp = va_arg(args->list, pn_timestamp_t); break;
  case 'f': atom.type = PN_FLOAT, atom.u.as_float = (float)va_arg(args->list, double); break;
  case 'd': atom.type = PN_DOUBLE, atom.u.as_double = va_arg(args->list, double); break;
  case 'z':
  case 'Z':
    size = va_arg(args->list, size_t);
    atom.u.as_bytes = pn_bytes(size, va_arg(args->list, const char *));
    if (!atom.u.as_bytes.start) atom.u.as_bytes.size = 0;
    if (letter == 'Z' || atom.u.as_bytes.start) atom.type = PN_BINARY;
    break;
  default:
    return pni_data_fail(
        data, PNI_BAD_ARGUMENT, "unrecognized fill code: 0x%.2X '%c'", (unsigned char)letter, letter);
  }
  return hidden ? PNI_OK : (pni_status)pn_data_put_atom(data, atom);
}

/* One letter whose argument is an address. */
static pni_status fill_pointer(pn_data_t *data, char letter, struct arguments *args, bool hidden) {
  const void *address = va_arg(args->list, const void *);
  if (hidden) return PNI_OK;
  switch (letter) {
  case 'S': return put_text(data, PN_STRING, address);
  case 's': return put_text(data, PN_SYMBOL, address);
  default:
    return (
        pni_status)(address ? pn_data_put_atom(data, *(const pn_atom_t *)address) : pn_data_put_null(data));
  }
}

/* Where the value that begins at a letter ends. */
static const char *end_of_value(const char *letter) {
  size_t depth = 0, wanted = 1;
  for (; *letter && wanted > 0; letter++) {
    switch (*letter) {
    case '?':
    case '*':
    case 'T': continue;
    case '@': depth += !(letter[1] == 'T' && letter[2] == '['); continue;
    case '[':
    case '{': depth++; continue;
    case ']':
    case '}':
      if (depth == 0) return letter;
      depth--;
      break;
    case 'D':
      if (depth == 0) wanted++;
      continue;
    default: break;
    }
    if (depth == 0) wanted--;
  }
  return letter;
}

static pni_status fill(pn_data_t *data, const char *fmt, struct arguments *args) {
  const char *hidden_to = fmt;
  for (const char *p = fmt; *p; p++) {
    const bool hidden = p < hidden_to;
    switch (*p) {
    case '?':
      if (va_arg(args->list, int) || hidden) continue;
      TRY((pni_status)pn_data_put_null(data));
      hidden_to = end_of_value(p + 1);
      break;
    case '*': {
      const size_t count = va_arg(args->list, size_t);
      char *const *symbols = va_arg(args->list, char **);
      if (*++p != 's')
        return pni_data_fail(data, PNI_BAD_ARGUMENT, "unrecognized * code: 0x%.2X", (unsigned char)*p);
      TRY(put_symbols(data, count, symbols, hidden));
      continue;
    }
    case 'T': {
      const pn_type_t type = (pn_type_t)va_arg(args->list, int);
      if (!hidden) TRY(set_array_type(data, type));
      continue;
    }
    case 'D':
    case '@':
    case '[':
    case '{':
    case ']':
    case '}':
      if (!hidden) TRY(fill_compound(data, *p, p > fmt ? p[-1] : '\0'));
      continue;
    case 'C':
    case 'M': {
      pn_data_t *src = va_arg(args->list, pn_data_t *);
      if (!hidden) TRY(put_copy(data, src, *p == 'M'));
      break;
    }
    case 'S':
    case 's':
    case 'a': TRY(fill_pointer(data, *p, args, hidden)); break;
    default: TRY(fill_scalar(data, *p, args, hidden));
    }
    if (!hidden) leave_described(data);
  }
  return PNI_OK;
}

int pn_data_vfill(pn_data_t *data, const char *fmt, va_list ap) {
  struct arguments args;
  va_copy(args.list, ap);
  const int status = fill(data, fmt, &args);
  va_end(args.list);
  return status;
}

int pn_data_fill(pn_data_t *data, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const int status = pn_data_vfill(data, fmt, ap);
  va_end(ap);
  return status;
}
