/* option.h: the options of a command as a table, from which they are parsed, checked, explained, documented and completed. */
#ifndef BARYON_CLI_OPTION_H
#define BARYON_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an option's value is, and as what it is stored. */
enum option_kind {
  OPTION_FLAG,     /* bool; has no value */
  OPTION_TEXT,     /* const char *: the argument itself */
  OPTION_LIST,     /* struct text_list: the option may be given several times */
  OPTION_COUNT,    /* uint64_t: a number, with k, M or G for thousands */
  OPTION_SIZE,     /* uint64_t: octets, with k, M or G for multiples of 1024 */
  OPTION_DURATION, /* uint64_t: milliseconds, given with ms, s, m or h; a number alone is seconds */
  OPTION_CHOICE    /* unsigned: the place of the word in choices */
};

struct text_list {
  const char **items;
  size_t count;
};

struct option {
  const char *name; /* without dashes; NULL ends a table */
  char letter;      /* for -x; 0 for none */
  enum option_kind kind;
  size_t offset;              /* of its value in its group's settings */
  const char *value;          /* what the value is called in help; NULL for a flag */
  const char *help;           /* a clause, without a full stop; the default is added to it */
  uint64_t min, max;          /* of numbers; max 0 is no limit */
  const char *const *choices; /* of OPTION_CHOICE; ends with NULL */
};

/* Options that belong together, and where in the command's settings theirs begin. Commands share groups. */
struct option_group {
  const char *title; /* NULL ends a list of groups */
  const struct option *options;
  size_t base;
};

struct operand {
  const char *name; /* NULL ends a list */
  const char *help;
  size_t offset; /* of a const char * in the command's settings */
  bool optional;
};

struct example {
  const char *line; /* NULL ends a list */
  const char *what;
};

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
  const char *name;
  const char *summary;     /* one clause, for the list of commands */
  const char *description; /* paragraphs, separated by an empty line */
  const struct operand *operands;
  const struct option_group *groups;
  const struct example *examples;
  const void *defaults; /* settings_size octets that settings begin with */
  size_t settings_size;
  int (*run)(void *settings); /* an exit code */
};

/** Read arguments into settings, which hold the defaults. What they point to are the arguments themselves.
 *
 *  @return  EXIT_DONE, or EXIT_USAGE after saying on stderr what was wrong and how to put it right */
int option_parse(const struct command *command, int count, char **arguments, void *settings);

/** The lists that parsing made. */
void option_forget(const struct command *command, void *settings);

#endif
