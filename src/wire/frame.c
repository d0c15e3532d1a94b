/* frame.c: frame headers. [2.3.1] */
#include "wire/frame.h"
#include "wire/reader.h"
#include "wire/writer.h"

pni_status pni_frame_header_read(
    const uint8_t *octets, uint32_t max_size, struct pni_frame *frame, const char **what) {
  frame->size = pni_load32(octets);
  frame->offset = (uint16_t)(octets[4] * 4);
  frame->type = octets[5];
  frame->channel = pni_load16(octets + 6);
  *what = frame->size < PNI_FRAME_HEADER            ? "frame is smaller than its header"
          : frame->offset < PNI_FRAME_HEADER        ? "frame's data offset lies within its header"
          : frame->offset > frame->size             ? "frame's data offset lies beyond its end"
          : max_size != 0 && frame->size > max_size ? "frame is larger than max-frame-size"
                                                    : NULL;
  return *what ? PNI_BAD_ARGUMENT : PNI_OK;
}

void pni_frame_header_write(uint8_t *octets, uint32_t size, uint8_t type, uint16_t channel) {
  pni_store32(octets, size);
  octets[4] = PNI_FRAME_HEADER / 4;
  octets[5] = type;
  pni_store16(octets + 6, channel);
}
