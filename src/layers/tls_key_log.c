/* tls_key_log.c: the secrets of sessions in a file, for whoever looks into what was recorded of the network. Only where a
 * program asks for it. A line is one write at the end of the file, so threads and processes may share it. */
#include "layers/tls_openssl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct pni_tls_key_log *pni_tls_key_log(const char *path, struct pni_tls_fault *fault) {
  struct pni_tls_key_log *const log = malloc(sizeof *log);
  if (!log) {
    pni_tls_fault(fault, "out of memory");
    return NULL;
  }
  atomic_init(&log->refs, 1);
  log->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (log->file >= 0) return log;
  char reason[128] = "";
  (void)strerror_r(errno, reason, sizeof reason);
  pni_tls_fault(fault, "the key log %s cannot be opened: %s", path, reason);
  free(log);
  return NULL;
}

struct pni_tls_key_log *pni_tls_key_log_incref(struct pni_tls_key_log *log) {
  if (log) (void)atomic_fetch_add(&log->refs, 1);
  return log;
}

void pni_tls_key_log_decref(struct pni_tls_key_log *log) {
  if (!log || atomic_fetch_sub(&log->refs, 1) > 1) return;
  (void)close(log->file);
  free(log);
}

static void note(const SSL *ssl, const char *line) {
  const struct pni_tls_key_log *const log = pni_tls_of(ssl)->context->key_log;
  const struct iovec parts[] = {{(void *)(uintptr_t)line, strlen(line)}, {(void *)(uintptr_t) "\n", 1}};
  if (log && writev(log->file, parts, 2) < 0) return; /* a help for debugging, which may not help */
}

void pni_tls_key_log_use(struct pni_tls_key_log *log, SSL_CTX *ctx) {
  if (log) SSL_CTX_set_keylog_callback(ctx, note);
}
