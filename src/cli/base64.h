/* base64.h: octets as letters. [RFC 4648, 4] */
#ifndef BARYON_CLI_BASE64_H
#define BARYON_CLI_BASE64_H

#include <stdio.h>
#include <sys/types.h>

void base64_write(FILE *out, const char *bytes, size_t size);

/** Octets of letters, in room for size / 4 * 3. @return  how many; -1 if it is not base64 */
ssize_t base64_read(const char *text, size_t size, char *bytes);

#endif
