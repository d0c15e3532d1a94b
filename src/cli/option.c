/* option.c: arguments into settings, by the table of their command.
 *
 * Long options take their value after '=' or as the next argument, short ones attached or as the next; flags without a value
 * may share a dash; "--" ends the options. Whatever is wrong is said with the words that were given. */
#include "cli/option.h"
#include "cli/terminal.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 64 };

struct place { /* an option, and where its value goes */
  const struct option *option;
  void *value;
};

struct unit {
  const char *suffix;
  uint64_t factor;
};

static const struct unit count_units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}, {NULL, 0}};
static const struct unit size_units[] = {{"", 1}, {"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};
static const struct unit duration_units[] = {
    {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0}};

static const struct unit *units_of(enum option_kind kind) {
  if (kind == OPTION_SIZE) return size_units;
  return kind == OPTION_DURATION ? duration_units : count_units;
}

static struct place find(
    const struct command *command, void *settings, const char *name, size_t length, char letter) {
  for (const struct option_group *group = command->groups; group->title; group++) {
    for (const struct option *option = group->options; option->name; option++) {
      const bool named = name && strncmp(option->name, name, length) == 0 && !option->name[length];
      if (named || (letter && option->letter == letter)) {
        return (struct place){option, (char *)settings + group->base + option->offset};
      }
    }
  }
  return (struct place){NULL, NULL};
}

static int unknown_option(const struct command *command, const char *name) {
  const char *names[MOST_OPTIONS + 1] = {"help"};
  size_t count = 1;
  for (const struct option_group *group = command->groups; group->title; group++) {
    for (const struct option *option = group->options; option->name && count < MOST_OPTIONS; option++) {
      names[count++] = option->name;
    }
  }
  const char *const meant = nearest_word(name, names);
  if (meant) return usage_error("unknown option --%s; did you mean --%s?", name, meant);
  return usage_error("unknown option --%s", name);
}

/* "1.5M": a decimal number and one of the units. */
static bool parse_number(const char *text, const struct unit *units, uint64_t *number) {
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  const uint64_t whole = strtoull(text, &end, 10);
  if (errno) return false;
  const bool fraction = *end == '.';
  const double decimal = fraction ? strtod(text, &end) : 0;
  for (; units->suffix; units++) {
    if (strcmp(end, units->suffix) == 0) {
      if (whole > UINT64_MAX / units->factor) return false;
      *number = fraction ? (uint64_t)(decimal * (double)units->factor) : whole * units->factor;
      return true;
    }
  }
  return false;
}

static int store_number(const struct option *option, const char *text, uint64_t *value) {
  static const char *const what[] = {[OPTION_COUNT] = "number (k, M and G are allowed)",
      [OPTION_SIZE] = "size in octets (k, M and G are allowed)",
      [OPTION_DURATION] = "duration such as 500ms, 10s or 5m"};
  uint64_t number;
  if (!parse_number(text, units_of(option->kind), &number)) {
    return usage_error("--%s: '%s' is not a %s", option->name, text, what[option->kind]);
  }
  if (number < option->min || (option->max && number > option->max)) {
    const char *const unit = option->kind == OPTION_DURATION ? " ms" : "";
    if (!option->max)
      return usage_error("--%s: %s is less than %" PRIu64 "%s", option->name, text, option->min, unit);
    return usage_error("--%s: %s is not between %" PRIu64 " and %" PRIu64 "%s", option->name, text,
        option->min, option->max, unit);
  }
  *value = number;
  return EXIT_DONE;
}

static int store_choice(const struct option *option, const char *text, unsigned *value) {
  char list[256] = "";
  for (unsigned i = 0; option->choices[i]; i++) {
    if (strcmp(option->choices[i], text) == 0) {
      *value = i;
      return EXIT_DONE;
    }
    const size_t used = strlen(list);
    (void)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", option->choices[i]);
  }
  return usage_error("--%s: '%s' is none of %s", option->name, text, list);
}

static int store_item(const char *text, struct text_list *list) {
  const char **const items = realloc(list->items, (list->count + 1) * sizeof *items);
  if (!items) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  items[list->count++] = text;
  list->items = items;
  return EXIT_DONE;
}

static int store(struct place place, const char *text) {
  switch (place.option->kind) {
  case OPTION_FLAG: *(bool *)place.value = true; return EXIT_DONE;
  case OPTION_TEXT: *(const char **)place.value = text; return EXIT_DONE;
  case OPTION_LIST: return store_item(text, place.value);
  case OPTION_CHOICE: return store_choice(place.option, text, place.value);
  default: return store_number(place.option, text, place.value);
  }
}

/* "--name", "--name=value" or "--name value". @param next  the argument behind it, or NULL; set to NULL if it was taken */
static int parse_long(const struct command *command, void *settings, const char *name, char **next) {
  const char *const equals = strchr(name, '=');
  const size_t length = equals ? (size_t)(equals - name) : strlen(name);
  const struct place place = find(command, settings, name, length, 0);
  if (!place.option) return unknown_option(command, name);
  if (place.option->kind == OPTION_FLAG) {
    if (equals) return usage_error("--%s takes no value", place.option->name);
    return store(place, NULL);
  }
  if (equals) return store(place, equals + 1);
  if (!*next)
    return usage_error(
        "--%s needs a value: --%s=%s", place.option->name, place.option->name, place.option->value);
  const char *const value = *next;
  *next = NULL;
  return store(place, value);
}

/* "-x", "-xyz", "-xVALUE" or "-x VALUE". */
static int parse_short(const struct command *command, void *settings, const char *letters, char **next) {
  for (; *letters; letters++) {
    const struct place place = find(command, settings, NULL, 0, *letters);
    if (!place.option) return usage_error("unknown option -%c", *letters);
    if (place.option->kind != OPTION_FLAG) {
      const char *const value = letters[1] ? letters + 1 : *next;
      if (!value) return usage_error("-%c needs a value: -%c %s", *letters, *letters, place.option->value);
      if (!letters[1]) *next = NULL;
      return store(place, value);
    }
    (void)store(place, NULL);
  }
  return EXIT_DONE;
}

static int parse_operand(const struct command *command, void *settings, size_t place, const char *text) {
  const struct operand *operand = command->operands;
  for (size_t i = 0; i < place && operand->name; i++) operand++;
  if (!operand->name) return usage_error("one argument too many: '%s'", text);
  *(const char **)((char *)settings + operand->offset) = text;
  return EXIT_DONE;
}

static int require_operands(const struct command *command, size_t given) {
  const struct operand *operand = command->operands;
  for (size_t i = 0; operand->name; i++, operand++) {
    if (i >= given && !operand->optional) return usage_error("%s is missing", operand->name);
  }
  return EXIT_DONE;
}

int option_parse(const struct command *command, int count, char **arguments, void *settings) {
  size_t operands = 0;
  bool options_end = false;
  int result = EXIT_DONE;
  for (int i = 0; i < count && result == EXIT_DONE; i++) {
    const char *const text = arguments[i];
    char *const following = i + 1 < count ? arguments[i + 1] : NULL;
    char *next = following;
    if (options_end || text[0] != '-' || !text[1]) {
      result = parse_operand(command, settings, operands++, text);
    } else if (strcmp(text, "--") == 0) {
      options_end = true;
    } else if (text[1] == '-') {
      result = parse_long(command, settings, text + 2, &next);
    } else {
      result = parse_short(command, settings, text + 1, &next);
    }
    if (next != following) i++;
  }
  return result == EXIT_DONE ? require_operands(command, operands) : result;
}

void option_forget(const struct command *command, void *settings) {
  for (const struct option_group *group = command->groups; group->title; group++) {
    for (const struct option *option = group->options; option->name; option++) {
      if (option->kind == OPTION_LIST) {
        struct text_list *const list =
            (struct text_list *)(void *)((char *)settings + group->base + option->offset);
        free(list->items);
        *list = (struct text_list){NULL, 0};
      }
    }
  }
}
