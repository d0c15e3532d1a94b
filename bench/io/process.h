/* process.h: the frame of the programs in this folder: two processes over loopback, and a meter on both.
 *
 * main() forks. The child is the server: it listens and counts what reaches it. The parent is the client: it drives
 * the work, reads the clocks of both processes, compares the server's count with its own, and prints one "name
 * value" a line. What goes wrong in either ends both with a text and a status that is not zero. */
#ifndef BENCH_IO_PROCESS_H
#define BENCH_IO_PROCESS_H

#include <stdint.h>

/** A number that the command line may set, as `--name N`. */
struct option_number {
  const char *name;
  long *value; /* holds the default */
  long least, most;
  const char *what;
};

/** Read `--name N` pairs. Every program also takes --client-cpu and --server-cpu. Exits with status 2 and a text for
 *  anything that is no such pair. */
void options_read(int argc, char **argv, const struct option_number *numbers, int count);

/** End this process, and with it the other, with a text on the standard error. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Like die(), with the text of errno. */
_Noreturn void die_errno(const char *what);

/** Fork the server, which runs `serve` and never returns from here. Returns in the client, with the port of
 *  127.0.0.1 that the server listens on. */
uint16_t server_start(void (*serve)(void));

/** In the server: it listens. */
void server_ready(uint16_t port);

/** In the server: this is what arrived. Returns when the client has read its clocks. */
void server_counted(uint64_t count);

/** In the client: wait for the server to count, and die unless the count is `expected`. */
void server_check(uint64_t expected);

/** In the client: let the server end. Dies if it does not end well. */
void server_join(void);

/** In the client: start and stop the clocks: the time of day's, and those of both processes' CPU time. */
void meter_start(void);
void meter_stop(void);

/** In the client: print turns, seconds, and CPU seconds of each process between start and stop. */
void meter_print(long turns);

/** In the client: print the median of some nanoseconds, and the 99th percentile, in seconds. Sorts them. */
void latency_print(uint32_t *latencies, long count);

/** Octets of memory that are resident in each process. */
void resident_octets(long *client, long *server);

/** Nanoseconds of the monotonic clock. */
uint64_t nanoseconds(void);

#endif
