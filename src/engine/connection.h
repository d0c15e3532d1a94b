/* connection.h: pn_connection_t inside: the root of the tree of endpoints, whether bound to a transport or not. */
#ifndef BARYON_ENGINE_CONNECTION_H
#define BARYON_ENGINE_CONNECTION_H

#include "engine/endpoint.h"
#include "engine/host.h"
#include "engine/tree.h"
#include <proton/connection.h>
#include <proton/connection_driver.h>

struct pn_connection_t {
  struct pni_endpoint endpoint;
  pn_transport_t *transport;             /* while bound */
  pn_collector_t *collector;             /* a reference, or NULL */
  pn_session_t *sessions, *last_session; /* in order of creation */
  pn_link_t *links, *last_link;          /* of all sessions, in order of creation */
  pn_delivery_t *work, *last_work;       /* pn_work_head */
  struct pni_endpoint *due, *last_due;   /* who owes the peer something */
  uint32_t made;                         /* how many endpoints have been, for their `order` */
  bool works;                            /* somebody has asked for `work` */
  char *container, *hostname, *user, *password, *authorization;
  struct pni_tree offered_capabilities, desired_capabilities, properties;
  struct pni_remote_open *remote; /* what the peer's open said, while bound */
  pn_connection_driver_t *driver; /* the slot of pn_connection_driver_ptr */
  struct pni_host host;
};

/* What the peer's open said beyond numbers. */
struct pni_remote_open {
  char *container, *hostname;
  struct pni_tree offered_capabilities, desired_capabilities, properties;
};

/* Forget all that binding brought: remote states and conditions, wire states, what is owed. After unbind and reset. */
void pni_connection_unbound(pn_connection_t *conn);

/* Enter everything that was opened before binding into the queue of debts. */
void pni_connection_bound(pn_connection_t *conn);

#endif
