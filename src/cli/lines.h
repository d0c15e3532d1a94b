/* lines.h: lines of a file or pipe, read by a thread of its own so that waiting for them holds nobody up. */
#ifndef BARYON_CLI_LINES_H
#define BARYON_CLI_LINES_H

#include <stddef.h>

struct lines;

enum lines_result { LINES_ONE, LINES_WAIT, LINES_END, LINES_FAILED };

/** Begin to read. @param notify  called in the thread when there is something after LINES_WAIT
 *  @return  NULL if no thread can be had; errno says why */
struct lines *lines_begin(int fd, void (*notify)(void *context), void *context);

/** The next line, without its end.
 *
 *  @param text  set for LINES_ONE, to be freed; size octets, which may hold any
 *  @return      LINES_FAILED: reading failed, errno says why */
enum lines_result lines_next(struct lines *lines, char **text, size_t *size);

/** Stop reading, at once. NULL is let pass. */
void lines_end(struct lines *lines);

#endif
