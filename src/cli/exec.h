/* exec.h: a command of the shell as a filter. */
#ifndef BARYON_CLI_EXEC_H
#define BARYON_CLI_EXEC_H

#include <stddef.h>

enum { EXEC_OUTPUT_MOST = 64 << 20 }; /* octets; who writes more is stopped */

/** Run a command with input as its standard input, until it ends.
 *
 *  @param output  what it wrote, to be freed, also after it failed
 *  @return        its exit code, 128 and the number of the signal that ended it, or -1 if it cannot be run: errno */
int exec_filter(
    const char *command, const char *input, size_t input_size, char **output, size_t *output_size);

#endif
