/* terminal.c: lines on stderr, colours and progress, and a guess at what was meant.
 *
 * Owns the command's name, which is set before any thread is started. */
#include "cli/terminal.h"
#include "cli/option.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LONGEST_WORD = 32, FAR = 3 };

static const char *running; /* NULL before a command is known */
static bool progressing;    /* the cursor is behind a line that is to be replaced; under stderr's lock */

void terminal_name(const char *command) { running = command; }

void progress(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fputs("\r\033[K", stderr);
  vfprintf(stderr, format, arguments);
  (void)fflush(stderr);
  progressing = true;
  funlockfile(stderr);
  va_end(arguments);
}

void progress_end(void) {
  flockfile(stderr);
  if (progressing) fputs("\r\033[K", stderr);
  progressing = false;
  funlockfile(stderr);
}

static void say(const char *format, va_list arguments, bool hint) {
  flockfile(stderr);
  progress_end();
  fprintf(stderr, running ? "baryon %s: " : "baryon: ", running);
  vfprintf(stderr, format, arguments);
  if (hint && running) fprintf(stderr, " (see 'baryon %s --help')", running);
  if (hint && !running) fputs(" (see 'baryon --help')", stderr);
  fputc('\n', stderr);
  funlockfile(stderr);
}

void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments, false);
  va_end(arguments);
}

int usage_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments, true);
  va_end(arguments);
  return EXIT_USAGE;
}

bool terminal_is_lively(FILE *stream) {
  const char *const term = getenv("TERM");      /* NOLINT(concurrency-mt-unsafe): nobody changes it */
  const char *const plain = getenv("NO_COLOR"); /* NOLINT(concurrency-mt-unsafe): nor this */
  return isatty(fileno(stream)) && (!plain || !*plain) && term && strcmp(term, "dumb") != 0;
}

const char *terminal_colour(FILE *stream, enum colour colour) {
  static const char *const codes[] = {[COLOUR_NONE] = "\033[0m",
      [COLOUR_BOLD] = "\033[1m",
      [COLOUR_DIM] = "\033[2m",
      [COLOUR_RED] = "\033[31m",
      [COLOUR_GREEN] = "\033[32m",
      [COLOUR_YELLOW] = "\033[33m",
      [COLOUR_BLUE] = "\033[34m"};
  return terminal_is_lively(stream) ? codes[colour] : "";
}

unsigned terminal_width(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* How many letters have to be changed, put in or left out to make one word of another. Long words are not compared. */
static size_t distance(const char *from, const char *to) {
  size_t row[LONGEST_WORD + 1];
  const size_t width = strlen(to);
  if (width > LONGEST_WORD) return FAR;
  for (size_t j = 0; j <= width; j++) row[j] = j;
  for (size_t i = 0; from[i]; i++) {
    size_t corner = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < width; j++) {
      const size_t above = row[j + 1];
      size_t best = corner + (from[i] != to[j]);
      if (above + 1 < best) best = above + 1;
      if (row[j] + 1 < best) best = row[j] + 1;
      row[j + 1] = best;
      corner = above;
    }
  }
  return row[width];
}

const char *nearest_word(const char *word, const char *const *words) {
  const char *nearest = NULL;
  size_t least = FAR;
  for (; *words; words++) {
    const size_t apart = distance(word, *words);
    if (apart < least && apart < strlen(*words)) {
      least = apart;
      nearest = *words;
    }
  }
  return nearest;
}
