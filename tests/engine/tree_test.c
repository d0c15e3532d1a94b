/* tree_test.c: a value is the same whether it is kept as bytes or as a tree, and the tree that somebody has seen stays. */
#include "engine/tree.h"
#include "support/octets.h"

#include "support/scarce.h"

static pn_bytes_t bytes_of(const struct octets *octets) {
  return pn_bytes(octets->size, (const char *)octets->start);
}

static void keep(struct pni_tree *tree, const char *spelt) {
  struct octets octets = octets_of(spelt);
  assert_int_equal(pni_tree_keep(tree, bytes_of(&octets)), PNI_OK);
  octets_free(&octets);
}

static void assert_written(struct pni_tree *tree, const char *spelt) {
  uint8_t room[256];
  struct pni_writer measure = pni_writer(NULL, 0), writer = pni_writer(room, sizeof room);
  struct octets expected = octets_of(spelt);
  pni_tree_write(tree, &measure);
  pni_tree_write(tree, &writer);
  assert_octets(room, writer.size, &expected);
  assert_true(measure.size >= writer.size);
  octets_free(&expected);
}

static void assert_symbols_written(struct pni_tree *tree, const char *spelt) {
  uint8_t room[256] = {0xee};
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct octets expected = octets_of(spelt);
  pni_write_octet(&writer, 0xee);
  assert_int_equal(pni_tree_write_symbols(tree, &writer), expected.size > 0);
  assert_octets(room + 1, writer.size - 1, &expected);
  octets_free(&expected);
}

static void nothing_is_written_as_nothing(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  assert_true(pni_tree_empty(&tree));
  assert_written(&tree, "");
  assert_symbols_written(&tree, "");
  assert_non_null(pni_tree_data(&tree));
  assert_true(pni_tree_empty(&tree));
  assert_written(&tree, "");
  assert_symbols_written(&tree, "");
  pni_tree_clear(&tree);
}

static void bytes_are_written_as_they_came(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  keep(&tree, "d1 0000000b 00000002 a3 01 'k' 70 00000001"); /* wider than need be */
  assert_false(pni_tree_empty(&tree));
  assert_null(pni_tree_made(&tree));
  assert_written(&tree, "d1 0000000b 00000002 a3 01 'k' 70 00000001");
  keep(&tree, "43");
  assert_written(&tree, "43");
  keep(&tree, "");
  assert_true(pni_tree_empty(&tree));
  pni_tree_clear(&tree);
}

static void tree_is_made_when_asked_for_and_stays(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  keep(&tree, "c1 06 02 a3 01 'k' 52 05");
  pn_data_t *data = pni_tree_data(&tree);
  assert_ptr_equal(pni_tree_data(&tree), data);
  assert_true(pn_data_next(data)); /* rewound */
  assert_int_equal(pn_data_get_map(data), 2);
  assert_written(&tree, "c1 06 02 a3 01 'k' 52 05");

  keep(&tree, "a3 01 'x'"); /* the peer says something else: the application sees it in the same object */
  assert_ptr_equal(pni_tree_data(&tree), data);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_get_symbol(data).size, 1);
  pni_tree_empty_out(&tree);
  assert_ptr_equal(pni_tree_data(&tree), data);
  assert_true(pni_tree_empty(&tree));
  pni_tree_clear(&tree);
}

static void first_value_of_a_tree_counts(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  pn_data_t *data = pni_tree_data(&tree);
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_uint(data, 7);
  pn_data_exit(data);
  pn_data_put_string(data, pn_bytes(5, "wrong"));
  assert_written(&tree, "c0 03 01 52 07");
  pni_tree_clear(&tree);
}

/* A described value without its parts is the application's mistake, and not the peer's to suffer. */
static void what_cannot_be_encoded_is_left_out(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  pn_data_put_described(pni_tree_data(&tree));
  assert_written(&tree, "");
  assert_symbols_written(&tree, "");
  pni_tree_clear(&tree);
}

/* [1.4] A field of which there may be several: one is written bare, none not at all. */
static void symbols_are_written_in_their_shortest_form(void **state) {
  (void)state;
  static const char *const forms[][2] = {
      {"a3 03 'abc'", "a3 03 'abc'"},
      {"e0 06 01 a3 03 'abc'", "a3 03 'abc'"},
      {"f0 0000000c 00000001 b3 00000003 'abc'", "b3 00000003 'abc'"},
      {"e0 02 00 a3", ""},
      {"e0 06 02 a3 01 'a' 01 'b'", "e0 06 02 a3 01 'a' 01 'b'"},
      {"40", "40"},
  };
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    struct pni_tree tree = {.data = NULL};
    keep(&tree, forms[i][0]);
    assert_symbols_written(&tree, forms[i][1]);
    pni_tree_clear(&tree);
  }
}

static void symbols_of_a_tree_are_written_likewise(void **state) {
  (void)state;
  struct pni_tree tree = {.data = NULL};
  pn_data_t *data = pni_tree_data(&tree);
  pn_data_put_array(data, false, PN_SYMBOL);
  assert_symbols_written(&tree, "");
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(2, "xy"));
  assert_symbols_written(&tree, "a3 02 'xy'");
  pn_data_put_symbol(data, pn_bytes(1, "z"));
  assert_symbols_written(&tree, "e0 07 02 a3 02 'xy' 01 'z'");
  pni_tree_clear(&tree);
}

/* A composite of two trees, written behind them and moved to their place, in every size of room. */
static void composite_takes_the_place_of_its_values(void **state) {
  (void)state;
  struct pni_tree one = {.data = NULL}, two = {.data = NULL};
  struct octets expected = octets_of("ee c0 0b 02 a3 03 'one' a3 03 'two'");
  keep(&one, "a3 03 'one'");
  keep(&two, "a3 03 'two'");
  for (size_t room = 0; room < 40; room++) {
    uint8_t *octets = malloc(room + 1);
    struct pni_writer writer = pni_writer(octets, room);
    assert_non_null(octets);
    pni_write_octet(&writer, 0xee);
    const size_t at = writer.size;
    const pn_bytes_t a = pni_tree_put(&one, &writer), b = pni_tree_put_symbols(&two, &writer);
    const size_t from = writer.size;
    const size_t list = pni_write_open(&writer);
    pni_write_raw(&writer, a.start, a.size);
    pni_write_raw(&writer, b.start, b.size);
    pni_write_close(&writer, list, PNI_LIST8, 2);
    pni_write_over(&writer, at, from);
    if (pni_writer_fits(&writer)) assert_octets(octets, writer.size, &expected);
    assert_int_equal(pni_writer_fits(&writer), room >= expected.size + a.size + b.size);
    free(octets);
  }
  octets_free(&expected);
  pni_tree_clear(&one);
  pni_tree_clear(&two);
}

enum form { NOTHING, BYTES, EMPTY_TREE, TREE, FORMS };

static struct pni_tree in_form(enum form form) {
  struct pni_tree tree = {.data = NULL};
  if (form == BYTES || form == TREE) keep(&tree, "a1 02 'hi'");
  if (form >= EMPTY_TREE) assert_non_null(pni_tree_data(&tree));
  return tree;
}

static void copy_is_equal_whatever_both_were(void **state) {
  (void)state;
  for (enum form from = NOTHING; from < FORMS; from++) {
    for (enum form to = NOTHING; to < FORMS; to++) {
      struct pni_tree source = in_form(from), copy = in_form(to);
      pn_data_t *known = pni_tree_made(&copy);
      assert_int_equal(pni_tree_copy(&copy, &source), PNI_OK);
      assert_written(&copy, from == BYTES || from == TREE ? "a1 02 'hi'" : "");
      if (known) assert_ptr_equal(pni_tree_data(&copy), known);
      assert_int_equal(pni_tree_copy(&copy, &copy), PNI_OK);
      pni_tree_clear(&source);
      assert_written(&copy, from == BYTES || from == TREE ? "a1 02 'hi'" : "");
      pni_tree_clear(&copy);
    }
  }
}

/* A peer may send more than a tree holds. Whoever looks finds an empty tree that says why. */
static void value_too_large_for_a_tree_leaves_an_error(void **state) {
  (void)state;
  enum { NULLS = 70000 };
  static uint8_t list[9 + NULLS] = {PNI_LIST32};
  struct pni_tree tree = {.data = NULL};
  pni_store32(list + 1, NULLS + 4);
  pni_store32(list + 5, NULLS);
  memset(list + 9, PNI_NULL, NULLS);
  assert_int_equal(pni_tree_keep(&tree, pn_bytes(sizeof list, (char *)list)), PNI_OK);
  pn_data_t *data = pni_tree_data(&tree);
  assert_non_null(data);
  assert_int_equal(pn_data_size(data), 0);
  assert_int_equal(pn_error_code(pn_data_error(data)), PN_OUT_OF_MEMORY);
  pni_tree_clear(&tree);
}

static void memory_may_run_out(void **state) {
  (void)state;
  struct octets octets = octets_of("c1 06 02 a3 01 'k' 52 05");
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct pni_tree tree = {.data = NULL}, copy = {.data = NULL}, second = {.data = NULL};
    const bool kept = pni_tree_keep(&tree, bytes_of(&octets)) == PNI_OK;
    assert_int_equal(pni_tree_empty(&tree), !kept);
    if (pni_tree_copy(&copy, &tree)) assert_true(pni_tree_empty(&copy));
    pn_data_t *data = pni_tree_data(&tree);
    if (data && pni_tree_copy(&second, &tree)) assert_true(pni_tree_empty(&second));
    pni_tree_clear(&tree);
    pni_tree_clear(&copy);
    pni_tree_clear(&second);
  }
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_written_as_nothing),
      cmocka_unit_test(bytes_are_written_as_they_came),
      cmocka_unit_test(tree_is_made_when_asked_for_and_stays),
      cmocka_unit_test(first_value_of_a_tree_counts),
      cmocka_unit_test(what_cannot_be_encoded_is_left_out),
      cmocka_unit_test(symbols_are_written_in_their_shortest_form),
      cmocka_unit_test(symbols_of_a_tree_are_written_likewise),
      cmocka_unit_test(composite_takes_the_place_of_its_values),
      cmocka_unit_test(copy_is_equal_whatever_both_were),
      cmocka_unit_test(value_too_large_for_a_tree_leaves_an_error),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
