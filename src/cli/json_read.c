/* json_read.c: JSON as AMQP values.
 *
 * Walked with a stack of levels, as in json_write.c. What does not fit is said with the JSON that was given. */
#include "cli/base64.h"
#include "cli/json.h"
#include "cli/terminal.h"
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 120 }; /* fewer than the library takes, so that a message has room around its values */

const char *const json_type_names[] = {[PN_NULL] = "null",
    [PN_BOOL] = "boolean",
    [PN_UBYTE] = "ubyte",
    [PN_BYTE] = "byte",
    [PN_USHORT] = "ushort",
    [PN_SHORT] = "short",
    [PN_UINT] = "uint",
    [PN_INT] = "int",
    [PN_CHAR] = "char",
    [PN_ULONG] = "ulong",
    [PN_LONG] = "long",
    [PN_TIMESTAMP] = "timestamp",
    [PN_FLOAT] = "float",
    [PN_DOUBLE] = "double",
    [PN_DECIMAL32] = "decimal32",
    [PN_DECIMAL64] = "decimal64",
    [PN_DECIMAL128] = "decimal128",
    [PN_UUID] = "uuid",
    [PN_BINARY] = "binary",
    [PN_STRING] = "string",
    [PN_SYMBOL] = "symbol",
    [PN_DESCRIBED] = "described",
    [PN_ARRAY] = "array",
    [PN_LIST] = "list",
    [PN_MAP] = "map"};

/* PN_INVALID if there is none of that name. */
static pn_type_t type_of(const char *name) {
  for (int type = PN_NULL; type <= PN_MAP; type++) {
    if (strcmp(json_type_names[type], name) == 0) return (pn_type_t)type;
  }
  return PN_INVALID;
}

/* A container whose members are being put. */
enum level_kind { LEVEL_ITEMS, LEVEL_OBJECT, LEVEL_PAIRS, LEVEL_TYPED };

struct level {
  enum level_kind kind;
  const json_t *from;
  size_t place;   /* of the next member; of pairs, twice that and one for a value */
  void *iterator; /* of an object's member, whose key is next if place is even */
  pn_type_t type; /* of LEVEL_TYPED */
};

bool json_fail(struct json_fault *fault, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(fault->text, sizeof fault->text, format, arguments);
  va_end(arguments);
  return false;
}

enum step { STEP_FAILED, STEP_DONE, STEP_OPENED };

/* "{"$int": 5000000000} is not ...": with the value as it was written, cut if it is long. */
static enum step misfit(struct json_fault *fault, pn_type_t type, const json_t *value, const char *wanted) {
  char *const text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  (void)json_fail(fault, "$%s: %.60s is not %s", json_type_names[type], text ? text : "?", wanted);
  free(text);
  return STEP_FAILED;
}

static enum step put(int result, struct json_fault *fault) {
  if (result == 0) return STEP_DONE;
  (void)json_fail(fault, "it is too large, or memory is short");
  return STEP_FAILED;
}

static bool signed_of(const json_t *value, int64_t least, int64_t most, int64_t *number) {
  char *end;
  errno = 0;
  if (json_is_integer(value)) {
    *number = json_integer_value(value);
  } else if (json_is_string(value) && json_string_length(value) > 0) {
    *number = strtoll(json_string_value(value), &end, 10);
    if (errno || *end) return false;
  } else {
    return false;
  }
  return *number >= least && *number <= most;
}

static bool unsigned_of(const json_t *value, uint64_t most, uint64_t *number) {
  char *end;
  errno = 0;
  if (json_is_integer(value) && json_integer_value(value) >= 0) {
    *number = (uint64_t)json_integer_value(value);
  } else if (json_is_string(value) && json_string_length(value) > 0 && *json_string_value(value) != '-') {
    *number = strtoull(json_string_value(value), &end, 10);
    if (errno || *end) return false;
  } else {
    return false;
  }
  return *number <= most;
}

static bool real_of(const json_t *value, double *number) {
  if (json_is_number(value)) {
    *number = json_number_value(value);
    return true;
  }
  static const char *const names[] = {"nan", "inf", "-inf"};
  static const double numbers[] = {NAN, INFINITY, -INFINITY};
  for (unsigned i = 0; json_is_string(value) && i < 3; i++) {
    if (strcmp(json_string_value(value), names[i]) == 0) {
      *number = numbers[i];
      return true;
    }
  }
  return false;
}

/* Octets written as pairs of hexadecimal digits; dashes between them do not count. */
static bool hex_of(const json_t *value, char *bytes, size_t size) {
  static const char digits[] = "0123456789abcdef";
  const char *text = json_string_value(value);
  if (!text) return false;
  for (size_t i = 0; i < 2 * size; i++) {
    if (i % 2 == 0) text += strspn(text, "-");
    const char *const digit = *text ? strchr(digits, tolower((unsigned char)*text)) : NULL;
    if (!digit) return false;
    bytes[i / 2] = (char)((i % 2 ? bytes[i / 2] : 0) << 4 | (int)(digit - digits));
    text++;
  }
  return !*text;
}

static bool char_of(const json_t *value, pn_char_t *code) {
  uint64_t number;
  if (json_is_integer(value)) {
    if (!unsigned_of(value, UINT32_MAX, &number)) return false;
    *code = (pn_char_t)number;
    return true;
  }
  const unsigned char *const text = (const unsigned char *)json_string_value(value);
  const size_t size = text ? json_string_length(value) : 0;
  if (size == 0 || size > 4) return false;
  const size_t length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4; /* it is UTF-8 */
  if (length != size) return false;
  *code = length == 1 ? text[0] : text[0] & (0x7fU >> length);
  for (size_t i = 1; i < size; i++) *code = *code << 6 | (text[i] & 0x3fU);
  return true;
}

static pn_bytes_t bytes_of(const json_t *text) {
  return pn_bytes(json_string_length(text), json_string_value(text));
}

static enum step put_binary(const json_t *value, pn_data_t *data, struct json_fault *fault) {
  if (!json_is_string(value)) return misfit(fault, PN_BINARY, value, "base64");
  const pn_bytes_t text = bytes_of(value);
  char *const bytes = malloc(text.size + 1);
  if (!bytes) return put(PN_OUT_OF_MEMORY, fault);
  const ssize_t size = base64_read(text.start, text.size, bytes);
  const enum step step = size < 0 ? misfit(fault, PN_BINARY, value, "base64")
                                  : put(pn_data_put_binary(data, pn_bytes((size_t)size, bytes)), fault);
  free(bytes);
  return step;
}

static enum step put_symbol(const json_t *value, pn_data_t *data, struct json_fault *fault) {
  const char *const text = json_string_value(value);
  for (size_t i = 0; text && i < json_string_length(value); i++) {
    if ((unsigned char)text[i] >= 0x80) return misfit(fault, PN_SYMBOL, value, "in ASCII");
  }
  return text ? put(pn_data_put_symbol(data, bytes_of(value)), fault)
              : misfit(fault, PN_SYMBOL, value, "a string");
}

static enum step put_integer(pn_type_t type, const json_t *value, pn_data_t *data, struct json_fault *fault) {
  static const struct {
    int64_t least;
    uint64_t most;
    const char *range;
  } ranges[] = {[PN_UBYTE] = {0, UINT8_MAX, "a number from 0 to 255"},
      [PN_USHORT] = {0, UINT16_MAX, "a number from 0 to 65535"},
      [PN_UINT] = {0, UINT32_MAX, "a number from 0 to 4294967295"},
      [PN_ULONG] = {0, UINT64_MAX, "a number from 0 to 18446744073709551615, in quotes from 2^63 on"},
      [PN_BYTE] = {INT8_MIN, INT8_MAX, "a number from -128 to 127"},
      [PN_SHORT] = {INT16_MIN, INT16_MAX, "a number from -32768 to 32767"},
      [PN_INT] = {INT32_MIN, INT32_MAX, "a number from -2147483648 to 2147483647"},
      [PN_LONG] = {INT64_MIN, INT64_MAX, "a number of 64 bits"},
      [PN_TIMESTAMP] = {INT64_MIN, INT64_MAX, "a number of milliseconds"}};
  pn_atom_t atom = {.type = type};
  uint64_t natural = 0;
  int64_t number = 0;
  const bool fits = ranges[type].least == 0
                        ? unsigned_of(value, ranges[type].most, &natural)
                        : signed_of(value, ranges[type].least, (int64_t)ranges[type].most, &number);
  if (!fits) return misfit(fault, type, value, ranges[type].range);
  switch (type) {
  case PN_UBYTE: atom.u.as_ubyte = (uint8_t)natural; break;
  case PN_USHORT: atom.u.as_ushort = (uint16_t)natural; break;
  case PN_UINT: atom.u.as_uint = (uint32_t)natural; break;
  case PN_ULONG: atom.u.as_ulong = natural; break;
  case PN_BYTE: atom.u.as_byte = (int8_t)number; break;
  case PN_SHORT: atom.u.as_short = (int16_t)number; break;
  case PN_INT: atom.u.as_int = (int32_t)number; break;
  case PN_TIMESTAMP: atom.u.as_timestamp = number; break;
  default: atom.u.as_long = number; break;
  }
  return put(pn_data_put_atom(data, atom), fault);
}

static enum step put_real(pn_type_t type, const json_t *value, pn_data_t *data, struct json_fault *fault) {
  double number;
  if (!real_of(value, &number)) return misfit(fault, type, value, "a number, \"nan\", \"inf\" or \"-inf\"");
  if (type == PN_DOUBLE) return put(pn_data_put_double(data, number), fault);
  if (isfinite(number) && fabs(number) > (double)FLT_MAX)
    return misfit(fault, type, value, "in a float's range");
  return put(pn_data_put_float(data, (float)number), fault);
}

static uint64_t big_endian(const char *bytes, size_t size) {
  uint64_t number = 0;
  for (size_t i = 0; i < size; i++) number = number << 8 | (unsigned char)bytes[i];
  return number;
}

static enum step put_octets(pn_type_t type, const json_t *value, pn_data_t *data, struct json_fault *fault) {
  pn_uuid_t uuid;
  pn_decimal128_t decimal;
  char bytes[16];
  const size_t size = type == PN_DECIMAL32 ? 4 : type == PN_DECIMAL64 ? 8 : sizeof bytes;
  if (!hex_of(value, bytes, size)) {
    return misfit(fault, type, value,
        size == 4   ? "8 hexadecimal digits"
        : size == 8 ? "16 hexadecimal digits"
                    : "32 hexadecimal digits");
  }
  switch (type) {
  case PN_UUID: memcpy(uuid.bytes, bytes, sizeof bytes); return put(pn_data_put_uuid(data, uuid), fault);
  case PN_DECIMAL128:
    memcpy(decimal.bytes, bytes, sizeof bytes);
    return put(pn_data_put_decimal128(data, decimal), fault);
  case PN_DECIMAL64: return put(pn_data_put_decimal64(data, big_endian(bytes, size)), fault);
  default: return put(pn_data_put_decimal32(data, (pn_decimal32_t)big_endian(bytes, size)), fault);
  }
}

/* The value of a type that was named. */
static enum step put_scalar(pn_type_t type, const json_t *value, pn_data_t *data, struct json_fault *fault) {
  pn_char_t code;
  switch (type) {
  case PN_NULL:
    return json_is_null(value) ? put(pn_data_put_null(data), fault) : misfit(fault, type, value, "null");
  case PN_BOOL:
    if (!json_is_boolean(value)) return misfit(fault, type, value, "true or false");
    return put(pn_data_put_bool(data, json_is_true(value)), fault);
  case PN_FLOAT:
  case PN_DOUBLE: return put_real(type, value, data, fault);
  case PN_CHAR:
    if (!char_of(value, &code)) return misfit(fault, type, value, "one character, or its number");
    return put(pn_data_put_char(data, code), fault);
  case PN_BINARY: return put_binary(value, data, fault);
  case PN_SYMBOL: return put_symbol(value, data, fault);
  case PN_STRING:
    if (!json_is_string(value)) return misfit(fault, type, value, "a string");
    return put(pn_data_put_string(data, bytes_of(value)), fault);
  case PN_UUID:
  case PN_DECIMAL32:
  case PN_DECIMAL64:
  case PN_DECIMAL128: return put_octets(type, value, data, fault);
  default: return put_integer(type, value, data, fault);
  }
}

static enum step opened(pn_data_t *data, int result, struct json_fault *fault) {
  if (result != 0) return put(result, fault);
  pn_data_enter(data);
  return STEP_OPENED;
}

/* What the elements of an array are described by: {"$symbol": ...}, {"$ulong": ...} or another scalar. */
static enum step put_descriptor(const json_t *value, pn_data_t *data, struct json_fault *fault) {
  const char *const key =
      json_object_size(value) == 1 ? json_object_iter_key(json_object_iter((json_t *)(uintptr_t)value)) : "";
  const pn_type_t type = *key == '$' ? type_of(key + 1) : PN_INVALID;
  if (type == PN_INVALID || type >= PN_DESCRIBED) {
    (void)json_fail(
        fault, "$described_array: the descriptor is to be a {\"$symbol\": ...} or a {\"$ulong\": ...}");
    return STEP_FAILED;
  }
  return put_scalar(type, json_object_get(value, key), data, fault);
}

static enum step open_array(
    bool described, const json_t *value, pn_data_t *data, struct level *level, struct json_fault *fault) {
  const size_t first = described;
  const char *const name = json_string_value(json_array_get(value, first));
  const pn_type_t type = name ? type_of(name) : PN_INVALID;
  if (type == PN_INVALID || type == PN_DESCRIBED) {
    (void)json_fail(fault, "$%sarray: %s is to be the name of a type, as in {\"$array\": [\"int\", 1, 2]}",
        described ? "described_" : "", described ? "behind the descriptor" : "first");
    return STEP_FAILED;
  }
  const enum step step = opened(data, pn_data_put_array(data, described, type), fault);
  *level = (struct level){type < PN_DESCRIBED ? LEVEL_TYPED : LEVEL_ITEMS, value, first + 1, NULL, type};
  if (step == STEP_FAILED || !described) return step;
  return put_descriptor(json_array_get(value, 0), data, fault) == STEP_DONE ? step : STEP_FAILED;
}

/* {"$type": value} */
static enum step open_typed(
    const char *name, const json_t *value, pn_data_t *data, struct level *level, struct json_fault *fault) {
  if (strcmp(name, "described_array") == 0) return open_array(true, value, data, level, fault);
  const pn_type_t type = type_of(name);
  switch (type) {
  case PN_INVALID:
    (void)json_fail(fault, "{\"$%.40s\": ...}: there is no type of this name", name);
    return STEP_FAILED;
  case PN_ARRAY: return open_array(false, value, data, level, fault);
  case PN_DESCRIBED:
    if (json_array_size(value) != 2)
      return misfit(fault, type, value, "an array of a descriptor and a value");
    *level = (struct level){LEVEL_ITEMS, value, 0, NULL, type};
    return opened(data, pn_data_put_described(data), fault);
  case PN_MAP:
    if (!json_is_array(value)) return misfit(fault, type, value, "an array of [key, value]");
    *level = (struct level){LEVEL_PAIRS, value, 0, NULL, type};
    return opened(data, pn_data_put_map(data), fault);
  case PN_LIST:
    if (!json_is_array(value)) return misfit(fault, type, value, "an array");
    *level = (struct level){LEVEL_ITEMS, value, 0, NULL, type};
    return opened(data, pn_data_put_list(data), fault);
  default: return put_scalar(type, value, data, fault);
  }
}

/* Put a scalar; or the beginning of what has parts, which is entered then, and the level is about its parts. */
static enum step open_value(
    const json_t *value, pn_data_t *data, struct level *level, struct json_fault *fault) {
  void *iterator;
  switch (json_typeof(value)) {
  case JSON_NULL: return put(pn_data_put_null(data), fault);
  case JSON_TRUE:
  case JSON_FALSE: return put(pn_data_put_bool(data, json_is_true(value)), fault);
  case JSON_INTEGER: return put(pn_data_put_long(data, json_integer_value(value)), fault);
  case JSON_REAL: return put(pn_data_put_double(data, json_real_value(value)), fault);
  case JSON_STRING: return put(pn_data_put_string(data, bytes_of(value)), fault);
  case JSON_ARRAY:
    *level = (struct level){LEVEL_ITEMS, value, 0, NULL, PN_LIST};
    return opened(data, pn_data_put_list(data), fault);
  case JSON_OBJECT: break;
  }
  iterator = json_object_iter((json_t *)(uintptr_t)value); /* nothing is changed by it */
  const char *const key = iterator ? json_object_iter_key(iterator) : "";
  if (*key == '$' && json_object_size(value) == 1) {
    return open_typed(key + 1, json_object_iter_value(iterator), data, level, fault);
  }
  *level = (struct level){LEVEL_OBJECT, value, 0, iterator, PN_MAP};
  return opened(data, pn_data_put_map(data), fault);
}

/* Put the next part of what was opened. STEP_DONE with level->from NULL: there is none. */
static enum step put_next(
    struct level *level, pn_data_t *data, struct level *inner, struct json_fault *fault) {
  const json_t *value = NULL;
  const size_t place = level->place++;
  switch (level->kind) {
  case LEVEL_OBJECT:
    if (!level->iterator) break;
    if (place % 2 == 0) {
      const char *const key = json_object_iter_key(level->iterator);
      return put(pn_data_put_string(data, pn_bytes(strlen(key), key)), fault);
    }
    value = json_object_iter_value(level->iterator);
    level->iterator = json_object_iter_next((json_t *)(uintptr_t)level->from, level->iterator);
    break;
  case LEVEL_PAIRS:
    value = json_array_get(level->from, place / 2);
    if (!value) break;
    if (json_array_size(value) != 2) return misfit(fault, PN_MAP, value, "[key, value]");
    value = json_array_get(value, place % 2);
    break;
  case LEVEL_TYPED:
  case LEVEL_ITEMS: value = json_array_get(level->from, place); break;
  }
  if (!value) {
    level->from = NULL;
    return STEP_DONE;
  }
  return level->kind == LEVEL_TYPED ? put_scalar(level->type, value, data, fault)
                                    : open_value(value, data, inner, fault);
}

bool json_put_value(const json_t *value, pn_data_t *data, struct json_fault *fault) {
  struct level levels[LEVELS + 1] = {{.from = NULL}};
  enum step step = open_value(value, data, &levels[0], fault);
  size_t depth = step == STEP_OPENED;
  while (depth > 0 && step != STEP_FAILED) {
    if (depth > LEVELS) {
      (void)json_fail(fault, "values are nested more than %d deep", LEVELS);
      return false;
    }
    struct level *const level = &levels[depth - 1];
    step = put_next(level, data, &levels[depth], fault);
    if (step == STEP_OPENED) {
      depth++;
    } else if (step == STEP_DONE && !level->from) {
      pn_data_exit(data);
      depth--;
    }
  }
  return step != STEP_FAILED;
}

json_t *json_parse(const char *text, size_t size, struct json_fault *fault) {
  json_error_t error;
  json_t *const value =
      json_loadb(text, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  if (value) return value;
  if (error.line > 1) {
    (void)json_fail(fault, "line %d, column %d: %s", error.line, error.column, error.text);
  } else {
    (void)json_fail(fault, "column %d: %s", error.column, error.text);
  }
  return NULL;
}
