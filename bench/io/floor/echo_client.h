/* echo_client.h: the client of programs that echo, with main(); each has a server of its own. */
#ifndef BENCH_IO_ECHO_CLIENT_H
#define BENCH_IO_ECHO_CLIENT_H

enum { ECHO_LONGEST = 4096 };

/** Octets of a request, and how many connections there will be. */
extern long echo_size, echo_connections;

/** The server: echo all that comes on that many connections until they have gone, then server_counted() the requests. */
void serve(void);

#endif
