#ifndef PROTON_TYPE_COMPAT_H
#define PROTON_TYPE_COMPAT_H 1

/**
 * @file
 * The standard types that every other header builds on: bool, the integers of fixed size, size_t and ssize_t.
 *
 * Any POSIX compiler of C99 or C++11 has them, so this is only the list of where they come from.
 */

#ifndef __cplusplus
#  include <stdbool.h>
#endif
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#endif /* PROTON_TYPE_COMPAT_H */
