/* main.c: runs scenarios. Each runs in a process of its own, so that an assertion of the library ends that one alone and
 * shows as a line that says so.
 *
 *   engine_scenarios --list                 their names
 *   engine_scenarios [--bytes] [name...]    both sides with this library; octets one at a time
 *   engine_scenarios --cross FD --leads|--follows [--bytes] name     crosswise with another process, see pair.h */
#include "pair.h"
#include "scenarios.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 20 };

static const struct scenario *const groups[] = {connection_scenarios, session_scenarios, link_scenarios,
    flow_scenarios, transfer_scenarios, settle_scenarios, object_scenarios, abrupt_scenarios, sasl_scenarios};

struct options {
  bool bytewise, leads;
  int cross;
};

static void play(const struct scenario *scenario, const struct options *options) {
  struct pair pair;
  journal_begin(scenario->name);
  alarm(SECONDS);
  pair_init(&pair);
  pair.bytewise = options->bytewise;
  pair.cross = options->cross;
  pair.leads = options->leads;
  scenario->run(&pair);
  if (frame_text_held(&pair.client.frames) + frame_text_held(&pair.server.frames))
    journal_line("pair", "a frame was not complete");
  pair_free(&pair);
}

/* A scenario in a process of its own. */
static int play_apart(const struct scenario *scenario, const struct options *options) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) {
    perror("fork");
    return 2;
  }
  if (!child) {
    play(scenario, options);
    exit(0);
  }
  int status;
  if (waitpid(child, &status, 0) != child) {
    perror("waitpid");
    return 2;
  }
  journal_begin(scenario->name);
  if (WIFSIGNALED(status))
    journal_line("end", "signal %d", WTERMSIG(status));
  else
    journal_line("end", "status %d", WEXITSTATUS(status));
  return 0;
}

static bool wanted(const char *name, char **names, int count) {
  for (int i = 0; i < count; i++)
    if (!strcmp(names[i], name)) return true;
  return !count;
}

static int play_wanted(char **names, int count, const struct options *options) {
  int played = 0;
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
    for (const struct scenario *scenario = groups[g]; scenario->name; scenario++) {
      if (!wanted(scenario->name, names, count)) continue;
      played++;
      int error = play_apart(scenario, options);
      if (error) return error;
    }
  return played ? 0 : 2;
}

static int list(void) {
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
    for (const struct scenario *scenario = groups[g]; scenario->name; scenario++) puts(scenario->name);
  return 0;
}

int main(int argc, char **argv) {
  struct options options = {.cross = -1};
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGPIPE, SIG_IGN);
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (!strcmp(argv[i], "--list")) return list();
    if (!strcmp(argv[i], "--bytes"))
      options.bytewise = true;
    else if (!strcmp(argv[i], "--leads") || !strcmp(argv[i], "--follows"))
      options.leads = argv[i][2] == 'l';
    else if (!strcmp(argv[i], "--cross") && i + 1 < argc)
      options.cross = (int)strtol(argv[++i], NULL, 10);
    else {
      fprintf(stderr, "%s: what is %s?\n", argv[0], argv[i]);
      return 2;
    }
  }
  return play_wanted(argv + i, argc - i, &options);
}
