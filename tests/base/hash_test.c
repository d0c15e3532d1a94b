/* hash_test.c: equal keys have equal hashes, others are spread, and another process spreads them in another way. */
#include "base/hash.h"
#include "support/cmocka_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void hash_follows_from_the_bytes(void **state) {
  (void)state;
  unsigned char one[64], two[64];
  for (size_t i = 0; i < sizeof one; i++) one[i] = two[i] = (unsigned char)(i * 7);
  for (size_t size = 0; size <= sizeof one; size++) {
    assert_int_equal(pni_hash_bytes(one, size), pni_hash_bytes(two, size));
    for (size_t i = 0; i < size; i++) { /* each byte matters */
      two[i] ^= 1;
      assert_int_not_equal(pni_hash_bytes(one, size), pni_hash_bytes(two, size));
      two[i] ^= 1;
    }
    if (size > 0) assert_int_not_equal(pni_hash_bytes(one, size), pni_hash_bytes(one, size - 1));
  }
}

enum { KEYS = 1 << 14, PLACES = 1 << 8 };

/* No place gets much more than its share. */
static void assert_spread(const unsigned *counts) {
  for (unsigned i = 0; i < PLACES; i++) assert_true(counts[i] < 2 * (KEYS / PLACES));
}

static void numbers_are_spread_whatever_their_step(void **state) {
  (void)state;
  pni_hash_seed();
  for (unsigned shift = 0; shift <= 18; shift++) {
    unsigned low[PLACES] = {0}, high[PLACES] = {0};
    for (uint32_t i = 0; i < KEYS; i++) {
      const uint32_t hash = pni_hash_number(i << shift);
      low[hash % PLACES]++;
      high[hash >> 24]++;
    }
    assert_spread(low);
    assert_spread(high);
  }
}

static void names_are_spread(void **state) {
  (void)state;
  unsigned low[PLACES] = {0};
  for (uint32_t i = 0; i < KEYS; i++) low[pni_hash_bytes(&i, sizeof i) % PLACES]++;
  assert_spread(low);
}

/* What a process of its own, which draws numbers of its own, makes of a key. */
static uint32_t hash_elsewhere(const char *path) {
  uint32_t hash = 0;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (dup2(ends[1], STDOUT_FILENO) < 0) _exit(1);
    execl(path, path, "once", (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  assert_int_equal(read(ends[0], &hash, sizeof hash), sizeof hash);
  close(ends[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  return hash;
}

static void other_process_has_other_hashes(void **state) {
  (void)state;
  assert_int_not_equal(hash_elsewhere("/proc/self/exe"), pni_hash_bytes("key", 3));
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "once") == 0) {
    const uint32_t hash = pni_hash_bytes("key", 3);
    return write(STDOUT_FILENO, &hash, sizeof hash) == sizeof hash ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hash_follows_from_the_bytes),
      cmocka_unit_test(numbers_are_spread_whatever_their_step),
      cmocka_unit_test(names_are_spread),
      cmocka_unit_test(other_process_has_other_hashes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
