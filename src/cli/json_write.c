/* json_write.c: AMQP values and messages as JSON.
 *
 * The tree is walked by its own cursor and a stack of levels, since its depth is a peer's choice (the library allows 128). */
#include "cli/base64.h"
#include "cli/json.h"
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 160 };

/* What is being written into, and what closes it. */
enum level_kind { LEVEL_LIST, LEVEL_OBJECT, LEVEL_PAIRS, LEVEL_ARRAY };

struct level {
  enum level_kind kind;
  size_t count;
  const char *end;
};

/* Length of the UTF-8 sequence at text, 0 if there is none. */
static size_t sequence(const unsigned char *text, size_t size) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char first = *text;
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length == 0 || first >= 0xf8 || length > size) return 0;
  uint32_t code = first & (0x7fU >> length);
  for (size_t i = 1; i < length; i++) {
    if ((text[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (text[i] & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code >= least[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

bool json_is_utf8(const char *text, size_t size, size_t *place) {
  size_t at = 0;
  while (at < size) {
    const size_t length = sequence((const unsigned char *)text + at, size - at);
    if (length == 0) break;
    at += length;
  }
  *place = at;
  return at == size;
}

void json_write_text(FILE *out, const char *text, size_t size) {
  fputc('"', out);
  for (size_t at = 0; at < size;) {
    const size_t length = sequence((const unsigned char *)text + at, size - at);
    const unsigned char c = (unsigned char)text[at];
    if (length == 0) {
      fputs("\\ufffd", out);
    } else if (c == '"' || c == '\\') {
      fprintf(out, "\\%c", c);
    } else if (c < ' ' || c == 0x7f) {
      static const char names[] = "\b\t\n\f\r", letters[] = "btnfr";
      const char *const name = c ? strchr(names, c) : NULL;
      name ? fprintf(out, "\\%c", letters[name - names]) : fprintf(out, "\\u%04x", c);
    } else {
      fwrite(text + at, 1, length, out);
    }
    at += length ? length : 1;
  }
  fputc('"', out);
}

/* The shortest of these that is the same number again; always with a '.' or an exponent, so that it stays a real number. */
static void write_real(FILE *out, double number, bool is_float) {
  char text[40];
  if (!isfinite(number)) {
    fputs(isnan(number) ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"", out);
    return;
  }
  for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
    (void)snprintf(text, sizeof text, "%.*g", digits, number);
    const double again = strtod(text, NULL);
    if (is_float ? (float)again == (float)number : again == number) break; /* NOLINT: exact on purpose */
  }
  fputs(text, out);
  if (!strpbrk(text, ".e")) fputs(".0", out);
}

static void write_hex(FILE *out, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) fprintf(out, "%02x", (unsigned char)bytes[i]);
}

static void write_char(FILE *out, uint32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    fprintf(out, "%" PRIu32, code);
    return;
  }
  char text[4];
  size_t size = 1;
  text[0] = (char)code;
  if (code >= 0x80) {
    size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6) text[i] = (char)(0x80 | (code & 0x3f));
    text[0] = (char)(0xf00 >> size | code);
  }
  json_write_text(out, text, size);
}

/* Without what says of which type it is. */
static void write_scalar(FILE *out, pn_atom_t atom) {
  switch (atom.type) {
  case PN_BOOL: fputs(atom.u.as_bool ? "true" : "false", out); break;
  case PN_UBYTE: fprintf(out, "%u", atom.u.as_ubyte); break;
  case PN_USHORT: fprintf(out, "%u", atom.u.as_ushort); break;
  case PN_UINT: fprintf(out, "%" PRIu32, atom.u.as_uint); break;
  case PN_ULONG:
    fprintf(out, atom.u.as_ulong > INT64_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, atom.u.as_ulong);
    break;
  case PN_BYTE: fprintf(out, "%d", atom.u.as_byte); break;
  case PN_SHORT: fprintf(out, "%d", atom.u.as_short); break;
  case PN_INT: fprintf(out, "%" PRId32, atom.u.as_int); break;
  case PN_LONG: fprintf(out, "%" PRId64, atom.u.as_long); break;
  case PN_TIMESTAMP: fprintf(out, "%" PRId64, atom.u.as_timestamp); break;
  case PN_FLOAT: write_real(out, (double)atom.u.as_float, true); break;
  case PN_DOUBLE: write_real(out, atom.u.as_double, false); break;
  case PN_CHAR: write_char(out, atom.u.as_char); break;
  case PN_BINARY:
    fputc('"', out);
    base64_write(out, atom.u.as_bytes.start, atom.u.as_bytes.size);
    fputc('"', out);
    break;
  case PN_STRING:
  case PN_SYMBOL: json_write_text(out, atom.u.as_bytes.start, atom.u.as_bytes.size); break;
  case PN_UUID: {
    const char *const bytes = atom.u.as_uuid.bytes;
    fputc('"', out);
    for (unsigned i = 0; i < 16; i++) {
      if (i == 4 || i == 6 || i == 8 || i == 10) fputc('-', out);
      write_hex(out, bytes + i, 1);
    }
    fputc('"', out);
    break;
  }
  case PN_DECIMAL32: fprintf(out, "\"%08" PRIx32 "\"", atom.u.as_decimal32); break;
  case PN_DECIMAL64: fprintf(out, "\"%016" PRIx64 "\"", atom.u.as_decimal64); break;
  case PN_DECIMAL128:
    fputc('"', out);
    write_hex(out, atom.u.as_decimal128.bytes, sizeof atom.u.as_decimal128.bytes);
    fputc('"', out);
    break;
  default: fputs("null", out); break;
  }
}

static bool is_plain(pn_atom_t atom) {
  const bool real = atom.type == PN_DOUBLE && isfinite(atom.u.as_double);
  return real || atom.type == PN_NULL || atom.type == PN_BOOL || atom.type == PN_LONG ||
         atom.type == PN_STRING;
}

static void write_atom(FILE *out, pn_atom_t atom) {
  if (is_plain(atom)) {
    write_scalar(out, atom);
    return;
  }
  fprintf(out, "{\"$%s\":", json_type_names[atom.type]);
  write_scalar(out, atom);
  fputc('}', out);
}

/* Whether a map can be an object: all keys are of this type, and no single one could be taken for the name of a type. */
static bool is_object(pn_data_t *data, pn_type_t key_type) {
  const size_t size = pn_data_get_map(data);
  bool object = true;
  pn_data_enter(data);
  for (size_t i = 0; object && pn_data_next(data); i++) {
    if (i % 2) continue;
    object = pn_data_type(data) == key_type;
    if (object && size == 2) {
      const pn_bytes_t key = pn_data_get_bytes(data);
      object = key.size == 0 || key.start[0] != '$';
    }
  }
  pn_data_exit(data);
  return object;
}

static struct level open_array(FILE *out, pn_data_t *data) {
  const bool described = pn_data_is_array_described(data);
  fprintf(out, described ? "{\"$described_array\":[" : "{\"$array\":[");
  const pn_type_t type = pn_data_get_array_type(data);
  pn_data_enter(data);
  if (described && pn_data_next(data)) {
    write_atom(out, pn_data_get_atom(data));
    fputc(',', out);
  }
  fprintf(out, "\"%s\"", json_type_names[type]);
  return (struct level){LEVEL_ARRAY, 0, "]}"};
}

/* Begin a value: the whole of a scalar, the opening of what has parts, which is entered then. */
static bool open_value(FILE *out, pn_data_t *data, bool typed, pn_type_t key_type, struct level *level) {
  switch (pn_data_type(data)) {
  case PN_LIST:
    fputc('[', out);
    *level = (struct level){LEVEL_LIST, 0, "]"};
    break;
  case PN_MAP: {
    const bool object = is_object(data, key_type);
    fputs(object ? "{" : "{\"$map\":[", out);
    *level = (struct level){object ? LEVEL_OBJECT : LEVEL_PAIRS, 0, object ? "}" : "]}"};
    break;
  }
  case PN_DESCRIBED:
    fputs("{\"$described\":[", out);
    *level = (struct level){LEVEL_LIST, 0, "]}"};
    break;
  case PN_ARRAY: *level = open_array(out, data); return true;
  default: (typed ? write_scalar : write_atom)(out, pn_data_get_atom(data)); return false;
  }
  pn_data_enter(data);
  return true;
}

/* What stands before the next part. */
static void separate(FILE *out, struct level *level) {
  const size_t place = level->count++;
  switch (level->kind) {
  case LEVEL_OBJECT:
    if (place) fputc(place % 2 ? ':' : ',', out);
    break;
  case LEVEL_PAIRS: fputs(place % 2 ? "," : place ? "],[" : "[", out); break;
  case LEVEL_ARRAY: fputc(',', out); break;
  case LEVEL_LIST:
    if (place) fputc(',', out);
    break;
  }
}

static void write_value(FILE *out, pn_data_t *data, pn_type_t key_type) {
  struct level levels[LEVELS];
  size_t depth = open_value(out, data, false, key_type, &levels[0]);
  while (depth > 0) {
    struct level *const level = &levels[depth - 1];
    if (!pn_data_next(data)) {
      pn_data_exit(data);
      if (level->kind == LEVEL_PAIRS && level->count) fputc(']', out);
      fputs(level->end, out);
      depth--;
      continue;
    }
    const bool typed = level->kind == LEVEL_ARRAY || (level->kind == LEVEL_OBJECT && level->count % 2 == 0);
    separate(out, level);
    if (depth < LEVELS) {
      depth += open_value(out, data, typed, PN_STRING, &levels[depth]);
    } else {
      fputs("null", out);
    }
  }
}

void json_write_value(FILE *out, pn_data_t *data) { write_value(out, data, PN_STRING); }

void json_write_annotations(FILE *out, pn_data_t *data) { write_value(out, data, PN_SYMBOL); }
