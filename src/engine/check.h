/* check.h: whether the engine's objects agree with each other: lists both ways, queues, counts, maps.
 *
 * From a debugger, at any time between two calls of the API:   (gdb) call pni_engine_check(conn)
 *
 * Builds with BARYON_DEBUG_CHECKS do it themselves: PNI_TOUCHED looks at what a call has touched, at no more than a few dozen
 * objects of each list, and now and then at the whole tree, so rarely that a call costs the same however much is open. */
#ifndef BARYON_ENGINE_CHECK_H
#define BARYON_ENGINE_CHECK_H

#include "engine/endpoint.h"

/* What does not hold in a connection and all that belongs to it, as the text of the condition; NULL: all is well. */
const char *pni_engine_fault(pn_connection_t *conn);

/* The same for one endpoint, without a walk of any long list. */
const char *pni_endpoint_fault(struct pni_endpoint *endpoint);

/* Print what does not hold, and abort. */
void pni_engine_check(pn_connection_t *conn);

/* After a call that changed something of an endpoint, which still exists. */
void pni_engine_touched(struct pni_endpoint *endpoint);

#ifdef BARYON_DEBUG_CHECKS
#  define PNI_TOUCHED(endpoint) pni_engine_touched(endpoint)
#else
#  define PNI_TOUCHED(endpoint) ((void)(endpoint))
#endif

#endif
