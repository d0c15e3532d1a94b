/* copy_test.c: values copied from tree to tree. */
#include "tree.h"

static pn_data_t *other_tree(const char *fmt, ...) {
  pn_data_t *other = pn_data(0);
  va_list args;
  assert_non_null(other);
  va_start(args, fmt);
  assert_int_equal(pn_data_vfill(other, fmt, args), 0);
  va_end(args);
  return other;
}

static void a_copy_is_equal_and_apart(void **state) {
  pn_data_t *data = *state;
  pn_data_t *copy = other_tree("[ii]S", 1, 2, "gone");
  put_everything(data);
  assert_int_equal(pn_data_put_array(data, true, PN_INT), 0);
  assert_true(pn_data_enter(data));
  assert_int_equal(pn_data_fill(data, "siiDLi", "d", 1, 2, (uint64_t)5, 6), 0);
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data) && pn_data_next(data) && pn_data_next(data));
  const pn_handle_t place = pn_data_point(data);

  assert_int_equal(pn_data_copy(copy, data), 0);
  assert_tree(copy, EVERYTHING ", @PN_INT[:d, 1, 2, @5 6]");
  assert_int_equal(pn_data_type(copy), PN_INVALID);
  assert_ptr_equal(pn_data_point(data), place);
  pn_data_clear(data);
  assert_tree(copy, EVERYTHING ", @PN_INT[:d, 1, 2, @5 6]");
  assert_int_equal(pn_data_copy(copy, data), 0);
  assert_tree(copy, "");
  pn_data_free(copy);
}

static void a_tree_copied_to_itself_stays(void **state) {
  pn_data_t *data = *state;
  put_count(data, 2);
  assert_true(pn_data_enter(data) && pn_data_next(data));
  pn_data_narrow(data);
  assert_int_equal(pn_data_copy(data, data), 0);
  assert_tree(data, "[1, 2]");
  assert_int_equal(pn_data_type(data), PN_INVALID);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_type(data), PN_LIST);
}

static void appending_puts_where_the_place_is(void **state) {
  pn_data_t *data = *state;
  pn_data_t *src = other_tree("[i]S{Si}", 1, "two", "three", 3);
  assert_int_equal(pn_data_put_null(data), 0);
  assert_int_equal(pn_data_append(data, src), 0);
  assert_tree(data, "null, [1], \"two\", {\"three\"=3}");
  assert_int_equal(pn_data_type(data), PN_MAP);
  pn_data_rewind(data);
  assert_int_equal(pn_data_appendn(data, src, 2), 0);
  assert_tree(data, "[1], \"two\", \"two\", {\"three\"=3}");
  assert_int_equal(pn_data_type(data), PN_STRING);
  assert_true(pn_data_prev(data) && pn_data_enter(data) && pn_data_next(data));
  assert_int_equal(pn_data_appendn(data, src, 1), 0);
  assert_tree(data, "[1, [1]], \"two\", \"two\", {\"three\"=3}");
  assert_int_equal(pn_data_appendn(data, src, 0), 0);
  assert_int_equal(pn_data_appendn(data, src, -7), 0);
  assert_tree(data, "[1, [1], [1], \"two\", {\"three\"=3}], \"two\", \"two\", {\"three\"=3}");
  assert_int_equal(pn_data_appendn(data, src, 100), 0);
  assert_tree(data,
      "[1, [1], [1], \"two\", {\"three\"=3}, [1], \"two\", {\"three\"=3}], \"two\", \"two\", {\"three\"=3}");
  pn_data_free(src);
}

static void what_is_narrowed_away_is_not_copied(void **state) {
  pn_data_t *data = *state;
  pn_data_t *src = other_tree("[iii]", 1, 2, 3);
  pn_data_rewind(src);
  assert_true(pn_data_next(src) && pn_data_enter(src) && pn_data_next(src));
  pn_data_narrow(src);
  assert_true(pn_data_next(src));
  assert_int_equal(pn_data_append(data, src), 0);
  assert_tree(data, "2, 3");
  assert_int_equal(pn_data_copy(data, src), 0);
  assert_tree(data, "2, 3");
  assert_int_equal(pn_data_get_int(src), 2);
  pn_data_free(src);
}

static void a_tree_may_be_appended_to_itself(void **state) {
  pn_data_t *data = *state;
  assert_int_equal(pn_data_fill(data, "[iS]", 1, "x"), 0);
  assert_int_equal(pn_data_append(data, data), 0);
  assert_tree(data, "[1, \"x\"], [1, \"x\"]");
  assert_int_equal(pn_data_appendn(data, data, 1), 0);
  assert_tree(data, "[1, \"x\"], [1, \"x\"], [1, \"x\"]");
  pn_data_rewind(data);
  assert_int_equal(pn_data_append(data, data), 0); /* over itself */
  assert_tree(data, "[1, \"x\"], [1, \"x\"], [1, \"x\"]");
  pn_data_rewind(data);
  assert_true(pn_data_next(data) && pn_data_enter(data) && pn_data_next(data));
  assert_int_equal(pn_data_appendn(data, data, 1), 0); /* into itself */
  assert_tree(data, "[1, [1, \"x\"]], [1, \"x\"], [1, \"x\"]");
}

/* Each value as a whole, or not at all. */
static void a_limit_stops_a_copy_between_values(void **state) {
  pn_data_t *data = *state;
  pn_data_t *src = other_tree("[ii]i[iii]", 1, 2, 3, 4, 5, 6);
  pn_data_set_decode_limits(data, 7, 0);
  assert_int_equal(pn_data_append(data, src), PN_OUT_OF_MEMORY);
  assert_tree(data, "[1, 2], 3");
  assert_int_equal(pn_data_errno(data), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_errno(src), 0);
  assert_int_equal(pn_data_append(data, data), PN_OUT_OF_MEMORY);
  assert_tree(data, "[1, 2], 3, [1, 2]");
  assert_int_equal(pn_data_copy(data, src), PN_OUT_OF_MEMORY);
  assert_tree(data, "");
  assert_int_equal(pn_data_errno(data), PN_OUT_OF_MEMORY);
  pn_data_set_decode_limits(data, 8, 0);
  assert_int_equal(pn_data_copy(data, src), 0);
  assert_tree(data, "[1, 2], 3, [4, 5, 6]");
  pn_data_free(src);
}

static void depth_costs_no_stack(void **state) {
  pn_data_t *data = *state;
  pn_data_t *copy = pn_data(0);
  for (int depth = 0; depth < 60000; depth++) {
    assert_int_equal(pn_data_put_described(data), 0);
    assert_true(pn_data_enter(data));
  }
  assert_int_equal(pn_data_copy(copy, data), 0);
  assert_int_equal(pn_data_size(copy), 60000);
  pn_data_free(copy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      tree_test(a_copy_is_equal_and_apart),
      tree_test(a_tree_copied_to_itself_stays),
      tree_test(appending_puts_where_the_place_is),
      tree_test(what_is_narrowed_away_is_not_copied),
      tree_test(a_tree_may_be_appended_to_itself),
      tree_test(a_limit_stops_a_copy_between_values),
      tree_test(depth_costs_no_stack),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
