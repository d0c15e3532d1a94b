/* outgoing.h: messages on their way to the broker, in order, until it has said what became of each.
 *
 * What was sent over a connection that was lost, and not settled, is sent again; what was settled is gone from here, so it
 * cannot be. */
#ifndef BARYON_CLI_OUTGOING_H
#define BARYON_CLI_OUTGOING_H

#include <baryon/link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  OUTGOING_MOST = 1024,
  OUTGOING_OCTETS = 64 << 20
}; /* how many messages, and how large together unless it is one */

struct outgoing_message {
  pn_shared_bytes_t *bytes; /* NULL: settled */
  size_t size;
  bool sent; /* on any connection */
};

struct outgoing {
  struct outgoing_message ring[OUTGOING_MOST]; /* number n is at n % OUTGOING_MOST */
  uint64_t first, next, end;                   /* the oldest; the next to send; behind the newest */
  uint64_t unsettled;
  size_t octets;
};

/** Whether one more may be added. */
bool outgoing_has_room(const struct outgoing *outgoing);

/** Add a copy. @return false: no memory */
bool outgoing_add(struct outgoing *outgoing, const char *bytes, size_t size);

/** The next one to send. @return NULL: there is none */
struct outgoing_message *outgoing_next(struct outgoing *outgoing, uint64_t *number);

/** That one has been put on the link. */
void outgoing_sent(struct outgoing *outgoing);

/** The broker has settled this one, or it is not wanted any more. */
void outgoing_settled(struct outgoing *outgoing, uint64_t number);

/** The connection is gone: begin again with the oldest. */
void outgoing_again(struct outgoing *outgoing);

void outgoing_clear(struct outgoing *outgoing);

#endif
