/* secure.h: TLS for the loop's connections, if it is asked for. */
#ifndef BENCH_IO_SECURE_H
#define BENCH_IO_SECURE_H

#include <proton/types.h>
#include <stdbool.h>

/** What --tls was given: 0: no TLS; SECURE; or SECURE_AGAIN: clients use the secrets of earlier connections again. */
enum { SECURE = 1, SECURE_AGAIN = 2 };
extern long secure;
#define SECURE_OPTION                                                                                        \
  { "tls", &secure, 0, SECURE_AGAIN, "1: within TLS; 2: and clients resume sessions" }

/** Before the server is forked: make what both need. */
void secure_start(void);

/** A transport with TLS; NULL without. The client wants to see the certificate of "localhost". */
pn_transport_t *secure_client(void);
pn_transport_t *secure_server(void);

/** Whether a connection has used the secrets of an earlier one. */
bool secure_resumed(pn_transport_t *transport);

/** In the client: all that was made is gone. */
void secure_stop(void);

#endif
