/* sasl_security.c: what a mechanism encrypts once it has authenticated. [5.3]
 *
 * Takes the place of the SASL layer in the stack. What comes is decrypted by the implementation and kept
 * until the next layer has taken it; what goes is gathered from that layer and encrypted in pieces of the
 * size that the implementation can take. Input waits while no connection is bound, since nobody would take
 * what is in it. */
#include "layers/sasl.h"

#include "engine/fail.h"
#include <string.h>

static pni_status refuse(pn_transport_t *transport, const char *what) {
  return pni_transport_refuse(transport, "amqp:connection:framing-error", "SASL could not %s", what);
}

static pni_status append(struct pni_buffer *buffer, pn_bytes_t bytes) {
  if (bytes.size == 0) return PNI_OK;
  TRY(pni_buffer_reserve(buffer, bytes.size));
  memcpy(buffer->block + buffer->end, bytes.start, bytes.size);
  buffer->end += bytes.size;
  return PNI_OK;
}

/* Hand on what is decrypted. */
static pni_status pass(pn_transport_t *transport, unsigned at) {
  struct pni_buffer *const plain = &transport->sasl->plain;
  size_t taken = 1;
  while (pni_buffer_size(plain) > 0 && taken > 0 && !transport->tail_closed) {
    TRY(pni_layer_input(transport, at + 1, pni_buffer_bytes(plain), pni_buffer_size(plain), &taken));
    pni_buffer_drop(plain, taken);
  }
  return PNI_OK;
}

static pni_status input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  struct pni_sasl *const sasl = transport->sasl;
  *taken = 0;
  if (size == 0) return pni_layer_input(transport, at + 1, bytes, size, taken);
  if (!transport->connection) return PNI_OK;
  pn_bytes_t plain = {0};
  if (sasl->impl->decode(transport, pn_bytes(size, (const char *)bytes), &plain) < 0)
    return refuse(transport, "decrypt what came");
  *taken = size;
  TRY(append(&sasl->plain, plain));
  return pass(transport, at);
}

static pni_status encrypt_all(pn_transport_t *transport, pn_bytes_t bytes, struct pni_buffer *out) {
  const struct pni_sasl *const sasl = transport->sasl;
  while (bytes.size > 0) {
    const ssize_t most = sasl->impl->max_encrypt_size(transport);
    if (most <= 0) return refuse(transport, "encrypt");
    const size_t part = (size_t)most < bytes.size ? (size_t)most : bytes.size;
    pn_bytes_t coded = {0};
    if (sasl->impl->encode(transport, pn_bytes(part, bytes.start), &coded) < 0)
      return refuse(transport, "encrypt");
    TRY(append(out, coded));
    bytes = pn_bytes(bytes.size - part, bytes.start + part);
  }
  return PNI_OK;
}

static pni_status output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_buffer inner = {.block = NULL};
  pni_status status = pni_layer_output(transport, at + 1, &inner);
  if (status == PNI_OK && pni_buffer_size(&inner) > 0) {
    const pn_bytes_t bytes = pn_bytes(pni_buffer_size(&inner), (const char *)pni_buffer_bytes(&inner));
    status = encrypt_all(transport, bytes, out);
  }
  pni_buffer_clear(&inner);
  return status;
}

/* See pni_transport_keepalive(). An implementation of the application's is not called by other threads than the one that has the
 * connection. There is room before anything is encrypted, since what is has to go. */
static pni_status keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  enum { ROOM = 1024 };
  const struct pni_sasl *const sasl = transport->sasl;
  struct pni_buffer inner = {.block = NULL};
  pn_bytes_t coded = {0};
  if (sasl->impl != &pni_sasl_built_in) return PNI_FAILED;
  TRY(pni_buffer_reserve(out, ROOM));
  pni_status status = pni_layer_keepalive(transport, at + 1, &inner);
  if (status == PNI_OK) {
    const pn_bytes_t frame = pn_bytes(pni_buffer_size(&inner), (const char *)pni_buffer_bytes(&inner));
    status = pni_sasl_cyrus_encode_quietly(sasl, frame, &coded) ? append(out, coded) : PNI_FAILED;
  }
  pni_buffer_clear(&inner);
  return status;
}

static bool encrypts(pn_transport_t *transport) {
  (void)transport;
  return true;
}

const struct pni_layer pni_layer_sasl_security = {
    .name = "sasl-security", .input = input, .output = output, .keepalive = keepalive, .encrypts = encrypts};
