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

/* How a host is told from another thread that a connection has something to do: `hold` gives a context, or NULL without memory, that
 * stays valid until `release` and even if the connection has gone. */
struct pni_host_bell {
  void *(*hold)(pn_connection_t *connection);
  void (*ring)(void *context);
  void (*release)(void *context);
};

/* For the ownership checker (owner.h): who has got the batch that something belongs to, 0 for nobody, and who is inside which
 * function. */
struct pni_owner {
  atomic_long holder, inside;
  _Atomic(const char *) function;
};

/* Report what is wrong with a call, and enter it; `object` and `function` are for the report. NULL: it was not entered, which is so
 * for no owner, too. */
PN_EXTERN struct pni_owner *pni_owner_enter(
    struct pni_owner *owner, const void *object, const char *function);
PN_EXTERN void pni_owner_leave(struct pni_owner *owner);

/* The next event about a thing that is not counted and has one event at a time: `*event`, made anew if there is none or somebody has
 * kept it. PN_EVENT_NONE, or no memory: there is none any more. */
PN_EXTERN pn_event_t *pni_event_tell(
    pn_event_t **event, const pn_class_t *clazz, void *context, pn_event_type_t type);

/* Who runs a connection: a place of the host's, and which of those who were there in turn. Read by any thread, as long as the
 * connection's memory is there; written by the one that has the connection. */
struct pni_host {
  _Atomic(void *) place; /* NULL: nobody */
  atomic_uint_fast32_t generation;
  const struct pni_host_bell *bell; /* NULL: there is none */
  void *work_queue;                 /* NULL until asked for */
  struct pni_owner owner;
};
PN_EXTERN struct pni_host *pni_connection_host(pn_connection_t *connection);

/* What PN_CHECK asks for. Set when the library is loaded, and never changed. */
enum { PNI_CHECK_THREADS = 1, PNI_CHECK_STRICT = 2, PNI_CHECK_ABORT = 4 };
PN_EXTERN extern unsigned char pni_checks;

/* The calling thread, as the system numbers it. */
PN_EXTERN long pni_thread_number(void);

/* A client's transport is about to be connected to that host: who it is to be, if nobody has said (TLS). False: no memory. */
PN_EXTERN bool pni_transport_reach(pn_transport_t *transport, const char *host);

/* Whether it is a server's, and its client has not opened yet: then somebody has to look at the clock. */
PN_EXTERN bool pni_transport_awaits_open(const pn_transport_t *transport);

/* Whether frames may go by themselves: our open has left, and our close has not. */
PN_EXTERN bool pni_transport_speaks(const pn_transport_t *transport);

/* An empty frame past whoever has the connection: append to `out` what is to go next on the wire, through all layers; nothing, if none
 * can be made. All of `out` has to go before what the transport makes after that, but for what pni_transport_written() has not been told
 * of. Any thread, if it keeps the one that has the connection from input and output meanwhile, and from freeing the transport; that
 * one may be in the application's code, and call what that may call. So nothing is touched but what layers keep for their output. */
struct pni_buffer;
PN_EXTERN void pni_transport_keepalive(pn_transport_t *transport, struct pni_buffer *out);

/* What has gone through a transport. */
struct pni_traffic {
  uint64_t bytes_in, bytes_out, frames_in, frames_out;
  uint64_t messages_in, messages_out; /* whole ones */
};
PN_EXTERN void pni_transport_traffic(const pn_transport_t *transport, struct pni_traffic *traffic);

/* Of which type the next event is, PN_EVENT_NONE if there is none. */
PN_EXTERN pn_event_type_t pni_connection_next_type(const pn_connection_t *connection);

/* Put an event about the connection before all others. False: no memory. */
PN_EXTERN bool pni_connection_event_first(pn_connection_t *connection, pn_event_type_t type);

#endif
