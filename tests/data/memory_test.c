/* memory_test.c: trees while memory runs out, at every allocation there is. Whatever fails says so, changes nothing, and
 * works once there is memory again. */
#include "support/scarce.h"
#include "tree.h"

#include <proton/object.h>

/* Enough for all arrays to grow more than once. */
enum { PAIRS = 40 };

static int build(pn_data_t *data) {
  int status = pn_data_put_map(data);
  if (status) return status;
  assert_true(pn_data_enter(data));
  for (int i = 0; i < PAIRS && !status; i++) {
    status = pn_data_put_string(data, text("a key that takes some bytes"));
    if (!status) status = pn_data_put_int(data, i);
  }
  assert_true(pn_data_exit(data));
  return status;
}

/* A failure has its code; its text may have had no memory either. */
static void assert_out_of_memory(pn_data_t *data, int status) {
  assert_true(scarce_refused());
  assert_int_equal(status, PN_OUT_OF_MEMORY);
  assert_int_equal(pn_data_errno(data), PN_OUT_OF_MEMORY);
}

static void making_a_tree(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_data_t *data = pn_data(0);
    if (!data) {
      assert_true(scarce_refused());
      data = pn_data(100);
    }
    scarce_end();
    if (data) put_count(data, 2);
    pn_data_free(data);
  }
}

static void putting_values(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_data_t *data = pn_data(0);
    scarce.on = true;
    const int status = build(data);
    scarce_end();
    if (status) {
      assert_out_of_memory(data, status);
      assert_int_equal(pn_data_size(data), pn_data_get_map(data) + 1);
      pn_data_clear(data);
      assert_int_equal(build(data), 0);
    }
    assert_int_equal(pn_data_get_map(data), 2 * PAIRS);
    pn_data_free(data);
  }
}

static void decoding(void **state) {
  (void)state;
  static char encoded[2000];
  pn_data_t *source = pn_data(0);
  assert_int_equal(build(source), 0);
  assert_int_equal(pn_data_fill(source, "DL@T[ss]", (uint64_t)1, PN_SYMBOL, "x", "y"), 0);
  const ssize_t size = pn_data_encode(source, encoded, sizeof encoded);
  assert_true(size > 0);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_data_t *data = pn_data(0);
    assert_int_equal(pn_data_put_string(data, text("was here")), 0);
    scarce.on = true;
    ssize_t taken = pn_data_decode(data, encoded, (size_t)size);
    const ssize_t rest = taken < 0 ? taken : pn_data_decode(data, encoded + taken, (size_t)(size - taken));
    scarce_end();
    if (taken < 0) {
      assert_out_of_memory(data, (int)taken);
      assert_tree(data, "\"was here\"");
      taken = pn_data_decode(data, encoded, (size_t)size);
    }
    assert_true(taken > 0);
    if (rest < 0) assert_true(pn_data_decode(data, encoded + taken, (size_t)(size - taken)) > 0);
    assert_int_equal(pn_data_size(data), pn_data_size(source) + 1);
    pn_data_free(data);
  }
  pn_data_free(source);
}

/* A list of many items without bytes, whose nodes are what there is no memory for. */
static void decoding_numbers(void **state) {
  (void)state;
  char encoded[4 + 200] = "\xc0\xc9\xc8";
  memset(encoded + 3, 0x41, 200);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_data_t *data = pn_data(0);
    scarce.on = true;
    const ssize_t taken = pn_data_decode(data, encoded, 203);
    scarce_end();
    if (taken < 0) {
      assert_out_of_memory(data, (int)taken);
      assert_int_equal(pn_data_size(data), 0);
    } else {
      assert_int_equal(pn_data_get_list(data), 200);
    }
    pn_data_free(data);
  }
}

static void copying_and_filling(void **state) {
  (void)state;
  pn_data_t *source = pn_data(0);
  assert_int_equal(build(source), 0);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_data_t *data = pn_data(0);
    put_count(data, 2);
    scarce.on = true;
    int status = pn_data_append(data, source);
    if (status) {
      assert_out_of_memory(data, status);
      assert_tree(data, "[1, 2]");
    }
    status = pn_data_append(data, data);
    if (status) assert_out_of_memory(data, status);
    status = pn_data_copy(data, source);
    if (status) {
      assert_out_of_memory(data, status);
      assert_tree(data, "");
    }
    status = pn_data_fill(
        data, "[SC?Mi]", "a string that is longer than what there is room for", source, true, data, 7);
    if (status) assert_out_of_memory(data, status);
    scarce_end();
    assert_int_equal(pn_data_copy(data, source), 0);
    assert_int_equal(pn_data_get_map(data), 0);
    assert_true(pn_data_next(data));
    assert_int_equal(pn_data_get_map(data), 2 * PAIRS);
    pn_data_free(data);
  }
  pn_data_free(source);
}

static void encoding_allocates_nothing_but_texts(void **state) {
  (void)state;
  char encoded[2000];
  pn_data_t *data = pn_data(0);
  assert_int_equal(build(data), 0);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    const ssize_t size = pn_data_encode(data, encoded, sizeof encoded);
    assert_true(size > 0);
    assert_false(scarce_refused());
    assert_int_equal(pn_data_encode(data, encoded, 5), PN_OVERFLOW);
    assert_int_equal(pn_data_errno(data), PN_OVERFLOW);
  }
  pn_data_free(data);
}

static void texts(void **state) {
  (void)state;
  pn_data_t *data = pn_data(0);
  put_count(data, 2);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    char *shown = pn_tostring(data);
    if (!shown) assert_true(scarce_refused());
    scarce_end();
    if (shown) assert_string_equal(shown, "[1, 2]");
    free(shown);
  }
  pn_data_free(data);
}

/* A tree that was filled once is cleared and filled again without any allocation. */
static void memory_is_kept(void **state) {
  (void)state;
  char encoded[2000];
  pn_data_t *data = pn_data(0);
  assert_int_equal(build(data), 0);
  const ssize_t size = pn_data_encode(data, encoded, sizeof encoded);
  assert_true(size > 0);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_data_clear(data);
    assert_int_equal(build(data), 0);
    pn_data_clear(data);
    assert_int_equal(pn_data_decode(data, encoded, (size_t)size), size);
    assert_int_equal(pn_data_encode(data, encoded, sizeof encoded), size);
    assert_false(scarce_refused());
    assert_int_equal(scarce.asked, 0);
  }
  pn_data_free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(making_a_tree),
      cmocka_unit_test(putting_values),
      cmocka_unit_test(decoding),
      cmocka_unit_test(decoding_numbers),
      cmocka_unit_test(copying_and_filling),
      cmocka_unit_test(encoding_allocates_nothing_but_texts),
      cmocka_unit_test(texts),
      cmocka_unit_test(memory_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
