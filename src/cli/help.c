/* help.c: --help, made from the commands' tables. */
#include "cli/help.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include <inttypes.h>
#include <string.h>

enum { INDENT = 2, COLUMN = 28, WIDTH = 96 };

/* A number in the largest unit that says it exactly. */
static void format_number(enum option_kind kind, uint64_t number, char *text, size_t size) {
  static const struct {
    uint64_t factor;
    const char *suffix;
  } sizes[] = {{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "k"}, {1, ""}},
    durations[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}},
    counts[] = {{1000000000, "G"}, {1000000, "M"}, {1000, "k"}, {1, ""}}, *unit = counts;
  if (kind == OPTION_SIZE) unit = sizes;
  if (kind == OPTION_DURATION) unit = durations;
  while (number % unit->factor) unit++;
  (void)snprintf(text, size, "%" PRIu64 "%s", number / unit->factor, unit->suffix);
}

bool help_default(const struct command *command, const struct option_group *group,
    const struct option *option, char *text, size_t size) {
  const char *const value = (const char *)command->defaults + group->base + option->offset;
  const char *word;
  uint64_t number;
  switch (option->kind) {
  case OPTION_FLAG:
  case OPTION_LIST: return false;
  case OPTION_TEXT:
    memcpy(&word, value, sizeof word);
    if (word) (void)snprintf(text, size, "%s", word);
    return word;
  case OPTION_CHOICE:
    (void)snprintf(text, size, "%s", option->choices[*(const unsigned *)(const void *)value]);
    return true;
  default:
    memcpy(&number, value, sizeof number);
    if (number) format_number(option->kind, number, text, size);
    return number;
  }
}

/* Words in lines of WIDTH, each line but the first behind an indent. @param column  where the first line has got to */
static void wrap(const char *text, int column, int indent) {
  while (*text) {
    const int length = (int)strcspn(text, " \n");
    if (column > indent && column + 1 + length > WIDTH) {
      printf("\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      putchar(' ');
      column++;
    }
    printf("%.*s", length, text);
    column += length;
    text += length;
    while (*text == ' ') text++;
    if (*text == '\n') {
      putchar('\n');
      column = 0;
      for (; *text == '\n'; text++) {
        if (text[1] == '\n') putchar('\n');
      }
      if (*text) {
        printf("%*s", indent, "");
        column = indent;
      }
    }
  }
  putchar('\n');
}

static void term(const char *name, const char *text) {
  const int used = printf("%*s%s", INDENT, "", name);
  if (used + 2 > COLUMN) {
    printf("\n%*s", COLUMN, "");
  } else {
    printf("%*s", COLUMN - used, "");
  }
  wrap(text, COLUMN, COLUMN);
}

static void heading(const char *title) {
  printf("\n%s%s:%s\n", terminal_colour(stdout, COLOUR_BOLD), title, terminal_colour(stdout, COLOUR_NONE));
}

static void help_option(
    const struct command *command, const struct option_group *group, const struct option *option) {
  char name[96], text[512], value[64];
  const char letter[] = {'-', option->letter, ',', ' ', 0};
  (void)snprintf(name, sizeof name, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
      option->value ? "=" : "", option->value ? option->value : "");
  size_t used = (size_t)snprintf(text, sizeof text, "%s", option->help);
  if (option->choices) {
    used += (size_t)snprintf(text + used, sizeof text - used, ":");
    for (unsigned i = 0; option->choices[i]; i++) {
      used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", i ? "," : "", option->choices[i]);
    }
  }
  if (help_default(command, group, option, value, sizeof value)) {
    (void)snprintf(text + used, sizeof text - used, " (default: %s)", value);
  }
  term(name, text);
}

static void help_usage(const struct command *command) {
  printf("usage: baryon %s [OPTION...]", command->name);
  for (const struct operand *operand = command->operands; operand->name; operand++) {
    printf(operand->optional ? " [%s]" : " %s", operand->name);
  }
  printf("\n\n");
}

void help_command(const struct command *command) {
  help_usage(command);
  wrap(command->description, 0, 0);
  if (command->operands->name) heading("Arguments");
  for (const struct operand *operand = command->operands; operand->name; operand++)
    term(operand->name, operand->help);
  for (const struct option_group *group = command->groups; group->title; group++) {
    heading(group->title);
    for (const struct option *option = group->options; option->name; option++)
      help_option(command, group, option);
  }
  heading("Examples");
  for (const struct example *example = command->examples; example->line; example++) {
    printf("%*s%s\n%*s  %s%s%s\n", INDENT, "", example->line, INDENT, "", terminal_colour(stdout, COLOUR_DIM),
        example->what, terminal_colour(stdout, COLOUR_NONE));
  }
}

void help_overview(void) {
  printf("usage: baryon COMMAND [OPTION...] [ARGUMENT...]\n\n"
         "Talks to any AMQP 1.0 broker, router or peer, and is one itself.\n");
  heading("Commands");
  for (const struct command *const *command = commands; *command; command++)
    term((*command)->name, (*command)->summary);
  printf(
      "\n'baryon COMMAND --help' explains a command, with examples; 'baryon --version' tells the version.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage.\n");
}
