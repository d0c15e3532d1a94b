/* generate_fixed.c: the values that are worth a place of their own, whatever the seed: every scalar in every magnitude,
 * alone, in a list, described and as array element; arrays of every type; each size around which an encoding changes;
 * every depth up to 20. The list is a table of families; an index picks the family and a number within it. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

enum {
  LEVELS = 20,
  AROUND = 16,
  FIRST_AROUND = 244,
  SCALAR_TYPES = PN_SYMBOL - PN_NULL + 1,
  TYPES = PN_MAP - PN_NULL + 1
};

static unsigned scalar_count(void) {
  unsigned count = 0;
  for (int type = PN_NULL; type <= PN_SYMBOL; type++) count += generate_variants((pn_type_t)type);
  return count;
}

static int scalar_number(pn_data_t *data, unsigned number) {
  pn_type_t type = PN_NULL;
  while (number >= generate_variants(type)) number -= generate_variants(type++);
  return generate_scalar(data, type, number);
}

static int scalar_alone(pn_data_t *data, unsigned number) { return scalar_number(data, number); }

static int scalar_in_list(pn_data_t *data, unsigned number) {
  int error = pn_data_put_list(data);
  pn_data_enter(data);
  if (!error) error = scalar_number(data, number);
  if (!error) error = scalar_number(data, number);
  if (!error) error = pn_data_put_null(data);
  pn_data_exit(data);
  return error;
}

static int scalar_described(pn_data_t *data, unsigned number) {
  int error = pn_data_put_described(data);
  pn_data_enter(data);
  if (!error)
    error = number % 2 ? pn_data_put_ulong(data, number) : pn_data_put_symbol(data, pn_bytes(8, "test:sym"));
  if (!error) error = scalar_number(data, number);
  pn_data_exit(data);
  return error;
}

static int element(pn_data_t *data, pn_type_t type, unsigned variant) {
  int error = 0;
  switch (type) {
  case PN_LIST:
  case PN_MAP:
    error = type == PN_LIST ? pn_data_put_list(data) : pn_data_put_map(data);
    pn_data_enter(data);
    for (unsigned i = 0; !error && i < 2 * (variant % 3); i++) error = pn_data_put_uint(data, i);
    pn_data_exit(data);
    return error;
  case PN_ARRAY:
    error = pn_data_put_array(data, false, PN_STRING);
    pn_data_enter(data);
    for (unsigned i = 0; !error && i < variant % 3; i++)
      error = pn_data_put_string(data, generate_text(i, true));
    pn_data_exit(data);
    return error;
  default: return generate_scalar(data, type, variant);
  }
}

/* Every type, with 0, 1, 2, 3 elements or one of each value, plain, described by a number, described by a symbol. */
enum { ARRAY_COUNTS = 5, ARRAY_FORMS = 3 };

static int array_of_type(pn_data_t *data, unsigned number) {
  pn_type_t type = (pn_type_t)(PN_NULL + number / (ARRAY_COUNTS * ARRAY_FORMS));
  if (type >= PN_DESCRIBED) type++; /* an array of described values is what a described array is */
  unsigned count = number % ARRAY_COUNTS, form = number / ARRAY_COUNTS % ARRAY_FORMS,
           variants = generate_variants(type);
  if (count == ARRAY_COUNTS - 1) count = variants > 4 ? variants : 7;
  int error = pn_data_put_array(data, form, type);
  pn_data_enter(data);
  if (!error && form == 1) error = pn_data_put_ulong(data, 0x4711);
  if (!error && form == 2) error = pn_data_put_symbol(data, pn_bytes(4, "test"));
  for (unsigned i = 0; !error && i < count; i++) error = element(data, type, i);
  pn_data_exit(data);
  return error;
}

/* Arrays whose elements all fit the narrow encoding of their type, and such where one does not. */
static int array_of_narrow(pn_data_t *data, unsigned number) {
  static const pn_type_t NARROW[] = {PN_UINT, PN_INT, PN_ULONG, PN_LONG, PN_BOOL, PN_STRING};
  pn_type_t type = NARROW[number / 3];
  int error = pn_data_put_array(data, false, type);
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < 4; i++) error = generate_scalar(data, type, number % 3 == 0 ? 0 : i % 3);
  if (!error && number % 3 == 2) error = generate_scalar(data, type, 13);
  pn_data_exit(data);
  return error;
}

static int list_of_bytes(pn_data_t *data, unsigned number) {
  int error = pn_data_put_list(data);
  pn_data_enter(data);
  if (!error) error = pn_data_put_string(data, generate_text(FIRST_AROUND + number, false));
  pn_data_exit(data);
  return error;
}

static int map_of_bytes(pn_data_t *data, unsigned number) {
  int error = pn_data_put_map(data);
  pn_data_enter(data);
  if (!error) error = pn_data_put_symbol(data, generate_text(FIRST_AROUND + number, true));
  if (!error) error = pn_data_put_null(data);
  pn_data_exit(data);
  return error;
}

static int array_of_bytes(pn_data_t *data, unsigned number) {
  int error = pn_data_put_array(data, false, PN_BINARY);
  pn_data_enter(data);
  if (!error) error = pn_data_put_binary(data, generate_text(FIRST_AROUND + number, true));
  pn_data_exit(data);
  return error;
}

static int many(pn_data_t *data, pn_type_t element_type, int error, unsigned count) {
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) error = generate_scalar(data, element_type, i);
  pn_data_exit(data);
  return error;
}

static int list_of_many(pn_data_t *data, unsigned number) {
  return many(data, PN_NULL, pn_data_put_list(data), FIRST_AROUND + number);
}

static int map_of_many(pn_data_t *data, unsigned number) {
  int error = pn_data_put_map(data);
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < (FIRST_AROUND + number) / 2; i++) {
    error = pn_data_put_uint(data, i);
    if (!error) error = pn_data_put_bool(data, i % 2);
  }
  pn_data_exit(data);
  return error;
}

static int array_of_many(pn_data_t *data, unsigned number) {
  return many(data, PN_UBYTE, pn_data_put_array(data, false, PN_UBYTE), FIRST_AROUND + number);
}

static int array_of_many_booleans(pn_data_t *data, unsigned number) {
  return many(data, PN_BOOL, pn_data_put_array(data, false, PN_BOOL), FIRST_AROUND + number);
}

static int nested(pn_data_t *data, unsigned kind, unsigned levels) {
  int error = 0;
  for (unsigned i = 0; !error && i < levels; i++) {
    switch (kind == 4 ? i % 4 : kind) {
    case 0: error = pn_data_put_list(data); break;
    case 1: error = pn_data_put_map(data); break;
    case 2: error = pn_data_put_described(data); break;
    default:
      error = pn_data_put_array(data, false,
          i + 1 < levels && kind == 3 ? PN_ARRAY
          : kind == 4                 ? PN_LIST
                                      : PN_INT);
    }
    pn_data_enter(data);
    if (!error && (kind == 4 ? i % 4 : kind) == 1) error = pn_data_put_string(data, pn_bytes(3, "key"));
    if (!error && (kind == 4 ? i % 4 : kind) == 2) error = pn_data_put_ulong(data, 200 + i);
  }
  if (!error) error = kind == 4 && levels % 4 == 0 ? pn_data_put_list(data) : pn_data_put_int(data, 4711);
  for (unsigned i = 0; i < levels; i++) pn_data_exit(data);
  return error;
}

static int nested_kind(pn_data_t *data, unsigned number) {
  return nested(data, number / LEVELS, 1 + number % LEVELS);
}

static const struct {
  int (*put)(pn_data_t *data, unsigned number);
  unsigned count; /* 0: as many as there are scalars */
} FAMILIES[] = {
    {scalar_alone, 0},
    {scalar_in_list, 0},
    {scalar_described, 0},
    {array_of_type, (TYPES - 1) * ARRAY_COUNTS *ARRAY_FORMS},
    {array_of_narrow, 6 * 3},
    {list_of_bytes, AROUND},
    {map_of_bytes, AROUND},
    {array_of_bytes, AROUND},
    {list_of_many, AROUND},
    {map_of_many, AROUND},
    {array_of_many, AROUND},
    {array_of_many_booleans, AROUND},
    {nested_kind, 5 * LEVELS},
};

static unsigned family_count(size_t family) {
  return FAMILIES[family].count ? FAMILIES[family].count : scalar_count();
}

unsigned generate_fixed_count(void) {
  unsigned count = 0;
  for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++) count += family_count(i);
  return count;
}

int generate_value(struct random *random, pn_data_t *data, unsigned index) {
  for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++) {
    if (index < family_count(i)) return FAMILIES[i].put(data, index);
    index -= family_count(i);
  }
  int budget = random_chance(random, 5) ? 300 : 40;
  return generate_any(random, data, 1 + (int)random_below(random, 8), &budget);
}
