/* help.h: what the commands' tables say, as text on stdout. */
#ifndef BARYON_CLI_HELP_H
#define BARYON_CLI_HELP_H

#include "cli/option.h"

void help_overview(void);                         /* baryon --help */
void help_command(const struct command *command); /* baryon COMMAND --help */

/** An option's default as text in room of the given size. @return  whether there is one that is worth saying */
bool help_default(const struct command *command, const struct option_group *group,
    const struct option *option, char *text, size_t size);

#endif
