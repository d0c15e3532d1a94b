/* window.c: the arithmetic of session windows. [2.5.6] */
#include "engine/window.h"

/* What the peer may still be sent, from how far it says it has come and how much it takes from there. */
static uint32_t remaining(pni_serial received, uint32_t window, pni_serial next_outgoing_id) {
  const int32_t in_flight = pni_serial_distance(received, next_outgoing_id);
  if (in_flight <= 0) return window;
  return window > (uint32_t)in_flight ? window - (uint32_t)in_flight : 0;
}

void pni_window_begun(
    struct pni_window *window, pni_serial next_outgoing_id, uint32_t incoming, uint32_t outgoing) {
  window->next_incoming_id = next_outgoing_id;
  window->remote_outgoing_window = outgoing;
  window->remote_incoming_window = remaining(window->initial_outgoing_id, incoming, window->next_outgoing_id);
}

bool pni_window_flow(struct pni_window *window, bool known, pni_serial next_incoming_id, uint32_t incoming,
    pni_serial next_outgoing_id, uint32_t outgoing) {
  const pni_serial received = known ? next_incoming_id : window->initial_outgoing_id;
  if (pni_serial_distance(received, window->next_outgoing_id) < 0) return false;
  window->next_incoming_id = next_outgoing_id;
  window->remote_outgoing_window = outgoing;
  window->remote_incoming_window = remaining(received, incoming, window->next_outgoing_id);
  return true;
}
