/* payload_shared.c: messages that are not copied, by <baryon/link.h>: sent from where they lie, read where they
 * arrive.
 *
 * A message's memory goes out as counted bytes, and comes back, to the list of those that are free, when the socket
 * has it. */
#include "loop.h"
#include "payload.h"
#include "process.h"

#include <baryon/link.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 64 };

struct block {
  struct block *next;
  char message[];
};

static struct block *unused; /* client */
static size_t message_size;
static char head[MESSAGE_LEAST]; /* server: the first octets of the message that arrives */
static size_t got;               /* ... and all octets of it so far */

void payload_start(size_t size) { message_size = size; }

static struct block *take_block(void) {
  struct block *block = unused;
  if (block) {
    unused = block->next;
    return block;
  }
  block = malloc(sizeof *block + message_size);
  if (!block) die("out of memory");
  message_make(block->message, message_size);
  return block;
}

static void give_back(void *context, const char *start, size_t size) {
  struct block *block = context;
  if (start != block->message || size != message_size) die("other memory came back than was sent");
  block->next = unused;
  unused = block;
}

void payload_send(pn_link_t *sender, uint64_t number) {
  struct block *block = take_block();
  message_set_number(block->message, number);
  pn_shared_bytes_t *bytes = pn_shared_bytes(block->message, message_size, give_back, block);
  if (!bytes) die("out of memory");
  pn_delivery(sender, pn_dtag((const char *)&number, sizeof number));
  if (pn_link_send_shared(sender, bytes, 0, message_size) != (ssize_t)message_size)
    die("a message was not taken whole");
  pn_link_advance(sender);
  pn_shared_bytes_decref(bytes);
}

static void look_at(pn_bytes_t piece) {
  for (size_t i = 0; i < piece.size && got + i < sizeof head; i++) head[got + i] = piece.start[i];
  got += piece.size;
}

int payload_take(pn_link_t *receiver, pn_delivery_t *dlv, uint64_t number) {
  pn_bytes_t pieces[PIECES];
  size_t count;
  (void)receiver;
  while ((count = pn_delivery_borrow(dlv, pieces, PIECES)) > 0) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
      look_at(pieces[i]);
      size += pieces[i].size;
    }
    if (pn_delivery_consume(dlv, size) != size) die("fewer octets were taken than lent");
  }
  if (pn_delivery_partial(dlv)) return 0;
  message_check(head, got, message_size, number);
  got = 0;
  return 1;
}

void payload_stop(void) {
  for (struct block *block; (block = unused) != NULL;) {
    unused = block->next;
    free(block);
  }
}
