/* option_test.c: arguments into settings, and what is said of those that are wrong. */
#include "cli/option.h"
#include "cli/terminal.h"
#include "support/cmocka_test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
  bool flag, other;
  const char *text;
  struct text_list list;
  uint64_t count, size, duration;
  unsigned choice;
  const char *first, *second;
};

#define AT(name) offsetof(struct settings, name)
static const char *const colours[] = {"red", "green", NULL};
static const struct option options[] = {{"flag", 'f', OPTION_FLAG, AT(flag), NULL, "a"},
    {"other", 'o', OPTION_FLAG, AT(other), NULL, "b"}, {"text", 't', OPTION_TEXT, AT(text), "TEXT", "c"},
    {"item", 'i', OPTION_LIST, AT(list), "TEXT", "d"},
    {"count", 'n', OPTION_COUNT, AT(count), "N", "e", 1, 2000000},
    {"size", 0, OPTION_SIZE, AT(size), "N", "f"}, {"time", 0, OPTION_DURATION, AT(duration), "TIME", "g", 1},
    {"colour", 'c', OPTION_CHOICE, AT(choice), "WHICH", "h", 0, 0, colours}, {NULL}};
static const struct option_group groups[] = {{"Options", options, 0}, {NULL, NULL, 0}};
static const struct operand operands[] = {
    {"FIRST", "x", AT(first), false}, {"SECOND", "y", AT(second), true}, {NULL, NULL, 0, false}};
static const struct command command = {.name = "test", .groups = groups, .operands = operands};

static struct settings settings;
static char said[1024]; /* on stderr by the last parse */

/* Parse words that are separated by blanks. @return its exit code */
static int parse(const char *line) {
  static char words[256];
  char *arguments[20], *rest = NULL;
  int count = 0;
  option_forget(&command, &settings);
  settings = (struct settings){0};
  (void)snprintf(words, sizeof words, "%s", line);
  for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
    arguments[count++] = word;
  FILE *const file = tmpfile();
  assert_non_null(file);
  (void)fflush(stderr);
  const int kept = dup(STDERR_FILENO);
  (void)dup2(fileno(file), STDERR_FILENO);
  const int result = option_parse(&command, count, arguments, &settings);
  (void)fflush(stderr);
  (void)dup2(kept, STDERR_FILENO);
  (void)close(kept);
  rewind(file);
  said[fread(said, 1, sizeof said - 1, file)] = 0;
  (void)fclose(file);
  return result;
}

static void assert_refused(const char *line, const char *says) {
  assert_int_equal(parse(line), EXIT_USAGE);
  if (!strstr(said, says)) fail_msg("'%s' is answered by: %s", line, said);
  assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
}

static void each_kind(void **state) {
  (void)state;
  assert_int_equal(
      parse("-f --text=x=y --item a -ib --count 1.5k --size 2M --time 250ms --colour green one two"),
      EXIT_DONE);
  assert_true(settings.flag && !settings.other);
  assert_string_equal(settings.text, "x=y");
  assert_int_equal(settings.list.count, 2);
  assert_string_equal(settings.list.items[1], "b");
  assert_int_equal(settings.count, 1500);
  assert_int_equal(settings.size, 2 << 20);
  assert_int_equal(settings.duration, 250);
  assert_int_equal(settings.choice, 1);
  assert_string_equal(settings.second, "two");
  option_forget(&command, &settings);
}

static void forms(void **state) {
  (void)state;
  assert_int_equal(parse("-fon 7 x"), EXIT_DONE); /* flags share a dash, and the last takes a value */
  assert_true(settings.flag && settings.other && settings.count == 7);
  assert_int_equal(parse("x --time 3"), EXIT_DONE); /* options behind operands; seconds */
  assert_int_equal(settings.duration, 3000);
  assert_int_equal(parse("--time 2h -- -f"), EXIT_DONE);
  assert_int_equal(settings.duration, 7200000);
  assert_string_equal(settings.first, "-f");
  assert_int_equal(parse("-"), EXIT_DONE); /* standard input, by custom */
  assert_string_equal(settings.first, "-");
}

static void what_is_wrong(void **state) {
  (void)state;
  assert_refused("--cuont 5 x", "unknown option --cuont; did you mean --count?");
  assert_refused("--xyzzyx x", "unknown option --xyzzyx");
  assert_refused("-z x", "unknown option -z");
  assert_refused("--flag=1 x", "--flag takes no value");
  assert_refused("x --text", "--text needs a value: --text=TEXT");
  assert_refused("x -t", "-t needs a value");
  assert_refused("--count five x", "--count: 'five' is not a number");
  assert_refused("--count -5 x", "--count: '-5' is not a number");
  assert_refused("--count 0 x", "--count: 0 is not between 1 and 2000000");
  assert_refused("--count 3M x", "--count: 3M is not between");
  assert_refused("--count 99999999999999999999999 x", "is not a number");
  assert_refused("--size 20000000000G x", "is not a size");
  assert_refused("--time 5d x", "--time: '5d' is not a duration such as");
  assert_refused("--time 0 x", "--time: 0 is less than 1 ms");
  assert_refused("--colour blue x", "--colour: 'blue' is none of red, green");
  assert_refused("", "FIRST is missing");
  assert_refused("a b c", "one argument too many: 'c'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind), cmocka_unit_test(forms), cmocka_unit_test(what_is_wrong)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
