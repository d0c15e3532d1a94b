/* link.h: pn_link_t inside. [2.6] */
#ifndef BARYON_ENGINE_LINK_H
#define BARYON_ENGINE_LINK_H

#include "engine/endpoint.h"
#include "engine/payload.h"
#include "engine/serial.h"
#include "engine/terminus.h"
#include "engine/tree.h"
#include <proton/link.h>

/* Which way a link goes, to be seen at one look by what every message calls. */
enum pni_role {
  PNI_UNUSUAL, /* to be found out: its calls are checked, or somebody looks at the connection's work list */
  PNI_SENDS,
  PNI_RECEIVES
};

struct pn_link_t {
  struct pni_endpoint endpoint;
  pn_session_t *session;
  pn_link_t *next, *prev;                 /* all links of the connection */
  pn_link_t *session_next, *session_prev; /* the links of the session */
  pn_link_t *same_name;                   /* chain in the session's map of names */
  char *name;                             /* behind the struct */
  uint32_t name_size;
  uint32_t local_handle, remote_handle; /* PNI_NO_HANDLE while not attached on that side [2.6.2] */
  bool sender : 1;
  bool named : 1;  /* in the session's map of names */
  bool detach : 1; /* the detach that is due does not close */
  bool detach_sent : 1;
  bool remote_gone : 1; /* the peer has detached what it attached */
  bool drain : 1;       /* receiver: wanted; sender: the peer's */
  bool drain_once : 1;  /* receiver: pn_link_drain set it, pn_link_flow takes it back */
  bool drained_due : 1; /* sender: has given up credit, a flow says so once its queue is empty */
  bool errant : 1;      /* was detached with an error: what still comes for it is dropped [2.6.5] */
  bool dropping : 1;    /* receiver: the rest of a delivery that nobody wants is coming */
  bool blocked : 1;     /* sender: on the session's list of those that wait for its window */
  bool echo_due : 1;    /* the peer asked for a flow */
  bool works;           /* somebody looks at the connection's work list: its deliveries are kept on it */
  uint8_t role;         /* enum pni_role */
  uint8_t snd_settle_mode, rcv_settle_mode;
  uint8_t remote_snd_settle_mode, remote_rcv_settle_mode;
  /* Flow [2.6.7], as the API counts: sender: credit given and not used by an advance, deliveries advanced and not yet
   * written; receiver: credit issued and not used by an advance, deliveries arrived and not yet advanced over. */
  pni_serial delivery_count;
  int32_t credit, queued;
  int32_t available; /* sender: what we offer; receiver: what the peer offers */
  int32_t drained;   /* receiver: credit given back by the peer and not yet told; */
  /* Deliveries, in order. */
  pn_delivery_t *unsettled, **unsettled_end; /* where the next one is to be entered */
  pn_delivery_t *current;
  pn_delivery_t *unsent;    /* sender: the first one of which something has still to be framed */
  pn_delivery_t *receiving; /* receiver: the one whose last frame has not come */
  struct pni_arrivals
      *arrivals; /* receiver: what has come and is not a delivery yet, in the payload's block */
  pn_link_t *blocked_next;
  struct pni_payload
      payload; /* of its deliveries, in their order: sender: given and not yet framed; receiver: arrived and
                                 not yet taken */
  uint32_t unsettled_count;
  pn_terminus_t source, target, remote_source, remote_target;
  uint64_t max_message_size, remote_max_message_size;
  struct pni_tree properties, remote_properties;
};

/* A link that the peer attached first; NULL without memory. It is named: see pni_link_name_again. */
pn_link_t *pni_link_new(pn_session_t *ssn, bool sender, pn_bytes_t name);

/* The link of that name and role that an incoming attach means, or NULL: the first that was made here and that the peer has
 * not attached. */
pn_link_t *pni_link_find(pn_session_t *ssn, pn_bytes_t name, bool sender);

/* The link of that name and role that the peer has attached already, or NULL: a new attach takes its place. [2.6.1] */
pn_link_t *pni_link_rival(pn_session_t *ssn, pn_bytes_t name, bool sender);

/* A link is found by its name as long as an attach of the peer's may mean it: until the peer has closed it, or has attached
 * it and it is closed here without an error. To be called when its states have changed. */
void pni_link_name_again(pn_link_t *link);

/* No attach means it any more: it is over, or another link has its name now. */
void pni_link_unname(pn_link_t *link);

/* The first of two attaches, before either side is attached: what was granted before is void. [2.6.7] */
void pni_link_void_credit(pn_link_t *link);

/* Its session is mapped on neither side any more: it has no handles, and what of its deliveries was under way is lost. */
void pni_link_unmapped(pn_link_t *link);

/* The connection has been unbound, and the session unmapped. */
void pni_link_unbound(pn_link_t *link);

#endif
