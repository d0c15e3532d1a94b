/* exec.h: a command of the shell as a filter. */
#ifndef BARYON_CLI_EXEC_H
#define BARYON_CLI_EXEC_H

#include <stddef.h>
#include <stdint.h>

enum { EXEC_OUTPUT_MOST = 64 << 20 }; /* octets; who writes more is stopped */
enum { EXEC_IMPOSSIBLE = -1, EXEC_LATE = -2 };

/** Run a command with input as its standard input, until it ends.
 *
 *  It has a process group of its own, which is killed when the time is over: it, and what it has begun.
 *
 *  @param most    how long it may take, in milliseconds; 0: as long as it wants
 *  @param output  what it wrote, to be freed, also after it failed
 *  @return        its exit code, 128 and the number of the signal that ended it, EXEC_LATE if it had to be killed, or
 *                 EXEC_IMPOSSIBLE if it cannot be run: errno */
int exec_filter(const char *command, uint64_t most, const char *input, size_t input_size, char **output,
    size_t *output_size);

#endif
