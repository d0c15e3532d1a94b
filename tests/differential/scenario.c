/* scenario.c: see scenario.h. */
#include "scenario.h"

#include "canonical.h"

#include <proton/error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 20 };

static const char *current = "";

static void print_line(const char *key, char *chars) {
  for (char *c = chars; *c; c++)
    if (*c == '\n') *c = ' ';
  printf("%s | %s | %s\n", current, key, chars);
  fflush(stdout);
}

void say(const char *key, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *chars = NULL;
  int length = vasprintf(&chars, format, ap);
  va_end(ap);
  if (length < 0) abort();
  print_line(key, chars);
  free(chars);
}

const char *error_state(pn_error_t *error) {
  static char state[64];
  const char *text = pn_error_text(error);
  snprintf(state, sizeof state, "%d, %s text", pn_error_code(error), text && *text ? "with" : "without");
  return state;
}

void say_tree(const char *key, pn_data_t *data) {
  char chars[4096];
  size_t size = sizeof chars - 1;
  pn_type_t type = pn_data_type(data);
  int error = pn_data_format(data, chars, &size);
  chars[error ? 0 : size] = 0;
  say(key, "at %s, size %zu, error %s: %s", type == PN_INVALID ? "nothing" : pn_type_name(type),
      pn_data_size(data), error_state(pn_data_error(data)), error ? "cannot format" : chars);
}

void say_canonical(const char *key, pn_data_t *data) {
  struct text text = {0};
  text_add(&text, "%s", "");
  canonical_data(&text, data);
  print_line(key, text.chars);
  text_free(&text);
}

void say_encoding(const char *key, pn_data_t *data) {
  static char buffer[1 << 20];
  ssize_t size = pn_data_encode(data, buffer, sizeof buffer);
  if (size < 0) {
    say(key, "cannot encode: %zd, error %s", size, error_state(pn_data_error(data)));
    return;
  }
  struct text text = {0};
  text_add_all_bytes(&text, buffer, (size_t)size);
  print_line(key, text.chars);
  text_free(&text);
}

void say_message(const char *key, pn_message_t *message) {
  struct text text = {0};
  canonical_message(&text, message);
  char *rest = text.chars;
  for (char *line; (line = strsep(&rest, "\n"));) {
    if (*line != ' ') continue;
    char name[200];
    char *value = strstr(line, ": ");
    if (!value) abort();
    snprintf(name, sizeof name, "%s:%.*s", key, (int)(value - line), line);
    print_line(name, value + 2);
  }
  text_free(&text);
}

static unsigned digit(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
  abort();
}

pn_bytes_t octets(const char *hexadecimal) {
  static char buffers[4][1024];
  static unsigned turn;
  char *buffer = buffers[turn++ % 4];
  size_t size = 0, open[16] = {0}, depth = 0;
  for (; *hexadecimal; hexadecimal++) {
    size_t width = *hexadecimal == '(' || *hexadecimal == ')' ? 1 : 4;
    if (size + width > sizeof buffers[0] || depth + 1 == sizeof open / sizeof open[0]) abort();
    switch (*hexadecimal) {
    case ' ': break;
    case '(':
    case '[': open[depth++] = size += width; break;
    case ')':
    case ']': {
      if (!depth) abort();
      size_t start = open[--depth], length = size - start;
      for (size_t i = 1; i <= width; i++, length >>= 8) buffer[start - i] = (char)length;
      break;
    }
    default: buffer[size++] = (char)(digit(hexadecimal[0]) << 4 | digit(hexadecimal[1])); hexadecimal++;
    }
  }
  return pn_bytes(size, buffer);
}

int scenarios_run(const struct scenario *scenarios, size_t count) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (size_t i = 0; i < count; i++) {
    current = scenarios[i].name;
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
      perror("fork");
      return 2;
    }
    if (!child) {
      alarm(SECONDS);
      scenarios[i].run();
      exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child) {
      perror("waitpid");
      return 2;
    }
    say("end",
        !status               ? "well"
        : WIFSIGNALED(status) ? "signal %d"
                              : "status %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  return 0;
}
