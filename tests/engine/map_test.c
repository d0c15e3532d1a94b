/* map_test.c: a map holds what was put into it and nothing else, however its keys were chosen, and gives its memory back. */
#include "support/cmocka_test.h"

#include "engine/map.h"
#include "support/scarce.h"
#include <stdlib.h>

static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525 + 1013904223; }

static void *value_of(uint32_t key) { return (void *)(uintptr_t)(key + 1u == 0 ? 1 : key + 1ull); }

static void empty_map_has_nothing(void **state) {
  (void)state;
  struct pni_map map = {.value = NULL};
  assert_null(pni_map_get(&map, 0));
  assert_null(pni_map_place(&map, 7));
  assert_null(pni_map_at(&map, 0));
  pni_map_remove(&map, 7);
  assert_int_equal(map.count, 0);
  pni_map_clear(&map);
}

/* Most maps hold one entry, and come and go with it. */
static void one_entry_needs_no_memory(void **state) {
  (void)state;
  struct pni_map map = {.value = NULL};
  scarce.on = scarce.for_good = true;
  scarce.plenty = 0;
  for (uint32_t key = 0; key < 100; key++) {
    assert_int_equal(pni_map_put(&map, key, value_of(key)), PNI_OK);
    assert_ptr_equal(pni_map_get(&map, key), value_of(key));
    assert_null(pni_map_get(&map, key + 1));
    assert_int_equal(map.count, 1);
    pni_map_remove(&map, key + 1);
    assert_int_equal(map.count, 1);
    pni_map_remove(&map, key);
    assert_null(pni_map_get(&map, key));
    assert_int_equal(map.count, 0);
  }
  scarce.on = false;
}

/* Two keys that alternate about one entry allocate once, and then no more. */
static void small_map_keeps_its_table(void **state) {
  (void)state;
  struct pni_map map = {.value = NULL};
  assert_int_equal(pni_map_put(&map, 1, value_of(1)), PNI_OK);
  assert_int_equal(pni_map_put(&map, 2, value_of(2)), PNI_OK);
  scarce.on = scarce.for_good = true;
  scarce.plenty = 0;
  for (uint32_t key = 3; key < 100; key++) {
    pni_map_remove(&map, key - 2);
    assert_int_equal(pni_map_put(&map, key, value_of(key)), PNI_OK);
  }
  scarce.on = false;
  pni_map_clear(&map);
}

static void value_can_be_replaced_in_its_place(void **state) {
  (void)state;
  struct pni_map map = {.value = NULL};
  for (uint32_t count = 1; count <= 2; count++) {
    assert_int_equal(pni_map_put(&map, count, value_of(count)), PNI_OK);
    void **place = pni_map_place(&map, count);
    assert_non_null(place);
    *place = value_of(99);
    assert_ptr_equal(pni_map_get(&map, count), value_of(99));
  }
  pni_map_clear(&map);
}

/* Every key that differs in one bit from every other. */
enum { ALL = 1 << 12 };

static uint32_t dense(uint32_t i) { return i; }
static uint32_t high(uint32_t i) { return i << 20; }
static uint32_t middle(uint32_t i) { return i << 10; }
static uint32_t falling(uint32_t i) { return UINT32_MAX - i; }
static uint32_t mixed(uint32_t i) { return i * 2654435769u; }
static uint32_t (*const choices[])(uint32_t) = {dense, high, middle, falling, mixed};

static void check_all(const struct pni_map *map, uint32_t (*key_of)(uint32_t), uint32_t from, uint32_t to) {
  assert_int_equal(map->count, to - from);
  for (uint32_t i = 0; i < ALL; i++) {
    void *expected = i >= from && i < to ? value_of(key_of(i)) : NULL;
    assert_ptr_equal(pni_map_get(map, key_of(i)), expected);
  }
  uint32_t found = 0;
  for (uint32_t place = 0; place <= map->mask; place++) found += pni_map_at(map, place) != NULL;
  assert_int_equal(found, map->count);
}

/* Whoever chooses the keys: what was put is found, what was removed is not, and the table shrinks again. */
static void keys_of_any_kind_are_found(void **state) {
  (void)state;
  for (size_t choice = 0; choice < sizeof choices / sizeof choices[0]; choice++) {
    uint32_t (*const key_of)(uint32_t) = choices[choice];
    struct pni_map map = {.value = NULL};
    for (uint32_t i = 0; i < ALL; i++) {
      assert_int_equal(pni_map_put(&map, key_of(i), value_of(key_of(i))), PNI_OK);
      if ((i & (i + 1)) == 0) check_all(&map, key_of, 0, i + 1);
    }
    for (uint32_t i = 0; i < ALL; i++) {
      pni_map_remove(&map, key_of(i));
      pni_map_remove(&map, key_of(i));
      if ((i & (i + 1)) == 0) check_all(&map, key_of, i + 1, ALL);
    }
    assert_true(map.mask < 32);
    pni_map_clear(&map);
    assert_int_equal(map.mask, 0);
  }
}

/* Against an array that says what must be there. */
static void random_puts_and_removals_agree_with_a_model(void **state) {
  (void)state;
  enum { KEYS = 600 };
  static bool there[KEYS];
  struct pni_map map = {.value = NULL};
  uint32_t seed = 1, count = 0;
  for (int i = 0; i < 200000; i++) {
    /* The number of entries drifts up and down, through all sizes of table. */
    const uint32_t range = 1 + (uint32_t)(i / 100) % KEYS;
    const uint32_t number = (next(&seed) >> 8) % range;
    const uint32_t key = number * 0x01010101u;
    if (there[number])
      pni_map_remove(&map, key);
    else
      assert_int_equal(pni_map_put(&map, key, value_of(key)), PNI_OK);
    there[number] = !there[number];
    count += there[number] ? 1 : -1u;
    assert_int_equal(map.count, count);
    const uint32_t other = (next(&seed) >> 8) % KEYS;
    assert_ptr_equal(
        pni_map_get(&map, other * 0x01010101u), there[other] ? value_of(other * 0x01010101u) : NULL);
  }
  pni_map_clear(&map);
}

/* How far entries lie from where they should be: with half of the places empty not far, whatever the keys. */
static void searches_are_short(void **state) {
  (void)state;
  for (size_t choice = 0; choice < sizeof choices / sizeof choices[0]; choice++) {
    struct pni_map map = {.value = NULL};
    for (uint32_t i = 0; i < ALL; i++)
      assert_int_equal(pni_map_put(&map, choices[choice](i), value_of(i)), PNI_OK);
    assert_true(map.mask + 1 <= 2 * ALL);
    uint64_t steps = 0;
    for (uint32_t i = 0; i < ALL; i++) {
      const uint32_t key = choices[choice](i);
      for (uint32_t at = pni_hash_number(key) & map.mask; map.entries[at].key != key;
           at = (at + 1) & map.mask)
        steps++;
    }
    assert_true(steps < 2 * (uint64_t)ALL);
    pni_map_clear(&map);
  }
}

/* Without memory a put changes nothing, and a removal that could not shrink the table still removes. */
static void memory_may_run_out(void **state) {
  (void)state;
  enum { COUNT = 200 };
  for (struct scarcity run = {0}; scarce_run(&run);) {
    struct pni_map map = {.value = NULL};
    bool there[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
      const uint32_t count = map.count;
      there[i] = pni_map_put(&map, i, value_of(i)) == PNI_OK;
      assert_int_equal(map.count, count + there[i]);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
      assert_ptr_equal(pni_map_get(&map, i), there[i] ? value_of(i) : NULL);
      pni_map_remove(&map, i);
      assert_null(pni_map_get(&map, i));
    }
    assert_int_equal(map.count, 0);
    pni_map_clear(&map);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empty_map_has_nothing),
      cmocka_unit_test(one_entry_needs_no_memory),
      cmocka_unit_test(small_map_keeps_its_table),
      cmocka_unit_test(value_can_be_replaced_in_its_place),
      cmocka_unit_test(keys_of_any_kind_are_found),
      cmocka_unit_test(random_puts_and_removals_agree_with_a_model),
      cmocka_unit_test(searches_are_short),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
