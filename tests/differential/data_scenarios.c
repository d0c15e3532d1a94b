/* data_scenarios.c: building, walking and copying value trees. */
#include "canonical.h"
#include "generate.h"
#include "scenario.h"

#include <proton/error.h>
#include <stdlib.h>
#include <string.h>

/* A list [1, [2, 3], {"a": 4}, 5] and after it a string. */
static pn_data_t *sample(void) {
  pn_data_t *data = pn_data(0);
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_int(data, 1);
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_int(data, 2);
  pn_data_put_int(data, 3);
  pn_data_exit(data);
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_string(data, pn_bytes(1, "a"));
  pn_data_put_int(data, 4);
  pn_data_exit(data);
  pn_data_put_int(data, 5);
  pn_data_exit(data);
  pn_data_put_string(data, pn_bytes(3, "end"));
  pn_data_rewind(data);
  return data;
}

static void new_tree(void) {
  pn_data_t *data = pn_data(0);
  say_tree("new", data);
  say("errno", "%d", pn_data_errno(data));
  say("next", "%d", pn_data_next(data));
  say("prev", "%d", pn_data_prev(data));
  say("enter", "%d", pn_data_enter(data));
  say("exit", "%d", pn_data_exit(data));
  say("encoded size", "%zd", pn_data_encoded_size(data));
  say_encoding("encoding", data);
  pn_data_clear(data);
  pn_data_rewind(data);
  say_tree("cleared", data);
  pn_data_free(data);
  pn_data_free(NULL);
  for (size_t capacity = 1; capacity < 100000; capacity *= 100) {
    data = pn_data(capacity);
    say("capacity", "%zu: %d", capacity, pn_data_put_int(data, 1));
    pn_data_free(data);
  }
}

static void put_over_siblings(void) {
  pn_data_t *data = sample();
  pn_data_next(data);
  pn_data_enter(data);
  say_tree("entered", data);
  say("put", "%d", pn_data_put_string(data, pn_bytes(3, "one")));
  say_tree("over 1", data);
  say("put", "%d", pn_data_put_int(data, 20));
  say_tree("over the list", data);
  say("put", "%d", pn_data_put_list(data));
  say_tree("a list over the map", data);
  say("enter", "%d", pn_data_enter(data));
  say("next in it", "%d", pn_data_next(data));
  say("put", "%d", pn_data_put_null(data));
  say("exit", "%d", pn_data_exit(data));
  say("put", "%d", pn_data_put_bool(data, true));
  say("put", "%d", pn_data_put_bool(data, false));
  say_tree("one more", data);
  say("exit", "%d", pn_data_exit(data));
  say("put", "%d", pn_data_put_symbol(data, pn_bytes(3, "fin")));
  say_tree("over the string", data);
  say_canonical("all", data);
  say_encoding("encoding", data);
  pn_data_free(data);
}

static void put_over_compound_with_compound(void) {
  pn_data_t *data = sample();
  say("put", "%d", pn_data_put_map(data));
  say_tree("map over the list", data);
  say("enter", "%d", pn_data_enter(data));
  say("next", "%d", pn_data_next(data));
  say("put", "%d", pn_data_put_int(data, 1));
  say("put", "%d", pn_data_put_int(data, 2));
  say("exit", "%d", pn_data_exit(data));
  say_tree("filled", data);
  pn_data_rewind(data);
  say("put", "%d", pn_data_put_array(data, false, PN_INT));
  say_tree("array over it", data);
  say("enter", "%d", pn_data_enter(data));
  say("next", "%d", pn_data_next(data));
  pn_data_exit(data);
  pn_data_rewind(data);
  say("put", "%d", pn_data_put_described(data));
  say_tree("described over it", data);
  say_canonical("all", data);
  pn_data_free(data);
}

static void walk(void) {
  pn_data_t *data = sample();
  say("prev before the first", "%d", pn_data_prev(data));
  say("exit at the top", "%d", pn_data_exit(data));
  say("enter nothing", "%d", pn_data_enter(data));
  say("next", "%d", pn_data_next(data));
  say_tree("first", data);
  say("prev of the first", "%d", pn_data_prev(data));
  say_tree("after it", data);
  say("next", "%d", pn_data_next(data));
  say("next", "%d", pn_data_next(data));
  say_tree("after the last", data);
  say("prev", "%d", pn_data_prev(data));
  say("enter", "%d", pn_data_enter(data));
  say_tree("entered", data);
  say("prev in it", "%d", pn_data_prev(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("exited", data);
  say("enter", "%d", pn_data_enter(data));
  for (int i = 0; i < 5; i++) {
    say("next in it", "%d", pn_data_next(data));
    say("there", "%s", pn_type_name(pn_data_type(data)));
  }
  for (int i = 0; i < 5; i++) {
    say("prev in it", "%d", pn_data_prev(data));
    say("there", "%s", pn_type_name(pn_data_type(data)));
  }
  say("next", "%d", pn_data_next(data));
  say("enter deeper", "%d", pn_data_enter(data));
  say("next", "%d", pn_data_next(data));
  say("exit", "%d", pn_data_exit(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("out", data);
  say("exit", "%d", pn_data_exit(data));
  say_tree("still", data);
  pn_data_free(data);
}

static void walk_empty_compounds(void) {
  pn_data_t *data = pn_data(0);
  for (int kind = 0; kind < 4; kind++) {
    pn_data_clear(data);
    if (kind == 0) pn_data_put_list(data);
    if (kind == 1) pn_data_put_map(data);
    if (kind == 2) pn_data_put_array(data, true, PN_UINT);
    if (kind == 3) pn_data_put_described(data);
    say("enter", "%d", pn_data_enter(data));
    say("next", "%d", pn_data_next(data));
    say("prev", "%d", pn_data_prev(data));
    say("type", "%d", (int)pn_data_type(data));
    say("enter again", "%d", pn_data_enter(data));
    say("exit", "%d", pn_data_exit(data));
    say_tree("out", data);
  }
  pn_data_free(data);
}

/* What follows an enter that is refused here and obeyed by Proton differs too, so that is all there is to see. */
static void enter_a_scalar(void) {
  pn_data_t *data = pn_data(0);
  pn_data_put_int(data, 1);
  say("enter", "%d", pn_data_enter(data));
  pn_data_free(data);
}

static void narrow(void) {
  pn_data_t *data = sample();
  pn_data_narrow(data);
  say("narrow on nothing, then next", "%d", pn_data_next(data));
  pn_data_widen(data);
  pn_data_rewind(data);
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_next(data);
  pn_data_next(data);
  pn_data_narrow(data);
  say_tree("narrowed on the inner list", data);
  say("next", "%d", pn_data_next(data));
  say("prev", "%d", pn_data_prev(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("tried to leave", data);
  pn_data_rewind(data);
  say_tree("rewound", data);
  say("next", "%d", pn_data_next(data));
  say_tree("first", data);
  say("enter", "%d", pn_data_enter(data));
  say("next", "%d", pn_data_next(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("back", data);
  say_encoding("encoding while narrow", data);
  pn_data_widen(data);
  say_tree("wide", data);
  say("next", "%d", pn_data_next(data));
  pn_data_rewind(data);
  say_tree("rewound wide", data);
  say("next", "%d", pn_data_next(data));
  say_tree("first again", data);
  pn_data_widen(data);
  say_tree("widened once more", data);
  pn_data_free(data);
}

static void narrow_inside(void) {
  pn_data_t *data = sample();
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_narrow(data); /* in the list, before its first element */
  say_tree("narrowed", data);
  say("exit", "%d", pn_data_exit(data));
  say("next", "%d", pn_data_next(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("on 1", data);
  pn_data_rewind(data);
  say("next", "%d", pn_data_next(data));
  say_tree("first", data);
  say("next", "%d", pn_data_next(data));
  say("enter", "%d", pn_data_enter(data));
  pn_data_narrow(data);
  say("next", "%d", pn_data_next(data));
  pn_data_rewind(data);
  say("next", "%d", pn_data_next(data));
  say_tree("narrowed twice", data);
  pn_data_widen(data);
  pn_data_rewind(data);
  say("next", "%d", pn_data_next(data));
  say_tree("widened once", data);
  say("put", "%d", pn_data_put_null(data));
  say_canonical("all", data);
  pn_data_free(data);
}

static void put_while_narrow(void) {
  pn_data_t *data = sample();
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_next(data);
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_narrow(data);
  say("put", "%d", pn_data_put_string(data, pn_bytes(1, "x")));
  say("put", "%d", pn_data_put_string(data, pn_bytes(1, "y")));
  say("put", "%d", pn_data_put_string(data, pn_bytes(1, "z")));
  say_tree("three", data);
  say("exit", "%d", pn_data_exit(data));
  pn_data_widen(data);
  say("exit", "%d", pn_data_exit(data));
  say_tree("wide", data);
  say_canonical("all", data);
  pn_data_free(data);
}

static void clear_while_narrow(void) {
  pn_data_t *data = sample();
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_narrow(data);
  pn_data_clear(data);
  say_tree("cleared", data);
  say("put", "%d", pn_data_put_int(data, 9));
  say_tree("put", data);
  pn_data_widen(data);
  say_canonical("all", data);
  pn_data_free(data);
}

static void point_and_restore(void) {
  pn_data_t *data = sample();
  pn_handle_t start = pn_data_point(data);
  pn_data_next(data);
  pn_handle_t list = pn_data_point(data);
  pn_data_enter(data);
  pn_handle_t inside = pn_data_point(data);
  pn_data_next(data);
  pn_data_next(data);
  pn_handle_t inner = pn_data_point(data);
  pn_data_enter(data);
  pn_data_next(data);
  pn_handle_t two = pn_data_point(data);
  say("restore start", "%d", pn_data_restore(data, start));
  say_tree("start", data);
  say("next", "%d", pn_data_next(data));
  say("restore two", "%d", pn_data_restore(data, two));
  say_tree("two", data);
  say("next", "%d", pn_data_next(data));
  say("exit", "%d", pn_data_exit(data));
  say_tree("left", data);
  say("restore inner", "%d", pn_data_restore(data, inner));
  say_tree("inner", data);
  say("restore inside", "%d", pn_data_restore(data, inside));
  say_tree("inside", data);
  say("next", "%d", pn_data_next(data));
  say_tree("first inside", data);
  say("restore list", "%d", pn_data_restore(data, list));
  say_tree("list", data);
  say("put", "%d", pn_data_put_int(data, 7));
  say("restore two", "%d", pn_data_restore(data, two));
  say_tree("two after a put elsewhere", data);
  say("restore a number that was never given", "%d", pn_data_restore(data, (pn_handle_t)(uintptr_t)60000));
  say_tree("after it", data);
  pn_data_clear(data);
  say("restore two in a cleared tree", "%d", pn_data_restore(data, two));
  pn_data_free(data);
}

static void point_in_an_empty_list(void) {
  pn_data_t *data = pn_data(0);
  pn_handle_t empty = pn_data_point(data);
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_handle_t inside = pn_data_point(data);
  pn_data_exit(data);
  pn_data_put_int(data, 1);
  say("restore inside", "%d", pn_data_restore(data, inside));
  say("put", "%d", pn_data_put_null(data));
  say_tree("put there", data);
  say("restore the very beginning", "%d", pn_data_restore(data, empty));
  say("next", "%d", pn_data_next(data));
  say_tree("there", data);
  say_canonical("all", data);
  pn_data_free(data);
}

static pn_data_t *map_of_kinds(void) {
  pn_data_t *data = pn_data(0);
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_string(data, pn_bytes(3, "one"));
  pn_data_put_int(data, 1);
  pn_data_put_symbol(data, pn_bytes(3, "two"));
  pn_data_put_int(data, 2);
  pn_data_put_int(data, 3);
  pn_data_put_string(data, pn_bytes(5, "three"));
  pn_data_put_string(data, pn_bytes(4, "four"));
  pn_data_put_string(data, pn_bytes(5, "three"));
  pn_data_put_string(data, pn_bytes(3, "one"));
  pn_data_put_int(data, 11);
  pn_data_put_binary(data, pn_bytes(3, "bin"));
  pn_data_put_int(data, 12);
  pn_data_put_string(data, pn_bytes(0, ""));
  pn_data_put_int(data, 13);
  pn_data_put_string(data, pn_bytes(3, "odd"));
  return data;
}

static void lookup(void) {
  static const char *const NAMES[] = {"one", "two", "three", "four", "on", "ones", "bin", "", "odd", "none"};
  pn_data_t *data = map_of_kinds();
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    pn_data_rewind(data);
    pn_data_next(data);
    pn_data_enter(data);
    say("lookup", "%s: %d", NAMES[i], pn_data_lookup(data, NAMES[i]));
    say_tree("there", data);
  }
  pn_data_rewind(data);
  say("lookup outside of the map", "%d", pn_data_lookup(data, "one"));
  say_tree("there", data);
  pn_data_rewind(data);
  pn_data_next(data);
  say("lookup on the map", "%d", pn_data_lookup(data, "one"));
  say_tree("there", data);
  pn_data_enter(data);
  pn_data_next(data);
  pn_data_next(data);
  say("lookup again from behind it", "%d", pn_data_lookup(data, "one"));
  say("value", "%d", pn_data_get_int(data));
  pn_data_free(data);
}

static void array_properties(void) {
  pn_data_t *data = pn_data(0);
  for (int type = PN_NULL; type <= PN_MAP; type++) {
    pn_data_clear(data);
    int error = pn_data_put_array(data, false, (pn_type_t)type);
    say("empty", "%d: count %zu, described %d, of %s", error, pn_data_get_array(data),
        pn_data_is_array_described(data), pn_type_name(pn_data_get_array_type(data)));
    pn_data_clear(data);
    error = pn_data_put_array(data, true, (pn_type_t)type);
    pn_data_enter(data);
    pn_data_put_symbol(data, pn_bytes(1, "d"));
    pn_data_exit(data);
    say("described", "%d: count %zu, described %d, of %s", error, pn_data_get_array(data),
        pn_data_is_array_described(data), pn_type_name(pn_data_get_array_type(data)));
  }
  pn_data_clear(data);
  pn_data_put_array(data, true, PN_INT);
  say("without its descriptor", "count %zu", pn_data_get_array(data));
  pn_data_put_int(data, 1);
  say("of a scalar", "count %zu, described %d, type %d", pn_data_get_array(data),
      pn_data_is_array_described(data), (int)pn_data_get_array_type(data));
  pn_data_free(data);
}

static void put_of_type(pn_data_t *data, pn_type_t type) {
  switch (type) {
  case PN_DESCRIBED:
    pn_data_put_described(data);
    pn_data_enter(data);
    pn_data_put_ulong(data, 5);
    pn_data_put_int(data, 6);
    pn_data_exit(data);
    break;
  case PN_ARRAY:
    pn_data_put_array(data, false, PN_INT);
    pn_data_enter(data);
    pn_data_put_int(data, 7);
    pn_data_exit(data);
    break;
  case PN_LIST:
  case PN_MAP:
    type == PN_LIST ? pn_data_put_list(data) : pn_data_put_map(data);
    pn_data_enter(data);
    pn_data_put_int(data, 8);
    pn_data_put_int(data, 9);
    pn_data_exit(data);
    break;
  default: generate_scalar(data, type, type == PN_NULL ? 0 : 1);
  }
}

/* Every getter on a value of every type, and on none. */
static void getters(void) {
  pn_data_t *data = pn_data(0);
  for (int type = PN_NULL - 1; type <= PN_MAP; type++) {
    pn_data_clear(data);
    if (type >= PN_NULL) put_of_type(data, (pn_type_t)type);
    const char *name = type >= PN_NULL ? pn_type_name((pn_type_t)type) : "nothing";
    pn_bytes_t binary = pn_data_get_binary(data), string = pn_data_get_string(data),
               symbol = pn_data_get_symbol(data), bytes = pn_data_get_bytes(data);
    struct text text = {0};
    text_add(&text, "null %d, bool %d, described %d, list %zu, map %zu, array %zu", pn_data_is_null(data),
        pn_data_get_bool(data), pn_data_is_described(data), pn_data_get_list(data), pn_data_get_map(data),
        pn_data_get_array(data));
    text_add(&text, ", %u %d %u %d %u %d %x", pn_data_get_ubyte(data), pn_data_get_byte(data),
        pn_data_get_ushort(data), pn_data_get_short(data), pn_data_get_uint(data), pn_data_get_int(data),
        pn_data_get_char(data));
    text_add(&text, ", %llu %lld %lld %a %a", (unsigned long long)pn_data_get_ulong(data),
        (long long)pn_data_get_long(data), (long long)pn_data_get_timestamp(data),
        (double)pn_data_get_float(data), pn_data_get_double(data));
    text_add(
        &text, ", %x %llx ", pn_data_get_decimal32(data), (unsigned long long)pn_data_get_decimal64(data));
    text_add_bytes(&text, pn_data_get_decimal128(data).bytes, 16);
    text_add(&text, " ");
    text_add_bytes(&text, pn_data_get_uuid(data).bytes, 16);
    text_add(&text, ", %zu %s %zu %s %zu %s %zu %s", binary.size, binary.start ? "there" : "null",
        string.size, string.start ? "there" : "null", symbol.size, symbol.start ? "there" : "null",
        bytes.size, bytes.start ? "there" : "null");
    pn_atom_t atom = pn_data_get_atom(data);
    text_add(&text, ", atom type %d, error %d", (int)atom.type, pn_data_errno(data));
    say(name, "%s", text.chars);
    text_free(&text);
  }
  pn_data_free(data);
}

static void put_atoms(void) {
  pn_data_t *from = pn_data(0), *data = pn_data(0);
  for (int type = PN_NULL; type <= PN_SYMBOL; type++) {
    pn_data_clear(from);
    pn_data_clear(data);
    generate_scalar(from, (pn_type_t)type, 1);
    say("put", "%d", pn_data_put_atom(data, pn_data_get_atom(from)));
    pn_data_clear(from); /* the bytes of an atom were copied */
    say_tree(pn_type_name((pn_type_t)type), data);
    say_canonical("exactly", data);
  }
  for (int type = PN_DESCRIBED; type <= PN_MAP; type++) {
    pn_atom_t atom = {.type = (pn_type_t)type};
    pn_data_clear(data);
    say("put a compound", "%d", pn_data_put_atom(data, atom));
    say_tree(pn_type_name((pn_type_t)type), data);
  }
  pn_data_free(from);
  pn_data_free(data);
}

static void strings_of_no_bytes(void) {
  pn_data_t *data = pn_data(0);
  say("put", "%d", pn_data_put_string(data, pn_bytes(0, NULL)));
  say("put", "%d", pn_data_put_binary(data, pn_bytes(0, NULL)));
  say("put", "%d", pn_data_put_symbol(data, pn_bytes(0, NULL)));
  say_tree("all", data);
  say_encoding("encoding", data);
  pn_data_rewind(data);
  for (int i = 0; i < 3; i++) {
    pn_data_next(data);
    say("start", "%d, %zu", pn_data_get_bytes(data).start != NULL, pn_data_get_bytes(data).size);
  }
  pn_data_free(data);
}

/* What was got stays where it is only until the tree changes, but its bytes end with a NUL. */
static void strings_end_with_nul(void) {
  pn_data_t *data = pn_data(0);
  for (size_t size = 0; size < 300; size += 37) {
    pn_data_clear(data);
    pn_data_put_string(data, generate_text(size, true));
    pn_bytes_t string = pn_data_get_string(data);
    say("byte behind", "%d", string.start[string.size]);
  }
  pn_data_free(data);
}

static void sizes(void) {
  pn_data_t *data = sample();
  say("sample", "%zu", pn_data_size(data));
  pn_data_next(data);
  pn_data_enter(data);
  say("from inside", "%zu", pn_data_size(data));
  pn_data_narrow(data);
  say("narrowed", "%zu", pn_data_size(data));
  pn_data_free(data);
}

static void type_names(void) {
  for (int type = -1; type <= PN_MAP + 1; type++) {
    const char *name = pn_type_name((pn_type_t)type);
    say("name", "%d: %s", type, name ? name : "NULL");
  }
}

static void errors(void) {
  pn_error_t *error = pn_error();
  say("new", "%s", error_state(error));
  say("set", "%d", pn_error_set(error, PN_ARG_ERR, "a text"));
  say("text", "%d %s", pn_error_code(error), pn_error_text(error));
  say("format", "%d", pn_error_format(error, PN_STATE_ERR, "%s %d", "number", 7));
  say("text", "%d %s", pn_error_code(error), pn_error_text(error));
  pn_error_t *other = pn_error();
  say("copy", "%d", pn_error_copy(other, error));
  say("text", "%d %s", pn_error_code(other), pn_error_text(other));
  pn_error_clear(error);
  say("cleared", "%s", error_state(error));
  say("copy of none", "%d", pn_error_copy(other, error));
  say("text", "%s", error_state(other));
  say("set to 0", "%d", pn_error_set(error, 0, "text"));
  say("text", "%s", error_state(error));
  say("set without text", "%d", pn_error_set(error, PN_EOS, NULL));
  say("text", "%s", error_state(error));
  pn_error_free(error);
  pn_error_free(other);
  pn_error_free(NULL);
  for (int code = 1; code >= -13; code--) {
    const char *name = pn_code(code);
    say("code", "%d %s", code, name ? name : "NULL");
  }
}

int main(void) {
  static const struct scenario scenarios[] = {
      SCENARIO(new_tree),
      SCENARIO(put_over_siblings),
      SCENARIO(put_over_compound_with_compound),
      SCENARIO(walk),
      SCENARIO(walk_empty_compounds),
      SCENARIO(enter_a_scalar),
      SCENARIO(narrow),
      SCENARIO(narrow_inside),
      SCENARIO(put_while_narrow),
      SCENARIO(clear_while_narrow),
      SCENARIO(point_and_restore),
      SCENARIO(point_in_an_empty_list),
      SCENARIO(lookup),
      SCENARIO(array_properties),
      SCENARIO(getters),
      SCENARIO(put_atoms),
      SCENARIO(strings_of_no_bytes),
      SCENARIO(strings_end_with_nul),
      SCENARIO(sizes),
      SCENARIO(type_names),
      SCENARIO(errors),
  };
  return SCENARIOS_RUN(scenarios);
}
