/* manual.c: `baryon manual`: the man pages, made from the commands' tables. They are built with the command, and installed. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/terminal.h"
#include <ctype.h>
#include <stdio.h>

/* Text in which nothing is taken for one of man's own commands. */
static void escaped(const char *text, bool at_line_start) {
  for (; *text; text++) {
    if (at_line_start && (*text == '.' || *text == '\'')) printf("\\&");
    if (*text == '-') {
      printf("\\-");
    } else if (*text == '\\') {
      printf("\\e");
    } else {
      putchar(*text);
    }
    at_line_start = *text == '\n';
  }
}

static void line(const char *text) {
  escaped(text, true);
  putchar('\n');
}

static void paragraphs(const char *text) {
  for (; *text; text++) {
    if (text[0] == '\n' && text[1] == '\n') {
      printf("\n.PP");
      text++;
      putchar('\n');
    } else {
      escaped((const char[]){*text, 0}, false);
    }
  }
  putchar('\n');
}

static void title(const char *name, const char *summary) {
  printf(".TH ");
  for (const char *c = name; *c; c++) putchar(toupper((unsigned char)*c));
  printf(" 1 \"\" \"Baryon\" \"User Commands\"\n.SH NAME\n");
  escaped(name, true);
  printf(" \\- ");
  line(summary);
}

static void exit_status(void) {
  printf(".SH EXIT STATUS\n0 when done, 1 when something failed, 2 when the arguments were wrong.\n");
}

static void manual_option(
    const struct command *command, const struct option_group *group, const struct option *option) {
  char value[64];
  printf(".TP\n");
  if (option->letter) printf("\\fB\\-%c\\fR, ", option->letter);
  printf("\\fB\\-\\-");
  escaped(option->name, false);
  printf("\\fR");
  if (option->value) printf("=\\fI%s\\fR", option->value);
  putchar('\n');
  escaped(option->help, true);
  for (unsigned i = 0; option->choices && option->choices[i]; i++) {
    printf(i ? ", " : ": ");
    escaped(option->choices[i], false);
  }
  if (help_default(command, group, option, value, sizeof value)) {
    printf(" (default: ");
    escaped(value, false);
    putchar(')');
  }
  printf(".\n");
}

static void manual_command(const struct command *command) {
  char name[64];
  (void)snprintf(name, sizeof name, "baryon-%s", command->name);
  title(name, command->summary);
  printf(".SH SYNOPSIS\n\\fBbaryon %s\\fR [\\fIOPTION\\fR...]", command->name);
  for (const struct operand *operand = command->operands; operand->name; operand++) {
    printf(operand->optional ? " [\\fI%s\\fR]" : " \\fI%s\\fR", operand->name);
  }
  printf("\n.SH DESCRIPTION\n");
  paragraphs(command->description);
  for (const struct operand *operand = command->operands; operand->name; operand++) {
    printf(".TP\n\\fI%s\\fR\n", operand->name);
    line(operand->help);
  }
  if (command->groups->title) printf(".SH OPTIONS\n");
  for (const struct option_group *group = command->groups; group->title; group++) {
    printf(".SS \"%s\"\n", group->title);
    for (const struct option *option = group->options; option->name; option++)
      manual_option(command, group, option);
  }
  printf(".SH EXAMPLES\n");
  for (const struct example *example = command->examples; example->line; example++) {
    printf(".TP\n.nf\n");
    line(example->line);
    printf(".fi\n");
    line(example->what);
  }
  exit_status();
  printf(".SH SEE ALSO\n.BR baryon (1)\n");
}

static void manual_overview(void) {
  title("baryon", "talk to AMQP 1.0 brokers, or be one");
  printf(".SH SYNOPSIS\n\\fBbaryon\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n.SH "
         "COMMANDS\n");
  for (const struct command *const *command = commands; *command; command++) {
    printf(".TP\n.BR baryon\\-%s (1)\n", (*command)->name);
    line((*command)->summary);
  }
  exit_status();
  printf(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf set, colours and progress are left out even on a terminal.\n"
         ".TP\n.B PN_LOG\n\\fBframe+\\fR prints the frames that are sent and received, with their fields' "
         "names.\n");
}

struct manual_settings {
  const char *command;
};

static int run(void *context) {
  const struct manual_settings *const settings = context;
  if (!settings->command) {
    manual_overview();
    return EXIT_DONE;
  }
  const struct command *const command = command_find(settings->command);
  if (!command) return usage_error("'%s' is no command", settings->command);
  manual_command(command);
  return EXIT_DONE;
}

static const struct manual_settings defaults = {NULL};

const struct command command_manual = {
    .name = "manual",
    .summary = "print a man page",
    .description = "Prints the man page of baryon, or of one of its commands, in the format of man. They are "
                   "installed with the "
                   "command; this is for where man does not find them.",
    .operands = (const struct operand[]){{"COMMAND", "the command that it is about",
                                             offsetof(struct manual_settings, command), true},
        {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon manual send | man -l -", "reads the page about send"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
