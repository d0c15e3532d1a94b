/* secure.h: TLS for programs of this folder: a client's domain and a server's, with certificates that are made here and renewed on
 * demand. All functions but the first and the last may be called by any thread. A fault ends the program. */
#ifndef BARYON_TESTS_PROACTOR_SECURE_H
#define BARYON_TESTS_PROACTOR_SECURE_H

#include <proton/transport.h>

#include <stdbool.h>

void secure_start(void);

/* A transport with TLS that wants "localhost"; one that takes TLS and what is plain. With a number from 1 on the client resumes the
 * session that was known under this number last, if there is one. */
pn_transport_t *secure_client(unsigned number);
pn_transport_t *secure_server(void);

/* The server shows the other one of two certificates from here on, and both read anew whom they believe. Returns which. */
unsigned secure_renew(void);

/* Which of the two the server of a client's transport has shown. */
unsigned secure_shown(pn_transport_t *client);

void secure_stop(void);

#endif
