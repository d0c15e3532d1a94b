/* tree.c: value trees taken apart through the public API. Depth costs no stack: the place in the tree is the stack. */
#include "tree.h"
#include "check.h"

#include <string.h>

static bool is_compound(pn_type_t type) {
  return type == PN_DESCRIBED || type == PN_ARRAY || type == PN_LIST || type == PN_MAP;
}

/* How many children the current value says it has, a descriptor counted. */
static size_t children(pn_data_t *tree) {
  switch (pn_data_type(tree)) {
  case PN_DESCRIBED: return 2;
  case PN_ARRAY: return pn_data_get_array(tree) + pn_data_is_array_described(tree);
  case PN_LIST: return pn_data_get_list(tree);
  default: return pn_data_get_map(tree);
  }
}

static bool same_bytes(pn_bytes_t one, pn_bytes_t other) {
  return one.size == other.size && (one.size == 0 || memcmp(one.start, other.start, one.size) == 0);
}

/* The atom of the current value, got by the getter of its type. */
static pn_atom_t get(pn_data_t *tree) {
  pn_atom_t atom;
  memset(&atom, 0, sizeof atom);
  atom.type = pn_data_type(tree);
  switch (atom.type) {
  case PN_BOOL: atom.u.as_bool = pn_data_get_bool(tree); break;
  case PN_UBYTE: atom.u.as_ubyte = pn_data_get_ubyte(tree); break;
  case PN_BYTE: atom.u.as_byte = pn_data_get_byte(tree); break;
  case PN_USHORT: atom.u.as_ushort = pn_data_get_ushort(tree); break;
  case PN_SHORT: atom.u.as_short = pn_data_get_short(tree); break;
  case PN_UINT: atom.u.as_uint = pn_data_get_uint(tree); break;
  case PN_INT: atom.u.as_int = pn_data_get_int(tree); break;
  case PN_CHAR: atom.u.as_char = pn_data_get_char(tree); break;
  case PN_ULONG: atom.u.as_ulong = pn_data_get_ulong(tree); break;
  case PN_LONG: atom.u.as_long = pn_data_get_long(tree); break;
  case PN_TIMESTAMP: atom.u.as_timestamp = pn_data_get_timestamp(tree); break;
  case PN_FLOAT: atom.u.as_float = pn_data_get_float(tree); break;
  case PN_DOUBLE: atom.u.as_double = pn_data_get_double(tree); break;
  case PN_DECIMAL32: atom.u.as_decimal32 = pn_data_get_decimal32(tree); break;
  case PN_DECIMAL64: atom.u.as_decimal64 = pn_data_get_decimal64(tree); break;
  case PN_DECIMAL128: atom.u.as_decimal128 = pn_data_get_decimal128(tree); break;
  case PN_UUID: atom.u.as_uuid = pn_data_get_uuid(tree); break;
  case PN_BINARY: atom.u.as_bytes = pn_data_get_binary(tree); break;
  case PN_STRING: atom.u.as_bytes = pn_data_get_string(tree); break;
  case PN_SYMBOL: atom.u.as_bytes = pn_data_get_symbol(tree); break;
  default: break;
  }
  return atom;
}

static bool same_atom(const pn_atom_t *one, const pn_atom_t *other) {
  if (one->type != other->type) return false;
  switch (one->type) {
  case PN_BINARY:
  case PN_STRING:
  case PN_SYMBOL: return same_bytes(one->u.as_bytes, other->u.as_bytes);
  case PN_BOOL:
  case PN_UBYTE:
  case PN_BYTE: return one->u.as_ubyte == other->u.as_ubyte;
  case PN_USHORT:
  case PN_SHORT: return one->u.as_ushort == other->u.as_ushort;
  case PN_UINT:
  case PN_INT:
  case PN_CHAR:
  case PN_FLOAT:
  case PN_DECIMAL32: return one->u.as_uint == other->u.as_uint;
  case PN_DECIMAL128:
  case PN_UUID: return memcmp(&one->u.as_uuid, &other->u.as_uuid, sizeof one->u.as_uuid) == 0;
  case PN_NULL: return true;
  default: return one->u.as_ulong == other->u.as_ulong;
  }
}

/* Getters of other types answer nothing. */
static void check_value(pn_data_t *tree) {
  const pn_type_t type = pn_data_type(tree);
  const pn_atom_t atom = pn_data_get_atom(tree), got = get(tree);
  CHECK(type >= PN_NULL && type <= PN_MAP);
  CHECK(pn_data_is_null(tree) == (type == PN_NULL) && pn_data_is_described(tree) == (type == PN_DESCRIBED));
  CHECK(is_compound(type) ? atom.type == type : same_atom(&atom, &got));
  if (type != PN_BOOL) CHECK(!pn_data_get_bool(tree));
  if (type != PN_INT) CHECK(pn_data_get_int(tree) == 0);
  if (type != PN_ULONG) CHECK(pn_data_get_ulong(tree) == 0);
  if (type != PN_STRING) CHECK(pn_data_get_string(tree).size == 0);
  if (type != PN_LIST) CHECK(pn_data_get_list(tree) == 0);
  if (type != PN_MAP) CHECK(pn_data_get_map(tree) == 0);
  if (type != PN_ARRAY) CHECK(pn_data_get_array(tree) == 0 && pn_data_get_array_type(tree) == PN_INVALID);
}

/* Inside a value that was just entered: forwards and back again, and no further. */
static void check_children(pn_data_t *tree, size_t count) {
  for (size_t i = 0; i < count; i++) CHECK(pn_data_next(tree));
  CHECK(!pn_data_next(tree));
  for (size_t i = 1; i < count; i++) CHECK(pn_data_prev(tree));
  CHECK(!pn_data_prev(tree));
  CHECK(pn_data_exit(tree) && pn_data_enter(tree));
}

static size_t visit(pn_data_t *tree) {
  size_t values = 0, depth = 0;
  pn_data_rewind(tree);
  for (;;) {
    if (!pn_data_next(tree)) {
      if (depth-- == 0) break;
      CHECK(pn_data_exit(tree));
      continue;
    }
    values++;
    check_value(tree);
    const size_t count = is_compound(pn_data_type(tree)) ? children(tree) : 0;
    const pn_type_t type = pn_data_type(tree);
    const bool entered = pn_data_enter(tree);
    CHECK(entered == is_compound(type));
    if (!entered) continue;
    check_children(tree, count);
    if (type == PN_MAP) {
      const pn_handle_t place = pn_data_point(tree);
      (void)pn_data_lookup(tree, "a");
      CHECK(pn_data_restore(tree, place));
    }
    depth++;
  }
  CHECK(!pn_data_exit(tree));
  return values;
}

bool tree_equal(pn_data_t *one, pn_data_t *other) {
  bool equal = true;
  size_t depth = 0;
  pn_data_rewind(one);
  pn_data_rewind(other);
  while (equal) {
    const bool more = pn_data_next(one);
    equal = pn_data_next(other) == more;
    if (!equal) break;
    if (!more) {
      if (depth-- == 0) break;
      CHECK(pn_data_exit(one) && pn_data_exit(other));
      continue;
    }
    const pn_atom_t a = get(one), b = get(other);
    equal = is_compound(a.type) ? a.type == b.type && children(one) == children(other) : same_atom(&a, &b);
    if (a.type == PN_ARRAY) {
      equal = equal && pn_data_get_array_type(one) == pn_data_get_array_type(other) &&
              pn_data_is_array_described(one) == pn_data_is_array_described(other);
    }
    if (equal && pn_data_enter(one)) {
      CHECK(pn_data_enter(other));
      depth++;
    }
  }
  pn_data_rewind(one);
  pn_data_rewind(other);
  return equal;
}

static void check_format(pn_data_t *tree, pn_data_t *again) {
  char texts[2][512];
  size_t sizes[2] = {sizeof texts[0], sizeof texts[1]};
  const int status = pn_data_format(tree, texts[0], &sizes[0]);
  CHECK(status == 0 || status == PN_OVERFLOW);
  CHECK(pn_data_format(again, texts[1], &sizes[1]) == status);
  if (status == 0) CHECK(sizes[0] < sizeof texts[0] && texts[0][sizes[0]] == '\0');
  if (status == 0) CHECK(sizes[0] == sizes[1] && memcmp(texts[0], texts[1], sizes[0]) == 0);
}

/* Copied, a tree is the same; appended to the copy, it is there twice, unless that is more than a tree can hold. */
static void check_copy(pn_data_t *tree, pn_data_t *copy) {
  CHECK(pn_data_copy(copy, tree) == 0 && tree_equal(copy, tree));
  const size_t values = pn_data_size(tree);
  while (pn_data_next(copy)) {}
  const int status = pn_data_append(copy, tree);
  CHECK(status == 0 || status == PN_OUT_OF_MEMORY);
  if (status == 0) CHECK(pn_data_size(copy) == 2 * values);
  CHECK(pn_data_size(tree) == values);
}

void tree_check(pn_data_t *tree) {
  CHECK(visit(tree) == pn_data_size(tree));
  const ssize_t size = pn_data_encoded_size(tree);
  CHECK(size >= 0);
  char *const encoded = malloc((size_t)size), *const twice = malloc((size_t)size);
  CHECK((encoded && twice) || size == 0);
  if (size > 0) CHECK(pn_data_encode(tree, twice, (size_t)size - 1) == PN_OVERFLOW);
  CHECK(pn_data_encode(tree, encoded, (size_t)size) == size);

  pn_data_t *const again = pn_data(0);
  CHECK(again);
  for (ssize_t at = 0; at < size;) {
    const ssize_t taken = pn_data_decode(again, encoded + at, (size_t)(size - at));
    CHECK(taken > 0);
    at += taken;
  }
  CHECK(tree_equal(tree, again));
  CHECK(pn_data_encode(again, twice, (size_t)size) == size);
  CHECK(size == 0 || memcmp(encoded, twice, (size_t)size) == 0);
  check_format(tree, again);
  check_copy(tree, again);
  pn_data_free(again);
  free(encoded);
  free(twice);
}
