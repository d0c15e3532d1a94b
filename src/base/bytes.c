/* bytes.c: what <proton/types.h> leaves to the library: its constants, and its inline functions for callers that do not
 * inline them. */
#include <proton/types.h>

const pn_bytes_t pn_bytes_null = {0, NULL};
const pn_rwbytes_t pn_rwbytes_null = {0, NULL};

PN_EXTERN extern inline pn_bytes_t pn_bytes(size_t size, const char *start);
PN_EXTERN extern inline pn_rwbytes_t pn_rwbytes(size_t size, char *start);
