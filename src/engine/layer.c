/* layer.c: the stack of what stands between a socket's bytes and AMQP frames. [5.1]
 *
 * The stack is laid before the first octet goes in or out, so that whatever a program sets up before then counts, in any
 * order. It ends with the layer of AMQP frames, always. Runs in the thread that holds the connection. */
#include "engine/layer.h"
#include "engine/host.h"

#include "engine/transport.h"

static void push(pn_transport_t *transport, const struct pni_layer *layer) {
  transport->layers.stack[transport->layers.count++] = layer;
}

void pni_layers_begin(pn_transport_t *transport) {
  if (transport->layers.count > 0) return;
  if (transport->server) {
    push(transport, &pni_layer_sniff);
  } else {
    const unsigned own = 2;
    for (const struct pni_known_layer *const *known = pni_known_layers; *known; known++) {
      if ((*known)->wanted(transport) && transport->layers.count + own < PNI_LAYERS_MAX)
        push(transport, (*known)->layer);
    }
    push(transport, &pni_layer_amqp_header);
  }
  push(transport, &pni_layer_amqp);
}

pni_status pni_layer_input(
    pn_transport_t *transport, unsigned at, const uint8_t *bytes, size_t size, size_t *taken) {
  return transport->layers.stack[at]->input(transport, at, bytes, size, taken);
}

pni_status pni_layer_output(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  struct pni_buffer *const outer = transport->sink;
  transport->sink = out;
  const pni_status status = transport->layers.stack[at]->output(transport, at, out);
  transport->sink = outer;
  return status;
}

pni_status pni_layer_keepalive(pn_transport_t *transport, unsigned at, struct pni_buffer *out) {
  const struct pni_layer *const layer = transport->layers.stack[at];
  return layer->keepalive ? layer->keepalive(transport, at, out) : PNI_FAILED;
}

int64_t pni_layer_tick(pn_transport_t *transport, unsigned at, int64_t now) {
  while (!transport->layers.stack[at]->tick) at++;
  return transport->layers.stack[at]->tick(transport, at, now);
}

void pni_layer_replace(pn_transport_t *transport, unsigned at, const struct pni_layer *layer) {
  struct pni_layers *layers = &transport->layers;
  if (layer) {
    layers->stack[at] = layer;
  } else {
    layers->count--;
    for (unsigned i = at; i < layers->count; i++) layers->stack[i] = layers->stack[i + 1];
  }
}

void pni_layer_insert(pn_transport_t *transport, unsigned at, const struct pni_layer *layer) {
  struct pni_layers *layers = &transport->layers;
  for (unsigned i = layers->count; i > at; i--) layers->stack[i] = layers->stack[i - 1];
  layers->stack[at] = layer;
  layers->count++;
}

bool pni_transport_reach(pn_transport_t *transport, const char *host) {
  pni_status status = PNI_OK;
  for (const struct pni_known_layer *const *known = pni_known_layers; *known && status == PNI_OK; known++)
    if ((*known)->reach) status = (*known)->reach(transport, host);
  return status == PNI_OK;
}
