/* session.h: pn_session_t inside. [2.5] */
#ifndef BARYON_ENGINE_SESSION_H
#define BARYON_ENGINE_SESSION_H

#include "engine/connection.h"
#include "engine/delivery_ids.h"
#include "engine/endpoint.h"
#include "engine/map.h"
#include "engine/numbers.h"
#include "engine/serial.h"
#include "engine/transport.h"
#include "engine/window.h"
#include <proton/session.h>

/* [2.5.5]; what `in map` and `out map` say there is remote_channel and local_channel here. */
enum pni_session_state {
  PNI_UNMAPPED,
  PNI_BEGIN_SENT,
  PNI_BEGIN_RECEIVED,
  PNI_MAPPED,
  PNI_END_SENT,
  PNI_END_RECEIVED,
  PNI_SESSION_DISCARDING, /* end was sent with an error: everything is dropped until the peer's end */
  PNI_SESSION_STATE_COUNT
};

#define PNI_NO_CHANNEL UINT32_MAX
#define PNI_NO_HANDLE  UINT32_MAX

struct pn_session_t {
  struct pni_endpoint endpoint;
  pn_connection_t *connection;
  pn_session_t *next, *prev;
  pn_link_t *links, *last_link; /* of this session, in order of creation */
  uint32_t link_count;
  uint32_t local_channel, remote_channel; /* PNI_NO_CHANNEL while not mapped */
  uint8_t state;                          /* enum pni_session_state */
  bool flow_due;                          /* a flow without a handle is due */
  uint32_t remote_handle_max;
  struct pni_numbers handles;      /* outgoing ones */
  struct pni_map incoming_handles; /* the peer's, to links */
  struct pni_map names;            /* hash of name and role to links, chained by same_name */
  struct pni_window window;
  struct pni_delivery_ids outgoing; /* deliveries that we sent and that are not settled */
  struct pni_delivery_ids incoming;
  pn_link_t *arriving;                                    /* which of the links has arrivals: one at most */
  pn_link_t *blocked, *last_blocked;                      /* senders that wait for the window to open */
  pn_delivery_t *due_dispositions, *last_due_disposition; /* each speaks for the ids up to its `due_last` */
  pn_delivery_t *due_run; /* the last of them, if it is settled and may speak for more */
  pn_delivery_t *
      next_due; /* its state is that run's and its id the next one: once it is settled, the run speaks for it */
  size_t incoming_bytes, outgoing_bytes; /* arrived and not taken; given and not yet framed */
  uint32_t incoming_deliveries;          /* arrived, or arriving, and not advanced over */
  uint32_t incoming_complete;            /* of these, whose last frame has come */
  uint64_t recent_bytes;          /* payload of the last PNI_RECENT_FRAMES incoming transfer frames, about */
  uint32_t low_water_frames;      /* below this the window is to be reopened */
  size_t incoming_capacity;       /* pn_session_set_incoming_capacity, else 0 */
  uint32_t max_window, low_water; /* pn_session_set_incoming_window_and_lwm, else 0 */
};

/* A session that the peer began. */
pn_session_t *pni_session_new(pn_connection_t *conn);

/* A sender has to wait for the window; when it opens all that wait owe TRANSFER again. */
void pni_session_block(pn_session_t *ssn, pn_link_t *link);
void pni_session_unblock(pn_session_t *ssn);

/* The window to announce now. */
uint32_t pni_session_target(pn_session_t *ssn);

/* The window that was announced runs low: owe a flow if there is more to announce. */
PNI_COLD void pni_session_reopen(pn_session_t *ssn);

static inline bool pni_session_runs_low(const pn_session_t *ssn) {
  return PNI_UNLIKELY(ssn->window.incoming_window < ssn->low_water_frames);
}
static inline void pni_session_look(pn_session_t *ssn) {
  if (pni_session_runs_low(ssn)) pni_session_reopen(ssn);
}

/* What is recent once one more transfer frame has come. */
enum { PNI_RECENT_FRAMES = 16 };
static inline uint64_t pni_session_recent(uint64_t bytes, size_t payload) {
  return bytes - bytes / PNI_RECENT_FRAMES + payload;
}

/* A transfer frame has come. It has used the window that was announced: owe a flow if that runs low and can be reopened. */
static inline void pni_session_used(pn_session_t *ssn, size_t payload) {
  ssn->recent_bytes = pni_session_recent(ssn->recent_bytes, payload);
  pni_session_look(ssn);
}

/* Bytes of incoming deliveries have been taken, or dropped: reopen the window if that is worth a flow. */
static inline void pni_session_count_taken(pn_session_t *ssn, size_t bytes) {
  pn_transport_t *const transport = ssn->connection->transport;
  ssn->incoming_bytes -= bytes;
  if (transport) transport->buffered -= bytes;
}
static inline void pni_session_taken(pn_session_t *ssn, size_t bytes) {
  pni_session_count_taken(ssn, bytes);
  pni_session_look(ssn);
}

/* It is mapped on neither side any more: forget what was counted by handle and delivery-id, and take its links off the wire.
 * It may be gone then. */
void pni_session_unmapped(pn_session_t *ssn);

/* The connection has been unbound. */
void pni_session_unbound(pn_session_t *ssn);

#endif
