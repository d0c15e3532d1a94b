#ifndef PROTON_RAW_CONNECTION_H
#define PROTON_RAW_CONNECTION_H 1

/**
 * @file
 * Buffers of raw connections, which <proton/tls.h> works on.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Memory of the application, and what is in it. */
typedef struct pn_raw_buffer_t {
  uintptr_t context; /**< the application's */
  char *bytes;       /**< NULL: there is no buffer here */
  uint32_t capacity; /**< octets at `bytes` */
  uint32_t size;     /**< octets of data at `offset` */
  uint32_t offset;   /**< where data begin, or are to */
} pn_raw_buffer_t;

#ifdef __cplusplus
}
#endif

#endif /* PROTON_RAW_CONNECTION_H */
