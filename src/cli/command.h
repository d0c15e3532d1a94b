/* command.h: what the command `baryon` can do: one entry for each of its commands. */
#ifndef BARYON_CLI_COMMAND_H
#define BARYON_CLI_COMMAND_H

#include "cli/option.h"

extern const struct command *const commands[]; /* ends with NULL */

const struct command *command_find(const char *name); /* or NULL */

#endif
