/* connection_io.h: a connection's socket: how it gets one, and what moves through it. By the holder. */
#ifndef BARYON_PROACTOR_CONNECTION_IO_H
#define BARYON_PROACTOR_CONNECTION_IO_H

#include "proactor/connection.h"

/* A round of I/O, for what has arrived (`bits`) and what is owed, under the writer's lock. True: another round may bring more. */
bool pni_connection_round(struct pni_connection *c, unsigned bits);

/* Write what is owed, now. Not under the lock. */
void pni_connection_flush(struct pni_connection *c);

/* Whether there is something to do that nothing will be posted for. */
bool pni_connection_wants_round(struct pni_connection *c);

/* It has a connected socket, which is the connection's from now on. */
void pni_connection_use_socket(struct pni_connection *c, int fd);

/* It gets none: its name was not found, by one of getaddrinfo's codes; nobody was there to be accepted, by an errno. */
void pni_connection_unresolved(struct pni_connection *c, int error);
void pni_connection_not_accepted(struct pni_connection *c, int error, const char *text);

/* Close the socket, if there is one. */
void pni_connection_hang_up(struct pni_connection *c);

#endif
