/* generate.c: values from a seed, see generate.h. */
#include "generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 */
uint64_t random_next(struct random *random) {
  uint64_t mixed = random->state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

uint32_t random_below(struct random *random, uint32_t limit) {
  return (uint32_t)(((random_next(random) >> 32) * limit) >> 32);
}

bool random_chance(struct random *random, uint32_t percent) { return random_below(random, 100) < percent; }

enum { LONGEST = 65536 };
static const size_t LENGTHS[] = {0, 1, 2, 31, 32, 254, 255, 256, 257, LONGEST - 1, LONGEST};
static const uint64_t UNSIGNED[] = {0, 1, 2, 126, 127, 128, 129, 254, 255, 256, 257, 0x7fff, 0x8000, 0xffff,
    0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
    0xffffffffffffffff};
static const int64_t SIGNED[] = {0, 1, -1, 2, -2, 126, 127, 128, 129, -127, -128, -129, -130, 254, 255, 256,
    0x7fff, -0x8000, 0x8000, -0x8001, 0xffff, 0x10000, 0x7fffffff, -0x7fffffffLL - 1, 0x80000000,
    -0x80000001LL, 0x7fffffffffffffff, -0x7fffffffffffffff - 1};
static const double REALS[] = {0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 3.141592653589793, 1e10, 1e16, 1e17,
    123456.789, 1e-5, 1e-300, 1e300, 2.2250738585072014e-308, 4.9406564584124654e-324, 1.7976931348623157e308,
    INFINITY, -INFINITY, NAN};
static const float FLOATS[] = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 1.5f, 3.14159274f, 1e10f, 123456.789f, 1e-5f,
    1.17549435e-38f, 1.40129846e-45f, 3.40282347e38f, INFINITY, -INFINITY, NAN};
static const pn_char_t CHARS[] = {
    0, 1, 9, 'A', 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
static const uint8_t OCTETS[4][16] = {{0},
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
    {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    {0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

pn_bytes_t generate_text(size_t size, bool ascii) {
  static char chars[LONGEST + 1];
  static const char *const WIDE[] = {
      "", "", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}; /* 2, 3, 4 bytes */
  size_t at = 0;
  for (unsigned turn = 0; at < size; turn++) {
    size_t width = ascii ? 1 : 1 + turn % 4;
    if (width > 1 && width <= size - at)
      memcpy(chars + at, WIDE[width], width);
    else
      width = 1, chars[at] = "abcdefghijklmnopqrstuvwxyz-_:./ \"\\0123456789"[turn % 44];
    at += width;
  }
  chars[size] = 0;
  return pn_bytes(size, chars);
}

static pn_bytes_t generate_binary(size_t size) {
  static char octets[LONGEST];
  for (size_t i = 0; i < size; i++) octets[i] = (char)(i * 7 + size);
  return pn_bytes(size, octets);
}

unsigned generate_variants(pn_type_t type) {
  switch (type) {
  case PN_NULL: return 1;
  case PN_BOOL: return 2;
  case PN_UBYTE:
  case PN_USHORT:
  case PN_UINT:
  case PN_ULONG: return COUNT(UNSIGNED);
  case PN_BYTE:
  case PN_SHORT:
  case PN_INT:
  case PN_LONG:
  case PN_TIMESTAMP: return COUNT(SIGNED);
  case PN_CHAR: return COUNT(CHARS);
  case PN_FLOAT: return COUNT(FLOATS);
  case PN_DOUBLE: return COUNT(REALS);
  case PN_DECIMAL32:
  case PN_DECIMAL64: return COUNT(UNSIGNED);
  case PN_DECIMAL128:
  case PN_UUID: return COUNT(OCTETS);
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return COUNT(LENGTHS);
  default: return 0;
  }
}

/* Values too big for a narrow type are cut to it, which repeats some of its values and does no harm. */
int generate_scalar(pn_data_t *data, pn_type_t type, unsigned variant) {
  unsigned variants = generate_variants(type);
  variant = variants ? variant % variants : 0;
  pn_decimal128_t decimal;
  pn_uuid_t uuid;
  switch (type) {
  case PN_NULL: return pn_data_put_null(data);
  case PN_BOOL: return pn_data_put_bool(data, variant);
  case PN_UBYTE: return pn_data_put_ubyte(data, (uint8_t)UNSIGNED[variant]);
  case PN_USHORT: return pn_data_put_ushort(data, (uint16_t)UNSIGNED[variant]);
  case PN_UINT: return pn_data_put_uint(data, (uint32_t)UNSIGNED[variant]);
  case PN_ULONG: return pn_data_put_ulong(data, UNSIGNED[variant]);
  case PN_BYTE: return pn_data_put_byte(data, (int8_t)SIGNED[variant]);
  case PN_SHORT: return pn_data_put_short(data, (int16_t)SIGNED[variant]);
  case PN_INT: return pn_data_put_int(data, (int32_t)SIGNED[variant]);
  case PN_LONG: return pn_data_put_long(data, SIGNED[variant]);
  case PN_TIMESTAMP: return pn_data_put_timestamp(data, SIGNED[variant]);
  case PN_CHAR: return pn_data_put_char(data, CHARS[variant]);
  case PN_FLOAT: return pn_data_put_float(data, FLOATS[variant]);
  case PN_DOUBLE: return pn_data_put_double(data, REALS[variant]);
  case PN_DECIMAL32: return pn_data_put_decimal32(data, (pn_decimal32_t)UNSIGNED[variant]);
  case PN_DECIMAL64: return pn_data_put_decimal64(data, UNSIGNED[variant]);
  case PN_DECIMAL128:
    memcpy(decimal.bytes, OCTETS[variant], 16);
    return pn_data_put_decimal128(data, decimal);
  case PN_UUID: memcpy(uuid.bytes, OCTETS[variant], 16); return pn_data_put_uuid(data, uuid);
  case PN_BINARY: return pn_data_put_binary(data, generate_binary(LENGTHS[variant]));
  case PN_STRING: return pn_data_put_string(data, generate_text(LENGTHS[variant], false));
  case PN_SYMBOL: return pn_data_put_symbol(data, generate_text(LENGTHS[variant], true));
  default: return PN_ERR;
  }
}

static bool has_length(pn_type_t type) { return type == PN_BINARY || type == PN_STRING || type == PN_SYMBOL; }

static int any_of_type(struct random *random, pn_data_t *data, pn_type_t type) {
  if (random_chance(random, 50)) {
    switch (type) {
    case PN_INT: return pn_data_put_int(data, (int32_t)(random_next(random) >> random_below(random, 32)));
    case PN_UINT: return pn_data_put_uint(data, (uint32_t)random_next(random) >> random_below(random, 32));
    case PN_LONG: return pn_data_put_long(data, (int64_t)random_next(random) >> random_below(random, 63));
    case PN_ULONG: return pn_data_put_ulong(data, random_next(random) >> random_below(random, 63));
    case PN_DOUBLE: return pn_data_put_double(data, (double)(int64_t)random_next(random) / 65536.0);
    case PN_BINARY: return pn_data_put_binary(data, generate_binary(random_below(random, 40)));
    case PN_STRING:
      return pn_data_put_string(data, generate_text(random_below(random, 40), random_chance(random, 50)));
    case PN_SYMBOL: return pn_data_put_symbol(data, generate_text(random_below(random, 40), true));
    default: break;
    }
  }
  unsigned variants =
      has_length(type) ? (random_chance(random, 5) ? COUNT(LENGTHS) - 2 : 5) : generate_variants(type);
  return generate_scalar(data, type, random_below(random, variants));
}

int generate_any_scalar(struct random *random, pn_data_t *data) {
  return any_of_type(random, data, (pn_type_t)(PN_NULL + random_below(random, PN_SYMBOL - PN_NULL + 1)));
}

/* None that a performative has: Proton formats maps and arrays that are described so as if they had fields. */
static int any_descriptor(struct random *random, pn_data_t *data) {
  switch (random_below(random, 4)) {
  case 0: return pn_data_put_symbol(data, generate_text(1 + random_below(random, 30), true));
  case 1: return pn_data_put_ulong(data, random_next(random) | 128);
  default: return pn_data_put_ulong(data, 128 + random_below(random, 256));
  }
}

/* Keys differ within a map, as the standard asks. */
static int any_key(struct random *random, pn_data_t *data, unsigned number) {
  char name[32];
  int length = snprintf(name, sizeof name, "key-%u", number);
  switch (random_below(random, 6)) {
  case 0: return pn_data_put_uint(data, number);
  case 1: return pn_data_put_ulong(data, number);
  case 2: return pn_data_put_symbol(data, pn_bytes((size_t)length, name));
  default: return pn_data_put_string(data, pn_bytes((size_t)length, name));
  }
}

/* The functions below call each other as deep as `depth` says, which is a caller's number, never a peer's. */
/* NOLINTBEGIN(misc-no-recursion) */
static int any_list(struct random *random, pn_data_t *data, int depth, int *budget, unsigned count) {
  int error = pn_data_put_list(data);
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) error = generate_any(random, data, depth - 1, budget);
  pn_data_exit(data);
  return error;
}

static int any_map(struct random *random, pn_data_t *data, int depth, int *budget, unsigned count) {
  int error = pn_data_put_map(data);
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) {
    error = any_key(random, data, i);
    if (!error) error = generate_any(random, data, depth - 1, budget);
  }
  pn_data_exit(data);
  return error;
}

static int any_array(struct random *random, pn_data_t *data, int depth, int *budget, unsigned count) {
  static const pn_type_t COMPOUND[] = {PN_LIST, PN_MAP, PN_ARRAY};
  pn_type_t type = (pn_type_t)(PN_NULL + random_below(random, PN_SYMBOL - PN_NULL + 1));
  if (depth > 1 && random_chance(random, 25)) type = COMPOUND[random_below(random, COUNT(COMPOUND))];
  bool described = random_chance(random, 25);
  int error = pn_data_put_array(data, described, type);
  pn_data_enter(data);
  if (!error && described) error = any_descriptor(random, data);
  for (unsigned i = 0; !error && i < count; i++) {
    unsigned inner = random_below(random, 4);
    --*budget;
    if (type == PN_LIST)
      error = any_list(random, data, depth - 1, budget, inner);
    else if (type == PN_MAP)
      error = any_map(random, data, depth - 1, budget, inner);
    else if (type == PN_ARRAY)
      error = any_array(random, data, depth - 1, budget, inner);
    else
      error = any_of_type(random, data, type);
  }
  pn_data_exit(data);
  return error;
}

/* The content is never described itself: Proton 0.37 decodes what follows such a value wrongly (behaviour.c has the case). */
static int any_described(struct random *random, pn_data_t *data, int depth, int *budget) {
  int error = pn_data_put_described(data);
  unsigned count = random_below(random, 6);
  pn_data_enter(data);
  if (!error) error = any_descriptor(random, data);
  if (!error) {
    switch (random_below(random, 4)) {
    case 0: error = generate_any_scalar(random, data); break;
    case 1: error = any_map(random, data, depth - 1, budget, count); break;
    case 2: error = any_array(random, data, depth - 1, budget, count); break;
    default: error = any_list(random, data, depth - 1, budget, count); break;
    }
  }
  pn_data_exit(data);
  return error;
}

int generate_any(struct random *random, pn_data_t *data, int depth, int *budget) {
  if (--*budget <= 0 || depth <= 0 || random_chance(random, 40)) return generate_any_scalar(random, data);
  unsigned count = random_below(random, random_chance(random, 10) ? 30 : 6);
  switch (random_below(random, 8)) {
  case 0:
  case 1:
  case 2: return any_list(random, data, depth, budget, count);
  case 3:
  case 4: return any_map(random, data, depth, budget, count);
  case 5:
  case 6: return any_array(random, data, depth, budget, count);
  default: return any_described(random, data, depth, budget);
  }
}
/* NOLINTEND(misc-no-recursion) */
