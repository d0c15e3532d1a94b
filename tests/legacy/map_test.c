/* map_test.c: values by keys, where keys are equal if their class says so, and by numbers. */
#include "base/object.h"
#include "base/string.h"
#include "legacy/legacy.h"
#include "support/cmocka_test.h"
#include "support/scarce.h"

#include <proton/error.h>
#include <stdlib.h>

enum { KEYS = 2000 };

static void *number(uintptr_t n) { return (void *)n; }

static void assert_shows(void *object, const char *expected) {
  char *text = pn_tostring(object);
  assert_string_equal(text, expected);
  free(text);
}

static void an_equal_key_finds_the_value(void **state) {
  (void)state;
  pn_map_t *map = pn_map(PN_OBJECT, PN_OBJECT, 0, 0.75f);
  pn_string_t *key = pn_string("key"), *same = pn_string("key"), *value = pn_string("value");
  assert_shows(map, "{}");
  assert_null(pn_map_get(map, key));
  assert_int_equal(pn_map_put(map, key, value), 0);
  assert_ptr_equal(pn_map_get(map, same), value);
  assert_null(pn_map_get(map, value));
  assert_shows(map, "{\"key\": \"value\"}");
  pn_free(map);
  assert_int_equal(pn_refcount(key), 1);
  pn_free(key);
  pn_free(same);
  pn_free(value);
}

static void an_entry_carries_references_to_its_key_and_value(void **state) {
  (void)state;
  pn_map_t *map = pn_map(PN_OBJECT, PN_OBJECT, 0, 0.75f);
  pn_string_t *key = pn_string("key"), *same = pn_string("key");
  pn_string_t *old = pn_string("old"), *fresh = pn_string("fresh");
  pn_map_put(map, key, old);
  assert_int_equal(pn_refcount(key), 2);
  assert_int_equal(pn_refcount(old), 2);
  pn_map_put(map, same, fresh); /* the key that was there stays */
  assert_int_equal(pn_map_size(map), 1);
  assert_ptr_equal(pn_map_key(map, pn_map_head(map)), key);
  assert_int_equal(pn_refcount(same), 1);
  assert_int_equal(pn_refcount(old), 1);
  assert_int_equal(pn_refcount(fresh), 2);
  pn_map_put(map, same, fresh);
  assert_int_equal(pn_refcount(fresh), 2);
  pn_map_del(map, old);
  assert_int_equal(pn_map_size(map), 1);
  pn_map_del(map, same);
  assert_int_equal(pn_map_size(map), 0);
  assert_null(pn_map_head(map));
  assert_int_equal(pn_refcount(key), 1);
  assert_int_equal(pn_refcount(fresh), 1);
  pn_free(map);
  pn_free(key);
  pn_free(same);
  pn_free(old);
  pn_free(fresh);
}

/* Every entry is met once, and the one that the walk stands on may be deleted. */
static void a_walk_meets_every_entry_while_it_deletes(void **state) {
  (void)state;
  pn_hash_t *hash = pn_hash(PN_VOID, 0, 0.75f);
  uintptr_t expected = 0, met = 0;
  for (uintptr_t key = 0; key < KEYS; key++) {
    assert_int_equal(pn_hash_put(hash, key * 4096, number(key)), 0);
    expected += key;
  }
  for (pn_handle_t entry = pn_hash_head(hash); entry; entry = pn_hash_next(hash, entry)) {
    const uintptr_t key = pn_hash_key(hash, entry);
    assert_int_equal((uintptr_t)pn_hash_value(hash, entry) * 4096, key);
    met += key / 4096;
    if (key % 8192 == 0) pn_hash_del(hash, key);
  }
  assert_int_equal(met, expected);
  assert_int_equal(pn_hash_size(hash), KEYS / 2);
  for (uintptr_t key = 0; key < KEYS; key++) {
    assert_ptr_equal(pn_hash_get(hash, key * 4096), number(key % 2 == 1 ? key : 0));
  }
  pn_free(hash);
}

/* Against an array that cannot be wrong: puts, overwrites and deletions in an order made up by a generator. */
static void a_hash_agrees_with_an_array(void **state) {
  (void)state;
  static uintptr_t model[KEYS];
  pn_hash_t *hash = pn_hash(PN_VOID, 7, 0.75f);
  size_t size = 0;
  uint32_t seed = 12345;
  for (int step = 0; step < 50000; step++) {
    seed = seed * 1664525 + 1013904223;
    const uintptr_t key = (seed >> 8) % KEYS;
    const uintptr_t value = seed % 3 == 0 ? 0 : seed;
    size = size - (model[key] != 0) + (value != 0);
    model[key] = value;
    if (value) {
      assert_int_equal(pn_hash_put(hash, key, number(value)), 0);
    } else {
      pn_hash_del(hash, key);
    }
    assert_int_equal(pn_hash_size(hash), size);
    assert_ptr_equal(pn_hash_get(hash, key), number(value));
  }
  for (uintptr_t key = 0; key < KEYS; key++) assert_ptr_equal(pn_hash_get(hash, key), number(model[key]));
  pn_free(hash);
}

static void nothing_can_be_a_value(void **state) {
  (void)state;
  pn_hash_t *hash = pn_hash(PN_OBJECT, 100, 0.75f);
  assert_int_equal(pn_hash_put(hash, 5, NULL), 0);
  assert_int_equal(pn_hash_size(hash), 1);
  assert_null(pn_hash_get(hash, 5));
  pn_free(hash);
}

static void without_memory_a_map_stays_as_it_was(void **state) {
  (void)state;
  size_t refusals = 0;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_hash_t *hash = pn_hash(PN_VOID, 4, 0.75f);
    refusals += hash == NULL;
    if (!hash) continue;
    uintptr_t there = 0;
    for (uintptr_t key = 1; key <= 40; key++) {
      const int status = pn_hash_put(hash, key, number(key));
      assert_true(status == 0 || (status == PN_OUT_OF_MEMORY && scarce_refused()));
      assert_ptr_equal(pn_hash_get(hash, key), number(status == 0 ? key : 0));
      there += status == 0;
      refusals += status != 0;
    }
    assert_int_equal(pn_hash_size(hash), there);
    pn_free(hash);
  }
  assert_true(refusals > 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_equal_key_finds_the_value),
      cmocka_unit_test(an_entry_carries_references_to_its_key_and_value),
      cmocka_unit_test(a_walk_meets_every_entry_while_it_deletes),
      cmocka_unit_test(a_hash_agrees_with_an_array),
      cmocka_unit_test(nothing_can_be_a_value),
      cmocka_unit_test(without_memory_a_map_stays_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
