/* terminal.h: what the command says, and to whom: results to stdout, everything else to stderr. */
#ifndef BARYON_CLI_TERMINAL_H
#define BARYON_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#if defined __GNUC__
#  define CLI_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#  define CLI_FORMAT(text, first)
#endif

/** The name of the running command, with which every line to stderr begins. */
void terminal_name(const char *command);

/** A line to stderr: "baryon send: ..." Threads may call it at once; lines do not mix. */
void complain(const char *format, ...) CLI_FORMAT(1, 2);

/** The same for arguments that are wrong, with a hint at --help. @return EXIT_USAGE */
int usage_error(const char *format, ...) CLI_FORMAT(1, 2);

/** A line on stderr that the next one, or a complaint, takes the place of. For a lively terminal only; by one thread. */
void progress(const char *format, ...) CLI_FORMAT(1, 2);

/** Take it away. */
void progress_end(void);

/** Whether colours and progress make sense on a stream: a terminal that is not "dumb", and NO_COLOR is not set. */
bool terminal_is_lively(FILE *stream);

enum colour { COLOUR_NONE, COLOUR_BOLD, COLOUR_DIM, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_BLUE };

/** The escape sequence that switches to a colour on this stream, or "" where colours make no sense. */
const char *terminal_colour(FILE *stream, enum colour colour);

/** The columns of the terminal behind stderr, or 80. */
unsigned terminal_width(void);

/** The word of a list (ending with NULL) that is nearest to one that was mistyped, or NULL if none is near. */
const char *nearest_word(const char *word, const char *const *words);

#endif
