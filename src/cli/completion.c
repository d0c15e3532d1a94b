/* completion.c: `baryon completion`: what the shell may offer, made from the commands' tables. */
#include "cli/command.h"
#include "cli/terminal.h"
#include <stdio.h>
#include <string.h>

static void bash_words(const struct command *command) {
  printf("--help");
  for (const struct option_group *group = command->groups; group->title; group++) {
    for (const struct option *option = group->options; option->name; option++) {
      printf(" --%s%s", option->name, option->kind == OPTION_FLAG ? "" : "=");
    }
  }
}

static void bash_choices(const struct command *command) {
  for (const struct option_group *group = command->groups; group->title; group++) {
    for (const struct option *option = group->options; option->name; option++) {
      if (option->kind != OPTION_CHOICE) continue;
      printf("      %s:--%s) words='", command->name, option->name);
      for (unsigned i = 0; option->choices[i]; i++) printf(i ? " %s" : "%s", option->choices[i]);
      printf("' ;;\n");
    }
  }
}

static void completion_bash(void) {
  printf("# bash completion for baryon\n"
         "_baryon() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} "
         "words=''\n"
         "  [[ $word == = ]] && word=''\n"
         "  [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  [[ ${COMP_WORDS[COMP_CWORD]} == = ]] && before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  if [[ $COMP_CWORD -eq 1 ]]; then\n    words='--help --version");
  for (const struct command *const *command = commands; *command; command++) printf(" %s", (*command)->name);
  printf("'\n  else\n    case $command:$before in\n");
  for (const struct command *const *command = commands; *command; command++) bash_choices(*command);
  printf("      *) case $command in\n");
  for (const struct command *const *command = commands; *command; command++) {
    printf("        %s) words='", (*command)->name);
    bash_words(*command);
    printf("' ;;\n");
  }
  printf("      esac ;;\n    esac\n  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
         "  return 0\n"
         "}\n"
         "complete -o default -F _baryon baryon\n");
}

/* Text in single quotes, inside which zsh gives brackets and colons a meaning. */
static void zsh_text(const char *text) {
  for (; *text; text++) {
    if (*text == '\'') {
      printf("'\\''");
    } else {
      printf(*text == '[' || *text == ']' || *text == ':' || *text == '\\' ? "\\%c" : "%c", *text);
    }
  }
}

static void zsh_option(const struct option *option) {
  printf(
      "        '%s--%s%s[", option->kind == OPTION_LIST ? "*" : "", option->name, option->value ? "=" : "");
  zsh_text(option->help);
  printf("]");
  if (option->value) {
    printf(":%s:", option->value);
    if (option->choices) {
      printf("(");
      for (unsigned i = 0; option->choices[i]; i++) printf(i ? " %s" : "%s", option->choices[i]);
      printf(")");
    } else {
      printf("_files");
    }
  }
  printf("' \\\n");
}

static void completion_zsh(void) {
  printf("#compdef baryon\n"
         "_baryon() {\n"
         "  if (( CURRENT == 2 )); then\n"
         "    local -a names=(\n");
  for (const struct command *const *command = commands; *command; command++) {
    printf("      '%s:", (*command)->name);
    zsh_text((*command)->summary);
    printf("'\n");
  }
  printf("    )\n    _describe command names\n    return\n  fi\n"
         "  shift words; (( CURRENT-- ))\n"
         "  case $words[1] in\n");
  for (const struct command *const *command = commands; *command; command++) {
    printf("    %s)\n      _arguments \\\n", (*command)->name);
    for (const struct option_group *group = (*command)->groups; group->title; group++) {
      for (const struct option *option = group->options; option->name; option++) zsh_option(option);
    }
    printf("        '--help[explain this command]' '*:argument:_files' ;;\n");
  }
  printf("  esac\n}\n_baryon \"$@\"\n");
}

struct completion_settings {
  const char *shell;
};

static int run(void *context) {
  const struct completion_settings *const settings = context;
  if (strcmp(settings->shell, "bash") == 0) {
    completion_bash();
  } else if (strcmp(settings->shell, "zsh") == 0) {
    completion_zsh();
  } else {
    return usage_error("there is no completion for '%s'; there is for bash and zsh", settings->shell);
  }
  return EXIT_DONE;
}

static const struct completion_settings defaults = {NULL};

const struct command command_completion = {
    .name = "completion",
    .summary = "print completion for bash or zsh",
    .description = "Prints what makes a shell complete the commands and options of baryon. It is installed "
                   "with the command; "
                   "this is for shells that do not find it there.",
    .operands =
        (const struct operand[]){{"SHELL", "bash or zsh", offsetof(struct completion_settings, shell), false},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{NULL, NULL, 0}},
    .examples = (const struct example[]){{"source <(baryon completion bash)", "completes in this shell"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
