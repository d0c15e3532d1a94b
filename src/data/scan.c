/* scan.c: values taken as a string of letters describes them.
 *
 * The levels that the letters have entered are kept apart from the tree, since what the letters describe need not be there:
 * inside a level that was not found nothing is, and the place stays. A described value is left when the letter after its
 * second part comes, so that the last value scanned stays the current one. */
#include "data/node.h"

enum { SCAN_LEVELS = 64, BRACKET = 0 };

struct level {
  uint8_t left; /* described: values still to come; BRACKET: the level ends with its bracket */
  bool described;
  bool found;
};

struct scan {
  pn_data_t *data;
  va_list args;
  bool *found; /* where to say whether the next value is there, or NULL */
  unsigned depth;
  struct level levels[SCAN_LEVELS];
};

/* Go to the next value: true if there is one that will do. PN_INVALID: any will. */
static bool next_value(struct scan *s, pn_type_t type) {
  struct level *level = s->depth > 0 ? &s->levels[s->depth - 1] : NULL;
  if (level && level->described) level->left--;
  const bool found = (!level || level->found) && pn_data_next(s->data) &&
                     (type == PN_INVALID || pn_data_type(s->data) == type);
  if (s->found) *s->found = found;
  return found;
}

/* The same for a value of which any will do but null, which is as good as none. */
static bool next_but_null(struct scan *s) {
  const bool found = next_value(s, PN_INVALID) && !pn_data_is_null(s->data);
  if (s->found) *s->found = found;
  return found;
}

/* Leave the described values that have had their two parts. */
static void leave_described(struct scan *s) {
  while (s->depth > 0 && s->levels[s->depth - 1].described && s->levels[s->depth - 1].left == 0) {
    if (s->levels[--s->depth].found) (void)pn_data_exit(s->data);
  }
}

static pni_status enter(struct scan *s, pn_type_t type) {
  if (s->depth == SCAN_LEVELS)
    return pni_data_fail(s->data, PNI_BAD_ARGUMENT, "more than %d levels to scan", SCAN_LEVELS);
  const bool found = next_value(s, type) && pn_data_enter(s->data);
  const bool described = type == PN_DESCRIBED;
  s->levels[s->depth++] =
      (struct level){.left = described ? 2 : BRACKET, .described = described, .found = found};
  return PNI_OK;
}

static pni_status leave(struct scan *s) {
  if (s->depth == 0 || s->levels[s->depth - 1].described)
    return pni_data_fail(s->data, PNI_FAILED, "exit failed");
  if (s->levels[--s->depth].found) (void)pn_data_exit(s->data);
  return PNI_OK;
}

static void scan_atom(struct scan *s) {
  pn_atom_t *out = va_arg(s->args, pn_atom_t *);
  if (next_but_null(s)) *out = pn_data_get_atom(s->data);
}

static pni_status scan_copy(struct scan *s) {
  pn_data_t *out = va_arg(s->args, pn_data_t *);
  if (!next_but_null(s) || !out) return PNI_OK;
  const pni_status status = pni_data_append_value(out, s->data, s->data->current);
  if (status && out != s->data) pn_error_copy(&s->data->error, &out->error);
  return status;
}

/* Whoever asks a tree without a current value, or for another type, gets the type's zero. */
#define TAKE(c_type, pn_type, name)                                                                          \
  do {                                                                                                       \
    c_type *out = va_arg(s->args, c_type *);                                                                 \
    const bool there = next_value(s, pn_type);                                                               \
    const c_type none = {0};                                                                                 \
    *out = there ? pn_data_get_##name(s->data) : none;                                                       \
  } while (0)

static pni_status scan_letter(struct scan *s, char letter) {
  switch (letter) {
  case 'n': (void)next_value(s, PN_NULL); break;
  case '.': (void)next_value(s, PN_INVALID); break;
  case 'o': TAKE(bool, PN_BOOL, bool); break;
  case 'B': TAKE(uint8_t, PN_UBYTE, ubyte); break;
  case 'b': TAKE(int8_t, PN_BYTE, byte); break;
  case 'H': TAKE(uint16_t, PN_USHORT, ushort); break;
  case 'h': TAKE(int16_t, PN_SHORT, short); break;
  case 'I': TAKE(uint32_t, PN_UINT, uint); break;
  case 'i': TAKE(int32_t, PN_INT, int); break;
  case 'L': TAKE(uint64_t, PN_ULONG, ulong); break;
  case 'l': TAKE(int64_t, PN_LONG, long); break;
  case 'c': TAKE(pn_char_t, PN_CHAR, char); break;
  case 't': TAKE(pn_timestamp_t, PN_TIMESTAMP, timestamp); break;
  case 'f': TAKE(float, PN_FLOAT, float); break;
  case 'd': TAKE(double, PN_DOUBLE, double); break;
  case 'z': TAKE(pn_bytes_t, PN_BINARY, binary); break;
  case 'S': TAKE(pn_bytes_t, PN_STRING, string); break;
  case 's': TAKE(pn_bytes_t, PN_SYMBOL, symbol); break;
  case 'a': scan_atom(s); break;
  case 'C': return scan_copy(s);
  case 'D': return enter(s, PN_DESCRIBED);
  case '@': return enter(s, PN_ARRAY);
  case '[': return enter(s, PN_LIST);
  case '{': return enter(s, PN_MAP);
  case ']':
  case '}': return leave(s);
  default:
    return pni_data_fail(
        s->data, PNI_BAD_ARGUMENT, "unrecognized scan code: 0x%.2X '%c'", (unsigned char)letter, letter);
  }
  return PNI_OK;
}

static pni_status scan(struct scan *s, const char *fmt) {
  for (const char *p = fmt; *p; p++) {
    leave_described(s);
    if (*p == '?') {
      s->found = va_arg(s->args, bool *);
      *s->found = false;
      if (p[1] == '\0' || p[1] == '?')
        return pni_data_fail(s->data, PNI_BAD_ARGUMENT, "codes must follow a ?");
      continue;
    }
    if (*p == '[' && p > fmt && p[-1] == '@') continue; /* the array's elements */
    TRY(scan_letter(s, *p));
    s->found = NULL;
  }
  return PNI_OK;
}

int pn_data_vscan(pn_data_t *data, const char *fmt, va_list ap) {
  struct scan s;
  s.data = data;
  s.found = NULL;
  s.depth = 0;
  va_copy(s.args, ap);
  pn_data_rewind(data);
  const int status = scan(&s, fmt);
  va_end(s.args);
  return status;
}

int pn_data_scan(pn_data_t *data, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const int status = pn_data_vscan(data, fmt, ap);
  va_end(ap);
  return status;
}
