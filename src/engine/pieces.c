/* pieces.c: a transport's output as several runs of bytes, and the room for its input.
 *
 * The output is the octets of a buffer, with payload spliced in between: each segment goes behind so many more octets of the
 * buffer, its gap. What is behind the last segment is only in the buffer.
 *
 * Invariant: splices.size is the sum of the segments' sizes, splices.covered that of their gaps, and no more than the buffer
 * holds. */
#include "engine/pieces.h"

#include "engine/frames.h"
#include "engine/trace.h"
#include <string.h>

enum { ENOUGH = PNI_OUTPUT_ENOUGH - PNI_OUTPUT_SLACK };

/* As much is waiting as should: with nothing more in the sink, there is enough in it. */
static void look_at_size(pn_transport_t *transport) {
  transport->sink_most = transport->splices.size < PNI_SPLICES_ENOUGH ? ENOUGH : 0;
}

bool pni_output_splices(const pn_transport_t *transport) {
  return transport->gathers && transport->sink == &transport->output && !pni_traces(transport);
}

void pni_frame_close_spliced(pn_transport_t *transport, uint16_t channel, const struct pni_writer *writer,
    struct pni_segments *payload, size_t size) {
  struct pni_splices *const splices = &transport->splices;
  pni_frame_close(transport, PNI_FRAME_AMQP, channel, writer, 0);
  pni_store32(writer->start - PNI_FRAME_HEADER, (uint32_t)(PNI_FRAME_HEADER + writer->size + size));
  payload->first->gap = pni_buffer_size(&transport->output) - splices->covered;
  splices->covered += payload->first->gap;
  splices->size += size;
  pni_segments_join(&splices->segments, payload);
  look_at_size(transport);
}

/* Pieces have no const, as struct iovec has none. */
static struct pni_piece payload_piece(const struct pni_segment *segment) {
  struct pni_piece piece = {.size = segment->size};
  memcpy(&piece.base, &segment->start, sizeof piece.base);
  return piece;
}

size_t pni_output_pieces(pn_transport_t *transport, struct pni_piece *pieces, size_t max) {
  const struct pni_buffer *const output = &transport->output;
  uint8_t *octets = output->block ? pni_buffer_bytes(output) : NULL;
  size_t count = 0;
  for (struct pni_segment *segment = transport->splices.segments.first; segment && count < max;
       segment = segment->next) {
    if (segment->gap > 0) {
      pieces[count++] = (struct pni_piece){octets, segment->gap};
      octets += segment->gap;
    }
    if (count < max) pieces[count++] = payload_piece(segment);
  }
  const size_t rest = pni_buffer_size(output) - transport->splices.covered;
  if (rest > 0 && count < max) pieces[count++] = (struct pni_piece){octets, rest};
  return count;
}

void pni_output_drop(pn_transport_t *transport, size_t size) {
  struct pni_splices *const splices = &transport->splices;
  struct pni_segment *segment;
  size_t octets = 0;
  while (size > 0 && (segment = splices->segments.first)) {
    const size_t gap = segment->gap < size ? segment->gap : size;
    segment->gap -= gap;
    splices->covered -= gap;
    octets += gap;
    size -= gap;
    const size_t part = segment->size < size ? segment->size : size;
    segment->start += part;
    segment->size -= part;
    splices->size -= part;
    size -= part;
    if (segment->size == 0) pni_segments_drop(&splices->segments);
  }
  octets += size;
  if (octets > 0) pni_buffer_drop(&transport->output, octets);
  look_at_size(transport);
}

void pni_splices_clear(pn_transport_t *transport) {
  pni_segments_clear(&transport->splices.segments);
  transport->splices.size = transport->splices.covered = 0;
  look_at_size(transport);
}

size_t pni_transport_gather(pn_transport_t *transport, struct pni_piece *pieces, size_t max) {
  transport->gathers = true;
  if (pn_transport_pending(transport) <= 0) return 0;
  return pni_output_pieces(transport, pieces, max);
}

/* Of layers before that of AMQP it is not known what they still have to say. */
static bool may_owe(const pn_transport_t *transport) {
  const pn_connection_t *const conn = transport->connection;
  if (transport->layers.count != 1 || transport->layers.stack[0] != &pni_layer_amqp || !conn) return true;
  return conn->due || transport->failed || transport->close_sent || transport->idle.keepalive ||
         pni_buffer_size(&transport->output) > 0 || transport->splices.size > 0;
}

bool pni_transport_written(pn_transport_t *transport, size_t size) {
  pn_transport_pop(transport, size);
  return may_owe(transport);
}
