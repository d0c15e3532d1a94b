/* serial.h: RFC 1982 serial numbers of 32 bits: transfer-ids, delivery-ids, delivery-counts. [2.8.10] */
#ifndef BARYON_ENGINE_SERIAL_H
#define BARYON_ENGINE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t pni_serial;

/* How far `to` lies ahead of `from`; negative if behind. */
static inline int32_t pni_serial_distance(pni_serial from, pni_serial to) { return (int32_t)(to - from); }

static inline bool pni_serial_before(pni_serial a, pni_serial b) { return pni_serial_distance(a, b) > 0; }

#endif
