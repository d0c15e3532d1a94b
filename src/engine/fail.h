/* fail.h: the peer committed a fault: the one place where that turns into a condition and ends something.
 *
 * spec/errors.def says for every fault which condition it has and what ends: the link, the session or the connection.
 *   return pni_fail(transport, &ssn->endpoint, PNI_FAULT_UNATTACHED_HANDLE, "transfer: handle %u is not attached", h);
 * A fault of a link or session has been dealt with then, and PNI_OK is returned: go on with the next frame. A fault of the
 * connection returns PNI_FAILED: nothing more is read. */
#ifndef BARYON_ENGINE_FAIL_H
#define BARYON_ENGINE_FAIL_H

#include "base/status.h"
#include "engine/endpoint.h"
#include "wire/reader.h"
#include <stdarg.h>

enum pni_scope { PNI_SCOPE_CONNECTION, PNI_SCOPE_SESSION, PNI_SCOPE_LINK };

#define FAULT(name, condition, scope) PNI_FAULT_##name,
enum pni_fault_kind {
#include "spec/errors.def"
  PNI_FAULT_COUNT
};
#undef FAULT

struct pni_fault_type {
  const char *name;
  const char *condition;
  uint8_t scope; /* enum pni_scope */
};
extern const struct pni_fault_type pni_fault_types[PNI_FAULT_COUNT];

/* `where` is the innermost endpoint known; NULL where none is. A scope wider than it is found from it; a fault whose scope
 * is narrower than what is known ends the connection. */
PNI_NODISCARD pni_status pni_fail(pn_transport_t *transport, struct pni_endpoint *where,
    enum pni_fault_kind fault, const char *format, ...) PNI_PRINTF(4, 5);

/* The same for a performative that did not decode: status and fault of the reader. */
PNI_NODISCARD pni_status pni_fail_decode(
    pn_transport_t *transport, pni_status status, const struct pni_reader *reader);

/* End the connection for a reason of any name: sets the transport's condition (a second one appends its description in
 * parentheses), queues TRANSPORT_ERROR, and sends open, if none was, and close. */
void pni_transport_error(pn_transport_t *transport, const char *name, const char *format, ...)
    PNI_PRINTF(3, 4);
void pni_transport_verror(pn_transport_t *transport, const char *name, const char *format, va_list args);

/* The same where no frame may follow: protocol headers that do not match, security that failed. What has been written
 * still leaves. Returns PNI_FAILED. [2.2, 5.3] */
PNI_NODISCARD pni_status pni_transport_refuse(
    pn_transport_t *transport, const char *name, const char *format, ...) PNI_PRINTF(3, 4);

#endif
