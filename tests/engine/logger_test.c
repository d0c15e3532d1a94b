/* logger_test.c: what passes, what it looks like, and what the environment asks for, which is read once: so each case is a
 * process of its own. */
#include "engine/logger.h"
#include "support/cmocka_test.h"

#include <proton/transport.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last line that a sink was given. */
static struct {
  intptr_t context;
  pn_log_subsystem_t subsystem;
  pn_log_level_t level;
  char message[4096];
  unsigned count;
} seen;

static void see(intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message) {
  seen.context = context;
  seen.subsystem = subsystem;
  seen.level = level;
  snprintf(seen.message, sizeof seen.message, "%s", message);
  seen.count++;
}

static pn_logger_t make(uint16_t subsystems, uint16_t levels) {
  pn_logger_t logger;
  pni_logger_init(&logger);
  pn_logger_set_log_sink(&logger, see, 7);
  pn_logger_reset_mask(&logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
  pn_logger_set_mask(&logger, subsystems, levels);
  return logger;
}

static bool passes(pn_logger_t *logger, pn_log_subsystem_t subsystem, pn_log_level_t level) {
  const unsigned before = seen.count;
  pn_logger_logf(logger, subsystem, level, "%s %d", "line", 3);
  if (seen.count == before) return false;
  assert_int_equal(seen.count, before + 1);
  assert_int_equal(seen.context, 7);
  assert_int_equal(seen.subsystem, subsystem);
  assert_int_equal(seen.level, level);
  assert_string_equal(seen.message, "line 3");
  return true;
}

static void line_passes_with_both_bits(void **state) {
  (void)state;
  pn_logger_t logger = make(PN_SUBSYSTEM_AMQP | PN_SUBSYSTEM_IO, PN_LEVEL_ERROR | PN_LEVEL_FRAME);
  assert_true(passes(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_ERROR));
  assert_true(passes(&logger, PN_SUBSYSTEM_IO, PN_LEVEL_FRAME));
  assert_false(passes(&logger, PN_SUBSYSTEM_SASL, PN_LEVEL_ERROR));
  assert_false(passes(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_WARNING));
  pn_logger_reset_mask(&logger, PN_SUBSYSTEM_IO, PN_LEVEL_NONE);
  assert_false(passes(&logger, PN_SUBSYSTEM_IO, PN_LEVEL_FRAME));
  pn_logger_set_mask(&logger, PN_SUBSYSTEM_NONE, PN_LEVEL_WARNING);
  assert_true(passes(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_WARNING));
}

static void critical_line_always_passes(void **state) {
  (void)state;
  pn_logger_t logger = make(PN_SUBSYSTEM_NONE, PN_LEVEL_NONE);
  assert_true(passes(&logger, PN_SUBSYSTEM_MEMORY, PN_LEVEL_CRITICAL));
  assert_true(passes(&logger, PN_SUBSYSTEM_NONE, PN_LEVEL_CRITICAL));
  assert_false(passes(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_ERROR));
}

static void long_line_is_cut_and_says_so(void **state) {
  (void)state;
  static const char mark[] = " ... (truncated)";
  pn_logger_t logger = make(PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
  for (int size = 1015; size < 1035; size++) {
    pn_logger_logf(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_INFO, "%*d", size, 5);
    const size_t shown = strlen(seen.message);
    const bool cut = strstr(seen.message, mark) != NULL;
    assert_int_equal(cut, size > 1023);
    assert_int_equal(shown, cut ? 1023 : size);
    if (cut) assert_string_equal(seen.message + shown - (sizeof mark - 1), mark);
  }
}

static void no_sink_drops_lines(void **state) {
  (void)state;
  pn_logger_t logger = make(PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
  assert_ptr_equal(pn_logger_get_log_sink(&logger), see);
  assert_int_equal(pn_logger_get_log_sink_context(&logger), 7);
  pn_logger_set_log_sink(&logger, NULL, 0);
  assert_false(passes(&logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_CRITICAL));
}

static void names(void **state) {
  (void)state;
  static const char *const levels[] = {
      "CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "TRACE", "FRAME", "RAW", "UNKNOWN"};
  static const char *const subsystems[] = {
      "MEMORY", "IO", "EVENT", "AMQP", "SSL", "SASL", "BINDING", "UNKNOWN"};
  for (unsigned i = 0; i < 9; i++)
    assert_string_equal(pn_logger_level_name((pn_log_level_t)(1u << i)), levels[i]);
  for (unsigned i = 0; i < 8; i++)
    assert_string_equal(pn_logger_subsystem_name((pn_log_subsystem_t)(1u << i)), subsystems[i]);
  assert_string_equal(pn_logger_level_name(PN_LEVEL_ALL), "*ALL*");
  assert_string_equal(pn_logger_subsystem_name(PN_SUBSYSTEM_ALL), "*ALL*");
  assert_string_equal(pn_logger_level_name(PN_LEVEL_NONE), "UNKNOWN");
  assert_string_equal(pn_logger_subsystem_name(PN_SUBSYSTEM_NONE), "UNKNOWN");
}

/* A process's standard error, in which the default logger was asked to log every level. */
struct output {
  char text[4096];
};

static void log_all_levels(void) {
  for (unsigned bit = 1; bit <= PN_LEVEL_RAW; bit <<= 1) {
    pn_logger_logf(pn_default_logger(), PN_SUBSYSTEM_AMQP, (pn_log_level_t)bit, "%s",
        pn_logger_level_name((pn_log_level_t)bit));
  }
}

static struct output output_of(const char *what, const char *variable, const char *value) {
  struct output output = {.text = ""};
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (dup2(ends[1], STDERR_FILENO) < 0) _exit(1);
    if (variable) setenv(variable, value, 1); /* NOLINT(concurrency-mt-unsafe): the only thread */
    execl("/proc/self/exe", "logger_test", what, (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  size_t size = 0;
  ssize_t got;
  while ((got = read(ends[0], output.text + size, sizeof output.text - 1 - size)) > 0) size += (size_t)got;
  close(ends[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  return output;
}

/* The levels that pass when the environment says so. */
static void assert_levels(const char *variable, const char *value, unsigned levels) {
  const struct output output = output_of("levels", variable, value);
  for (unsigned bit = 1; bit <= PN_LEVEL_RAW; bit <<= 1) {
    char line[64];
    const char *name = pn_logger_level_name((pn_log_level_t)bit);
    snprintf(line, sizeof line, ": AMQP:%5s:%s\n", name, name);
    if ((strstr(output.text, line) != NULL) != ((levels & bit) != 0))
      fail_msg("%s=%s:\n%s", variable ? variable : "", value ? value : "", output.text);
  }
}

enum {
  C = PN_LEVEL_CRITICAL,
  E = PN_LEVEL_ERROR,
  W = PN_LEVEL_WARNING,
  I = PN_LEVEL_INFO,
  D = PN_LEVEL_DEBUG,
  T = PN_LEVEL_TRACE,
  F = PN_LEVEL_FRAME,
  R = PN_LEVEL_RAW
};

static void environment_switches_levels_on(void **state) {
  (void)state;
  assert_levels(NULL, NULL, C);
  assert_levels("PN_LOG", "", C);
  assert_levels("PN_LOG", "nothing", C);
  assert_levels("PN_LOG", "error", C | E);
  assert_levels("PN_LOG", "Info,Frame", C | I | F);
  assert_levels("PN_LOG", "WARNING+", C | E | W);
  assert_levels("PN_LOG", "info + debug", C | I | D);
  assert_levels("PN_LOG", "info+ raw", C | E | W | I | R);
  assert_levels("PN_LOG", "debug debug+", C | E | W | I | D);
  assert_levels("PN_LOG", "trace+", C | E | W | I | D | T);
  assert_levels("PN_LOG", "frame+", C | F);
  assert_levels("PN_LOG", "all", C | E | W | I | D | T | F | R);
  assert_levels("PN_TRACE_FRM", "1", C | F);
  assert_levels("PN_TRACE_FRM", "TRUE", C | F);
  assert_levels("PN_TRACE_FRM", "no", C);
  assert_levels("PN_TRACE_RAW", "on", C | R);
  assert_levels("PN_TRACE_EVT", "yes", C | D);
  assert_levels("PN_TRACE_DRV", "1", C | D | T);
}

static void environment_is_read_once(void **state) {
  (void)state;
  const uint16_t levels = pn_default_logger()->levels;
  setenv("PN_LOG", "all", 1); /* NOLINT(concurrency-mt-unsafe): the only thread */
  assert_int_equal(pn_default_logger()->levels, levels);
  unsetenv("PN_LOG"); /* NOLINT(concurrency-mt-unsafe): as above */
}

static void log_of_a_transport(void) {
  pn_logger_set_mask(pn_default_logger(), PN_SUBSYSTEM_NONE, PN_LEVEL_INFO);
  pn_transport_t *transport = pn_transport();
  pn_logger_t *logger = pn_transport_logger(transport);
  pn_logger_reset_mask(pn_default_logger(), PN_SUBSYSTEM_NONE, PN_LEVEL_INFO);
  pn_logger_logf(logger, PN_SUBSYSTEM_IO, PN_LEVEL_INFO, "a transport's");
  pn_logger_logf(pn_default_logger(), PN_SUBSYSTEM_IO, PN_LEVEL_INFO, "nobody's");
  char line[64];
  snprintf(line, sizeof line, "[%p]:   IO: INFO:a transport's\n", (void *)logger);
  fputs(line, stderr);
  pn_transport_free(transport);
}

/* Its own line, and the line that it should be. */
static void transport_begins_with_a_copy_of_the_default_logger(void **state) {
  (void)state;
  const struct output output = output_of("transport", NULL, NULL);
  const char *second = strchr(output.text, '\n') + 1;
  assert_int_equal(strlen(second), second - output.text);
  assert_memory_equal(second, output.text, strlen(second));
}

/* Any thread may set the sink of the default logger: a line gets a sink with the context that belongs to it. */
static atomic_uint mixed;
static void first_sink(intptr_t context, pn_log_subsystem_t s, pn_log_level_t l, const char *message) {
  (void)s, (void)l, (void)message;
  mixed += context != 1;
}
static void second_sink(intptr_t context, pn_log_subsystem_t s, pn_log_level_t l, const char *message) {
  (void)s, (void)l, (void)message;
  mixed += context != 2;
}

enum { TIMES = 20000 };

static void *set_sinks(void *unused) {
  (void)unused;
  for (int i = 0; i < TIMES; i++) {
    const bool first = i % 2 == 0;
    pn_logger_set_log_sink(pn_default_logger(), first ? first_sink : second_sink, first ? 1 : 2);
    pn_logger_set_mask(pn_default_logger(), PN_SUBSYSTEM_NONE, PN_LEVEL_DEBUG);
    pn_logger_reset_mask(pn_default_logger(), PN_SUBSYSTEM_NONE, PN_LEVEL_TRACE);
  }
  return NULL;
}

static void *log_lines(void *unused) {
  (void)unused;
  for (int i = 0; i < TIMES; i++) {
    pn_logger_t copy;
    pn_logger_logf(pn_default_logger(), PN_SUBSYSTEM_AMQP, PN_LEVEL_CRITICAL, "line");
    pni_logger_init(&copy);
    mixed += (copy.sink == first_sink) != (copy.sink_context == 1);
  }
  return NULL;
}

static void threads_share_the_default_logger(void **state) {
  (void)state;
  pthread_t threads[4];
  pn_logger_set_log_sink(pn_default_logger(), first_sink, 1);
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, i < 2 ? set_sinks : log_lines, NULL), 0);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(mixed, 0);
}

int main(int count, char **arguments) {
  if (count > 1) { /* one of the processes that are looked at */
    if (strcmp(arguments[1], "levels") == 0) log_all_levels();
    if (strcmp(arguments[1], "transport") == 0) log_of_a_transport();
    return 0;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(environment_switches_levels_on),
      cmocka_unit_test(transport_begins_with_a_copy_of_the_default_logger),
      cmocka_unit_test(environment_is_read_once),
      cmocka_unit_test(line_passes_with_both_bits),
      cmocka_unit_test(critical_line_always_passes),
      cmocka_unit_test(long_line_is_cut_and_says_so),
      cmocka_unit_test(no_sink_drops_lines),
      cmocka_unit_test(names),
      cmocka_unit_test(threads_share_the_default_logger),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
