/* endpoint.h: what connections, sessions and links have in common: two states, two conditions, what they owe the peer,
 * and who keeps their memory.
 *
 * Life: the application makes an endpoint and frees it; its parent owns it (connection > session > link > delivery). The
 * object's count of references: one is the engine's (of a connection: its maker's), the others are the application's and
 * its events'. Once the application has freed an endpoint, its children are done, and the protocol needs it no more, the
 * FINAL event is queued and the engine gives up its reference. Whoever has one then keeps the memory, not the object, and
 * with it its parents' memory: `held` counts the children whose memory exists. */
#ifndef BARYON_ENGINE_ENDPOINT_H
#define BARYON_ENGINE_ENDPOINT_H

#include "base/object.h"
#include "engine/condition.h"
#include <proton/error.h>
#include <proton/event.h>
#include <proton/object.h>
#include <proton/types.h>
#include <stdbool.h>
#include <stdint.h>

enum pni_kind { PNI_CONNECTION, PNI_SESSION, PNI_LINK };

/* One side's state, as the API shows it. */
enum pni_side { PNI_UNINIT, PNI_ACTIVE, PNI_CLOSED };

/* What an endpoint owes the peer. One endpoint's debts are paid in this order, endpoints in the order in which they
 * came to owe; who has to wait for another (attach for begin, end for its links, close for sessions) goes behind it. */
enum pni_due {
  PNI_DUE_OPEN = 1,        /* open, begin, attach */
  PNI_DUE_FLOW = 2,        /* session or link */
  PNI_DUE_DISPOSITION = 4, /* session: its list of deliveries */
  PNI_DUE_TRANSFER = 8,    /* link: from its first delivery with something to send */
  PNI_DUE_CLOSE = 16       /* detach, end, close */
};

struct pni_endpoint {
  struct pni_endpoint *due_next; /* the connection's queue of endpoints that owe */
  pn_record_t *record;           /* made when asked for */
  pn_condition_t condition;      /* what this side closes with */
  pn_condition_t remote_condition;
  uint32_t owing;  /* children with a debt, whether they are on the queue or wait */
  uint32_t held;   /* children whose memory exists */
  uint32_t order;  /* in which the connection's endpoints were made */
  uint8_t kind;    /* enum pni_kind */
  uint8_t local;   /* enum pni_side */
  uint8_t remote;  /* enum pni_side */
  uint8_t due;     /* bits of enum pni_due */
  bool queued : 1; /* on the queue; exactly while due != 0, bound, and not waiting for credit or window */
  bool freed : 1;  /* the application has let go */
  bool done : 1;   /* the engine has given up its reference, and queued the FINAL event */
};

/* What differs from kind to kind. */
struct pni_endpoint_type {
  pn_event_type_t init, local_open, remote_open, local_close, remote_close, final;
  bool (*over)(struct pni_endpoint *);     /* whether the protocol needs it no more */
  void (*take_out)(struct pni_endpoint *); /* of its parent's lists */
  void (*clear)(struct pni_endpoint *);    /* free what it holds, but for what all have */
};
extern const struct pni_endpoint_type pni_connection_type, pni_session_type, pni_link_type;

/* A new object of a class, zeroed but for its kind; NULL without memory. A parent is to be held by the caller. */
void *pni_endpoint_new(const pn_class_t *clazz, size_t size, enum pni_kind kind);

/* It has got all that it begins with: number it, and queue the INIT event. */
void pni_endpoint_begin(struct pni_endpoint *endpoint);

/* The pn_state_t of <proton/connection.h>. */
pn_state_t pni_endpoint_state(const struct pni_endpoint *endpoint);

/* Whether a state filter of pn_session_head and its kin lets the endpoint through. */
bool pni_endpoint_matches(const struct pni_endpoint *endpoint, pn_state_t filter);

/* Open or close on this side: changes the state, queues LOCAL_OPEN or LOCAL_CLOSE and, if bound, TRANSPORT, and enters
 * the debt. Nothing if it is already so. */
void pni_endpoint_open(struct pni_endpoint *endpoint);
void pni_endpoint_close(struct pni_endpoint *endpoint);

/* The application did something that the peer is to know of: queue the event, enter the debt, if any, and queue TRANSPORT if
 * bound. */
void pni_endpoint_tell(struct pni_endpoint *endpoint, pn_event_type_t type, unsigned due);

/* The peer opened or closed. Changes the state and queues the event. The close of a session or connection that the
 * application has freed is answered for it. */
void pni_endpoint_remote_open(struct pni_endpoint *endpoint);
void pni_endpoint_remote_close(struct pni_endpoint *endpoint);

/* Owe the peer something: get on the connection's queue if bound and not on it yet. An empty queue is no longer empty then,
 * which the application is told with TRANSPORT, unless the transport is at work anyway. */
void pni_endpoint_owe_slow(struct pni_endpoint *endpoint, enum pni_due due);
static inline bool pni_endpoint_owes(const struct pni_endpoint *endpoint, enum pni_due due) {
  return endpoint->queued && (endpoint->due & due) == due;
}
static inline void pni_endpoint_owe(struct pni_endpoint *endpoint, enum pni_due due) {
  if (PNI_UNLIKELY(!pni_endpoint_owes(endpoint, due))) pni_endpoint_owe_slow(endpoint, due);
}

/* A debt is paid. If it was the last of a link or session, and its parent has waited with end or close for that, the parent
 * is put on the queue. */
void pni_endpoint_paid(struct pni_endpoint *endpoint, enum pni_due due);

/* Owe exactly this, off the queue: what was owed to a transport is void. */
void pni_endpoint_owe_anew(struct pni_endpoint *endpoint, unsigned due);

/* Enter the queue if there is a debt. Bound. */
void pni_endpoint_queue(struct pni_endpoint *endpoint);

/* After anything that may have been the last thing the protocol or the application wanted: give up the engine's
 * reference if both are done. The endpoint may be gone then, and its parent, too. */
void pni_endpoint_settle(struct pni_endpoint *endpoint);

/* A child's memory has come into being, or has gone: the parent's memory stays as long as there is one. */
static inline void pni_endpoint_hold(struct pni_endpoint *endpoint) { endpoint->held++; }
void pni_endpoint_unhold(struct pni_endpoint *endpoint);

/* The connection an endpoint belongs to; itself if it is one. */
pn_connection_t *pni_endpoint_connection(struct pni_endpoint *endpoint);

/* Queue an event about the endpoint if somebody collects. */
void pni_endpoint_event(struct pni_endpoint *endpoint, pn_event_type_t type);

/* The application's functions that are the same for all. */
void *pni_endpoint_context(const struct pni_endpoint *endpoint);
void pni_endpoint_set_context(struct pni_endpoint *endpoint, void *context);
pn_record_t *pni_endpoint_attachments(struct pni_endpoint *endpoint);
pn_error_t *pni_endpoint_error(void); /* one for all, that says nothing */

/* A reference for the time being. */
static inline void pni_endpoint_incref(void *object) { pni_object_incref(object); }
static inline void pni_endpoint_decref(void *object) { pni_object_decref(object); }

/* Their classes' slot `free`: give the memory back once no child holds it. */
void pni_endpoint_release(void *object);

#endif
