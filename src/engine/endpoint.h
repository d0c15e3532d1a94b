/* endpoint.h: what connections, sessions and links have in common: two states, two conditions, what they owe the peer,
 * and who keeps their memory.
 *
 * Life: the application makes an endpoint and frees it; its parent owns it (connection > session > link > delivery).
 * `count` of the object's header counts references: one is the engine's, the others are the application's and its
 * events'. `held` counts children whose memory still exists, and keeps the memory of a parent without showing in the
 * count. The engine gives up its reference once the application has freed the endpoint and the protocol is done with it
 * (pni_endpoint_done). If a collector is there and nobody else has a reference, that reference goes to the FINAL event;
 * else the FINAL event follows when the last of the others is dropped, which pni_endpoint_decref notices. */
#ifndef BARYON_ENGINE_ENDPOINT_H
#define BARYON_ENGINE_ENDPOINT_H

#include "engine/condition.h"
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
  uint8_t kind;    /* enum pni_kind */
  uint8_t local;   /* enum pni_side */
  uint8_t remote;  /* enum pni_side */
  uint8_t due;     /* bits of enum pni_due */
  bool queued : 1; /* on the queue; exactly while due != 0, bound, and not waiting for credit or window */
  bool freed : 1;  /* the application has let go */
  bool done : 1;   /* the engine has given up its reference */
  bool final : 1;  /* the FINAL event has been queued */
};

/* The pn_state_t of <proton/connection.h>. */
pn_state_t pni_endpoint_state(const struct pni_endpoint *endpoint);

/* Whether a state filter of pn_session_head and its kin lets the endpoint through. */
bool pni_endpoint_matches(const struct pni_endpoint *endpoint, pn_state_t filter);

/* Open or close on this side: changes the state, queues LOCAL_OPEN or LOCAL_CLOSE and, if bound, TRANSPORT, and enters
 * the debt. Nothing if it is already so. */
void pni_endpoint_open(struct pni_endpoint *endpoint);
void pni_endpoint_close(struct pni_endpoint *endpoint);

/* The peer opened or closed. Changes the state and queues the event. */
void pni_endpoint_remote_open(struct pni_endpoint *endpoint);
void pni_endpoint_remote_close(struct pni_endpoint *endpoint);

/* Owe the peer something: get on the connection's queue if bound and not on it yet. */
void pni_endpoint_owe(struct pni_endpoint *endpoint, enum pni_due due);

/* A debt is paid. If it was the last of a link or session, and its parent has waited with end or close for that, the parent
 * is put on the queue. */
void pni_endpoint_paid(struct pni_endpoint *endpoint, enum pni_due due);

/* After anything that may have been the last thing the protocol or the application wanted: give up the engine's
 * reference if both are done. The endpoint may be gone then. */
void pni_endpoint_settle(struct pni_endpoint *endpoint);

/* A child's memory has come into being, or has gone: the parent's memory stays as long as there is one. */
static inline void pni_endpoint_hold(struct pni_endpoint *endpoint) { endpoint->held++; }
void pni_endpoint_unhold(struct pni_endpoint *endpoint);

/* The connection an endpoint belongs to; itself if it is one. */
pn_connection_t *pni_endpoint_connection(struct pni_endpoint *endpoint);

/* Queue an event about the endpoint if somebody collects. */
void pni_endpoint_event(struct pni_endpoint *endpoint, pn_event_type_t type);

void *pni_endpoint_context(const struct pni_endpoint *endpoint);
void pni_endpoint_set_context(struct pni_endpoint *endpoint, void *context);
pn_record_t *pni_endpoint_attachments(struct pni_endpoint *endpoint);

/* Classes of endpoints use these for their slots. */
void pni_endpoint_incref(void *object);
void pni_endpoint_decref(void *object);

#endif
