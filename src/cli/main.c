/* main.c: which command is meant, and running it. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/terminal.h"
#include <errno.h>
#include <proton/version.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COMMANDS = 32 };

const struct command *command_find(const char *name) {
  for (const struct command *const *command = commands; *command; command++) {
    if (strcmp((*command)->name, name) == 0) return *command;
  }
  return NULL;
}

static int unknown_command(const char *name) {
  const char *names[MOST_COMMANDS + 1] = {NULL};
  size_t count = 0;
  for (const struct command *const *command = commands; *command && count < MOST_COMMANDS; command++) {
    names[count++] = (*command)->name;
  }
  const char *const meant = nearest_word(name, names);
  if (meant) return usage_error("'%s' is no command; did you mean '%s'?", name, meant);
  return usage_error("'%s' is no command", name);
}

static int run_command(const struct command *command, int count, char **arguments) {
  terminal_name(command->name);
  for (int i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
    if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
      help_command(command);
      return EXIT_DONE;
    }
  }
  void *const settings = malloc(command->settings_size);
  if (!settings) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  memcpy(settings, command->defaults, command->settings_size);
  int result = option_parse(command, count, arguments, settings);
  if (result == EXIT_DONE) result = command->run(settings);
  option_forget(command, settings);
  free(settings);
  return result;
}

/* What was printed has to have arrived where it was printed to: a full disk is a failure. */
static int flushed(int result) {
  char reason[128];
  if (fflush(stdout) == 0 && !ferror(stdout)) return result;
  if (errno != EPIPE) complain("standard output: %s", strerror_r(errno, reason, sizeof reason));
  return result == EXIT_DONE ? EXIT_FAILED : result;
}

int main(int argc, char **argv) {
  (void)signal(SIGPIPE, SIG_IGN); /* a reader that has had enough is an error of write, not the end */
  const char *const name = argc > 1 ? argv[1] : NULL;
  const struct command *const command = name ? command_find(name) : NULL;
  if (command) return flushed(run_command(command, argc - 2, argv + 2));
  if (!name) {
    usage_error("a command is missing");
    return EXIT_USAGE;
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
    help_overview();
  } else if (strcmp(name, "help") == 0) {
    const struct command *const about = argc > 2 ? command_find(argv[2]) : NULL;
    if (argc > 2 && !about) return unknown_command(argv[2]);
    about ? help_command(about) : help_overview();
  } else if (strcmp(name, "--version") == 0) {
    printf("baryon, for the Proton API %d.%d\n", PN_VERSION_MAJOR, PN_VERSION_MINOR);
  } else {
    return unknown_command(name);
  }
  return flushed(EXIT_DONE);
}
