/* connection_io.h: what moves through a connection's socket. By the holder. */
#ifndef BARYON_PROACTOR_CONNECTION_IO_H
#define BARYON_PROACTOR_CONNECTION_IO_H

#include "proactor/connection.h"

/* A round of I/O, for what has arrived (`bits`) and what is owed, under the writer's lock. True: another round may bring more. */
bool pni_connection_round(struct pni_connection *c, unsigned bits);

/* Write what is owed, now. Not under the lock. */
void pni_connection_flush(struct pni_connection *c);

/* Whether there is something to do that nothing will be posted for. */
bool pni_connection_wants_round(struct pni_connection *c);

/* Close the socket, if there is one. */
void pni_connection_hang_up(struct pni_connection *c);

#endif
