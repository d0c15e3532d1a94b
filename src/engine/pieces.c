/* pieces.c: a transport's output as several runs of bytes, and the room for its input. */
#include "engine/pieces.h"

#include "engine/transport.h"

size_t pni_transport_gather(pn_transport_t *transport, struct pni_piece *pieces, size_t max) {
  const ssize_t pending = pn_transport_pending(transport);
  if (pending <= 0 || max == 0) return 0;
  pieces[0] = (struct pni_piece){pni_buffer_bytes(&transport->output), (size_t)pending};
  return 1;
}

void pni_transport_written(pn_transport_t *transport, size_t size) { pn_transport_pop(transport, size); }

size_t pni_transport_room(pn_transport_t *transport, struct pni_piece *pieces, size_t max) {
  const ssize_t capacity = pn_transport_capacity(transport);
  if (capacity <= 0 || max == 0) return 0;
  pieces[0] = (struct pni_piece){pn_transport_tail(transport), (size_t)capacity};
  return 1;
}

void pni_transport_filled(pn_transport_t *transport, size_t size) {
  (void)pn_transport_process(transport, size); /* its only failure is a closed tail */
}
