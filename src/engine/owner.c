/* owner.c: the ownership checker: what PN_CHECK asks for, and reports of calls that the rules do not allow.
 *
 * Who holds a batch is entered in its owner by the proactor; who is inside a call, here. Both are atomic, since it is
 * the point that threads meet where they should not. */
#include "engine/owner.h"

#include "engine/connection.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef BARYON_DEBUG_CHECKS
#  define USUAL PNI_CHECK_THREADS
#else
#  define USUAL 0
#endif

enum { REPORTS = 20 }; /* of these, no more are worth reading */

unsigned char pni_checks;

/* Before main(), and before the library's first call. */
PNI_AT_LOAD static void read_environment(void) {
  const char *const asked = getenv("PN_CHECK"); /* NOLINT(concurrency-mt-unsafe): there is one thread */
  const bool threads = asked && strstr(asked, "threads");
  pni_checks = USUAL;
  if (threads) pni_checks |= PNI_CHECK_THREADS;
  if (threads && strstr(asked, "strict")) pni_checks |= PNI_CHECK_STRICT;
  if (threads && strstr(asked, "abort")) pni_checks |= PNI_CHECK_ABORT;
}

long pni_thread_number(void) {
  static PNI_THREAD_LOCAL long number;
  if (number == 0) number = syscall(SYS_gettid);
  return number;
}

static PNI_COLD void report(const char *function, const void *object, const char *what, long other) {
  static atomic_uint reports;
  if (atomic_fetch_add(&reports, 1) >= REPORTS) return;
  fprintf(stderr, "PN_CHECK: %s(%p), called by thread %ld, %s", function, object, pni_thread_number(), what);
  if (other != 0) fprintf(stderr, " %ld", other);
  fputc('\n', stderr);
  if (pni_checks & PNI_CHECK_ABORT) abort();
}

static PNI_COLD void report_meeting(
    const struct pni_owner *owner, const char *function, const void *object, long inside) {
  char what[160];
  const char *const other = owner->function;
  (void)snprintf(what, sizeof what,
      "while %s, called on the same connection or listener by another, has not returned: thread",
      other ? other : "a function");
  report(function, object, what, inside);
}

struct pni_owner *pni_owner_of(pn_connection_t *conn) {
  return conn && conn->host.place ? &conn->host.owner : NULL;
}

struct pni_owner *pni_owner_enter(struct pni_owner *owner, const void *object, const char *function) {
  const long me = pni_thread_number();
  long inside = 0;
  if (!owner || owner->inside == me) return NULL;
  if (!atomic_compare_exchange_strong(&owner->inside, &inside, me)) {
    report_meeting(owner, function, object, inside);
    return NULL;
  }
  owner->function = function;
  const long holder = owner->holder;
  if (holder == 0)
    report(function, object, "while nobody holds the batch that it belongs to", 0);
  else if (holder != me && (pni_checks & PNI_CHECK_STRICT))
    report(function, object, "whose batch was got by thread", holder);
  return owner;
}

void pni_owner_leave(struct pni_owner *owner) { owner->inside = 0; }
