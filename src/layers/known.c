/* known.c: the layers that there are, the outermost first. */
#include "layers/sasl.h"
#include "layers/ssl.h"

const struct pni_known_layer *const pni_known_layers[] = {&pni_known_tls, &pni_known_sasl, NULL};
