/* lines_test.c: lines from a pipe, read by another thread. */
#include "cli/lines.h"
#include "support/cmocka_test.h"
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sem_t notices;

static void notice(void *context) {
  (void)context;
  (void)sem_post(&notices);
}

static enum lines_result next(struct lines *lines, char **text, size_t *size) {
  enum lines_result result;
  while ((result = lines_next(lines, text, size)) == LINES_WAIT) (void)sem_wait(&notices);
  return result;
}

static void assert_line(struct lines *lines, const char *wanted, size_t wanted_size) {
  char *text;
  size_t size;
  assert_int_equal(next(lines, &text, &size), LINES_ONE);
  assert_int_equal(size, wanted_size);
  assert_memory_equal(text, wanted, size);
  free(text);
}

static void lines_come_whole(void **state) {
  (void)state;
  int ends[2];
  char *text;
  size_t size;
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(sem_init(&notices, 0, 0), 0);
  struct lines *const lines = lines_begin(ends[0], notice, NULL);
  assert_non_null(lines);
  assert_int_equal(lines_next(lines, &text, &size), LINES_WAIT);
  assert_int_equal(write(ends[1], "fir", 3), 3);
  assert_int_equal(write(ends[1], "st\n\nthi\0rd\nla", 13), 13);
  assert_line(lines, "first", 5);
  assert_line(lines, "", 0);
  assert_line(lines, "thi\0rd", 6);
  assert_int_equal(write(ends[1], "st", 2), 2);
  (void)close(ends[1]);
  assert_line(lines, "last", 4); /* without an end of its own */
  assert_int_equal(next(lines, &text, &size), LINES_END);
  lines_end(lines);
  (void)close(ends[0]);
}

static void many_lines_are_no_more_memory(void **state) {
  (void)state;
  FILE *const file = tmpfile();
  for (unsigned i = 0; i < 100000; i++) fprintf(file, "%u\n", i);
  rewind(file);
  struct lines *const lines = lines_begin(fileno(file), notice, NULL);
  for (unsigned i = 0; i < 100000; i++) {
    char wanted[16];
    assert_line(lines, wanted, (size_t)snprintf(wanted, sizeof wanted, "%u", i));
  }
  lines_end(lines);
  (void)fclose(file);
}

static void stopping_does_not_wait(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  struct lines *lines = lines_begin(ends[0], notice, NULL); /* nobody ever writes */
  lines_end(lines);
  FILE *const file = tmpfile();
  for (unsigned i = 0; i < 100000; i++) fprintf(file, "%u\n", i);
  rewind(file);
  lines = lines_begin(fileno(file), notice, NULL); /* nobody ever takes any */
  lines_end(lines);
  (void)fclose(file);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lines_come_whole),
      cmocka_unit_test(many_lines_are_no_more_memory), cmocka_unit_test(stopping_does_not_wait)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
