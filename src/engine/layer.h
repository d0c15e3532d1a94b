/* layer.h: what stands between a socket's bytes and AMQP frames: header sniffing, SASL, TLS, AMQP itself. [5.1]
 *
 * Layers lie in a stack, the one nearest to the socket first. Input goes inward: a layer takes what it understands and
 * hands what it carries to the next. Output goes outward: a layer asks the next for bytes and wraps them. A layer that is
 * done replaces itself in the stack (sniffing, by what it found; SASL, by nothing at all, when it does not encrypt). */
#ifndef BARYON_ENGINE_LAYER_H
#define BARYON_ENGINE_LAYER_H

#include "base/status.h"
#include "engine/buffer.h"
#include <proton/types.h>
#include <stdbool.h>

enum { PNI_LAYERS_MAX = 4 };

struct pni_layer {
  const char *name;
  /* Take bytes: *taken says how many; the rest is offered again with more behind it. At the end of input it is called
   * once with size 0 and transport->tail_closed set. A failure has been acted on: no more input is to be taken. */
  pni_status (*input)(
      pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken);
  /* Append bytes to `out` if there are any to send and it holds less than PNI_OUTPUT_ENOUGH. */
  pni_status (*output)(pn_transport_t *transport, unsigned at, struct pni_buffer *out);
  /* Append an empty frame to `out`, behind whatever this layer has ready; PNI_OK if that is done, and else nothing but what was ready.
   * See pni_transport_keepalive() for what it may touch. NULL: it cannot. */
  pni_status (*keepalive)(pn_transport_t *transport, unsigned at, struct pni_buffer *out);
  /* The next deadline after `now`, milliseconds of the caller's clock, 0 for none; NULL: passed to the next layer. */
  int64_t (*tick)(pn_transport_t *transport, unsigned at, int64_t now);
  /* Free what the layer holds for this transport, which is going; NULL: nothing. */
  void (*free)(pn_transport_t *transport);
  /* Whether what passes now cannot be read on the way; NULL: it can. */
  bool (*encrypts)(pn_transport_t *transport);
};

struct pni_layers {
  const struct pni_layer *stack[PNI_LAYERS_MAX];
  uint8_t count;
};

/* Once so much waits for the socket, no more frames are made: less than the slack is left of a buffer's largest block; payload
 * that waits beside the buffer may be more. */
enum { PNI_OUTPUT_ENOUGH = 64 * 1024, PNI_OUTPUT_SLACK = 2 * 1024, PNI_SPLICES_ENOUGH = 1024 * 1024 };

/* The stack as it is before the first octet: of a server the sniffer, of a client what it is configured to begin with. */
void pni_layers_begin(pn_transport_t *transport);

/* Input and output of the layer `at`, its empty frame, and its deadline; a layer calls these with `at + 1`. */
PNI_NODISCARD pni_status pni_layer_input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken);
PNI_NODISCARD pni_status pni_layer_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out);
PNI_NODISCARD pni_status pni_layer_keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out);
int64_t pni_layer_tick(pn_transport_t *transport, unsigned at, int64_t now);

/* Replace the layer `at`; NULL takes it out, so that the next one moves to its place. */
void pni_layer_replace(pn_transport_t *transport, unsigned at, const struct pni_layer *layer);
/* Put a layer before the one `at`. */
void pni_layer_insert(pn_transport_t *transport, unsigned at, const struct pni_layer *layer);

/* The engine's own. */
extern const struct pni_layer pni_layer_sniff;       /* server: what does the client speak? [2.2] */
extern const struct pni_layer pni_layer_amqp_header; /* send and await the AMQP header */
extern const struct pni_layer pni_layer_amqp;        /* frames */

/* What layers/ defines, for what the sniffer finds and the client asks for. `wanted` tells whether the transport is
 * configured to begin with it as a client, `allowed` whether a server accepts it now. */
struct pni_known_layer {
  const struct pni_layer *layer;
  uint8_t protocol_id; /* of the protocol header: 2 TLS, 3 SASL; 0: recognised by its first octets */
  bool (*recognise)(const uint8_t *bytes, size_t size); /* NULL: by protocol_id */
  bool (*wanted)(pn_transport_t *transport);
  bool (*allowed)(pn_transport_t *transport);
  /* A client's host has been told (pni_transport_reach()), before the first octet; NULL: it is of no interest. */
  pni_status (*reach)(pn_transport_t *transport, const char *host);
};
extern const struct pni_known_layer *const pni_known_layers[]; /* NULL at the end; the outermost first */

#endif
