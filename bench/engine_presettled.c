/* engine_presettled.c: as engine_message.c, but the client settles before it sends, and nobody answers. */
#define PRESETTLED 1
#include "engine_message.c"
