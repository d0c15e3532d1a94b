/* frame.h: protocol headers and frame headers. [2.2, 2.3] */
#ifndef BARYON_WIRE_FRAME_H
#define BARYON_WIRE_FRAME_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

enum { PNI_FRAME_HEADER = 8, PNI_PROTOCOL_HEADER = 8 };

enum pni_frame_type { PNI_FRAME_AMQP = 0, PNI_FRAME_SASL = 1 };

struct pni_frame {
  uint32_t size;    /* all of it, the header included */
  uint16_t channel; /* of AMQP frames; of others two octets without meaning */
  uint8_t type;     /* as it came; enum pni_frame_type lists those that are defined */
  uint16_t offset;  /* octets from the frame's start to its body; what lies between is ignored */
};

/* Read a frame's header out of 8 octets. The frame itself need not be there yet. A malformed one, and one of more than
 * `max_size` octets (0: any size), is described in *what. */
PNI_NODISCARD pni_status pni_frame_header_read(
    const uint8_t *octets, uint32_t max_size, struct pni_frame *frame, const char **what);

/* Write the header of a frame without an extended one: 8 octets. */
void pni_frame_header_write(uint8_t *octets, uint32_t size, uint8_t type, uint16_t channel);

#endif
