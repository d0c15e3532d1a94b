/* cursor_test.c: moving about in a tree, and writing over what is there. */
#include "tree.h"

/* At a value with that number, as pn_data_get_int() has it. */
#define assert_at(data, n)                                                                                   \
  do {                                                                                                       \
    assert_int_equal(pn_data_type(data), PN_INT);                                                            \
    assert_int_equal(pn_data_get_int(data), (n));                                                            \
  } while (0)

/* Before the first value of the present parent. */
#define assert_before_first(data) assert_int_equal(pn_data_type(data), PN_INVALID)

static void an_empty_tree_has_no_place_to_go(void **state) {
  pn_data_t *data = *state;
  assert_before_first(data);
  assert_false(pn_data_next(data));
  assert_false(pn_data_prev(data));
  assert_false(pn_data_enter(data));
  assert_false(pn_data_exit(data));
  assert_false(pn_data_lookup(data, "key"));
  assert_false(pn_data_is_null(data));
  assert_true(pn_data_restore(data, pn_data_point(data)));
  assert_int_equal(pn_data_size(data), 0);
  assert_tree(data, "");
  assert_encoding(data, "");
}

static void neighbours_are_stepped_through(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  pn_data_rewind(data);
  assert_before_first(data);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_type(data), PN_LIST);
  assert_false(pn_data_next(data));
  assert_true(pn_data_enter(data));
  assert_before_first(data);
  assert_false(pn_data_prev(data));
  for (int i = 1; i <= 3; i++) {
    assert_true(pn_data_next(data));
    assert_at(data, i);
  }
  assert_false(pn_data_next(data));
  assert_at(data, 3);
  assert_true(pn_data_prev(data));
  assert_true(pn_data_prev(data));
  assert_false(pn_data_prev(data));
  assert_at(data, 1);
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_type(data), PN_LIST);
  assert_false(pn_data_exit(data));
}

static void only_compounds_are_entered(void **state) {
  pn_data_t *data = *state;
  put_everything(data);
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data));
  while (pn_data_next(data)) assert_false(pn_data_enter(data));
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_put_map(data), 0);
  assert_true(pn_data_enter(data) && pn_data_exit(data));
  assert_int_equal(pn_data_put_array(data, false, PN_INT), 0);
  assert_true(pn_data_enter(data) && pn_data_exit(data));
  assert_int_equal(pn_data_put_described(data), 0);
  assert_true(pn_data_enter(data) && pn_data_exit(data));
}

static void putting_over_a_value_replaces_it(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  assert_int_equal(pn_data_put_int(data, 7), 0);
  assert_int_equal(pn_data_put_int(data, 8), 0);
  assert_tree(data, "[1, 2, 3], 7, 8");
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_int(data, 9), 0);
  assert_tree(data, "9, 7, 8");
  assert_int_equal(pn_data_put_list(data), 0);
  assert_int_equal(pn_data_get_list(data), 0);
  assert_tree(data, "9, [], 8");
  assert_true(pn_data_enter(data));
  assert_false(pn_data_next(data));
  assert_int_equal(pn_data_put_string(data, text("new")), 0);
  assert_true(pn_data_exit(data));
  assert_true(pn_data_next(data));
  assert_at(data, 8);
  assert_tree(data, "9, [\"new\"], 8");
}

static void putting_over_children_leaves_the_others(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_int(data, 10), 0);
  assert_int_equal(pn_data_put_symbol(data, text("two")), 0);
  assert_tree(data, "[10, :two, 3]");
  assert_int_equal(pn_data_put_int(data, 30), 0);
  assert_int_equal(pn_data_put_int(data, 40), 0);
  assert_tree(data, "[10, :two, 30, 40]");
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_get_list(data), 4);
}

/* An array put over a list has no element type that is not its own, and the like. */
static void nothing_of_what_was_there_shows_through(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_array(data, true, PN_UUID), 0);
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_array(data, false, PN_INVALID), 0);
  assert_false(pn_data_is_array_described(data));
  assert_int_equal(pn_data_get_array_type(data), PN_INVALID);
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_string(data, text("text")), 0);
  pn_data_rewind(data);
  assert_int_equal(pn_data_put_map(data), 0);
  assert_int_equal(pn_data_get_map(data), 0);
  assert_true(pn_data_enter(data));
  assert_false(pn_data_next(data));
}

static void narrowing_makes_the_place_the_start(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data) && pn_data_next(data));
  pn_data_narrow(data);
  assert_at(data, 1);
  assert_true(pn_data_next(data) && pn_data_next(data));
  pn_data_rewind(data);
  assert_at(data, 1);
  assert_true(pn_data_next(data));
  assert_at(data, 2);
  pn_data_widen(data);
  assert_at(data, 2);
  pn_data_rewind(data);
  assert_before_first(data);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_type(data), PN_LIST);
}

static void narrowing_inside_shows_the_children(void **state) {
  pn_data_t *data = *state;
  put_count(data, 2);
  assert_true(pn_data_enter(data));
  pn_data_narrow(data);
  assert_true(pn_data_next(data) && pn_data_next(data));
  pn_data_rewind(data);
  assert_before_first(data);
  assert_true(pn_data_next(data));
  assert_at(data, 1);
  assert_tree(data, "[1, 2]"); /* what is out of sight is there all the same */
  assert_encoding(data, "c0 05 02 54 01 54 02");
  pn_data_clear(data);
  assert_int_equal(pn_data_put_int(data, 5), 0);
  pn_data_rewind(data);
  assert_true(pn_data_next(data));
  assert_at(data, 5);
}

/* Who narrows, goes back out and overwrites what he had narrowed to, sees the whole tree again. */
static void a_start_that_is_gone_is_forgotten(void **state) {
  pn_data_t *data = *state;
  for (int kind = 0; kind < 3; kind++) {
    pn_data_clear(data);
    put_count(data, 3);
    assert_true(pn_data_enter(data));
    if (kind > 0) assert_true(pn_data_next(data));
    pn_data_narrow(data);
    assert_true(pn_data_exit(data));
    assert_false(pn_data_prev(data));
    pn_data_t *one = pn_data(0);
    assert_int_equal(pn_data_put_int(one, 6), 0);
    assert_true(pn_data_restore(data, NULL));
    if (kind == 2)
      assert_int_equal(pn_data_put_list(data), 0);
    else
      assert_int_equal(pn_data_append(data, one), 0);
    pn_data_free(one);
    pn_data_rewind(data);
    assert_before_first(data);
    assert_int_equal(pn_data_put_int(data, 1), 0);
    assert_tree(data, "1");
  }
}

static void a_place_is_remembered(void **state) {
  pn_data_t *data = *state;
  put_count(data, 3);
  pn_data_rewind(data);
  const pn_handle_t start = pn_data_point(data);
  assert_true(pn_data_next(data) && pn_data_enter(data));
  const pn_handle_t inside = pn_data_point(data);
  assert_true(pn_data_next(data) && pn_data_next(data));
  const pn_handle_t second = pn_data_point(data);

  assert_true(pn_data_restore(data, start));
  assert_before_first(data);
  assert_false(pn_data_exit(data));
  assert_true(pn_data_restore(data, second));
  assert_at(data, 2);
  assert_true(pn_data_restore(data, inside));
  assert_before_first(data);
  assert_true(pn_data_next(data));
  assert_at(data, 1);
  assert_true(pn_data_exit(data));
  assert_int_equal(pn_data_type(data), PN_LIST);
}

static void a_place_that_is_gone_is_not_restored(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_put_list(data), 0);
  assert_true(pn_data_enter(data));
  put_count(data, 3);
  assert_true(pn_data_enter(data));
  const pn_handle_t inside = pn_data_point(data);
  assert_true(pn_data_next(data) && pn_data_next(data));
  const pn_handle_t second = pn_data_point(data);
  assert_true(pn_data_exit(data));
  const pn_handle_t list = pn_data_point(data);
  assert_true(pn_data_exit(data));

  /* The inner list goes; the outer one and its place stay. */
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_put_map(data), 0);
  assert_false(pn_data_restore(data, second));
  assert_int_equal(pn_data_type(data), PN_MAP);
  assert_true(pn_data_restore(data, list));
  assert_true(pn_data_restore(data, inside)); /* in the map, which is where the list was */
  assert_false(pn_data_next(data));
  assert_int_equal(pn_data_put_int(data, 1), 0);

  /* A scalar has no inside. */
  assert_true(pn_data_exit(data));
  assert_false(pn_data_prev(data));
  assert_true(pn_data_exit(data) && pn_data_enter(data));
  assert_int_equal(pn_data_put_int(data, 9), 0);
  assert_false(pn_data_restore(data, inside));
  assert_at(data, 9);
  assert_tree(data, "[9]");

  pn_data_clear(data);
  assert_false(pn_data_restore(data, second));
  assert_false(pn_data_restore(data, inside));
  const intptr_t wild[] = {1, 100000, INTPTR_MAX, -1, -100000, INTPTR_MIN, INTPTR_MIN + 1};
  for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++)
    assert_false(pn_data_restore(data, (pn_handle_t)wild[i]));
  assert_true(pn_data_restore(data, NULL));
}

static void map_with_four_keys(pn_data_t *data) {
  assert_int_equal(pn_data_fill(data, "{SisiSizi}", "a", 1, "b", 2, "a", 3, (size_t)1, "c", 4), 0);
  pn_data_rewind(data);
}

static void a_value_is_found_by_its_key(void **state) {
  pn_data_t *data = *state;
  map_with_four_keys(data);
  assert_true(pn_data_next(data) && pn_data_enter(data));
  assert_true(pn_data_lookup(data, "b"));
  assert_at(data, 2);
  assert_true(pn_data_lookup(data, "a")); /* those behind the place */
  assert_at(data, 3);
  assert_false(pn_data_lookup(data, "a"));
  assert_at(data, 4);
}

static void keys_are_strings_or_symbols_of_the_same_length(void **state) {
  pn_data_t *data = *state;
  map_with_four_keys(data);
  assert_true(pn_data_next(data) && pn_data_enter(data));
  const pn_handle_t inside = pn_data_point(data);
  const char *const missing[] = {"c", "", "aa", "A", "b "};
  for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
    assert_true(pn_data_restore(data, inside));
    assert_false(pn_data_lookup(data, missing[i]));
  }
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "{iSii}", 5, "k", 6, 7), 0);
  assert_true(pn_data_enter(data));
  assert_false(pn_data_lookup(data, "k")); /* a value, not a key */
  pn_data_clear(data);
  assert_int_equal(pn_data_fill(data, "{S", "k"), 0);
  assert_true(pn_data_exit(data) && pn_data_enter(data));
  assert_false(pn_data_lookup(data, "k")); /* a key without a value */
}

static void clearing_empties_and_keeps_going(void **state) {
  pn_data_t *data = *state;
  for (int i = 0; i < 3; i++) {
    put_everything(data);
    assert_tree(data, EVERYTHING);
    pn_data_clear(data);
    assert_int_equal(pn_data_size(data), 0);
    assert_tree(data, "");
    assert_before_first(data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(an_empty_tree_has_no_place_to_go),
      tree_test(neighbours_are_stepped_through),
      tree_test(only_compounds_are_entered),
      tree_test(putting_over_a_value_replaces_it),
      tree_test(putting_over_children_leaves_the_others),
      tree_test(nothing_of_what_was_there_shows_through),
      tree_test(narrowing_makes_the_place_the_start),
      tree_test(narrowing_inside_shows_the_children),
      tree_test(a_start_that_is_gone_is_forgotten),
      tree_test(a_place_is_remembered),
      tree_test(a_place_that_is_gone_is_not_restored),
      tree_test(a_value_is_found_by_its_key),
      tree_test(keys_are_strings_or_symbols_of_the_same_length),
      tree_test(clearing_empties_and_keeps_going),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
