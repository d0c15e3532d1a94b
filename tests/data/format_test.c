/* format_test.c: trees as text for people. */
#include "tree.h"

#include <stdio.h>
#include <unistd.h>

static void scalars(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(
      pn_data_put_float(data, 0.1F) || pn_data_put_double(data, 0.1) || pn_data_put_double(data, 1e30), 0);
  assert_int_equal(
      pn_data_put_char(data, 'a') || pn_data_put_char(data, '\n') || pn_data_put_char(data, 0x20ac), 0);
  assert_tree(data, "0.1, 0.1, 1e+30, a, U+000A, U+20AC");
  pn_data_clear(data);
  put_everything(data);
  assert_tree(data, EVERYTHING);
}

static void bytes_are_quoted(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_fill(data, "SSSz", "a\"\\\n\x01\xc3\xa4 ~", "", "plain", (size_t)2, "\0b"), 0);
  assert_tree(data, "\"a\\x22\\x5c\\x0a\\x01\\xc3\\xa4 ~\", \"\", \"plain\", b\"\\x00b\"");
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "sssss", "plain", "a b", "a_b", "amqp:open:list", ""), 0);
  assert_tree(data, ":plain, :\"a b\", :\"a_b\", :\"amqp:open:list\", :");
}

static void compounds(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_fill(data, "[]{}{SiS}@T[ii]@T[]", "k", 1, "l", PN_INT, 1, 2, PN_STRING), 0);
  assert_tree(data, "[], {}, {\"k\"=1, \"l\"}, @PN_INT[1, 2], @PN_STRING[]");
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "[[[]i]{i[i]i{}}]", 1, 2, 3, 4), 0);
  assert_tree(data, "[[[], 1], {2=[3], 4={}}]");
}

/* Described values of AMQP's own types have names, and so have their fields; what is null is left out. */
static void fields_have_names(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_fill(data, "DL[SnI]DL[]", (uint64_t)0x10, "c", 9, (uint64_t)0x24), 0);
  assert_tree(data, "@open(16) [container-id=\"c\", max-frame-size=9], @accepted(36) []");
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "Ds[i]", "amqp:open:list", 1), 0);
  assert_tree(data, "@open(16) [container-id=1]");
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "DL[iii]DL[nnn]DL[?Sn]", (uint64_t)0x24, 1, 2, 3, (uint64_t)0x10,
                       (uint64_t)0x10, 0, "x"),
      0);
  assert_tree(data, "@accepted(36) [1, 2, 3], @open(16) [], @open(16) []");
  pn_data_clear(data);
  assert_int_equal(
      pn_data_fill(data, "DL[SS[in]DL[nS]]", (uint64_t)0x28, "a", "b", 1, (uint64_t)0x12, "v"), 0);
  assert_tree(data, "@source(40) [address=\"a\", durable=\"b\", expiry-policy=[1, null], timeout=@attach(18) "
                    "[handle=\"v\"]]");
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "DL{SS}DL@T[i]DL[n]DS[n]", (uint64_t)0x74, "k", "v", (uint64_t)0x10,
                       PN_INT, 1, (uint64_t)1, "x"),
      0);
  assert_tree(
      data, "@application-properties(116) {\"k\"=\"v\"}, @open(16) @PN_INT[1], @1 [null], @\"x\" [null]");
}

/* Trees on their way to being complete. */
static void trees_without_an_encoding_have_a_text(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_described(data) || pn_data_put_described(data), 0);
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_int(data, 1) || pn_data_put_int(data, 2) || pn_data_put_int(data, 3), 0);
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_fill(data, "@iS]D[i]i", 1, "x", 2, 3), 0);
  assert_tree(data, "@, @1 2, 3, @<UNKNOWN>[1, \"x\"], @[2] 3");
}

static void a_text_needs_room_for_its_end(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_int(data, 12345), 0);
  for (size_t room = 0; room < 10; room++) {
    char found[12] = "###########";
    size_t size = room;
    assert_int_equal(pn_data_format(data, found, &size), room > 5 ? 0 : PN_OVERFLOW);
    assert_int_equal(size, room > 5 ? 5 : room);
    if (room > 5) assert_string_equal(found, "12345");
    assert_int_equal(found[room], '#');
  }
}

static void depth_costs_no_stack(void **state) {
  pn_data_t *data = *state;
  enum { DEPTH = 30000 };
  static char found[2 * DEPTH + 1];
  for (int depth = 0; depth < DEPTH; depth++) {
    assert_int_equal(pn_data_put_list(data), 0);
    assert_true(pn_data_enter(data));
  }
  size_t size = sizeof found;
  assert_int_equal(pn_data_format(data, found, &size), 0);
  assert_int_equal(size, 2 * DEPTH);
  for (size_t i = 0; i < size; i++) assert_int_equal(found[i], i < DEPTH ? '[' : ']');
}

/* What a function writes to the standard output. */
static char *printed(void (*print)(pn_data_t *), pn_data_t *data) {
  static char found[2000];
  FILE *file = tmpfile();
  assert_non_null(file);
  (void)fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
  print(data);
  (void)fflush(stdout);
  assert_true(dup2(saved, STDOUT_FILENO) >= 0);
  (void)close(saved);
  rewind(file);
  found[fread(found, 1, sizeof found - 1, file)] = '\0';
  (void)fclose(file);
  return found;
}

static void print(pn_data_t *data) { assert_int_equal(pn_data_print(data), 0); }

static void trees_are_printed(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  assert_string_equal(printed(print, data), "[1, 2, 3]");
  assert_true(pn_data_enter(data) && pn_data_next(data));
  assert_string_equal(printed(pn_data_dump, data),
      "{current=2, parent=1}\n"
      "Node 1: prev=0, next=0, parent=0, down=2, children=3, type=PN_LIST ()\n"
      "Node 2: prev=0, next=3, parent=1, down=0, children=0, type=PN_INT (1)\n"
      "Node 3: prev=2, next=4, parent=1, down=0, children=0, type=PN_INT (2)\n"
      "Node 4: prev=3, next=0, parent=1, down=0, children=0, type=PN_INT (3)\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(scalars),
      tree_test(bytes_are_quoted),
      tree_test(compounds),
      tree_test(fields_have_names),
      tree_test(trees_without_an_encoding_have_a_text),
      tree_test(a_text_needs_room_for_its_end),
      tree_test(depth_costs_no_stack),
      tree_test(trees_are_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
