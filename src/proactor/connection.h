/* connection.h: an AMQP connection as a task: a driver of the engine's and a socket. */
#ifndef BARYON_PROACTOR_CONNECTION_H
#define BARYON_PROACTOR_CONNECTION_H

#include "engine/buffer.h"
#include "proactor/socket.h"
#include "proactor/work_queue.h"
#include <proton/connection_driver.h>

struct pni_connection {
  struct pni_task *task;
  pn_connection_driver_t driver; /* its connection is NULL once released */
  struct pni_socket socket;      /* CUT: the driver has been closed */
  bool handed_out : 1;           /* events have been handed out since the last I/O */
  bool owes : 1;                 /* something may be owed to the peer: not since all was written */
  bool shut : 1;                 /* our side is shut down */
  bool ended : 1;                /* the final event has been handed out */
  bool awaits_open : 1;          /* a server's, whose client has not opened when it was looked at last */
  bool woken : 1;                /* by what came last, so that there was no I/O */
  uint8_t rounds;                /* of I/O in this batch */
  bool flushed;   /* frames may go by themselves, and all that was made has left; under WRITER */
  uint32_t bytes; /* read in this batch */
  struct pni_buffer *heartbeat; /* what of one has not left, which goes before all else; under WRITER */
};

/* What a listener has accepted is the listener's proactor's from now on; `error` and the listener's address if that was nobody. Both
 * objects may be NULL. */
void pni_connection_accepted(pn_proactor_t *proactor, pn_connection_t *conn, pn_transport_t *transport,
    const struct pni_accepted *accepted, int error, const char *text);

/* The task that runs a connection, and of which generation it is; NULL: none. Any thread. */
struct pni_task *pni_connection_task(pn_connection_t *conn, uint32_t *generation);

/* The one whose batch the caller holds. */
struct pni_connection *pni_connection_of(pn_connection_t *conn);

/* Of a connection's transport, while it has a proactor. */
const pn_netaddr_t *pni_transport_address(pn_transport_t *transport, bool remote);

/* The task's object as an AMQP connection, or NULL. */
struct pni_connection *pni_task_connection(struct pni_task *task);

#endif
