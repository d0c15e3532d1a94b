/* tls_bio.c: what OpenSSL takes for a socket: it reads from the octets that the session is being handed, and writes to the
 * end of the buffer that it is given, so that nothing is kept in between. */
#include "layers/tls_openssl.h"

#include <openssl/bio.h>
#include <string.h>

static int read_octets(BIO *bio, char *room, int size) {
  const struct pni_tls *const tls = BIO_get_data(bio);
  struct pni_tls_input *const in = tls->in;
  BIO_clear_retry_flags(bio);
  if (tls->flooded) return -1;
  if (!in || in->size == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const size_t part = in->size < (size_t)size ? in->size : (size_t)size;
  memcpy(room, in->bytes, part);
  in->bytes += part;
  in->size -= part;
  return (int)part;
}

static int write_octets(BIO *bio, const char *octets, int size) {
  struct pni_tls *const tls = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  if (pni_buffer_reserve(tls->out, (size_t)size) != PNI_OK) {
    tls->no_memory = true;
    return -1;
  }
  memcpy(tls->out->block + tls->out->end, octets, (size_t)size);
  tls->out->end += (size_t)size;
  return size;
}

static long control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static BIO_METHOD *method;

static void make_method(void) {
  BIO_METHOD *const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "engine");
  if (made && BIO_meth_set_read(made, read_octets) == 1 && BIO_meth_set_write(made, write_octets) == 1 &&
      BIO_meth_set_ctrl(made, control) == 1)
    method = made;
  else
    BIO_meth_free(made);
}

BIO *pni_tls_bio(struct pni_tls *tls) {
  (void)pthread_once(&once, make_method);
  BIO *const bio = method ? BIO_new(method) : NULL;
  if (!bio) return NULL;
  BIO_set_data(bio, tls);
  BIO_set_init(bio, 1);
  return bio;
}
