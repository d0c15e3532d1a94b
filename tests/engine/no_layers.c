/* no_layers.c: for tests of the engine alone: nothing comes between the socket and AMQP. */
#include "engine/layer.h"

const struct pni_known_layer *const pni_known_layers[] = {NULL};
