/* connection.h: an AMQP connection as a task: a driver of the engine's and a socket. */
#ifndef BARYON_PROACTOR_CONNECTION_H
#define BARYON_PROACTOR_CONNECTION_H

#include "proactor/netaddr.h"
#include "proactor/resolver.h"
#include "proactor/task.h"
#include "proactor/work_queue.h"
#include <proton/connection_driver.h>

enum pni_stage {
  PNI_RESOLVING,  /* `lookup` will say where to connect to */
  PNI_CONNECTING, /* the socket is on its way to `candidate` */
  PNI_CONNECTED,
  PNI_CUT /* there is no socket and will be none: the driver has been closed */
};

struct pni_connection {
  struct pni_task *task;
  pn_connection_driver_t driver; /* its connection is NULL once released */
  uint8_t stage;                 /* enum pni_stage */
  bool
      readable : 1; /* the socket may have something: until a read said EAGAIN, or was short with no hang-up seen */
  bool writable : 1;   /* the same for writing */
  bool hangup : 1;     /* the peer has ended its side, or there is an error */
  bool handed_out : 1; /* events have been handed out since the last I/O */
  bool shut : 1;       /* our side is shut down */
  bool woken : 1;      /* by what came last, so that there was no I/O */
  uint8_t rounds;      /* of I/O in this batch */
  uint32_t bytes;      /* read in this batch */
  int unresolved;      /* no name was found: one of getaddrinfo's codes */
  int no_socket;       /* there is none to use: an errno */
  struct pni_short_address remote;
  struct pni_lookup *lookup;        /* until connected */
  const struct addrinfo *candidate; /* in it */
  pn_netaddr_t *addresses;          /* local and remote, once asked for */
  char *text;                       /* the address as the application wrote it, for messages; or NULL */
};

/* The socket of an accepted connection, which from now on is the listener's proactor's; `error` instead if there was none. Both
 * objects may be NULL. */
void pni_connection_accepted(pn_proactor_t *proactor, pn_connection_t *conn, pn_transport_t *transport,
    int fd, const struct pni_short_address *remote, int error, const char *text);

/* The task that runs a connection, and of which generation it is; NULL: none. Any thread. */
struct pni_task *pni_connection_task(pn_connection_t *conn, uint32_t *generation);

/* The one whose batch the caller holds. */
struct pni_connection *pni_connection_of(pn_connection_t *conn);

/* Of a connection's transport, while it has a proactor. */
const pn_netaddr_t *pni_transport_address(pn_transport_t *transport, bool remote);

/* The task's object as an AMQP connection, or NULL. */
struct pni_connection *pni_task_connection(struct pni_task *task);

#endif
