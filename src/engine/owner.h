/* owner.h: whether whoever calls may: the ownership checker, for PN_CHECK=threads (see <baryon/check.h>). [docs/threads.md]
 *
 * A function of the API that changes something of a connection, or moves its bytes, begins with PNI_OWNED; raw connections and
 * listeners have PNI_OWNED_BY. While the checker is off that is a look at one byte. On, the call is entered in the connection's
 * owner: who is inside, and with which function.
 *
 * What no proactor has, has no owner, and is not looked at. Nothing here holds a lock or stops anybody. */
#ifndef BARYON_ENGINE_OWNER_H
#define BARYON_ENGINE_OWNER_H

#include "base/compiler.h"
#include "engine/host.h"

/* A call that has been entered; NULL: it was not. */
struct pni_visit {
  struct pni_owner *owner;
};

/* The connection's, while a proactor has it; else NULL. */
struct pni_owner *pni_owner_of(pn_connection_t *conn);

static inline void pni_visit_end(struct pni_visit *visit) {
  if (PNI_UNLIKELY(visit->owner != NULL)) pni_owner_leave(visit->owner);
}

/* At the beginning of a function: it uses an object of that owner's, a `struct pni_owner *` that is looked for only if needed. */
#define PNI_OWNED_BY(whose, object, function)                                                                \
  PNI_AT_RETURN(pni_visit_end)                                                                               \
  struct pni_visit visit = {                                                                                 \
      PNI_UNLIKELY(pni_checks != 0) ? pni_owner_enter(whose, object, function) : NULL};                      \
  (void)visit

/* ... an object of that connection. */
#define PNI_OWNED_AS(connection, object, function) PNI_OWNED_BY(pni_owner_of(connection), object, function)
#define PNI_OWNED(connection, object)              PNI_OWNED_AS(connection, object, __func__)

/* What every message calls would pay for a look at that byte, and for having something to do at its return. It looks at its link's
 * `role` instead, which says so, too: `quick` is what it does if that is what is `usual`, and `thorough` the same where nothing
 * is known. `give` is return, or nothing for a function that gives no value; `parameters` and `arguments` are lists in
 * brackets. */
#define PNI_OWNED_FUNCTION(                                                                                  \
    give, type, name, parameters, arguments, connection, object, usual, quick, thorough)                     \
  static PNI_COLD type checked_##name parameters {                                                           \
    PNI_OWNED_AS(connection, object, #name);                                                                 \
    give thorough;                                                                                           \
  }                                                                                                          \
  type name parameters {                                                                                     \
    if (PNI_LIKELY(usual)) {                                                                                 \
      give quick;                                                                                            \
    } else {                                                                                                 \
      give checked_##name arguments;                                                                         \
    }                                                                                                        \
  }

#define PNI_CONNECTION_OF_LINK(link)    ((link) ? (link)->session->connection : NULL)
#define PNI_CONNECTION_OF_DELIVERY(dlv) ((dlv) ? (dlv)->link->session->connection : NULL)

#define PNI_OWNED_CONNECTION(conn) PNI_OWNED(conn, conn)
#define PNI_OWNED_SESSION(ssn)     PNI_OWNED((ssn) ? (ssn)->connection : NULL, ssn)
#define PNI_OWNED_LINK(link)       PNI_OWNED(PNI_CONNECTION_OF_LINK(link), link)
#define PNI_OWNED_DELIVERY(dlv)    PNI_OWNED(PNI_CONNECTION_OF_DELIVERY(dlv), dlv)

#endif
