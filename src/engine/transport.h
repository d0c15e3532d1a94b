/* transport.h: pn_transport_t inside: bytes in, bytes out, and the protocol's state that lives as long as they do.
 *
 * Life: a transport has a reference to the connection that it is bound to. When its own last reference goes while others have
 * one to the connection, that is turned round: the connection has a reference to the transport, and no more is kept by it, until
 * the connection's last reference goes. So either of them is enough to keep both, and none keeps itself. */
#ifndef BARYON_ENGINE_TRANSPORT_H
#define BARYON_ENGINE_TRANSPORT_H

#include "engine/buffer.h"
#include "engine/condition.h"
#include "engine/idle.h"
#include "engine/layer.h"
#include "engine/logger.h"
#include "engine/map.h"
#include "engine/numbers.h"
#include "engine/payload.h"
#include <proton/error.h>
#include <proton/event.h>
#include <proton/object.h>
#include <proton/transport.h>

/* [2.4.6], once the headers are exchanged or on their way. */
enum pni_connection_state {
  PNI_START,
  PNI_OPEN_SENT,
  PNI_OPEN_RECEIVED,
  PNI_OPENED,
  PNI_CLOSE_PIPE, /* open and close sent, nothing received */
  PNI_CLOSE_SENT,
  PNI_CLOSE_RECEIVED,
  PNI_DISCARDING, /* close was sent with an error: everything is dropped until the peer's close */
  PNI_ENDED,
  PNI_CONNECTION_STATE_COUNT
};

/* Runs of payload that go between the octets of the output, after each one's gap. pieces.c */
struct pni_splices {
  struct pni_segments segments;
  size_t size;    /* of all of them */
  size_t covered; /* all their gaps */
};

struct pn_transport_t {
  pn_connection_t *connection; /* while bound; a reference, unless kept */
  struct pni_layers layers;
  struct pni_buffer input;  /* what has come and is not yet a frame */
  struct pni_buffer next;   /* while read into: where the input goes on when its block is full */
  struct pni_buffer output; /* what is to go */
  struct pni_buffer *sink;  /* where frames are written, while a layer's output is asked for */
  size_t sink_most;         /* once so much is in the sink no more frames are made */
  struct pni_splices splices;
  size_t read,
      sliced; /* since the input's block was new: bytes read into it, and those that stayed in it as payload */
  uint8_t state; /* enum pni_connection_state */
  bool kept : 1; /* the connection has a reference, instead */
  bool server : 1;
  bool server_set : 1;
  bool authentication_required : 1;
  bool encryption_required : 1;
  bool authenticated : 1;
  bool taking : 1;                       /* input is being read */
  bool gathers : 1;                      /* output is taken piece by piece */
  bool offered : 1;                      /* somebody may be reading into the input's room */
  bool failed : 1;                       /* the condition says why; only close is written then */
  bool tail_closed : 1, head_closed : 1; /* no more input, no more output */
  bool tail_posted : 1, head_posted : 1, error_posted : 1, closed_posted : 1; /* events */
  bool header_sent : 1, header_received : 1;                                  /* AMQP's own [2.2] */
  bool open_sent : 1;
  bool close_sent : 1; /* the last frame has been written, or nothing more ever will be */
  bool lingers : 1;    /* a layer has a last word when the peer has had its own: the output is not over */
  uint16_t channel_max, remote_channel_max;
  uint32_t max_frame, remote_max_frame; /* as the opens say; our own is 0 for any */
  uint32_t frame_limit;                 /* the largest frame that the peer takes now */
  pn_millis_t idle_timeout, remote_idle_timeout;
  struct pni_idle idle;
  int64_t open_deadline; /* of a server's client; 0 before the first tick */
  uint64_t bytes_in, bytes_out, frames_in, frames_out;
  uint64_t messages_in,
      messages_out;           /* deliveries whose last frame has come, or left, and that were not aborted */
  struct pni_map channels;    /* incoming, to sessions */
  struct pni_map outgoing;    /* outgoing channels, to sessions */
  struct pni_numbers numbers; /* outgoing channels */
  size_t buffered;            /* bytes of incoming deliveries not yet taken */
  size_t buffered_limit;      /* pn_transport_set_max_buffered_delivery_bytes; 0: none */
  bool buffered_limit_set;    /* then it is hard */
  pn_condition_t condition;
  pn_error_t *error;
  pn_record_t *record;
  pn_logger_t logger;
  pn_tracer_t tracer;
  char *user;            /* who the peer was authenticated as, or we were; set by the layer that did it */
  struct pni_sasl *sasl; /* layers/sasl.c; NULL until asked for */
  struct pni_ssl *ssl;   /* layers/tls.c */
};

/* Whether input or output is being worked on, so that whoever does that will look for more output. */
static inline bool pni_transport_at_work(const pn_transport_t *transport) {
  return transport->taking || transport->sink;
}

/* The last reference to the connection that keeps the transport has gone. If there is another to the transport, it has one to the
 * connection again, else it is no more. */
void pni_transport_give_back(pn_transport_t *transport);

/* Queue an event about the transport if bound and collected. */
void pni_transport_event(pn_transport_t *transport, pn_event_type_t type);

/* Queue what of TAIL_CLOSED, ERROR, HEAD_CLOSED and CLOSED is due and has not been queued, in this order; once bound. An error that
 * comes after HEAD_CLOSED goes behind CLOSED. */
void pni_transport_post(pn_transport_t *transport);

/* End the connection if there was no memory for an event: an application that misses one might wait for it for ever. io.c */
void pni_transport_check_events(pn_transport_t *transport);

/* Nothing more comes in, or goes out. What waits there may still be looked at by the caller. */
void pni_transport_end_input(pn_transport_t *transport);
void pni_transport_end_output(pn_transport_t *transport);

/* Handle input that has waited for a connection. io.c */
void pni_transport_resume(pn_transport_t *transport);

/* What is to go, as far as it lies in one place: made if need be; size 0 if there is nothing. io.c */
pn_bytes_t pni_transport_front(pn_transport_t *transport);

/* What the input has of a frame stays where it is: its owner, who needs a reference more for each run; NULL if the bytes are
 * not to be kept (they do not lie in the input's own block) or there is no memory for that. io.c */
pn_shared_bytes_t *pni_transport_slice(pn_transport_t *transport, const uint8_t *bytes, size_t size);

#endif
