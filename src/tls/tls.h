/* tls.h: a session of <proton/tls.h>, as the files of its library share it. */
#ifndef BARYON_TLS_TLS_H
#define BARYON_TLS_TLS_H

#include "layers/tls.h"
#include "tls/ring.h"
#include <proton/tls.h>

/* A side: what goes in and what comes out. */
struct pni_tls_side {
  struct pni_ring in, out;
};

struct pn_tls_t {
  struct pni_tls_context *context;
  struct pni_tls *session; /* NULL until started */
  struct pni_tls_side encrypt, decrypt;
  struct pni_buffer pending; /* encrypted, and without a buffer to go into */
  char *host;
  size_t encrypt_used, decrypt_used; /* octets of the input that comes next */
  int error;
  bool stopped : 1;
  bool closing : 1; /* no more input to encrypt will come */
};

/* Whether octets go in and out: started, and not stopped. */
static inline bool pni_tls_runs(const pn_tls_t *tls) { return tls->session && !tls->stopped; }

#endif
