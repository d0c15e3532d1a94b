/* proxied.h: a TCP proxy, of whatever make, between the client of a program and its server. */
#ifndef BENCH_IO_PROXIED_H
#define BENCH_IO_PROXIED_H

#include <stdint.h>

/** Start the command that the environment has as BENCH_PROXY, with the port to connect to as $TARGET; it prints "listening on
 *  127.0.0.1:PORT". Gives that port. */
uint16_t proxy_start(uint16_t target);

/** Seconds of CPU that it has used. */
double proxy_cpu(void);

/** End it. */
void proxy_stop(void);

#endif
