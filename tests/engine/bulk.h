/* bulk.h: two engines whose bytes pass by pieces, as a proactor moves them, in random portions.
 *
 * For payloads of any size: what is sent is a pattern that says which octet of which message it is. A test sets how
 * the server reads, and looks at the counts. */
#ifndef BARYON_TESTS_ENGINE_BULK_H
#define BARYON_TESTS_ENGINE_BULK_H

#include <proton/connection_driver.h>
#include <proton/engine.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bulk_way { BULK_COPY, BULK_SHARED, BULK_WAYS };

struct bulk {
  pn_connection_driver_t client, server;
  pn_link_t *sender, *receiver;
  size_t step;    /* most bytes of one write or read, drawn anew each time; 0: all there are */
  bool by_driver; /* pass them by pn_connection_driver_write_buffer and read_buffer instead */
  uint32_t seed;
  enum bulk_way reads; /* how the server reads */
  bool stops;          /* the server reads nothing */
  bool piecemeal;      /* the server reads what is there of an incomplete delivery */
  unsigned sent, received, aborted;
  unsigned number; /* of the delivery that is being read, which its tag says */
  size_t got;      /* octets of it */
  size_t size;     /* of the delivery that was read last */
  size_t most;     /* most bytes that waited at the server */
  bool broken;     /* an end reported an error, or ran out of memory */
};

/* Opened, with a link from client to server and credit; false without memory. */
bool bulk_start(struct bulk *bulk);
void bulk_end(struct bulk *bulk);

/* Pass bytes and handle events until nothing happens any more. */
void bulk_run(struct bulk *bulk);

/* Pass up to `size` bytes from the client to the server, handling nothing; returns how many it were. */
size_t bulk_pass(struct bulk *bulk, size_t size);

/* What message `number` consists of. */
char bulk_octet(unsigned number, size_t at);

/* Begin a delivery, and give it all its bytes in portions of `part`; it is the caller's to advance. NULL without memory. */
pn_delivery_t *bulk_send(struct bulk *bulk, enum bulk_way way, size_t size, size_t part);

/* How many counted bytes of bulk_send have not been released yet. */
extern int bulk_kept;

/* Allocations are expected to fail: not every operation works. */
extern bool bulk_scarce;

#endif
