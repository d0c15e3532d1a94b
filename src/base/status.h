/* status.h: the one result type of everything inside that can fail.
 *
 * The values are those of <proton/error.h>, so that a function of the API returns an inner status as it is. A function
 * that returns a pni_status is declared PNI_NODISCARD: whoever calls it looks at it. */
#ifndef BARYON_BASE_STATUS_H
#define BARYON_BASE_STATUS_H

#include "base/compiler.h"

typedef enum {
  PNI_OK = 0,
  PNI_FAILED = -2,       /* a fault of no other kind */
  PNI_OVERFLOW = -3,     /* the output has no room */
  PNI_UNDERFLOW = -4,    /* the input ends too early */
  PNI_BAD_STATE = -5,    /* not now */
  PNI_BAD_ARGUMENT = -6, /* not with this; of decoders: these bytes are not what they should be */
  PNI_NO_MEMORY = -10    /* no memory, or a limit that stands for it */
} pni_status;

/* Return what went wrong, if anything did. Only where nothing has been acquired yet. */
#define TRY(call)                                                                                            \
  do {                                                                                                       \
    const pni_status try_status = (call);                                                                    \
    if (PNI_UNLIKELY(try_status != PNI_OK)) return try_status;                                               \
  } while (0)

#endif
