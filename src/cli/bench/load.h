/* load.h: senders and receivers on a pool of threads, and what they have done. */
#ifndef BARYON_CLI_BENCH_LOAD_H
#define BARYON_CLI_BENCH_LOAD_H

#include "cli/bench/histogram.h"
#include "cli/client.h"
#include <stdbool.h>
#include <stdio.h>

struct load_settings {
  uint64_t senders, receivers, threads, queues;
  uint64_t size;   /* octets of a message's body */
  uint64_t rate;   /* messages a second of all senders together; 0: as fast as it goes */
  uint64_t count;  /* messages of all senders together; 0: until they are told to stop */
  uint64_t window; /* messages under way, for each sender, without a rate */
  uint64_t credit; /* of a receiver */
  bool presettled;
};

struct load_counts {
  uint64_t sent, accepted, refused, received, foreign;
};

struct load;

/** Threads, connections and links, but no messages yet. @return  NULL after saying why not */
struct load *load_start(const struct load_settings *settings, const struct client *client);

/** Whether everything is attached. @return  false if something has failed */
bool load_ready(struct load *load, bool *ready);

void load_begin(struct load *load);       /* senders begin */
void load_end_sending(struct load *load); /* and end */
bool load_failed(struct load *load, char *text, size_t size);
void load_look(struct load *load, struct load_counts *counts, struct distribution *latencies);
void load_print_counters(struct load *load, FILE *file); /* of threads and connections */
void load_stop(struct load *load); /* closes the connections, ends the threads and frees it */

uint64_t load_now(void); /* ns on the monotonic clock */

#endif
