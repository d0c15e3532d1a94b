/* window.h: the arithmetic of session windows, in transfer frames. [2.5.6] Pure: no engine, no clock. */
#ifndef BARYON_ENGINE_WINDOW_H
#define BARYON_ENGINE_WINDOW_H

#include "engine/serial.h"

struct pni_window {
  pni_serial next_outgoing_id, next_incoming_id;
  pni_serial initial_outgoing_id;  /* what our begin said */
  uint32_t remote_incoming_window; /* transfers that may still be sent */
  uint32_t outgoing_window;        /* what we tell */
  uint32_t incoming_window;        /* transfers that the peer may still send, as last announced */
  uint32_t remote_outgoing_window;
};

enum { PNI_OUTGOING_WINDOW = INT32_MAX };

/* The peer's begin and flow. `known` is whether the peer says what it has received (next-incoming-id is there). */
void pni_window_begun(
    struct pni_window *window, pni_serial next_outgoing_id, uint32_t incoming, uint32_t outgoing);
/* False if the peer acknowledges transfers that were not sent. */
bool pni_window_flow(struct pni_window *window, bool known, pni_serial next_incoming_id, uint32_t incoming,
    pni_serial next_outgoing_id, uint32_t outgoing);

static inline bool pni_window_open(const struct pni_window *window) {
  return window->remote_incoming_window > 0;
}

/* One transfer frame leaves. */
static inline void pni_window_sent(struct pni_window *window) {
  window->next_outgoing_id++;
  window->remote_incoming_window--;
}

/* One transfer frame has come; false if the peer had no window for it. */
static inline bool pni_window_received(struct pni_window *window) {
  window->next_incoming_id++;
  if (window->incoming_window == 0) return false;
  window->incoming_window--;
  if (window->remote_outgoing_window > 0) window->remote_outgoing_window--;
  return true;
}

/* So many have come, for which the peer had window. */
static inline void pni_window_received_many(struct pni_window *window, uint32_t frames) {
  window->next_incoming_id += frames;
  window->incoming_window -= frames;
  window->remote_outgoing_window -=
      frames < window->remote_outgoing_window ? frames : window->remote_outgoing_window;
}

#endif
