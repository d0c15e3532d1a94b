/* host.h: what who runs connections on threads (the proactor) needs of the engine beyond the public API. Exported to the
 * proactor's library and to nobody else. */
#ifndef BARYON_ENGINE_HOST_H
#define BARYON_ENGINE_HOST_H

#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Who runs a connection: a place of the host's, and which of those who were there in turn. Read by any thread, as long as the
 * connection's memory is there; written by the one that has the connection. */
struct pni_host {
  _Atomic(void *) place; /* NULL: nobody */
  atomic_uint_fast32_t generation;
  void *work_queue; /* NULL until asked for */
};
PN_EXTERN struct pni_host *pni_connection_host(pn_connection_t *connection);

/* Put an event about the connection before all others. False: no memory. */
PN_EXTERN bool pni_connection_event_first(pn_connection_t *connection, pn_event_type_t type);

#endif
