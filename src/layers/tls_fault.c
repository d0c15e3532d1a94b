/* tls_fault.c: what went wrong, in words for people: ours, then OpenSSL's with its number, which can be looked up.
 *
 * OpenSSL queues errors by thread, the root first. Whatever fails ends up here, so the queue is empty when the next
 * function begins. */
#include "layers/tls_openssl.h"

#include "base/text.h"
#include <openssl/err.h>
#include <stdlib.h>

static void add_reason(struct pni_text *text, unsigned long code) {
  char reason[256];
  ERR_error_string_n(code, reason, sizeof reason);
  pni_text_format(text, ": %s", reason);
}

static void describe(struct pni_tls_fault *fault, const char *format, va_list args) {
  const unsigned long code = ERR_peek_error();
  if (fault->text[0] == '\0') {
    struct pni_text text = pni_text(fault->text, sizeof fault->text);
    pni_text_vformat(&text, format, args);
    if (code != 0) add_reason(&text, code);
  }
  ERR_clear_error();
}

void pni_tls_fault(struct pni_tls_fault *fault, const char *format, ...) {
  va_list args;
  va_start(args, format);
  describe(fault, format, args);
  va_end(args);
}

void pni_tls_session_fault(struct pni_tls *tls, const char *format, ...) {
  tls->failed = true;
  if (!tls->fault) tls->fault = calloc(1, sizeof *tls->fault);
  if (!tls->fault) {
    ERR_clear_error();
    return;
  }
  va_list args;
  va_start(args, format);
  describe(tls->fault, format, args);
  va_end(args);
}

const char *pni_tls_error(const struct pni_tls *tls) {
  if (!tls->failed) return NULL;
  return tls->fault ? tls->fault->text : "out of memory";
}
